"""django-oauth-toolkit on gunicorn."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from ..browser import CALLBACK, Browser, authorize_query, basic, redemption
from ..load import CLIENTS, Flow
from ..peer import PASSWORD, Jobs, Peer, access_token, introspection, own_tokens

PYTHON = Path(__file__).resolve().parents[3] / "var/venv-bench/bin/python"


class Toolkit(Peer):
    """As gunicorn's documents have it for several cores, with threads: only these keep connections open.

    More processes without threads, its other advice, were slower here. Introspection is asked with an
    application's credentials: a query less than with the access token that its documents show first.
    """

    name = "django-oauth-toolkit"
    home = Path(__file__).parent
    path = "/accounts/login/"

    def prepare(self) -> dict[str, Any]:
        return self.run(PYTHON, "prepare.py", str(CLIENTS), PASSWORD, CALLBACK)

    def server(self) -> Sequence[str | Path]:
        size = ["--workers", str(os.cpu_count() or 1), "--threads", "4"]
        address = ["--bind", f"127.0.0.1:{self.port}", "--no-control-socket"]
        return [PYTHON, "-m", "gunicorn", *size, *address, "wsgi:application"]

    def jobs(self, made: dict[str, Any]) -> Jobs:
        machine, web = basic(**made["machine"]), basic(**made["web"])
        tokens = own_tokens("/o/token/", machine)
        return Jobs(
            tokens,
            introspection("/o/introspect/", machine, access_token(self.port, tokens)),
            self.flow(made["web"]["client_id"], web),
        )

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
