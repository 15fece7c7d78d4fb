"""Administrators change their tenant in Chromium, and customers see it (ux A20-A22)."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

from portal.browser import Chromium
from portal.server import ROOT, Server, Tenant

ALLOW = "Allow access"


@pytest.fixture(scope="module")
def quay(server: Server) -> Tenant:
    return server.copy_of_standard()


def test_a_colour_is_previewed_while_it_is_typed_and_then_seen_on_the_consent_page(
    chromium: Chromium, quay: Tenant
) -> None:
    application = quay.application("Acme Rentals", approved=True)
    with chromium.tab(quay.admin()) as tab:
        tab.page.goto(f"{quay.base}/admin/branding")
        tab.page.get_by_label("Accent colour", exact=True).fill("#f58220")
        expect(tab.page.get_by_text("We use a darker tone, #ac5600 (4.5:1), for links.")).to_be_visible()
        link = tab.page.locator(".swatch.link")
        expect(link).to_have_css("color", "rgb(172, 86, 0)")
        expect(tab.page.get_by_label("Choose the accent colour")).to_have_value("#f58220")
        tab.page.get_by_label("Choose the accent colour").fill("#00a19a")
        expect(tab.page.get_by_label("Accent colour", exact=True)).to_have_value("#00a19a")
        expect(link).to_have_css("color", "rgb(0, 122, 117)")
        tab.page.get_by_role("button", name="Save branding").click()
        expect(tab.page.get_by_role("status")).to_have_text("The branding is saved.")
        assert tab.complaints == []
    with chromium.tab(quay.customer()) as tab:
        tab.page.goto(application.authorize_url())
        allow = tab.page.get_by_role("button", name=ALLOW)
        expect(allow).to_have_css("background-color", "rgb(0, 161, 154)")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_logo_is_replaced(chromium: Chromium, quay: Tenant, scripts: bool) -> None:
    with chromium.tab(quay.admin(), java_script_enabled=scripts) as tab:
        tab.page.goto(f"{quay.base}/admin/branding")
        tab.page.get_by_label("Replace the logo").set_input_files(ROOT / "Public/favicon.png")
        tab.page.get_by_role("button", name="Update preview").click()
        expect(tab.page.get_by_text("favicon.png")).to_be_visible()
        tab.page.get_by_role("button", name="Save branding").click()
        expect(tab.page.get_by_role("status")).to_have_text("The branding is saved.")
        shown = tab.page.locator("header .logo img").get_attribute("src")
        assert shown and re.search(r"/logos/[0-9a-f]+/128\.png$", shown)
        assert tab.page.request.get(tab.page.url.split("/t/")[0] + shown).ok


def test_a_permission_that_allows_more_is_asked_about_again(chromium: Chromium, quay: Tenant) -> None:
    application, customer = quay.application("Northern Lights Ltd", approved=True), quay.customer()
    application.tokens_of(customer)
    with chromium.tab(quay.admin()) as tab:
        tab.page.goto(f"{quay.base}/admin/scopes")
        tab.page.get_by_role("link", name="Change devices_read").click()
        tab.page.get_by_label("Sentence customers read").fill("See your devices and what they cost")
        expect(tab.page.locator("#preview-sentence")).to_have_text("See your devices and what they cost")
        tab.page.get_by_role("button", name="Save permission").click()
        tab.page.get_by_label("Yes – customers are asked again").check()
        tab.page.get_by_role("button", name="Save permission").click()
        expect(tab.page.get_by_role("status")).to_contain_text("Customers are asked again.")
    with chromium.tab(customer) as tab:
        tab.page.goto(application.authorize_url())
        expect(tab.page.get_by_role("heading", level=1)).to_contain_text("asks for more access")
        expect(tab.page.get_by_text("See your devices and what they cost")).to_be_visible()
        tab.page.get_by_role("button", name=ALLOW).click()
        expect(tab.page.get_by_role("heading")).to_have_text("Back at the client")
        tab.page.goto(application.authorize_url())
        expect(tab.page.get_by_role("heading")).to_have_text("Back at the client")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_customer_reads_the_german_that_an_administrator_typed(
    chromium: Chromium, server: Server, scripts: bool
) -> None:
    quay = server.copy_of_standard()
    application = quay.application("Hafen GmbH", approved=True)
    with chromium.tab(quay.admin(), java_script_enabled=scripts) as tab:
        tab.page.goto(f"{quay.base}/admin/scopes/change?scope=devices_read")
        tab.page.get_by_text("Deutsch", exact=True).click()
        tab.page.get_by_label("Sentence in German").fill("Ihre Geräte und ihre Messwerte sehen")
        tab.page.get_by_label("Second line in German").fill("")
        tab.page.get_by_role("button", name="Save permission").click()
        tab.page.get_by_label("No, wording only").check()
        tab.page.get_by_role("button", name="Save permission").click()
        expect(tab.page.get_by_role("status")).to_have_text("The permission is saved.")
    with chromium.tab(quay.customer(), locale="de-DE") as tab:
        tab.page.goto(application.authorize_url())
        expect(tab.page.locator("strong[lang=de]", has_text="Messwerte")).to_have_text(
            "Ihre Geräte und ihre Messwerte sehen"
        )
        second = tab.page.locator("li", has_text="Messwerte").locator(".note")
        expect(second).to_have_attribute("lang", "en")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_legacy_door_is_opened_and_closed_again(chromium: Chromium, quay: Tenant, scripts: bool) -> None:
    application = quay.application("Old Hands", approved=True)
    in_query = f"token?client_id={application.client_id}&client_secret={application.client_secret}"

    def status() -> int:
        return application.post(in_query, {"grant_type": "client_credentials"}).status_code

    with chromium.tab(quay.admin(), java_script_enabled=scripts) as tab:
        tab.page.goto(f"{quay.base}/admin/settings")
        door = tab.page.get_by_label("Token parameters in the address")
        assert status() != 200
        door.check()
        tab.page.get_by_role("button", name="Save settings").click()
        expect(tab.page.get_by_role("status")).to_have_text("The settings are saved.")
        expect(door).to_be_checked()
        assert status() == 200
        door.uncheck()
        tab.page.get_by_role("button", name="Save settings").click()
        expect(door).not_to_be_checked()
        assert status() != 200


def test_the_operators_file_takes_nothing_back_unless_it_is_told_to(server: Server) -> None:
    quay = server.copy_of_standard()
    file, admin = server.data.parent / f"{quay.name}.json5", quay.admin()
    page = admin.page("/admin/branding")
    assert admin.submit(page, "accent", files={}, accent="#f58220").status_code == 303
    again = server.command("tenant", "import", str(file))
    assert (again.returncode, again.stderr) == (0, "kept what administrators changed: brand.accent\n")
    settings = json.loads(file.read_text())
    settings["policy"]["codeSeconds"] = 30
    file.write_text(json.dumps(settings))
    refused = server.command("tenant", "import", str(file))
    assert refused.returncode == 1
    assert "administrators changed since the last import: brand.accent" in refused.stderr
    assert "--overwrite" in refused.stderr
    assert json.loads(server.succeed("tenant", "export", quay.name))["brand"]["accent"] == "#f58220"
    server.succeed("tenant", "import", "--overwrite", str(file))
    taken = json.loads(server.succeed("tenant", "export", quay.name))
    assert (taken["brand"]["accent"], taken["policy"]["codeSeconds"]) == ("#0b6bcb", 30)
