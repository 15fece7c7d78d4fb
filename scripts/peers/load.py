"""What wrk asks of a server, and what it answers for."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
CLIENTS = 8
"""So many customers go through code flows at once."""


@dataclass
class Upload:
    """A form with a file, as somebody sends it."""

    headers: dict[str, str]
    body: str
    """The path of the file that the body is read from."""


@dataclass
class Load:
    """A request that wrk sends again and again."""

    name: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    tokens: Path | None = None
    """A file of them, a line each, sent in turn as Authorization."""
    uploads: list[Upload] = field(default_factory=list)
    """Sent in turn."""
    connections: int = 64
    delay: int = 0
    """Milliseconds that each connection waits before it asks again."""


@dataclass
class Flow:
    """A whole code flow: a signed-in customer sees the page and allows, the application redeems the code."""

    page: str
    """The authorize link's path and query."""
    ticket: str
    """A Lua pattern that captures what proves in the page's form that the customer saw it."""
    answer: str
    """The path that the form is sent to; without `allow` it is only opened."""
    allow: str
    """The form's other fields with “allow”, up to the ticket's value."""
    token: str
    redeem: str
    """The token request up to the code's value."""
    client: dict[str, str]
    """The header fields with which the application proves who it is."""
    cookies: list[str] = field(default_factory=list)
    """One for each customer."""
    decision: tuple[str, str] | None = None
    """Where the page's script sends “allow” by PUT before the answer is opened, and which JSON."""
    may_fail: bool = False
    """Whether flows that are refused are only left out of the count."""

    @property
    def consent_page(self) -> Load:
        return Load("consent page", self.page, {"Cookie": self.cookies[0]})


def rate(port: int, job: Load | Flow, folder: Path, seconds: int) -> float:
    """How many a second."""
    return wrk(port, job, folder, seconds) if isinstance(job, Load) else flows(port, job, folder, seconds)


@dataclass
class Outcome:
    """What came of a load of which not everything needs to be answered."""

    seconds: float
    p99: float
    """Milliseconds of every answer, refusals too."""

    unanswered: int
    answers: dict[str, int]
    """By status, of refusals with what they lack."""

    @property
    def good(self) -> float:
        """Answers a second that are no refusals."""
        return sum(count for kind, count in self.answers.items() if kind < "4") / self.seconds

    @property
    def refused(self) -> int:
        return sum(count for kind, count in self.answers.items() if kind >= "4") + self.unanswered

    @property
    def blunt(self) -> int:
        """Refusals that do not say when to come again, and silence."""
        return sum(count for kind, count in self.answers.items() if kind[3:]) + self.unanswered

    def __str__(self) -> str:
        kinds = ", ".join(f"{count:,} × {kind}" for kind, count in sorted(self.answers.items()))
        silent = f", {self.unanswered:,} not answered" if self.unanswered else ""
        return f"{self.good:,.0f} a second, p99 {self.p99:.1f} ms ({kinds}{silent})"


def outcome(port: int, load: Load, folder: Path, seconds: int) -> Outcome:
    counting = Path(__file__).with_name("outcomes.lua").read_text().splitlines()
    said = _run(_asking(port, load, folder, seconds, counting))
    return Outcome(
        seconds=_number("Seconds", said),
        p99=_number("P99 ms", said),
        unanswered=int(_number("Unanswered", said)),
        answers={kind: int(count) for kind, count in re.findall(r"Answered (.+): (\d+)", said)},
    )


def wrk(port: int, load: Load, folder: Path, seconds: int) -> float:
    """Requests a second; every answer has to be a good one."""
    said = _run(_asking(port, load, folder, seconds))
    answered = _number("Requests/sec", said)
    if "Non-2xx" in said or not answered:
        raise SystemExit(f"bench: {load.name} was refused\n{said}")
    return answered


def flows(port: int, flow: Flow, folder: Path, seconds: int) -> float:
    """Whole flows a second, each ended with a token; none may be refused unless the flow says so."""
    settings = folder / "flow.lua"
    settings.write_text(f"return {_lua(asdict(flow))}\n")
    clients = [f"-t{len(flow.cookies)}", f"-c{len(flow.cookies)}", f"-d{seconds}s"]
    script = str(Path(__file__).with_name("flow.lua"))
    said = _run([*clients, "-s", script, f"http://127.0.0.1:{port}", "--", str(settings)])
    if _number("Refused", said) and not flow.may_fail:
        raise SystemExit(f"bench: a code flow was refused\n{said}")
    return _number("Flows/sec", said)


def collect(port: int, load: Load, count: int, file: Path) -> Path:
    """A file of so many access tokens, a line each: wrk asks for them and writes down what it gets."""
    asked = _asking(port, load, file.parent, 2, _lines_that_collect(file))
    while not file.exists() or file.read_bytes().count(b"\n") < count:
        _run(asked)
    file.write_text("\n".join(file.read_text().splitlines()[:count]) + "\n")
    return file


def _asking(port: int, load: Load, folder: Path, seconds: int, more: Sequence[str] = ()) -> list[str]:
    """wrk's arguments; what it reads is left in the folder under the load's name."""
    script = folder / f"{load.name}.lua"
    script.write_text("\n".join([*_lines(load), *more]) + "\n")
    size = [f"-t{min(2, load.connections)}", f"-c{load.connections}", f"-d{seconds}s"]
    return [*size, "-s", str(script), f"http://127.0.0.1:{port}{load.path}"]


def _run(arguments: list[str]) -> str:
    return subprocess.run(["wrk", *arguments], capture_output=True, text=True, check=True).stdout


def _number(name: str, said: str) -> float:
    found = re.search(rf"{name}:\s+([\d.]+)", said)
    return float(found.group(1)) if found else 0


def _lua(value: object) -> str:
    """A Lua literal; what is quoted by JSON is quoted by Lua, as long as it is ASCII."""
    match value:
        case dict():
            return "{" + ", ".join(f"[{_lua(key)}] = {_lua(each)}" for key, each in value.items()) + "}"
        case list() | tuple():
            return "{" + ", ".join(map(_lua, value)) + "}"
        case None:
            return "nil"
        case _:
            return json.dumps(value)


def _lines(load: Load) -> list[str]:
    lines = [f"wrk.headers = {_lua(load.headers)}"]
    if load.body:
        lines += ['wrk.method = "POST"', f"wrk.body = {_lua(load.body)}"]
    if load.delay:
        lines.append(f"function delay() return {load.delay} end")
    if load.tokens:
        lines += _lines_in_turn(
            f"  for token in io.lines({_lua(str(load.tokens))}) do",
            '    local headers = {Authorization = "Bearer " .. token}',
            f"    requests[#requests + 1] = wrk.format('GET', {_lua(load.path)}, headers)",
            "  end",
        )
    if load.uploads:
        lines += _lines_in_turn(
            f"  for _, upload in ipairs({_lua([asdict(upload) for upload in load.uploads])}) do",
            "    local file = io.open(upload.body, 'rb')",
            "    local body = file:read('*a')",
            "    file:close()",
            f"    requests[#requests + 1] = wrk.format('POST', {_lua(load.path)}, upload.headers, body)",
            "  end",
        )
    return lines


def _lines_in_turn(*filling: str) -> list[str]:
    return [
        "local threads, requests = 0, {}",
        "function setup(thread) thread:set('turn', threads); threads = threads + 1 end",
        "function init()",
        *filling,
        # The threads take turns at opposite ends.
        "  turn = math.floor(turn * #requests / 2)",
        "end",
        "function request() turn = turn % #requests + 1; return requests[turn] end",
    ]


def _lines_that_collect(file: Path) -> list[str]:
    return [
        f"local file = io.open({_lua(str(file))}, 'a')",
        "file:setvbuf('line')",
        "function response(status, headers, body)",
        "  file:write(body:match('\"access_token\":\"([^\"]+)') .. '\\n')",
        "end",
    ]
