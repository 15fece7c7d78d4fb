"""People with a browser that runs no scripts, the pages they see, and the applications they connect."""

from __future__ import annotations

import base64
import hashlib
import hmac
import html.parser
import itertools
import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import httpx

from .waiting import until

_addresses = itertools.count(1)
_wire = httpx.HTTPTransport(verify=False, limits=httpx.Limits(max_keepalive_connections=8))
"""Shared by everybody, so that many people do not mean many open connections."""

issued: set[str] = set()
"""Every secret, code, token, ticket and cookie seen, for the test that looks where they went."""


def new_address() -> str:
    """A client address nobody has used yet, so that limits per address never meet."""
    number = next(_addresses)
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def note(*values: str | None) -> None:
    issued.update(value for value in values if value)


# MARK: Pages


@dataclass
class Form:
    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)
    """Name, value and form action of each button, in order."""

    def value(self, name: str) -> str:
        return dict(self.fields)[name]


class Page(html.parser.HTMLParser):
    """An HTML answer, read as a person without scripts would."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__()
        self.response = response
        self.status = response.status_code
        self.source = response.text
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.title = ""
        self._texts: dict[str, str] = {}
        self._open: list[tuple[str, str | None]] = []
        self._said: list[str] = []
        self._textarea: str | None = None
        self.feed(response.text)

    @property
    def text(self) -> str:
        """All words of the page, in order, with one space between them."""
        return " ".join(" ".join(self._said).split())

    def text_of(self, element_id: str) -> str:
        return self._texts[element_id].strip()

    def form(self, containing: str) -> Form:
        """The form with a field or button of this name."""
        for form in self.forms:
            names = [name for name, _ in form.fields] + [name for name, _, _ in form.buttons]
            if containing in names:
                return form
        raise AssertionError(f"no form with {containing} on {self.status} {self.title!r}: {self.text[:300]}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag not in {"input", "br", "img", "meta", "link", "hr", "wbr", "source"}:
            self._open.append((tag, attributes.get("id")))
        if tag == "a" and "href" in attributes:
            self.links.append(attributes["href"])
        if tag == "form":
            self.forms.append(Form(attributes.get("action", "")))
        if not self.forms:
            return
        form, name = self.forms[-1], attributes.get("name", "")
        if tag == "input" and name:
            kind = attributes.get("type", "text")
            if kind in {"checkbox", "radio"} and "checked" not in attributes:
                return
            if kind != "file":
                form.fields.append((name, attributes.get("value", "on" if kind == "checkbox" else "")))
        if tag == "textarea" and name:
            form.fields.append((name, ""))
        if tag == "button":
            form.buttons.append((name, attributes.get("value", ""), attributes.get("formaction", "")))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        inside = [tag for tag, _ in self._open]
        if "title" in inside and "svg" not in inside:
            self.title += data
        if "textarea" in inside and self.forms and self.forms[-1].fields:
            name, value = self.forms[-1].fields[-1]
            self.forms[-1].fields[-1] = (name, value + data)
        if "head" not in inside and "script" not in inside:
            self._said.append(data)
        for _, element_id in self._open:
            if element_id:
                self._texts[element_id] = self._texts.get(element_id, "") + data


# MARK: People


class Authenticator:
    """An authenticator app with one key (RFC 6238), which never shows a code twice."""

    def __init__(self, key: str, ahead: int = 0) -> None:
        """`ahead` is by how many seconds the server's clock is before the machine's."""
        self.ahead = ahead
        self.key = base64.b32decode(key.replace(" ", ""))
        self.last = 0
        note(key, key.replace(" ", ""))

    @property
    def step(self) -> int:
        return (int(time.time()) + self.ahead) // 30

    def next_code(self) -> str:
        """The code of the earliest step that is good for nine more seconds; waits where all of them were shown."""
        self.last = max(self.last + 1, (int(time.time()) + self.ahead - 21) // 30)
        until(lambda: self.step + 1 >= self.last, within=70, of="the next code")
        return self.code(self.last)

    def code(self, step: int) -> str:
        """The code of a step, whether it was shown or not."""
        digest = hmac.digest(self.key, step.to_bytes(8, "big"), "sha1")
        start = digest[-1] & 15
        return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 10**6:06}"


class Person:
    """Somebody who keeps cookies, follows links and presses buttons."""

    def __init__(self, base: str, role: str = "customer", email: str = "", password: str = "") -> None:
        self.base, self.role, self.email, self.password = base, role, email, password
        self.authenticator: Authenticator | None = None
        self.signed_in_at = 0.0
        self.ahead = 0
        self.http = httpx.Client(
            headers={"X-Forwarded-For": new_address(), "Accept": "text/html"},
            transport=_wire,
            timeout=20,
        )

    @property
    def sign_in_page(self) -> str:
        return {"customer": "/sign-in", "partner": "/partners/sign-in", "admin": "/admin/sign-in"}[self.role]

    def at(self, path: str) -> str:
        """A path below the tenant, or an address as a page or a Location gave it."""
        if path.startswith(("http://", "https://")):
            return path
        root = urljoin(self.base, "/").rstrip("/")
        return root + path if path.startswith(urlsplit(self.base).path + "/") else self.base + path

    def get(self, path: str, **headers: str) -> httpx.Response:
        answer = self.http.get(self.at(path), headers=headers)
        self._note(answer)
        return answer

    def page(self, path: str) -> Page:
        """The page a person ends up on: redirects within the server are followed."""
        answer = self.get(path)
        while answer.is_redirect:
            target = urljoin(str(answer.url), answer.headers["location"])
            assert target.startswith(urljoin(self.base, "/")), f"sent away to {target}"
            answer = self.get(target)
        return Page(answer)

    def post(self, path: str, fields: Any, files: Any = None, **headers: str) -> httpx.Response:
        if files is None:
            content = urlencode(fields)
            headers = {"Content-Type": "application/x-www-form-urlencoded", **headers}
            answer = self.http.post(self.at(path), content=content, headers=headers)
        else:
            grouped: dict[str, list[str]] = {}
            for name, value in fields:
                grouped.setdefault(name, []).append(value)
            answer = self.http.post(self.at(path), data=grouped, files=files, headers=headers)
        self._note(answer)
        if answer.status_code == 403 and 'name="confirm_password"' in answer.text:
            return self.submit(Page(answer), "confirm_password", confirm_password=self.password)
        return answer

    def submit(
        self, page: Page, having: str, files: Any = None, button: tuple[str, str] | None = None, **fields: str
    ) -> httpx.Response:
        """Sends the page's form that has a field or button called `having`, with some fields filled in."""
        form = page.form(having)
        kept = [(name, value) for name, value in form.fields if name not in fields]
        pressed = [button] if button else []
        action = form.action or str(page.response.url)
        return self.post(
            urljoin(str(page.response.url), action), kept + list(fields.items()) + pressed, files
        )

    def confirm(self, page: Page) -> httpx.Response:
        """Presses the button of a page that only asks whether it was meant: its last form."""
        form = page.forms[-1]
        return self.post(form.action, form.fields)

    def sign_in(self) -> Person:
        answer = self.submit(
            self.page(self.sign_in_page), "password", email=self.email, password=self.password
        )
        assert answer.status_code == 303, f"{self.role} cannot sign in: {Page(answer).text}"
        if self.role == "admin" or self.authenticator:
            self.show_second_factor()
        self.signed_in_at = time.monotonic()
        return self

    def lately_signed_in(self) -> Person:
        """Somebody who need not confirm that it is them: that counts for five minutes."""
        if time.monotonic() - self.signed_in_at > 120:
            self.http.cookies.clear()
            self.sign_in()
        return self

    def show_second_factor(self) -> None:
        """Shows a code of the authenticator app, which is set up the first time."""
        page = self.page(self.second_factor_page)
        if self.authenticator is None:
            self.authenticator = Authenticator(page.text_of("key-text"), self.ahead)
        answer = self.submit(page, "code", code=self.authenticator.next_code())
        assert answer.status_code in {200, 303}, f"{self.role} cannot sign in: {Page(answer).text}"

    @property
    def second_factor_page(self) -> str:
        return {"partner": "/partners/second-factor", "admin": "/admin/second-factor"}[self.role]

    @property
    def home(self) -> str:
        return {"customer": "/account/connections", "partner": "/applications", "admin": "/admin"}[self.role]

    def sign_out(self) -> httpx.Response:
        form = next(form for form in self.page(self.home).forms if form.action.endswith("/sign-out"))
        return self.post(form.action, form.fields)

    def cookie(self) -> str:
        """The session as a header value, for clients of other kinds."""
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.http.cookies.jar)

    def _note(self, answer: httpx.Response) -> None:
        note(self.password, *(cookie.value for cookie in self.http.cookies.jar))
        if location := answer.headers.get("location"):
            note(dict(parse_qsl(urlsplit(location).query)).get("code"))

    # MARK: as a customer

    def asked(self, application: Application, **changes: str | None) -> Page:
        """The consent page for a request of the application."""
        page = self.page(application.authorize_url(**changes))
        note(page.form("ticket").value("ticket"))
        return page

    def answer(self, page: Page, answer: str) -> httpx.Response:
        """Answers the consent screen with its last form, which brings along what the page says."""
        forms = [form for form in page.forms if "answer" in {name for name, _, _ in form.buttons}]
        assert forms, f"nothing to answer on {page.status} {page.title!r}: {page.text[:300]}"
        return self.post(
            urljoin(str(page.response.url), forms[-1].action), [*forms[-1].fields, ("answer", answer)]
        )

    def allow(self, application: Application, **changes: str | None) -> dict[str, str]:
        """Allows what the application asks for, and returns what it is sent back with."""
        first = self.get(application.authorize_url(**changes))
        if not first.has_redirect_location:
            first = self.answer(Page(first), "allow")
        assert first.status_code in {302, 303}, Page(first).text
        return parameters(first.headers["location"])

    def code(self, application: Application, **changes: str | None) -> str:
        return self.allow(application, **changes)["code"]


# MARK: Applications


def parameters(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query, keep_blank_values=True))


def challenge_of(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def nearly(text: str) -> str:
    """The same but for its last character."""
    return text[:-1] + ("A" if text[-1] != "A" else "B")


def basic(client_id: str, client_secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()}


@dataclass
class Application:
    """An OAuth client: its credentials, and the requests a well-behaved one makes unless told otherwise."""

    base: str
    client_id: str
    client_secret: str | None
    redirect_uri: str
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    http: httpx.Client = field(
        default_factory=lambda: httpx.Client(
            headers={"X-Forwarded-For": new_address()}, transport=_wire, timeout=20
        )
    )

    def __post_init__(self) -> None:
        note(self.client_secret)

    def authorize_query(self, **changes: str | None) -> str:
        """The query of an authorization request; a parameter set to None is left out."""
        usual: dict[str, str | None] = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "state": "st4te",
            "code_challenge": challenge_of(self.verifier),
            "code_challenge_method": "S256",
        }
        return urlencode({name: value for name, value in (usual | changes).items() if value is not None})

    def authorize_url(self, **changes: str | None) -> str:
        return f"{self.base}/oauth2/authorize?{self.authorize_query(**changes)}"

    def post(self, endpoint: str, fields: Any, **headers: str) -> httpx.Response:
        """A form to an OAuth endpoint, with nothing added."""
        content = fields if isinstance(fields, (str, bytes)) else urlencode(fields)
        headers = {"Content-Type": "application/x-www-form-urlencoded", **headers}
        answer = self.http.post(f"{self.base}/oauth2/{endpoint}", content=content, headers=headers)
        if endpoint == "token" and answer.status_code == 200:
            note(answer.json().get("access_token"), answer.json().get("refresh_token"))
        return answer

    def authenticated(self, endpoint: str, fields: dict[str, str | None]) -> httpx.Response:
        """A form with the application's own authentication: Basic, or its ID alone where it has no secret."""
        sent = {name: value for name, value in fields.items() if value is not None}
        if self.client_secret is None:
            return self.post(endpoint, {"client_id": self.client_id} | sent)
        return self.post(endpoint, sent, **basic(self.client_id, self.client_secret))

    def redeem(self, code: str, **changes: str | None) -> httpx.Response:
        usual: dict[str, str | None] = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": self.verifier,
        }
        return self.authenticated("token", usual | changes)

    def refresh(self, refresh_token: str, **changes: str | None) -> httpx.Response:
        usual: dict[str, str | None] = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        return self.authenticated("token", usual | changes)

    def own_token(self, **changes: str | None) -> httpx.Response:
        usual: dict[str, str | None] = {"grant_type": "client_credentials"}
        return self.authenticated("token", usual | changes)

    def introspect(self, token: str) -> httpx.Response:
        return self.authenticated("introspect", {"token": token})

    def revoke(self, token: str, **changes: str | None) -> httpx.Response:
        usual: dict[str, str | None] = {"token": token}
        return self.authenticated("revoke", usual | changes)

    def is_active(self, token: str) -> bool:
        return bool(self.introspect(token).json()["active"])

    def tokens_of(self, person: Person, **changes: str | None) -> dict[str, Any]:
        """The whole way: the person allows, the application redeems."""
        answer = self.redeem(person.code(self, **changes))
        assert answer.status_code == 200, answer.text
        tokens: dict[str, Any] = answer.json()
        return tokens
