"""Signing up, new passwords, one's own account, and the letters of it."""

from __future__ import annotations

from playwright.sync_api import Page

from portal.browser import enter
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


def ask_as_a_customer(stage: Stage, page: Page, language: str, email: str) -> None:
    page.goto(f"{stage.standard.base}/account/forgotten?lang={language}")
    page.locator("input[name=email]").fill(email)
    page.locator("form button.primary").click()


def forgotten_badly(stage: Stage, page: Page) -> None:
    ask_as_a_customer(stage, page, "he", "kim")
    page.locator(".errors").wait_for()


def forgotten_sent(stage: Stage, page: Page) -> None:
    ask_as_a_customer(stage, page, "de", stage.standard.customer(signed_in=False).email)
    page.locator("button:not(.primary)").wait_for()


def customers_link(stage: Stage, page: Page, language: str) -> str:
    email = stage.standard.customer(signed_in=False).email
    ask_as_a_customer(stage, page, language, email)
    page.locator("input[type=hidden][name=email]").wait_for(state="attached")
    return f"{stage.standard.server.link_for(email)}?lang={language}"


def set_badly(stage: Stage, page: Page) -> None:
    page.goto(customers_link(stage, page, "ar"))
    page.locator("input[name=password]").fill("short")
    page.locator("button.primary").click()
    page.locator(".errors").wait_for()


def set_twice(stage: Stage, page: Page) -> None:
    link = customers_link(stage, page, "uk")
    page.goto(link)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("button.primary").click()
    page.wait_for_url("**/sign-in?**")
    page.goto(link)


def be_asked_for_the_password(stage: Stage, page: Page) -> None:
    """On the way to something that matters, some minutes after signing in."""
    tenant, person = stage.later.tenant, stage.later.partner()
    subject = tenant.application("Leaving Ltd", owner=person.email)
    enter(page.context, person)
    page.goto(person.at(f"/applications/{subject.client_id}/delete"))
    page.get_by_label("Name of the application").fill("Leaving Ltd")
    page.get_by_role("button", name="Delete Leaving Ltd").click()
    page.get_by_role("heading", name="Confirm it is you").wait_for()


def give_a_wrong_password(stage: Stage, page: Page) -> None:
    be_asked_for_the_password(stage, page)
    page.get_by_label("Password", exact=True).fill("not it at all")
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("heading", name="There is a problem").wait_for()


def be_asked_for_a_code(stage: Stage, page: Page) -> None:
    """On the way to something that matters, some minutes after the last code."""
    person = stage.later.admin()
    enter(page.context, person)
    page.goto(person.at("/admin/scopes/change?scope=devices_read"))
    page.get_by_role("button", name="Save permission").click()
    page.get_by_role("heading", name="Confirm it is you").wait_for()


def give_a_wrong_code(stage: Stage, page: Page) -> None:
    be_asked_for_a_code(stage, page)
    page.get_by_label("Code", exact=True).fill("000000")
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("heading", name="There is a problem").wait_for()


SCENES = [
    Scene("sign-up-sent", None, sent),
    Scene("sign-up-confirm", None, confirm),
    Scene("sign-up-confirm-errors", None, confirm_badly),
    Scene("sign-up-link-used", None, confirm_twice),
    plain("sign-up-link-gone", None, "/partners/confirm/nothing"),
    plain("forgotten", None, "/partners/forgotten"),
    Scene("reset", None, reset),
    plain("forgotten-fr", None, "/account/forgotten?lang=fr"),
    Scene("forgotten-error-he", None, forgotten_badly),
    Scene("forgotten-sent-de", None, forgotten_sent),
    Scene("reset-error-ar", None, set_badly),
    Scene("reset-link-used-uk", None, set_twice),
    plain("reset-link-gone-nl", None, "/account/reset/nothing?lang=nl"),
    Scene("confirm-password", None, be_asked_for_the_password),
    Scene("confirm-password-error", None, give_a_wrong_password),
    Scene("confirm-code", None, be_asked_for_a_code),
    Scene("confirm-code-error", None, give_a_wrong_code),
    plain("account-partner", "partner", "/partners/account"),
    plain("account-customer", "customer", "/account"),
]
