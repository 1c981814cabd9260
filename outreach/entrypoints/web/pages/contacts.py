"""The first step: a list of contacts is sent, looked at row by row, corrected in place, and enrolled."""

from __future__ import annotations

import re
from typing import Any

from starlette.responses import Response

from outreach.bootstrap import uploads
from outreach.campaign.enrolling.uploading import (
    Looked,
    bad_rows_file,
    correct,
    enrol_upload,
    look_at,
    put_away,
    take_upload,
)
from outreach.campaign.our_list import filled_list
from outreach.entrypoints.web.access.roles import Role
from outreach.entrypoints.web.sayings import error_words
from outreach.entrypoints.web.visit import Visit
from outreach.model import ConfigurationError, UsageError

HERE = "/letters/contacts"
MOST_CELLS = 300  # that one form holds
LONGEST_VERSION = 9  # digits
MOST_NAMES = 200  # of new or changed invitees that are shown
EXAMPLE = """name,country,email,person,title,gender,language,cc,kind,notes
Northam,GB,mayor@northam.example,Ada Whitcombe,Mayor,f,en,,city,
Vallbona de la Serra,ES,alcaldia@vallbona.example,Mercè Puigdemunt,Alcaldessa,f,ca,secretaria@vallbona.example,city,
"""
CELL = re.compile(r"cell-(\d{1,9})-(\d{1,4})")


def contacts_page(visit: Visit) -> Response:
    """Who is enrolled, and a place for a list."""
    return _page(visit)


def _page(visit: Visit, mistake: str = "", status: int = 200) -> Response:
    desk = visit.desk
    return visit.page(
        "letters/contacts.html",
        status=status,
        enrolled=desk.store.figures.enrolled(),
        listed=filled_list(desk),
        mistake=mistake,
        waiting=uploads(desk).waiting() if visit.person is not None and visit.person.may(Role.SENDER) else {},
    )


def example(visit: Visit) -> Response:  # noqa: ARG001  the same for everybody
    """A list to begin with: the columns, and two rows that show what goes into them."""
    named = {"Content-Disposition": 'attachment; filename="contacts-example.csv"'}
    return Response("\ufeff" + EXAMPLE, media_type="text/csv; charset=utf-8", headers=named)


def send(visit: Visit) -> Response:
    """Takes a list; nothing is enrolled yet."""
    file = visit.upload("file")
    if file is None:
        return _page(visit, visit.say("Choose a file first."), 422)
    try:
        token = take_upload(visit.desk, uploads(visit.desk), file.filename or "", file.file.read())
    except (ConfigurationError, UsageError) as error:
        return _page(visit, error_words(visit.say, error), 422)
    return visit.go(f"{HERE}/{token}")


def list_page(visit: Visit) -> Response:
    """What a list holds, and its mistakes row by row."""
    return visit.page("letters/list.html", **_values(_looked(visit)), token=visit.place["token"])


def _looked(visit: Visit) -> Looked:
    return look_at(visit.desk, uploads(visit.desk), visit.place["token"])


def _acted_on(visit: Visit) -> Looked:
    """The list, if it is still as the person saw it."""
    version = visit.field("version")
    seen = int(version) if version.isdecimal() and len(version) < LONGEST_VERSION else -1
    return look_at(visit.desk, uploads(visit.desk), visit.place["token"], seen)


def _values(looked: Looked) -> dict[str, Any]:
    names = {one.id: one.name for one in looked.enrolment.invitees}
    bad = looked.enrolment.bad_rows
    shown = max(1, MOST_CELLS // max(1, len(looked.upload.header)))
    return {
        "looked": looked,
        "bad": bad[:shown],
        "more_bad": max(0, len(bad) - shown),
        "new": [names[key] for key in looked.would.new[:MOST_NAMES]],
        "changed": [names[key] for key in looked.would.changed[:MOST_NAMES]],
        "good": len(looked.enrolment.invitees),
    }


def correct_rows(visit: Visit) -> Response:
    """Takes corrected cells and looks again."""
    cells = {
        (int(found[1]), int(found[2])): visit.field(name)
        for name in visit.form
        if (found := CELL.fullmatch(name)) is not None
    }
    token = visit.place["token"]
    correct(uploads(visit.desk), token, _acted_on(visit), cells)
    left = len(_looked(visit).enrolment.bad_rows)
    if left:
        said = visit.say_number("%(num)s row still has a mistake.", "%(num)s rows still have mistakes.", left)
        return visit.go(f"{HERE}/{token}", said, tone="warning")
    return visit.go(f"{HERE}/{token}", visit.say("Every row is right now."))


def enrol(visit: Visit) -> Response:
    """Enrols the list; with mistakes only if the bad rows are to be left for later."""
    skip_bad = visit.field("skip_bad") == "yes"
    done = enrol_upload(visit.desk, uploads(visit.desk), visit.place["token"], _acted_on(visit), skip_bad=skip_bad)
    said = visit.say(
        "Enrolled: %(new)s new, %(changed)s changed, %(unchanged)s as they were.",
        new=len(done.new),
        changed=len(done.changed),
        unchanged=done.unchanged,
    )
    if uploads(visit.desk).find(visit.place["token"]) is not None:
        return visit.go(f"{HERE}/{visit.place['token']}", said)
    return visit.go(HERE, said)


def drop(visit: Visit) -> Response:
    """Puts the list away."""
    looked = _acted_on(visit)
    put_away(uploads(visit.desk), visit.place["token"], looked)
    return visit.go(HERE, visit.say("The list %(name)s is put away.", name=looked.upload.name))


def bad_rows(visit: Visit) -> Response:
    """The bad rows as a file that can be corrected and sent again."""
    headers = {"Content-Disposition": 'attachment; filename="bad-rows.csv"'}
    return Response(bad_rows_file(_looked(visit)), media_type="text/csv; charset=utf-8", headers=headers)
