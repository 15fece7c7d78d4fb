"""Portal itself, as the bench starts it and prepares it with its own commands."""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from .browser import CALLBACK, Browser, authorize_query, basic, redemption
from .growth import Size, grow
from .load import CLIENTS, FORM, Flow, Load, Upload, collect
from .logo import form, picture
from .peer import PASSWORD, TOKENS, Jobs, Peer, access_token

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("PORTAL_BINARY", ROOT / ".build/release/portal"))
BASE = "/t/standard"
STANDARD = ROOT / "Tenants/standard.json5"

VERIFY = "verify, one busy token"
VERIFY_MANY = "verify, 100,000 in turn"
LOGO = "logo"
UPLOAD = "logo uploads, one after another"
PARTNERS, LOGOS = 80, 2000
"""So many that no round comes to an end of them: a partner may upload sixty logos a minute."""

MANY = 100_000
"""So many tokens take turns where each question should reach the store: what was asked within the last second
is answered from memory."""


class Portal(Peer):
    """The binary with the tenant `standard`, in a folder or on a database."""

    name = "Portal"
    home = ROOT
    path = "/healthz"
    settings = "one process, as it comes; one commit for all who wait, and each answer after it"

    where: Sequence[str] = ()

    # MARK: what an operator does

    def command(self, *arguments: str, stdin: str = "") -> str:
        command = [str(BINARY), *arguments, *self.where]
        done = subprocess.run(command, input=stdin, capture_output=True, text=True, cwd=ROOT)
        if done.returncode != 0:
            raise SystemExit(f"bench: portal {' '.join(arguments)}: {done.stderr or done.stdout}")
        return done.stdout

    def add_account(self, role: str, email: str, tenant: str = "standard") -> None:
        account = ["--tenant", tenant, "--role", role, "--email", email]
        self.command("account", "add", *account, stdin=PASSWORD + "\n")

    def add_application(self, tenant: str = "standard") -> dict[str, Any]:
        """An approved one with a logo, and its owner."""
        owner = "partner@bench.example"
        self.add_account("partner", owner, tenant)
        words = ["--owner", owner, "--name", "Bench Rentals", "--redirect-uri", CALLBACK]
        words += ["--logo", str(ROOT / "Public/demo/acme-rentals.png"), "--json"]
        made: dict[str, Any] = json.loads(self.command("app", "add", "--tenant", tenant, *words))
        self.command("app", "approve", "--tenant", tenant, made["client_id"])
        return made

    def add_tenant(self, name: str) -> dict[str, Any]:
        """One more like `standard`; returns an application of it."""
        file = self.log.with_name(f"{name}.json5")
        text = STANDARD.read_text().replace('name: "standard"', f'name: "{name}"')
        file.write_text(text.replace('"../', f'"{ROOT}/'))
        self.command("tenant", "import", str(file))
        return self.add_application(name)

    def limit(self, tenant: str, requests: int) -> None:
        """So many requests a second are answered for a tenant."""
        settings = json.loads(self.command("tenant", "export", tenant))
        settings["policy"]["requestsPerSecond"] = requests
        file = self.log.with_name(f"{tenant}-limited.json5")
        file.write_text(json.dumps(settings))
        self.command("tenant", "import", str(file))

    def signed_in(self, email: str, door: str = "/sign-in") -> Browser:
        browser = Browser(self.port)
        return browser.sign_in(f"{BASE}{door}", "seal", email=email, password=PASSWORD)

    # MARK: as one of several

    def prepare(self) -> dict[str, Any]:
        database = ["--database", self.address, "--data", str(self.log.with_suffix(""))]
        self.where = database if self.is_on_database else ["--data", self.address]
        self.command("tenant", "import", str(STANDARD))
        for number in range(CLIENTS):
            self.add_account("customer", customer(number))
        return self.add_application()

    def crowd(self, count: int) -> None:
        grow(Path(self.address), Size(count, applications=0, tenants=0, entries=0))

    @property
    def is_on_database(self) -> bool:
        return self.address.startswith("postgres://")

    def server(self) -> Sequence[str | Path]:
        return [BINARY, "serve", *self.where, "--listen", f"127.0.0.1:{self.port}", "--log", self.log]

    def versions(self) -> Iterator[str]:
        yield subprocess.run([BINARY, "version"], capture_output=True, text=True, check=True).stdout.strip()

    def jobs(self, made: dict[str, Any]) -> Jobs:
        client = {name: made[name] for name in ("client_id", "client_secret")}
        flow = self.flow(client)
        jobs = self.asked(client, f"{BASE}/oauth2/token", f"{BASE}/oauth2/introspect", flow)
        return jobs if self.is_on_database else jobs | self.own_jobs(jobs[TOKENS], flow)

    def tokens(self, made: dict[str, Any], tenant: str = "standard") -> Load:
        """An application asks for tokens of its own."""
        proof = basic(made["client_id"], made["client_secret"])
        return Load(TOKENS, f"/t/{tenant}/oauth2/token", FORM | proof, "grant_type=client_credentials")

    def own_jobs(self, tokens: Load | Flow, flow: Flow) -> Jobs:
        """What no other server has."""
        assert isinstance(tokens, Load)
        verify, live = f"{BASE}/oauth2/verify", access_token(self.port, tokens)
        many = collect(self.port, tokens, MANY, self.log.with_suffix(".tokens"))
        return {
            VERIFY: Load(VERIFY, verify, {"Authorization": f"Bearer {live}"}),
            VERIFY_MANY: Load(VERIFY_MANY, verify, tokens=many),
            LOGO: Load(LOGO, self.logo_address(flow)),
            UPLOAD: self.uploads(),
        }

    def uploads(self) -> Load:
        """Logos that are validated, drawn anew and stored, each for the first time."""
        folder = self.log.with_suffix(".logos")
        folder.mkdir()
        partners = [self.partner(number) for number in range(PARTNERS)]
        uploads = []
        for number in range(LOGOS):
            cookie, seal = partners[number % PARTNERS]
            kind, body = form({"seal": seal}, picture(number))
            file = folder / str(number)
            file.write_bytes(body)
            uploads.append(Upload({"Cookie": cookie, "Content-Type": kind}, str(file)))
        return Load(UPLOAD, f"{BASE}/applications/preview", uploads=uploads, connections=1)

    def partner(self, number: int) -> tuple[str, str]:
        """The cookie and the seal of somebody who is about to register an application."""
        email = f"partner-{number}@bench.example"
        self.add_account("partner", email)
        browser = self.signed_in(email, "/partners/sign-in")
        _, _, page = browser.ask("GET", f"{BASE}/applications/new")
        return browser.cookie, html.unescape(page.split('name="seal" value="')[1].split('"')[0])

    def flow(self, client: dict[str, str]) -> Flow:
        query = authorize_query(client["client_id"], prompt="consent")
        return Flow(
            page=f"{BASE}/oauth2/authorize?{urlencode(query)}",
            ticket='name="ticket" value="([^"]+)"',
            answer=f"{BASE}/oauth2/authorize",
            allow="answer=allow&ticket=",
            token=f"{BASE}/oauth2/token",
            redeem=redemption(),
            client=basic(**client),
            cookies=[self.signed_in(customer(number)).cookie for number in range(CLIENTS)],
        )

    def logo_address(self, flow: Flow) -> str:
        browser = Browser(self.port)
        browser.cookies = dict(pair.split("=", 1) for pair in flow.cookies[0].split("; "))
        status, _, page = browser.ask("GET", flow.page)
        logo = re.search(r'src="([^"]*/logos/[^"]+\.png)"', page)
        if status != 200 or not logo:
            raise SystemExit(f"bench: no consent page with a logo ({status})")
        return logo.group(1)


def customer(number: int) -> str:
    return f"customer-{number}@bench.example"
