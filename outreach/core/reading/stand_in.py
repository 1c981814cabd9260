"""Finds whom a mail names to write to instead, and in which words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from outreach.core.reading.machine_marks import FROM_LINE, SENDERS
from outreach.core.reading.phrasebook import Phrasebook
from outreach.core.reading.phrases import sentences

_ADDRESS = re.compile(r"[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,6}")
_NAME = re.compile(r"[^\W\d_][\w'’.-]{0,30}")
_ELISION = re.compile(r"(?:d|l|qu|all|dall|dell|nell|sull)'(?=\w)", re.IGNORECASE)  # “d'office@town.example”
MOST = 40  # addresses that are looked at
AROUND = 160  # characters before an address in which words say what it is
BEHIND = 60
NAME_NEAR = 60  # characters before an address in which its owner's name begins
NAME_WORDS = 4
HERE, ELSEWHERE = 2, -3  # what the words around an address count: “write to”, “was sent to”


@dataclass(frozen=True, slots=True)
class StandIn:
    """An address to write to instead, and the words that name its owner, as they stand in the mail."""

    address: str
    words: str


def stand_in(
    text: str, not_theirs: frozenset[str], book: Phrasebook[str], *, only_if_asked: bool = False
) -> StandIn | None:
    """The address that a text asks to write to; the first of several equal ones.

    Args:
        text: What the sender newly wrote.
        not_theirs: Addresses that are no substitute's: ours, the sender's own.
        book: Phrases; `stand_in` (“please write to”) speaks for an address behind it, `not_stand_in` (“was sent to”)
            against it, `dead` (“is no longer in use”) against one before it.
        only_if_asked: An address at which nobody asks to write does not count, such as one in a footer.
    """
    best: tuple[int, StandIn] | None = None
    since = 0
    for match in islice(_ADDRESS.finditer(text), MOST) if "@" in text else ():
        address = _bare(match.group())
        if address in not_theirs or SENDERS.search(address):
            since = match.end()
            continue
        weight = _weight(text[max(since, match.start() - AROUND) : match.start()], text[match.end() :][:BEHIND], book)
        if best is None or weight > best[0]:
            best = (weight, StandIn(address, _with_name(text, since, match)))
        since = match.end()
    return best[1] if best is not None and best[0] >= (HERE if only_if_asked else 0) else None


def _bare(written: str) -> str:
    elision = _ELISION.match(written)
    return written[elision.end() if elision else 0 :].strip("'.-").lower()


def _weight(before: str, behind: str, book: Phrasebook[str]) -> int:
    said = _said(before, book)
    weight = HERE if "stand_in" in said else 0
    if (said and said[-1] == "not_stand_in") or FROM_LINE.search(before):
        weight += ELSEWHERE
    if "dead" in _said(re.split(r"[.;\n]\s", behind)[0], book):
        weight += ELSEWHERE
    return weight


def _said(text: str, book: Phrasebook[str]) -> Sequence[str]:
    return [
        one.name
        for sentence in sentences(text)
        for one in book.find(sentence)
        if one.name in ("stand_in", "not_stand_in", "dead")
    ]


def _with_name(text: str, since: int, address: re.Match[str]) -> str:
    """The address with the capitalised words that stand close before it, such as “Ms Priya Solanki at …”."""
    window = max(since, address.start() - NAME_NEAR)
    begin, names = address.start(), 0
    for word in reversed(list(_NAME.finditer(text, window, address.start()))):
        if word.group()[0].isupper() and names < NAME_WORDS:
            begin, names = word.start(), names + 1
        elif names:
            break
    return " ".join(text[begin : address.end()].split())
