"""Where servers of a comparison keep their rows: each has a place of its own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qsl, urlsplit

from portal.postgres import PostgreSQL


class Store(Protocol):
    settings: str
    """How durable it is, for the report."""

    def create(self, name: str) -> str:
        """The address of an empty place."""

    def settle(self, name: str) -> None:
        """What earlier jobs left to do would be done in the time of the next one."""


class OnPostgreSQL:
    """A database for each, on one server that forces every commit to the disk."""

    settings = "PostgreSQL as Debian has it: fsync, synchronous_commit and full_page_writes on"

    def __init__(self, server: PostgreSQL) -> None:
        self.server = server

    def create(self, name: str) -> str:
        return self.server.create(name)

    def settle(self, name: str) -> None:
        self.server.run("VACUUM ANALYZE", name)
        self.server.run("CHECKPOINT")


class OnSQLite:
    """A folder for each, all on the same disk."""

    settings = "SQLite, journal_mode WAL and synchronous FULL: a commit is on the disk before its answer"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def create(self, name: str) -> str:
        place = self.folder / name
        place.mkdir(mode=0o700)
        return str(place)

    def settle(self, name: str) -> None:
        os.sync()


def variables(address: str) -> dict[str, str]:
    """An address in the variables that servers read: libpq's, as every library on top does, or DATA."""
    if not address.startswith("postgres://"):
        return {"DATA": address}
    parts = urlsplit(address)
    more = dict(parse_qsl(parts.query))
    names = {"PGUSER": parts.username, "PGDATABASE": parts.path[1:], "PGHOST": more.get("host")}
    return {name: value for name, value in (names | {"PGPORT": more.get("port")}).items() if value}
