"""Opens a mail within limits: headers decoded, text found, attachments named; nothing makes it hang or raise."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header
from email.message import Message as Parsed
from email.utils import getaddresses, parsedate_to_datetime

from outreach.core.reading.decoding import decoded_text
from outreach.core.reading.html_text import html_to_text
from outreach.model import Attachment, Mailbox, Message

MOST_BYTES = 25 * 1024 * 1024
MOST_HEADER_BYTES = 256 * 1024
MOST_HEADER_LINES = 1000
MOST_BOUNDARIES = 200
MOST_NESTED = 20
MOST_PARTS = 200
MOST_VALUE = 4000  # characters of one header that are decoded
MOST_WORDS = 100  # encoded words in one header
MOST_TEXT = 1_000_000  # characters of the text
READABLE = (
    "message/delivery-status",
    "message/global-delivery-status",  # RFC 6533
    "message/disposition-notification",
    "text/rfc822-headers",
)
# In these a notice returns a letter, or its headers (RFC 3462 §2, RFC 6533 §6); some names are made up by systems.
RETURNED = (
    "message/rfc822",
    "message/global",
    "message/partial",
    "text/rfc822-headers",
    "message/rfc822-headers",
    "message/global-headers",
)
_ID = re.compile(r"<[^<>\s]{1,250}>")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]{40,}")
_ENCODED_WORD = re.compile(r"=\?[^?\s]{1,40}\?[bBqQ]\?[^?]*\?=")


def open_mail(raw: bytes) -> Message:
    """A mail as a Message; `problem` says why it could not be read whole."""
    problem = _too_much(raw)
    try:
        parsed = message_from_bytes(_beginning(raw) if problem else raw, policy=policy.compat32)
        return _message(parsed, problem)
    except Exception as error:  # noqa: BLE001  whatever comes, it becomes an entry “please look”
        return _empty(f"the mail is badly broken ({type(error).__name__})")


def _too_much(raw: bytes) -> str:
    """What in the bytes would cost too much; "" if nothing does."""
    if len(raw) > MOST_BYTES:
        return "the mail is larger than 25 MB"
    head = raw[: MOST_HEADER_BYTES + 1].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    if len(head) > MOST_HEADER_BYTES:
        return "its headers are larger than 256 kB"
    if head.count(b"\n") > MOST_HEADER_LINES:
        return "it has more than 1,000 header lines"
    lower = raw[:2_000_000].lower()
    if lower.count(b"boundary=") > MOST_BOUNDARIES or lower.count(b"message/rfc822") > MOST_NESTED:
        return "it is nested too deeply"
    return ""


def _beginning(raw: bytes) -> bytes:
    """The headers, as far as they are harmless, and no body that could be parsed into parts."""
    head = raw[:MOST_HEADER_BYTES].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    lines = [line for line in head.split(b"\n")[:MOST_HEADER_LINES] if not line.lower().startswith(b"content-type:")]
    return b"\n".join(lines) + b"\n\n" + raw[len(head) : len(head) + 20000]


def _empty(problem: str) -> Message:
    return Message("", "", (), (), (), (), (), None, None, (), (), (), "", problem=problem)


def _message(parsed: Parsed, problem: str) -> Message:
    headers = tuple((name.lower()[:200], _decoded(value)) for name, value in _headers(parsed))
    first = dict(reversed(headers))
    parts, cut = _parts(parsed)
    text, returned = _texts(parts)
    ids = _ID.findall(first.get("message-id", ""))
    return Message(
        message_id=ids[0] if ids else first.get("message-id", "").strip()[:250],
        subject=" ".join(first.get("subject", "").split()),
        from_=_boxes(parsed, "from"),
        sender=_boxes(parsed, "sender"),
        reply_to=_boxes(parsed, "reply-to"),
        to=_boxes(parsed, "to"),
        cc=_boxes(parsed, "cc"),
        return_path=first["return-path"].strip("<> \t") if "return-path" in first else None,
        date=_date(first.get("date", "")),
        in_reply_to=tuple(_ID.findall(first.get("in-reply-to", ""))),
        references=tuple(_ID.findall(first.get("references", ""))),
        headers=headers,
        text=text[:MOST_TEXT],
        attachments=tuple(_attachments(parts)),
        report=tuple(_payload_text(part)[:100_000] for part in parts if part.get_content_type() in READABLE),
        returned=returned[:200_000],
        content_type=parsed.get_content_type(),
        problem=problem or cut,
        calendar=next((str(part.get("content-type"))[:200] for part in parts if _is_calendar(part)), ""),
    )


def _headers(parsed: Parsed) -> list[tuple[str, str]]:
    """The headers with their bytes; `items` makes question marks of what is not ASCII (RFC 6532)."""
    return [(name, str(value)) for name, value in list(parsed.raw_items())[:MOST_HEADER_LINES]]


def _decoded(value: str) -> str:
    """A header's value with its encoded words decoded (RFC 2047), cut before that costs anything."""
    cut = re.sub(r"\r?\n[ \t]", " ", value[:MOST_VALUE])
    if "=?" not in cut or len(_ENCODED_WORD.findall(cut)) > MOST_WORDS:
        return _printable(cut)
    try:
        pieces = decode_header(cut)
    except Exception:  # noqa: BLE001  a broken encoded word stays as it is
        return _printable(cut)
    words = [decoded_text(piece, charset or "") if isinstance(piece, bytes) else piece for piece, charset in pieces]
    return _printable("".join(words))[:MOST_VALUE]


def _printable(text: str) -> str:
    """Raw bytes in a header come as surrogates; they were most likely UTF-8."""
    if not text.isascii() and any("\udc80" <= char <= "\udcff" for char in text):
        text = decoded_text(text.encode("utf-8", "surrogateescape"), "")
    return text.replace("\r", " ").replace("\n", " ")


def _boxes(parsed: Parsed, name: str) -> tuple[Mailbox, ...]:
    values = [_printable(value[:MOST_VALUE]) for key, value in _headers(parsed) if key.lower() == name][:5]
    try:
        pairs = getaddresses([re.sub(r"\r?\n[ \t]", " ", value) for value in values])
    except Exception:  # noqa: BLE001  a hostile address list names nobody
        return ()
    return tuple(Mailbox(_decoded(words).strip(), address.strip().lower()) for words, address in pairs[:100] if address)


def _date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    try:
        return (moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _parts(parsed: Parsed) -> tuple[list[Parsed], str]:
    """Every part in order, without recursion; what lies too deep or is too much is left out, and said."""
    found: list[Parsed] = []
    waiting: list[tuple[Parsed, int]] = [(parsed, 0)]
    while waiting:
        part, depth = waiting.pop()
        if len(found) >= MOST_PARTS or depth > MOST_NESTED:
            return found, "it has too many parts; only the first were read"
        found.append(part)
        inner = part.get_payload()
        if isinstance(inner, list):
            waiting.extend((one, depth + 1) for one in reversed(inner) if isinstance(one, Parsed))
    return found, ""


def _texts(parts: list[Parsed]) -> tuple[str, str]:
    """The text of the mail, and that of a letter that it returns or forwards as a part."""
    returned_parts: set[int] = set()
    returned: list[str] = []
    for part in parts:
        if part.get_content_type() in RETURNED:
            returned.append(_returned(part))
            returned_parts |= {id(inner) for inner in _below(part)} | {id(part)}
    own = [part for part in parts if id(part) not in returned_parts and not _is_attached(part)]
    plain = "\n".join(
        _payload_text(part) for part in own if part.get_content_type() == "text/plain" or _is_unparted(part)
    )
    if plain.strip():
        return plain, "\n".join(returned)
    html = "\n".join(html_to_text(_payload_text(part)) for part in own if part.get_content_type() == "text/html")
    return html, "\n".join(returned)


def _is_unparted(part: Parsed) -> bool:
    """Whether it calls itself multipart, but its boundary is missing or never comes: all of it is text."""
    return part.get_content_maintype() == "multipart" and isinstance(part.get_payload(), str)


def _below(part: Parsed) -> Iterator[Parsed]:
    return iter(_parts(part)[0])


def _returned(part: Parsed) -> str:
    inner = part.get_payload()
    if isinstance(inner, list) and inner and isinstance(inner[0], Parsed):
        head = "\n".join(f"{name}: {_decoded(value)}" for name, value in _headers(inner[0])[:200])
        texts = [_payload_text(one) for one in _below(inner[0]) if one.get_content_type() == "text/plain"]
        return head + "\n\n" + "\n".join(texts)[:100_000]
    return _payload_text(part)


def _is_attached(part: Parsed) -> bool:
    return (part.get_content_disposition() or "") == "attachment"


def _is_calendar(part: Parsed) -> bool:
    """A meeting itself, not a file about one (RFC 6047 §2.4)."""
    return part.get_content_type() == "text/calendar" and not _is_attached(part)


def _payload_text(part: Parsed) -> str:
    inner = part.get_payload()
    if isinstance(inner, list):
        return "\n".join(
            "\n".join(f"{name}: {value}" for name, value in one.items()[:100]) + f"\n{_rest(one)}"
            for one in inner[:50]
            if isinstance(one, Parsed)
        )
    try:
        content = part.get_payload(decode=True)
    except Exception:  # noqa: BLE001  a transfer encoding that makes no sense
        return str(inner)
    if not isinstance(content, bytes):
        return str(inner)
    return decoded_text(content, str(part.get_content_charset() or ""))


def _rest(block: Parsed) -> str:
    """What stands in a block of fields that is none for the parser, such as “Action : failed”."""
    rest = block.get_payload()
    if not isinstance(rest, str):
        return ""
    if ":" in rest or not _BASE64.fullmatch(rest[:2000]):
        return rest[:10_000]
    block["Content-Transfer-Encoding"] = "base64"  # of the whole report, which the parser took for one block
    return _payload_text(block)[:10_000]


def _attachments(parts: list[Parsed]) -> Iterator[Attachment]:
    for part in parts:
        name = part.get_filename()
        if isinstance(part.get_payload(), list) or not (name or _is_attached(part)):
            continue
        content = part.get_payload(decode=True)
        size = len(content) if isinstance(content, bytes) else 0
        yield Attachment(_decoded(str(name or ""))[:255], part.get_content_type(), size)
