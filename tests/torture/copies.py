"""The mailbox in which the copies of all letters lie that the relay took: what the proof of doubts looks through."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Self

from outreach.adapters.imap.copies import Held, IdHeader
from tests.torture.relay import read_log

SENT = "Sent"
_HEADER = re.compile(rb"(?im)^(message-id|to):[ \t]*(?:\r\n[ \t]+)?(.*?)\r$")


class Copies:
    """Grows with the relay's log. Without a folder it is a mailbox that keeps nothing."""

    def __init__(self, log: Path, *, kept: bool = True, start: int = 0) -> None:
        self._log = log
        self.kept = kept
        self._at = start
        self._by_id: defaultdict[str, list[bytes]] = defaultdict(list)
        self._by_address: defaultdict[str, list[bytes]] = defaultdict(list)

    @contextmanager
    def opened(self) -> Iterator[Self]:
        """It, with what came since."""
        self.look()
        yield self

    def look(self) -> None:
        """Reads on in the log."""
        heads, self._at = read_log(self._log, self._at)
        for head in heads:
            found = {name.lower(): value.strip().decode() for name, value in _HEADER.findall(head + b"\r\n")}
            self._by_id[found[b"message-id"]].append(head)
            self._by_address[found[b"to"].strip("<>")].append(head)

    def counted(self) -> Counter[str]:
        """How often the relay took each letter, by Message-ID."""
        self.look()
        return Counter({message_id: len(heads) for message_id, heads in self._by_id.items()})

    # ------------------------------------------------------------ as a mailbox

    def sent_folder_name(self) -> str | None:
        """The folder of sent letters, if there is one."""
        return SENT if self.kept else None

    def has_folder(self, name: str) -> bool:
        """Whether there is a folder of that name."""
        return self.kept and name == SENT

    def find_by_id(self, folder: str, header: IdHeader, message_id: str) -> tuple[Held, ...]:
        """The mails with this id; the relay moves none to another header."""
        assert folder == SENT
        found = self._by_id.get(message_id, []) if header == "Message-ID" else []
        return tuple(Held(head + b"\r\n\r\n", None) for head in found)

    def find_by_text(self, folder: str, reference: str, to: str, since: date) -> tuple[Held, ...]:  # noqa: ARG002
        """The mails to an address with this reference in their headers."""
        assert folder == SENT
        found = (head for head in self._by_address.get(to, []) if reference.encode() in head)
        return tuple(Held(head + b"\r\n\r\n", None) for head in found)

    def heads(self, folder: str, since: date | None) -> Iterator[Held]:  # noqa: ARG002
        """All of them."""
        assert folder == SENT
        return (Held(head + b"\r\n\r\n", None) for heads in self._by_id.values() for head in heads)
