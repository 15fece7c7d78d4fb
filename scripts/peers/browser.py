"""Just enough of a browser for the bench: cookies, forms, no redirects followed."""

from __future__ import annotations

import base64
import hashlib
import html
import http.client
import re
import urllib.parse
from json import dumps

from .load import FORM

VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
CALLBACK = "https://client.example/callback"


class Browser:
    """Somebody's cookies at one server."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}

    def ask(
        self, method: str, path: str, fields: dict[str, str] | None = None, json: object = None
    ) -> tuple[int, dict[str, str], str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        kind = FORM if json is None else {"Content-Type": "application/json"}
        body = urllib.parse.urlencode(fields) if fields else json and dumps(json)
        connection.request(method, path, body, {"Cookie": self.cookie, **kind})
        answer = connection.getresponse()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.split(";")[0]
        return answer.status, dict(answer.getheaders()), answer.read().decode()

    def sign_in(self, path: str, proof: str, **fields: str) -> Browser:
        """Sends the form at `path`, with the hidden field called `proof` as the page has it."""
        _, _, page = self.ask("GET", path)
        found = re.findall(rf'name="{proof}"[^>]*value="([^"]*)"|value="([^"]*)"[^>]*name="{proof}"', page)
        status, _, _ = self.ask("POST", path, {proof: html.unescape("".join(found[0])), **fields})
        if status not in {302, 303}:
            raise SystemExit(f"bench: a customer cannot sign in ({status})")
        return self

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())


def basic(client_id: str, client_secret: str) -> dict[str, str]:
    """The header field with which a client proves who it is (RFC 6749 §2.3.1)."""
    return {"Authorization": "Basic " + base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()}


def authorize_query(client_id: str, **more: str) -> dict[str, str]:
    """The parameters of an authorize link."""
    return {
        "response_type": "code",
        "client_id": client_id,
        "state": "x",
        "redirect_uri": CALLBACK,
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **more,
    }


def redemption() -> str:
    """The token request up to the code's value."""
    fields = {"grant_type": "authorization_code", "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    return urllib.parse.urlencode(fields) + "&code="
