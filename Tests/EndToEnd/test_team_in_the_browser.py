"""Somebody is invited to a team by a letter over SMTP, joins in Chromium, and is removed (ux A7)."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from portal.browser import Chromium
from portal.server import PASSWORD, ROOT, Server, until
from portal.smtp import MailServer

LEE = "lee@acme-rentals.example"


def link_in(mail: MailServer) -> str:
    until(lambda: LEE in mail.recipients, within=15, of="the invitation")
    plain = mail.letters[mail.recipients.index(LEE)].get_body(("plain",))
    assert plain
    return next(word for word in plain.get_content().split() if "/invitations/" in word)


def test_somebody_is_invited_joins_and_is_removed(chromium: Chromium, tmp_path: Path) -> None:
    server = Server(tmp_path / "data")
    server.succeed("tenant", "import", str(ROOT / "Tenants/standard.json5"))
    with MailServer() as mail:
        options = ["--smtp-host", "127.0.0.1", "--smtp-port", str(mail.port)]
        server.options = [*options, "--smtp-from", "no-reply@auth.example"]
        server.start()
        try:
            invite_join_and_remove(chromium, server, mail)
        finally:
            server.stop()


def invite_join_and_remove(chromium: Chromium, server: Server, mail: MailServer) -> None:
    standard = server.tenant("standard")
    owner = standard.partner()
    place = owner.at(f"/applications/{standard.application('Acme Rentals', owner=owner.email).client_id}")
    with chromium.tab(owner) as dana, chromium.tab() as lee:
        dana.page.goto(place)
        dana.page.get_by_role("link", name="Invite somebody").click()
        dana.page.get_by_label("E-mail", exact=True).fill(LEE)
        dana.page.get_by_label("Viewer").check()
        dana.page.get_by_role("button", name="Send invitation").click()
        expect(dana.page.get_by_role("status").first).to_have_text("The invitation is on its way.")

        lee.page.goto(link_in(mail))
        lee.page.get_by_label("Your name").fill("Lee Marsh")
        lee.page.get_by_label("Password", exact=True).fill(PASSWORD)
        lee.page.get_by_role("button", name="Create account and join").click()
        expect(lee.page.get_by_role("status").first).to_have_text("You joined Acme Rentals.")
        expect(lee.page.get_by_role("heading", name="Team")).to_be_visible()
        assert lee.page.get_by_role("link", name="Invite somebody").count() == 0

        dana.page.goto(place)
        dana.page.get_by_role("link", name="Remove Lee Marsh").click()
        dana.page.get_by_role("button", name="Remove Lee Marsh").click()
        expect(dana.page.get_by_role("status").first).to_have_text("The member is removed.")
        lee.page.reload()
        expect(lee.page.get_by_role("heading", name="Page not found")).to_be_visible()
