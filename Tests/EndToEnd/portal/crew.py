"""Several workers at once, in a tenant of their own, and what is compared of all of them (R-01)."""

from __future__ import annotations

import itertools
import json
import random
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from .history import Entry, History, differences
from .oauth import Person
from .server import Server, Tenant, until
from .worker import STEPS, Interrupted, Palette, Refused, Worker, logo, logo_address

NAMES = ("Alpha", "Bravo", "Delta", "Gamma", "Kappa", "Lambda", "Omega", "Sigma")


@dataclass
class Crew:
    """Workers of one tenant, and the history they write together."""

    server: Server
    tenant: Tenant
    workers: Sequence[Worker]
    history: History
    began: int
    """How long the ledger was before their first operation."""

    def prepare(self, dice: random.Random) -> None:
        """Another round, which each begins at a step of chance; no two at one unless they are more than those."""
        order = dice.sample(range(len(STEPS)), len(STEPS))
        for one, first in zip(self.workers, itertools.cycle(order), strict=False):
            one.prepare(first)

    def forget_tokens(self) -> None:
        for one in self.workers:
            one.forget_tokens()

    @contextmanager
    def at_work(self, lasting: bool = False) -> Iterator[None]:
        """Each in a thread of its own: until the server is gone, or `lasting`, until the end of the block."""
        over = threading.Event()
        threads = [threading.Thread(target=self._work, args=(one, over, lasting)) for one in self.workers]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            over.set()
            for thread in threads:
                thread.join(60)

    def _work(self, worker: Worker, over: threading.Event, lasting: bool) -> None:
        while not over.is_set():
            try:
                if worker.unsure:
                    worker.settle(self.listed())
                worker.once()
            except (Interrupted, httpx.TransportError):
                worker.interruptions += 1
                worker.hand = {}
                if not lasting:
                    return
            except (AssertionError, Refused, KeyError, StopIteration) as error:
                worker.refused.append(repr(error))
                return

    def until_each(self, cycles: int, within: float = 60) -> None:
        """Waits until every worker has come so many times to the end of its work from now on."""
        before = [one.cycles for one in self.workers]
        until(
            lambda: any(one.refused for one in self.workers)
            or all(one.cycles > count + cycles for one, count in zip(self.workers, before, strict=True)),
            within=within,
            of=f"{cycles} rounds of everybody's work",
        )

    def listed(self) -> dict[str, list[str]]:
        """The client IDs of all applications by the company's name."""
        found: dict[str, list[str]] = {}
        for line in self.server.succeed("app", "list", "--tenant", self.tenant.name, "--json").splitlines():
            one = json.loads(line)
            found.setdefault(one["name"], []).append(one["client_id"])
        return found

    def check(self) -> int:
        """Settles what is unknown and compares everything; returns how many things were compared."""
        refused = [words for one in self.workers for words in one.refused]
        assert not refused, "\n".join(refused)
        listed = self.listed()
        for one in self.workers:
            one.settle(listed)
        return sum(one.check(listed) for one in self.workers)

    def check_ledger(self) -> None:
        """Compares the ledger with all that was ever done."""
        entries = ledger(self.server, self.tenant)[self.began :]
        found = differences(self.history.operations(), entries)
        assert not found, "\n".join(found)
        assert self.server.command("audit", "verify").returncode == 0


def crew(server: Server, folder: Path, count: int) -> Crew:
    """New people of a tenant where partners register as many applications as they like and each token is entered."""
    server.succeed("tenant", "import", str(liberal(server, folder)))
    tenant, history = server.tenant("liberal"), History(folder / "history")
    colours = palette(tenant)
    names = [f"{word}{more}" for more in ("", "ine") for word in NAMES][:count]
    workers = [Worker(tenant, name, history, colours) for name in names]
    return Crew(server, tenant, workers, history, began=len(ledger(server, tenant)))


def ledger(server: Server, tenant: Tenant) -> list[Entry]:
    printed = server.succeed("audit", "export", "--tenant", tenant.name)
    return [json.loads(line) for line in printed.splitlines()]


def liberal(server: Server, folder: Path) -> Path:
    settings = json.loads(server.succeed("tenant", "export", "standard"))
    settings |= {"name": "liberal", "hosts": []}
    settings["brand"].pop("logo", None)
    most = dict.fromkeys(("applicationsPerPartner", "applicationsPerDay", "uploadsPerMinute"), 1000)
    most |= dict.fromkeys(("unapprovedApplications", "logoMebibytes"), 1_000_000)
    # Whoever redeems a code again, to find out whether it was redeemed, must not be told that it is too old.
    settings["policy"] |= most | {"tokensInAuditLog": True, "codeSeconds": 600}
    file = folder / "liberal.json5"
    file.write_text(json.dumps(settings))
    return file


def palette(tenant: Tenant) -> Palette:
    """Where logos of some colours are once they are uploaded."""
    owner = tenant.partner()
    path = f"/applications/{tenant.application('Painter Ltd', owner=owner.email).client_id}"
    addresses = {}
    for colour in ("c0392b", "1e8449", "2e4bc6"):
        until(lambda: is_branded(owner, path, colour), of="the picture's acceptance")  # noqa: B023
        addresses[colour] = logo_address(owner.page(path))
    assert len(set(addresses.values())) == 3
    return addresses


def is_branded(owner: Person, path: str, colour: str) -> bool:
    """Whether the picture was taken; on a busy machine one is told to come again."""
    form = owner.page(f"{path}/branding")
    return owner.submit(form, "company_name", files=logo(colour)).status_code == 303
