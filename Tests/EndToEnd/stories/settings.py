"""What administrators change about their tenant: its branding, its permissions and its settings."""

from __future__ import annotations

from playwright.sync_api import Page

from portal.browser import enter
from portal.oauth import Person
from portal.server import Tenant
from portal.storybook import Scene, Stage, plain
from portal.waiting import until


def choose_a_bad_colour(stage: Stage, page: Page) -> None:
    page.goto(f"{stage.standard.base}/admin/branding")
    page.get_by_label("Accent colour", exact=True).fill("orange")
    page.get_by_role("button", name="Update preview").click()


def choose_a_pale_colour(stage: Stage, page: Page) -> None:
    page.goto(f"{stage.standard.base}/admin/branding")
    page.get_by_label("Accent colour", exact=True).fill("#ffe600")
    page.get_by_role("button", name="Update preview").click()


def come_second_to_the_branding(stage: Stage, page: Page) -> None:
    tenant, _ = own(stage, page)
    quick = tenant.admin()
    page.goto(f"{tenant.base}/admin/branding")
    page.get_by_label("Accent colour", exact=True).fill("#00a19a")
    page.get_by_label("What applications will see").fill("your machines and their hours")
    answer = quick.submit(quick.page("/admin/branding"), "accent", files={}, accent="#f58220")
    assert answer.status_code == 303
    page.get_by_role("button", name="Save branding").click()
    page.get_by_role("heading", name="changed the branding while you were editing").wait_for()


def add_a_bad_permission(stage: Stage, page: Page) -> None:
    tenant, _ = own(stage, page)
    page.goto(f"{tenant.base}/admin/scopes/new")
    page.get_by_label("Name", exact=True).fill("two words")
    page.get_by_role("button", name="Add permission").click()
    page.get_by_role("heading", name="There is a problem").wait_for()


def say_it_otherwise(stage: Stage, page: Page) -> None:
    tenant, _ = own(stage, page)
    tenant.application("Acme Rentals")
    page.goto(f"{tenant.base}/admin/scopes/change?scope=devices_read")
    page.get_by_label("Sentence customers read").fill("See your devices, their state and where they are")
    page.get_by_role("button", name="Save permission").click()
    page.get_by_text("Does this allow more than before?").wait_for()


def fill_a_language(stage: Stage, page: Page) -> None:
    """In a tenant in which the others are filled already."""
    tenant, _ = own(stage, page)
    page.goto(f"{tenant.base}/admin/scopes/change?scope=devices_read")
    for language in ["Deutsch", "العربية"]:
        page.get_by_text(language, exact=True).click()
    page.get_by_label("Sentence in German").fill("Ihre Geräte und ihre Messwerte sehen")


def leave_a_second_line_alone(stage: Stage, page: Page) -> None:
    tenant, _ = own(stage, page)
    page.goto(f"{tenant.base}/admin/scopes/change?scope=devices_read")
    page.get_by_text("Українська", exact=True).click()
    page.get_by_label("Sentence in Ukrainian").fill("")
    page.get_by_role("button", name="Save permission").click()
    page.get_by_role("heading", name="There is a problem").wait_for()


def only_look_at_a_permission(stage: Stage, page: Page) -> None:
    tenant, person = own(stage, page)
    keeper = tenant.admin()
    links = {link for link in keeper.page("/admin/people").links if "/admin/people/" in link}
    other = next(found for link in links if "Save role" in (found := keeper.page(link)).text)
    assert keeper.submit(other, "rank", rank="read_only").status_code == 303
    enter(page.context, person.sign_in())
    page.goto(f"{tenant.base}/admin/scopes/change?scope=devices_read")


def come_second_to_a_permission(stage: Stage, page: Page) -> None:
    tenant, _ = own(stage, page)
    quick = tenant.admin()
    page.goto(f"{tenant.base}/admin/scopes/change?scope=devices_write")
    page.get_by_label("Sentence customers read").fill("Rename your devices")
    changed = quick.page("/admin/scopes/change?scope=devices_write")
    said = {"sentence": "Change your devices", "sentence_de": "Ihre Geräte ändern"}
    assert quick.submit(changed, "sentence", retired="on", **said).status_code == 303
    page.get_by_role("button", name="Save permission").click()
    page.get_by_role("heading", name="changed this permission while you were editing").wait_for()


def enter_too_long_a_life(stage: Stage, page: Page) -> None:
    tenant, _ = own(stage, page)
    page.goto(f"{tenant.base}/admin/settings")
    page.get_by_label("Access token").fill("unlimited")
    page.get_by_role("button", name="Save settings").click()
    page.get_by_role("heading", name="There is a problem").wait_for()


def come_second_to_the_settings(stage: Stage, page: Page) -> None:
    tenant, _ = own(stage, page)
    quick = tenant.admin()
    page.goto(f"{tenant.base}/admin/settings")
    page.get_by_label("Authorization code").nth(1).fill("30")
    changed = quick.page("/admin/settings")
    assert quick.submit(changed, "codeSeconds", requestSeconds="300").status_code == 303
    page.get_by_role("button", name="Save settings").click()
    page.get_by_role("heading", name="changed the settings while you were editing").wait_for()


def see_who_needs_a_door(stage: Stage, page: Page) -> None:
    tenant, person = own(stage, page)
    page.goto(f"{tenant.base}/admin/settings")
    page.get_by_label("Token parameters in the address").check()
    page.get_by_label("Scopes joined by +").check()
    page.locator("input[value=password]").check()
    page.get_by_role("button", name="Save settings").click()
    page.get_by_text("The settings are saved.").wait_for()
    application = tenant.application("Acme Rentals")
    assert application.authenticated("token?grant_type=client_credentials", {}).status_code == 200
    until(lambda: "Used by 1 application in the last 30 days." in person.page("/admin/settings").text)
    page.goto(f"{tenant.base}/admin/settings")


def own(stage: Stage, page: Page) -> tuple[Tenant, Person]:
    """A tenant of its own, and its administrator in this browser, who has just signed in."""
    tenant = stage.standard.server.copy_of_standard()
    person = tenant.admin()
    enter(page.context, person)
    return tenant, person


SCENES = [
    plain("admin-branding", "admin", "/admin/branding"),
    Scene("admin-branding-error", "admin", choose_a_bad_colour),
    Scene("admin-branding-pale", "admin", choose_a_pale_colour),
    Scene("admin-branding-overtaken", None, come_second_to_the_branding),
    plain("admin-scopes", "admin", "/admin/scopes"),
    plain("admin-scope-new", "admin", "/admin/scopes/new"),
    Scene("admin-scope-new-error", None, add_a_bad_permission),
    plain("admin-scope", "admin", "/admin/scopes/change?scope=devices_write"),
    Scene("admin-scope-languages", None, fill_a_language),
    Scene("admin-scope-languages-error", None, leave_a_second_line_alone),
    Scene("admin-scope-read-only", None, only_look_at_a_permission),
    Scene("admin-scope-question", None, say_it_otherwise),
    Scene("admin-scope-overtaken", None, come_second_to_a_permission),
    plain("admin-settings", "admin", "/admin/settings"),
    Scene("admin-settings-doors", None, see_who_needs_a_door),
    Scene("admin-settings-error", None, enter_too_long_a_life),
    Scene("admin-settings-overtaken", None, come_second_to_the_settings),
    plain("admin-scope-delete", "admin", "/admin/scopes/delete?scope=devices_read"),
]
