"""A store as it is after years: rows written straight into the database of a stopped server.

Each tenant is a copy of the one that is there; half of the tokens and of the ledger are that one's, the rest
is spread evenly. Ledgers are chained with the key of the data folder, so `portal audit verify` accepts them.
"""

from __future__ import annotations

import hashlib
import sqlite3
import string
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, fields
from pathlib import Path

DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
HOUR = 3_600_000
FIRST = 1_735_689_600_000
"""When the time in an id begins, in milliseconds since 1970 (SecretText.swift)."""
AT_ONCE = 100
"""Tokens with the same millisecond in their id."""


@dataclass(frozen=True)
class Size:
    """So many rows beside those that are there."""

    @staticmethod
    def part(share: float) -> Size:
        """Of the whole."""
        return Size(**{each.name: round(share * int(str(each.default))) for each in fields(Size)})

    tokens: int = 10_000_000
    applications: int = 1_000_000
    tenants: int = 10_000
    entries: int = 1_000_000


@dataclass(frozen=True)
class Pattern:
    """The rows that all others are copies of."""

    tenant: int
    account: str
    application: str


def grow(data: Path, size: Size) -> None:
    """Adds the rows; a store that is interrupted in it is worth nothing."""
    with closing(sqlite3.connect(data / "portal.db", isolation_level=None)) as store:
        for setting in ("journal_mode = DELETE", "journal_mode = OFF", "cache_size = -500000"):
            store.execute(f"PRAGMA {setting}")
        pattern = Pattern(*store.execute("SELECT tenant, owner, id FROM applications LIMIT 1").fetchone())
        store.execute("BEGIN")
        tenants = add_tenants(store, pattern, size.tenants)
        add_applications(store, pattern, tenants, size.applications // max(1, len(tenants)))
        add_tokens(store, pattern, tenants, size.tokens)
        add_entries(store, pattern, tenants, size.entries, key(data))
        store.execute("COMMIT")


def key(data: Path) -> bytes:
    """The ledger's, as Portal derives it from the master key."""
    return digest((data / "master.key").read_bytes(), b"portal digest key: ledger")


def digest(key: bytes, message: bytes) -> bytes:
    return hashlib.blake2b(message, key=key, digest_size=32).digest()


def multiply(file: Path, table: str, count: int, changes: dict[str, str]) -> None:
    """Copies the first row of a peer's table so many times, with these columns changed."""
    with closing(sqlite3.connect(file, isolation_level=None)) as store:
        store.execute("BEGIN")
        copy(store, table, f"rowid = (SELECT min(rowid) FROM {table})", changes, (() for _ in range(count)))
        store.execute("COMMIT")


# MARK: what is added


def add_tenants(store: sqlite3.Connection, pattern: Pattern, count: int) -> range:
    """Each with the partner to whom its applications belong."""
    first = store.execute("SELECT max(id) + 1 FROM tenants").fetchone()[0]
    added = range(first, first + count)
    named, of_theirs = {"id": "?1", "name": "name || '-' || ?1"}, {"tenant": "?1"}
    partner = f"tenant = {pattern.tenant} AND id = '{pattern.account}'"
    copy(store, "tenants", f"id = {pattern.tenant}", named, ((tenant,) for tenant in added))
    copy(store, "accounts", partner, of_theirs, ((tenant,) for tenant in added))
    return added


def add_applications(store: sqlite3.Connection, pattern: Pattern, tenants: range, each: int) -> None:
    """With an address, a secret and an Owner for each."""
    for table, column, more in (
        ("applications", "id", {"ticket": "?2"}),
        ("redirect_uris", "application", {}),
        ("client_secrets", "application", {"ticket": "?2", "digest": "randomblob(32)"}),
        ("members", "application", {}),
    ):
        own = f"tenant = {pattern.tenant} AND {column} = '{pattern.application}'"
        names = ((tenant, copied(pattern, number)) for tenant in tenants for number in range(each))
        copy(store, table, own, {"tenant": "?1", column: "?2"} | more, names)


def copied(pattern: Pattern, number: int) -> str:
    return f"{pattern.application}-{number:06}"


def copy(
    store: sqlite3.Connection,
    table: str,
    own: str,
    changes: dict[str, str],
    values: Iterator[tuple[object, ...]],
) -> None:
    """Inserts our own row once for each of the values, with these columns changed."""
    columns = [row[1] for row in store.execute(f"PRAGMA table_info({table})")]
    taken = ", ".join(changes.get(column, column) for column in columns)
    store.executemany(
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {taken} FROM {table} WHERE {own}", values
    )


def add_tokens(store: sqlite3.Connection, pattern: Pattern, tenants: range, count: int) -> None:
    """Issued within the last hour, and for ten minutes to come, so that new ones lie between them."""
    now = int(time.time() * 1000)
    statement = (
        "INSERT INTO access_tokens (tenant, id, digest, application, scopes, issued_at, expires_at)"
        f" VALUES (?, ?, randomblob(32), ?, 'basic', {now}, {now + 24 * HOUR})"
    )
    for tenant, rows in shares(pattern, tenants, count):
        application = pattern.application if tenant == pattern.tenant else copied(pattern, 0)
        store.executemany(statement, ((tenant, token, application) for token in token_ids(rows, now)))


def token_ids(count: int, now: int) -> Iterator[str]:
    """In their order: the time in milliseconds, then what tells those of one time apart."""
    begin, span = now - HOUR, HOUR + HOUR // 6
    for first in range(0, count, AT_ONCE):
        stamp = base62(begin + span * first // count - FIRST, 7)
        for number in range(min(AT_ONCE, count - first)):
            yield f"{stamp}{number:09}"


def base62(number: int, length: int) -> str:
    text = ""
    for _ in range(length):
        number, digit = divmod(number, 62)
        text = DIGITS[digit] + text
    return text


def add_entries(store: sqlite3.Connection, pattern: Pattern, tenants: range, count: int, key: bytes) -> None:
    for tenant, rows in shares(pattern, tenants, count):
        head = store.execute(f"SELECT sequence, hash FROM ledger_heads WHERE tenant = {tenant}").fetchone()
        entries = list(chained(tenant, head or (0, b""), rows, pattern, key))
        store.executemany("INSERT INTO ledger VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", entries)
        if entries:
            last = (tenant, entries[-1][1], entries[-1][-1])
            store.execute("INSERT OR REPLACE INTO ledger_heads VALUES (?, ?, ?)", last)


def chained(
    tenant: int, head: tuple[int, bytes], count: int, pattern: Pattern, key: bytes
) -> Iterator[tuple[object, ...]]:
    """Rows of a ledger, each sealed after the one before (Ledger.swift)."""
    now, (sequence, seal) = int(time.time() * 1000), head
    actor, place = f"client:{pattern.application}", ("127.0.0.1", "GROW-0000-00")
    words = (actor, "code.redeemed", pattern.application, "", *place)
    tail = b"".join(counted(word.encode()) for word in words)
    for number in range(sequence + 1, sequence + count + 1):
        seal = digest(key, counted(seal) + counted(f"{tenant} {number} {now}".encode()) + tail)
        yield (tenant, number, now, *words, seal)


def counted(part: bytes) -> bytes:
    return len(part).to_bytes(8, "little") + part


def shares(pattern: Pattern, tenants: range, count: int) -> Iterator[tuple[int, int]]:
    """Half for the tenant that is asked, the other half in equal parts."""
    theirs = count // 2 // len(tenants) if tenants else 0
    yield pattern.tenant, count - theirs * len(tenants)
    yield from ((tenant, theirs) for tenant in tenants)
