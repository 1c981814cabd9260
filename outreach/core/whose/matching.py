"""Whose mail is this: all signals scored together, with their reasons; ties are never broken by chance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from outreach.core.geography import is_spoken
from outreach.core.whose.clues import Clues
from outreach.core.whose.index import Index, Rows
from outreach.core.whose.mentions import ANY, How, Mention
from outreach.model import Candidate, Match

# What each signal weighs. A winner needs ENOUGH, and MARGIN more than the next.
WEIGHTS = {
    "token": 100.0,
    "thread": 90.0,
    "remembered": 70.0,
    "address": 60.0,
    "domain": 40.0,
    "other_address": 30.0,
    "quoted_address": 12.0,
    "label": 30.0,  # its name is the sender's mail domain, with a word of a town hall
    "label_only": 20.0,
    "label_part": 12.0,
    "person": 20.0,
    "country": 20.0,
    "language": 15.0,
    "other_country": -20.0,
}
# What the place's name weighs, by where it stands and how.
NAMES = {
    "sender": {How.OFFICE: 35.0, How.LINE: 25.0, How.BARE: 12.0, How.PASSING: 2.0},
    "signature": {How.OFFICE: 35.0, How.LINE: 25.0, How.BARE: 10.0, How.PASSING: 2.0},
    "subject": {How.OFFICE: 30.0, How.LINE: 20.0, How.BARE: 12.0, How.PASSING: 2.0},
    "body": {How.OFFICE: 25.0, How.LINE: 8.0, How.BARE: 6.0, How.PASSING: 2.0},
    "quoted": {How.OFFICE: 30.0, How.LINE: 30.0, How.BARE: 20.0, How.PASSING: 2.0},
}
WHERE = {
    "sender": "the sender's name",
    "signature": "the signature",
    "subject": "the subject",
    "body": "the text",
    "quoted": "the letter that is quoted",
}
BEGINNING = 0.7  # only the beginning of the name: “Freiburg”
OTHER_KIND = 0.3  # the province's office, where the invitee is the city
ENOUGH = 30.0
MARGIN = 15.0
_AN_OFFICE = NAMES["body"][How.OFFICE] * BEGINNING  # what names it as the office that writes
_A_LINE = NAMES["signature"][How.LINE] * BEGINNING
# What its name must weigh at least to tell who writes. A line of a signature is the writer's office only where a town
# hall writes; else it may be an address.
_TELLING_NAMES = {"subject": NAMES["subject"][How.LINE] + 1, "body": _AN_OFFICE, "quoted": _A_LINE, "sender": _A_LINE}
_TELLING_OF_TOWN_HALLS = _TELLING_NAMES | {"signature": _A_LINE}
CLEAR = ("token", "thread")  # these say it alone, unless the mail itself says that another writes
BY_SENDER = ("remembered", "address", "domain")
TELLING = (*CLEAR, *BY_SENDER, "other_address", "person", "label", "label_only", "label_part")
MOST_CANDIDATES = 5
MOST_OF_ONE_DOMAIN = 50
WORLD_LANGUAGES = (None, "en")  # in which anybody writes to us
_KINDS = {"metropolis": "city"}


@dataclass(frozen=True, slots=True)
class Proven:
    """What was checked or looked up outside the index; numbers of invitees."""

    by_reference: Mapping[str, int | None] = field(default_factory=dict)  # None: not genuine
    by_message_id: Mapping[str, int] = field(default_factory=dict)
    remembered: int | None = None  # a person filed this sender's mail there before


@dataclass(slots=True)
class _Score:
    """What speaks for one invitee."""

    signals: dict[str, float] = field(default_factory=dict)  # the best of each
    reasons: dict[str, str] = field(default_factory=dict)

    def add(self, signal: str, weight: float, reason: str) -> None:
        if signal not in self.signals or weight > self.signals[signal]:
            self.signals[signal], self.reasons[signal] = weight, reason

    @property
    def total(self) -> float:
        return sum(self.signals.values())

    def has(self, signals: Iterable[str]) -> bool:
        return any(signal in self.signals for signal in signals)

    @property
    def sent(self) -> bool:
        """The sender is its own, and no other invitee's."""
        return any(self.signals.get(signal, 0) >= WEIGHTS[signal] for signal in BY_SENDER)

    @property
    def named(self) -> bool:
        """Its name stands in the mail, and not in passing."""
        return any(self.signals.get(zone, 0) > NAMES["body"][How.PASSING] for zone in NAMES)

    def tells(self, *, town_hall: bool) -> bool:
        """Something tells who writes, and not only of what: “Essen” is a meal too, and “la paz” is peace."""
        least = _TELLING_OF_TOWN_HALLS if town_hall else _TELLING_NAMES
        return self.has(TELLING) or any(self.signals.get(zone, 0) >= weight for zone, weight in least.items())

    @property
    def speaks(self) -> bool:
        """It is named as the office that writes."""
        return any(self.signals.get(zone, 0) >= _AN_OFFICE for zone in NAMES)


_Scores = dict[int, _Score]


def match(seen: Clues, index: Index, proven: Proven) -> Match:
    """One clear winner with its reasons, or none and the ranked candidates."""
    scores: _Scores = {}
    _add_proven(scores, proven)
    _add_addresses(scores, seen, index)
    _add_labels(scores, seen, index)
    for zone in NAMES:
        for mention in getattr(seen.places, zone):
            _add_mention(scores, zone, mention, index)
    for key in seen.people:
        _add_shared(scores, index.people.get(key), index, "person", "names a person that we wrote to")
    _add_countries(scores, seen, index)
    spoken_for = {
        int(index.numbers[row])
        for zone in ("subject", "body", "signature")
        for mention in getattr(seen.places, zone)
        if mention.behalf
        for row in mention.rows
    }
    return _winner(scores, spoken_for, _token(proven), town_hall=seen.town_hall)


def _of(scores: _Scores, number: int) -> _Score:
    return scores.setdefault(number, _Score())


def _add_proven(scores: _Scores, proven: Proven) -> None:
    for number in {number for number in proven.by_reference.values() if number is not None}:
        _of(scores, number).add("token", WEIGHTS["token"], "carries the reference of our letter")
    for number in set(proven.by_message_id.values()):
        _of(scores, number).add("thread", WEIGHTS["thread"], "answers our letter")
    if proven.remembered is not None:
        reason = "a person filed this sender's mail to it before"
        _of(scores, proven.remembered).add("remembered", WEIGHTS["remembered"], reason)


def _add_addresses(scores: _Scores, seen: Clues, index: Index) -> None:
    _add_shared(scores, index.addresses.get(seen.sender), index, "address", "comes from an address that we know")
    for signal, some in (("other_address", seen.near), ("quoted_address", seen.quoted)):
        for address in some:
            _add_shared(scores, index.addresses.get(address), index, signal, f"names the address {address}")
    for domain in seen.domains:
        rows = index.domains.get(domain)
        if len(rows) <= MOST_OF_ONE_DOMAIN:
            _add_shared(scores, rows, index, "domain", f"comes from its mail domain {domain}")


def _add_shared(scores: _Scores, rows: Rows, index: Index, signal: str, reason: str) -> None:
    """What several invitees have in common says that much less of each."""
    for row in rows:
        _of(scores, int(index.numbers[row])).add(signal, WEIGHTS[signal] / len(rows), reason)


def _add_labels(scores: _Scores, seen: Clues, index: Index) -> None:
    for label in seen.labels:
        signal = "label_part" if not label.whole else "label" if label.official else "label_only"
        for row in label.rows:
            weight = WEIGHTS[signal] * _kind_share(label.kind, index.kinds[row])
            reason = f"comes from a mail domain with its name ({label.words})"
            _of(scores, int(index.numbers[row])).add(signal, weight, reason)


def _add_mention(scores: _Scores, zone: str, mention: Mention, index: Index) -> None:
    for row in mention.rows:
        weight = NAMES[zone][mention.how] * (BEGINNING if mention.beginning else 1.0)
        passing = " in passing" if mention.how is How.PASSING else ""
        if not is_of_kind(mention, index.kinds[row]):  # “the Canton of Lucerne” where the city is the invitee
            weight, passing = NAMES[zone][How.PASSING], ", another office of that name,"
        reason = f"{WHERE[zone]} names “{mention.words[:60]}”{passing}"
        _of(scores, int(index.numbers[row])).add(zone, weight, reason)


def is_of_kind(mention: Mention, kind: str) -> bool:
    """Whether the office that is named, if any, may be that of an invitee of a kind."""
    return _kind_share(mention.kind, kind) == 1.0


def _kind_share(said: str, kind: str) -> float:
    return 1.0 if said in ("", ANY) or _KINDS.get(said, said) == _KINDS.get(kind, kind) else OTHER_KIND


def _add_countries(scores: _Scores, seen: Clues, index: Index) -> None:
    """Between places of one name the country decides, or the language; another country's mail domain makes doubtful."""
    rows = set(_rows(seen))
    named = {row for row in rows if index.countries[row] == seen.country or index.countries[row] in seen.countries}
    spoken = seen.language if seen.language not in WORLD_LANGUAGES and not named else None
    for row in rows:
        score, country = scores[int(index.numbers[row])], index.countries[row]
        if row in named:
            score.add("country", WEIGHTS["country"], "the mail names its country")
        elif spoken and is_spoken(spoken, country):
            score.add("language", WEIGHTS["language"], "the mail is in a language of its country")
        if seen.country not in ("", country):
            score.add("other_country", WEIGHTS["other_country"], "the mail domain is another country's")


def _rows(seen: Clues) -> Iterable[int]:
    for zone in NAMES:
        for mention in getattr(seen.places, zone):
            yield from mention.rows
    for label in seen.labels:
        yield from label.rows


def _token(proven: Proven) -> str:
    if any(number is not None for number in proven.by_reference.values()):
        return "ok"
    return "forged" if proven.by_reference else ""


def _winner(scores: _Scores, spoken_for: set[int], token: str, *, town_hall: bool) -> Match:
    totals = {number: score.total for number, score in scores.items()}
    ranked = sorted(totals, key=lambda number: (-totals[number], number))
    clear = [number for number in ranked if scores[number].has(CLEAR)]
    first = clear[0] if len(clear) == 1 else ranked[0] if ranked and not clear else None
    if first is None or not _stands(first, ranked, scores, spoken_for, town_hall=town_hall):
        return Match(None, "", _candidates(ranked, scores), token)
    ranked.sort(key=lambda number: number != first)
    return Match(first, _by(scores[first]), _candidates(ranked, scores), token)


def _stands(first: int, ranked: list[int], scores: _Scores, spoken_for: set[int], *, town_hall: bool) -> bool:
    """Whether the first may be taken: clear by itself, far enough before the next, and not contradicted."""
    mine, others = scores[first], [scores[number] for number in ranked if number != first]
    if spoken_for and first not in spoken_for:
        return False  # a neighbour writes on behalf of another
    if any(one.sent for one in others) and not mine.has(BY_SENDER):
        return False  # another's own mail domain sends it
    if mine.has(CLEAR):
        return not _another_speaks(mine, others)
    if "other_country" in mine.signals and not mine.has(BY_SENDER):
        return False
    if (
        not mine.tells(town_hall=town_hall)
        or mine.total < ENOUGH
        or any(mine.total - one.total < MARGIN for one in others)
    ):
        return False
    return not (mine.has(BY_SENDER) and _another_speaks(mine, others))


def _another_speaks(mine: _Score, others: list[_Score]) -> bool:
    """The mail names another's office as its writer, and this one nowhere."""
    return not mine.named and any(one.speaks for one in others)


def _by(score: _Score) -> str:
    signals = [signal for signal in score.signals if signal in WEIGHTS and WEIGHTS[signal] > 0]
    strongest = max(score.signals, key=lambda signal: score.signals[signal])
    clear = next((signal for signal in CLEAR if signal in signals), None)
    return clear or (strongest if strongest in (*BY_SENDER, "other_address", "person") else "name")


def _candidates(ranked: list[int], scores: _Scores) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(number, round(scores[number].total, 1), tuple(dict.fromkeys(_reasons(scores[number]))))
        for number in ranked[:MOST_CANDIDATES]
    )


def _reasons(score: _Score) -> Iterable[str]:
    for signal in sorted(score.signals, key=lambda signal: -abs(score.signals[signal])):
        yield score.reasons[signal]
