"""The internet as a provider's partner sees it: every host name leads to the server under test, with and without TLS."""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from .browser import self_made_certificate


class Front:
    """Ends TLS in front of the server and passes bytes on as they are, as a provider's proxy does."""

    def __init__(self, plain_port: int, folder: Path) -> None:
        self.plain_port = plain_port
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self_made_certificate(folder, "provider.example"))
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])

    def __enter__(self) -> Front:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            outside = self._context.wrap_socket(connection, server_side=True)
            inside = socket.create_connection(("127.0.0.1", self.plain_port))
        except OSError:
            connection.close()
            return
        threading.Thread(target=self._pass_on, args=(inside, outside), daemon=True).start()
        self._pass_on(outside, inside)

    @staticmethod
    def _pass_on(source: socket.socket, target: socket.socket) -> None:
        try:
            while piece := source.recv(65536):
                target.sendall(piece)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            target.close()

    def curl(self, *arguments: str) -> Reply:
        """Runs curl with every host name mapped to the server under test."""
        done = subprocess.run(
            [
                "curl",
                "--silent",
                "--show-error",
                "--insecure",
                "--include",
                "--connect-to",
                f":80:127.0.0.1:{self.plain_port}",
                "--connect-to",
                f":443:127.0.0.1:{self.port}",
                *arguments,
            ],
            capture_output=True,
            timeout=30,
        )
        assert done.returncode == 0, done.stderr.decode()
        return Reply.read(done.stdout.decode())


@dataclass
class Reply:
    """What curl --include printed."""

    status: int
    headers: list[tuple[str, str]]
    body: str

    @staticmethod
    def read(text: str) -> Reply:
        head, _, body = text.partition("\r\n\r\n")
        while head.split(" ")[1] == "100":
            head, _, body = body.partition("\r\n\r\n")
        lines = head.split("\r\n")
        headers = [(name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines[1:])]
        return Reply(int(lines[0].split(" ")[1]), headers, body)

    def all(self, name: str) -> list[str]:
        return [value for own, value in self.headers if own == name]

    def header(self, name: str) -> str | None:
        return next(iter(self.all(name)), None)

    @property
    def json(self) -> dict[str, Any]:
        members: dict[str, Any] = json.loads(self.body)
        return members

    @property
    def keys(self) -> list[str]:
        """In the order they were sent."""
        return list(self.json)
