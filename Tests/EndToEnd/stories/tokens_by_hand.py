"""Tokens by hand: the partner's form, the administrator's, the customer's answer, and handing over."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page

from portal.oauth import Page as Sent
from portal.oauth import Person
from portal.storybook import Scene, Stage, opened

WHY = "Northfield Plant Hire wants its readings in our rental software."


def new(stage: Stage) -> str:
    return f"/applications/{stage.by_hand.client_id}/token-requests/new"


def ask(stage: Stage) -> str:
    """What the partner asks for; its reference."""
    partner = stage.asking
    answer = partner.submit(
        partner.page(new(stage)), "reason", email=stage.giver.email, reason=WHY, scope="equipment_read"
    )
    assert answer.status_code == 303, answer.text
    return references(stage.asking, f"/applications/{stage.by_hand.client_id}")[0]


def references(person: Person, page: str) -> list[str]:
    return re.findall(r"A-[0-9A-Z]{8}", person.page(page).text)


def proven(person: Person, answer: object) -> str:
    """Where an administrator's form leads, after a code where one is asked for."""
    if answer.status_code != 303 and person.authenticator:  # type: ignore[attr-defined]
        page = Sent(answer)  # type: ignore[arg-type]
        answer = person.submit(page, "confirm_code", confirm_code=person.authenticator.next_code())
    assert answer.status_code == 303, answer.text  # type: ignore[attr-defined]
    return str(answer.headers["location"])  # type: ignore[attr-defined]


def put(stage: Stage, **more: str) -> str:
    """What the customer is asked; its reference."""
    admin, reference = stage.giving, ask(stage)
    page = admin.page(f"/admin/manual-tokens/new?request={reference}")
    summary = admin.submit(page, "ends", application=stage.by_hand.client_id, **more)
    proven(admin, admin.submit(Sent(summary), "hand"))
    return reference


def allowed(stage: Stage) -> str:
    reference = put(stage)
    page = stage.giver.page(f"/account/token-requests/{reference}")
    assert stage.giver.answer(page, "allow").status_code == 303
    return reference


def handover(stage: Stage) -> str:
    allowed(stage)
    return stage.rovitracker.server.link_for(stage.asking.email)


def collected(stage: Stage, page: Page) -> None:
    page.goto(handover(stage))
    page.get_by_role("button", name="Show the token").click()


def collected_before(stage: Stage, page: Page) -> None:
    collected(stage, page)
    page.goto(page.url)


def empty(stage: Stage, page: Page) -> None:
    page.goto(stage.rovitracker.base + new(stage))
    page.get_by_role("button", name="Ask for a token").click()


def checked(stage: Stage, page: Page) -> None:
    page.goto(f"{stage.rovitracker.base}/admin/manual-tokens/new?request={ask(stage)}")
    page.get_by_role("button", name="Check and continue").click()


def unknown(stage: Stage, page: Page) -> None:
    page.goto(f"{stage.rovitracker.base}/admin/manual-tokens/new")
    page.get_by_label("2 Customer").fill("nobody@northfield.example")
    page.locator("input[name=scope]").first.check()
    page.get_by_role("button", name="Check and continue").click()


def at(path: Callable[[Stage], str]) -> Callable[[Stage], str]:
    return lambda stage: stage.rovitracker.base + path(stage)


def connected(stage: Stage) -> str:
    allowed(stage)
    return next(link for link in stage.giver.page("/account/connections").links if re.search(r"gr_\w+$", link))


SCENES = [
    opened("by-hand-home", "asking", at(lambda stage: "/")),
    opened("by-hand-ask", "asking", at(new)),
    Scene("by-hand-ask-errors", "asking", empty),
    opened(
        "by-hand-application",
        "asking",
        at(lambda stage: f"/applications/{stage.by_hand.client_id}?{allowed(stage)}#token-requests"),
    ),
    opened(
        "by-hand-end",
        "asking",
        at(lambda stage: f"/applications/{stage.by_hand.client_id}/token-requests/{ask(stage)}/end"),
    ),
    opened("by-hand-queue", "giving", at(lambda stage: f"/admin?{ask(stage)}")),
    opened("by-hand-list", "giving", at(lambda stage: f"/admin/manual-tokens?{put(stage)}")),
    opened("by-hand-new", "giving", at(lambda stage: f"/admin/manual-tokens/new?request={ask(stage)}")),
    Scene("by-hand-new-errors", "giving", unknown),
    Scene("by-hand-check", "giving", checked),
    opened("by-hand-request", "giving", at(lambda stage: f"/admin/manual-tokens/{put(stage)}")),
    opened("by-hand-consent", "giver", at(lambda stage: f"/account/token-requests/{put(stage)}")),
    opened(
        "by-hand-consent-rtl",
        "giver",
        at(lambda stage: f"/account/token-requests/{put(stage)}?ui_locales=ar"),
    ),
    opened("by-hand-allowed", "giver", at(lambda stage: f"/account/token-requests/{allowed(stage)}")),
    opened("by-hand-connection", "giver", lambda stage: stage.giver.at(connected(stage))),
    opened("by-hand-link-gone", None, at(lambda stage: "/token-requests/rovitracker_link_x")),
    opened("by-hand-collect", "asking", handover),
    Scene("by-hand-token", "asking", collected),
    Scene("by-hand-collected", "asking", collected_before),
]
