"""Clients that go the whole way of a code again and again, and what came of every request."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import httpx

from .oauth import Application, Person, new_address, parameters
from .server import Tenant

Asking = Callable[[], httpx.Response]


@dataclass(frozen=True)
class Outcome:
    """What one request got, and when it was sent."""

    at: float
    kind: str
    status: int
    waits: bool
    """Whether the answer says when to come again."""

    after_unknown: bool
    """Whether the same was asked before, and was answered that it is not known whether it was done."""

    said: str

    @property
    def is_error(self) -> bool:
        return self.status >= 400

    @property
    def is_right(self) -> bool:
        """Done; or come again; or, of what may have been done already, that it cannot be done once more."""
        replay = self.status == 400 and self.after_unknown and "invalid_grant" in self.said
        return self.status < 400 or (self.status == 503 and self.waits) or replay


@dataclass
class Client:
    """One application and one customer, who need no consent page."""

    application: Application
    person: Person
    outcomes: list[Outcome] = field(default_factory=list)

    tokens: list[str] = field(default_factory=list)
    """What was answered with 200 and nothing has ended since."""

    redeemed: Counter[str] = field(default_factory=Counter)
    """How often each code was answered with tokens."""

    unknown: int = 0
    """Codes that turned out to be used up though nobody was told."""

    def once(self) -> None:
        own = self._asked("own", self.application.own_token)
        if own and own.status_code == 200:
            self.tokens.append(own.json()["access_token"])
        way = self._asked("authorize", lambda: self.person.get(self.application.authorize_url()))
        if way is None or not way.has_redirect_location:
            return
        code = parameters(way.headers["location"])["code"]
        first = self._insisted("redeem", lambda: self.application.redeem(code))
        if first is None or first.status_code != 200:
            self.unknown += 1
            return
        self.redeemed[code] += 1
        issued = first.json()
        second = self._insisted("refresh", lambda: self.application.refresh(issued["refresh_token"]))
        # A refresh token that is used again ends the family, and whether it was used is unknown.
        if second is not None and second.status_code == 200 and not self.outcomes[-1].after_unknown:
            self.tokens += [second.json()["access_token"], second.json()["refresh_token"]]

    def _insisted(self, kind: str, ask: Asking) -> httpx.Response | None:
        """Asks until there is an answer other than to come again."""
        for attempt in range(1000):
            answer = self._asked(kind, ask, after_unknown=attempt > 0)
            if answer is None or answer.status_code != 503:
                return answer
        return None

    def _asked(self, kind: str, ask: Asking, after_unknown: bool = False) -> httpx.Response | None:
        at = time.monotonic()
        try:
            answer = ask()
        except httpx.TransportError as error:
            self.outcomes.append(Outcome(at, kind, 599, False, after_unknown, repr(error)))
            return None
        waits = answer.headers.get("retry-after", "").isdigit()
        said = answer.text[:200] if answer.status_code >= 400 else ""
        self.outcomes.append(Outcome(at, kind, answer.status_code, waits, after_unknown, said))
        if answer.status_code == 503:
            # As it was told, though sooner.
            threading.Event().wait(0.1)
        return answer


@dataclass
class Load:
    """Clients at work, each in a thread of its own, until they are stopped."""

    clients: list[Client]
    began: float = field(default_factory=time.monotonic)

    @property
    def outcomes(self) -> list[Outcome]:
        return sorted(
            (one for client in self.clients for one in list(client.outcomes)), key=lambda one: one.at
        )

    def wrong(self) -> list[Outcome]:
        """Answers that nothing excuses."""
        return [one for one in self.outcomes if not one.is_right]

    def succeeded(self, since: float) -> bool:
        """Whether every client was answered what it asked for since then, and nothing else lately."""
        return all(
            [one.kind for one in list(client.outcomes) if one.at > since and not one.is_error][-1:]
            and not client.outcomes[-1].is_error
            for client in self.clients
        )


def clients(tenant: Tenant, bases: Sequence[str]) -> list[Client]:
    """One for each base; its customer has allowed its application before."""
    made = []
    for base in bases:
        application, customer = tenant.application("Steady Ltd", approved=True), tenant.customer()
        customer.allow(application)
        person = Person(base, customer.role, customer.email, customer.password)
        person.http.cookies = customer.http.cookies
        client = httpx.Client(headers={"X-Forwarded-For": new_address()}, timeout=60)
        person.http.timeout = 60
        made.append(Client(replace(application, base=base, http=client), person))
    return made


@contextmanager
def load(those: list[Client]) -> Iterator[Load]:
    """Runs the clients until the end of the block."""
    stopped = threading.Event()

    def work(client: Client) -> None:
        while not stopped.is_set():
            client.once()

    threads = [threading.Thread(target=work, args=(client,), daemon=True) for client in those]
    running = Load(those)
    for thread in threads:
        thread.start()
    try:
        yield running
    finally:
        stopped.set()
        for thread in threads:
            thread.join(60)
