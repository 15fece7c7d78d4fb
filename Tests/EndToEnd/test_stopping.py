"""A server that is told to stop finishes what it has begun, and the next one finds all of it (security row R-14)."""

from __future__ import annotations

import re
import signal
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from portal.oauth import Application, basic
from portal.races import post
from portal.rounds import report, rounds
from portal.server import ROOT, Server, until
from portal.strace import injecting

pytestmark = pytest.mark.torture

CLIENTS = 8

ANSWERED = {"200", "503"}
LENGTH = re.compile(rb"(?i)\r\ncontent-length: (\d+)")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path / "data")
    server.succeed("tenant", "import", str(ROOT / "Tenants/standard.json5"))
    server.start()
    yield server
    server.stop(signal.SIGKILL)


def own_token(application: Application) -> bytes:
    credentials = basic(application.client_id, str(application.client_secret))
    fields = {"grant_type": "client_credentials"}
    return post(f"{application.base}/oauth2/token", fields, **credentials)[1]


@dataclass
class Callers:
    """Clients who ask for tokens until no connection is accepted; some keep theirs from one answer to the next."""

    server: Server
    application: Application
    outcomes: Counter[str] = field(default_factory=Counter)
    tokens: list[str] = field(default_factory=list)
    is_told: threading.Event = field(default_factory=threading.Event)
    """Set just before the server is told to stop."""

    def call(self) -> None:
        while connection := self.connected():
            with connection:
                self.outcomes[self.exchange(connection, own_token(self.application))[0]] += 1

    def call_again(self) -> None:
        """Over one connection, until that is closed or will be as the last answer said."""
        request = own_token(self.application).replace(b"Connection: close\r\n", b"")
        while connection := self.connected():
            with connection:
                is_kept = True
                while is_kept:
                    outcome, is_kept = self.exchange(connection, request)
                    self.outcomes[f"kept {outcome}"] += 1

    def connected(self) -> socket.socket | None:
        try:
            return socket.create_connection(("127.0.0.1", self.server.port), timeout=30)
        except OSError:
            return None

    def exchange(self, connection: socket.socket, request: bytes) -> tuple[str, bool]:
        """What came of a request, and whether the connection takes another.

        Without an answer, whether it was on its way before the server was told to stop.
        """
        answer, was_before = b"", False
        try:
            connection.sendall(request)
            was_before = not self.is_told.is_set()
            while not is_whole(answer) and (piece := connection.recv(65536)):
                answer += piece
        except ConnectionError:
            pass
        if not answer:
            return "unanswered" if was_before else "turned away", False
        if not is_whole(answer):
            return "cut off", False
        if b'"access_token":"' in answer:
            self.tokens.append(answer.split(b'"access_token":"')[1].split(b'"')[0].decode())
        return answer.split(b" ")[1].decode(), b"\r\nconnection: close" not in answer.lower()


def is_whole(answer: bytes) -> bool:
    head, _, body = answer.partition(b"\r\n\r\n")
    length = LENGTH.search(head)
    return length is not None and len(body) == int(length[1])


def test_under_load_everything_that_was_begun_is_answered(server: Server) -> None:
    answered = Counter[str]()
    application = server.tenant("standard").application()
    for _ in range(rounds(short=3, long=50)):
        callers = Callers(server, application)
        threads = [threading.Thread(target=callers.call) for _ in range(CLIENTS)]
        threads += [threading.Thread(target=callers.call_again) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        until(lambda: len(callers.tokens) > 8 * CLIENTS, of="tokens")  # noqa: B023
        callers.is_told.set()
        assert server.stop() == 0
        for thread in threads:
            thread.join(30)
        if not server.database:
            assert (server.data / "portal.db-wal").stat().st_size == 0
        server.start()
        assert all(callers.application.is_active(token) for token in callers.tokens)
        answered += callers.outcomes
    # Whoever asks in the moment of the end may be turned away, on a connection of before as well (RFC 9112 §9.5);
    # nobody who asked sooner is, and nobody gets half an answer.
    allowed = ANSWERED | {"turned away"}
    assert set(answered) <= allowed | {f"kept {one}" for one in allowed}, answered
    report(
        "Server, told to stop under load",
        answers=answered["200"] + answered["503"],
        of_them_503=answered["503"],
        turned_away=answered["turned away"],
        answers_on_kept_connections=answered["kept 200"] + answered["kept 503"],
        turned_away_there=answered["kept turned away"],
    )


def test_whoever_is_connected_before_the_signal_is_answered(server: Server) -> None:
    application = server.tenant("standard").application()
    for _ in range(rounds(short=2, long=50)):
        callers = Callers(server, application)
        # A connection at rest, over which a request comes in the same moment as the signal.
        resting = socket.create_connection(("127.0.0.1", server.port), timeout=30)
        resting.sendall(own_token(application).replace(b"Connection: close\r\n", b""))
        until(lambda: resting.recv(65536).endswith(b"}"), of="the first answer")  # noqa: B023
        server.pause()
        connections = [socket.create_connection(("127.0.0.1", server.port), timeout=30) for _ in range(20)]
        for connection in [resting, *connections]:
            connection.sendall(own_token(application))
        assert server.stop() == 0
        outcomes = [callers.exchange(connection, b"")[0] for connection in [resting, *connections]]
        assert outcomes == ["200"] * 21
        server.start()
        assert all(application.is_active(token) for token in callers.tokens)


def test_whoever_is_being_taken_in_is_answered(server: Server) -> None:
    application = server.tenant("standard").application()
    server.stop()
    # The thread that accepts a connection comes to nothing more for a while.
    server.under = injecting("accept4", "delay_exit=300000")
    server.start()
    server.pause()
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.sendall(own_token(application))
        assert server.stop() == 0
        assert Callers(server, application).exchange(connection, b"")[0] == "200"


def test_a_request_under_way_is_finished_unless_one_insists(server: Server) -> None:
    application = server.tenant("standard").application()
    request = own_token(application)
    for again, code in ((False, 0), (True, 128 + signal.SIGTERM)):
        callers, process = Callers(server, application), server.process
        assert process
        with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
            connection.sendall(request[:-1])
            until(lambda: begun(server), of="the beginning of the request")
            process.send_signal(signal.SIGTERM)
            until(lambda: "Stopping" in server.log.read_text().splitlines()[-1], of="the beginning of the end")
            if again:
                process.send_signal(signal.SIGTERM)
            else:
                assert callers.exchange(connection, request[-1:])[0] == "200"
            assert process.wait(30) == code
        server.start()


def begun(server: Server) -> bool:
    """Whether the server has read all that was sent to it."""
    queues = [line.split()[4] for line in Path("/proc/net/tcp").read_text().splitlines()[1:] if ours(line, server)]
    return bool(queues) and all(queue.endswith(":00000000") for queue in queues)


def ours(line: str, server: Server) -> bool:
    """Whether a line of /proc/net/tcp is about an open connection at the server's end."""
    _, local, _, state = line.split()[:4]
    return int(local.split(":")[1], 16) == server.port and state == "01"
