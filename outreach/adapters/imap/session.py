"""Keeps one connection to a mailbox: opened when needed, dropped when out of step, folders only ever read."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError

from outreach.adapters.imap.connection import PASSING, TROUBLE, connect, hang_up, translated
from outreach.adapters.oauth.tokens import Tokens
from outreach.model import ConfigurationError, TryAgainLaterError
from outreach.settings import InboxSettings

_REFUSAL = re.compile(r"failed: |command error: BAD")  # as IMAPClient and imaplib word it
SLOWEST = 50_000  # bytes a second; a slower answer is given up


@dataclass(frozen=True, slots=True)
class Opened:
    """What the server said when a folder was opened; 0 where it said nothing."""

    name: str
    uidvalidity: int
    uidnext: int
    exists: int

    def is_news_to(self, before: Opened) -> bool:
        """Whether mail may have come since."""
        if self.uidnext and before.uidnext:
            return (self.uidvalidity, self.uidnext) != (before.uidvalidity, before.uidnext)
        return self != before


class ImapSession:
    """A connection that is made anew after a fault. For one thread."""

    def __init__(
        self, settings: InboxSettings, login: str | Tokens, *, connect_seconds: float = 10, read_seconds: float = 60
    ) -> None:
        self.settings = settings
        self._login = login
        self._connect_seconds = connect_seconds
        self.read_seconds = read_seconds
        self._client: IMAPClient | None = None
        self.opened: Opened | None = None

    @property
    def client(self) -> IMAPClient:
        """The connection, logged in; raises what `connect` raises."""
        if self._client is None:
            self._client = connect(
                self.settings, self._login, connect_seconds=self._connect_seconds, read_seconds=self.read_seconds
            )
        return self._client

    def close(self) -> None:
        """Logs out; a connection that is lost already is no error."""
        client = self._client
        if client is not None:
            with suppress(*TROUBLE):
                client.logout()
        self.drop()

    def drop(self) -> None:
        """Closes the connection without a word."""
        client, self._client, self.opened = self._client, None, None
        if client is not None:
            hang_up(client)

    @contextmanager
    def talking(self, expected_bytes: int = 0) -> Iterator[IMAPClient]:
        """Gives the connection for one command; a fault is told as one sentence and drops the connection.

        The socket's own timeout begins anew with every byte, so the whole answer has a time limit too.
        """
        client = self.client
        timer = threading.Timer(self.read_seconds + expected_bytes / SLOWEST, _cut, [client.socket()])
        timer.daemon = True
        timer.start()
        try:
            with translated(self.settings):
                yield client
        except TryAgainLaterError as error:
            if not _is_refusal(error.__cause__):
                self.drop()
            raise
        finally:
            timer.cancel()
            timer.join()

    def examine(self, folder: str) -> Opened:
        """Opens a folder read-only (EXAMINE), anew where it is open already, and says how it stands."""
        self.opened = None
        try:
            with self.talking() as client:
                answer = client.select_folder(folder, readonly=True)
        except TryAgainLaterError as error:
            if _is_refusal(error.__cause__) and not is_passing(error):
                self._explain_missing(folder, error)
            raise
        numbers = (int(answer.get(key) or 0) for key in (b"UIDVALIDITY", b"UIDNEXT", b"EXISTS"))
        self.opened = Opened(folder, *numbers)
        return self.opened

    def again_in(self, opened: Opened) -> None:
        """Makes sure that a folder is open, after another was or the connection was lost."""
        if self._client is not None and self.opened is not None and self.opened.name == opened.name:
            return
        if self.examine(opened.name).uidvalidity != opened.uidvalidity:
            raise TryAgainLaterError(f"The folder {opened.name} was made anew while it was read; look again.")

    def folders(self) -> list[tuple[frozenset[bytes], str]]:
        """Every folder with its attributes in lower case (RFC 6154 marks special ones)."""
        with self.talking() as client:
            listed = client.list_folders()
        return [(frozenset(flag.lower() for flag in flags), str(name)) for flags, _, name in listed]

    def _explain_missing(self, folder: str, error: TryAgainLaterError) -> None:
        names = [name for _, name in self.folders()]
        if not any(same_folder(folder, name) for name in names):
            there = ", ".join(names[:20])
            raise ConfigurationError(f"The mailbox has no folder {folder}; it has: {there}.") from error


def same_folder(wanted: str, name: str) -> bool:
    """Whether two names mean one folder; only INBOX may be written in any case (RFC 3501 §5.1)."""
    return wanted == name or wanted.upper() == name.upper() == "INBOX"


def is_passing(error: TryAgainLaterError) -> bool:
    """Whether the server itself says that it will work later."""
    return PASSING.search(str(error.__cause__)) is not None


def _is_refusal(error: BaseException | None) -> bool:
    """Whether the server answered in order, only not as we wish (NO or BAD)."""
    return type(error) is IMAPClientError and _REFUSAL.search(str(error)) is not None


def _cut(connection: socket.socket) -> None:
    with suppress(OSError):
        socket.socket.shutdown(connection, socket.SHUT_RDWR)  # below TLS, whose own shutdown would wait
