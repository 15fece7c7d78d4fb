"""What every cookie says that a server with TLS ever sets, whoever asks for which page (security row SL-01)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from conftest import with_certificate
from portal.hostile import ENDING, routes
from portal.islands import HOME, Island, settled, visit
from portal.oauth import Person

ATTRIBUTES = {"Path=/", "HttpOnly", "SameSite=Lax", "Secure"}
LAST = re.compile(f"{ENDING}|/address/|/disable")
"""Paths after which somebody may not be signed in any more."""


@pytest.fixture(scope="module")
def isle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Island]:
    server, _ = with_certificate(tmp_path_factory.mktemp("secure"))
    server.succeed("tenant", "import", "Tenants/standard.json5")
    server.start()
    try:
        yield settled(server.copy_of_standard({"manualIssuance": True}), "Island Ltd")
    finally:
        server.stop()


def test_every_cookie_is_this_host_s_over_tls_and_out_of_reach(isle: Island) -> None:
    cookies = [cookie for answer in everywhere(isle) for cookie in answer.headers.get_list("set-cookie")]
    for cookie in cookies:
        pair, *attributes = cookie.split("; ")
        assert pair.startswith("__Host-portal-"), cookie
        assert {name for name in attributes if not name.startswith("Max-Age=")} == ATTRIBUTES, cookie
        assert len(attributes) == len({name.partition("=")[0] for name in attributes}), cookie
    kinds = {cookie.partition("=")[0].rpartition("-")[2] for cookie in cookies}
    assert kinds == {"partner", "customer", "admin", "browser", "known", "language"}


def everywhere(isle: Island) -> list[httpx.Response]:
    """Every answer to people of each kind, and to somebody unknown, from the door to the farewell."""
    answers: list[httpx.Response] = []
    people = [Person(isle.tenant.base, role=""), isle.owner, isle.customer, isle.admin]
    for person in people:
        person.http.cookies.clear()
        person.http.event_hooks = {"response": [answers.append]}
        if person.role:
            person.sign_in()
    people[0].get("/sign-in?lang=de")
    places = [(method, path.removeprefix("/t/TENANT")) for _, method, path in routes()]
    walk(people, isle, [place for place in places if not LAST.search(place[1])])
    assert all(person.get(HOME[person.role]).is_success for person in people)
    walk(people, isle, [place for place in places if LAST.search(place[1])])
    return answers


def walk(people: list[Person], isle: Island, places: list[tuple[str, str]]) -> None:
    for method, path in places:
        for person in people:
            visit(person, method, isle.path(path))
