"""Where a run works, and where what it found is kept."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "var/bench"


@contextmanager
def temporary() -> Iterator[Path]:
    """A folder on the disk, not in memory, that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir=ROOT / "var"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def kept(kind: str) -> Iterator[Callable[[str], None]]:
    """Says something to whoever watches, and in a file of this run that begins with the machine."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    with (RESULTS / f"{stamp()}-{kind}.txt").open("w") as file:
        print(machine(), file=file)

        def say(text: str) -> None:
            print(text, flush=True)
            print(text, file=file, flush=True)

        yield say


def machine() -> str:
    model = Path("/proc/cpuinfo").read_text().partition("model name\t: ")[2].split("\n")[0]
    commit = ["git", "-C", str(ROOT), "describe", "--always", "--dirty"]
    ours = subprocess.run(commit, capture_output=True, text=True).stdout.strip()
    return f"{stamp()}, commit {ours}, {os.cpu_count()} × {model}, Linux {os.uname().release}"


def stamp() -> str:
    return datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
