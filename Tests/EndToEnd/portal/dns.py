"""A real name server that knows what a test has published, and hosts with the file that proves them."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import struct
import subprocess
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

TXT, A, AAAA = 16, 1, 28
NO_ERROR, SERVER_FAILURE, NO_SUCH_NAME = 0, 2, 3


class NameServer:
    """Answers over UDP on a port of its own; what nobody published does not exist."""

    def __init__(self) -> None:
        self.texts: dict[str, list[str]] = {}
        self.addresses: dict[str, list[str]] = {}
        self.silent: set[str] = set()
        self.failing: set[str] = set()
        self.asked: list[str] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def options(self) -> list[str]:
        """For a server that is to ask here."""
        return ["--resolver", f"127.0.0.1:{self.port}"]

    def close(self) -> None:
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                query, sender = self._socket.recvfrom(4096)
                if answer := self._answer(query):
                    self._socket.sendto(answer, sender)
            except OSError:
                return

    def _answer(self, query: bytes) -> bytes | None:
        labels, end = [], 12
        while length := query[end]:
            labels.append(query[end + 1 : end + 1 + length].decode())
            end += 1 + length
        name, kind = ".".join(labels), struct.unpack("!H", query[end + 1 : end + 3])[0]
        self.asked.append(name)
        if name in self.silent:
            return None
        records = [self._record(kind, data) for data in self._data(name, kind)]
        code = NO_ERROR if name in self.texts or name in self.addresses else NO_SUCH_NAME
        if name in self.failing:
            code, records = SERVER_FAILURE, []
        head = query[:2] + struct.pack("!HHHHH", 0x8180 | code, 1, len(records), 0, 0)
        return head + query[12 : end + 5] + b"".join(records)

    def _data(self, name: str, kind: int) -> list[bytes]:
        if kind == TXT:
            return [chunks(text.encode()) for text in self.texts.get(name, [])]
        found = [ipaddress.ip_address(address) for address in self.addresses.get(name, [])]
        return [address.packed for address in found if address.version == {A: 4, AAAA: 6}[kind]]

    def _record(self, kind: int, data: bytes) -> bytes:
        return struct.pack("!HHHIH", 0xC00C, kind, 1, 0, len(data)) + data


def chunks(text: bytes) -> bytes:
    """A text as the strings of a TXT record, deliberately in short ones."""
    pieces = [text[start : start + 20] for start in range(0, len(text), 20)] or [b""]
    return b"".join(bytes([len(piece)]) + piece for piece in pieces)


class ProofHost:
    """A host over https on port 443 of an address of this machine; `answer` says what a GET is told."""

    def __init__(self, address: str, tls: tuple[Path, Path]) -> None:
        self.address = address
        self.connections = 0
        self.paths: list[str] = []
        self.answer: Callable[[BaseHTTPRequestHandler], None] = text("nothing here")
        self._server = ThreadingHTTPServer((address, 443), self._handler(), bind_and_activate=False)
        self._server.allow_reuse_address = True
        self._server.server_bind()
        self._server.server_activate()
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(*tls)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(host) -> type[BaseHTTPRequestHandler]:  # noqa: N805 (the handler has a self of its own)
        class Handler(BaseHTTPRequestHandler):
            def setup(self) -> None:
                host.connections += 1
                self.request = host._context.wrap_socket(self.request, server_side=True)
                super().setup()

            def do_GET(self) -> None:
                host.paths.append(self.path)
                host.answer(self)

            def log_message(self, format: str, *arguments: object) -> None:
                """Says nothing."""

        return Handler


def text(body: str, status: int = 200, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body.encode())

    return answer


def certificate(folder: Path, *names: str) -> tuple[Path, Path]:
    """A certificate for these hosts that signs itself, and its key."""
    cert, key = folder / "proof.pem", folder / "proof.key"
    alternatives = ",".join(f"DNS:{name}" for name in names)
    subprocess.run(
        f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={names[0]} "
        f"-addext subjectAltName={alternatives} -keyout {key} -out {cert}".split(),
        check=True,
        capture_output=True,
    )
    return cert, key
