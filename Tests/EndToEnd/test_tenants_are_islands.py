"""What belongs to one tenant does not exist for another, nor for another partner (security rows MT, AD-01)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from portal.oauth import Application, Page, Person
from portal.server import Server, Tenant, until

RANDOM = "standard_" + "0123456789abcdefghijKL"


@dataclass
class Island:
    """Everything one tenant has that has a name."""

    tenant: Tenant
    owner: Person
    customer: Person
    admin: Person
    application: Application
    secret_id: str
    grant: str
    tokens: dict[str, str]
    ticket: str


@pytest.fixture(scope="module")
def ours(standard: Tenant) -> Island:
    owner, customer = standard.partner(), standard.customer()
    application = standard.application("Island Ltd", owner=owner.email, approved=True)
    tokens = application.tokens_of(customer, prompt="consent")
    detail = owner.page(f"/applications/{application.client_id}")
    revoke = next(link for link in detail.links if link.endswith("/end"))
    disconnect = next(
        link for link in customer.page("/account/connections").links if link.endswith("/disconnect")
    )
    page = customer.asked(application, prompt="consent")
    return Island(
        standard,
        owner,
        customer,
        standard.admin(),
        application,
        revoke.split("/")[-2],
        disconnect.split("/")[-2],
        tokens,
        page.form("ticket").value("ticket"),
    )


def places(client_id: str, secret: str, grant: str) -> list[tuple[str, str, str]]:
    """Who may visit, how, and where: every route that names something."""
    application = f"/applications/{client_id}"
    return [
        ("partner", "GET", application),
        ("partner", "POST", f"{application}/redirect-uris"),
        ("partner", "GET", f"{application}/redirect-uris/remove?uri=https%3A%2F%2Fclient.example%2Fcallback"),
        ("partner", "POST", f"{application}/redirect-uris/remove"),
        ("partner", "GET", f"{application}/domains"),
        ("partner", "POST", f"{application}/domains"),
        ("partner", "POST", f"{application}/domains/check"),
        ("partner", "GET", f"{application}/domains/remove?domain=client.example"),
        ("partner", "POST", f"{application}/domains/remove"),
        ("partner", "POST", f"{application}/test-accounts"),
        ("partner", "POST", f"{application}/approval"),
        ("partner", "POST", f"{application}/approval/withdraw"),
        ("partner", "GET", f"{application}/branding"),
        ("partner", "POST", f"{application}/branding"),
        ("partner", "GET", f"{application}/permissions"),
        ("partner", "POST", f"{application}/permissions"),
        ("partner", "GET", f"{application}/team/invite"),
        ("partner", "POST", f"{application}/team/invite"),
        ("partner", "POST", f"{application}/team/invite-again"),
        ("partner", "GET", f"{application}/team/cancel"),
        ("partner", "POST", f"{application}/team/cancel"),
        ("partner", "GET", f"{application}/team/transfer"),
        ("partner", "POST", f"{application}/team/transfer"),
        ("partner", "GET", f"{application}/team/transfer/cancel"),
        ("partner", "POST", f"{application}/team/transfer/cancel"),
        ("partner", "GET", f"{application}/team/leave"),
        ("partner", "POST", f"{application}/team/leave"),
        ("partner", "GET", f"{application}/team/acc_0000000000000000000000/role"),
        ("partner", "POST", f"{application}/team/acc_0000000000000000000000/role"),
        ("partner", "GET", f"{application}/team/acc_0000000000000000000000/remove"),
        ("partner", "POST", f"{application}/team/acc_0000000000000000000000/remove"),
        ("partner", "GET", f"{application}/delete"),
        ("partner", "POST", f"{application}/delete"),
        ("partner", "GET", f"{application}/token-requests/new"),
        ("partner", "POST", f"{application}/token-requests"),
        ("partner", "GET", f"{application}/token-requests/A-00000000/end"),
        ("partner", "POST", f"{application}/token-requests/A-00000000/end"),
        ("partner", "GET", f"{application}/activity"),
        ("partner", "GET", f"{application}/activity/1790000000000-AAAAAA"),
        ("partner", "POST", f"{application}/activity/1790000000000-AAAAAA/add"),
        ("partner", "GET", f"{application}/check"),
        ("partner", "POST", f"{application}/check"),
        ("partner", "GET", f"{application}/secrets/new"),
        ("partner", "POST", f"{application}/secrets"),
        ("partner", "GET", f"{application}/secrets/{secret}/revoke"),
        ("partner", "POST", f"{application}/secrets/{secret}/revoke"),
        ("partner", "GET", f"{application}/secrets/{secret}/end"),
        ("partner", "POST", f"{application}/secrets/{secret}/end"),
        ("customer", "GET", f"/account/connections/{grant}"),
        ("customer", "GET", f"/account/connections/{grant}/disconnect"),
        ("customer", "POST", f"/account/connections/{grant}/disconnect"),
        ("admin", "GET", f"/admin/applications/{client_id}"),
        ("admin", "POST", f"/admin/applications/{client_id}/decision"),
        ("admin", "GET", f"/admin/applications/{client_id}/suspend"),
        ("admin", "POST", f"/admin/applications/{client_id}/suspend"),
        ("admin", "GET", f"/admin/applications/{client_id}/resume"),
        ("admin", "POST", f"/admin/applications/{client_id}/resume"),
        ("admin", "GET", f"/admin/applications/{client_id}/rotate"),
        ("admin", "POST", f"/admin/applications/{client_id}/rotate"),
        ("admin", "GET", f"/admin/applications/{client_id}/delete"),
        ("admin", "POST", f"/admin/applications/{client_id}/delete"),
        ("admin", "GET", "/admin/accounts/acc_0000000000000000000000"),
        ("admin", "POST", "/admin/accounts/acc_0000000000000000000000/disable"),
        ("admin", "POST", "/admin/accounts/acc_0000000000000000000000/enable"),
    ]


def test_what_an_administrator_changes_is_their_own_tenants(server: Server, standard: Tenant) -> None:
    before = server.succeed("tenant", "export", standard.name)
    quay = server.copy_of_standard()
    admin = quay.admin()
    page = admin.page("/admin/branding")
    assert admin.submit(page, "accent", files={}, accent="#f58220").status_code == 303
    page = admin.page("/admin/scopes/change?scope=devices_write")
    assert admin.submit(page, "sentence", sentence="Rename your devices").status_code == 303
    assert "Rename your devices" in server.succeed("tenant", "export", quay.name)
    assert server.succeed("tenant", "export", standard.name) == before


HOME = {"partner": "/applications", "customer": "/account/connections", "admin": "/admin"}


def seal_of(person: Person) -> str:
    """A seal that really is this person's, so that only the name in the path can be what is refused."""
    page = person.page(HOME[person.role])
    return page.form("seal").value("seal")


def visit(person: Person, method: str, path: str) -> tuple[int, str]:
    """Status and text of an answer, without the reference that differs by design."""
    fields = [
        ("seal", seal_of(person)),
        ("redirect_uri", "https://evil.example/cb"),
        ("emails", person.email),
        ("domain", "client.example"),
        ("ticket", "x" * 43),
        ("label", "x"),
        ("others", "leaked"),
        ("ends", ""),
        ("reason", "test"),
    ]
    answer = person.get(path) if method == "GET" else person.post(path, fields)
    reference = answer.headers.get("x-request-id", "-")
    return answer.status_code, Page(answer).text.replace(reference, "")


def state(island: Island) -> list[str]:
    """What the owner, the customer and the administrator see, without the uses that are written a moment later."""
    seen = [
        island.owner.page(f"/applications/{island.application.client_id}").text,
        island.customer.page("/account/connections").text,
        island.admin.page(f"/admin/applications/{island.application.client_id}").text,
    ]
    moment = r"\d{1,2} \w+ \d{4}(, \d\d:\d\d UTC)?"
    last = rf"([Ll]ast used on )?{moment}( ?, [\w ]+ ago)?( from [\d.]+)?|last used [\w ]+ \( {moment} \)"
    never = r"Never( used)?|not used yet"
    often = r" · \d+ uses? in the last 24 hours|Still used by \d+ address(es)?|Safe to retire"
    return [" ".join(re.sub(f"{last}|{never}|{often}", "", text).split()) for text in seen]


@pytest.mark.parametrize("number", range(len(places("", "", ""))))
def test_a_stranger_gets_the_answer_for_a_name_that_does_not_exist(
    standard: Tenant, brisk: Tenant, ours: Island, number: int
) -> None:
    role, method, theirs = places(ours.application.client_id, ours.secret_id, ours.grant)[number]
    _, _, nobodys = places(RANDOM, "s" + ours.secret_id[1:][::-1], "gr_" + "0" * 22)[number]
    before = state(ours)
    people = [brisk.person(role, signed_in=True)]
    if role != "admin":
        people.append(standard.person(role, signed_in=True))
    for person in people:
        answers = visit(person, method, theirs), visit(person, method, nobodys)
        assert answers[0][1].replace(ours.application.client_id, "") == answers[1][1].replace(RANDOM, "")
        assert answers[0][0] == answers[1][0] == 404
    assert state(ours) == before


@pytest.mark.parametrize("number", range(len(places("", "", ""))))
def test_somebody_in_another_role_is_not_let_in(standard: Tenant, ours: Island, number: int) -> None:
    role, method, path = places(ours.application.client_id, ours.secret_id, ours.grant)[number]
    before = state(ours)
    signed_out = Person(standard.base)
    for person in [
        signed_out,
        *(
            {"partner": ours.owner, "customer": ours.customer, "admin": ours.admin}[other]
            for other in HOME
            if other != role
        ),
    ]:
        answer = person.get(path) if method == "GET" else person.post(path, [("seal", "x"), ("reason", "x")])
        assert answer.status_code in {303, 401, 403, 404}
        assert "sign-in" in answer.headers.get("location", "sign-in")
    assert state(ours) == before


def test_the_credentials_of_one_tenant_are_nothing_in_another(brisk: Tenant, ours: Island) -> None:
    code = ours.customer.code(ours.application, prompt="consent")
    before = state(ours)
    smuggled = Application(
        brisk.base,
        ours.application.client_id,
        ours.application.client_secret,
        ours.application.redirect_uri,
        verifier=ours.application.verifier,
    )
    assert smuggled.own_token().json()["error"] == "invalid_client"
    assert smuggled.redeem(code).json()["error"] == "invalid_client"
    theirs = brisk.application("Neighbour Ltd", approved=True)
    theirs.verifier = ours.application.verifier
    assert theirs.redeem(code).json()["error"] == "invalid_grant"
    assert theirs.refresh(ours.tokens["refresh_token"]).json()["error"] == "invalid_grant"
    for token in ours.tokens["access_token"], ours.tokens["refresh_token"]:
        assert theirs.introspect(token).content == b'{"active":false}'
        assert theirs.revoke(token).status_code == 200
    assert ours.application.is_active(ours.tokens["access_token"])
    assert ours.application.redeem(code).status_code == 200
    assert state(ours) == before


def test_who_asks_for_what_is_anothers_stands_in_their_own_ledger_and_administrators_hear_when_it_goes_on(
    server: Server, ours: Island
) -> None:
    quay = server.copy_of_standard()
    admin, partner = quay.admin(signed_in=False), quay.partner()
    theirs = f"/applications/{ours.application.client_id}"

    def crossings() -> list[dict[str, Any]]:
        lines = server.succeed("audit", "export", "--tenant", quay.name).splitlines()
        return [entry for line in lines if (entry := json.loads(line))["action"] == "crossing.refused"]

    assert partner.get(theirs).status_code == 404
    (entry,) = until(crossings, of="the entry about it")
    assert entry["object"] == ours.application.client_id and entry["actor"].startswith("partner:acc_")
    for _ in range(20):
        assert partner.get(theirs).status_code == 404
    letters = until(lambda: letters_to(server, admin.email), of="the letter")
    assert "Somebody keeps asking for what is not yours" in letters
    assert partner.get(theirs).status_code == 404
    assert ours.application.client_id not in letters


def letters_to(server: Server, recipient: str) -> str:
    """The letters to somebody, from the page that shows letters on this machine."""
    page = httpx.get(f"{server.url}/mail", timeout=5).text
    return "".join(part for part in page.split("<article")[1:] if recipient in part)


def test_the_session_of_one_tenant_is_nothing_in_another(brisk: Tenant, ours: Island) -> None:
    for person, path in (
        (ours.owner, "/applications"),
        (ours.customer, "/account/connections"),
        (ours.admin, "/admin"),
    ):
        cookie = person.cookie().replace("portal-standard-", "portal-brisk-")
        answer = httpx.get(brisk.base + path, headers={"Cookie": f"{cookie}; {person.cookie()}"})
        assert answer.status_code == 303 and "sign-in" in answer.headers["location"]


def test_the_ticket_of_one_tenant_is_nothing_in_another(brisk: Tenant, ours: Island) -> None:
    answer = brisk.customer().post("/oauth2/authorize", [("ticket", ours.ticket), ("answer", "allow")])
    assert answer.status_code == 403


def test_the_application_of_one_tenant_cannot_be_asked_for_in_another(brisk: Tenant, ours: Island) -> None:
    url = ours.application.authorize_url().replace("/t/standard/", "/t/brisk/")
    answer = brisk.customer().get(url)
    assert answer.status_code == 400
    assert "Island Ltd" not in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Tenant-ID": "brisk"},
        {"X-Tenant": "brisk"},
        {"X-Forwarded-Host": "brisk"},
        {"X-Forwarded-Prefix": "/t/brisk"},
    ],
    ids=str,
)
def test_the_tenant_is_never_taken_from_a_header_or_parameter(
    standard: Tenant, brisk: Tenant, headers: dict[str, str]
) -> None:
    address = f"{standard.base}/.well-known/oauth-authorization-server"
    assert httpx.get(f"{address}?tenant=brisk", headers=headers).json()["issuer"] == standard.base


def test_the_same_person_in_two_tenants_is_two_people(standard: Tenant, brisk: Tenant) -> None:
    person = standard.customer()
    there = Person(brisk.base, "customer", person.email, person.password)
    answer = there.submit(there.page("/sign-in"), "password", email=there.email, password=there.password)
    assert answer.status_code != 303


def test_names_of_things_show_no_counters(standard: Tenant) -> None:
    owner = standard.partner(signed_in=False).email
    names = [
        standard.application(f"Nameless {word} Ltd", owner=owner).client_id
        for word in ("One", "Two", "Three")
    ]
    assert len({name[len("standard_") :][:6] for name in names}) == 3
