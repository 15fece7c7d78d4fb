"""A client secret that has leaked, and one that its owner collects for the administrator who asked for it."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from playwright.sync_api import Page

from portal.oauth import Application
from portal.storybook import Scene, Stage, opened

from .review import made


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


# MARK: rotated by an administrator


def rotating(stage: Stage) -> Application:
    return made(stage, "Rotating Ltd")


def crowded(stage: Stage) -> Application:
    """One that has as many secrets as may work at the same time."""
    application = made(stage, "Crowded Ltd")
    owner = stage.registrar
    for _ in range(5):
        form = owner.page(f"/applications/{application.client_id}/secrets/new")
        owner.submit(form, "ticket", others="keep")
    return application


def of_admins(application: Callable[[Stage], Application], step: str = "") -> Callable[[Stage], str]:
    return lambda stage: stage.standard.base + f"/admin/applications/{application(stage).client_id}{step}"


def rotated(stage: Stage, page: Page) -> None:
    page.goto(of_admins(rotating, "/rotate")(stage))
    page.get_by_role("button", name="Send the link").click()


def revoked(stage: Stage, page: Page) -> None:
    page.goto(of_admins(lambda stage: stage.standard.application("Leaked Ltd"), "/rotate")(stage))
    page.get_by_role("button", name="Revoke now and tell the partner").click()


def link(stage: Stage, application: Application, *more: str) -> str:
    server = stage.standard.server
    server.succeed("app", "rotate", "--tenant", "standard", application.client_id, *more)
    return stage.standard.base + urlsplit(server.link_for(stage.registrar.email)).path.removeprefix("/t/standard")


def without(stage: Stage) -> str:
    """The page of an application whose every secret was revoked, and of which no new one was collected."""
    application = made(stage, "Secretless Ltd")
    link(stage, application, "--old-secret", "now")
    return f"{stage.standard.base}/applications/{application.client_id}"


def collected(stage: Stage, page: Page) -> None:
    page.goto(link(stage, made(stage, "Collected Ltd"), "--old-secret", "now"))
    page.get_by_role("button", name="Show the secret").click()


def collected_before(stage: Stage, page: Page) -> None:
    collected(stage, page)
    page.goto(page.url)


SCENES = [
    Scene("secret-leaked", "partner", leak),
    Scene("secret-tokens", "partner", see_what_it_gave),
    Scene("secret-tokens-revoked", "partner", revoke_what_it_gave),
    opened("rotate", "admin", of_admins(rotating, "/rotate")),
    opened("rotate-crowded", "admin", of_admins(crowded, "/rotate")),
    Scene("rotate-done", "admin", rotated),
    opened("rotate-again", "admin", of_admins(rotating, "/rotate")),
    Scene("rotate-leaked", "admin", revoked),
    opened("secret-to-collect", "registrar", lambda stage: link(stage, rotating(stage), "--label", "production 2027")),
    opened("secret-to-collect-crowded", "registrar", lambda stage: link(stage, crowded(stage))),
    Scene("secret-collected", "registrar", collected),
    Scene("secret-collected-before", "registrar", collected_before),
    opened("secret-none", "registrar", without),
    opened("secret-none-new", "registrar", lambda stage: without(stage) + "/secrets/new"),
    opened("secret-link-gone", "registrar", lambda stage: stage.standard.base + "/secrets/standard_link_x"),
]
