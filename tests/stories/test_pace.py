"""Sending at a pace: pause and resume from another process, and why each letter waits."""

from __future__ import annotations

import subprocess
from collections import Counter
from collections.abc import Callable

import pytest

from tests.stories.conftest import LAUNCH, Office

TOWNS = [(f"town{number}", f"Town {number}", "GB", "en") for number in range(30)]
SUNDAY = "2022-07-17T11:00:00+02:00"
BASTILLE_DAY = "2022-07-14T11:00:00+02:00"


def change(office: Office, old: str, new: str) -> None:
    """Changes a line of the settings."""
    path = office.folder / "config.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def received(office: Office) -> Counter[str]:
    """How many letters came to each address."""
    return Counter(letter.recipients[0] for letter in office.sink.letters)


def test_pause_and_resume_from_another_process(make_office: Callable[..., Office]) -> None:
    """The sender stops after the letter in hand; those who have it and those who have not are known; none comes twice."""
    office = make_office(towns=TOWNS)
    change(office, "per_minute = 0", "per_minute = 120")
    office.call("launch", "--yes", "--no-wait")
    with subprocess.Popen(
        office.command("post"), env=office.environment(), stderr=subprocess.PIPE, text=True
    ) as sender:
        office.sink.wait("mayor@town0.example", seconds=60)
        office.call("pause")
        told = sender.communicate(timeout=60)[1]
    assert sender.returncode == 5, told
    assert "paused by tester" in told
    outbox = office.call("outbox", "--json").json
    assert 0 < outbox["accepted"] == len(office.sink.letters) < 30
    waiting = [letter for letter in outbox["letters"] if letter["state"] == "ready"]
    assert len(waiting) == outbox["ready"] == 30 - outbox["accepted"]
    assert {(letter["why"], letter["attempts"]) for letter in waiting} == {("sending is paused: paused by tester", 0)}
    office.call("post", code=5)
    change(office, "per_minute = 120", "per_minute = 0")
    office.call("resume")
    office.call("post")
    assert set(received(office).values()) == {1}
    assert len(received(office)) == 30


@pytest.mark.parametrize(
    ("now", "why"),
    [
        (SUNDAY, {"vallbona": "waits: Sunday", "fairview": "waits: Sunday"}),
        (BASTILLE_DAY, {"beaumont": "public holiday", "fairview": "before 09:00 in America/Toronto"}),
    ],
)
def test_each_letter_that_waits_says_why_and_until_when(office: Office, now: str, why: dict[str, str]) -> None:
    """Weekends, public holidays of the invitee's country, and its own hours."""
    change(office, "days = []", 'days = ["mon", "tue", "wed", "thu", "fri"]')
    change(office, 'hours = "any"', 'hours = "09:00-17:00"')
    change(office, "holidays = false", "holidays = true")
    office.call("launch", "--yes", now=now)
    letters = {one["invitee"]: one for one in office.call("outbox", "--json", now=now).json["letters"]}
    for town, words in why.items():
        assert words in letters[town]["why"]
        assert letters[town]["until"] > now
    assert "until" in office.call("outbox", now=now).out


def test_a_used_up_day_is_told(office: Office) -> None:
    """What the provider takes a day has left; the others say until when they wait."""
    change(office, "per_minute = 0", "per_minute = 0\nper_day = 3")
    told = office.call("launch", "--yes").out
    assert len(office.sink.letters) == 3
    assert "at most 3 addresses within 24 hours" in told
    outbox = office.call("outbox", "--json").json
    assert (outbox["accepted"], outbox["ready"]) == (3, 5)
    waiting = [one for one in outbox["letters"] if one["state"] == "ready"]
    assert {one["why"] for one in waiting} == {"waits: at most 3 addresses within 24 hours"}
    assert all(one["until"] > LAUNCH for one in waiting)
