"""Who works on an application: the team, invitations to it, and what their readers see."""

from __future__ import annotations

from playwright.sync_api import Page

from portal.oauth import Application, Person, new_address
from portal.server import PASSWORD
from portal.storybook import Scene, Stage, detail


def somebody() -> str:
    return f"lee-{new_address()}@acme-rentals.example"


def invite(page: Page, owner: Person, subject: Application, email: str) -> None:
    page.goto(owner.at(f"/applications/{subject.client_id}/team/invite"))
    page.get_by_label("E-mail", exact=True).fill(email)
    page.get_by_role("button", name="Send invitation").click()


def have_invited(stage: Stage, page: Page) -> tuple[Application, str]:
    subject = stage.standard.application("Team Ltd", owner=stage.partner.email)
    email = somebody()
    invite(page, stage.partner, subject, email)
    page.get_by_text("The invitation is on its way.").wait_for()
    return subject, email


def see_the_team(stage: Stage, page: Page) -> None:
    have_invited(stage, page)


def invite_twice(stage: Stage, page: Page) -> None:
    subject, email = have_invited(stage, page)
    invite(page, stage.partner, subject, email)


def ask_to_cancel(stage: Stage, page: Page) -> None:
    _, email = have_invited(stage, page)
    page.get_by_role("link", name=f"Cancel the invitation of {email}").click()


def change_role(stage: Stage, page: Page) -> None:
    page.goto(stage.partner.at(f"/applications/{stage.unchecked.client_id}"))
    page.get_by_role("link", name="Change role").click()


def make_the_last_owner_less(stage: Stage, page: Page) -> None:
    change_role(stage, page)
    page.get_by_label("Viewer").check()
    page.get_by_role("button", name="Save role").click()


def leave_as_last_owner(stage: Stage, page: Page) -> None:
    page.goto(stage.partner.at(f"/applications/{stage.unchecked.client_id}/team/leave"))
    page.get_by_role("button", name="Leave the team").click()


def invited(stage: Stage, email: str) -> str:
    """The link in the letter of somebody whom an owner of their own application invites."""
    owner = stage.standard.partner()
    subject = stage.standard.application("Acme Rentals", owner=owner.email)
    form = owner.page(f"/applications/{subject.client_id}/team/invite")
    assert owner.submit(form, "email", email=email, role="developer").status_code == 303
    return stage.standard.server.link_for(email)


def join_as_somebody_new(stage: Stage, page: Page) -> None:
    page.goto(invited(stage, somebody()))


def join_badly(stage: Stage, page: Page) -> None:
    join_as_somebody_new(stage, page)
    page.get_by_role("button", name="Create account and join").click()


def join_with_an_account(stage: Stage, page: Page) -> None:
    page.goto(invited(stage, stage.standard.partner(signed_in=False).email))


def join_signed_in(stage: Stage, page: Page) -> None:
    person = stage.standard.partner(signed_in=False)
    page.goto(invited(stage, person.email))
    page.get_by_role("link", name="Sign in").click()
    page.get_by_label("E-mail", exact=True).fill(person.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Join the team").wait_for()


def join_as_somebody_else(stage: Stage, page: Page) -> None:
    page.goto(invited(stage, somebody()))


SCENES = [
    Scene("team", "partner", see_the_team),
    detail("team-invite", "partner", "unchecked", "/team/invite"),
    Scene("team-invite-error", "partner", invite_twice),
    Scene("team-cancel", "partner", ask_to_cancel),
    Scene("team-role", "partner", change_role),
    Scene("team-role-error", "partner", make_the_last_owner_less),
    detail("team-leave", "partner", "unchecked", "/team/leave"),
    Scene("team-leave-error", "partner", leave_as_last_owner),
    Scene("team-join-new", None, join_as_somebody_new),
    Scene("team-join-new-error", None, join_badly),
    Scene("team-join-known", None, join_with_an_account),
    Scene("team-join", None, join_signed_in),
    Scene("team-join-other", "newcomer", join_as_somebody_else),
]
