"""What servers on gunicorn have in common."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from .peer import Peer

PYTHON = Path(__file__).resolve().parents[2] / "var/venv-bench/bin/python"
PINNED = Path(__file__).with_name("requirements.txt")


class Gunicorn(Peer):
    """As gunicorn's documents have it for several cores, with threads: only these keep connections open.

    More processes without threads, its other advice, were slower here.
    """

    settings = "gunicorn, a process a core with four threads"

    def server(self) -> Sequence[str | Path]:
        size = ["--workers", str(os.cpu_count() or 1), "--threads", "4"]
        address = ["--bind", f"127.0.0.1:{self.port}", "--no-control-socket"]
        return [PYTHON, "-m", "gunicorn", *size, *address, "wsgi:application"]

    def versions(self) -> Iterator[str]:
        """As they are pinned."""
        pinned = dict(line.split("==") for line in PINNED.read_text().split())
        return (f"{package} {pinned[package]}" for package in self.packages)
