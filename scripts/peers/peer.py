"""A server of the comparison: what it has to do, and how it is started and ended."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from portal.waiting import until

from .browser import basic
from .load import FORM, Flow, Load
from .stores import variables

PASSWORD = "seven quiet herons at noon"

TOKENS = "client-credentials tokens"
TOKENS_BY_FORM = "the same, by form"
INTROSPECTION = "introspection of a live token"
CONSENT = "consent page"
FLOWS = "whole code flows"

Jobs = dict[str, Load | Flow]
"""By name: the same things, asked of every server in its own way."""


class Peer:
    """A provider made with somebody's library, on a store of its own."""

    name = ""
    home = Path()

    path = "/"
    """Answered without asking anybody who they are."""

    packages: Sequence[str] = ()
    """What it is made of, as its versions are asked for."""

    settings = ""
    """How it is run, in a sentence for the report."""

    def __init__(self, folder: Path, port: int) -> None:
        self.log = folder / f"{type(self).__name__}-{port}.log"
        self.port = port
        self.address = ""
        self.environment = dict(os.environ) | {"PORT": str(port)}
        self.process: subprocess.Popen[bytes] | None = None

    def install(self, address: str) -> dict[str, Any]:
        """Makes what it needs in an empty store, and returns what `jobs` needs to know of it."""
        self.address = address
        self.environment |= variables(address)
        return self.prepare()

    def start(self) -> float:
        """Starts what was prepared, which ends with us; returns the milliseconds until its first answer."""
        began = time.perf_counter()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", *self.server()],
                cwd=self.home,
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        until(self.is_up, within=60, of=f"the start of {self.name}", pause=0.0005)
        return (time.perf_counter() - began) * 1000

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(30)
            self.process = None

    # MARK: what each does in its own way

    def prepare(self) -> dict[str, Any]:
        """What was made: applications, and what else `jobs` needs."""
        raise NotImplementedError

    def server(self) -> Sequence[str | Path]:
        """The command that stays."""
        raise NotImplementedError

    def jobs(self, made: dict[str, Any]) -> Jobs:
        raise NotImplementedError

    def crowd(self, count: int) -> None:
        """Puts so many live tokens beside its own into the store, which is SQLite's, while it is stopped."""
        raise NotImplementedError

    def versions(self) -> Iterator[str]:
        """Of `packages`, as Debian has them."""
        for package in self.packages:
            asked = ["dpkg-query", "--show", "--showformat", "${Package} ${Version}", package]
            yield subprocess.run(asked, capture_output=True, text=True, check=True).stdout

    # MARK: what they do alike

    def run(self, *command: str | Path) -> dict[str, Any]:
        """What a command of the peer prints, which is JSON."""
        done = subprocess.run(command, cwd=self.home, env=self.environment, capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"bench: {self.name} cannot be prepared\n{done.stderr[-2000:]}")
        printed: dict[str, Any] = json.loads(done.stdout)
        return printed

    def asked(self, client: dict[str, str], token: str, introspect: str, flow: Flow, **more: str) -> Jobs:
        """The jobs that differ only in paths, for an application that also asks for tokens of its own."""
        fields, proof = {"grant_type": "client_credentials"} | more, basic(**client)
        tokens = Load(TOKENS, token, FORM | proof, urlencode(fields))
        live = access_token(self.port, tokens)
        return {
            TOKENS: tokens,
            TOKENS_BY_FORM: Load(TOKENS_BY_FORM, token, FORM, urlencode(fields | client)),
            INTROSPECTION: Load(INTROSPECTION, introspect, FORM | proof, f"token={live}"),
            CONSENT: flow.consent_page,
            FLOWS: flow,
        }

    def is_up(self) -> bool:
        if self.process and self.process.poll() is not None:
            raise SystemExit(f"bench: {self.name} does not start\n{self.log.read_text()[-2000:]}")
        return answers(self.port, self.path)

    def memory(self) -> float:
        """MiB of all its processes; what several of them share counts once."""
        assert self.process
        return sum(map(proportional, processes(self.process.pid))) / 1024


def processes(pid: int) -> Iterator[int]:
    """A process and all below it, without those that end meanwhile."""
    yield pid
    for listed in Path("/proc").glob(f"{pid}/task/*/children"):
        try:
            children = listed.read_text().split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        for child in children:
            yield from processes(int(child))


def proportional(pid: int) -> int:
    """KiB of a process, of shared pages its share; none of one that has ended meanwhile."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return int(rollup.split("\nPss:")[1].split()[0])


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
