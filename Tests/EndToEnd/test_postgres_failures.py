"""What becomes of requests when the database fails: 503, never a wrong answer, nothing lost (security row R-08)."""

from __future__ import annotations

import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from conftest import on_postgresql
from portal.load import Load, clients, load
from portal.oauth import Application
from portal.postgres import PORTAL, PostgreSQL, postgresql, programs
from portal.server import ROOT, Server, Tenant, free_port, until

pytestmark = on_postgresql

RECOVERY = 10
"""Seconds after which everything goes well again that the database did not survive."""

CLIENTS = 4
SLOTS = 13
"""Connections that the small server has for everybody but its superuser."""


@dataclass
class Stage:
    """A portal on a PostgreSQL server of its own."""

    postgres: PostgreSQL
    portal: Server
    standard: Tenant

    def used_codes(self) -> int:
        sql = "SELECT count(*) FROM authorization_codes WHERE used_at IS NOT NULL"
        return int(self.postgres.run(sql, self.portal.database_name))


@contextmanager
def stage(folder: Path, postgres: PostgreSQL, address: str) -> Iterator[Stage]:
    server = Server(folder / "data", database=address)
    server.succeed("tenant", "import", str(ROOT / "Tenants/standard.json5"))
    server.start()
    try:
        yield Stage(postgres, server, server.tenant("standard"))
        # Whatever happened, it was never restarted.
        assert server.process and server.process.poll() is None
    finally:
        server.stop()


@pytest.fixture(scope="module")
def failing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with (
        postgresql(durable=True, settings={"max_connections": str(SLOTS + 3)}) as postgres,
        stage(tmp_path_factory.mktemp("failing"), postgres, postgres.create("portal")) as failing,
    ):
        yield failing


@pytest.fixture(scope="module")
def application(failing: Stage) -> Application:
    return failing.standard.application("Steady Ltd", approved=True)


def recovered(application: Application) -> None:
    until(lambda: application.own_token().status_code == 200, within=RECOVERY, of="the recovery")


def is_told_to_come_again(answer: httpx.Response) -> bool:
    return answer.status_code == 503 and answer.headers["retry-after"].isdigit()


def check(running: Load, stage: Stage, used_before: int) -> None:
    """Nothing was answered that is not true, and nothing refused that was good (R-01)."""
    assert running.wrong() == []
    for client in running.clients:
        assert client.tokens and all(client.application.is_active(token) for token in client.tokens)
        assert set(client.redeemed.values()) == {1}
    # A good code is used up by whoever was answered, or by whoever was told that nobody knows.
    answered = sum(client.redeemed.total() + client.unknown for client in running.clients)
    assert stage.used_codes() - used_before == answered
    assert stage.portal.command("audit", "verify").returncode == 0


# MARK: it ends


@pytest.mark.parametrize("end", ["a fast stop", "an immediate stop", "a kill"])
def test_a_restart_under_load_costs_only_patience(failing: Stage, end: str) -> None:
    ends: dict[str, Callable[[], None]] = {
        "a fast stop": failing.postgres.stop,
        "an immediate stop": lambda: failing.postgres.stop(signal.SIGQUIT),
        "a kill": failing.postgres.kill,
    }
    workers = clients(failing.standard, [failing.standard.base] * CLIENTS)
    before = failing.used_codes()
    with load(workers) as running:
        until(lambda: running.succeeded(running.began), of="everybody's first success")
        ends[end]()
        until(lambda: any(one.status == 503 for one in running.outcomes), of="the first 503")
        failing.postgres.start()
        started = time.monotonic()
        until(lambda: running.succeeded(started), within=RECOVERY, of="everybody's success afterwards")
    assert all(one.waits for one in running.outcomes if one.status == 503)
    check(running, failing, before)


def test_a_connection_that_was_cut_is_made_anew_unnoticed(failing: Stage, application: Application) -> None:
    # Waited for, as a connection that ends while it is used is another matter.
    mine = f"MATERIALIZED (SELECT pid FROM pg_stat_activity WHERE usename = '{PORTAL}')"
    cut = f"WITH mine AS {mine} SELECT count(pg_terminate_backend(pid, 5000)) FROM mine"
    for _ in range(5):
        assert application.own_token().status_code == 200
        assert int(failing.postgres.run(cut)) > 0
        assert application.own_token().status_code == 200


# MARK: it stands still


def test_a_paused_database_is_answered_for_within_seconds(failing: Stage, application: Application) -> None:
    token = application.own_token().json()["access_token"]
    with ThreadPoolExecutor(20) as pool:
        failing.postgres.pause()
        try:
            began = time.monotonic()
            asked = [pool.submit(application.own_token) for _ in range(16)]
            answers = [one.result() for one in asked]
            took = time.monotonic() - began
        finally:
            failing.postgres.resume()
    assert all(is_told_to_come_again(answer) for answer in answers)
    assert took < 13
    recovered(application)
    assert application.is_active(token)


def test_a_lock_that_somebody_holds_is_not_waited_for_long(failing: Stage, application: Application) -> None:
    token = application.own_token().json()["access_token"]
    with session(failing, "BEGIN; LOCK TABLE access_tokens, authorization_codes; SELECT pg_sleep(600)"):
        held = "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted"
        until(lambda: failing.postgres.run(held, "portal") != "0", of="the lock")
        began = time.monotonic()
        with ThreadPoolExecutor(4) as pool:
            asked = [pool.submit(application.own_token) for _ in range(4)]
            # What needs no such row goes on.
            page = httpx.get(f"{failing.standard.base}/sign-in", timeout=20)
            assert page.status_code == 200 and not any(one.done() for one in asked)
            answers = [one.result() for one in asked]
        assert time.monotonic() - began < 8
    assert all(is_told_to_come_again(answer) for answer in answers)
    recovered(application)
    assert application.is_active(token)


def test_nobody_keeps_a_transaction_open_for_a_second(failing: Stage) -> None:
    idle = (
        f"SELECT count(*) FROM pg_stat_activity WHERE usename = '{PORTAL}' AND wait_event = 'ClientRead'"
        " AND xact_start IS NOT NULL AND now() - state_change > interval '1 second'"
    )
    with load(clients(failing.standard, [failing.standard.base] * CLIENTS)) as running:
        for _ in range(20):
            assert failing.postgres.run(idle) == "0"
        until(lambda: running.succeeded(running.began), of="everybody's first success")


# MARK: it has no room


def test_connections_that_others_use_up_are_waited_for(failing: Stage, application: Application) -> None:
    token = application.own_token().json()["access_token"]
    mine = f"application_name = 'portal' AND usename = '{PORTAL}'"
    cut = f"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE {mine}"
    theirs = f"SELECT count(*) FROM pg_stat_activity WHERE usename = '{PORTAL}' AND NOT ({mine})"
    others: list[subprocess.Popen[bytes]] = []

    def are_everywhere() -> bool:
        failing.postgres.run(cut)
        others[:] = [one for one in others if one.poll() is None]
        others.extend(connected(failing, "SELECT pg_sleep(600)") for _ in range(SLOTS - len(others)))
        return failing.postgres.run(theirs) == str(SLOTS)

    try:
        until(are_everywhere, within=20, of="the last connection's end", pause=0.1)
        began = time.monotonic()
        answers = [application.own_token() for _ in range(3)]
        assert all(is_told_to_come_again(answer) for answer in answers)
        assert time.monotonic() - began < 5
        # What needs no database is answered.
        assert httpx.get(f"{failing.portal.url}/healthz").status_code == 200
    finally:
        leave(failing, others)
    recovered(application)
    assert application.is_active(token)


def connected(stage: Stage, sql: str) -> subprocess.Popen[bytes]:
    asked = [str(programs() / "psql"), "-XqAt", stage.postgres.url("portal"), "-c", sql]
    return subprocess.Popen(asked, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@contextmanager
def session(stage: Stage, sql: str) -> Iterator[None]:
    """Somebody else who is connected and does this, until the end of the block."""
    process = connected(stage, sql)
    try:
        yield
    finally:
        leave(stage, [process])


def leave(stage: Stage, processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.kill()
        process.wait(10)
    # The server notices only at the end of the statement that nobody is there any more.
    stage.postgres.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query ~ 'pg_sleep'"
        " AND pid <> pg_backend_pid()"
    )


# MARK: the way to it


class Wire:
    """A way to a TCP port on which, when it is cut, nothing passes and nothing is closed."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._whole = threading.Event()
        self._whole.set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        self._whole.clear()

    def mend(self) -> None:
        self._whole.set()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self._to))
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._pass, args=(one, other), daemon=True).start()

    def _pass(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError), one, other:
            while piece := one.recv(65536):
                self._whole.wait()
                other.sendall(piece)


def test_a_partition_is_answered_for_and_healed_without_a_restart(tmp_path: Path) -> None:
    with postgresql(port=free_port()) as postgres:
        assert postgres.port
        postgres.create("portal")
        wire = Wire(postgres.port)
        address = f"postgres://{PORTAL}@127.0.0.1:{wire.port}/portal"
        with stage(tmp_path, postgres, address) as parted:
            workers = clients(parted.standard, [parted.standard.base] * CLIENTS)
            before = parted.used_codes()
            with load(workers) as running:
                until(lambda: running.succeeded(running.began), of="everybody's first success")
                wire.cut()
                until(
                    lambda: all(client.outcomes[-1].status == 503 for client in workers),
                    within=20,
                    of="everybody's 503",
                )
                wire.mend()
                mended = time.monotonic()
                until(lambda: running.succeeded(mended), within=RECOVERY, of="everybody's success afterwards")
            assert not [one for one in running.outcomes if one.is_error and one.at > mended + RECOVERY]
            check(running, parted, before)
        wire.close()


# MARK: another takes over


def test_a_failover_under_load_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    with postgresql(durable=True) as primary:
        primary.create("portal")
        standby = primary.standby()
        address = primary.url("portal", beside=[standby])
        with stage(tmp_path, primary, address) as moving:
            workers = clients(moving.standard, [moving.standard.base] * CLIENTS)
            before = moving.used_codes()
            with load(workers) as running:
                until(lambda: running.succeeded(running.began), of="everybody's first success")
                until(
                    lambda: sum(client.redeemed.total() for client in workers) > 20,
                    within=30,
                    of="enough to lose",
                )
                primary.kill()
                killed = time.monotonic()
                until(lambda: any(one.status == 503 for one in running.outcomes), of="the first 503")
                standby.promote()
                until(lambda: running.succeeded(killed), within=30, of="everybody's success afterwards")
                assert time.monotonic() - killed < 30
            errors = [one for one in running.outcomes if one.is_error]
            assert all(one.at < killed + 30 for one in errors)
            moving.postgres = standby
            check(running, moving, before)
