"""Where the campaign stands, in one look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from outreach.campaign.our_list import filled_list
from outreach.campaign.reports.overview import Needs, Overview
from outreach.entrypoints.web.charts.speech import Speech
from outreach.entrypoints.web.kept import Look
from outreach.entrypoints.web.mailbox import mailbox_now
from outreach.entrypoints.web.pages import charts
from outreach.entrypoints.web.visit import Visit


@dataclass(frozen=True, slots=True)
class Need:
    """Something that waits for a person: how much, in words, and where it is done."""

    number: int
    words: str
    link: str
    icon: str


def overview(visit: Visit) -> Response:
    """How far it is to the goals, what needs a person, and what came when and from where."""
    look = visit.site.overview.now(visit.desk)
    kept = _kept(visit, look)
    live_now, drawings = kept["live"], kept["drawings"]
    return visit.page(
        "overview/page.html",
        now=look.value,
        mailbox=mailbox_now(visit),
        live=live_now,
        drawings=drawings,
        listed=filled_list(visit.desk),
    )


def live(visit: Visit) -> Response:
    """The numbers alone, for a page that stays open."""
    return HTMLResponse(_kept(visit, visit.site.overview.now(visit.desk))["live"])


def _kept(visit: Visit, look: Look[Overview]) -> dict[str, Markup]:
    """The parts of the page, which are made once of what was counted: they are the same for everybody."""
    return look.drawn(visit.language, lambda: _made(visit, look.value))


def _made(visit: Visit, now: Overview) -> dict[str, Markup]:
    speech, link = Speech(visit.language), links(visit)
    parts = {"live": _live(now, speech, link), "drawings": _charts(now, speech, link)}
    return {
        name: Markup(visit.site.templates.render(visit.language, f"overview/{name}.html", values))  # noqa: S704  escaped
        for name, values in parts.items()
    }


def _charts(now: Overview, speech: Speech, link: Callable[[str], str]) -> dict[str, Any]:
    return {
        "now": now,
        "time": charts.over_time(now, speech),
        "world": charts.on_the_map(now, speech, link),
        "shares": [make(now, speech, link) for make in (charts.by_country, charts.by_language, charts.by_kind)],
    }


def _live(now: Overview, speech: Speech, link: Callable[[str], str]) -> dict[str, Any]:
    return {"now": now, "needs": needs(now.needs, speech, link), "goals": charts.goals(now, speech), "link": link}


def links(visit: Visit) -> Callable[[str], str]:
    """Gives an address of ours back; "" where there is no such page."""
    paths = {route.path for route in visit.request.app.routes if isinstance(route, Route)}
    return lambda address: address if address.partition("?")[0] in paths else ""


def needs(waiting: Needs, speech: Speech, link: Callable[[str], str]) -> list[Need]:
    """What needs a person now, the most pressing first; only what there is."""
    every = (
        (waiting.review, "/review", "needs_review"),
        (waiting.without_invitee, "/review?without=city", "search"),
        (waiting.owed, "/log?owed=yes", "in_talks"),
        (waiting.in_doubt, "/letters/outbox?state=in_doubt", "warning"),
        (waiting.unreachable, "/log?state=unreachable", "unreachable"),
        (waiting.acknowledgements, "/letters/thanks", "letters"),
    )
    words = _words(waiting, speech)
    return [
        Need(number, said, link(address), icon)
        for (number, address, icon), said in zip(every, words, strict=True)
        if number
    ]


def _words(waiting: Needs, speech: Speech) -> tuple[str, ...]:
    """What each number counts."""
    return (
        speech.say_number("answer to review", "answers to review", waiting.review),
        speech.say_number("mail without a city", "mails without a city", waiting.without_invitee),
        speech.say_number("answer we owe", "answers we owe", waiting.owed),
        speech.say_number("letter in doubt", "letters in doubt", waiting.in_doubt),
        speech.say_number("dead address", "dead addresses", waiting.unreachable),
        speech.say_number("thank-you that waits", "thank-yous that wait", waiting.acknowledgements),
    )
