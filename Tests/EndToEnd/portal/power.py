"""What a disk may hold after a power cut, worked out from the calls that a tracer recorded (R-03).

A file's bytes are safe once a sync of it has returned that began after they were written; a name is safe once its
folder was synced. Everything else may be there or not, and the last of it in part.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

SYNCS = {"fsync", "fdatasync"}
ANSWERS = {"sendto", "sendmsg", "writev"}
CHANGES = {"openat", "mkdir", "rename", "unlink", "pwrite64", "write", "ftruncate"}
CALLS = sorted(SYNCS | ANSWERS | CHANGES)

SECTOR = 512
QUOTED = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
OPENED = re.compile(r"<((?:\\x[0-9a-f]{2})+)>")
REFERENCE = re.compile(rb"(?i)x-request-id: (\S+)")


@dataclass
class Call:
    """A call of the kernel; one that took long comes twice, when it began and when it ended."""

    thread: str
    name: str
    arguments: str
    result: str = ""
    begins: bool = True

    @property
    def ends(self) -> bool:
        return self.result != ""

    @property
    def texts(self) -> list[bytes]:
        return [unescaped(text) for text in QUOTED.findall(self.arguments)]

    @property
    def opened(self) -> str:
        """The path behind the file descriptor that it was given, or else gave."""
        given = OPENED.match(self.arguments.lstrip("0123456789")) or OPENED.search(self.result)
        return unescaped(given[1]).decode() if given else ""

    def number(self, place: int) -> int:
        """Its argument at this place, counted from the end."""
        return int(self.arguments.rpartition(")")[0].split(", ")[place])


def unescaped(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))


def calls(trace: Path) -> Iterator[Call]:
    """All that a recorded process did, in order."""
    begun: dict[str, str] = {}
    with trace.open() as lines:
        for line in lines:
            thread, _, said = (part.strip() for part in line.partition(" "))
            if said.endswith("<unfinished ...>"):
                begun[thread] = said.removesuffix("<unfinished ...>").rstrip()
                name, _, arguments = begun[thread].partition("(")
                yield Call(thread, name, arguments + ")")
            elif said.startswith("<... "):
                begins, said = False, begun.pop(thread) + said.partition("resumed>")[2]
                yield whole(thread, said, begins)
            elif " = " in said and not said.startswith(("+++", "---")):
                yield whole(thread, said, begins=True)


def whole(thread: str, said: str, begins: bool) -> Call:
    call, _, result = said.rpartition(" = ")
    name, _, arguments = call.partition("(")
    return Call(thread, name, arguments, result, begins)


@dataclass(eq=False)
class Change:
    """Bytes written at a place, or a new length."""

    place: int
    content: bytes | None

    def apply(self, file: bytearray) -> None:
        file.extend(bytes(max(0, self.place - len(file))))
        if self.content is None:
            del file[self.place :]
        else:
            file[self.place : self.place + len(self.content)] = self.content

    def torn(self, dice: random.Random) -> Change:
        """Only its first sectors, as a disk writes them."""
        if self.content is None:
            return self
        return Change(self.place, self.content[: dice.randrange(0, len(self.content) + 1, SECTOR)])


@dataclass(eq=False)
class File:
    """Its safe bytes, and what was done to it since."""

    is_folder: bool = False
    safe: bytearray = field(default_factory=bytearray)
    pending: list[Change] = field(default_factory=list)
    end: int = 0
    """Where the next `write` goes."""


@dataclass
class Sync:
    """What will be safe once it returns."""

    path: str
    file: File | None
    changes: list[Change]
    names: dict[str, File]
    """Of a folder, all that is in it."""


class Disk:
    """The files below a folder, which is safe itself, as recorded processes change them."""

    def __init__(self, folder: Path) -> None:
        self.folder = str(folder)
        self.files: dict[str, File] = {}
        self.safe_names: dict[str, File] = {}
        self.answered: list[str] = []
        """References of the answers that were on their way."""

        self._syncs: dict[str, Sync] = {}

    def replay(self, trace: Path, ignoring: frozenset[str] = frozenset()) -> Iterator[None]:
        """Does what was done, and stops where a power cut is worth a look: after answers and around syncs."""
        for call in calls(trace):
            if call.name in ANSWERS:
                found = REFERENCE.search(b"".join(call.texts)) if call.begins else None
                if found:
                    self.answered.append(found[1].decode())
                    yield
            elif call.name in SYNCS - ignoring:
                if call.begins:
                    yield
                    self._syncs[call.thread] = self._sync(call.opened)
                if call.ends and call.result.startswith("0"):
                    self._settle(self._syncs.pop(call.thread))
                    yield
            elif call.name in CHANGES:
                self._change(call)

    def image(self, dice: random.Random | None) -> dict[str, bytes]:
        """What is found afterwards: what is safe and, with `dice`, about half of the rest, some of it in part."""
        found = {}
        for name, file in self.safe_names.items():
            if file.is_folder or not self._is_reachable(name):
                continue
            content = bytearray(file.safe)
            for change in file.pending if dice else []:
                if dice.random() < 0.5:
                    (change.torn(dice) if dice.random() < 0.2 else change).apply(content)
            found[name.removeprefix(self.folder + "/")] = bytes(content)
        return found

    def _is_reachable(self, name: str) -> bool:
        above = str(Path(name).parent)
        return above == self.folder or (above in self.safe_names and self._is_reachable(above))

    def _sync(self, path: str) -> Sync:
        file = self.files.get(path)
        return Sync(path, file, list(file.pending) if file else [], inside(path, self.files))

    def _settle(self, sync: Sync) -> None:
        for change in sync.changes:
            if sync.file and change in sync.file.pending:
                sync.file.pending.remove(change)
                change.apply(sync.file.safe)
        for name in inside(sync.path, self.safe_names):
            del self.safe_names[name]
        self.safe_names |= sync.names

    def _change(self, call: Call) -> None:
        if call.name in {"pwrite64", "write", "ftruncate"}:
            if call.begins and (file := self.files.get(call.opened)):
                file.pending.append(self._written(file, call))
        elif call.ends and not call.result.startswith("-1"):
            self._name(call)

    def _written(self, file: File, call: Call) -> Change:
        if call.name == "ftruncate":
            return Change(call.number(-1), None)
        content = call.texts[0]
        place = call.number(-1) if call.name == "pwrite64" else file.end
        file.end = place + len(content) if call.name == "write" else file.end
        return Change(place, content)

    def _name(self, call: Call) -> None:
        paths = [text.decode() for text in call.texts]
        if not paths[0].startswith(self.folder + "/"):
            return
        match call.name:
            case "mkdir":
                self.files[paths[0]] = File(is_folder=True)
            case "openat" if "O_CREAT" in call.arguments:
                self.files.setdefault(paths[0], File()).end = 0
            case "rename":
                self.files[paths[1]] = self.files.pop(paths[0])
            case "unlink":
                self.files.pop(paths[0], None)


def inside(path: str, names: dict[str, File]) -> dict[str, File]:
    """What is in a folder, and nothing for a path that is none."""
    return {name: file for name, file in names.items() if str(Path(name).parent) == path}
