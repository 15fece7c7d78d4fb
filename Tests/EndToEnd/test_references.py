"""A redirect URI that is not registered: what the customer sees, and how the partner mends it."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from portal.oauth import Application, Page, Person
from portal.server import Tenant

ADDRESS = "https://acme.example/oauth/done?keep=1"


def stopped(tenant: Tenant, application: Application, address: str = ADDRESS) -> tuple[Page, str]:
    """The page a customer is shown, and the reference they read out on the phone."""
    query = urlencode({"client_id": application.client_id, "state": "s", "redirect_uri": address})
    page = Person(tenant.base).page(f"/app/oauth2/authorize?{query}")
    found = re.search(r"reference ([0-9A-Z-]+)", page.text)
    assert found, page.text
    return page, found.group(1)


def test_a_partner_registers_what_was_refused_with_one_click(rovitracker: Tenant) -> None:
    partner = rovitracker.partner()
    application = rovitracker.application(redirect_uris=(), owner=partner.email)
    page, reference = stopped(rovitracker, application)
    assert page.status == 400 and "location" not in page.response.headers
    assert ADDRESS not in page.links

    home = partner.page(f"/applications/{application.client_id}")
    lookup = next(link for link in home.links if link.endswith("/refusals"))
    found = partner.page(f"{lookup}?reference={reference.lower()}")
    assert ADDRESS in found.text
    pressed = partner.submit(found, "redirect_uri")
    assert pressed.status_code == 303
    assert ADDRESS in partner.page(f"/applications/{application.client_id}").text

    customer = rovitracker.customer()
    query = urlencode({"client_id": application.client_id, "state": "s", "redirect_uri": ADDRESS})
    answer = customer.answer(customer.page(f"/app/oauth2/authorize?{query}"), "allow")
    assert answer.headers["location"].startswith(f"{ADDRESS}&code=")


def test_nobody_else_learns_what_was_refused(rovitracker: Tenant) -> None:
    application = rovitracker.application(redirect_uris=["https://acme.example/"])
    _, reference = stopped(rovitracker, application)
    stranger = rovitracker.partner()
    path = f"/applications/{application.client_id}/refusals?reference={reference}"
    assert stranger.get(path).status_code == 404
    assert rovitracker.customer().get(path).status_code == 303
    own = rovitracker.application("Lee Cranes", redirect_uris=(), owner=stranger.email)
    page = stranger.page(f"/applications/{own.client_id}/refusals?reference={reference}")
    assert page.status == 200 and "acme.example" not in page.text


def test_an_address_with_markup_in_it_stays_text(rovitracker: Tenant) -> None:
    partner = rovitracker.partner()
    application = rovitracker.application(redirect_uris=(), owner=partner.email)
    _, reference = stopped(rovitracker, application, 'https://acme.example/"><script>alert(1)</script>')
    page = partner.page(f"/applications/{application.client_id}/refusals?reference={reference}")
    assert "<script>alert(1)" in page.text and "<script>alert(1)" not in page.source
    assert "cannot be registered" in page.text


def test_one_address_of_the_network_fills_no_more_than_its_share(rovitracker: Tenant) -> None:
    partner = rovitracker.partner()
    application = rovitracker.application(redirect_uris=(), owner=partner.email)
    attacker = Person(rovitracker.base)
    references = []
    for number in range(40):
        query = urlencode({"client_id": application.client_id, "redirect_uri": f"https://evil.test/{number}"})
        references.append(attacker.get(f"/app/oauth2/authorize?{query}").headers["x-request-id"])

    def is_kept(reference: str) -> bool:
        path = f"/applications/{application.client_id}/refusals?reference={reference}"
        return "evil.test" in partner.page(path).text

    assert is_kept(references[0]) and not is_kept(references[-1])
    _, other = stopped(rovitracker, application)
    assert ADDRESS in partner.page(f"/applications/{application.client_id}/refusals?reference={other}").text
