"""Draws answers by country, language or kind as bars: confirmed, open, declined and silent one after another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from outreach.core.progress import Answers
from outreach.entrypoints.web.charts.chart import Chart, Key
from outreach.entrypoints.web.charts.speech import Speech
from outreach.entrypoints.web.charts.svg import cut, drawing, tag, together, width_of, words
from outreach.entrypoints.web.charts.tables import Row, Table
from outreach.entrypoints.web.words import BETWEEN

WIDTH, BAR, SIZE, STEP = 300.0, 11.0, 14.0, 42.0  # units
MOST = 8  # bars; the table has every row
PARTS = ("confirmed", "open", "declined", "silent", "waiting")


@dataclass(frozen=True, slots=True)
class Share:
    """The answers of one country, language or kind."""

    said: str
    answers: Answers
    link: str = ""


def bars_chart(name: str, title: str, head: str, shares: Sequence[Share], speech: Speech) -> Chart:
    """The chart with its table; `head` stands over the names in the table."""
    drawn, size = _drawn(name, title, shares, speech)
    keys = keys_of(sum((share.answers for share in shares), Answers()), speech)
    return Chart(name, title, "", drawn, Markup(), size, _table(title, head, shares, speech), keys)


def keys_of(total: Answers, speech: Speech) -> tuple[Key, ...]:
    """The legend, without what nobody is."""
    said = {
        "confirmed": speech.say("confirmed"),
        "open": speech.say("open"),
        "declined": speech.say("declined"),
        "silent": speech.say("silent"),
        "waiting": speech.say("not invited yet"),
    }
    return tuple(Key(part, said[part]) for part in PARTS if getattr(total, part))


def numbers_of(answers: Answers) -> tuple[int, ...]:
    """The numbers of a row of the table: all of them, and each part."""
    return (answers.invited, answers.confirmed, answers.open, answers.declined, answers.silent, answers.waiting)


def headings_of(head: str, speech: Speech) -> tuple[str, ...]:
    """What stands over them."""
    return (
        head,
        speech.say("Invited"),
        speech.say("Confirmed"),
        speech.say("Open"),
        speech.say("Declined"),
        speech.say("Silent"),
        speech.say("Not invited yet"),
    )


def _table(title: str, head: str, shares: Iterable[Share], speech: Speech) -> Table:
    rows = tuple(Row(share.said, numbers_of(share.answers), share.link) for share in shares)
    return Table(title, headings_of(head, speech), rows)


def _drawn(name: str, title: str, shares: Sequence[Share], speech: Speech) -> tuple[Markup, tuple[float, float]]:
    few, rest = (shares, ()) if len(shares) <= MOST else (shares[: MOST - 1], shares[MOST - 1 :])
    most = max((share.answers.total for share in few), default=1) or 1
    drawn = [_bar(share, n * STEP, most, speech) for n, share in enumerate(few)]
    if rest:
        drawn.append(_rest(rest, len(few) * STEP, speech))
    if not shares:
        drawn.append(words(0, SIZE, speech.say("Nobody is enrolled yet."), "tick"))
    said = speech.say(BETWEEN).join(f"{share.said}: {_value(share.answers, speech)}" for share in shares)
    size = (WIDTH, max(STEP * len(few) - 8, 0) + (SIZE * 2 if rest or not shares else 0))
    return drawing(name, title, said, size, *drawn, class_="bars-chart"), size


def _rest(rest: Sequence[Share], y: float, speech: Speech) -> Markup:
    """Those that are not drawn one by one have a line of words: together they would dwarf the others."""
    said = speech.say_number("%(number)s other", "%(number)s others", len(rest))
    value = _value(sum((share.answers for share in rest), Answers()), speech)
    return together(words(0, y + SIZE, said, "tick"), words(WIDTH, y + SIZE, value, "value", anchor="end"))


def _value(answers: Answers, speech: Speech) -> str:
    numbers = {"confirmed": speech.number(answers.confirmed), "total": speech.number(answers.total)}
    return speech.say("%(confirmed)s of %(total)s", **numbers)


def _bar(share: Share, y: float, most: int, speech: Speech) -> Markup:
    value = _value(share.answers, speech)
    room = int((WIDTH - width_of(value, SIZE) - 12) / width_of("n", SIZE))
    said = cut(share.said, room)
    parts, x = [], 0.0
    for part in PARTS:
        number = getattr(share.answers, part)
        length = number * WIDTH / most
        if number:
            parts.append(
                tag("rect", x=x, y=y + SIZE * 1.5, width=max(1.5, length - 1.5), height=BAR, class_=f"part {part}")
            )
        x += length
    return tag(
        "g",
        tag("title", f"{share.said}: {value}"),
        words(0, y + SIZE, said, "name"),
        words(WIDTH, y + SIZE, value, "value", anchor="end"),
        together(*parts),
    )
