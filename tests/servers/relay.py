"""A relay that keeps copies as mail providers do: in the Sent folder, in the mailbox of a blind copy; and may fail."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.servers.dovecot import Account
from tests.servers.sink import Sink

Rewrite = Callable[[bytes], bytes]
STAMP = b"Authentication-Results: mx.provider.example; dkim=pass header.d=uclg.org\r\n"


def kept(raw: bytes) -> bytes:
    """A server that leaves letters as they are."""
    return raw


def moved(raw: bytes) -> bytes:
    """As Microsoft's servers do: the Message-ID is theirs, ours stands in another header."""
    return re.sub(
        rb"(?im)^Message-ID: (.*?)\r?$",
        rb"Message-ID: <0123456789@prod.example>\r\nX-Microsoft-Original-Message-ID: \1",
        raw,
    )


def replaced(raw: bytes) -> bytes:
    """As some senders of bulk mail do: Message-ID and Date are theirs."""
    raw = re.sub(rb"(?im)^Message-ID: .*?\r?$", rb"Message-ID: <0100-abc@mail.example>\r", raw)
    return re.sub(
        rb"(?im)^Date: .*?\r?$",
        rb"Date: " + time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime()).encode() + rb"\r",
        raw,
    )


@dataclass
class Relay(Sink):
    """Takes letters, rewrites them, and delivers copies into the folders of one Dovecot account."""

    account: Account | None = None
    rewrite: Rewrite = kept
    sent_folder: str = ""  # where it puts a copy by itself
    mailboxes: dict[str, str] = field(default_factory=dict)  # address: folder into which its mail is delivered
    silent: set[str] = field(default_factory=set)  # takes letters to these addresses, and hangs up without a word
    lossy: set[str] = field(default_factory=set)  # hangs up on letters to these addresses, and keeps nothing
    held: threading.Event = field(default_factory=threading.Event)  # while it is set, no answer is given
    when: float | None = None  # when copies come, epoch seconds

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  as aiosmtpd calls it
        """Takes a letter, or loses it; says so, or not."""
        recipients = set(envelope.rcpt_tos)
        if recipients & self.lossy:
            server.transport.abort()
            return "250 never heard"
        self.copy(bytes(envelope.content), recipients)
        await super().handle_DATA(server, session, envelope)
        while self.held.is_set():  # noqa: ASYNC110  a thread sets it
            await asyncio.sleep(0.02)
        if recipients & self.silent:
            server.transport.abort()
        return "250 OK"

    def copy(self, raw: bytes, recipients: set[str]) -> None:
        """Delivers the copies of one letter."""
        data = self.rewrite(raw)
        if self.sent_folder:
            self.put(self.sent_folder, data)
        for address in recipients & self.mailboxes.keys():
            self.put(self.mailboxes[address], STAMP + b"Received: from relay\r\n" + data)

    def put(self, folder: str, raw: bytes) -> None:
        """A mail into a folder of the account."""
        assert self.account is not None
        path = self.account.deliver(raw, self.when)
        if folder == "INBOX":
            return
        place = make_folder(self.account, folder)
        path.rename(place / "new" / path.name)


def make_folder(account: Account, folder: str) -> Any:
    """A folder of the account, as Maildir++ has it."""
    place = account.maildir / f".{folder}"
    for name in ("", "tmp", "new", "cur"):
        if not (place / name).exists():
            (place / name).mkdir(parents=True)
            os.chown(place / name, *account._owner)
    return place


def empty_folder(account: Account, folder: str) -> None:
    """Takes everything out of a folder."""
    for name in ("new", "cur"):
        shutil.rmtree(account.maildir / f".{folder}" / name)
    for file in (account.maildir / f".{folder}").glob("dovecot*"):
        file.unlink()
    make_folder(account, folder)


def wait_until(true: Callable[[], bool], seconds: float = 20) -> None:
    """Waits for something that another process does."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)
