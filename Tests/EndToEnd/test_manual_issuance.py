"""RoviTracker's alternate way: its people ask the customer themselves and pass the token on."""

from __future__ import annotations

import json

import httpx
from portal.server import Server, Tenant


def verified(tenant: Tenant, token: str) -> int:
    return httpx.get(
        f"{tenant.base}/oauth2/verify", headers={"Authorization": f"Bearer {token}"}
    ).status_code


def test_a_token_by_hand_works_until_its_customer_ends_it(server: Server, rovitracker: Tenant) -> None:
    application = rovitracker.application("Acme Rentals", redirect_uris=())
    customer = rovitracker.customer()
    arguments = ["app", "issue", "--tenant", "rovitracker", "--customer", customer.email]
    issued = json.loads(server.succeed(*arguments, "--json", application.client_id))
    assert issued["scope"] == "equipment_read" and len(issued["access_token"]) == 40
    assert verified(rovitracker, issued["access_token"]) == 204

    connections = customer.page("/account/connections")
    assert "Acme Rentals" in connections.text
    link = next(link for link in connections.links if link.endswith("/disconnect"))
    assert customer.confirm(customer.page(link)).status_code == 303
    assert verified(rovitracker, issued["access_token"]) == 401


def test_other_tenants_issue_none(server: Server, standard: Tenant) -> None:
    application, customer = standard.application(), standard.customer()
    done = server.command(
        "app", "issue", "--tenant", "standard", "--customer", customer.email, application.client_id
    )
    assert done.returncode == 1 and done.stdout == ""
    assert "issues no tokens by hand" in done.stderr and "manualIssuance" in done.stderr


def test_a_stranger_is_named_as_one(server: Server, rovitracker: Tenant) -> None:
    application = rovitracker.application(redirect_uris=())
    done = server.command(
        "app",
        "issue",
        "--tenant",
        "rovitracker",
        "--customer",
        "nobody@northfield.example",
        application.client_id,
    )
    assert done.returncode == 1 and "there is no customer nobody@northfield.example" in done.stderr
