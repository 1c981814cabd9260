"""Notices of mail systems of many countries, without a report: who was not reached, and why."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from outreach.core.reading.bounces import read_bounce
from outreach.core.reading.notices.reasons import ADDRESS_IS_DEAD
from outreach.core.reading.opening.message import open_mail
from outreach.model import Bounce

ABROAD = Path(__file__).resolve().parents[2] / "data" / "abroad"
NOTICES = [json.loads(line) for line in (ABROAD / "notices.jsonl").read_text("utf-8").splitlines()]


def read(sender: str, subject: str, text: str) -> Bounce | None:
    head = f"Return-Path: <>\nFrom: {sender}\nTo: us@campaign.example\nSubject: {subject}\n"
    kind = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n"
    return read_bounce(open_mail(f"{head}{kind}\n{text}\n".encode()))


@pytest.mark.parametrize("row", NOTICES, ids=lambda row: row["subject"])
def test_a_notice(row: dict[str, str]) -> None:
    """The recipient and nobody else; permanent where the address is dead."""
    bounce = read(row["sender"], row["subject"], row["text"])
    assert bounce is not None
    assert (bounce.recipients, bounce.reason) == ((row["recipient"],), row["reason"])
    assert bounce.permanent is (row["reason"] in ADDRESS_IS_DEAD)


@pytest.mark.parametrize(
    ("sender", "subject", "text"),
    [
        ("MAILER-DAEMON@town.example", "Ne peut", "Zxcv qwer tyui: mayor@town.example"),  # in words that nobody knows
        ("MAILER-DAEMON@town.example", "Notice", "About <mayor@town.example>"),
    ],
)
def test_a_mail_system_writes_nothing_but_notices(sender: str, subject: str, text: str) -> None:
    """A notice all the same, and nothing is lost by it."""
    bounce = read(sender, subject, text)
    assert bounce is not None
    assert (bounce.recipients, bounce.permanent) == (("mayor@town.example",), False)


@pytest.mark.parametrize(
    ("sender", "subject", "text"),
    [
        ("ann@northam.example", "Re: Invitation", "Your letter could not be delivered: the mailbox was full. Ann"),
        ("ann@northam.example", "Re: Invitation", "Our answer is delayed; the council meets in September.\n\nAnn"),
        ("clerk@northam.example", "Returned to sender: your paper letter", "It came back by post. We join anyway!"),
        ("postmaster@northam.example", "Re: Invitation", "We confirm that Northam joins. Write to x@northam.example."),
        ("MAILER-DAEMON@northam.example", "Re: Invitation", "We confirm that Northam joins."),
    ],
)
def test_what_a_person_writes(sender: str, subject: str, text: str) -> None:
    """Letters that came back are spoken of by persons too."""
    head = f"From: {sender}\nTo: us@campaign.example\nSubject: {subject}\nContent-Type: text/plain; charset=utf-8\n"
    assert read_bounce(open_mail(f"{head}\n{text}\n".encode())) is None
