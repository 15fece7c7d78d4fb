"""Servers side by side: every job is asked of each in turn, round by round, and medians are compared."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from .load import rate
from .peer import Jobs, Peer
from .stores import Store

STARTS = 7

SETTLING = 10
"""Seconds after its start in which a server does what it has to do before it is idle."""

FIRST_ANSWER = "start to first answer, ms"
IDLE = "memory idle, MiB"
LOADED = "memory after the load, MiB"
MOST = 100
"""MiB after the load, besides what passwords are hashed in."""


@dataclass(frozen=True)
class Target:
    """What the first server has to manage."""

    times: float = 0
    """Of the best of the others in the same round."""

    beside: str = ""
    """The others' job, where theirs is another one."""

    ceiling: str = ""
    share: float = 0
    """Of what that ceiling was in the same round."""


@dataclass
class Run:
    """What is compared, and what was measured."""

    folder: Path
    store: Store
    rounds: int
    seconds: int
    targets: Mapping[str, Target]
    ceilings: Mapping[str, Callable[[], float]] = field(default_factory=dict)
    stored: int = 0
    """So many tokens beside those that are asked about."""

    slack: float = 1
    """How many times the best of the others start and memory may be."""

    rates: list[dict[str, dict[str, float]]] = field(default_factory=list)
    """By round, job and server, or ceiling."""

    footprints: dict[str, dict[str, float]] = field(default_factory=dict)
    """By what it is and server."""

    def measure(self, peers: Sequence[Peer]) -> None:
        with ExitStack() as running:
            asked = {peer.name: (peer, running.enter_context(self.running(peer))) for peer in peers}
            for _ in range(self.rounds):
                limits = {name: {name: measured()} for name, measured in self.ceilings.items()}
                self.rates.append(limits | {job: self.ask(job, asked) for job in self.targets})
            for peer in peers:
                self.note(LOADED, peer, peer.memory())
            self.start_again(peers)

    def start_again(self, peers: Sequence[Peer]) -> None:
        """All in turn, so that they share the machine's moods and, in the end, the pages of their libraries."""
        starts: dict[str, list[float]] = {peer.name: [] for peer in peers}
        for _ in range(STARTS):
            for peer in peers:
                peer.stop()
                starts[peer.name].append(peer.start())
        time.sleep(SETTLING)
        for peer in peers:
            self.note(FIRST_ANSWER, peer, statistics.median(starts[peer.name]))
            self.note(IDLE, peer, peer.memory())

    @contextmanager
    def running(self, peer: Peer) -> Iterator[Jobs]:
        """Starts a server in a place of its own; while the others are asked it has nothing to do."""
        try:
            made = peer.install(self.store.create(place(peer)))
            peer.start()
            yield self.crowded(peer, peer.jobs(made))
        finally:
            peer.stop()

    def crowded(self, peer: Peer, jobs: Jobs) -> Jobs:
        if self.stored:
            peer.stop()
            peer.crowd(self.stored)
            peer.start()
        return jobs

    def ask(self, job: str, asked: Mapping[str, tuple[Peer, Jobs]]) -> dict[str, float]:
        taken = {}
        for name, (peer, jobs) in asked.items():
            if job in jobs:
                self.store.settle(place(peer))
                taken[name] = rate(peer.port, jobs[job], self.folder, self.seconds)
        return taken

    def note(self, what: str, peer: Peer, value: float) -> None:
        self.footprints.setdefault(what, {})[peer.name] = value

    # MARK: what came of it

    def median(self, job: str) -> dict[str, float]:
        """By server."""
        servers = self.rates[0][job]
        return {name: statistics.median(each[job][name] for each in self.rates) for name in servers}

    def ratio(self, job: str) -> float | None:
        """How many times the best of the others the first server is."""
        others = self.targets[job].beside or job
        ours, *theirs = self.names
        if not any(name in self.rates[0].get(others, {}) for name in theirs):
            return None
        return statistics.median(
            each[job][ours] / max(each[others][name] for name in theirs if name in each[others])
            for each in self.rates
        )

    def share(self, job: str) -> float | None:
        """What part of its ceiling the first server reaches."""
        ceiling = self.targets[job].ceiling
        if not ceiling:
            return None
        return statistics.median(each[job][self.names[0]] / each[ceiling][ceiling] for each in self.rates)

    @property
    def names(self) -> list[str]:
        """The servers, in their order."""
        return list(next(iter(self.footprints.values())))

    def summary(self) -> dict[str, object]:
        """All of it, as it is kept."""
        return {
            "jobs": {
                job: {
                    "a second": self.median(job),
                    "times the best": self.ratio(job),
                    "share of the ceiling": self.share(job),
                }
                | vars(target)
                for job, target in self.targets.items()
            },
            "ceilings": {name: self.median(name)[name] for name in self.ceilings},
            "footprints": self.footprints,
        }


def place(peer: Peer) -> str:
    return f"{type(peer).__name__.lower()}-{peer.port}"


# MARK: the table


def show(run: Run, title: str) -> str:
    head = f"{title:34}" + "".join(f"{name:>22}" for name in run.names)
    lines = ["", head + f"{'to the best':>13}{'wanted':>8}{'of ceiling':>12}{'wanted':>8}"]
    lines += [line(run, job, target) for job, target in run.targets.items()]
    for ceiling in run.ceilings:
        lines.append(f"{'ceiling: ' + ceiling:34}{run.median(ceiling)[ceiling]:22,.0f}")
    lines += [footprint(run, what, values) for what, values in run.footprints.items()]
    return "\n".join(lines)


def line(run: Run, job: str, target: Target) -> str:
    rates = run.median(job)
    cells = "".join(f"{rates[name]:22,.0f}" if name in rates else f"{'':22}" for name in run.names)
    best, part = compared(run.ratio(job), target.times, ".1f"), compared(run.share(job), target.share, ".2f")
    missed = "  missed" if best.endswith("!") or part.endswith("!") else ""
    return f"{job:34}{cells}" + f" {best[:-1]:>20}{part[:-1]:>20}".rstrip() + missed


def footprint(run: Run, what: str, values: Mapping[str, float]) -> str:
    """Here less is better."""
    cells = "".join(f"{values[name]:22,.1f}" for name in run.names)
    ours, *theirs = (values[name] for name in run.names)
    times = ours / min(theirs)
    if not any(target.times for target in run.targets.values()):
        return f"{what:34}{cells}{times:13.2f}"
    is_bounded = what == LOADED and run.ceilings
    missed = ours > MOST if is_bounded else times > run.slack
    wanted = f"{MOST} MiB" if is_bounded else f"{run.slack:.2g}"
    return f"{what:34}{cells}{times:13.2f}{wanted:>8}{'  missed' if missed else ''}"


def compared(value: float | None, wanted: float, digits: str) -> str:
    """Two cells, and a last character that says whether the first is too small."""
    if value is None:
        return f"{'':20} "
    asked = f"{wanted:8.2g}" if wanted else f"{'':8}"
    return f"{value:12{digits}}{asked}" + ("!" if value < wanted else " ")
