"""PostgreSQL itself keeps tenants apart, whatever the program forgets (security row MT-05)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from conftest import on_postgresql
from portal.postgres import OWNER, PORTAL, PostgreSQL, under_test
from portal.server import ROOT, Server

pytestmark = on_postgresql

OPEN = {"tenants", "tenant_hosts", "former_tenants", "schema_migrations", "master_keys", "chores"}
"""Where a tenant is found before it is known who it is, and what is about no tenant."""


@dataclass
class Rows:
    """The rows of two tenants, as the role of the program and as the superuser see them."""

    server: PostgreSQL
    database: str
    tables: list[str]

    def seen(self, sql: str, tenant: int | None = None) -> str:
        """What the program's role is answered, with a tenant set or without."""
        chosen = f"SET portal.tenant = '{tenant}';\n" if tenant else ""
        return self.server.run(chosen + sql, self.database, PORTAL)

    def there(self, sql: str) -> str:
        return self.server.run(sql, self.database)

    def tenants(self, table: str) -> set[int]:
        return {int(line) for line in self.there(f"SELECT DISTINCT tenant FROM {table}").splitlines()}


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rows]:
    folder = tmp_path_factory.mktemp("rows")
    server = Server(folder / "data")
    server.succeed("tenant", "import", str(ROOT / "Tenants/standard.json5"))
    server.start()
    try:
        # Nothing of theirs ends while the tests go on, and is swept.
        for tenant in (server.tenant("standard"), server.copy_of_standard()):
            application, person = tenant.application(approved=True), tenant.customer()
            first = application.tokens_of(person)
            application.refresh(first["refresh_token"])
            person.asked(application, prompt="consent")
        postgres = under_test()
        assert postgres
        tables = postgres.run(
            "SELECT DISTINCT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
            " WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attname = 'tenant'",
            server.database_name,
        ).splitlines()
        yield Rows(postgres, server.database_name, sorted(set(tables) - OPEN))
    finally:
        server.stop()


def test_there_is_something_to_hide(rows: Rows) -> None:
    kept = {table for table in rows.tables if rows.tenants(table) == {1, 2}}
    assert {"accounts", "sessions", "applications", "client_secrets", "grants", "access_tokens"} <= kept
    assert {"authorization_codes", "refresh_tokens", "token_families"} <= kept


def test_every_table_but_those_that_find_a_tenant_is_closed_to_its_owner_too(rows: Rows) -> None:
    closed = rows.there(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        " AND relrowsecurity AND relforcerowsecurity"
    ).splitlines()
    every = rows.there("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").splitlines()
    assert set(closed) == set(rows.tables)
    assert set(every) - set(closed) <= OPEN


def test_without_a_tenant_every_table_answers_nothing(rows: Rows) -> None:
    for table in rows.tables:
        assert rows.seen(f"TABLE {table}") == "", table
        assert rows.seen(f"SET portal.tenant = ''; TABLE {table}") == "", table
        assert rows.seen(f"WITH gone AS (DELETE FROM {table} RETURNING 1) SELECT count(*) FROM gone") == "0"


def test_with_a_tenant_its_rows_are_there_and_no_others(rows: Rows) -> None:
    for table in rows.tables:
        for tenant in (1, 2):
            seen = rows.seen(f"SELECT tenant, count(*) FROM {table} GROUP BY tenant", tenant)
            there = f"SELECT tenant, count(*) FROM {table} WHERE tenant = {tenant} GROUP BY tenant"
            assert seen == rows.there(there), table
        assert rows.seen(f"SELECT count(*) FROM {table} WHERE tenant = 2", 1) == "0"
    assert rows.seen("TABLE accounts", 3) == ""


def test_nothing_can_be_written_for_another_tenant(rows: Rows) -> None:
    for table in rows.tables:
        insert = (
            f"INSERT INTO {table} SELECT * FROM jsonb_populate_record(null::{table}, '{{\"tenant\": 2}}')"
        )
        for tenant in (1, None):
            with pytest.raises(RuntimeError, match="violates row-level security policy"):
                rows.seen(insert, tenant)
        if 1 in rows.tenants(table):
            # Entries of the ledger are not changed at all, for whomever.
            refusal = "append-only" if table == "ledger" else "violates row-level security policy"
            with pytest.raises(RuntimeError, match=refusal):
                rows.seen(f"UPDATE {table} SET tenant = 2", 1)


@pytest.mark.parametrize("rights", ["SUPERUSER", "BYPASSRLS"])
def test_a_role_that_policies_do_not_hold_is_refused_with_a_sentence(
    rows: Rows, tmp_path: Path, rights: str
) -> None:
    role = f"strong_{rights.lower()}"
    rows.server.run(f"CREATE ROLE {role} LOGIN {rights}")
    server = Server(tmp_path / "data", database=rows.server.url(rows.database, role))
    for words in (["serve", "--listen", f"127.0.0.1:{server.port}"], ["tenant", "list"]):
        refused = server.command(*words)
        assert refused.returncode == 1 and refused.stdout == ""
        assert f"The role {role} is not held by row-level security" in refused.stderr
        assert "CREATE ROLE portal" in refused.stderr
    rows.server.run(f"DROP ROLE {role}")


def test_the_superuser_itself_is_refused_too(rows: Rows, tmp_path: Path) -> None:
    server = Server(tmp_path / "data", database=rows.server.url(rows.database, OWNER))
    assert f"The role {OWNER} is not held by" in server.command("init").stderr
