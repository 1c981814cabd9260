"""The register: invitees, their contacts, and the clues by which a mail is known to be theirs."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Engine, Text, cast, delete, func, insert, or_, select, update

from outreach.adapters.store import tables as t
from outreach.adapters.store.bulk import Asked, among
from outreach.adapters.store.engine import reading, writing
from outreach.adapters.store.invitees import listing
from outreach.adapters.store.letters.letter_rows import listed
from outreach.adapters.store.log.journal import Journal, chunks
from outreach.frozen import made_often
from outreach.model import Contact, Entry, EntryKind, Invitee, InviteeKind

Clues = Callable[[Invitee], Iterable[tuple[str, str]]]  # (kind, value): address
BATCH = 1000
ADDRESSED = ("email", "person", "title", "gender", "language")  # of a contact: to whom a letter speaks, and how
LISTS = "lists"  # the switch whose value is another after each list that added or changed an invitee
GONE = "no longer in "  # stands before the name of the list from which an invitee was taken off
CHANGES = "register"  # the switch whose value is another after each change of invitees, contacts and addresses


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What an import did, in numbers of invitees."""

    new: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: int
    was: tuple[Invitee, ...] = ()  # those that changed, as the list before had them


@made_often(frozen=True, slots=True)
class Whereabouts:
    """In which country an invitee is, in which time zone where its contact says so, and who is written to there."""

    country: str
    timezone: str  # "" = the country's
    cc: tuple[str, ...] = ()
    contact: Mapping[str, str] = field(default_factory=dict)  # what ADDRESSED names; empty where there is none
    gone: str = ""  # “no longer in” the list that it came from, if so


class Register:
    """The invitees of every campaign in this database."""

    def __init__(self, engine: Engine, journal: Journal, campaign: str, wave: int) -> None:
        self._engine = engine
        self._journal = journal
        self._campaign = campaign
        self._wave = wave
        self._ours = f"{campaign}/{wave}"

    def enrol(
        self,
        invitees: Sequence[Invitee],
        clues: Clues,
        now: datetime,
        by: str,
        *,
        listed_in: str = "",
        within: Callable[[Connection, list[int]], None] | None = None,
    ) -> Enrolled:
        """Takes invitees up or brings them up to date, all in one transaction; the same list twice changes nothing.

        `listed_in` names the list; `within` is called with the numbers of those that changed.
        """
        with writing(self._engine) as connection:
            new, changed, was = self._compared(connection, invitees)
            self._insert(connection, new, listed_in)
            numbers = _numbers(connection)
            for invitee in changed:
                self._update(connection, replace(invitee, number=numbers[invitee.id]))
            touched = [*new, *changed]
            for start in range(0, len(touched), BATCH):
                some = [replace(one, number=numbers[one.id]) for one in touched[start : start + BATCH]]
                self._write_contacts(connection, some)
                self._write_clues(connection, some, clues)
            for part in chunks(numbers[invitee.id] for invitee in changed):
                listing.relabel(connection, part)
            self._join_wave(connection, [numbers[invitee.id] for invitee in invitees], now, by)
            self._note_list(connection, [numbers[invitee.id] for invitee in invitees], listed_in)
            if touched:
                _note_change(connection)
                _note_change(connection, LISTS)
            if within is not None and changed:
                within(connection, [numbers[invitee.id] for invitee in changed])
        return _enrolled(invitees, new, changed, was)

    def would_enrol(self, invitees: Sequence[Invitee]) -> Enrolled:
        """What `enrol` would do; nothing is changed."""
        with reading(self._engine) as connection:
            return _enrolled(invitees, *self._compared(connection, invitees))

    def as_enrolled(self, invitees: Sequence[Invitee]) -> tuple[Invitee, ...]:
        """The new and the changed of a list, as they would stand here after `enrol`; new ones have no number yet."""
        with reading(self._engine) as connection:
            new, changed, _ = self._compared(connection, invitees)
            numbers = _numbers(connection)
            taken_up: dict[int, Invitee] = {}
            for some in chunks(numbers[one.id] for one in changed):
                taken_up |= self._load(connection, some, source="person")
        ours = ((one, taken_up[numbers[one.id]]) for one in changed)
        return (*new, *(replace(one, number=old.number, contacts=old.contacts + one.contacts) for one, old in ours))

    def _compared(
        self, connection: Connection, invitees: Sequence[Invitee]
    ) -> tuple[list[Invitee], list[Invitee], list[Invitee]]:
        """Which of these are new, which are not what they were on a list before, and what those were."""
        known = {invitee.id: invitee for invitee in self._load(connection, source="list").values()}
        new = [invitee for invitee in invitees if invitee.id not in known]
        changed = [i for i in invitees if i.id in known and not _same(known[i.id], i)]
        return new, changed, [known[invitee.id] for invitee in changed]

    def _note_list(self, connection: Connection, numbers: Sequence[int], listed_in: str) -> None:
        for some in chunks(numbers):
            other = t.invitee.c.number.in_(some) & (t.invitee.c.listed_in != listed_in)
            connection.execute(update(t.invitee).where(other).values(listed_in=listed_in))

    def take_off(self, numbers: Iterable[int], name: str) -> None:
        """Notes that the list from which these invitees came names them no longer, until it does again.

        Other campaigns have lists of their own, and invite them all the same.
        """
        with writing(self._engine) as connection:
            for some in chunks(numbers):
                off = (
                    update(t.invitee)
                    .where(t.invitee.c.number.in_(some))
                    .values(listed_in=f"{GONE}{name}\n{self._ours}")
                )
                connection.execute(off)

    def listed_in(self, names: Collection[str]) -> frozenset[str]:
        """The ids of the invitees whose last list had one of these names, those that were taken off it too."""
        every = {*names, *(f"{GONE}{name}" for name in names)}
        gone = (t.invitee.c.listed_in.startswith(f"{GONE}{name}\n", autoescape=True) for name in names)
        with reading(self._engine) as connection:
            query = select(t.invitee.c.id).where(or_(t.invitee.c.listed_in.in_(every), *gone))
            return frozenset(connection.execute(query).scalars())

    def _insert(self, connection: Connection, invitees: Sequence[Invitee], listed_in: str) -> None:
        rows = [
            {"id": i.id, "name": i.name, "country": i.country, "kind": i.kind.value, "listed_in": listed_in}
            for i in invitees
        ]
        for start in range(0, len(rows), BATCH):
            connection.execute(insert(t.invitee), rows[start : start + BATCH])

    def _update(self, connection: Connection, invitee: Invitee) -> None:
        connection.execute(
            update(t.invitee)
            .where(t.invitee.c.number == invitee.number)
            .values(name=invitee.name, country=invitee.country, kind=invitee.kind.value)
        )

    def _write_contacts(self, connection: Connection, invitees: Sequence[Invitee]) -> None:
        for some in chunks(invitee.number for invitee in invitees):
            connection.execute(delete(t.contact).where(t.contact.c.invitee.in_(some), t.contact.c.source == "list"))
        rows = [
            _contact_row(invitee.number, position, contact, "list")
            for invitee in invitees
            for position, contact in enumerate(invitee.contacts, 1)
        ]
        for start in range(0, len(rows), BATCH):
            connection.execute(insert(t.contact), rows[start : start + BATCH])

    def _write_clues(self, connection: Connection, invitees: Sequence[Invitee], clues: Clues) -> None:
        # Clues are only ever added: an answer may still come from an address of last year.
        wanted = {(kind, value[:320], i.number) for i in invitees for kind, value in clues(i)}
        present: set[tuple[str, str, int]] = set()
        for some in chunks(invitee.number for invitee in invitees):
            rows = connection.execute(select(t.clue).where(t.clue.c.invitee.in_(some)))
            present |= {(row.kind, row.value, row.invitee) for row in rows}
        rows_ = [dict(zip(("kind", "value", "invitee"), row, strict=True)) for row in sorted(wanted - present)]
        for start in range(0, len(rows_), BATCH):
            connection.execute(insert(t.clue), rows_[start : start + BATCH])

    def _join_wave(self, connection: Connection, numbers: Sequence[int], now: datetime, by: str) -> None:
        present = set(
            connection.execute(
                select(t.standing.c.invitee).where(
                    t.standing.c.campaign == self._campaign, t.standing.c.wave == self._wave
                )
            ).scalars()
        )
        entries = [
            Entry(0, self._campaign, self._wave, number, now, EntryKind.ENROLLED, by)
            for number in dict.fromkeys(numbers)
            if number not in present
        ]
        for start in range(0, len(entries), BATCH):
            self._journal.begin(connection, entries[start : start + BATCH], now)

    def all(self) -> dict[int, Invitee]:
        """Every invitee by number, with its contacts; the one that is written to comes first."""
        with reading(self._engine) as connection:
            return self._load(connection)

    def each(self) -> Iterator[Invitee]:
        """Every invitee, a few at a time: for what does not keep them."""
        with reading(self._engine) as connection:
            numbers = array("Q", connection.execute(select(t.invitee.c.number).order_by(t.invitee.c.number)).scalars())
            for start in range(0, len(numbers), BATCH):
                yield from self._load(connection, numbers[start : start + BATCH].tolist()).values()

    def every_address(self) -> Iterator[tuple[str, int]]:
        """Every address that any invitee ever had, and whose it is."""
        with reading(self._engine) as connection:
            query = select(t.clue.c.value, t.clue.c.invitee).where(t.clue.c.kind == "address")
            for row in connection.execution_options(yield_per=BATCH).execute(query):
                yield row.value, row.invitee

    def some(self, numbers: Iterable[int]) -> dict[int, Invitee]:
        """Some invitees by number."""
        with reading(self._engine) as connection:
            return self.load(connection, numbers)

    def load(self, connection: Connection, numbers: Iterable[int]) -> dict[int, Invitee]:
        """The same within a transaction of another room."""
        found: dict[int, Invitee] = {}
        for part in chunks(numbers):
            found.update(self._load(connection, part))
        return found

    def whereabouts(self, connection: Connection, numbers: Iterable[int]) -> dict[int, Whereabouts]:
        """Where some invitees are, by their numbers: enough to know what time it is there, and who is written to."""
        rows = _WHEREABOUTS.rows(connection, {"numbers": sorted(set(numbers))})
        return {row[0]: _whereabouts(self._ours, *row[1:]) for row in rows}  # the first contact comes last, and stays

    def by_id(self, invitee_id: str) -> Invitee | None:
        """One invitee by the id of contacts.csv."""
        with reading(self._engine) as connection:
            number = connection.execute(select(t.invitee.c.number).where(t.invitee.c.id == invitee_id)).scalar()
            return None if number is None else self._load(connection, [number])[number]

    def places(self) -> dict[str, Invitee]:
        """Every invitee by its id, without contacts."""
        query = select(t.invitee.c.id, t.invitee.c.name, t.invitee.c.country, t.invitee.c.kind, t.invitee.c.number)
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        return {key: Invitee(key, name, land, InviteeKind(kind), (), number) for key, name, land, kind, number in rows}

    def stamp(self) -> tuple[object, ...]:
        """Another one as soon as an invitee, a contact or a known address was added, changed or removed.

        Contacts are counted too, since a person may erase one by hand.
        """
        contacts = select(func.count()).select_from(t.contact).scalar_subquery()
        changes = select(t.switch.c.value).where(t.switch.c.name == CHANGES).scalar_subquery()
        with reading(self._engine) as connection:
            return tuple(connection.execute(select(changes, contacts)).one())

    def count(self) -> int:
        """How many invitees there are."""
        with reading(self._engine) as connection:
            return int(connection.execute(select(func.count()).select_from(t.invitee)).scalar_one())

    def _load(
        self, connection: Connection, numbers: Sequence[int] | None = None, source: str | None = None
    ) -> dict[int, Invitee]:
        people = select(t.contact).order_by(t.contact.c.invitee, t.contact.c.position)
        places = select(t.invitee).order_by(t.invitee.c.number)
        if numbers is not None:
            people = people.where(t.contact.c.invitee.in_(numbers))
            places = places.where(t.invitee.c.number.in_(numbers))
        if source is not None:
            people = people.where(t.contact.c.source == source)
        contacts: dict[int, list[Contact]] = defaultdict(list)
        for row in connection.execute(people):
            contacts[row.invitee].append(_to_contact(row))
        return {
            row.number: Invitee(
                row.id, row.name, row.country, InviteeKind(row.kind), tuple(contacts[row.number]), row.number
            )
            for row in connection.execute(places)
        }

    def take_up(self, connection: Connection, invitee: Invitee, contact: Contact, clues: Clues) -> None:
        """Puts a contact that a person took up before all others, within a transaction of another room."""
        first = connection.execute(
            select(func.min(t.contact.c.position)).where(t.contact.c.invitee == invitee.number)
        ).scalar()
        connection.execute(insert(t.contact), [_contact_row(invitee.number, min(first or 0, 0) - 1, contact, "person")])
        self._write_clues(connection, [replace(invitee, contacts=(contact,))], clues)
        listing.relabel(connection, [invitee.number])
        _note_change(connection)

    def let_go(self, connection: Connection, number: int, email: str) -> None:
        """Takes back the contact that a person took up last, if it has this address."""
        row = connection.execute(
            select(t.contact.c.id, t.contact.c.email)
            .where(t.contact.c.invitee == number, t.contact.c.source == "person")
            .order_by(t.contact.c.position)
            .limit(1)
        ).first()
        if row is not None and row.email == email:
            connection.execute(delete(t.contact).where(t.contact.c.id == row.id))
            listing.relabel(connection, [number])
            _note_change(connection)

    def changed(self, connection: Connection, number: int) -> None:
        """Somebody else changed the contacts of an invitee, within this transaction."""
        listing.relabel(connection, [number])
        _note_change(connection)

    def remember(self, connection: Connection, sender: str, number: int) -> None:
        """Remembers what a person decided: mail of this sender is of that invitee."""
        mine = (t.clue.c.kind == "remembered") & (t.clue.c.value == sender)
        connection.execute(delete(t.clue).where(mine))
        connection.execute(insert(t.clue), [{"kind": "remembered", "value": sender, "invitee": number}])

    def forget(self, connection: Connection, sender: str) -> None:
        """Forgets what was remembered of a sender."""
        connection.execute(delete(t.clue).where(t.clue.c.kind == "remembered", t.clue.c.value == sender))

    def remembered(self) -> dict[str, int]:
        """Every sender that a person filed, and the invitee it is remembered for."""
        query = select(t.clue.c.value, t.clue.c.invitee).where(t.clue.c.kind == "remembered").order_by(t.clue.c.value)
        with reading(self._engine) as connection:
            return {row.value: row.invitee for row in connection.execute(query)}

    def look_up(self, kind: str, values: Iterable[str]) -> dict[str, tuple[int, ...]]:
        """Whose clues these are: numbers by value, in order."""
        wanted = sorted({value[:320] for value in values if value})
        found: dict[str, list[int]] = defaultdict(list)
        with reading(self._engine) as connection:
            for start in range(0, len(wanted), BATCH // 2):
                query = select(t.clue.c.value, t.clue.c.invitee).where(
                    t.clue.c.kind == kind, t.clue.c.value.in_(wanted[start : start + BATCH // 2])
                )
                for row in connection.execute(query.order_by(t.clue.c.invitee)):
                    found[row.value].append(row.invitee)
        return {value: tuple(numbers) for value, numbers in found.items()}

    def addresses(self, number: int) -> frozenset[str]:
        """Every address that is known of an invitee, lower-cased."""
        with reading(self._engine) as connection:
            query = select(t.clue.c.value).where(t.clue.c.kind == "address", t.clue.c.invitee == number)
            return frozenset(connection.execute(query).scalars())

    def never_again(self, number: int) -> None:
        """No invitee gets this number or a lower one from now on: it stands in letters of which we know nothing."""
        with writing(self._engine) as connection:
            highest = connection.execute(select(func.max(t.invitee.c.number))).scalar() or 0
            if number <= highest:
                return
            # A row that is taken away again moves the counter of either database on.
            row = {"number": number, "id": f"lost {number}", "name": "", "country": "", "kind": "city", "listed_in": ""}
            connection.execute(insert(t.invitee), [row])
            connection.execute(delete(t.invitee).where(t.invitee.c.number == number))
            if connection.dialect.name == "postgresql":
                sequence = func.pg_get_serial_sequence("invitee", "number")
                connection.execute(select(func.setval(sequence, number)))


def _note_change(connection: Connection, name: str = CHANGES) -> None:
    """Makes the stamp another one, in the transaction of the change."""
    value = uuid4().hex
    if not connection.execute(update(t.switch).where(t.switch.c.name == name).values(value=value)).rowcount:
        connection.execute(insert(t.switch).values(name=name, value=value, set_at=func.now()))


def _numbers(connection: Connection) -> dict[str, int]:
    return {row.id: row.number for row in connection.execute(select(t.invitee.c.id, t.invitee.c.number))}


def _enrolled(
    invitees: Sequence[Invitee], new: Sequence[Invitee], changed: Sequence[Invitee], was: Sequence[Invitee]
) -> Enrolled:
    unchanged = len(invitees) - len(new) - len(changed)
    return Enrolled(tuple(i.id for i in new), tuple(i.id for i in changed), unchanged, tuple(was))


def _whereabouts(
    ours: str, country: str, listed_in: str, zone: str | None, cc: str | None, *contact: str
) -> Whereabouts:
    gone, _, whose = listed_in.partition("\n") if listed_in.startswith(GONE) else ("", "", "")
    gone = gone if whose in ("", ours) else ""
    if cc is None:  # it has no contact
        return Whereabouts(country, "", gone=gone)
    return Whereabouts(country, zone or "", listed(cc), dict(zip(ADDRESSED, contact, strict=True)), gone)


def _same(known: Invitee, listed: Invitee) -> bool:
    return replace(known, number=0) == replace(listed, number=0)


def _contact_row(number: int, position: int, contact: Contact, source: str) -> dict[str, Any]:
    return {
        "invitee": number,
        "position": position,
        "source": source,
        "email": contact.email,
        "person": contact.person,
        "title": contact.title,
        "gender": contact.gender,
        "cc": list(contact.cc),
        "language": contact.language,
        "timezone": contact.timezone,
        "notes": contact.notes,
        "extra": dict(contact.extra),
    }


def _to_contact(row: Any) -> Contact:
    return Contact(
        email=row.email,
        person=row.person,
        title=row.title,
        gender=row.gender,
        cc=tuple(row.cc),
        language=row.language,
        timezone=row.timezone,
        notes=row.notes,
        extra=dict(row.extra),
    )


# ---------------------------------------------------------------- statements, each made once

_WHEREABOUTS = Asked(
    select(
        t.invitee.c.number, t.invitee.c.country, t.invitee.c.listed_in, t.contact.c.timezone, cast(t.contact.c.cc, Text)
    )
    .add_columns(*(t.contact.c[name] for name in ADDRESSED))
    .outerjoin(t.contact)
    .where(among(t.invitee.c.number, "numbers"))
    .order_by(t.contact.c.position.desc())
)
