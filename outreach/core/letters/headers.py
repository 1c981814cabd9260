"""Writes the headers of a letter, each so that it reads back as what was meant."""

from __future__ import annotations

import re
from base64 import b64encode
from datetime import datetime, timedelta, timezone, tzinfo
from email.utils import format_datetime
from functools import lru_cache
from textwrap import wrap

from outreach.frozen import made_often
from outreach.lines import LONGEST
from outreach.model import OutreachError

GOOD_LINE = 76  # RFC 2047 §2 asks it of a line with encoded words
CHUNK = 39  # octets of one encoded word: with the longest header name before it, still a good line
MAX_REFERENCES = 20  # the first letter of a thread and the latest ones
CRLF = "\r\n"

_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+|[^@\s]+@\[[A-Za-z0-9.:]+\]")
# As it is, in UTF-8 (RFC 6532 §3.2), without what would end it or be read otherwise than it is seen.
_SCRIPT = r"[^\s@()<>,;:\\\"\[\]\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]+"
_OTHER_SCRIPTS = re.compile(f"{_SCRIPT}@{_SCRIPT}")
_MESSAGE_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{3,250}>")
_MAILTO = re.compile(r"mailto:[\x21-\x3b\x3d\x3f-\x7e]+")
_LANGUAGE = re.compile(r"[A-Za-z0-9-]{1,35}")
_TOKEN = re.compile(r"[a-z-]+")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")  # a name that needs no quotes (RFC 5322 §3.2.3)
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class LetterError(OutreachError):
    """A letter cannot be written as a correct mail; it is not sent."""


@made_often(frozen=True, slots=True)
class Head:
    """What the headers of a letter say."""

    from_name: str
    from_address: str
    to: str  # one bare address
    to_name: str
    cc: tuple[str, ...]
    subject: str
    date: datetime  # aware, in the secretariat's zone
    message_id: str  # with angle brackets, like the two below
    in_reply_to: str
    references: tuple[str, ...]
    language: str
    auto_submitted: str = ""  # RFC 3834: auto-generated, auto-replied, or "" for a letter that a person sends
    unsubscribe: str = ""  # a mailto URI


def has_ascii_addresses(head: Head) -> bool:
    """Whether every relay can take the letter; another address needs one that offers SMTPUTF8 (RFC 6531)."""
    return "".join((head.from_address, head.to, *head.cc)).isascii()


def written_headers(head: Head) -> list[tuple[str, str]]:
    """Every header but Content-Type, in order, ready to be written."""
    own = own_headers(head)
    headers = [("Date", own["Date"]), ("From", _mailbox(head.from_name, head.from_address)), ("To", own["To"])]
    if head.cc:
        headers.append(("Cc", f",{CRLF} ".join(_mailbox("", address) for address in head.cc)))
    if subject := _unstructured(head.subject):
        headers.append(("Subject", subject))
    headers += [(name, own[name]) for name in ("Message-ID", "In-Reply-To", "References") if name in own]
    headers.append(("Content-Language", _checked(_LANGUAGE, head.language, "a language")))
    if "List-Unsubscribe" in own:
        headers.append(("List-Unsubscribe", own["List-Unsubscribe"]))
    if head.auto_submitted:
        headers.append(("Auto-Submitted", _checked(_TOKEN, head.auto_submitted, "a word for it")))
    if head.auto_submitted == "auto-replied":  # Exchange answers an automatic answer otherwise
        headers.append(("X-Auto-Response-Suppress", "All"))
    headers.append(("MIME-Version", "1.0"))
    return headers


def own_headers(head: Head) -> dict[str, str]:
    """Those that are others in each letter, in order."""
    own = {
        "Date": _date(head.date),
        "To": _mailbox(head.to_name, head.to),
        "Message-ID": _checked(_MESSAGE_ID, head.message_id, "a Message-ID"),
    }
    if head.in_reply_to:
        own["In-Reply-To"] = _message_ids((head.in_reply_to,))
    if head.references:
        own["References"] = _message_ids(head.references)
    if head.unsubscribe:
        own["List-Unsubscribe"] = f"<{_checked(_MAILTO, head.unsubscribe, 'a mailto address')}>"
    return own


def _checked(pattern: re.Pattern[str], value: str, what: str) -> str:
    if not pattern.fullmatch(value):
        raise LetterError(f"“{value}” cannot stand in a letter's header as {what}; the letter was not sent")
    return value


def _date(moment: datetime) -> str:
    # Moments of two zones can be equal, and so can those of the hour that comes twice.
    return _date_of(moment, moment.tzinfo, moment.fold)


@lru_cache(maxsize=64)  # the letters of a transaction have one
def _date_of(moment: datetime, zone: tzinfo | None, _fold: int) -> str:
    if zone is None:
        raise LetterError("the date of a letter has no time zone; the letter was not sent")
    return format_datetime(moment.replace(tzinfo=timezone(moment.utcoffset() or timedelta())))


def _message_ids(ids: tuple[str, ...]) -> str:
    """Ids as they are, on one line: a folded or encoded one breaks the thread."""
    kept = ids if len(ids) <= MAX_REFERENCES else (ids[0], *ids[1 - MAX_REFERENCES :])
    while len(" ".join(kept)) > LONGEST - len("References: ") and len(kept) > 1:
        kept = (kept[0], *kept[2:])
    return " ".join(_checked(_MESSAGE_ID, id_, "a Message-ID") for id_ in kept)


@lru_cache(maxsize=1024)  # the sender's stands in every letter
def _mailbox(name: str, address: str) -> str:
    _checked(_ADDRESS if address.isascii() else _OTHER_SCRIPTS, address, "an address")
    words = one_line(name)
    if not words:
        return address
    phrase = _phrase(words)
    fits = len(phrase.rpartition(CRLF)[2]) + len(address) < GOOD_LINE - 8
    return f"{phrase}{'' if fits else CRLF} <{address}>"


def _phrase(words: str) -> str:
    if not words.isascii() or "=?" in words or len(words) > GOOD_LINE - 12:
        return _encoded(words)
    if _ATOMS.fullmatch(words):
        return words
    return '"' + re.sub(r'(["\\])', r"\\\1", words) + '"'


@lru_cache(maxsize=1024)  # most letters have the subject of all
def _unstructured(text: str) -> str:
    words = one_line(text)
    if not words.isascii() or "=?" in words or any(len(word) > GOOD_LINE - 12 for word in words.split()):
        return _encoded(words)
    return f"{CRLF} ".join(wrap(words, GOOD_LINE - 12, break_long_words=False, break_on_hyphens=False))


def one_line(text: str) -> str:
    """Text without line breaks and other control characters, each space single."""
    return " ".join(_CONTROLS.sub(" ", text).split())


def _encoded(text: str) -> str:
    """Text as encoded words (RFC 2047), none of which parts a character."""
    chunks, chunk = [], b""
    for char in text:
        octets = char.encode("utf-8", "replace")
        if len(chunk) + len(octets) > CHUNK:
            chunks.append(chunk)
            chunk = b""
        chunk += octets
    return f"{CRLF} ".join(f"=?utf-8?b?{b64encode(part).decode()}?=" for part in (*chunks, chunk))
