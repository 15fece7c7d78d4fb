"""Somebody else holds the database file: writing waits and is told to come again, reading goes on (security row R-06)."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from portal.clock import Clock
from portal.oauth import Application
from portal.rounds import at_p99, report, rounds
from portal.server import ROOT, Server, Tenant, until

pytestmark = pytest.mark.torture

HOLDER = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
for statement in sys.argv[2:]:
    database.execute(statement).fetchall()
print("held", flush=True)
sys.stdin.read()
"""
"""A process of its own, because the locks of one process do not keep out itself."""

BRIEFLY = 0.5
"""Seconds that are well within the two for which writing waits."""


@pytest.fixture(scope="module")
def standard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tenant]:
    server = Server(tmp_path_factory.mktemp("locked") / "data", database=None)
    server.succeed("tenant", "import", str(ROOT / "Tenants/standard.json5"))
    server.start()
    yield server.tenant("standard")
    server.stop()


@contextmanager
def holding(server: Server, *statements: str) -> Iterator[None]:
    command = [sys.executable, "-c", HOLDER, str(server.data / "portal.db"), *statements]
    holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout and holder.stdout.readline() == "held\n"
        yield
    finally:
        holder.communicate(timeout=30)


def patient(application: Application) -> Application:
    application.http.timeout = httpx.Timeout(120)
    return application


def milliseconds(ask: Callable[[], httpx.Response]) -> float:
    began = time.monotonic()
    assert ask().status_code == 200
    return (time.monotonic() - began) * 1000


@contextmanager
def writing(application: Application) -> Iterator[list[httpx.Response]]:
    """Eight who want tokens all the time, and what they were refused with."""
    refused: list[httpx.Response] = []
    over = threading.Event()

    def write() -> None:
        while not over.is_set():
            if (answer := application.own_token()).status_code != 200:
                refused.append(answer)

    writers = [threading.Thread(target=write) for _ in range(8)]
    for writer in writers:
        writer.start()
    try:
        yield refused
    finally:
        over.set()
        for writer in writers:
            writer.join(60)


@pytest.mark.parametrize("seconds", [BRIEFLY, 5, 60] if rounds(short=0, long=1) else [BRIEFLY, 2])
def test_reading_goes_on_while_somebody_else_holds_the_file(standard: Tenant, seconds: float) -> None:
    application, customer = patient(standard.application("Steady Ltd")), standard.customer()
    token = application.tokens_of(customer)["access_token"]
    reading: list[float] = []
    # Whoever holds the file lets go of it before the writers end: what was briefly held nobody need notice.
    with writing(application) as refused, holding(standard.server, "BEGIN EXCLUSIVE"):
        began = time.monotonic()

        def is_enough() -> bool:
            reading.append(milliseconds(lambda: application.introspect(token)))
            assert customer.page("/account/connections").status == 200
            return (seconds == BRIEFLY or len(refused) > 8) and time.monotonic() - began > seconds

        until(is_enough, within=120, of="a refusal")
    assert {answer.status_code for answer in refused} == (set() if seconds == BRIEFLY else {503})
    assert all(answer.headers["retry-after"].isdigit() for answer in refused)
    assert application.own_token().status_code == 200
    report(
        f"File held for {seconds} s",
        refusals=len(refused),
        readings=len(reading),
        ms_to_read_at_p99=round(at_p99(reading)),
    )


def test_whoever_is_signed_in_reads_on_however_long_the_file_is_held(tmp_path: Path) -> None:
    clock = Clock(tmp_path / "clock")
    server = Server(tmp_path / "data", database=None, environment=clock.environment)
    server.succeed("tenant", "import", str(ROOT / "Tenants/standard.json5"))
    server.start()
    try:
        customer = server.tenant("standard").customer()
        with holding(server, "BEGIN EXCLUSIVE"):
            # Now and then is noted that somebody was seen.
            for minutes in (2, 4):
                clock.set(minutes * 60)
                assert customer.page("/account/connections").status == 200
    finally:
        server.stop()
        clock.close()


def test_a_long_reader_keeps_nobody_from_writing(standard: Tenant) -> None:
    application = patient(standard.application("Steady Ltd"))
    log = standard.server.data / "portal.db-wal"
    times: list[float] = []
    with holding(standard.server, "BEGIN", "SELECT count(*) FROM ledger"):

        def is_enough() -> bool:
            times.append(milliseconds(application.own_token))
            return log.stat().st_size > rounds(short=1, long=72) << 20

        until(is_enough, within=600, of="a long log", pause=0)
        if log.stat().st_size > 64 << 20:
            until(lambda: "write-ahead log grows" in standard.server.log.read_text(), of="a word about it")
    until(lambda: starts_over(application, log), within=60, of="the log's new beginning", pause=0)
    report(
        "Reader that stays",
        writes=len(times),
        ms_to_write_at_p99=round(at_p99(times)),
        of_more_than_a_second=sum(one > 1000 for one in times),
    )


def starts_over(application: Application, log: Path) -> bool:
    """Whether a write begins the log again, so that it does not grow for ever."""
    before = log.stat()
    application.own_token()
    return log.stat().st_size <= before.st_size
