"""An administrator replaces a client secret that only the partner's owner ever sees (ux A16)."""

from __future__ import annotations

import httpx

from portal.browser import Chromium
from portal.oauth import Application, note
from portal.server import Tenant


def test_an_administrator_rotates_and_an_owner_collects_once(standard: Tenant, chromium: Chromium) -> None:
    owner, admin = standard.partner(), standard.admin()
    application = standard.application("Rotated Ltd", owner=owner.email)
    with chromium.tab(admin) as tab:
        tab.page.goto(admin.at(f"/admin/applications/{application.client_id}"))
        tab.page.get_by_role("link", name="Rotate for the partner").click()
        tab.page.get_by_text("You will not see the secret.").wait_for()
        tab.page.get_by_label("24 hours after an owner collects the new one").check()
        tab.page.get_by_role("button", name="Send the link").click()
        tab.page.get_by_text("The owners have an e-mail with a link to collect the new secret.").wait_for()
    assert application.own_token().status_code == 200

    link = standard.server.link_for(owner.email)
    assert "/secrets/standard_lk_" in link
    with chromium.tab(owner) as tab:
        tab.page.goto(link)
        tab.page.reload()
        tab.page.get_by_role("button", name="Show the secret").click()
        secret = tab.page.locator("#client-secret").inner_text()
        note(secret)
        answer = tab.page.goto(link)
        assert answer and answer.status == 410
        assert tab.page.get_by_text("This secret was collected on").is_visible()
        assert owner.email in tab.page.inner_text("main") and secret not in tab.source
    renewed = Application(standard.base, application.client_id, secret, application.redirect_uri)
    assert renewed.own_token().status_code == application.own_token().status_code == 200

    detail = owner.page(f"/applications/{application.client_id}").text
    assert "Being replaced" in detail and "Active" in detail
    seen = [admin.page(f"/admin/applications/{application.client_id}"), admin.page("/admin/audit")]
    assert all(secret not in page.source for page in seen)
    assert secret not in httpx.get(f"{standard.server.url}/mail").text
    assert secret not in standard.server.noted()


def test_a_proven_leak_ends_secrets_and_tokens_before_anybody_collects(
    standard: Tenant, chromium: Chromium
) -> None:
    owner, admin = standard.partner(), standard.admin()
    application = standard.application("Leaked Ltd", owner=owner.email)
    watcher = standard.application("Readings Ltd", kind="resource-server", redirect_uris=())
    token = application.own_token().json()["access_token"]
    assert watcher.is_active(token)
    with chromium.tab(admin) as tab:
        tab.page.goto(admin.at(f"/admin/applications/{application.client_id}/rotate"))
        tab.page.get_by_label("Also revoke the tokens issued with them").check()
        tab.page.get_by_role("button", name="Revoke now and tell the partner").click()
        tab.page.get_by_text("The secrets are revoked.").wait_for()
    assert application.own_token().status_code == 401
    assert not watcher.is_active(token)
    with chromium.tab(owner) as tab:
        tab.page.goto(standard.server.link_for(owner.email))
        assert tab.page.get_by_text("The older secrets no longer work, because one has leaked.").is_visible()
        tab.page.get_by_role("button", name="Show the secret").click()
        secret = tab.page.locator("#client-secret").inner_text()
        note(secret)
    renewed = Application(standard.base, application.client_id, secret, application.redirect_uri)
    assert renewed.own_token().status_code == 200
