"""The confirmation log: all invitees, searched, filtered and sorted; the address of the page is the filter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response, StreamingResponse

from outreach.adapters.sheets.sheet import csv_pieces
from outreach.adapters.sheets.workbook import workbook_pieces
from outreach.adapters.store.invitees.sought import MOST_COUNTED, ORDERS, Sought
from outreach.campaign.reports.confirmations import (
    HEADER,
    end_of_day,
    every_line,
    line_cells,
    log_page,
    present,
)
from outreach.entrypoints.web.charts.speech import Speech
from outreach.entrypoints.web.pages.charts import KINDS
from outreach.entrypoints.web.pages.leaves import number_of
from outreach.entrypoints.web.visit import Visit
from outreach.entrypoints.web.words import STATES, mark
from outreach.languages.spelling import plain
from outreach.model import InviteeKind, State

PAGE, ON_PAPER = 50, 2000  # invitees
YES = ("yes", "1", "on", "true")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SORTS = {
    "name": mark("name"),
    "-name": mark("name, backwards"),
    "country": mark("country"),
    "-since": mark("latest change first"),
    "since": mark("oldest change first"),
}
FLAGS = {"review": mark("needs review"), "owed": mark("we owe an answer"), "late": mark("late")}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for, with everything that makes no sense left out."""

    values: Mapping[str, str]  # by name, as it stands in the address; only what filters or sorts
    sought: Sought
    order: str
    day: date | None

    def address(self, path: str = "/log", **other: str) -> str:
        """The address of this filter, or of one that differs in something."""
        values = {name: value for name, value in {**self.values, **other}.items() if value}
        return f"{path}?{urlencode(values)}" if values else path

    @property
    def filters(self) -> bool:
        """Whether not all invitees are asked for."""
        return any(name not in ("sort", "as_of") for name in self.values)

    @property
    def open(self) -> bool:
        """Whether something stands in the folded part of the form that is not seen beside it anyway."""
        return any(name not in ("q", "state") for name in self.values)


def asked(visit: Visit) -> Asked:
    """Reads the address."""
    given = {name: visit.query.get(name, "").strip() for name in NAMES}
    day = _day(given["as_of"])
    order = given["sort"] if given["sort"] in ORDERS else "name"
    known = {
        "q": given["q"][:100],
        "state": given["state"] if given["state"] in State._value2member_map_ else "",
        "country": given["country"].upper() if len(given["country"]) == 2 else "",  # noqa: PLR2004  ISO 3166 alpha-2
        "kind": given["kind"] if given["kind"] in InviteeKind._value2member_map_ else "",
        "language": given["language"][:35],
        "by": given["by"][:100],
        **{flag: "yes" if given[flag].lower() in YES else "" for flag in FLAGS},
        "as_of": day.isoformat() if day else "",
        "sort": order if order != "name" else "",
    }
    return Asked({name: value for name, value in known.items() if value}, _sought(visit, known, day), order, day)


NAMES = ("q", "state", "country", "kind", "language", "by", *FLAGS, "as_of", "sort")


def _day(given: str) -> date | None:
    try:
        return date.fromisoformat(given) if given else None
    except ValueError:
        return None


def _sought(visit: Visit, known: Mapping[str, str], day: date | None) -> Sought:
    is_address = "@" in known["q"]
    return Sought(
        words="" if is_address else known["q"],
        address=known["q"].lower() if is_address else "",
        state=State(known["state"]) if known["state"] else None,
        country=known["country"],
        kind=InviteeKind(known["kind"]) if known["kind"] else None,
        languages=(known["language"],) if known["language"] else (),
        late=bool(known["late"]),
        review=bool(known["review"]),
        owed=bool(known["owed"]),
        by=known["by"] if known["by"] in ("", "machine", "person") else f"person:{known['by']}",
        as_of=end_of_day(visit.desk, day) if day else None,
    )


def log(visit: Visit) -> Response:
    """A page of the log."""
    wanted = asked(visit)
    after = number_of(visit.query.get("after", ""))
    limit = ON_PAPER if visit.query.get("all") == "yes" else PAGE
    found = log_page(visit.desk, wanted.sought, wanted.order, limit, after=after)
    answer = visit.page(
        "log/page.html",
        part="found",
        asked=wanted,
        found=found,
        after=after,
        today=visit.desk.today(),
        most=MOST_COUNTED,
        on_paper=limit == ON_PAPER,
        flags=FLAGS,
        sorts=SORTS,
        **_choices(visit, wanted),
    )
    if visit.wants_part:
        answer.headers["HX-Replace-Url"] = wanted.address()
    return answer


def _choices(visit: Visit, wanted: Asked) -> dict[str, Any]:
    """What can be chosen in each filter: value and word."""
    speech, there = Speech(visit.language), present(visit.desk)
    every = ("", visit.say("any"))
    countries = sorted(((code, speech.country(code)) for code in there.countries), key=lambda one: plain(one[1]))
    languages = sorted(((code, speech.tongue(code)) for code in there.languages), key=lambda one: plain(one[1]))
    people = [one.removeprefix("person:") for one in visit.desk.store.invitee_list.deciders()]
    if wanted.values.get("by", "") not in ("", "machine", "person", *people):
        people.append(wanted.values["by"])
    return {
        "states": [every, *((state.value, visit.say(STATES[state])) for state in State)],
        "countries": [every, *countries],
        "tongues": [every, *languages],
        "deciders": [
            every,
            ("machine", visit.say("the machine")),
            ("person", visit.say("a person")),
            *((name, name) for name in people),
        ],
        "kinds": [every, *((kind.value, visit.say(KINDS.get(kind, kind))) for kind in InviteeKind)],
    }


# ---------------------------------------------------------------- as a sheet


def as_csv(visit: Visit) -> Response:
    """What is shown, whole, as CSV; sent while it is read."""
    wanted = asked(visit)
    pieces = csv_pieces(HEADER, _cells(visit, wanted))
    return StreamingResponse(pieces, media_type="text/csv; charset=utf-8", headers=_named(wanted, "csv"))


def as_xlsx(visit: Visit) -> Response:
    """The same as a workbook, likewise."""
    wanted = asked(visit)
    return StreamingResponse(
        workbook_pieces(HEADER, _cells(visit, wanted)), media_type=XLSX, headers=_named(wanted, "xlsx")
    )


def _cells(visit: Visit, wanted: Asked) -> Iterator[tuple[object, ...]]:
    return map(line_cells, every_line(visit.desk, wanted.sought, wanted.order))


def _named(wanted: Asked, ending: str) -> dict[str, str]:
    day = f"-{wanted.day.isoformat()}" if wanted.day else ""
    return {"Content-Disposition": f'attachment; filename="log{day}.{ending}"'}
