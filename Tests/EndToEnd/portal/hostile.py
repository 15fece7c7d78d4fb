"""Requests nobody would send, made of those that people do: a route, somebody's session, odd values.

What must hold for every one of them: an answer, none of them 5xx, none that tells what the server is made of, a server
that lives on and does not grow.
"""

from __future__ import annotations

import base64
import itertools
import random
import re
import socket
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import quote_from_bytes, urlencode

from .oauth import Person
from .server import ROOT, Server

LONGEST_ROUND = 10_000
"""At most so many requests meet the same people, of whom some end their own sessions."""

INNARDS = [b"SELECT ", b".swift", b"/home/", b"/root/", b"sqlite", b"microhttpd", b"Fatal", b"libpq"]
"""What no error may say (HT-12); nothing that is sent says it either."""

ODD = [
    *("", " ", "0", "-1", "9" * 40, "1e999", "NaN", "true", "null", "[]", "{}", "on", "%00", "\x00"),
    *("..", "../../etc/passwd", "\r\nX-A: b", "\n", "\t", "\x1b[2J", "{{7*7}}", "${7*7}", "=1+1"),
    *("<script>alert(1)</script>", "\"'><img src=x>", "' OR 1=1 --", "'; DROP TABLE accounts; --"),
    *("é", "e\u0301", "\u202e", "\u200b", "\ufeff", "\U0001f4a3" * 40, "a" * 300, "a" * 5000, "%" * 50),
    *("https://evil.example/", "//evil.example", "javascript:alert(1)", "http://127.0.0.1:1/", "&" * 20),
    *("standard_", "standard_secret_x", "2026-02-30", "0001-01-01", "9999-12-31", "a@b.example", "a@b\r\nc"),
]
HEADERS = [
    *("Accept", "Accept-Language", "Content-Language", "Content-Encoding", "Range", "If-None-Match"),
    *("Origin", "Sec-Fetch-Site", "Referer", "User-Agent", "X-Forwarded-Host", "X-Forwarded-Proto"),
    *("Access-Control-Request-Method", "Access-Control-Request-Headers", "Forwarded", "X-Request-Id"),
    *("If-Modified-Since", "Upgrade", "Cookie"),
]
ENDING = "sign-out|sessions/end|account/password|second-factor|/delete|/admin/people|/admin/settings"
"""Paths by which somebody or something would be gone for the rest of the round: chosen once in a while."""

METHODS = ["GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "get", "GE T"]


def routes() -> list[tuple[str, str, str]]:
    """Whom each route admits, its method, and its path with braces; those of other profiles behind their tenants."""
    table = (ROOT / "Sources/Portal/Routes.swift").read_text()
    found = re.findall(r'^\s+\.(\w+)\s*\((?:\.(\w+),\s*)?"(/[^"]*)"', table, re.MULTILINE)
    assert len(found) > 150, "the table of routes is written otherwise"
    listed = [(admits, (method or "options").upper(), "/t/TENANT" + path) for admits, method, path in found]
    for file in ROOT.glob("Tenants/*.json5"):
        paths = re.search(r"paths: \{(.*?)\n?\s*\}", file.read_text(), re.DOTALL)
        for path in re.findall(r'"(/[^"]*)"', paths.group(1) if paths else ""):
            listed += [("client", method, f"/t/{file.stem}{path}") for method in ("GET", "POST", "DELETE")]
    whole = ["/", "/healthz", "/readyz", "/mail", "/public/portal.css"]
    return listed + [("anyone", "GET", path) for path in whole]


def field_names() -> list[str]:
    """What forms and endpoints read, as far as their source says it."""
    reading = re.compile(r'(?:\[|optional\(|required\(|all\(|queryValue\(|name\()"([a-z_]+)"')
    sources = [file.read_text() for file in ROOT.glob("Sources/*/**/*.swift")]
    return sorted({name for source in sources for name in reading.findall(source)})


@dataclass
class Cast:
    """Those whose sessions, ids and credentials stand in the requests; plain values, for other processes."""

    port: int
    sessions: dict[str, tuple[str, str]]
    """By role: a Cookie header and the seal of its forms."""
    known: list[str]
    ids: dict[str, list[str]]
    credentials: str

    @staticmethod
    def of(server: Server) -> Cast:
        tenant = server.tenant("standard")
        people = {role: tenant.person(role, signed_in=True) for role in ("customer", "partner", "admin")}
        application = tenant.application(owner=people["partner"].email, approved=True)
        tokens = application.tokens_of(people["customer"])
        connections = people["customer"].page("/account/connections").source
        known = [
            *(application.client_id, str(application.client_secret), application.redirect_uri),
            *(application.verifier, tokens["access_token"], tokens["refresh_token"]),
            *(people["customer"].code(application), people["admin"].password),
            *(person.email for person in people.values()),
            *("code", "S256", "authorization_code", "refresh_token", "client_credentials", "password"),
            *("allow", "consent", "none", "basic", "devices_read"),
        ]
        return Cast(
            server.port,
            {role: (person.cookie(), seal_of(person)) for role, person in people.items()},
            known,
            {
                "application": [application.client_id],
                "grant": re.findall(r"connections/(gr_\w+)", connections),
            },
            base64.b64encode(f"{application.client_id}:{application.client_secret}".encode()).decode(),
        )


def seal_of(person: Person) -> str:
    pages = {"customer": "/account", "partner": "/partners/account", "admin": "/admin/account"}
    forms = person.page(pages[person.role]).forms
    return next(value for form in forms for name, value in form.fields if name == "seal")


class Writer:
    """Writes one request after the other, the same for the same seed."""

    def __init__(self, cast: Cast, seed: int) -> None:
        self.cast, self.dice = cast, random.Random(seed)
        self.routes, self.names = routes(), field_names()

    def next(self) -> tuple[bytes, bool]:
        """A request, and whether its framing is sound."""
        admits, method, path = self.dice.choice(self.routes)
        while re.search(ENDING, path) and self.often(0.995):
            admits, method, path = self.dice.choice(self.routes)
        if self.often(0.1):
            method = self.dice.choice(METHODS)
        body, kind = self.body(admits) if method in {"POST", "PUT", "PATCH"} else (b"", "")
        head = self.head(method, self.target(path, method), admits, kind, len(body))
        if self.often(0.65):
            return head + body, method in {"GET", "POST"}
        return self.mutated(head + body), False

    def often(self, share: float) -> bool:
        return self.dice.random() < share

    def value(self) -> str:
        return self.dice.choice(self.cast.known if self.often(0.4) else ODD)

    def target(self, path: str, method: str) -> bytes:
        others = ["lametric", "cameramanager", "brisk", self.value()]
        tenant = "standard" if self.often(0.8) else self.dice.choice(others)

        def filled(brace: re.Match[str]) -> str:
            ids = self.cast.ids.get(brace.group(1))
            return self.dice.choice(ids) if ids and self.often(0.8) else self.value()

        path = re.sub(
            r"\{(\w+)\}", lambda brace: escaped(filled(brace)), path.replace("TENANT", escaped(tenant))
        )
        if method != "POST" and self.often(0.6) or self.often(0.05):
            path += "?" + urlencode(self.fields(), errors="replace")
        return path.encode()

    def fields(self) -> list[tuple[str, str]]:
        usual = [
            "client_id",
            "redirect_uri",
            "response_type",
            "scope",
            "state",
            "code_challenge",
            "grant_type",
        ]
        names = self.dice.choices(usual if self.often(0.3) else self.names, k=self.dice.randint(0, 9))
        return [(name, self.value()) for name in names]

    def body(self, admits: str) -> tuple[bytes, str]:
        fields = self.fields()
        role = self.role(admits)
        if role and self.often(0.9):
            fields.append(("seal", self.cast.sessions[role][1]))
        if self.often(0.12):
            return multipart(fields, self.dice.randbytes(self.dice.randint(0, 900)))
        if self.often(0.05):
            return self.dice.choice(ODD).encode(), "application/json"
        return urlencode(fields).encode(), "application/x-www-form-urlencoded"

    def role(self, admits: str) -> str | None:
        return {"member": "partner"}.get(admits, admits if admits in self.cast.sessions else None)

    def head(self, method: str, target: bytes, admits: str, kind: str, length: int) -> bytes:
        numbers = [self.dice.randint(1, 254) for _ in range(3)]
        lines = [
            ("Host", f"127.0.0.1:{self.cast.port}"),
            ("X-Forwarded-For", "10." + ".".join(map(str, numbers))),
        ]
        anybody = self.dice.choice(list(self.cast.sessions))
        role = self.role(admits) if self.often(0.9) else anybody
        if role:
            lines.append(("Cookie", self.cast.sessions[role][0]))
        if admits in {"client", "bearer"} or self.often(0.05):
            bearer = f"Bearer {self.dice.choice(self.cast.known)}"
            lines.append(("Authorization", f"Basic {self.cast.credentials}" if self.often(0.6) else bearer))
        lines += [
            (name, printable(self.value())) for name in self.dice.choices(HEADERS, k=self.dice.randint(0, 2))
        ]
        if kind:
            lines += [("Content-Type", kind), ("Content-Length", str(length))]
        written = "".join(f"{name}: {value}\r\n" for name, value in lines)
        return method.encode() + b" " + target + b" HTTP/1.1\r\n" + written.encode() + b"\r\n"

    def mutated(self, request: bytes) -> bytes:
        bytes_ = bytearray(request)
        for _ in range(self.dice.randint(1, 8)):
            start = self.dice.randrange(len(bytes_) + 1)
            end = min(len(bytes_), start + self.dice.randint(0, 12))
            pieces = [b"", self.dice.randbytes(3), bytes(bytes_[start:end]) * 2, b"\r\n", b"\x00", b"%", b"&"]
            bytes_[start : end if self.often(0.5) else start] = self.dice.choice(pieces)
        return bytes(bytes_)


def escaped(value: str) -> str:
    return quote_from_bytes(value.encode(), safe="")


def printable(value: str) -> str:
    return "".join(letter for letter in value if letter.isprintable())[:800]


def multipart(fields: list[tuple[str, str]], picture: bytes) -> tuple[bytes, str]:
    named = "Content-Disposition: form-data; name="
    parts = [f'{named}"{name}"\r\n\r\n{value}'.encode() for name, value in fields]
    parts.append(f'{named}"logo"; filename="a.png"\r\n\r\n'.encode() + b"\x89PNG\r\n\x1a\n" + picture)
    return b"".join(
        b"--x\r\n" + part + b"\r\n" for part in parts
    ) + b"--x--\r\n", "multipart/form-data; boundary=x"


# MARK: Sending


@dataclass
class Outcome:
    answers: Counter[str] = field(default_factory=Counter)
    findings: list[tuple[str, bytes]] = field(default_factory=list)

    def note(self, request: bytes, answer: bytes) -> None:
        self.answers[status_of(answer)] += 1
        self.findings += [(finding, request) for finding in complaints(answer)]

    def __iadd__(self, other: Outcome) -> Outcome:
        self.answers += other.answers
        self.findings += other.findings
        return self


def status_of(answer: bytes) -> str:
    return answer[9:12].decode("latin-1") if answer.startswith(b"HTTP/1.1 ") else "none"


def complaints(answer: bytes) -> Iterator[str]:
    """What an answer may not be, or not say."""
    status = status_of(answer)
    # An unknown version is the sender's mistake (RFC 9110 §15.6.6).
    if status.startswith("5") and status != "505":
        yield status
    if status[0] in "45":
        yield from (f"{status} says {word.decode()}" for word in INNARDS if word in answer)
        if not has_reference(answer) and not is_of_the_library(answer):
            yield f"{status} without a reference"


def has_reference(answer: bytes) -> bool:
    """Whether it can be asked about: its head names it, and where it is only words, they do too.

    What follows the head of an answer to HEAD is the next answer.
    """
    head, _, body = answer.partition(b"\r\n\r\n")
    reference = re.search(rb"\r\nx-request-id: (\S+)", head, re.IGNORECASE)
    has_body = body != b"" and not body.startswith(b"HTTP/1.1 ")
    is_words = has_body and b"\r\ncontent-type: text/plain" in head.lower()
    return reference is not None and (not is_words or reference.group(1) in body)


def is_of_the_library(answer: bytes) -> bool:
    """Whether it was refused before our code could read it: in few headers, sometimes twice, and in words of its own."""
    head, _, body = answer.rpartition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if line and not line.startswith(b"HTTP/1.1 4")]
    names = {line.partition(b":")[0].lower() for line in lines}
    return names <= {b"date", b"connection", b"content-length"} and (not body or body.startswith(b"<html>"))


class Connection:
    """Sends sound requests one behind the other, and every other on a connection that it closes behind it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.open: socket.socket | None = None

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=15)

    def alone(self, request: bytes) -> bytes:
        with self.connect() as connection:
            try:
                connection.sendall(request)
                connection.shutdown(socket.SHUT_WR)
                return b"".join(iter(lambda: connection.recv(65536), b""))
            except (ConnectionResetError, BrokenPipeError):
                return b""

    def kept(self, request: bytes) -> bytes:
        """The answer to a sound request, which goes out once more where the connection was closed before it came."""
        return self.tried(request) or self.tried(request)

    def tried(self, request: bytes) -> bytes:
        self.open = self.open or self.connect()
        try:
            self.open.sendall(request)
            answer = self.answer(self.open)
        except (ConnectionResetError, BrokenPipeError):
            answer = b""
        if not answer or b"\r\nconnection: close" in answer.partition(b"\r\n\r\n")[0].lower():
            self.open.close()
            self.open = None
        return answer

    @staticmethod
    def answer(connection: socket.socket) -> bytes:
        answer = b""
        while b"\r\n\r\n" not in answer:
            piece = connection.recv(65536)
            if not piece:
                return answer
            answer += piece
        head, _, body = answer.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        missing = (int(length.group(1)) if length else 0) - len(body)
        while missing > 0 and (piece := connection.recv(65536)):
            answer += piece
            missing -= len(piece)
        return answer


def send(cast: Cast, seed: int, count: int) -> Outcome:
    """Sends so many requests; one that has no answer in 15 seconds is a finding, and so is a sound one without any."""
    writer, connection, outcome = Writer(cast, seed), Connection(cast.port), Outcome()
    for _ in range(count):
        request, is_sound = writer.next()
        try:
            answer = connection.kept(request) if is_sound else connection.alone(request)
            outcome.note(request, answer)
            if is_sound and not answer:
                outcome.findings.append(("no answer, twice", request))
        except TimeoutError:
            outcome.findings.append(("silence", request))
            connection.open = None
    return outcome


def rounds(server: Server, count: int, workers: int = 2) -> Iterator[tuple[Outcome, int]]:
    """What came of each of at least five rounds, and the server's memory behind it."""
    seeds, size = itertools.count(1), min(LONGEST_ROUND, count // 5)
    with ProcessPoolExecutor(workers) as pool:
        for start in range(0, count, size):
            cast, share = Cast.of(server), min(size, count - start) // workers
            outcome = Outcome()
            parts = [pool.submit(send, cast, next(seeds), share) for _ in range(workers)]
            for part in parts:
                outcome += part.result()
            yield outcome, server.memory()
