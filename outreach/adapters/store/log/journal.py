"""The log: append-only entries, and the standing of each invitee as a projection in the same transaction."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from functools import lru_cache
from operator import attrgetter, itemgetter
from typing import Any

from sqlalchemy import Connection, Engine, Text, bindparam, cast, delete, func, insert, select, update

from outreach.adapters.store import tables as t
from outreach.adapters.store.bulk import Asked, Many, among, next_numbers
from outreach.adapters.store.engine import reading, writing
from outreach.adapters.store.invitees import listing
from outreach.adapters.store.log import tally
from outreach.model import Entry, EntryKind, LetterKind, Standing, State

LISTING = "listing"  # the switch that a migration sets: the listing is still to be folded
Fold = Callable[..., Standing]  # of entries, and of the standing before them where it is not the first
CHUNK = 400  # numbers in one IN (…): SQLite takes few variables


def chunks(numbers: Iterable[int]) -> Iterator[list[int]]:
    """The numbers, sorted, in lists short enough for one IN (…)."""
    ordered = sorted(set(numbers))
    for start in range(0, len(ordered), CHUNK):
        yield ordered[start : start + CHUNK]


@dataclass(frozen=True, slots=True)
class Noted:
    """An entry together with what stands beside it: the note and the act it belongs to."""

    entry: Entry
    note: str
    act: str | None


class Journal:
    """The entries and standings of one wave of one campaign."""

    def __init__(self, engine: Engine, campaign: str, wave: int, fold: Fold) -> None:
        self._engine = engine
        self._campaign = campaign
        self._wave = wave
        self._fold = fold

    def append(
        self, entries: Sequence[Entry], now: datetime, *, note: str = "", act: str | None = None
    ) -> tuple[int, ...]:
        """Notes facts and brings the standings up to date, in one transaction; gives the entries' ids."""
        with writing(self._engine) as connection:
            return self.write(connection, entries, now, note=note, act=act)

    def write(
        self, connection: Connection, entries: Sequence[Entry], now: datetime, *, note: str = "", act: str | None = None
    ) -> tuple[int, ...]:
        """The same within a transaction of another room."""
        if not entries:
            return ()
        self.lock(connection, {entry.invitee for entry in entries})
        ids = tuple(self._insert(connection, entries, now, act))
        if note:
            connection.execute(insert(t.note), [{"entry": ids[0], "text": note}])
        self.project(connection, {entry.invitee for entry in entries})
        return ids

    def begin(self, connection: Connection, entries: Sequence[Entry], now: datetime) -> None:
        """Notes the first entry of invitees that have none yet: nothing has to be read to fold it."""
        ids = self._insert(connection, entries, now, None)
        first = [entry.numbered(number) for entry, number in zip(entries, ids, strict=True)]
        folded = {entry.invitee: self._fold([entry]) for entry in first}
        connection.execute(insert(t.standing), [self._standing_row(n, s) for n, s in folded.items()])
        self._list(connection, {entry.invitee: [entry] for entry in first}, folded)

    def extend(self, connection: Connection, entries: Sequence[Entry], now: datetime) -> None:
        """Notes facts that take nothing back: each standing goes on from where it is, and no entry is read again."""
        if not entries:
            return
        numbers = {entry.invitee for entry in entries}
        self.lock(connection, numbers)
        before = self.current(connection, numbers)
        after = dict(before)
        for entry, number in zip(entries, self._insert(connection, entries, now, None), strict=True):
            after[entry.invitee] = self._fold([entry.numbered(number)], after[entry.invitee])
        _GONE_ON.execute(connection, [self._gone_on(*one) for one in after.items()])
        self._go_on_listing(connection, entries, before, after)
        if reviewed := {n: standing for n, standing in after.items() if standing.review != before[n].review}:
            _mark_reviews(connection, reviewed)

    def _insert(
        self, connection: Connection, entries: Sequence[Entry], now: datetime, act: str | None
    ) -> Sequence[int]:
        left = Counter(tally.of_entry(entry) for entry in entries if entry.kind is EntryKind.SENT)
        if back := [e.target for e in entries if e.kind is EntryKind.UNDONE and e.target is not None]:
            left.subtract(tally.letters_taken_back(connection, back))
        tally.change(connection, self._campaign, self._wave, left)
        ids = next_numbers(connection, t.entry.c.id, len(entries))
        rows = [(number, *self._row(entry), now, act) for number, entry in zip(ids, entries, strict=True)]
        _NOTED.execute(connection, rows)
        return ids

    def _row(self, entry: Entry) -> tuple[Any, ...]:
        return (self._campaign, self._wave, entry.kind._value_, *_plain(entry))

    def project(self, connection: Connection, numbers: Iterable[int]) -> None:
        """Folds the entries of these invitees anew into their standings and their mails' review marks."""
        for some in chunks(numbers):
            entries = self._entries_where(connection, t.entry.c.invitee.in_(some))
            folded = {number: self._fold(facts) for number, facts in entries.items()}
            mine = (t.standing.c.campaign == self._campaign) & (t.standing.c.wave == self._wave)
            connection.execute(delete(t.standing).where(mine & t.standing.c.invitee.in_(some)))
            if folded:
                connection.execute(insert(t.standing), [self._standing_row(n, s) for n, s in folded.items()])
            self._list(connection, entries, folded)
            _mark_reviews(connection, folded)

    def _list(
        self, connection: Connection, entries: Mapping[int, Sequence[Entry]], folded: Mapping[int, Standing]
    ) -> None:
        for some in chunks(entries):
            stood = {n: listing.stretches(n, entries[n], folded[n], self._fold) for n in some}
            listing.write(connection, self._campaign, self._wave, stood)

    def _go_on_listing(
        self,
        connection: Connection,
        entries: Sequence[Entry],
        before: Mapping[int, Standing],
        after: Mapping[int, Standing],
    ) -> None:
        """Only what is listed otherwise now is written; what did not happen in the order of time is folded anew."""
        last = {entry.invitee: entry.at for entry in entries}
        several = {n for n, number in Counter(entry.invitee for entry in entries).items() if number > 1}
        stretches = [listing.new_stretch(n, at, before[n], after[n]) for n, at in last.items() if n not in several]
        moved = [one for one in stretches if one is not None]
        anew = listing.go_on(connection, self._campaign, self._wave, moved) | several
        for some in chunks(anew):
            facts = self._entries_where(connection, t.entry.c.invitee.in_(some))
            self._list(connection, facts, {number: after[number] for number in some})

    def lock(self, connection: Connection, numbers: Iterable[int]) -> None:
        """One writer an invitee, so that each fold sees every entry before it."""
        listing.lock(connection, numbers)

    def _fold_where(self, connection: Connection, condition: Any) -> dict[int, Standing]:
        """The standings that follow from the entries that fit a condition."""
        return {number: self._fold(facts) for number, facts in self._entries_where(connection, condition).items()}

    def _entries_where(self, connection: Connection, condition: Any) -> dict[int, list[Entry]]:
        """The entries that fit a condition, in order, by invitee."""
        by_invitee: dict[int, list[Entry]] = defaultdict(list)
        for row in connection.execute(self._select().where(condition).order_by(t.entry.c.id)):
            by_invitee[row.invitee].append(to_entry(row))
        return by_invitee

    def _standing_row(self, number: int, standing: Standing) -> dict[str, Any]:
        return {
            "campaign": self._campaign,
            "wave": self._wave,
            "invitee": number,
            "state": standing.state.value,
            "since": standing.since,
            "needs_review": standing.needs_review,
            "fold": dump_standing(standing),
        }

    def _gone_on(self, number: int, standing: Standing) -> tuple[Any, ...]:
        state, review = standing.state._value_, standing.needs_review
        return self._campaign, self._wave, number, state, standing.since, review, standing_text(standing)

    def _select(self) -> Any:
        return select(t.entry).where(t.entry.c.campaign == self._campaign, t.entry.c.wave == self._wave)

    def rebuild(self) -> int:
        """Folds every standing anew from the log; gives how many invitees there are."""
        with writing(self._engine) as connection:
            numbers = list(
                connection.execute(
                    select(t.entry.c.invitee)
                    .where(t.entry.c.campaign == self._campaign, t.entry.c.wave == self._wave)
                    .distinct()
                ).scalars()
            )
            self.project(connection, numbers)
            tally.recount(connection, self._campaign, self._wave)
        return len(numbers)

    def fold_listing(self) -> None:
        """Folds the listing of every wave from the log, where a migration has just made it."""
        waiting = t.switch.c.name == LISTING
        with reading(self._engine) as connection:
            if connection.execute(select(t.switch.c.name).where(waiting)).scalar() is None:
                return
        with writing(self._engine) as connection:
            if connection.execute(delete(t.switch).where(waiting)).rowcount:
                for campaign, wave in connection.execute(select(t.entry.c.campaign, t.entry.c.wave).distinct()).all():
                    other = Journal(self._engine, campaign, wave, self._fold)
                    other.relist(connection)

    def relist(self, connection: Connection) -> None:
        """Folds the listing of this wave anew."""
        mine = (t.entry.c.campaign == self._campaign) & (t.entry.c.wave == self._wave)
        numbers = connection.execute(select(t.entry.c.invitee).where(mine).distinct()).scalars().all()
        for some in chunks(numbers):
            entries = self._entries_where(connection, t.entry.c.invitee.in_(some))
            if placed := [n for n, labels in listing.labels_of(connection, some).items() if labels["lat"]]:
                listing.relabel(connection, placed)  # the listing did not know where they are
            self._list(connection, entries, {number: self._fold(facts) for number, facts in entries.items()})
        tally.recount(connection, self._campaign, self._wave)

    def some(self, numbers: Iterable[int], *, as_of: datetime | None = None) -> dict[int, Standing]:
        """The standings of some invitees, now or as the facts were at a moment."""
        with reading(self._engine) as connection:
            if as_of is None:
                return self.current(connection, list(numbers))
            found: dict[int, Standing] = {}
            for part in chunks(numbers):
                found |= self._fold_where(connection, t.entry.c.invitee.in_(part) & (t.entry.c.at <= as_of))
            return found

    def standings(self, *, as_of: datetime | None = None) -> dict[int, Standing]:
        """Every invitee's standing by number, now or as the facts were at a moment."""
        with reading(self._engine) as connection:
            return self.current(connection) if as_of is None else self._fold_where(connection, t.entry.c.at <= as_of)

    def current(self, connection: Connection, numbers: Collection[int] | None = None) -> dict[int, Standing]:
        """The projected standings, of all or of some invitees."""
        given = {"campaign": self._campaign, "wave": self._wave}
        if numbers is None:
            return {n: load_standing(json.loads(plain)) for n, plain in connection.execute(_STANDINGS, given)}
        rows = _STANDINGS_OF.rows(connection, {**given, "numbers": sorted(numbers)})
        return {number: _read_standing(plain) for number, plain in rows}

    def anywhere(self, numbers: Iterable[int]) -> tuple[tuple[int, Standing], ...]:
        """The standings of some invitees in every campaign and wave of this database; each with its number."""
        query = select(t.standing.c.invitee, t.standing.c.fold)
        found: list[Any] = []
        with reading(self._engine) as connection:
            for some in chunks(numbers):
                found += connection.execute(query.where(t.standing.c.invitee.in_(some))).all()
        return tuple((number, load_standing(plain)) for number, plain in found)

    def earlier_states(self) -> dict[int, State]:
        """Where each invitee stood in the latest earlier wave of this campaign."""
        query = (
            select(t.standing.c.invitee, t.standing.c.state)
            .where(t.standing.c.campaign == self._campaign, t.standing.c.wave < self._wave)
            .order_by(t.standing.c.wave)
        )
        with reading(self._engine) as connection:
            return {row.invitee: State(row.state) for row in connection.execute(query)}

    def standing(self, number: int) -> Standing:
        """One invitee's standing."""
        with reading(self._engine) as connection:
            return self.current(connection, [number]).get(number, Standing())

    def folded(self) -> dict[int, Standing]:
        """Every standing folded from the log itself: what the projection must agree with."""
        return self.standings(as_of=datetime.max.replace(tzinfo=UTC))

    def story(self, number: int) -> tuple[Noted, ...]:
        """Everything noted of one invitee, in order."""
        return self._noted(t.entry.c.invitee == number)

    def of_mail(self, mail: int) -> tuple[Noted, ...]:
        """Everything noted because of one mail, in order."""
        return self._noted(t.entry.c.mail == mail)

    def _noted(self, condition: Any) -> tuple[Noted, ...]:
        query = (
            select(t.entry, t.note.c.text)
            .outerjoin(t.note, t.note.c.entry == t.entry.c.id)
            .where(t.entry.c.campaign == self._campaign, t.entry.c.wave == self._wave, condition)
            .order_by(t.entry.c.id)
        )
        with reading(self._engine) as connection:
            return tuple(Noted(to_entry(row), row.text or "", row.act) for row in connection.execute(query))

    def of_act(self, act: str) -> tuple[Noted, ...]:
        """The entries of one act of a person, in order."""
        return self._noted(t.entry.c.act == act)

    def notes(self, entries: Sequence[int]) -> dict[int, str]:
        """What persons wrote beside some entries, by entry."""
        query = select(t.note.c.entry, t.note.c.text).where(t.note.c.entry.in_(entries))
        with reading(self._engine) as connection:
            return {row.entry: row.text for row in connection.execute(query)}

    def count(self) -> int:
        """How many entries there are."""
        with reading(self._engine) as connection:
            return int(connection.execute(select(func.count()).select_from(t.entry)).scalar_one())


def _mark_reviews(connection: Connection, folded: Mapping[int, Standing]) -> None:
    """A mail waits for a person exactly while its invitee's standing says so."""
    owner = func.coalesce(t.reading.c.filed, t.reading.c.matched)
    connection.execute(
        update(t.reading).where(owner.in_(list(folded)), t.reading.c.needs_review).values(needs_review=False)
    )
    waiting = [mail for standing in folded.values() for mail in standing.review]
    if waiting:
        connection.execute(update(t.reading).where(t.reading.c.mail.in_(waiting)).values(needs_review=True))


def to_entry(row: Any) -> Entry:
    """A row of the log as an entry."""
    return Entry(
        id=row.id,
        campaign=row.campaign,
        wave=row.wave,
        invitee=row.invitee,
        at=row.at,
        kind=EntryKind(row.kind),
        by=row.by,
        what=row.what,
        step=row.step,
        until=row.until,
        letter=row.letter,
        mail=row.mail,
        target=row.target,
        late=row.late,
    )


_PLAIN_FIELDS = tuple(one.name for one in fields(Entry) if one.name not in ("id", "kind", "campaign", "wave"))
_plain = attrgetter(*_PLAIN_FIELDS)
_STANDING_FIELDS = tuple(one.name for one in fields(Standing))
_of_standing = attrgetter(*_STANDING_FIELDS)
_MOMENTS = ("since", "first_letter_at", "last_letter_at")
_DAYS = ("hold_until", "absent_until")


def dump_standing(standing: Standing) -> dict[str, Any]:
    """A standing as JSON, without what is not set."""
    plain = {name: value for name, value in zip(_STANDING_FIELDS, _of_standing(standing), strict=True) if value}
    for key in (*_MOMENTS, *_DAYS):
        if key in plain:
            plain[key] = plain[key].isoformat()
    return plain


def standing_text(standing: Standing) -> str:
    """The same as text."""
    named = filter(itemgetter(1), zip(_JSON_NAMES, _of_standing(standing), strict=True))
    return "{" + ", ".join([name + _JSON[value.__class__](value) for name, value in named]) + "}"


def _moment_text(moment: datetime) -> str:
    return _utc_text(moment) if moment.tzinfo is UTC else f'"{moment.isoformat()}"'


@lru_cache(maxsize=1024)  # most have several fields with the moment of one letter, which was written beside it
def _utc_text(moment: datetime) -> str:
    return f'"{t.text_of(moment).removesuffix(".000000").replace(" ", "T")}+00:00"'


_JSON_NAMES = tuple(f'"{name}": ' for name in _STANDING_FIELDS)
_JSON: dict[type, Callable[[Any], str]] = {
    **dict.fromkeys((str, tuple, bool), json.dumps),
    State: lambda state: f'"{state._value_}"',
    int: str,
    date: lambda day: f'"{day}"',
    datetime: _moment_text,
}


@lru_cache(maxsize=1024)
def _read_standing(plain: str) -> Standing:
    """A standing that a sender looks at several times within a second."""
    return load_standing(_DECODER.raw_decode(plain)[0])


_DECODER = json.JSONDecoder()


def load_standing(plain: Mapping[str, Any]) -> Standing:
    """The standing back from JSON."""
    return Standing(**{name: _READ[name](value) if name in _READ else value for name, value in plain.items()})


_READ: dict[str, Callable[[Any], Any]] = {
    "state": State,
    **dict.fromkeys(_MOMENTS, datetime.fromisoformat),
    **dict.fromkeys(_DAYS, date.fromisoformat),
    **dict.fromkeys(("review", "reminders"), tuple),
    "acknowledged": lambda kinds: tuple(LetterKind(kind) for kind in kinds),
}


# ---------------------------------------------------------------- statements, each made once

_STANDINGS = select(t.standing.c.invitee, cast(t.standing.c.fold, Text)).where(
    t.standing.c.campaign == bindparam("campaign"), t.standing.c.wave == bindparam("wave")
)
_STANDINGS_OF = Asked(_STANDINGS.where(among(t.standing.c.invitee, "numbers")))
_NOTED = Many(
    insert(t.entry),
    ("id", "campaign", "wave", "kind", *_PLAIN_FIELDS, "recorded_at", "act"),  # as `_row` has them
)
_GONE_ON = Many(
    update(t.standing)
    .where(t.standing.c.campaign == bindparam("of_campaign"), t.standing.c.wave == bindparam("of_wave"))
    .where(t.standing.c.invitee == bindparam("of_invitee"))
    .values({name: bindparam(name) for name in ("state", "since", "needs_review", "fold")}),
    ("of_campaign", "of_wave", "of_invitee", "state", "since", "needs_review", "fold"),
    ready=("fold",),
)
