"""What a person wrote is given back where nothing came of it, as words, once, and never a password."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from starlette.responses import Response

from outreach.entrypoints.web.access.roles import Role
from outreach.entrypoints.web.routes import ROUTES, Row
from outreach.entrypoints.web.visit import MOST_WRITTEN, Visit
from tests.web.campaign import NOW
from tests.web.server import PASSWORD, Answer, Page, copy_of, running
from tests.web.test_review import CONFIRM, RIOSECO, decide, seen_of

NOTE = "called at ten: <b>Ms Vila</b> says yes </textarea><script>x</script>"


def given_back(answer: Answer) -> str:
    """What a page gives back."""
    found = re.search(r'<textarea id="written"[^>]*>(.*?)</textarea>', answer.text, re.DOTALL)
    assert found is None or "<" not in found[1]
    return "" if found is None else unescape(found[1])


def test_the_note_of_who_comes_second_is_not_lost(served: Page) -> None:
    """Another reviewer was quicker: the note stands on the next page, and only there."""
    one, other = served.someone("reviewer"), served.someone("sender")
    seen = seen_of(other.get(f"/review/{RIOSECO}"))
    decide(one, RIOSECO, CONFIRM)
    assert given_back(decide(other, RIOSECO, "declined", seen, note=NOTE)) == NOTE
    assert given_back(other.get(f"/review/{RIOSECO}")) == ""
    assert given_back(decide(other, RIOSECO, "declined", note=NOTE)) == ""


def test_the_note_of_what_could_not_be_recorded_is_not_lost(served: Page) -> None:
    """No answer is owed: nothing was noted."""
    reviewer = served.someone("reviewer")
    sent = reviewer.post("/invitees/1/answered", {"note": NOTE})
    assert given_back(reviewer.get(sent.headers["location"])) == NOTE
    refused = reviewer.post("/invitees/1/record", {"note": NOTE, "state": "confirmed", "way": "by air"})
    assert (refused.status, given_back(refused)) == (409, NOTE)


def test_what_was_written_outlives_a_fault(built: Path, tmp_path: Path) -> None:
    """The page breaks while it records."""

    def breaks(_visit: Visit) -> Response:
        message = "on purpose"
        raise RuntimeError(message)

    rows = (*ROUTES, Row("POST", "/fault", Role.READER, breaks))
    with running(copy_of(built, tmp_path / "campaign"), NOW, rows=rows) as page:
        answer = page.someone("reader").post("/fault", {"note": NOTE})
        assert (answer.status, given_back(answer)) == (500, NOTE)


def test_a_password_is_never_given_back(served: Page) -> None:
    """Neither where a session has ended nor anywhere else; of very much the beginning."""
    folder = Path(__file__).parents[2] / "outreach/entrypoints/web/templates"
    fields = [found for one in folder.rglob("*.html") for found in re.findall(r"[^\n]*password[^\n]*", one.read_text())]
    names = {*re.findall(r'field\("(\w+)"[^\n]*type="password"', "\n".join(fields))}
    assert len(names) > 2
    secret = dict.fromkeys(names, PASSWORD)
    reader = served.someone("reader")
    answers = [reader.post("/settings/password", secret), served.anybody().post("/login", {**secret, "name": "x"})]
    served.clock.move_to(NOW + timedelta(minutes=40))
    answers += [reader.post("/settings/password", secret), reader.post("/accounts", {**secret, "note": "a"})]
    assert [answer.status for answer in answers[2:]] == [401, 401]
    assert given_back(answers[-1]) == "a"
    assert not [answer.text for answer in answers if PASSWORD in answer.text]


@pytest.mark.parametrize("sent", [{"note": "a\0b" * 20_000}, {f"cell-{row}-1": "a" * 1000 for row in range(300)}])
def test_of_very_much_the_beginning_is_given_back(served: Page, sent: dict[str, str]) -> None:
    """Also of what no database would keep."""
    reader = served.someone("reader")
    served.clock.move_to(NOW + timedelta(minutes=40))
    assert len(given_back(reader.post("/letters/contacts/x/correct", sent))) == MOST_WRITTEN
