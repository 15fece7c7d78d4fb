"""The provider's own API behind a real nginx, with the configuration that docs/forward-auth has."""

from __future__ import annotations

import os
import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from xml.etree import ElementTree

import httpx
import pytest

from portal.oauth import Application
from portal.server import ROOT, Server, Tenant, free_port, until

FLEET = "{http://standards.iso.org/iso/15143/-3}"


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("provider") / "data")
    for name in ("standard", "lametric"):
        server.succeed("tenant", "import", str(ROOT / f"Tenants/{name}.json5"))
    server.start()
    yield server
    server.stop()


@contextmanager
def running(arguments: list[str], **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        arguments, env=os.environ | environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(10)


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).status_code > 0
    except httpx.TransportError:
        return False


@contextmanager
def api(server: Server, tenant: str) -> Iterator[str]:
    """`scripts/api`, as a person would start it beside the server."""
    listen = f"127.0.0.1:{free_port()}"
    arguments = [str(ROOT / "scripts/api"), str(server.data), tenant]
    with running(arguments, PORTAL_PUBLIC_URL=server.url, PORTAL_API_LISTEN=listen):
        until(lambda: answers(f"http://{listen}/"), of="nginx's first answer")
        yield f"http://{listen}"


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture(scope="module")
def application(provider: Server) -> Application:
    return provider.tenant("standard").application(scopes=("basic", "devices_read"))


@pytest.fixture(scope="module")
def fleet(provider: Server) -> Iterator[str]:
    with api(provider, "standard") as address:
        yield f"{address}/Fleet/1"


def test_a_token_fetches_equipment_data(application: Application, provider: Server, fleet: str) -> None:
    token = application.tokens_of(provider.tenant("standard").customer())["access_token"]
    answer = httpx.get(fleet, headers=bearer(token))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/xml"
    machines = ElementTree.fromstring(answer.content).findall(f"{FLEET}Equipment")
    assert len(machines) == 3
    for machine in machines:
        assert machine.findtext(f"{FLEET}EquipmentHeader/{FLEET}SerialNumber")
        assert float(machine.findtext(f"{FLEET}CumulativeOperatingHours/{FLEET}Hour") or 0) > 0


@pytest.mark.parametrize("headers", [{}, bearer("nonsense"), {"Authorization": "Basic eDp5"}])
def test_without_one_the_refusal_is_the_portals_own(
    provider: Server, fleet: str, headers: dict[str, str]
) -> None:
    through = httpx.get(fleet, headers=headers)
    direct = httpx.get(f"{provider.url}/t/standard/oauth2/verify", headers=headers)
    assert through.status_code == direct.status_code == 401
    assert through.content == direct.content
    challenges = through.headers.get_list("www-authenticate")
    assert challenges == direct.headers.get_list("www-authenticate") and len(challenges) == 1


def test_a_refusal_with_two_challenges_comes_through_as_its_document_has_it(provider: Server) -> None:
    with api(provider, "lametric") as address:
        answer = httpx.get(f"{address}/Fleet/1", headers=bearer("0334613c79f116511fb81bc70f6dbaf20d002143"))
    assert answer.status_code == 401
    assert answer.text == '{"errors":[{"message":"Unauthorized"}]}'
    assert answer.headers["content-type"] == "application/json; charset=UTF-8"
    challenges = answer.headers.get_list("www-authenticate")
    assert challenges[0] == "native" and challenges[1].startswith("Bearer ") and len(challenges) == 2


def test_a_token_that_was_ended_stops_with_the_next_call(application: Application, fleet: str) -> None:
    token = application.own_token().json()["access_token"]
    assert httpx.get(fleet, headers=bearer(token)).status_code == 200
    assert application.revoke(token).status_code == 200
    assert httpx.get(fleet, headers=bearer(token)).status_code == 401


def test_a_suspended_application_gets_nothing(provider: Server, fleet: str) -> None:
    standard = provider.tenant("standard")
    other = standard.application("Other Rentals")
    token = other.own_token().json()["access_token"]
    assert httpx.get(fleet, headers=bearer(token)).status_code == 200
    provider.succeed("app", "suspend", "--tenant", "standard", other.client_id, "--reason", "A test")
    assert httpx.get(fleet, headers=bearer(token)).status_code == 401


def test_the_token_of_another_tenant_is_none(provider: Server, fleet: str) -> None:
    import_second(provider)
    token = Tenant(provider, "second").application().own_token().json()["access_token"]
    assert httpx.get(fleet, headers=bearer(token)).status_code == 401


def import_second(provider: Server) -> None:
    text = (ROOT / "Tenants/standard.json5").read_text()
    text = text.replace('name: "standard"', 'name: "second"').replace("../Public", str(ROOT / "Public"))
    file = provider.data.parent / "second.json5"
    file.write_text(text)
    provider.succeed("tenant", "import", str(file))


@pytest.mark.parametrize("path", ["/_verify", "/_refused", "/_no"])
def test_nobody_reaches_the_question_itself(fleet: str, path: str) -> None:
    assert httpx.get(fleet.replace("/Fleet/1", path)).status_code == 404


def test_an_api_behind_the_proxy_is_told_by_the_portal_alone(
    application: Application, provider: Server, tmp_path: Path
) -> None:
    """The lines that the shipped configuration has as comments, in place of the snapshot."""
    listen = free_port()
    with echo() as (behind, seen):
        text = (ROOT / "docs/forward-auth/nginx.conf").read_text()
        text = re.sub(r"#   (proxy_)", r"\1", text)
        text = re.sub(r"^ *(root|default_type|try_files) .*\n", "", text, flags=re.M)
        changed = {"8081": listen, "8080": provider.port, "9000": behind}
        for name in ("nginx.conf", "verify.conf"):
            source = text if name == "nginx.conf" else (ROOT / "docs/forward-auth" / name).read_text()
            for port, own in changed.items():
                source = source.replace(f"127.0.0.1:{port}", f"127.0.0.1:{own}")
            (tmp_path / f"api-{name}").write_text(source.replace("include verify", "include api-verify"))
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        folders = "".join(f"{kind}_temp_path {tmp_path}/{kind};" for kind in kinds)
        whole = tmp_path / "whole.conf"
        whole.write_text(
            f"daemon off; pid {tmp_path}/pid; error_log {tmp_path}/error.log; events {{}}"
            f"http {{ access_log off; {folders} include api-nginx.conf; }}"
        )
        arguments = ["nginx", "-c", str(whole), "-p", str(tmp_path), "-e", f"{tmp_path}/error.log"]
        with running(arguments, PATH=os.environ["PATH"] + ":/usr/sbin"):
            until(lambda: answers(f"http://127.0.0.1:{listen}/"), of="nginx's first answer")
            token = application.own_token(scope="devices_read").json()["access_token"]
            spoofed = {"X-Auth-Subject": "somebody", "X-Auth-Client": "else", "X-Auth-Scopes": "everything"}
            spoofed["X-Auth-Company"] = "UTF-8''Elsewhere"
            call = bearer(token) | spoofed
            address = f"http://127.0.0.1:{listen}/Fleet/1"
            assert httpx.post(address, headers=call, content=b"x").status_code == 200
            assert httpx.get(address, headers=spoofed).status_code == 401
    assert len(seen) == 1
    assert seen[0]["X-Auth-Client"] == seen[0]["X-Auth-Subject"] == application.client_id
    assert seen[0]["X-Auth-Scopes"] == "devices_read"
    assert seen[0]["X-Auth-Company"] == "UTF-8''"


@contextmanager
def echo() -> Iterator[tuple[int, list[dict[str, str]]]]:
    """An API that remembers the headers it is called with."""
    seen: list[dict[str, str]] = []

    class Api(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            seen.append(dict(self.headers.items()))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Api)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port, seen
    finally:
        server.shutdown()
        server.server_close()


def test_the_walk_of_the_readme_ends_with_equipment_data(tmp_path: Path) -> None:
    server = Server(tmp_path / "data")
    server.succeed("demo", "--public-url", server.url)
    server.start()
    listen = f"127.0.0.1:{free_port()}"
    try:
        # The address comes from demo.json, as it does for `make run API=1`.
        with running([str(ROOT / "scripts/api"), str(server.data)], PORTAL_API_LISTEN=listen):
            until(lambda: answers(f"http://{listen}/"), of="nginx's first answer")
            walked = subprocess.run(
                [ROOT / "scripts/walk", server.data],
                env=os.environ | {"PORTAL_API_LISTEN": listen},
                capture_output=True,
                text=True,
                timeout=60,
            )
    finally:
        server.stop()
    assert walked.returncode == 0, walked.stdout[-1500:] + walked.stderr
    assert "<SerialNumber>BRKEX210K00014872</SerialNumber>" in walked.stdout
    assert "3 machines in all" in walked.stdout
