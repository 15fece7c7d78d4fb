"""What was asked and what came of it, on disk before the next step: the only witness after a crash (R-01)."""

from __future__ import annotations

import json
import os
import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Entry = dict[str, Any]
"""A line of the exported ledger."""

ENTRY = {
    "register": "application.registered",
    "create secret": "secret.created",
    "revoke secret": "secret.revoked",
    "add redirect URI": "redirect_uri.added",
    "remove redirect URI": "redirect_uri.removed",
    "brand": "application.edited",
    "consent": "consent.given",
    "redeem": "code.redeemed",
    "revoke": "token.revoked",
    "withdraw": "consent.ended",
}
"""The kinds of operations that a person or an application is named for in the ledger, and by which action."""


@dataclass
class Operation:
    number: int
    kind: str
    facts: dict[str, str]
    outcome: str = "unknown"
    """`ok` or `fail` as it was answered; `unknown` until then."""

    reference: str = ""
    result: dict[str, str] = field(default_factory=dict)
    found: bool | None = None
    """Of an unknown one, whether it turned out to have been done."""


class History:
    """One line for each step of each operation; a line is on disk when `write` returns."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._descriptor = os.open(file, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
        self._lock = threading.Lock()
        self._count = 0

    def invoke(self, kind: str, **facts: str) -> Operation:
        with self._lock:
            self._count += 1
            operation = Operation(self._count, kind, facts)
        self._write(invoke=operation.number, kind=kind, facts=facts)
        return operation

    def ok(self, operation: Operation, reference: str, result: dict[str, str]) -> None:
        operation.outcome, operation.reference, operation.result = "ok", reference, result
        self._write(ok=operation.number, reference=reference, result=result)

    def fail(self, operation: Operation, status: int, said: str) -> None:
        operation.outcome = "fail"
        self._write(fail=operation.number, status=status, said=said)

    def found(self, operation: Operation, done: bool | None) -> None:
        operation.found = done
        self._write(found=operation.number, done=done)

    def _write(self, **line: Any) -> None:
        os.write(self._descriptor, (json.dumps(line) + "\n").encode())
        os.fdatasync(self._descriptor)

    def close(self) -> None:
        os.close(self._descriptor)

    def operations(self) -> list[Operation]:
        """All of them, as the file has them."""
        known: dict[int, Operation] = {}
        for line in map(json.loads, self.file.read_text().splitlines()):
            if "invoke" in line:
                known[line["invoke"]] = Operation(line["invoke"], line["kind"], line["facts"])
            elif "ok" in line:
                one = known[line["ok"]]
                one.outcome, one.reference, one.result = "ok", line["reference"], line["result"]
            elif "fail" in line:
                known[line["fail"]].outcome = "fail"
            else:
                known[line["found"]].found = line["done"]
        return list(known.values())


def differences(operations: Iterable[Operation], ledger: Iterable[Entry]) -> list[str]:
    """Where a ledger is not what the operations say: one entry for each that was done, none for others (AU-02)."""
    by_reference, seen = Counter[tuple[str, str]](), Counter[str]()
    for entry in ledger:
        by_reference[entry["reference"], entry["action"]] += 1
        seen[entry["action"]] += 1
    wrong: list[str] = []
    least, most = Counter[str](), Counter[str]()
    for one in operations:
        if not (action := ENTRY.get(one.kind)):
            continue
        if one.outcome == "ok" and by_reference[one.reference, action] != 1:
            wrong.append(f"{one} has {by_reference[one.reference, action]} entries")
        done = one.outcome == "ok" or bool(one.found)
        least[action] += done
        most[action] += done or (one.outcome == "unknown" and one.found is None)
    for action in ENTRY.values():
        if not least[action] <= seen[action] <= most[action]:
            wrong.append(f"{seen[action]} entries {action}, not {least[action]} to {most[action]}")
    return wrong
