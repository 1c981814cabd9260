"""Erases the personal data of an invitee, and knows the addresses that are never written to again."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, delete, func, insert, or_, select, text, update

from outreach.adapters.store import tables as t
from outreach.adapters.store.engine import reading
from outreach.adapters.store.invitees import listing
from outreach.adapters.store.log.journal import chunks

GONE = "erased@erased.invalid"  # RFC 2606: leads nowhere
WORDS = "erased"
NOTHING = zlib.compress(b"")
FORGOTTEN: dict[str, Any] = {
    "withheld": [],
    "mail": None,
    "filed": None,
    "filed_nowhere": False,
    "sender": "",
    "sender_was": None,
}
SHREDDED = ("mail", "reading", "letter", "contact", "clue", "note", "act", "audit", "lesson")


@dataclass(frozen=True, slots=True)
class Held:
    """What is kept of an invitee."""

    addresses: frozenset[str]  # lower-cased
    mails: tuple[int, ...]
    letters: tuple[int, ...]


class Erasure:
    """What was erased in one database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def suppressed(self) -> frozenset[str]:
        """The digests of the addresses that are never written to again."""
        with reading(self._engine) as connection:
            return frozenset(connection.execute(select(t.suppressed.c.digest)).scalars())

    def suppress(self, connection: Connection, digests: Iterable[str], now: datetime) -> None:
        """These too, within the transaction of an erasure."""
        known = set(connection.execute(select(t.suppressed.c.digest)).scalars())
        rows = [{"digest": digest, "at": now} for digest in sorted(set(digests) - known)]
        if rows:
            connection.execute(insert(t.suppressed), rows)

    def held(self, connection: Connection, number: int) -> Held:
        """Every address, mail and letter of an invitee, of any campaign and wave."""
        contacts = connection.execute(select(t.contact.c.email, t.contact.c.cc).where(t.contact.c.invitee == number))
        addresses = {address for row in contacts for address in (row.email, *row.cc)}
        clues = select(t.clue.c.value).where(t.clue.c.invitee == number)
        addresses.update(connection.execute(clues).scalars())
        letters = connection.execute(
            select(t.letter.c.id, t.letter.c.to_address).where(t.letter.c.invitee == number)
        ).all()
        addresses.update(row.to_address for row in letters)
        lowered = frozenset(address.lower() for address in addresses if "@" in address and address != GONE)
        mails = connection.execute(select(t.reading.c.mail).where(_is_of(number, lowered))).scalars()
        return Held(lowered, tuple(mails), tuple(row.id for row in letters))

    def shared_with(self, connection: Connection, number: int, addresses: Iterable[str]) -> tuple[str, ...]:
        """The names of other invitees that are written to at one of these addresses."""
        query = select(t.invitee.c.name).join(t.contact).where(t.contact.c.invitee != number)
        query = query.where(func.lower(t.contact.c.email).in_(sorted(addresses)))
        return tuple(sorted(set(connection.execute(query).scalars())))

    def erase(self, connection: Connection, number: int, held: Held, now: datetime) -> None:
        """Takes names, addresses and words away; what happened when stays, as numbers and dates."""
        _erase_contacts(connection, number)
        listing.relabel(connection, [number])
        _erase_letters(connection, held.letters, now)
        _erase_mails(connection, held.mails)
        _erase_notes(connection, number)
        _erase_acts(connection, number, held, now)
        _erase_audit(connection, held.addresses)

    def shred(self) -> None:
        """Nothing of what was erased stays in the database's files."""
        if self._engine.dialect.name == "sqlite":
            connection = self._engine.raw_connection()
            try:  # secure_delete has overwritten the rest
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                connection.close()
            return
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as plain:
            plain.execute(text(f"VACUUM {', '.join(SHREDDED)}"))


def _is_of(number: int, addresses: frozenset[str]) -> ColumnElement[bool]:
    mine = t.reading.c.matched == number
    return or_(
        t.reading.c.filed == number,
        mine & t.reading.c.filed.is_(None) & ~t.reading.c.filed_nowhere,
        func.lower(t.reading.c.from_address).in_(sorted(addresses)),
    )


def _erase_contacts(connection: Connection, number: int) -> None:
    """One contact stays, that is nobody."""
    mine = t.contact.c.invitee == number
    language, zone = connection.execute(
        select(t.contact.c.language, t.contact.c.timezone).where(mine).order_by(t.contact.c.position)
    ).first() or ("", "")
    connection.execute(delete(t.contact).where(mine))
    empty = dict.fromkeys(("person", "title", "gender", "notes"), "")
    kept = {"invitee": number, "position": 1, "source": "list", "email": GONE, "cc": [], "extra": {}}
    connection.execute(insert(t.contact), [{**kept, **empty, "language": language, "timezone": zone}])
    connection.execute(delete(t.clue).where(t.clue.c.invitee == number))


def _erase_letters(connection: Connection, letters: Sequence[int], now: datetime) -> None:
    copied = set(connection.execute(select(t.sent_copy.c.letter)).scalars())
    for letter in letters:
        values: dict[str, Any] = {"to_address": GONE, "domain": "", "cc": [], "places": {}, "digest": ""}
        values |= {"message_id": f"<{letter}@erased.invalid>", "in_reply_to": "", "refs": [], "last_reply": WORDS}
        connection.execute(update(t.letter).where(t.letter.c.id == letter).values(values))
    if rows := [{"letter": letter, "kept_at": now} for letter in letters if letter not in copied]:
        connection.execute(insert(t.sent_copy), rows)  # none is made any more
    for some in chunks(letters):
        connection.execute(update(t.look).where(t.look.c.letter.in_(some)).values(words=""))


def _erase_mails(connection: Connection, mails: Sequence[int]) -> None:
    """The digest stays, so that a mailbox that still holds the mail does not bring it again."""
    words = dict.fromkeys(("message_id", "from_name", "from_address", "subject", "new_text", "trust", "why"), "")
    values: dict[str, Any] = {
        **words,
        "evidence": [],
        "candidates": [],
        "redirect_to": None,
        "bounce": None,
        "problem": WORDS,
    }
    for some in chunks(mails):
        connection.execute(
            update(t.mail).where(t.mail.c.id.in_(some)).values(raw=NOTHING, size=0, source="", problem=WORDS)
        )
        connection.execute(update(t.reading).where(t.reading.c.mail.in_(some)).values(**values, needs_review=False))
        connection.execute(delete(t.lesson).where(t.lesson.c.mail.in_(some)))


def _erase_notes(connection: Connection, number: int) -> None:
    entries = select(t.entry.c.id).where(t.entry.c.invitee == number)
    connection.execute(delete(t.note).where(t.note.c.entry.in_(entries)))


def _erase_acts(connection: Connection, number: int, held: Held, now: datetime) -> None:
    """What was done can no longer be taken back: that would bring addresses and letters again."""
    names = set(connection.execute(select(t.entry.c.act).where(t.entry.c.invitee == number)).scalars())
    for row in connection.execute(select(t.act)).all():
        about = row.memory.get("mail") in held.mails or row.memory.get("sender", "").lower() in held.addresses
        if row.name in names or about:
            memory = {**FORGOTTEN, "taken_up": []}
            undone = {"words": WORDS, "memory": memory, "undone_at": row.undone_at or now}
            connection.execute(update(t.act).where(t.act.c.id == row.id).values(undone))


def _erase_audit(connection: Connection, addresses: frozenset[str]) -> None:
    for row in connection.execute(select(t.audit)).all():
        if str(row.about.get("to", "")).lower() in addresses:
            connection.execute(update(t.audit).where(t.audit.c.id == row.id).values(about={**row.about, "to": WORDS}))
