"""`portal conformance`: what the providers' documents promise, replayed by path and by host."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from portal.server import ROOT, Server, until

TENANTS = sorted(file.stem for file in (ROOT / "Tenants").glob("*.json5"))
TRANSCRIPTS = ROOT / "Conformance"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with every shipped tenant; `standard`, which ships without a host, gets one."""
    folder = tmp_path_factory.mktemp("conformance")
    server = Server(folder / "data")
    server.succeed("tenant", "import", *(str(ROOT / f"Tenants/{name}.json5") for name in TENANTS))
    settings = json.loads(server.succeed("tenant", "export", "standard"))
    settings["hosts"] = ["auth.provider.example"]
    file = folder / "standard.json5"
    file.write_text(json.dumps(settings))
    server.succeed("tenant", "import", str(file))
    server.start()
    yield server
    server.stop()


@pytest.mark.parametrize("door", ["path", "host"])
@pytest.mark.parametrize("tenant", TENANTS)
def test_a_provider_keeps_its_promises(demo: Server, tenant: str, door: str) -> None:
    done = demo.command("conformance", "--tenant", tenant, "--by", door)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    assert re.search(r"\d+ cases, \d+ requests, all as promised", done.stdout)


def test_every_answer_is_an_object_for_scripts(demo: Server) -> None:
    done = demo.command("conformance", "--tenant", "standard", "--by", "path", "--json")
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) > 20 and all(answer["pass"] and not answer["differences"] for answer in answers)
    assert {answer["by"] for answer in answers} == {"path"}


def test_without_a_word_both_doors_are_tried_at_the_servers_own_address(demo: Server) -> None:
    done = demo.command("conformance", "--tenant", "standard")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    assert f"by path: {demo.url}/t/standard" in done.stdout
    assert f"by host: http://auth.provider.example:{demo.port}" in done.stdout


def test_the_address_may_be_named(demo: Server) -> None:
    done = demo.command("conformance", "--tenant", "valuekeep", "--against", demo.url)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr


def test_a_token_that_really_expired_says_so_in_the_words_of_the_document(
    demo: Server, tmp_path: Path
) -> None:
    """The transcript ends its token, because nobody waits four hours; here tokens last a second."""
    settings = json.loads(demo.succeed("tenant", "export", "valuekeep"))
    settings |= {"name": "hasty", "hosts": []}
    settings["brand"]["displayName"] = "Hasty"
    settings["policy"]["accessTokenSeconds"] = 1
    file = tmp_path / "hasty.json5"
    file.write_text(json.dumps(settings))
    demo.succeed("tenant", "import", str(file))
    hasty = demo.tenant("hasty")
    application = hasty.application(redirect_uris=(), scopes=("application",))
    token = application.own_token().json()["access_token"]

    def answer() -> httpx.Response:
        return httpx.get(f"{hasty.base}/oauth2/verify", headers={"Authorization": f"Bearer {token}"})

    refused = until(lambda: (got := answer()).status_code == 401 and got, of="the end of the token")
    assert refused.json()["error"] == "invalid_token"
    assert "Invalid Token Error" in refused.json()["error_description"]


# MARK: it can fail


@pytest.mark.parametrize(
    ("promised", "broken", "difference"),
    [
        ('token_type: "Bearer", expires_in', 'expires_in: 1, token_type: "Bearer", x', "the keys access_token"),
        ("status: 303", "status: 302", "status: 302 was expected, 303 came"),
        ('"Cache-Control": "no-store"', '"Cache-Control": "no-cache"', "“no-cache” was expected"),
        ('error: "invalid_grant"', 'error: "invalid_token"', "body.error: “invalid_token” was expected"),
        ("Location: null", 'Location: "<_>"', "header Location: 1 of it was expected, none came"),
    ],
)
def test_a_promise_that_is_not_kept_is_said_and_ends_the_check(
    demo: Server, tmp_path: Path, promised: str, broken: str, difference: str
) -> None:
    text = (TRANSCRIPTS / "standard.json5").read_text()
    assert promised in text
    file = tmp_path / "broken.json5"
    file.write_text(text.replace(promised, broken, 1))
    done = demo.command("conformance", "--tenant", "standard", "--transcript", str(file), "--by", "path")
    assert done.returncode == 1
    assert difference in done.stdout
    assert done.stdout.rstrip().splitlines()[-1].startswith("   ! ")


def test_a_server_that_does_not_answer_is_a_failure(demo: Server) -> None:
    done = demo.command("conformance", "--tenant", "standard", "--against", "http://127.0.0.1:9")
    assert done.returncode == 1
    assert "got no answer" in done.stderr


def test_wrong_use_is_2(demo: Server) -> None:
    assert demo.command("conformance").returncode == 2
    assert demo.command("conformance", "--tenant", "nobody").returncode == 2
    assert demo.command("conformance", "--tenant", "standard", "--by", "magic").returncode == 2


# MARK: what it leaves behind


def kept(demo: Server) -> dict[str, dict[str, object]]:
    stages: dict[str, dict[str, object]] = json.loads((demo.data / "conformance.json").read_text())
    return stages


def test_no_secret_is_printed_unless_asked(demo: Server) -> None:
    done = demo.command("conformance", "--tenant", "standard", "--by", "path")
    applications = kept(demo)["standard"]["applications"]
    assert isinstance(applications, list)
    secrets = [application["secret"] for application in applications if "secret" in application]
    assert len(secrets) >= 2
    assert not any(secret in done.stdout + done.stderr for secret in secrets)
    assert not re.search(r"portal_[a-z]+_|standard_(at|rt|cs|code)_", done.stdout)
    assert "‹access_token›" in done.stdout and "‹app.secret›" in done.stdout
    shown = demo.command("conformance", "--tenant", "standard", "--by", "path", "--show-secrets")
    assert any(secret in shown.stdout for secret in secrets)


def test_its_applications_are_reused_and_suspended_between_checks(demo: Server) -> None:
    def applications() -> list[dict[str, str]]:
        printed = demo.succeed("app", "list", "--tenant", "standard", "--json")
        return [json.loads(line) for line in printed.splitlines()]

    demo.succeed("conformance", "--tenant", "standard", "--by", "path")
    before = applications()
    demo.succeed("conformance", "--tenant", "standard", "--by", "path")
    assert [a["client_id"] for a in applications()] == [a["client_id"] for a in before]
    assert all(a["name"].startswith("Conformance ") and a["state"] == "suspended" for a in applications())
    assert (demo.data / "conformance.json").stat().st_mode & 0o777 == 0o600
