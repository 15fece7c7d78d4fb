"""PostgreSQL servers of our own: each an ordinary user's, in a folder, on a Unix socket, and gone afterwards.

They need only Debian's `postgresql` and Python, so that scripts and the bench can have them as well as tests.
"""

from __future__ import annotations

import itertools
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

from .waiting import until

OWNER = "postgres"
"""The superuser of every server, and the system user of Debian's package, who runs them where we are root."""

PORTAL = "portal"
"""The role that applications have: it owns the databases made for it and can get around no policy."""

UNDER_TEST = "PORTAL_TEST_DATABASE"
"""The variable in which `scripts/postgres run` leaves an address: with it the tests keep rows in PostgreSQL."""

MADE = "made"
"""A file in the server's folder that says its cluster is complete."""


def programs() -> Path:
    """The folder of PostgreSQL's programs, which Debian leaves out of PATH; the newest version there is."""
    versions = [file.parent for file in Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    elsewhere = shutil.which("postgres")
    if versions:
        return max(versions, key=lambda folder: int(re.sub(r"\D.*", "", folder.parent.name) or 0))
    if elsewhere:
        return Path(elsewhere).resolve().parent
    raise FileNotFoundError("PostgreSQL is not installed; apt install postgresql")


def as_ordinary_user() -> list[str]:
    """What stands before a command so that it does not run as root, which PostgreSQL refuses."""
    return ["setpriv", f"--reuid={OWNER}", f"--regid={OWNER}", "--init-groups"] if os.geteuid() == 0 else []


def is_running(pid: int) -> bool:
    """Whether the process still does something: one that nobody waits for stays listed when it has ended."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
    return False


@dataclass
class PostgreSQL:
    """A server whose data, socket and log lie in `folder`; every object for a folder speaks to the same one.

    `durable` is for measuring and for failures: without it nothing is forced to the disk. With `port` it also
    listens on 127.0.0.1. `settings` are PostgreSQL's, by name.
    """

    folder: Path
    durable: bool = False
    port: int | None = None
    settings: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    followers: list[PostgreSQL] = field(default_factory=list)

    # MARK: its life

    def start(self, lasting: bool = False) -> PostgreSQL:
        """Starts it, making the cluster first if there is none, and returns when it accepts connections.

        It ends with whoever started it, unless it is `lasting`.
        """
        if not (self.folder / MADE).exists():
            self._make()
        self._launch(lasting)
        if not (self.folder / MADE).exists():
            self.run(f"CREATE ROLE {PORTAL} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS")
            (self.folder / MADE).touch()
        return self

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Ends it: SIGINT disconnects everybody, SIGTERM waits for them, SIGQUIT leaves a log to replay."""
        if pid := self.pid:
            self.resume()
            os.kill(pid, how)
            self._until_gone(pid)

    def kill(self) -> None:
        """Ends every process of it at once, as a power cut does."""
        if pid := self.pid:
            everybody = self._processes(pid)
            for process in everybody:
                self._signal(process, signal.SIGKILL)
            for process in everybody:
                self._until_gone(process)

    def pause(self) -> None:
        """Nothing of it moves until `resume`; connections stay open and unanswered."""
        if pid := self.pid:
            os.kill(pid, signal.SIGSTOP)
            for process in self._processes(pid):
                self._signal(process, signal.SIGSTOP)

    def resume(self) -> None:
        if pid := self.pid:
            for process in reversed(self._processes(pid)):
                self._signal(process, signal.SIGCONT)

    @property
    def pid(self) -> int | None:
        """The process that runs in the folder, if one does; one that was killed leaves its file behind."""
        with suppress(FileNotFoundError):
            number = (self.folder / "data/postmaster.pid").read_text().split("\n")[0]
            with suppress(OSError):
                if Path(f"/proc/{number}/cwd").samefile(self.folder / "data"):
                    return int(number)
        return None

    # MARK: what is asked of it

    def url(
        self, database: str, role: str = PORTAL, beside: Sequence[PostgreSQL] = (), tcp: bool = False
    ) -> str:
        """The address of a database; with others beside it, of whichever of them accepts writes."""
        servers = [self, *beside]
        hosts = ["127.0.0.1" if tcp else quote(str(server.folder), safe="") for server in servers]
        words = ["host=" + ",".join(hosts)]
        if any(server.port for server in servers):
            words.append("port=" + ",".join(str(server.port or 5432) for server in servers))
        if beside:
            words.append("target_session_attrs=read-write")
        return f"postgres://{role}@/{quote(database, safe='')}?{'&'.join(words)}"

    def run(self, sql: str, database: str = "postgres", role: str = OWNER) -> str:
        """What `psql` prints: rows as lines, columns parted by |."""
        done = subprocess.run(
            [programs() / "psql", "-XqAt", "-v", "ON_ERROR_STOP=1", self.url(database, role)],
            input=sql,
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            raise RuntimeError(f"PostgreSQL refused: {done.stderr.strip()}")
        return done.stdout.strip()

    @contextmanager
    def holding(self, sql: str, database: str) -> Iterator[None]:
        """A transaction that did `sql` and keeps what it locked until the end of the block."""
        asked = [programs() / "psql", "-XqAt", "-v", "ON_ERROR_STOP=1", self.url(database, OWNER)]
        session = subprocess.Popen(asked, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert session.stdin and session.stdout
        try:
            session.stdin.write(f"BEGIN; {sql}; SELECT 'held';\n")
            session.stdin.flush()
            assert session.stdout.readline() == "held\n"
            yield
        finally:
            session.communicate("ROLLBACK;\n", timeout=10)

    def create(self, database: str) -> str:
        """Makes a database that belongs to the role of applications; returns its address."""
        self.run(f'CREATE DATABASE "{database}" OWNER {PORTAL}')
        return self.url(database)

    def drop(self, database: str) -> None:
        """Drops a database whoever is connected to it."""
        self.run(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def dump(self, database: str) -> bytes:
        """Every row of a database as text; bytes are in hexadecimal digits."""
        asked = [str(programs() / "pg_dump"), self.url(database, OWNER)]
        return subprocess.run(asked, check=True, capture_output=True).stdout

    # MARK: a second server that follows it

    def standby(self, port: int | None = None) -> PostgreSQL:
        """A started server in a folder beside this one's that has, and shows, all this one acknowledges."""
        follower = PostgreSQL(self.folder.with_name("standby"), self.durable, port, self.settings)
        source = f"host={self.folder} port={self.port or 5432} user={OWNER} application_name=standby"
        copying = ["-D", "data", "-d", source, "--checkpoint=fast", "--create-slot", "--slot=standby"]
        follower._prepare()
        follower._as_its_user("pg_basebackup", *copying, "--write-recovery-conf")
        (follower.folder / MADE).touch()
        self.followers.append(follower.start())
        self.run(
            """
            ALTER SYSTEM SET synchronous_standby_names = 'standby';
            ALTER SYSTEM SET synchronous_commit = 'remote_apply';
            SELECT pg_reload_conf();
            """
        )
        state = "SELECT sync_state FROM pg_stat_replication"
        until(lambda: self.run(state) == "sync", of="the standby's first agreement")
        return follower

    def promote(self) -> None:
        """Makes a standby a primary of its own, whether or not the one it followed is there."""
        if self.run("SELECT pg_promote()") != "t":
            raise RuntimeError(f"the standby was not promoted: {self._last_words()}")

    # MARK: how it is done

    def _make(self) -> None:
        self._prepare()
        self._as_its_user(
            "initdb", "-D", "data", "-U", OWNER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"
        )

    def _prepare(self) -> None:
        """Makes the folder ours; a cluster that was begun and not completed is thrown away."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if foreign := {file.name for file in self.folder.glob("[!.]*")} - {"data", "log"}:
            raise FileExistsError(f"{self.folder} has something else in it: {', '.join(foreign)}")
        shutil.rmtree(self.folder / "data", ignore_errors=True)
        if os.geteuid() == 0:
            shutil.chown(self.folder, OWNER, OWNER)

    def _as_its_user(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [*as_ordinary_user(), programs() / program, *arguments],
            cwd=self.folder,
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            raise RuntimeError(f"{program}: {done.stderr.strip()}")

    def _launch(self, lasting: bool) -> None:
        with_us = [] if lasting else ["setpriv", "--pdeathsig", "INT"]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [*as_ordinary_user(), *with_us, programs() / "postgres", "-D", "data", *self._options()],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until(self._accepts, within=60, of="PostgreSQL's start")

    def _options(self) -> Iterator[str]:
        settings = {
            "unix_socket_directories": str(self.folder),
            "listen_addresses": "127.0.0.1" if self.port else "",
            "port": str(self.port or 5432),
            "max_connections": "500",
            "fsync": "on" if self.durable else "off",
            "full_page_writes": "on" if self.durable else "off",
        }
        for name, value in (settings | self.settings).items():
            yield from ("-c", f"{name}={value}")

    def _accepts(self) -> bool:
        """Whether it says that it is ready; asked of its own file, as pg_ctl does."""
        if not self.process or self.process.poll() is not None:
            raise RuntimeError(f"PostgreSQL did not start: {self._last_words()}")
        with suppress(FileNotFoundError):
            said = (self.folder / "data/postmaster.pid").read_text().split("\n")
            return said[0] == str(self.process.pid) and said[7:8] in (["ready   "], ["standby "])
        return False

    def _last_words(self) -> str:
        return (self.folder / "log").read_text(errors="replace")[-2000:]

    def _processes(self, pid: int) -> list[int]:
        """The server's first process and all others."""
        with suppress(FileNotFoundError):
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            return [pid, *map(int, children)]
        return [pid]

    def _signal(self, pid: int, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.kill(pid, number)

    def _until_gone(self, pid: int) -> None:
        if self.process and self.process.pid == pid:
            self.process.wait(60)
        until(lambda: not is_running(pid), within=60, of="PostgreSQL's end")


def under_test() -> PostgreSQL | None:
    """The server on which the tests keep their rows, unless they keep them in SQLite's files."""
    address = os.environ.get(UNDER_TEST)
    return PostgreSQL(Path(parse_qs(urlsplit(address).query)["host"][0])) if address else None


_numbers = itertools.count(1)


def new_database() -> str | None:
    """The address of an empty database on the server under test, if there is one."""
    server = under_test()
    return server.create(f"test-{os.getpid()}-{next(_numbers)}") if server else None


@contextmanager
def postgresql(
    durable: bool = False, port: int | None = None, settings: dict[str, str] | None = None
) -> Iterator[PostgreSQL]:
    """A started server in a temporary folder; a durable one has it where files lie on a disk."""
    with temporary(durable) as folder:
        server = PostgreSQL(folder / "server", durable, port, settings or {})
        try:
            yield server.start()
        finally:
            for each in (server, *server.followers):
                each.stop()


@contextmanager
def temporary(durable: bool = False) -> Iterator[Path]:
    """A folder that our servers can reach, whoever runs them; its path is short, as sockets need it."""
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/var/tmp" if durable else None))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
