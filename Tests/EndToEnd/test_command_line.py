"""`portal` at a terminal: help, exit codes, words on the right stream, beside a running server and alone."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import httpx
import pytest

from portal.server import BINARY, PASSWORD, ROOT, Server, Tenant, until


def portal(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BINARY, *arguments], input=stdin, capture_output=True, text=True, timeout=20, cwd=ROOT
    )


def commands() -> list[list[str]]:
    """Every command that the help lists."""
    lines = portal("--help").stdout.splitlines()
    found = [re.match(r"  ([a-z]+(?: [a-z]+)*)", line) for line in lines]
    return [match.group(1).split() for match in found if match]


def test_help_fits_on_one_screen_and_goes_to_standard_output() -> None:
    done = portal("--help")
    assert done.returncode == 0 and done.stderr == ""
    assert len(done.stdout.splitlines()) <= 50
    assert {"serve", "tenant", "account", "app"} <= {command[0] for command in commands()}


def test_every_command_and_group_explains_itself() -> None:
    for command in [*commands(), ["tenant"], ["app"], ["account"]]:
        done = portal(*command, "--help")
        assert done.returncode == 0, command
        assert done.stdout.startswith("Usage: portal " + " ".join(command)) and done.stderr == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ["tennant"],
        [],
        ["tenant"],
        ["tenant", "lst"],
        ["serve", "--prot", "1"],
        ["app", "add"],
        ["serve", "--listen"],
        ["app", "show", "--tenant", "standard", "a", "b"],
        ["serve", "--listen", "nonsense"],
    ],
    ids=str,
)
def test_wrong_use_ends_with_2_and_a_hint(tmp_path: Path, arguments: list[str]) -> None:
    done = portal(*arguments)
    assert done.returncode == 2, done.stderr
    assert done.stdout == "" and done.stderr.startswith("portal: ")


def test_a_mistyped_word_gets_a_suggestion() -> None:
    assert "Did you mean “tenant”?" in portal("tennant", "list").stderr
    assert "data" in portal("serve", "--dat", "x").stderr


def test_a_mistyped_setting_in_the_environment_is_an_error(tmp_path: Path) -> None:
    done = subprocess.run(
        [BINARY, "serve", "--data", tmp_path],
        env={"PORTAL_PUBLC_URL": "http://127.0.0.1:1"},
        capture_output=True,
        text=True,
        timeout=10,
        cwd=ROOT,
    )
    assert done.returncode == 2 and "PORTAL_PUBLIC_URL" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["tenant", "show", "nobody"],
        ["app", "show", "--tenant", "standard", "unknown"],
        ["app", "approve", "--tenant", "standard", "unknown"],
        [
            "app",
            "add",
            "--tenant",
            "standard",
            "--owner",
            "nobody@northfield.example",
            "--name",
            "Acme Rentals",
        ],
        ["app", "list", "--tenant", "nobody"],
    ],
    ids=lambda arguments: " ".join(arguments),
)
def test_what_cannot_be_done_ends_with_1_and_a_sentence(server: Server, arguments: list[str]) -> None:
    done = server.command(*arguments)
    assert done.returncode == 1, done.stderr
    assert done.stdout == "" and done.stderr.startswith("portal: ")


def test_a_weak_password_is_refused_and_none_is_taken_from_an_argument(server: Server) -> None:
    arguments = [
        "account",
        "add",
        "--tenant",
        "standard",
        "--role",
        "partner",
        "--email",
        "weak@northfield.example",
    ]
    assert server.command(*arguments, stdin="short\n").returncode == 1
    assert server.command(*arguments, "--password", PASSWORD).returncode == 2
    assert server.command(*arguments, stdin=PASSWORD + "\n").returncode == 0
    again = server.command(*arguments, stdin=PASSWORD + "\n")
    assert again.returncode == 1 and PASSWORD not in again.stderr


def test_commands_work_alone_and_beside_a_running_server(tmp_path: Path) -> None:
    server = Server(tmp_path / "data")
    server.succeed("tenant", "import", str(ROOT / "Tenants/standard.json5"))
    alone = server.succeed("tenant", "list", "--json")
    server.start()
    try:
        assert server.succeed("tenant", "list", "--json") == alone
        standard = server.tenant("standard")
        application = standard.application("Beside Ltd")
        # What the command did, the running server knows at once.
        assert application.own_token().status_code == 200
    finally:
        assert server.stop() == 0
    listed = server.succeed("app", "list", "--tenant", "standard", "--json")
    assert application.client_id in listed


def test_what_only_starting_needed_is_let_go_and_comes_back(tmp_path: Path) -> None:
    server = Server(tmp_path / "data")
    server.succeed("tenant", "import", str(ROOT / "Tenants/standard.json5"))
    server.start()
    try:
        until(lambda: server.memory() < server.most_memory() * 0.7, of="memory that is let go")
        assert httpx.get(f"{server.url}/t/standard/partners/sign-in").status_code == 200
    finally:
        server.stop()


def test_a_second_server_on_the_same_data_says_who_has_it(server: Server) -> None:
    done = portal("serve", "--data", str(server.data), "--listen", "127.0.0.1:0")
    assert done.returncode == 1
    assert server.process and str(server.process.pid) in done.stderr


def test_importing_a_tenant_twice_changes_nothing(server: Server, standard: Tenant) -> None:
    before = server.succeed("tenant", "export", "standard")
    server.succeed("tenant", "import", str(ROOT / "Tenants/standard.json5"))
    assert server.succeed("tenant", "export", "standard") == before


def test_an_exported_tenant_can_be_imported(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "tenant.json5"
    file.write_text(server.succeed("tenant", "export", "brisk"))
    server.succeed("tenant", "import", str(file))


def test_a_broken_tenant_file_names_the_place(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "broken.json5"
    file.write_text("{ name: 'broken', brand: 7 }")
    done = server.command("tenant", "import", str(file))
    assert done.returncode in {1, 2} and "broken.json5" in done.stderr
    assert "broken" not in server.succeed("tenant", "list", "--json")


def test_lists_are_one_json_object_per_line(server: Server, standard: Tenant) -> None:
    standard.application("Listed Ltd")
    for arguments in (["tenant", "list"], ["app", "list", "--tenant", "standard"]):
        for line in server.succeed(*arguments, "--json").splitlines():
            assert isinstance(json.loads(line), dict)


def test_the_ledger_verifies(server: Server) -> None:
    assert server.command("audit", "verify").returncode == 0


def test_the_version_is_one_line() -> None:
    assert re.fullmatch(r"portal \d+\.\d+\.\d+\S*\n", portal("--version").stdout)
