"""Letters reach a real mail server, at least once and not more than twice (security rows R-16, ST-08)."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from portal.oauth import Page, Person
from portal.server import ROOT, Server, until
from portal.smtp import MailServer, certificate

FROM = "no-reply@auth.example"

# On a shared database nobody knows that a server died: its letter is another's when the claim on it has ended.
THE_CLAIM_OF_THE_DEAD = 240


def settings(mail: MailServer, *more: str) -> list[str]:
    return ["--smtp-host", "127.0.0.1", "--smtp-port", str(mail.port), "--smtp-from", FROM, *more]


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path / "data")
    server.succeed("tenant", "import", str(ROOT / "Tenants/standard.json5"))
    yield server
    server.stop()


def sign_up(server: Server, email: str, tenant: str = "standard") -> None:
    person = Person(server.tenant(tenant).base, "partner")
    page = person.page("/partners/sign-up")
    answer = person.submit(page, "email", name="Dana Field", email=email)
    assert answer.status_code == 200


def test_a_letter_has_both_forms_one_link_and_says_it_is_automatic(portal: Server) -> None:
    with MailServer() as mail:
        portal.options = settings(mail)
        portal.start()
        sign_up(portal, "dana@acme.example")
        until(lambda: len(mail.letters) == 1, within=15, of="the letter")
        letter = mail.letters[0]
        assert mail.recipients == ["dana@acme.example"]
        assert letter["Auto-Submitted"] == "auto-generated" and FROM in letter["From"]
        plain, html = letter.get_body(("plain",)), letter.get_body(("html",))
        assert plain and html
        text, source = plain.get_content(), html.get_content()
        assert text.count("http://") == 1 and source.count("href=") == 1
        link = next(word for word in text.split() if word.startswith("http://"))
        assert link.startswith(portal.tenant("standard").base + "/partners/confirm/") and link in source
        assert "src=" not in source


def test_what_is_refused_for_now_is_tried_again(portal: Server) -> None:
    with MailServer() as mail:
        mail.refuse_recipients = lambda count: "451 4.3.0 later" if count == 1 else "250 fine"
        portal.options = settings(mail)
        portal.start()
        sign_up(portal, "dana@acme.example")
        until(lambda: len(mail.letters) == 1, within=60, of="the second try")
        assert "rcpt" in (log := portal.noted()) and "451 4.3.0" in log


def test_a_mail_server_that_takes_its_time_keeps_nobody_waiting(portal: Server) -> None:
    with MailServer() as mail:
        mail.hurry.clear()
        portal.options = settings(mail)
        portal.start()
        people = [f"dana-{number}@acme.example" for number in range(6)]
        sign_up(portal, people[0])
        until(lambda: mail.asked == 1, within=15, of="the first letter")
        for person in people[1:]:
            sign_up(portal, person)
        assert mail.letters == []
        mail.hurry.set()
        until(lambda: len(mail.letters) == len(people), within=60, of="every letter")
        assert Counter(mail.recipients) == Counter(people)


def test_many_letters_of_one_tenant_do_not_keep_the_one_of_another(portal: Server) -> None:
    portal.succeed("tenant", "import", str(ROOT / "Tenants/rovitracker.json5"))
    with MailServer() as mail:
        mail.hurry.clear()
        portal.options = settings(mail)
        portal.start()
        many = [f"dana-{number}@acme.example" for number in range(8)]
        for person in many:
            sign_up(portal, person)
        until(lambda: mail.asked == 1, within=15, of="the first letter")
        sign_up(portal, "lou@birch.example", "rovitracker")
        mail.hurry.set()
        until(lambda: len(mail.letters) == len(many) + 1, within=60, of="every letter")
        assert mail.recipients.index("lou@birch.example") <= 2


def test_a_connection_cut_after_the_letter_costs_a_second_copy_and_no_third(portal: Server) -> None:
    with MailServer() as mail:
        mail.answer = lambda count: None
        portal.options = settings(mail)
        portal.start()
        sign_up(portal, "dana@acme.example")
        until(lambda: "given up" in portal.log.read_text(), within=60, of="giving up")
        assert len(mail.letters) == 2
        assert len({letter["Message-ID"] for letter in mail.letters}) == 1


def test_killed_in_the_middle_every_letter_comes_once_or_twice(portal: Server) -> None:
    with MailServer() as mail:
        portal.options = settings(mail)
        people = [f"dana-{number}@acme.example" for number in range(6)]
        for person in people:
            portal.start()
            sign_up(portal, person)
            portal.stop(signal.SIGKILL)
        portal.start()
        until(lambda: set(mail.recipients) == set(people), within=THE_CLAIM_OF_THE_DEAD, of="every letter")
        assert set(Counter(mail.recipients).values()) <= {1, 2}


@pytest.mark.parametrize("implicit", [False, True], ids=["starttls", "implicit"])
def test_tls_is_required_and_the_certificate_is_looked_at(
    portal: Server, tmp_path: Path, implicit: bool
) -> None:
    tls = certificate(tmp_path)
    how = ["--smtp-tls", "implicit" if implicit else "require"]
    with MailServer(tls, implicit) as mail:
        refused = portal.command("mail", "test", "dana@acme.example", *settings(mail, *how))
        assert refused.returncode == 1 and "tls: " in refused.stderr
        assert mail.letters == []
        portal.succeed(
            "mail", "test", "dana@acme.example", *settings(mail, *how, "--smtp-ca", str(tls[0]))
        )
        assert mail.recipients == ["dana@acme.example"]


def test_without_starttls_nothing_is_sent(portal: Server) -> None:
    with MailServer() as mail:
        done = portal.command("mail", "test", "dana@acme.example", *settings(mail, "--smtp-tls", "require"))
        assert done.returncode == 1 and "starttls" in done.stderr
        assert mail.letters == [] and mail.recipients == []


def test_a_test_letter_names_the_step_that_fails(portal: Server) -> None:
    with MailServer() as mail:
        mail.answer = lambda count: "550 5.7.1 no"
        mail.refuse_recipients = lambda count: "550 5.1.1 unknown" if count == 1 else "250 fine"
        first = portal.command("mail", "test", "dana@acme.example", *settings(mail))
        second = portal.command("mail", "test", "dana@acme.example", *settings(mail))
        assert "rcpt: the server answered 550 5.1.1" in first.stderr
        assert "handover: the server answered 550 5.7.1" in second.stderr
        down = settings(mail)
    third = portal.command("mail", "test", "dana@acme.example", *down[:2], "--smtp-port", "1", *down[4:])
    assert "connect: " in third.stderr


# MARK: in the reader's language


def letter_to(person: Person, mail: MailServer, language: str) -> tuple[EmailMessage, str, str]:
    """The one letter somebody got: the message, its plain text and its HTML."""
    until(lambda: person.email in mail.recipients, within=15, of=f"the letter in {language}")
    letter = mail.letters[mail.recipients.index(person.email)]
    assert letter["Content-Language"] == language
    plain, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert plain and html
    return letter, plain.get_content().replace("\r\n", "\n"), html.get_content()


def test_who_allows_something_in_german_reads_of_it_in_german(portal: Server) -> None:
    with MailServer() as mail:
        portal.options = settings(mail)
        tenant = portal.copy_of_standard(consentLetters=True)
        portal.start()
        customer = tenant.customer()
        customer.code(tenant.application(approved=True), ui_locales="de")
        letter, text, html = letter_to(customer, mail, "de")
        assert letter["Subject"] == "Acme Rentals kann jetzt Ihre Daten bei Quayline nutzen"
        assert "Die Anwendung kann:\n\n  Ihren Namen und Ihre E-Mail-Adresse sehen\n" in text
        assert '<html lang="de" dir="ltr">' in html
        assert '<span lang="de" dir="ltr">Ihren Namen und Ihre E-Mail-Adresse sehen</span>' in html


def test_who_used_arabic_last_is_asked_for_a_token_in_arabic(portal: Server) -> None:
    portal.succeed("tenant", "import", str(ROOT / "Tenants/rovitracker.json5"))
    with MailServer() as mail:
        portal.options = settings(mail)
        portal.start()
        tenant = portal.tenant("rovitracker")
        admin, customer = tenant.admin(), tenant.customer()
        application = tenant.application(approved=True)
        assert customer.asked(application, lang="ar").status == 200
        form = admin.page("/admin/manual-tokens/new")
        terms = {"application": application.client_id, "email": customer.email, "scope": "equipment_read"}
        summary = admin.submit(form, "ends", **terms)
        assert admin.submit(Page(summary), "hand").status_code == 303

        letter, text, html = letter_to(customer, mail, "ar")
        assert letter["Subject"] == "يطلب \u2068Acme Rentals\u2069 استخدام بياناتك في \u2068RoviTracker\u2069"
        assert "نيابةً عن التطبيق" in text and '<html lang="ar" dir="rtl">' in html
        assert "<bdi>RoviTracker</bdi>" in html
        # It says what it offers in English only.
        assert '<li><span lang="en" dir="ltr">Read equipment and metric data</span></li>' in html
