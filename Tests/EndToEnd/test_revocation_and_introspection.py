"""Ending tokens and asking about them (RFC 7009, RFC 7662; security rows RV)."""

from __future__ import annotations

import pytest

from portal.oauth import Application, Person, basic, nearly
from portal.server import Tenant

INACTIVE = b'{"active":false}'


def test_revoking_says_200_for_known_unknown_and_revoked_tokens(
    customer: Person, application: Application
) -> None:
    tokens = application.tokens_of(customer, prompt="consent")
    for token in (tokens["access_token"], tokens["access_token"], "unknown", "standard_at_" + "x" * 60):
        assert application.revoke(token).status_code == 200
    assert not application.is_active(tokens["access_token"])


def test_revoking_needs_the_client(customer: Person, application: Application) -> None:
    token = application.tokens_of(customer, prompt="consent")["access_token"]
    refused = application.post("revoke", {"token": token}, **basic(application.client_id, "wrong"))
    assert refused.status_code == 401 and refused.json()["error"] == "invalid_client"
    assert application.post("revoke", {"token": token, "client_id": application.client_id}).status_code in {
        400,
        401,
    }
    assert application.is_active(token)
    assert application.authenticated("revoke", {}).json()["error"] == "invalid_request"


def test_the_token_of_another_application_stays_alive(
    standard: Tenant, customer: Person, application: Application
) -> None:
    other = standard.application("Other Ltd")
    tokens = application.tokens_of(customer, prompt="consent")
    assert other.revoke(tokens["access_token"]).status_code == 200
    assert other.revoke(tokens["refresh_token"]).status_code == 200
    assert application.is_active(tokens["access_token"]) and application.is_active(tokens["refresh_token"])


def test_a_public_application_revokes_without_a_secret(
    customer: Person, public_application: Application, resource_server: Application
) -> None:
    tokens = public_application.tokens_of(customer)
    assert public_application.revoke(tokens["refresh_token"]).status_code == 200
    assert not resource_server.is_active(tokens["access_token"])


@pytest.mark.parametrize("hint", ["refresh_token", "access_token", "nonsense", None])
def test_revoking_a_refresh_token_ends_its_access_tokens_whatever_the_hint(
    customer: Person, application: Application, hint: str | None
) -> None:
    first = application.tokens_of(customer, prompt="consent")
    second = application.refresh(first["refresh_token"]).json()
    assert application.revoke(second["refresh_token"], token_type_hint=hint).status_code == 200
    for token in (first["access_token"], second["access_token"], second["refresh_token"]):
        assert not application.is_active(token)


def test_revoking_an_access_token_leaves_the_refresh_token(
    customer: Person, application: Application
) -> None:
    tokens = application.tokens_of(customer, prompt="consent")
    application.revoke(tokens["access_token"], token_type_hint="refresh_token")
    assert not application.is_active(tokens["access_token"])
    assert application.refresh(tokens["refresh_token"]).status_code == 200


def test_a_live_token_is_told_in_full(
    standard: Tenant, customer: Person, application: Application, resource_server: Application
) -> None:
    tokens = application.tokens_of(customer, prompt="consent")
    answer = resource_server.introspect(tokens["access_token"])
    assert answer.headers["cache-control"] == "no-store"
    facts = answer.json()
    assert facts["active"] is True
    assert facts["client_id"] == application.client_id
    assert facts["scope"] == tokens["scope"]
    assert facts["iss"] == standard.base
    assert facts["exp"] - facts["iat"] == tokens["expires_in"]
    assert customer.email not in answer.text


def test_an_application_sees_its_own_tokens_and_no_others(
    standard: Tenant, customer: Person, application: Application
) -> None:
    other = standard.application("Other Ltd")
    token = application.tokens_of(customer, prompt="consent")["access_token"]
    assert application.introspect(token).json()["active"] is True
    assert other.introspect(token).content == INACTIVE


def test_everything_that_is_not_alive_looks_the_same(
    standard: Tenant, brisk: Tenant, customer: Person, application: Application, resource_server: Application
) -> None:
    revoked = application.own_token().json()["access_token"]
    application.revoke(revoked)
    live = application.own_token().json()["access_token"]
    foreign = brisk.application(approved=True).own_token().json()["access_token"]
    for token in (
        revoked,
        foreign,
        nearly(live),
        live + "x",
        live[:-1],
        live.upper(),
        "x",
        "é",
        "a" * 4000,
        application.client_secret,
    ):
        answer = resource_server.introspect(str(token))
        assert (answer.status_code, answer.content) == (200, INACTIVE), token


def test_asking_needs_a_client_that_can_prove_itself(
    customer: Person, application: Application, public_application: Application
) -> None:
    token = application.own_token().json()["access_token"]
    assert public_application.introspect(token).status_code in {400, 401, 403}
    assert application.post("introspect", {"token": token}).status_code in {400, 401}
    assert application.authenticated("introspect", {}).json()["error"] == "invalid_request"


def test_a_revocation_is_seen_by_the_very_next_question(customer: Person, application: Application) -> None:
    for _ in range(100):
        token = application.own_token().json()["access_token"]
        assert application.is_active(token)
        application.revoke(token)
        assert not application.is_active(token)


def test_repeated_parameters_are_refused(application: Application) -> None:
    for endpoint in ("revoke", "introspect"):
        headers = basic(application.client_id, str(application.client_secret))
        answer = application.post(endpoint, [("token", "a"), ("token", "b")], **headers)
        assert answer.status_code == 400 and answer.json()["error"] == "invalid_request"
