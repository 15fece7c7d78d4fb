"""What was asked and what came of it, on disk before the next step: the only witness after a crash (R-01)."""

from __future__ import annotations

import json
import os
import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Entry = dict[str, Any]
"""A line of the exported ledger."""

ISSUED = "token.issued"

ENTRIES = {
    "register": ("application.registered",),
    "create secret": ("secret.created",),
    "rotate secret": ("secret.created",),
    "revoke secret": ("secret.revoked",),
    "add redirect URI": ("redirect_uri.added",),
    "remove redirect URI": ("redirect_uri.removed",),
    "brand": ("application.edited",),
    "consent": ("consent.given",),
    "redeem": ("code.redeemed", ISSUED),
    "refresh": (ISSUED,),
    "own token": (ISSUED,),
    "revoke": ("token.revoked",),
    "withdraw": ("consent.ended",),
}
"""The actions by which the ledger of a tenant that enters every token has each kind of operation."""


@dataclass
class Operation:
    number: int
    kind: str
    facts: dict[str, str]
    outcome: str = "unknown"
    """`ok` or `fail` as it was answered; `unknown` until then."""

    reference: str = ""
    result: dict[str, str] = field(default_factory=dict)
    interrupted: bool = False
    """Whether it was sent and not answered, whatever was found out about it later."""

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

    def info(self, operation: Operation) -> None:
        operation.interrupted = True
        self._write(info=operation.number)

    def found(self, operation: Operation, done: bool | None) -> None:
        operation.found = done
        self._write(found=operation.number, done=done)

    def _write(self, **line: Any) -> None:
        os.write(self._descriptor, (json.dumps(line) + "\n").encode())
        os.fdatasync(self._descriptor)

    def close(self) -> None:
        os.close(self._descriptor)

    def operations(self) -> list[Operation]:
        """All of them, as the file has them; a line that is just being written comes later."""
        known: dict[int, Operation] = {}
        for line in map(json.loads, self.file.read_text().rpartition("\n")[0].splitlines()):
            if "invoke" in line:
                known[line["invoke"]] = Operation(line["invoke"], line["kind"], line["facts"])
            elif "ok" in line:
                one = known[line["ok"]]
                one.outcome, one.reference, one.result = "ok", line["reference"], line["result"]
            elif "fail" in line:
                known[line["fail"]].outcome = "fail"
            elif "info" in line:
                known[line["info"]].interrupted = True
            else:
                known[line["found"]].found = line["done"]
        return list(known.values())

    def entered(self) -> set[str]:
        """The references of what was answered so far and has its entries."""
        return {one.reference for one in self.operations() if one.outcome == "ok" and one.kind in ENTRIES}


def secret_id(secret: str) -> str:
    """What a secret, code or token is known by where it is not shown."""
    return secret.rsplit("_", 1)[-1][:16]


def differences(operations: Iterable[Operation], ledger: Iterable[Entry]) -> list[str]:
    """Where a ledger is not what the operations say: each entry of each that was done once, and no others (AU-02)."""
    entries: dict[tuple[str, str], list[Entry]] = {}
    seen, least, most = Counter[str](), Counter[str](), Counter[str]()
    for entry in ledger:
        entries.setdefault((entry["reference"], entry["action"]), []).append(entry)
        seen[entry["action"]] += 1
    wrong: list[str] = []
    for one in operations:
        for action in ENTRIES.get(one.kind, ()):
            if one.outcome == "ok" and not are_its_own(entries.get((one.reference, action), []), one):
                wrong.append(f"{one} is not what the ledger has as {action}")
            done = one.outcome == "ok" or bool(one.found)
            least[action] += done
            most[action] += done or (one.outcome == "unknown" and one.found is None)
    for action in {action for actions in ENTRIES.values() for action in actions}:
        if not least[action] <= seen[action] <= most[action]:
            wrong.append(f"{seen[action]} entries {action}, not {least[action]} to {most[action]}")
    return wrong


def are_its_own(entries: Sequence[Entry], one: Operation) -> bool:
    """Whether there is a single one, which names the very tokens that were given where it is about tokens."""
    if len(entries) != 1:
        return False
    given = {f"{name}={secret_id(text)}" for name, text in one.result.items() if name.endswith("_token")}
    return entries[0]["action"] != ISSUED or given == tokens_in(entries[0])


def tokens_in(entry: Entry) -> set[str]:
    facts = entry["detail"].split("; ")
    return {fact for fact in facts if fact.partition("=")[0].endswith("_token")}
