"""Everything that people of one tenant have and that has a name, so that others can ask for it."""

from __future__ import annotations

import io
import re
import secrets
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

import httpx
from PIL import Image

from .oauth import Application, Page, Person
from .server import Tenant
from .waiting import until


@dataclass
class Island:
    tenant: Tenant
    owner: Person
    customer: Person
    admin: Person
    application: Application
    tokens: dict[str, str]
    ticket: str = ""
    names: dict[str, str] = field(default_factory=dict)
    """What stands in a path, by the name of its place in the table of routes."""
    links: dict[str, str] = field(default_factory=dict)
    """The last part of each link in a letter, by the route that it leads to."""
    queries: dict[str, str] = field(default_factory=dict)
    """What a page has to be asked about besides, by its route."""
    staged_logo: str = ""

    @property
    def people(self) -> dict[str, Person]:
        return {"partner": self.owner, "member": self.owner, "customer": self.customer, "admin": self.admin}

    def account(self, person: Person) -> str:
        """The id of an account, as administrators see it."""
        return found(self.admin.page(f"/admin/accounts?email={person.email}"), r"accounts/(acc_\w+)")

    def link(self, route: str) -> str:
        """The link of a route that begins with one, or nothing."""
        return self.links.get(route.partition("{link}")[0] + "{link}", "")

    def path(self, route: str, theirs: dict[str, str] | None = None) -> str:
        """A route with this island's names in it, but for those in `theirs`."""
        names = self.names | {"link": self.link(route)}
        if route.startswith("/admin/people"):
            names["person"] = names["administrator"]
        if route.startswith("/admin/accounts"):
            names["person"] = names["customer"]
        path = re.sub(r"\{(\w+)\}", lambda brace: (names | (theirs or {}))[brace.group(1)], route)
        return path + self.queries.get(route, "")


HOME = {"partner": "/applications", "customer": "/account/connections", "admin": "/admin", "": "/sign-in"}


def seal_of(person: Person) -> str:
    """A seal that really is this person's, so that only the name in the path can be what is refused."""
    page = person.page(HOME[person.role])
    return page.form("seal").value("seal")


def visit(person: Person, method: str, path: str, **more: str) -> httpx.Response:
    """Asks for a path as somebody would who fills in every form alike."""
    fields = {
        "seal": seal_of(person),
        "redirect_uri": "https://evil.example/cb",
        "emails": person.email,
        "email": "somebody@evil.example",
        "domain": "client.example",
        "ticket": "x" * 43,
        "label": "x",
        "others": "leaked",
        "ends": "",
        "reason": "test",
        "role": "viewer",
        "answer": "agree",
        "name": "Kim Oak",
        "password": "nine loud geese at dusk",
    }
    return person.get(path) if method == "GET" else person.post(path, fields | more)


def found(page: Page, pattern: str) -> str:
    match = re.search(pattern, page.source)
    assert match, f"no {pattern} on {page.status} {page.title!r}: {page.text[:400]}"
    return match.group(1)


def settled(tenant: Tenant, name: str) -> Island:
    """An application with a customer, a history, and something under way of every kind."""
    owner, customer, admin = tenant.partner(), tenant.customer(), tenant.admin()
    application = tenant.application(name, owner=owner.email, approved=True)
    tokens = application.tokens_of(customer, prompt="consent")
    island = Island(tenant, owner, customer, admin, application, tokens)
    name_what_the_application_has(island)
    name_what_the_customer_has(island)
    name_what_is_asked_by_hand(island)
    collect_links_of_the_team(island)
    collect_links_of_accounts(island)
    island.staged_logo = stage_a_logo(island)
    island.ticket = customer.asked(application, prompt="consent").form("ticket").value("ticket")
    return island


def name_what_the_application_has(island: Island) -> None:
    owner, application, names = island.owner, island.application, island.names
    place = f"/applications/{application.client_id}"
    names["application"] = application.client_id
    uri = quote(application.redirect_uri, safe="")
    island.queries["/applications/{application}/redirect-uris/remove"] = f"?uri={uri}"
    names["secret"] = found(owner.page(place), r"secrets/(\w+)/end")
    names |= {"person": island.account(owner), "customer": island.account(island.customer)}
    names["administrator"] = found(island.admin.page("/admin/people"), r"people/(acc_\w+)")
    island.customer.get(application.authorize_url(scope="does_not_exist"))
    names["entry"] = until(
        lambda: re.findall(r"activity/(\d+-\w+)", owner.page(f"{place}/activity").source), of="the entry"
    )[0]


def name_what_the_customer_has(island: Island) -> None:
    customer, names = island.customer, island.names
    names["grant"] = found(customer.page("/account/connections"), r"connections/(gr_\w+)")
    page = customer.page(f"/account/connections/{names['grant']}")
    names["receipt"] = found(page, r"receipts/(\w+)")
    report = f"/report/{names['application']}"
    answer = customer.submit(customer.page(report), "words", reason="other", words="It asks for too much.")
    island.queries["/report/{application}/sent"] = "?" + urlsplit(answer.headers["location"]).query


def name_what_is_asked_by_hand(island: Island) -> None:
    """One request waits for the customer, another was allowed and its token waits for the partner."""
    owner, customer, admin = island.owner, island.customer, island.admin
    place = f"/applications/{island.application.client_id}"
    for answer in ("allow", None):
        form = owner.page(f"{place}/token-requests/new")
        sent = owner.submit(
            form, "reason", email=customer.email, reason="They want it.", scope="devices_read"
        )
        assert sent.status_code == 303, Page(sent).text
        reference = re.findall(r"A-[0-9A-Z]{8}", admin.page("/admin").text)[-1]
        form = admin.page(f"/admin/manual-tokens/new?request={reference}")
        checked = Page(admin.submit(form, "ends", application=island.application.client_id))
        assert admin.submit(checked, "hand").status_code == 303
        link = link_to("/token-requests/", customer, island)
        if answer:
            assert customer.answer(customer.page(link), answer).status_code == 303
            island.links["/handover/{link}"] = link_to("/handover/", owner, island).rpartition("/")[2]
    island.links["/token-requests/{link}"] = link.rpartition("/")[2]
    island.names["request"] = reference


def collect_links_of_the_team(island: Island) -> None:
    owner, links, place = island.owner, island.links, f"/applications/{island.application.client_id}"
    guest, heir = (f"{word}-{island.tenant.name}-{owner.email}" for word in ("guest", "heir"))
    assert (
        owner.submit(owner.page(f"{place}/team/invite"), "email", email=guest, role="viewer").status_code
        == 303
    )
    links["/invitations/{link}"] = ending(island, guest)
    island.queries["/applications/{application}/team/cancel"] = f"?email={guest}"
    assert owner.submit(owner.page(f"{place}/team/transfer"), "email", email=heir).status_code == 303
    links["/transfers/{link}"] = ending(island, heir)
    island.tenant.server.succeed(
        "app", "rotate", "--tenant", island.tenant.name, island.application.client_id
    )
    links["/secrets/{link}"] = link_to("/secrets/", owner, island).rpartition("/")[2]


def collect_links_of_accounts(island: Island) -> None:
    links = island.links
    for role, root in {"customer": "/account", "partner": "/partners", "admin": "/admin"}.items():
        person = island.tenant.person(role, signed_in=False)
        visitor = Person(island.tenant.base)
        assert (
            visitor.submit(visitor.page(f"{root}/forgotten"), "email", email=person.email).status_code == 200
        )
        links[f"{root}/reset/{{link}}"] = ending(island, person.email)
        page, mover = (
            island.people[role].page(f"{root}/account" if root != "/account" else root),
            island.people[role],
        )
        moved = f"moved-{island.tenant.name}-{mover.email}"
        answer = mover.submit(page, "address_password", email=moved, address_password=mover.password)
        assert answer.status_code == 303, Page(answer).text
        links[f"{root}/address/{{link}}"] = ending(island, moved)
    newcomer, visitor = f"new-{island.tenant.name}-{island.owner.email}", Person(island.tenant.base)
    answer = visitor.submit(visitor.page("/partners/sign-up"), "email", name="Kim Oak", email=newcomer)
    assert answer.status_code == 200, Page(answer).text
    links["/partners/confirm/{link}"] = ending(island, newcomer)
    colleague = f"colleague-{island.tenant.name}-{island.admin.email}"
    answer = island.admin.submit(island.admin.page("/admin/people"), "rank", email=colleague)
    assert answer.status_code == 303, Page(answer).text
    links["/admin/invitations/{link}"] = ending(island, colleague)


def ending(island: Island, recipient: str) -> str:
    """The last part of the link in the letter to somebody who gets only one."""
    link = until(lambda: island.tenant.server.link_for(recipient), of=f"the letter to {recipient}")
    return link.rpartition("/")[2]


def link_to(place: str, person: Person, island: Island) -> str:
    """The newest link to a place in a letter to somebody."""
    return until(
        lambda: link if place in (link := island.tenant.server.link_for(person.email)) else "", of=place
    )


def stage_a_logo(island: Island) -> str:
    """Uploads a picture that no other tenant has, with a form that is not finished."""
    empty, file = island.owner.page("/applications/new"), ("logo.png", picture_of_its_own(), "image/png")
    sent = empty.form("company_name").fields
    answer = Page(island.owner.post("/applications/preview", sent, {"logo": file}))
    shown, before = (re.findall(r"/logos/(\w+)/", page.source) for page in (answer, empty))
    island.names["digest"] = next(digest for digest in shown if digest not in before)
    island.names["file"] = "64.png"
    return answer.form("company_name").value("staged_logo")


def picture_of_its_own() -> bytes:
    red, green, blue, *other = secrets.token_bytes(6)
    picture = Image.new("RGB", (128, 128), (red, green, blue))
    picture.paste(Image.new("RGB", (64, 64), (other[0], other[1], other[2])))
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()
