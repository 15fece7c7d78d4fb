"""The customer decides in Chromium: every state of the consent screen, every way around it (ux A10-A13)."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from portal.browser import Arrival, Chromium, Tab
from portal.oauth import Application, Person, parameters
from portal.server import Server, Tenant, until

CLIENT = "https://client.example"
ALLOW, CANCEL = "Allow access", "Cancel"


@contextmanager
def asked(
    chromium: Chromium,
    person: Person | None,
    application: Application,
    scripts: bool = True,
    **changes: str | None,
) -> Iterator[tuple[Tab, list[Arrival]]]:
    """A tab on the consent page (or before it), and the list of what arrives at the client."""
    with chromium.context(person, java_script_enabled=scripts) as context:
        tab = Tab(context.new_page())
        tab.page.goto(application.authorize_url(**changes))
        yield tab, chromium.site.arrived


@contextmanager
def expected_answer(page: Page) -> Iterator[None]:
    with page.expect_navigation(url=re.compile(re.escape(CLIENT))):
        yield


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_somebody_signs_in_allows_and_arrives_with_a_code(
    chromium: Chromium, standard: Tenant, application: Application, scripts: bool
) -> None:
    person = standard.customer(signed_in=False)
    with asked(chromium, None, application, scripts) as (tab, arrived):
        expect(tab.page.get_by_text("Acme Rentals").first).to_be_visible()
        tab.page.get_by_label("E-mail", exact=True).fill(person.email)
        tab.page.get_by_label("Password", exact=True).fill(person.password)
        tab.page.get_by_role("button", name="Sign in").click()
        expect(tab.page.get_by_role("heading", level=1)).to_contain_text(
            "Acme Rentals wants to connect to your"
        )
        with expected_answer(tab.page):
            tab.page.get_by_role("button", name=ALLOW).click()
        expect(tab.page.get_by_role("heading")).to_have_text("Back at the client")
        assert [visit.method for visit in arrived] == ["GET"]
        assert arrived[0].referer is None
        assert application.redeem(parameters(arrived[0].url)["code"]).status_code == 200
        assert tab.foreign_requests(standard.server.url) == [arrived[0].url]
        assert tab.complaints == []


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_cancelling_tells_the_client_and_shares_nothing(
    chromium: Chromium, customer: Person, application: Application, scripts: bool
) -> None:
    with asked(chromium, customer, application, scripts) as (tab, arrived):
        with expected_answer(tab.page):
            tab.page.get_by_role("button", name=CANCEL).click()
        told = parameters(arrived[0].url)
        assert (told["error"], told["state"]) == ("access_denied", "st4te")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_a_click_that_comes_too_early_does_nothing(
    chromium: Chromium, customer: Person, application: Application, scripts: bool, motion: str
) -> None:
    def judged() -> bool:
        with chromium.context(customer, java_script_enabled=scripts, reduced_motion=motion) as context:
            tab, began = Tab(context.new_page()), time.monotonic()
            tab.page.goto(application.authorize_url(prompt="consent"), wait_until="commit")
            tab.page.locator("button[value=allow]").wait_for()
            tab.click_early("button[value=allow]")
            if was_late(began, tab):
                return False
            assert tab.posts == []
            with expected_answer(tab.page):
                tab.page.get_by_role("button", name=ALLOW).click()
            assert len(tab.posts) == 1
            return True

    until(judged, within=120, of="a click that comes too early")


def was_late(began: float, tab: Tab) -> bool:
    """Whether a click counted, and may have: the guard, which began no sooner, lasts 0.8 s."""
    return bool(tab.posts) and time.monotonic() - began > 0.8


def test_the_guard_starts_again_when_the_window_comes_to_the_front(
    chromium: Chromium, customer: Person, application: Application
) -> None:
    def judged() -> bool:
        with asked(chromium, customer, application, prompt="consent") as (tab, _):
            tab.page.get_by_role("button", name=ALLOW).click(trial=True)
            began = time.monotonic()
            tab.page.evaluate("() => window.dispatchEvent(new Event('focus'))")
            tab.click_early("button[value=allow]")
            if was_late(began, tab):
                return False
            assert tab.posts == []
            return True

    until(judged, within=120, of="a click that comes too early")


def test_enter_on_load_does_nothing_and_nothing_has_the_focus(
    chromium: Chromium, customer: Person, application: Application
) -> None:
    with asked(chromium, customer, application) as (tab, _):
        assert tab.page.evaluate("() => document.activeElement === document.body")
        tab.page.keyboard.press("Enter")
        tab.page.keyboard.press("Space")
        expect(tab.page.get_by_role("button", name=ALLOW)).to_be_visible()
        assert tab.posts == []


def test_the_keyboard_reaches_allow_before_cancel_and_answers_once(
    chromium: Chromium, customer: Person, application: Application
) -> None:
    with asked(chromium, customer, application) as (tab, _):
        reached: list[str] = []
        for _ in range(25):
            tab.page.keyboard.press("Tab")
            reached.append(tab.page.evaluate("() => document.activeElement.textContent.trim()"))
        assert reached.index(ALLOW) < reached.index(CANCEL)
        tab.page.get_by_role("button", name=ALLOW).focus()
        with expected_answer(tab.page):
            tab.page.keyboard.press("Enter")
            tab.page.keyboard.press("Enter")
        assert len(tab.posts) == 1


def test_both_answers_have_the_same_size(
    chromium: Chromium, customer: Person, application: Application
) -> None:
    with asked(chromium, customer, application) as (tab, _):
        boxes = [
            tab.page.get_by_role("button", name=name, exact=True).bounding_box() for name in (ALLOW, CANCEL)
        ]
        assert boxes[0] and boxes[1]
        assert (boxes[0]["width"], boxes[0]["height"]) == (boxes[1]["width"], boxes[1]["height"])
        assert boxes[0]["height"] >= 44


def test_two_tabs_for_two_clients_do_not_mix(chromium: Chromium, standard: Tenant, customer: Person) -> None:
    first, second = (
        standard.application(name, [f"{CLIENT}/{name[:5]}"]) for name in ("First Ltd", "Second Ltd")
    )
    with chromium.context(customer) as context:
        pages = [context.new_page(), context.new_page()]
        for page, application in zip(pages, (first, second), strict=True):
            page.goto(application.authorize_url(state=application.client_id))
        for page in pages:
            with expected_answer(page):
                page.get_by_role("button", name=ALLOW).click()
    for visit, application in zip(chromium.site.arrived, (first, second), strict=True):
        assert parameters(visit.url)["state"] == application.client_id
        assert application.redeem(parameters(visit.url)["code"]).status_code == 200


def test_signing_in_once_carries_both_tabs_on(
    chromium: Chromium, standard: Tenant, application: Application
) -> None:
    person = standard.customer(signed_in=False)
    with chromium.context() as context:
        pages = [context.new_page(), context.new_page()]
        for page in pages:
            page.goto(application.authorize_url())
        pages[0].get_by_label("E-mail", exact=True).fill(person.email)
        pages[0].get_by_label("Password", exact=True).fill(person.password)
        pages[0].get_by_role("button", name="Sign in").click()
        expect(pages[0].get_by_role("button", name=ALLOW)).to_be_visible()
        pages[1].reload()
        expect(pages[1].get_by_role("button", name=ALLOW)).to_be_visible()


def test_going_back_and_allowing_again_is_no_error(
    chromium: Chromium, customer: Person, application: Application
) -> None:
    with asked(chromium, customer, application) as (tab, arrived):
        with expected_answer(tab.page):
            tab.page.get_by_role("button", name=ALLOW).click()
        tab.page.go_back()
        expect(tab.page.get_by_role("button", name=ALLOW)).to_be_visible()
        tab.page.get_by_role("button", name=ALLOW).click()
        allow_until_away(tab.page)
        codes = [parameters(visit.url)["code"] for visit in arrived]
        assert len(set(codes)) == 2
        assert application.redeem(codes[-1]).status_code == 200


def allow_until_away(page: Page) -> None:
    """An answer given before leads to the question again; then it counts."""
    expect(
        page.get_by_role("button", name=ALLOW).or_(page.get_by_role("heading", name="Back at the client"))
    ).to_be_visible()
    if not page.url.startswith(CLIENT):
        with expected_answer(page):
            page.get_by_role("button", name=ALLOW).click()


def test_the_same_page_answered_in_two_tabs_asks_again_in_the_second(
    chromium: Chromium, customer: Person, application: Application
) -> None:
    with asked(chromium, customer, application, scripts=False) as (tab, arrived):
        ticket = tab.page.locator("input[name=ticket]").first.get_attribute("value")
        customer.post("/oauth2/authorize", [("ticket", str(ticket)), ("answer", "allow")])
        tab.page.get_by_role("button", name=ALLOW).click()
        allow_until_away(tab.page)
        assert "code" in parameters(arrived[0].url)


def test_a_request_that_waited_too_long_can_be_started_again(chromium: Chromium, server: Server) -> None:
    tenant = server.copy_of_standard(requestSeconds=2, accessTokenSeconds=2)
    application, person = tenant.application("Slow Ltd", approved=True), tenant.customer()
    marker = application.own_token().json()["access_token"]
    with asked(chromium, person, application) as (tab, arrived):
        later = application.own_token().json()["access_token"]
        until(
            lambda: not application.is_active(later) and not application.is_active(marker), of="two seconds"
        )
        tab.page.get_by_role("button", name=ALLOW).click()
        expect(tab.page.get_by_role("heading", level=1)).to_have_text("You took a little too long")
        assert arrived == []
        tenant.set_policy(requestSeconds=600)
        tab.page.get_by_role("link", name="Start again").or_(
            tab.page.get_by_role("button", name="Start again")
        ).click()
        with expected_answer(tab.page):
            tab.page.get_by_role("button", name=ALLOW).click()
        assert "code" in parameters(arrived[0].url)


def test_another_account_keeps_the_request(
    chromium: Chromium, standard: Tenant, application: Application
) -> None:
    first, second = standard.customer(), standard.customer(signed_in=False)
    with asked(chromium, first, application, state="kept") as (tab, arrived):
        expect(tab.page.get_by_text(first.email)).to_be_visible()
        tab.page.get_by_role("button", name="Use another account").click()
        tab.page.get_by_label("E-mail", exact=True).fill(second.email)
        tab.page.get_by_label("Password", exact=True).fill(second.password)
        tab.page.get_by_role("button", name="Sign in").click()
        expect(tab.page.get_by_text(second.email)).to_be_visible()
        with expected_answer(tab.page):
            tab.page.get_by_role("button", name=ALLOW).click()
        assert parameters(arrived[0].url)["state"] == "kept"
    assert "Acme Rentals" in second.sign_in().page("/account/connections").text
    assert "No applications" in first.sign_in().page("/account/connections").text


def test_signed_out_meanwhile_leads_through_sign_in_to_the_question_again(
    chromium: Chromium, standard: Tenant, application: Application
) -> None:
    person = standard.customer()
    with asked(chromium, person, application) as (tab, arrived):
        person.sign_out()
        tab.page.get_by_role("button", name=ALLOW).click()
        tab.page.get_by_label("E-mail", exact=True).fill(person.email)
        tab.page.get_by_label("Password", exact=True).fill(person.password)
        tab.page.get_by_role("button", name="Sign in").click()
        with expected_answer(tab.page):
            tab.page.get_by_role("button", name=ALLOW).click()
        assert "code" in parameters(arrived[0].url)


def test_only_new_permissions_are_listed_as_new(chromium: Chromium, standard: Tenant) -> None:
    offered = httpx.get(f"{standard.base}/.well-known/oauth-authorization-server").json()["scopes_supported"][
        :2
    ]
    application, person = standard.application("Growing Ltd", scopes=offered), standard.customer()
    person.allow(application, scope=offered[0])
    with asked(chromium, person, application, scope=" ".join(offered)) as (tab, _):
        expect(tab.page.get_by_role("heading", level=1)).to_contain_text("asks for more access")
        expect(tab.page.get_by_role("heading", name="New permissions")).to_be_visible()
        allowed = tab.page.locator("details").filter(has_text="Already allowed (1)")
        expect(allowed).to_have_count(1)
        assert allowed.get_attribute("open") is None


@pytest.mark.parametrize(
    ("uri", "notice", "place"),
    [
        ("http://127.0.0.1/callback", "This application runs on this computer.", "this computer (127.0.0.1)"),
        ("com.rovisync.app:/callback", "is installed on this device", "com.rovisync.app"),
    ],
)
def test_an_application_on_this_computer_is_said_to_be_there(
    chromium: Chromium, standard: Tenant, customer: Person, uri: str, notice: str, place: str
) -> None:
    application = standard.application("RoviSync Desktop", [uri], kind="public", approved=True)
    with asked(chromium, customer, application) as (tab, _):
        expect(tab.page.get_by_text(notice)).to_be_visible()
        expect(tab.page.get_by_text(place).first).to_be_visible()


def test_an_application_nobody_checked_is_called_that_and_an_approved_one_is_not(
    chromium: Chromium, standard: Tenant, customer: Person
) -> None:
    unchecked = standard.application("Unchecked Ltd")
    checked = standard.application("Checked Ltd", approved=True)
    with asked(chromium, customer, unchecked) as (tab, _):
        expect(tab.page.get_by_text("has not checked who made this application")).to_be_visible()
        expect(tab.page.get_by_text("Not verified").first).to_be_visible()
        assert not [url for url in tab.requests if not url.startswith(standard.server.url)]
    with asked(chromium, customer, checked) as (tab, _):
        expect(tab.page.get_by_text("Not verified")).to_have_count(0)
        expect(tab.page.locator("img[src*='/logos/']").first).to_be_visible()


@pytest.mark.parametrize(
    "name",
    [
        "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
        "شركة الأجهزة المتحدة",
        "חברת השכרה",
    ],
)
def test_a_long_or_right_to_left_name_stays_in_its_place(
    chromium: Chromium, standard: Tenant, customer: Person, name: str
) -> None:
    application = standard.application(name)
    with chromium.tab(customer, viewport={"width": 320, "height": 640}) as tab:
        tab.page.goto(application.authorize_url())
        expect(tab.page.locator("h1 bdi")).to_have_text(name)
        assert tab.overflow() == 0


def test_no_scope_is_called_by_its_technical_name(
    chromium: Chromium, standard: Tenant, customer: Person
) -> None:
    offered = httpx.get(f"{standard.base}/.well-known/oauth-authorization-server").json()["scopes_supported"]
    application = standard.application("Worded Ltd", scopes=offered)
    with asked(chromium, customer, application) as (tab, _):
        said = tab.page.locator("main").inner_text()
        assert not [name for name in offered if "_" in name and name in said]


def test_an_application_still_being_tested_says_so_to_others(chromium: Chromium, brisk: Tenant) -> None:
    application, person = brisk.application("Testing Ltd"), brisk.customer()
    with asked(chromium, person, application) as (tab, arrived):
        expect(tab.page.get_by_role("heading", level=1)).to_contain_text("is still being tested")
        expect(tab.page.get_by_text(person.email)).to_be_visible()
        assert arrived == []


def test_a_pop_up_can_speak_to_the_page_that_opened_it(
    chromium: Chromium, application: Application, customer: Person
) -> None:
    """Zapier and n8n wait for their callback's message, which a Cross-Origin-Opener-Policy would cut off."""
    with chromium.context(customer) as context:
        chromium.site.pages = {
            "zap.example": "<!doctype html><title>Zap</title><button id=go>Go</button>",
            "client.example": "<!doctype html><script>opener.postMessage(location.search, '*')</script>",
        }
        page = context.new_page()
        page.goto("https://zap.example/")
        page.evaluate(
            """address => {
                window.heard = new Promise(done => addEventListener('message', e => done(e.data)))
                document.getElementById('go').onclick = () => window.open(address) }""",
            application.authorize_url(prompt="consent"),
        )
        with page.expect_popup() as popup:
            page.get_by_role("button").click()
        popup.value.get_by_role("button", name=ALLOW).click(no_wait_after=True)
        assert "code=" in page.evaluate("() => window.heard")


def test_disconnecting_in_the_browser(chromium: Chromium, standard: Tenant) -> None:
    application, person = standard.application("Leaving Ltd"), standard.customer()
    tokens = application.tokens_of(person)
    with chromium.tab(person) as tab:
        tab.page.goto(f"{standard.base}/account/connections")
        tab.page.get_by_role("link", name=re.compile("Disconnect")).first.click()
        expect(tab.page.get_by_role("heading", level=1)).to_contain_text("Disconnect Leaving Ltd?")
        tab.page.get_by_role("button", name="Disconnect Leaving Ltd").click()
        expect(tab.page.get_by_role("status").first).to_contain_text("Leaving Ltd is disconnected")
    assert not application.is_active(tokens["access_token"])


def test_in_a_frame_of_somebody_else_s_page_nothing_is_shown(
    chromium: Chromium, standard: Tenant, customer: Person, application: Application
) -> None:
    paths = ("/sign-in", "/partners", "/nowhere")
    pages = [application.authorize_url(), *(standard.base + path for path in paths)]
    with chromium.tab(customer) as tab:
        expect(framed(tab, chromium, CLIENT)).to_contain_text("Back at the client")
        for url in pages:
            with tab.page.expect_console_message(lambda said: "frame-ancestors 'none'" in said.text):
                body = framed(tab, chromium, url)
            # The words of Chromium's own page.
            expect(body).to_contain_text("127.0.0.1 refused to connect.")


def framed(tab: Tab, chromium: Chromium, url: str) -> Locator:
    """What somebody sees of it on a page of somebody else's."""
    chromium.site.pages["attacker.example"] = f"<!doctype html><iframe src='{escape(url)}'></iframe>"
    tab.page.goto("https://attacker.example/")
    return tab.page.frame_locator("iframe").locator("body")
