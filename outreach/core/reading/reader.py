"""Reads one mail: is it a notice, is it automatic, what does it say, and in which words."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from outreach.core.reading.automatic import Automatic, is_calendar, is_receipt, read_automatic, substitute_in
from outreach.core.reading.bounces import read_bounce
from outreach.core.reading.new_text import new_text, own_words
from outreach.core.reading.opening import open_mail
from outreach.core.reading.phrases import Sentence, find, sentences
from outreach.core.reading.weighing import POSITIONS, Verdict, weigh
from outreach.languages import Language, Languages
from outreach.model import Bounce, Evidence, Flag, Message, Reading, ReadingKind

__all__ = ["open_mail", "read_mail"]

MOST_NEW = 20_000  # characters of new text that are kept
FEW = 8  # words of an answer that is too short for its language to be known
ALIKE = 4  # languages between which a short text may leave the choice open
CLEARLY = 1.25  # how much more a language must be heard that only suggests
SURE, LIKELY = 1.0, 0.4  # how sure it is that a text takes a position: decided, or suggested only


def read_mail(
    message: Message,
    languages: Languages,
    *,
    own_addresses: frozenset[str] = frozenset(),
    sent_to: frozenset[str] = frozenset(),
    deadline: date | None = None,
) -> Reading:
    """What a mail says.

    Args:
        message: The mail, opened.
        languages: What is known of languages.
        own_addresses: Ours, lower-cased: never a substitute's.
        sent_to: Addresses that we wrote to; a notice's other addresses are set aside where one of them is named.
        deadline: A later answer is flagged.
    """
    bounce = None if is_receipt(message) else read_bounce(message)
    new = new_text(message.text)[:MOST_NEW]
    if bounce is not None:
        return _bounce(message, bounce, new, sent_to)
    heard = sentences(own_words(new))
    if not any(sentence.words.strip() for sentence in heard):
        heard = sentences(bare_subject(message.subject))
    chosen = _languages(heard, languages)
    verdict = weigh(heard, chosen)
    if is_calendar(message):
        return _meeting(message, new, chosen, verdict)
    automatic = read_automatic(
        message, own_words(new), languages, chosen, own=own_addresses, position=_position(verdict)
    )
    if automatic is not None:
        return _auto_reply(message, automatic, new, chosen)
    substitute = substitute_in(own_words(new), message, languages, own_addresses)
    return _answer(message, verdict, new, heard, chosen, substitute.address if substitute else None, deadline)


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


def bare_subject(subject: str) -> str:
    """A subject without “Re:” and its like, for mails that say everything there."""
    while ":" in subject[:6]:
        subject = subject.partition(":")[2].strip()
    return subject


def _languages(heard: tuple[Sentence, ...], languages: Languages) -> tuple[Language, ...]:
    """The language of a text by its commonest words; where that is not clear, all that could be."""
    words = [word for sentence in heard for word in sentence.words.split()]
    scores = {one.code: sum(1 for word in words if word in one.common) for one in languages.all}
    able = tuple(one for one in languages.all if not one.suggests_only)
    best = max((scores[one.code] for one in able), default=0)
    strange = [one for one in languages.all if one.suggests_only and scores[one.code] > best * CLEARLY]
    if strange:
        return (max(strange, key=lambda one: scores[one.code]),)
    return tuple(one for one in able if scores[one.code] >= best * 0.8) if best else able


def _position(verdict: Verdict) -> float:
    """How sure it is that a text takes a position of its own."""
    if verdict.kind not in POSITIONS:
        return 0.0
    return SURE if verdict.decided and verdict.kind is not ReadingKind.TENTATIVE else LIKELY


def _auto_reply(message: Message, automatic: Automatic, new: str, chosen: tuple[Language, ...]) -> Reading:
    substitute = automatic.substitute
    named = (Evidence("stand-in", substitute.words),) if substitute else ()
    return Reading(
        ReadingKind.AUTO_REPLY,
        decided=automatic.sure and not message.problem,
        language=_code(chosen),
        new_text=new,
        evidence=(*(sign.evidence for sign in automatic.signs[:4]), *named),
        flags=frozenset({Flag.NAMES_NEW_CONTACT} if substitute else ()),
        return_date=automatic.back,
        redirect_to=substitute.address if substitute else None,
        problem=message.problem or None,
    )


def _meeting(message: Message, new: str, chosen: tuple[Language, ...], verdict: Verdict) -> Reading:
    """A calendar's mail, which is no answer; where its words may be one, a person looks."""
    return Reading(
        ReadingKind.UNRELATED,
        decided=not _position(verdict) and not message.problem,
        language=_code(chosen),
        new_text=new,
        evidence=(Evidence("calendar", message.subject[:120]),),
        problem=message.problem or None,
    )


def _code(chosen: tuple[Language, ...]) -> str | None:
    return chosen[0].code if len(chosen) == 1 else None


def _answer(
    message: Message,
    verdict: Verdict,
    new: str,
    heard: tuple[Sentence, ...],
    chosen: tuple[Language, ...],
    substitute: str | None,
    deadline: date | None,
) -> Reading:
    few = sum(len(sentence.starts) for sentence in heard) <= FEW
    known = (few or len(chosen) <= ALIKE) and not any(one.suggests_only for one in chosen)
    # A question that names another address may be a polite “write to my colleague”.
    doubtful = verdict.kind is ReadingKind.QUESTION and substitute is not None
    return Reading(
        verdict.kind,
        decided=verdict.decided and known and not message.problem and not doubtful,
        language=_code(chosen),
        new_text=new,
        evidence=verdict.evidence,
        flags=frozenset(_flags(message, verdict, heard, chosen, substitute, deadline)),
        redirect_to=substitute,
        problem=message.problem or None,
    )


def _flags(
    message: Message,
    verdict: Verdict,
    heard: tuple[Sentence, ...],
    chosen: tuple[Language, ...],
    substitute: str | None,
    deadline: date | None,
) -> list[Flag]:
    def says(what: str) -> bool:
        return any(True for s in heard for one in chosen for _ in find(one.phrases.get(what, ()), s))

    late = deadline is not None and message.date is not None and message.date > _end_of(deadline)
    marks = {
        Flag.HAS_QUESTION: verdict.asks,
        Flag.LATE: late,
        Flag.CONDITIONAL: verdict.conditional and verdict.kind is ReadingKind.CONFIRM,
        Flag.NAMES_NEW_CONTACT: substitute is not None or says("new_contact"),
        Flag.ON_BEHALF: says("for_somebody"),
        Flag.OTHER_EVENT: verdict.other_event,
        Flag.ATTACHMENT_MENTIONED: says("attached"),
    }
    return [flag for flag, holds in marks.items() if holds]


def _end_of(day: date) -> datetime:
    """The end of a day in UTC; lateness that counts is judged in the invitee's own time zone."""
    return datetime.combine(day, time(23, 59, 59), tzinfo=UTC)
