"""Reads a mailbox over IMAP without leaving a trace in it: nothing is marked, moved or deleted.

The one thing ever written is the copy of a letter of our own, into the Sent folder.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from types import TracebackType
from typing import Any, Self, TypeVar

from imapclient import SEEN

from outreach.adapters.imap.connection import reason
from outreach.adapters.imap.copies import Held, IdHeader, find_by_id, find_by_text, list_heads
from outreach.adapters.imap.session import ImapSession, Opened, is_passing, same_folder
from outreach.adapters.imap.waiting import POLL, RENEW, wait_for_news
from outreach.adapters.oauth.tokens import Tokens
from outreach.model import TryAgainLaterError
from outreach.settings import InboxSettings

FACTS_AT_ONCE = 500  # mails whose size and date are asked for in one command
BODIES_AT_ONCE = 50
BYTES_AT_ONCE = 8_000_000
LARGEST = 25_000_000  # bytes; of a larger mail only the headers and the beginning are taken
BEGINNING = 262_144  # bytes
SEARCH_AT_ONCE = 50_000  # imaplib gives up at answers of 1,000,000 bytes
TRIES = 3  # for one mail; then it is set aside and the rest goes on

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a folder was read; only a speed-up, for the same mail is known by its content."""

    folder: str
    uidvalidity: int
    last_uid: int


@dataclass(frozen=True, slots=True)
class Fetched:
    """A mail as the server gave it. `problem` says why it is not whole ("" = it is)."""

    raw: bytes
    received: datetime | None  # UTC; None where the server does not say
    cursor: Cursor  # behind this mail
    problem: str = ""


@dataclass(frozen=True, slots=True)
class _Facts:
    size: int = 0
    received: datetime | None = None


class ImapMailbox:
    """One connection to a mailbox, used with `with`; for one thread."""

    def __init__(
        self,
        settings: InboxSettings,
        login: str | Tokens,
        *,
        connect_seconds: float = 10,
        read_seconds: float = 60,
        poll_seconds: float = POLL,
        renew_seconds: float = RENEW,
    ) -> None:
        self._settings = settings
        self._session = ImapSession(settings, login, connect_seconds=connect_seconds, read_seconds=read_seconds)
        self._poll_seconds = poll_seconds
        self._renew_seconds = renew_seconds
        self._known: dict[str, Opened] = {}  # as they were when they were read
        self._waited: Opened | None = None  # the inbox as it was after the last wait

    def open(self) -> None:
        """Connects and logs in, with one try.

        Raises:
            LoginRefusedError: the server does not take user name and password or token.
            ConfigurationError: the settings cannot work.
            TryAgainLaterError: the server is out of reach, busy, or its certificate is not trusted.
        """
        _ = self._session.client

    def close(self) -> None:
        """Logs out."""
        self._session.close()

    def __enter__(self) -> Self:
        """Opens the connection."""
        self.open()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Closes it."""
        self.close()

    def fetch_new(self, folder: str, cursor: Cursor | None) -> Iterator[Fetched]:
        """Gives what came after the cursor, oldest first; all of the folder where its numbers no longer hold.

        Raises:
            ConfigurationError: there is no such folder.
            TryAgainLaterError: the connection failed; what was given stays given.
        """
        opened = self._session.examine(folder)
        holds = cursor is not None and 0 != cursor.uidvalidity == opened.uidvalidity
        first = cursor.last_uid + 1 if cursor is not None and holds else 1
        if opened.exists and not 0 < opened.uidnext <= first:
            uids = self._uids_from(first, opened)
            for start in range(0, len(uids), FACTS_AT_ONCE):
                yield from self._fetch(opened, uids[start : start + FACTS_AT_ONCE])
        self._known[folder] = opened

    def wait(self, seconds: float, stop: threading.Event | None = None) -> bool:
        """Waits until something may be new in the inbox (True), the time is over or `stop` is set (False).

        New is what came since the last complete `fetch_new`; without one, since the last wait or this call.

        Raises:
            TryAgainLaterError: the connection is dead; connect anew, and look.
        """
        folder = self._settings.folder
        before = self._known.get(folder) or self._waited or self._session.examine(folder)
        came = wait_for_news(
            self._session,
            before,
            seconds,
            stop or threading.Event(),
            poll=self._poll_seconds,
            renew=self._renew_seconds,
        )
        self._waited = self._session.opened if came else before
        return came

    def has_folder(self, name: str) -> bool:
        """Whether there is a folder of that name."""
        return any(same_folder(name, folder) for _, folder in self._session.folders())

    def sent_folder_name(self) -> str | None:
        """The folder of sent letters: the configured one, else the one that the server marks so (RFC 6154)."""
        folders = self._session.folders()
        wanted = self._settings.sent_folder
        if any(same_folder(wanted, name) for _, name in folders):
            return wanted
        return next((name for flags, name in folders if b"\\sent" in flags), None)

    def find_by_id(self, folder: str, header: IdHeader, message_id: str) -> tuple[Held, ...]:
        """The mails of a folder with this id in one of two headers; none for what cannot be an id."""
        return find_by_id(self._session, folder, header, message_id)

    def find_by_text(self, folder: str, reference: str, to: str, since: date) -> tuple[Held, ...]:
        """The mails to an address that came since a day with this reference anywhere in them."""
        return find_by_text(self._session, folder, reference, to, since)

    def heads(self, folder: str, since: date | None) -> Iterator[Held]:
        """The headers of every mail that came since a day, oldest first."""
        return list_heads(self._session, folder, since)

    def append(self, folder: str, data: bytes, when: datetime) -> None:
        """Puts a copy of a letter of our own into a folder, marked as read."""
        with self._session.talking(len(data)) as client:
            client.append(folder, data, flags=(SEEN,), msg_time=when)

    # ------------------------------------------------------------ how mail is fetched

    def _uids_from(self, first: int, opened: Opened) -> list[int]:
        # From the top: what an EXPUNGE moves down meanwhile is met again, never missed.
        found: set[int] = set()
        tops = range(opened.exists, 0, -SEARCH_AT_ONCE)
        for top in tops:
            place = [f"{max(1, top - SEARCH_AT_ONCE + 1)}:{top}"] if len(tops) > 1 else []
            with self._session.talking() as client:
                found.update(client.search([*place, "UID", f"{first}:*"]))
        return sorted(uid for uid in found if uid >= first)  # RFC 3501 §6.4.8: "n:*" always holds the last mail

    def _fetch(self, opened: Opened, uids: Sequence[int]) -> Iterator[Fetched]:
        facts = self._attempt(opened, partial(self._facts, uids)) or {}
        for batch in _batches(uids, facts):
            bodies = self._attempt(opened, partial(self._bodies, batch, facts)) or {}
            for uid in batch:
                if uid in bodies:
                    yield _fetched(opened, uid, facts[uid], bodies[uid])
                else:
                    yield from self._fetch_alone(opened, uid)

    def _fetch_alone(self, opened: Opened, uid: int) -> Iterator[Fetched]:
        """One mail that did not come with the others: too large, gone meanwhile, or broken."""
        why, facts = "the server lists it but does not give it", _Facts()
        for _ in range(TRIES):
            self._session.again_in(opened)  # a server that is out of reach is not the mail's fault
            try:
                if not self._is_there(uid):
                    return
                facts = self._facts([uid]).get(uid, facts)
                body = self._beginning(uid) if facts.size > LARGEST else self._bodies([uid], {uid: facts}).get(uid)
            except TryAgainLaterError as error:
                why = _why(error)
                continue
            if body:
                yield _fetched(opened, uid, facts, body)
                return
        self._session.again_in(opened)
        headers = self._attempt(opened, partial(self._part, uid, "HEADER")) or b""
        problem = f"Mail {uid} in {opened.name} could not be fetched: {why}."
        yield Fetched(headers, facts.received, _behind(opened, uid), problem)

    def _attempt(self, opened: Opened, action: Callable[[], _Result]) -> _Result | None:
        self._session.again_in(opened)
        try:
            return action()
        except TryAgainLaterError as error:
            _why(error)
            return None

    def _is_there(self, uid: int) -> bool:
        with self._session.talking() as client:
            return uid in client.search(["UID", str(uid)])

    def _facts(self, uids: Sequence[int]) -> dict[int, _Facts]:
        with self._session.talking() as client:
            answers = client.fetch(list(uids), ["RFC822.SIZE", "INTERNALDATE"])
            return {uid: _read_facts(answer) for uid, answer in answers.items() if b"RFC822.SIZE" in answer}

    def _bodies(self, uids: Sequence[int], facts: Mapping[int, _Facts]) -> dict[int, bytes]:
        wanted = [uid for uid in uids if uid in facts and facts[uid].size <= LARGEST]
        if not wanted:
            return {}
        with self._session.talking(sum(facts[uid].size for uid in wanted)) as client:
            answers = client.fetch(wanted, ["BODY.PEEK[]"])
        return {uid: answer[b"BODY[]"] for uid, answer in answers.items() if answer.get(b"BODY[]")}

    def _beginning(self, uid: int) -> bytes:
        return self._part(uid, "HEADER") + self._part(uid, "TEXT")

    def _part(self, uid: int, part: str) -> bytes:
        with self._session.talking(BEGINNING) as client:
            answer = client.fetch([uid], [f"BODY.PEEK[{part}]<0.{BEGINNING}>"]).get(uid, {})
        return bytes(answer.get(f"BODY[{part}]<0>".encode()) or b"")


def _why(error: TryAgainLaterError) -> str:
    """Why a mail did not come; raises the error again if the server says that it will work later."""
    if error.__cause__ is None or is_passing(error):
        raise error
    return reason(error.__cause__)


def _batches(uids: Sequence[int], facts: Mapping[int, _Facts]) -> Iterator[list[int]]:
    """In order, bounded by number and bytes; large mails stand alone."""
    batch: list[int] = []
    size = 0
    for uid in uids:
        more = facts[uid].size if uid in facts else 0
        if batch and (len(batch) >= BODIES_AT_ONCE or size + more > BYTES_AT_ONCE):
            yield batch
            batch, size = [], 0
        batch.append(uid)
        size += more
    if batch:
        yield batch


def _read_facts(answer: Mapping[bytes, Any]) -> _Facts:
    date = answer.get(b"INTERNALDATE")
    return _Facts(int(answer[b"RFC822.SIZE"]), date.astimezone(UTC) if date is not None else None)


def _fetched(opened: Opened, uid: int, facts: _Facts, body: bytes) -> Fetched:
    cut = facts.size > LARGEST or len(body) > LARGEST
    size = max(facts.size, len(body))
    problem = f"The mail is very large ({size:,} bytes); only its beginning was taken." if cut else ""
    raw = body[: 2 * BEGINNING] if cut else body
    return Fetched(raw, facts.received, _behind(opened, uid), problem)


def _behind(opened: Opened, uid: int) -> Cursor:
    return Cursor(opened.name, opened.uidvalidity, uid)
