"""Asks whether the answer stands in an attachment instead of the mail: then a person must look into it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from outreach.core.reading.traits import Heard
from outreach.core.reading.weighing import NEVER, Doubt, Verdict
from outreach.model import Evidence, Message, ReadingKind

K = ReadingKind
MENTION = "document"  # the meaning of “attached”, “enclosed form”, “the annex”
PICTURES = ("image/", "text/calendar", "text/vcard", "text/x-vcard", "application/ics")
SIGNATURES = ("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature")
TAKES_NO_POSITION = frozenset({K.ACKNOWLEDGE, K.UNRELATED, K.QUESTION, K.REDIRECT, K.UNCLEAR})
ENCLOSED = "doubt: the answer may be in the attachment"
POSITION_ENCLOSED = 2.0  # the lead that it costs a position if its sentence points to the attachment


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
        cost = NEVER if mentioned else 0.0
    else:
        cost = POSITION_ENCLOSED if verdict.decisive is not None and _mentions(verdict.decisive) else 0.0
    if not cost:
        return verdict
    doubt = Doubt(Evidence(ENCLOSED, ", ".join(enclosed)[:200]), cost)
    return replace(verdict, doubts=(*verdict.doubts, doubt))


def _mentions(heard: Heard) -> bool:
    return any(one.name == MENTION for one in heard.meanings)
