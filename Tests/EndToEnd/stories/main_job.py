"""Registering an application, the consent screen, and what customers and administrators see of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from playwright.sync_api import Page

from portal.oauth import Application, Person, new_address
from portal.server import LOGO, Tenant, until
from portal.storybook import Scene, Stage, authorize, detail, opened, plain


def sign_up_badly(stage: Stage, page: Page) -> None:
    page.goto(f"{stage.standard.base}/partners/sign-up")
    page.get_by_label("e-mail").fill("dana@acme")
    page.get_by_role("button", name="Send me a link").click()


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


def by_invitation(stage: Stage) -> Tenant:
    return stage.standard.server.copy_of_standard(registration="invitation")


def reviewed(state: str, stage: Stage) -> str:
    subject: Application = getattr(stage, state)
    return f"{stage.standard.base}/admin/applications/{subject.client_id}"


LONG_ADDRESS = "https://evil.example/" + "x" * 200
OWN_ADDRESS = "https%3A%2F%2Fclient.example%2Fcallback"


SCENES = [
    plain("home", None, "/"),
    opened("home-invitation", None, lambda stage: by_invitation(stage).base + "/"),
    opened("sign-up-invitation", None, lambda stage: by_invitation(stage).base + "/partners/sign-up"),
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
    Scene("credentials", "another", see_credentials),
    Scene("credentials-gone", "another", see_credentials_again),
    detail("application", "partner", "unchecked"),
    detail("application-approved", "partner", "approved"),
    detail("application-test-only", "builder", "building"),
    detail("application-suspended", "partner", "suspended"),
    detail("application-public", "partner", "native"),
    detail("application-long", "partner", "long"),
    Scene("redirect-uri-error", "partner", add_bad_address),
    detail("redirect-uri-remove", "partner", "unchecked", f"/redirect-uris/remove?uri={OWN_ADDRESS}"),
    detail("secret-new", "partner", "unchecked", "/secrets/new"),
    Scene("secret-created", "partner", create_secret),
    opened("secret-revoke", "partner", lambda stage: secret_link(stage).replace("/end", "/revoke")),
    opened("secret-end", "partner", secret_link),
    plain("customer-sign-in", None, "/sign-in"),
    Scene("customer-sign-in-error", None, sign_in_badly("/sign-in")),
    authorize("customer-sign-in-for-request", None, "unchecked"),
    *(
        authorize(f"customer-sign-in-{tongue}", None, "unchecked", ui_locales=tongue)
        for tongue in ("de", "uk", "ar", "he")
    ),
    authorize("consent", "customer", "unchecked"),
    authorize("consent-verified", "stranger", "approved"),
    Scene("consent-more", "customer", ask_for_more),
    authorize("consent-loopback", "customer", "native"),
    authorize("consent-scheme", "customer", "mobile"),
    authorize("consent-long", "customer", "long"),
    authorize("consent-rtl", "customer", "rtl"),
    authorize("consent-arabic", "customer", "unchecked", ui_locales="ar"),
    authorize("consent-german", "customer", "long", ui_locales="de"),
    authorize("consent-hebrew", "stranger", "approved", ui_locales="he"),
    Scene("authorize-expired", "tester", wait_too_long),
    authorize("authorize-not-a-test-account", "tester", "building"),
    authorize("authorize-unknown-client", None, "unchecked", client_id="unknown"),
    authorize("authorize-unregistered", None, "unchecked", redirect_uri=LONG_ADDRESS),
    authorize("authorize-suspended", "customer", "suspended"),
    *(
        authorize(f"{page}-{tongue}", person, application, ui_locales=tongue, **wrong)
        for tongue in ("de", "uk", "ar")
        for page, person, application, wrong in (
            ("authorize-not-a-test-account", "tester", "building", {}),
            ("authorize-unregistered", None, "unchecked", {"redirect_uri": LONG_ADDRESS}),
            ("authorize-refused", None, "unchecked", {"scope": "nonsense"}),
        )
    ),
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
