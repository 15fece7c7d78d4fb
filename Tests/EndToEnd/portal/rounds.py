"""How often tests of endurance do what they do: seldom in `make test`, often in `make torture`."""

from __future__ import annotations

import os

LONG = "PORTAL_TORTURE"
"""The variable that asks for the long form, at the end of which its figures are printed."""

figures: list[str] = []


def rounds(short: int, long: int) -> int:
    return long if os.environ.get(LONG) else short


def report(what: str, **counts: int) -> None:
    """Keeps what was counted, for whoever started the tests to read."""
    counted = [f"{count:,} {name.replace('_', ' ')}" for name, count in counts.items()]
    figures.append(f"{what}: {', '.join(counted)}")


def at_p99(times: list[float]) -> float:
    """The time within which 99 of 100 were answered."""
    return sorted(times)[int(len(times) * 0.99)]
