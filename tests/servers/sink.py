"""An SMTP server on loopback that keeps what it gets, and refuses the addresses it is told to."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Any, Self

from aiosmtpd.controller import Controller

from tests.servers.dovecot import free_port


@dataclass(frozen=True)
class Letter:
    """What came in one transaction."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes


@dataclass
class Sink:
    """Keeps every letter in `letters`; `refused` maps an address to the reply that refuses it."""

    refused: dict[str, str] = field(default_factory=dict)
    letters: list[Letter] = field(default_factory=list)
    port: int = field(default_factory=free_port)
    _came: threading.Condition = field(default_factory=threading.Condition)

    def __enter__(self) -> Self:
        """Starts it."""
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stops it."""
        self._controller.stop()

    def wait(self, recipient: str, seconds: float = 10) -> Letter:
        """The first letter to an address, as soon as it is there."""
        end = time.monotonic() + seconds
        with self._came:
            while True:
                for letter in self.letters:
                    if recipient in letter.recipients:
                        return letter
                left = end - time.monotonic()
                assert left > 0, f"no letter to {recipient} came"
                self._came.wait(left)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: ARG002, N802  as aiosmtpd calls it
        """Takes an address, or refuses it."""
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: ARG002, N802  as aiosmtpd calls it
        """Keeps a letter."""
        with self._came:
            self.letters.append(Letter(envelope.mail_from or "", tuple(envelope.rcpt_tos), bytes(envelope.content)))
            self._came.notify_all()
        return "250 OK"
