"""Portal on PostgreSQL beside its peers, all on one database server that forces every commit to the disk."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from portal.postgres import PostgreSQL, postgresql
from portal.waiting import free_port

from .doorkeeper import Doorkeeper
from .load import flows, wrk
from .ours import Portal
from .peer import Peer
from .toolkit import Toolkit

WANTED = {"client-credentials tokens": 5.0, "introspection of a live token": 8.0, "whole code flows": 5.0}
"""How many times the best peer Portal has to manage."""

Questions = dict[str, Callable[[], float]]
"""By job: measures it once, and returns how many a second."""


def compare(folder: Path, rounds: int, seconds: int, with_portal: bool) -> dict[str, dict[str, float]]:
    """By job: every server's median, and the median of Portal's ratios to the best peer of each round."""
    kinds: list[type[Peer]] = [Portal, Toolkit, Doorkeeper] if with_portal else [Toolkit, Doorkeeper]
    rates: dict[str, list[dict[str, float]]] = {job: [] for job in WANTED}
    with postgresql(durable=True) as server, ExitStack() as running:
        asked = {kind.name: running.enter_context(questions(kind, server, folder, seconds)) for kind in kinds}
        for _ in range(rounds):
            for job, taken in rates.items():
                taken.append({name: each[job]() for name, each in asked.items()})
    return {job: summary(taken) | {"wanted": WANTED[job]} for job, taken in rates.items()}


@contextmanager
def questions(kind: type[Peer], server: PostgreSQL, folder: Path, seconds: int) -> Iterator[Questions]:
    """Starts a server on a database of its own; while the others are asked it has nothing to do."""
    peer, port, database = kind(folder / f"{kind.__name__}.log"), free_port(), kind.__name__.lower()

    def settled(job: Callable[[], float]) -> Callable[[], float]:
        def measured() -> float:
            # What earlier jobs left the database server to do would be done in the time of this one.
            server.run("VACUUM ANALYZE", database)
            server.run("CHECKPOINT")
            return job()

        return measured

    try:
        jobs = peer.start(server.create(database), port)
        yield {
            jobs.tokens.name: settled(lambda: wrk(port, jobs.tokens, folder, seconds)),
            jobs.introspection.name: settled(lambda: wrk(port, jobs.introspection, folder, seconds)),
            "whole code flows": settled(lambda: flows(port, jobs.flow, folder, seconds)),
        }
    finally:
        peer.stop()


def summary(taken: list[dict[str, float]]) -> dict[str, float]:
    medians = {name: statistics.median(rates[name] for rates in taken) for name in taken[0]}
    if Portal.name in medians:
        medians["ratio"] = statistics.median(ratio(rates) for rates in taken)
    return medians


def ratio(rates: dict[str, float]) -> float:
    return rates[Portal.name] / max(rate for name, rate in rates.items() if name != Portal.name)


def show(table: dict[str, dict[str, float]]) -> str:
    servers = [name for name in next(iter(table.values())) if name not in {"ratio", "wanted"}]
    lines = ["", f"{'on PostgreSQL, a second':34}" + "".join(f"{name:>22}" for name in servers)]
    if Portal.name in servers:
        lines[-1] += f"{'to the best peer':>18}{'wanted':>8}"
    for job, row in table.items():
        line = f"{job:34}" + "".join(f"{row[name]:22,.0f}" for name in servers)
        if "ratio" in row:
            verdict = "" if row["ratio"] >= row["wanted"] else "  missed"
            line += f"{row['ratio']:18.1f}{row['wanted']:8g}{verdict}"
        lines.append(line)
    return "\n".join(lines)
