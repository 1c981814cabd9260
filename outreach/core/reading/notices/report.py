"""What the fields of a delivery report say (RFC 3464 §2.3), as servers really write them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from outreach.core.reading.notices.failure import MOST, Failure, named, status_in

MOST_FIELDS = 60_000  # characters that are read
MOST_VALUE = 4_000  # characters of one of them
RECIPIENTS = ("original-recipient", "final-recipient", "x-actual-recipient")  # the one that was written to first
OUTCOMES = ("action", "status", "diagnostic-code")
_FIELD = re.compile(r"[ \t]{0,8}([A-Za-z][A-Za-z-]{2,40})[ \t]{0,4}:[ \t]?(.*)", re.DOTALL)
_TYPE = re.compile(r"[A-Za-z][A-Za-z0-9/_-]{0,20}[ \t]?;[ \t]?")  # “rfc822;”, also “rfc/822;” and “smtp ;”
_ADDRESS = re.compile(r"[^\s<>;|@]{1,64}@[^\s<>;|@]{1,255}")  # also broken ones: they may be what we wrote to
_PAIR = re.compile(r'"([A-Za-z]{1,30})" ?: ?"([^"]{0,2000})"')
_JSON = {"emailAddress": "Final-Recipient", "action": "Action", "status": "Status", "diagnosticCode": "Diagnostic-Code"}
_ARRIVED = ("deliver", "relay", "expand")  # “delivered”, “deliverable” …: no failure
Block = dict[str, str]


def has_fields(text: str) -> bool:
    """Whether a text holds what a report says of a recipient."""
    return re.search(r"(?im)^[ \t]{0,8}(?:final|original)-recipient[ \t]{0,4}:", text) is not None


def from_json(text: str) -> str:
    """The fields of a report that Amazon SES sends as JSON, also within JSON; "" if it is none."""
    if "bouncedRecipients" not in text:
        return ""
    plain = text[:MOST_FIELDS].replace("\\", "").replace("\n", "")
    bounced = plain.partition("bouncedRecipients")[2].partition("]")[0]
    return "\n".join(f"{_JSON[name]}: {value}" for name, value in _PAIR.findall(bounced) if name in _JSON)


def failures_in(fields: str) -> tuple[Failure, ...]:
    """Each recipient that was not reached, or not yet."""
    found = (_failure(block) for block in _recipients(_blocks(fields[:MOST_FIELDS].splitlines())))
    return tuple(islice((failure for failure in found if failure is not None), MOST))


def _blocks(lines: Iterable[str]) -> Iterator[Block]:
    """The fields between blank lines; a field that comes again begins another recipient where the blank line lacks."""
    block: Block = {}
    name = ""
    for line in lines:
        field = _FIELD.match(line)
        if field is not None and (not line[0].isspace() or field[1].lower() in (*RECIPIENTS, *OUTCOMES)):
            name = field[1].lower()
            if name in block and name in (*RECIPIENTS, *OUTCOMES):
                yield block
                block = {}
            block.setdefault(name, field[2].strip())
        elif line[:1].isspace() and line.strip() and name:
            block[name] = f"{block[name]} {line.strip()}"[:MOST_VALUE]
        elif not line.strip():
            yield block
            block, name = {}, ""
    yield block


def _recipients(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks that name a recipient; what stands alone behind one belongs to it."""
    last: Block = {}
    for block in blocks:
        if any(name in block for name in RECIPIENTS):
            if last:
                yield last
            last = block
        elif last and not any(name in last for name in OUTCOMES):
            last = {**block, **last}
    if last:
        yield last


def _failure(block: Block) -> Failure | None:
    action, status = block.get("action", "").lower(), status_in(block.get("status", ""))
    if action.startswith(_ARRIVED) or (not action and (status or "").startswith("2")):
        return None
    addresses = [found for name in RECIPIENTS[:2] if (found := _address(block.get(name, "")))]
    said = _TYPE.sub("", block.get("diagnostic-code", ""), count=1)
    comment = block.get("status", "").partition("(")[2]
    if status is None or status.endswith(".0.0"):
        status = status_in(said) or status
    return Failure(named(*addresses), f"{said} {comment}".strip(), status, action.startswith("delay"))


def _address(value: str) -> str:
    """The address behind its type."""
    found = _ADDRESS.search(_TYPE.sub("", value, count=1))
    return found.group() if found else ""
