"""A power cut after any answer or sync: what was answered is on the disk, and the file is sound (security row R-03)."""

from __future__ import annotations

import random
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from portal.crew import Crew, crew
from portal.history import ENTRIES, Operation, secret_id
from portal.power import CALLS, Disk
from portal.rounds import report, rounds
from portal.server import ROOT, Server
from portal.strace import finished, recording

pytestmark = pytest.mark.torture

CYCLES = rounds(short=1, long=12)
EVERY = rounds(short=60, long=40)
"""How many disks go by before a server is run on one."""

DATA = "above/data"
KEPT = [("ledger", "reference"), ("access_tokens", "id"), ("refresh_tokens", "id")]

RUNS = rounds(short=2, long=3)
"""A server that ends has moved its log into the file, and the next one begins another."""

LOOKS = rounds(short=1, long=5)
"""At how many disks of chance is looked each time, beside the one that has only what is safe."""


@dataclass
class Recorded:
    """A data folder, what its processes did and what they answered."""

    server: Server
    traces: list[Path]
    told: dict[str, Operation] = field(default_factory=dict)
    """What was answered with which reference."""

    @property
    def root(self) -> Path:
        """A folder that was there before."""
        return self.server.data.parents[1]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorded]:
    folder = tmp_path_factory.mktemp("power")
    server = Server(folder / "disk" / DATA, database=None)
    (folder / "disk").mkdir()
    traces = [folder / f"trace-{number}" for number in range(RUNS + 1)]
    standard = str(ROOT / "Tenants/standard.json5")
    assert server.command("tenant", "import", standard, under=recording(traces[0], CALLS)).returncode == 0
    finished(traces[0])
    try:
        workers = run(server, folder, traces[1:])
    finally:
        server.stop()
    told = {one.reference: one for one in workers.history.operations() if one.outcome == "ok"}
    yield Recorded(server, traces, told)


def run(server: Server, folder: Path, traces: list[Path]) -> Crew:
    """Workers who do everything, on one server after the other."""
    workers: Crew | None = None
    for trace in traces:
        server.under = recording(trace, CALLS)
        server.start()
        workers = workers or crew(server, folder, count=2)
        for _ in range(CYCLES):
            for worker in workers.workers:
                worker.once()
        server.stop()
        finished(trace)
    server.under = []
    assert workers
    return workers


@pytest.fixture
def memory() -> Iterator[Path]:
    """A folder in which thousands of disks are laid out one after the other."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        yield Path(folder) / "image"


def test_what_was_answered_is_there_after_a_power_cut(recorded: Recorded, memory: Path) -> None:
    disk, dice, cuts, lost, served = Disk(recorded.root), random.Random(5), 0, [], 0
    for number, trace in enumerate(recorded.traces):
        for _ in disk.replay(trace):
            for attempt in range(LOOKS + 1 if number else 1):
                cuts += 1
                image = disk.image(dice if attempt else None)
                lost += missing(image, memory, told(recorded, disk.answered))
                if cuts % EVERY == 0:
                    check_served(memory)
                    served += 1
    assert lost == []
    assert len(disk.answered) > 50 and served > 3
    report("Power cut", answers=len(disk.answered), disks=cuts, servers_run_on_them=served)


def test_the_same_disks_would_lack_much_if_files_were_not_synced(recorded: Recorded, memory: Path) -> None:
    disk = Disk(recorded.root)
    for trace in recorded.traces:
        for _ in disk.replay(trace, ignoring=frozenset({"fdatasync"})):
            pass
    assert len(missing(disk.image(None), memory, told(recorded, disk.answered))) > 10


def told(recorded: Recorded, references: list[str]) -> list[Operation]:
    return [recorded.told[one] for one in references if one in recorded.told]


def missing(image: dict[str, bytes], folder: Path, answered: list[Operation]) -> list[str]:
    """What the image of a disk lacks of what was answered; a damaged one is an error."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, content in image.items():
        file = folder / name
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.write_bytes(content)
        file.chmod(0o600)
    file = folder / DATA / "portal.db"
    if not file.exists():
        return [str(one) for one in answered]
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        if not answered:
            return []
        kept = {row[0] for table, column in KEPT for row in database.execute(f"SELECT {column} FROM {table}")}
    return [str(one) for one in answered if not marks(one) <= kept]


def marks(one: Operation) -> set[str]:
    """By what an operation is known in the tables: its ledger entry, and the tokens that it gave."""
    tokens = {secret_id(text) for name, text in one.result.items() if name.endswith("_token")}
    return tokens | ({one.reference} if one.kind in ENTRIES else set())


def check_served(folder: Path) -> None:
    """The real server opens what the disk has, and finds its ledgers whole."""
    server = Server(folder / DATA, database=None)
    if (server.data / "master.key").exists():
        assert server.command("audit", "verify").returncode == 0
