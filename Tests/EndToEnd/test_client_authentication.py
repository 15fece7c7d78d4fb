"""How an application proves who it is (RFC 6749 §2.3; security rows CA)."""

from __future__ import annotations

import statistics
import time
from urllib.parse import quote

import pytest

from portal.oauth import Application, Person, basic, nearly, new_address
from portal.server import PASSWORD, Tenant


@pytest.fixture
def fresh(standard: Tenant) -> Application:
    return standard.application("Fresh Ltd")


def ask(application: Application, fields: dict[str, str], **headers: str) -> tuple[int, str]:
    answer = application.post("token", {"grant_type": "client_credentials"} | fields, **headers)
    return answer.status_code, answer.json().get("error", "")


def test_basic_and_body_both_work(fresh: Application) -> None:
    secret = str(fresh.client_secret)
    in_body = {"client_id": fresh.client_id, "client_secret": secret}
    assert ask(fresh, {}, **basic(fresh.client_id, secret))[0] == 200
    assert ask(fresh, in_body)[0] == 200


def test_the_percent_encoded_form_of_basic_works(fresh: Application) -> None:
    encoded = "".join(f"%{byte:02X}" for byte in str(fresh.client_secret).encode())
    assert ask(fresh, {}, **basic(quote(fresh.client_id, safe=""), encoded))[0] == 200


def test_the_scheme_has_no_case(fresh: Application) -> None:
    header = basic(fresh.client_id, str(fresh.client_secret))["Authorization"]
    assert ask(fresh, {}, Authorization=header.replace("Basic", "bAsIc"))[0] == 200


def test_two_proofs_that_differ_are_refused(standard: Tenant, fresh: Application) -> None:
    other = standard.application("Other Ltd")
    header = basic(fresh.client_id, str(fresh.client_secret))
    for fields in (
        {"client_id": other.client_id},
        {"client_id": other.client_id, "client_secret": str(other.client_secret)},
        {"client_id": fresh.client_id, "client_secret": str(other.client_secret)},
    ):
        status, error = ask(fresh, fields, **header)
        assert status in {400, 401} and error in {"invalid_client", "invalid_request"}


@pytest.mark.parametrize(
    "header",
    ["Basic", "Basic !!!", "Basic eA==", "Basic Og==", "Bearer x", "Negotiate x", "Basic /w=="],
)
def test_a_malformed_header_is_an_unknown_client(fresh: Application, header: str) -> None:
    status, error = ask(fresh, {}, Authorization=header)
    assert status in {400, 401} and error in {"invalid_client", "invalid_request"}


def test_unknown_wrong_and_suspended_are_one_answer(standard: Tenant, fresh: Application) -> None:
    suspended = standard.application("Paused Ltd")
    standard.server.succeed("app", "suspend", "--tenant", "standard", suspended.client_id, "--reason", "test")
    answers = [
        fresh.post("token", {"grant_type": "client_credentials"}, **basic(client_id, secret))
        for client_id, secret in (
            ("standard_unknown", "x"),
            (fresh.client_id, "x"),
            (fresh.client_id, nearly(str(fresh.client_secret))),
            (fresh.client_id, str(suspended.client_secret)),
            (suspended.client_id, str(suspended.client_secret)),
        )
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert all(answer.headers["www-authenticate"].startswith("Basic") for answer in answers)


def test_nobody_learns_from_the_time_it_takes(standard: Tenant, fresh: Application) -> None:
    kinds = {
        "unknown": ("standard_" + "0" * 22, str(fresh.client_secret)),
        "wrong": (fresh.client_id, str(fresh.client_secret)[:-12] + "A" * 12),
    }
    took: dict[str, list[float]] = {kind: [] for kind in kinds}
    for _ in range(400):
        for kind, (client_id, secret) in kinds.items():
            headers = basic(client_id, secret) | {"X-Forwarded-For": new_address()}
            start = time.perf_counter()
            fresh.post("token", {"grant_type": "client_credentials"}, **headers)
            took[kind].append(time.perf_counter() - start)
    assert abs(statistics.median(took["unknown"]) - statistics.median(took["wrong"])) < 0.0005


def test_a_confidential_application_is_nobody_without_its_secret(
    customer: Person, fresh: Application
) -> None:
    tokens = fresh.tokens_of(customer)
    code = customer.code(fresh)
    named = {"client_id": fresh.client_id}
    refreshing = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    redemption = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": fresh.redirect_uri,
        "code_verifier": fresh.verifier,
    }
    for fields in (named | redemption, named | refreshing, named | {"grant_type": "client_credentials"}):
        assert fresh.post("token", fields).json()["error"] == "invalid_client"
    for endpoint in ("revoke", "introspect"):
        assert fresh.post(endpoint, named | {"token": "x"}).json()["error"] == "invalid_client"
    # and the failed attempts spoiled nothing
    assert fresh.redeem(code).status_code == 200
    assert fresh.refresh(tokens["refresh_token"]).status_code == 200


def test_a_public_application_with_a_secret_is_refused(public_application: Application) -> None:
    fields = {"client_id": public_application.client_id, "client_secret": "x"}
    assert ask(public_application, fields)[1] == "invalid_client"


def test_too_many_failures_are_braked_for_that_address_only(fresh: Application) -> None:
    attacker, own = new_address(), new_address()
    wrong = basic(fresh.client_id, "wrong") | {"X-Forwarded-For": attacker}
    answers = [fresh.post("token", {"grant_type": "client_credentials"}, **wrong) for _ in range(15)]
    assert answers[0].status_code == 401
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) > 0
    right = basic(fresh.client_id, str(fresh.client_secret)) | {"X-Forwarded-For": own}
    assert ask(fresh, {}, **right)[0] == 200


@pytest.mark.parametrize("endpoint", ["introspect", "revoke"])
def test_so_are_those_who_only_ask_about_tokens(fresh: Application, endpoint: str) -> None:
    wrong = basic(fresh.client_id, "wrong") | {"X-Forwarded-For": new_address()}
    statuses = [fresh.post(endpoint, {"token": "unknown"}, **wrong).status_code for _ in range(15)]
    assert statuses[0] == 401 and statuses[-1] == 429


def test_a_secret_is_shown_once_and_has_a_recognisable_form(standard: Tenant) -> None:
    owner = standard.partner()
    application = standard.application("Shown Ltd", owner=owner.email)
    secret = str(application.client_secret)
    assert secret.startswith("standard_") and secret.replace("_", "").isalnum() and len(secret) > 50
    for path in ("/applications", f"/applications/{application.client_id}"):
        page = owner.page(path)
        assert secret not in page.source and page.response.headers["cache-control"] == "no-store"
    assert secret not in standard.server.succeed(
        "app", "show", "--tenant", "standard", application.client_id, "--json"
    )


def test_checking_a_wrong_secret_is_cheap(fresh: Application) -> None:
    start = time.perf_counter()
    for _ in range(100):
        headers = basic(fresh.client_id, "wrong") | {"X-Forwarded-For": new_address()}
        fresh.post("token", {"grant_type": "client_credentials"}, **headers)
    assert (time.perf_counter() - start) / 100 < 0.02


def test_signing_in_is_not_a_way_to_find_out_who_has_an_account(standard: Tenant) -> None:
    known, unknown = standard.customer(signed_in=False), standard.customer(signed_in=False)
    unknown.email = "nobody@northfield.example"
    known.password = "wrong " + PASSWORD
    pages = []
    for person in (known, unknown):
        answer = person.submit(
            person.page("/sign-in"), "password", email=person.email, password=person.password
        )
        pages.append((answer.status_code, answer.text.replace(person.email, "").count("not right")))
    assert pages[0] == pages[1]
    assert pages[0][0] in {401, 403, 422}


def test_an_unknown_address_costs_a_hash_too(standard: Tenant) -> None:
    def time_of(person: Person, email: str) -> float:
        page = person.page("/sign-in")
        start = time.perf_counter()
        person.submit(page, "password", email=email, password="wrong " + PASSWORD)
        return time.perf_counter() - start

    known = standard.customer(signed_in=False)
    took = [
        (
            time_of(Person(standard.base), known.email),
            time_of(Person(standard.base), f"nobody-{number}@northfield.example"),
        )
        for number in range(4)
    ]
    # A hash takes some fifty times what the rest does, so the quickest of each tell whether there was one.
    fastest = [min(column) for column in zip(*took, strict=True)]
    assert max(fastest) < 3 * min(fastest)


def test_guessing_a_password_is_braked(standard: Tenant) -> None:
    person = standard.customer(signed_in=False)
    answers = [
        person.submit(
            person.page("/sign-in"), "password", email=person.email, password=f"guess number {number}"
        )
        for number in range(7)
    ]
    assert answers[-1].status_code == 429 and int(answers[-1].headers["retry-after"]) > 0
