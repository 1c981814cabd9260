"""An SMTP server on loopback, for rehearsals: what it takes goes nowhere else."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

from outreach.model import ConfigurationError

OnLetter = Callable[[str, list[str], bytes], str | None]
LARGEST = 64 * 1024 * 1024  # bytes


class EmbeddedSmtp:
    """Calls `on_letter` with sender, recipients and bytes of each letter; what it returns is the reply, None is yes."""

    def __init__(self, on_letter: OnLetter) -> None:
        self._on_letter = on_letter
        self._controller: Any = None

    @property
    def port(self) -> int:
        """The port it listens on.

        Raises:
            ConfigurationError: It does not listen.
        """
        if self._controller is None:
            raise ConfigurationError("the embedded mail server does not listen; start it first")
        address: tuple[str, int] = self._controller.server.sockets[0].getsockname()
        return address[1]

    def start(self) -> None:
        """Starts to listen on a free port.

        Raises:
            ConfigurationError: The packages of the rehearsal are not installed.
        """
        try:
            from aiosmtpd.controller import Controller  # noqa: PLC0415  of the extra “rehearsal”
        except ImportError as error:
            message = "a rehearsal needs its own packages; install them: pip install 'outreach[rehearsal]'"
            raise ConfigurationError(message) from error

        class _Listening(Controller):
            def _trigger_server(self) -> None:
                """Calls once, as aiosmtpd expects, on the port that is known only now."""
                server: Any = self.server
                address = server.sockets[0].getsockname()
                with socket.create_connection(address, timeout=5) as first:
                    first.recv(1024)

        handler = _Handler(self._on_letter)
        self._controller = _Listening(
            handler, hostname="127.0.0.1", port=0, data_size_limit=LARGEST, enable_SMTPUTF8=True, ready_timeout=10
        )
        self._controller.start()

    def stop(self) -> None:
        """Stops listening."""
        controller, self._controller = self._controller, None
        if controller is not None:
            controller.stop()


class _Handler:
    """What aiosmtpd calls for each letter."""

    def __init__(self, on_letter: OnLetter) -> None:
        self._on_letter = on_letter

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802  aiosmtpd's name
        content: bytes = envelope.content
        try:
            return self._on_letter(envelope.mail_from, list(envelope.rcpt_tos), content) or "250 OK"
        except OSError as error:  # a full disk, say: it was not kept, so it was not taken
            return f"451 4.3.0 the letter could not be kept: {' '.join(str(error).split())}"
