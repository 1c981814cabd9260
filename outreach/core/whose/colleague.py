"""Whether a colleague of the person we wrote to speaks for that place, or for another that shares its mail domain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from outreach.core.whose.clues import Clues, own_parts
from outreach.core.whose.index import Index
from outreach.core.whose.mentions import How, strange_offices
from outreach.model import Message, Reading

UNNAMED = "names the place neither in its mail domain nor in its words"


def may_be_another(
    message: Message, reading: Reading, seen: Clues, number: int, index: Index, own_addresses: frozenset[str]
) -> str:
    """Why a mail from the mail domain of an invitee may be of another place there, which is perhaps not invited; or "".

    Args:
        message: The mail.
        reading: What it says.
        seen: What tells whose it is.
        number: The invitee's.
        index: All invitees.
        own_addresses: Ours.
    """
    row = index.numbers.index(number)
    name = message.from_[0].name if message.from_ else ""
    other = next(_other_offices(seen, row), "") or next(
        strange_offices("\n".join((name, *own_parts(message, reading, own_addresses)[:2])), index), ""
    )
    if other:
        return f"names the office of another place, “{other}”"
    return "" if _is_named(seen, row) else UNNAMED


def names_another(failed: Iterable[str], known: frozenset[str], index: Index) -> str:
    """Why a notice that returns the letter of an invitee may be false, or ""; `known` are the invitee's addresses.

    A letter that was sent on fails at an address that nobody knows, but not at another invitee's.
    """
    named = [address for address in failed if known.isdisjoint(failed) and index.addresses.get(address)]
    return f"names an address of another invitee, {named[0]}" if named else ""


def _other_offices(seen: Clues, row: int) -> Iterator[str]:
    """Offices of other invitees in the sender's name and in the signature."""
    for mention in (*seen.places.sender, *seen.places.signature):
        if mention.how is How.OFFICE and row not in mention.rows:
            yield mention.words


def _is_named(seen: Clues, row: int) -> bool:
    """Whether the place stands in the mail domain or in what the sender wrote; our letter does not count."""
    written = (*seen.places.sender, *seen.places.signature, *seen.places.body)
    named = any(row in mention.rows and mention.how is not How.PASSING for mention in written)
    return named or any(row in label.rows for label in seen.labels)
