"""The rows that a running server keeps for some of its tenants, to see whether any was changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from functools import cache

from .postgres import under_test
from .server import Server, Tenant
from .waiting import until

Rows = dict[tuple[str, str], set[str]]
"""By table and tenant; what belongs to no tenant is at the one without a name."""

UNSEEN = {("sessions", "seen_at")}
"""Whoever is signed in is seen when they ask, also for what is not theirs."""

COUNTED = {"chores", "shared_counts"}
"""Who does what for the other servers for the next minute, and how often something was tried."""

CROSSED = {"crossings", "ledger", "ledger_heads", "alerts", "outbox"}
"""Where a tenant is told that people of its own ask for what is another's (AU-01)."""


@contextmanager
def unchanged(owner: Tenant, visitor: Tenant) -> Iterator[None]:
    """Holds that the block changed no row of two tenants, nor any that is no tenant's."""
    told = {(table, visitor.name) for table in CROSSED if visitor.name != owner.name}
    before = rows(owner, visitor)
    yield
    after = rows(owner, visitor)
    changed = {place for place in before | after if before.get(place) != after.get(place)} - told
    assert not changed, {place: before.get(place, set()) ^ after.get(place, set()) for place in changed}


def come_to_rest(*tenants: Tenant) -> None:
    """Waits until what is written a moment later is written: last uses are every second."""
    seen: list[Rows] = []

    def rest() -> bool:
        seen.append(rows(*tenants))
        return seen[-1] in seen[-2:-1]

    until(rest, within=30, of="rest", pause=1.2)


def rows(*tenants: Tenant) -> Rows:
    found: Rows = {}
    server, names = tenants[0].server, frozenset(tenant.name for tenant in tenants)
    for table, tenant, row in of_postgres(server, names) if server.database else of_sqlite(server, names):
        found.setdefault((table, tenant), set()).add(row)
    return found


def of_sqlite(server: Server, names: frozenset[str]) -> Iterator[tuple[str, str, str]]:
    columns = "SELECT m.name, c.name FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table'"
    with closing(sqlite3.connect(f"file:{server.data}/portal.db?mode=ro", uri=True)) as database:
        for query in queries(database.execute(columns), names, "quote(t.{})"):
            yield from database.execute(query)


def of_postgres(server: Server, names: frozenset[str]) -> Iterator[tuple[str, str, str]]:
    postgres = under_test()
    assert postgres
    asked = postgres_queries(server.database_name, names)
    for line in postgres.run(asked, server.database_name).splitlines():
        table, tenant, row = line.split("|", 2)
        yield table, tenant, row


@cache
def postgres_queries(database: str, names: frozenset[str]) -> str:
    postgres = under_test()
    assert postgres
    columns = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
    lines = postgres.run(columns, database).splitlines()
    # As JSON a row is one line, whatever its texts are.
    written = "coalesce(to_json(t.{})::text, 'null')"
    return ";\n".join(queries((line.split("|") for line in lines), names, written))


def queries(columns: Iterable[Iterable[str]], names: frozenset[str], written: str) -> Iterator[str]:
    """One for each table, that answers its name, the name of the tenant, and a row as text."""
    tables: dict[str, list[str]] = {}
    for table, column in columns:
        tables.setdefault(table, []).append(column)
    chosen = ", ".join(f"'{name}'" for name in sorted(names))
    for table in tables.keys() - COUNTED:
        known = tables[table]
        row = " || ',' || ".join(written.format(column) for column in known if (table, column) not in UNSEEN)
        if "tenant" in known:
            whose = f"JOIN tenants n ON n.id = t.tenant WHERE n.name IN ({chosen})"
            yield f"SELECT '{table}', n.name, {row} FROM {table} t {whose}"
        else:
            yield f"SELECT '{table}', '', {row} FROM {table} t"
