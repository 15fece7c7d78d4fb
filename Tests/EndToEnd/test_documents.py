"""The documents themselves: addresses, commands and examples are read from their text and tried with curl."""

from __future__ import annotations

import base64
import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import pytest

from portal.nginx import nginx
from portal.oauth import Application, Page, Person
from portal.server import PASSWORD, ROOT, SHARED, Server, Tenant, free_port

SEEDS = SHARED / "seeds"
HOSTS = ("rovitracker.com", "app.rovitracker.com", "rest.cameramanager.com", "developer.lametric.com")
CALLBACK = "https://client.example/callback"

pytestmark = pytest.mark.skipif(
    not SEEDS.exists(), reason=f"no documents in {SEEDS} (PORTAL_SHARED says where)"
)


def document(number: str) -> str:
    return next(SEEDS.glob(f"{number}_*.txt")).read_text()


def example(text: str, after: str) -> dict[str, Any]:
    """The first JSON object of a document after some words."""
    start = text.index("{", text.index(after))
    found, _ = json.JSONDecoder(object_pairs_hook=dict).raw_decode(text[start:])
    return dict(found)


# MARK: the providers, reachable at the addresses their documents name


@dataclass
class Internet:
    """Our server as curl sees it: with and without TLS, under every documented host name."""

    server: Server
    secure_port: int
    certificate: Path

    @property
    def options(self) -> list[str]:
        options = ["--silent", "--show-error", "--include", "--cacert", str(self.certificate)]
        for host in HOSTS:
            options += ["--connect-to", f"{host}:443:127.0.0.1:{self.secure_port}"]
            options += ["--connect-to", f"{host}:80:127.0.0.1:{self.server.port}"]
        return options

    def curl(self, command: str) -> httpx.Response:
        """Runs a curl command line as it is printed."""
        assert command.startswith("curl ")
        line = f"curl {shlex.join(self.options)} {command.removeprefix('curl ')}"
        done = subprocess.run(["bash", "-c", line], capture_output=True, timeout=30)
        assert done.returncode == 0, done.stderr.decode()
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        status, *lines = head.decode().split("\r\n")
        headers = [tuple(line.split(": ", 1)) for line in lines]
        return httpx.Response(int(status.split()[1]), headers=headers, content=body)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def internet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Internet]:
    folder = tmp_path_factory.mktemp("internet")
    server = Server(folder / "data")
    for name in ("rovitracker", "cameramanager", "lametric"):
        server.succeed("tenant", "import", str(ROOT / f"Tenants/{name}.json5"))
    server.start()
    try:
        with with_tls(folder, server.port) as (port, certificate):
            yield Internet(server, port, certificate)
    finally:
        server.stop()


@contextmanager
def with_tls(folder: Path, behind: int) -> Iterator[tuple[int, Path]]:
    """An nginx with a certificate for all hosts, in front of the server."""
    key, certificate, port = folder / "key.pem", folder / "certificate.pem", free_port()
    names = ",".join(f"DNS:{host}" for host in HOSTS)
    subprocess.run(
        shlex.split("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2")
        + ["-subj", "/CN=documents", "-addext", f"subjectAltName={names}"]
        + ["-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
    )
    here = (
        f"server {{ listen 127.0.0.1:{port} ssl;"
        f" ssl_certificate {certificate}; ssl_certificate_key {key};"
        f" location / {{ proxy_pass http://127.0.0.1:{behind}; proxy_set_header Host $host; }} }}"
    )
    with nginx(folder, here, f"https://127.0.0.1:{port}/healthz"):
        yield port, certificate


def sent_back_from(person: Person, address: str) -> str:
    """Where a customer who opens a documented address and allows is sent."""
    parts = urlsplit(address)
    answer = person.get(f"{parts.path}?{parts.query}")
    if not answer.has_redirect_location:
        answer = person.answer(Page(answer), "allow")
    return str(answer.headers["location"])


def filled(text: str, **values: str) -> str:
    """A documented text with its placeholders replaced; longer ones first, both spellings of the line."""
    for name in sorted(values, key=len, reverse=True):
        for spelled in (name, name.replace("_", "-")):
            text = re.sub(rf"\b{spelled}\b", lambda _: values[name], text)
    return text


# MARK: what our transcripts refer to


TRANSCRIPTS = sorted((ROOT / "Conformance").glob("*.json5"))


@pytest.mark.parametrize("transcript", TRANSCRIPTS, ids=lambda file: file.stem)
def test_every_line_a_transcript_names_is_there(transcript: Path) -> None:
    for number, line in re.findall(r"\b(00\d):(\d+)", transcript.read_text()):
        assert document(number).splitlines()[int(line) - 1].strip(), f"{number}:{line}"


# MARK: RoviTracker


@pytest.mark.parametrize("number", ["000", "001"])
def test_rovitracker(internet: Internet, number: str) -> None:
    text = document(number)
    tenant = internet.server.tenant("rovitracker")
    application = tenant.application(redirect_uris=(CALLBACK,))
    address = re.search(r"https://\S+/authorize\?\S+", text)
    token = re.search(r"https://\S+/oauth2/token", text)
    assert address and token
    values = {"CLIENT_ID": application.client_id, "STATE": "xyz", "REDIRECT_URI": quote(CALLBACK, safe="")}
    location = sent_back_from(tenant.customer(), filled(address.group(), **values))
    # “Customer is redirected to REDIRECT_URI?code=AUTHORIZATION_CODE&state=STATE”
    template = re.search(r"REDIRECT_URI\?code=\S+", text)
    assert template
    code = location.split("code=")[1].split("&")[0]
    assert location == filled(
        template.group(), REDIRECT_URI=CALLBACK, AUTHORIZATION_CODE=code, STATE="xyz"
    )
    # The form of the body stands in the first version of the page only.
    form = re.search(r"client_id=X+&client_secret=X+&code=X+", document("000"))
    assert form
    given = iter([application.client_id, application.client_secret or "", code])
    body = re.sub("X+", lambda _: next(given), form.group())
    answer = internet.curl(f"curl -d {shlex.quote(body)} {token.group()}")
    assert answer.status_code == 200, answer.text
    promised, came = example(text, "access token like"), answer.json()
    assert list(came)[: len(promised)] == list(promised) and came["type"] == promised["type"]
    assert re.fullmatch("[0-9a-f]{22,}", came["access_token"])


# MARK: CameraManager


def test_cameramanager(internet: Internet) -> None:
    text = document("003")
    tenant = internet.server.tenant("cameramanager")
    application, person = tenant.application(redirect_uris=()), tenant.customer(signed_in=False)
    login, refresh = re.findall(r"https?://\S+/oauth/token\?\S+", text)
    logout = re.search(r"http://\S+/tokens/current", text)
    assert login.startswith("http://") and refresh.startswith("https://") and logout
    basic = base64.b64encode(f"{application.client_id}:{application.client_secret}".encode()).decode()
    headers = f"-H 'Accept: application/json' -H 'Authorization: Basic {basic}'"
    login = login.replace("<username>", quote(person.email)).replace("<password>", quote(PASSWORD))

    first = internet.curl(f"curl -X POST {headers} '{login}'")
    assert first.status_code == 200, first.text
    alike(first.json(), example(text, "Response:"))
    token = first.json()["refresh_token"]
    example_token = re.search(r"refresh_token=(\S+)", refresh)
    assert example_token and shape(token) == shape(example_token.group(1)) == "8-4-4-4-12:5"

    second = internet.curl(f"curl -X POST {headers} '{refresh.replace(example_token.group(1), token)}'")
    assert second.status_code == 200, second.text
    alike(second.json(), example(text[text.index("3. Get new") :], "Response:"))
    assert second.json()["refresh_token"] == token
    assert second.json()["access_token"] != first.json()["access_token"]

    bearer = f"-H 'Accept: application/json' -H 'Authorization: Bearer {second.json()['access_token']}'"
    ended = internet.curl(f"curl -X DELETE {bearer} {logout.group()}")
    assert ended.status_code == 200 and ended.content == b""
    assert internet.curl(f"curl -X DELETE {bearer} {logout.group()}").status_code == 401
    again = internet.curl(f"curl -X POST {headers} '{refresh.replace(example_token.group(1), token)}'")
    assert again.status_code == 400 and again.json()["error"] == "invalid_grant"


def alike(came: dict[str, Any], promised: dict[str, Any]) -> None:
    """The same keys in the same order, values of the same types, and the same fixed words."""
    assert list(came) == list(promised)
    for name, value in promised.items():
        assert type(came[name]) is type(value), name
    assert came["token_type"] == promised["token_type"]
    assert came["scope"] == promised["scope"]
    assert 0 <= came["expires_in"] - promised["expires_in"] <= 1


def shape(token: str) -> str:
    return re.sub(r"[0-9a-f]+", lambda part: str(len(part.group())), token)


# MARK: LaMetric


@pytest.fixture
def lametric(internet: Internet) -> tuple[Tenant, Application, dict[str, str]]:
    tenant = internet.server.tenant("lametric")
    application = tenant.application(
        redirect_uris=(CALLBACK,), scopes=("basic", "devices_read", "devices_write")
    )
    values = {
        "CLIENT_ID": application.client_id,
        "CLIENT_SECRET": application.client_secret or "",
        "REDIRECT_URI": quote(CALLBACK, safe=""),
        "AUTHORIZATION_REDIRECT_URI": CALLBACK,
        "SCOPE": "basic+devices_read",
        "STATE": "xyz",
    }
    return tenant, application, values


def commands(text: str) -> list[str]:
    """The curl commands of a document, with the lines they are broken into."""
    return re.findall(r"curl -F(?:.*\\\n)+.*", text)


def test_lametric_server_side(
    internet: Internet, lametric: tuple[Tenant, Application, dict[str, str]]
) -> None:
    text = document("004")
    tenant, _, values = lametric
    address = re.search(r"https://\S+response_type=code\S+", text)
    assert address
    location = sent_back_from(tenant.customer(), filled(address.group(), **values))
    code = location.split("code=")[1].split("&")[0]
    assert location == f"{CALLBACK}?code={code}&state=xyz"

    redeem, refresh = commands(text)
    first = internet.curl(filled(redeem, CODE=code, **values))
    assert first.status_code == 200, first.text
    alike(first.json(), example(text, "Example:"))
    second = internet.curl(filled(refresh, REFRESH_TOKEN=first.json()["refresh_token"], **values))
    assert second.status_code == 200, second.text
    alike(second.json(), example(text, "An example response JSON"))
    assert second.json()["refresh_token"] != first.json()["refresh_token"]
    for answer in (first, second):
        for name in ("access_token", "refresh_token"):
            assert re.fullmatch("[0-9a-f]{40}", answer.json()[name])


def test_lametric_client_side(lametric: tuple[Tenant, Application, dict[str, str]]) -> None:
    text = document("004")
    tenant, _, values = lametric
    address = re.search(r"https://\S+response_type=token\S+", text)
    template = re.search(r"http://redirect-uri/(#\S+)", text)
    assert address and template
    location = sent_back_from(tenant.customer(), filled(address.group(), **values))
    token = location.split("access_token=")[1].split("&")[0]
    assert location == CALLBACK + filled(
        template.group(1), ACCESS_TOKEN=token, SCOPE="basic%20devices_read", STATE="xyz"
    )


def test_lametric_when_the_token_is_not_valid_any_more(internet: Internet) -> None:
    text = document("004")
    printed = text[text.index("HTTP/1.1 401") :]
    promised = {
        name.lower(): value for name, value in re.findall(r"^ +([A-Za-z-]+): (.*)$", printed, flags=re.M)
    }
    body = re.search(r"^ +(\{.*\})$", printed, flags=re.M)
    assert body
    answer = internet.curl(
        "curl -H 'Authorization: Bearer 0334613c79f116511fb81bc70f6dbaf20d002143'"
        " https://developer.lametric.com/oauth2/verify"
    )
    assert answer.status_code == 401
    assert answer.headers.get_list("www-authenticate")[0] == promised["www-authenticate"]
    assert answer.headers["content-type"] == promised["content-type"]
    assert answer.text == body.group(1)


@pytest.mark.parametrize("spelling", ["", "/"])
def test_lametric_takes_scopes_combined_as_its_page_says(
    lametric: tuple[Tenant, Application, dict[str, str]], spelling: str
) -> None:
    text = document("004")
    tenant, _, values = lametric
    scope = re.search(r"^\s+scope=(\S+)$", text, flags=re.M)
    address = re.search(r"https://\S+response_type=token\S+", text)
    assert scope and address
    wanted = filled(address.group(), **values | {"SCOPE": scope.group(1)})
    wanted = wanted.replace("authorize/?", f"authorize{spelling}?")
    location = sent_back_from(tenant.customer(), wanted)
    assert "&scope=" + scope.group(1).replace("+", "%20") + "&" in location
