"""Asks what keeps a clear vote from deciding: mockery, a choice left open, a mere “OK”, something that comes before."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from outreach.core.reading.meaning.traits import Heard
from outreach.core.reading.meaning.weighing import DENIALS, JOINING, NEVER, SHORT, TESTIFY, Doubt
from outreach.core.reading.phrasebook import Found, Phrasebook
from outreach.languages import Language, Languages
from outreach.model import Evidence, ReadingKind

K = ReadingKind
LIFTED, OPEN, SLIGHT = "lifted", "open_choice", "slight"  # phrases of a language's [doubts]
ELSEWHERE, ONCE = "elsewhere", "once"  # only in a sentence that speaks of joining, or says little else
SCHEME, OURS = "scheme", "ours"  # “the network of bee-friendly cities”, unless some sentence names our campaign
CHEER = "cheer"  # “good luck with the campaign”, unless some sentence joins it
TRIAL, NEITHER = "trial", "neither"  # “draft”, “neither the mayor nor”, where a sentence begins so
MIGHT, LATE = "might", "late"  # “we would have joined”; not “we would have liked to reply sooner”
# Votes that were counted: those for it, against it, both, those for it of how many; “without abstentions”.
COUNTED = AYES, NAYS, SCORE, SHARE = "ayes", "nays", "score", "share"
UNOPPOSED = "unopposed"
# Phrases that make any yes in the same mail unsure: how that is told, and the lead that it costs.
UNSURE: dict[str, tuple[str, float]] = {
    "mocking": ("mockery", NEVER),
    "weary": ("weariness", 3.0),
    "until_then": ("something comes before", 3.0),
    "unsaid": ("it may be no yes", NEVER),
    "mistyped": ("a mistyped “not”", NEVER),
    "whether": ("it is asked whether", 2.0),
    ELSEWHERE: ("other business", NEVER),
    ONCE: ("it hangs on a condition", NEVER),
    SCHEME: ("other business", NEVER),
    CHEER: ("it may be no yes", NEVER),
    MIGHT: ("it may be no yes", NEVER),
    TRIAL: ("it may be no yes", NEVER),
    NEITHER: ("joining is denied", NEVER),
}
YES = "yes"
SAYS_YES = JOINING | {YES, "accept"}
JOINS = JOINING | {YES, "campaign"}
PLAIN_YES = TESTIFY[K.CONFIRM] - {"campaign"}  # “OK, thanks for the campaign's letter” joins nothing
JOINS_IT = frozenset({"join", "list"})
SAYS_TO_WHAT = JOINS_IT | {"campaign"}
FEW = 8  # words of a sentence that says no more than on what a yes hangs
BRIEF = 6  # words of a mail that says yes and not to what
NEAR = 3  # words behind a stroke that are looked at: “joins / does not join”
# Signs that say no, or that nothing is meant: “We join the campaign 👎”, “… /s”.
SIGN_OF_NO = re.compile("[👎🚫⛔❌✖✗✘🙅🙄🙃🤡🤮🖕≠¬]|(?<!\\S)/(?:s|sarcasm|irony)\\b")
_OPENING = re.compile(r"\s(?:«\s?|[“„\"])")  # “Kampagne“ hat” closes
_CLOSING = frozenset('»”“"')
_MARKS = re.compile('["“”„«»‹›]')
_SINGLE = re.compile(r"(?<!\w)['‘‚](?=\w+,?\s)((?:[^'‘’‚]|(?<=\w)['’](?=\w))+)['‘’](?!\w)")  # not “the cities' list”
_IN_A_LIST = re.compile("[:,;]")  # “voters 27: in favour 9, against 18”
_FIGURE = re.compile(r"\b[0-9]{1,4}\b")
ALIKE = 4  # first letters in which two forms of a word agree


@dataclass(frozen=True, slots=True)
class Caught:
    """A phrase of [doubts], and the sentence that holds it."""

    heard: Heard
    found: Found[str]


def catch(mail: Sequence[Heard], languages: Languages) -> tuple[Caught, ...]:
    """Every phrase of [doubts] in a mail; each sentence is searched in its own language."""
    books = _books(languages)
    known = [one for one in mail if one.language in books]
    return tuple([Caught(one, found) for one in known for found in books[one.language].find(one.sentence)])


def takes_back_an_objection(caught: Sequence[Caught]) -> bool:
    """“We withdraw our reservations and join” withdraws nothing that was promised."""
    return any(one.found.name == LIFTED for one in caught)


def caveats(
    kind: ReadingKind, mail: Sequence[Heard], caught: Sequence[Caught], *, in_answer: bool = True
) -> Iterator[Doubt]:
    """What speaks against letting a machine decide that a mail says a kind.

    Args:
        kind: What it seems to say.
        mail: Its sentences, heard.
        caught: The phrases of [doubts] in them.
        in_answer: Whether it answers a letter, so that a mere “yes” says to what.
    """
    yield from (_doubt("a choice is left open", words) for words in _left_open(mail, caught))
    yield from _counted_otherwise(kind, caught)
    if kind is K.UNRELATED:
        yield from (_doubt("joining", one.found.words) for one in caught if _joins_ours(one))
    if kind is not K.CONFIRM:
        yield from (_doubt("an objection is taken back", one.found.words) for one in caught if one.found.name == LIFTED)
    else:
        told = _explained(mail, caught)
        unsure = [one for one in reversed(caught) if _makes_unsure(one) and one.found.name not in told]
        first = {one.found.name: one.found.words for one in unsure}
        yield from (_doubt(UNSURE[name][0], words, UNSURE[name][1]) for name, words in first.items())
        yield from _named_otherwise(mail, caught)
        yield from _slight(mail, caught)
        yield from () if in_answer else _to_nothing(mail)
        yield from _quoted(mail)


def _explained(mail: Sequence[Heard], caught: Sequence[Caught]) -> frozenset[str]:
    """The names of phrases that other words of a mail make harmless."""
    names = {one.found.name for one in caught}
    joins = any(not JOINING.isdisjoint(heard.names) for heard in mail)
    return frozenset(name for name, by in ((SCHEME, OURS in names), (MIGHT, LATE in names), (CHEER, joins)) if by)


def of_something_else(subject: Sequence[Heard], mail: Sequence[Heard], languages: Languages) -> Iterator[Doubt]:
    """“Re: Pride month” above “Yes, we confirm”, where neither the subject nor the mail names our campaign."""
    above = [one.found for one in catch(subject, languages)]
    others = [one.words for one in above if one.name in (SCHEME, ELSEWHERE)]
    if others and not any(one.name == OURS for one in (*above, *(one.found for one in catch(mail, languages)))):
        yield _doubt("other business", others[0])


def signs_of_no(kind: ReadingKind, text: str) -> Iterator[Doubt]:
    """A thumb that points down beside a yes: a sign is no word, and may be all of the answer."""
    found = SIGN_OF_NO.search(text) if kind is K.CONFIRM else None
    if found is not None:
        yield _doubt("a sign of refusal", found.group())


def _makes_unsure(one: Caught) -> bool:
    """“Once the council has voted” hangs a yes on it; “you will get the minutes once she has signed them” does not."""
    if one.found.name == SCHEME:
        return not SAYS_YES.isdisjoint(one.heard.names)
    if one.found.name in (TRIAL, NEITHER):
        return one.found.first == 0 and (one.found.name == TRIAL or not JOINS.isdisjoint(one.heard.names))
    within = not JOINS.isdisjoint(one.heard.names) or one.heard.size <= FEW
    return one.found.name in UNSURE and (within or one.found.name not in (ELSEWHERE, ONCE))


def _joins_ours(one: Caught) -> bool:
    """“The province joins your network” is no other business, even where it sounds like it."""
    return one.found.name == OURS and not JOINS_IT.isdisjoint(one.heard.names)


def _named_otherwise(mail: Sequence[Heard], caught: Sequence[Caught]) -> Iterator[Doubt]:
    """“The campaign «White Ribbon»”: a name in quotation marks that is not ours."""
    ours = {(id(one.heard), at) for one in caught if one.found.name == OURS for at in _places(one.found)}
    for heard in mail:
        for at in (place for one in heard.meanings if one.name == "campaign" for place in one.places):
            named = list(_in_quotes_behind(heard, at))
            if named and not any((id(heard), place) in ours for place in named):
                yield _doubt("other business", heard.written((at, named[-1])))


def _in_quotes_behind(heard: Heard, at: int) -> Iterator[int]:
    """The places of words in quotation marks that begin right behind a word."""
    text, spans = heard.sentence.text, heard.sentence.spans
    for place in range(at + 1, len(spans)):
        between = text[spans[place - 1][1] : spans[place][0]]
        if not _OPENING.fullmatch(between) if place == at + 1 else not _CLOSING.isdisjoint(between):
            return
        yield place


def _slight(mail: Sequence[Heard], caught: Sequence[Caught]) -> Iterator[Doubt]:
    """A mere “OK” may say that a letter came."""
    slight = {(id(one.heard), at) for one in caught if one.found.name == SLIGHT for at in _places(one.found)}
    yes = [(heard, meaning) for heard in mail for meaning in heard.meanings if meaning.name in PLAIN_YES]
    if yes and all((id(heard), at) in slight for heard, meaning in yes for at in meaning.places):
        yield _doubt("it may only say that it came", yes[0][0].sentence.text.strip())


def _quoted(mail: Sequence[Heard]) -> Iterator[Doubt]:
    """A yes of which every word stands in quotation marks: a newspaper's, a predecessor's, a form's."""
    texts = [_SINGLE.sub(r'"\1"', heard.sentence.text) for heard in mail]
    if not any(map(_MARKS.search, texts)):
        return
    inside, said, words = False, False, ""
    for heard, text in zip(mail, texts, strict=True):
        spans, inside = _in_marks(text, inside=inside)
        for meaning in heard.meanings:
            if meaning.name not in PLAIN_YES:
                continue
            where = heard.sentence.spans[meaning.places[0]][0]
            if not any(start <= where < end for start, end in spans):
                return
            said, words = True, words or heard.sentence.text.strip()
    if said:
        yield _doubt("it may be no yes", words)


def _in_marks(text: str, *, inside: bool) -> tuple[list[tuple[int, int]], bool]:
    """Which parts of a sentence stand in quotation marks, and whether the last is still open at its end."""
    spans, start = [], 0 if inside else -1
    for mark in _MARKS.finditer(text):
        if start < 0:
            start = mark.end()
        else:
            spans.append((start, mark.start()))
            start = -1
    if start >= 0:
        spans.append((start, len(text)))
    return spans, start >= 0


def merely_ok(mail: Sequence[Heard], caught: Sequence[Caught]) -> bool:
    """“OK”, “Ok, thanks”: all that is said may be that a letter came."""
    return sum(one.size for one in mail) <= SHORT and any(_slight(mail, caught))


def _to_nothing(mail: Sequence[Heard]) -> Iterator[Doubt]:
    """A “yes” that answers nothing, and does not say to what."""
    names = frozenset[str]().union(*(heard.names for heard in mail))
    if names.isdisjoint(SAYS_TO_WHAT) and sum(heard.size for heard in mail) <= BRIEF:
        yield _doubt("a yes to what?", mail[0].sentence.text.strip())


# ---------------------------------------------------------------- votes that were counted


def _counted_otherwise(kind: ReadingKind, caught: Sequence[Caught]) -> Iterator[Doubt]:
    """“4 votes for and 28 against” beside a yes; “34 for, 2 against”, “no abstentions” beside a no."""
    counts = {one.found.name: one.found.words for one in reversed(caught) if not _IN_A_LIST.search(one.found.words)}
    figures = {name: [int(one) for one in _FIGURE.findall(counts[name])] for name in COUNTED if name in counts}
    told = " ".join(counts[name] for name in figures)
    if kind is K.CONFIRM and any(ayes <= nays for ayes, nays in _results(figures)):
        yield _doubt("a count of votes", told)
    if kind is K.DECLINE and AYES in figures and any(ayes > nays for ayes, nays in _results(figures)):
        yield _doubt("a count of votes", told)
    elif kind is K.DECLINE and not figures and UNOPPOSED in counts:
        yield _doubt("a count of votes", counts[UNOPPOSED])


def _results(figures: Mapping[str, Sequence[int]]) -> Iterator[tuple[int, int]]:
    """How many voted for it and against it, in each way in which both are told."""
    if AYES in figures and NAYS in figures:
        yield figures[AYES][0], figures[NAYS][0]
    if len(score := figures.get(SCORE, ())) > 1:
        yield score[0], score[1]
    if share := figures.get(SHARE):
        yield share[0], share[1] - share[0]


# ---------------------------------------------------------------- a choice that was left open


def _left_open(mail: Sequence[Heard], caught: Sequence[Caught]) -> Iterator[str]:
    """The words of a form that offers two answers, where neither was taken away."""
    yield from (one.found.words for one in caught if one.found.name == OPEN)
    yield from (words for heard in mail if "/" in heard.sentence.text for words in _both_sides(heard))


def _both_sides(heard: Heard) -> Iterator[str]:
    """“yes/no”, “joins / does not join”: a stroke with a denial on one side only."""
    denied = {place for one in heard.meanings if one.name in DENIALS for place in one.places}
    agreed = {place for one in heard.meanings if one.name == YES for place in one.places}
    words, spans = heard.sentence.plain, heard.sentence.spans
    for at in range(1, len(words)):
        if heard.sentence.text[spans[at - 1][1] : spans[at][0]].strip() != "/":
            continue
        before, behind = range(max(0, at - NEAR), at), range(at, min(at + NEAR, len(words)))
        said = {at - 1, at} & (denied | agreed)
        other = _alike([words[one] for one in before], [words[one] for one in behind])
        if denied.isdisjoint(before) != denied.isdisjoint(behind) and (len(said) > 1 or other):
            yield heard.written((before[0], behind[-1]))


def _alike(before: Sequence[str], behind: Sequence[str]) -> bool:
    """Whether a word stands on both sides in some form."""
    return not {word[:ALIKE] for word in before if len(word) >= ALIKE}.isdisjoint(word[:ALIKE] for word in behind)


def _places(found: Found[str]) -> range:
    return range(found.first, found.last + 1)


def _doubt(told: str, words: str, cost: float = NEVER) -> Doubt:
    return Doubt(Evidence(f"doubt: {told}", words), cost)


@lru_cache(maxsize=1)
def _books(languages: Languages) -> Mapping[str, Phrasebook[str]]:
    return {one.code: _book(one) for one in languages.all if one.doubts}


def _book(language: Language) -> Phrasebook[str]:
    return Phrasebook((name, phrase) for name, phrases in language.doubts.items() for phrase in phrases)
