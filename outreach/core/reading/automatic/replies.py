"""Tells what a machine wrote from what a person did, and by which signs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from outreach.core.reading.automatic.absence import Dated, calendar_of, return_date
from outreach.core.reading.automatic.dates import Calendar, dates_in
from outreach.core.reading.automatic.forms_of_mail import is_receipt, is_report
from outreach.core.reading.automatic.machine_marks import (
    DENIALS,
    HEADERS,
    LIST_HEADERS,
    LIST_MARKS,
    PROOF,
    READ_SUBJECTS,
    RECALL_CLASSES,
    RECALL_SUBJECTS,
    REPLY_SUBJECTS,
    RFC_3834,
    SENDERS,
    STRONG,
    SUBJECTS,
    WEAK,
)
from outreach.core.reading.automatic.stand_in import StandIn, directed_to, stand_in
from outreach.core.reading.phrasebook import Found, Phrasebook
from outreach.core.reading.phrases import Sentence, sentences
from outreach.frozen import made_often
from outreach.languages import Language, Languages
from outreach.languages.spelling import plain_words
from outreach.model import Evidence, Message

# What the phrases of a language's [automatic] table count, by their names; the others help with dates and addresses.
WEIGHTS = {
    "displayed": PROOF,  # “your message was read on”
    "recalled": PROOF,  # “would like to recall the message”
    "challenge": STRONG,  # “prove that you are no robot”
    "machine": STRONG,  # “this message was generated automatically”
    "dead": STRONG,  # “this mailbox is not monitored”
    "robot": WEAK,  # “automatic reply”
    "receipt": WEAK,  # “your request has been registered”
    "service": WEAK,  # “follow its state in the portal”
    "anyone": WEAK,  # “dear sender”
    "left": WEAK,  # “no longer works here”
    "closed": WEAK,  # “the office is closed”
    "away": WEAK,  # “I am on leave”
    "defer": WEAK,  # “your mail will be read on my return”
    "dated": WEAK,  # an absence with its date
    "replaced": WEAK,  # an absence with a substitute's address
    "alone": STRONG,  # an absence with its date, and nothing else is said
}
TELLING = frozenset({*WEIGHTS, "subject", "absent"})  # what tells a text's language
STATED = frozenset({"header", "subject", "displayed", "recalled", "machine"})  # by which a machine itself says so
ABSENCE = frozenset({"away", "absent", "closed"})  # “absent”: “the mayor is on leave”
DEFERRED = frozenset({"away", "closed", "defer"})
DATED = ABSENCE | {"defer"}
SUPPORTED = DEFERRED | {"dead"}  # for which a date, a substitute or the want of other words may speak
# What has a date of its own where nobody is absent.
ELSE = frozenset({"left", "dead", "receipt", "service", "displayed", "recalled"})
IN_A_SUBJECT = frozenset({"away", "closed", "dead", "machine", "receipt"})
PERSON = "person"  # phrases of somebody who has read our letter: “I have seen your mail, but”
AGAINST_PERSON = 2  # what such a phrase takes away
AGAINST_ABSENT = AGAINST_ANSWER = 1  # what another's absence, and a subject such as “Re: Invitation”, take away
AGAINST_POSITION = 3  # what a position takes away that is surely taken
SURELY = 0.95  # from such a position on it counts whole
LETTER = 40  # words with which a text is a letter
LONGEST_SUBJECT = 500  # characters of a subject that are looked at
_MARKS = {name: tuple((part, weight) for other, part, weight in HEADERS if other == name) for name, _, _ in HEADERS}
MOST = 25  # sentences in which signs are looked for
# Shares of a text that automatic phrases leave unexplained: a person's answer stands in the rest.
ALL_OF_IT = 0.3  # so little, and a text is an absence and nothing else
NOTHING_ELSE, MUCH_ELSE = 0.2, 0.5  # up to so little a position counts nothing, from so much on it counts whole
FEW = 12  # words of a text that a machine would fill with what it says of itself
SAYING = 4  # words of a sentence that is no greeting
LIKELY = 0.6  # from such a position on somebody looks, whatever the headers say: a person may have added it
HARDLY = 0.2  # up to such a position nobody need look, where one sign alone suffices
AT_THE_HEAD = 1  # words that may stand before a one-word heading of a subject, such as “Holiday”


@made_often(frozen=True, slots=True)
class Sign:
    """One thing by which a machine makes itself known, what it counts, and the words that were seen."""

    name: str
    weight: int
    words: str

    @property
    def evidence(self) -> Evidence:
        """The sign as a reading shows it."""
        return Evidence(self.name, self.words[:200])


@dataclass(frozen=True, slots=True)
class Automatic:
    """An automatic reply: its signs, whether they are sure, and what it says."""

    signs: tuple[Sign, ...]
    sure: bool
    back: date | None
    substitute: StandIn | None


_FoundNames = tuple[Found[tuple[str, str]], ...]  # by (what it shows, language)


@made_often(frozen=True, slots=True)
class _Heard:
    sentence: Sentence
    found: _FoundNames

    @property
    def tells(self) -> bool:
        """Whether something in it tells of a machine or an absence."""
        return any(found.name[0] in TELLING for found in self.found)


def goes_before(signs: Iterable[Sign], position: float) -> bool:
    """Whether a mail counts as a machine's although its text may take a position.

    Args:
        signs: What speaks for a machine. Each name counts once, with its heaviest sign.
        position: How sure it is that the text takes a position of the invitee on the campaign, from 0 to 1. A person's
            answer goes before an automatic header: people on holiday answer, service desks stamp what persons write.
    """
    against = AGAINST_POSITION * (1.0 if position >= SURELY else position)
    return _weight(signs) >= STRONG and _weight(signs) > against


def _weight(signs: Iterable[Sign]) -> int:
    heaviest: dict[str, int] = {}
    for sign in signs:
        heaviest[sign.name] = max(heaviest.get(sign.name, sign.weight), sign.weight)
    return sum(heaviest.values())


def read_automatic(
    message: Message,
    text: str,
    parts: Sequence[Sentence],
    languages: Languages,
    chosen: Sequence[Language],
    *,
    own: frozenset[str],
    position: float,
) -> Automatic | None:
    """What an automatic reply says; None for a person's mail.

    Args:
        message: The mail.
        text: What was newly written in it.
        parts: Its sentences; the subject's where it has none.
        languages: All that are known.
        chosen: Those that the text may be in.
        own: Our addresses, never a substitute's.
        position: As for `goes_before`.
    """
    book = _book(languages.all)
    heard = [_hear(sentence, book) for sentence in parts[:MOST]]
    subject = [_hear(sentence, book) for sentence in sentences(message.subject[:LONGEST_SUBJECT])[:1]]
    signs = _signs(message, subject, heard)
    headed = any(found.name[0] == "headed" for one in subject for found in one.found)
    names = {sign.name for sign in signs}
    if _is_stamped(signs) and (_words(heard) >= LETTER or any(one.sentence.asks for one in heard)):
        return None  # service desks stamp what persons write
    if not (headed or names & SUPPORTED) and _weight(signs) < STRONG:
        return None
    untold = 0 < _words(heard) <= FEW and not any(one.tells for one in heard)  # “No, thank you.”
    if is_report(message):
        said = untold or position >= LIKELY or any(one.sentence.asks for one in heard)
        return Automatic(tuple(signs), not (said and is_receipt(message)), back=None, substitute=None)
    spoken = _languages([*subject, *heard], languages, chosen)
    calendar = calendar_of(message, spoken)
    dated = _dated([*subject, *heard], spoken, calendar)
    back = None if names & ELSE and not names & DATED else return_date(dated, calendar)
    substitute = substitute_in(text, message, languages, own, only_if_asked=_is_receipt_of_service(names))
    rest, besides = _unexplained(dated[len(subject) :], spoken), _besides(heard)
    whole, position = position, position * min(1.0, max(0.0, rest - NOTHING_ELSE) / (MUCH_ELSE - NOTHING_ELSE))
    unstated = besides and not any(sign.name in STATED and sign.weight >= STRONG for sign in signs)
    alone = rest < ALL_OF_IT and not (unstated and whole >= SURELY)
    signs += _supports(names, text, back, substitute, headed=headed, alone=alone)
    found = _judged(signs, whole if unstated else position, back, substitute)
    # “On leave until 5 August. We join!”, “Who pays?”
    added = (untold and back is None) or (whole >= SURELY and not all(one.tells for one in heard))
    added = added or any(one.asks for one in besides if unstated)
    return replace(found, sure=False) if found is not None and added else found


def _besides(heard: Iterable[_Heard]) -> list[Sentence]:
    """Sentences that tell of no machine and no absence."""
    return [one.sentence for one in heard if len(one.sentence.plain) >= SAYING and not one.tells]


def _is_receipt_of_service(names: AbstractSet[str]) -> bool:
    """Whether a service desk wrote that something came; addresses in its footer stand in for nobody."""
    return bool(names & {"receipt", "service"}) and not names & (DEFERRED | {"left", "dead"})


def _supports(
    names: AbstractSet[str], text: str, back: date | None, substitute: StandIn | None, *, headed: bool, alone: bool
) -> Iterator[Sign]:
    """What a date, a substitute and the want of other words add to the signs with these names."""
    deferred = names & DEFERRED
    if back and (headed or deferred):
        yield Sign("dated", WEIGHTS["dated"], back.isoformat())
    if substitute and deferred:
        yield Sign("replaced", WEIGHTS["replaced"], substitute.words)
    if alone and "absent" not in names and ("dead" in names or (deferred and back)):
        yield Sign("alone", WEIGHTS["alone"], text.strip())


def _judged(signs: Sequence[Sign], position: float, back: date | None, substitute: StandIn | None) -> Automatic | None:
    """The automatic reply that signs speak for, and whether surely; None where a person's position goes before it."""
    if not goes_before(signs, position):
        return None
    hardly = HARDLY if any(sign.weight >= STRONG for sign in signs) else 0.0
    sure = position < LIKELY and _weight(signs) >= STRONG + AGAINST_POSITION * max(0.0, position - hardly)
    return Automatic(tuple(sorted(signs, key=lambda sign: -sign.weight)), sure, back, substitute)


def _proves(header: Sign) -> bool:
    return header.weight >= PROOF or RFC_3834.match(header.words) is not None


def _is_stamped(signs: Iterable[Sign]) -> bool:
    """Whether nothing speaks for a machine but headers that prove little, and a request's number."""
    return all(
        sign.name == "answer"
        or (sign.name == "header" and not _proves(sign))
        or (sign.name == "subject" and sign.weight <= WEAK)
        for sign in signs
    )


def _words(heard: Iterable[_Heard]) -> int:
    return sum(len(one.sentence.plain) for one in heard)


def _unexplained(dated: Sequence[Dated], spoken: Sequence[Language]) -> float:
    """The share of a text's words, the commonest aside, of which neither phrases nor dates of absences are made."""
    common = frozenset(word for one in spoken for word in one.common)
    words = sum(len(one.sentence.plain) for one in dated)
    return sum(_rest(one, common) for one in dated) / words if words else 1.0


def _rest(one: Dated, common: frozenset[str]) -> int:
    said = {at for found in one.found if found.name != PERSON for at in range(found.first, found.last + 1)}
    return sum(
        at not in said and word not in common and not any(date.start <= start < date.end for date in one.dates)
        for at, (word, (start, _)) in enumerate(zip(one.sentence.plain, one.sentence.spans, strict=True))
    )


def substitute_in(
    text: str, message: Message, languages: Languages, own: frozenset[str], *, only_if_asked: bool = False
) -> StandIn | None:
    """Whom a machine's text names to write to instead of the sender."""
    return stand_in(text, own | _theirs(message), _names_book(languages.all), only_if_asked=only_if_asked)


def contact_in(
    text: str, message: Message, languages: Languages, own: frozenset[str], *, likely: bool
) -> StandIn | None:
    """Whom a person's text directs to; `likely` where it seems to name another contact."""
    return directed_to(text, own | _theirs(message), _names_book(languages.all), likely=likely)


def _theirs(message: Message) -> frozenset[str]:
    return frozenset(box.address for box in (*message.from_, *message.sender, *message.reply_to))


@lru_cache(maxsize=4)
def _book(languages: tuple[Language, ...]) -> Phrasebook[tuple[str, str]]:
    return Phrasebook(
        ((what, one.code), phrase)
        for one in languages
        for what, phrases in one.automatic.items()
        if what not in ("to", "between")
        for phrase in phrases
    )


@lru_cache(maxsize=4)
def _names_book(languages: tuple[Language, ...]) -> Phrasebook[str]:
    return Phrasebook(
        (what, phrase)
        for one in languages
        for what in ("stand_in", "not_stand_in", "dead")
        for phrase in one.automatic.get(what, ())
    )


def _hear(sentence: Sentence, book: Phrasebook[tuple[str, str]]) -> _Heard:
    return _Heard(sentence, _whose(tuple(book.find(sentence))))


def _whose(found: _FoundNames) -> _FoundNames:
    """Sets “on leave” aside in “the mayor is on leave”, and “is on leave” in languages that say “I is on leave”."""
    absent = [one for one in found if one.name[0] == "absent"]
    if not absent:
        return found
    away = [one for one in found if one.name[0] == "away"]
    own = {one for one in absent if any(other.first < one.first <= other.last for other in away)}
    others = [one for one in absent if one not in own]
    theirs = {one for one in away if any(one.first <= other.last and other.first <= one.last for other in others)}
    return tuple(one for one in found if one not in own and one not in theirs)


def _languages(heard: Iterable[_Heard], languages: Languages, chosen: Sequence[Language]) -> list[Language]:
    """The languages that a text may be in, and those whose phrases were found in it."""
    codes = {one.code for one in chosen}
    codes |= {found.name[1] for one in heard for found in one.found if found.name[0] in TELLING}
    return [one for one in languages.all if one.code in codes]


# ---------------------------------------------------------------- signs


def _signs(message: Message, subject: Sequence[_Heard], heard: Sequence[_Heard]) -> list[Sign]:
    """All signs of a mail."""
    envelope = list(_envelope(message))
    signs = [*envelope, *_subject_signs(message.subject[:LONGEST_SUBJECT], subject), *_text_signs(heard)]
    if _weight(envelope) >= STRONG:  # vacation(1) and its like answer with “Re:” as persons do
        return [sign for sign in signs if sign.name != "answer"]
    return signs


def _envelope(message: Message) -> Iterator[Sign]:
    """What headers and sender show; the heaviest counts."""
    listed = any(name in LIST_HEADERS for name, _ in message.headers)
    for name, value in message.headers:
        for part, weight in _MARKS.get(name, ()):
            says = part in value.lower() if part else value.strip().lower() not in DENIALS
            if says and not (listed and name in LIST_MARKS):
                yield Sign("header", weight, f"{name}: {value}")
    if message.return_path == "" and not listed:
        yield Sign("header", WEAK, "return-path: <>")
    for box in message.from_[:1]:
        if SENDERS.match(box.address):
            yield Sign("header", WEAK, f"from: {box.address}")
    if is_report(message):
        yield Sign("displayed", PROOF, message.subject)
    if READ_SUBJECTS.match(message.subject):  # “Read: …” may also be a person's word
        yield Sign("displayed", WEAK if message.text.strip() else PROOF, message.subject)
    if RECALL_SUBJECTS.match(message.subject) or any(map(message.header("content-class").__contains__, RECALL_CLASSES)):
        yield Sign("recalled", PROOF, message.subject)


def _subject_signs(subject: str, heard: Iterable[_Heard]) -> Iterator[Sign]:
    """What a subject shows. One that answers an automatic reply (“Re: Automatic reply”) shows little."""
    answers = REPLY_SUBJECTS.match(subject)
    bare = subject[answers.end() :] if answers else subject
    for form, weight in SUBJECTS:
        if form.search(bare):
            yield Sign("subject", weight, subject)
    if answers and not any(found.name[0] == "subject" for one in heard for found in one.found):
        yield Sign("answer", -AGAINST_ANSWER, subject)
    before = len(plain_words(answers.group())) if answers else 0
    for one in heard:
        for found in one.found:
            at_the_head = found.first - before <= AT_THE_HEAD
            if found.name[0] == "subject":
                yield Sign("subject", WEAK if answers and found.first == before else STRONG, subject)
            elif not answers and (found.name[0] in IN_A_SUBJECT or (found.name[0] == "headed" and at_the_head)):
                yield Sign("subject", WEAK, subject)


def _text_signs(heard: Iterable[_Heard]) -> Iterator[Sign]:
    found = [one for sentence in heard for one in sentence.found]
    for one in found:
        name = one.name[0]
        if name in WEIGHTS:
            yield Sign(name, WEIGHTS[name], one.words)
        elif name == PERSON:
            yield Sign(name, -AGAINST_PERSON, one.words)
        elif name == "absent" and not any(other.name[0] == "away" for other in found):
            yield Sign(name, -AGAINST_ABSENT, one.words)


# ---------------------------------------------------------------- the day of return


def _dated(heard: Sequence[_Heard], spoken: Sequence[Language], calendar: Calendar) -> list[Dated]:
    """Sentences with the phrases of the languages that are spoken, and their dates."""
    codes = {one.code for one in spoken}
    return [
        Dated(
            one.sentence,
            tuple(Found(f.name[0], f.first, f.last, f.sentence) for f in one.found if f.name[1] in codes),
            dates_in(one.sentence.text, calendar),
        )
        for one in heard
    ]
