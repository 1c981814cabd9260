"""Whose fault it is when the relay refuses a letter."""

from __future__ import annotations

import re

from outreach.languages.relays import RelayAnswer, load_relay_answers
from outreach.model import HandoverResult

MEANINGS = {
    "account": HandoverResult.ACCOUNT,
    "letter": HandoverResult.LETTER,
    "contact": HandoverResult.REFUSED,
    "passing": HandoverResult.DEFERRED,
}
_STATUS = re.compile(r"(?:^|#)([45]\.\d{1,3}\.\d{1,3})(?![.\d])")  # qmail writes (#5.1.1) at the end


def classify(stage: str, code: int, text: str) -> HandoverResult:
    """What a refusal means: the contact's fault, the letter's, our account's, or a passing one.

    Args:
        stage: The verb it answered: mail, rcpt, data, payload, reply.
        code: The reply code, 400 to 599.
        text: The rest of the reply, with its enhanced status if it has one.
    """
    found = row_for(stage, code, text)
    return MEANINGS[found.means] if found else HandoverResult.DEFERRED


def row_for(stage: str, code: int, text: str) -> RelayAnswer | None:
    """The first row of the table that fits."""
    status = enhanced_status(text)
    return next((row for row in load_relay_answers() if _fits(row, stage, str(code), status, text)), None)


def enhanced_status(text: str) -> str:
    """The status of RFC 3463 in a reply's text; empty if there is none."""
    found = _STATUS.search(text)
    return found.group(1) if found else ""


def _fits(row: RelayAnswer, stage: str, code: str, status: str, text: str) -> bool:
    return (
        row.stage.fullmatch(stage) is not None
        and row.codes.fullmatch(code) is not None
        and row.status.fullmatch(status) is not None
        and row.words.search(text) is not None
    )
