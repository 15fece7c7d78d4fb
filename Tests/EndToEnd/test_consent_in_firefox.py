"""The customer decides in Firefox, another engine with another reading of a content policy (CN-08)."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from portal.browser import ClientSite
from portal.firefox import Firefox
from portal.oauth import parameters
from portal.server import Tenant, until

INLINE = """(() => {
    const script = document.createElement('script')
    script.textContent = 'window.ran = true'
    document.body.append(script)
    return 'ran' in window
})()"""
"""Whether a script runs that somebody put into the page."""


def test_somebody_signs_in_allows_and_arrives_with_a_code(standard: Tenant, tmp_path: Path) -> None:
    with closing(ClientSite(tmp_path)) as site, Firefox(tmp_path) as firefox:
        callback = f"https://client.example:{site.port}/callback"
        application, person = standard.application(redirect_uris=[callback]), standard.customer(signed_in=False)
        firefox.open(application.authorize_url())
        for name, text in (("email", person.email), ("password", person.password)):
            firefox.click(f"input[name={name}]")
            firefox.type(text)
        firefox.click("main form button.primary")
        until(lambda: firefox.says("!!document.querySelector('button[value=allow]')"), of="the consent screen")
        assert firefox.says(INLINE) is False
        firefox.click("button[value=allow]")
        until(lambda: firefox.says("document.querySelector('h1').innerText") == "Back at the client", of="arrival")
        # It would have, at a site that has no policy.
        assert firefox.says(INLINE) is True
        assert [(visit.method, visit.referer) for visit in site.arrived] == [("GET", None)]
        assert application.redeem(parameters(site.arrived[0].url)["code"]).status_code == 200
