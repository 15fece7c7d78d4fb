"""A domain is proved by a record or a file, asked for at a real name server and a real host (feature 7)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from playwright.sync_api import expect

from portal.browser import Chromium
from portal.dns import NameServer, ProofHost, certificate, text
from portal.oauth import Application, Page, Person
from portal.server import ROOT, Server, Tenant, until

CALLBACK, LOCAL = "https://app.example.com/callback", "http://localhost:9/x"
OURS = "127.99.0.1"
GIVEN_UP = 15
"""Seconds: it is five, on a machine that has nothing else to do."""
WELL_KNOWN = "/.well-known/portal-verification.txt"


@dataclass
class World:
    """A provider, what can be asked of names, and the host that files are fetched from."""

    tenant: Tenant
    names: NameServer
    host: ProofHost

    def owned(self, *redirect_uris: str) -> Owned:
        owner = self.tenant.partner()
        uris = redirect_uris or (CALLBACK, LOCAL)
        return Owned(self.tenant.application("Acme Rentals", uris, owner=owner.email, approved=True), owner)


@dataclass
class Owned:
    """An application, and the partner whose it is."""

    application: Application
    owner: Person

    @property
    def place(self) -> str:
        return f"/applications/{self.application.client_id}/domains"

    def send(self, step: str, domain: str) -> Page:
        seal = self.owner.page(self.place).form("seal").value("seal")
        answer = self.owner.post(self.place + step, {"seal": seal, "domain": domain})
        return self.owner.page(answer.headers["location"]) if answer.is_redirect else Page(answer)

    def asked_to_publish(self, domain: str) -> str:
        return self.send("", domain).text_of(f"domain-{domain.replace('.', '-')}-record")

    def check(self, domain: str) -> Page:
        return self.send("/check", domain)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("domains")
    tls = certificate(folder, "files.example.com", "moved.example.com", "slow.example.com", "long.example.com")
    names = NameServer()
    try:
        host = ProofHost(OURS, tls)
    except PermissionError:
        pytest.skip("port 443 of this machine may not be listened on")
    server = Server(folder / "data", names=names)
    server.options = ["--proof-networks", "127.99.0.0/16", "--proof-ca", str(tls[0])]
    server.succeed("tenant", "import", str(ROOT / "Tenants/standard.json5"))
    server.start()
    yield World(server.tenant("standard"), names, host)
    server.stop()
    host.close()
    names.close()


def test_a_partner_proves_a_domain_and_customers_read_it_where_it_holds(
    chromium: Chromium, world: World
) -> None:
    owned, customer = world.owned(), world.tenant.customer()
    with chromium.tab(owned.owner) as dana, chromium.tab(customer) as kim:
        dana.page.goto(owned.owner.at(f"/applications/{owned.application.client_id}"))
        dana.page.get_by_role("link", name="Verify domains").click()
        dana.page.get_by_role("button", name="Verify example.com", exact=True).click()
        expect(dana.page.get_by_role("status").first).to_contain_text("Publish one of the two below")
        dana.page.get_by_role("button", name="Check now whether example.com is verified").click()
        expect(dana.page.get_by_role("alert")).to_contain_text("example.com could not be verified")
        record = dana.page.locator("#domain-example-com-record").inner_text()
        world.names.texts["_portal-challenge.example.com"] = ["v=spf1 -all", record]
        dana.page.get_by_role("button", name="Check now whether example.com is verified").click()
        expect(dana.page.get_by_role("status").first).to_have_text("example.com is verified.")

        kim.page.goto(owned.application.authorize_url())
        expect(kim.page.get_by_text("Verified: example.com")).to_be_visible()
        kim.page.goto(owned.application.authorize_url(redirect_uri=LOCAL))
        expect(kim.page.get_by_text("Not verified – you will be sent to localhost")).to_be_visible()
        assert kim.page.get_by_text("Verified: example.com").count() == 0

    customer.allow(owned.application)
    assert "Verified: example.com" in customer.page("/account/connections").text
    facts = world.tenant.admin().page(f"/admin/applications/{owned.application.client_id}")
    assert "Verified domains example.com" in facts.text


def test_what_was_found_instead_is_said(world: World) -> None:
    owned, record = world.owned(), "_portal-challenge.app.example.com"
    owned.asked_to_publish("app.example.com")
    world.names.texts[record] = ["google-site-verification=x"]
    page = owned.check("app.example.com")
    assert page.status == 422
    assert f"{record} says something else: google-site-verification=x" in page.text
    world.names.texts[record] = []
    assert f"{record} has no TXT record." in owned.check("app.example.com").text
    del world.names.texts[record]
    assert f"There is no {record} in the DNS." in owned.check("app.example.com").text
    world.names.failing.add(record)
    assert f"No name server answered about {record} in time." in owned.check("app.example.com").text
    world.names.failing.clear()


def test_a_silent_name_server_is_given_up(world: World) -> None:
    owned = world.owned("https://quiet.example.org/callback")
    owned.asked_to_publish("quiet.example.org")
    world.names.silent.add("_portal-challenge.quiet.example.org")
    start = time.monotonic()
    page = owned.check("quiet.example.org")
    assert "No name server answered about _portal-challenge.quiet.example.org in time." in page.text
    assert time.monotonic() - start < GIVEN_UP


def test_one_who_waits_for_a_silent_name_server_waits_alone(world: World) -> None:
    one, other = world.owned("https://still.example.org/callback"), world.owned("https://app.example.net/callback")
    one.asked_to_publish("still.example.org")
    other.asked_to_publish("app.example.net")
    silent = "_portal-challenge.still.example.org"
    world.names.silent.add(silent)
    with ThreadPoolExecutor() as pool:
        first = pool.submit(one.check, "still.example.org")
        until(lambda: silent in world.names.asked, of="the first question")
        assert "We look for other proofs at the moment." in one.check("still.example.org").text
        assert "We look for other proofs" not in other.check("app.example.net").text
        assert f"No name server answered about {silent} in time." in first.result().text


def test_a_file_proves_its_host_and_no_other(world: World) -> None:
    owned = world.owned("https://files.example.com/callback", "https://below.files.example.com/callback")
    line = owned.asked_to_publish("files.example.com")
    world.names.addresses["files.example.com"] = [OURS]
    world.host.answer = text(f"# ours\r\n  {line}  \r\n")
    page = owned.check("files.example.com")
    assert "files.example.com is verified." in page.text
    assert world.host.paths[-1] == WELL_KNOWN
    customer = world.tenant.customer()
    assert "Verified: files.example.com" in customer.asked(owned.application).text
    below = customer.asked(owned.application, redirect_uri="https://below.files.example.com/callback")
    assert "Not verified – you will be sent to below.files.example.com" in below.text


def test_no_redirect_is_followed(world: World) -> None:
    owned = world.owned("https://moved.example.com/callback")
    line = owned.asked_to_publish("moved.example.com")
    world.names.addresses |= {"moved.example.com": [OURS], "files.example.com": [OURS]}
    seen = len(world.host.paths)
    world.host.answer = text(line, 302, Location=f"https://files.example.com{WELL_KNOWN}")
    page = owned.check("moved.example.com")
    assert "moved.example.com answered with status 302, where 200 is needed." in page.text
    assert world.host.paths[seen:] == [WELL_KNOWN]


def test_a_long_or_slow_file_is_given_up(world: World) -> None:
    owned = world.owned("https://long.example.com/callback", "https://slow.example.com/callback")
    line = owned.asked_to_publish("long.example.com")
    world.names.addresses |= {"long.example.com": [OURS], "slow.example.com": [OURS]}
    world.host.answer = text("x" * 5000 + "\n" + line)
    assert "The file is longer than 4096 bytes." in owned.check("long.example.com").text

    owned.asked_to_publish("slow.example.com")
    world.host.answer = drip
    start = time.monotonic()
    assert "slow.example.com could not be read over https" in owned.check("slow.example.com").text
    assert time.monotonic() - start < GIVEN_UP


def drip(handler: BaseHTTPRequestHandler) -> None:
    """Answers a byte at a time, until the other side has had enough."""
    handler.send_response(200)
    handler.end_headers()
    deadline = time.monotonic() + 2 * GIVEN_UP
    try:
        while time.monotonic() < deadline:
            handler.wfile.write(b"x")
            time.sleep(0.2)
    except OSError:
        pass


def test_another_hosts_certificate_is_refused(world: World) -> None:
    owned = world.owned("https://unknown.example.com/callback")
    line = owned.asked_to_publish("unknown.example.com")
    world.names.addresses["unknown.example.com"] = [OURS]
    world.host.answer = text(line)
    seen = len(world.host.paths)
    assert "unknown.example.com could not be read over https" in owned.check("unknown.example.com").text
    assert len(world.host.paths) == seen


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["10.0.0.1"],
        ["169.254.169.254"],
        ["100.64.0.1"],
        ["::1"],
        ["fd00::1"],
        ["fe80::1"],
        ["::ffff:127.0.0.1"],
        ["0.0.0.0"],
        [OURS, "192.168.1.1"],
    ],
    ids=str,
)
def test_an_address_inside_is_never_connected_to(world: World, addresses: list[str]) -> None:
    owned = world.owned("https://inside.example.com/callback")
    owned.asked_to_publish("inside.example.com")
    world.names.addresses["inside.example.com"] = addresses
    before = world.host.connections
    page = owned.check("inside.example.com")
    assert "inside.example.com leads to an address that is not public" in page.text
    assert world.host.connections == before


@pytest.mark.parametrize("host", ["localhost", "db.internal", "printer.local", "127.0.0.1"])
def test_a_name_that_is_not_public_is_not_even_asked_about(world: World, host: str) -> None:
    scheme = "http" if host in {"localhost", "127.0.0.1"} else "https"
    owned = world.owned(f"{scheme}://{host}/callback")
    before = len(world.names.asked)
    assert "There is none to verify yet" in owned.owner.page(owned.place).text
    seal = owned.owner.page("/applications/new").form("seal").value("seal")
    for step in ("", "/check"):
        assert owned.owner.post(owned.place + step, {"seal": seal, "domain": host}).status_code == 404
    assert len(world.names.asked) == before


def test_no_customers_request_asks_anybody(world: World) -> None:
    owned, customer = world.owned("https://busy.example.com/callback"), world.tenant.customer()
    record = owned.asked_to_publish("busy.example.com")
    world.names.texts["_portal-challenge.busy.example.com"] = [record]
    assert "busy.example.com is verified." in owned.check("busy.example.com").text
    asked, connected = len(world.names.asked), world.host.connections
    owned.application.tokens_of(customer)
    customer.page("/account/connections")
    assert (len(world.names.asked), world.host.connections) == (asked, connected)
