"""Asking for approval and what comes of it: the partner's pages, the administrators' queue and their decisions."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from portal.browser import enter
from portal.oauth import Application, Person
from portal.oauth import Page as Sent
from portal.server import LOGO
from portal.storybook import Scene, Stage, opened


KEPT: dict[tuple[int, str], Application] = {}
"""Each application is made once, because a partner may have so many."""


def once(stage: Stage, name: str, make: Callable[[], Application]) -> Application:
    key = (id(stage), name)
    if key not in KEPT:
        KEPT[key] = make()
    return KEPT[key]


def made(stage: Stage, name: str, **more: object) -> Application:
    """An application of its own for a page, of the partner who registers much."""
    owner = stage.registrar.email
    return once(stage, name, lambda: stage.standard.application(name, owner=owner, **more))


def of_another(stage: Stage, name: str) -> Application:
    """An application for an administrator's page, of a partner nobody looks at."""
    return once(stage, name, lambda: stage.standard.application(name))


def below(application: Application, step: str = "") -> str:
    return f"/applications/{application.client_id}{step}"


def press(person: Person, page: str, action: str, **fields: str) -> None:
    """Sends the one form of a page that leads to `action`."""
    seal = person.page(page).form("seal").value("seal")
    answer = person.post(action, [("seal", seal), *fields.items()])
    assert answer.status_code == 303, answer.text


def asked(stage: Stage, name: str, **more: object) -> Application:
    def make() -> Application:
        application = stage.standard.application(name, owner=stage.registrar.email, **more)
        press(stage.registrar, below(application), below(application, "/approval"))
        return application

    return once(stage, name, make)


def decided(stage: Stage, name: str, choice: str, message: str, **more: object) -> Application:
    known = (id(stage), name) in KEPT
    application = asked(stage, name, **more)
    if not known:
        decide(stage, application, choice, message)
    return application


def decide(stage: Stage, application: Application, choice: str, message: str) -> None:
    admin = stage.admin
    page = admin.page(f"/admin/applications/{application.client_id}")
    answer = admin.submit(page, "seen", decision=choice, message=message)
    if answer.status_code != 303 and admin.authenticator:
        code = admin.authenticator.next_code()
        answer = admin.submit(Sent(answer), "confirm_code", confirm_code=code)
    assert answer.status_code == 303, answer.text


def changed(stage: Stage, name: str, scopes: list[str] | None = None) -> Application:
    """An approved application with a change that waits: another name, one more address, one more permission."""
    if (id(stage), name) in KEPT:
        return KEPT[id(stage), name]
    application = made(stage, name, approved=True, scopes=[known(stage)[0]])
    partner = stage.registrar
    page = partner.page(below(application, "/branding"))
    seal = page.form("seal").value("seal")
    answer = partner.post(
        below(application, "/branding"),
        [("seal", seal), ("company_name", f"{name} Group"), ("website", "https://acme-rentals.example/")],
        files={"logo": ("logo.png", LOGO.read_bytes(), "image/png")},
    )
    assert answer.status_code == 303, answer.text
    press(
        partner,
        below(application),
        below(application, "/redirect-uris"),
        redirect_uri="https://client.example/callback/",
    )
    wanted = known(stage)[:2]
    permissions = partner.page(below(application, "/permissions"))
    fields = [("seal", permissions.form("seal").value("seal")), *(("scope", scope) for scope in wanted)]
    assert partner.post(below(application, "/permissions"), fields).status_code == 303
    return application


def known(stage: Stage) -> list[str]:
    metadata = stage.customer.get("/.well-known/oauth-authorization-server")
    return list(metadata.json()["scopes_supported"])


def partner_sees(name: str, make: Callable[[Stage], Application], step: str = "") -> Scene:
    return opened(name, "registrar", lambda stage: stage.standard.base + below(make(stage), step))


def admin_sees(name: str, make: Callable[[Stage], Application], step: str = "") -> Scene:
    return opened(
        name,
        "admin",
        lambda stage: f"{stage.standard.base}/admin/applications/{make(stage).client_id}{step}",
    )


def queue(stage: Stage) -> str:
    asked(stage, "Ärztehaus Нева")
    changed(stage, "Pending Rentals")
    return stage.standard.base + "/admin"


def near_a_limit(stage: Stage, page: Page) -> None:
    quay = stage.standard.server.copy_of_standard(unapprovedApplications=5)
    owner = quay.partner(signed_in=False).email
    for name in ("Acme Rentals", "Borrowed Cranes", "Cordage", "Dredgers"):
        quay.application(name, owner=owner)
    enter(page.context, quay.admin())
    page.goto(f"{quay.base}/admin")


def close_to_a_protected_name(stage: Stage, page: Page) -> None:
    quay = stage.standard.server.copy_of_standard(protectedNames=["Harbour Bank"])
    subject = quay.application("Harb0ur Bank Ltd")
    enter(page.context, quay.admin())
    page.goto(f"{quay.base}/admin/applications/{subject.client_id}")
    page.get_by_text("Close to a protected name").wait_for()


def edit_badly(stage: Stage, page: Page) -> None:
    page.goto(stage.standard.base + below(made(stage, "Editing Ltd"), "/branding"))
    page.get_by_label("Company name").fill("")
    page.get_by_label("Website").fill("http://acme.example")
    page.get_by_role("button", name="Save branding").click()


def delete_badly(stage: Stage, page: Page) -> None:
    page.goto(stage.standard.base + below(made(stage, "Deleting Ltd"), "/delete"))
    page.get_by_label("Name of the application").fill("Deleting")
    page.get_by_role("button", name="Delete Deleting Ltd").click()


def decide_badly(stage: Stage, page: Page) -> None:
    application = asked(stage, "Waiting Ltd")
    page.goto(f"{stage.standard.base}/admin/applications/{application.client_id}")
    page.get_by_label("Ask for changes").check()
    page.get_by_role("button", name="Save decision").click()


def suspend_badly(stage: Stage, page: Page) -> None:
    application = of_another(stage, "Suspending Ltd")
    page.goto(f"{stage.standard.base}/admin/applications/{application.client_id}/suspend")
    page.get_by_role("button", name="Suspend Suspending Ltd").click()


def invited(stage: Stage) -> str:
    owner, tester = stage.builder, stage.tester
    page = owner.page(below(stage.building))
    assert owner.submit(page, "emails", emails=tester.email).status_code == 303
    return f"{stage.brisk.base}/account/testing/{stage.building.client_id}"


def listed(stage: Stage) -> str:
    invited(stage)
    return stage.brisk.base + below(stage.building)


SCENES = [
    partner_sees("application-waiting", lambda stage: asked(stage, "Waiting Ltd")),
    partner_sees(
        "application-changes-needed",
        lambda stage: decided(stage, "Changing Ltd", "changes", "The logo shows our trademark. Use your own."),
    ),
    partner_sees(
        "application-rejected", lambda stage: decided(stage, "Rejected Ltd", "reject", "We do not know you.")
    ),
    partner_sees("application-with-a-change", lambda stage: changed(stage, "Pending Rentals")),
    partner_sees("branding", lambda stage: made(stage, "Editing Ltd"), "/branding"),
    Scene("branding-errors", "registrar", edit_badly),
    partner_sees("permissions", lambda stage: made(stage, "Editing Ltd"), "/permissions"),
    partner_sees("delete", lambda stage: made(stage, "Deleting Ltd"), "/delete"),
    Scene("delete-error", "registrar", delete_badly),
    opened("application-test-accounts", "builder", listed),
    opened("test-invitation", "tester", invited),
    opened("admin-queue", "admin", queue),
    Scene("admin-queue-near-a-limit", None, near_a_limit),
    opened("admin-applications", "admin", lambda stage: stage.standard.base + "/admin/applications"),
    opened(
        "admin-applications-none-of-that-name",
        "admin",
        lambda stage: stage.standard.base + "/admin/applications?name=nobody",
    ),
    admin_sees("admin-review", lambda stage: asked(stage, "Waiting Ltd")),
    admin_sees("admin-review-change", lambda stage: changed(stage, "Pending Rentals")),
    Scene("admin-review-error", "admin", decide_badly),
    Scene("admin-review-protected-name", None, close_to_a_protected_name),
    admin_sees("admin-suspend", lambda stage: of_another(stage, "Stopping Ltd"), "/suspend"),
    Scene("admin-suspend-error", "admin", suspend_badly),
    admin_sees("admin-resume", lambda stage: stage.suspended, "/resume"),
    admin_sees("admin-delete", lambda stage: of_another(stage, "Standing Ltd"), "/delete"),
    admin_sees("admin-delete-in-use", lambda stage: stage.approved, "/delete"),
]
