"""What happened to an application's requests, and what its partner can do about it."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from portal.oauth import Application, Person
from portal.server import until
from portal.storybook import Scene, Stage, detail, opened

LONG_ADDRESS = "https://evil.example/" + "x" * 200
SLASHED = "https://client.example/callback/"


def place(subject: Application) -> str:
    return f"{subject.base}/applications/{subject.client_id}/activity"


def entry(subject: Application, owner: Person, reference: str) -> str:
    """Where the entry of a reference stands, once it is written."""
    address = f"{place(subject)}?reference={reference}"
    return owner.at(str(until(lambda: owner.get(address).headers.get("location"))))


def refused(address: str, more: str = "") -> Callable[[Stage], str]:
    """The entry that tells which address was refused."""

    def lookup(stage: Stage) -> str:
        subject = stage.unchecked
        stopped = Person(subject.base).page(subject.authorize_url(redirect_uri=address))
        return entry(subject, stage.partner, str(stopped.response.headers["x-request-id"])) + more

    return lookup


def declined(act: Callable[[Stage], str]) -> Callable[[Stage], str]:
    """The entry of a request that an application's software made; `act` returns its reference."""
    return lambda stage: entry(stage.approved, stage.partner, act(stage))


def wrong_secret(stage: Stage) -> str:
    subject = stage.approved
    fields = {
        "grant_type": "client_credentials",
        "client_id": subject.client_id,
        "client_secret": f"{subject.client_secret} ",
    }
    return str(subject.post("token", fields).headers["x-request-id"])


def used_code(stage: Stage) -> str:
    code = stage.customer.code(stage.approved, prompt="consent")
    stage.approved.redeem(code)
    return str(stage.approved.redeem(code).headers["x-request-id"])


def misspelt_scope(stage: Stage) -> str:
    answer = Person(stage.approved.base).get(stage.approved.authorize_url(scope="equipment:raed"))
    return str(answer.headers["x-request-id"])


def busy(stage: Stage) -> str:
    """The list, after several things went wrong."""
    for act in (used_code, wrong_secret, misspelt_scope):
        entry(stage.approved, stage.partner, act(stage))
    return place(stage.approved)


def member_stopped(stage: Stage, page: Page) -> None:
    page.goto(stage.unchecked.authorize_url(redirect_uri=SLASHED))


def checking(text: Callable[[Stage], str]) -> Callable[[Stage, Page], None]:
    """What the checker says of a request."""

    def act(stage: Stage, page: Page) -> None:
        page.goto(place(stage.approved).replace("/activity", "/check"))
        page.get_by_label("Check an authorize link").fill(text(stage))
        page.get_by_role("button", name="Check this request").click()

    return act


def command(stage: Stage) -> str:
    subject = stage.approved
    return (
        f"curl -u '{subject.client_id}:{subject.client_secret} ' \\\n"
        f"  -d grant_type=client_credentials {subject.base}/oauth2/token"
    )


SCENES = [
    detail("check", "partner", "approved", "/check"),
    Scene("check-right", "partner", checking(lambda stage: stage.approved.authorize_url())),
    Scene(
        "check-wrong",
        "partner",
        checking(lambda stage: stage.approved.authorize_url(scope="nonsense", code_challenge_method="plain")),
    ),
    Scene(
        "check-address",
        "partner",
        checking(lambda stage: stage.approved.authorize_url(redirect_uri=SLASHED)),
    ),
    Scene("check-command", "partner", checking(command)),
    Scene("check-error", "partner", checking(lambda stage: "hello")),
    detail("activity-empty", "partner", "rtl", "/activity"),
    opened("activity", "partner", busy),
    detail("activity-unknown", "partner", "unchecked", "/activity?reference=01JD-0000-00"),
    opened("activity-slash", "partner", refused(SLASHED)),
    opened("activity-long-address", "partner", refused(LONG_ADDRESS)),
    opened("activity-hopeless", "partner", refused("http://elsewhere.example/")),
    opened("activity-hidden", "partner", refused("https://client.example/?mail=kim@northfield.example")),
    opened("activity-add-known", "partner", refused("https://client.example/other", "/add")),
    opened("activity-add-foreign", "partner", refused("https://elsewhere.example/", "/add")),
    opened("activity-secret", "partner", declined(wrong_secret)),
    opened("activity-used-code", "partner", declined(used_code)),
    opened("activity-scope", "partner", declined(misspelt_scope)),
    Scene("authorize-unregistered-member", "partner", member_stopped),
]
