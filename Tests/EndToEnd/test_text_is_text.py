"""Whatever partners, customers and providers write is shown as text (security row CN-09).

Two hundred payloads, in Chromium: what stands on the page is what was written, no dialog opens, and the content
security policy has nothing to stop.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from typing import Any

import pytest
from playwright.sync_api import Dialog, Page

from portal.browser import Chromium, Tab
from portal.oauth import Application, Person, new_address, parameters
from portal.server import Server, Tenant

SEEDS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<style>*{display:none}</style>",
    "<base href=//evil.example>",
    "<meta http-equiv=refresh content=0>",
    "<form action=//evil.example>",
    "<a href=javascript:alert(1)>x</a>",
    "</title><h1>x",
    "</textarea><b>x",
    "</script><b>x",
    "<!--x",
    "]]>x",
    "<plaintext>x",
    '" onfocus=alert(1) autofocus x="',
    "' onmouseover=alert(1) x='",
    "` onload=alert(1) `",
    "javascript:alert(1)",
    "data:text/html,<b>x",
    "&lt;b&gt;x",
    "&amp;lt;x",
    "&#60;x&#62;",
    "&notit;x",
    "{{7*7}}",
    "${7*7}",
    "<%= 7*7 %>",
    "#{7*7}",
    "%3Cb%3Ex",
    "\\u003cb\\u003ex",
    "'; DROP TABLE x; --",
    "a\\b\\\\c",
    "x\u0301 עברית",
    "عربي <b>",
    "=1+1|cmd",
    "%s%n%x",
    "日本<i>語",
    "x\u00a0y<u>",
    "🚲<b>x",
    "< b >x",
]
AROUND = ["{}", "Acme {}", '">{}', "'>{}", "{} Rentals"]
PAYLOADS = [frame.format(seed) for frame, seed in product(AROUND, SEEDS)]

HOSTILE = ["x\u202etxt.<i>", "x\u202egnp.<b>", "x\u200b<b>y", "<b>" * 200]
"""No name of a company, and shown again to whoever typed it, in case they can mend it."""


CALLBACK = "https://client.example/callback"


def test_there_are_two_hundred_of_them() -> None:
    assert len(set(PAYLOADS)) == 200


@pytest.fixture(scope="module")
def tenant(server: Server) -> Tenant:
    """A provider whose own words are the payloads."""
    settings: dict[str, Any] = json.loads(server.succeed("tenant", "export", "standard"))
    settings |= {"name": "payloads", "hosts": []}
    settings["brand"] |= {"displayName": "Quayline", "footerText": PAYLOADS[0]}
    settings["scopes"] = [
        {"name": f"scope_{number}", "sentence": payload, "detail": payload, "kind": "read"}
        for number, payload in enumerate(PAYLOADS)
    ]
    settings.setdefault("policy", {})["applicationsPerPartner"] = 1000
    settings["neverAllows"] = [{"sentence": payload} for payload in PAYLOADS[:20]]
    file = server.data.parent / "payloads.json5"
    file.write_text(json.dumps(settings))
    server.succeed("tenant", "import", str(file))
    return server.tenant("payloads")


@pytest.fixture
def tab(chromium: Chromium) -> Iterator[Tab]:
    with chromium.tab(extra_http_headers={"X-Forwarded-For": new_address()}) as tab:
        dialogs: list[str] = []

        def dismiss(dialog: Dialog) -> None:
            dialogs.append(dialog.message)
            dialog.dismiss()

        tab.page.on("dialog", dismiss)
        tab.page.add_init_script(
            "addEventListener('securitypolicyviolation', e => console.error(e.violatedDirective))"
        )
        yield tab
        assert dialogs == [] and tab.complaints == []


def texts(page: Page) -> set[str]:
    """What stands in each element of the page, alone or in a field."""
    found: list[str] = page.evaluate(
        "() => [...document.querySelectorAll('*')].flatMap(e => [e.textContent.trim(), e.value])"
    )
    return {text for text in found if isinstance(text, str)}


def as_kept(text: str) -> str:
    """As a name is kept: in normal form C, without the spaces around it."""
    return unicodedata.normalize("NFC", text.strip())


@pytest.fixture(scope="module")
def owner(tenant: Tenant) -> Person:
    return tenant.partner()


@pytest.fixture(scope="module")
def named(tenant: Tenant, owner: Person) -> dict[tuple[str, str], Application]:
    """Applications of which company and software are called like payloads, of those that may be names."""

    def add(names: tuple[str, str]) -> tuple[tuple[str, str], Application] | None:
        words = ["--tenant", tenant.name, "--owner", owner.email, f"--name={names[0]}", "--json"]
        words += [f"--application-name={names[1]}", f"--redirect-uri={CALLBACK}", "--scope=scope_0"]
        done = tenant.server.command("app", "add", *words)
        if done.returncode:
            return None
        printed = json.loads(done.stdout)
        application = Application(tenant.base, printed["client_id"], printed["client_secret"], CALLBACK)
        # Only of what is approved the consent screen says which company it is.
        tenant.server.succeed("app", "approve", "--tenant", tenant.name, application.client_id)
        return (as_kept(names[0]), as_kept(names[1])), application

    half = len(PAYLOADS) // 2
    with ThreadPoolExecutor(4) as pool:
        added = dict(filter(None, pool.map(add, zip(PAYLOADS[:half], PAYLOADS[half:], strict=True))))
    assert len(added) > 80
    return added


def test_a_form_shown_again_says_what_was_typed(tenant: Tenant, owner: Person, tab: Tab) -> None:
    with_session(tab, owner)
    page = tab.page
    page.goto(f"{tenant.base}/applications/new")
    fields = ["company_name", "application_name", "website", "purpose"]
    typed = PAYLOADS + HOSTILE
    for start in range(0, len(typed), len(fields)):
        filled = dict(zip(fields, typed[start : start + len(fields)], strict=True))
        with page.expect_navigation(wait_until="domcontentloaded"):
            page.evaluate(SEND, filled)
        shown = {field: page.locator(f"[name={field}]").input_value() for field in fields}
        assert {field: text.strip() for field, text in shown.items()} == {
            field: text.strip() for field, text in filled.items()
        }


SEND = """filled => {
    const form = document.querySelector('[name=company_name]').form
    for (const [name, text] of Object.entries(filled)) form.elements[name].value = text
    form.noValidate = true
    form.querySelector('button.primary').click()
}"""


def test_names_are_names_in_every_list(
    tenant: Tenant, owner: Person, named: dict[tuple[str, str], Application], tab: Tab
) -> None:
    for person, place in [(owner, "/applications"), (tenant.admin(), "/admin/applications")]:
        with_session(tab, person)
        tab.page.goto(tenant.base + place)
        assert {application for _, application in named} - texts(tab.page) == set()


def test_names_are_names_on_the_consent_screen(
    tenant: Tenant, named: dict[tuple[str, str], Application], tab: Tab
) -> None:
    with_session(tab, tenant.customer())
    for names, application in named.items():
        tab.page.goto(application.authorize_url(scope="scope_0"), wait_until="domcontentloaded")
        said = tab.page.evaluate("() => document.body.textContent")
        assert [name for name in names if name not in said] == []


def test_the_providers_sentences_are_sentences(tenant: Tenant, owner: Person, tab: Tab) -> None:
    asking = tenant.application("Sentence Ltd", scopes=[f"scope_{n}" for n in range(200)], owner=owner.email)
    with_session(tab, tenant.customer())
    tab.page.goto(asking.authorize_url(scope=" ".join(f"scope_{number}" for number in range(200))))
    assert {payload.strip() for payload in PAYLOADS} - texts(tab.page) == set()
    with_session(tab, tenant.admin())
    tab.page.goto(f"{tenant.base}/admin/scopes")
    assert {payload.strip() for payload in PAYLOADS} - texts(tab.page) == set()


def test_an_address_that_is_not_registered_is_repeated_as_text(
    tenant: Tenant, named: dict[tuple[str, str], Application], tab: Tab
) -> None:
    application = next(iter(named.values()))
    for start in range(0, len(PAYLOADS), 4):
        address = "https://client.example/" + "/".join(PAYLOADS[start : start + 4])
        tab.page.goto(application.authorize_url(redirect_uri=address), wait_until="domcontentloaded")
        assert address in tab.page.evaluate("() => document.body.textContent")


def test_an_error_page_goes_back_with_the_state_as_it_was_sent(
    tenant: Tenant, owner: Person, tab: Tab
) -> None:
    asking = tenant.application("Sentence Ltd", scopes=["scope_0"], owner=owner.email)
    written = [payload for payload in PAYLOADS if payload.isascii()]
    for start in range(0, len(written), 4):
        state = " ".join(written[start : start + 4])
        tab.page.goto(asking.authorize_url(scope="nonsense", state=state), wait_until="domcontentloaded")
        links = tab.page.evaluate("() => [...document.querySelectorAll('main a')].map(e => e.href)")
        back = next(parameters(link) for link in links if link.startswith(CALLBACK))
        assert back["error"] == "invalid_scope" and back["state"] == state


def test_letters_quote_what_was_written(
    tenant: Tenant, named: dict[tuple[str, str], Application], tab: Tab
) -> None:
    quoted = list(named.items())[:40]
    for (company, name), application in quoted:
        words = ["--tenant", tenant.name, application.client_id, f"--reason={company}"]
        tenant.server.succeed("app", "suspend", *words)
    # The page of letters is for this machine only.
    tab.page.context.set_extra_http_headers({})
    tab.page.goto(f"{tenant.server.url}/mail")
    letters = tab.page.evaluate("() => [...document.querySelectorAll('article')].map(e => e.textContent)")
    for (company, name), _ in quoted:
        assert any(company in letter and name in letter for letter in letters), (company, name)


def with_session(tab: Tab, person: Person) -> None:
    """Goes on as this person."""
    tab.page.context.clear_cookies()
    tab.page.context.add_cookies(
        [
            {"name": cookie.name, "value": cookie.value or "", "url": person.base}
            for cookie in person.http.cookies.jar
        ]
    )
