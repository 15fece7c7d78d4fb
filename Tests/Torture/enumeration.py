"""Whether the time of an answer tells that an address has an account (SL-06).

    PORTAL_BINARY=.build/release/portal var/venv/bin/python Tests/Torture/enumeration.py [SAMPLES]

Asks each of four doors about addresses that are known and addresses that are not, in turn and in random order, and compares
the times with the Mann-Whitney U test. A door whose p is at most 0.01 is measured again; twice in a row fails. To be run
on a machine that does nothing else; not a test, because no time is the same twice.
"""

from __future__ import annotations

import http.client
import itertools
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "EndToEnd"))

from portal.oauth import Page, Person, new_address
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

    def ask(self, wire: http.client.HTTPConnection, email: str) -> tuple[float, int]:
        """How many seconds the answer took, and its status."""
        body = urlencode({**self.fields, "email": email})
        path = urlsplit(self.person.at(self.action)).path
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": self.cookies,
            "X-Forwarded-For": new_address(),
        }
        start = time.perf_counter()
        wire.request("POST", path, body, headers)
        answer = wire.getresponse()
        answer.read()
        return time.perf_counter() - start, answer.status


def measure(door: Door, server: Server, known: Iterator[str], unknown: Iterator[str], samples: int) -> float:
    """Prints what a door's times say, and returns p."""
    door.prepare()
    wire = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    times: dict[bool, list[float]] = {True: [], False: []}
    statuses: dict[bool, set[int]] = {True: set(), False: set()}
    for _ in range(samples):
        for is_known in random.sample([True, False], 2):
            took, status = door.ask(wire, next(known if is_known else unknown))
            times[is_known].append(took)
            statuses[is_known].add(status)
    assert statuses[True] == statuses[False] and len(statuses[True]) == 1, (door.name, statuses)
    p = mann_whitney(times[True], times[False])
    medians = [statistics.median(times[which]) * 1000 for which in (True, False)]
    print(
        f"{door.name:13} p = {p:.4f}   known {medians[0]:7.3f} ms   unknown {medians[1]:7.3f} ms"
        f"   status {min(statuses[True])}",
        flush=True,
    )
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


def main(samples: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder) / "data")
        server.succeed("tenant", "import", str(ROOT / "Tenants/standard.json5"))
        server.start()
        try:
            numbers = itertools.count()
            unknown = (f"other-{number:05}@northfield.example" for number in itertools.count())
            is_safe = True
            for door, role in doors(server.tenant("standard")):

                def p() -> float:
                    known = people(server, role, numbers, samples)
                    return measure(door, server, iter(known), unknown, samples)

                is_safe = (p() > SUSPICIOUS or p() > SUSPICIOUS) and is_safe
            return 0 if is_safe else 1
        finally:
            server.stop()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 500))
