"""Firefox, driven by the protocol it speaks itself (WebDriver BiDi): what a person does on the way through a flow."""

from __future__ import annotations

import itertools
import json
import subprocess
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from websockets.sync.client import connect

from .waiting import until

PREFERENCES: dict[str, object] = {
    # The clients' sites are on this machine.
    "network.dns.localDomains": "client.example",
    # Nothing is fetched that no page asked for.
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.update.disabledForTesting": True,
    "browser.newtabpage.enabled": False,
}

REACHED = """selector => {
    const element = document.querySelector(selector)
    element.scrollIntoView({ block: 'center' })
    const box = element.getBoundingClientRect()
    return element.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2))
}"""
"""Whether a click in the middle of an element arrives at it."""


class Firefox:
    """One window of a new profile, which trusts every certificate."""

    def __init__(self, folder: Path) -> None:
        self._profile = folder / "profile"
        self._numbers = itertools.count(1)

    def __enter__(self) -> Firefox:
        with ExitStack() as stack:
            process = self._start()
            stack.callback(process.wait, 30)
            stack.callback(process.terminate)
            address = until(self._address, within=60, of="Firefox")
            self._wire = stack.enter_context(connect(address, max_size=None))
            self._do("session.new", capabilities={"alwaysMatch": {"acceptInsecureCerts": True}})
            self._window = self._do("browsingContext.getTree")["contexts"][0]["context"]
            self._end = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end.close()

    def _start(self) -> subprocess.Popen[bytes]:
        self._profile.mkdir()
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in PREFERENCES.items()]
        (self._profile / "user.js").write_text("\n".join(lines))
        command = ["firefox-esr", "--headless", "--no-remote", "--profile", self._profile]
        quiet = subprocess.DEVNULL
        return subprocess.Popen([*command, "--remote-debugging-port=0"], stdin=quiet, stdout=quiet, stderr=quiet)

    def _address(self) -> str | None:
        """Where it listens, once it has written that down."""
        with suppress(FileNotFoundError, json.JSONDecodeError):
            found = json.loads((self._profile / "WebDriverBiDiServer.json").read_text())
            return f"ws://{found['ws_host']}:{found['ws_port']}/session"
        return None

    def _do(self, method: str, **parameters: Any) -> Any:
        answer = self._ask(method, **parameters)
        assert answer["type"] == "success", f"{method}: {answer.get('message')}"
        return answer["result"]

    def _ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = next(self._numbers)
        self._wire.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            answer: dict[str, Any] = json.loads(self._wire.recv(timeout=30))
            if answer.get("id") == number:
                return answer

    # MARK: what a person does

    def open(self, url: str) -> None:
        self._do("browsingContext.navigate", context=self._window, url=url, wait="complete")

    def says(self, script: str) -> Any:
        """What an expression is worth on the page; None while one page goes and another comes."""
        target = {"context": self._window}
        answer = self._ask("script.evaluate", expression=script, target=target, awaitPromise=False)
        return answer.get("result", {}).get("result", {}).get("value")

    def click(self, selector: str) -> None:
        """As soon as a click there would reach it."""
        until(lambda: self.says(f"({REACHED})({json.dumps(selector)})"), of=f"a way to click {selector}")
        locator = {"type": "css", "value": selector}
        element = self._do("browsingContext.locateNodes", context=self._window, locator=locator)["nodes"][0]
        origin = {"type": "element", "element": {"sharedId": element["sharedId"]}}
        press = [{"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp")]
        self._act("pointer", [{"type": "pointerMove", "x": 0, "y": 0, "origin": origin}, *press])

    def type(self, text: str) -> None:
        """Into whatever has the focus."""
        self._act("key", [{"type": kind, "value": key} for key in text for kind in ("keyDown", "keyUp")])

    def _act(self, device: str, actions: list[dict[str, Any]]) -> None:
        source = {"type": device, "id": device, "actions": actions}
        self._do("input.performActions", context=self._window, actions=[source])
