"""The PostgreSQL that other tests stand on: whose role may do what, what a crash leaves, who follows whom."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator

import pytest

from portal.postgres import PostgreSQL, is_running, postgresql, programs, temporary
from portal.server import ROOT, until

PSQL = programs() / "psql"
SCRIPT = ROOT / "scripts/postgres"


@pytest.fixture(scope="module")
def server() -> Iterator[PostgreSQL]:
    with postgresql() as server:
        yield server


def test_the_role_of_applications_owns_its_database_and_nothing_more(server: PostgreSQL) -> None:
    assert server.create("own").startswith("postgres://portal@/own?host=%2F")
    server.run("CREATE TABLE notes (line text); INSERT INTO notes VALUES ('ours')", "own", "portal")
    assert server.run("SELECT line, current_user FROM notes", "own", "portal") == "ours|portal"
    rights = (
        "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = 'portal'"
    )
    assert server.run(rights) == "f|f|f|f"
    with pytest.raises(RuntimeError, match="permission denied"):
        server.run("CREATE DATABASE another", "own", "portal")
    server.drop("own")
    assert server.run("SELECT count(*) FROM pg_database WHERE datname = 'own'") == "0"


def test_what_was_committed_is_there_after_a_stop_and_after_a_kill(server: PostgreSQL) -> None:
    server.create("kept")
    server.run("CREATE TABLE notes (line text)", "kept", "portal")
    for end in (server.stop, server.kill):
        server.run("INSERT INTO notes VALUES ('once more')", "kept", "portal")
        end()
        assert server.pid is None
        server.start()
    assert server.run("SELECT count(*) FROM notes", "kept") == "2"


def test_a_paused_server_answers_when_it_goes_on(server: PostgreSQL) -> None:
    server.pause()
    asked = subprocess.Popen([PSQL, "-XAt", server.url("postgres"), "-c", "SELECT 1"], stdout=subprocess.PIPE)
    with pytest.raises(subprocess.TimeoutExpired):
        asked.wait(0.3)
    server.resume()
    assert asked.communicate(timeout=10)[0] == b"1\n"


def test_a_standby_has_what_was_acknowledged_and_takes_over() -> None:
    with postgresql(durable=True) as primary:
        primary.create("shared")
        follower = primary.standby()
        both = primary.url("shared", beside=[follower])
        primary.run("CREATE TABLE notes (line text); INSERT INTO notes VALUES ('ours')", "shared", "portal")
        assert follower.run("SELECT line FROM notes", "shared") == "ours"
        primary.kill()
        follower.promote()
        line = subprocess.run([PSQL, "-XqAt", both], input="TABLE notes", capture_output=True, text=True)
        assert line.stdout == "ours\n"
        follower.run("INSERT INTO notes VALUES ('after')", "shared", "portal")


def test_no_server_outlives_who_started_it() -> None:
    program = """
import os, signal
from portal.postgres import postgresql
with postgresql() as server:
    print(server.pid, server.folder.parent, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""
    asked = [sys.executable, "-c", program]
    done = subprocess.run(asked, cwd=ROOT / "Tests/EndToEnd", capture_output=True, text=True)
    pid, folder = done.stdout.split()
    until(lambda: not is_running(int(pid)), of="the server's end")
    shutil.rmtree(folder)


def test_the_script_runs_a_command_with_a_server_of_its_own() -> None:
    asked = f'exec {PSQL} -XAt "$PORTAL_TEST_DATABASE" -c "SELECT current_user, current_database()"'
    done = subprocess.run([SCRIPT, "run", "sh", "-c", asked], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "portal|test\n"), done.stderr
    assert subprocess.run([SCRIPT, "run", "sh", "-c", "exit 3"]).returncode == 3


def test_the_script_starts_one_that_stays_until_it_is_stopped() -> None:
    with temporary() as folder:
        kept = folder / "kept"
        urls = [subprocess.check_output([SCRIPT, "start", kept], text=True).strip() for _ in range(2)]
        assert urls == [PostgreSQL(kept).url("test")] * 2
        assert subprocess.check_output([PSQL, "-XAt", urls[0], "-c", "SELECT 1"]) == b"1\n"
        subprocess.run([SCRIPT, "stop", kept], check=True)
        assert PostgreSQL(kept).pid is None


def test_the_script_leaves_a_folder_alone_that_belongs_to_somebody_else() -> None:
    with temporary() as folder:
        (folder / "letters").touch()
        done = subprocess.run([SCRIPT, "start", folder], capture_output=True, text=True)
        assert (done.returncode, done.stderr.count("\n")) == (1, 1)
        assert "letters" in done.stderr
