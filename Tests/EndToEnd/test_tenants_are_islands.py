"""What belongs to one tenant does not exist for another, nor for another partner (security rows MT, AD-01)."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
import pytest

from portal.hostile import routes
from portal.islands import Island, seal_of, settled, visit
from portal.oauth import Application, Page, Person
from portal.rows import come_to_rest, rows, unchanged
from portal.server import Server, Tenant, until


@pytest.fixture(scope="module")
def isle(server: Server) -> Tenant:
    """Where tokens are also issued by hand, so that every kind of thing is there."""
    return server.copy_of_standard({"manualIssuance": True})


@pytest.fixture(scope="module")
def ours(isle: Tenant) -> Island:
    return at_rest(isle, "Island Ltd")


@pytest.fixture(scope="module")
def neighbours(server: Server) -> Island:
    """In another tenant."""
    return at_rest(server.copy_of_standard({"manualIssuance": True}), "Neighbour Ltd")


@pytest.fixture(scope="module")
def others(isle: Tenant) -> Island:
    """In the same tenant: another team, and another customer."""
    return at_rest(isle, "Others Ltd")


def at_rest(tenant: Tenant, name: str) -> Island:
    island = settled(tenant, name)
    come_to_rest(tenant)
    return island


NAMING = sorted(
    (admits, method, path.removeprefix("/t/TENANT"))
    for admits, method, path in routes()
    if path.startswith("/t/TENANT/") and set(re.findall(r"\{(\w+)\}", path)) - {"file"}
    # Entries of a ledger are numbered from 1 in every tenant.
    if not path.endswith("/admin/audit/{entry}")
)
"""Whom a route admits, its method and its path, for every route that names something that somebody has."""

FOR_PEOPLE = [route for route in NAMING if route[0] in {"partner", "member", "customer", "admin"}]


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


def told(person: Person, method: str, path: str) -> tuple[int, str]:
    """Status and text of an answer, without the reference that differs by design."""
    answer = visit(person, method, path)
    reference = answer.headers.get("x-request-id", "-")
    return answer.status_code, Page(answer).text.replace(reference, "")


def made_up(ours: Island, route: str) -> dict[str, str]:
    """Names of the same form as ours that nobody has."""
    kind, mark, link = ours.link(route).rpartition("_lk_")
    return {
        "application": f"{ours.tenant.name}_0123456789abcdefghijKL",
        "secret": "s" + ours.names["secret"][1:][::-1],
        "grant": "gr_" + "0" * 22,
        "receipt": "rc_" + "0" * 22,
        "request": "A-00000000",
        "entry": "1790000000000-AAAAAA",
        "person": "acc_" + "0" * 22,
        "digest": "0" * 64,
        "link": kind + mark + link[::-1],
    }


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


def visitor_of(route: tuple[str, str, str], island: Island) -> Person:
    """Whoever the route is for, so that only the name in it can be what is refused."""
    person = island.people.get(route[0])
    return person.lately_signed_in() if person else Person(island.tenant.base, role="")


def assert_unknown(ours: Island, island: Island, route: tuple[str, str, str], own: dict[str, str]) -> None:
    """What is ours is answered as what nobody has, when somebody of another island asks for it, and stays as it is."""
    _, method, path = route
    person, nobodys = visitor_of(route, island), made_up(ours, path) | own
    with unchanged(ours.tenant, island.tenant):
        one = told(person, method, ours.path(path, own))
        other = told(person, method, ours.path(path, nobodys))
    for name in re.findall(r"\{(\w+)\}", path):
        one = one[0], one[1].replace(ours.path(f"{{{name}}}", own), "")
        other = other[0], other[1].replace(nobodys.get(name, ""), "") if name in nobodys else other[1]
    assert one == other
    # A link that is not good leads to a page that says so.
    assert one[0] == 404 or "{link}" in path
    assert "Island Ltd" not in one[1]


def test_there_are_rows_of_every_kind_to_compare(ours: Island) -> None:
    seen = rows(ours.tenant)
    assert {table for table, tenant in seen if tenant == ours.tenant.name} >= {
        *("accounts", "sessions", "applications", "members", "redirect_uris", "client_secrets", "staged_logos"),
        *("grants", "consent_records", "authorization_requests", "access_tokens", "refresh_tokens"),
        *("manual_requests", "one_time_links", "activity", "ledger", "outbox"),
    }
    assert seen[("tenants", "")]


@pytest.mark.parametrize("route", NAMING, ids=" ".join)
def test_what_is_ours_does_not_exist_in_another_tenant(
    ours: Island, neighbours: Island, route: tuple[str, str, str]
) -> None:
    assert_unknown(ours, neighbours, route, own={})


@pytest.mark.parametrize(
    "route", [route for route in FOR_PEOPLE if route[0] != "admin" and "{link}" not in route[2]], ids=" ".join
)
def test_what_is_ours_does_not_exist_for_others_in_our_tenant(
    ours: Island, others: Island, route: tuple[str, str, str]
) -> None:
    assert_unknown(ours, others, route, own={})


@pytest.mark.parametrize("route", [route for route in FOR_PEOPLE if route[2].count("{") > 1], ids=" ".join)
def test_what_is_ours_is_not_found_behind_what_is_theirs(
    ours: Island, neighbours: Island, others: Island, route: tuple[str, str, str]
) -> None:
    for island in neighbours, others:
        own = {name: island.names[name] for name in ("application", "grant")}
        assert_unknown(ours, island, route, own)


NOT_NOW = ["/account/testing/", "/domains/remove", "/secrets/{secret}/tokens"]
"""Pages about what an approved application has seldom."""


@pytest.mark.parametrize(
    "route",
    [route for route in NAMING if route[1] == "GET" and not any(part in route[2] for part in NOT_NOW)],
    ids=" ".join,
)
def test_what_strangers_asked_for_is_there_for_us(ours: Island, route: tuple[str, str, str]) -> None:
    """Else they would have been told the truth; last, so that they also used nothing up."""
    person = visitor_of(route, ours)
    answer, nobodys = (
        told(person, "GET", ours.path(route[2], names)) for names in ({}, made_up(ours, route[2]))
    )
    assert answer != nobodys
    assert answer[0] in {200, 303, 422}, answer


def test_an_entry_of_our_ledger_is_not_in_another(server: Server, ours: Island) -> None:
    quay = server.copy_of_standard()
    admin, ends = quay.admin(), []
    for tenant in quay, ours.tenant:
        lines = server.succeed("audit", "export", "--tenant", tenant.name).splitlines()
        ends.append(json.loads(lines[-1])["sequence"])
    assert ends[0] < ends[1]
    assert ours.admin.get(f"/admin/audit/{ends[1]}").status_code == 200
    assert told(admin, "GET", f"/admin/audit/{ends[1]}") == told(admin, "GET", "/admin/audit/999999999")


@pytest.mark.parametrize(
    "path", ["/applications", "/applications/preview", "/applications/{application}/branding"]
)
def test_an_upload_of_ours_cannot_be_used_by_others(
    ours: Island, neighbours: Island, others: Island, path: str
) -> None:
    for island in neighbours, others:
        seen = []
        for staged in (ours.staged_logo, ours.staged_logo[::-1], island.staged_logo):
            fields = [("seal", seal_of(island.owner)), ("company_name", ""), ("staged_logo", staged)]
            page = Page(island.owner.post(island.path(path), fields, files={}))
            seen.append(
                (page.status, ours.names["digest"] in page.source, island.names["digest"] in page.source)
            )
        assert seen[0] == seen[1] != seen[2], seen


@pytest.mark.parametrize("route", FOR_PEOPLE, ids=" ".join)
def test_somebody_in_another_role_is_not_let_in(ours: Island, route: tuple[str, str, str]) -> None:
    admits, method, path = route
    role = ours.people[admits].role
    strangers = [person for person in (ours.owner, ours.customer, ours.admin) if person.role != role]
    for person in [Person(ours.tenant.base), *strangers]:
        where, fields = ours.path(path), [("seal", "x"), ("reason", "x")]
        with unchanged(ours.tenant, ours.tenant):
            answer = person.get(where) if method == "GET" else person.post(where, fields)
        assert answer.status_code in {303, 401, 403, 404}
        assert "sign-in" in answer.headers.get("location", "sign-in")


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
        cookie = person.cookie().replace(f"portal-{ours.tenant.name}-", "portal-brisk-")
        answer = httpx.get(brisk.base + path, headers={"Cookie": f"{cookie}; {person.cookie()}"})
        assert answer.status_code == 303 and "sign-in" in answer.headers["location"]


def test_the_ticket_of_one_tenant_is_nothing_in_another(brisk: Tenant, ours: Island) -> None:
    answer = brisk.customer().post("/oauth2/authorize", [("ticket", ours.ticket), ("answer", "allow")])
    assert answer.status_code == 403


def test_the_application_of_one_tenant_cannot_be_asked_for_in_another(brisk: Tenant, ours: Island) -> None:
    url = ours.application.authorize_url().replace(f"/t/{ours.tenant.name}/", "/t/brisk/")
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
