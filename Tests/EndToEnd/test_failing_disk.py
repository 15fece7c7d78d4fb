"""A full disk and one that fails: who cannot be served comes again, and nothing is lost (security rows R-04, R-05)."""

from __future__ import annotations

import itertools
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path

import httpx
import pytest

from portal.crew import Crew, crew
from portal.history import Operation
from portal.oauth import Application, Page, Person
from portal.power import Call, calls
from portal.rounds import report, rounds
from portal.server import ROOT, Server, until
from portal.strace import failing, failures

pytestmark = pytest.mark.torture

STEP = rounds(short=40, long=1)
"""At every how many syncs one fails."""

WRITES = rounds(short=400, long=10)
"""And at every how many writes."""


WATCHED = ("openat", "fdatasync")
"""What is recorded beside the calls that fail."""

PLACES = range(60, 60 + 25 * rounds(short=1, long=8), 25)
"""At which sync, or write, a disk begins to fail for good."""


@dataclass
class Bystander:
    """People of another tenant, who are asked while nothing can be written; of what they do no history is kept."""

    application: Application
    owner: Person
    customer: Person
    tokens: list[str]
    """What was given to the application, and must be live."""

    refusals: list[httpx.Response] = field(default_factory=list)
    purpose: str = ""
    """What the owner was told is kept."""

    @property
    def path(self) -> str:
        return f"/applications/{self.application.client_id}"

    def check_reading(self) -> None:
        """Sessions, pages, pictures and questions about tokens need nothing of the disk."""
        assert all(self.application.is_active(token) for token in self.tokens)
        assert self.owner.page(self.path).status == 200
        assert self.customer.page("/account/connections").status == 200

    def renew(self) -> None:
        """For whoever looks on longer than a token lives."""
        self.tokens = [self.application.own_token().json()["access_token"]]

    def ask_for_writing(self) -> None:
        """Once as software does, and once as people do."""
        if token := self.done(self.application.own_token(), 200):
            self.tokens.append(token.json()["access_token"])
        purpose = f"Purpose {len(self.refusals)}."
        form = self.owner.page(f"{self.path}/branding")
        if self.done(self.owner.submit(form, "company_name", purpose=purpose), 303):
            self.purpose = purpose

    def done(self, answer: httpx.Response, status: int) -> httpx.Response | None:
        if answer.status_code == status:
            return answer
        assert is_clear(answer), f"{answer.status_code} {answer.text[:300]}"
        self.refusals.append(answer)
        return None

    def check(self) -> None:
        self.check_reading()
        assert self.purpose in self.owner.page(self.path).text


ADVICE = [
    "Nothing was changed. Try again in a few seconds.",
    # After a sync that failed nobody knows.
    "Look whether it was done before you try again.",
]


def is_clear(answer: httpx.Response) -> bool:
    """Whether somebody is told, in the way that is read there, to come again and when."""
    if answer.status_code != 503 or not answer.headers.get("retry-after", "").isdigit():
        return False
    if is_for_software(answer):
        return bool(answer.json()["error"] == "temporarily_unavailable")
    return any(advice in Page(answer).text for advice in ADVICE)


def is_for_software(answer: httpx.Response) -> bool:
    return answer.headers["content-type"].startswith("application/json")


@dataclass
class Wire:
    """What workers ask, and every answer that says to come again: a dropped connection is none."""

    asked: list[httpx.URL] = field(default_factory=list)
    answered: list[httpx.URL] = field(default_factory=list)
    refusals: list[httpx.Response] = field(default_factory=list)

    def listen(self, workers: Crew) -> None:
        for one in workers.workers:
            for client in (one.owner.http, one.customer.http, one.application.http):
                client.event_hooks = {"request": [self._asks], "response": [self._answers]}

    def _asks(self, request: httpx.Request) -> None:
        self.asked.append(request.url)

    def _answers(self, answer: httpx.Response) -> None:
        answer.read()
        self.answered.append(answer.url)
        if answer.status_code == 503:
            self.refusals.append(answer)

    def check(self) -> None:
        assert len(self.answered) == len(self.asked)
        assert [one.text for one in self.refusals if not is_clear(one)] == []


@contextmanager
def served(folder: Path, data: Path) -> Iterator[tuple[Crew, Bystander]]:
    """Two workers on a server that starts without any trouble, and others beside them."""
    server = Server(data, database=None)
    server.succeed("tenant", "import", str(ROOT / "Tenants/standard.json5"))
    server.start()
    try:
        yield crew(server, folder, count=2), bystander(server)
    finally:
        server.stop(signal.SIGKILL)


def bystander(server: Server) -> Bystander:
    standard = server.tenant("standard")
    owner, customer = standard.partner(), standard.customer()
    application = standard.application(owner=owner.email)
    return Bystander(application, owner, customer, [application.tokens_of(customer)["access_token"]])


def restart(server: Server, under: list[str]) -> bool:
    """Starts the server again with a tracer before it; says no where it did not get that far."""
    server.stop()
    server.under = under
    server.launch()
    until(lambda: server.has_ended or server.is_reached(), of="the server's first answer or end")
    server.under = []
    return not server.has_ended


def check_reading(workers: Crew, beside: Bystander) -> None:
    """Whoever only reads needs nothing of the disk."""
    beside.check_reading()
    for one in workers.workers:
        assert one.owner.page(one.path).status == 200
        assert one.owner.get(one.expected.logo).status_code == 200
        assert one.customer.page("/account/connections").status == 200
        assert one.application.introspect("unknown").json() == {"active": False}


def unknown(workers: Crew) -> list[Operation]:
    return [one for one in workers.history.operations() if one.outcome == "unknown"]


# MARK: full


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A disk of 8 MiB; without the right to mount one there is no test."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", folder]
    mounted = subprocess.run(mount, capture_output=True, text=True)
    if mounted.returncode != 0:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.splitlines()[0]}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_full_disk_is_told_to_everybody_and_ends_without_a_restart(tmp_path: Path) -> None:
    found = []
    for folder in rooms(tmp_path):
        with small_disk(folder / "disk") as disk:
            found.append(fill_up(folder, disk))
    tell("Disk full", found)


def test_a_disk_that_has_no_space_for_a_while_is_told_to_everybody(tmp_path: Path) -> None:
    tell("Disk that says it is full", [pretend(folder) for folder in rooms(tmp_path)])


def rooms(folder: Path) -> Iterator[Path]:
    """A new folder for each time, with a history of its own."""
    for number in range(rounds(short=1, long=20)):
        room = folder / str(number)
        room.mkdir()
        yield room


@dataclass
class Found:
    """What was seen of a full disk."""

    refusals: list[httpx.Response]
    seconds: float
    """From its end until everybody was served again."""


def tell(what: str, found: list[Found]) -> None:
    refusals = [refusal for one in found for refusal in one.refusals]
    report(
        what,
        times=len(found),
        refusals_of_software=sum(is_for_software(one) for one in refusals),
        refusals_of_people=sum(not is_for_software(one) for one in refusals),
        ms_until_served_again=round(max(one.seconds for one in found) * 1000),
    )


def fill_up(folder: Path, disk: Path) -> Found:
    """Something else uses the disk up, and lets go of it."""
    wire = Wire()
    with served(folder, disk / "data") as (workers, beside):
        # A log that starts over has no room left from before.
        assert restart(workers.server, [])
        ballast = disk / "ballast"
        wire.listen(workers)
        with workers.at_work(lasting=True):
            with ballast.open("wb", buffering=0) as file:
                until(lambda: is_refused(workers, file), within=60, of="the end of the disk")
            check_full(workers, beside)
            ballast.unlink()
            seconds = seconds_until_served(workers)
        check_after(workers, beside, wire)
    return Found(wire.refusals + beside.refusals, seconds)


def is_refused(workers: Crew, ballast: FileIO) -> bool:
    """Takes what space there is, and says whether everybody was told often enough that there is none."""
    try:
        while True:
            ballast.write(bytes(4096))
    except OSError:
        return all(one.interruptions > 5 for one in workers.workers)


def pretend(folder: Path) -> Found:
    """A disk that has no space for two hundred writes."""
    wire = Wire()
    with served(folder, folder / "data") as (workers, beside):
        note = folder / "note"
        assert restart(workers.server, failing("pwrite64", "ENOSPC", "100..299", note))
        wire.listen(workers)
        with workers.at_work(lasting=True):
            until(lambda: failures(note) > 40, within=60, of="the end of the disk")
            check_full(workers, beside)
            until(lambda: failures(note) == 200, within=60, of="space on the disk")
            seconds = seconds_until_served(workers)
        check_after(workers, beside, wire)
    return Found(wire.refusals + beside.refusals, seconds)


def seconds_until_served(workers: Crew) -> float:
    began = time.monotonic()
    workers.until_each(1)
    return time.monotonic() - began


def check_full(workers: Crew, beside: Bystander) -> None:
    """Whoever reads is served, and whoever writes is told; what finds a last bit of space is kept."""

    def is_told() -> bool:
        beside.ask_for_writing()
        for_software = sum(map(is_for_software, beside.refusals))
        return for_software > 2 and len(beside.refusals) - for_software > 2

    check_reading(workers, beside)
    until(is_told, of="refusals")
    check_reading(workers, beside)


def check_after(workers: Crew, beside: Bystander, wire: Wire) -> None:
    """Everything that was answered is there, and of what had no space nothing."""
    wire.check()
    beside.check()
    workers.check()
    workers.check_ledger()
    # Whoever was still looking at a page had not begun anything.
    assert any(one.interruptions for one in workers.workers)
    assert [one for one in unknown(workers) if one.found] == []
    assert workers.server.process and workers.server.process.poll() is None


# MARK: failing


def test_a_sync_or_write_that_fails_is_nobodys_loss(tmp_path: Path) -> None:
    failed = synced = 0
    with served(tmp_path, tmp_path / "data") as (workers, beside):
        for call, step in (("fdatasync", STEP), ("pwrite64", WRITES)):
            for number in itertools.count(1, step):
                note = tmp_path / f"{call}-{number}"
                if not fails_once(workers, call, str(number), note):
                    break
                failed, synced = failed + 1, synced + syncs_after_failure(note)
                beside.check()
                beside.renew()
        workers.check_ledger()
        workers.server.stop()
        with closing(sqlite3.connect(workers.server.data / "portal.db")) as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert synced > 2
    report("Disk failing", failures=failed, syncs_after=synced, unknown=len(unknown(workers)))


def fails_once(workers: Crew, call: str, when: str, note: Path) -> bool:
    """Whether a call failed until everybody had done everything; the server that met it went on."""
    workers.forget_tokens()
    if restart(workers.server, failing(call, "EIO", when, note, beside=WATCHED)):
        with workers.at_work(lasting=True):
            workers.until_each(1)
        if failures(note):
            workers.check()
    workers.server.stop(signal.SIGKILL)
    workers.server.start()
    workers.check()
    return failures(note) > 0


def syncs_after_failure(note: Path) -> int:
    """How often a file of the database was synced after a call had failed, each time one that was opened since.

    A sync of one that was open before says nothing of what the failed call should have written, so there is none.
    """
    count, has_failed, opened = 0, False, set[str]()
    for call in calls(note):
        if call.name == "openat":
            opened |= {call.result} if "O_RDWR" in call.arguments and call.ends else set()
        elif call.opened.endswith(("portal.db", "portal.db-wal")):
            if has_failed and call.name == "fdatasync" and call.begins:
                assert descriptor(call) in opened, f"{call.opened} was not opened anew before it was synced"
                count += 1
            if "INJECTED" in call.result:
                has_failed, opened = True, set()
    return count


def descriptor(call: Call) -> str:
    """What a file is called from when it was opened until it is closed: a number, and its path."""
    return call.arguments.partition(">")[0] + ">"


def test_a_disk_that_fails_for_good_still_lets_people_read(tmp_path: Path) -> None:
    synced = 0
    for call, place in itertools.product(("fdatasync", "pwrite64"), PLACES):
        folder = tmp_path / f"{call}-{place}"
        folder.mkdir()
        with served(folder, folder / "data") as (workers, beside):
            note = folder / "note"
            assert restart(workers.server, failing(call, "EIO", f"{place}+", note, beside=WATCHED))
            with workers.at_work():
                until(lambda: all(one.interruptions for one in workers.workers), within=60, of="failures")  # noqa: B023
            check_full(workers, beside)
            workers.server.stop(signal.SIGKILL)
            synced += syncs_after_failure(note)
            workers.server.start()
            beside.check()
            workers.check()
            workers.check_ledger()
    assert synced > len(PLACES)
    report("Disk failing for good", times=2 * len(PLACES), syncs_after=synced)
