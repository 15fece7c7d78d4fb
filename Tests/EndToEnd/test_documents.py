"""The commands and addresses printed in the providers' documents, with the host names mapped to the server."""

from __future__ import annotations

import re
import shlex
from urllib.parse import urlencode

import pytest

from portal.front import Front, Reply
from portal.oauth import Application, Person, note, parameters
from portal.server import PASSWORD, SHARED, Server, Tenant

DOCUMENTS = {file.name[:3]: file.read_text() for file in (SHARED / "seeds").glob("*.txt")}


def printed(document: str, beginning: str, ending: str = r"\s") -> str:
    """What a document prints from `beginning` to the next blank, without its markup."""
    found = re.search(re.escape(beginning) + r".*?(?=" + ending + r"|$)", DOCUMENTS[document], re.DOTALL)
    assert found, f"{document} does not say {beginning}"
    return found.group().strip("`")


def filled(text: str, values: dict[str, str]) -> str:
    """The text with the document's placeholders filled in, the longest first."""
    for name in sorted(values, key=len, reverse=True):
        assert name in text, f"{name} is not in {text}"
        text = text.replace(name, values[name])
    return text


def sent_back(tenant: Tenant, address: str, answer: str = "allow") -> str:
    """Where a customer ends up who opens the address a document prints, below the tenant's path."""
    person = tenant.customer()
    host = re.match(r"https?://[^/]+", address)
    assert host
    page = person.page(address.removeprefix(host.group()))
    return person.answer(page, answer).headers["location"]


def seen(reply: Reply) -> Reply:
    """The same reply, its tokens noted for the test that looks where secrets went."""
    if reply.body.startswith("{"):
        note(reply.json.get("access_token"), reply.json.get("refresh_token"))
    return reply


# MARK: RoviTracker (000 and 001)


@pytest.fixture(scope="module")
def rovitracker(server: Server) -> Tenant:
    return server.tenant("rovitracker")


@pytest.mark.parametrize("document", ["000", "001"])
@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", None])
def test_rovitracker_as_documented(
    front: Front, rovitracker: Tenant, document: str, content_type: str | None
) -> None:
    application = rovitracker.application(redirect_uris=["https://acme.example/done"])
    link = filled(
        printed(document, "https://rovitracker.com/app/oauth2/authorize?"),
        {
            "=CLIENT_ID": "=" + application.client_id,
            "=STATE": "=n0nce",
            "=REDIRECT_URI": "=https%3A%2F%2Facme.example%2Fdone",
        },
    )
    asked = front.curl(link)
    assert asked.status == 303 and (asked.header("location") or "").startswith("/sign-in?request=")
    back = sent_back(rovitracker, link)
    code = parameters(back)["code"]
    assert back == f"https://acme.example/done?code={code}&state=n0nce"

    host = {"000": "https://app.rovitracker.com", "001": "https://rovitracker.com"}[document]
    endpoint = printed(document, f"{host}/app/oauth2/token").rstrip(":")
    body = f"client_id={application.client_id}&client_secret={application.client_secret}&code={code}"
    # The first version of the page calls the header "ContentType"; who follows it sends no Content-Type.
    headers = ["-H", f"Content-Type: {content_type}" if content_type else "Content-Type:"]
    headers += [] if content_type else ["-H", "ContentType: application/x-www-form-urlencoded"]
    bought = seen(front.curl("-X", "POST", *headers, "--data", body, endpoint))
    assert bought.status == 200
    assert bought.keys == ["access_token", "type", "token_type"]
    assert bought.json["type"] == "Bearer"
    assert re.fullmatch(r"[0-9a-f]{40}", bought.json["access_token"])
    assert bought.header("cache-control") == "no-store"

    live = front.curl("-H", f"Authorization: Bearer {bought.json['access_token']}", f"{host}/oauth2/verify")
    assert live.status == 204 and live.header("x-auth-client") == application.client_id


# MARK: CameraManager (003)


@pytest.fixture(scope="module")
def cameramanager(server: Server) -> Tenant:
    return server.tenant("cameramanager")


@pytest.fixture(scope="module")
def key(cameramanager: Tenant) -> Application:
    return cameramanager.application(scopes=["read", "write"])


def authorization(front: Front, key: Application) -> list[str]:
    """The headers the document lists, with the application's own ID and SECRET."""
    import base64

    pair = base64.b64encode(f"{key.client_id}:{key.client_secret}".encode()).decode()
    return ["-H", "Accept: application/json", "-H", f"Authorization: Basic {pair}"]


def test_cameramanager_as_documented(front: Front, cameramanager: Tenant, key: Application) -> None:
    customer = cameramanager.customer(signed_in=False)
    note(PASSWORD)
    login = filled(
        printed("003", "http://rest.cameramanager.com/oauth/token?grant_type=password"),
        {"<username>": customer.email, "<password>": PASSWORD.replace(" ", "%20")},
    )
    headers = authorization(front, key)
    first = seen(front.curl("-X", "POST", *headers, login))
    assert first.status == 200, first.body
    assert first.keys == ["access_token", "token_type", "refresh_token", "expires_in", "scope"]
    assert first.json["token_type"] == "bearer" and first.json["scope"] == "write"
    assert first.json["expires_in"] in (43199, 43200)
    assert re.fullmatch(r"[0-9a-f-]{36}:1\d{4}", first.json["access_token"])

    refresh = printed("003", "https://rest.cameramanager.com/oauth/token?grant_type=refresh_token")
    old = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa:10003"
    second = seen(front.curl("-X", "POST", *headers, filled(refresh, {old: first.json["refresh_token"]})))
    assert second.status == 200 and second.keys == first.keys
    assert second.json["refresh_token"] == first.json["refresh_token"]
    assert second.json["access_token"] != first.json["access_token"]

    logout = printed("003", "http://rest.cameramanager.com/rest/v2.0/users/self/tokens/current")
    bearer = ["-H", "Accept: application/json", "-H", f"Authorization: Bearer {second.json['access_token']}"]
    left = front.curl("-X", "DELETE", *bearer, logout)
    assert left.status == 200 and left.body == ""
    verify = "http://rest.cameramanager.com/oauth2/verify"
    for reply in (first, second):
        dead = front.curl("-H", f"Authorization: Bearer {reply.json['access_token']}", verify)
        assert dead.status == 401 and dead.json["error"] == "invalid_token"
    ended = front.curl("-X", "POST", *headers, filled(refresh, {old: first.json["refresh_token"]}))
    assert ended.status == 400 and ended.json["error"] == "invalid_grant"
    assert front.curl("-X", "DELETE", *bearer, logout).status == 401


def test_the_second_authorization_header_of_the_document_is_explained(front: Front) -> None:
    header = re.findall(r"Authorization (Basic \S+)", DOCUMENTS["003"])[1]
    address = "http://rest.cameramanager.com/oauth/token?grant_type=refresh_token&scope=write&refresh_token=x"
    reply = front.curl("-X", "POST", "-H", "Accept: application/json", "-H", f"Authorization: {header}", address)
    assert reply.status == 401 and reply.json["error"] == "invalid_client"
    assert "':'" in reply.json["error_description"] and "qwerty" not in reply.body
    assert (reply.header("www-authenticate") or "").startswith("Basic")


# MARK: LaMetric (004)


@pytest.fixture(scope="module")
def lametric(server: Server) -> Tenant:
    return server.tenant("lametric")


def commands(document: str) -> list[str]:
    """Every curl command a document prints, with its line ends joined."""
    text = re.sub(r"\\\n\s*", " ", DOCUMENTS[document])
    return [line.strip() for line in text.splitlines() if line.strip().startswith("curl ")]


def run(front: Front, command: str, values: dict[str, str]) -> Reply:
    words = shlex.split(filled(command, values))
    assert words[0] == "curl"
    return seen(front.curl(*words[1:]))


def test_lametric_as_documented(front: Front, lametric: Tenant) -> None:
    exchange, renew = commands("004")
    address = "https://acme.example/done"
    application = lametric.application(redirect_uris=[address])
    link = filled(
        printed("004", "https://developer.lametric.com/api/v2/oauth2/authorize/?"),
        {
            "=CLIENT-ID": "=" + application.client_id,
            "=REDIRECT-URI": "=" + address,
            "=SCOPE": "=basic+devices_read",
            "=STATE": "=st8",
        },
    )
    back = sent_back(lametric, link)
    code = parameters(back)["code"]
    assert back == f"{address}?code={code}&state=st8"

    secret = str(application.client_secret)
    bought = run(
        front,
        exchange,
        {
            "=CLIENT_ID": "=" + application.client_id,
            "=CLIENT_SECRET": "=" + secret,
            "=AUTHORIZATION_REDIRECT_URI": "=" + address,
            "=CODE": "=" + code,
        },
    )
    assert bought.status == 200, bought.body
    assert bought.keys == ["access_token", "expires_in", "token_type", "scope", "refresh_token"]
    assert bought.json["expires_in"] == 3600 and bought.json["token_type"] == "Bearer"
    assert bought.json["scope"] == "basic devices_read"
    assert all(re.fullmatch(r"[0-9a-f]{40}", bought.json[key]) for key in ("access_token", "refresh_token"))

    values = {
        "=CLIENT-ID": "=" + application.client_id,
        "=CLIENT-SECRET": "=" + secret,
        "=REFRESH-TOKEN": "=" + bought.json["refresh_token"],
    }
    fresh, again = run(front, renew, values), run(front, renew, values)
    for reply in (fresh, again):
        assert reply.status == 200 and reply.keys == bought.keys
        assert reply.json["refresh_token"] != bought.json["refresh_token"]


def test_lametric_implicit_as_documented(front: Front, lametric: Tenant) -> None:
    address = "http://localhost:8000/"
    application = lametric.application(redirect_uris=[address])
    link = [
        line.strip()
        for line in DOCUMENTS["004"].splitlines()
        if "response_type=token" in line and line.strip().startswith("https://")
    ][0]
    link = filled(
        link,
        {
            "=CLIENT-ID": "=" + application.client_id,
            "=REDIRECT-URI": "=" + address,
            "=SCOPE": "=basic+devices_read+devices_write".replace("+devices_write", ""),
            "=STATE": "=st8",
        },
    )
    back = sent_back(lametric, link)
    token = parameters(back.replace("#", "?"))["access_token"]
    note(token)
    rest = "&expires_in=3600&token_type=Bearer&scope=basic%20devices_read&state=st8"
    assert back == f"{address}#access_token={token}{rest}"
    verify = "https://developer.lametric.com/oauth2/verify"
    assert front.curl("-H", f"Authorization: Bearer {token}", verify).status == 204
    cancelled = sent_back(lametric, link, "deny")
    assert cancelled.startswith(f"{address}#error=access_denied&") and cancelled.endswith("&state=st8")


def test_lametric_answers_a_dead_token_as_documented(front: Front) -> None:
    reply = front.curl("-H", "Authorization: Bearer 0334613c", "https://developer.lametric.com/oauth2/verify")
    assert reply.status == 401
    assert reply.all("www-authenticate") == ["native", 'Bearer error="invalid_token"']
    assert reply.header("content-type") == "application/json; charset=UTF-8"
    assert reply.body in DOCUMENTS["004"]


# MARK: Valuekeep (002), whose example request is cut off


@pytest.mark.parametrize("path", ["/connect/token", "/oauth/token"])
@pytest.mark.parametrize("how", ["form", "multipart", "basic"])
def test_valuekeep_as_its_clients_ask(front: Front, server: Server, path: str, how: str) -> None:
    application = server.tenant("valuekeep").application(redirect_uris=())
    pair = {"client_id": application.client_id, "client_secret": str(application.client_secret)}
    asked = {"grant_type": "client_credentials", "scope": "application"}
    words = {
        "form": ["--data", urlencode(asked | pair)],
        "multipart": [word for name, value in (asked | pair).items() for word in ("-F", f"{name}={value}")],
        "basic": ["-u", ":".join(pair.values()), "--data", urlencode(asked)],
    }[how]
    reply = seen(front.curl(*words, "https://api.valuekeep.com" + path))
    assert reply.status == 200, reply.body
    assert reply.keys == ["access_token", "expires_in", "token_type", "scope"]
    assert (reply.json["expires_in"], reply.json["token_type"]) == (14400, "Bearer")
    assert reply.json["scope"] == "application"


def test_valuekeep_speaks_of_an_invalid_token_error(front: Front) -> None:
    assert "“Invalid Token Error”" in DOCUMENTS["002"]
    reply = front.curl("-H", "Authorization: Bearer expired", "https://api.valuekeep.com/oauth2/verify")
    assert reply.status == 401 and "Invalid Token Error" in reply.json["error_description"]
    assert 'error="invalid_token"' in (reply.header("www-authenticate") or "")


# MARK: nothing of this is in the log


def test_no_query_string_of_a_provider_reaches_the_log(
    front: Front, server: Server, cameramanager: Tenant, key: Application
) -> None:
    customer: Person = cameramanager.customer(signed_in=False)
    query = urlencode(
        {
            "grant_type": "password",
            "username": customer.email,
            "password": PASSWORD,
            "client_id": key.client_id,
            "client_secret": str(key.client_secret),
            "marker": "s0ught-for",
        }
    )
    reply = seen(front.curl("-X", "POST", f"http://rest.cameramanager.com/oauth/token?{query}"))
    assert reply.status == 200
    log = server.log.read_text()
    for secret in (PASSWORD, PASSWORD.replace(" ", "+"), str(key.client_secret), "s0ught-for", customer.email):
        assert secret not in log
    assert reply.json["access_token"] not in log
