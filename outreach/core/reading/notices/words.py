"""Whom a notice without a report names as not reached: how addresses stand in the texts of mail systems."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice

from outreach.core.reading.notices.failure import ADDRESS, Failure, named, status_in
from outreach.core.reading.notices.phrases import choice
from outreach.core.reading.notices.wording import LABELS

MOST_TEXT = 30_000  # characters that are read
MOST_PLACES = 300  # addresses that are looked at
MOST_SAID = 1_500  # characters behind an address that may be about it
BEFORE = 120  # characters in front of an address that tell what it is
TOLD, TRIED, MENTIONED = 3, 2, 1  # how surely an address was not reached
_LABEL = re.compile(
    rf"(?:^|[^a-z])(?:{choice(LABELS)})[\s,:=>\"'<(\[«„“*-]{{0,12}}(?:smtp:|rfc822[;:] ?)?$", re.IGNORECASE
)
# Sendmail's “550 <mayor@town.example>... User unknown”, and from whom a forwarded address was made.
_CODED = re.compile(
    r"(?:^|\n)[ \t>]{0,8}[45]\d\d (?:[45]\.\d{1,2}\.\d{1,3} )?<?$|(?:expanded|generated|forwarded) from:? ?<?$",
    re.IGNORECASE,
)
_CODED_END = re.compile(r">?(?:\.\.\.|\))")
_REACHED = re.compile(r">?[ \t:=–-]{0,12}(?:delivered|accepted|relayed|ok\b|success)", re.IGNORECASE)
_TRIED = re.compile(r"(?:rcpt(?: to)? ?: ?<?|(?:^|\n)[ \t>]{0,8}to:[^\n]{0,60}|t=\[)$", re.IGNORECASE)
# Whose address it is not: the sender's, or somebody's who could help.
_OTHERS = re.compile(
    r"(?:\b(?:from|by|sender|originator|return-path|reply-to|errors-to|message-id|mailto|cc|contact(?:ing)?|postmaster|support|help|"
    r"administrator|(?:write|reply|report) to|expéditeur|contacter|remitente|contactar|remitent|absender|kontaktieren|"
    r"mittente|contattare|remetente|afzender)"
    r"[\s:=<(\[\"'*-]{0,8}|\b(?:de|von|da|van|från|fra|od|от)\s?:[^\n]{0,60}|\b(?:please|kindly)[^.:]{0,90})$",
    re.IGNORECASE,
)
_LINE_START = re.compile(r"(?:^|\n)[ \t>*•·#|<\"'\[(»-]{0,20}(?:\d{1,2}[.)] ?<?|[^\s<>@]{1,64}@[^\s<>@]{1,80} ?<)?$")
_NAME_OF_NEXT = re.compile(r" ?<([^\s<>@:]{1,64}@[^\s<>@]{1,255})>")
_NOBODY = re.compile(
    r"(?:mailer-daemon|postmaster|abuse|support|helpdesk|hostmaster|webmaster|admin|noreply|no-reply|root|soporte|suporte|supporto|ayuda|aide|hilfe)@"
)


@dataclass(frozen=True, slots=True)
class _Place:
    """An address, where it stands, and how surely it was not reached."""

    address: str
    at: int
    surely: int


def failures_told(text: str, own: frozenset[str]) -> tuple[Failure, ...]:
    """Each recipient that the words name, with what is said of it; `own` are the notice's sender and receiver."""
    text = text[:MOST_TEXT]
    found = islice(ADDRESS.finditer(text), MOST_PLACES)
    places = [place for one in found if (place := _place(text, one)).address not in own]
    surest = max((place.surely for place in places), default=0)
    places = [place for place in places if place.surely == surest > 0]
    places = [place for place in places if not _NOBODY.match(place.address)] or (places if surest == TOLD else [])
    first = {place.address: place for place in reversed(places)}
    if surest == MENTIONED and len(first) > 1:
        return ()
    return tuple(_failure(place, text, places) for place in sorted(first.values(), key=lambda place: place.at))


def _failure(place: _Place, text: str, places: list[_Place]) -> Failure:
    """What is said between an address and the next one is about it."""
    end = min(
        (other.at for other in places if other.at > place.at and other.address != place.address), default=len(text)
    )
    said = text[place.at : min(end, place.at + MOST_SAID)]
    return Failure((place.address,), said, status_in(said))


def _place(text: str, found: re.Match[str]) -> _Place:
    address = named(found.group())[0]
    before, after = text[max(0, found.start() - BEFORE) : found.start()], text[found.end() : found.end() + BEFORE]
    return _Place(address, found.start(), _surely(address, before, after))


def _surely(address: str, before: str, after: str) -> int:
    next_one = _NAME_OF_NEXT.match(after)
    other_meant = next_one is not None and next_one[1].lower() != address  # “mayor@town.example <office@town.example>”
    if other_meant or _REACHED.match(after):
        return 0
    if _CODED.search(before) and _CODED_END.match(after):
        return TOLD
    if _LINE_START.search(before):
        return 0 if _OTHERS.search(before.rstrip("<[( \t\n>*-")) else TOLD
    if _TRIED.search(before) or _CODED.search(before):
        return TRIED
    if _OTHERS.search(before):
        return 0
    return TOLD if _LABEL.search(before) else MENTIONED
