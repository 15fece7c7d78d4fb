"""One running server for all files, with every shipped tenant and the hasty, reviewed tenant `brisk`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from portal.browser import ELLIPTIC, Chromium, self_made_certificate
from portal.dns import NameServer
from portal.oauth import Application, Person
from portal.postgres import UNDER_TEST, under_test
from portal.rounds import figures
from portal.server import ROOT, Server, Tenant

on_postgresql = pytest.mark.skipif(
    not under_test(), reason=f"what several servers share is in PostgreSQL, and {UNDER_TEST} names none"
)
"""For tests of what is there only where rows are kept in PostgreSQL."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in figures:
        terminalreporter.write_line(line)


def set_up(folder: Path, proxies: str = "127.0.0.1") -> Server:
    """A started server with all tenants."""
    server = Server(folder / "data", proxies=proxies, names=NameServer())
    server.succeed("tenant", "import", *(str(file) for file in sorted(ROOT.glob("Tenants/*.json5"))))
    server.start()
    try:
        import_brisk(server, folder)
    except BaseException:
        server.stop()
        raise
    return server


def with_certificate(folder: Path, *key: str) -> tuple[Server, Path]:
    """A server that speaks TLS, not started yet, and its certificate; of another kind of key where one is named."""
    cert, secret = self_made_certificate(folder, "127.0.0.1", key or ELLIPTIC)
    options = ["--tls-cert", str(cert), "--tls-key", str(secret)]
    return Server(folder / "data", options, scheme="https"), cert


def import_brisk(server: Server, folder: Path) -> None:
    """The second tenant: short-lived everything, and applications wait for approval."""
    settings = json.loads(server.succeed("tenant", "export", "standard"))
    settings["name"] = "brisk"
    settings["hosts"] = []
    settings["brand"]["displayName"] = "Brisk"
    settings["policy"] |= {
        "review": "reviewed",
        "requestSeconds": 2,
        "codeSeconds": 2,
        "accessTokenSeconds": 2,
        "refreshIdleSeconds": 4,
        "refreshAbsoluteSeconds": 6,
    }
    file = folder / "brisk.json5"
    file.write_text(json.dumps(settings))
    server.succeed("tenant", "import", str(file))


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = set_up(tmp_path_factory.mktemp("portal"))
    yield server
    server.stop()


def tenant_called(name: str) -> Any:
    """The fixture of this name, a tenant of the running server."""

    @pytest.fixture(scope="session", name=name)
    def tenant(server: Server) -> Tenant:
        return server.tenant(name)

    return tenant


standard = tenant_called("standard")
brisk = tenant_called("brisk")
rovitracker = tenant_called("rovitracker")
cameramanager = tenant_called("cameramanager")


@pytest.fixture(scope="session")
def forgiving(server: Server) -> Tenant:
    """A tenant where an application may use a refresh token again within half a minute."""
    return server.copy_of_standard(refreshGraceSeconds=30)


@pytest.fixture(scope="module")
def application(standard: Tenant) -> Application:
    return standard.application()


@pytest.fixture(scope="module")
def public_application(standard: Tenant) -> Application:
    return standard.application("Acme Mobile", kind="public")


@pytest.fixture(scope="module")
def resource_server(standard: Tenant) -> Application:
    return standard.application("Fleet Readings", kind="resource-server", redirect_uris=())


@pytest.fixture(scope="module")
def customer(standard: Tenant) -> Person:
    return standard.customer()


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    with Chromium(tmp_path_factory.mktemp("client")) as chromium:
        yield chromium
