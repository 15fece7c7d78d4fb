"""A partner registers an application in Chromium (ux A2-A7)."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from portal.browser import Chromium, Tab
from portal.oauth import new_address
from portal.server import LOGO, PASSWORD, Tenant


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def tab(request: pytest.FixtureRequest, chromium: Chromium, standard: Tenant) -> Iterator[Tab]:
    """A browser nobody has signed in with, with scripts and without."""
    headers = {"X-Forwarded-For": new_address()}
    with chromium.tab(java_script_enabled=request.param, extra_http_headers=headers) as tab:
        yield tab
        assert tab.foreign_requests(standard.server.url) == []
        assert tab.complaints == []


def sign_up(page: Page, tenant: Tenant) -> None:
    page.goto(f"{tenant.base}/partners/sign-up")
    page.get_by_label("name").fill("Dana Field")
    email = f"dana-{new_address()}@acme-rentals.example"
    page.get_by_label("e-mail").fill(email)
    page.get_by_role("button", name="Send me a link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your e-mail")
    page.goto(tenant.server.link_for(email))
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Confirm this address").click()
    page.wait_for_url("**/applications")


def open_form(page: Page, tenant: Tenant) -> None:
    sign_up(page, tenant)
    page.get_by_role("link", name="Register an application").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Register an application")


def register(page: Page, name: str) -> None:
    page.get_by_label("Company name").fill(name)
    page.locator("input[type=file]").set_input_files(LOGO)
    page.get_by_role("button", name="Register application").click()


def test_a_partner_signs_up_registers_and_gets_a_token_with_the_printed_line(
    tab: Tab, standard: Tenant
) -> None:
    open_form(tab.page, standard)
    register(tab.page, "Curl Rentals")
    expect(tab.page.get_by_role("heading", level=1)).to_have_text("Save your client secret now")
    client_id = tab.page.locator("output#client-id").inner_text()
    secret = tab.page.locator("output#client-secret").inner_text()
    line = tab.page.locator("pre").first.inner_text()
    assert client_id in line and secret in line
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["token_type"] == "Bearer"
    with tab.page.expect_download() as download:
        tab.page.get_by_role("button", name="Download .env file").click()
    assert download.value.suggested_filename == f"{client_id}.env"
    settings = Path(download.value.path()).read_text()
    assert f"CLIENT_ID={client_id}\nCLIENT_SECRET={secret}\n" in settings
    expect(tab.page.locator("output#client-secret")).to_have_text(secret)
    tab.page.get_by_role("link", name="Continue to application").click()
    expect(tab.page.get_by_role("heading", level=1)).to_contain_text("Curl Rentals")
    assert secret not in tab.page.content() and client_id in tab.page.content()


def test_the_secret_is_shown_once(tab: Tab, standard: Tenant) -> None:
    open_form(tab.page, standard)
    register(tab.page, "Once Rentals")
    secret = tab.page.locator("output#client-secret").inner_text()
    tab.page.reload()
    assert secret not in tab.page.content()
    expect(tab.page.get_by_role("heading", level=1)).to_have_text(
        "The secret was shown once and is not stored here"
    )
    tab.page.goto(f"{standard.base}/applications")
    expect(tab.page.get_by_role("row", name="Once Rentals")).to_have_count(1)
    assert secret not in tab.page.content()


def test_a_form_error_keeps_the_name_and_the_logo(tab: Tab, standard: Tenant) -> None:
    open_form(tab.page, standard)
    tab.page.get_by_label("Redirect URIs").fill("http://not-safe.example/callback")
    register(tab.page, "Keeping Rentals")
    summary = tab.page.get_by_role("alert").first
    expect(summary).to_contain_text("http:// is allowed only for this computer")
    assert tab.page.title().startswith("Error: ")
    assert tab.page.evaluate(
        "() => document.activeElement.closest('[role=alert], .summary, [tabindex]') !== null"
    )
    assert tab.page.get_by_label("Company name").input_value() == "Keeping Rentals"
    assert LOGO.name in tab.page.locator("form[novalidate]").inner_text()
    tab.page.get_by_label("Redirect URIs").fill("https://safe.example/callback")
    tab.page.get_by_role("button", name="Register application").click()
    expect(tab.page.locator("output#client-id")).to_be_visible()


def test_errors_are_at_their_fields_too(tab: Tab, standard: Tenant) -> None:
    open_form(tab.page, standard)
    tab.page.locator("form[novalidate] button.primary").click()
    name = tab.page.get_by_label("Company name")
    expect(name).to_have_attribute("aria-invalid", "true")
    described = str(name.get_attribute("aria-describedby")).split()
    texts = [tab.page.locator(f"#{place}").inner_text() for place in described]
    assert any("Enter your company name" in text for text in texts)
    expect(tab.page.get_by_role("alert").first).to_contain_text("Choose a logo")
    links = tab.page.get_by_role("alert").first.get_by_role("link")
    for number in range(links.count()):
        target = str(links.nth(number).get_attribute("href"))
        expect(tab.page.locator(target)).to_have_count(1)


def test_the_preview_button_keeps_the_logo_and_shows_it(tab: Tab, standard: Tenant) -> None:
    open_form(tab.page, standard)
    tab.page.get_by_label("Company name").fill("Preview Rentals")
    tab.page.locator("input[type=file]").set_input_files(LOGO)
    tab.page.get_by_role("button", name="Update preview").click()
    expect(tab.page.locator("#preview-name")).to_have_text("Preview Rentals")
    picture = tab.page.locator("#preview-logo img")
    expect(picture).to_be_visible()
    assert "/logos/" in str(picture.get_attribute("src"))
    tab.page.get_by_role("button", name="Register application").click()
    expect(tab.page.locator("output#client-id")).to_be_visible()


def test_pressing_the_button_twice_registers_once(tab: Tab, standard: Tenant) -> None:
    open_form(tab.page, standard)
    tab.page.get_by_label("Company name").fill("Twice Rentals")
    tab.page.locator("input[type=file]").set_input_files(LOGO)
    tab.page.get_by_role("button", name="Register application").dblclick()
    expect(tab.page.get_by_role("heading", level=1)).to_have_text(re.compile("secret"))
    tab.page.goto(f"{standard.base}/applications")
    expect(tab.page.get_by_role("row", name=re.compile("Twice Rentals"))).to_have_count(1)


def test_the_preview_follows_what_is_typed_and_chosen(chromium: Chromium, standard: Tenant) -> None:
    with chromium.tab(standard.partner()) as tab:
        tab.page.goto(f"{standard.base}/applications/new")
        tab.page.get_by_label("Company name").press_sequentially("Live Rentals")
        expect(tab.page.locator("#preview-name")).to_have_text("Live Rentals")
        tab.page.locator("input[type=file]").set_input_files(LOGO)
        expect(tab.page.locator("#preview-logo img")).to_have_attribute("src", re.compile("^blob:"))
        says = tab.page.locator("#logo-says")
        expect(says).to_contain_text(LOGO.name)
        tab.page.locator("input[type=file]").set_input_files(
            {"name": "photo.png", "mimeType": "image/png", "buffer": b"\xff\xd8\xff\xe0 a JPEG"}
        )
        expect(says).to_contain_text("must be a PNG")
        assert tab.complaints == []


def test_a_preset_adds_its_address(chromium: Chromium, standard: Tenant) -> None:
    with chromium.tab(standard.partner()) as tab:
        tab.page.goto(f"{standard.base}/applications/new")
        tab.page.get_by_role("button", name="Postman").click()
        expect(tab.page.get_by_label("Redirect URIs")).to_have_value(
            re.compile("https://oauth.pstmn.io/v1/callback")
        )


def test_a_second_secret_works_beside_the_first_until_that_is_revoked(
    chromium: Chromium, standard: Tenant
) -> None:
    owner = standard.partner()
    application = standard.application("Rotating Ltd", owner=owner.email)
    with chromium.tab(owner) as tab:
        tab.page.goto(f"{standard.base}/applications/{application.client_id}")
        tab.page.get_by_role("link", name=re.compile("new secret", re.I)).click()
        tab.page.get_by_label(re.compile("^Label")).fill("production")
        tab.page.get_by_role("button", name="Create secret").click()
        second = tab.page.locator("output#client-secret").inner_text()
        assert application.own_token().status_code == 200
        tab.page.get_by_role("link", name="Continue to application").click()
        row = tab.page.get_by_role("row").filter(has_text=str(application.client_secret)[-4:])
        row.get_by_role("link", name=re.compile("Revoke")).click()
        tab.page.get_by_role("button", name=re.compile("Revoke secret")).click()
        expect(tab.page.get_by_role("status").first).to_be_visible()
    assert application.own_token().status_code == 401
    application.client_secret = second
    assert application.own_token().status_code == 200
