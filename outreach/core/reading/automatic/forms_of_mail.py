"""Tells by its form alone what a program writes: a receipt, a report of what arrived, a calendar's mail."""

from __future__ import annotations

from outreach.core.reading.automatic.machine_marks import ARRIVED, CALENDAR_CLASSES, RECEIPT_TYPES
from outreach.model import Message


def is_receipt(message: Message) -> bool:
    """Whether a mail says that another one was displayed (RFC 8098); it is built like a notice and is none."""
    kind = message.header("content-type").lower()
    return any(part in kind for part in RECEIPT_TYPES)


def is_report(message: Message) -> bool:
    """Whether a mail is a receipt, or a report that another one arrived (RFC 6522); a person may attach one."""
    reports = message.content_type == "multipart/report" and bool(message.report)
    return is_receipt(message) or (reports and ARRIVED.search(message.report[0]) is not None)


def is_calendar(message: Message) -> bool:
    """Whether a mail is a calendar's: a meeting that is proposed, accepted or cancelled (RFC 6047)."""
    return bool(message.calendar) or any(one in message.header("content-class").lower() for one in CALENDAR_CLASSES)
