"""From a partner's first page to the end of a customer's connection, in Chromium, with the letters on the way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from portal.browser import Chromium, Tab
from portal.oauth import Application, parameters
from portal.server import LOGO, PASSWORD, ROOT, Server, Tenant, until
from portal.smtp import MailServer

DANA, NAME = "dana@acme-rentals.example", "Acme Rentals"


@dataclass
class House:
    """A provider whose partners wait for approval, its letters, and everybody's browser."""

    tenant: Tenant
    mail: MailServer
    chromium: Chromium
    partner: Tab
    admin: Tab

    def letter(self, recipient: str, subject: str) -> str:
        """The plain text of the letter to somebody, once it is there."""

        def found() -> list[str]:
            letters = zip(self.mail.recipients, self.mail.letters, strict=False)
            bodies = [
                letter.get_body(("plain",))
                for to, letter in letters
                if to == recipient and subject in str(letter["Subject"])
            ]
            return [body.get_content() for body in bodies if body]

        until(lambda: found() != [], within=30, of=f"the letter “{subject}” to {recipient}")
        return found()[-1]

    def link(self, recipient: str, subject: str) -> str:
        text = self.letter(recipient, subject)
        return next(word for word in text.split() if word.startswith(self.tenant.base))


@pytest.fixture
def house(chromium: Chromium, tmp_path: Path) -> Iterator[House]:
    server = Server(tmp_path / "data")
    server.succeed("tenant", "import", str(ROOT / "Tenants/standard.json5"))
    with MailServer() as mail, ExitStack() as open_tabs:
        options = ["--smtp-host", "127.0.0.1", "--smtp-port", str(mail.port)]
        server.options = [*options, "--smtp-from", "no-reply@auth.example"]
        server.start()
        open_tabs.callback(server.stop)
        tenant = server.copy_of_standard(review="reviewed", consentLetters=True)
        tabs = [open_tabs.enter_context(chromium.tab(person)) for person in (None, tenant.admin())]
        yield House(tenant, mail, chromium, *tabs)
        assert [complaint for tab in tabs for complaint in tab.complaints] == []


def test_from_signing_up_to_the_end_of_a_connection(house: House) -> None:
    subject = signs_up_and_registers(house)
    tries_it_and_asks_for_approval(house, subject)
    compares_and_approves(house, subject)
    allows_narrows_and_disconnects(house, subject)
    suspends_and_resumes(house, subject)
    rotates_by_claim_link(house, subject)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()


def signs_up_and_registers(house: House) -> Application:
    page = house.partner.page
    page.goto(f"{house.tenant.base}/partners/sign-up")
    page.get_by_label("name").fill("Dana Field")
    page.get_by_label("e-mail").fill(DANA)
    press(page, "Send me a link")
    page.goto(house.link(DANA, "Confirm your e-mail"))
    page.locator("input[name=password]").fill(PASSWORD)
    press(page, "Confirm this address")
    page.get_by_role("link", name="Register an application").first.click()
    page.get_by_label("Company name").fill(NAME)
    page.get_by_label("Redirect URIs").fill("https://client.example/callback")
    page.locator("input[type=file]").set_input_files(LOGO)
    press(page, "Register application")
    client_id = page.locator("output#client-id").inner_text()
    secret = page.locator("output#client-secret").inner_text()
    page.get_by_role("link", name="Continue to application").click()
    return Application(house.tenant.base, client_id, secret, "https://client.example/callback")


def code_from(house: House, page: Page, subject: Application) -> str:
    """Allows what the page asks, and takes what the client's site receives."""
    house.chromium.site.arrived.clear()
    expect(page.get_by_role("heading", level=1)).to_contain_text(NAME)
    press(page, "Allow access")
    expect(page.get_by_role("heading")).to_have_text("Back at the client")
    return parameters(house.chromium.site.arrived[-1].url)["code"]


def tries_it_and_asks_for_approval(house: House, subject: Application) -> None:
    page, tester = house.partner.page, house.tenant.customer()
    page.get_by_label("Customers who may connect before approval").fill(tester.email)
    press(page, "Save test accounts")
    with house.chromium.tab(tester) as tab:
        tab.page.goto(house.link(tester.email, "asks you to test it"))
        press(tab.page, "Agree to test")
        tab.page.goto(subject.authorize_url())
        assert subject.redeem(code_from(house, tab.page, subject)).status_code == 200
    page.reload()
    expect(page.get_by_text("One successful test connection")).to_be_visible()
    press(page, "Ask for approval")
    expect(page.get_by_text("is looking at your application")).to_be_visible()


def compares_and_approves(house: House, subject: Application) -> None:
    page, tenant = house.admin.page, house.tenant
    page.goto(f"{tenant.base}/admin")
    expect(page.get_by_role("heading", name="Waiting for approval (1)")).to_be_visible()
    page.get_by_role("link", name=re.compile(NAME)).first.click()
    expect(page.get_by_role("heading", name="What customers see")).to_be_visible()
    page.get_by_label("Approve").check()
    press(page, "Save decision")
    assert f"can now connect {NAME}" in house.letter(DANA, f"{NAME} is approved")


def allows_narrows_and_disconnects(house: House, subject: Application) -> None:
    customer = house.tenant.customer()
    with house.chromium.tab(customer) as tab:
        page = tab.page
        page.goto(subject.authorize_url())
        tokens = subject.redeem(code_from(house, page, subject)).json()
        page.goto(house.link(customer.email, f"{NAME} can now use"))
        page.get_by_role("link", name=re.compile("Receipt")).first.click()
        expect(page.get_by_role("heading", name="You allowed it to")).to_be_visible()
        page.get_by_role("link", name="Back to the connection").click()

        page.get_by_role("link", name="Take permissions back").click()
        page.get_by_role("checkbox").last.uncheck()
        press(page, "Save permissions")
        expect(page.get_by_text("You took permissions back")).to_be_visible()
        fewer = subject.refresh(tokens["refresh_token"]).json()
        assert set(fewer["scope"].split()) < set(tokens["scope"].split())

        page.get_by_role("link", name=f"Disconnect {NAME}").click()
        press(page, f"Disconnect {NAME}")
        expect(page.get_by_role("status").first).to_be_visible()
        assert subject.refresh(fewer["refresh_token"]).json()["error"] == "invalid_grant"
        assert not subject.is_active(fewer["access_token"])


def suspends_and_resumes(house: House, subject: Application) -> None:
    page = house.admin.page
    place = f"{house.tenant.base}/admin/applications/{subject.client_id}"
    page.goto(f"{place}/suspend")
    page.get_by_label("Reason").fill("Unusual traffic from your servers")
    press(page, f"Suspend {NAME}")
    assert "Unusual traffic from your servers" in house.letter(DANA, f"suspended {NAME}")
    assert subject.own_token().status_code == 401
    page.goto(f"{place}/resume")
    press(page, f"Resume {NAME}")
    house.letter(DANA, f"resumed {NAME}")
    assert subject.own_token().status_code == 200


def rotates_by_claim_link(house: House, subject: Application) -> None:
    page = house.admin.page
    page.goto(f"{house.tenant.base}/admin/applications/{subject.client_id}/rotate")
    page.get_by_label("24 hours after an owner collects the new one").check()
    press(page, "Send the link")
    owner = house.partner.page
    owner.goto(house.link(DANA, "client secret"))
    press(owner, "Show the secret")
    secret = owner.locator("#client-secret").inner_text()
    renewed = Application(subject.base, subject.client_id, secret, subject.redirect_uri)
    assert renewed.own_token().status_code == subject.own_token().status_code == 200
