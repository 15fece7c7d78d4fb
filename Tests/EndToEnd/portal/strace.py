"""A tracer between a process and the kernel: it ends the process at a certain call, or makes calls fail.

The process keeps its parent and its number (`-D`), so that whoever started it still stops and waits for it.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

from .waiting import until

# --seccomp-bpf would be faster, but strace 6.1 then does nothing to most threads.
TRACER = ["strace", "-D", "-f", "--signal=none"]

KILLED = -signal.SIGKILL
"""The return code of a command that was killed."""


def killed_at(call: str, number: int) -> list[str]:
    """Before a command that is to be killed at the start of this one of its calls, counted by each thread."""
    return injecting(call, f"signal=SIGKILL:when={number}")


def resting_at(call: str, number: int) -> list[str]:
    """Before a command that is to stop there until it gets SIGCONT; see `rests`."""
    return injecting(call, f"signal=SIGSTOP:when={number}")


def rests(process: subprocess.Popen[bytes]) -> bool:
    return os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOHANG | os.WNOWAIT) is not None


def failing(call: str, error: str, when: str, note: Path, beside: Sequence[str] = ()) -> list[str]:
    """Before a command some of whose calls fail: `3` the third, `3+` from there on, `3..9` those.

    `note` tells these calls, and those `beside` them, with the paths that they are about.
    """
    return injecting(call, f"error={error}:when={when}", note, beside)


def injecting(
    calls: str, what: str, note: Path = Path("/dev/null"), beside: Sequence[str] = ()
) -> list[str]:
    traced = ",".join([calls, *beside])
    return [
        *TRACER, "-qq", "-y", "-xx", "-s0", f"--trace={traced}", f"--output={note}", f"--inject={calls}:{what}"
    ]  # fmt: skip


def failures(note: Path) -> int:
    """How many calls failed on purpose so far."""
    return note.read_text().count("(INJECTED)") if note.exists() else 0


def recording(file: Path, calls: Sequence[str]) -> list[str]:
    """Before a command whose calls are written to a file, whole, with the paths that they are about."""
    return [
        *TRACER, "-q", "-y", "-xx", "--string-limit=1000000", f"--trace={','.join(calls)}", f"--output={file}"
    ]  # fmt: skip


def finished(file: Path) -> None:
    """Returns when a recording of a command that has ended is complete, but for what it started and left to end by itself."""

    def is_complete() -> bool:
        lines = file.read_bytes().split(b"\n")[:-1]
        itself = b"".join(lines[:1]).split(b" ")[0] + b" "
        return any(line.startswith(itself) and line.endswith(b" +++") for line in reversed(lines))

    until(is_complete, of="the end of the recording")
