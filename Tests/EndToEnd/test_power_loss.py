"""A power cut after any answer or sync: what was answered is on the disk, and the file is sound (security row R-03)."""

from __future__ import annotations

import random
import shutil
import signal
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from portal.crew import Crew, crew
from portal.history import Operation
from portal.kept import lacking
from portal.oauth import Application
from portal.power import CALLS, Disk
from portal.rounds import report, rounds
from portal.server import ROOT, Server, Tenant
from portal.strace import finished, recording

pytestmark = pytest.mark.torture

CYCLES = rounds(short=1, long=12)
EVERY = rounds(short=60, long=40)
"""How many disks go by before a server is run on one."""

DATA = "above/data"
KEY = f"{DATA}/master.key"

RUNS = rounds(short=2, long=3)
"""A server that ends has moved its log into the file, and the next one begins another."""

LOOKS = rounds(short=1, long=5)
"""At how many disks of chance is looked each time, beside the one that has only what is safe."""


@dataclass
class Recorded:
    """A data folder, what its processes did and what they answered."""

    server: Server
    traces: list[Path]
    asking: Application
    """A guarded API, that asks about tokens of others."""

    operations: list[Operation]
    """One after the other, as those are who did them."""

    @property
    def told(self) -> dict[str, Operation]:
        """What was answered with which reference."""
        return {one.reference: one for one in self.operations if one.outcome == "ok"}

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
        workers, asking = run(server, folder, traces[1:])
    finally:
        server.stop()
    yield Recorded(server, traces, asking, workers.history.operations())


def run(server: Server, folder: Path, traces: list[Path]) -> tuple[Crew, Application]:
    """Workers who do everything, on one server after the other, and who may ask about their tokens."""
    workers: Crew | None = None
    asking: Application | None = None
    for trace in traces:
        server.under = recording(trace, CALLS)
        server.start()
        workers = workers or crew(server, folder, count=2)
        asking = asking or guarded_api(workers.tenant)
        for _ in range(CYCLES):
            for worker in workers.workers:
                worker.once()
        server.stop()
        finished(trace)
    server.under = []
    assert workers and asking
    return workers, asking


def guarded_api(tenant: Tenant) -> Application:
    """One that asks about tokens, which outlive the test."""
    tenant.set_policy(accessTokenSeconds=3600)
    return tenant.application("Readings", kind="resource-server", redirect_uris=())


@pytest.fixture
def memory() -> Iterator[Path]:
    """A folder in which thousands of disks are laid out one after the other."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        yield Path(folder) / "image"


def test_what_was_answered_is_there_after_a_power_cut(recorded: Recorded, memory: Path) -> None:
    disk, dice, cuts, lost, served, asked = Disk(recorded.root), random.Random(5), 0, [], 0, Counter[bool]()
    key, told = (recorded.server.data / "master.key").read_bytes(), recorded.told
    for number, trace in enumerate(recorded.traces):
        for _ in disk.replay(trace):
            answered = [told[one] for one in disk.answered if one in told]
            for attempt in range(LOOKS + 1 if number else 1):
                cuts += 1
                image = disk.image(dice if attempt else None)
                # Once a tenant was imported everything depends on it.
                assert not number or image.get(KEY) == key
                lost += missing(image, memory, answered)
                if cuts % EVERY == 0 and KEY in image:
                    served += 1
                    asked += check_served(memory, recorded, answered)
    assert lost == []
    assert len(disk.answered) > 50 and served > 3 and asked[True] > 3 and asked[False] > 3
    report(
        "Power cut",
        answers=len(disk.answered),
        disks=cuts,
        servers_run_on_them=served,
        live_tokens_known_there=asked[True],
        dead_tokens_known_there=asked[False],
    )


def test_the_same_disks_would_lack_much_if_files_were_not_synced(recorded: Recorded, memory: Path) -> None:
    disk = Disk(recorded.root)
    for trace in recorded.traces:
        for _ in disk.replay(trace, ignoring=frozenset({"fdatasync"})):
            pass
    told = recorded.told
    answered = [told[one] for one in disk.answered if one in told]
    assert len(missing(disk.image(None), memory, answered)) > 10


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
        return lacking(database, answered) if answered else []


def check_served(folder: Path, recorded: Recorded, answered: list[Operation]) -> Counter[bool]:
    """The real server opens what the disk has, finds its ledgers whole, and knows what it answered about tokens."""
    server = Server(folder / DATA, database=None)
    assert server.command("audit", "verify").returncode == 0
    if not answered:
        return Counter()
    known = certain(recorded, answered)
    server.start()
    try:
        asking = replace(recorded.asking, base=server.tenant("liberal").base)
        for token, is_live in known.items():
            assert asking.is_active(token) == is_live, f"{token} after {answered[-1]}"
    finally:
        server.stop(signal.SIGKILL)
    return Counter(known.values())


def certain(recorded: Recorded, answered: list[Operation]) -> dict[str, bool]:
    """Whether tokens are live after what was answered, but for those that what was under way may have ended."""
    last = max(one.number for one in answered)
    before, after = states(answered), states([*answered, *recorded.operations[last : last + 1]])
    return {token: is_live for token, is_live in before.items() if after[token] == is_live}


def states(operations: list[Operation]) -> dict[str, bool]:
    """All access tokens that were given, and whether they are live."""
    live: dict[str, bool] = {}
    for one in operations:
        if one.kind == "unlisted token":
            # Of another tenant, whom nobody asks here.
            continue
        if one.kind == "revoke":
            live[one.facts["token"]] = False
        elif one.kind == "withdraw":
            # Whoever began before has withdrawn as well, so these are the tokens of this customer.
            live = dict.fromkeys(live, False)
        elif token := one.result.get("access_token"):
            live[token] = True
    return live
