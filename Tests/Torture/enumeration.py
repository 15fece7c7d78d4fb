"""Whether the time of an answer tells that an address has an account (SL-06), or how near a client secret is (CA-02).

    PORTAL_BINARY=.build/release/portal var/venv/bin/python Tests/Torture/enumeration.py [SAMPLES]

Asks each of four doors about addresses that are known and addresses that are not, and the token endpoint with proofs that
are wrong in different ways; in turn and in random order. The times are compared with the Mann-Whitney U test. Where p is
at most 0.01 they are measured again; twice in a row fails. To be run on a machine that does nothing else; not a test,
because no time is the same twice.
"""

from __future__ import annotations

import http.client
import itertools
import random
import statistics
import string
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlencode, urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "EndToEnd"))

from portal.oauth import Page, Person, basic, new_address
from portal.server import PASSWORD, ROOT, Server, Tenant

SUSPICIOUS = 0.01


def mann_whitney(one: list[float], other: list[float]) -> float:
    """The two-sided p of the U test, by its normal approximation with ties and continuity corrected."""
    ranked = sorted([(value, 0) for value in one] + [(value, 1) for value in other])
    rank_sum, ties, place = 0.0, 0.0, 0
    while place < len(ranked):
        end = place
        while end < len(ranked) and ranked[end][0] == ranked[place][0]:
            end += 1
        rank = (place + 1 + end) / 2
        rank_sum += rank * sum(1 for _, group in ranked[place:end] if group == 0)
        ties += (end - place) ** 3 - (end - place)
        place = end
    n, m = len(one), len(other)
    total = n + m
    distance = abs(rank_sum - n * (n + 1) / 2 - n * m / 2) - 0.5
    spread = (n * m / 12 * (total + 1 - ties / (total * (total - 1)))) ** 0.5
    return 2 * (1 - statistics.NormalDist().cdf(max(0.0, distance) / spread))


class Wire:
    """A connection that is kept, so that opening it is no part of the time."""

    def __init__(self, server: Server) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)

    def send(self, url: str, fields: dict[str, str], headers: dict[str, str]) -> tuple[float, int]:
        """Posts a form from an address nobody has come from; how many seconds the answer took, and its status."""
        kind = {"Content-Type": "application/x-www-form-urlencoded", "X-Forwarded-For": new_address()}
        start = time.perf_counter()
        self.connection.request("POST", urlsplit(url).path, urlencode(fields), kind | headers)
        answer = self.connection.getresponse()
        answer.read()
        return time.perf_counter() - start, answer.status


@dataclass
class Door:
    """A form that takes an e-mail address, and what an honest browser sends with it."""

    name: str
    page: str
    action: str
    fields: dict[str, str]
    person: Person
    having: str = "email"
    cookies: str = ""

    def prepare(self) -> None:
        page = Page(self.person.get(self.page))
        self.fields = {**self.fields, "seal": page.form(self.having).value("seal")}
        self.cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.person.http.cookies.jar)

    def ask(self, wire: Wire, email: str) -> tuple[float, int]:
        return wire.send(self.person.at(self.action), {**self.fields, "email": email}, {"Cookie": self.cookies})


Question = Callable[[], tuple[float, int]]
"""Asks once; answers with the seconds it took, and the status."""


def measure(name: str, questions: dict[str, Question], samples: int) -> float:
    """Prints what the times of two kinds of questions say, and returns p."""
    times: dict[str, list[float]] = {kind: [] for kind in questions}
    statuses: set[int] = set()
    for _ in range(samples):
        for kind in random.sample(list(questions), 2):
            took, status = questions[kind]()
            times[kind].append(took)
            statuses.add(status)
    assert len(statuses) == 1, (name, statuses)
    p = mann_whitney(*times.values())
    medians = "   ".join(f"{kind} {statistics.median(took) * 1000:7.3f} ms" for kind, took in times.items())
    print(f"{name:13} p = {p:.4f}   {medians}   status {statuses.pop()}", flush=True)
    return p


def people(server: Server, role: str, numbers: Iterator[int], count: int) -> list[str]:
    """New addresses that have an account in this role; nobody gets two letters a minute, so each is named once."""
    addresses = [f"known-{next(numbers):05}@northfield.example" for _ in range(count)]
    words = ["account", "add", "--tenant", "standard", "--role", role, "--name", "Sam", "--email"]
    for address in addresses:
        server.succeed(*words, address, stdin=PASSWORD + "\n")
    return addresses


def doors(standard: Tenant) -> list[tuple[Door, str]]:
    """Each door, and in which role addresses are known there."""
    partner = standard.partner()
    wrong, own = {"password": "no such password at all"}, {"address_password": partner.password}
    account = "/partners/account"
    return [
        (Door("login", "/sign-in", "/sign-in", wrong, Person(standard.base)), "customer"),
        (Door("register", "/partners/sign-up", "/partners/sign-up", {"name": "Sam"}, Person(standard.base)), "partner"),
        (Door("reset", "/account/forgotten", "/account/forgotten", {}, Person(standard.base)), "customer"),
        (Door("verification", account, f"{account}/address", own, partner, "address_password"), "partner"),
    ]


def addresses(standard: Tenant, samples: int) -> Iterator[Callable[[], float]]:
    """For each door, how to measure it."""
    numbers = itertools.count()
    unknown = (f"other-{number:05}@northfield.example" for number in itertools.count())
    for door, role in doors(standard):
        door.prepare()

        def p(door: Door = door, role: str = role) -> float:
            wire, known = Wire(standard.server), iter(people(standard.server, role, numbers, samples))
            questions: dict[str, Question] = {
                "known": lambda: door.ask(wire, next(known)),
                "unknown": lambda: door.ask(wire, next(unknown)),
            }
            return measure(door.name, questions, samples)

        yield p


def clients(standard: Tenant, samples: int) -> Iterator[Callable[[], float]]:
    """For each way in which a proof can be wrong, how to compare it with the secret of somebody else."""
    application, other = standard.application(), standard.application("Others Ltd")
    suspended = standard.application("Paused Ltd")
    standard.server.succeed("app", "suspend", "--tenant", "standard", suspended.client_id, "--reason", "test")
    name, secret = application.client_id, str(application.client_secret)
    kinds = {
        "unknown": (name[:-8] + name[-8:][::-1], secret),
        "suspended": (suspended.client_id, str(suspended.client_secret)),
        "nearly right": (name, resealed(secret)),
    }
    wire = Wire(standard.server)

    def asking(client_id: str, secret: str) -> Question:
        fields, proof = {"grant_type": "client_credentials"}, basic(client_id, secret)
        return lambda: wire.send(f"{standard.base}/oauth2/token", fields, proof)

    for kind, proof in kinds.items():
        questions = {"wrong": asking(name, str(other.client_secret)), kind: asking(*proof)}
        yield partial(measure, "client", questions, samples)


def resealed(secret: str) -> str:
    """A secret that is another in the last character before its checksum, with the checksum that fits."""
    digits = string.digits + string.ascii_uppercase + string.ascii_lowercase

    def sealed(text: str) -> str:
        number, checksum = zlib.crc32(text.encode()), ""
        for _ in range(6):
            number, digit = divmod(number, 62)
            checksum = digits[digit] + checksum
        return text + checksum

    assert sealed(secret[:-6]) == secret, "a checksum is made otherwise"
    return sealed(secret[:-7] + ("A" if secret[-7] != "A" else "B"))


def main(samples: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder) / "data")
        server.succeed("tenant", "import", str(ROOT / "Tenants/standard.json5"))
        server.start()
        try:
            standard = server.tenant("standard")
            measures = itertools.chain(clients(standard, 2 * samples), addresses(standard, samples))
            # All of them, whatever the first says.
            safe = [p() > SUSPICIOUS or p() > SUSPICIOUS for p in measures]
            return 0 if all(safe) else 1
        finally:
            server.stop()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 500))
