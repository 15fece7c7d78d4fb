"""What administrators change about their tenant: its branding."""

from __future__ import annotations

from playwright.sync_api import Page

from portal.browser import enter
from portal.storybook import Scene, Stage, plain


def choose_a_bad_colour(stage: Stage, page: Page) -> None:
    page.goto(f"{stage.standard.base}/admin/branding")
    page.get_by_label("Accent colour", exact=True).fill("orange")
    page.get_by_role("button", name="Update preview").click()


def choose_a_pale_colour(stage: Stage, page: Page) -> None:
    page.goto(f"{stage.standard.base}/admin/branding")
    page.get_by_label("Accent colour", exact=True).fill("#ffe600")
    page.get_by_role("button", name="Update preview").click()


def come_second_to_the_branding(stage: Stage, page: Page) -> None:
    tenant = stage.standard.server.copy_of_standard()
    quick, slow = tenant.admin(), tenant.admin()
    enter(page.context, slow)
    page.goto(f"{tenant.base}/admin/branding")
    page.get_by_label("Accent colour", exact=True).fill("#00a19a")
    page.get_by_label("What applications will see").fill("your machines and their hours")
    answer = quick.submit(quick.page("/admin/branding"), "accent", files={}, accent="#f58220")
    assert answer.status_code == 303
    page.get_by_role("button", name="Save branding").click()
    page.get_by_role("heading", name="changed the branding while you were editing it").wait_for()


SCENES = [
    plain("admin-branding", "admin", "/admin/branding"),
    Scene("admin-branding-error", "admin", choose_a_bad_colour),
    Scene("admin-branding-pale", "admin", choose_a_pale_colour),
    Scene("admin-branding-overtaken", None, come_second_to_the_branding),
]
