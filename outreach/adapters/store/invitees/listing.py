"""The listing: where each invitee stands and stood, in narrow rows that are quick to search, filter and sort."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, bindparam, delete, insert, literal, select, union_all, update

from outreach.adapters.store import tables as t
from outreach.adapters.store.bulk import Asked, Many, among
from outreach.adapters.store.log import tally
from outreach.languages.spelling import search_text
from outreach.model import Entry, Standing

LONGEST_KEY = 200  # characters of a name by which it is sorted


class Stretch(NamedTuple):
    """A time in which nothing changed of what is listed of an invitee."""

    invitee: int
    began_at: datetime
    ended_at: datetime | None  # None: it lasts
    state: str
    since: datetime
    late: bool
    decided_by: str | None
    needs_review: bool
    owed: bool
    asked_at: datetime | None
    answered: bool
    stopped: bool


def stretches(
    invitee: int, entries: Sequence[Entry], last: Standing, fold: Callable[[Iterable[Entry]], Standing]
) -> list[Stretch]:
    """How an invitee stood in time: at each moment the fold of what had happened until then, as `--as-of` tells it.

    `last` is the fold of all its entries.
    """
    found: list[Stretch] = []
    moments = sorted({entry.at for entry in entries})
    for moment in moments:
        known = last if moment == moments[-1] else fold(entry for entry in entries if entry.at <= moment)
        stood = stretch(invitee, moment, known)
        if found and found[-1][3:] == stood[3:]:
            continue
        if found:
            found[-1] = found[-1]._replace(ended_at=moment)
        found.append(stood)
    return found


def stretch(invitee: int, moment: datetime, standing: Standing) -> Stretch:
    """How an invitee stands from a moment on."""
    return Stretch(
        invitee,
        moment,
        None,
        standing.state._value_,
        standing.since or moment,
        standing.late,
        standing.decided_by,
        standing.needs_review,
        # Who asks something is in talks, or further.
        standing.we_owe and standing.state._value_ not in tally.UNANSWERED,
        standing.first_letter_at,
        standing.answered_by_person,
        standing.stopped,
    )


def new_stretch(invitee: int, moment: datetime, before: Standing, after: Standing) -> Stretch | None:
    """How an invitee stands from a moment on; None where nothing that is listed is another."""
    stood, stands = (stretch(invitee, moment, standing) for standing in (before, after))
    return stands if stands[3:] != stood[3:] or before.since != after.since else None


def go_on(connection: Connection, campaign: str, wave: int, moved: Sequence[Stretch]) -> set[int]:
    """Lists how invitees stand from now on; gives those for which that is not the last thing that happened."""
    if not moved:
        return set()
    given = {"campaign": campaign, "wave": wave, "numbers": [one.invitee for one in moved]}
    began: dict[int, datetime] = {}
    present: dict[int, tally.Listed] = {}
    for number, began_at, *listed in _COUNTED.rows(connection, given):
        began[number], present[number] = began_at, tally.Listed(*listed)
    later = [one for one in moved if one.invitee in present and began[one.invitee] < one.began_at]
    _OVER.execute(connection, [(campaign, wave, one.invitee, one.began_at) for one in later])
    _MOVED.execute(connection, [_bound(one, campaign, wave) for one in later])
    before = [present[one.invitee] for one in later]
    after = [_counted(*present[one.invitee][:3], one) for one in later]
    tally.change(connection, campaign, wave, tally.difference(before, after))
    return {one.invitee for one in moved} - {one.invitee for one in later}


def _counted(country: str, kind: str, language: str, one: Stretch) -> tally.Listed:
    return tally.Listed(country, kind, language, one.state, one.since, one.asked_at, one.answered)


def write(connection: Connection, campaign: str, wave: int, stood: Mapping[int, Sequence[Stretch]]) -> None:
    """Brings the rows of these invitees in line with how they stood; what is the same already is left alone."""
    present, labels = _present(connection, campaign, wave, stood)
    wanted = {stretch for some in stood.values() for stretch in some}
    new, gone = wanted - present, present - wanted
    lasting, past = _parted(new)
    replaced, over = _parted(gone)
    mine = {"campaign": campaign, "wave": wave}
    if over:
        connection.execute(
            _AWAY, [{"of": one.invitee, "at": one.began_at, "in": campaign, "nth": wave} for one in over]
        )
    if strange := {one.invitee for one in new} - labels.keys():
        labels |= labels_of(connection, strange)
    if past:
        connection.execute(insert(t.listed_before), [labels[one.invitee] | mine | one._asdict() for one in past])
    known = {one.invitee for one in replaced}
    if changed := [one for one in lasting if one.invitee in known]:
        _MOVED.execute(connection, [_bound(one, campaign, wave) for one in changed])
    if added := [one for one in lasting if one.invitee not in known]:
        connection.execute(
            insert(t.listed), [_without_end(labels[one.invitee] | mine | one._asdict()) for one in added]
        )
    names = {n: (of["country"], of["kind"], of["language"]) for n, of in labels.items()}
    rows = ([_counted(*names[one.invitee], one) for one in some] for some in (replaced, lasting))
    tally.change(connection, campaign, wave, tally.difference(*rows))
    if left := known - {one.invitee for one in lasting}:
        here = (t.listed.c.campaign == campaign) & (t.listed.c.wave == wave)
        connection.execute(delete(t.listed).where(here, t.listed.c.invitee.in_(sorted(left))))


def _parted(some: Iterable[Stretch]) -> tuple[list[Stretch], list[Stretch]]:
    """Those that last, and those that are over."""
    ordered = sorted(some, key=lambda one: (one.invitee, one.began_at))
    return [one for one in ordered if one.ended_at is None], [one for one in ordered if one.ended_at is not None]


_CHANGING = [name for name in Stretch._fields if name not in ("invitee", "ended_at")]
_HERE = (t.listed.c.campaign == bindparam("in")) & (t.listed.c.wave == bindparam("nth"))
_COUNTED = Asked(
    select(*(t.listed.c[name] for name in ("invitee", "began_at", *tally.Listed._fields)))
    .where(t.listed.c.campaign == bindparam("campaign"), t.listed.c.wave == bindparam("wave"))
    .where(among(t.listed.c.invitee, "numbers"))
    # SQLite would read the whole wave.
    .with_hint(t.listed, "INDEXED BY ix_listed_invitee", "sqlite")
)
_MOVED = Many(
    update(t.listed)
    .where(_HERE, t.listed.c.invitee == bindparam("of"))
    .values({name: bindparam(f"new_{name}") for name in _CHANGING}),
    ("in", "nth", "of", *(f"new_{name}" for name in _CHANGING)),
)
_KEPT = [name for name in t.listed_before.c.keys() if name != "ended_at"]  # noqa: SIM118  a collection of columns
_OVER = Many(
    insert(t.listed_before).from_select(
        [*_KEPT, "ended_at"],
        select(*(t.listed.c[name] for name in _KEPT), bindparam("ended", type_=t.Moment())).where(
            _HERE, t.listed.c.invitee == bindparam("of")
        ),
    ),
    ("in", "nth", "of", "ended"),
)
_AWAY = delete(t.listed_before).where(
    t.listed_before.c.campaign == bindparam("in"),
    t.listed_before.c.wave == bindparam("nth"),
    t.listed_before.c.invitee == bindparam("of"),
    t.listed_before.c.began_at == bindparam("at"),
)


def _bound(one: Stretch, campaign: str, wave: int) -> tuple[Any, ...]:
    return (campaign, wave, one.invitee, one.began_at, *one[3:])


def _without_end(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "ended_at"}


def _present(
    connection: Connection, campaign: str, wave: int, numbers: Iterable[int]
) -> tuple[set[Stretch], dict[int, dict[str, Any]]]:
    """What is listed of these invitees now, and under which labels."""
    some = sorted(numbers)
    queries = []
    for table in (t.listed, t.listed_before):
        ended = table.c.ended_at if "ended_at" in table.c else literal(None, t.Moment()).label("ended_at")
        plain = [ended if name == "ended_at" else table.c[name] for name in Stretch._fields]
        here = and_(table.c.campaign == campaign, table.c.wave == wave, table.c.invitee.in_(some))
        queries.append(select(*plain, *(table.c[name] for name in LABELS)).where(here))
    found: set[Stretch] = set()
    labels: dict[int, dict[str, Any]] = {}
    for row in connection.execute(union_all(*queries)):
        found.add(Stretch(*row[: len(Stretch._fields)]))
        labels[row.invitee] = {name: getattr(row, name) for name in LABELS}
    return found, labels


# ---------------------------------------------------------------- what stands beside it

LABELS = ("name", "search", "country", "kind", "language", "lat", "lon")


def labels_of(connection: Connection, numbers: Iterable[int]) -> dict[int, dict[str, Any]]:
    """By what these invitees are looked for and sorted."""
    some = sorted(numbers)
    first: dict[int, Any] = {}
    people = select(t.contact.c.invitee, t.contact.c.language, t.contact.c.extra).where(t.contact.c.invitee.in_(some))
    for row in connection.execute(people.order_by(t.contact.c.position.desc())):
        first[row.invitee] = row  # the first contact comes last, and stays
    places = connection.execute(select(t.invitee).where(t.invitee.c.number.in_(some)))
    return {row.number: _labels(row, first.get(row.number)) for row in places}


def _labels(row: Any, contact: Any | None) -> dict[str, Any]:
    spelled = search_text(row.name)
    lat, lon = ("", "") if contact is None else (str(contact.extra.get(name, "")) for name in ("lat", "lon"))
    return {
        "name": spelled.strip()[:LONGEST_KEY],
        "search": f"{spelled}{search_text(row.id)}",
        "country": row.country,
        "kind": row.kind,
        "language": "" if contact is None else contact.language,
        "lat": lat if lat and lon else "",
        "lon": lon if lat and lon else "",
    }


def relabel(connection: Connection, numbers: Sequence[int]) -> None:
    """Brings the labels of invitees up to date whose names or contacts changed, in every wave."""
    lock(connection, numbers)
    fresh = labels_of(connection, numbers)
    listed = connection.execute(select(t.listed).where(t.listed.c.invitee.in_(sorted(numbers))))
    before = [row._asdict() for row in listed]
    rows = [
        {"of": number, **{f"new_{name}": value for name, value in labels.items()}} for number, labels in fresh.items()
    ]
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in LABELS}
    for table in (t.listed, t.listed_before):
        connection.execute(update(table).where(table.c.invitee == bindparam("of")).values(values), rows)
    for campaign, wave in {(row["campaign"], row["wave"]) for row in before}:
        here = [row for row in before if (row["campaign"], row["wave"]) == (campaign, wave)]
        after = [{**row, **fresh[row["invitee"]]} for row in here]
        counted = (
            [tally.Listed(*(row[name] for name in tally.Listed._fields)) for row in rows] for rows in (here, after)
        )
        tally.change(connection, campaign, wave, tally.difference(*counted))


def lock(connection: Connection, numbers: Iterable[int]) -> None:
    """One writer an invitee, so that each sees what the others wrote before it."""
    if connection.dialect.name == "sqlite":
        return  # one writer a database
    _LOCKED.rows(connection, {"numbers": sorted(set(numbers))})


_LOCKED = Asked(
    select(t.invitee.c.number)
    .where(among(t.invitee.c.number, "numbers"))
    .order_by(t.invitee.c.number)
    .with_for_update()
)
