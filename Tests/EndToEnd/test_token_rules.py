"""POST /oauth2/token: codes, errors, what an answer carries (RFC 6749 §4.1.3, §5; security rows CO, TK)."""

from __future__ import annotations

import re
from collections import Counter

import httpx
import pytest

from portal.oauth import Application, Person, basic, new_address
from portal.server import Tenant, until


def credentials(application: Application) -> dict[str, str]:
    return basic(application.client_id, application.client_secret or "")


def test_a_token_answer_has_exactly_the_keys_it_promises(customer: Person, application: Application) -> None:
    answer = application.redeem(customer.code(application))
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.headers["cache-control"] == "no-store" and answer.headers["pragma"] == "no-cache"
    tokens = answer.json()
    assert set(tokens) == {"access_token", "token_type", "expires_in", "scope", "refresh_token"}
    assert tokens["token_type"] == "Bearer"
    assert type(tokens["expires_in"]) is int and 0 < tokens["expires_in"] <= 3600


def test_only_post_is_answered(application: Application) -> None:
    for endpoint in ("token", "revoke", "introspect"):
        for method in ("GET", "PUT", "DELETE", "HEAD"):
            answer = httpx.request(
                method, f"{application.base}/oauth2/{endpoint}", headers=credentials(application)
            )
            assert answer.status_code == 405 and "POST" in answer.headers["allow"]


@pytest.mark.parametrize(
    "query", ["grant_type=client_credentials", "client_secret=x", "username=a&password=b", "code=x"]
)
def test_parameters_in_the_query_are_refused_even_when_the_body_is_complete(
    application: Application, query: str
) -> None:
    answer = application.post(
        f"token?{query}", {"grant_type": "client_credentials"}, **credentials(application)
    )
    assert answer.status_code == 400 and answer.json()["error"] == "invalid_request"


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "multipart/form-data; boundary=x",
        "text/plain",
        "",
        "application/x-www-form-urlencoded2",
    ],
)
def test_only_a_form_is_read(application: Application, content_type: str) -> None:
    answer = application.post(
        "token", "grant_type=client_credentials", **credentials(application) | {"Content-Type": content_type}
    )
    assert answer.status_code in {400, 415} and answer.json()["error"] == "invalid_request"


def test_the_charset_of_the_content_type_is_ignored(application: Application) -> None:
    kind = "application/x-www-form-urlencoded; charset=UTF-8"
    answer = application.post(
        "token", "grant_type=client_credentials", **credentials(application) | {"Content-Type": kind}
    )
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"grant_type=client_credentials&x=%zz",
        b"grant_type=client_credentials&x=%00",
        b"grant_type=client_credentials&x=%ff",
        b"grant_type=client_credentials&x=\xff",
        b"grant_type=client_credentials" + b"".join(b"&x%d=1" % number for number in range(41)),
        b"grant_type=client_credentials&grant_type=client_credentials",
        b"grant_type=client_credentials&scope=basic&scope=basic",
        b"",
        b"grant_type=",
    ],
    ids=lambda body: repr(body)[:50],
)
def test_a_malformed_body_is_an_invalid_request(application: Application, body: bytes) -> None:
    answer = application.post("token", body, **credentials(application))
    assert answer.status_code == 400 and answer.json()["error"] == "invalid_request"


def test_a_body_over_16_kib_is_refused(application: Application) -> None:
    answer = application.post(
        "token", "grant_type=client_credentials&x=" + "y" * 17_000, **credentials(application)
    )
    assert answer.status_code in {400, 413}


@pytest.mark.parametrize("name", ["grant_type", "code", "redirect_uri", "code_verifier", "client_id"])
def test_a_repeated_parameter_is_refused(customer: Person, application: Application, name: str) -> None:
    code = customer.code(application)
    fields = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": application.redirect_uri,
        "code_verifier": application.verifier,
        "client_id": application.client_id,
    }
    answer = application.post("token", [*fields.items(), (name, fields[name])], **credentials(application))
    assert answer.status_code == 400 and answer.json()["error"] == "invalid_request"
    assert application.post("token", fields, **credentials(application)).status_code == 200


def test_unknown_and_empty_parameters_are_ignored(application: Application) -> None:
    assert application.own_token(resource="x", foo="bar", scope="").status_code == 200


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"grant_type": "password", "username": "a", "password": "b"}, "unsupported_grant_type"),
        ({"grant_type": "implicit"}, "unsupported_grant_type"),
        ({"grant_type": "AUTHORIZATION_CODE"}, "unsupported_grant_type"),
        ({"grant_type": "authorization_code"}, "invalid_request"),
        ({"grant_type": "authorization_code", "code": "x"}, "invalid_grant"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, "invalid_grant"),
        ({"grant_type": "client_credentials", "scope": "does_not_exist"}, "invalid_scope"),
        ({"grant_type": "client_credentials", "scope": 'a"b'}, "invalid_scope"),
    ],
    ids=str,
)
def test_an_error_is_json_with_a_registered_code(
    application: Application, fields: dict[str, str], error: str
) -> None:
    answer = application.authenticated("token", dict(fields))
    assert answer.status_code == 400 and answer.json()["error"] == error
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.headers["cache-control"] == "no-store" and answer.headers["pragma"] == "no-cache"
    assert set(answer.json()) <= {"error", "error_description", "error_uri"}
    assert re.fullmatch(r"[\x20-\x21\x23-\x5b\x5d-\x7e]*", answer.json().get("error_description", ""))


@pytest.mark.parametrize("endpoint", ["token", "revoke", "introspect"])
def test_whoever_fails_with_basic_is_asked_for_basic(application: Application, endpoint: str) -> None:
    fields = {"grant_type": "client_credentials", "token": "x"}
    wrong = basic(application.client_id, str(application.client_secret)[:-1] + "!")
    answer = application.post(endpoint, fields, **wrong, **{"X-Forwarded-For": new_address()})
    assert answer.status_code == 401 and answer.json()["error"] == "invalid_client"
    assert answer.headers["www-authenticate"].startswith("Basic realm=")
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.headers["cache-control"] == "no-store" and answer.headers["pragma"] == "no-cache"


def test_a_second_redemption_ends_what_the_first_one_bought(
    customer: Person, application: Application
) -> None:
    code = customer.code(application)
    first = application.redeem(code).json()
    second = application.refresh(first["refresh_token"]).json()
    assert application.is_active(second["access_token"])
    assert application.redeem(code).json()["error"] == "invalid_grant"
    for token in (first["access_token"], second["access_token"], second["refresh_token"]):
        assert not application.is_active(token)
    assert application.refresh(second["refresh_token"]).json()["error"] == "invalid_grant"


def test_codes_of_two_thousand_requests_are_unguessable(standard: Tenant, customer: Person) -> None:
    application = standard.application("Counted Ltd", approved=True)
    codes = [customer.code(application) for _ in range(2000)]
    assert len({len(code) for code in codes}) == 1
    ends = [code[-43:] for code in codes]
    assert len(set(ends)) == len({end[:8] for end in ends}) == len(codes)
    # Chi-square with 61 degrees of freedom: above 140 once in twenty million places.
    for letters in zip(*(end[:32] for end in ends), strict=True):
        counts, wanted = Counter(letters), len(codes) / 62
        assert len(counts) == 62 and sum((count - wanted) ** 2 / wanted for count in counts.values()) < 140


def test_a_replay_by_somebody_who_proves_nothing_changes_nothing(
    standard: Tenant, customer: Person, application: Application
) -> None:
    other = standard.application("Other Ltd")
    code = customer.code(application)
    tokens = application.redeem(code).json()
    for refused in (
        application.redeem(code, code_verifier="w" * 43),
        application.redeem(code, redirect_uri="https://evil.example/"),
        other.redeem(code, code_verifier=application.verifier),
    ):
        assert refused.json()["error"] == "invalid_grant"
    assert application.is_active(tokens["access_token"])


def test_a_code_belongs_to_its_application(
    standard: Tenant, customer: Person, application: Application
) -> None:
    other = standard.application("Other Ltd")
    code = customer.code(application)
    assert other.redeem(code, code_verifier=application.verifier).json()["error"] == "invalid_grant"
    assert application.redeem(code).status_code == 200


def test_a_code_expires(brisk: Tenant) -> None:
    application = brisk.application(approved=True)
    person = brisk.customer()
    assert application.redeem(person.code(application)).status_code == 200
    late = person.code(application, prompt="consent")
    # Introspection of a token issued after the code shows that the code's two seconds have passed.
    marker = application.own_token().json()["access_token"]
    until(lambda: not application.is_active(marker), of="the end of a token's two seconds")
    assert application.redeem(late).json()["error"] == "invalid_grant"


def test_an_access_token_ends_when_it_said(brisk: Tenant) -> None:
    application = brisk.application(approved=True)
    answer = application.own_token().json()
    assert answer["expires_in"] == 2
    assert application.is_active(answer["access_token"])
    until(lambda: not application.is_active(answer["access_token"]), within=3, of="the token's end")


def test_a_code_dies_with_the_consent_and_with_the_application(standard: Tenant) -> None:
    application, person = standard.application("Ends Ltd"), standard.customer()
    code = person.code(application)
    connections = person.page("/account/connections")
    link = next(link for link in connections.links if link.endswith("/disconnect"))
    assert person.confirm(person.page(link)).status_code == 303
    assert application.redeem(code).json()["error"] == "invalid_grant"
    code = person.code(application)
    standard.server.succeed(
        "app", "suspend", "--tenant", "standard", application.client_id, "--reason", "test"
    )
    assert application.redeem(code).json()["error"] == "invalid_client"
    standard.server.succeed("app", "resume", "--tenant", "standard", application.client_id)


def test_scope_never_exceeds_what_was_registered_and_allowed(standard: Tenant, customer: Person) -> None:
    offered = httpx.get(f"{standard.base}/.well-known/oauth-authorization-server").json()["scopes_supported"]
    assert len(offered) >= 2, "the standard tenant offers at least two scopes"
    narrow = standard.application("Narrow Ltd", scopes=offered[:1])
    wide = standard.application("Wide Ltd", scopes=offered)
    assert narrow.own_token().json()["scope"] == offered[0]
    assert narrow.own_token(scope=offered[1]).json()["error"] == "invalid_scope"
    assert set(wide.own_token(scope=" ".join(reversed(offered))).json()["scope"].split()) == set(offered)
    tokens = wide.tokens_of(customer, scope=offered[0])
    assert tokens["scope"] == offered[0]
    assert wide.refresh(tokens["refresh_token"], scope=" ".join(offered)).json()["error"] == "invalid_scope"


def test_client_credentials_have_no_refresh_token_and_the_client_as_subject(
    customer: Person, application: Application
) -> None:
    answer = application.own_token().json()
    assert "refresh_token" not in answer
    assert application.introspect(answer["access_token"]).json()["sub"] == application.client_id
    theirs = application.tokens_of(customer)["access_token"]
    assert application.introspect(theirs).json()["sub"] != application.client_id


def test_a_public_application_gets_no_token_of_its_own(public_application: Application) -> None:
    assert public_application.own_token().json()["error"] == "unauthorized_client"


def test_tokens_are_unguessable_and_of_one_length(
    standard: Tenant, application: Application
) -> None:
    tokens = [application.own_token().json()["access_token"] for _ in range(300)]
    assert len(set(tokens)) == len(tokens)
    assert len({len(token) for token in tokens}) == 1
    assert all(re.fullmatch(r"[A-Za-z0-9_]+", token) for token in tokens)
    # Where a position varies at all it varies freely: no letter takes more than a tenth of 300 draws of 62.
    random_part = [token[-43:] for token in tokens]
    for letters in zip(*(part[:32] for part in random_part), strict=True):
        assert Counter(letters).most_common(1)[0][1] < 30


def test_browser_applications_may_read_the_answer_and_others_may_not(
    standard: Tenant, public_application: Application
) -> None:
    url = f"{standard.base}/oauth2/token"
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    registered = httpx.options(url, headers={"Origin": "https://client.example"} | asked)
    assert registered.status_code in {200, 204}
    assert registered.headers["access-control-allow-origin"] == "https://client.example"
    assert "access-control-allow-credentials" not in registered.headers
    for origin in ("https://evil.example", "null"):
        assert (
            "access-control-allow-origin"
            not in httpx.options(url, headers={"Origin": origin} | asked).headers
        )
