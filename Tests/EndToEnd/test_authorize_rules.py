"""GET /oauth2/authorize: what it answers, and where (RFC 6749 §3.1, §4.1; security rows AZ)."""

from __future__ import annotations

import random
import string
from urllib.parse import parse_qsl, urlencode

import httpx
import pytest

from portal.oauth import Application, Page, Person, parameters
from portal.server import Server, Tenant


def is_error_page(answer: httpx.Response) -> bool:
    """400, and nothing that would take the browser anywhere."""
    page = answer.text.lower()
    return (
        answer.status_code == 400
        and "location" not in answer.headers
        and "refresh" not in answer.headers
        and 'http-equiv="refresh"' not in page
        and answer.headers["content-type"].startswith("text/html")
    )


def with_signed_out_browser(tenant: Tenant) -> Person:
    return Person(tenant.base)


def test_a_request_of_somebody_signed_in_shows_the_consent_page(
    customer: Person, application: Application
) -> None:
    answer = customer.get(application.authorize_url())
    assert answer.status_code == 200
    assert Page(answer).form("ticket").value("ticket")


def test_a_request_of_somebody_signed_out_is_kept_while_they_sign_in(
    standard: Tenant, application: Application
) -> None:
    person = standard.customer(signed_in=False)
    sign_in = person.page(application.authorize_url(state="kept"))
    assert "Acme Rentals" in sign_in.text
    assert "st4te" not in str(sign_in.response.url) and "kept" not in str(sign_in.response.url)
    answer = person.submit(sign_in, "password", email=person.email, password=person.password)
    assert answer.status_code == 303
    consent = person.page(answer.headers["location"])
    back = parameters(person.answer(consent, "allow").headers["location"])
    assert back["state"] == "kept"


def test_head_changes_nothing_and_other_methods_are_refused_with_allow(
    server: Server, application: Application
) -> None:
    url = application.authorize_url()
    assert httpx.head(url).status_code in {200, 303}
    for method in ("PUT", "DELETE", "PATCH"):
        answer = httpx.request(method, url)
        assert answer.status_code == 405 and "GET" in answer.headers["allow"]
    for method in ("TRACE", "get", "BREW"):
        received = server.exchange(
            f"{method} /t/standard/oauth2/authorize HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
            "Connection: close\r\n\r\n".encode()
        )
        assert received.split(b" ")[1] in {b"400", b"405", b"501"}, received[:200]


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": None},
        {"client_id": "standard_0000000000000000000000"},
        {"client_id": "' OR 1=1 --"},
        {"redirect_uri": "https://evil.example/callback"},
        {"redirect_uri": "not an address"},
        {"redirect_uri": "javascript:alert(1)"},
    ],
    ids=str,
)
@pytest.mark.parametrize("signed_in", [True, False], ids=["signed-in", "signed-out"])
def test_without_a_known_recipient_there_is_a_page_and_no_way_out(
    standard: Tenant,
    customer: Person,
    application: Application,
    changes: dict[str, str | None],
    signed_in: bool,
) -> None:
    person = customer if signed_in else with_signed_out_browser(standard)
    answer = person.get(application.authorize_url(**changes))
    assert is_error_page(answer)
    assert not [link for link in Page(answer).links if "evil" in link or "javascript" in link]


def test_an_error_page_has_a_reference_that_is_also_a_header(
    customer: Person, application: Application
) -> None:
    answer = customer.get(application.authorize_url(client_id=None))
    assert answer.headers["x-request-id"] in Page(answer).text


def test_a_suspended_application_is_a_page(server: Server, standard: Tenant, customer: Person) -> None:
    suspended = standard.application("Paused Ltd")
    server.succeed(
        "app", "suspend", "--tenant", "standard", suspended.client_id, "--reason", "Unusual traffic"
    )
    answer = customer.get(suspended.authorize_url())
    assert answer.status_code == 400 and "location" not in answer.headers
    page = Page(answer)
    assert answer.headers["x-request-id"] in page.text
    back = f"{suspended.redirect_uri}?error=access_denied&"
    assert page.source.count(suspended.redirect_uri) == page.source.replace("&amp;", "&").count(back) == 1
    assert "ticket" not in {name for form in page.forms for name, _ in form.fields}


REFUSED = [
    ({"response_type": None}, "invalid_request"),
    ({"response_type": "token"}, "unsupported_response_type"),
    ({"response_type": "code token"}, "unsupported_response_type"),
    ({"response_type": "CODE"}, "unsupported_response_type"),
    ({"response_type": ""}, "invalid_request"),
    ({"scope": "does_not_exist"}, "invalid_scope"),
    ({"scope": 'bad"scope'}, "invalid_scope"),
    ({"response_mode": "fragment"}, "invalid_request"),
    ({"state": "x" * 2049}, "invalid_request"),
    ({"state": "é"}, "invalid_request"),
    ({"prompt": "none"}, "consent_required"),
]


@pytest.mark.parametrize(("changes", "error"), REFUSED, ids=lambda value: str(value)[:40])
def test_what_is_wrong_otherwise_is_told_to_the_client(
    standard: Tenant, customer: Person, application: Application, changes: dict[str, str | None], error: str
) -> None:
    answer = customer.get(application.authorize_url(**changes))
    assert answer.status_code in {302, 303}
    assert answer.headers["location"].startswith(application.redirect_uri + "?")
    told = parameters(answer.headers["location"])
    assert told["error"] == error
    assert told["iss"] == standard.base
    assert "code" not in told
    assert told.get("state") == (None if "state" in changes else "st4te")
    assert all(0x20 <= ord(letter) <= 0x7E and letter not in '"\\' for letter in told["error_description"])


@pytest.mark.parametrize(("changes", "error"), REFUSED, ids=lambda value: str(value)[:40])
def test_nobody_who_is_signed_out_is_redirected_to_the_client(
    standard: Tenant, application: Application, changes: dict[str, str | None], error: str
) -> None:
    answer = with_signed_out_browser(standard).get(application.authorize_url(**changes))
    assert is_error_page(answer)
    assert "client.example" in Page(answer).text


SINGLE = [
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
]


@pytest.mark.parametrize("name", SINGLE)
@pytest.mark.parametrize("same", [True, False], ids=["equal", "different"])
def test_a_repeated_parameter_is_refused(
    customer: Person, application: Application, name: str, same: bool
) -> None:
    pairs = parse_qsl(application.authorize_query())
    value = dict(pairs).get(name, "basic")
    pairs = [pair for pair in pairs if pair[0] != name] + [
        (name, value),
        (name, value if same else value + "x"),
    ]
    answer = customer.get(f"{application.base}/oauth2/authorize?{urlencode(pairs)}")
    if name in {"client_id", "redirect_uri"}:
        assert is_error_page(answer)
    else:
        assert parameters(answer.headers["location"])["error"] == "invalid_request"


def test_unknown_parameters_are_ignored_and_never_repeated(
    customer: Person, application: Application
) -> None:
    names = {f"x{number}": f"planted{number}" for number in range(50)}
    answer = customer.get(application.authorize_url(extra="foobar", ui_locales="de", display="page", **names))
    assert answer.status_code == 200
    assert "foobar" not in answer.text and "planted" not in answer.text
    back = customer.answer(Page(answer), "allow").headers["location"]
    assert "foobar" not in back and "planted" not in back


def test_an_empty_value_is_the_same_as_none(customer: Person, application: Application) -> None:
    assert "state" not in customer.allow(application, state="")


def states() -> list[str]:
    """Every printable character, the awkward ones together, and the longest."""
    dice = random.Random(7)
    printable = string.printable[:95]
    return [
        "".join(chr(code) for code in range(0x20, 0x7F)),
        "%&+#\"'<>",
        "%2F%252F+%20 +",
        "a==",
        "a+/=",
        "x" * 2048,
        *("".join(dice.choices(printable, k=dice.randint(1, 200))) for _ in range(40)),
    ]


def test_state_comes_back_byte_for_byte(standard: Tenant, customer: Person, application: Application) -> None:
    for state in states():
        told = parameters(
            customer.get(application.authorize_url(state=state, prompt="none")).headers["location"]
        )
        assert told["state"] == state


def test_every_answer_names_the_issuer_of_the_metadata(
    standard: Tenant, customer: Person, application: Application
) -> None:
    issuer = httpx.get(f"{standard.base}/.well-known/oauth-authorization-server").json()["issuer"]
    assert customer.allow(application)["iss"] == issuer
    cancelled = customer.answer(customer.asked(application, prompt="consent"), "deny")
    assert parameters(cancelled.headers["location"])["iss"] == issuer


def test_a_redirect_after_a_post_is_303(customer: Person, application: Application) -> None:
    for answer in ("allow", "deny"):
        back = customer.answer(customer.asked(application, prompt="consent"), answer)
        assert back.status_code == 303
        assert back.headers["cache-control"] == "no-store"


def test_the_metadata_is_the_same_document_at_all_four_addresses(server: Server, standard: Tenant) -> None:
    documents = {
        httpx.get(f"{place}").text
        for name in ("oauth-authorization-server", "openid-configuration")
        for place in (f"{standard.base}/.well-known/{name}", f"{server.url}/.well-known/{name}/t/standard")
    }
    assert len(documents) == 1
    answer = httpx.get(f"{standard.base}/.well-known/oauth-authorization-server")
    assert answer.headers["access-control-allow-origin"] == "*"
    metadata = answer.json()
    assert metadata["issuer"] == standard.base
    assert metadata["code_challenge_methods_supported"] == ["S256"]
    assert metadata["response_types_supported"] == ["code"]
    assert metadata["authorization_response_iss_parameter_supported"] is True
    assert set(metadata["grant_types_supported"]) == {
        "authorization_code",
        "refresh_token",
        "client_credentials",
    }
    assert "private_key_jwt" not in metadata["token_endpoint_auth_methods_supported"]
    for endpoint in ("authorization", "token", "revocation", "introspection"):
        assert metadata[f"{endpoint}_endpoint"].startswith(standard.base + "/oauth2/")


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://client.example"])
@pytest.mark.parametrize("path", ["/", "/oauth2/authorize", "/sign-in", "/partners/sign-in", "/applications"])
def test_pages_cannot_be_read_by_other_origins(standard: Tenant, path: str, origin: str) -> None:
    answer = httpx.get(standard.base + path, headers={"Origin": origin})
    assert not [name for name in answer.headers if name.startswith("access-control-")]


@pytest.mark.parametrize(
    "payload",
    ["<script>alert(1)</script>", "\"'><img src=x onerror=alert(1)>", "</title><h1>", "{{7*7}}", "&amp;lt;"],
)
def test_text_from_the_address_is_shown_as_text(
    customer: Person, application: Application, payload: str
) -> None:
    answer = customer.get(application.authorize_url(redirect_uri="https://client.example/" + payload))
    assert payload in Page(answer).text
    assert payload not in answer.text or "<" not in payload
