"""The second step: any letter to any invitee in any language, as it would be sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

from outreach.campaign.enrolling.prepare import invitee_or_listed, letter_kinds
from outreach.campaign.letters.gallery import Gallery, gallery
from outreach.campaign.letters.preview import Shown, show_letter
from outreach.core.letters.stationery import Stationery
from outreach.core.strange import Oddity, Strange
from outreach.entrypoints.web.sayings import error_words
from outreach.entrypoints.web.security import HEADERS
from outreach.entrypoints.web.visit import Visit
from outreach.entrypoints.web.words import mark
from outreach.model import ConfigurationError, Invitee, LetterKind

HERE = "/letters/preview"
VIEWS = ("desk", "phone", "text")
MOST_FOUND = 12
ODDITIES = {
    Oddity.RIGHT_TO_LEFT: mark("read from the right"),
    Oddity.SIGNS: mark("unusual signs"),
    Oddity.LONG_NAME: mark("a long name"),
    Oddity.NO_PERSON: mark("no person"),
    Oddity.NO_TITLE: mark("no title"),
}
# Our own letter shows its styles in a frame of its own: no script, no form, no picture from elsewhere, no origin.
LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'self'; base-uri 'none'; "
    "form-action 'none'"
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which letter is looked at, and how; an address says it whole."""

    letter: str = "invitation"
    who: str = ""
    language: str = ""  # "" = the invitee's own
    view: str = "desk"
    strange: str = ""  # "yes": only the strangest are gone through

    def but(self, **changed: str) -> str:
        """The address of the same with something else."""
        return f"{HERE}?{self.query(**changed)}"

    def query(self, **changed: str) -> str:
        """The same behind the “?” of an address."""
        fields = {name: getattr(self, name) for name in self.__slots__} | changed
        return urlencode({name: value for name, value in fields.items() if value})


def _wanted(visit: Visit) -> Wanted:
    query = visit.query
    view = query.get("view", "desk")
    return Wanted(
        query.get("letter", "invitation"),
        query.get("who", ""),
        query.get("language", ""),
        view if view in VIEWS else "desk",
        "yes" if query.get("strange") == "yes" else "",
    )


def preview_page(visit: Visit) -> Response:
    """One letter, and the way to the next."""
    wanted = _wanted(visit)
    look = visit.look(gallery)
    if look is None:
        return visit.looking(gallery, visit.say("Look at the letters"))
    people = look.value
    walk = _walk(visit, people, wanted)
    response = visit.page(
        "letters/preview.html",
        wanted=wanted,
        look=look,
        total=len(people.order),
        strange=len(people.strange),
        place=walk.place,
        many=walk.many,
        **_sought(visit, people),
        **_values(visit, wanted, walk, people.strange),
    )
    response.headers["Content-Security-Policy"] = f"{HEADERS['Content-Security-Policy']}; frame-src 'self'"
    return response


@dataclass(frozen=True, slots=True)
class Walk:
    """Where one stands among those that are gone through."""

    place: int
    many: int
    here: Invitee | None
    before: Invitee | None
    after: Invitee | None


def _walk(visit: Visit, people: Gallery, wanted: Wanted) -> Walk:
    if wanted.strange:
        strange = [one.invitee for one in people.strange]
        place = next((n for n, one in enumerate(strange) if one.id == wanted.who), 0)
        return _at(place, len(strange), lambda places: [strange[n] for n in places])
    place = people.place_of(visit.desk, wanted.who)
    return _at(place, len(people.order), lambda places: people.some(visit.desk, places))


def _at(place: int, many: int, some: Callable[[list[int]], list[Invitee]]) -> Walk:
    near = [n for n in (place - 1, place, place + 1) if 0 <= n < many]
    found = dict(zip(near, some(near), strict=True))
    return Walk(place, many, found.get(place), found.get(place - 1), found.get(place + 1))


def _values(visit: Visit, wanted: Wanted, walk: Walk, strange: tuple[Strange, ...]) -> dict[str, Any]:
    stationery = visit.desk.load_stationery()
    values: dict[str, Any] = {
        "kinds": [(_name(kind, step), kind, step) for kind, step in letter_kinds(visit.desk)],
        "languages_of_letters": sorted(stationery.languages()),
        "invitee": walk.here,
        "oddities": next((one.oddities for one in strange if walk.here and one.invitee.id == walk.here.id), ()),
        "ODDITIES": ODDITIES,
        "before": walk.before,
        "after": walk.after,
        "shown": None,
        "mistake": "",
    }
    if walk.here is not None:
        try:
            values["shown"] = _shown(visit, stationery, wanted, walk.here)
        except ConfigurationError as error:
            values["mistake"] = error_words(visit.say, error)
    return values


def _name(kind: LetterKind, step: int) -> str:
    return f"{kind.value}.{step}" if step else kind.value


def _sought(visit: Visit, people: Gallery) -> dict[str, Any]:
    """What was typed to find somebody, and who was found."""
    find = visit.query.get("find", "").strip()
    return {"find": find, "found": people.found(visit.desk, find, MOST_FOUND) if find else ()}


def _shown(visit: Visit, stationery: Stationery, wanted: Wanted, invitee: Invitee) -> Shown:
    """The letter that is wanted.

    Raises:
        HTTPException: There is no such letter, or no such language.
    """
    known = {_name(kind, step): (kind, step) for kind, step in letter_kinds(visit.desk)}
    if wanted.letter not in known or wanted.language not in ("", *stationery.languages()):
        raise HTTPException(404)
    return show_letter(visit.desk, stationery, invitee, *known[wanted.letter], wanted.language)


def _asked(visit: Visit) -> Shown:
    wanted = _wanted(visit)
    invitee = invitee_or_listed(visit.desk, wanted.who)
    if invitee is None or not invitee.contacts:
        raise HTTPException(404)
    return _shown(visit, visit.desk.load_stationery(), wanted, invitee)


def letter_html(visit: Visit) -> Response:
    """The letter itself, for the frame."""
    shown = _asked(visit)
    headers = {"Content-Security-Policy": LETTER_POLICY, "X-Frame-Options": "SAMEORIGIN"}
    return HTMLResponse(shown.words.html, headers=headers)


def letter_mail(visit: Visit) -> Response:
    """The whole mail as a file that mail programs open."""
    headers = {"Content-Disposition": 'attachment; filename="letter.eml"'}
    return Response(_asked(visit).mail, media_type="message/rfc822", headers=headers)


def attachment(visit: Visit) -> Response:
    """A file that goes with the letter, by its number."""
    files = _asked(visit).attachments
    number = visit.place["number"]
    if number >= len(files):
        raise HTTPException(404)
    headers = {"Content-Disposition": f'attachment; filename="attachment-{number + 1}.{_ending(files[number].name)}"'}
    return Response(files[number].content, media_type="application/octet-stream", headers=headers)


def _ending(name: str) -> str:
    ending = name.rpartition(".")[2]
    return ending if ending.isascii() and ending.isalnum() else "bin"
