"""Lists mail a page at a time, as it is looked for: without its texts, and quick however much is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from string import ascii_lowercase, ascii_uppercase
from typing import Any

from sqlalchemy import Column, ColumnElement, Engine, Select, and_, case, collate, func, or_, select, true

from outreach.adapters.store import tables as t
from outreach.adapters.store.bulk import held_by
from outreach.adapters.store.engine import reading
from outreach.adapters.store.invitees.invitee_list import InviteeList
from outreach.model import ReadingKind, State

BEGINNING = 160  # characters of the new text that a list shows

# Whose mail it is: a person wins over the machine.
OWNER = case((t.reading.c.filed_nowhere, None), else_=func.coalesce(t.reading.c.filed, t.reading.c.matched))
_OWNED = t.invitee.c.number == OWNER
_LOOKED_AT = t.reading.c.subject + "\n" + t.reading.c.from_name + "\n" + t.reading.c.from_address
MOST_WORDS = 8  # of what was typed


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which mails are looked for; what is None or "" does not matter."""

    waiting: bool = False  # only those that wait for a person
    owned: bool | None = None  # with an invitee, or without
    invitee: int | None = None
    kind: ReadingKind | None = None
    words: str = ""  # each in the subject, the sender, or, as in the log, the invitee's name or id

    @property
    def was_read(self) -> bool:
        """Whether only such can be meant as were read: then the mails themselves are not looked through."""
        return self.waiting or self.kind is not None or bool(self.words.split())


@dataclass(frozen=True, slots=True)
class Listed:
    """One mail in a list."""

    mail: int
    from_name: str
    from_address: str
    subject: str
    at: datetime
    begins: str  # its new text
    language: str | None
    kind: ReadingKind | None  # None: not read yet
    decided: bool
    waits: bool
    why: str
    alert: bool
    by_hand: bool  # the secretariat wrote it
    invitee: int | None
    invitee_id: str
    name: str  # of the invitee
    state: State | None  # where it stands


class MailList:
    """Lists of the mail that is kept."""

    def __init__(self, engine: Engine, invitees: InviteeList, campaign: str, wave: int) -> None:
        self._engine = engine
        self._invitees = invitees
        self._campaign = campaign
        self._wave = wave

    def oldest(self, wanted: Wanted, limit: int, *, after: int = 0) -> tuple[Listed, ...]:
        """The first mails behind one of them, in the order in which they came."""
        key = _key(wanted)
        return self._listed(wanted, lambda query: query.where(key > after).order_by(key).limit(limit))

    def newest(self, wanted: Wanted, limit: int, *, before: int | None = None) -> tuple[Listed, ...]:
        """The last mails before one of them, the newest first."""
        key = _key(wanted)
        earlier = true() if before is None else key < before
        return self._listed(wanted, lambda query: query.where(earlier).order_by(key.desc()).limit(limit))

    def waiting(self) -> tuple[int, int]:
        """How many mails wait for a person: of invitees, and of nobody we know."""
        query = select(func.count(OWNER), func.count()).select_from(t.reading).where(t.reading.c.needs_review)
        with reading(self._engine) as connection:
            owned, every = connection.execute(query).one()
        return owned, every - owned

    def _listed(self, wanted: Wanted, page: Callable[[Select[Any]], Select[Any]]) -> tuple[Listed, ...]:
        conditions = self._conditions(wanted)
        with reading(self._engine) as connection:
            if words := wanted.words.split()[:MOST_WORDS]:  # first which: of all others nothing else is read
                some = select(t.reading.c.mail).where(*conditions, *map(self._somewhere, words, _NAMED))
                named = [self._invitees.anybody_called(connection, word) for word in words]
                found = connection.execute(page(some), dict(zip(_NAMED, named, strict=False))).scalars().all()
                conditions = [t.reading.c.mail.in_(found)]
            return tuple(map(_to_listed, connection.execute(page(self._query(wanted).where(*conditions)))))

    def _query(self, wanted: Wanted) -> Select[Any]:
        # One join after the other: of a join within a join, SQLite first makes all there is.
        here = (t.standing.c.campaign == self._campaign) & (t.standing.c.wave == self._wave)
        known = t.mail.join(t.reading, t.reading.c.mail == t.mail.c.id, isouter=not wanted.was_read)
        owned = known.outerjoin(t.invitee, _OWNED)
        return select(
            t.mail.c.id,
            t.mail.c.by_hand,
            func.coalesce(t.reading.c.answered_at, t.mail.c.received_at, t.mail.c.collected_at).label("at"),
            *(t.reading.c[name] for name in _PLAIN),
            func.substr(t.reading.c.new_text, 1, BEGINNING).label("begins"),
            t.invitee.c.number,
            t.invitee.c.id.label("invitee_id"),
            t.invitee.c.name,
            t.standing.c.state,
        ).select_from(owned.outerjoin(t.standing, and_(here, t.standing.c.invitee == t.invitee.c.number)))

    def _conditions(self, wanted: Wanted) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if wanted.waiting:
            found.append(t.reading.c.needs_review)
        if wanted.owned is not None:
            found.append(OWNER.is_not(None) if wanted.owned else OWNER.is_(None))
        if wanted.invitee is not None:
            found.append(_of(wanted.invitee))
        if wanted.kind is not None:
            found.append(t.reading.c.kind == wanted.kind.value)
        return found

    def _somewhere(self, word: str, named: str) -> ColumnElement[bool]:
        """A word in the text of a mail's head in any case, or in the name of its invitee (`named` names whose fit)."""
        sqlite = self._engine.dialect.name == "sqlite"
        place = func.instr if sqlite else func.strpos
        # In collation C PostgreSQL knows the case of ASCII alone, as SQLite does: to know any takes four times as long.
        text = func.lower(_LOOKED_AT if sqlite else collate(_LOOKED_AT, "C"))
        return or_(*(place(text, one) > 0 for one in _spelled(word)), held_by(OWNER, named))


_NAMED = tuple(f"named_{n}" for n in range(MOST_WORDS))
_PLAIN = ("from_name", "from_address", "subject", "language", "kind", "decided", "needs_review", "why", "alert")


def _key(wanted: Wanted) -> Column[int]:
    """By what they are ordered: of those that were read, as the readings lie."""
    return t.reading.c.mail if wanted.was_read else t.mail.c.id


def _of(invitee: int) -> ColumnElement[bool]:
    """Said so that the indexes of both columns serve."""
    matched = and_(t.reading.c.filed.is_(None), t.reading.c.matched == invitee)
    return and_(or_(t.reading.c.filed == invitee, matched), ~t.reading.c.filed_nowhere)


def _spelled(word: str) -> Iterable[str]:
    """A word in the ways of writing it that are others to who only knows the case of ASCII."""
    return {one.translate(_SMALL) for one in (word.lower(), word.upper(), word.capitalize())}


_SMALL = str.maketrans(ascii_uppercase, ascii_lowercase)


def _to_listed(row: Any) -> Listed:
    return Listed(
        mail=row.id,
        from_name=row.from_name or "",
        from_address=row.from_address or "",
        subject=row.subject or "",
        at=row.at,
        begins=" ".join((row.begins or "").split()),
        language=row.language,
        kind=None if row.kind is None else ReadingKind(row.kind),
        decided=bool(row.decided),
        waits=bool(row.needs_review) or row.kind is None,
        why=row.why or "",
        alert=bool(row.alert),
        by_hand=row.by_hand,
        invitee=row.number,
        invitee_id=row.invitee_id or "",
        name=row.name or "",
        state=None if row.state is None else State(row.state),
    )
