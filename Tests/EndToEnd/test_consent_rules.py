"""The customer's answer: once, meant, and for what was shown (security rows AZ-12, CN)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import httpx
import pytest

from portal.oauth import Application, Page, Person, parameters
from portal.server import Tenant


def location(answer: httpx.Response) -> str:
    return str(answer.headers.get("location", ""))


def code_in(answer: httpx.Response) -> str | None:
    return parameters(location(answer)).get("code")


def test_the_page_says_who_asks_for_what_and_where_the_answer_goes(
    standard: Tenant, customer: Person, application: Application
) -> None:
    page = customer.asked(application)
    assert "Acme Rentals wants to connect to your" in page.text
    assert customer.email in page.text
    assert "Not verified" in page.text
    assert "client.example" in page.text and "https://client.example/callback" not in page.text
    answers = [value for form in page.forms for name, value, _ in form.buttons if name == "answer"]
    assert answers.index("allow") < answers.index("deny")


def test_cancelling_tells_the_client(customer: Person, application: Application) -> None:
    back = customer.answer(customer.asked(application, state="a+/=&x"), "deny")
    told = parameters(location(back))
    assert (told["error"], told["state"]) == ("access_denied", "a+/=&x")
    assert "code" not in told


@pytest.mark.parametrize(
    "fields", [[], [("ticket", "")], [("ticket", "standard_tk_" + "x" * 60)], [("ticket", "'")]]
)
def test_an_answer_without_its_ticket_gives_no_code(customer: Person, fields: list[tuple[str, str]]) -> None:
    answer = customer.post("/oauth2/authorize", [*fields, ("answer", "allow")])
    assert answer.status_code in {400, 403} and not location(answer)


def test_nothing_is_allowed_by_a_link(customer: Person, application: Application) -> None:
    ticket = customer.asked(application).form("ticket").value("ticket")
    query = urlencode({"ticket": ticket, "answer": "allow"})
    for link in (f"/oauth2/authorize?{query}", application.authorize_url(prompt="consent") + f"&{query}"):
        assert code_in(customer.get(link)) is None
    assert code_in(customer.post("/oauth2/authorize", [("ticket", ticket), ("answer", "allow")]))


def test_a_ticket_of_the_attackers_own_request_does_not_work_for_the_victim(
    standard: Tenant, application: Application
) -> None:
    attacker, victim = standard.customer(), standard.customer()
    ticket = attacker.asked(application).form("ticket").value("ticket")
    answer = victim.post("/oauth2/authorize", [("ticket", ticket), ("answer", "allow")])
    assert answer.status_code == 403 and not location(answer)
    signed_out = Person(standard.base).post("/oauth2/authorize", [("ticket", ticket), ("answer", "allow")])
    assert code_in(signed_out) is None
    assert code_in(attacker.post("/oauth2/authorize", [("ticket", ticket), ("answer", "allow")]))


def test_what_was_shown_is_what_is_granted(standard: Tenant, customer: Person) -> None:
    offered = httpx.get(f"{standard.base}/.well-known/oauth-authorization-server").json()["scopes_supported"]
    application = standard.application(
        "Modest Ltd", ["https://a.example/cb", "https://b.example/cb"], offered
    )
    page = customer.asked(application, scope=offered[0])
    ticket = page.form("ticket").value("ticket")
    tampered = [
        ("ticket", ticket),
        ("answer", "allow"),
        ("client_id", "standard_x"),
        ("scope", " ".join(offered)),
        ("redirect_uri", "https://b.example/cb"),
        ("response_type", "token"),
        ("state", "other"),
        ("code_challenge", "x" * 43),
    ]
    back = customer.post("/oauth2/authorize", tampered)
    assert location(back).startswith("https://a.example/cb?") and "#" not in location(back)
    assert parameters(location(back))["state"] == "st4te"
    assert application.redeem(str(code_in(back))).json()["scope"] == offered[0]


@pytest.mark.parametrize("answer", ["", "yes", "ALLOW", "allow "])
def test_an_answer_that_is_none_gives_no_code(
    customer: Person, application: Application, answer: str
) -> None:
    page = customer.asked(application, prompt="consent")
    assert code_in(customer.answer(page, answer)) is None


@pytest.mark.parametrize("first", ["allow", "deny"])
@pytest.mark.parametrize("second", ["allow", "deny"])
def test_a_second_answer_only_takes_the_request_up_again(
    customer: Person, application: Application, first: str, second: str
) -> None:
    page = customer.asked(application, prompt="consent")
    customer.answer(page, first)
    again = customer.answer(page, second)
    assert again.status_code == 303
    assert "/oauth2/authorize?" in location(again) and "client.example/callback?" not in location(again)


def test_twenty_approvals_at_once_give_one_code(customer: Person, application: Application) -> None:
    for _ in range(5):
        page = customer.asked(application, prompt="consent")
        fields = [("ticket", page.form("ticket").value("ticket")), ("answer", "allow")]

        def approve(_: int, fields: list[tuple[str, str]] = fields) -> str | None:
            headers = {"Cookie": customer.cookie(), "Content-Type": "application/x-www-form-urlencoded"}
            body = "&".join(f"{name}={value}" for name, value in fields)
            return code_in(httpx.post(f"{application.base}/oauth2/authorize", content=body, headers=headers))

        with ThreadPoolExecutor(20) as pool:
            codes = [code for code in pool.map(approve, range(20)) if code]
        assert len(codes) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
    ],
    ids=str,
)
@pytest.mark.parametrize(
    "path",
    [
        "/oauth2/authorize",
        "/sign-in",
        "/sign-out",
        "/partners/sign-in",
        "/partners/sign-up",
        "/partners/sign-out",
        "/applications",
        "/applications/preview",
        "/admin/sign-in",
    ],
)
def test_a_form_from_another_site_is_refused(customer: Person, path: str, headers: dict[str, str]) -> None:
    answer = customer.post(path, [("seal", "x"), ("answer", "allow")], **headers)
    assert answer.status_code == 403 and not location(answer)


def test_our_own_form_is_accepted_with_its_headers(customer: Person, application: Application) -> None:
    page = customer.asked(application, prompt="consent")
    fields = [("ticket", page.form("ticket").value("ticket")), ("answer", "allow")]
    own = {"Origin": standard_origin(application), "Sec-Fetch-Site": "same-origin"}
    assert code_in(customer.post("/oauth2/authorize", fields, **own))


def standard_origin(application: Application) -> str:
    return application.base.split("/t/")[0]


@pytest.mark.parametrize(
    "path",
    ["/sign-in", "/partners/sign-in", "/partners/sign-up", "/sign-out", "/account/connections/x/disconnect"],
)
def test_a_form_without_its_seal_is_refused(customer: Person, path: str) -> None:
    for seal in ([], [("seal", "")], [("seal", "x" * 43)]):
        answer = customer.post(path, [*seal, ("email", customer.email), ("password", customer.password)])
        assert answer.status_code in {400, 403}, path


def test_somebody_elses_seal_does_not_fit(standard: Tenant) -> None:
    attacker, victim = Person(standard.base), Person(standard.base)
    seal = attacker.page("/sign-in").form("password").value("seal")
    victim.page("/sign-in")
    assert victim.post(
        "/sign-in", [("seal", seal), ("email", "a@b.example"), ("password", "x")]
    ).status_code in {400, 403}


def test_an_approved_application_is_not_asked_about_twice(standard: Tenant) -> None:
    application, person = standard.application("Approved Ltd", approved=True), standard.customer()
    assert person.asked(application)
    person.allow(application)
    assert code_in(person.get(application.authorize_url()))
    assert code_in(person.get(application.authorize_url(prompt="none")))
    assert person.get(application.authorize_url(prompt="consent")).status_code == 200


@pytest.mark.parametrize(
    ("kind", "uris", "approved"),
    [
        ("public", ["https://client.example/callback"], True),
        ("confidential", ["http://127.0.0.1/callback"], True),
        ("confidential", ["com.example.app:/callback"], True),
        ("confidential", ["https://client.example/callback"], False),
    ],
)
def test_consent_is_never_silent_where_anybody_could_take_the_application_s_place(
    standard: Tenant, customer: Person, kind: str, uris: list[str], approved: bool
) -> None:
    application = standard.application("Careful Ltd", uris, kind=kind, approved=approved)
    customer.allow(application)
    assert customer.get(application.authorize_url()).status_code == 200


def test_more_scopes_are_asked_about_and_only_those(standard: Tenant) -> None:
    offered = httpx.get(f"{standard.base}/.well-known/oauth-authorization-server").json()["scopes_supported"][
        :2
    ]
    application, person = (
        standard.application("Growing Ltd", scopes=offered, approved=True),
        standard.customer(),
    )
    person.allow(application, scope=offered[0])
    page = person.asked(application, scope=" ".join(offered))
    assert "asks for more access" in page.text and "Already allowed" in page.text
    person.answer(page, "deny")
    assert code_in(person.get(application.authorize_url(scope=offered[0])))


def test_a_loop_of_requests_is_stopped_by_asking_again(standard: Tenant) -> None:
    application, person = standard.application("Looping Ltd", approved=True), standard.customer()
    person.allow(application)
    answers = [person.get(application.authorize_url()).status_code for _ in range(12)]
    assert answers[0] in {302, 303} and answers[-1] == 200


def test_an_unapproved_application_of_a_reviewed_tenant_works_for_its_test_accounts_only(
    brisk: Tenant,
) -> None:
    owner, tester, other = brisk.partner(), brisk.customer(), brisk.customer()
    application = brisk.application("Testing Ltd", owner=owner.email)
    detail = owner.page(f"/applications/{application.client_id}")
    assert owner.submit(detail, "emails", emails=tester.email).status_code == 303
    assert "still being tested" in other.page(application.authorize_url()).text
    assert "You are invited" in tester.page(application.authorize_url()).text
    invitation = tester.page(f"/account/testing/{application.client_id}")
    assert tester.submit(invitation, "answer", answer="agree").status_code == 303
    page = tester.asked(application)
    assert "Not verified" in page.text
    assert code_in(tester.answer(page, "allow"))


def test_the_customer_sees_what_they_allowed_and_can_end_it(standard: Tenant) -> None:
    application, person = standard.application("Visible Ltd"), standard.customer()
    assert "No applications are connected" in person.page("/account/connections").text
    person.allow(application)
    listed = person.page("/account/connections")
    assert "Visible Ltd" in listed.text
    link = next(link for link in listed.links if link.endswith("/disconnect"))
    assert "Visible Ltd" in person.page(link).text, "a GET asks and changes nothing"
    assert "Visible Ltd" in person.page("/account/connections").text
    done = person.confirm(person.page(link))
    assert done.status_code == 303
    assert "is disconnected" in person.page(location(done)).text


def test_pages_cannot_be_framed(customer: Person, application: Application) -> None:
    for path in (
        application.authorize_url(prompt="consent"),
        "/partners/sign-in",
        "/",
        "/account/connections",
        "/nowhere",
    ):
        headers = customer.get(path).headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-frame-options"] == "DENY"
        assert headers["x-content-type-options"] == "nosniff"
        # The others a client may have opened in a window of its own.
        if path in {"/", "/account/connections"}:
            assert headers.get("cross-origin-opener-policy") == "same-origin", path


def test_a_name_is_shown_as_text_wherever_it_appears(standard: Tenant, customer: Person) -> None:
    names = ["Tom & Jerry <b>Ltd</b>", 'O\'Neill "Quotes" Inc', "A{{7*7}}B Systems", "x' onload='alert(1) Co"]
    for name in names:
        owner = standard.partner()
        application = standard.application(name, owner=owner.email)
        for page in (
            customer.asked(application),
            owner.page("/applications"),
            owner.page(f"/applications/{application.client_id}"),
        ):
            assert name in page.text
            assert "<b>Ltd" not in page.source and "onload='" not in page.source


@pytest.mark.parametrize("role", ["customer", "partner", "admin"])
def test_signing_out_ends_the_session_on_the_server_and_clears_the_browser(
    standard: Tenant, role: str
) -> None:
    person = standard.person(role, signed_in=True)
    cookie = person.cookie()
    farewell = person.sign_out()
    assert farewell.status_code == 303 and farewell.headers["clear-site-data"] == '"cache", "storage"'
    replay = httpx.get(f"{standard.base}{person.home}", headers={"Cookie": cookie})
    assert replay.status_code == 303 and "/sign-in" in replay.headers["location"]


def test_a_session_cookie_is_new_at_every_sign_in_and_well_kept(standard: Tenant) -> None:
    person = standard.customer(signed_in=False)
    person.http.cookies.set("portal-standard-customer", "planted", domain="127.0.0.1", path="/")
    form = person.page("/sign-in")
    answer = person.submit(form, "password", email=person.email, password=person.password)
    cookie = next(
        value for value in answer.headers.get_list("set-cookie") if "portal-standard-customer=" in value
    )
    assert "planted" not in cookie
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie and "Domain" not in cookie
    assert Page(person.get("/account/connections")).status == 200
