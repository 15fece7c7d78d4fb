"""What others wrote to attack servers finds nothing here (security rows HT-07, ST-05); in `make torture`."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from conftest import set_up
from portal.hostile import seal_of
from portal.oauth import basic, new_address
from portal.server import Server

pytestmark = pytest.mark.skipif(
    "PORTAL_TORTURE" not in os.environ,
    reason="takes minutes, and tools that `scripts/setup torture` installs",
)
CONNECTIONS = 500


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Server]:
    server = set_up(tmp_path)
    yield server
    server.stop()


def connections_to(port: int) -> int:
    """Those that the kernel still calls established, seen from the server."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(row[1].endswith(f":{port:04X}") and row[3] == "01" for row in rows)


@pytest.mark.parametrize(
    ("attack", "path", "gone_within"),
    [
        (["-H", "-i", "2", "-x", "1"], "/healthz", 15),
        (["-B", "-i", "2", "-x", "1", "-s", "8192"], "/t/standard/oauth2/token", 35),
        # A page fits into the kernel's buffers: what is left is idle, which a proxy may be for 75 s.
        (["-X", "-n", "2", "-z", "1", "-w", "1", "-y", "1"], "/t/standard/sign-in", 80),
    ],
    ids=["headers", "body", "reading"],
)
def test_slow_clients_are_gone_in_time_and_hold_nobody_up(
    own: Server, attack: list[str], path: str, gone_within: int
) -> None:
    size = ["-c", str(CONNECTIONS), "-r", "250", "-l", "240"]
    command = ["slowhttptest", *attack, *size, "-u", own.url + path]
    attacker = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    took: list[float] = []
    start = peak = time.monotonic()
    most = 0
    try:
        while (left := connections_to(own.port)) > 0 or most < CONNECTIONS / 2:
            answer = httpx.get(f"{own.url}/t/standard/sign-in", headers={"X-Forwarded-For": new_address()})
            took.append(answer.elapsed.total_seconds())
            assert answer.status_code == 200
            if left > most:
                most, peak = left, time.monotonic()
            assert time.monotonic() - start < 120, f"{left} connections are still there"
        assert time.monotonic() - peak < gone_within
    finally:
        attacker.terminate()
        attacker.wait()
    assert sorted(took)[len(took) * 99 // 100] < 0.5


def sqlmap(folder: Path, url: str, *arguments: str) -> str:
    depth = ["--level", os.environ.get("PORTAL_SQLMAP_LEVEL", "3"), "--risk", "2", "--threads", "4"]
    quietly = ["--batch", "--disable-coloring", "--output-dir", str(folder)]
    command = ["sqlmap", "-u", url, *quietly, *depth, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=7200).stdout


def test_sqlmap_finds_no_way_into_a_statement(own: Server, tmp_path: Path) -> None:
    tenant = own.tenant("standard")
    admin, application = tenant.admin(), tenant.application()
    proof = basic(application.client_id, str(application.client_secret))["Authorization"]
    signed_in = ["--cookie", admin.cookie()]
    reports = [
        sqlmap(tmp_path, application.authorize_url()),
        sqlmap(
            tmp_path,
            f"{tenant.base}/admin/audit?who=a&action=b&object=c&from=2026-01-01&before=9",
            *signed_in,
        ),
        sqlmap(tmp_path, f"{tenant.base}/admin/applications?q=acme&state=approved&page=1", *signed_in),
        sqlmap(
            tmp_path,
            f"{tenant.base}/oauth2/introspect",
            *("--data", "token=a&token_type_hint=b", "--headers", f"Authorization: {proof}"),
        ),
        sqlmap(
            tmp_path,
            f"{tenant.base}/admin/account/address",
            *("--data", f"email=a&seal={seal_of(admin)}", "--skip", "seal", *signed_in),
        ),
    ]
    for report in reports:
        assert "do not appear to be injectable" in report, report[-3000:]
        assert "is vulnerable" not in report


@pytest.mark.parametrize("role", [None, "customer", "partner", "admin"])
def test_wapiti_finds_nothing(own: Server, tmp_path: Path, role: str | None) -> None:
    report, seconds = tmp_path / "wapiti.json", os.environ.get("PORTAL_WAPITI_SECONDS", "1200")
    # Not its modules for headers and cookies: over plain HTTP they miss what https alone has.
    modules = "backup,blindsql,crlf,csp,exec,file,htaccess,methods,permanentxss,redirect,sql,xss,xxe"
    command = [
        "wapiti",
        "-u",
        f"{own.url}/t/standard/",
        "--scope",
        "folder",
        "-m",
        modules,
        "--flush-session",
    ]
    command += ["--max-scan-time", seconds, "-f", "json", "-o", str(report), "--no-bugreport", "-v", "0"]
    if role:
        person = own.tenant("standard").person(role, signed_in=True)
        command += ["-H", f"Cookie: {person.cookie()}"]
    subprocess.run(command, capture_output=True, timeout=7200, env=os.environ | {"HOME": str(tmp_path)})
    found = json.loads(report.read_text())["vulnerabilities"]
    assert [
        (kind, entry["info"], entry["path"]) for kind, entries in found.items() for entry in entries
    ] == []
