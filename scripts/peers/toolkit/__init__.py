"""django-oauth-toolkit on gunicorn."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from ..browser import CALLBACK, Browser, authorize_query, basic, redemption
from ..growth import multiply
from ..gunicorn import PYTHON, Gunicorn
from ..load import CLIENTS, Flow
from ..peer import PASSWORD, Jobs


class Toolkit(Gunicorn):
    """Introspection is asked with an application's credentials.

    That is a query less than with the access token that its documents show first.
    """

    name = "django-oauth-toolkit"
    home = Path(__file__).parent
    path = "/accounts/login/"
    packages = ("django-oauth-toolkit", "Django", "gunicorn")

    def prepare(self) -> dict[str, Any]:
        return self.run(PYTHON, "prepare.py", str(CLIENTS), PASSWORD, CALLBACK)

    def crowd(self, count: int) -> None:
        fresh = {"id": "NULL", "token": "hex(randomblob(15))", "token_checksum": "hex(randomblob(32))"}
        multiply(Path(self.address) / "toolkit.db", "oauth2_provider_accesstoken", count, fresh)

    def jobs(self, made: dict[str, Any]) -> Jobs:
        flow = self.flow(made["web"]["client_id"], basic(**made["web"]))
        return self.asked(made["machine"], "/o/token/", "/o/introspect/", flow)

    def flow(self, client_id: str, client: dict[str, str]) -> Flow:
        query = authorize_query(client_id, scope="read")
        page = f"/o/authorize/?{urlencode(query)}"
        return Flow(
            page=page,
            ticket='name="csrfmiddlewaretoken" value="([^"]+)"',
            answer=page,
            allow=urlencode(query | {"allow": "Authorize"}) + "&csrfmiddlewaretoken=",
            token="/o/token/",
            redeem=redemption(),
            client=client,
            cookies=[self.customer(number, page).cookie for number in range(CLIENTS)],
        )

    def customer(self, number: int, page: str) -> Browser:
        browser = Browser(self.port)
        name = f"customer-{number}"
        browser.sign_in("/accounts/login/", "csrfmiddlewaretoken", username=name, password=PASSWORD)
        browser.ask("GET", page)
        return browser
