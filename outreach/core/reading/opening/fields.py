"""Values of header fields as a person reads them: encoded words, addresses, identifiers, dates."""

from __future__ import annotations

import re
from binascii import a2b_qp
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from itertools import islice

from outreach.core.reading.opening.decoding import WESTERN, decoded_text, from_base64
from outreach.model import Mailbox

MOST_WORDS = 100  # encoded words in one field
MOST_MAILBOXES = 100  # in one field
MOST_DATE = 200  # characters
# With blanks in it, which RFC 2047 §2 forbids and mail programs write.
_WORD = re.compile(r"=\?([^?\s*]{1,40})(?:\*[^?\s]{0,40})?\?([bBqQ])\?([^?]*)\?=")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")
_HIDDEN = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069]")  # turn the direction of what follows
_ID = re.compile(r"<[^<>\s]{1,250}>")
# Each begins and ends without a look back, so that a value costs no more than its length.
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|\([^()]{0,200}\)|<[^<>]*+>?|[,;]|[^"(<,;]++|.', re.DOTALL)
# “Ana Vidal <ana@town.example>”, as nearly all programs write it.
_PLAIN = re.compile(r'("[^"\\]*"\s*|[^"<>(),;:@\\]*)<([^\s<>()\[\],;:"\\@]++@[^\s<>()\[\],;:"\\@]++)>')
_MOMENT = re.compile(
    r"(?:[A-Z][a-z]{2}, )?(\d\d?) ([A-Z][a-z]{2}) ((?:19|20)\d\d) (\d\d:\d\d:\d\d) ([+-][01]\d[0-5]\d)",
    re.ASCII,
)
_NAMES_OF_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTHS = {name: f"{number:02}" for number, name in enumerate(_NAMES_OF_MONTHS, 1)}
_LOCAL = re.compile(r"[\w.+-]{1,64}")
# Whole: of “a@b@c” neither half is an address.
_ADDRESS = re.compile(
    r'(?<![^\s<>()\[\],;:"])(?:"[^"\s]{1,64}"|[^\s<>()\[\],;:"@]{1,100})@[^\s<>()\[\],;:"@]{1,255}+(?!@)'
)


def decoded_words(value: str) -> str:
    """A value with its encoded words decoded (RFC 2047), in one line."""
    return one_line("".join(_pieces(value)) if "=?" in value else value)


def one_line(text: str) -> str:
    """A text without line ends and other controls."""
    return text if text.isprintable() else _CONTROLS.sub(" ", text)


def file_name(name: str) -> str:
    """The name of an attachment to be shown, never to be written under: it cannot pose as another."""
    return _HIDDEN.sub("", decoded_words(name)).strip()[:255]


def ids(value: str) -> tuple[str, ...]:
    """The message identifiers in a value, with their angle brackets."""
    return tuple(_ID.findall(value))


def moment(value: str) -> datetime | None:
    """A date in UTC; None where it is none."""
    try:
        plain = _MOMENT.fullmatch(value)
        if plain is not None and plain[2] in _MONTHS:
            return _plainly_dated(plain)
        found = parsedate_to_datetime(value[:MOST_DATE])
        return (found.replace(tzinfo=UTC) if found.tzinfo is None else found).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _plainly_dated(found: re.Match[str]) -> datetime:
    """A date as RFC 5322 §3.3 has it, and nearly all programs write it."""
    day, month, year, clock, offset = found.groups()
    return datetime.fromisoformat(f"{year}-{_MONTHS[month]}-{day:0>2}T{clock}{offset}").astimezone(UTC)


@lru_cache(maxsize=1 << 8)  # ours are in all of them
def mailboxes(value: str) -> tuple[Mailbox, ...]:
    """Names and addresses; commas that belong to a name and lack their quotes are understood."""
    plain = _PLAIN.fullmatch(value)
    if plain is not None:
        return (Mailbox(_name(plain[1]), plain[2].lower()),)
    if value.count('"') % 2:  # a quote without its end would hide the rest
        value = value.replace('"', " ")
    found = tuple(islice(_mailboxes(value), MOST_MAILBOXES))
    if not found and "=?" in value:  # some encode the address too
        found = tuple(islice(_mailboxes(decoded_words(value)), MOST_MAILBOXES))
    alone = value.strip(' \t<>"').lower()
    if not found and _LOCAL.fullmatch(alone):  # such as MAILER-DAEMON
        return (Mailbox("", alone),)
    return found


def _pieces(value: str) -> Iterator[str]:
    """The text between encoded words, and the words; blanks between two words are none (RFC 2047 §6.2)."""
    at, charset, waiting = 0, "", b""  # bytes wait because a character may be cut in two between words
    for found in islice(_WORD.finditer(value), MOST_WORDS):
        between = value[at : found.start()]
        apart = bool(between.strip()) or at == 0
        if waiting and (apart or found[1].lower() != charset):
            yield decoded_text(waiting, charset, WESTERN)
            waiting = b""
        if apart:
            yield between
        at, charset = found.end(), found[1].lower()
        waiting += _word(found[2], found[3])
    if waiting:
        yield decoded_text(waiting, charset, WESTERN)
    yield value[at:]


def _word(coding: str, text: str) -> bytes:
    coded = text.encode("utf-8", "replace")
    if coding in "qQ":
        return a2b_qp(coded, header=True)
    return from_base64(coded)


def _mailboxes(value: str) -> Iterator[Mailbox]:
    before, angle, note = "", "", ""
    for piece in (*_TOKEN.findall(value), ","):
        if piece in {",", ";"}:
            address, name = _address(before, angle)
            if address:
                yield Mailbox(name or decoded_words(note).strip(), address)
                before = angle = note = ""
            else:  # the comma belongs to a name
                before += piece
        elif piece[0] == "<" and piece.strip("<> \t"):
            angle = piece
        elif piece[0] == "(" and len(piece) > 1:
            note = piece[1:-1]
        elif not angle:
            before += piece


def _address(before: str, angle: str) -> tuple[str, str]:
    """The address and the name in what stands between two commas; ("", "") if there is no address."""
    if angle:
        address = angle.strip("<> \t").rpartition(":")[2].strip()  # behind a route (RFC 5322 §4.4)
        return "".join(address.split()).lower(), _name(before)
    found = _ADDRESS.search(before)
    return (found.group().lower(), "") if found else ("", "")


def _name(words: str) -> str:
    plain = words.strip(" \t,;")
    if len(plain) > 1 and plain[0] == plain[-1] == '"':
        plain = plain[1:-1]
    return decoded_words(plain.replace('\\"', '"').replace("\\\\", "\\")).strip(" \t\"'")
