"""Automatic replies as offices of many countries word them, and persons who write as if they were machines."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from outreach.core.reading.reader import read_mail
from outreach.languages import load_languages
from outreach.model import Mailbox, Message, Reading, ReadingKind

ABROAD = Path(__file__).resolve().parents[2] / "data" / "abroad"
SENT = datetime(2022, 7, 25, 9, tzinfo=UTC)
SUPPRESSED = (("auto-submitted", "auto-generated"), ("x-auto-response-suppress", "All"))


def read(subject: str, text: str, headers: tuple[tuple[str, str], ...]) -> Reading:
    sender = (Mailbox("", "x@town.example"),)
    return read_mail(Message("", subject, sender, (), (), (), (), None, SENT, (), (), headers, text), load_languages())


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (ABROAD / name).read_text("utf-8").splitlines()]


@pytest.mark.parametrize("row", rows("machines.jsonl"), ids=lambda row: row["text"][:30])
def test_a_machine_replies(row: dict[str, Any]) -> None:
    """Found, and never a yes; with the day of return and the substitute, if it names them."""
    reading = read(row["subject"], row["text"], SUPPRESSED)
    assert (reading.kind, reading.decided) == (ReadingKind.AUTO_REPLY, True)
    assert reading.return_date == (date.fromisoformat(row["back"]) if row["back"] else None)
    assert reading.redirect_to == row["stand_in"]


@pytest.mark.parametrize("row", rows("persons.jsonl"), ids=lambda row: row["text"][:30])
def test_a_person_replies(row: dict[str, Any]) -> None:
    """Holidays, others' absences, numbers of requests and stamps of service desks make nobody a machine."""
    reading = read(row["subject"], row["text"], SUPPRESSED if row["stamped"] else ())
    assert reading.kind is not ReadingKind.AUTO_REPLY
    assert row["kind"] is None or reading.kind == row["kind"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Kommunstyrelsen har beslutat att Lund ansluter sig till kampanjen.", "confirm"),
        ("Kommunstyrelsen har beslutat att inte ansluta sig till kampanjen.", "decline"),
        ("Благодарим за приглашение, однако город не будет участвовать в кампании.", "decline"),
        ("Доброго дня! Місто Львів приєднується до кампанії.", "confirm"),
        ("Дякуємо, але місто не братиме участі: рада не буде долучатися до кампанії.", "decline"),
        ("Dzień dobry, miasto Gdańsk przystępuje do kampanii.", "confirm"),
        ("Konu eylül ayında belediye meclisinde görüşülecektir.", "tentative"),
        ("ご案内ありがとうございます。現在、庁内で検討しております。", "tentative"),
    ],
)
def test_what_languages_of_phrases_suggest(text: str, kind: str) -> None:
    """Whoever they speak of: “the town joins” as well as “we join”; a person decides."""
    reading = read("Re: Invitation", text, ())
    assert (reading.kind, reading.decided) == (kind, False)
