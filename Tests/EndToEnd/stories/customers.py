"""What customers choose on the consent screen, what they keep of it, take back, and report."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page

from portal.oauth import Application, Person
from portal.server import PASSWORD, Server, Tenant
from portal.storybook import Scene, Stage, opened


def lenient(server: Server) -> Tenant:
    """A tenant whose customers may leave permissions out."""
    settings = json.loads(server.succeed("tenant", "export", "standard"))
    settings["name"], settings["hosts"] = "lenient", []
    settings["brand"]["displayName"] = "Lenient"
    settings["scopes"][1]["optional"], settings["scopes"][2]["optional"] = "ticked", "unticked"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "lenient.json5"
        file.write_text(json.dumps(settings))
        server.succeed("tenant", "import", str(file))
    return server.tenant("lenient")


def sign_in(page: Page, person: Person) -> None:
    """From a request to its consent screen."""
    page.locator("input[name=email]").fill(person.email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("form:has(input[name=password]) button").last.click()
    page.locator("select[name=lasts]").wait_for()


def choose(stage: Stage, page: Page, **changes: str) -> None:
    tenant = lenient(stage.standard.server)
    scopes = stage.customer.get("/.well-known/oauth-authorization-server").json()["scopes_supported"]
    person, choosy = tenant.customer(signed_in=False), tenant.application("Choosy Rentals", scopes=scopes)
    page.goto(choosy.authorize_url(scope=" ".join(scopes), **changes))
    sign_in(page, person)


def choose_in_arabic(stage: Stage, page: Page) -> None:
    choose(stage, page, ui_locales="ar")


def many(stage: Stage, page: Page, **changes: str) -> None:
    """Twelve permissions, every third of which may be left out."""
    settings = json.loads(stage.standard.server.succeed("tenant", "export", "standard"))
    settings["name"], settings["hosts"], settings["brand"]["displayName"] = "plenty", [], "Plenty"
    settings["neverAllows"] = [{"sentence": "See your password"}]
    invoices = "your invoices, with who is to pay them"
    words = ("your drivers", "your trips", "your fuel cards", "your alarms", invoices, "your depots")
    kinds = {"View": "read", "Change": "change"}
    settings["scopes"] = [
        {
            "name": f"scope_{number}",
            "sentence": f"{verb} {what}" if number else "See your name and e-mail address",
            "detail": "As they stand at the moment.",
            "kind": "sensitive" if what == invoices else kinds[verb],
            "group": "account" if not number else verb.lower(),
            "optional": "no" if number % 3 else "ticked",
        }
        for number, (verb, what) in enumerate((verb, what) for verb in kinds for what in words)
    ]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "plenty.json5"
        file.write_text(json.dumps(settings))
        stage.standard.server.succeed("tenant", "import", str(file))
    tenant = stage.standard.server.tenant("plenty")
    scopes = [scope["name"] for scope in settings["scopes"]]
    person, eager = tenant.customer(signed_in=False), tenant.application("Eager Rentals", scopes=scopes)
    page.goto(eager.authorize_url(scope=" ".join(scopes), **changes))
    sign_in(page, person)


def many_in_arabic(stage: Stage, page: Page) -> None:
    many(stage, page, ui_locales="ar")


def changed(stage: Stage, page: Page) -> None:
    """The same application comes back to another address, which nobody has seen before."""
    moving = stage.standard.application(
        "Moving Ltd", ["https://client.example/callback", "https://moved.example/callback"]
    )
    stage.customer.allow(moving)
    page.goto(moving.authorize_url(redirect_uri="https://moved.example/callback"))


def companies(stage: Stage, person: Person, *names: str) -> None:
    """Says whom somebody acts for."""
    named = [word for name in names for word in ("--organisation", name)]
    stage.standard.server.succeed(
        "account", "companies", "--tenant", stage.standard.name, "--email", person.email, *named
    )


LONGEST = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft mbH"
SEVERAL = ("Northfield Plant Hire", "Southfield Cranes & Sons", LONGEST, "شركة الشمال للمعدات")


def several(stage: Stage, page: Page, **changes: str) -> None:
    """Somebody who acts for four companies, and connected an application when it was one."""
    person, subject = stage.standard.customer(), stage.approved
    companies(stage, person, SEVERAL[0])
    person.allow(subject)
    companies(stage, person, *SEVERAL)
    page.goto(subject.authorize_url(**changes))
    sign_in(page, person)


def several_in_arabic(stage: Stage, page: Page) -> None:
    several(stage, page, ui_locales="ar")


def several_badly(stage: Stage, page: Page, **changes: str) -> None:
    person = stage.standard.customer(signed_in=False)
    companies(stage, person, *SEVERAL)
    page.goto(stage.unchecked.authorize_url(**changes))
    sign_in(page, person)
    page.locator("button[value=allow]").click()
    page.locator(".errors").wait_for()


def several_badly_in_hebrew(stage: Stage, page: Page) -> None:
    several_badly(stage, page, ui_locales="he")


def connected_for_a_company(stage: Stage, page: Page) -> None:
    several(stage, page)
    page.goto(stage.standard.base + "/account/connections")


def place(person: Person, subject: Application) -> str:
    """Where somebody's connection to an application stands."""
    for link in person.page("/account/connections").links:
        found = re.search(r"/account/connections/gr_\w+$", link)
        if found and subject.client_id in person.page(link).response.text:
            return person.at(link)
    raise AssertionError("it is not connected")


def connected(more: str = "") -> Callable[[Stage], str]:
    return lambda stage: place(stage.customer, stage.approved) + more


def receipt(stage: Stage) -> str:
    page = stage.customer.page(place(stage.customer, stage.approved))
    return stage.customer.at(next(link for link in page.links if "/receipts/" in link))


def narrow(stage: Stage, page: Page, *, keeping: int) -> None:
    subject, person = stage.standard.application("Curious Ltd"), stage.customer
    person.allow(subject)
    page.goto(place(person, subject) + "/narrow")
    boxes = page.locator("input[name=keep]")
    for box in boxes.all()[keeping:]:
        box.uncheck()
    page.get_by_role("button", name="Save permissions").click()


def narrowed(stage: Stage, page: Page) -> None:
    narrow(stage, page, keeping=1)


def narrow_badly(stage: Stage, page: Page) -> None:
    narrow(stage, page, keeping=99)


def ended(stage: Stage, page: Page) -> None:
    subject, person = stage.standard.application("Former Ltd"), stage.customer
    person.allow(subject)
    address = place(person, subject)
    person.confirm(person.page(address + "/disconnect"))
    page.goto(address)


def report_of(subject: Application) -> str:
    return f"{subject.base}/report/{subject.client_id}"


def report(stage: Stage, page: Page, *, reason: str | None) -> None:
    page.goto(report_of(stage.unchecked))
    if reason:
        page.get_by_label(reason).check()
    page.get_by_label("Tell us more").fill("The logo is that of my bank.")
    page.get_by_role("button", name="Send report").click()


def report_badly(stage: Stage, page: Page) -> None:
    report(stage, page, reason=None)


def reported(stage: Stage, page: Page) -> None:
    report(stage, page, reason="It pretends to be another company")


def freeze(stage: Stage) -> Application:
    subject = stage.standard.application("Suspicious Ltd")
    for words in ("", "It is not the Acme I know.", "x" * 300):
        person = stage.standard.customer()
        person.submit(person.page(report_of(subject)), "words", reason="pretends", words=words)
    return subject


def frozen(stage: Stage, page: Page) -> None:
    page.goto(freeze(stage).authorize_url())


def frozen_for_administrators(stage: Stage, page: Page) -> None:
    subject = freeze(stage)
    page.goto(f"{subject.base}/admin/applications/{subject.client_id}")


def settled(stage: Stage, page: Page) -> None:
    frozen_for_administrators(stage, page)
    page.get_by_role("button", name="The reports are right").click()
    page.get_by_role("heading", name="Reports (0 waiting)").wait_for()


SCENES = [
    Scene("consent-choices", None, choose),
    Scene("consent-choices-arabic", None, choose_in_arabic),
    Scene("consent-many", None, many),
    Scene("consent-many-arabic", None, many_in_arabic),
    Scene("consent-changed", "customer", changed),
    Scene("consent-companies", None, several),
    Scene("consent-companies-arabic", None, several_in_arabic),
    Scene("consent-companies-error", None, several_badly),
    Scene("consent-companies-error-hebrew", None, several_badly_in_hebrew),
    Scene("connection-company", None, connected_for_a_company),
    opened("connection-narrow", "customer", connected("/narrow")),
    Scene("connection-narrow-error", "customer", narrow_badly),
    Scene("connection-narrowed", "customer", narrowed),
    Scene("connection-ended", "customer", ended),
    opened("receipt", "customer", receipt),
    opened("report", None, lambda stage: report_of(stage.unchecked)),
    opened("report-connected", "customer", lambda stage: report_of(stage.approved)),
    Scene("report-error", None, report_badly),
    Scene("report-sent", "stranger", reported),
    Scene("consent-frozen", "stranger", frozen),
    Scene("admin-reports", "admin", frozen_for_administrators),
    Scene("admin-reports-settled", "admin", settled),
]
