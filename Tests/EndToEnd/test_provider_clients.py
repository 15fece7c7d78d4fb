"""The providers through the libraries of partners: requests-oauthlib, Authlib, x/oauth2, ruby-oauth2."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from oauthlib.oauth2 import BackendApplicationClient, LegacyApplicationClient, MobileApplicationClient
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session

from portal.oauth import Application, note
from portal.server import PASSWORD, Server, Tenant

HERE = Path(__file__).parent
CALLBACK = "https://client.example/callback"


@pytest.fixture(autouse=True)
def plain_http() -> Iterator[None]:
    """What the quick start of requests-oauthlib says for localhost."""
    os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
    yield
    del os.environ["OAUTHLIB_INSECURE_TRANSPORT"]


@dataclass
class Provider:
    """A provider as its documents name it, below the server's path."""

    tenant: Tenant
    authorize_path: str
    token_path: str
    scope: str | None

    @property
    def authorize(self) -> str:
        return self.tenant.base + self.authorize_path

    @property
    def token(self) -> str:
        return self.tenant.base + self.token_path

    def application(self, redirect_uris: tuple[str, ...] = (CALLBACK,)) -> Application:
        return self.tenant.application(redirect_uris=redirect_uris)

    def sent_back(self, url: str) -> str:
        person = self.tenant.customer()
        return person.answer(person.page(url), "allow").headers["location"]

    def works(self, token: str) -> bool:
        note(token)
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.get(f"{self.tenant.base}/oauth2/verify", headers=headers).status_code == 204


@pytest.fixture(scope="module")
def rovitracker(server: Server) -> Provider:
    return Provider(server.tenant("rovitracker"), "/app/oauth2/authorize", "/app/oauth2/token", None)


@pytest.fixture(scope="module")
def valuekeep(server: Server) -> Provider:
    return Provider(server.tenant("valuekeep"), "", "/connect/token", "application")


@pytest.fixture(scope="module")
def cameramanager(server: Server) -> Provider:
    return Provider(server.tenant("cameramanager"), "/oauth/authorize", "/oauth/token", "write")


@pytest.fixture(scope="module")
def lametric(server: Server) -> Provider:
    paths = ("/api/v2/oauth2/authorize", "/api/v2/oauth2/token")
    return Provider(server.tenant("lametric"), *paths, "basic devices_read")


# MARK: requests-oauthlib


def test_requests_oauthlib_with_rovitracker(rovitracker: Provider) -> None:
    application = rovitracker.application()
    session = OAuth2Session(application.client_id, redirect_uri=CALLBACK)
    url, _ = session.authorization_url(rovitracker.authorize)
    back = rovitracker.sent_back(url)
    tokens = session.fetch_token(
        rovitracker.token, authorization_response=back, client_secret=application.client_secret
    )
    assert tokens["type"] == "Bearer" and "expires_at" not in tokens
    assert rovitracker.works(tokens["access_token"])


def test_requests_oauthlib_with_valuekeep(valuekeep: Provider) -> None:
    application = valuekeep.application(redirect_uris=())
    client = BackendApplicationClient(client_id=application.client_id, scope=["application"])
    session = OAuth2Session(client=client)
    tokens = session.fetch_token(valuekeep.token, client_secret=application.client_secret)
    assert tokens["expires_in"] == 14400 and valuekeep.works(tokens["access_token"])


def test_requests_oauthlib_with_cameramanager(cameramanager: Provider) -> None:
    application = cameramanager.application()
    customer = cameramanager.tenant.customer(signed_in=False)
    client = LegacyApplicationClient(client_id=application.client_id, scope=["write"])
    session = OAuth2Session(client=client)
    auth = HTTPBasicAuth(application.client_id, str(application.client_secret))
    tokens = session.fetch_token(
        cameramanager.token, username=customer.email, password=PASSWORD, auth=auth, scope=["write"]
    )
    assert tokens["token_type"] == "bearer" and cameramanager.works(tokens["access_token"])
    fresh = session.refresh_token(cameramanager.token, auth=auth)
    assert fresh["refresh_token"] == tokens["refresh_token"] and cameramanager.works(fresh["access_token"])


def test_requests_oauthlib_with_lametric(lametric: Provider) -> None:
    application = lametric.application()
    session = OAuth2Session(application.client_id, redirect_uri=CALLBACK, scope=["basic", "devices_read"])
    url, _ = session.authorization_url(lametric.authorize)
    tokens = session.fetch_token(
        lametric.token,
        authorization_response=lametric.sent_back(url),
        client_secret=application.client_secret,
    )
    pair = {"client_id": application.client_id, "client_secret": application.client_secret}
    fresh = session.refresh_token(lametric.token, **pair)
    assert fresh["refresh_token"] != tokens["refresh_token"] and lametric.works(fresh["access_token"])
    again = session.refresh_token(lametric.token, refresh_token=tokens["refresh_token"], **pair)
    assert lametric.works(again["access_token"])


def test_requests_oauthlib_reads_the_token_of_the_fragment(lametric: Provider) -> None:
    application = lametric.application()
    client = MobileApplicationClient(client_id=application.client_id, scope=["basic", "devices_read"])
    session = OAuth2Session(client=client, redirect_uri=CALLBACK, scope=["basic", "devices_read"])
    url, _ = session.authorization_url(lametric.authorize)
    tokens = session.token_from_fragment(lametric.sent_back(url))
    assert lametric.works(tokens["access_token"]) and "refresh_token" not in tokens


# MARK: Authlib


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_authlib_with_each_code_provider(
    rovitracker: Provider, lametric: Provider, cameramanager: Provider, method: str
) -> None:
    for provider in (rovitracker, lametric, cameramanager):
        application = provider.application()
        session = AuthlibSession(
            application.client_id,
            application.client_secret,
            redirect_uri=CALLBACK,
            scope=provider.scope,
            token_endpoint_auth_method=method,
        )
        url, _ = session.create_authorization_url(provider.authorize)
        tokens = session.fetch_token(provider.token, authorization_response=provider.sent_back(url))
        assert provider.works(tokens["access_token"])
        if "refresh_token" in tokens:
            fresh = session.refresh_token(provider.token, tokens["refresh_token"])
            assert provider.works(fresh["access_token"])


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_authlib_without_a_browser(valuekeep: Provider, cameramanager: Provider, method: str) -> None:
    application = valuekeep.application(redirect_uris=())
    session = AuthlibSession(
        application.client_id,
        application.client_secret,
        scope="application",
        token_endpoint_auth_method=method,
    )
    own = session.fetch_token(valuekeep.token, grant_type="client_credentials")
    assert valuekeep.works(own["access_token"])

    application = cameramanager.application()
    customer = cameramanager.tenant.customer(signed_in=False)
    session = AuthlibSession(
        application.client_id,
        application.client_secret,
        scope="write",
        token_endpoint_auth_method=method,
    )
    tokens = session.fetch_token(cameramanager.token, username=customer.email, password=PASSWORD)
    assert tokens["token_type"] == "bearer" and cameramanager.works(tokens["access_token"])


# MARK: programs in Go and Ruby

Line = list[str]
Program = Callable[..., list[Line]]


def run(command: list[str], back: Callable[[str], str] | None, environment: dict[str, str]) -> list[Line]:
    """What a program prints, one token a line; it is handed the address the customer came back to."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | environment,
    )
    assert process.stdin and process.stdout
    address = back(process.stdout.readline().strip()) + "\n" if back else None
    out, error = process.communicate(address, timeout=90)
    assert process.returncode == 0, error
    return [line.split(" ") for line in out.splitlines()]


@pytest.fixture(scope="module")
def in_go() -> Program:
    environment = {"GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOPROXY": "off", "GOFLAGS": ""}

    def program(
        way: str, provider: Provider, application: Application, *rest: str, back: Any = None
    ) -> list[Line]:
        pair = [application.client_id, str(application.client_secret)]
        files = [str(HERE / "go/provider.go"), str(HERE / "go/shared.go")]
        words = ["go", "run", *files, way, provider.authorize, provider.token]
        return run([*words, *pair, *rest], back, environment)

    return program


@pytest.fixture(scope="module", params=["request_body", "basic_auth"])
def in_ruby(request: pytest.FixtureRequest) -> Program:
    def program(
        way: str, provider: Provider, application: Application, *rest: str, back: Any = None
    ) -> list[Line]:
        pair = [application.client_id, str(application.client_secret), request.param]
        words = ["ruby", str(HERE / "ruby/provider.rb"), way, provider.authorize, provider.token]
        return run([*words, *pair, *rest], back, {})

    return program


def code_flows(program: Program, rovitracker: Provider, lametric: Provider, scope: list[str]) -> None:
    forever = program("code", rovitracker, rovitracker.application(), CALLBACK, back=rovitracker.sent_back)
    assert [(line[0], line[3]) for line in forever] == [("Bearer", "false")]
    assert rovitracker.works(forever[0][1])
    pair = program("code", lametric, lametric.application(), CALLBACK, *scope, back=lametric.sent_back)
    assert [(line[0], line[3]) for line in pair] == [("Bearer", "true")] * 2
    assert all(lametric.works(line[1]) for line in pair) and pair[0][2] != pair[1][2]


def other_flows(program: Program, valuekeep: Provider, cameramanager: Provider, type_of_bearer: str) -> None:
    own = program("own", valuekeep, valuekeep.application(redirect_uris=()), "application")
    assert len(own) == 1 and valuekeep.works(own[0][1])
    customer = cameramanager.tenant.customer(signed_in=False)
    application = cameramanager.application()
    pair = program("password", cameramanager, application, customer.email, PASSWORD, "write")
    assert [line[0] for line in pair] == [type_of_bearer] * 2
    assert pair[0][2] == pair[1][2] and pair[0][1] != pair[1][1]
    assert all(cameramanager.works(line[1]) for line in pair)


def test_go_with_the_code_providers(in_go: Program, rovitracker: Provider, lametric: Provider) -> None:
    code_flows(in_go, rovitracker, lametric, ["basic", "devices_read"])


def test_go_without_a_browser(in_go: Program, valuekeep: Provider, cameramanager: Provider) -> None:
    other_flows(in_go, valuekeep, cameramanager, "Bearer")


def test_ruby_with_the_code_providers(in_ruby: Program, rovitracker: Provider, lametric: Provider) -> None:
    code_flows(in_ruby, rovitracker, lametric, ["basic devices_read"])


def test_ruby_without_a_browser(in_ruby: Program, valuekeep: Provider, cameramanager: Provider) -> None:
    other_flows(in_ruby, valuekeep, cameramanager, "bearer")
