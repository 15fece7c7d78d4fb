"""A full disk and one that fails: who cannot be served comes again, and nothing is lost (security rows R-04, R-05)."""

from __future__ import annotations

import itertools
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from io import FileIO
from pathlib import Path

import pytest

from portal.crew import Crew, crew
from portal.history import Operation
from portal.rounds import report, rounds
from portal.server import ROOT, Server, until
from portal.strace import failing, failures

pytestmark = pytest.mark.torture

STEP = rounds(short=40, long=1)
"""At every how many syncs one fails."""

WRITES = rounds(short=400, long=10)
"""And at every how many writes."""


@contextmanager
def served(folder: Path, data: Path) -> Iterator[Crew]:
    """Two workers on a server that starts without any trouble."""
    server = Server(data, database=None)
    server.succeed("tenant", "import", str(ROOT / "Tenants/standard.json5"))
    server.start()
    try:
        yield crew(server, folder, count=2)
    finally:
        server.stop(signal.SIGKILL)


def restart(server: Server, under: list[str]) -> bool:
    """Starts the server again with a tracer before it; says no where it did not get that far."""
    server.stop()
    server.under = under
    server.launch()
    until(lambda: server.has_ended or server.is_reached(), of="the server's first answer or end")
    server.under = []
    return not server.has_ended


def check_reading(workers: Crew) -> None:
    """Sessions, pages, pictures and questions about tokens need nothing of the disk."""
    for one in workers.workers:
        assert one.owner.page(one.path).status == 200
        assert one.owner.get(one.expected.logo).status_code == 200
        assert one.customer.page("/account/connections").status == 200
        assert one.application.introspect("unknown").json() == {"active": False}


def unknown(workers: Crew) -> list[Operation]:
    return [one for one in workers.history.operations() if one.outcome == "unknown"]


# MARK: full


@contextmanager
def small_disk(folder: Path) -> Iterator[Path | None]:
    """A disk of 8 MiB, where one may be mounted."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", folder]
    if subprocess.run(mount, capture_output=True).returncode != 0:
        yield None
        return
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_full_disk_is_told_to_everybody_and_ends_without_a_restart(tmp_path: Path) -> None:
    seconds = []
    for number in range(rounds(short=1, long=20)):
        folder = tmp_path / str(number)
        with small_disk(folder) as disk:
            if disk:
                seconds.append(fill_up(tmp_path, disk))
        (tmp_path / f"{number}-pretended").mkdir()
        seconds.append(pretend(tmp_path / f"{number}-pretended"))
    report("Disk full", times=len(seconds), ms_until_served_again=round(max(seconds) * 1000))


def fill_up(folder: Path, disk: Path) -> float:
    """Something else uses the disk up, and lets go of it."""
    with served(folder, disk / "data") as workers:
        # A log that starts over has no room left from before.
        assert restart(workers.server, [])
        ballast = disk / "ballast"
        with workers.at_work(lasting=True):
            with ballast.open("wb", buffering=0) as file:
                until(lambda: is_refused(workers, file), within=60, of="the end of the disk")
            check_reading(workers)
            ballast.unlink()
            began = time.monotonic()
            workers.until_each(1)
            seconds = time.monotonic() - began
        check_full(workers)
    return seconds


def is_refused(workers: Crew, ballast: FileIO) -> bool:
    """Takes what space there is, and says whether everybody was told often enough that there is none."""
    try:
        while True:
            ballast.write(bytes(4096))
    except OSError:
        return all(one.interruptions > 5 for one in workers.workers)


def pretend(folder: Path) -> float:
    """A disk that has no space for eighty writes."""
    with served(folder, folder / "data") as workers:
        note = folder / "note"
        assert restart(workers.server, failing("pwrite64", "ENOSPC", "100..179", note))
        with workers.at_work(lasting=True):
            until(lambda: failures(note) > 40, within=60, of="the end of the disk")
            check_reading(workers)
            until(lambda: failures(note) == 80, within=60, of="space on the disk")
            began = time.monotonic()
            workers.until_each(1)
            seconds = time.monotonic() - began
        check_full(workers)
    return seconds


def check_full(workers: Crew) -> None:
    """Everything that was answered is there, and of what had no space nothing."""
    workers.check()
    workers.check_ledger()
    # Whoever was still looking at a page had not begun anything.
    assert any(one.interruptions for one in workers.workers)
    assert not any(one.found for one in unknown(workers) if one.kind != "redeem")
    assert workers.server.process and workers.server.process.poll() is None


# MARK: failing


def test_a_sync_or_write_that_fails_is_nobodys_loss(tmp_path: Path) -> None:
    failed = 0
    with served(tmp_path, tmp_path / "data") as workers:
        for call, step in (("fdatasync", STEP), ("pwrite64", WRITES)):
            for number in itertools.count(1, step):
                if not fails_once(workers, call, str(number), tmp_path / f"{call}-{number}"):
                    break
                failed += 1
        workers.check_ledger()
        workers.server.stop()
        with closing(sqlite3.connect(workers.server.data / "portal.db")) as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    report("Disk failing", failures=failed, unknown=len(unknown(workers)))


def fails_once(workers: Crew, call: str, when: str, note: Path) -> bool:
    """Whether a call failed until everybody had done everything; the server that met it went on."""
    workers.forget_tokens()
    if restart(workers.server, failing(call, "EIO", when, note)):
        with workers.at_work(lasting=True):
            workers.until_each(1)
        if failures(note):
            workers.check()
    workers.server.stop(signal.SIGKILL)
    workers.server.start()
    workers.check()
    return failures(note) > 0


def test_a_disk_that_fails_for_good_still_lets_people_read(tmp_path: Path) -> None:
    for call in ("fdatasync", "pwrite64"):
        (tmp_path / call).mkdir()
        with served(tmp_path / call, tmp_path / call / "data") as workers:
            note = tmp_path / call / "note"
            assert restart(workers.server, failing(call, "EIO", "60+", note))
            with workers.at_work():
                until(lambda: all(one.interruptions for one in workers.workers), within=60, of="failures")
            check_reading(workers)
            workers.server.stop(signal.SIGKILL)
            workers.server.start()
            workers.check()
            workers.check_ledger()
