"""Data of every earlier format become data of this one, however often that is interrupted (security row R-12)."""

from __future__ import annotations

import itertools
import shutil
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from conftest import on_postgresql
from portal.crew import crew
from portal.postgres import PostgreSQL, under_test
from portal.rounds import report, rounds
from portal.server import BINARY, ROOT, Server, until
from portal.strace import KILLED, killed_at

pytestmark = pytest.mark.torture

STEP = rounds(short=9, long=1)
"""Every how many formats one is taken, and every how many syncs it is killed."""

WRITES = rounds(short=150, long=10)
"""At every how many writes."""

RECORDS = "schema_migrations"


@dataclass
class Formats:
    """A data folder with everything in it, and an empty database of each earlier format."""

    whole: Path
    empty: dict[int, Path]

    @property
    def database(self) -> Path:
        return self.whole / "portal.db"

    def folder(self, number: int, to: Path) -> Server:
        """A data folder of an earlier format, with all rows that had a place in it."""
        shutil.rmtree(to, ignore_errors=True)
        to.mkdir(mode=0o700)
        for name in ("master.key", "portal.lock"):
            shutil.copy(self.whole / name, to / name)
        shutil.copy(self.empty[number], to / "portal.db")
        fill(to / "portal.db", self.database)
        return Server(to, database=None)


@pytest.fixture(scope="module")
def formats(tmp_path_factory: pytest.TempPathFactory) -> Formats:
    folder = tmp_path_factory.mktemp("formats")
    server = Server(folder / "whole", database=None)
    server.succeed("tenant", "import", str(ROOT / "Tenants/standard.json5"))
    server.start()
    try:
        for worker in crew(server, folder, count=2).workers:
            worker.once()
    finally:
        server.stop()
    return Formats(server.data, earlier(folder, last_format(server.data / "portal.db")))


def earlier(folder: Path, last: int) -> dict[int, Path]:
    """An empty database of each format, by how many migrations it has seen."""
    found = dict(left_by_kills(folder))
    # Each thread's calls are counted, so the first syncs of the one that writes are not met before another's.
    for number in sorted(set(range(last + 1)) - set(found)):
        left = left_by_kills(folder, found[number - 1])
        found |= next(({number: file} for reached, file in left if reached == number), {})
    return dict(sorted(found.items()))


def left_by_kills(folder: Path, start: Path | None = None) -> Iterator[tuple[int, Path]]:
    """What kills at the syncs of a migration leave, and how many migrations that has seen."""
    server = Server(folder / "young", database=None)
    for number in itertools.count(1):
        shutil.rmtree(server.data, ignore_errors=True)
        with_key(server)
        if start:
            shutil.copy(start, server.data / "portal.db")
            with closing(sqlite3.connect(server.data / "portal.db")) as database:
                # Then whoever only opens it syncs nothing.
                database.execute("PRAGMA journal_mode = WAL")
        if server.command("migrate", under=killed_at("fdatasync", number)).returncode != KILLED:
            return
        with closing(sqlite3.connect(server.data / "portal.db")) as database:
            reached = len(records(database))
        file = folder / f"format-{reached}"
        if not file.exists():
            yield reached, Path(shutil.copy(server.data / "portal.db", file))


def with_key(server: Server) -> Server:
    """Gives it a folder with the key that all have."""
    server.data.mkdir(mode=0o700)
    (server.data / "master.key").touch(0o600)
    (server.data / "master.key").write_bytes(bytes(32))
    (server.data / "portal.lock").touch(0o600)
    return server


def records(database: sqlite3.Connection) -> list[tuple[int, str]]:
    if not columns(database, RECORDS):
        return []
    return database.execute(f"SELECT number, name FROM {RECORDS} ORDER BY number").fetchall()


def columns(database: sqlite3.Connection, table: str, schema: str = "main") -> list[str]:
    return [row[1] for row in database.execute(f"PRAGMA {schema}.table_info({table})")]


def tables(database: sqlite3.Connection) -> list[str]:
    found = database.execute("SELECT name FROM main.sqlite_schema WHERE type = 'table' ORDER BY name")
    return [name for (name,) in found if name != RECORDS and not name.startswith("sqlite_")]


def fill(file: Path, source: Path) -> None:
    """Puts what the tables of the source have into those tables and columns that are there."""
    with closing(sqlite3.connect(file)) as database:
        database.execute("ATTACH ? AS source", [str(source)])
        for table in tables(database):
            if not (names := ", ".join(shared_columns(database, table))):
                continue
            rows = f"SELECT {names} FROM source.{table}"
            database.execute(f"INSERT OR REPLACE INTO main.{table} ({names}) {rows}")
        database.commit()
        assert database.execute("PRAGMA main.foreign_key_check").fetchall() == []


def shared_columns(database: sqlite3.Connection, table: str) -> list[str]:
    theirs = columns(database, table, "source")
    return [name for name in columns(database, table) if name in theirs]


def everything(server: Server) -> list[str]:
    """Schema and rows, as text."""
    with closing(sqlite3.connect(server.data / "portal.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        return list(database.iterdump())


def schema(file: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(file)) as database:
        return database.execute("SELECT name, sql FROM sqlite_schema ORDER BY name").fetchall()


def last_format(file: Path) -> int:
    with closing(sqlite3.connect(file)) as database:
        numbers = [number for number, _ in records(database)]
    assert numbers == list(range(1, len(numbers) + 1))
    return len(numbers)


def test_each_earlier_format_becomes_this_one_with_every_row(formats: Formats, tmp_path: Path) -> None:
    last = last_format(formats.database)
    assert last >= 29 and sorted(formats.empty) == list(range(last + 1))
    for number in list(formats.empty)[::STEP]:
        server = formats.folder(number, tmp_path / "data")
        with closing(sqlite3.connect(server.data / "portal.db")) as old:
            kept = {table: columns(old, table) for table in tables(old)}
        server.succeed("migrate")
        assert schema(server.data / "portal.db") == schema(formats.database), f"format {number}"
        with closing(sqlite3.connect(server.data / "portal.db")) as new:
            new.execute("ATTACH ? AS source", [str(formats.database)])
            for table, names in kept.items():
                wanted = ", ".join(name for name in names if name in columns(new, table))
                if not wanted:
                    continue
                for one, other in (("main", "source"), ("source", "main")):
                    lacking = f"SELECT {wanted} FROM {one}.{table} EXCEPT"
                    lacking += f" SELECT {wanted} FROM {other}.{table}"
                    assert new.execute(lacking).fetchall() == [], f"format {number}, {table}"
            counted = new.execute("SELECT tenant, kept FROM logo_bytes ORDER BY tenant").fetchall()
            assert counted == new.execute("SELECT tenant, sum(length(png)) FROM logos GROUP BY tenant ORDER BY tenant").fetchall()


def test_a_migration_that_is_killed_anywhere_goes_on_from_there(formats: Formats, tmp_path: Path) -> None:
    kills = 0
    for number in list(formats.empty)[::STEP]:
        server = formats.folder(number, tmp_path / "data")
        server.succeed("migrate")
        wanted = everything(server)
        for call, step in (("fdatasync", STEP), ("pwrite64", WRITES)):
            at = 1
            while True:
                server = formats.folder(number, tmp_path / "data")
                if server.command("migrate", under=killed_at(call, at)).returncode != KILLED:
                    break
                server.succeed("migrate")
                assert everything(server) == wanted, f"format {number}, {call} {at}"
                kills, at = kills + 1, at + step
    report("Migration, killed at its syncs and writes", formats=len(formats.empty), kills=kills)


def test_data_of_a_later_program_are_left_alone(formats: Formats, tmp_path: Path) -> None:
    server = Server(tmp_path / "data", database=None)
    shutil.copytree(formats.whole, server.data)
    with closing(sqlite3.connect(server.data / "portal.db")) as database:
        last = max(number for number, _ in records(database))
        database.execute(f"INSERT INTO {RECORDS} VALUES (?, 'from tomorrow', x'00')", [last + 1])
        database.commit()
    before = everything(server)
    for command in (["migrate"], ["serve", "--listen", f"127.0.0.1:{server.port}"]):
        refused = server.command(*command)
        assert refused.returncode == 1
        assert f"Data format {last + 1} is newer than this program ({last})" in refused.stderr
        assert everything(server) == before


@on_postgresql
def test_on_postgresql_too_it_goes_on_from_where_it_was_killed(tmp_path: Path) -> None:
    postgres, undisturbed = under_test(), with_key(Server(tmp_path / "undisturbed"))
    assert postgres
    undisturbed.succeed("migrate")
    wanted, left = everything_in(postgres, undisturbed), Counter[int]()
    for at in itertools.count(1, STEP):
        server = with_key(Server(tmp_path / str(at)))
        # `sendto` is how libpq speaks to the server.
        if server.command("migrate", under=killed_at("sendto", at)).returncode != KILLED:
            break
        left[reached(postgres, server)] += 1
        server.succeed("migrate")
        assert everything_in(postgres, server) == wanted, f"killed at {at}"
        postgres.drop(server.database_name)
    assert len([number for number in left if 0 < number < max(left)]) > rounds(short=3, long=20)
    report("Migration on PostgreSQL, killed where it sends", kills=left.total(), formats_left=len(left))


def everything_in(postgres: PostgreSQL, server: Server) -> list[bytes]:
    """A dump of its database, without the words that differ from one dump to the next."""
    lines = postgres.dump(server.database_name).splitlines()
    return [line for line in lines if not line.startswith((b"\\restrict ", b"\\unrestrict "))]


def reached(postgres: PostgreSQL, server: Server) -> int:
    """How many migrations its database has seen, once nothing of whoever was killed is under way there."""
    connected = f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{server.database_name}'"
    until(lambda: postgres.run(connected) == "0", of="the end of the last connection")
    if not postgres.run(f"SELECT to_regclass('{RECORDS}')", server.database_name):
        return 0
    return int(postgres.run(f"SELECT count(*) FROM {RECORDS}", server.database_name))


@on_postgresql
def test_several_who_start_at_once_migrate_once(tmp_path: Path) -> None:
    for number in range(rounds(short=3, long=30)):
        server = Server(tmp_path / f"{number}-0")
        those = [server, *(Server(tmp_path / f"{number}-{one}", database=server.database) for one in (1, 2))]
        running = [subprocess.Popen([BINARY, "migrate", *with_key(each).where]) for each in those]
        assert [process.wait(60) for process in running] == [0, 0, 0]
