"""Portal itself, as the bench starts it and prepares it with its own commands."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from .browser import CALLBACK, Browser, authorize_query, basic, redemption
from .load import CLIENTS, Flow
from .peer import PASSWORD, Jobs, Peer, access_token, introspection, own_tokens

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("PORTAL_BINARY", ROOT / ".build/release/portal"))
BASE = "/t/standard"


class Portal(Peer):
    """The binary with the tenant `standard`, in the folder that `where` says or else in a database."""

    name = "Portal"
    home = ROOT
    path = "/healthz"

    def __init__(self, log: Path, where: Sequence[str] = ()) -> None:
        super().__init__(log)
        self.where = where

    # MARK: what an operator does

    def command(self, *arguments: str, stdin: str = "") -> str:
        command = [str(BINARY), *arguments, *self.where]
        done = subprocess.run(command, input=stdin, capture_output=True, text=True, cwd=ROOT)
        if done.returncode != 0:
            raise SystemExit(f"bench: portal {' '.join(arguments)}: {done.stderr or done.stdout}")
        return done.stdout

    def import_tenant(self) -> None:
        self.command("tenant", "import", str(ROOT / "Tenants/standard.json5"))

    def add_account(self, role: str, email: str) -> None:
        account = ["--tenant", "standard", "--role", role, "--email", email]
        self.command("account", "add", *account, stdin=PASSWORD + "\n")

    def add_application(self) -> dict[str, Any]:
        """An approved one with a logo, and its owner."""
        owner = "partner@bench.example"
        self.add_account("partner", owner)
        words = ["--owner", owner, "--name", "Bench Rentals", "--redirect-uri", CALLBACK]
        words += ["--logo", str(ROOT / "Public/demo/acme-rentals.png"), "--json"]
        made: dict[str, Any] = json.loads(self.command("app", "add", "--tenant", "standard", *words))
        self.command("app", "approve", "--tenant", "standard", made["client_id"])
        return made

    def signed_in(self, email: str) -> Browser:
        browser = Browser(self.port)
        return browser.sign_in(f"{BASE}/sign-in", "seal", email=email, password=PASSWORD)

    # MARK: as one of several

    def prepare(self) -> dict[str, Any]:
        self.where = self.where or ["--database", self.address, "--data", str(self.log.with_suffix(""))]
        self.import_tenant()
        for number in range(CLIENTS):
            self.add_account("customer", customer(number))
        return self.add_application()

    def server(self) -> Sequence[str | Path]:
        return [BINARY, "serve", *self.where, "--listen", f"127.0.0.1:{self.port}", "--log", self.log]

    def launch(self, port: int) -> float:
        """Starts the server alone, and returns the milliseconds until its first answer."""
        self.port = port
        began = time.perf_counter()
        self.run_server(pause=0.0005)
        return (time.perf_counter() - began) * 1000

    def jobs(self, made: dict[str, Any]) -> Jobs:
        client = basic(made["client_id"], made["client_secret"])
        tokens = own_tokens(f"{BASE}/oauth2/token", client)
        return Jobs(
            tokens,
            introspection(f"{BASE}/oauth2/introspect", client, access_token(self.port, tokens)),
            self.flow(made["client_id"], client),
        )

    def flow(self, client_id: str, client: dict[str, str]) -> Flow:
        return Flow(
            page=f"{BASE}/oauth2/authorize?{urlencode(authorize_query(client_id, prompt='consent'))}",
            ticket='name="ticket" value="([^"]+)"',
            answer=f"{BASE}/oauth2/authorize",
            allow="answer=allow&ticket=",
            token=f"{BASE}/oauth2/token",
            redeem=redemption(),
            client=client,
            cookies=[self.signed_in(customer(number)).cookie for number in range(CLIENTS)],
        )

    def resident(self) -> float:
        """Resident memory in MiB."""
        assert self.process
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024


def customer(number: int) -> str:
    return f"customer-{number}@bench.example"
