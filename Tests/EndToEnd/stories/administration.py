"""What administrators see of each other, of the audit log and of their second factor."""

from __future__ import annotations

from playwright.sync_api import Page

from portal import oauth
from portal.oauth import Person, new_address
from portal.server import PASSWORD
from portal.storybook import Scene, Stage, plain


def sign_in(stage: Stage, page: Page) -> Person:
    person = stage.standard.admin(signed_in=False)
    page.goto(f"{stage.standard.base}/admin/sign-in")
    page.get_by_label("E-mail", exact=True).fill(person.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    return person


def set_up(stage: Stage, page: Page) -> None:
    sign_in(stage, page)
    page.get_by_role("heading", name="Set up a second factor").wait_for()


def set_up_badly(stage: Stage, page: Page) -> None:
    set_up(stage, page)
    page.get_by_label("Code", exact=True).fill("000000")
    page.get_by_role("button", name="Set up second factor").click()


def set_up_as_a_partner(stage: Stage, page: Page) -> None:
    page.goto(f"{stage.standard.base}/partners/your-second-factor")
    page.get_by_role("button", name="Set up a second factor").click()
    page.get_by_label("Code", exact=True).wait_for()


def be_asked_for_a_code(stage: Stage, page: Page) -> None:
    person = stage.standard.admin()
    page.goto(f"{stage.standard.base}/admin/sign-in")
    page.get_by_label("E-mail", exact=True).fill(person.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Enter your code").wait_for()


def invite_badly(stage: Stage, page: Page) -> None:
    page.goto(f"{stage.standard.base}/admin/people")
    page.get_by_label("E-mail", exact=True).fill("vic")
    page.get_by_role("button", name="Send invitation").click()


def invite_a_partner_badly(stage: Stage, page: Page) -> None:
    page.goto(f"{stage.standard.base}/admin/partners/invite")
    page.get_by_label("E-mail", exact=True).fill("robin")
    page.get_by_role("button", name="Send invitation").click()


def invite_a_partner(stage: Stage, page: Page) -> None:
    page.goto(f"{stage.standard.base}/admin/partners/invite")
    page.get_by_label("Their name", exact=True).fill("Robin Roe")
    page.get_by_label("E-mail", exact=True).fill(f"robin-{new_address()}@acme.example")
    page.get_by_role("button", name="Send invitation").click()
    page.get_by_role("heading", name="Invited").wait_for()


def take_an_invitation_back(stage: Stage, page: Page) -> None:
    page.goto(f"{stage.standard.base}/admin/people")
    email = f"vic-{new_address()}@provider.example"
    page.get_by_label("E-mail", exact=True).fill(email)
    page.get_by_role("button", name="Send invitation").click()
    page.get_by_role("button", name=f"Cancel the invitation of {email}").click()
    page.get_by_text("The invitation is cancelled.").wait_for()


def open_an_invitation(stage: Stage, page: Page) -> None:
    email = f"vic-{new_address()}@provider.example"
    printed = stage.standard.server.succeed("admin", "invite", "--tenant", "standard", "--email", email)
    page.goto(next(word for word in printed.split() if "/admin/invitations/" in word))


def find_an_account(stage: Stage, page: Page) -> None:
    person = stage.standard.person("customer", signed_in=False)
    page.goto(f"{stage.standard.base}/admin/accounts")
    page.get_by_label("E-mail", exact=True).fill(person.email)
    page.get_by_role("button", name="Find account").click()


def find_badly(stage: Stage, page: Page) -> None:
    page.goto(f"{stage.standard.base}/admin/accounts?email=kim")


def ask_to_reset(stage: Stage, page: Page) -> None:
    person = stage.standard.partner()
    forms = person.page("/partners/your-second-factor").forms
    new = next(form for form in forms if form.action.endswith("/new"))
    shown = oauth.Page(person.post(new.action, new.fields))
    app = oauth.Authenticator(shown.text_of("key-text"))
    assert person.submit(shown, "code", code=app.next_code()).status_code == 200
    page.goto(f"{stage.standard.base}/admin/accounts?email={person.email}")
    page.locator("section").first.get_by_role("link").click()
    page.get_by_role("button", name="Reset second factor").wait_for()


def ask_to_disable(stage: Stage, page: Page) -> None:
    find_an_account(stage, page)
    page.locator("section").first.get_by_role("link").click()


def disable(stage: Stage, page: Page) -> None:
    ask_to_disable(stage, page)
    page.get_by_label("Reason").fill("Asked us to close it")
    page.get_by_role("button", name="Disable").click()


def list_the_disabled(stage: Stage, page: Page) -> None:
    disable(stage, page)
    page.get_by_role("link", name="Accounts").last.click()


def list_a_disabled_administrator(stage: Stage, page: Page) -> None:
    shut_out(stage, stage.standard.person("admin", signed_in=False))
    page.goto(f"{stage.standard.base}/admin/people")


def sign_in_though_disabled(stage: Stage, page: Page) -> None:
    person = stage.standard.person("customer", signed_in=False)
    shut_out(stage, person)
    page.goto(f"{stage.standard.base}/sign-in")
    page.get_by_label("E-mail", exact=True).fill(person.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def come_to_a_closed_tenant(stage: Stage, page: Page) -> None:
    quay = stage.standard.server.copy_of_standard()
    stage.standard.server.succeed("tenant", "disable", quay.name)
    page.goto(f"{quay.base}/sign-in")


def shut_out(stage: Stage, person: Person) -> None:
    stage.standard.server.succeed("account", "disable", "--tenant", "standard", person.email)


SCENES = [
    Scene("second-factor-set-up", None, set_up),
    Scene("second-factor-set-up-error", None, set_up_badly),
    Scene("second-factor-code", None, be_asked_for_a_code),
    plain("second-factor-own", "admin", "/admin/your-second-factor"),
    plain("second-factor-partner", "partner", "/partners/your-second-factor"),
    Scene("second-factor-partner-new", "partner", set_up_as_a_partner),
    plain("admin-people", "admin", "/admin/people"),
    Scene("admin-people-error", "admin", invite_badly),
    Scene("admin-invitation", None, open_an_invitation),
    plain("admin-partner-invite", "admin", "/admin/partners/invite"),
    Scene("admin-partner-invite-error", "admin", invite_a_partner_badly),
    Scene("admin-partner-invited", "admin", invite_a_partner),
    Scene("admin-people-invitation-cancelled", "admin", take_an_invitation_back),
    plain("admin-invitation-gone", None, "/admin/invitations/standard_link_used"),
    Scene("admin-accounts-found", "admin", find_an_account),
    Scene("admin-accounts-error", "admin", find_badly),
    Scene("admin-account-disable", "admin", ask_to_disable),
    Scene("admin-account-disabled", "admin", disable),
    Scene("admin-account-reset", "admin", ask_to_reset),
    Scene("admin-accounts-disabled", "admin", list_the_disabled),
    Scene("admin-people-disabled", "admin", list_a_disabled_administrator),
    Scene("sign-in-disabled", None, sign_in_though_disabled),
    Scene("system-tenant-disabled", None, come_to_a_closed_tenant),
    plain("admin-audit", "admin", "/admin/audit"),
    plain("admin-audit-empty", "admin", "/admin/audit?reference=nobody-has-it"),
    plain("admin-audit-entry", "admin", "/admin/audit/1"),
]
