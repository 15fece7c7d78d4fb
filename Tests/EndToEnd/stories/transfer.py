"""An application changes hands: the offer, what its reader sees, and what the link says afterwards."""

from __future__ import annotations

from playwright.sync_api import Page

from portal.oauth import Application, Person, new_address
from portal.server import PASSWORD
from portal.storybook import Scene, Stage, detail


def somebody() -> str:
    return f"lee-{new_address()}@cranes.example"


def offered(stage: Stage, email: str, approved: bool = False) -> tuple[Person, Application, str]:
    """An application, its owner who offers it, and the link in the letter."""
    owner = stage.standard.partner()
    subject = stage.standard.application("Acme Rentals", owner=owner.email, approved=approved)
    form = owner.page(f"/applications/{subject.client_id}/team/transfer")
    assert owner.submit(form, "parting", email=email, parting="leaves").status_code == 303
    return owner, subject, stage.standard.server.link_for(email)


def offer(stage: Stage, page: Page, email: str) -> None:
    """Offers an application that only these scenes offer, in place of what one before left open."""
    form = stage.partner.at(f"/applications/{stage.mobile.client_id}/team/transfer")
    page.goto(form)
    take_back = page.get_by_role("link", name="Take the offer back")
    if take_back.count():
        take_back.click()
        page.get_by_role("button", name="Take the offer back").click()
        page.get_by_text("The offer is taken back.").wait_for()
        page.goto(form)
    page.get_by_label("Their e-mail").fill(email)
    page.get_by_role("button", name="Send the offer").click()


def see_the_offer(stage: Stage, page: Page) -> None:
    offer(stage, page, somebody())
    page.get_by_text("The offer is on its way.").wait_for()


def offer_to_oneself(stage: Stage, page: Page) -> None:
    offer(stage, page, stage.partner.email)


def look_at_the_open_offer(stage: Stage, page: Page) -> None:
    see_the_offer(stage, page)
    page.get_by_role("link", name="Transfer to somebody else").click()


def ask_to_take_back(stage: Stage, page: Page) -> None:
    see_the_offer(stage, page)
    page.get_by_role("link", name="Take back").click()


def read_as_somebody_new(stage: Stage, page: Page) -> None:
    page.goto(offered(stage, somebody(), approved=True)[2])


def sign_up_badly(stage: Stage, page: Page) -> None:
    read_as_somebody_new(stage, page)
    page.get_by_role("button", name="Create account and take over").click()


def read_with_an_account(stage: Stage, page: Page) -> None:
    page.goto(offered(stage, stage.standard.partner(signed_in=False).email)[2])


def read_signed_in(stage: Stage, page: Page) -> None:
    person = stage.standard.partner(signed_in=False)
    page.goto(offered(stage, person.email)[2])
    page.get_by_role("link", name="Sign in").click()
    page.get_by_label("E-mail", exact=True).fill(person.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Take it over").wait_for()


def take_over(stage: Stage, page: Page) -> None:
    read_signed_in(stage, page)
    page.get_by_role("button", name="Take it over").click()
    page.get_by_text("The application is yours now.").wait_for()


def read_as_somebody_else(stage: Stage, page: Page) -> None:
    page.goto(offered(stage, somebody())[2])


def read_of_a_suspended_one(stage: Stage, page: Page) -> None:
    _, subject, link = offered(stage, somebody())
    stage.standard.server.succeed(
        "app", "suspend", "--tenant", "standard", subject.client_id, "--reason", "Unusual traffic"
    )
    page.goto(link)


def read_after_accepting(stage: Stage, page: Page) -> None:
    email = somebody()
    link = offered(stage, email)[2]
    page.goto(link)
    page.get_by_label("Your name").fill("Lee Marsh")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create account and take over").click()
    page.get_by_text("The application is yours now.").wait_for()
    page.goto(link)


def decline(stage: Stage, page: Page) -> None:
    read_as_somebody_new(stage, page)
    page.get_by_role("button", name="Decline").click()
    page.get_by_text("It was declined on").wait_for()


SCENES = [
    detail("transfer", "partner", "approved", "/team/transfer"),
    Scene("transfer-error", "partner", offer_to_oneself),
    Scene("transfer-open", "partner", look_at_the_open_offer),
    Scene("transfer-team", "partner", see_the_offer),
    Scene("transfer-take-back", "partner", ask_to_take_back),
    detail("transfer-suspended", "partner", "suspended", "/team/transfer"),
    detail("transfer-long", "partner", "long", "/team/transfer"),
    Scene("take-over-new", None, read_as_somebody_new),
    Scene("take-over-new-error", None, sign_up_badly),
    Scene("take-over-known", None, read_with_an_account),
    Scene("take-over", None, read_signed_in),
    Scene("take-over-done", None, take_over),
    Scene("take-over-other", "newcomer", read_as_somebody_else),
    Scene("take-over-suspended", None, read_of_a_suspended_one),
    Scene("take-over-accepted", None, read_after_accepting),
    Scene("take-over-declined", None, decline),
]
