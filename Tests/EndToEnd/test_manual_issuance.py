"""RoviTracker's alternate way: a partner asks, its people put it to the customer, and the token is handed over."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from portal.browser import Chromium
from portal.oauth import Page, Person, new_address, note
from portal.postgres import under_test
from portal.server import PASSWORD, ROOT, Server, Tenant, until
from portal.smtp import MailServer


def verified(tenant: Tenant, token: str) -> int:
    return httpx.get(
        f"{tenant.base}/oauth2/verify", headers={"Authorization": f"Bearer {token}"}
    ).status_code


def test_a_token_by_hand_works_until_its_customer_ends_it(server: Server, rovitracker: Tenant) -> None:
    application = rovitracker.application("Acme Rentals", redirect_uris=())
    customer = rovitracker.customer()
    arguments = ["app", "issue", "--tenant", "rovitracker", "--customer", customer.email]
    issued = json.loads(server.succeed(*arguments, "--json", application.client_id))
    assert issued["scope"] == "equipment_read" and len(issued["access_token"]) == 40
    assert verified(rovitracker, issued["access_token"]) == 204

    connections = customer.page("/account/connections")
    assert "Acme Rentals" in connections.text
    link = next(link for link in connections.links if link.endswith("/disconnect"))
    assert customer.confirm(customer.page(link)).status_code == 303
    assert verified(rovitracker, issued["access_token"]) == 401


def test_other_tenants_issue_none(server: Server, standard: Tenant) -> None:
    application, customer = standard.application(), standard.customer()
    done = server.command(
        "app", "issue", "--tenant", "standard", "--customer", customer.email, application.client_id
    )
    assert done.returncode == 1 and done.stdout == ""
    assert "issues no tokens by hand" in done.stderr and "manualIssuance" in done.stderr


def test_a_stranger_is_named_as_one(server: Server, rovitracker: Tenant) -> None:
    application = rovitracker.application(redirect_uris=())
    done = server.command(
        "app",
        "issue",
        "--tenant",
        "rovitracker",
        "--customer",
        "nobody@northfield.example",
        application.client_id,
    )
    assert done.returncode == 1 and "there is no customer nobody@northfield.example" in done.stderr


# MARK: asked in the portal, answered by the customer


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with MailServer() as mail:
        yield mail


@pytest.fixture
def rovi(tmp_path: Path, mail: MailServer) -> Iterator[Tenant]:
    """The tenant on a server of its own, whose letters go to a real mail server."""
    server = Server(tmp_path / "data")
    server.succeed("tenant", "import", str(ROOT / "Tenants/rovitracker.json5"))
    server.options = ["--smtp-host", "127.0.0.1", "--smtp-port", str(mail.port), "--smtp-from", "no-reply@auth.example"]
    server.start()
    yield server.tenant("rovitracker")
    server.stop()


def link_to(place: str, mail: MailServer, tenant: Tenant) -> str:
    """The link of the letter that leads to a place, once it has arrived."""

    def found() -> list[str]:
        texts = [letter.get_body(("plain",)) for letter in mail.letters]
        return [
            word for text in texts if text for word in text.get_content().split() if place in word
        ]

    until(lambda: found() != [], within=30, of=f"the letter to {place}")
    assert found()[-1].startswith(f"{tenant.base}/"), "a server of this machine sends people to itself"
    return found()[-1]


def asked(partner: Person, client_id: str, customer: Person) -> str:
    """The partner fills the form in; the reference of what they asked for."""
    place = f"/applications/{client_id}"
    form = partner.page(f"{place}/token-requests/new")
    answer = partner.submit(
        form, "reason", email=customer.email, reason="They want their readings.", scope="equipment_read"
    )
    assert answer.status_code == 303, answer.text
    return re.findall(r"A-[0-9A-Z]{8}", partner.page(place).text)[0]


def put(admin: Person, reference: str, client_id: str, **more: str) -> None:
    """The administrator finds it in the queue, checks it, and asks the customer."""
    assert "Requests for a token (1)" in admin.page("/admin").text
    form = admin.page(f"/admin/manual-tokens/new?request={reference}")
    summary = admin.submit(form, "ends", application=client_id, **more)
    answer = admin.submit(Page(summary), "hand")
    assert answer.status_code == 303, answer.text


def kept(server: Server, table: str, columns: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(next(server.data.glob("*.db"))) as database:
        return database.execute(f"SELECT {columns} FROM {table}").fetchall()


def test_from_the_partners_form_to_the_token_and_its_end(
    rovi: Tenant, mail: MailServer, chromium: Chromium
) -> None:
    partner, admin, customer = rovi.partner(), rovi.admin(), rovi.customer(signed_in=False)
    application = rovi.application("Acme Rentals", redirect_uris=(), owner=partner.email)
    reference = asked(partner, application.client_id, customer)
    put(admin, reference, application.client_id)

    with chromium.tab(None, extra_http_headers={"X-Forwarded-For": new_address()}) as tab:
        page = tab.page
        page.goto(link_to("/token-requests/", mail, rovi))
        page.locator("input[name=email]").fill(customer.email)
        page.locator("input[name=password]").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_text(f"Request {reference}.").wait_for()
        assert page.get_by_text("RoviTracker asks on behalf of Acme Rentals.").is_visible()
        assert page.get_by_text("You will stay here.").is_visible()
        page.get_by_role("button", name="Allow access").click()
        page.get_by_role("heading", name="Acme Rentals can now use your RoviTracker data").wait_for()

    handover = link_to("/handover/", mail, rovi)
    assert partner.page(handover).text == partner.page(handover).text
    shown = Page(partner.confirm(partner.page(handover)))
    token = shown.text_of("access-token")
    note(token)
    assert len(token) == 40 and verified(rovi, token) == 204
    again = partner.page(handover)
    assert "This token was collected on" in again.text and token not in again.source

    customer.sign_in()
    connections = customer.page("/account/connections")
    assert "Issued by hand by Dana Field on" in connections.text
    audit = admin.page("/admin/audit?action=manual_token.collected")
    assert "Dana Field collected a token by hand for Acme Rentals" in audit.text
    entry = admin.page(next(link for link in audit.links if re.search(r"/admin/audit/\d+$", link)))
    for part in ("Asked by", "Administrator", "Customer"):
        assert f"{part} Dana Field" in entry.text
    disconnect = next(link for link in connections.links if link.endswith("/disconnect"))
    assert customer.confirm(customer.page(disconnect)).status_code == 303
    assert verified(rovi, token) == 401


def test_a_token_in_a_letter_leaves_nothing_behind(rovi: Tenant, mail: MailServer) -> None:
    partner, admin, customer = rovi.partner(), rovi.admin(), rovi.customer()
    application = rovi.application("Acme Rentals", redirect_uris=(), owner=partner.email)
    reference = asked(partner, application.client_id, customer)
    put(admin, reference, application.client_id, hand="letter")
    consent = customer.page(link_to("/token-requests/", mail, rovi))
    assert customer.answer(consent, "allow").status_code == 303

    def tokens() -> list[str]:
        texts = [letter.get_body(("plain",)) for letter in mail.letters]
        return [found for text in texts if text for found in re.findall(r"\b[0-9a-f]{40}\b", text.get_content())]

    until(lambda: tokens() != [], within=30, of="the token")
    token = tokens()[0]
    note(token)
    assert verified(rovi, token) == 204
    if not under_test():
        until(
            lambda: all(sealed == b"" for (sealed,) in kept(rovi.server, "outbox", "sealed")),
            within=30,
            of="the emptied outbox",
        )
        assert token.encode() not in b"".join(
            file.read_bytes() for file in rovi.server.data.glob("*.db*")
        )


def test_a_customer_who_says_no_shares_nothing(rovi: Tenant, mail: MailServer) -> None:
    partner, admin, customer = rovi.partner(), rovi.admin(), rovi.customer()
    application = rovi.application("Acme Rentals", redirect_uris=(), owner=partner.email)
    reference = asked(partner, application.client_id, customer)
    put(admin, reference, application.client_id)
    link = link_to("/token-requests/", mail, rovi)
    for _ in range(3):
        assert customer.page(link).form("ticket")
    assert customer.answer(customer.page(link), "deny").status_code == 303
    assert "The customer said no" in partner.page(f"/applications/{application.client_id}").text
    assert "No applications are connected" in customer.page("/account/connections").text
    assert customer.get(link).status_code == 404
    if not under_test():
        assert kept(rovi.server, "access_tokens", "id") == []
