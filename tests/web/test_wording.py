"""Numbers and their words agree in every language, and a number is taken as it is written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from outreach.campaign.letters.agreement import MOST_LISTED, Agreement
from outreach.entrypoints.mailroom import read_everything
from outreach.entrypoints.web.pages.agreed import BETWEEN
from tests.web.launching import before_launch, launched, receive
from tests.web.server import Page

WAITS = {
    "en": "1 waits for our answer",
    "fr": "1 attend notre réponse",
    "es": "1 espera nuestra respuesta",
    "ca": "1 espera la nostra resposta",
}


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A campaign in which one of three asks something."""
    with before_launch(tmp_path_factory.mktemp("asked") / "campaign") as page:
        launched(page, 3)
        page.clock.move_to(page.clock.now() + timedelta(days=1))
        receive(page, "mayor@northam.example", "Does joining the campaign oblige us to pay a fee?")
        read_everything(page.desk)
        yield page


@pytest.mark.parametrize("language", WAITS)
def test_one_waits_and_two_wait(asked: Page, language: str) -> None:
    """What is said of one invitee is said in the singular."""
    reader = asked.someone("reader")
    reader.cookies["outreach-language"] = language
    assert WAITS[language] in reader.get("/letters/reminders").words


@pytest.mark.parametrize(("number", "language", "written"), [(1234, "en", "1,234"), (1234, "fr", "1\u202f234")])
def test_numbers_are_written_alike(asked: Page, number: int, language: str, written: str) -> None:
    """With their words as without."""
    environment = asked.site.templates.environment(language)
    shown = environment.from_string('{{ ngettext("%(num)s invitee", "%(num)s invitees", n) }} {{ n | number }}')
    assert shown.render(n=number).count(written) == 2


@pytest.mark.parametrize("typed", ["12345678", "12,345,678", "12.345.678", "12\u202f345\u202f678", "12 345 678"])
def test_a_number_is_taken_as_it_is_written(typed: str) -> None:
    """Whoever is asked to type 1,234 may do so."""
    assert BETWEEN.sub("", typed) == "12345678"


@pytest.mark.parametrize("other", ["1,5", "1.0000", "12,34,567"])
def test_other_numbers_stay_what_they_are(other: str) -> None:
    """A comma that parts no thousands makes no other number of it."""
    assert not BETWEEN.sub("", other).isdecimal()


def test_what_was_seen_makes_no_form_heavy() -> None:
    """Letter by letter for as many as a page has room for; of more it is known whether they are the same."""
    letters = {place.to_bytes(4, "big") + bytes(28): bytes(32) for place in range(MOST_LISTED + 1)}
    assert len(Agreement(letters, "digest").spelled) < 100
    letters.popitem()
    assert 1000 < len(Agreement(letters, "digest").spelled) < 30_000
