"""Asks whether the answer stands in an attachment instead of the mail: then a person must look into it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from outreach.core.reading.forms import Fields
from outreach.core.reading.meaning.traits import Heard
from outreach.core.reading.meaning.weighing import NEVER, STOPPING, TESTIFY, Doubt, Verdict
from outreach.model import Evidence, Message, Reading, ReadingKind

K = ReadingKind
MENTION = "document"  # the meaning of “attached”, “enclosed form”, “the annex”
PICTURES = ("image/", "text/calendar", "text/vcard", "text/x-vcard", "application/ics")
SIGNATURES = ("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature")
TAKES_NO_POSITION = frozenset({K.ACKNOWLEDGE, K.UNRELATED, K.QUESTION, K.REDIRECT, K.UNCLEAR})
SAYS_LITTLE = frozenset({K.ACKNOWLEDGE, K.UNRELATED, K.UNCLEAR})  # what is filed unseen, or of which no word is known
ENCLOSED = "doubt: the answer may be in the attachment"
POSITION_ENCLOSED = 2.0  # the lead that it costs a position if its sentence points to the attachment
FORM, ATTACHMENT = "form: ", "attachment"  # rules: what stands in our form, why an attachment was not read
FILLED_IN, NOTHING_FILLED_IN = "our form, filled in", "our form, nothing typed into it"
MOST_FIELDS = 20  # of our forms that are shown
MOST_WORDS = 200  # characters of a field, and of what is named


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file that came with a mail and may be a form: what was filled into ours, or why it was not read."""

    name: str
    filled: Fields | None = None  # None: not our form
    problem: str = ""


def documents(message: Message) -> tuple[str, ...]:
    """The names of a mail's attachments that may hold an answer: no pictures, calendars, cards or signatures."""
    return tuple(
        one.name or one.content_type
        for one in message.attachments
        if not one.content_type.lower().startswith((*PICTURES, *SIGNATURES))
    )


def look_inside(verdict: Verdict, heard: Sequence[Heard], enclosed: Sequence[str]) -> Verdict:
    """The verdict, with a doubt that names the attachments where one of them may be the answer."""
    if not enclosed:
        return verdict
    mentioned = not heard or any(_mentions(one) for one in heard)
    if verdict.kind in TAKES_NO_POSITION:
        cost = NEVER if mentioned or verdict.kind in SAYS_LITTLE else 0.0
    else:
        cost = POSITION_ENCLOSED if verdict.decisive is not None and _mentions(verdict.decisive) else 0.0
    doubt = Doubt(Evidence(ENCLOSED, ", ".join(enclosed)[:MOST_WORDS]), cost)
    if verdict.kind in TESTIFY and _says_nothing(verdict, heard):
        # “Attached is the mayor's answer”: no yes is suggested, that somebody might wave through.
        return replace(verdict, kind=K.UNCLEAR, evidence=()).doubting(replace(doubt, cost=NEVER))
    return verdict.doubting(doubt) if cost else verdict


def with_forms(reading: Reading, enclosed: Sequence[str], found: Sequence[Enclosed]) -> Reading:
    """A reading with what the forms say that came with the mail; where one of them is ours, a person decides.

    Args:
        reading: What the mail itself says.
        enclosed: The names of all its documents.
        found: Those that may be forms.
    """
    problems = tuple(dict.fromkeys(_unread(one) for one in found if one.problem))
    ours = [(one.name, one.filled) for one in found if one.filled is not None]
    if not ours:
        return replace(reading, evidence=(*reading.evidence, *problems))
    told = [f"{FILLED_IN if filled else NOTHING_FILLED_IN}: {name}" for name, filled in ours]
    doubt = Evidence(ENCLOSED, ", ".join([*told, *(name for name in enclosed if name not in dict(ours))])[:MOST_WORDS])
    others = tuple(one for one in reading.evidence if one.rule != ENCLOSED)
    fields = tuple(_field(name, value) for _, filled in ours for name, value in filled)[:MOST_FIELDS]
    decided = reading.decided and reading.kind in STOPPING  # which is believed at once, whatever a form says
    return replace(reading, decided=decided, evidence=(*others, doubt, *fields, *problems))


def form_fields(reading: Reading) -> tuple[tuple[str, str], ...]:
    """The names and values that were filled into our own form."""
    return tuple((one.rule.removeprefix(FORM), one.words) for one in reading.evidence if one.rule.startswith(FORM))


def _says_nothing(verdict: Verdict, heard: Sequence[Heard]) -> bool:
    """Whether no word of a mail testifies to what it seems to say."""
    return not any(one.name in TESTIFY[verdict.kind] for sentence in heard for one in sentence.meanings)


def _mentions(heard: Heard) -> bool:
    return any(one.name == MENTION for one in heard.meanings)


def _field(name: str, value: str) -> Evidence:
    return Evidence(f"{FORM}{name or 'a line'}", value[:MOST_WORDS])


def _unread(one: Enclosed) -> Evidence:
    return Evidence(f"{ATTACHMENT}: {one.name}" if one.name else ATTACHMENT, one.problem)
