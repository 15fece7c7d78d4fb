"""A partner and a customer who do all that writes, and know what must be there afterwards (R-01)."""

from __future__ import annotations

import itertools
import re
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import httpx

from .history import History, Operation, secret_id
from .oauth import Application, Page, new_address, parameters
from .server import Tenant

Result = dict[str, str]

Palette = dict[str, str]
"""The addresses of logos by their colour."""

MOST_APPLICATIONS = 998
"""How many of a partner a worker makes; two more would be refused, as no tenant can allow more."""

MOST_SECRETS = 5
"""How many of an application work at the same time."""

FIRST_URI = "https://client.example/callback"


class Interrupted(Exception):
    """No answer, or that one should come again: whether it was done is unknown."""


class Refused(Exception):
    """An answer that only a fault of the server can explain."""


@dataclass
class Expected:
    """What must be there, no more and no less."""

    names: dict[str, str] = field(default_factory=dict)
    """Registered applications and their client IDs, which are empty where nobody was told."""

    secrets: dict[str, str] = field(default_factory=dict)
    """Live secrets by their IDs."""

    uris: set[str] = field(default_factory=lambda: {FIRST_URI})
    purpose: str = ""
    logo: str = ""
    connected: bool = False

    own: set[str] = field(default_factory=set)
    """Tokens of the application itself that must work, of this round."""

    unlisted: set[str] = field(default_factory=set)
    """Tokens of the application in a tenant whose ledger has no tokens, of this round."""

    granted: set[str] = field(default_factory=set)
    """Tokens through the customer that must work, of this round."""

    dead: set[str] = field(default_factory=set)
    """Tokens and codes that must not, of this round."""

    ended_secrets: list[str] = field(default_factory=list)
    """Secrets that must not work, the latest last."""


class Worker:
    """One after the other, so that at most one of its operations is unknown at a time."""

    def __init__(self, tenant: Tenant, name: str, history: History, palette: Palette) -> None:
        self.name, self.history, self.palette = name, history, palette
        self.owner, self.customer = tenant.partner(), tenant.customer()
        self.application = tenant.application(f"{name} Ltd", owner=self.owner.email)
        self.unlisted = tenant.server.tenant("standard").application(f"{name} Elsewhere Ltd")
        secret = str(self.application.client_secret)
        self.expected = Expected(secrets={secret_id(secret): secret})
        self.unsure: Operation | None = None
        self.refused: list[str] = []
        self.cycles = self.interruptions = self.first = 0
        self.numbers = itertools.count(1)
        self.hand: dict[str, str] = {}
        """What it got and did not use yet: an `own` token, a `code`, a token to `refresh` with."""
        self.path = f"/applications/{self.application.client_id}"
        self.expected.logo = logo_address(self._page())

    # MARK: what it does

    def once(self) -> None:
        """Each kind of operation, from the one that it begins with."""
        self.cycles += 1
        for step in STEPS[self.first :] + STEPS[: self.first]:
            step.need(self)
            step.do(self)

    def prepare(self, first: int) -> None:
        """Another round: does all that a certain step needs, so that the next thing it does is that."""
        self.forget_tokens()
        self.first = first
        STEPS[first].need(self)

    def own_token(self) -> None:
        self._act("own token", self.application.own_token, tokens)

    def revoke(self) -> None:
        token = self.hand["own"]
        self._act("revoke", lambda: self.application.revoke(token), token=token)

    def unlisted_token(self) -> None:
        self._act("unlisted token", self.unlisted.own_token, tokens)

    def consent(self) -> None:
        page = self._shown(self.customer.get(self.application.authorize_url(prompt="consent")))
        ask = lambda: self.customer.answer(page, "allow")  # noqa: E731
        self._act("consent", ask, lambda answer: {"code": parameters(answer.headers["location"])["code"]})

    def redeem(self) -> None:
        code = self.hand["code"]
        self._act("redeem", lambda: self.application.redeem(code), tokens, code=code)

    def refresh(self) -> None:
        old = self.hand["refresh"]
        self._act("refresh", lambda: self.application.refresh(old), tokens, old=old)

    def brand(self) -> None:
        number = next(self.numbers)
        purpose, colour = f"Purpose {self.name} {number}.", list(self.palette)[number % len(self.palette)]
        page = self._shown(self.owner.get(f"{self.path}/branding"))
        self._act(
            "brand",
            lambda: self.owner.submit(page, "company_name", files=logo(colour), purpose=purpose),
            purpose=purpose,
            colour=colour,
        )

    def add_uri(self) -> None:
        uri = f"https://client.example/{self.name}-{next(self.numbers)}".lower()
        page = self._shown(self.owner.get(self.path))
        self._act(
            "add redirect URI", lambda: self.owner.submit(page, "redirect_uri", redirect_uri=uri), uri=uri
        )

    def remove_uris(self) -> None:
        for uri in sorted(self.expected.uris - {FIRST_URI}):
            self._remove_uri(uri)

    def _remove_uri(self, uri: str) -> None:
        link = next(link for link in self._page().links if uri.rsplit("/", 1)[-1] in link)
        page = self._shown(self.owner.get(link))
        self._act("remove redirect URI", lambda: self.owner.confirm(page), uri=uri)

    def create_secret(self) -> None:
        self._new_secret("create secret", others="keep")

    def rotate_secret(self) -> None:
        """In one step, which ends all others."""
        self._new_secret("rotate secret", others="leaked")

    def _new_secret(self, kind: str, others: str) -> None:
        page = self._shown(self.owner.get(f"{self.path}/secrets/new"))
        self._act(
            kind,
            lambda: self.owner.submit(page, "ticket", label="next", others=others),
            lambda answer: {"secret": Page(answer).text_of("client-secret")},
        )

    def revoke_secrets(self) -> None:
        for extra in self._other_secrets():
            self._revoke_secret(extra)

    def _revoke_secret(self, which: str) -> None:
        page = self._shown(self.owner.get(f"{self.path}/secrets/{which}/revoke"))
        self._act("revoke secret", lambda: self.owner.confirm(page), id=which)

    def _other_secrets(self) -> list[str]:
        """The IDs of the live secrets that the application does not use."""
        return [one for one in self.expected.secrets if one != secret_id(str(self.application.client_secret))]

    def register(self) -> None:
        if len(self.expected.names) >= MOST_APPLICATIONS:
            return
        name, colour = f"{self.name} Branch {next(self.numbers)}", next(iter(self.palette))
        # Partners of one address register only so many a day.
        self.owner.http.headers["X-Forwarded-For"] = new_address()
        form = self._shown(self.owner.get("/applications/new"))
        self._act(
            "register",
            lambda: self.owner.submit(form, "ticket", files=logo(colour), company_name=name),
            lambda answer: {"client_id": Page(answer).text_of("client-id")},
            name=name,
        )

    def withdraw(self) -> None:
        page = self._shown(self.customer.get(self._disconnection() or "/account/connections"))
        self._act("withdraw", lambda: self.customer.confirm(page))

    # MARK: what that needs

    def have_token(self) -> None:
        if "own" not in self.hand:
            self.own_token()

    def be_apart(self) -> None:
        if self.expected.connected:
            self.withdraw()

    def be_connected(self) -> None:
        if not self.expected.connected:
            self.consent()

    def have_code(self) -> None:
        if "code" not in self.hand:
            self.be_apart()
            self.consent()

    def have_refresh_token(self) -> None:
        if "refresh" not in self.hand:
            self.have_code()
            self.redeem()

    def have_extra_uri(self) -> None:
        if self.expected.uris == {FIRST_URI}:
            self.add_uri()

    def have_extra_secret(self) -> None:
        if not self._other_secrets():
            self.create_secret()

    def have_room_for_a_secret(self) -> None:
        if len(self.expected.secrets) == MOST_SECRETS:
            self.revoke_secrets()

    # MARK: how it knows

    def _act(
        self,
        kind: str,
        ask: Callable[[], httpx.Response],
        read: Callable[[httpx.Response], Result] = lambda _: {},
        **facts: str,
    ) -> Result:
        operation = self.history.invoke(kind, **facts)
        try:
            answer = ask()
        except httpx.TransportError as error:
            self.unsure = operation
            if not isinstance(error, httpx.ConnectError):
                self.history.info(operation)
            raise Interrupted(kind) from error
        # A question to a customer is written without waiting for the disk; where that failed it is asked again.
        is_forgotten = kind == "consent" and answer.status_code == 403
        if is_forgotten or (answer.status_code == 503 and answer.headers["retry-after"].isdigit()):
            self.unsure = operation
            raise Interrupted(kind)
        if answer.status_code not in {200, 302, 303}:
            self.history.fail(operation, answer.status_code, answer.text)
            raise Refused(f"{kind} {facts}: {answer.status_code} {Page(answer).text[:300]}")
        result = read(answer)
        self.history.ok(operation, answer.headers["x-request-id"], result)
        self._happened(operation)
        return result

    def _happened(self, operation: Operation) -> None:
        """Changes what is expected as the operation did, of which only some may be known."""
        expected, facts, result = self.expected, operation.facts, operation.result
        before = list(expected.secrets)
        match operation.kind:
            case "register":
                expected.names[facts["name"]] = result.get("client_id", "")
            case "create secret":
                self._has_secrets(result)
            case "rotate secret":
                self._has_secrets(result)
                self._lost_secrets(*before)
            case "revoke secret":
                self._lost_secrets(facts["id"])
            case "add redirect URI":
                expected.uris.add(facts["uri"])
            case "remove redirect URI":
                expected.uris.remove(facts["uri"])
            case "brand":
                expected.purpose, expected.logo = facts["purpose"], self.palette[facts["colour"]]
            case "consent":
                expected.connected = True
                self.hand |= result
            case "own token":
                expected.own |= set(result.values())
                self.hand["own"] = result["access_token"]
            case "unlisted token":
                expected.unlisted |= set(result.values())
            case "redeem" | "refresh":
                self._ends(facts["code" if operation.kind == "redeem" else "old"])
                expected.granted |= set(result.values())
                if "refresh_token" in result:
                    self.hand["refresh"] = result["refresh_token"]
            case "revoke":
                self._ends(facts["token"])
            case "withdraw":
                expected.connected = False
                self.hand.pop("code", None)
                self._ends(*expected.granted)

    def _has_secrets(self, result: Result) -> None:
        """One more: the one that was shown, or one that nobody saw."""
        if secret := result.get("secret"):
            self.expected.secrets[secret_id(secret)] = secret
            self.application = replace(self.application, client_secret=secret)
        else:
            self.expected.secrets = dict.fromkeys(self._secret_ids(), "") | self.expected.secrets

    def _lost_secrets(self, *those: str) -> None:
        self.expected.ended_secrets += filter(None, map(self.expected.secrets.pop, those))

    def _ends(self, *those: str) -> None:
        self.expected.own -= set(those)
        self.expected.granted -= set(those)
        self.expected.dead |= set(those)
        self.hand = {name: one for name, one in self.hand.items() if one not in those}

    # MARK: what it finds

    def settle(self, listed: dict[str, list[str]]) -> Operation | None:
        """Finds out about the unknown operation, if there is one; `listed` are all applications by name."""
        operation = self.unsure
        if operation:
            self._come_back()
            done = self._was_done(operation, listed)
            self.unsure = None
            self.history.found(operation, done)
            if done:
                self._happened(operation)
            self._regain_a_secret()
        return operation

    def _regain_a_secret(self) -> None:
        """After a rotation whose secret nobody saw; what that left is compared before the next one ends it."""
        if not any(self.expected.secrets.values()):
            assert self._secret_ids() == set(self.expected.secrets)
            self.rotate_secret()

    def _come_back(self) -> None:
        """Whoever confirmed that it is them has another session, of which the one who was not answered knows nothing."""
        if self.owner.get(self.owner.home).status_code == 303:
            self.owner.http.cookies.clear()
            self.owner.sign_in()

    def _was_done(self, operation: Operation, listed: dict[str, list[str]]) -> bool | None:
        facts, expected = operation.facts, self.expected
        match operation.kind:
            case "register":
                return facts["name"] in listed
            case "create secret" | "rotate secret":
                return self._secret_ids() != set(expected.secrets)
            case "revoke secret":
                return facts["id"] not in self._secret_ids()
            case "add redirect URI" | "remove redirect URI":
                return (facts["uri"] in self._uris()) != (facts["uri"] in expected.uris)
            case "brand":
                return facts["purpose"] in self._page().text
            case "consent" | "withdraw":
                return bool(self._disconnection()) != expected.connected
            case "redeem":
                # Whoever was not answered asks again; where it was done, that ends what nobody got.
                again = self.application.redeem(facts["code"])
                if again.status_code == 503:
                    raise Interrupted("redeem")
                if again.status_code == 200:
                    self.history.ok(operation, again.headers["x-request-id"], tokens(again))
                else:
                    assert again.status_code == 400, again.text
                return True
            case "refresh":
                return not self.application.is_active(facts["old"])
            case "revoke":
                return not self.application.is_active(facts["token"])
        return None

    def check(self, listed: dict[str, list[str]]) -> int:
        """Compares everything with what must be there; returns how many things that were."""
        expected = self.expected
        for name, client_id in expected.names.items():
            assert len(listed[name]) == 1 and client_id in {"", listed[name][0]}, name
        mine = [name for name in listed if name.startswith(f"{self.name} Branch ")]
        assert set(mine) == set(expected.names)
        for name in list(expected.names)[-2:]:
            self._check_whole(listed[name][0])
        assert self._secret_ids() == set(expected.secrets)
        assert self._uris() == expected.uris
        page = self._page()
        assert expected.purpose in page.text and logo_address(page) == expected.logo
        assert bool(self._disconnection()) == expected.connected
        for token in expected.own | expected.granted:
            assert self.application.is_active(token), f"{self.name} lost {token}"
        for secret, status in [(secret, 200) for secret in expected.secrets.values()] + [
            (secret, 401) for secret in expected.ended_secrets[-MOST_SECRETS:]
        ]:
            if secret:
                self._check_secret(secret, status)
        for token in expected.unlisted:
            assert self.unlisted.is_active(token), f"{self.name} lost {token}"
        alive = len(expected.own) + len(expected.unlisted) + len(expected.granted)
        count = alive + len(expected.dead) + len(mine) + 5
        for token in expected.dead:
            assert not self.application.is_active(token), f"{self.name} got {token} back"
            assert self.application.redeem(token).status_code == 400
        # A code that is redeemed again ends its tokens.
        self._ends(*expected.granted)
        return count

    def forget_tokens(self) -> None:
        """Before another round, because they do not live for ever."""
        expected = self.expected
        expected.own, expected.unlisted, expected.granted, expected.dead = set(), set(), set(), set()
        self.hand = {}

    def _check_secret(self, secret: str, status: int) -> None:
        operation = self.history.invoke("own token", secret=secret_id(secret))
        # From an address of its own, because wrong secrets are counted by addresses.
        answer = Application(self.application.base, self.application.client_id, secret, "").own_token()
        assert answer.status_code == status, f"{self.name}: {secret_id(secret)} {answer.text}"
        if status == 200:
            self.history.ok(operation, answer.headers["x-request-id"], tokens(answer))
        else:
            self.history.fail(operation, status, answer.text)

    def _check_whole(self, client_id: str) -> None:
        page = self._shown(self.owner.get(f"/applications/{client_id}"))
        assert len(secret_ids(page)) == 1
        assert self.owner.get(logo_address(page)).status_code == 200

    def _page(self) -> Page:
        return self._shown(self.owner.get(self.path))

    def _secret_ids(self) -> set[str]:
        return secret_ids(self._page())

    def _uris(self) -> set[str]:
        return set(re.findall(r"https://client\.example/[a-z0-9-]+", self._page().text))

    def _disconnection(self) -> str | None:
        links = self._shown(self.customer.get("/account/connections")).links
        return next((link for link in links if link.endswith("/disconnect")), None)

    def _shown(self, answer: httpx.Response) -> Page:
        if answer.status_code == 503:
            raise Interrupted(str(answer.url))
        assert answer.status_code == 200, f"{answer.url}: {answer.status_code} {Page(answer).text[:300]}"
        return Page(answer)


@dataclass(frozen=True)
class Step:
    """A kind of operation, and what comes before it unless it is there already."""

    kind: str
    do: Callable[[Worker], None]
    need: Callable[[Worker], None] = lambda _: None


STEPS = (
    Step("own token", Worker.own_token),
    Step("revoke", Worker.revoke, Worker.have_token),
    Step("unlisted token", Worker.unlisted_token),
    Step("consent", Worker.consent, Worker.be_apart),
    Step("redeem", Worker.redeem, Worker.have_code),
    Step("refresh", Worker.refresh, Worker.have_refresh_token),
    Step("brand", Worker.brand),
    Step("add redirect URI", Worker.add_uri),
    Step("create secret", Worker.create_secret, Worker.have_room_for_a_secret),
    Step("revoke secret", Worker.revoke_secrets, Worker.have_extra_secret),
    Step("remove redirect URI", Worker.remove_uris, Worker.have_extra_uri),
    Step("rotate secret", Worker.rotate_secret, Worker.have_extra_secret),
    Step("register", Worker.register),
    Step("withdraw", Worker.withdraw, Worker.be_connected),
)


def tokens(answer: httpx.Response) -> Result:
    return {name: value for name, value in answer.json().items() if name in {"access_token", "refresh_token"}}


def secret_ids(page: Page) -> set[str]:
    return {link.split("/")[-2] for link in page.links if "/secrets/" in link and link.endswith("/end")}


def logo_address(page: Page) -> str:
    """The application's own, which stands after the tenant's."""
    return re.findall(r'<img src="([^"]+)"', page.source)[-1]


def logo(colour: str) -> dict[str, tuple[str, bytes, str]]:
    """A form's file: a PNG of 64 pixels a side that is mostly of this colour."""
    rows = (b"\0" + b"\x30\x60\x90" * 8 + bytes.fromhex(colour) * 56) * 64

    def chunk(kind: bytes, content: bytes) -> bytes:
        whole = kind + content
        return struct.pack("!I", len(content)) + whole + struct.pack("!I", zlib.crc32(whole))

    head = chunk(b"IHDR", struct.pack("!IIBBBBB", 64, 64, 8, 2, 0, 0, 0))
    png = b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return {"logo": ("logo.png", png, "image/png")}
