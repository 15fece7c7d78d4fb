"""A machine's clock that a test sets while the server runs; what only counts seconds is left alone."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path


class Clock:
    """Kept in a file; `close` lets go of what `faketime` shares between processes."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.set(0)
        # Without something shared the library makes it, and moves the environment away from where Swift
        # looks for the arguments.
        keeper = ["faketime", "-f", "+0", "sh", "-c", 'echo "$FAKETIME_SHARED"; cat']
        self._keeper = subprocess.Popen(keeper, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._keeper.stdout
        self._shared = self._keeper.stdout.readline().strip()

    def close(self) -> None:
        self._keeper.communicate()

    def set(self, seconds: float) -> None:
        """By how much it is ahead of the real one."""
        draft = self.file.with_suffix(".new")
        draft.write_text(f"{seconds:+.0f}\n")
        os.replace(draft, self.file)

    def until(self, year: int, month: int, day: int) -> float:
        """How far ahead that day is."""
        return time.mktime((year, month, day, 12, 0, 0, 0, 0, 0)) - time.time()

    @property
    def environment(self) -> dict[str, str]:
        """For a process that is to live by it."""
        library = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
        return {
            "LD_PRELOAD": str(library),
            "FAKETIME_SHARED": self._shared,
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }
