"""Keeps the moulds of one kind of letter, so that each letter but the first of its class is cast and not filled.

A mould is the letter filled with marks in the places of personal values. That is sound only where such a value is
printed and nothing else depends on it (reach.py tells); every other value makes the class of the letter, and each class
has a mould of its own. A mould is compared with the letter filled in the plain way before it is used, and where
anything is in doubt, letters are filled in the plain way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from outreach.core.letters.casting import (
    AS_IT_IS,
    FORMS,
    IN_LINE,
    MARK,
    SIMPLE,
    Cast,
    Mould,
    cast_of,
    forms_of,
    make_mould,
    mark,
    number_of,
)
from outreach.core.letters.filling import LIMIT, clean
from outreach.core.letters.markup import LINK_PARTS
from outreach.core.letters.reach import LINKS, Path, Reach, reach_of
from outreach.core.letters.sheet import Sheet, clean_values
from outreach.model import ConfigurationError

# What differs from letter to letter; other values, such as the deadline, are the same for all of a class.
PERSONAL = frozenset({"salutation", "invitee", "contact", "reference"})
MOST_MOULDS = 256  # of one kind of letter in one language
MOST_PLACES = 100
LONGEST = 1000  # characters of a value that fills a place

# What a layout gets besides the values. Where it does more with these texts than print them, nothing is left open.
_TEXTS = frozenset({"subject", "body", "smallprint", *LINKS, "loop"})
_CONSTANT = frozenset({"lang", "dir"})
_PRINTABLE = frozenset(
    {("subject",), ("body",), ("smallprint",), (*LINKS, "*", "words"), (*LINKS, "*", "address")}
    | {("loop", count) for count in ("first", "last", "index", "index0", "revindex", "revindex0", "length", "cycle")}
)
_COUNTS = frozenset(path for path in _PRINTABLE if path[0] == "loop")
_SCHEME = re.compile(r"\s*(?:https?://|(mailto:))", re.IGNORECASE)

_Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is done with each value: its place is left open, it is fixed for a class, or it is only asked for."""

    places: tuple[Path, ...]
    fixed: tuple[Path, ...]
    asked: tuple[Path, ...]


class Moulds:
    """The moulds of one kind of letter in one language; one is made when a letter of its class comes again."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._plan = _plan(sheet)
        self._moulds: dict[_Key, Mould | None] = {}
        self._once: set[_Key] = set()

    @property
    def number(self) -> int:
        """How many there are by now."""
        return sum(mould is not None for mould in self._moulds.values())

    def cast(self, values: Mapping[str, object], who: str = "") -> Cast:
        """The letter that these values give.

        Raises:
            ConfigurationError: A template is wrong, or asks for a value that is not there.
        """
        plan = self._plan  # asked once: page and sender share it, and the other may have changed it since
        if plan is not None:
            key, filling = _class_of(plan, values)
            if (mould := self._mould(plan, key, filling, values)) is not None:
                return mould.cast(filling)
        cleaned = clean_values(values, self._sheet.language)
        return cast_of(self._sheet.words(cleaned, cleaned, who))

    def _mould(self, plan: Plan, key: _Key, filling: Sequence[bytes], values: Mapping[str, object]) -> Mould | None:
        if key in self._moulds:
            return self._moulds[key]
        if len(self._once) >= MOST_MOULDS:
            self._forget()
        if key not in self._once:  # the only letter of its class needs no mould
            self._once.add(key)
            return None
        mould = self._made(plan, key, filling, clean_values(values, self._sheet.language))
        self._moulds[key] = mould
        return mould

    def _forget(self) -> None:
        self._once.clear()
        self._moulds.clear()

    def _made(self, plan: Plan, key: _Key, filling: Sequence[bytes], values: dict[str, Any]) -> Mould | None:
        """A mould for letters like this one; None where none would be sound."""
        opened = [(number, path) for number, path in enumerate(plan.places) if key[number] is None]
        as_it_is, in_line = (_marked(values, opened, kind) for kind in (AS_IT_IS, IN_LINE))
        try:
            text, *others = self._sheet.before_links(as_it_is, in_line)
            words = self._sheet.words(as_it_is, in_line)
            plain = cast_of(self._sheet.words(values, values))
        except ConfigurationError:
            return None  # the plain way says what is wrong
        if doubtful := _doubtful(text, others):
            self._forget()
            self._plan = _fixed(plan, doubtful)
            return None
        if _is_large(text, *others, words.text, words.html):
            return None
        try:
            mould = make_mould(words)
        except ValueError:
            return None  # a line end alone, say: no lines for the wire, which the plain way says
        if mould.cast(filling).whole != plain.whole:
            self._plan = None  # something was overlooked; from now on nothing is left open
            return None
        return mould


# ---------------------------------------------------------------- what is left open


def _plan(sheet: Sheet) -> Plan | None:
    """What is done with the values that the templates name; None where that cannot be told."""
    subject = (sheet.first or sheet.form).made.subject
    texts = (source for form in (sheet.form, sheet.small_print) for source in (form.made.text, form.made.html))
    whole = Reach()
    for reach in (
        *map(reach_of, (subject, *texts)),
        *(_of_layout(reach_of(form.source)) for form in (sheet.text_layout, sheet.html_layout)),
    ):
        if reach is None:
            return None
        whole |= reach
    whole |= Reach(weighed=frozenset(path for path in whole.printed if _is_table(path, whole.printed)))
    places = {path for path in whole.printed if path[0] in PERSONAL and not whole.is_weighed(path)}
    fixed = (whole.printed | whole.weighed) - places
    return Plan(*(tuple(sorted(paths)) for paths in (places, fixed, whole.asked - places - fixed)))


def _is_table(path: Path, others: Iterable[Path]) -> bool:
    return any(path != other and path == other[: len(path)] for other in others)


def _of_layout(reach: Reach | None) -> Reach | None:
    """What a layout does with the letter's values; None where it looks into the texts that it lays out."""
    if reach is None:
        return None
    printed, weighed = ({path for path in paths if path[0] in _TEXTS} for paths in (reach.printed, reach.weighed))
    if not (printed <= _PRINTABLE and weighed <= _COUNTS):
        return None
    own = (
        frozenset(p for p in paths if p[0] not in _TEXTS | _CONSTANT)
        for paths in (reach.printed, reach.asked, reach.weighed)
    )
    return Reach(*own)


def _fixed(plan: Plan, numbers: Iterable[int]) -> Plan:
    """The plan with some places fixed."""
    closed = {plan.places[number] for number in numbers}
    places = tuple(path for path in plan.places if path not in closed)
    return Plan(places, (*plan.fixed, *sorted(closed)), plan.asked)


def _doubtful(text: str, others: Iterable[str]) -> set[int]:
    """Places in links whose values decide whether the link is one, or whether its address is listed below the text."""
    links = list(dict.fromkeys(LINK_PARTS.findall(text)))
    found: set[int] = set()
    for address, _ in (*links, *(link for other in others for link in LINK_PARTS.findall(other))):
        if not _SCHEME.match(_head(address)):
            found |= _numbers(address)
    for address, words in links:
        namesake = any(other != address and same == words for other, same in links)
        if namesake or _numbers(words) or _SCHEME.sub(_without_mailto, _head(address)) in words:
            found |= _numbers(address) | _numbers(words)
    return found


def _head(address: str) -> str:
    """An address as far as it is the same for all."""
    return MARK.split(address)[0]


def _without_mailto(scheme: re.Match[str]) -> str:
    return "" if scheme[1] else scheme[0].lstrip()


def _numbers(text: str) -> set[int]:
    return {number_of(match) for match in MARK.finditer(text)}


def _is_large(*texts: str) -> bool:
    """Whether the letter could come near the limit of the plain way."""
    return any(len(text) > LIMIT // 2 or len(MARK.findall(text)) > MOST_PLACES for text in texts)


# ---------------------------------------------------------------- the values of a letter


def _class_of(plan: Plan, values: Mapping[str, object]) -> tuple[_Key, list[bytes]]:
    """What makes the class of a letter, None for a place that is open, and what fills the open places."""
    key: list[object] = []
    filling: list[bytes] = []
    for path in plan.places:
        value = _found(values, path)
        forms = _forms(value)
        key.append(None if forms else _literal(value))
        filling += forms or _NOTHING
    for path in plan.fixed:
        value = _found(values, path)
        key.append(value if isinstance(value, str) else _literal(value))
    key += [_truth(_found(values, path)) for path in plan.asked]
    return tuple(key), filling


_NOTHING = (b"",) * FORMS


def _forms(value: object) -> tuple[bytes, ...]:
    """What fills a place; nothing where the value might do more than that.

    Where the templates trim and join words, it must behave as any word does.
    """
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST:
        return ()
    if SIMPLE.fullmatch(value):
        return (value.encode(),) * FORMS
    cleaned = clean(value)
    # A dot alone is quoted where it is a whole line.
    is_word = not (cleaned[0].isspace() or cleaned[-1].isspace()) and cleaned != "."
    return forms_of(cleaned) if is_word else ()


def _truth(value: object) -> bool | None:
    return None if isinstance(value, _Nowhere) else bool(value)


def _literal(value: object) -> object:
    return value if isinstance(value, str) else (repr(value),)


@dataclass(frozen=True, slots=True)
class _Nowhere:
    """A path that leads nowhere, and the value at which it ends."""

    value: object


def _found(values: Mapping[str, Any], path: Path) -> object:
    found: Any = values
    try:
        for name in path:
            found = found[name]
    except (KeyError, TypeError):
        return _Nowhere(None if found is values else found)
    return found


def _marked(values: dict[str, Any], opened: Iterable[tuple[int, Path]], kind: str) -> dict[str, Any]:
    """The values with marks in the open places."""
    marked = values
    for number, path in opened:
        marked = _with(marked, path, mark(number, kind))
    return marked


def _with(table: dict[str, Any], path: Path, value: str) -> dict[str, Any]:
    first, *rest = path
    return {**table, first: _with(table[first], tuple(rest), value) if rest else value}
