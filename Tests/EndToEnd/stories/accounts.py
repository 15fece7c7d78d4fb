"""Signing up, new passwords, one's own account, and the letters of it."""

from __future__ import annotations

from playwright.sync_api import Page

from portal.oauth import new_address
from portal.server import PASSWORD
from portal.storybook import Scene, Stage, plain


def ask_to_sign_up(stage: Stage, page: Page) -> str:
    email = f"dana-{new_address()}@acme-rentals.example"
    page.goto(f"{stage.standard.base}/partners/sign-up")
    page.get_by_label("name").fill("Dana Field")
    page.get_by_label("e-mail").fill(email)
    page.get_by_role("button", name="Send me a link").click()
    return email


def sent(stage: Stage, page: Page) -> None:
    ask_to_sign_up(stage, page)


def confirm(stage: Stage, page: Page) -> None:
    page.goto(stage.standard.server.link_for(ask_to_sign_up(stage, page)))


def confirm_badly(stage: Stage, page: Page) -> None:
    confirm(stage, page)
    page.locator("input[name=password]").fill("short")
    page.get_by_role("button", name="Confirm this address").click()


def confirm_twice(stage: Stage, page: Page) -> None:
    link = stage.standard.server.link_for(ask_to_sign_up(stage, page))
    page.goto(link)
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Confirm this address").click()
    page.wait_for_url("**/applications")
    page.goto(link)


def reset(stage: Stage, page: Page) -> None:
    person = stage.standard.partner(signed_in=False)
    page.goto(f"{stage.standard.base}/partners/forgotten")
    page.get_by_label("E-mail").fill(person.email)
    page.get_by_role("button", name="Send me a link").click()
    page.goto(stage.standard.server.link_for(person.email))


SCENES = [
    Scene("sign-up-sent", None, sent),
    Scene("sign-up-confirm", None, confirm),
    Scene("sign-up-confirm-errors", None, confirm_badly),
    Scene("sign-up-link-used", None, confirm_twice),
    plain("sign-up-link-gone", None, "/partners/confirm/nothing"),
    plain("forgotten", None, "/partners/forgotten"),
    Scene("reset", None, reset),
    plain("account-partner", "partner", "/partners/account"),
    plain("account-customer", "customer", "/account"),
]
