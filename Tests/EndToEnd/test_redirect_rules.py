"""Where answers may be sent: byte for byte to what was registered (RFC 9700 §2.1, §4.1; security rows RU)."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

import pytest

from portal.oauth import Application, Page, Person, challenge_of, parameters
from portal.server import Server, Tenant

REGISTERED = "https://client.example/oauth/callback?t=1&u=2"

CONFUSIONS = [
    "/..%2F",
    "/%2e%2e/",
    "/../",
    "/./",
    "%2F",
    "%2f",
    "/%2F..",
    "/;/../../",
    "/..;/",
    "/%0A%0D/../../",
    "/%0d%0a",
    "/%00",
    "/%252e%252e/",
    "/%255c",
    "/%5c",
    "\\",
    "\\..\\",
    "/.%2e/",
    "/%20",
    "/x/..",
]

MUTATIONS = [
    # another path
    *(f"https://client.example/oauth{confusion}callback?t=1&u=2" for confusion in CONFUSIONS),
    *(f"https://client.example/oauth/callback{confusion}?t=1&u=2" for confusion in CONFUSIONS[:8]),
    "https://client.example/oauth/callback/?t=1&u=2",
    "https://client.example/oauth/Callback?t=1&u=2",
    "https://client.example/oauth/c%61llback?t=1&u=2",
    "https://client.example//oauth/callback?t=1&u=2",
    "https://client.example/oauth/callback.?t=1&u=2",
    "https://client.example/oauth/callback;x?t=1&u=2",
    "https://client.example/",
    "https://client.example",
    # another host
    "https://CLIENT.example/oauth/callback?t=1&u=2",
    "https://client.example./oauth/callback?t=1&u=2",
    "https://client.example:443/oauth/callback?t=1&u=2",
    "https://client.example:8443/oauth/callback?t=1&u=2",
    "https://client.example.evil.test/oauth/callback?t=1&u=2",
    "https://evilclient.example/oauth/callback?t=1&u=2",
    "https://sub.client.example/oauth/callback?t=1&u=2",
    "https://evil.test/https://client.example/oauth/callback?t=1&u=2",
    "https://user@client.example/oauth/callback?t=1&u=2",
    "https://user:pass@client.example/oauth/callback?t=1&u=2",
    "https://client.example@evil.test/oauth/callback?t=1&u=2",
    "https://a@b@client.example/oauth/callback?t=1&u=2",
    "https://client.example\\@evil.test/oauth/callback?t=1&u=2",
    "https://client.example%40evil.test/oauth/callback?t=1&u=2",
    "https://evil.test#@client.example/oauth/callback?t=1&u=2",
    "https://evil.test?@client.example/oauth/callback?t=1&u=2",
    "https:///client.example/oauth/callback?t=1&u=2",
    "https:client.example/oauth/callback?t=1&u=2",
    "https:/client.example/oauth/callback?t=1&u=2",
    "https:\\\\client.example/oauth/callback?t=1&u=2",
    "https://сlient.example/oauth/callback?t=1&u=2",
    "https://client。example/oauth/callback?t=1&u=2",
    "https://client.exa\tmple/oauth/callback?t=1&u=2",
    # another scheme
    "http://client.example/oauth/callback?t=1&u=2",
    "HTTPS://client.example/oauth/callback?t=1&u=2",
    "//client.example/oauth/callback?t=1&u=2",
    "javascript://client.example/oauth/callback?t=1&u=2",
    # another query or fragment
    "https://client.example/oauth/callback",
    "https://client.example/oauth/callback?",
    "https://client.example/oauth/callback?t=1",
    "https://client.example/oauth/callback?u=2&t=1",
    "https://client.example/oauth/callback?t=1&u=2&",
    "https://client.example/oauth/callback?t=1&u=2&x=3",
    "https://client.example/oauth/callback?t=1&amp;u=2",
    "https://client.example/oauth/callback?t=1&u=%32",
    "https://client.example/oauth/callback?t=1&u=2#",
    "https://client.example/oauth/callback?t=1&u=2#x",
    # blanks, controls, other forms of the same letters
    " https://client.example/oauth/callback?t=1&u=2",
    "https://client.example/oauth/callback?t=1&u=2 ",
    "https://client.example/oauth/callback?t=1&u=2\r\nX: y",
    "https://client.example/oauth/callback?t=1&u=2\x00",
    "https://client.example/oauth/callback?t=1&u=2%00",
    "https://client.example/oauth/cállback?t=1&u=2",
    "https://client.example/oauth/ca\u0301llback?t=1&u=2",
    REGISTERED + REGISTERED,
    REGISTERED + " " + REGISTERED,
]


@pytest.fixture(scope="module")
def strict(standard: Tenant) -> Application:
    return standard.application("Strict Ltd", [REGISTERED])


def test_there_are_at_least_sixty_mutations() -> None:
    assert len(set(MUTATIONS)) >= 60


@pytest.mark.parametrize("mutation", MUTATIONS, ids=ascii)
def test_an_address_that_differs_in_anything_gets_a_page(
    customer: Person, strict: Application, mutation: str
) -> None:
    answer = customer.get(strict.authorize_url(redirect_uri=mutation))
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert mutation not in Page(answer).links


SPELT_OUT = {
    "https://client.example/oauth/c%61llback?t=1&u=2",
    "https://client.example/oauth/callback?t=1&u=%32",
    "https://client.example/oauth%2Fcallback?t=1&u=2",
    "https://client.example/oauth%2fcallback?t=1&u=2",
}
"""Sent as they are, these are one percent-encoding of the registered address, so they are that address."""


@pytest.mark.parametrize("mutation", MUTATIONS, ids=ascii)
def test_and_also_when_it_is_sent_as_it_is(
    server: Server, customer: Person, strict: Application, mutation: str
) -> None:
    as_it_is = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in "&#+")
    sent = strict.authorize_query(redirect_uri=None) + "&redirect_uri=" + quote(mutation, safe=as_it_is)
    answer = server.exchange(
        f"GET /t/standard/oauth2/authorize?{sent} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
        f"Cookie: {customer.cookie()}\r\nConnection: close\r\n\r\n".encode()
    )
    assert answer.split(b" ")[1] == (b"200" if mutation in SPELT_OUT else b"400"), answer[:200]
    assert b"\nlocation:" not in answer.lower()


@pytest.mark.parametrize(
    "byte", ["\t", "\x01", "\x7f", "\u0441", "\\", '"', "<", "^", "`", "{", "|"], ids=ascii
)
def test_no_unescaped_byte_makes_two_addresses_one(
    server: Server, customer: Person, strict: Application, byte: str
) -> None:
    sent = (
        strict.authorize_query(redirect_uri=None)
        + f"&redirect_uri=https://client.exa{byte}mple/oauth/callback"
    )
    answer = server.exchange(
        f"GET /t/standard/oauth2/authorize?{sent} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
        f"Cookie: {customer.cookie()}\r\nConnection: close\r\n\r\n".encode()
    )
    assert answer.split(b" ")[1] == b"400", answer[:200]


def test_the_answer_keeps_the_registered_query(customer: Person, strict: Application) -> None:
    location = customer.answer(customer.asked(strict), "allow").headers["location"]
    assert location.startswith(REGISTERED + "&")
    assert parameters(location)["t"] == "1" and parameters(location)["code"]
    assert urlsplit(location).fragment == ""


def test_with_one_address_it_may_be_left_out_and_with_two_it_must_be_named(
    standard: Tenant, customer: Person
) -> None:
    one = standard.application("One Ltd", ["https://one.example/cb"])
    two = standard.application("Two Ltd", ["https://one.example/cb", "https://two.example/cb"])
    none = standard.application("None Ltd", [])
    assert (
        customer.answer(customer.asked(one, redirect_uri=None), "allow")
        .headers["location"]
        .startswith("https://one.example/cb?")
    )
    for application in (two, none):
        answer = customer.get(application.authorize_url(redirect_uri=None))
        assert answer.status_code == 400 and "location" not in answer.headers


@pytest.mark.parametrize(
    ("asked", "works"),
    [
        ("http://127.0.0.1:51234/callback", True),
        ("http://127.0.0.1/callback", True),
        ("http://127.0.0.1:1/callback", True),
        ("http://127.0.0.1:65535/callback", True),
        ("http://127.0.0.1:0/callback", False),
        ("http://127.0.0.1:65536/callback", False),
        ("http://127.0.0.1:99999999999999999999/callback", False),
        ("http://127.0.0.1:051234/callback", False),
        ("http://127.0.0.1:/callback", False),
        ("http://127.0.0.1:5x/callback", False),
        ("http://127.0.0.1:51234/callback?bar=foo", False),
        ("http://127.0.0.1:51234/callback/", False),
        ("http://127.0.0.1:51234/", False),
        ("http://localhost:51234/callback", False),
        ("http://127.0.0.2:51234/callback", False),
        ("http://[::1]:51234/callback", False),
        ("http://127.1:51234/callback", False),
        ("http://2130706433:51234/callback", False),
        ("http://127.0.0.1.evil.test:51234/callback", False),
        ("http://127.0.0.1:51234@evil.test/callback", False),
        ("https://127.0.0.1:51234/callback", False),
    ],
)
def test_only_a_loopback_address_is_free_in_its_port(
    standard: Tenant, customer: Person, native: Application, asked: str, works: bool
) -> None:
    answer = customer.get(native.authorize_url(redirect_uri=asked))
    assert answer.status_code == (200 if works else 400)
    if works:
        back = customer.answer(Page(answer), "allow").headers["location"]
        assert back.startswith(asked + "?")


@pytest.fixture(scope="module")
def native(standard: Tenant) -> Application:
    return standard.application("RoviSync Desktop", ["http://127.0.0.1/callback"], kind="public")


@pytest.mark.parametrize(
    ("uri", "accepted"),
    [
        ("https://a.example/cb", True),
        ("https://a.example", True),
        ("https://a.example/cb?t=1", True),
        ("https://a.example:8443/cb", True),
        ("https://xn--bcher-kva.example/cb", True),
        ("http://127.0.0.1/cb", True),
        ("http://127.0.0.1:8080/cb", True),
        ("http://[::1]/cb", True),
        ("http://localhost/cb", True),
        ("com.example.app:/callback", True),
        ("https://oauth.pstmn.io/v1/callback", True),
        ("https://www.integromat.com/oauth/cb/oauth2", True),
        ("", False),
        ("callback", False),
        ("//a.example/cb", False),
        ("http://a.example/cb", False),
        ("http://localhost.evil.test/cb", False),
        ("http://127.0.0.1.evil.test/cb", False),
        ("http://127.0.0.2/cb", False),
        ("http://0.0.0.0/cb", False),
        ("http://[::]/cb", False),
        ("ftp://a.example/cb", False),
        ("ws://a.example/cb", False),
        ("javascript:alert(1)", False),
        ("JavaScript://a.example/%0aalert(1)", False),
        ("jAvAsCrIpT:alert(1)", False),
        ("java\tscript:alert(1)", False),
        ("data:text/html,x", False),
        ("DATA:text/html,x", False),
        ("vbscript:x", False),
        ("VBScript:x", False),
        ("file:///etc/passwd", False),
        ("File:///etc/passwd", False),
        ("blob:https://a.example/x", False),
        ("BLOB:https://a.example/x", False),
        ("about:blank", False),
        ("myapp://cb", False),
        ("myapp:/cb", False),
        ("https://a.example/cb#", False),
        ("https://a.example/cb#x", False),
        ("https://user@a.example/cb", False),
        ("https://user:pass@a.example/cb", False),
        ("https://@a.example/cb", False),
        ("https://a@b@c.example/cb", False),
        ("https://*.a.example/cb", False),
        ("https://a.example/*", False),
        ("https://a.example\\@evil.test/cb", False),
        ("https://a.example/c\\b", False),
        ("https://a.example/c b", False),
        ("https://a.example/cb\u202e", False),
        ("https://bücher.example/cb", False),
        ("https://a.example/cáb", False),
        ("https://a%2eexample/cb", False),
        ("https://a.example/../cb", False),
        ("https://a.example/./cb", False),
        ("https://a.example/%2e%2e/cb", False),
        ("https://a.example/x/..;/cb", False),
        ("https://a.example:0/cb", False),
        ("https://a.example:65536/cb", False),
        ("https://a.example:99999999999999999999/cb", False),
        ("https://a.example:/cb", False),
        ("https://a.example:80a/cb", False),
        ("https://:443/cb", False),
        ("https:///cb", False),
        ("https://", False),
        ("https://a..example/cb", False),
        ("https://-a.example/cb", False),
        ("https://a.example/%zz", False),
        ("https://a.example/%0", False),
        ("https://a.example/cb?code=attackercode", False),
        ("https://a.example/cb?state=1", False),
        ("https://a.example/cb?error=1", False),
        ("https://a.example/cb?error_description=1", False),
        ("https://a.example/cb?iss=1", False),
        ("https://a.example/cb?access_token=1", False),
        ("https://a.example/cb?token_type=1", False),
        ("https://a.example/cb?expires_in=1", False),
        ("https://a.example/cb?scope=1", False),
        ("https://a.example/cb?id_token=1", False),
        ("https://a.example/cb?c%6fde=1", False),
        ("https://a.example/cb?t=1&code=2", False),
        ("https://a.example/" + "x" * 1990, False),
    ],
    ids=lambda value: ascii(value)[:60],
)
def test_registering_an_address(owner: Person, owned: Application, uri: str, accepted: bool) -> None:
    detail = owner.page(f"/applications/{owned.client_id}")
    answer = owner.submit(detail, "redirect_uri", redirect_uri=uri)
    assert answer.status_code == (303 if accepted else 422), Page(answer).text[:300]
    if accepted:
        removal = owner.page(
            f"/applications/{owned.client_id}/redirect-uris/remove?uri={quote(uri, safe='')}"
        )
        assert owner.confirm(removal).status_code == 303


def test_no_more_than_twenty_addresses(owner: Person, owned: Application) -> None:
    path = f"/applications/{owned.client_id}"
    answers = [
        owner.submit(
            owner.page(path), "redirect_uri", redirect_uri=f"https://many.example/{number}"
        ).status_code
        for number in range(20)
    ]
    assert answers.count(303) == 19 and answers[-1] == 422


@pytest.fixture(scope="module")
def owner(standard: Tenant) -> Person:
    return standard.partner()


@pytest.fixture(scope="module")
def owned(standard: Tenant, owner: Person) -> Application:
    return standard.application("Owned Ltd", ["https://first.example/cb"], owner=owner.email)


def test_removing_an_address_ends_what_was_under_way_there(
    standard: Tenant, owner: Person, customer: Person
) -> None:
    application = standard.application(
        "Moving Ltd", ["https://old.example/cb", "https://new.example/cb"], owner=owner.email
    )
    code = customer.code(application)
    waiting = customer.asked(application, prompt="consent")
    removal = owner.page(
        f"/applications/{application.client_id}/redirect-uris/remove?uri=https%3A%2F%2Fold.example%2Fcb"
    )
    assert owner.confirm(removal).status_code == 303
    assert application.redeem(code).json()["error"] == "invalid_grant"
    # The answer only takes the request up again, and that has nowhere to go any more.
    assert customer.page(customer.answer(waiting, "allow").headers["location"]).status == 400


@pytest.mark.parametrize("end", ["", "\0"])
@pytest.mark.parametrize("field", ["state", "scope", "login_hint", "redirect_uri"])
def test_line_breaks_never_reach_a_header(customer: Person, strict: Application, field: str, end: str) -> None:
    answer = customer.get(strict.authorize_url(**{field: "x\r\nSet-Cookie: planted=1" + end}))
    assert "planted" not in str(answer.headers)
    assert answer.status_code in {200, 302, 303, 400}


def test_the_token_request_names_the_same_address(customer: Person, application: Application) -> None:
    for redirect_uri in (None, "https://client.example/callback/", "https://evil.example/"):
        code = customer.code(application)
        assert application.redeem(code, redirect_uri=redirect_uri).json()["error"] == "invalid_grant"
        assert application.redeem(code).status_code == 200
    unnamed = customer.code(application, redirect_uri=None)
    assert application.redeem(unnamed, redirect_uri=None).status_code == 200


def test_pages_on_the_way_say_nothing_to_the_client(
    standard: Tenant, customer: Person, application: Application
) -> None:
    for answer in (
        customer.get(application.authorize_url(prompt="consent")),
        customer.get(application.authorize_url(client_id="unknown")),
        Person(standard.base).get("/sign-in"),
    ):
        assert answer.headers["referrer-policy"] == "same-origin"
        assert "form-action" not in answer.headers["content-security-policy"]
        assert "cross-origin-opener-policy" not in answer.headers


def test_a_custom_scheme_is_answered_like_any_other(standard: Tenant, customer: Person) -> None:
    app = standard.application("Mobile Ltd", ["com.example.app:/callback"], kind="public")
    back = customer.answer(customer.asked(app, code_challenge=challenge_of(app.verifier)), "allow")
    assert back.headers["location"].startswith("com.example.app:/callback?code=")
