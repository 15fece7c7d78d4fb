"""What `scripts/grow` writes past the server is what the server would have written."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from portal.server import ROOT, Server

TENANTS, TOKENS = 3, 2001


@pytest.fixture
def grown(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path / "data", database=None)
    server.succeed("tenant", "import", str(ROOT / "Tenants/standard.json5"))
    server.tenant("standard").application("Before Ltd", approved=True)
    sizes = ["--tokens", str(TOKENS), "--tenants", str(TENANTS), "--applications", "30", "--entries", "1200"]
    subprocess.run([ROOT / "scripts/grow", server.data, *sizes], check=True)
    yield server
    server.stop()


def test_every_ledger_of_it_is_unbroken(grown: Server) -> None:
    verdicts = grown.succeed("audit", "verify").splitlines()
    assert len([verdict for verdict in verdicts if verdict.startswith("ok")]) == 1 + TENANTS


def test_every_row_of_it_belongs_to_one_that_is_there(grown: Server) -> None:
    with closing(sqlite3.connect(grown.data / "portal.db")) as store:
        assert store.execute("PRAGMA foreign_key_check").fetchall() == []
        orphans = """
            SELECT count(*) FROM access_tokens LEFT JOIN applications
            ON applications.tenant = access_tokens.tenant AND applications.id = access_tokens.application
            WHERE applications.id IS NULL
            """
        assert store.execute(orphans).fetchone() == (0,)


def test_tokens_issued_on_it_lie_between_those_that_were_written(grown: Server) -> None:
    grown.start()
    application = grown.tenant("standard").application("After Ltd", approved=True)
    token = application.own_token().json()["access_token"]
    assert application.is_active(token)
    grown.stop()
    with closing(sqlite3.connect(grown.data / "portal.db")) as store:
        rows = store.execute("SELECT id FROM access_tokens WHERE tenant = 1 ORDER BY id")
        stored = [row[0] for row in rows]
    place = stored.index(token.rpartition("_")[2][:16])
    assert 0 < place < len(stored) - 1
