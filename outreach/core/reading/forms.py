"""Attached forms that may be the answer: which files they are, whether they are ours, and what was filled in."""

from __future__ import annotations

from outreach.core.reading.decoding import without_transfer_encoding
from outreach.core.reading.fields import file_name
from outreach.core.reading.opening import MOST_BYTES
from outreach.core.reading.parts import split

Fields = tuple[tuple[str, str], ...]  # names and values, in the order of the form
MOST_FILES = 5
MOST_FILE_BYTES = 10 * 1024 * 1024
OURS = 0.8  # of our fields that a form must have to be ours
ENDINGS = (".pdf", ".docx")
KINDS = ("application/pdf", "application/vnd.openxmlformats-officedocument.wordprocessingml.document")


def attached_forms(raw: bytes) -> tuple[tuple[str, bytes], ...]:
    """The files attached to a mail that may be forms: the name to be shown, and the bytes, which nobody has opened."""
    found = []
    for part in split(raw[:MOST_BYTES])[0].walk():
        name = file_name(part.name)
        if not part.parts and (part.kind in KINDS or name.lower().endswith(ENDINGS)) and part.size <= MOST_FILE_BYTES:
            found.append((name, without_transfer_encoding(part.body, part.encoding)))
    return tuple(found[:MOST_FILES])


def is_ours(form: Fields, blank: Fields) -> bool:
    """Whether a form has at least 80 % of the fields of one that we sent."""
    ours = _names(blank)
    return bool(ours) and len(ours & _names(form)) >= OURS * len(ours)


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
