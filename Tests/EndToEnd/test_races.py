"""One code, one refresh token, many hands at once (security rows CO-03, RT-05)."""

from __future__ import annotations

import re

from portal.oauth import Person, basic
from portal.races import at_once, post, redemption, token_race
from portal.server import Tenant

ROUNDS = 100


def test_a_code_redeemed_by_many_at_once_is_redeemed_once(standard: Tenant) -> None:
    application, person = standard.application("Racing Ltd", approved=True), standard.customer()
    for _ in range(ROUNDS):
        answers = token_race(application, redemption(application, person.code(application)))
        won = [answer for answer in answers if answer.status == 200]
        assert len(won) == 1
        assert {answer.json()["error"] for answer in answers if answer.status != 200} == {"invalid_grant"}
        # The others were replays, so what the winner got is dead (CO-04).
        assert not application.is_active(won[0].json()["access_token"])


def test_a_refresh_token_used_by_many_at_once_leaves_at_most_one_alive(standard: Tenant) -> None:
    application, person = standard.application("Racing Ltd", approved=True), standard.customer()
    for _ in range(ROUNDS):
        token = application.tokens_of(person)["refresh_token"]
        answers = token_race(application, {"grant_type": "refresh_token", "refresh_token": token})
        winners = [answer.json() for answer in answers if answer.status == 200]
        assert len(winners) == 1
        assert sum(application.is_active(body["refresh_token"]) for body in winners) <= 1
        assert not application.is_active(token)


def test_within_a_grace_three_of_many_at_once_are_answered_and_the_others_end_it(forgiving: Tenant) -> None:
    application, person = forgiving.application("Racing Ltd", approved=True), forgiving.customer()
    for _ in range(ROUNDS):
        token = application.tokens_of(person)["refresh_token"]
        answers = token_race(application, {"grant_type": "refresh_token", "refresh_token": token})
        winners = [answer.json() for answer in answers if answer.status == 200]
        assert len(winners) == 3
        assert {answer.json()["error"] for answer in answers if answer.status != 200} == {"invalid_grant"}
        for given in winners:
            assert not application.is_active(given["access_token"])
            assert not application.is_active(given["refresh_token"])


def test_within_a_grace_two_at_once_both_get_tokens_that_work(forgiving: Tenant) -> None:
    application, person = forgiving.application("Racing Ltd", approved=True), forgiving.customer()
    for _ in range(ROUNDS):
        fields = {"grant_type": "refresh_token", "refresh_token": application.tokens_of(person)["refresh_token"]}
        answers = token_race(application, fields, clients=2)
        given = [answer.json()["refresh_token"] for answer in answers]
        assert len(set(given)) == 2 and all(application.is_active(token) for token in given)


def test_a_refresh_that_meets_a_disconnection_never_brings_the_access_back(standard: Tenant) -> None:
    application, person = standard.application("Racing Ltd", approved=True), standard.customer()
    for number in range(2 * ROUNDS):
        tokens = application.tokens_of(person)
        refresh = post(
            f"{application.base}/oauth2/token",
            {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]},
            **basic(application.client_id, str(application.client_secret)),
        )
        hands = [disconnection(person), refresh]
        first, second = at_once(hands if number % 2 else hands[::-1])
        left, refreshed = (first, second) if number % 2 else (second, first)
        assert left.status == 303
        given = refreshed.json() if refreshed.status == 200 else {}
        assert given or refreshed.json()["error"] == "invalid_grant"
        for token in (tokens | given, tokens):
            assert not application.is_active(token["access_token"])
            assert application.refresh(token["refresh_token"]).json()["error"] == "invalid_grant"
        assert "No applications are connected" in person.page("/account/connections").text


def test_of_secrets_made_by_twenty_hands_at_once_the_shown_ones_work(standard: Tenant) -> None:
    owner: Person = standard.partner()
    application = standard.application("Many Hands Ltd", owner=owner.email)
    path = f"/applications/{application.client_id}"
    forms = [owner.page(f"{path}/secrets/new").form("ticket") for _ in range(20)]
    choice = {"label": "one of many", "others": "keep"}
    hands = [post(owner.at(form.action), dict(form.fields) | choice, Cookie=owner.cookie()) for form in forms]
    answers = at_once(hands)
    assert all(one.status < 500 for one in answers)
    shown = [found[0] for one in answers if (found := re.findall(r"standard_secret_\w+", one.body.decode()))]
    live = [link for link in owner.page(path).links if link.endswith("/revoke")]
    # With the first, which the application was registered with.
    assert len(shown) + 1 == len(live) == 5
    for application.client_secret in shown:
        assert application.own_token().status_code == 200


def disconnection(person: Person) -> tuple[int, bytes]:
    """The form with which the customer takes everything back, on its way."""
    links = person.page("/account/connections").links
    page = person.page(next(link for link in links if link.endswith("/disconnect")))
    form = page.forms[-1]
    return post(person.at(form.action), form.fields, Cookie=person.cookie())


def test_the_last_secret_survives_two_people_who_revoke_at_once(standard: Tenant) -> None:
    owner: Person = standard.partner()
    application = standard.application("Two Hands Ltd", owner=owner.email)
    path = f"/applications/{application.client_id}"
    owner.submit(owner.page(f"{path}/secrets/new"), "ticket", label="second", others="keep")
    links = [link for link in owner.page(path).links if link.endswith("/revoke")]
    assert len(links) == 2
    forms = [owner.page(link).forms[-1] for link in links]
    hands = [post(owner.at(form.action), form.fields, Cookie=owner.cookie()) for form in forms]
    assert all(one.status < 500 for one in at_once(hands))
    live = [link for link in owner.page(path).links if link.endswith("/end")]
    assert len(live) == 1
