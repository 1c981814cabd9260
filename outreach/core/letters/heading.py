"""Writes what stands above a letter's text from a mould: most letters differ there only in their reader and ids."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

from outreach.core.letters.headers import CRLF, Head, LetterError, has_ascii_addresses, own_headers, written_headers
from outreach.core.letters.reading_back import is_mailbox, reads_back_plainly
from outreach.lines import Lines

BOUNDARY = "BOUNDARY"  # stands where that of a letter will stand
_DAY = datetime(2022, 7, 15, tzinfo=UTC)
_READER, _ID, _STOP = "reader@place.example", "<one@place.example>", "mailto:stop@place.example"


def cast_top(head: Head, first: str, boundary: str) -> bytes | None:
    """The headers as `written_headers` gives them, and behind them `first`: all that stands before the text.

    None where they have to be looked at more closely: copies, an address in another script, a name that could be read
    in two ways.
    """
    if head.cc or not head.to.isascii():
        return None
    own = own_headers(head)
    shared = (head.from_name, head.from_address, head.subject, head.language, head.auto_submitted, first)
    mould = _mould(tuple(own), shared)
    if mould is None or not is_mailbox(own["To"].replace(f"{CRLF} ", " "), head.to):
        return None
    octets, boundaries = mould
    return (octets % (*own.values(), *(boundary,) * boundaries)).encode()


@lru_cache(maxsize=256)
def _mould(own: tuple[str, ...], shared: tuple[str, ...]) -> tuple[str, int] | None:
    """The same with places for the headers of these names and for boundaries; and how many boundaries there are.

    What letters share is read back here, once. All that fills a place is made of characters that end no header.
    """
    head, first = _sample(own, *shared)
    try:
        headers = written_headers(head)
        top = Lines(CRLF.join([*[f"{name}: {value}" for name, value in headers], first]).encode())
    except (LetterError, ValueError):
        return None  # the plain way says what is wrong
    if not (has_ascii_addresses(head) and reads_back_plainly(top, head, [name for name, _ in headers])):
        return None
    lines = [f"{name}: {'%s' if name in own else value.replace('%', '%%')}" for name, value in headers]
    return CRLF.join([*lines, first.replace("%", "%%").replace(BOUNDARY, "%s")]), first.count(BOUNDARY)


def _sample(
    own: tuple[str, ...], name: str, address: str, subject: str, language: str, automatic: str, first: str
) -> tuple[Head, str]:
    """A letter to nobody with these headers."""
    return Head(
        from_name=name,
        from_address=address,
        to=_READER,
        to_name="",
        cc=(),
        subject=subject,
        date=_DAY,
        message_id=_ID,
        in_reply_to=_ID if "In-Reply-To" in own else "",
        references=(_ID,) if "References" in own else (),
        language=language,
        auto_submitted=automatic,
        unsubscribe=_STOP if "List-Unsubscribe" in own else "",
    ), first
