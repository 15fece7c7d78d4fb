"""An application is offered by a letter over SMTP and changes hands in Chromium."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from portal.browser import Chromium
from portal.oauth import Application
from portal.server import PASSWORD, ROOT, Server, Tenant, until
from portal.smtp import MailServer

LEE = "lee@cranes.example"


def link_in(mail: MailServer) -> str:
    until(lambda: LEE in mail.recipients, within=15, of="the offer")
    plain = mail.letters[mail.recipients.index(LEE)].get_body(("plain",))
    assert plain
    return next(word for word in plain.get_content().split() if "/transfers/" in word)


def test_an_application_changes_hands_and_its_customers_stay(chromium: Chromium, tmp_path: Path) -> None:
    server = Server(tmp_path / "data")
    server.succeed("tenant", "import", str(ROOT / "Tenants/standard.json5"))
    with MailServer() as mail:
        options = ["--smtp-host", "127.0.0.1", "--smtp-port", str(mail.port)]
        server.options = [*options, "--smtp-from", "no-reply@auth.example"]
        server.start()
        try:
            offer_and_take_over(chromium, server.tenant("standard"), mail)
        finally:
            server.stop()


def offer_and_take_over(chromium: Chromium, standard: Tenant, mail: MailServer) -> None:
    owner, customer = standard.partner(), standard.customer()
    subject = standard.application("Acme Rentals", owner=owner.email, approved=True)
    tokens = subject.tokens_of(customer)
    place = owner.at(f"/applications/{subject.client_id}")
    with chromium.tab(owner) as dana, chromium.tab() as lee:
        dana.page.goto(place)
        dana.page.get_by_role("link", name="Transfer to somebody else").click()
        dana.page.get_by_label("Their e-mail").fill(LEE)
        dana.page.get_by_role("button", name="Send the offer").click()
        expect(dana.page.get_by_role("status").first).to_have_text("The offer is on its way.")

        link = link_in(mail)
        lee.page.goto(link)
        expect(lee.page.get_by_text("1 is connected, and stays connected")).to_be_visible()
        lee.page.get_by_label("Your name").fill("Lee Marsh")
        lee.page.get_by_label("Password", exact=True).fill(PASSWORD)
        lee.page.get_by_role("button", name="Create account and take over").click()
        expect(lee.page.get_by_role("status").first).to_contain_text("The application is yours now.")
        expect(lee.page.get_by_text("is looking at your application")).to_be_visible()

        dana.page.reload()
        dana.page.goto(place)
        expect(dana.page.get_by_role("heading", name="Page not found")).to_be_visible()
        dana.page.goto(link)
        expect(dana.page.get_by_text("Lee Marsh")).to_be_visible()
    customers_stay(subject, tokens)
    until(lambda: owner.email in mail.recipients, within=15, of="the letter that it was accepted")


def customers_stay(subject: Application, tokens: dict[str, str]) -> None:
    assert subject.refresh(tokens["refresh_token"]).status_code == 200
