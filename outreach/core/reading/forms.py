"""Attached forms that may be the answer: which files they are, whether they are ours, and what was filled in."""

from __future__ import annotations

from collections.abc import Sequence

from outreach.core.reading.opening.decoding import without_transfer_encoding
from outreach.core.reading.opening.fields import file_name
from outreach.core.reading.opening.message import MOST_BYTES
from outreach.core.reading.opening.parts import split
from outreach.model import Message, Reading, ReadingKind

Fields = tuple[tuple[str, str], ...]  # names and values, in the order of the form
MOST_FILES = 5
MOST_FILE_BYTES = 10 * 1024 * 1024
OURS = 0.8  # of our fields that a form must have to be ours
LEAST = 3  # names of ours; fewer stand in many a letterhead (“Telephone:”, “https:”)
ENDINGS = (".pdf", ".docx")
KINDS = ("application/pdf", "application/vnd.openxmlformats-officedocument.wordprocessingml.document")


def may_hold_forms(message: Message, reading: Reading) -> bool:
    """Whether a look into the attachments is worth its time: a person's mail with a PDF or DOCX."""
    if reading.kind is ReadingKind.BOUNCE or (reading.kind is ReadingKind.AUTO_REPLY and reading.decided):
        return False
    return any(_is_document(one.name, one.content_type) for one in message.attachments)


def _is_document(name: str, kind: str) -> bool:
    return kind.lower() in KINDS or name.lower().endswith(ENDINGS)


def attached_forms(raw: bytes) -> tuple[tuple[str, bytes | None], ...]:
    """The files attached to a mail that may be forms: the name to be shown, and the bytes; None: too many of them."""
    found: list[tuple[str, bytes | None]] = []
    for part in split(raw[:MOST_BYTES])[0].walk():
        name = file_name(part.name)
        if not part.parts and _is_document(name, part.kind) and len(found) < MOST_FILES:
            large = part.size > MOST_FILE_BYTES
            found.append((name or part.kind, None if large else without_transfer_encoding(part.body, part.encoding)))
    return tuple(found)


def is_ours(form: Fields, blank: Fields) -> bool:
    """Whether a form has at least 80 % of the fields of one that we sent."""
    ours = _names(blank)
    return len(ours) >= LEAST and len(ours & _names(form)) >= OURS * len(ours)


def filled_into_ours(form: Fields, blanks: Sequence[Fields]) -> Fields | None:
    """What was filled into a form that we sent, in one language or another; None where it is none of them."""
    said = [filled_in(form, blank) for blank in blanks if is_ours(form, blank)]
    return min(said, key=len, default=None)


def filled_in(form: Fields, blank: Fields) -> Fields:
    """The fields that say something which our blank form does not."""
    printed = {(_plain(name), value.strip()) for name, value in blank}
    return tuple(
        (name, value) for name, value in form if value.strip() and (_plain(name), value.strip()) not in printed
    )


def _names(form: Fields) -> frozenset[str]:
    return frozenset(_plain(name) for name, _ in form) - {""}


def _plain(name: str) -> str:
    return " ".join(name.casefold().split()).rstrip(" :")
