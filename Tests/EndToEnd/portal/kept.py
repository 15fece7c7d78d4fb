"""What a database file has of what was answered: the ledger's entries and the tokens (R-03, R-11)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from .history import ENTRIES, Operation, secret_id

PLACES = [("ledger", "reference"), ("access_tokens", "id"), ("refresh_tokens", "id")]


def lacking(database: sqlite3.Connection, answered: Iterable[Operation]) -> list[str]:
    """Those of the answered operations that are not in it as a whole."""
    kept = {row[0] for table, column in PLACES for row in database.execute(f"SELECT {column} FROM {table}")}
    return [str(one) for one in answered if not marks(one) <= kept]


def marks(one: Operation) -> set[str]:
    """By what an operation is known in the tables: its ledger entry, and the tokens that it gave."""
    tokens = {secret_id(text) for name, text in one.result.items() if name.endswith("_token")}
    return tokens | ({one.reference} if one.kind in ENTRIES else set())
