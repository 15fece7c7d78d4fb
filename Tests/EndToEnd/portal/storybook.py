"""What the storybook is made of: the people and applications its pages are about, and how a scene is described."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import Page

from .clock import Clock
from .oauth import Application, Person
from .server import Tenant

LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"


@dataclass
class Later:
    """A tenant on a server of its own, which is ahead of the machine's clock.

    The clock is set ahead for one page and back again, as the server counts on: its timers do not rest while it is ahead.
    """

    tenant: Tenant
    clock: Clock
    ahead: int = 0

    def partner(self) -> Person:
        """Somebody who signed in six minutes ago."""
        return self._six_minutes_on(self.tenant.partner())

    def admin(self) -> Person:
        """Somebody who showed a code six minutes ago."""
        person = self.tenant.admin(signed_in=False)
        person.ahead = self.ahead
        return self._six_minutes_on(person.sign_in())

    def _six_minutes_on(self, person: Person) -> Person:
        self.ahead += 360
        self.clock.set(self.ahead)
        assert person.page(person.home).status == 200
        self.clock.set(0)
        return person


@dataclass
class Stage:
    """The people and applications the pages are about."""

    standard: Tenant
    brisk: Tenant
    later: Later
    newcomer: Person
    partner: Person
    registrar: Person
    builder: Person
    customer: Person
    stranger: Person
    tester: Person
    unchecked: Application
    approved: Application
    building: Application
    suspended: Application
    native: Application
    mobile: Application
    long: Application
    rtl: Application
    rovitracker: Tenant
    asking: Person
    giving: Person
    giver: Person
    by_hand: Application
    prover: Person
    admins: list[tuple[float, Person]] = field(default_factory=list)

    @property
    def another(self) -> Person:
        """A partner who is new each time, because one registers five applications a day."""
        return self.standard.partner()

    @property
    def admin(self) -> Person:
        """An administrator whose proof is fresh: it counts for five minutes, and many scenes take longer."""
        if not self.admins or time.monotonic() - self.admins[-1][0] > 120:
            self.admins.append((time.monotonic(), self.standard.admin()))
        return self.admins[-1][1]

    def keep_signed_in(self) -> None:
        """A session ends where nothing is asked in it: an administrator's after a quarter of an hour."""
        for person in (self.giving, self.giver, self.customer):
            assert person.page(person.home).status == 200

    def link(self, person: Person, page: str, ending: str) -> str:
        return person.at(next(link for link in person.page(page).links if link.endswith(ending)))


def set_stage(standard: Tenant, brisk: Tenant, later: Later) -> Stage:
    partner, builder, customer = standard.partner(), brisk.partner(), standard.customer()
    mine = partner.email
    stage = Stage(
        standard,
        brisk,
        later,
        standard.partner(),
        partner,
        standard.partner(),
        builder,
        customer,
        standard.customer(),
        brisk.customer(),
        unchecked=standard.application("Acme Rentals", owner=mine),
        approved=standard.application("Northern Lights Ltd", owner=mine, approved=True),
        building=brisk.application("Building Ltd", owner=builder.email),
        suspended=standard.application("Paused Ltd", owner=mine),
        native=standard.application(
            "RoviSync Desktop", ["http://127.0.0.1/callback"], kind="public", owner=mine
        ),
        mobile=standard.application(
            "RoviSync Mobile", ["com.rovisync.app:/callback"], kind="public", owner=mine
        ),
        long=standard.application(
            LONG, ["https://" + "very-long-host-name." * 8 + "example/callback"], owner=mine
        ),
        rtl=standard.application("شركة الأجهزة المتحدة", owner=mine),
        rovitracker=(rovitracker := standard.server.tenant("rovitracker")),
        asking=(asking := rovitracker.partner()),
        giving=rovitracker.admin(),
        giver=rovitracker.customer(),
        by_hand=rovitracker.application("Acme Rentals", redirect_uris=(), owner=asking.email),
        prover=standard.partner(),
    )
    standard.server.succeed(
        "app", "suspend", "--tenant", "standard", stage.suspended.client_id, "--reason", "Unusual traffic"
    )
    stage.approved.tokens_of(customer)
    return stage


@dataclass
class Scene:
    """A page in one state: who looks (an attribute of the stage), and what they do to see it."""

    name: str
    who: str | None
    act: Callable[[Stage, Page], None]

    def person(self, stage: Stage) -> Person | None:
        stage.keep_signed_in()
        person: Person | None = getattr(stage, self.who) if self.who else None
        return person.lately_signed_in() if person and person.role == "partner" else person


def opened(name: str, who: str | None, address: Callable[[Stage], str]) -> Scene:
    """A page that is simply opened."""

    def act(stage: Stage, page: Page) -> None:
        page.goto(address(stage))

    return Scene(name, who, act)


def plain(name: str, who: str | None, path: str) -> Scene:
    """A page of the tenant `standard`."""
    return opened(name, who, lambda stage: stage.standard.base + path)


def detail(name: str, who: str, application: str, more: str = "") -> Scene:
    """A page below an application."""

    def address(stage: Stage) -> str:
        subject: Application = getattr(stage, application)
        return f"{subject.base}/applications/{subject.client_id}{more}"

    return opened(name, who, address)


def authorize(name: str, who: str | None, application: str, **changes: str | None) -> Scene:
    """What an authorization request leads to."""

    def address(stage: Stage) -> str:
        subject: Application = getattr(stage, application)
        return subject.authorize_url(**changes)

    return opened(name, who, address)
