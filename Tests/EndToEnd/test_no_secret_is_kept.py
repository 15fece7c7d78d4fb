"""Nothing that was issued can be found again in what the server keeps (security rows CO-08, ST-01, ST-03)."""

from __future__ import annotations

import base64
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from conftest import set_up
from portal import oauth
from portal.postgres import under_test
from portal.server import PASSWORD, Server, Tenant

SHORTEST = 24
"""Values shorter than this are no secrets: they would be found by chance."""


def disguises(secret: str) -> set[bytes]:
    """The forms in which a value might have been written down; JSON has each as it is."""
    raw = secret.encode()
    inner = {base64.b64encode(raw[start:])[4:-4] for start in range(3)}
    written = {raw.hex(), raw.hex().upper(), quote(secret, safe=""), quote_plus(secret)}
    return {raw, *(form.encode() for form in written), *inner}


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, set[str]]]:
    """A server of its own after a busy day, and everything secret that was said during it."""
    before = set(oauth.issued)
    server = set_up(tmp_path_factory.mktemp("busy"))
    try:
        spend_a_day(server.tenant("standard"))
        yield server, {value for value in oauth.issued - before if len(value) >= SHORTEST} | {PASSWORD}
    finally:
        server.stop()


def spend_a_day(standard: Tenant) -> None:
    """Everything that makes a secret, and a few mistakes with them."""
    owner, person = standard.partner(), standard.customer()
    application = standard.application("Busy Ltd", owner=owner.email)
    for _ in range(30):
        tokens = application.tokens_of(person, prompt="consent")
        application.refresh(tokens["refresh_token"])
        application.introspect(tokens["access_token"])
        application.revoke(application.own_token().json()["access_token"])
    silent = standard.application("Trusted Ltd", approved=True)
    for _ in range(300):
        silent.refresh(silent.tokens_of(person)["refresh_token"])
    for _ in range(8400):
        silent.own_token()
    person.answer(person.asked(application, prompt="consent"), "deny")
    unused = person.code(application, prompt="consent")
    for number in range(3):
        form = owner.page(f"/applications/{application.client_id}/secrets/new")
        page = oauth.Page(owner.submit(form, "ticket", label=f"number {number}", others="keep"))
        oauth.note(page.text_of("client-secret"))
    application.redeem("not a code " + unused)
    standard.server.succeed("app", "rotate", "--tenant", "standard", application.client_id)
    audited = standard.server.copy_of_standard(tokensInAuditLog=True)
    client = audited.application("Audited Ltd", approved=True)
    client.refresh(client.tokens_of(audited.customer())["refresh_token"])
    client.own_token()
    link = standard.server.link_for(owner.email)
    collected = oauth.Page(owner.confirm(owner.page(link)))
    oauth.note(link.rsplit("/", 1)[-1], collected.text_of("client-secret"))
    wrong = standard.customer(signed_in=False)
    wrong.password = "a wrong password nobody should read"
    wrong.submit(wrong.page("/sign-in"), "password", email=wrong.email, password=wrong.password)


def kept(server: Server) -> dict[str, bytes]:
    """By name what the server leaves: its log, its data folder, and its rows where they are elsewhere."""
    files = [server.log, *(path for path in server.data.rglob("*") if path.is_file())]
    contents = {path.name: path.read_bytes() for path in files}
    if postgres := under_test():
        contents["the database"] = postgres.dump(server.database_name)
        contents["PostgreSQL's log"] = (postgres.folder / "log").read_bytes()
    return contents


def backed_up(server: Server, folder: Path) -> dict[str, bytes]:
    """The copy that an operator would carry away."""
    file = folder / "portal.backup"
    server.succeed("backup", str(file))
    return {file.name: file.read_bytes()}


def found_in(contents: dict[str, bytes], secrets: set[str], folder: Path) -> list[str]:
    needles = {needle: secret for secret in secrets for needle in disguises(secret)}
    (folder / "needles").write_bytes(b"\n".join(needles))
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    search = ["grep", "--text", "--only-matching", "--null", "--with-filename", "--fixed-strings", "--file=needles"]
    done = subprocess.run([*search, *contents], cwd=folder, capture_output=True, env={"LC_ALL": "C"})
    assert done.returncode < 2, done.stderr
    lines = [line.partition(b"\0") for line in done.stdout.splitlines()]
    return [f"{needles[needle][:18]}… in {name.decode()}" for name, _, needle in lines]


def test_enough_was_said_to_look_for(used: tuple[Server, set[str]]) -> None:
    assert len(used[1]) > 10_000


def test_what_was_said_would_be_found_however_it_is_written(used: tuple[Server, set[str]], tmp_path: Path) -> None:
    contents = {str(number): b"\x00 " + form + b"!" for number, form in enumerate(disguises(PASSWORD))}
    assert len(found_in(contents, used[1], tmp_path)) == len(contents)


@pytest.mark.parametrize("moment", ["running", "stopped"])
def test_no_secret_is_in_any_file_or_row(used: tuple[Server, set[str]], moment: str, tmp_path: Path) -> None:
    server, secrets = used
    if moment == "stopped":
        assert server.stop() == 0
    assert found_in(kept(server), secrets, tmp_path) == []


@pytest.mark.skipif(under_test() is not None, reason="a PostgreSQL database is copied by its own tools")
def test_no_secret_is_in_a_backup(used: tuple[Server, set[str]], tmp_path: Path) -> None:
    server, secrets = used
    copy = backed_up(server, tmp_path)
    assert b"Busy Ltd" in copy["portal.backup"]
    assert found_in(copy, secrets, tmp_path) == []


def test_only_the_owner_may_read_what_is_kept(used: tuple[Server, set[str]]) -> None:
    server, _ = used
    for path in [server.data, *server.data.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
