"""Doorkeeper on Puma."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from ..browser import CALLBACK, Browser, authorize_query, basic, redemption
from ..load import CLIENTS, Flow
from ..peer import PASSWORD, Jobs, Peer


class Doorkeeper(Peer):
    """As many processes as puma.rb says; Debian's Ruby and gems, without Bundler."""

    name = "Doorkeeper"
    home = Path(__file__).parent
    path = "/sign-in"
    packages = ("ruby", "ruby-railties", "ruby-doorkeeper", "puma")
    settings = "Puma, two processes of five threads"

    def prepare(self) -> dict[str, Any]:
        self.environment |= {"RAILS_ENV": "production"}
        return self.run("ruby", "prepare.rb", str(CLIENTS), PASSWORD, CALLBACK)

    def server(self) -> Sequence[str | Path]:
        return ["puma", "--config", "puma.rb", "--quiet"]

    def jobs(self, made: dict[str, Any]) -> Jobs:
        flow = self.flow(made["web"]["client_id"], basic(**made["web"]))
        return self.asked(made["machine"], "/oauth/token", "/oauth/introspect", flow)

    def flow(self, client_id: str, client: dict[str, str]) -> Flow:
        query = authorize_query(client_id, scope="read")
        page = f"/oauth/authorize?{urlencode(query)}"
        return Flow(
            page=page,
            ticket='name="authenticity_token" value="([^"]+)"',
            answer="/oauth/authorize",
            allow=urlencode(query) + "&authenticity_token=",
            token="/oauth/token",
            redeem=redemption(),
            client=client,
            cookies=[self.customer(number, page).cookie for number in range(CLIENTS)],
        )

    def customer(self, number: int, page: str) -> Browser:
        browser = Browser(self.port)
        browser.sign_in("/sign-in", "authenticity_token", name=f"customer-{number}", password=PASSWORD)
        # Rails keeps the session in the cookie, and what guards forms enters it with the first page.
        browser.ask("GET", page)
        return browser
