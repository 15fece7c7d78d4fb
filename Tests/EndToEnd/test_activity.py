"""What a partner sees of requests that were stopped, and how they mend them."""

from __future__ import annotations

import re
import time
from urllib.parse import urlencode

from test_no_secret_is_kept import kept

from portal.browser import Chromium
from portal.oauth import Application, Page, Person
from portal.server import PASSWORD, Tenant, until

ADDRESS = "https://acme.example/oauth/done?keep=1"


def stopped(tenant: Tenant, application: Application, address: str = ADDRESS) -> tuple[Page, str]:
    """The page a customer is shown, and the reference they read out on the phone."""
    query = urlencode({"client_id": application.client_id, "state": "s", "redirect_uri": address})
    page = Person(tenant.base).page(f"/oauth2/authorize?{query}")
    found = re.search(r"reference ([0-9A-Z-]+)", page.text)
    assert found, page.text
    return page, found.group(1)


def place(application: Application) -> str:
    return f"/applications/{application.client_id}/activity"


def entry(partner: Person, application: Application, reference: str, within: float = 1) -> str:
    """Where a reference leads, which it does within a second."""
    address = f"{place(application)}?reference={reference.lower()}"
    return str(until(lambda: partner.get(address).headers.get("location"), within=within))


def test_a_partner_registers_what_was_refused_after_typing_where_it_leads(rovitracker: Tenant) -> None:
    partner = rovitracker.partner()
    application = rovitracker.application(redirect_uris=(), owner=partner.email)
    page, reference = stopped(rovitracker, application)
    assert page.status == 400 and "location" not in page.response.headers
    assert ADDRESS not in page.links

    home = partner.page(f"/applications/{application.client_id}")
    assert any(link.endswith("/activity") for link in home.links)
    found = partner.page(entry(partner, application, reference))
    assert ADDRESS in found.text
    question = partner.page(next(link for link in found.links if link.endswith("/add")))
    assert partner.submit(question, "place").status_code == 422
    pressed = partner.submit(question, "place", place="acme.example")
    assert pressed.status_code == 303
    assert ADDRESS in partner.page(f"/applications/{application.client_id}").text

    customer = rovitracker.customer()
    query = urlencode({"client_id": application.client_id, "state": "s", "redirect_uri": ADDRESS})
    answer = customer.answer(customer.page(f"/oauth2/authorize?{query}"), "allow")
    assert answer.headers["location"].startswith(f"{ADDRESS}&code=")


def test_nobody_else_learns_what_was_refused(rovitracker: Tenant) -> None:
    owner = rovitracker.partner()
    application = rovitracker.application(redirect_uris=["https://acme.example/"], owner=owner.email)
    _, reference = stopped(rovitracker, application)
    found = entry(owner, application, reference)
    stranger = rovitracker.partner()
    assert stranger.get(found).status_code == 404
    assert rovitracker.customer().get(found).status_code == 303
    own = rovitracker.application("Lee Cranes", redirect_uris=(), owner=stranger.email)
    page = stranger.page(f"{place(own)}?reference={reference}")
    assert page.status == 200 and "acme.example" not in page.text


def test_an_address_with_markup_in_it_stays_text(rovitracker: Tenant) -> None:
    partner = rovitracker.partner()
    application = rovitracker.application(redirect_uris=(), owner=partner.email)
    _, reference = stopped(rovitracker, application, 'https://acme.example/"><script>alert(1)</script>')
    page = partner.page(entry(partner, application, reference))
    assert "<script>alert(1)" in page.text and "<script>alert(1)" not in page.source
    assert "cannot be registered" in page.text


def test_one_address_of_the_network_fills_no_more_than_its_share(rovitracker: Tenant) -> None:
    partner = rovitracker.partner()
    application = rovitracker.application(redirect_uris=(), owner=partner.email)
    attacker, references = Person(rovitracker.base), []
    # There is a share for each minute of the clock.
    until(lambda: time.time() % 60 < 45, within=20, of="a minute that is long enough")
    for number in range(70):
        query = urlencode({"client_id": application.client_id, "redirect_uri": f"https://evil.test/{number}"})
        references.append(attacker.get(f"/oauth2/authorize?{query}").headers["x-request-id"])
    assert entry(partner, application, references[0])

    def counted() -> int:
        found = re.search(r"(\d+) more requests", partner.page(place(application)).text)
        return int(found.group(1)) if found else 0

    assert until(lambda: counted() == 40, within=2)
    _, other = stopped(rovitracker, application)
    assert entry(partner, application, other)


def test_from_the_customers_page_to_a_link_that_works(
    standard: Tenant, chromium: Chromium
) -> None:
    partner, customer = standard.partner(), standard.customer()
    application = standard.application("Acme Rentals", owner=partner.email)
    wrong = application.authorize_url(redirect_uri="https://client.example/callback/")
    with chromium.tab(customer) as tab:
        tab.page.goto(wrong)
        assert "not set up correctly" in tab.page.locator("h1").inner_text()
        found = re.search(r"reference ([0-9A-Z-]+)", tab.page.locator("main").inner_text())
        assert found
        reference = found.group(1)
    with chromium.tab(partner) as tab:
        tab.page.goto(f"{standard.base}/applications/{application.client_id}/activity")
        tab.page.get_by_label("Look up a reference").fill(reference)
        tab.page.get_by_role("button", name="Look up").click()
        assert tab.page.locator("mark").inner_text() == "/"
        assert "got “/”" in tab.page.locator("main").inner_text()
        tab.page.get_by_role("button", name="Add this address").click()
        assert "on the list" in tab.page.get_by_role("status").first.inner_text()
    with chromium.tab(customer) as tab:
        tab.page.goto(wrong)
        tab.page.get_by_role("button", name="Allow access").click()
        tab.page.wait_for_url("https://client.example/callback/?code=*")


def test_what_was_sent_by_mistake_is_nowhere_kept(standard: Tenant) -> None:
    owner, person = standard.partner(), standard.customer()
    application = standard.application("Careless Ltd", owner=owner.email)
    tokens = application.tokens_of(person)
    code = person.code(application, prompt="consent")
    planted = [
        application.client_secret,
        tokens["access_token"],
        tokens["refresh_token"],
        code,
        PASSWORD,
        "somebody.private@northfield.example",
    ]
    references = []
    for value in planted:
        for shape in (f"https://acme.example/cb?x={value}", f"https://acme.example/{value}/cb"):
            if " " not in value:
                references.append(stopped(standard, application, shape)[1])
        Person(standard.base).get(application.authorize_url(scope=value))
        for name in ("grant_type", "scope", "code", "refresh_token", "redirect_uri", "code_verifier", "token"):
            fields: dict[str, str | None] = {"grant_type": "authorization_code", "code": "x", name: value}
            application.authenticated("token", fields)
        for endpoint in ("token", "revoke", "introspect"):
            application.post(endpoint, {"client_id": application.client_id, "client_secret": f"{value} "})
            application.post(endpoint, {"client_id": application.client_id, "client_secret": value[:-1]})
    assert entry(owner, application, references[0], within=5)
    rows = b"".join(kept(standard.server).values())
    hidden = [value for value in planted[:4] if value.encode() in rows or value[:-1].encode() in rows]
    assert hidden == []
    assert b"somebody.private" not in rows and PASSWORD.encode() not in rows
