"""The server is killed under load again and again: what it answered is true afterwards (security rows R-01, R-02)."""

from __future__ import annotations

import itertools
import random
import signal
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from conftest import set_up
from portal.crew import Crew, crew
from portal.history import Operation
from portal.postgres import under_test
from portal.rounds import report, rounds
from portal.server import Server, until
from portal.strace import killed_at
from portal.worker import STEPS

pytestmark = pytest.mark.torture

ROUNDS = rounds(short=16, long=200)
WORKERS = rounds(short=4, long=16)

AIMS = dict.fromkeys(("sendto",) if under_test() else ("fdatasync", "pwrite64"), range(1, 1 + ROUNDS))
"""At which calls a server is killed that is aimed at: where it speaks to the disk, or to its database."""

STARTS = (
    {"recvfrom": range(1, 40, 2), "sendto": range(1, 40, 2)}
    if under_test()
    else {"pread64": range(4, 600, 33), "pwrite64": range(2, 90, 5), "fdatasync": range(1, 4)}
)
"""At which calls one is killed while it recovers: as it reads its log, copies that into its file, and syncs both."""

KEPT = {"master.key", "portal.lock", "portal.db", "portal.db-wal", "portal.db-shm", "control.sock", "ledger.marks"}


@pytest.fixture
def killed(tmp_path: Path) -> Iterator[Server]:
    server = set_up(tmp_path)
    yield server
    server.stop(signal.SIGKILL)


def test_nothing_answered_is_lost_however_often_the_server_is_killed(killed: Server, tmp_path: Path) -> None:
    workers, dice = crew(killed, tmp_path, WORKERS), random.Random(2)
    slowest, checked, aims, starts, in_start = 0.0, 0, in_turn(AIMS), in_turn(STARTS), list[bool]()
    for number in range(ROUNDS):
        workers.prepare(dice)
        if number % 2:
            kill_at_random(workers, dice)
        else:
            kill_aimed(workers, *next(aims))
        if number % 3 == 0:
            in_start += [kill_recovering(killed, *next(starts)) for _ in range(2)]
        until_forgotten(killed)
        began = time.monotonic()
        killed.start()
        slowest = max(slowest, time.monotonic() - began)
        checked += workers.check()
        check_families(killed)
        assert {file.name for file in killed.data.iterdir()} <= KEPT
    workers.check_ledger()
    assert any(in_start)
    assert asked(killed, "SELECT count(*) FROM refresh_tokens WHERE used_at IS NULL") != ["0"]
    killed.stop()
    check_file(killed)
    operations = workers.history.operations()
    unknown = [one for one in operations if one.outcome == "unknown"]
    report(
        "Server, killed under load",
        kills=ROUNDS + len(in_start),
        of_them_before_the_first_answer=sum(in_start),
        clients=WORKERS,
        operations=len(operations),
        unknown=len(unknown),
        of_them_done=sum(one.found is True for one in unknown),
        things_compared=checked,
        ms_slowest_start=round(slowest * 1000),
    )
    check_kinds(operations)


def check_kinds(operations: Sequence[Operation]) -> None:
    """Each kind was answered, and in the long form each was interrupted, at whatever it is begun with."""
    answered = Counter(one.kind for one in operations if one.outcome == "ok")
    interrupted = Counter(one.kind for one in operations if one.interrupted)
    kinds = [step.kind for step in STEPS]
    for what, counts in (("answered", answered), ("interrupted", interrupted)):
        report(f"Operations {what}", **{kind.replace(" ", "_"): counts[kind] for kind in kinds})
    assert [kind for kind in kinds if not answered[kind]] == []
    if rounds(short=0, long=1):
        assert [kind for kind in kinds if not interrupted[kind]] == []


def in_turn(aims: Mapping[str, Sequence[int]]) -> Iterator[tuple[str, int]]:
    """Each of these calls at its first number, then each at its second, and so on for ever."""
    numbers = {call: itertools.cycle(those) for call, those in aims.items()}
    while True:
        yield from ((call, next(those)) for call, those in numbers.items())


def kill_at_random(workers: Crew, dice: random.Random) -> None:
    with workers.at_work():
        threading.Event().wait(dice.uniform(0.05, rounds(short=1, long=2)))
        workers.server.stop(signal.SIGKILL)


def kill_aimed(workers: Crew, call: str, number: int) -> None:
    """At a certain call, which may come while it still recovers from the kill before."""
    server = workers.server
    server.stop(signal.SIGKILL)
    with launched(server, killed_at(call, number)), workers.at_work():
        until(lambda: server.has_ended, within=60, of=f"call {number} of {call}")


def kill_recovering(server: Server, call: str, number: int) -> bool:
    """At a certain call of its start; says whether it came to that before it answered."""
    with launched(server, killed_at(call, number)):
        return server.has_ended


@contextmanager
def launched(server: Server, under: Sequence[str]) -> Iterator[None]:
    """Until the end of the block one runs that has answered, or has ended before that."""
    server.under = under
    try:
        server.launch()
        until(lambda: server.has_ended or server.is_reached(), of="the server's first answer or end")
        yield
    finally:
        server.under = []
        server.stop(signal.SIGKILL)


def until_forgotten(server: Server) -> None:
    """PostgreSQL ends what it was told by whoever was killed, and only then is it known whether it was done."""
    if postgres := under_test():
        connected = f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{server.database_name}'"
        until(lambda: postgres.run(connected) == "0", of="the end of the last connection")


def check_families(server: Server) -> None:
    """Of all refresh tokens of a family at most one is unused, whoever was told of them."""
    unused = "SELECT tenant, family FROM refresh_tokens WHERE used_at IS NULL"
    assert asked(server, f"{unused} GROUP BY tenant, family HAVING count(*) > 1") == []


def check_file(server: Server) -> None:
    """What only SQLite can say: its file is sound."""
    if not server.database:
        assert asked(server, "PRAGMA integrity_check") == ["ok"]


def asked(server: Server, sql: str) -> list[str]:
    """Rows as the server's database has them, their columns parted by |."""
    if postgres := under_test():
        return postgres.run(sql, server.database_name).splitlines()
    with closing(sqlite3.connect(f"file:{server.data}/portal.db?mode=ro", uri=True)) as database:
        return ["|".join(map(str, row)) for row in database.execute(sql)]
