"""The second step: any letter to any invitee in any language, as it would be sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

from outreach.campaign.prepare import contacts_file, everybody, letter_kinds, listed_now
from outreach.campaign.preview import Shown, show_letter
from outreach.core.letters.stationery import Stationery
from outreach.core.strange import Oddity, Strange, strangest
from outreach.entrypoints.web.sayings import error_words
from outreach.entrypoints.web.security import HEADERS
from outreach.entrypoints.web.visit import Visit
from outreach.entrypoints.web.words import mark
from outreach.languages.spelling import plain
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
    people = _people(visit)
    strange = strangest(people)
    order = tuple(one.invitee for one in strange) if wanted.strange else people
    at = next((place for place, one in enumerate(order) if one.id == wanted.who), 0)
    response = visit.page(
        "letters/preview.html",
        wanted=wanted,
        total=len(people),
        strange=len(strange),
        place=at,
        many=len(order),
        **_sought(visit, people),
        **_values(visit, wanted, order, at, strange),
    )
    response.headers["Content-Security-Policy"] = f"{HEADERS['Content-Security-Policy']}; frame-src 'self'"
    return response


def _people(visit: Visit) -> tuple[Invitee, ...]:
    desk = visit.desk
    listed = listed_now(desk).invitees if contacts_file(desk).exists() else ()
    return tuple(one for one in everybody(desk, listed) if one.contacts)


def _values(
    visit: Visit, wanted: Wanted, order: tuple[Invitee, ...], at: int, strange: tuple[Strange, ...]
) -> dict[str, Any]:
    stationery = visit.desk.load_stationery()
    values: dict[str, Any] = {
        "kinds": [(_name(kind, step), kind, step) for kind, step in letter_kinds(visit.desk)],
        "languages_of_letters": sorted(stationery.languages()),
        "invitee": order[at] if order else None,
        "oddities": next((one.oddities for one in strange if order and one.invitee.id == order[at].id), ()),
        "ODDITIES": ODDITIES,
        "before": order[at - 1] if at > 0 else None,
        "after": order[at + 1] if at + 1 < len(order) else None,
        "shown": None,
        "mistake": "",
    }
    if order:
        try:
            values["shown"] = _shown(visit, stationery, wanted, order[at])
        except ConfigurationError as error:
            values["mistake"] = error_words(visit.say, error)
    return values


def _name(kind: LetterKind, step: int) -> str:
    return f"{kind.value}.{step}" if step else kind.value


def _sought(visit: Visit, people: tuple[Invitee, ...]) -> dict[str, Any]:
    """What was typed to find somebody, and who was found."""
    find = visit.query.get("find", "").strip()
    return {"find": find, "found": _found(people, find) if find else ()}


def _found(people: tuple[Invitee, ...], find: str) -> tuple[Invitee, ...]:
    words = plain(find) or find
    found = [one for one in people if find == one.id or words in plain(one.name) or find in one.name]
    return tuple(found[:MOST_FOUND])


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
    invitee = next((one for one in _people(visit) if one.id == wanted.who), None)
    if invitee is None:
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
