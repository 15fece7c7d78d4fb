"""Requests that are decided at the same moment: all but their last bytes are there before those are sent."""

from __future__ import annotations

import json
import selectors
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from .oauth import Application, basic

CLIENTS = 32
"""How many hands a race has (security row CO-03)."""


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> dict[str, Any]:
        answered: dict[str, Any] = json.loads(self.body)
        return answered


def post(url: str, fields: Any, **headers: str) -> tuple[int, bytes]:
    """The port and the bytes of a form on its way."""
    to, body = urlsplit(url), urlencode(fields)
    head = {
        "Host": to.netloc,
        "Content-Type": "application/x-www-form-urlencoded",
        "Connection": "close",
        "Content-Length": str(len(body)),
    } | headers
    lines = [f"POST {to.path} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items()), "", body]
    return to.port or 80, "\r\n".join(lines).encode()


def at_once(requests: Sequence[tuple[int, bytes]]) -> list[Answer]:
    """The answers to requests that release their last bytes together, in the order of the requests."""
    sockets = [socket.create_connection(("127.0.0.1", port), timeout=10) for port, _ in requests]
    try:
        for client, (_, request) in zip(sockets, requests, strict=True):
            client.sendall(request[:-1])
        for client, (_, request) in zip(sockets, requests, strict=True):
            client.sendall(request[-1:])
        return [_answer(received) for received in _read(sockets)]
    finally:
        for client in sockets:
            client.close()


def token_race(
    application: Application, fields: dict[str, str], bases: Sequence[str] = (), clients: int = CLIENTS
) -> list[Answer]:
    """What as many clients get who send the application's form to the token endpoint, of each base in turn."""
    credentials = basic(application.client_id, str(application.client_secret))
    doors = bases or [application.base]
    return at_once(
        [
            post(f"{doors[number % len(doors)]}/oauth2/token", fields, **credentials)
            for number in range(clients)
        ]
    )


def redemption(application: Application, code: str) -> dict[str, str]:
    """The form with which the application redeems a code."""
    return {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": application.redirect_uri,
        "code_verifier": application.verifier,
    }


def _read(sockets: list[socket.socket]) -> list[bytes]:
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


def _answer(received: bytes) -> Answer:
    head, _, body = received.partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    return Answer(int(status.split(" ")[1]), headers, body)
