"""The edge of the server: framing, limits, shutdown, TLS, proxies, the log (security rows HT; ux D1)."""

from __future__ import annotations

import json
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import pytest

from conftest import set_up, with_certificate
from portal.oauth import new_address
from portal.rounds import at_p99
from portal.server import Server, Tenant, until

SMUGGLED = "GET /healthz HTTP/1.1\r\nHost: HOST\r\n\r\n"


def raw(server: Server, request: str) -> bytes:
    return server.exchange(request.replace("HOST", f"127.0.0.1:{server.port}").encode("latin-1"), within=2)


HEAD = "POST /t/standard/oauth2/token HTTP/1.1\r\nHost: HOST\r\nContent-Type: application/x-www-form-urlencoded\r\n"

AMBIGUOUS = {
    "length and chunks": HEAD + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks and length": HEAD + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "two lengths": HEAD + "Content-Length: 0\r\nContent-Length: 4\r\n\r\nabcd",
    "two equal lengths": HEAD + "Content-Length: 4\r\nContent-Length: 4\r\n\r\nabcd",
    "length list": HEAD + "Content-Length: 4, 4\r\n\r\nabcd",
    "signed length": HEAD + "Content-Length: +4\r\n\r\nabcd",
    "negative length": HEAD + "Content-Length: -1\r\n\r\n",
    "hexadecimal length": HEAD + "Content-Length: 0x4\r\n\r\nabcd",
    "spaced length": HEAD + "Content-Length: 4 4\r\n\r\nabcd",
    "huge length": HEAD + "Content-Length: 99999999999999999999\r\n\r\n",
    "space before the colon": HEAD + "Content-Length : 4\r\n\r\nabcd",
    "gzip, chunked": HEAD + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "identity": HEAD + "Transfer-Encoding: identity\r\n\r\n",
    "chunked twice": HEAD + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunked": HEAD + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a folded header": HEAD + "X-A: b\r\n c\r\nContent-Length: 0\r\n\r\n",
    "a folded encoding": HEAD + "Transfer-Encoding:\r\n chunked\r\nContent-Length: 0\r\n\r\n",
    "a NUL in a value": HEAD + "X-A: b\x00c\r\nContent-Length: 0\r\n\r\n",
    "a bare CR in a value": HEAD + "X-A: b\rc\r\nContent-Length: 0\r\n\r\n",
    "a name that is no token": HEAD + "X(A): b\r\nContent-Length: 0\r\n\r\n",
}


@pytest.mark.parametrize("name", AMBIGUOUS)
def test_a_request_with_two_readings_is_refused_and_nothing_behind_it_is_read(
    server: Server, name: str
) -> None:
    answer = raw(server, AMBIGUOUS[name] + SMUGGLED)
    assert b"HTTP/1.1 200" not in answer, answer
    # No answer at all is as safe as a refusal; an answer has to be one.
    assert not answer or answer.split(b" ")[1] in {b"400", b"411", b"413"}, answer[:120]


@pytest.mark.parametrize(
    "head",
    [
        "GET /healthz HTTP/1.1\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: HOST\r\nHost: HOST\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: HOST\r\nHost: evil.example\r\n\r\n",
        "GET /t/standard/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        "GET /t/standard/ HTTP/1.1\r\nHost: \r\n\r\n",
        "GET /t/standard/ HTTP/1.1\r\nHost: a b\r\n\r\n",
        "GET http://evil.example/t/standard/ HTTP/1.1\r\nHost: HOST\r\n\r\n",
        "CONNECT evil.example:443 HTTP/1.1\r\nHost: HOST\r\n\r\n",
        "GET healthz HTTP/1.1\r\nHost: HOST\r\n\r\n",
        "GET /healthz%00x HTTP/1.1\r\nHost: HOST\r\n\r\n",
        "GET /%zz HTTP/1.1\r\nHost: HOST\r\n\r\n",
        "GET /\xc3\x28 HTTP/1.1\r\nHost: HOST\r\n\r\n",
        "GET /t/standard/oauth2/../ HTTP/1.1\r\nHost: HOST\r\n\r\n",
        "GET /public/..%2f..%2fPackage.swift HTTP/1.1\r\nHost: HOST\r\n\r\n",
        "GET /public/%2e%2e/Package.swift HTTP/1.1\r\nHost: HOST\r\n\r\n",
        "GET //t/standard/applications HTTP/1.1\r\nHost: HOST\r\n\r\n",
        "GET /t/standard//applications HTTP/1.1\r\nHost: HOST\r\n\r\n",
        "GET /t/standard/applications;x HTTP/1.1\r\nHost: HOST\r\n\r\n",
        "GET /t/STANDARD/ HTTP/1.1\r\nHost: HOST\r\n\r\n",
        "GET /t/standard/%61pplications%2fnew HTTP/1.1\r\nHost: HOST\r\n\r\n",
    ],
)
def test_an_address_with_two_readings_leads_nowhere(server: Server, head: str) -> None:
    answer = raw(server, head.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n", 1))
    assert not answer or answer.split(b" ")[1] in {b"400", b"404", b"405", b"501"}, answer[:200]


@pytest.mark.parametrize("count", [101, 600, 4000])
def test_many_parameters_are_answered_at_once(server: Server, count: int) -> None:
    query = "&".join(f"a{number}=" for number in range(count))
    answer = raw(
        server,
        f"GET /t/standard/oauth2/authorize?{query} HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n",
    )
    assert answer.split(b" ")[1] in {b"400", b"414", b"431"}, answer[:100]


@pytest.mark.parametrize("part", ["target", "header", "headers"])
def test_what_is_too_long_is_refused_not_awaited(server: Server, part: str) -> None:
    target = "/healthz" + ("?" + "x" * 9000 if part == "target" else "")
    more = "X-A: " + "x" * 17_000 + "\r\n" if part == "header" else ""
    more += "".join(f"X-{number}: y\r\n" for number in range(70)) if part == "headers" else ""
    answer = raw(server, f"GET {target} HTTP/1.1\r\nHost: HOST\r\n{more}Connection: close\r\n\r\n")
    assert answer[9:10] == b"4", answer[:100]


def test_a_body_that_will_be_refused_is_not_asked_for(server: Server) -> None:
    head = HEAD + "Content-Length: 1000000\r\nExpect: 100-continue\r\n\r\n"
    answer = raw(server, head)
    assert b"100 Continue" not in answer and answer.split(b" ")[1] in {b"413", b"417"}


def test_pipelined_answers_come_in_order(server: Server) -> None:
    paths = [f"/t/standard/nowhere-{number}" for number in range(8)] + ["/healthz"]
    request = "".join(f"GET {path} HTTP/1.1\r\nHost: HOST\r\n\r\n" for path in paths[:-1])
    answer = raw(server, request + "GET /healthz HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n")
    assert [piece[:3] for piece in answer.split(b"HTTP/1.1 ")[1:]] == [b"404"] * 8 + [b"200"]


def test_health_says_up_and_no_more(server: Server) -> None:
    for path in ("/healthz", "/readyz"):
        answer = httpx.get(server.url + path)
        assert answer.status_code == 200 and len(answer.content) < 40
        assert "set-cookie" not in answer.headers


def test_every_answer_has_its_headers(standard: Tenant) -> None:
    with httpx.Client() as browser:
        for answer in every_kind_of_answer(browser, standard.server.url):
            assert "strict-transport-security" not in answer.headers, answer.url


def every_kind_of_answer(browser: httpx.Client, url: str) -> Iterator[httpx.Response]:
    """Pages, redirects, files, answers to software, errors of all sorts; each has what every answer has."""
    tenant = f"{url}/t/standard"
    css = re.search(r'href="([^"]+/portal\.[^"]+\.css)"', browser.get(f"{tenant}/sign-in").text)
    assert css
    tag = browser.get(url + css[1]).headers["etag"]
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    asked = [
        (200, browser.get(f"{tenant}/sign-in")),
        (303, browser.get(f"{tenant}/admin")),
        (302, browser.get(f"{tenant}/.well-known/change-password")),
        (404, browser.get(f"{tenant}/nowhere")),
        (404, browser.get(f"{url}/t/nobody")),
        (404, browser.get(f"{url}/logos/x/64.png")),
        (405, browser.put(f"{tenant}/sign-in")),
        (400, browser.get(f"{tenant}/oauth2/authorize")),
        (401, browser.post(f"{tenant}/oauth2/token", headers=form)),
        (401, browser.post(f"{tenant}/oauth2/introspect", headers=form, content="token=x")),
        (401, browser.get(f"{tenant}/oauth2/verify")),
        (403, browser.options(f"{tenant}/oauth2/token")),
        (200, browser.get(f"{tenant}/.well-known/oauth-authorization-server")),
        (200, browser.get(f"{url}/healthz")),
        (200, browser.get(url + css[1])),
        (200, browser.get(f"{url}/robots.txt")),
        (304, browser.get(url + css[1], headers={"If-None-Match": tag})),
        (413, browser.post(f"{tenant}/oauth2/token", headers=form, content="a" * 300_000)),
        (414, browser.get(f"{tenant}/sign-in?{'x' * 9000}")),
        (400, browser.get(f"{tenant}/%2e%2e/x")),
    ]
    for status, answer in asked:
        assert answer.status_code == status, (answer.status_code, answer.request.url)
        headers = answer.headers
        assert headers["x-content-type-options"] == "nosniff", answer.url
        assert headers["cross-origin-resource-policy"] == "same-origin", answer.url
        assert headers["referrer-policy"] in {"same-origin", "no-referrer"}, answer.url
        assert "camera=()" in headers["permissions-policy"], answer.url
        assert headers["content-security-policy"].startswith("default-src 'none'"), answer.url
        assert "unsafe-inline" not in headers["content-security-policy"], answer.url
        assert "server" not in headers, answer.url
        for name in ("x-content-type-options", "content-security-policy", "permissions-policy"):
            assert len(headers.get_list(name)) == 1, (answer.url, name)
        # Files are prepared once for everybody.
        assert headers.get("x-request-id") or "etag" in headers, answer.url
        yield answer


def test_a_file_of_public_is_kept_for_ever_under_its_hash(server: Server, standard: Tenant) -> None:
    page = httpx.get(standard.base + "/").text
    style = next(piece for piece in page.split('"') if "/public/portal." in piece and piece.endswith(".css"))
    answer = httpx.get(server.url + style)
    assert answer.status_code == 200 and "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"].startswith("text/css")
    assert httpx.get(server.url + style.replace(".css", "0.css")).status_code == 404


def test_every_log_line_is_json_and_tells_no_secret(server: Server, standard: Tenant) -> None:
    planted = "planted-4f1c"
    httpx.get(
        f"{standard.base}/oauth2/authorize?state={planted}&client_id={planted}",
        headers={"Cookie": f"a={planted}"},
    )
    httpx.get(f"{server.url}/t/standard/{planted}")
    httpx.post(
        f"{standard.base}/oauth2/token", data={"client_secret": planted}, headers={"User-Agent": planted}
    )
    reference = httpx.get(f"{standard.base}/nowhere").headers["x-request-id"]
    log = server.noted()
    lines = [line for line in log.splitlines() if line.startswith("{")]
    entries = [json.loads(line) for line in lines]
    assert len(lines) >= len(log.splitlines()) - 5, "only the opening lines are not JSON"
    assert planted not in log
    last = next(entry for entry in entries if entry.get("req") == reference)
    assert {"ts", "level", "msg", "req", "method", "tenant", "status", "ms", "client_ip"} <= set(last)
    assert last["status"] == 404


# MARK: servers of their own


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Server]:
    server = set_up(tmp_path)
    yield server
    server.stop()


def test_a_request_under_way_is_answered_when_the_server_is_told_to_end(own: Server) -> None:
    assert own.process
    body = b"grant_type=client_credentials"
    with socket.create_connection(("127.0.0.1", own.port), timeout=10) as connection:
        head = HEAD.replace("HOST", f"127.0.0.1:{own.port}") + f"Content-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body[:5])
        # The server has seen the head once it says so for another request sent after it.
        httpx.get(own.url + "/healthz")
        own.process.terminate()
        until(lambda: not accepts(own.port), of="the end of accepting")
        connection.sendall(body[5:])
        answer = connection.recv(65536)
    assert answer.split(b" ")[1] in {b"400", b"401"}, answer[:100]
    assert own.process.wait(15) == 0


def test_time_in_which_the_server_stood_still_is_not_counted_against_its_clients(own: Server) -> None:
    asked, standstill = 40, 11.0
    with ExitStack() as stack:
        connections = [
            stack.enter_context(socket.create_connection(("127.0.0.1", own.port), timeout=30)) for _ in range(asked)
        ]
        until(lambda: own.connections() >= asked, of="everybody's arrival")
        own.pause()
        paused = time.monotonic()
        for connection in connections:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        until(lambda: time.monotonic() > paused + standstill, within=2 * standstill, of="the end of the pause")
        own.resume()
        assert [connection.recv(65536)[:12] for connection in connections] == [b"HTTP/1.1 200"] * asked


def accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


def test_what_was_written_is_there_after_a_restart(own: Server) -> None:
    application = own.tenant("standard").application("Lasting Ltd")
    token = application.own_token().json()["access_token"]
    assert own.stop() == 0
    own.start()
    assert application.is_active(token)


def test_the_client_address_is_the_last_one_the_proxy_did_not_write(own: Server) -> None:
    address = new_address()
    chain = f"8.8.8.8, {address}"
    answer = httpx.get(own.url + "/t/standard/nowhere", headers={"X-Forwarded-For": chain})
    entry = entry_of(own, answer.headers["x-request-id"])
    assert entry["client_ip"] == address


def test_nobody_else_may_choose_their_address(tmp_path: Path) -> None:
    server = set_up(tmp_path, proxies="192.0.2.1")
    try:
        answer = httpx.get(server.url + "/t/standard/nowhere", headers={"X-Forwarded-For": "203.0.113.7"})
        entry = entry_of(server, answer.headers["x-request-id"])
        assert entry["client_ip"] == "127.0.0.1"
    finally:
        server.stop()


def entry_of(server: Server, reference: str) -> dict[str, str]:
    line = next(line for line in server.noted().splitlines() if reference in line)
    entry: dict[str, str] = json.loads(line)
    return entry


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_with_a_certificate_it_speaks_modern_tls_and_keeps_cookies_for_it(tmp_path: Path) -> None:
    server, cert = with_certificate(tmp_path)
    server.succeed("tenant", "import", "Tenants/standard.json5")
    server.start()
    try:
        context = ssl.create_default_context(cafile=str(cert))
        answer = httpx.get(f"{server.url}/t/standard/sign-in", verify=context)
        assert answer.status_code == 200
        with httpx.Client(verify=context) as browser:
            for each in every_kind_of_answer(browser, server.url):
                assert each.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains", each.url
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-portal-") and "Secure" in cookie
        for outdated in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
            assert not shakes_hands(server.port, outdated)
        assert shakes_hands(server.port, ssl.TLSVersion.TLSv1_2)
        assert shakes_hands(server.port, ssl.TLSVersion.TLSv1_3)
        metadata = httpx.get(
            f"{server.url}/t/standard/.well-known/oauth-authorization-server", verify=context
        ).json()
        assert metadata["issuer"] == f"{server.url}/t/standard"
    finally:
        server.stop()


def test_without_forward_secrecy_and_authenticated_encryption_no_hand_is_shaken(tmp_path: Path) -> None:
    # Of an RSA key, with which the weak ones would work.
    server, _ = with_certificate(tmp_path, "rsa:2048")
    server.start()
    try:
        for suites in ("kECDHE+SHA1", "kECDHE+SHA256", "kRSA+AESGCM", "kRSA", "kDHE", "aNULL"):
            assert not shakes_hands(server.port, ssl.TLSVersion.TLSv1_2, suites), suites
        for suites in ("kECDHE+AESGCM", "kECDHE+CHACHA20"):
            assert shakes_hands(server.port, ssl.TLSVersion.TLSv1_2, suites), suites
    finally:
        server.stop()


def shakes_hands(port: int, version: ssl.TLSVersion, suites: str = "ALL") -> bool:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers(f"{suites}:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            context.wrap_socket(connection).close()
        return True
    except (ssl.SSLError, OSError):
        return False


SLOW = {
    b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-": 15,
    HEAD.replace("HOST", "127.0.0.1").encode() + b"Content-Length: 1000\r\n\r\na=": 35,
}
"""What clients begin who send another byte every two seconds, and after how many seconds they are gone (HT-07)."""


def test_slow_clients_are_gone_in_time_and_keep_nobody_waiting(server: Server) -> None:
    with ExitStack() as stack:
        open_before = server.connections()
        crowds = {beginning: [slow_client(server, beginning, stack) for _ in range(250)] for beginning in SLOW}
        until(lambda: server.connections() >= open_before + 475, of="letting in 95 of 100")
        began, took = time.monotonic(), []
        while any(crowds.values()):
            for beginning, crowd in crowds.items():
                crowd[:] = filter(is_still_heard, crowd)
                assert not crowd or time.monotonic() - began < SLOW[beginning], beginning
            ends = time.monotonic() + 2
            while time.monotonic() < ends:
                took.append(time_of(server))
        assert at_p99(took) < 0.5


def slow_client(server: Server, beginning: bytes, stack: ExitStack) -> socket.socket:
    client = stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=5))
    client.sendall(beginning)
    return client


def is_still_heard(client: socket.socket) -> bool:
    """Sends one more byte, unless the other end is closed."""
    client.setblocking(False)
    try:
        if client.recv(4096) == b"":
            return False
    except BlockingIOError:
        pass
    except OSError:
        return False
    with suppress(OSError):
        client.send(b"a")
    return True


def time_of(server: Server) -> float:
    return httpx.get(server.url + "/healthz", verify=False).elapsed.total_seconds()


# MARK: more of them than there is room for (HT-08)

FEW_FILES = ["prlimit", "--nofile=256:256"]
"""So much may a server have open, connections and all."""


def test_with_room_for_few_connections_it_answers_again_after_a_flood(tmp_path: Path) -> None:
    server = Server(tmp_path / "data", under=FEW_FILES)
    server.start()
    try:
        for _ in range(3):
            with ExitStack() as flood:
                for _ in range(1000):
                    ask_and_stay(server.port, flood)
            until(server.is_reached, within=5, of="an answer after the flood")
        # It can still open what it needs to read and write.
        server.succeed("tenant", "import", "Tenants/standard.json5")
        assert httpx.get(f"{server.url}/t/standard/sign-in").status_code == 200
    finally:
        assert server.stop() == 0


def ask_and_stay(port: int, flood: ExitStack) -> None:
    """Connects and asks, whether or not there is room, and keeps the connection."""
    client = flood.enter_context(socket.socket())
    client.setblocking(False)
    with suppress(OSError):
        client.connect(("127.0.0.1", port))
    with suppress(OSError):
        client.send(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")


def test_hands_that_are_never_shaken_keep_nobody_waiting(tmp_path: Path) -> None:
    server, _ = with_certificate(tmp_path)
    server.start()
    try:
        with ExitStack() as silent:
            for number in range(500):
                client = silent.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=5))
                if number % 2:
                    # The beginning of a hello of which the rest does not come (RFC 8446 §5.1).
                    client.sendall(b"\x16\x03\x01\x02\x00\x01")
            until(lambda: server.connections() >= 500, of="letting them in")
            until(server.is_at_rest, within=5, of="waiting without asking again and again")
            assert all(server.is_reached() for _ in range(20))
            until(lambda: server.connections() < 50, within=20, of="the end of those who said nothing")
    finally:
        assert server.stop() == 0


def test_a_hello_of_megabytes_is_cut_off_and_a_large_request_is_not(tmp_path: Path) -> None:
    server, cert = with_certificate(tmp_path)
    server.succeed("tenant", "import", "Tenants/standard.json5")
    server.start()
    try:
        # A message of 16 MiB, in records of 16 KiB (RFC 8446 §4 and §5.1).
        beginning, record = b"\x01\xff\xff\xff" + bytes(16380), b"\x16\x03\x01\x40\x00"
        hello = record + beginning + (record + bytes(16384)) * 1000
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
            with pytest.raises((ConnectionResetError, BrokenPipeError)):
                client.sendall(hello)
        context = ssl.create_default_context(cafile=str(cert))
        with httpx.Client(verify=context, base_url=f"{server.url}/t/standard") as browser:
            for _ in range(3):
                answer = browser.post("/applications/preview", files={"logo": ("logo.png", bytes(500_000))})
                assert answer.status_code == 303
    finally:
        assert server.stop() == 0
