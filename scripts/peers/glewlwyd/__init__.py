"""Glewlwyd, as Debian has it."""

from __future__ import annotations

import gzip
import json
import sqlite3
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from ..browser import CALLBACK, Browser, authorize_query, basic, redemption
from ..growth import multiply
from ..load import CLIENTS, Flow
from ..peer import PASSWORD, Jobs, Peer

DOCUMENTS = Path("/usr/share/doc/glewlwyd")
CLIENT = {"client_id": "bench", "client_secret": "made for one run of the bench"}
ADMINISTRATOR = {"username": "admin", "password": "password"}
"""As its script for a new database makes it."""


class Glewlwyd(Peer):
    """Set up over its API, as its documents have it; access tokens are JWT that it signs with ES256.

    Its sign-in and consent pages are a program in the browser: what counts as the consent page is the request
    with which that learns who asks for what. One that allows and one that fetches the code follow it.
    """

    name = "Glewlwyd"
    home = Path(__file__).parent
    path = "/config"
    packages = ("glewlwyd",)
    settings = (
        "one process, threads; only flows that end with a token count: where several customers come at once "
        "some get server_error, because it asks for the number of a row after another's insert"
    )

    def prepare(self) -> dict[str, Any]:
        self.make_database()
        (Path(self.address) / "glewlwyd.conf").write_text(self.configuration())
        self.start()
        administrator = self.signed_in(ADMINISTRATOR)
        for kind, made in (
            ("scope", scope()),
            ("mod/plugin", self.provider()),
            ("client", client()),
            *(("user", customer(number)) for number in range(CLIENTS)),
        ):
            self.send(administrator, kind, made)
        self.stop()
        return {}

    def make_database(self) -> None:
        with sqlite3.connect(Path(self.address) / "glewlwyd.db") as store:
            store.execute("PRAGMA journal_mode = WAL")
            store.executescript(document("database/init.sqlite3.sql.gz"))
        store.close()

    def configuration(self) -> str:
        """Debian's own, on a loopback address without TLS."""
        settled = {
            "port": self.port,
            "bind_address": "127.0.0.1",
            "external_url": self.url,
            "cookie_domain": "",
            "cookie_secure": 0,
            "log_level": "ERROR",
        }
        lines = document("glewlwyd.conf.sample.gz").splitlines()
        kept = [line for line in lines if line.lstrip("#").split("=")[0].strip() not in settled]
        text = "\n".join(kept + [f"{name}={json.dumps(value)}" for name, value in settled.items()])
        return text.replace("/var/cache/glewlwyd/glewlwyd.db", f"{self.address}/glewlwyd.db")

    def provider(self) -> dict[str, Any]:
        """The plugin for OpenID Connect, with as little of it switched on as the jobs need."""
        private = openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout")
        allowed = ["allow-non-oidc", "pkce-allowed", "refresh-token-rolling"]
        allowed += [f"auth-type-{grant}-enabled" for grant in ("code", "client", "refresh")]
        allowed += ["introspection-revocation-allowed", "introspection-revocation-allow-target-client"]
        keys = {"jwt-type": "ecdsa", "jwt-key-size": "256", "key": private}
        keys["cert"] = openssl("ec", "-pubout", given=private)
        lives = {"access-token-duration": 3600, "refresh-token-duration": 1209600, "code-duration": 600}
        parameters = {"iss": self.url} | keys | lives | dict.fromkeys(allowed, True)
        return {"module": "oidc", "name": "oidc", "display_name": "OpenID", "parameters": parameters}

    def server(self) -> Sequence[str | Path]:
        return ["glewlwyd", f"--config-file={self.address}/glewlwyd.conf"]

    def crowd(self, count: int) -> None:
        store = Path(self.address) / "glewlwyd.db"
        fresh = {"token_hash": "hex(randomblob(44))", "jti": "hex(randomblob(16))", "id": "NULL"}
        multiply(store, "gpo_access_token", count, {f"gpoa_{name}": value for name, value in fresh.items()})

    def stop(self) -> None:
        """A signal that comes right after its start is lost, so it may need another."""
        while self.process:
            with suppress(subprocess.TimeoutExpired):
                self.process.terminate()
                self.process.wait(1)
                self.process = None

    def jobs(self, made: dict[str, Any]) -> Jobs:
        return self.asked(CLIENT, "/api/oidc/token", "/api/oidc/introspect", self.flow(), scope="read")

    def flow(self) -> Flow:
        query = urlencode(authorize_query(CLIENT["client_id"], scope="read"))
        return Flow(
            page=f"/api/auth/grant/{CLIENT['client_id']}/read",
            ticket='"client_id":"([^"]+)"',
            decision=(f"/api/auth/grant/{CLIENT['client_id']}", json.dumps({"scope": "read"})),
            answer=f"/api/oidc/auth?{query}&g_continue",
            allow="",
            token="/api/oidc/token",
            redeem=redemption(),
            client=basic(**CLIENT),
            cookies=[self.signed_in(customer(number)).cookie for number in range(CLIENTS)],
            may_fail=True,
        )

    # MARK: its API

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def signed_in(self, account: dict[str, Any]) -> Browser:
        browser = Browser(self.port)
        self.send(browser, "auth", {name: account[name] for name in ("username", "password")})
        return browser

    def send(self, browser: Browser, kind: str, made: dict[str, Any]) -> None:
        status, _, said = browser.ask("POST", f"/api/{kind}/", json=made)
        if status != 200:
            raise SystemExit(f"bench: Glewlwyd refuses a {kind} ({status})\n{said}")


def document(name: str) -> str:
    return gzip.decompress((DOCUMENTS / name).read_bytes()).decode()


def scope() -> dict[str, Any]:
    return {"name": "read", "display_name": "See your machines", "password_required": True, "scheme": {}}


def client() -> dict[str, Any]:
    return CLIENT | {
        "name": "Bench Rentals",
        "confidential": True,
        "enabled": True,
        "redirect_uri": [CALLBACK],
        "authorization_type": ["code", "client_credentials", "refresh_token"],
        "token_endpoint_auth_method": ["client_secret_basic", "client_secret_post"],
        "scope": ["read"],
    }


def customer(number: int) -> dict[str, Any]:
    name = f"customer-{number}"
    return {"username": name, "password": PASSWORD, "enabled": True, "scope": ["read", "g_profile"]}


def openssl(*arguments: str, given: str = "") -> str:
    done = subprocess.run(["openssl", *arguments], input=given, capture_output=True, text=True, check=True)
    return done.stdout
