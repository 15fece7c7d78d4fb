"""One file has everything but the keys, and what was given out before works where it is restored (R-11)."""

from __future__ import annotations

import json
import random
import shutil
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from conftest import on_postgresql
from portal.crew import Crew, crew
from portal.history import History, Operation
from portal.kept import lacking
from portal.load import clients, load
from portal.oauth import Application, Page, Person
from portal.rounds import report, rounds
from portal.server import BINARY, ROOT, Server, until
from portal.strace import KILLED, killed_at, resting_at, rests


AIMS = [
    *(("pwrite64", number) for number in range(1, 200, rounds(short=110, long=7))),
    *(("fsync,fdatasync", number) for number in range(1, rounds(short=2, long=6))),
    ("rename", 1),
]
"""Calls of a backup at which it, or its server, is killed under load."""

BACKUPS = rounds(short=2, long=30)
SECONDS_APART = rounds(short=0, long=60)
CLIENTS = rounds(short=3, long=16)

LEDGERS = "SELECT tenant, sequence, reference, hash FROM ledger ORDER BY tenant, sequence"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path / "data", database=None)
    server.succeed("tenant", "import", str(ROOT / "Tenants/standard.json5"))
    server.start()
    yield server
    server.stop()


def back_up(server: Server, name: str = "portal.backup") -> Path:
    file = server.data.parent / name
    printed = json.loads(server.succeed("backup", str(file), "--json"))
    assert printed["bytes"] == file.stat().st_size and file.stat().st_mode & 0o777 == 0o600
    return file


def other_machine(server: Server, *, key: bool = True) -> Server:
    """A folder that holds the master key and nothing else."""
    other = Server(server.data.parent / "other", database=None)
    other.data.mkdir(mode=0o700)
    if key:
        shutil.copy(server.data / "master.key", other.data / "master.key")
    return other


def there(application: Application, server: Server) -> Application:
    return replace(application, base=server.tenant("standard").base)


def test_under_load_everything_acknowledged_before_is_in_it_and_works_elsewhere(server: Server) -> None:
    standard = server.tenant("standard")
    waiting, customer = standard.application("Before Ltd", approved=True), standard.customer()
    used, hesitant = customer.code(waiting), standard.customer()
    assert waiting.redeem(used).status_code == 200
    screen = hesitant.asked(waiting)
    with load(clients(standard, [standard.base] * 3)) as running:
        until(lambda: all(len(client.tokens) > 8 for client in running.clients), within=60, of="tokens")
        code = customer.code(waiting)
        acknowledged = [(client.application, list(client.tokens)) for client in running.clients]
        file = back_up(server)
        count = sum(len(client.outcomes) for client in running.clients)
        until(
            lambda: sum(len(client.outcomes) for client in running.clients) > count + 20,
            within=60,
            of="requests after the backup",
        )
    assert [one for one in running.outcomes if one.is_error] == []
    server.stop()
    other = other_machine(server)
    assert "Restored" in other.succeed("restore", str(file))
    other.start()
    try:
        for application, tokens in acknowledged:
            assert all(there(application, other).is_active(token) for token in tokens)
        for spent in (code, used):
            refused = there(waiting, other).redeem(spent)
            assert refused.status_code == 400 and refused.json()["error"] == "invalid_grant"
        check_ended(screen, signed_in_there(hesitant, other))
        assert other.command("audit", "verify").returncode == 0
        assert "data.restored" in other.succeed("audit", "export", "--tenant", "standard")
    finally:
        other.stop()


def signed_in_there(person: Person, server: Server) -> Person:
    """The same browser, which finds another server at the address."""
    same = Person(server.tenant("standard").base, person.role, person.email, person.password)
    same.http.cookies = person.http.cookies
    assert same.page(same.home).status == 200
    return same


def check_ended(screen: Page, customer: Person) -> None:
    """Whoever answers a consent screen of before gives nobody a code."""
    form = screen.form("ticket")
    answer = customer.post(form.action, [*form.fields, ("answer", "allow")])
    assert answer.status_code == 400 and "E-EXPIRED" in Page(answer).text and "location" not in answer.headers


@pytest.mark.torture
def test_each_of_many_copies_is_sound_and_has_all_that_was_answered_before_it(
    server: Server, tmp_path: Path
) -> None:
    workers, witness, compared = crew(server, tmp_path, CLIENTS), tmp_path / "witness", 0
    # No token is swept away before it was looked for in the last copy.
    for tenant in (workers.tenant, server.tenant("standard")):
        tenant.set_policy(accessTokenSeconds=3600)
    with workers.at_work(lasting=True):
        began = time.monotonic()
        for number in range(BACKUPS):
            work_on(workers, began + number * SECONDS_APART)
            shutil.copy(workers.history.file, witness)
            file = back_up(server, f"copy-{number}")
            answered = answered_by(witness)
            assert missing(file, server, answered) == []
            compared += len(answered)
            file.unlink()
    workers.check()
    workers.check_ledger()
    report(
        "Backups under load",
        backups=BACKUPS,
        clients=CLIENTS,
        operations=len(workers.history.operations()),
        operations_looked_for=compared,
        refusals=sum(one.interruptions for one in workers.workers),
    )


def answered_by(file: Path) -> list[Operation]:
    """What a history says was answered."""
    with closing(History(file)) as history:
        return [one for one in history.operations() if one.outcome == "ok"]


def work_on(workers: Crew, due: float) -> None:
    """Until the next backup is due and everybody has done everything since the last."""
    workers.until_each(1, within=300)
    while time.monotonic() < due:
        workers.until_each(1, within=300)


def missing(file: Path, server: Server, answered: list[Operation]) -> list[str]:
    """What a copy lacks of what was answered; it is sound, and its ledgers are the beginnings of those today."""
    with closing(sqlite3.connect(f"file:{file}?immutable=1", uri=True)) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert copy.execute("PRAGMA foreign_key_check").fetchall() == []
        lost, entries = lacking(copy, answered), copy.execute(LEDGERS).fetchall()
    with closing(sqlite3.connect(f"file:{server.data / 'portal.db'}?mode=ro", uri=True)) as today:
        length = Counter(tenant for tenant, *_ in entries)
        assert [row for row in today.execute(LEDGERS) if row[1] <= length[row[0]]] == entries
    return lost


def test_a_file_that_is_not_as_it_was_written_is_refused_and_leaves_nothing(server: Server) -> None:
    whole = back_up(server).read_bytes()
    changed = bytearray(whole)
    changed[len(changed) // 2] ^= 1
    other = other_machine(server)
    for content, words in [
        (whole[:-1], "its end is missing"),
        (whole[: len(whole) // 2], "its end is missing"),
        (bytes(changed), "was changed or damaged"),
        (b"not a backup", "is no backup"),
        (b"", "is no backup"),
    ]:
        file = server.data.parent / "damaged"
        file.write_bytes(content)
        refused = other.command("restore", str(file))
        assert refused.returncode == 1 and words in refused.stderr and "hint: " in refused.stderr
        assert {path.name for path in other.data.iterdir()} <= {"master.key", "portal.lock"}


def test_it_is_restored_only_beside_its_key_and_where_no_data_are(server: Server) -> None:
    file = back_up(server)
    assert "is there already" in server.command("backup", str(file)).stderr
    nowhere = server.command("backup", str(file.parent / "none/file"))
    assert nowhere.returncode == 1 and "No such file or directory" in nowhere.stderr
    assert {path.name for path in file.parent.glob(f"{file.name}*")} == {file.name}
    other = other_machine(server, key=False)
    refused = other.command("restore", str(file))
    assert refused.returncode == 1 and "master.key is missing" in refused.stderr
    (other.data / "master.key").write_bytes(bytes(32))
    (other.data / "master.key").chmod(0o600)
    refused = other.command("restore", str(file))
    assert refused.returncode == 1 and "does not hold the master key" in refused.stderr
    assert not (other.data / "portal.db").exists()
    shutil.copy(server.data / "master.key", other.data / "master.key")
    assert "Nothing was left there" in other.succeed("restore", str(file), "--dry-run")
    assert not (other.data / "portal.db").exists()
    other.succeed("restore", str(file))
    assert {path.name for path in other.data.iterdir()} == {"master.key", "portal.lock", "portal.db"}
    refused = other.command("restore", str(file))
    assert refused.returncode == 1 and "there are data in" in refused.stderr


@pytest.mark.torture
def test_a_backup_that_is_killed_at_any_call_leaves_a_whole_file_or_none(server: Server) -> None:
    server.tenant("standard").application()
    server.stop()
    file, other = server.data.parent / "portal.backup", other_machine(server)
    number, step, kills = 1, rounds(short=40, long=1), 0

    def check_whole() -> None:
        assert "Nothing was left there" in other.succeed("restore", str(file), "--dry-run")

    for call in ("pwrite64", "write", "fsync,fdatasync", "rename"):
        while server.command("backup", str(file), under=killed_at(call, number)).returncode == KILLED:
            if file.exists():
                check_whole()
            file.unlink(missing_ok=True)
            number, kills = number + (step if "write" in call else 1), kills + 1
        check_whole()
        assert {path.name for path in file.parent.glob(f"{file.name}*")} == {file.name}
        file.unlink()
        number = 1
    assert kills > 4
    report("Backup, killed at each of its calls", kills=kills)


@pytest.mark.torture
def test_a_restore_that_is_killed_at_any_call_is_done_or_begins_anew(server: Server) -> None:
    server.tenant("standard").application()
    file, other = back_up(server), other_machine(server)
    step, kills = rounds(short=40, long=1), 0

    def end() -> None:
        """Whatever is there counts as restored, or does not keep the next one from it."""
        if not (other.data / "portal.db").exists():
            other.succeed("restore", str(file))
        assert {path.name for path in other.data.iterdir()} == {"master.key", "portal.lock", "portal.db"}
        assert other.command("audit", "verify").returncode == 0
        assert other.succeed("audit", "export", "--tenant", "standard").count("data.restored") == 1
        for path in other.data.glob("portal.db*"):
            path.unlink()
        (other.data / "ledger.marks").unlink()

    for call in ("pwrite64", "write", "fsync,fdatasync", "rename", "unlink"):
        number = 1
        while other.command("restore", str(file), under=killed_at(call, number)).returncode == KILLED:
            end()
            number, kills = number + (step if "write" in call else 1), kills + 1
        end()
    assert kills > 4
    report("Restore, killed at each of its calls", kills=kills)


@pytest.mark.torture
def test_while_everybody_works_a_killed_backup_or_server_costs_nothing_and_passes_for_nothing(
    server: Server, tmp_path: Path
) -> None:
    workers, dice = crew(server, tmp_path, rounds(short=2, long=8)), random.Random(11)
    other, kills = other_machine(server), Counter[str]()
    for call, number in AIMS:
        for kill in (kill_backup, kill_server):
            workers.prepare(dice)
            kills[kill.__name__] += kill(workers, other, call, number)
            workers.check()
    workers.check_ledger()
    assert len(kills) == 2 and min(kills.values()) > 2
    report("Backup under load, killed itself or its server", **kills)


def kill_backup(workers: Crew, other: Server, call: str, number: int) -> bool:
    """At one of its calls, unless it ended before; the next one begins while everybody works on."""
    server, file = workers.server, workers.server.data.parent / "portal.backup"
    with workers.at_work(lasting=True):
        workers.until_each(0)
        answered = workers.history.entered()
        code = server.command("backup", str(file), under=killed_at(call, number)).returncode
        assert code in {0, KILLED}
        check_left(file, answered, other, is_there=code == 0)
        check_next(workers, other)
    return code == KILLED


def kill_server(workers: Crew, other: Server, call: str, number: int) -> bool:
    """While the backup rests at one of its calls, unless it ended before; that then goes on by itself."""
    server, file = workers.server, workers.server.data.parent / "portal.backup"
    with workers.at_work():
        workers.until_each(0)
        answered = workers.history.entered()
        with running([*resting_at(call, number), BINARY, "backup", file, *server.where]) as command:
            until(lambda: command.poll() is not None or rests(command), of="the backup's rest or end")
            has_ended = command.returncode is not None
            server.stop(signal.SIGKILL)
            until(lambda: has_gone_on(command), of="the backup's end")
    check_left(file, answered, other, is_there=command.returncode == 0)
    server.start()
    check_next(workers, other)
    return not has_ended


def has_gone_on(command: subprocess.Popen[bytes]) -> bool:
    """To its end, wherever it rests on the way: each of its threads does once."""
    command.send_signal(signal.SIGCONT)
    return command.poll() is not None


@contextmanager
def running(command: Sequence[str | Path]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait(30)


def check_next(workers: Crew, other: Server) -> None:
    """The next backup needs no cleaning up, and what was there in between is gone."""
    answered, file = workers.history.entered(), back_up(workers.server)
    check_left(file, answered, other, is_there=True)
    assert list(file.parent.glob(f"{file.name}*")) == []


def check_left(file: Path, answered: set[str], other: Server, *, is_there: bool) -> None:
    """The file is whole if it is there, as is whatever else is taken for a backup; removes the file."""
    assert file.exists() or not is_there
    for one in file.parent.glob(f"{file.name}*"):
        found = restored(one, other)
        assert answered <= found if found else one != file, f"{one} is not whole"
    file.unlink(missing_ok=True)


def restored(file: Path, other: Server) -> set[str]:
    """What the ledgers in a backup name, which is nothing where it is not taken for one."""
    done = other.command("restore", str(file))
    if done.returncode != 0:
        assert "is no backup" in done.stderr or "was changed or damaged" in done.stderr, done.stderr
        return set()
    with closing(sqlite3.connect(other.data / "portal.db")) as database:
        found = {row[0] for row in database.execute("SELECT reference FROM ledger")}
    for one in other.data.glob("portal.db*"):
        one.unlink()
    return found


@on_postgresql
def test_on_postgresql_it_says_what_makes_one(tmp_path: Path) -> None:
    server = Server(tmp_path / "data")
    for command in ("backup", "restore"):
        refused = server.command(command, str(tmp_path / "file"))
        assert refused.returncode == 1 and "pg_dump" in refused.stderr
