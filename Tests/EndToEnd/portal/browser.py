"""Chromium with a person in front of it, and what is checked on every page."""

from __future__ import annotations

import ssl
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, Playwright, Response, ViewportSize, sync_playwright

from .oauth import Person

RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }
}
WIDE: ViewportSize = {"width": 1000, "height": 800}
NARROW: ViewportSize = {"width": 320, "height": 640}


class Tab:
    """A page of Chromium, with everything it requested and complained about."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.posts: list[str] = []
        self._documents: list[Response] = []
        page.on("response", self._answered)
        page.on("console", lambda message: self._heard(message.type, message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self._requested(request.method, request.url, request.post_data))

    def _heard(self, kind: str, text: str) -> None:
        # A refused form is a 4xx on purpose, and a closed tenant's page a 503, and Chromium says so.
        on_purpose = ("responded with a status of 4", "responded with a status of 503")
        if kind == "error" and not any(words in text for words in on_purpose):
            self.complaints.append(text)

    def _requested(self, method: str, url: str, body: str | None) -> None:
        self.requests.append(url)
        if method == "POST":
            self.posts.append(body or "")

    def _answered(self, response: Response) -> None:
        if response.request.resource_type == "document" and not 300 <= response.status < 400:
            self._documents.append(response)

    @property
    def source(self) -> str:
        """The page's HTML as the server sent it."""
        return self._documents[-1].text()

    def foreign_requests(self, *own: str) -> list[str]:
        return [url for url in self.requests if not url.startswith((*own, "blob:", "data:"))]

    def overflow(self) -> int:
        """By how many pixels the page is wider than its window."""
        return int(
            self.page.evaluate(
                "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
        )

    def violations(self) -> list[str]:
        """What axe finds, each as its rule and the elements that break it."""
        found = Axe().run(self.page, options=RULES).response["violations"]
        return [f"{rule['id']}: {[node['html'][:90] for node in rule['nodes']]}" for rule in found]

    def small_targets(self) -> list[str]:
        """Controls that are neither 24 pixels wide and high nor part of a sentence (WCAG 2.5.8)."""
        return list(
            self.page.evaluate(
                """() => [...document.querySelectorAll('button,input:not([type=hidden]),summary')]
                    .filter(e => e.checkVisibility())
                    .map(e => [e.getBoundingClientRect(), e.outerHTML.slice(0, 80)])
                    .filter(([box]) => box.width < 24 || box.height < 24).map(([, html]) => html)"""
            )
        )

    def space_out(self) -> None:
        """The text spacing a reader may set (WCAG 1.4.12)."""
        self.page.evaluate(
            """() => { for (const { style } of document.querySelectorAll('*')) {
                style.letterSpacing = '.12em'; style.wordSpacing = '.16em'; style.lineHeight = '1.5' } }"""
        )

    @contextmanager
    def in_longer_english(self) -> Iterator[None]:
        """The made-up language en-XA: each word 40 % longer and accented; names and code stay."""
        self.page.evaluate(
            """() => {
                const accents = Object.fromEntries([...'aeiounycAEIOUNYC'].map((letter, place) =>
                    [letter, [...'áëîöüñýçÁËÎÖÜÑÝÇ'][place]]))
                const longer = word => [...word, ...[...word].slice(0, Math.ceil(word.length * 0.4))]
                    .map(letter => accents[letter] ?? letter).join('')
                const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
                window.plainTexts = []
                while (texts.nextNode()) {
                    const text = texts.currentNode
                    if (text.parentElement.closest('bdi, code, pre, kbd, time, script, style, textarea')) continue
                    window.plainTexts.push([text, text.data])
                    text.data = text.data.replace(/\\p{L}+/gu, longer)
                }
            }"""
        )
        yield
        self.page.evaluate("() => { for (const [text, plain] of window.plainTexts) text.data = plain }")

    @contextmanager
    def right_to_left(self) -> Iterator[None]:
        """The made-up language ar-XB: English that runs from right to left."""
        self.page.evaluate("() => { document.documentElement.dir = 'rtl' }")
        yield
        self.page.evaluate("() => { document.documentElement.dir = 'ltr' }")

    def clipped(self) -> list[str]:
        """Elements whose own text no longer fits inside them and is cut off."""
        return list(
            self.page.evaluate(
                """() => [...document.querySelectorAll('main *:not(input, textarea)')]
                    .filter(e => ['hidden', 'clip'].includes(getComputedStyle(e).overflowX)
                        && e.clientWidth > 1 && e.scrollWidth > e.clientWidth + 1)
                    .map(e => e.outerHTML.slice(0, 80))"""
            )
        )

    def scrolling_tables(self) -> int:
        """How many tables are wider than their place."""
        return int(
            self.page.evaluate(
                "() => [...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth).length"
            )
        )

    def click_early(self, button: str) -> None:
        """A raw click where the button is, at once; Playwright's own click would wait out the guard."""
        box = self.page.locator(button).bounding_box()
        assert box, f"no {button}"
        self.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


class ClientSite:
    """Every host below .example, over TLS, as Chromium sees it: where customers are sent back to."""

    CALLBACK = "<!doctype html><html lang=en><title>Client</title><h1>Back at the client</h1>"

    def __init__(self, folder: Path) -> None:
        self.arrived: list[Arrival] = []
        self.pages: dict[str, str] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self_made_certificate(folder, "client.example"))
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        return self._server.server_port

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(site) -> type[BaseHTTPRequestHandler]:  # noqa: N805 (the handler has a self of its own)
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                host = self.headers.get("Host", "")
                if self.path != "/favicon.ico":
                    arrival = Arrival(self.command, f"https://{host}{self.path}", self.headers.get("Referer"))
                    site.arrived.append(arrival)
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(site.pages.get(host, site.CALLBACK).encode())

            do_POST = do_GET

            def log_message(self, format: str, *arguments: object) -> None:
                """Says nothing."""

        return Handler


@dataclass
class Arrival:
    """A request that reached a client's site."""

    method: str
    url: str
    referer: str | None


ELLIPTIC = ("ec", "-pkeyopt", "ec_paramgen_curve:P-256")


def self_made_certificate(folder: Path, name: str, key_of: Sequence[str] = ELLIPTIC) -> tuple[Path, Path]:
    """A certificate and its key, both as PEM files; an IP address or a host name is certified."""
    kind = "IP" if name[0].isdigit() else "DNS"
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            *key_of,
            "-nodes",
            "-days",
            "2",
        ]
        + [
            "-subj",
            f"/CN={name}",
            "-addext",
            f"subjectAltName={kind}:{name}",
            "-keyout",
            key,
            "-out",
            certificate,
        ],
        check=True,
        capture_output=True,
    )
    return certificate, key


def enter(context: BrowserContext, person: Person) -> None:
    """Gives a browser profile the session of a person."""
    host = urlsplit(person.base).hostname
    context.add_cookies(
        [
            {"name": cookie.name, "value": cookie.value or "", "domain": str(host), "path": "/"}
            for cookie in person.http.cookies.jar
        ]
    )


class Chromium:
    """The browser of a test run, and the clients' sites it can reach; nothing else exists for it."""

    def __init__(self, folder: Path) -> None:
        self.site = ClientSite(folder)

    def __enter__(self) -> Chromium:
        self._playwright: Playwright = sync_playwright().start()
        rules = f"MAP *.example 127.0.0.1:{self.site.port}"
        self._browser = self._playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-dev-shm-usage", f"--host-resolver-rules={rules}"],
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._browser.close()
        self._playwright.stop()
        self.site.close()

    @contextmanager
    def context(self, person: Person | None = None, **options: Any) -> Iterator[BrowserContext]:
        """A browser profile of its own, signed in as `person` where there is one."""
        self.site.arrived.clear()
        self.site.pages.clear()
        context = self._browser.new_context(ignore_https_errors=True, **({"viewport": WIDE} | options))
        context.set_default_timeout(10_000)
        if person:
            enter(context, person)
        try:
            yield context
        finally:
            context.close()

    @contextmanager
    def tab(self, person: Person | None = None, **options: Any) -> Iterator[Tab]:
        with self.context(person, **options) as context:
            yield Tab(context.new_page())
