"""The server is killed under load again and again: what it answered is true afterwards (security rows R-01, R-02)."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from conftest import set_up
from portal.oauth import Application, Page, Person
from portal.postgres import under_test
from portal.server import LOGO, Server, until

ROUNDS = 50
CLIENTS = 4


class Ledger:
    """What was asked and what came of it, one line each, on disk before the next step: ok, fail or (neither) unknown."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._descriptor = os.open(file, os.O_CREAT | os.O_APPEND | os.O_WRONLY)

    def write(self, **entry: Any) -> None:
        os.write(self._descriptor, (json.dumps(entry) + "\n").encode())
        os.fdatasync(self._descriptor)

    def entries(self) -> Iterator[dict[str, Any]]:
        for line in self.file.read_text().splitlines():
            yield json.loads(line)

    def close(self) -> None:
        os.close(self._descriptor)


class Refused(Exception):
    """An answer that only a fault can explain: nothing but the kill may end the load."""


class Load(threading.Thread):
    """A client that uses everything that writes, until the server is gone."""

    def __init__(self, ledger: Ledger, person: Person, application: Application) -> None:
        super().__init__(daemon=True)
        self.ledger, self.person, self.application = ledger, person, application

    def run(self) -> None:
        try:
            while True:
                self.once()
        except (httpx.TransportError, Refused):
            return

    def once(self) -> None:
        client = self.application
        own = self.asked("token", client.own_token)
        self.asked("revoke", lambda: client.revoke(own["access_token"]), token=own["access_token"])
        code = self.person.code(client, prompt="consent")
        first = self.asked("redeem", lambda: client.redeem(code), code=code)
        old = first["refresh_token"]
        self.asked("refresh", lambda: client.refresh(old), old=old)

    def asked(self, kind: str, ask: Callable[[], httpx.Response], **facts: str) -> dict[str, Any]:
        self.ledger.write(kind=kind, outcome="unknown", **facts)
        answer = ask()
        if answer.status_code != 200:
            self.ledger.write(kind=kind, outcome="fail", status=answer.status_code, **facts)
            raise Refused(kind)
        body: dict[str, Any] = answer.json() if answer.content else {}
        tokens = {name: body[name] for name in ("access_token", "refresh_token") if name in body}
        self.ledger.write(kind=kind, outcome="ok", **facts, **tokens)
        return body


@pytest.fixture
def killed(tmp_path: Path) -> Iterator[Server]:
    server = set_up(tmp_path)
    yield server
    server.stop(signal.SIGKILL)


def test_nothing_answered_is_lost_however_often_the_server_is_killed(killed: Server, tmp_path: Path) -> None:
    standard, dice = killed.tenant("standard"), random.Random()
    partner = standard.partner()
    clients = [
        (standard.customer(), standard.application(f"Load {word} Ltd", owner=partner.email))
        for word in ("One", "Two", "Three", "Four")
    ]
    slowest, began, checked = 0.0, time.monotonic(), 0
    for number in range(ROUNDS):
        ledger = Ledger(tmp_path / f"ledger-{number}")
        loads = [Load(ledger, person, application) for person, application in clients]
        for load in loads:
            load.start()
        threading.Event().wait(dice.uniform(0.05, 0.8))
        killed.stop(signal.SIGKILL)
        for load in loads:
            load.join(10)
        start = time.monotonic()
        killed.start()
        slowest = max(slowest, time.monotonic() - start)
        checked += check(ledger, [application for _, application in clients])
        ledger.close()
    assert slowest < 2
    assert checked > ROUNDS
    assert time.monotonic() - began < 150
    assert killed.command("audit", "verify").returncode == 0
    killed.stop()
    check_rows(killed)


def check_rows(server: Server) -> None:
    """What only the engine can say: SQLite's file is sound, PostgreSQL keeps nobody who was killed."""
    if postgres := under_test():
        connected = f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{server.database_name}'"
        until(lambda: postgres.run(connected) == "0", of="the end of the last connection")
        return
    with sqlite3.connect(next(server.data.glob("*.db"))) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def check(ledger: Ledger, applications: list[Application]) -> int:
    """Compares what was answered with what the server says now; returns how much there was to compare."""

    def is_active(token: str) -> bool:
        return any(application.is_active(token) for application in applications)

    entries = list(ledger.entries())
    assert not [entry for entry in entries if entry["outcome"] == "fail"]
    ok = [entry for entry in entries if entry["outcome"] == "ok"]
    asked_to_end = {entry["token"] for entry in entries if entry["kind"] == "revoke"}
    asked_to_refresh = {entry["old"] for entry in entries if entry["kind"] == "refresh"}
    for entry in ok[-40:]:
        match entry["kind"]:
            case "token" if entry["access_token"] not in asked_to_end:
                assert is_active(entry["access_token"])
            case "revoke":
                assert not is_active(entry["token"])
            case "redeem" if entry["refresh_token"] not in asked_to_refresh:
                assert is_active(entry["access_token"]) and is_active(entry["refresh_token"])
            case "refresh":
                assert is_active(entry["access_token"]) and is_active(entry["refresh_token"])
                assert not is_active(entry["old"])
    redeemed = [entry["code"] for entry in ok if entry["kind"] == "redeem"]
    assert len(redeemed) == len(set(redeemed))
    for code in redeemed[-3:]:
        assert all(application.redeem(code).status_code == 400 for application in applications)
    return len(ok)


def test_a_registration_is_there_whole_or_not_at_all(killed: Server) -> None:
    standard = killed.tenant("standard")
    partners = [standard.partner() for _ in range(4)]
    answered: list[tuple[Person, str, str, str]] = []

    def register() -> None:
        try:
            for number in range(20):
                partner = partners[number // 5]
                form = partner.page("/applications/new").form("company_name")
                fields = [(name, value) for name, value in form.fields if name != "company_name"]
                name = f"Whole {chr(65 + number)} Ltd"
                page = Page(
                    partner.post(
                        "/applications",
                        [*fields, ("company_name", name)],
                        {"logo": ("logo.png", LOGO.read_bytes(), "image/png")},
                    )
                )
                answered.append((partner, name, page.text_of("client-id"), page.text_of("client-secret")))
        except (httpx.TransportError, KeyError):
            return

    thread = threading.Thread(target=register)
    thread.start()
    threading.Event().wait(0.5)
    killed.stop(signal.SIGKILL)
    thread.join(10)
    killed.start()
    for partner, name, client_id, secret in answered:
        assert name in partner.page("/applications").text
        assert Application(standard.base, client_id, secret, "").own_token().status_code == 200
    for line in killed.succeed("app", "list", "--tenant", "standard", "--json").splitlines():
        place = f"/applications/{json.loads(line)['client_id']}"
        assert any(partner.page(place).status == 200 for partner in partners)
    assert killed.command("audit", "verify").returncode == 0
