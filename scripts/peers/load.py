"""What wrk asks of a server, and what it answers for."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import asdict, dataclass, field
from pathlib import Path

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
CLIENTS = 8
"""So many customers go through code flows at once."""


@dataclass
class Load:
    """A request that wrk sends again and again."""

    name: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    target: float = 0
    """What its ratio to the peer has to be."""
    tokens: Path | None = None
    """A file of them, a line each, sent in turn as Authorization."""


@dataclass
class Flow:
    """A whole code flow: a signed-in customer sees the page and allows, the application redeems the code."""

    page: str
    """The authorize link's path and query."""
    ticket: str
    """A Lua pattern that captures what proves in the page's form that the customer saw it."""
    answer: str
    """The path that the form is sent to."""
    allow: str
    """The form's other fields with “allow”, up to the ticket's value."""
    token: str
    redeem: str
    """The token request up to the code's value."""
    client: dict[str, str]
    """The header fields with which the application proves who it is."""
    cookies: list[str] = field(default_factory=list)
    """One for each customer."""


def wrk(port: int, load: Load, folder: Path, seconds: int) -> float:
    """Requests a second; every answer has to be a good one."""
    script = folder / "load.lua"
    script.write_text("\n".join(_lines(load)) + "\n")
    said = _run(["-t2", "-c64", f"-d{seconds}s", "-s", str(script), f"http://127.0.0.1:{port}{load.path}"])
    if "Non-2xx" in said:
        raise SystemExit(f"bench: {load.name} was refused\n{said}")
    return _number("Requests/sec", said)


def flows(port: int, flow: Flow, folder: Path, seconds: int) -> float:
    """Whole flows a second; every one of them has to end with a token."""
    settings = folder / "flow.lua"
    settings.write_text(f"return {_lua(asdict(flow))}\n")
    clients = [f"-t{len(flow.cookies)}", f"-c{len(flow.cookies)}", f"-d{seconds}s"]
    script = str(Path(__file__).with_name("flow.lua"))
    said = _run([*clients, "-s", script, f"http://127.0.0.1:{port}", "--", str(settings)])
    if _number("Refused", said):
        raise SystemExit(f"bench: a code flow was refused\n{said}")
    return _number("Flows/sec", said)


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
        case list():
            return "{" + ", ".join(map(_lua, value)) + "}"
        case _:
            return json.dumps(value)


def _lines(load: Load) -> list[str]:
    lines = [f"wrk.headers = {_lua(load.headers)}"]
    if load.body:
        lines += ['wrk.method = "POST"', f"wrk.body = {_lua(load.body)}"]
    if load.tokens:
        lines += [
            "local threads, requests = 0, {}",
            "function setup(thread) thread:set('turn', threads); threads = threads + 1 end",
            "function init()",
            f"  for token in io.lines({_lua(str(load.tokens))}) do",
            '    local headers = {Authorization = "Bearer " .. token}',
            f"    requests[#requests + 1] = wrk.format('GET', {_lua(load.path)}, headers)",
            "  end",
            # The threads take turns at opposite ends.
            "  turn = math.floor(turn * #requests / 2)",
            "end",
            "function request() turn = turn % #requests + 1; return requests[turn] end",
        ]
    return lines
