"""Authlib on Flask and gunicorn."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from ..browser import CALLBACK, Browser, authorize_query, basic, redemption
from ..growth import multiply
from ..gunicorn import PYTHON, Gunicorn
from ..load import CLIENTS, Flow
from ..peer import PASSWORD, Jobs


class Authlib(Gunicorn):
    """Forms are not guarded: its documents leave that to the application."""

    name = "Authlib"
    home = Path(__file__).parent
    path = "/sign-in"
    packages = ("Authlib", "Flask", "SQLAlchemy", "gunicorn")

    def prepare(self) -> dict[str, Any]:
        return self.run(PYTHON, "prepare.py", str(CLIENTS), PASSWORD, CALLBACK)

    def crowd(self, count: int) -> None:
        fresh = {"id": "NULL", "access_token": "hex(randomblob(21))", "refresh_token": "NULL"}
        multiply(Path(self.address) / "authlib.db", "token", count, fresh)

    def jobs(self, made: dict[str, Any]) -> Jobs:
        return self.asked(made, "/oauth/token", "/oauth/introspect", self.flow(made), scope="read")

    def flow(self, client: dict[str, str]) -> Flow:
        page = f"/oauth/authorize?{urlencode(authorize_query(client['client_id'], scope='read'))}"
        return Flow(
            page=page,
            ticket='name="answer" value="([^"]+)"',
            answer=page,
            allow="answer=",
            token="/oauth/token",
            redeem=redemption(),
            client=basic(**client),
            cookies=[self.customer(number).cookie for number in range(CLIENTS)],
        )

    def customer(self, number: int) -> Browser:
        browser = Browser(self.port)
        return browser.sign_in("/sign-in", "purpose", name=f"customer-{number}", password=PASSWORD)
