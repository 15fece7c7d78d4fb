"""What others wrote to attack servers finds nothing here (security rows HT-07, ST-05); in `make torture`."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from conftest import set_up
from portal.hostile import routes
from portal.nginx import nginx
from portal.oauth import Person, new_address
from portal.server import Server, free_port
from portal.targets import TARGETS, Scene, Target

pytestmark = pytest.mark.skipif(
    "PORTAL_TORTURE" not in os.environ,
    reason="takes minutes, and tools that `scripts/setup torture` installs",
)
CONNECTIONS = 500


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Server]:
    server = set_up(tmp_path)
    yield server
    server.stop()


def connections_to(port: int) -> int:
    """Those that the kernel still calls established, seen from the server."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(row[1].endswith(f":{port:04X}") and row[3] == "01" for row in rows)


@pytest.mark.parametrize(
    ("attack", "path", "gone_within"),
    [
        (["-H", "-i", "2", "-x", "1"], "/healthz", 15),
        (["-B", "-i", "2", "-x", "1", "-s", "8192"], "/t/standard/oauth2/token", 35),
        # A page fits into the kernel's buffers: what is left is idle, which a proxy may be for 75 s.
        (["-X", "-n", "2", "-z", "1", "-w", "1", "-y", "1"], "/t/standard/sign-in", 80),
    ],
    ids=["headers", "body", "reading"],
)
def test_slow_clients_are_gone_in_time_and_hold_nobody_up(
    own: Server, attack: list[str], path: str, gone_within: int
) -> None:
    size = ["-c", str(CONNECTIONS), "-r", "250", "-l", "240"]
    command = ["slowhttptest", *attack, *size, "-u", own.url + path]
    attacker = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    took: list[float] = []
    start = peak = time.monotonic()
    most = 0
    try:
        while (left := connections_to(own.port)) > 0 or most < CONNECTIONS / 2:
            answer = httpx.get(f"{own.url}/t/standard/sign-in", headers={"X-Forwarded-For": new_address()})
            took.append(answer.elapsed.total_seconds())
            assert answer.status_code == 200
            if left > most:
                most, peak = left, time.monotonic()
            assert time.monotonic() - start < 120, f"{left} connections are still there"
        assert time.monotonic() - peak < gone_within
    finally:
        attacker.terminate()
        attacker.wait()
    assert sorted(took)[len(took) * 99 // 100] < 0.5


# MARK: sqlmap


@contextmanager
def crowd_before(server: Server, folder: Path, without: str = "^$") -> Iterator[str]:
    """An address from which every request seems to be somebody else's, so that none is refused as one too many.

    Paths in which `without` is found are not there.
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    http = f"""
        map $request_id $visitor {{ "~^(?<one>....)(?<other>....)" "2001:db8:$one:$other::1"; }}
        server {{
            listen 127.0.0.1:{port};
            location ~ "{without}" {{ return 404; }}
            location / {{
                proxy_pass {server.url};
                proxy_http_version 1.1;
                proxy_set_header Host 127.0.0.1:{server.port};
                proxy_set_header X-Forwarded-For $visitor;
            }}
        }}
    """
    with nginx(folder, http, f"{url}/healthz"):
        yield url


def ask(url: str, target: Target) -> int:
    """What the request is answered as it stands."""
    where = url + target.path.removesuffix("*")
    if target.fields is None:
        return httpx.get(where, headers=target.headers).status_code
    return httpx.post(where, headers=target.headers, data=target.fields).status_code


def sqlmap(folder: Path, url: str, target: Target) -> str:
    # From its second level on it tries cookies.
    depth = ["--level", str(max(2, int(os.environ.get("PORTAL_SQLMAP_LEVEL", "3")))), "--risk", "2"]
    quietly = ["--batch", "--disable-coloring", "--output-dir", str(folder)]
    command = ["sqlmap", "-u", url + target.path, *quietly, *depth, "--ignore-redirects", "--drop-set-cookie"]
    command += ["--ignore-code", "401"]
    if target.asks:
        command += ["-p", ",".join(target.asks)]
    if target.fields is not None:
        command += ["--data", urlencode(target.fields)]
    for name, value in target.headers.items():
        command += ["--cookie", value] if name == "Cookie" else ["--header", f"{name}: {value}"]
    return subprocess.run(command, capture_output=True, text=True, timeout=7200).stdout


def answers_since(server: Server, start: int) -> Counter[int]:
    """How often the server answered what since its log was so long."""
    lines = server.noted()[start:].splitlines()
    return Counter(
        int(line["status"]) for line in map(json.loads, lines) if line["msg"] in {"request", "refused"}
    )


@pytest.mark.parametrize("describe", TARGETS, ids=lambda describe: describe.__name__)
def test_sqlmap_finds_no_way_into_a_statement(
    own: Server, tmp_path: Path, describe: Callable[[Scene], Target]
) -> None:
    scene = Scene.of(own)
    target = describe(scene)
    with crowd_before(own, tmp_path) as url:
        assert ask(f"{url}/t/standard", target) == target.answers
        start = len(own.noted())
        output = sqlmap(tmp_path, f"{url}/t/standard", target)
        answers = answers_since(own, start)
        assert ask(f"{url}/t/standard", target) == target.answers
    for name in target.asks or ["#1*"]:
        assert f"parameter '{name}' does not seem to be injectable" in output, output[-3000:]
    assert "do not appear to be injectable" in output, output[-3000:]
    assert answers.total() > 50 and answers[429] == 0 and max(answers) < 500, answers


# MARK: wapiti

PAGES = {None: 5, "customer": 5, "partner": 12, "admin": 12}
"""How many routes at least answer somebody of this role with a page, if they were really followed."""

ENDING = "/sign-out|/sessions/end|/account/password|second-factor|/admin/people|/admin/settings"
"""By which the session it crawls with would end; kept from it here, because its own option for that does not start."""


def wapiti(folder: Path, url: str, person: Person | None) -> dict[str, Any]:
    """What it found at the tenant's pages, for a stranger or somebody signed in."""
    report, cookies = folder / "wapiti.json", folder / "cookies.json"
    # Not its modules for headers and cookies: over plain HTTP they miss what https alone has.
    modules = "backup,blindsql,crlf,csp,exec,file,htaccess,methods,permanentxss,redirect,sql,xss,xxe"
    command = ["wapiti", "-u", f"{url}/", "--scope", "folder", "-m", modules, "--flush-session"]
    command += ["--max-scan-time", os.environ.get("PORTAL_WAPITI_SECONDS", "1200"), "--no-bugreport"]
    command += ["-f", "json", "-o", str(report), "-v", "0"]
    if person:
        # Not as a header: the first cookie that it is given would replace that.
        cookies.write_text(json.dumps(as_wapiti_keeps_them(person)))
        command += ["-c", str(cookies), "-s", url + person.home]
    environment = os.environ | {"HOME": str(folder)}
    done = subprocess.run(command, capture_output=True, text=True, timeout=7200, env=environment)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    found: dict[str, Any] = json.loads(report.read_text())
    return found


def as_wapiti_keeps_them(person: Person) -> dict[str, dict[str, dict[str, Any]]]:
    """A session in the form of its cookie files: by host, path and name."""
    kept: dict[str, dict[str, Any]] = {}
    for cookie in person.http.cookies.jar:
        about = {"value": cookie.value, "expires": None, "secure": False, "port": None, "version": 0}
        kept.setdefault(cookie.path, {})[cookie.name] = about
    return {"127.0.0.1": kept}


def pages_shown(server: Server, role: str, since: int) -> set[str]:
    """The routes for this role that answered with a page, since the log was so long."""
    admitted = {"partner", "member"} if role == "partner" else {role}
    listed = {
        path.removeprefix("/t/TENANT")
        for admits, method, path in routes()
        if admits in admitted and method == "GET"
    }
    lines = [json.loads(line) for line in server.noted()[since:].splitlines()]
    pages = {line.get("route") for line in lines if (line.get("method"), line.get("status")) == ("GET", 200)}
    return pages & listed


@pytest.mark.parametrize(
    ("role", "least"), [("anyone", 5), ("customer", 5), ("partner", 12), ("admin", 12)], ids=str
)
def test_wapiti_finds_nothing(own: Server, tmp_path: Path, role: str, least: int) -> None:
    """`least` is how many routes for the role it has to have seen, which it has not where nobody is signed in."""
    scene = Scene.of(own)
    person = {"customer": scene.customer, "partner": scene.partner, "admin": scene.admin}.get(role)
    start = len(own.noted())
    with crowd_before(own, tmp_path, without=ENDING) as url:
        found = wapiti(tmp_path, f"{url}/t/standard", person)
    assert [
        (kind, entry["info"], entry["path"])
        for what in ("vulnerabilities", "anomalies")
        for kind, entries in found[what].items()
        for entry in entries
    ] == []
    shown = pages_shown(own, role, since=start)
    assert len(shown) >= least, shown
    if person:
        assert person.get(person.home).status_code == 200
