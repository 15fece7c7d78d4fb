"""Refresh tokens: each works once, and a second use ends the family (RFC 9700 §4.14; security rows RT)."""

from __future__ import annotations

import httpx
import pytest

from portal.oauth import Application, Page, Person
from portal.server import Tenant, until


@pytest.fixture(params=["confidential", "public"])
def client(
    request: pytest.FixtureRequest, application: Application, public_application: Application
) -> Application:
    return application if request.param == "confidential" else public_application


def test_a_refresh_gives_a_new_pair_and_retires_the_old_token(customer: Person, client: Application) -> None:
    first = client.tokens_of(customer, prompt="consent")
    second = client.refresh(first["refresh_token"])
    assert second.status_code == 200
    assert second.json()["refresh_token"] != first["refresh_token"]
    assert second.json()["access_token"] != first["access_token"]
    assert second.json()["scope"] == first["scope"]


@pytest.mark.parametrize("replayed", range(5))
def test_a_token_used_twice_ends_the_whole_family(
    customer: Person, application: Application, replayed: int
) -> None:
    chain = [application.tokens_of(customer, prompt="consent")]
    for _ in range(5):
        chain.append(application.refresh(chain[-1]["refresh_token"]).json())
    assert application.is_active(chain[-1]["access_token"])
    again = application.refresh(chain[replayed]["refresh_token"])
    assert again.status_code == 400 and again.json()["error"] == "invalid_grant"
    assert not application.is_active(chain[-1]["access_token"])
    assert not application.is_active(chain[-1]["refresh_token"])
    assert application.refresh(chain[-1]["refresh_token"]).json()["error"] == "invalid_grant"


def test_within_a_grace_a_token_is_answered_three_times_and_the_fourth_use_ends_the_family(
    forgiving: Tenant,
) -> None:
    application = forgiving.application(approved=True)
    first = application.tokens_of(forgiving.customer())
    given = [application.refresh(first["refresh_token"]).json() for _ in range(3)]
    assert len({tokens["refresh_token"] for tokens in [first, *given]}) == 4
    assert all(application.is_active(tokens["access_token"]) for tokens in given)
    assert all(application.is_active(tokens["refresh_token"]) for tokens in given)
    assert not application.is_active(first["refresh_token"])
    assert application.refresh(given[0]["refresh_token"]).status_code == 200
    assert application.refresh(first["refresh_token"]).json()["error"] == "invalid_grant"
    assert not any(application.is_active(tokens["access_token"]) for tokens in given)
    assert application.refresh(given[1]["refresh_token"]).json()["error"] == "invalid_grant"


def test_an_application_without_a_secret_has_no_grace(forgiving: Tenant) -> None:
    application = forgiving.application("Acme Mobile", kind="public", approved=True)
    first = application.tokens_of(forgiving.customer())
    second = application.refresh(first["refresh_token"]).json()
    assert application.refresh(first["refresh_token"]).json()["error"] == "invalid_grant"
    assert application.refresh(second["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_token_belongs_to_its_application(
    standard: Tenant, customer: Person, application: Application
) -> None:
    other = standard.application("Other Ltd")
    tokens = application.tokens_of(customer, prompt="consent")
    assert other.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert application.refresh(tokens["refresh_token"]).status_code == 200


def test_a_confidential_application_needs_its_secret(customer: Person, application: Application) -> None:
    tokens = application.tokens_of(customer, prompt="consent")
    fields = {
        "grant_type": "refresh_token",
        "refresh_token": tokens["refresh_token"],
        "client_id": application.client_id,
    }
    assert application.post("token", fields).json()["error"] == "invalid_client"
    assert application.refresh(tokens["refresh_token"]).status_code == 200


def test_scope_may_shrink_for_one_token_and_never_grows(standard: Tenant, customer: Person) -> None:
    offered = httpx.get(f"{standard.base}/.well-known/oauth-authorization-server").json()["scopes_supported"][
        :2
    ]
    wide = standard.application("Wide Ltd", scopes=offered)
    tokens = wide.tokens_of(customer, scope=" ".join(offered))
    smaller = wide.refresh(tokens["refresh_token"], scope=offered[0]).json()
    assert smaller["scope"] == offered[0]
    assert wide.introspect(smaller["access_token"]).json()["scope"] == offered[0]
    assert set(wide.refresh(smaller["refresh_token"]).json()["scope"].split()) == set(offered)


def test_a_refused_scope_does_not_use_the_token_up(customer: Person, application: Application) -> None:
    tokens = application.tokens_of(customer, prompt="consent")
    assert application.refresh(tokens["refresh_token"], scope="nonsense").json()["error"] == "invalid_scope"
    assert application.refresh(tokens["refresh_token"]).status_code == 200


def test_a_family_ends_at_its_absolute_end_however_often_it_is_refreshed(brisk: Tenant) -> None:
    application, person = brisk.application(approved=True), brisk.customer()
    newest = application.tokens_of(person)
    refreshes = 0

    def ended() -> bool:
        nonlocal newest, refreshes
        answer = application.refresh(newest["refresh_token"])
        if answer.status_code == 200:
            newest, refreshes = answer.json(), refreshes + 1
        return answer.status_code == 400

    until(ended, within=10, of="the family's absolute end")
    assert refreshes > 1


def test_a_refresh_token_ends_when_nobody_uses_it(brisk: Tenant) -> None:
    application, person = brisk.application(approved=True), brisk.customer()
    tokens = application.tokens_of(person)
    until(lambda: not application.is_active(tokens["refresh_token"]), within=6, of="the idle end")
    assert application.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"


def test_disconnecting_ends_every_token_at_once(standard: Tenant) -> None:
    application, person = standard.application("Ends Ltd"), standard.customer()
    tokens = application.tokens_of(person)
    link = next(link for link in person.page("/account/connections").links if link.endswith("/disconnect"))
    assert person.confirm(person.page(link)).status_code == 303
    assert not application.is_active(tokens["access_token"])
    assert application.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"


def test_suspending_an_application_stops_its_tokens(
    standard: Tenant, customer: Person, resource_server: Application
) -> None:
    application = standard.application("Paused Ltd")
    tokens = application.tokens_of(customer)
    assert resource_server.is_active(tokens["access_token"])
    standard.server.succeed(
        "app", "suspend", "--tenant", "standard", application.client_id, "--reason", "test"
    )
    assert not resource_server.is_active(tokens["access_token"])
    assert application.refresh(tokens["refresh_token"]).json()["error"] == "invalid_client"
    standard.server.succeed("app", "resume", "--tenant", "standard", application.client_id)
    assert resource_server.is_active(tokens["access_token"])


def test_a_secret_that_leaked_takes_nothing_of_other_secrets_with_it(standard: Tenant) -> None:
    owner = standard.partner()
    application = standard.application("Leaky Ltd", owner=owner.email)
    old = application.client_secret
    form = owner.page(f"/applications/{application.client_id}/secrets/new")
    shown = owner.submit(form, "ticket", label="new", others="leaked")
    assert shown.status_code == 200
    assert application.own_token().json()["error"] == "invalid_client"
    application.client_secret = Page(shown).text_of("client-secret")
    assert application.client_secret != old
    assert application.own_token().status_code == 200
