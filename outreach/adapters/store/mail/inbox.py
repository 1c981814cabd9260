"""The inbox: mail as it came, kept before anyone reads it, and beside each mail what was understood."""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from outreach.adapters.store import tables as t
from outreach.adapters.store.engine import reading, writing
from outreach.adapters.store.log.journal import Journal
from outreach.model import DOUBT, Bounce, Candidate, Entry, Evidence, Flag, Match, Reading, ReadingKind, Trust, Verdict

MOST_TEXT = 10_000  # characters of a mail in which its decisive words are looked for, many mails at once
MAX_TRIES = 3  # then a mail that breaks the reader is set aside for a person

# The headers that its writer gave it; servers and folders on the way add and change others.
_OWN_HEADER = re.compile(rb"(?i)^(?:message-id|date|from|to|subject):")


@dataclass(frozen=True, slots=True)
class Kept:
    """A mail as it is kept."""

    id: int
    raw: bytes
    source: str
    received_at: datetime | None
    collected_at: datetime
    problem: str
    by_hand: bool


@dataclass(frozen=True, slots=True)
class Understood:
    """What was understood of one mail, as it is written beside it."""

    mail: int
    message_id: str
    from_name: str
    from_address: str
    subject: str
    answered_at: datetime
    reading: Reading
    match: Match
    trust: Trust
    needs_review: bool
    why: str
    filed: int | None = None  # the invitee a person filed it to
    filed_nowhere: bool = False

    @property
    def invitee(self) -> int | None:
        """Whose mail it is: a person wins over the machine."""
        if self.filed_nowhere:
            return None
        return self.match.number if self.filed is None else self.filed


def identity(raw: bytes) -> str:
    """What makes a mail the same mail wherever it is found: its writer's headers and its body (SHA-256)."""
    head, _, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    lines = head.replace(b"\n ", b" ").replace(b"\n\t", b" ").split(b"\n")
    own = sorted(b" ".join(line.split()) for line in lines if _OWN_HEADER.match(line))
    return hashlib.sha256(b"\n".join(own) + b"\n\n" + body.rstrip()).hexdigest()


class Inbox:
    """Received mail, in the order it was collected."""

    def __init__(self, engine: Engine, journal: Journal) -> None:
        self._engine = engine
        self._journal = journal

    def keep(
        self,
        raw: bytes,
        *,
        source: str,
        received_at: datetime | None,
        now: datetime,
        problem: str = "",
        by_hand: bool = False,
        cursor: tuple[str, str, int, int] | None = None,
    ) -> int | None:
        """Keeps a mail and moves the cursor (mailbox, folder, uidvalidity, uid), in one transaction.

        Gives the mail's id, or None if the same mail is kept already.
        """
        digest = identity(raw or f"{source} {cursor} {problem}".encode())  # not even its headers could be fetched
        with writing(self._engine) as connection:
            if cursor is not None:
                _move(connection, cursor)
            if connection.execute(select(t.mail.c.id).where(t.mail.c.digest == digest)).scalar() is not None:
                return None
            row = {
                "digest": digest,
                "raw": zlib.compress(raw, 6),
                "size": len(raw),
                "source": source,
                "received_at": received_at,
                "collected_at": now,
                "problem": problem,
                "by_hand": by_hand,
            }
            return int(connection.execute(insert(t.mail).returning(t.mail.c.id), row).scalar_one())

    def pass_over(self, cursor: tuple[str, str, int, int]) -> None:
        """Moves the cursor behind a mail that is not kept."""
        with writing(self._engine) as connection:
            _move(connection, cursor)

    def cursor(self, mailbox: str, folder: str) -> tuple[int, int] | None:
        """How far a folder was read: (uidvalidity, last uid)."""
        query = select(t.cursor).where(t.cursor.c.mailbox == mailbox, t.cursor.c.folder == folder)
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        return None if row is None else (row.uidvalidity, row.last_uid)

    def unread(self) -> tuple[int, ...]:
        """Mails that nobody has read yet, oldest first."""
        query = (
            select(t.mail.c.id)
            .outerjoin(t.reading, t.reading.c.mail == t.mail.c.id)
            .where(t.reading.c.mail.is_(None))
            .order_by(t.mail.c.id)
        )
        with reading(self._engine) as connection:
            return tuple(connection.execute(query).scalars())

    def mails(self) -> tuple[int, ...]:
        """Every mail that is kept, oldest first."""
        with reading(self._engine) as connection:
            return tuple(connection.execute(select(t.mail.c.id).order_by(t.mail.c.id)).scalars())

    def read_mails(self) -> tuple[int, ...]:
        """Every mail that was read, in the order in which they were written."""
        query = select(t.reading.c.mail).order_by(t.reading.c.answered_at, t.reading.c.mail)
        with reading(self._engine) as connection:
            return tuple(connection.execute(query).scalars())

    def mail(self, mail: int) -> Kept | None:
        """One mail, raw."""
        with reading(self._engine) as connection:
            row = connection.execute(select(t.mail).where(t.mail.c.id == mail)).first()
        if row is None:
            return None
        return Kept(
            row.id, zlib.decompress(row.raw), row.source, row.received_at, row.collected_at, row.problem, row.by_hand
        )

    def not_the_mails_fault(self, mail: int) -> None:
        """Takes back one try: something else broke while the mail was read."""
        with writing(self._engine) as connection:
            connection.execute(update(t.mail).where(t.mail.c.id == mail).values(tries=t.mail.c.tries - 1))

    def try_again(self, mail: int) -> int:
        """Counts one more try to read a mail, before it is tried; gives the number of tries."""
        with writing(self._engine) as connection:
            connection.execute(update(t.mail).where(t.mail.c.id == mail).values(tries=t.mail.c.tries + 1))
            return int(connection.execute(select(t.mail.c.tries).where(t.mail.c.id == mail)).scalar_one())

    def record(self, understood: Understood, entries: Sequence[Entry], now: datetime, *, first: bool = False) -> bool:
        """Writes down what was understood, together with the facts that follow, in one transaction.

        With `first`, a mail that another process has read meanwhile stays as it is; then the result is False.
        """
        with writing(self._engine) as connection:
            known = select(t.reading.c.mail).where(t.reading.c.mail == understood.mail)
            if first and connection.execute(known).first() is not None:
                return False
            self.write(connection, understood, entries, now)
        return True

    def write(
        self,
        connection: Connection,
        understood: Understood,
        entries: Sequence[Entry],
        now: datetime,
        *,
        act: str | None = None,
    ) -> None:
        """The same within a transaction of another room, whatever was written before."""
        connection.execute(delete(t.reading).where(t.reading.c.mail == understood.mail))
        connection.execute(insert(t.reading), [_row(understood, now)])
        self._journal.write(connection, entries, now, act=act)
        owners = {n for n in (understood.match.number, understood.filed) if n is not None}
        self._journal.project(connection, owners)

    def understood(self, mail: int) -> Understood | None:
        """What was understood of one mail."""
        with reading(self._engine) as connection:
            row = connection.execute(select(t.reading).where(t.reading.c.mail == mail)).first()
        return None if row is None else _to_understood(row)

    def every(self, *, invitee: int | None = None, waiting: bool = False) -> Iterator[Understood]:
        """What was understood of every mail, oldest first."""
        query = select(t.reading).order_by(t.reading.c.mail)
        if invitee is not None:
            # Said so that the indexes of both columns serve.
            matched = t.reading.c.filed.is_(None) & (t.reading.c.matched == invitee)
            query = query.where((t.reading.c.filed == invitee) | matched)
        if waiting:
            query = query.where(t.reading.c.needs_review)
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        return (_to_understood(row) for row in rows)

    def by_message_id(self, message_id: str) -> tuple[int, ...]:
        """The mails with this Message-ID."""
        query = select(t.reading.c.mail).where(t.reading.c.message_id == message_id).order_by(t.reading.c.mail)
        with reading(self._engine) as connection:
            return tuple(connection.execute(query).scalars())

    def words(self, mails: Sequence[int]) -> dict[int, str]:
        """The decisive words of mails, by id."""
        found: dict[int, str] = {}
        with reading(self._engine) as connection:
            for start in range(0, len(mails), 400):
                query = select(t.reading.c.mail, t.reading.c.evidence).where(
                    t.reading.c.mail.in_(mails[start : start + 400])
                )
                rows = ((row.mail, _decisive(row.evidence)) for row in connection.execute(query))
                found.update((mail, words) for mail, words in rows if words is not None)
        return found

    def texts(self, mails: Sequence[int]) -> dict[int, str]:
        """The beginning of what was newly written in each of some mails."""
        beginning = func.substr(t.reading.c.new_text, 1, MOST_TEXT).label("beginning")
        query = select(t.reading.c.mail, beginning).where(t.reading.c.mail.in_(mails))
        with reading(self._engine) as connection:
            return {row.mail: row.beginning for row in connection.execute(query)}


def _decisive(evidence: Sequence[Mapping[str, str]]) -> str | None:
    return next((one["words"] for one in evidence if not one["rule"].startswith(DOUBT)), None)


def _move(connection: Connection, cursor: tuple[str, str, int, int]) -> None:
    mailbox, folder, uidvalidity, uid = cursor
    connection.execute(delete(t.cursor).where(t.cursor.c.mailbox == mailbox, t.cursor.c.folder == folder))
    row = {"mailbox": mailbox, "folder": folder, "uidvalidity": uidvalidity, "last_uid": uid}
    connection.execute(insert(t.cursor), [row])


def _row(understood: Understood, now: datetime) -> dict[str, Any]:
    read, match, trust = understood.reading, understood.match, understood.trust
    return {
        "mail": understood.mail,
        "message_id": _clean(understood.message_id),
        "from_name": _clean(understood.from_name),
        "from_address": _clean(understood.from_address),
        "subject": _clean(understood.subject),
        "answered_at": understood.answered_at,
        "kind": read.kind.value,
        "decided": read.decided,
        "language": read.language,
        "new_text": _clean(read.new_text),
        "evidence": [{"rule": _clean(e.rule), "words": _clean(e.words)} for e in read.evidence],
        "flags": sorted(flag.value for flag in read.flags),
        "return_date": read.return_date,
        "redirect_to": read.redirect_to,
        "bounce": None if read.bounce is None else _dump_bounce(read.bounce),
        "problem": None if read.problem is None else _clean(read.problem),
        "matched": match.number,
        "filed": understood.filed,
        "filed_nowhere": understood.filed_nowhere,
        "matched_by": match.matched_by,
        "candidates": [
            {"number": c.number, "score": c.score, "reasons": [*map(_clean, c.reasons)]} for c in match.candidates
        ],
        "token": match.token,
        "verdict": trust.verdict.value,
        "trust": _clean(trust.why),
        "alert": trust.alert,
        "signed": trust.signed,
        "needs_review": understood.needs_review,
        "why": _clean(understood.why),
        "read_at": now,
    }


def _clean(text: str) -> str:
    """Text that every database takes: no NUL, no half of a surrogate pair."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode("utf-8")


def _dump_bounce(bounce: Bounce) -> dict[str, Any]:
    return {
        "permanent": bounce.permanent,
        "recipients": [*map(_clean, bounce.recipients)],
        "status": None if bounce.status is None else _clean(bounce.status),
        "reason": _clean(bounce.reason),
        "message_ids": [*map(_clean, bounce.message_ids)],
    }


def _load_bounce(plain: Mapping[str, Any]) -> Bounce:
    return Bounce(
        plain["permanent"],
        tuple(plain["recipients"]),
        plain["status"],
        plain["reason"],
        tuple(plain["message_ids"]),
    )


def _to_understood(row: Any) -> Understood:
    returned: date | None = row.return_date
    read = Reading(
        kind=ReadingKind(row.kind),
        decided=row.decided,
        language=row.language,
        new_text=row.new_text,
        evidence=tuple(Evidence(e["rule"], e["words"]) for e in row.evidence),
        flags=frozenset(Flag(flag) for flag in row.flags),
        return_date=returned,
        redirect_to=row.redirect_to,
        bounce=None if row.bounce is None else _load_bounce(row.bounce),
        problem=row.problem,
    )
    candidates = tuple(Candidate(c["number"], c["score"], tuple(c["reasons"])) for c in row.candidates)
    return Understood(
        mail=row.mail,
        message_id=row.message_id,
        from_name=row.from_name,
        from_address=row.from_address,
        subject=row.subject,
        answered_at=row.answered_at,
        reading=read,
        match=Match(row.matched, row.matched_by, candidates, row.token),
        trust=Trust(Verdict(row.verdict), row.trust, row.alert, row.signed),
        needs_review=row.needs_review,
        why=row.why,
        filed=row.filed,
        filed_nowhere=row.filed_nowhere,
    )
