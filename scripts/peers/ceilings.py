"""What bounds any server on this machine: HTTP with nothing behind it, and commits that reach the disk."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portal.waiting import free_port, until

from .peer import answers

GROUP = 64
"""Rows in a commit: as many as clients ask at once, so no server can put more into one and answer each."""


@contextmanager
def nginx(folder: Path) -> Iterator[int]:
    """The port of an nginx that says 200 and nothing else."""
    port = free_port()
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    file = folder / "nginx.conf"
    file.write_text(
        f"daemon off; worker_processes 2; pid {folder}/nginx.pid; error_log {folder}/nginx.log;"
        "events { worker_connections 1024; }"
        f"http {{ access_log off; {temporary} keepalive_requests 1000000;"
        f" server {{ listen 127.0.0.1:{port}; location / {{ return 200 'Hello'; }} }} }}"
    )
    process = subprocess.Popen(["nginx", "-c", file, "-e", folder / "nginx.log"], stderr=subprocess.DEVNULL)
    try:
        until(lambda: answers(port, "/"))
        yield port
    finally:
        process.terminate()
        process.wait()


def durable_rows(folder: Path, seconds: float) -> float:
    """Rows a second that SQLite commits in groups, each forced to the disk before the next."""
    with sqlite3.connect(folder / "commits.db", isolation_level=None) as store:
        store.execute("PRAGMA journal_mode = WAL")
        store.execute("PRAGMA synchronous = FULL")
        store.execute("CREATE TABLE IF NOT EXISTS rows (id BLOB PRIMARY KEY, digest BLOB) WITHOUT ROWID")
        began, written = time.perf_counter(), 0
        while (taken := time.perf_counter() - began) < seconds:
            rows = [(os.urandom(16), bytes(32)) for _ in range(GROUP)]
            store.execute("BEGIN IMMEDIATE")
            store.executemany("INSERT INTO rows VALUES (?, ?)", rows)
            store.execute("COMMIT")
            written += GROUP
    store.close()
    return written / taken
