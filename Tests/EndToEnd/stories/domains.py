"""Domains that partners verify, and what customers read of it."""

from __future__ import annotations

from functools import partial

from playwright.sync_api import Page

from portal.oauth import Application, Person
from portal.storybook import Scene, Stage, detail

CALLBACK, LOCAL = "https://app.acme-rentals.example/callback", "http://localhost:9/x"
DOMAIN = "acme-rentals.example"


def registered(stage: Stage, owner: Person | None = None, approved: bool = True) -> Application:
    uris, email = [CALLBACK, LOCAL], (owner or stage.prover).email
    return stage.standard.application("Acme Rentals", uris, owner=email, approved=approved)


def begin(stage: Stage, page: Page, subject: Application, domain: str = DOMAIN) -> None:
    page.goto(stage.prover.at(f"/applications/{subject.client_id}/domains"))
    page.get_by_role("button", name=f"Verify {domain}", exact=True).click()
    page.get_by_text("Publish one of the two below").wait_for()


def publish(stage: Stage, *texts: str) -> None:
    names = stage.standard.server.names
    assert names
    names.texts[f"_portal-challenge.{DOMAIN}"] = list(texts)


def check(page: Page) -> None:
    page.get_by_role("button", name=f"Check now whether {DOMAIN} is verified").click()


def see_what_to_publish(stage: Stage, page: Page) -> None:
    begin(stage, page, registered(stage))


def check_in_vain(stage: Stage, page: Page) -> None:
    begin(stage, page, registered(stage))
    publish(stage, "v=spf1 include:_spf.acme-rentals.example -all", "portal-verification=another0value")
    check(page)


def verify(stage: Stage, page: Page, subject: Application) -> None:
    begin(stage, page, subject)
    publish(stage, page.locator(f"#domain-{DOMAIN.replace('.', '-')}-record").inner_text())
    check(page)
    page.get_by_text(f"{DOMAIN} is verified.").wait_for()


def have_verified(stage: Stage, page: Page) -> None:
    verify(stage, page, registered(stage))


def ask_to_remove(stage: Stage, page: Page) -> None:
    begin(stage, page, registered(stage))
    page.get_by_role("link", name=f"Remove {DOMAIN}").click()


def see_the_application(stage: Stage, page: Page) -> None:
    subject = registered(stage)
    verify(stage, page, subject)
    page.goto(stage.prover.at(f"/applications/{subject.client_id}"))


def consent(stage: Stage, page: Page, approved: bool = True, **changes: str | None) -> None:
    owner = stage.standard.partner()
    subject = registered(stage, owner, approved)
    place = f"/applications/{subject.client_id}/domains"
    owner.submit(owner.page(place), "domain", domain=DOMAIN)
    shown = owner.page(place)
    publish(stage, shown.text_of(f"domain-{DOMAIN.replace('.', '-')}-record"))
    form = next(form for form in shown.forms if form.action.endswith("/check"))
    assert owner.post(form.action, form.fields).status_code == 303
    page.goto(subject.authorize_url(prompt="consent", **changes))


SCENES = [
    detail("domains", "partner", "unchecked", "/domains"),
    detail("domains-none", "partner", "native", "/domains"),
    Scene("domains-begun", "prover", see_what_to_publish),
    Scene("domains-not-found", "prover", check_in_vain),
    Scene("domains-verified", "prover", have_verified),
    Scene("domains-remove", "prover", ask_to_remove),
    Scene("application-with-domain", "prover", see_the_application),
    Scene("consent-domain", "customer", consent),
    Scene("consent-domain-elsewhere", "customer", partial(consent, redirect_uri=LOCAL)),
    Scene("consent-domain-unchecked", "customer", partial(consent, approved=False)),
    Scene("consent-domain-german", "customer", partial(consent, ui_locales="de")),
    Scene("consent-domain-arabic", "customer", partial(consent, ui_locales="ar")),
    Scene("consent-domain-elsewhere-hebrew", "customer", partial(consent, ui_locales="he", redirect_uri=LOCAL)),
]
