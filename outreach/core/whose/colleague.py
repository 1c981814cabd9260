"""Whether a colleague of the person we wrote to speaks for that place, or for another that shares its mail domain."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from outreach.core.whose.clues import Clues, own_parts
from outreach.core.whose.index import Index
from outreach.core.whose.matching import is_of_kind
from outreach.core.whose.mentions import How, mentions, strange_offices
from outreach.model import Message, Reading

_STOP = re.compile(r"[!?;\n]|(?<=\w\w)\.\s")
REACH = 200  # characters around the words that say it
UNNAMED = "names the place neither in its mail domain nor in its words"


def may_be_another(
    message: Message,
    reading: Reading,
    seen: Clues,
    number: int,
    index: Index,
    own_addresses: frozenset[str],
    *,
    known: bool = False,
) -> str:
    """Why a mail from the mail domain of an invitee may be of another place there, which is perhaps not invited; or "".

    Args:
        message: The mail.
        reading: What it says.
        seen: What tells whose it is.
        number: The invitee's.
        index: All invitees.
        own_addresses: Ours.
        known: Its address is one that we wrote to, which need not say whose it is; a clerk may have two towns.
    """
    row = index.numbers.index(number)
    other = next(_other_offices(seen, row, index, known=known), "") or next(_others_said(reading, row, index), "")
    if not other and not (known and _is_written(seen, row)):
        name = message.from_[0].name if message.from_ else ""
        own = own_parts(message, reading, own_addresses)[:2]
        other = next(strange_offices("\n".join((name, *own)), index), "")
    if other:
        return f"names the office of another place, “{other}”"
    return "" if known or _is_named(seen, row) else UNNAMED


def names_another(failed: Iterable[str], known: frozenset[str], index: Index) -> str:
    """Why a notice that returns the letter of an invitee may be false, or ""; `known` are the invitee's addresses.

    A letter that was sent on fails at an address that nobody knows, but not at another invitee's.
    """
    named = [address for address in failed if known.isdisjoint(failed) and index.addresses.get(address)]
    return f"names an address of another invitee, {named[0]}" if named else ""


def _other_offices(seen: Clues, row: int, index: Index, *, known: bool) -> Iterator[str]:
    """Offices of other invitees in the sender's name and in the signature, or of the same name and another kind."""
    for mention in (*seen.places.sender, *seen.places.signature):
        mine = row in mention.rows and (known or is_of_kind(mention, index.kinds[row]))
        if mention.how is How.OFFICE and not mine:
            yield mention.words


def _others_said(reading: Reading, row: int, index: Index) -> Iterator[str]:
    """Others in the very words that say it: “Southam joins; Northam does not”, “the Province of Northam joins”."""
    for mention in mentions(reading.words or "", index):
        mine = row in mention.rows and (mention.how is not How.OFFICE or is_of_kind(mention, index.kinds[row]))
        if mention.how is not How.PASSING and not mine:
            yield mention.words
    yield from strange_offices(_sentence_of(reading), index, said=True)


def _sentence_of(reading: Reading) -> str:
    """The sentence that says it, as far as it stands in one line: “in the name of the city of Southam, we join”."""
    words = reading.words or ""
    at = reading.new_text.find(words)
    if at < 0 or not words:
        return words
    before = _STOP.split(reading.new_text[max(0, at - REACH) : at])[-1]
    return before + _STOP.split(reading.new_text[at : at + len(words) + REACH])[0]


def _is_named(seen: Clues, row: int) -> bool:
    """Whether the place stands in the mail domain or in what the sender wrote; our letter does not count."""
    return _is_written(seen, row) or any(row in label.rows for label in seen.labels)


def _is_written(seen: Clues, row: int) -> bool:
    written = (*seen.places.sender, *seen.places.signature, *seen.places.body)
    return any(row in mention.rows and mention.how is not How.PASSING for mention in written)
