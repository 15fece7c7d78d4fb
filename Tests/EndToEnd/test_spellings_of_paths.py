"""A page has one address: whatever else could be read as it is nothing, or is guarded like it (security row HT-09)."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from portal.oauth import Person
from portal.server import Server, Tenant

COMPANY = "Ledge Haulage Ltd"


def overlong(letter: str, length: int) -> str:
    """A letter of ASCII in more bytes of UTF-8 than it may have (RFC 3629 §3), behind percent signs."""
    code, tail = ord(letter), list[int]()
    for _ in range(length - 1):
        tail.insert(0, 0x80 | code & 0x3F)
        code >>= 6
    return "".join(f"%{byte:02x}" for byte in [0xF00 >> length & 0xFF | code, *tail])


def encoded(text: str, times: int = 1) -> str:
    for _ in range(times):
        text = "".join(f"%{ord(letter):02x}" for letter in text)
    return text


def other_spellings(first: str, rest: str) -> list[str]:
    """What somebody else might take for `/first/rest`, and a server in front of us for something else."""
    plain, slash = f"{first}/{rest}", overlong("/", 2)
    return [
        *(f"//{plain}", f"/{first}//{rest}", f"/{plain}/", f"/{plain}//", f"///{plain}"),
        *(f"/./{plain}", f"/{first}/./{rest}", f"/{plain}/.", f"/{plain}/./"),
        *(f"/x/../{plain}", f"/{first}/x/../{rest}", f"/{plain}/x/..", f"/../standard/{plain}"),
        *(f"/%2e/{plain}", f"/{first}/%2E/{rest}", f"/x/%2e%2e/{plain}", f"/x/%2E%2e/{plain}"),
        *(f"/x/.%2e/{plain}", f"/x/%2e./{plain}", f"/x/..%2f{plain}", f"/x/%2e%2e%2f{plain}"),
        *(f"/{first}%2f{rest}", f"/{first}%2F{rest}", f"%2f{plain}", f"/%2f{plain}", f"/{plain}%2f"),
        *(f"/{first}%5c{rest}", f"/{first}\\{rest}", f"\\{plain}", f"/{plain}\\", f"/{plain}%5C"),
        *(f"/x/..\\{plain}", f"/x/..%5c{plain}", f"/x\\..\\{plain}"),
        *(f"/x/..;/{plain}", f"/;/{plain}", f"/{first};/{rest}", f"/{first};a=b/{rest}", f"/{plain};"),
        *(f"/{plain};jsessionid=1", f"/{first}%3b/{rest}", f"/{plain}%3Ba", f"/sign-in/..;/{plain}"),
        *(f"/x/%252e%252e/{plain}", f"/{first}%252f{rest}", f"/{plain}%252e", f"/{plain}%2500"),
        *(f"/{encoded(first, 2)}/{rest}", f"/{first}/{encoded(rest, 2)}", f"/{encoded(plain)}"),
        *(f"/{first.upper()}/{rest}", f"/{first.capitalize()}/{rest}", f"/{first}/{rest.swapcase()}"),
        *(f"/{encoded(first.upper())}/{rest}", f"/{plain}.", f"/{first}./{rest}", f"/{plain}%2e"),
        *(f"/{plain}.html", f"/{plain}.json", f"/{plain}~", f"/{plain}*", f"/{plain}:$DATA"),
        *(
            f"/{plain}%20",
            f"/%20{plain}",
            f"/{plain}+",
            f"/{plain}%09",
            f"/{plain}%0a",
            f"/{plain}%0d%0aX:%20y",
        ),
        *(f"/{plain}%00", f"/{first}%00/{rest}", f"/{plain}%00.png", f"/%00/{plain}", f"/{plain}\x00"),
        *(f"/{first}{slash}{rest}", f"/{first}{overlong('/', 3)}{rest}", f"/{first}{overlong('/', 4)}{rest}"),
        *(f"/x/{overlong('.', 2) * 2}/{plain}", f"/{overlong(first[0], 2)}{first[1:]}/{rest}"),
        *(f"/{first}\xc0\xaf{rest}", f"/{first}%ef%bc%8f{rest}", f"/x/%e3%80%82%e3%80%82/{plain}"),
        *(
            f"/{plain}%",
            f"/{plain}%2",
            f"/{plain}%zz",
            f"/{first}%u002f{rest}",
            f"/{plain}%ff",
            f"/{plain}#x",
        ),
    ]


def same_spellings(first: str, rest: str) -> list[str]:
    """The same letters, written as they need not be (RFC 3986 §6.2.2.2)."""
    return [
        f"/{encoded(first[0])}{first[1:]}/{rest}",
        f"/{encoded(first)}/{rest}",
        f"/{encoded(first).upper()}/{rest}",
        f"/{first}/{rest[:-1]}{encoded(rest[-1])}",
        f"/{first}/{rest}?",
        f"/{first}/{rest}?/../..;/%2e%2e",
    ]


@dataclass
class Guarded:
    """A page for one role, and what it shows that no other answer here does."""

    role: str
    first: str
    rest: str
    words: str


@dataclass
class Scene:
    """Guarded pages, and people of each role who want to see them."""

    server: Server
    people: dict[str, Person]
    pages: list[Guarded]
    pages_with_ids: list[Guarded]

    @property
    def visitors(self) -> list[str]:
        return ["nobody", *self.people]

    def seen(self, visitor: str, spelling: str) -> tuple[int, str]:
        """Status and whole answer of what is below the tenant, asked for byte by byte."""
        cookie = f"Cookie: {self.people[visitor].cookie()}\r\n" if visitor in self.people else ""
        head = f"Host: 127.0.0.1:{self.server.port}\r\nConnection: close\r\n{cookie}"
        request = f"GET /t/standard{spelling} HTTP/1.1\r\n{head}\r\n".encode("latin-1")
        answer = self.server.exchange(request).decode("utf-8", "replace")
        return int(answer[9:12]), answer


@pytest.fixture(scope="module")
def scene(server: Server, standard: Tenant) -> Scene:
    people = {role: standard.person(role, signed_in=True) for role in ("customer", "partner", "admin")}
    application = standard.application(COMPANY, owner=people["partner"].email, approved=True)
    application.tokens_of(people["customer"])
    pages = [
        Guarded("customer", "account", "connections", COMPANY),
        Guarded("partner", "partners", "account", people["partner"].email),
        Guarded("admin", "admin", "applications", COMPANY),
    ]
    pages_with_ids = [
        Guarded("partner", "applications", application.client_id, COMPANY),
        Guarded("admin", "admin", f"applications/{application.client_id}", COMPANY),
    ]
    return Scene(server, people, pages, pages_with_ids)


def test_its_own_address_shows_a_page_to_those_who_may(scene: Scene) -> None:
    for page in scene.pages + scene.pages_with_ids:
        for visitor in scene.visitors:
            status, answer = scene.seen(visitor, f"/{page.first}/{page.rest}")
            assert (status == 200) == (page.words in answer) == (visitor == page.role), (visitor, answer)


OTHERS = pytest.mark.parametrize(
    "number", range(len(other_spellings("a", "b"))), ids=other_spellings("first", "rest")
)


@OTHERS
def test_any_other_address_is_nothing_to_anybody(scene: Scene, number: int) -> None:
    for page in scene.pages:
        for visitor in scene.visitors:
            status, answer = scene.seen(visitor, other_spellings(page.first, page.rest)[number])
            assert status in {400, 404} and page.words not in answer, (visitor, answer)


@OTHERS
def test_any_other_id_is_an_unknown_one(scene: Scene, number: int) -> None:
    """Whoever is not signed in is asked to, before anybody looks whether it is known."""
    for page in scene.pages_with_ids:
        for visitor in scene.visitors:
            status, answer = scene.seen(visitor, other_spellings(page.first, page.rest)[number])
            allowed = {400, 404} if visitor == page.role else {303, 400, 404}
            assert status in allowed and page.words not in answer, (visitor, answer)


@pytest.mark.parametrize("number", range(len(same_spellings("a", "b"))), ids=same_spellings("first", "rest"))
def test_the_same_letters_are_guarded_as_the_same_page(scene: Scene, number: int) -> None:
    for page in scene.pages + scene.pages_with_ids:
        for visitor in scene.visitors:
            status, answer = scene.seen(visitor, same_spellings(page.first, page.rest)[number])
            assert (status == 200) == (page.words in answer) == (visitor == page.role), (visitor, answer)
            assert visitor == page.role or status == 303
