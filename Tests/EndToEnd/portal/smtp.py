"""A real mail server, as kind or as rude as a test needs it."""

from __future__ import annotations

import asyncio
import email
import email.policy
import ssl
import subprocess
import threading
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from .waiting import free_port


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for localhost that signs itself, and its key."""
    cert, key = folder / "mail.pem", folder / "mail.key"
    subprocess.run(
        f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext "
        f"subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout {key} -out {cert}".split(),
        check=True,
        capture_output=True,
    )
    return cert, key


class MailServer:
    """Runs on a thread of its own; `answer` says what is answered to each whole letter."""

    def __init__(self, tls: tuple[Path, Path] | None = None, implicit: bool = False) -> None:
        self.port = free_port()
        self.letters: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.answer: Callable[[int], str | None] = lambda count: "250 taken"
        """Given how many whole letters came, the reply; None cuts the connection."""
        self.refuse_recipients: Callable[[int], str] = lambda count: "250 fine"
        self.asked = 0
        self.hurry = threading.Event()
        """Until it is set, no recipient is answered; at first it is."""
        self.hurry.set()
        self._context: ssl.SSLContext | None = None
        if tls:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(*tls)
        self._implicit = implicit
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> MailServer:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self.hurry.set()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)

        def session() -> SMTP:
            starttls = self._context if not self._implicit else None
            return SMTP(self, tls_context=starttls, require_starttls=starttls is not None, loop=self._loop)

        context = self._context if self._implicit else None
        self._loop.run_until_complete(self._loop.create_server(session, "127.0.0.1", self.port, ssl=context))
        self._ready.set()
        self._loop.run_forever()

    async def handle_RCPT(
        self, server: Any, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        self.asked += 1
        reply = self.refuse_recipients(self.asked)
        await self._loop.run_in_executor(None, self.hurry.wait)
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:
        content = envelope.content or b""
        raw = content if isinstance(content, bytes) else content.encode()
        self.letters.append(email.message_from_bytes(raw, policy=email.policy.default))  # type: ignore[arg-type]
        self.recipients += envelope.rcpt_tos
        reply = self.answer(len(self.letters))
        if reply is None:
            server.transport.abort()
            return "250 unheard"
        return reply
