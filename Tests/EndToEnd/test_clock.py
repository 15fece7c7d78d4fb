"""The machine's clock is set while the server runs: nothing lives longer for it, and nothing ends but by it (R-07)."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import import_brisk
from portal.clock import Clock
from portal.oauth import basic
from portal.races import post
from portal.server import ROOT, Server, Tenant, until

pytestmark = pytest.mark.torture

HOUR = 3600


@pytest.fixture
def clock(tmp_path: Path) -> Iterator[Clock]:
    clock = Clock(tmp_path / "clock")
    yield clock
    clock.close()


@pytest.fixture
def server(tmp_path: Path, clock: Clock) -> Iterator[Server]:
    server = Server(tmp_path / "data", environment=clock.environment)
    server.succeed("tenant", "import", str(ROOT / "Tenants/standard.json5"))
    server.start()
    import_brisk(server, tmp_path)
    yield server
    server.stop(signal.SIGKILL)


@pytest.fixture
def standard(server: Server) -> Tenant:
    return server.tenant("standard")


def test_a_step_back_lets_nothing_live_longer(server: Server, clock: Clock) -> None:
    brisk = server.tenant("brisk")
    clock.set(5 * HOUR)
    application, customer = brisk.application("Steady Ltd", approved=True), brisk.customer()
    tokens, code = application.tokens_of(customer), customer.code(application)
    clock.set(4 * HOUR)
    for token in tokens["access_token"], tokens["refresh_token"]:
        until(lambda token=token: not application.is_active(token), within=60, of="the token's end")  # type: ignore[misc]
    assert application.redeem(code).json()["error"] == "invalid_grant"
    again = application.own_token().json()["access_token"]
    until(lambda: not application.is_active(again), within=60, of="the next token's end")
    assert server.command("audit", "verify").returncode == 0
    until(lambda: "clock went back" in server.log.read_text(), of="a word about it")


def test_nothing_is_served_by_a_clock_that_is_behind_the_data(server: Server, clock: Clock) -> None:
    server.tenant("standard").application("Steady Ltd").own_token()
    server.stop()
    clock.set(-HOUR)
    server.launch()
    assert server.process and server.process.wait(20) == 1
    said = server.log.read_text().splitlines()[-3:]
    assert any("but these data were served at" in line for line in said), said
    assert any("--clock trusted" in line for line in said), said
    server.options = ["--clock", "trusted"]
    server.start()
    server.stop()
    server.options = []
    server.start()


@pytest.mark.parametrize(("seconds", "works"), [(57, True), (62, False)])
def test_a_code_works_for_a_minute(standard: Tenant, clock: Clock, seconds: int, works: bool) -> None:
    application, customer = standard.application("Steady Ltd", approved=True), standard.customer()
    code = customer.code(application)
    clock.set(seconds)
    assert (application.redeem(code).status_code == 200) == works


def test_steps_forward_end_what_has_its_time_and_nothing_else(standard: Tenant, clock: Clock) -> None:
    application, customer = standard.application("Steady Ltd"), standard.customer()
    given: set[str] = set()
    for ahead, refresh_lives in ((HOUR, True), (25 * HOUR, True), (clock.until(2038, 1, 20), False)):
        tokens = application.tokens_of(customer)
        access, refresh = tokens["access_token"], tokens["refresh_token"]
        assert application.is_active(access) and application.is_active(refresh)
        assert given.isdisjoint({access, refresh})
        given |= {access, refresh}
        clock.set(ahead)
        until(lambda access=access: not application.is_active(access), of="the token's end")  # type: ignore[misc]
        assert application.is_active(refresh) == refresh_lives
        customer.http.cookies.clear()
        customer.sign_in()
    assert application.is_active(application.own_token().json()["access_token"])
    assert standard.server.command("audit", "verify").returncode == 0


def test_a_step_cuts_off_nobody_who_is_being_served(standard: Tenant, clock: Clock) -> None:
    application = standard.application("Steady Ltd")
    credentials = basic(application.client_id, str(application.client_secret))
    form = {"grant_type": "client_credentials"}
    port, request = post(f"{application.base}/oauth2/token", form, **credentials)
    for ahead in (HOUR, -HOUR, 25 * HOUR):
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            connection.sendall(request[:-1])
            clock.set(ahead)
            assert application.own_token().status_code == 200
            connection.sendall(request[-1:])
            assert connection.recv(65536).startswith(b"HTTP/1.1 200")


def test_a_code_of_an_authenticator_is_good_once_whatever_the_clock_does(
    standard: Tenant, clock: Clock
) -> None:
    admin = standard.admin()
    assert admin.authenticator
    shown = admin.authenticator.last
    clock.set(-60)
    for _ in range(2):
        admin.http.cookies.clear()
        admin.submit(admin.page(admin.sign_in_page), "password", email=admin.email, password=admin.password)
        page = admin.page(admin.second_factor_page)
        answer = admin.submit(page, "code", code=admin.authenticator.code(shown))
        assert answer.status_code == 422
