"""The real binary in a data directory of its own, and what an operator does with it."""

from __future__ import annotations

import itertools
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

import httpx

from .dns import NameServer
from .oauth import Application, Person
from .postgres import new_database
from .waiting import free_port as free_port
from .waiting import until as until

ROOT = Path(__file__).resolve().parents[3]
BINARY = Path(os.environ.get("PORTAL_BINARY", ROOT / ".build/release/portal"))
SHARED = Path(os.environ.get("PORTAL_SHARED", ROOT.parent / "shared"))
LOGO = ROOT / "Public/demo/acme-rentals.png"
PASSWORD = "seven quiet herons at noon"


@dataclass
class Server:
    """`portal serve` on a free port; every command of the operator goes to the same data directory.

    Rows are kept in `database`: one of its own where PORTAL_TEST_DATABASE leads to a server, else SQLite's file.
    """

    data: Path
    options: Sequence[str] = ()
    scheme: str = "http"
    proxies: str = "127.0.0.1"
    public_url: str | None = None
    under: Sequence[str] = ()
    """What stands before the server's own command, such as a tracer that ends it at a certain call."""
    environment: dict[str, str] = field(default_factory=dict)
    names: NameServer | None = None
    """Whom names are asked of; nobody is asked about any unless a partner verifies a domain."""
    database: str | None = field(default_factory=new_database)
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.data.with_suffix(".log")

    @property
    def database_name(self) -> str:
        """The PostgreSQL database of its rows."""
        return urlsplit(self.database or "").path.removeprefix("/")

    def start(self) -> Server:
        """Starts the server and returns as soon as it answers."""
        self.launch()
        until(self.answers, within=10, of="the server's first answer")
        return self

    def launch(self) -> None:
        """Starts the server, and leaves it to itself."""
        output: IO[bytes]
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [
                    *self.under,
                    BINARY,
                    "serve",
                    *self.where,
                    "--listen",
                    f"127.0.0.1:{self.port}",
                    "--public-url",
                    self.public_url or self.url,
                    "--trusted-proxies",
                    self.proxies,
                    *(self.names.options if self.names else []),
                    *self.options,
                ],
                stdout=output,
                stderr=output,
                cwd=ROOT,
                env=os.environ | self.environment,
            )

    @property
    def has_ended(self) -> bool:
        return not self.process or self.process.poll() is not None

    def answers(self) -> bool:
        assert not self.has_ended, self.log.read_text()[-2000:]
        return self.is_reached()

    def is_reached(self) -> bool:
        try:
            return httpx.get(f"{self.url}/healthz", verify=False, timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def stop(self, how: signal.Signals = signal.SIGTERM, within: float = 15) -> int:
        """Ends the server and returns its exit code."""
        if not self.process:
            return 0
        process, self.process = self.process, None
        if process.poll() is None:
            process.send_signal(how)
            process.send_signal(signal.SIGCONT)
        return process.wait(within)

    def connections(self) -> int:
        """How many sockets it has open."""
        assert self.process
        count = 0
        for link in Path(f"/proc/{self.process.pid}/fd").iterdir():
            # It may be closed by the time it is asked about.
            with suppress(FileNotFoundError):
                count += os.readlink(link).startswith("socket:")
        return count

    def is_at_rest(self) -> bool:
        """Whether ten looks in a row see each of its threads asleep."""
        assert self.process
        for _ in range(10):
            for thread in Path(f"/proc/{self.process.pid}/task").iterdir():
                with suppress(FileNotFoundError, ProcessLookupError):
                    if (thread / "stat").read_text().rpartition(")")[2].split()[0] == "R":
                        return False
            time.sleep(0.01)
        return True

    def pause(self) -> None:
        """Nothing of it moves until `resume`; it is still connected, and connected to."""
        assert self.process
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGCONT)

    def link_for(self, recipient: str) -> str:
        """Where the link of the latest letter to somebody leads, from the page that shows letters on this machine."""
        page = httpx.get(f"{self.url}/mail", verify=False, timeout=5).text
        letters = [part for part in page.split("<article")[1:] if recipient in part]
        assert letters, f"no letter to {recipient}"
        return letters[0].split('<a href="')[1].split('"')[0]

    def noted(self) -> str:
        """The log, with everything noted until now; the server gathers its lines for a tenth of a second."""
        reference = httpx.get(f"{self.url}/t/none", verify=False, timeout=5).headers["x-request-id"]
        return until(lambda: log if reference in (log := self.log.read_text()) else "", of="the log line of a request")

    def memory(self) -> int:
        """Resident bytes of the running process."""
        return self._memory("VmRSS")

    def most_memory(self) -> int:
        """The most it ever had."""
        return self._memory("VmHWM")

    def _memory(self, line: str) -> int:
        assert self.process
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split(f"{line}:")[1].split()[0]) * 1024

    def exchange(self, request: bytes, within: float = 5) -> bytes:
        """Sends bytes as they are and reads until the server closes or falls silent."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=within) as connection:
            connection.sendall(request)
            answer = b""
            try:
                while piece := connection.recv(65536):
                    answer += piece
            except (TimeoutError, ConnectionResetError):
                pass
            return answer

    # MARK: the operator

    @property
    def where(self) -> list[str]:
        return ["--data", str(self.data), *(["--database", self.database] if self.database else [])]

    def command(
        self, *arguments: str, stdin: str = "", under: Sequence[str] = ()
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*under, BINARY, *arguments, *self.where],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=30,
            cwd=ROOT,
        )

    def succeed(self, *arguments: str, stdin: str = "") -> str:
        done = self.command(*arguments, stdin=stdin)
        assert done.returncode == 0, f"portal {' '.join(arguments)}: {done.stderr or done.stdout}"
        return done.stdout

    def tenant(self, name: str) -> Tenant:
        return Tenant(self, name)

    def copy_of_standard(self, doors: dict[str, object] | None = None, **policy: object) -> Tenant:
        """A tenant of its own, for who changes its settings; its file says what else is allowed, and what opens it."""
        name = f"quay-{next(self.numbers)}"
        settings = json.loads(self.succeed("tenant", "export", "standard"))
        settings |= {"name": name, "hosts": []}
        settings["brand"]["displayName"] = "Quayline"
        settings["policy"] |= policy
        if doors:
            settings["profile"] = doors
        file = self.data.parent / f"{name}.json5"
        file.write_text(json.dumps(settings))
        self.succeed("tenant", "import", str(file))
        return self.tenant(name)


@dataclass
class Tenant:
    """A tenant of a server; every person and application it makes is new."""

    server: Server
    name: str

    @property
    def base(self) -> str:
        return f"{self.server.public_url or self.server.url}/t/{self.name}"

    def set_policy(self, **policy: object) -> None:
        """Changes some of its rules, as an operator does."""
        settings = json.loads(self.server.succeed("tenant", "export", self.name))
        settings["policy"] |= policy
        file = self.server.data.parent / f"{self.name}-changed.json5"
        file.write_text(json.dumps(settings))
        self.server.succeed("tenant", "import", str(file))

    def customer(self, signed_in: bool = True) -> Person:
        return self.person("customer", signed_in)

    def partner(self, signed_in: bool = True) -> Person:
        return self.person("partner", signed_in)

    def admin(self, signed_in: bool = True) -> Person:
        return self.person("admin", signed_in)

    def person(self, role: str, signed_in: bool) -> Person:
        email = f"dana-{next(self.server.numbers)}@northfield.example"
        self.server.succeed(
            "account",
            "add",
            "--tenant",
            self.name,
            "--role",
            role,
            "--email",
            email,
            "--name",
            "Dana Field",
            stdin=PASSWORD + "\n",
        )
        person = Person(self.base, role, email, PASSWORD)
        if signed_in:
            person.sign_in()
        return person

    def application(
        self,
        name: str = "Acme Rentals",
        redirect_uris: Sequence[str] = ("https://client.example/callback",),
        scopes: Sequence[str] = (),
        kind: str = "confidential",
        approved: bool = False,
        owner: str | None = None,
    ) -> Application:
        owner = owner or self.partner(signed_in=False).email
        more = [word for uri in redirect_uris for word in ("--redirect-uri", uri)]
        more += [word for scope in scopes for word in ("--scope", scope)]
        if kind != "confidential":
            more += ["--kind", kind]
        printed: dict[str, Any] = json.loads(
            self.server.succeed(
                "app",
                "add",
                "--tenant",
                self.name,
                "--owner",
                owner,
                "--name",
                name,
                "--logo",
                str(LOGO),
                *more,
                "--json",
            )
        )
        if approved:
            self.server.succeed("app", "approve", "--tenant", self.name, printed["client_id"])
        return Application(
            self.base,
            printed["client_id"],
            printed.get("client_secret"),
            redirect_uris[0] if redirect_uris else "",
        )
