"""An nginx of our own in front of servers: an ordinary process in a folder, gone afterwards."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from .waiting import until


@contextmanager
def nginx(folder: Path, http: str, url: str) -> Iterator[None]:
    """Runs with `http` inside its block of that name, from when it answers at `url`."""
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    folders = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    # Its workers would be somebody else's where we are root, and could not use the folder.
    user = "user root;" if os.geteuid() == 0 else ""
    file = folder / "nginx.conf"
    file.write_text(
        f"daemon off; {user} pid {folder}/nginx.pid; error_log {folder}/nginx.log; events {{}}\n"
        f"http {{ access_log off; {folders}\n{http}\n}}\n"
    )
    environment = os.environ | {"PATH": os.environ["PATH"] + ":/usr/sbin"}
    process = subprocess.Popen(["nginx", "-c", file, "-e", folder / "nginx.log"], env=environment)
    try:
        until(lambda: answers(url), of="nginx's first answer")
        yield
    finally:
        process.terminate()
        process.wait(10)


def answers(url: str) -> bool:
    try:
        return httpx.get(url, verify=False, timeout=5).status_code > 0
    except httpx.TransportError:
        return False
