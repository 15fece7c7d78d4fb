"""A tenant whose people come in floods makes nobody else wait for long, or in vain (security row MT-06)."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from conftest import set_up
from portal.oauth import Page, Person, new_address
from portal.server import Server, Tenant

CROWD = 100
"""More at a time than may wait for their password to be looked at."""


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = set_up(tmp_path_factory.mktemp("turns"))
    yield server
    server.stop()


class Flood:
    """Signs in at one tenant as nobody, again and again, from many addresses at a time."""

    def __init__(self, tenant: Tenant) -> None:
        self.visitor = Person(tenant.base)
        page = Page(self.visitor.get("/sign-in"))
        self.seal = page.form("password").value("seal")
        self.cookies = "; ".join(f"{c.name}={c.value}" for c in self.visitor.http.cookies.jar)
        self.is_over = threading.Event()
        self.is_overflowing = threading.Event()
        self.statuses: set[int] = set()

    def guess(self) -> None:
        address = urlsplit(self.visitor.at("/sign-in"))
        while not self.is_over.is_set():
            wire = http.client.HTTPConnection(str(address.hostname), address.port, timeout=60)
            fields = {"seal": self.seal, "email": f"{new_address()}@nobody.example", "password": "x" * 20}
            headers = {
                "Content-Type": "application/x-www-form-urlencoded",
                "Cookie": self.cookies,
                "X-Forwarded-For": new_address(),
            }
            wire.request("POST", address.path, urlencode(fields), headers)
            answer = wire.getresponse()
            answer.read()
            wire.close()
            self.statuses.add(answer.status)
            if answer.status == 503:
                assert answer.headers["Retry-After"]
                self.is_overflowing.set()


def test_while_one_tenant_is_flooded_everybody_of_another_signs_in(own: Server) -> None:
    flood, quiet = Flood(own.tenant("standard")), own.tenant("brisk")
    people = [quiet.customer(signed_in=False) for _ in range(5)]
    with ThreadPoolExecutor(CROWD) as crowd:
        guesses = [crowd.submit(flood.guess) for _ in range(CROWD)]
        try:
            assert flood.is_overflowing.wait(60), flood.statuses
            for person in people:
                form = person.page("/sign-in")
                answer = person.submit(form, "password", email=person.email, password=person.password)
                assert answer.status_code == 303
        finally:
            flood.is_over.set()
        for guess in guesses:
            guess.result()
    assert flood.statuses == {422, 503}
