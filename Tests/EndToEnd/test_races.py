"""One code, one refresh token, many hands at once (security rows CO-03, RT-05)."""

from __future__ import annotations

import json
import selectors
import socket
import time
from urllib.parse import urlencode

from portal.oauth import Application, Person, basic
from portal.server import Server, Tenant

CLIENTS = 32
ROUNDS = 100


class Barrier:
    """Clients that send their headers, and then release their last byte together."""

    def __init__(self, server: Server, application: Application) -> None:
        self.server = server
        credentials = basic(application.client_id, str(application.client_secret))["Authorization"]
        self.head = (
            f"POST /t/standard/oauth2/token HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
            f"Authorization: {credentials}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            "Connection: close\r\nContent-Length: "
        )

    def release(self, fields: dict[str, str]) -> list[tuple[int, dict[str, str]]]:
        """Status and answer of each client."""
        body = urlencode(fields)
        request = f"{self.head}{len(body)}\r\n\r\n{body}".encode()
        sockets = [
            socket.create_connection(("127.0.0.1", self.server.port), timeout=10) for _ in range(CLIENTS)
        ]
        try:
            for client in sockets:
                client.sendall(request[:-1])
            for client in sockets:
                client.sendall(request[-1:])
            return [self.answer(received) for received in self.read(sockets)]
        finally:
            for client in sockets:
                client.close()

    @staticmethod
    def read(sockets: list[socket.socket]) -> list[bytes]:
        received = {client: b"" for client in sockets}
        deadline = time.monotonic() + 20
        with selectors.DefaultSelector() as waiting:
            for client in sockets:
                client.setblocking(False)
                waiting.register(client, selectors.EVENT_READ)
            while waiting.get_map() and time.monotonic() < deadline:
                for key, _ in waiting.select(1):
                    assert isinstance(key.fileobj, socket.socket)
                    if piece := key.fileobj.recv(65536):
                        received[key.fileobj] += piece
                    else:
                        waiting.unregister(key.fileobj)
        return list(received.values())

    @staticmethod
    def answer(received: bytes) -> tuple[int, dict[str, str]]:
        head, _, body = received.partition(b"\r\n\r\n")
        return int(head.split(b" ")[1]), json.loads(body)


def test_a_code_redeemed_by_many_at_once_is_redeemed_once(server: Server, standard: Tenant) -> None:
    application, person = standard.application("Racing Ltd", approved=True), standard.customer()
    person.allow(application)
    barrier = Barrier(server, application)
    for _ in range(ROUNDS):
        code = person.code(application)
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": application.redirect_uri,
            "code_verifier": application.verifier,
        }
        answers = barrier.release(fields)
        assert [status for status, _ in answers].count(200) == 1
        assert {body["error"] for status, body in answers if status != 200} == {"invalid_grant"}
        # The others were replays, so what the winner got is dead (CO-04).
        winner = next(body for status, body in answers if status == 200)
        assert not application.is_active(winner["access_token"])


def test_a_refresh_token_used_by_many_at_once_leaves_at_most_one_alive(
    server: Server, standard: Tenant
) -> None:
    application, person = standard.application("Racing Ltd", approved=True), standard.customer()
    barrier = Barrier(server, application)
    for _ in range(ROUNDS):
        token = application.tokens_of(person)["refresh_token"]
        answers = barrier.release({"grant_type": "refresh_token", "refresh_token": token})
        winners = [body for status, body in answers if status == 200]
        assert len(winners) == 1
        assert sum(application.is_active(body["refresh_token"]) for body in winners) <= 1
        assert not application.is_active(token)


def test_the_last_secret_survives_two_people_who_revoke_at_once(standard: Tenant) -> None:
    owner: Person = standard.partner()
    application = standard.application("Two Hands Ltd", owner=owner.email)
    path = f"/applications/{application.client_id}"
    owner.submit(owner.page(f"{path}/secrets/new"), "ticket", label="second", others="keep")
    links = [link for link in owner.page(path).links if link.endswith("/revoke")]
    assert len(links) == 2
    pages = [owner.page(link) for link in links]
    for page in pages:
        owner.confirm(page)
    live = [link for link in owner.page(path).links if link.endswith("/end")]
    assert len(live) == 1
