"""The master key is changed while the server works (security row ST-02)."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from conftest import on_postgresql, set_up
from portal.load import Client, Load, clients, load
from portal.nodes import nodes
from portal.oauth import nearly
from portal.postgres import new_database
from portal.server import Server, until

CLIENTS = 4
ROUNDS = 20
"""Requests that each client sends before a change, and after it."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = set_up(tmp_path)
    yield server
    server.stop()


def rotate(server: Server) -> None:
    """On PostgreSQL every server has to have the key before one of them writes with it."""
    if server.database:
        server.succeed("key", "rotate", "--prepare")
    server.succeed("key", "rotate")


def count(client: Client) -> int:
    return len(client.outcomes)


def worked(running: Load) -> None:
    """Returns when every client has sent some more."""
    goals = [count(client) + ROUNDS for client in running.clients]
    until(
        lambda: all(count(client) >= goal for client, goal in zip(running.clients, goals, strict=True)),
        within=60,
        of="requests of every client",
    )


class Kept:
    """What was given out before."""

    def __init__(self, server: Server) -> None:
        self.server, tenant = server, server.tenant("standard")
        self.person, self.application = tenant.customer(), tenant.application("Before Ltd", approved=True)
        self.tokens = self.application.tokens_of(self.person)
        self.waiting = self.person.asked(self.application, prompt="consent")
        invited = server.succeed(
            "admin", "invite", "--tenant", "standard", "--email", "ada@before.example", "--json"
        )
        self.link = json.loads(invited)["link"]

    def still_works(self) -> None:
        application, access = self.application, self.tokens["access_token"]
        assert application.is_active(access)
        assert self.person.get("/account").status_code == 200
        opened = httpx.get(self.link)
        assert opened.status_code == 200 and "ada@before.example" in opened.text
        forged = replace(application, client_secret=nearly(f"{application.client_secret}"))
        assert forged.own_token().status_code == 401
        assert not application.is_active(nearly(access))

    def is_used(self) -> None:
        """The rest of what was kept, each of which works once."""
        assert self.person.answer(self.waiting, "allow").status_code in {302, 303}
        assert self.application.refresh(self.tokens["refresh_token"]).status_code == 200


def asking(kept: Kept, stopped: threading.Event, dead: list[str]) -> None:
    """A resource server that asks about one token all the time."""
    while not stopped.is_set():
        answer = kept.application.introspect(kept.tokens["access_token"])
        if answer.status_code != 200 or not answer.json()["active"]:
            dead.append(answer.text)


def test_nothing_fails_while_the_key_is_changed_under_load(server: Server) -> None:
    kept, dead, stopped = Kept(server), list[str](), threading.Event()
    thread = threading.Thread(target=asking, args=(kept, stopped, dead), daemon=True)
    standard = server.tenant("standard")
    with load(clients(standard, [standard.base] * CLIENTS)) as running:
        thread.start()
        for _ in range(3):
            worked(running)
            rotate(server)
        worked(running)
        stopped.set()
        thread.join(20)
    assert [one for one in running.outcomes if one.is_error] == [] and dead == []
    kept.still_works()
    server.stop()
    server.start()
    kept.still_works()
    for client in running.clients:
        assert all(client.application.is_active(token) for token in client.tokens[-4:])
    kept.is_used()
    states = [json.loads(line)["state"] for line in server.succeed("key", "list", "--json").splitlines()]
    assert states == ["reads", "reads", "reads", "writes"]
    assert server.command("audit", "verify").returncode == 0


@on_postgresql
def test_two_servers_change_the_key_without_a_failure(tmp_path: Path) -> None:
    with nodes(tmp_path, new_database()) as both:
        first, second = both.each
        refused = first.command("key", "rotate")
        assert refused.returncode == 1 and "key rotate --prepare" in refused.stderr
        with load(clients(both.tenant, both.bases * 2)) as running:
            worked(running)
            first.succeed("key", "rotate", "--prepare")
            shutil.copy(first.data / "master-2.key", second.data / "master-2.key")
            until(lambda: held(second), within=20, of="the key on the second server")
            first.succeed("key", "rotate")
            worked(running)
            until(lambda: writes_with_it(second), within=20, of="the new key on the second server")
            worked(running)
        assert [one for one in running.outcomes if one.is_error] == []
        assert first.command("audit", "verify").returncode == 0


@on_postgresql
def test_a_server_without_the_key_says_so_and_recovers(tmp_path: Path) -> None:
    with nodes(tmp_path, new_database()) as both:
        first, second = both.each
        rotate(first)
        there, application = both.views(both.tenant.application("Late Ltd", approved=True))
        assert there.own_token().status_code == 200
        assert application.own_token().status_code == 503
        until(lambda: "master-2.key" in second.log.read_text(), within=20, of="a line that names the file")
        shutil.copy(first.data / "master-2.key", second.data / "master-2.key")
        until(lambda: application.own_token().status_code == 200, within=40, of="tokens on the second server")


def held(server: Server) -> bool:
    return "Master key 2 is here" in server.log.read_text()


def writes_with_it(server: Server) -> bool:
    return "Master key 2 writes" in server.log.read_text()
