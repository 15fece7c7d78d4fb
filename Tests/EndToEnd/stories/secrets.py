"""What becomes of a client secret that has leaked, and of the tokens it gave."""

from __future__ import annotations

from playwright.sync_api import Page

from portal.storybook import Scene, Stage


def leak(stage: Stage, page: Page) -> None:
    subject = stage.standard.application("Leaking Ltd", owner=stage.partner.email)
    assert subject.own_token().status_code == 200
    page.goto(stage.partner.at(f"/applications/{subject.client_id}/secrets/new"))
    page.get_by_label("now, it has leaked").check()
    page.get_by_role("button", name="Create secret").click()


def see_what_it_gave(stage: Stage, page: Page) -> None:
    leak(stage, page)
    # It opens beside the new secret, which is shown only once.
    page.goto(stage.partner.at(page.get_by_role("link", name="Also revoke").get_attribute("href") or ""))


def revoke_what_it_gave(stage: Stage, page: Page) -> None:
    see_what_it_gave(stage, page)
    page.get_by_role("button", name="Revoke the tokens").click()


SCENES = [
    Scene("secret-leaked", "partner", leak),
    Scene("secret-tokens", "partner", see_what_it_gave),
    Scene("secret-tokens-revoked", "partner", revoke_what_it_gave),
]
