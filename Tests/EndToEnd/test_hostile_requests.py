"""Whatever is sent, the server answers, lives on, does not grow, and keeps its inside to itself (security rows HT-12, HT-13).

`make torture` sends a million.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import set_up
from portal.hostile import Outcome, rounds
from portal.server import Server

COUNT = int(os.environ.get("PORTAL_HOSTILE_REQUESTS", "5000"))


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Server]:
    server = set_up(tmp_path)
    yield server
    server.stop()


def test_no_request_breaks_the_server_or_makes_it_grow(own: Server) -> None:
    outcome, memory = Outcome(), []
    for part, resident in rounds(own, COUNT):
        outcome += part
        memory.append(resident)
        print(
            f"{outcome.answers.total()} requests, {resident >> 20} MiB: {dict(outcome.answers.most_common(8))}"
        )
        assert own.process and own.process.poll() is None
        assert outcome.findings == []
    # The first round fills what is bounded: caches, counters, threads.
    assert len(memory) >= 5
    assert max(memory) - memory[0] < 50 << 20
    assert outcome.answers["200"] > COUNT / 20, "most of it never gets past the door"
