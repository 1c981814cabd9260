"""The dates that sentences name, and which of them is a day of return."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.core.reading.automatic.absence import Dated, return_date
from outreach.core.reading.automatic.dates import Calendar, dates_in, month_first, next_day, next_weekday, words_of
from outreach.core.reading.phrasebook import Phrasebook
from outreach.core.reading.phrases import sentences
from outreach.languages import load_languages

SENT = date(2022, 7, 20)
D = date


def calendar(code: str, *, first: bool | None = False, sent: date | None = SENT) -> Calendar:
    language = load_languages().get(code)
    assert language is not None
    return Calendar(words_of((language,)), first, sent)


@pytest.mark.parametrize(
    ("code", "text", "days"),
    [
        ("en", "on 29 August 2022", [D(2022, 8, 29)]),
        ("en", "on August 29th, 2022", [D(2022, 8, 29)]),
        ("en", "the 3rd of September", [D(2022, 9, 3)]),
        ("en", "from 1 to 12 August", [D(2022, 8, 12)]),
        ("en", "on 2022-08-29", [D(2022, 8, 29)]),
        ("en", "on 29-08-2022", [D(2022, 8, 29)]),
        ("en", "on 30 February", []),
        ("en", "at 10:30 in room 12", []),
        ("fr", "du 1er au 15 août", [D(2022, 8, 15)]),
        ("fr", "le premier septembre", [D(2022, 9, 1)]),
        ("es", "el 29 de agosto del 2022", [D(2022, 8, 29)]),
        ("es", "el treinta y uno de agosto", [D(2022, 8, 31)]),
        ("ca", "el 29 d'agost", [D(2022, 8, 29)]),
        ("de", "vom 25.7. bis 12.8.", [D(2022, 7, 25), D(2022, 8, 12)]),
        ("de", "am 5. September 2022", [D(2022, 9, 5)]),
        ("it", "il 1° settembre", [D(2022, 9, 1)]),
        ("ro", "1-12 august", [D(2022, 8, 12)]),
        ("pl", "29 sierpnia", [D(2022, 8, 29)]),
        ("el", "29 Αυγούστου", [D(2022, 8, 29)]),
        ("ar", "29 أغسطس 2022", [D(2022, 8, 29)]),
        ("ja", "2022年8月29日", [D(2022, 8, 29)]),
        ("ko", "8월 1일부터 5일까지", [D(2022, 8, 5)]),
        ("zh", "8月1日至5日", [D(2022, 8, 5)]),
    ],
)
def test_dates_in_their_languages(code: str, text: str, days: list[date]) -> None:
    """In figures, names and words; of a period within a month the end."""
    assert [one.day for one in dates_in(text, calendar(code))] == days


@pytest.mark.parametrize(
    ("text", "first", "day"),
    [
        ("8/9", False, D(2022, 9, 8)),
        ("8/9", True, D(2022, 8, 9)),
        ("29/8", True, D(2022, 8, 29)),
        ("8/29", False, D(2022, 8, 29)),
        ("5/8", None, D(2022, 8, 5)),
        ("9/7", None, D(2022, 9, 7)),
    ],
)
def test_the_order_of_day_and_month(text: str, first: bool | None, day: date) -> None:
    """By custom; what is possible in one way only is read in that way; else in that which lies ahead."""
    assert [one.day for one in dates_in(text, calendar("en", first=first))] == [day]


@pytest.mark.parametrize(
    ("text", "custom", "first"),
    [
        *(("8/29 and 8/9", False, True), ("29/8", True, False), ("8/9", None, None), ("8/9", True, True)),
        ("12/ 8/22 to 26/ 8/22", None, False),
        ("5/ 4/22", None, None),
    ],
)
def test_the_order_that_a_text_shows(text: str, custom: bool | None, first: bool | None) -> None:
    """A date that can be read in one way only tells how the others are to be read."""
    assert month_first(text, custom) is first


@pytest.mark.parametrize(
    ("sent", "day"), [(D(2022, 7, 20), D(2022, 8, 5)), (D(2022, 12, 20), D(2023, 8, 5)), (D(2022, 9, 1), D(2022, 8, 5))]
)
def test_the_year_that_is_missing(sent: date, day: date) -> None:
    """The one that comes next, unless the day has only just gone by."""
    assert [one.day for one in dates_in("5 August", calendar("en", sent=sent))] == [day]


def test_without_a_date_no_year() -> None:
    """A day without a year is no date where nobody knows when the mail was sent."""
    assert dates_in("5 August", calendar("en", sent=None)) == ()


@pytest.mark.parametrize(
    ("code", "text", "day"),
    [
        ("en", "I am away until 29 August.", D(2022, 8, 29)),
        ("en", "I am away until 26 August and back on 29 August.", D(2022, 8, 29)),
        ("en", "Away from 1 August; I return on the 22nd.", D(2022, 8, 22)),
        ("en", "I am back on Monday.", D(2022, 7, 25)),
        ("en", "I am back on Monday 22.", D(2022, 8, 22)),
        ("en", "I am back in 5 days.", None),
        ("en", "The council met on 5 August.", None),
        ("fr", "Absente jusqu'au 28 août inclus, de retour le 29.", D(2022, 8, 29)),
        ("es", "Vuelvo el día 5 de septiembre.", D(2022, 9, 5)),
        ("ca", "Tancat del 16 al 30 d'agost; reprenem l'activitat el dia 31.", D(2022, 8, 31)),
        ("de", "Ab dem 15. August bin ich wieder da.", D(2022, 8, 15)),
        ("sv", "Jag är ledig t.o.m. v. 32 och tillbaka måndag v. 33.", D(2022, 8, 15)),
        ("fr", "De retour lundi (semaine 34).", D(2022, 8, 22)),
        ("nl", "Ik ben terug op maandag, week 1.", D(2023, 1, 2)),
        ("nl", "Ik ben terug op maandag, week 60.", None),
        ("tr", "15 Ağustos tarihine kadar", D(2022, 8, 15)),
        ("ja", "8月29日まで", D(2022, 8, 29)),
    ],
)
def test_days_of_return(code: str, text: str, day: date | None) -> None:
    """“Back on” goes before “until”; also a day or a weekday alone, where such a word stands beside it."""
    dates = calendar(code)
    language = load_languages().get(code)
    assert language is not None
    cues = ("back", "until", "until_behind")
    book = Phrasebook((what, phrase) for what in cues for phrase in language.automatic.get(what, ()))
    heard = [Dated(one, tuple(book.find(one)), dates_in(one.text, dates)) for one in sentences(text)]
    assert return_date(heard, dates) == day


def test_next_days() -> None:
    """A weekday that is named chooses among the days with a number, if there is one soon."""
    assert next_day(22, SENT) == D(2022, 7, 22)
    assert next_day(22, SENT, weekday=1) == D(2022, 8, 22)
    assert next_day(31, D(2022, 9, 1)) == D(2022, 10, 31)
    assert next_day(32, SENT) is None
    assert next_weekday(3, SENT) == D(2022, 7, 27)


@given(st.text(alphabet="0123456789./-– 年月日 augmay:st", max_size=60), st.sampled_from([None, True, False]))
def test_no_figures_break_the_reading(text: str, first: bool | None) -> None:
    """Whatever stands there is a date or none."""
    for one in dates_in(text, calendar("en", first=first)):
        assert 0 <= one.start < one.end <= len(text)


# ---------------------------------------------------------------- phrasebook


@pytest.mark.parametrize(
    ("phrase", "text", "words"),
    [
        ("we join", "Yes, WE join.", "WE join"),
        ("we (join|take part)", "we take part now", "we take part"),
        ("we (all|) join", "we join, we all join", "we join"),
        ("confirm~ * entry", "confirming their own entry", "confirming their own entry"),
        ("a * b", "a 1 2 3 4 5 b", None),
        ("a ** b", "a 1 2 3 4 5 b", "a 1 2 3 4 5 b"),
        ("~ferien", "Sommerferien!", "Sommerferien"),
        ("no #", "no A22", "no A22"),
        ("jusqu'au soir", "jusqu'au soir", "jusqu'au soir"),
        ("不在", "本日不在です", "不在"),
        ("until (the|)", "until the end", "until the"),
    ],
)
def test_phrases_in_a_book(phrase: str, text: str, words: str | None) -> None:
    """As phrases.py says; of phrases that begin alike the longest counts."""
    book = Phrasebook([("it", phrase), ("other", "never said")])
    found = [one for sentence in sentences(text) for one in book.find(sentence)]
    assert (found[0].words if found else None) == words
    assert {one.name for one in found} <= {"it"}
