"""The letter that a notice returns: where it begins in the text, which it was, and to whom it went."""

from __future__ import annotations

import re

from outreach.core.reading.notices.failure import ADDRESS, named
from outreach.core.reading.notices.phrases import choice
from outreach.core.reading.notices.wording import MARKS

MOST_IDS = 20
MOST_LETTER = 20_000  # characters of a letter in which its headers are looked for
# Headers with which a returned letter begins where nothing is written above it; none that a forwarded mail shows.
_HEADERS = (
    r"received|return-path|dkim-signature|domainkey-signature|arc-[a-z-]+|x-[a-z0-9-]+|delivered-to|mime-version|"
    r"authentication-results"
)
_BEGINS = re.compile(
    rf"^(?:[ \t>|*=_#+-]{{0,80}}(?:{choice(MARKS)})"
    r"(?! was| will| has| could| cannot|: \S+ unknown)"  # Sendmail begins with “The original message was received at …”
    rf"|>?(?:{_HEADERS})[ \t]?:[ \t]?[^\n]{{3}})",
    re.IGNORECASE | re.MULTILINE,
)
_ID = re.compile(
    r"^[ \t>]{0,8}(?:x-original-)?message[- ]id[ \t]?:\s{0,3}(<[^<>\s]{1,250}>)", re.IGNORECASE | re.MULTILINE
)
_FOR = re.compile(r"\bfor <([^\s<>@]{1,64}@[^\s<>@]{1,255})>(?:;|\s|$)")  # RFC 5321 §4.4
_TO = re.compile(
    r"^(?:to|x-envelope-to|x-original-to)[ \t]?:(.{0,500}(?:\n[ \t].{0,500}){0,3})", re.IGNORECASE | re.MULTILINE
)
_REFERRED = re.compile(r"<[^<>\s]{1,250}@[^<>\s]{1,250}>")


def cut(text: str) -> tuple[str, str]:
    """The words of a notice, and the letter that it returns below them."""
    blank = len(text) - len(text.lstrip())
    found = _BEGINS.search(text, blank + 1)  # some words stand above it
    return (text, "") if found is None else (text[: found.start()], text[found.start() :])


def message_ids(*letters: str, referred: str) -> tuple[str, ...]:
    """Which letter it was; `referred` is the notice's own In-Reply-To and References."""
    found = (one for letter in letters for one in _ID.findall(letter[:MOST_LETTER]))
    return tuple(dict.fromkeys((*found, *_REFERRED.findall(referred))))[:MOST_IDS]


def only_recipient(letter: str) -> tuple[str, ...]:
    """To whom a letter went that went to one; nobody where several could be meant."""
    head = letter[:MOST_LETTER]
    handed = _FOR.search(head)
    if handed is not None:
        return named(handed[1])
    found = {address for line in _TO.findall(head) for address in named(*ADDRESS.findall(line))}
    return tuple(found) if len(found) == 1 else ()
