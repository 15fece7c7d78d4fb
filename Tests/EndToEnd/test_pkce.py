"""Proof Key for Code Exchange, S256 only and for everybody (RFC 7636; security rows PK)."""

from __future__ import annotations

import pytest

from portal.oauth import Application, Person, challenge_of, parameters
from portal.server import Server

VERIFIER = "v" * 43


@pytest.fixture(params=["confidential", "public"])
def client(
    request: pytest.FixtureRequest, application: Application, public_application: Application
) -> Application:
    return application if request.param == "confidential" else public_application


@pytest.mark.parametrize(
    "changes",
    [
        {"code_challenge_method": "plain"},
        {"code_challenge_method": None},
        {"code_challenge_method": "s256"},
        {"code_challenge_method": "S512"},
        {"code_challenge": None},
        {"code_challenge": None, "code_challenge_method": None},
        {"code_challenge": "x" * 42},
        {"code_challenge": "x" * 44},
        {"code_challenge": "x" * 42 + "="},
        {"code_challenge": "x" * 42 + "+"},
        {"code_challenge": "x" * 42 + "\u00e9"},
    ],
    ids=str,
)
def test_a_request_without_a_sound_challenge_is_refused(
    customer: Person, client: Application, changes: dict[str, str | None]
) -> None:
    told = parameters(customer.get(client.authorize_url(**changes)).headers["location"])
    assert told["error"] == "invalid_request"


@pytest.mark.parametrize(("length", "accepted"), [(42, False), (43, True), (128, True), (129, False)])
def test_a_verifier_has_43_to_128_characters(
    customer: Person, client: Application, length: int, accepted: bool
) -> None:
    verifier = "a" * length
    code = customer.code(client, code_challenge=challenge_of(verifier))
    assert client.redeem(code, code_verifier=verifier).status_code == (200 if accepted else 400)


def test_a_verifier_outside_the_alphabet_works_because_real_clients_send_it(
    customer: Person, client: Application
) -> None:
    verifier = "a+/=" * 12
    code = customer.code(client, code_challenge=challenge_of(verifier))
    assert client.redeem(code, code_verifier=verifier).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [None, "", "w" * 43, challenge_of(VERIFIER), VERIFIER + "v"],
    ids=["none", "empty", "other", "challenge", "longer"],
)
def test_a_wrong_verifier_gets_nothing_and_spoils_nothing(
    customer: Person, client: Application, wrong: str | None
) -> None:
    code = customer.code(client, code_challenge=challenge_of(VERIFIER))
    for _ in range(5):
        refused = client.redeem(code, code_verifier=wrong)
        assert refused.status_code == 400 and refused.json()["error"] == "invalid_grant"
    assert client.redeem(code, code_verifier=VERIFIER).status_code == 200


def test_a_verifier_nobody_announced_buys_nothing(server: Server) -> None:
    lenient = server.copy_of_standard({"codeChallenge": "optional"})
    application, customer = lenient.application(), lenient.customer()
    code = customer.code(application, code_challenge=None, code_challenge_method=None)
    assert application.redeem(code).json()["error"] == "invalid_grant"
    assert application.redeem(code, code_verifier=None).status_code == 200
