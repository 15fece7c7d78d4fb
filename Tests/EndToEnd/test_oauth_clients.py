"""Software that partners really use: requests-oauthlib, Authlib, golang.org/x/oauth2, curl."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from oauthlib.oauth2 import BackendApplicationClient
from requests_oauthlib import OAuth2Session

from portal.oauth import Application, Person, challenge_of, parameters
from portal.server import Server, Tenant

VERIFIER = "python-" * 8


@pytest.fixture(autouse=True)
def plain_http() -> Iterator[None]:
    """What the quick start of requests-oauthlib says for localhost."""
    os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
    yield
    del os.environ["OAUTHLIB_INSECURE_TRANSPORT"]


@pytest.fixture(scope="module")
def client(standard: Tenant) -> Application:
    return standard.application("Library Ltd")


def sent_back(person: Person, url: str) -> str:
    """Where the customer ends up when they allow what `url` asks for."""
    return person.answer(person.page(url), "allow").headers["location"]


def test_requests_oauthlib_gets_refreshes_and_uses_tokens(customer: Person, client: Application) -> None:
    session = OAuth2Session(client.client_id, redirect_uri=client.redirect_uri, pkce="S256")
    url, state = session.authorization_url(f"{client.base}/oauth2/authorize")
    tokens = session.fetch_token(
        f"{client.base}/oauth2/token",
        authorization_response=sent_back(customer, url),
        client_secret=client.client_secret,
    )
    assert tokens["token_type"] == "Bearer" and client.is_active(tokens["access_token"])
    auth = (client.client_id, client.client_secret)
    fresh = session.refresh_token(f"{client.base}/oauth2/token", auth=auth)
    assert fresh["refresh_token"] != tokens["refresh_token"] and client.is_active(fresh["access_token"])


def test_two_workers_that_refresh_one_stored_token_both_go_on_within_a_grace(forgiving: Tenant) -> None:
    client = forgiving.application("Library Ltd", approved=True)
    stored = client.tokens_of(forgiving.customer())
    auth, url = (client.client_id, client.client_secret), f"{client.base}/oauth2/token"
    workers = [OAuth2Session(client.client_id, token=stored) for _ in range(2)]
    for _ in range(2):
        for worker in workers:
            worker.refresh_token(url, auth=auth)
    tokens = {worker.token["refresh_token"] for worker in workers}
    assert len(tokens | {stored["refresh_token"]}) == 3
    assert all(client.is_active(worker.token["access_token"]) for worker in workers)


def test_where_a_tenant_says_so_each_token_a_library_gets_is_in_the_audit_log(server: Server) -> None:
    quay = server.copy_of_standard(tokensInAuditLog=True)
    client = quay.application("Library Ltd", approved=True)
    url, auth = f"{client.base}/oauth2/token", (client.client_id, client.client_secret)
    worker = OAuth2Session(client.client_id, token=client.tokens_of(quay.customer()))
    given = [worker.token["access_token"], worker.refresh_token(url, auth=auth)["access_token"]]
    backend = OAuth2Session(client=BackendApplicationClient(client_id=client.client_id))
    given.append(backend.fetch_token(url, client_secret=client.client_secret)["access_token"])
    entries = [json.loads(line) for line in server.succeed("audit", "export", "--tenant", quay.name).splitlines()]
    details = [entry["detail"] for entry in entries if entry["action"] == "token.issued"]
    grants = ["authorization_code", "refresh_token", "client_credentials"]
    assert [detail.split("grant=")[1].split(";")[0] for detail in details] == grants
    ids = [detail.removeprefix("access_token=").split(";")[0] for detail in details]
    assert all(name in token and token not in detail for name, token, detail in zip(ids, given, details))
    assert "got a token for Library Ltd" in server.succeed("audit", "tail", "--tenant", quay.name)
    assert server.command("audit", "verify", "--tenant", quay.name).returncode == 0


def test_requests_oauthlib_as_a_backend(client: Application) -> None:
    session = OAuth2Session(client=BackendApplicationClient(client_id=client.client_id))
    tokens = session.fetch_token(f"{client.base}/oauth2/token", client_secret=client.client_secret)
    assert client.is_active(tokens["access_token"]) and "refresh_token" not in tokens


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_authlib_goes_the_whole_way(customer: Person, client: Application, method: str) -> None:
    session = AuthlibSession(
        client.client_id,
        client.client_secret,
        redirect_uri=client.redirect_uri,
        code_challenge_method="S256",
        token_endpoint_auth_method=method,
    )
    url, _ = session.create_authorization_url(f"{client.base}/oauth2/authorize", code_verifier=VERIFIER)
    tokens = session.fetch_token(
        f"{client.base}/oauth2/token", authorization_response=sent_back(customer, url), code_verifier=VERIFIER
    )
    fresh = session.refresh_token(f"{client.base}/oauth2/token", tokens["refresh_token"])
    facts = session.introspect_token(f"{client.base}/oauth2/introspect", fresh["access_token"]).json()
    assert facts["active"] and facts["client_id"] == client.client_id
    assert session.revoke_token(f"{client.base}/oauth2/revoke", fresh["refresh_token"]).status_code == 200
    assert not client.is_active(fresh["access_token"])
    own = session.fetch_token(f"{client.base}/oauth2/token", grant_type="client_credentials")
    assert own["token_type"] == "Bearer"


def test_go_x_oauth2_goes_the_whole_way(customer: Person, client: Application) -> None:
    programs = Path(__file__).parent / "go"
    environment = os.environ | {
        "GO111MODULE": "off",
        "GOPATH": "/usr/share/gocode",
        "GOPROXY": "off",
        "GOFLAGS": "",
    }
    process = subprocess.Popen(
        [
            "go",
            "run",
            programs / "main.go",
            programs / "shared.go",
            client.base,
            client.client_id,
            str(client.client_secret),
            client.redirect_uri,
            challenge_of("go" * 30),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    assert process.stdin and process.stdout
    url = process.stdout.readline().strip()
    out, error = process.communicate(sent_back(customer, url) + "\n", timeout=60)
    assert process.returncode == 0, error
    printed = [line.split() for line in out.splitlines()]
    assert [(kind, good) for kind, _, good in printed] == [("Bearer", "true")] * 3
    assert all(client.is_active(token) for _, token, _ in printed)


def test_curl_sees_a_challenge_it_understands(client: Application) -> None:
    done = subprocess.run(
        [
            "curl",
            "-sS",
            "-i",
            "-u",
            f"{client.client_id}:wrong",
            "-d",
            "grant_type=client_credentials",
            f"{client.base}/oauth2/token",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("HTTP/1.1 401") and "WWW-Authenticate: Basic realm=" in done.stdout


def test_curl_with_a_multipart_form_is_told_what_to_do(client: Application) -> None:
    done = subprocess.run(
        [
            "curl",
            "-sS",
            "-u",
            f"{client.client_id}:{client.client_secret}",
            "-F",
            "grant_type=client_credentials",
            f"{client.base}/oauth2/token",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "application/x-www-form-urlencoded" in done.stdout


def test_a_loopback_client_with_an_empty_path_and_an_odd_verifier(standard: Tenant, customer: Person) -> None:
    """git-credential-oauth: any port, no path, `+/=` in verifier and state (ux D2)."""
    native = standard.application("Git Tools Ltd", ["http://127.0.0.1"], kind="public")
    verifier, address = "v+/=" * 12, "http://127.0.0.1:43117"
    page = customer.asked(native, redirect_uri=address, state="x+/==", code_challenge=challenge_of(verifier))
    back = customer.answer(page, "allow").headers["location"]
    assert back.startswith(address + "?") and "state=x%2B%2F%3D%3D" in back
    tokens = native.redeem(parameters(back)["code"], redirect_uri=address, code_verifier=verifier)
    assert tokens.status_code == 200
