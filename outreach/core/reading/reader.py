"""Reads one mail: is it a notice, is it automatic, what does it say, and in which words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from functools import lru_cache, partial

from outreach.core.letters.reference import find_references
from outreach.core.reading.automatic.forms_of_mail import is_calendar, is_receipt
from outreach.core.reading.automatic.machine_marks import PRESSED_SUBJECTS, REPLY_SUBJECTS
from outreach.core.reading.automatic.replies import Automatic, contact_in, read_automatic
from outreach.core.reading.automatic.stand_in import StandIn, names_addresses
from outreach.core.reading.bounces import read_bounce
from outreach.core.reading.boxes import read_boxes
from outreach.core.reading.enclosures import documents, look_inside
from outreach.core.reading.lessons import NO_LESSONS, Lessons, heed
from outreach.core.reading.meaning.beside import flags_beside
from outreach.core.reading.meaning.caveats import (
    catch,
    caveats,
    merely_ok,
    of_something_else,
    signs_of_no,
    takes_back_an_objection,
)
from outreach.core.reading.meaning.hearing import hear, hear_in
from outreach.core.reading.meaning.suggesting import denied_otherwise, flags_told, nothing_known, suggest
from outreach.core.reading.meaning.tongue import tongue
from outreach.core.reading.meaning.traits import Heard
from outreach.core.reading.meaning.vote import cast
from outreach.core.reading.meaning.weighing import NEVER, SHORT, Doubt, Verdict, weigh
from outreach.core.reading.opening.message import TOO_LONG, open_mail
from outreach.core.reading.opening.seen import closed_up
from outreach.core.reading.phrases import Sentence, are_cut, sentences
from outreach.core.reading.stop_link import asks_to_stop
from outreach.core.reading.text import struck
from outreach.core.reading.text.new_text import new_text, own_words
from outreach.core.reading.text.passed_on import PassedOn, passed_on, suggested
from outreach.frozen import made_often
from outreach.languages import Language, Languages
from outreach.model import Bounce, Evidence, Flag, Message, Reading, ReadingKind

__all__ = ["open_mail", "read_mail"]

MOST_NEW = 20_000  # characters of new text that are kept
HALF = 0.5
SAID_BY_OK = frozenset({ReadingKind.CONFIRM, ReadingKind.ACKNOWLEDGE})
CUT = Doubt(Evidence("doubt: it is very long", "not all of its sentences were read"), NEVER)
GREETING = 2  # words of “Dear all,” or of a name, which has no stop
STOPS = (".", "!", "?", "…", ")")
FLAGGED = 0.25  # the chance from which a flag is set
MAY_HANG = frozenset({ReadingKind.CONFIRM, ReadingKind.TENTATIVE})  # on a condition
STOPPING = frozenset({ReadingKind.WITHDRAW, ReadingKind.UNSUBSCRIBE})  # “could you remove us?” is no question
COURTESY, ASKING_LITTLE = 4, 0.1  # words of “how are you?”, which asks nothing if its chance is less
# What somebody may have written above our link's “stop” that a person should see.
MORE_THAN_STOP = frozenset({ReadingKind.CONFIRM, ReadingKind.TENTATIVE, ReadingKind.QUESTION, ReadingKind.REDIRECT})
# What the words of a calendar's mail may say besides a position.
ASKING = frozenset({ReadingKind.QUESTION, ReadingKind.REDIRECT, ReadingKind.UNSUBSCRIBE})
POSITIONS = (ReadingKind.CONFIRM, ReadingKind.DECLINE, ReadingKind.TENTATIVE, ReadingKind.WITHDRAW)


@made_often(frozen=True, slots=True)
class Said:
    """What a text says, how much of it is a position of the invitee, and its language."""

    verdict: Verdict
    position: float  # from 0 to 1
    sentences: tuple[Sentence, ...]
    language: Language | None
    flags: Mapping[str, float]  # the chance of each, from 0 to 1


def read_mail(
    message: Message,
    languages: Languages,
    *,
    own_addresses: frozenset[str] = frozenset(),
    sent_to: frozenset[str] = frozenset(),
    deadline: date | None = None,
    lessons: Lessons = NO_LESSONS,
) -> Reading:
    """What a mail says.

    Args:
        message: The mail, opened.
        languages: What is known of languages.
        own_addresses: Ours, lower-cased: never a substitute's.
        sent_to: Addresses that we wrote to; a notice's other addresses are set aside where one of them is named.
        deadline: A later answer is flagged.
        lessons: What persons read in sentences before.
    """
    bounce = None if is_receipt(message) else read_bounce(message)
    new = new_text(message.text)
    if bounce is not None:
        return _bounce(message, bounce, new[:MOST_NEW], sent_to)
    if len(new) > MOST_NEW:  # what follows may be the answer
        message, new = replace(message, problem=message.problem or TOO_LONG), new[:MOST_NEW]
    hears = partial(understand, languages=languages, enclosed=documents(message), lessons=lessons)
    own = own_words(new)
    said = hears(own, message.subject, in_answer=_answers_something(message))
    if asks_to_stop(message.subject):  # mail programs press the link for a person, and say so as machines do
        return _stop(message, new, said)
    if is_calendar(message):
        return _meeting(message, new, said)
    words = struck.said(own)
    automatic = read_automatic(
        message, words, said.sentences, languages, _spoken(said, languages), own=own_addresses, position=said.position
    )
    if automatic is not None:
        return _auto_reply(message, automatic, new, said)
    sent_on = passed_on(new, message.text, _our_domains(message, own_addresses))
    if sent_on is not None:
        said, words = _passing_on(sent_on, said, new, hears)
    contact = contact_in(words, message, languages, own_addresses, likely=_names_another(said))
    return _answer(message, _without_nobodys(said, contact, new), new, contact, deadline)


def _our_domains(message: Message, own_addresses: frozenset[str]) -> frozenset[str]:
    """Our mail domains; where nobody told our addresses, those that the mail goes to, and does not come from."""
    if own_addresses:
        return frozenset([address.rpartition("@")[2] for address in own_addresses])
    return frozenset([box.domain for box in message.to if box.domain]) - {box.domain for box in message.from_}


def _without_nobodys(said: Said, contact: StandIn | None, new: str) -> Said:
    """What is said without another contact, where the addresses that are named are nobody's to write to."""
    if contact is not None or not names_addresses(new):
        return said
    return replace(said, flags={one: chance for one, chance in said.flags.items() if one != Flag.NAMES_NEW_CONTACT})


def _spoken(said: Said, languages: Languages) -> Sequence[Language]:
    return (said.language,) if said.language is not None else languages.all


def _names_another(said: Said) -> bool:
    return said.verdict.kind is ReadingKind.REDIRECT or said.flags.get(Flag.NAMES_NEW_CONTACT, 0.0) >= HALF


def _passing_on(sent_on: PassedOn, said: Said, new: str, hears: Callable[[str, str], Said]) -> tuple[Said, str]:
    """What a mail says together with a colleague's mail that it sends on, and the words of its own."""
    own = own_words(sent_on.note)
    note = said if sent_on.note == new else hears(own, "")
    below = hears(own_words(sent_on.below), "").verdict if sent_on.below else None
    return replace(said, verdict=suggested(note.verdict, below)), struck.said(own)


def understand(
    text: str,
    subject: str,
    languages: Languages,
    enclosed: Sequence[str] = (),
    lessons: Lessons = NO_LESSONS,
    *,
    in_answer: bool = True,
) -> Said:
    """What a text says; the subject speaks where there is no text.

    Args:
        text: What was newly written.
        subject: The mail's.
        languages: All that are known.
        enclosed: Names of documents that came with it.
        lessons: What persons read in sentences before.
        in_answer: Whether it answers a letter.
    """
    ticked, doubts = read_boxes(text)
    parts = sentences(closed_up(struck.said(ticked)))
    silent = not any(sentence.plain for sentence in parts)
    if silent:
        parts = sentences(bare_subject(subject))
    spoken = tongue(parts, languages)
    heard = hear(parts, spoken)
    if heard and spoken.language is not None and not spoken.language.suggests_only:
        verdict, position, flags = _voted(heard, languages, in_answer=in_answer)
        if verdict.kind is ReadingKind.CONFIRM and verdict.sure and not silent:
            above = [hear_in(one, spoken.language) for one in sentences(bare_subject(subject))]
            verdict = verdict.doubting(*of_something_else(above, heard, languages))
    else:
        verdict = suggest(parts, spoken.language)
        position = HALF * (verdict.kind in POSITIONS)
        flags = dict.fromkeys(flags_told(parts, spoken.language), 1.0)
    if silent and REPLY_SUBJECTS.match(subject):
        verdict = _in_a_reply(verdict, subject)
    if silent and PRESSED_SUBJECTS.match(bare_subject(subject)):
        verdict = verdict.doubting(Doubt(Evidence("doubt: a button may say so", subject[:120]), NEVER))
    verdict = verdict.doubting(*doubts, *signs_of_no(verdict.kind, text), *((CUT,) if are_cut(parts) else ()))
    verdict = heed(look_inside(verdict, () if silent else heard, enclosed), parts, lessons)
    return Said(struck.doubting(verdict, text), position, parts, spoken.language, flags)


def _voted(
    heard: Sequence[Heard], languages: Languages, *, in_answer: bool
) -> tuple[Verdict, float, Mapping[str, float]]:
    """What the vote says of a text in a language that it has learned, how much of it is a position, and the flags."""
    everything, heard = heard, telling(heard)
    if _means_nothing(heard):
        return nothing_known(heard[0].sentence), 0.0, {}
    ballot, caught = cast(heard, languages.votes), catch(everything, languages)
    if ballot.kind == ReadingKind.WITHDRAW and takes_back_an_objection(caught):
        ballot = ballot.without(ReadingKind.WITHDRAW)
    verdict = weigh(heard, ballot, languages.votes)
    verdict = verdict.doubting(*caveats(verdict.kind, heard, caught, in_answer=in_answer))
    if verdict.kind is ReadingKind.CONFIRM and verdict.sure:
        verdict = verdict.doubting(*denied_otherwise(heard, languages))
    if verdict.kind in SAID_BY_OK and merely_ok(heard, caught):  # not even a suggestion to be waved through
        verdict = replace(verdict, kind=ReadingKind.UNCLEAR, evidence=())
    told = {flag.value: 1.0 for flag in flags_beside(verdict.kind, heard, caught)}
    return verdict, sum(ballot.mail.get(kind, 0.0) for kind in POSITIONS), {**ballot.flags, **told}


def telling(heard: Sequence[Heard]) -> Sequence[Heard]:
    """Without the greeting and the name at the end that no mark told apart: one or two words of no meaning."""
    return [one for one in heard if one.names or one.size > GREETING or one.sentence.text.endswith(STOPS)] or heard


def _means_nothing(heard: Sequence[Heard]) -> bool:
    """“x”, “test”, “Jane”: a few words of which we know none, of which a vote could only guess."""
    return not any(one.names for one in heard) and sum(one.size for one in heard) <= SHORT


def _answers_something(message: Message) -> bool:
    """Whether it says which letter it answers: in its thread, by “Re:”, or by our reference."""
    answers = message.in_reply_to or message.references or REPLY_SUBJECTS.match(message.subject)
    return bool(answers or find_references(message.subject))


def _in_a_reply(verdict: Verdict, subject: str) -> Verdict:
    """What the subject of an answer says where nothing else is written: it is mostly that of our letter."""
    if not verdict.sure:
        return suggest((), None)
    if verdict.kind in (ReadingKind.WITHDRAW, ReadingKind.UNSUBSCRIBE):  # ours never says so
        return verdict
    return verdict.doubting(Doubt(Evidence("doubt: the subject may be ours", subject[:120]), NEVER))


def bare_subject(subject: str) -> str:
    """A subject without “Re:” and its like, for mails that say everything there."""
    return REPLY_SUBJECTS.sub("", subject.strip())


# ---------------------------------------------------------------- readings


def _bounce(message: Message, bounce: Bounce, new: str, sent_to: frozenset[str]) -> Reading:
    ours = tuple(address for address in bounce.recipients if address in sent_to)
    if ours:
        bounce = Bounce(bounce.permanent, ours, bounce.status, bounce.reason, bounce.message_ids)
    words = bounce.status or bounce.reason
    return Reading(
        ReadingKind.BOUNCE,
        decided=True,
        language=None,
        new_text=new,
        evidence=(Evidence("notice", words),),
        bounce=bounce,
        problem=message.problem or None,
    )


def _auto_reply(message: Message, automatic: Automatic, new: str, said: Said) -> Reading:
    substitute = automatic.substitute
    named = (Evidence("stand-in", substitute.words),) if substitute else ()
    return Reading(
        ReadingKind.AUTO_REPLY,
        decided=automatic.sure and not message.problem,
        language=_code(said),
        new_text=new,
        evidence=(*(sign.evidence for sign in automatic.signs[:4]), *named),
        flags=frozenset({Flag.NAMES_NEW_CONTACT} if substitute else ()),
        return_date=automatic.back,
        redirect_to=substitute.address if substitute else None,
        problem=message.problem or None,
    )


def _stop(message: Message, new: str, said: Said) -> Reading:
    silent = not own_words(new).strip()
    return Reading(
        ReadingKind.UNSUBSCRIBE,
        decided=(silent or said.verdict.kind not in MORE_THAN_STOP) and not message.problem,
        language=_code(said),
        new_text=new,
        evidence=(
            Evidence("the letter's link to stop", message.subject[:120]),
            *(() if silent else said.verdict.evidence),
        ),
        problem=message.problem or None,
    )


def _meeting(message: Message, new: str, said: Said) -> Reading:
    """A calendar's mail, which is no answer; where its words may be one, a person looks, and sees what they say."""
    says = bool(own_words(new).strip()) and (
        said.position >= HALF or said.verdict.kind in ASKING or any(one.asks for one in said.sentences)
    )
    calendar = Evidence("calendar", message.subject[:120])
    return Reading(
        said.verdict.kind if says else ReadingKind.UNRELATED,
        decided=not says and not message.problem,
        language=_code(said),
        new_text=new,
        evidence=(*said.verdict.evidence, calendar) if says else (calendar,),
        problem=message.problem or None,
    )


def _answer(message: Message, said: Said, new: str, stand_in: StandIn | None, deadline: date | None) -> Reading:
    verdict, substitute = said.verdict, stand_in.address if stand_in else None
    if stand_in is not None and verdict.kind is ReadingKind.UNSUBSCRIBE:
        # “Take the old address off your list and write to this one” is no wish to hear no more.
        verdict = verdict.doubting(Doubt(Evidence("doubt: another contact", stand_in.words), NEVER))
    return Reading(
        verdict.kind,
        decided=verdict.sure and not message.problem,
        language=_code(said),
        new_text=new,
        evidence=(*verdict.evidence, *(doubt.evidence for doubt in verdict.doubts)),
        flags=frozenset(_flags(message, said, substitute, deadline)),
        redirect_to=substitute,
        problem=message.problem or None,
    )


def _code(said: Said) -> str | None:
    return said.language.code if said.language is not None else None


# ---------------------------------------------------------------- flags


def _flags(message: Message, said: Said, substitute: str | None, deadline: date | None) -> Iterator[Flag]:
    likely = {Flag(flag) for flag, chance in said.flags.items() if chance >= FLAGGED}
    yield from likely - {Flag.CONDITIONAL, Flag.HAS_QUESTION}
    if Flag.CONDITIONAL in likely and said.verdict.kind in MAY_HANG:
        yield Flag.CONDITIONAL
    if said.verdict.kind not in STOPPING and (Flag.HAS_QUESTION in likely or any(_questions(said))):
        yield Flag.HAS_QUESTION
    if deadline is not None and message.date is not None and message.date > _end_of(deadline):
        yield Flag.LATE
    if substitute is not None:
        yield Flag.NAMES_NEW_CONTACT


def _questions(said: Said) -> Iterator[Sentence]:
    """The sentences that ask; a short one is believed where nothing was voted."""
    asking = said.flags.get(Flag.HAS_QUESTION, 1.0) >= ASKING_LITTLE
    return (one for one in said.sentences if one.asks and (asking or len(one.plain) > COURTESY))


@lru_cache(maxsize=1)
def _end_of(day: date) -> datetime:
    """The end of a day in UTC; lateness that counts is judged in the invitee's own time zone."""
    return datetime.combine(day, time(23, 59, 59), tzinfo=UTC)
