"""What lies in the data folder is its owner's alone, and the process gives nothing of it away (security rows ST-03, AD-05)."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from conftest import set_up
from portal.server import Server


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = set_up(tmp_path)
    yield server
    server.stop()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_every_file_is_its_owners_alone(server: Server) -> None:
    server.succeed("init")
    server.succeed("audit", "verify")
    assert mode(server.data) == 0o700
    files = {path.name: mode(path) for path in server.data.iterdir()}
    assert {"master.key", "ledger.marks", "first-administrator-standard.link"} <= files.keys()
    assert set(files.values()) == {0o600}


def test_a_crash_leaves_no_memory_behind(server: Server) -> None:
    assert server.process
    limits = Path(f"/proc/{server.process.pid}/limits").read_text().splitlines()
    assert [line.split()[4:6] for line in limits if "core file size" in line] == [["0", "0"]]


def test_root_is_told_once_to_use_another_user(server: Server) -> None:
    told = server.noted().count("Running as root")
    assert told == (1 if os.geteuid() == 0 else 0)


@pytest.mark.parametrize("name", ["master.key", "portal.db", "first-administrator-standard.link"])
def test_nothing_of_it_is_served(server: Server, name: str) -> None:
    server.succeed("init")
    for path in (f"/{name}", f"/public/../{name}", f"/public/%2e%2e/{name}", f"/public/..%2f{name}"):
        request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nConnection: close\r\n\r\n"
        assert server.exchange(request.encode()).split(b" ")[1] in {b"400", b"404"}


def test_the_first_administrators_link_is_printed_once_and_kept_in_a_file(server: Server) -> None:
    file = server.data / "first-administrator-standard.link"
    first = server.succeed("init")
    link = file.read_text().strip()
    assert link in first and str(file) in first
    assert httpx.get(link).status_code == 200
    second = server.succeed("init")
    assert "/admin/invitations/" not in second
    assert file.read_text().strip() == link


def test_the_file_goes_once_there_is_an_administrator(server: Server) -> None:
    server.succeed("init")
    server.succeed(
        "account", "add", "--tenant", "standard", "--role", "admin", "--email", "ada@first.example",
        stdin="a long enough sentence",
    )  # fmt: skip
    server.succeed("init")
    assert not (server.data / "first-administrator-standard.link").exists()
