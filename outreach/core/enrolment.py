"""From the rows of a sheet to invitees, with every mistake named at once: what, in which line, and its cure."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import available_timezones

from outreach.core.addresses import address_mistake, as_it_travels
from outreach.core.geography import code_of, countries
from outreach.core.renaming import called
from outreach.core.shared_domains import is_shared
from outreach.languages.spelling import plain
from outreach.model import Contact, Finding, Invitee, InviteeKind, Sentence

COLUMNS = ("id", "name", "country", "kind", "person", "title", "gender", "email", "cc", "language", "timezone", "notes")
MOST_COLUMNS = 900  # a row must fit into one form and one statement
NEEDED = ("name", "country", "email")
# What people call these columns.
ALIASES = {
    "e-mail": "email", "mail": "email", "e mail": "email", "address": "email", "email address": "email",
    "correo": "email", "courriel": "email", "city": "name", "territory": "name", "municipality": "name",
    "type": "kind", "contact": "person", "contact person": "person", "lang": "language", "time zone": "timezone",
    "tz": "timezone", "note": "notes", "copy": "cc", "sex": "gender", "country code": "country",
}  # fmt: skip
MISTAKE = "mistake"  # the column of a file of bad rows that says what is wrong; an import passes over it
APART = (MISTAKE, "lat", "lon")  # further columns that are known by name too
LONGEST = {"id": 150, "name": 200, "person": 200, "title": 200, "notes": 5000}
GENDERS = {"f": "f", "m": "m", "": ""}

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be enrolled, and why."""

    line: int
    cells: tuple[str, ...]
    reasons: tuple[str, ...]
    wrong: frozenset[int] = frozenset()  # positions of the cells that are wrong, as far as they are known


@dataclass(frozen=True, slots=True)
class Enrolment:
    """The invitees of a sheet, with everything found on the way."""

    header: tuple[str, ...]
    invitees: tuple[Invitee, ...]
    findings: tuple[Finding, ...]
    bad_rows: tuple[BadRow, ...]
    where: str = ""  # the name of the sheet
    rows: Mapping[str, Sequence[tuple[int, tuple[str, ...]]]] = field(default_factory=dict)  # by invitee: line, cells


class _Mistake(NamedTuple):
    """What is wrong in a row, its cure, and in which column; "": none alone."""

    what: str
    cure: str
    column: str = ""


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    cells: tuple[str, ...]
    given_id: bool
    invitee: Invitee


def enrol(header: Sequence[str], rows: Iterable[tuple[int, tuple[str, ...]]], where: str = "contacts.csv") -> Enrolment:
    """The invitees that rows name; several rows of one invitee are its contacts, and the first is written to."""
    columns, findings = _columns(header, where)
    if any(not one.warning for one in findings):
        return Enrolment(tuple(header), (), findings, ())
    good: list[_Row] = []
    bad: list[BadRow] = []
    for line, cells in rows:
        row, mistakes = _row(line, cells, columns)
        if mistakes:
            wrong = frozenset(columns[one.column] for one in mistakes if one.column in columns)
            bad.append(BadRow(line, cells, tuple(_reason(one.what, one.cure) for one in mistakes), wrong))
            findings += tuple(finding(where, line, one.what, one.cure) for one in mistakes)
        elif row is not None:
            good.append(row)
    invitees, conflicts = _gather(good)
    for row, what, cure in conflicts:
        bad.append(bad_row(row.line, row.cells, what, cure))
        findings += (finding(where, row.line, what, cure),)
    findings += tuple(_doubles(good, where))
    ordered = tuple(sorted(bad, key=lambda one: one.line))
    return Enrolment(tuple(header), invitees, findings, ordered, where, _by_invitee(good))


def _by_invitee(rows: Sequence[_Row]) -> dict[str, list[tuple[int, tuple[str, ...]]]]:
    found: dict[str, list[tuple[int, tuple[str, ...]]]] = {}
    for row in rows:
        found.setdefault(row.invitee.id, []).append((row.line, row.cells))
    return found


def bad_row(line: int, cells: tuple[str, ...], what: str, cure: str) -> BadRow:
    """A row with one mistake."""
    return BadRow(line, cells, (_reason(what, cure),))


def _reason(what: str, cure: str) -> str:
    return Sentence("%(what)s: %(cure)s", what=what, cure=cure)


def finding(where: str, line: int, what: str, cure: str, *, warning: bool = False) -> Finding:
    """What is wrong, or may be, in a line of a sheet."""
    why = Sentence("it may be a mistake") if warning else Sentence("a letter could not be written or would go wrong")
    return Finding(what, Sentence("%(file)s, line %(line)s", file=where, line=line), why, cure, warning)


def _columns(header: Sequence[str], where: str) -> tuple[dict[str, int], tuple[Finding, ...]]:
    columns: dict[str, int] = {}
    findings: list[Finding] = []
    if len(header) > MOST_COLUMNS:
        cure = Sentence("keep the columns that letters need, %(most)s at most", most=MOST_COLUMNS)
        return {}, (finding(where, 1, Sentence("there are %(number)s columns", number=len(header)), cure),)
    own = {_known_as(given) for given in header}
    for position, given in enumerate(header):
        name = _column(given, own)
        if not name:
            continue
        if name in columns:
            findings.append(
                finding(
                    where, 1, Sentence("two columns are called %(name)s", name=name), Sentence("rename or delete one")
                )
            )
        columns[name] = position
    for name in NEEDED:
        if name not in columns:
            near = get_close_matches(name, columns, 1, 0.7)
            cure = (
                Sentence("rename the column %(near)s to %(name)s", near=near[0], name=name)
                if near
                else Sentence("add a column %(name)s", name=name)
            )
            findings.append(finding(where, 1, Sentence("there is no column %(name)s", name=name), cure))
    return columns, tuple(findings)


def _known_as(given: str) -> str:
    return "_".join(given.lower().replace("_", " ").split())


def _column(given: str, own: AbstractSet[str]) -> str:
    """A column by the name that letters know it by; a further one as it is written, with `_` for blanks.

    `own`: all columns; another word, such as “city”, stands for a column only where that one is not there itself.
    """
    known = _known_as(given)
    if known in COLUMNS or known in APART:
        return known
    meant = ALIASES.get(known.replace("_", " "))
    return meant if meant and meant not in own else "_".join(given.split())


def _row(line: int, cells: tuple[str, ...], columns: Mapping[str, int]) -> tuple[_Row | None, list[_Mistake]]:
    values = {name: cells[at] if at < len(cells) else "" for name, at in columns.items()}
    mistakes = [*_text_mistakes(values), *_value_mistakes(values)]
    if len(cells) > max(columns.values()) + 1 and any(cells[max(columns.values()) + 1 :]):
        cure = Sentence("put a text that holds the separator into quotes")
        mistakes.append(_Mistake(Sentence("more cells than columns"), cure))
    if mistakes:
        return None, mistakes
    kind = InviteeKind(values.get("kind", "").lower() or "city")
    country = values["country"].upper()
    contact = _contact(values)
    given = values.get("id", "")
    invitee = Invitee(given or make_id(values["name"], country, kind), values["name"], country, kind, (contact,))
    return _Row(line, cells, bool(given), invitee), []


def _contact(values: Mapping[str, str]) -> Contact:
    extra = {key: value for key, value in values.items() if key not in COLUMNS and key != MISTAKE}
    return Contact(
        email=as_it_travels(values["email"]),
        person=values.get("person", ""),
        title=values.get("title", ""),
        gender=values.get("gender", "").lower(),
        cc=tuple(map(as_it_travels, _list(values.get("cc", "")))),
        language=values.get("language", "").replace("_", "-"),
        timezone=values.get("timezone", ""),
        notes=values.get("notes", ""),
        extra=extra,
    )


def _list(text: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in re.split(r"[;,]", text) if one.strip())


def _text_mistakes(values: Mapping[str, str]) -> Iterable[_Mistake]:
    for name, value in values.items():
        if _CONTROL.search(value):
            what = Sentence("%(name)s holds a character that cannot be seen", name=name)
            yield _Mistake(what, Sentence("type the text anew"), name)
        if len(value) > LONGEST.get(name, 2000):
            what = Sentence("%(name)s is longer than %(most)s characters", name=name, most=LONGEST.get(name, 2000))
            yield _Mistake(what, Sentence("shorten it"), name)
        if "\n" in value and name not in ("notes", MISTAKE):
            what = Sentence("%(name)s goes over several lines", name=name)
            yield _Mistake(what, Sentence("write it in one line"), name)


def _value_mistakes(values: Mapping[str, str]) -> Iterable[_Mistake]:
    if not values["name"]:
        yield _Mistake(Sentence("the name is missing"), Sentence("write the name of the city or territory"), "name")
    yield from _country_mistake(values["country"])
    kind = values.get("kind", "").lower()
    if kind and kind not in [one.value for one in InviteeKind]:
        cure = Sentence("take one of %(choices)s", choices=", ".join(one.value for one in InviteeKind))
        yield _Mistake(Sentence("“%(kind)s” is no kind", kind=kind), cure, "kind")
    if values.get("gender", "").lower() not in GENDERS:
        what = Sentence("“%(gender)s” is no gender here", gender=values["gender"])
        yield _Mistake(what, Sentence("write f or m, or leave it empty"), "gender")
    yield from _address_mistakes(values)
    language = values.get("language", "")
    if language and not _LANGUAGE.fullmatch(language):
        what = Sentence("“%(code)s” is no language", code=language)
        yield _Mistake(what, Sentence("write a code such as en, fr, es or ca"), "language")
    yield from _zone_mistake(values.get("timezone", ""))
    given = values.get("id", "")
    if given and not re.fullmatch(r"[^\s/\\]+", given):
        what = Sentence("the id “%(given)s” holds spaces or slashes", given=given)
        yield _Mistake(what, Sentence("use letters, digits and dashes"), "id")


def _address_mistakes(values: Mapping[str, str]) -> Iterable[_Mistake]:
    for column, address in (("email", values["email"]), *(("cc", one) for one in _list(values.get("cc", "")))):
        if not address:
            yield _Mistake(Sentence("the address is missing"), Sentence("write the address"), column)
        elif problem := address_mistake(address):
            yield _Mistake(problem, Sentence("correct the address"), column)


def _country_mistake(country: str) -> Iterable[_Mistake]:
    if country.upper() in countries():
        return
    if not country:
        yield _Mistake(Sentence("the country is missing"), Sentence("write its two letters, such as ES"), "country")
        return
    code = code_of(country)
    cure = (
        Sentence("did you mean %(code)s (%(country)s)?", code=code, country=countries()[code])
        if code
        else Sentence("write its two letters (ISO 3166), such as ES")
    )
    yield _Mistake(Sentence("“%(country)s” is no country code", country=country), cure, "country")


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _zone_mistake(zone: str) -> Iterable[_Mistake]:
    if zone and zone not in _zones():
        near = get_close_matches(zone, _zones(), 1, 0.6)
        cure = Sentence("did you mean %(near)s?", near=near[0]) if near else Sentence("write one like Europe/Madrid")
        yield _Mistake(Sentence("there is no time zone %(zone)s", zone=zone), cure, "timezone")


def make_id(name: str, country: str, kind: InviteeKind) -> str:
    """A stable id: name, country, and the kind unless it is a city; letters of every script are kept."""
    slug = plain(name).replace(" ", "-") or "-".join(f"{ord(char):x}" for char in unicodedata.normalize("NFC", name))
    return f"{slug}-{country.lower()}" if kind is InviteeKind.CITY else f"{slug}-{country.lower()}-{kind.value}"


def _gather(rows: Sequence[_Row]) -> tuple[tuple[Invitee, ...], list[tuple[_Row, str, str]]]:
    gathered: dict[str, Invitee] = {}
    conflicts: list[tuple[_Row, str, str]] = []
    for row in rows:
        known = gathered.get(row.invitee.id)
        if known is None:
            gathered[row.invitee.id] = row.invitee
        elif (known.name, known.country, known.kind) != (row.invitee.name, row.invitee.country, row.invitee.kind):
            what = Sentence("the id %(id)s is %(was)s above", id=known.id, was=called(known))
            conflicts.append((row, what, Sentence("give it another id, or the same name, country and kind")))
        elif row.invitee.contact.email.lower() not in {contact.email.lower() for contact in known.contacts}:
            gathered[known.id] = replace(known, contacts=(*known.contacts, row.invitee.contact))
    return tuple(gathered.values()), conflicts


def _doubles(rows: Sequence[_Row], where: str) -> Iterable[Finding]:
    """The same place perhaps twice: one name with different mail domains and no id; one address of two invitees."""
    by_place: dict[str, list[_Row]] = defaultdict(list)
    by_address: dict[str, dict[str, _Row]] = defaultdict(dict)
    by_name: dict[tuple[str, str], dict[str, _Row]] = defaultdict(dict)
    for row in rows:
        if not row.given_id:
            by_place[row.invitee.id].append(row)
        by_address[row.invitee.contact.email.lower()].setdefault(row.invitee.id, row)
        by_name[plain(row.invitee.name), row.invitee.country].setdefault(row.invitee.id, row)
    for same in by_place.values():
        domains = {_domain(row.invitee.contact.email) for row in same}
        if len(domains) > 1:
            yield _double(where, same[-1], Sentence("comes with different mail domains"))
    for ids in by_address.values():
        if len(ids) > 1:
            row = list(ids.values())[-1]
            what = Sentence(
                "%(email)s is the address of %(invitees)s",
                email=row.invitee.contact.email,
                invitees=", ".join(sorted(ids)),
            )
            yield finding(where, row.line, what, Sentence("correct it if it is a mistake"), warning=True)
    for ids in by_name.values():
        kinds = {row.invitee.kind for row in ids.values()}
        if len(ids) > len(kinds):
            yield _double(where, list(ids.values())[-1], Sentence("stands under different ids"))


def _double(where: str, row: _Row, how: str) -> Finding:
    what = Sentence(
        "%(name)s (%(country)s) %(how)s: one invitee or two?",
        name=row.invitee.name,
        country=row.invitee.country,
        how=how,
    )
    return finding(
        where, row.line, what, Sentence("give two invitees different ids, or one invitee one id"), warning=True
    )


def _domain(address: str) -> str:
    domain = address.rpartition("@")[2].lower()
    return address.lower() if is_shared(domain) else domain


def bad_rows_sheet(enrolment: Enrolment) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """The bad rows as a sheet that can be corrected and imported; a last column says what is wrong."""
    width = len(enrolment.header)
    rows = [(*(row.cells + ("",) * width)[:width], "; ".join(row.reasons)) for row in enrolment.bad_rows]
    return (*enrolment.header, MISTAKE), rows
