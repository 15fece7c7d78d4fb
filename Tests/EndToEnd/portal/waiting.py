"""The only way the tests and the bench wait, and where what they start may listen."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")


def until(
    condition: Callable[[], Answer], within: float = 10, of: str = "what was waited for", pause: float = 0.01
) -> Answer:
    """Asks again and again until the answer is true."""
    deadline = time.monotonic() + within
    while not (answer := condition()):
        assert time.monotonic() < deadline, f"{of} did not happen within {within} s"
        time.sleep(pause)
    return answer


given: set[int] = set()
"""Ports that were handed out, whether somebody listens there yet or not."""


def free_port() -> int:
    """One that nobody listens at and nobody else was given."""
    port = unheard_port()
    while port in given:
        port = unheard_port()
    given.add(port)
    return port


def unheard_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
