"""What the documents leave open and their readers do, with curl and the providers' own host names."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest

from portal.oauth import Application, Person, basic, note, parameters
from portal.server import PASSWORD, Server, Tenant

CALLBACK = "https://client.example/callback"
TYPO = "Basic Y2FtZXJhbWFuYWdlci50ZXN0InF3ZXJ0eXVpb3Bhc2RmZ2hqa2x6eGN2Ym5tMTIzNDU="
"""The second sample of the CameraManager document: a quote stands where the colon belongs."""


@dataclass
class Reply:
    """What `curl --include` printed."""

    status: int
    headers: dict[str, list[str]]
    body: str

    @property
    def json(self) -> dict[str, Any]:
        members: dict[str, Any] = json.loads(self.body)
        return members


def curl(server: Server, *words: str) -> Reply:
    """Runs curl with every host name leading to the server."""
    mapped = ["--connect-to", f":80:127.0.0.1:{server.port}"]
    done = subprocess.run(
        ["curl", "--silent", "--show-error", "--include", *mapped, *words], capture_output=True, timeout=30
    )
    assert done.returncode == 0, done.stderr.decode()
    head, _, body = done.stdout.decode().partition("\r\n\r\n")
    status, *lines = head.split("\r\n")
    headers: dict[str, list[str]] = {}
    for line in lines:
        name, _, value = line.partition(": ")
        headers.setdefault(name.lower(), []).append(value)
    reply = Reply(int(status.split()[1]), headers, body)
    if body.startswith('{"access_token"'):
        note(reply.json["access_token"], reply.json.get("refresh_token"))
    return reply


def header(name: str, value: str) -> list[str]:
    return ["-H", f"{name}: {value}" if value else f"{name}:"]


@pytest.fixture(scope="module")
def key(cameramanager: Tenant) -> Application:
    return cameramanager.application(redirect_uris=(CALLBACK,))


# MARK: RoviTracker


@pytest.mark.parametrize("host", ["rovitracker.com", "app.rovitracker.com"])
@pytest.mark.parametrize(
    "types",
    [
        header("Content-Type", "application/x-www-form-urlencoded"),
        header("Content-Type", "") + header("ContentType", "application/x-www-form-urlencoded"),
        header("Content-Type", "") + header("contenttype", "x"),
        header("Content-Type", "text/plain;charset=UTF-8"),
    ],
)
def test_rovitracker_reads_a_body_that_does_not_say_what_it_is(
    server: Server, rovitracker: Tenant, host: str, types: list[str]
) -> None:
    application = rovitracker.application(redirect_uris=(CALLBACK,))
    query = urlencode({"client_id": application.client_id, "state": "xyz", "redirect_uri": CALLBACK})
    customer = rovitracker.customer()
    back = customer.answer(customer.page(f"/app/oauth2/authorize?{query}"), "allow").headers["location"]
    pair = {"client_id": application.client_id, "client_secret": str(application.client_secret)}
    body = urlencode(pair | {"code": parameters(back)["code"]})
    reply = curl(server, "-X", "POST", *types, "--data", body, f"http://{host}/app/oauth2/token")
    assert reply.status == 200 and list(reply.json) == ["access_token", "type", "token_type"]
    bearer = header("Authorization", f"bearer {reply.json['access_token']}")
    live = curl(server, *bearer, f"http://{host}/oauth2/verify")
    assert live.status == 204 and live.headers["x-auth-client"] == [application.client_id]


def test_rovitracker_sends_customers_to_its_own_sign_in(server: Server, rovitracker: Tenant) -> None:
    application = rovitracker.application(redirect_uris=(CALLBACK,))
    query = urlencode({"client_id": application.client_id, "redirect_uri": CALLBACK})
    reply = curl(server, f"http://rovitracker.com/app/oauth2/authorize?{query}")
    assert reply.status == 303 and reply.headers["location"][0].startswith("/sign-in?request=")


# MARK: Valuekeep, whose example request is cut off


@pytest.mark.parametrize("path", ["/connect/token", "/oauth/token"])
@pytest.mark.parametrize("how", ["form", "multipart", "basic"])
def test_valuekeep_as_its_clients_ask(server: Server, path: str, how: str) -> None:
    application = server.tenant("valuekeep").application(redirect_uris=())
    pair = {"client_id": application.client_id, "client_secret": str(application.client_secret)}
    asked = {"grant_type": "client_credentials", "scope": "application"}
    words = {
        "form": ["--data", urlencode(asked | pair)],
        "multipart": [word for name, value in (asked | pair).items() for word in ("-F", f"{name}={value}")],
        "basic": ["-u", ":".join(pair.values()), "--data", urlencode(asked)],
    }[how]
    reply = curl(server, *words, "http://api.valuekeep.com" + path)
    assert reply.status == 200, reply.body
    assert list(reply.json) == ["access_token", "expires_in", "token_type", "scope"]
    rest = {"expires_in": 14400, "token_type": "Bearer", "scope": "application"}
    assert reply.json == rest | {"access_token": reply.json["access_token"]}


def test_valuekeep_speaks_of_an_invalid_token_error(server: Server) -> None:
    reply = curl(server, *header("Authorization", "Bearer expired"), "http://api.valuekeep.com/oauth2/verify")
    assert reply.status == 401 and "Invalid Token Error" in reply.json["error_description"]
    assert 'error="invalid_token"' in reply.headers["www-authenticate"][0]


# MARK: CameraManager


def test_cameramanager_explains_the_header_of_its_second_example(server: Server) -> None:
    address = "http://rest.cameramanager.com/oauth/token?grant_type=refresh_token&scope=write&refresh_token=x"
    reply = curl(server, "-X", "POST", *header("Authorization", TYPO), address)
    assert reply.status == 401 and reply.json["error"] == "invalid_client"
    assert "':'" in reply.json["error_description"] and "qwerty" not in reply.body
    assert reply.headers["www-authenticate"][0].startswith("Basic")


def test_cameramanager_takes_everything_in_the_query_and_nothing_of_it_reaches_the_log(
    server: Server, cameramanager: Tenant, key: Application
) -> None:
    customer: Person = cameramanager.customer(signed_in=False)
    fields = {
        "grant_type": "password",
        "username": customer.email + " ",
        "password": PASSWORD,
        "client_id": key.client_id,
        "client_secret": str(key.client_secret),
        "marker": "s0ught-for",
    }
    address = f"http://rest.cameramanager.com/oauth/token?{urlencode(fields)}"
    for body in ([], ["--json", '{"formValues":{"username":"x"}}'], ["--data", ""]):
        reply = curl(server, "-X", "POST", *body, address)
        assert reply.status == 200, reply.body
        assert reply.json["token_type"] == "bearer"
    log = server.noted()
    secrets = [PASSWORD, PASSWORD.replace(" ", "+"), str(key.client_secret), reply.json["access_token"]]
    for secret in [*secrets, "s0ught-for", customer.email]:
        assert secret not in log


def test_cameramanager_lets_a_page_of_any_site_ask(server: Server, key: Application) -> None:
    asked = header("Origin", "http://localhost:4200") + header("Access-Control-Request-Method", "POST")
    asked += header("Access-Control-Request-Headers", "access-control-allow-origin,authorization")
    for path in ("/oauth/token", "/rest/v2.0/users/self/tokens/current"):
        reply = curl(server, "-X", "OPTIONS", *asked, "http://rest.cameramanager.com" + path)
        assert reply.status == 204
        assert reply.headers["access-control-allow-origin"] == ["*"]
        allowed = reply.headers["access-control-allow-headers"]
        assert allowed == ["access-control-allow-origin,authorization"]


def test_cameramanager_wrong_passwords_are_few(
    server: Server, cameramanager: Tenant, key: Application
) -> None:
    customer = cameramanager.customer(signed_in=False)
    fields = {"grant_type": "password", "username": customer.email, "password": "not the one"}
    words = ["-X", "POST", *header("X-Forwarded-For", "198.51.100.77")]
    for name, value in basic(key.client_id, str(key.client_secret)).items():
        words += header(name, value)
    address = f"http://rest.cameramanager.com/oauth/token?{urlencode(fields)}"
    replies = [curl(server, *words, address) for _ in range(6)]
    assert [reply.status for reply in replies] == [400] * 5 + [429]
    assert replies[0].json == {"error": "invalid_grant", "error_description": "Bad credentials"}
    assert int(replies[-1].headers["retry-after"][0]) > 600
    right = curl(server, *words, address.replace("not+the+one", PASSWORD.replace(" ", "%20")))
    assert right.status == 429, "the right one waits too"


def test_cameramanager_takes_a_body_no_larger_at_its_own_path(server: Server, key: Application) -> None:
    words = ["--data", "x=" + "y" * 20_000, "http://rest.cameramanager.com/oauth/token"]
    assert curl(server, *words).status == 413
