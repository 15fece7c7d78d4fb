"""Requests whose values go into statements, each with an answer that shows that they got there."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

import httpx

from .hostile import seal_of
from .oauth import Application, Person, basic
from .server import Server, Tenant
from .waiting import until


@dataclass
class Scene:
    """A tenant with an application that has a history, and those who may look at it."""

    server: Server
    tenant: Tenant
    partner: Person
    customer: Person
    admin: Person
    application: Application
    tokens: dict[str, str]

    @staticmethod
    def of(server: Server) -> Scene:
        tenant = server.tenant("standard")
        partner, customer, admin = tenant.partner(), tenant.customer(), tenant.admin()
        application = tenant.application(owner=partner.email)
        tokens = application.tokens_of(customer)
        # A refusal, so that there is an entry of activity to look at.
        customer.get(application.authorize_url(scope="does_not_exist"))
        return Scene(server, tenant, partner, customer, admin, application, tokens)

    @property
    def proof(self) -> dict[str, str]:
        return basic(self.application.client_id, str(self.application.client_secret))

    @property
    def application_path(self) -> str:
        return f"/applications/{self.application.client_id}"

    def named(self, person: Person, page: str, pattern: str) -> str:
        """What the first match on a page calls something."""
        source = until(lambda: re.search(pattern, person.page(page).source), of=f"{pattern} on {page}")
        assert source
        return source.group(1)

    def below(self, address: str) -> str:
        """The path and query of an address of the tenant, without what stands for the tenant."""
        parts = urlsplit(address)
        path = parts.path.removeprefix(urlsplit(self.tenant.base).path)
        return f"{path}?{parts.query}" if parts.query else path

    def visitors_form(self, path: str) -> tuple[dict[str, str], str]:
        """The cookie and the seal of a form that anybody may send."""
        visitor = Person(self.tenant.base)
        seal = visitor.page(path).form("seal").value("seal")
        return {"Cookie": visitor.cookie()}, seal


@dataclass
class Target:
    """A request of which every value in `asks`, or a part of the path before `*`, goes into a statement."""

    path: str
    asks: Sequence[str] = ()
    headers: dict[str, str] = field(default_factory=dict)
    fields: dict[str, str] | None = None
    answers: int = 200
    """What it is answered before and after; else nothing was tried."""


# MARK: What is asked, one place after the other


def signed_in(person: Person) -> dict[str, str]:
    return {"Cookie": person.cookie()}


def authorize(scene: Scene) -> Target:
    asks = ["client_id", "redirect_uri", "scope", "state", "response_type", "prompt", "code_challenge"]
    query = scene.application.authorize_query(scope="devices_read", prompt="consent")
    return Target(f"/oauth2/authorize?{query}", asks, signed_in(scene.customer))


def token_for_code(scene: Scene) -> Target:
    fields = {
        "grant_type": "authorization_code",
        "code": scene.customer.code(scene.application),
        "redirect_uri": scene.application.redirect_uri,
        "code_verifier": "v" * 43,
    }
    return Target("/oauth2/token", list(fields), scene.proof, fields, answers=400)


def token_for_refresh_token(scene: Scene) -> Target:
    used = scene.tokens["refresh_token"]
    assert scene.application.refresh(used).status_code == 200
    fields = {"grant_type": "refresh_token", "refresh_token": used}
    return Target("/oauth2/token", ["refresh_token"], scene.proof, fields, answers=400)


def token_of_its_own(scene: Scene) -> Target:
    fields = {"grant_type": "client_credentials", "scope": "devices_read"}
    return Target("/oauth2/token", ["grant_type", "scope"], scene.proof, fields)


def client_id(scene: Scene) -> Target:
    application = scene.application
    fields = {
        "grant_type": "client_credentials",
        "client_id": application.client_id,
        "client_secret": str(application.client_secret),
    }
    return Target("/oauth2/token", ["client_id", "client_secret"], {}, fields)


def revoke(scene: Scene) -> Target:
    fields = {"token": scene.tokens["access_token"], "token_type_hint": "access_token"}
    return Target("/oauth2/revoke", list(fields), scene.proof, fields)


def introspect(scene: Scene) -> Target:
    fields = {"token": scene.tokens["access_token"], "token_type_hint": "access_token"}
    return Target("/oauth2/introspect", list(fields), scene.proof, fields)


def sign_in(scene: Scene) -> Target:
    headers, seal = scene.visitors_form("/sign-in")
    fields = {"email": scene.customer.email, "password": scene.customer.password, "seal": seal}
    return Target("/sign-in", ["email"], headers, fields, answers=303)


def sign_up(scene: Scene) -> Target:
    headers, seal = scene.visitors_form("/partners/sign-up")
    fields = {"name": "Dana Field", "email": "dana@northfield.example", "seal": seal}
    return Target("/partners/sign-up", ["name", "email"], headers, fields)


def forgotten(scene: Scene) -> Target:
    headers, seal = scene.visitors_form("/account/forgotten")
    return Target("/account/forgotten", ["email"], headers, {"email": scene.customer.email, "seal": seal})


def report(scene: Scene) -> Target:
    path = f"/report/{scene.application.client_id}"
    headers, seal = scene.visitors_form(path)
    fields = {"reason": "other", "words": "It asks for too much.", "seal": seal}
    return Target(path, ["reason", "words"], headers, fields, answers=303)


def reported(scene: Scene) -> Target:
    asked = report(scene)
    answer = httpx.post(scene.tenant.base + asked.path, headers=asked.headers, data=asked.fields)
    return Target(scene.below(answer.headers["location"]), ["reference"])


def session(scene: Scene) -> Target:
    cookies = [cookie.name for cookie in scene.customer.http.cookies.jar]
    return Target("/account", [*cookies, "User-Agent"], signed_in(scene.customer))


def connections(scene: Scene) -> Target:
    query = "?disconnected=gr_0000000000000000000000"
    return Target(f"/account/connections{query}", ["disconnected"], signed_in(scene.customer))


def connection(scene: Scene) -> Target:
    grant = scene.named(scene.customer, "/account/connections", r"connections/(gr_\w+)")
    return Target(f"/account/connections/{grant}*", headers=signed_in(scene.customer))


def activity(scene: Scene) -> Target:
    path = f"{scene.application_path}/activity?before=9&reference=none"
    return Target(path, ["before", "reference"], signed_in(scene.partner))


def entry_of_activity(scene: Scene) -> Target:
    path = f"{scene.application_path}/activity"
    entry = scene.named(scene.partner, path, r"activity/(\d+-\w+)")
    return Target(f"{path}/{entry}*", headers=signed_in(scene.partner))


def application_of_a_team(scene: Scene) -> Target:
    return Target(f"{scene.application_path}*", headers=signed_in(scene.partner))


def addresses(scene: Scene) -> Target:
    path = (
        f"{scene.application_path}/redirect-uris/remove?uri={quote(scene.application.redirect_uri, safe='')}"
    )
    return Target(path, ["uri"], signed_in(scene.partner))


def audit(scene: Scene) -> Target:
    asks = ["from", "to", "person", "application", "action", "reference", "before"]
    query = "from=2026-01-01&to=2099-12-31&person=operator&application=a&action=b&reference=c&before=9"
    return Target(f"/admin/audit?{query}", asks, signed_in(scene.admin))


def entry_of_the_ledger(scene: Scene) -> Target:
    return Target("/admin/audit/1*", headers=signed_in(scene.admin))


def application_under_review(scene: Scene) -> Target:
    return Target(f"/admin/applications/{scene.application.client_id}*", headers=signed_in(scene.admin))


def accounts(scene: Scene) -> Target:
    return Target(f"/admin/accounts?email={quote(scene.customer.email)}", ["email"], signed_in(scene.admin))


def account(scene: Scene) -> Target:
    path = f"/admin/accounts?email={quote(scene.customer.email)}"
    person = scene.named(scene.admin, path, r"accounts/(acc_\w+)")
    return Target(f"/admin/accounts/{person}*", headers=signed_in(scene.admin))


def new_address_of_an_account(scene: Scene) -> Target:
    admin = scene.admin
    fields = {"email": "new@northfield.example", "address_password": admin.password, "seal": seal_of(admin)}
    return Target("/admin/account/address", ["email"], signed_in(admin), fields, answers=303)


def link_of_a_letter(scene: Scene) -> Target:
    visitor = Person(scene.tenant.base)
    page = visitor.page("/account/forgotten")
    assert visitor.submit(page, "email", email=scene.customer.email).status_code == 200
    link = until(lambda: scene.server.link_for(scene.customer.email), of="the letter")
    return Target(scene.below(link) + "*")


TARGETS: list[Callable[[Scene], Target]] = [
    authorize,
    token_for_code,
    token_for_refresh_token,
    token_of_its_own,
    client_id,
    revoke,
    introspect,
    sign_in,
    sign_up,
    forgotten,
    report,
    reported,
    session,
    connections,
    connection,
    activity,
    entry_of_activity,
    application_of_a_team,
    addresses,
    audit,
    entry_of_the_ledger,
    application_under_review,
    accounts,
    account,
    new_address_of_an_account,
    link_of_a_letter,
]
