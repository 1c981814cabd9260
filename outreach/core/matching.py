"""Whose mail is this: all signals scored together, with their reasons; ties are never broken by chance."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from outreach.core.letters.reference import find_references
from outreach.core.places import names_in, own_domains
from outreach.model import Candidate, Match, Message, Reading

# What each signal weighs. A winner needs ENOUGH, and MARGIN more than the next.
WEIGHTS = {
    "token": 100.0,
    "thread": 90.0,
    "remembered": 70.0,
    "address": 60.0,
    "domain": 40.0,
    "other_address": 25.0,
    "name": 15.0,
    "name_in_text": 8.0,
}
ENOUGH = 40.0
MARGIN = 15.0
CLEAR = ("token", "thread")  # these say it alone, whatever the rest says
MOST_NAMES = 300
MOST_CANDIDATES = 5

_Add = Callable[..., None]
_ADDRESS = re.compile(r"[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,6}")
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,250}>")


@dataclass(frozen=True, slots=True)
class Clues:
    """What in a mail may tell whose it is."""

    references: tuple[str, ...]
    message_ids: tuple[str, ...]
    addresses: tuple[str, ...]  # the sender's first
    sender_address: str
    domains: tuple[str, ...]
    name_keys: frozenset[str]
    strong_names: frozenset[str] = frozenset()  # in the sender's name, subject or signature


@dataclass(frozen=True, slots=True)
class Found:
    """What the register and the outbox know of these clues: numbers of invitees."""

    by_reference: Mapping[str, int | None]  # None: not genuine
    by_message_id: Mapping[str, int]
    by_address: Mapping[str, tuple[int, ...]]
    by_domain: Mapping[str, tuple[int, ...]]
    by_name: Mapping[str, tuple[int, ...]]
    remembered: Mapping[str, int]
    names: Mapping[int, str] = field(default_factory=dict)


def clues(message: Message, reading: Reading, own_addresses: frozenset[str]) -> Clues:
    """What in a mail may tell whose it is; our own addresses tell nothing."""
    sender = message.from_[0].address if message.from_ else ""
    senders = [box.address for box in (*message.from_, *message.sender, *message.reply_to)]
    near = [*senders, *(box.address for box in message.cc)]
    bounced = reading.bounce.recipients if reading.bounce is not None else ()
    quoted = [
        match.group().lower() for match in _ADDRESS.finditer(f"{message.text[:50000]}\n{message.returned[:20000]}")
    ]
    addresses = tuple(dict.fromkeys(a for a in (*near, *bounced, *quoted[:200]) if a and a not in own_addresses))
    signed = _signature(message, reading)
    name = message.from_[0].name if message.from_ else ""
    strong = names_in(f"{name}\n{message.subject}\n{signed}", MOST_NAMES)
    return Clues(
        references=find_references(_everywhere(message, bounced)),
        message_ids=_message_ids(message, reading),
        addresses=addresses,
        sender_address=sender,
        domains=tuple(dict.fromkeys(d for a in senders if a and a not in own_addresses for d in own_domains(a))),
        name_keys=strong | names_in(reading.new_text[:20000], MOST_NAMES),
        strong_names=strong,
    )


def _everywhere(message: Message, bounced: Iterable[str]) -> str:
    plus = " ".join(box.address.partition("@")[0] for box in (*message.to, *message.cc))
    ids = " ".join((*message.references, *message.in_reply_to))
    return "\n".join((message.subject, ids, plus, *bounced, message.text[:200000], message.returned[:100000]))


def _message_ids(message: Message, reading: Reading) -> tuple[str, ...]:
    returned = reading.bounce.message_ids if reading.bounce is not None else ()
    quoted = _MESSAGE_ID.findall(message.returned[:50000])
    return tuple(dict.fromkeys((*message.in_reply_to, *reversed(message.references), *returned, *quoted)))[:100]


def _signature(message: Message, reading: Reading) -> str:
    """What stands just behind the new text: most likely the signature, never our own letter below it."""
    last = reading.new_text.strip().splitlines()[-1:] or [""]
    start = message.text.find(last[0]) + len(last[0]) if last[0] else 0
    lines = message.text[start : start + 600].splitlines()[:12]
    return "\n".join(line for line in lines if not line.startswith(">"))


def match(seen: Clues, found: Found) -> Match:
    """One clear winner with its reasons, or none and the ranked candidates."""
    scores: dict[int, float] = defaultdict(float)
    reasons: dict[int, list[str]] = defaultdict(list)
    signals: dict[int, list[str]] = defaultdict(list)

    def add(number: int, signal: str, reason: str, share: float = 1.0) -> None:
        if signal not in signals[number]:
            scores[number] += WEIGHTS[signal] * share
            signals[number].append(signal)
        if reason not in reasons[number]:
            reasons[number].append(reason)

    for number in {n for n in found.by_reference.values() if n is not None}:
        add(number, "token", "carries the reference of our letter")
    for number in set(found.by_message_id.values()):
        add(number, "thread", "answers our letter")
    if seen.sender_address in found.remembered:
        add(found.remembered[seen.sender_address], "remembered", "a person filed this sender's mail to it before")
    _add_addresses(seen, found, add)
    _add_domains_and_names(seen, found, add)
    return _winner(scores, reasons, signals, _token(found))


def _add_addresses(seen: Clues, found: Found, add: _Add) -> None:
    for address, numbers in found.by_address.items():
        for number in numbers:
            if address == seen.sender_address:
                add(number, "address", "comes from an address that we know", 1 / len(numbers))
            else:
                add(number, "other_address", f"names the address {address}", 1 / len(numbers))


def _add_domains_and_names(seen: Clues, found: Found, add: _Add) -> None:
    for domain, numbers in found.by_domain.items():
        for number in numbers:
            add(number, "domain", f"comes from its mail domain {domain}", 1 / len(numbers))
    for key, numbers in found.by_name.items():
        signal = "name" if key in seen.strong_names else "name_in_text"
        for number in numbers:
            add(number, signal, f"names “{found.names.get(number, key)}”", 1 / len(numbers))


def _token(found: Found) -> str:
    if any(number is not None for number in found.by_reference.values()):
        return "ok"
    return "forged" if found.by_reference else ""


def _winner(
    scores: Mapping[int, float],
    reasons: Mapping[int, list[str]],
    signals: Mapping[int, list[str]],
    token: str,
) -> Match:
    ranked = sorted(scores, key=lambda number: (-scores[number], number))
    candidates = tuple(
        Candidate(number, round(scores[number], 1), tuple(reasons[number])) for number in ranked[:MOST_CANDIDATES]
    )
    clear = [number for number in ranked if any(signal in CLEAR for signal in signals[number])]
    if len(clear) == 1:
        return Match(clear[0], _strongest(signals[clear[0]]), _first(candidates, clear[0]), token)
    if clear or not ranked or scores[ranked[0]] < ENOUGH:
        return Match(None, "", candidates, token)
    if len(ranked) > 1 and scores[ranked[0]] - scores[ranked[1]] < MARGIN:
        return Match(None, "", candidates, token)
    if _strongest(signals[ranked[0]]) == "remembered" and _another_is_named(ranked, signals):
        return Match(None, "", candidates, token)
    return Match(ranked[0], _strongest(signals[ranked[0]]), candidates, token)


def _another_is_named(ranked: list[int], signals: Mapping[int, list[str]]) -> bool:
    """A sender that wrote for one invitee before names another now, and not the first."""
    named = [number for number in ranked if {"name", "name_in_text"}.intersection(signals[number])]
    return bool(named) and ranked[0] not in named


def _strongest(signals: Iterable[str]) -> str:
    return max(signals, key=lambda signal: WEIGHTS[signal])


def _first(candidates: tuple[Candidate, ...], number: int) -> tuple[Candidate, ...]:
    return tuple(sorted(candidates, key=lambda candidate: candidate.number != number))
