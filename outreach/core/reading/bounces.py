"""Notices that a letter was not delivered: who was not reached, why, and whether another address must be found.

A failure is permanent only where the address is dead: unknown, moved, closed, of a domain that is none or takes no
mail. Then an invitee becomes unreachable and somebody looks for another address. A full mailbox, a filter, a server
that is down, a letter that is too large, and whatever is our own fault are not permanent, even where a server calls
them so (5xx): another address would not help, the next letter may arrive, and the reason says whose turn it is. A code
that says “for now” (4xx) is believed, except for a user who is unknown when the server has given up. Where one notice
tells of several recipients, the worst counts; each of our letters goes to one.
"""

from __future__ import annotations

from collections.abc import Iterator

from outreach.core.reading.notices.failure import ADDRESS, Failure, named, status_in
from outreach.core.reading.notices.reasons import is_permanent, reason_of
from outreach.core.reading.notices.report import failures_in, from_json, has_fields
from outreach.core.reading.notices.returned import cut, message_ids, only_recipient
from outreach.core.reading.notices.signs import (
    is_complaint,
    is_delay,
    is_forwarded,
    is_notice,
    may_be_notice,
    may_report,
)
from outreach.core.reading.notices.words import failures_told
from outreach.model import Bounce, Message

MOST_TEXT = 60_000  # characters of a notice that are read
DELAYED = "delayed"  # the reason of every notice that nothing is lost yet


def read_bounce(message: Message) -> Bounce | None:
    """What a notice says; None if the mail is no notice."""
    if is_complaint(message) or not may_be_notice(message):
        return None
    text = _text(message)
    words, letter = cut(text)
    fields = next(_reports(message, text), "")
    if not (fields and may_report(message)) and not is_notice(message, words):
        return None
    reported = failures_in(fields)
    if fields and not reported:
        return None
    failures = tuple(one for one in reported if one.addresses) or _told(message, words, letter) or (Failure(()),)
    delayed = all(one.delayed for one in reported) if reported else is_delay(message, words)
    referred = f"{message.header('in-reply-to')} {message.header('references')}"
    ids = message_ids(message.returned, letter, words, referred=referred)
    return _bounce(failures, words, ids, delayed=delayed)


def _text(message: Message) -> str:
    """The text with plain line ends, and without the quote marks of somebody who passed it on."""
    lines = message.text[:MOST_TEXT].splitlines()
    if is_forwarded(message):
        lines = [line.lstrip("> ") if line.startswith(">") else line for line in lines]
    return "\n".join(lines)


def _reports(message: Message, text: str) -> Iterator[str]:
    """The fields of reports, wherever they stand; only the first counts, as a returned letter may hold others."""
    for fields in (*message.report, from_json(text), text):
        if has_fields(fields) and "\ndisposition:" not in fields.lower():  # RFC 8098 has fields like these
            yield fields


def _told(message: Message, words: str, letter: str) -> tuple[Failure, ...]:
    """The recipients of a notice without a report: named in words, in a header, in the subject, or by the letter."""
    own = frozenset(box.address for box in (*message.to, *message.from_, *message.cc))
    told = failures_told(words, own)
    header = named(*ADDRESS.findall(message.header("x-failed-recipients")))
    if told:
        # Where the header names who failed, an address that was forwarded to them did not.
        failed = tuple(one for one in told if set(one.addresses) <= set(header))
        return failed or told
    subject = tuple(address for address in named(*ADDRESS.findall(message.subject)) if address not in own)
    returned = tuple(address for address in only_recipient(message.returned or letter) if address not in own)
    named_there = tuple(Failure((address,)) for address in header or subject or returned)
    return named_there or failures_told(words, frozenset())


def _bounce(failures: tuple[Failure, ...], words: str, ids: tuple[str, ...], *, delayed: bool) -> Bounce:
    permanent, status, reason = max((_judged(one, words) for one in failures), key=lambda judged: judged[0])
    addresses = named(*(address for one in failures for address in one.addresses))
    if delayed:
        return Bounce(permanent=False, recipients=addresses, status=status, reason=DELAYED, message_ids=ids)
    return Bounce(permanent, addresses, status, reason, ids)


def _judged(failure: Failure, words: str) -> tuple[bool, str | None, str]:
    """Whether it is permanent, its code and its reason."""
    status = failure.status or status_in(words)
    reason = reason_of(failure.said, status, words)
    return is_permanent(reason, status, given_up=not failure.delayed), status, reason
