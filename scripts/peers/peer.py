"""A server of the comparison: what it has to do, and how it is started and ended."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import urllib.parse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portal.waiting import until

from .load import FORM, Flow, Load

PASSWORD = "seven quiet herons at noon"


@dataclass
class Jobs:
    """The same three things, asked of every server in its own way."""

    tokens: Load
    introspection: Load
    flow: Flow


class Peer:
    """A provider made with somebody's library, on a database of its own."""

    name = ""
    home = Path()

    path = "/"
    """Answered without asking anybody who they are."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self.address = ""
        self.port = 0
        self.environment = dict(os.environ)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, postgres_url: str, port: int) -> Jobs:
        """Makes what it needs in an empty database, starts it, and returns what to ask of it."""
        self.address, self.port = postgres_url, port
        self.environment |= libpq(postgres_url) | {"PORT": str(port)}
        made = self.prepare()
        self.run_server()
        return self.jobs(made)

    def run_server(self, pause: float = 0.01) -> None:
        """Starts what `prepare` has prepared; it ends with us."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", *self.server()],
                cwd=self.home,
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        until(self.is_up, within=60, of=f"the start of {self.name}", pause=pause)

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(30)

    def prepare(self) -> dict[str, Any]:
        """What was made: applications, and what else `jobs` needs."""
        raise NotImplementedError

    def server(self) -> Sequence[str | Path]:
        """The command that stays."""
        raise NotImplementedError

    def jobs(self, made: dict[str, Any]) -> Jobs:
        raise NotImplementedError

    def run(self, *command: str | Path) -> dict[str, Any]:
        """What a command of the peer prints, which is JSON."""
        done = subprocess.run(command, cwd=self.home, env=self.environment, capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"bench: {self.name} cannot be prepared\n{done.stderr[-2000:]}")
        printed: dict[str, Any] = json.loads(done.stdout)
        return printed

    def is_up(self) -> bool:
        if self.process and self.process.poll() is not None:
            raise SystemExit(f"bench: {self.name} does not start\n{self.log.read_text()[-2000:]}")
        return answers(self.port, self.path)


def answers(port: int, path: str) -> bool:
    """Whether a first request gets its answer; the connection is made anew each time."""
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except OSError:
        return False


def access_token(port: int, asked: Load) -> str:
    """A live token, from the request that wrk will send."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("POST", asked.path, asked.body, asked.headers)
    return str(json.load(connection.getresponse())["access_token"])


def own_tokens(path: str, client: dict[str, str]) -> Load:
    """An application asks for a token of its own."""
    return Load("client-credentials tokens", path, FORM | client, "grant_type=client_credentials")


def introspection(path: str, asker: dict[str, str], token: str) -> Load:
    """A provider's interface asks whether a token works."""
    return Load("introspection of a live token", path, FORM | asker, f"token={token}")


def libpq(url: str) -> dict[str, str]:
    """An address in the variables that libpq reads, and with it every library on top."""
    parts = urllib.parse.urlsplit(url)
    more = dict(urllib.parse.parse_qsl(parts.query))
    variables = {"PGUSER": parts.username, "PGDATABASE": parts.path[1:], "PGHOST": more.get("host")}
    variables["PGPORT"] = more.get("port")
    return {name: value for name, value in variables.items() if value}
