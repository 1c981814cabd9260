"""The queue of mails that wait for a person, and the acts by which they are decided, filed and taken back."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from outreach.adapters.store.mail.mail_list import Listed, Wanted
from outreach.campaign.deciding import review
from outreach.campaign.deciding.casefile import Casefile, casefile, found_proposals
from outreach.campaign.deciding.foresight import CHOICES, SETTLE
from outreach.campaign.deciding.meanwhile import OvertakenError
from outreach.campaign.deciding.undoing import undo_own
from outreach.campaign.desk import Desk
from outreach.campaign.enrolling.finding import find_invitees
from outreach.entrypoints.web.mailbox import mailbox_now
from outreach.entrypoints.web.pages.mails import no_such_mail, shown
from outreach.entrypoints.web.sayings import error_words
from outreach.entrypoints.web.visit import Visit
from outreach.entrypoints.web.words import LETTERS, STATES
from outreach.model import Invitee, Sentence, State, UsageError

BEFORE, BEHIND = 15, 40  # mails of the list around the one that is open
NOBODY = review.NOWHERE
LONGEST_NOTE = 2000  # characters


def queue(visit: Visit) -> Response:
    """The mails that wait; at a desk the first of them lies open."""
    first = visit.desk.store.mail_list.oldest(_wanted(visit.query.get("without", "")), 1)
    opened = casefile(visit.desk, first[0].mail) if first else None
    return _page(visit, opened, chosen=False)


def one(visit: Visit) -> Response:
    """One mail of the queue, to be decided."""
    opened = casefile(visit.desk, visit.place["mail"])
    return no_such_mail(visit) if opened is None else _page(visit, opened, chosen=True)


def _wanted(without: str) -> Wanted:
    return Wanted(waiting=True, owned=without != "city")


def _page(visit: Visit, opened: Casefile | None, *, chosen: bool) -> Response:
    without = visit.query.get("without", "")
    listed = visit.desk.store.mail_list
    number = opened.mail.mail if opened is not None else 0
    rows = (*listed.newest(_wanted(without), BEFORE, before=number)[::-1], *_from(visit.desk, without, number))
    owned, nobodys = listed.waiting()
    return visit.page(
        "review/page.html",
        rows=rows,
        chosen=chosen,
        without=without,
        owned=owned,
        nobodys=nobodys,
        counted=nobodys if without == "city" else owned,
        beside=_beside(rows, number),
        mailbox=mailbox_now(visit),
        **shown(visit, opened),
        **_searched(visit, opened),
    )


def _from(desk: Desk, without: str, number: int) -> tuple[Listed, ...]:
    return desk.store.mail_list.oldest(_wanted(without), BEHIND, after=max(number - 1, 0))


def _beside(rows: tuple[Listed, ...], number: int) -> tuple[int | None, int | None]:
    """The mails before and behind one of them."""
    before = [row.mail for row in rows if row.mail < number]
    behind = [row.mail for row in rows if row.mail > number]
    return (before[-1] if before else None, behind[0] if behind else None)


# ---------------------------------------------------------------- deciding


def decide(visit: Visit) -> Response:
    """Accepts what was suggested, or says what the mail means instead."""
    mail, choice = visit.place["mail"], visit.field("choice")
    note, seen = visit.field("note").strip()[:LONGEST_NOTE], visit.field("seen")
    if choice not in CHOICES:
        message = Sentence("that is no answer; choose one of those that the mail's page offers")
        raise UsageError(message)
    try:
        done = _decided(visit.desk, mail, choice, note, seen)
    except OvertakenError as error:
        return _overtaken(visit, mail, error)
    return visit.go(_next(visit, mail), _said(visit, done.invitee, choice), undo=done.act)


def _decided(desk: Desk, mail: int, choice: str, note: str, seen: str) -> review.Done:
    if choice == SETTLE:
        return review.settle(desk, mail, note, seen=seen)
    understood = desk.store.inbox.understood(mail)
    if understood is None or understood.invitee is None:
        message = Sentence("this mail is of no invitee yet; say first whose it is")
        raise UsageError(message)
    invitee = desk.store.register.some([understood.invitee])[understood.invitee]
    return review.decide(desk, invitee.id, choice, note, mail=mail, seen=seen)


def _said(visit: Visit, invitee: Invitee | None, choice: str) -> str:
    if invitee is None:
        return visit.say("The mail no longer waits; nothing else changes.")
    return visit.say("%(invitee)s: %(state)s.", invitee=invitee.name, state=visit.say(STATES[State(choice)]))


def _overtaken(visit: Visit, mail: int, error: OvertakenError) -> Response:
    who = error.by.removeprefix("person:")
    if error.state is not None:
        words = visit.say(
            "%(person)s has just decided this: %(state)s. Nothing of yours was recorded; please look again.",
            person=who,
            state=visit.say(STATES[error.state]),
        )
    elif error.by.startswith("person:"):
        words = visit.say("%(person)s has just changed this mail. Please look again.", person=who)
    else:
        words = visit.say("Something came in that concerns this mail. Nothing was recorded; please look again.")
    return visit.go(_address(mail, visit.field("without")), words, tone="warning", written=visit.written)


def _next(visit: Visit, mail: int) -> str:
    """The next mail that waits, or the queue where none does."""
    without, listed = visit.field("without"), visit.desk.store.mail_list
    following = listed.oldest(_wanted(without), 1, after=mail) or listed.oldest(_wanted(without), 1)
    return _address(following[0].mail if following else None, without)


def _address(mail: int | None, without: str) -> str:
    path = "/review" if mail is None else f"/review/{mail}"
    return f"{path}?{urlencode({'without': 'city'})}" if without == "city" else path


# ---------------------------------------------------------------- whose mail


def cities(visit: Visit) -> Response:
    """The invitees that fit what a person types, each with what filing the mail there would do."""
    opened = casefile(visit.desk, visit.place["mail"])
    if opened is None:
        return no_such_mail(visit)
    return visit.part("review/found.html", "found", mail=opened.mail, **_searched(visit, opened))


def _searched(visit: Visit, opened: Casefile | None) -> dict[str, Any]:
    typed = visit.query.get("find", "")
    if opened is None or not typed.strip():
        return {"typed": typed, "found": ()}
    return {"typed": typed, "found": found_proposals(visit.desk, opened.mail, find_invitees(visit.desk, typed))}


def file(visit: Visit) -> Response:
    """Says whose mail it is; its sender is remembered."""
    mail, given = visit.place["mail"], visit.field("invitee")
    try:
        done = review.file(visit.desk, str(mail), given, seen=visit.field("seen"))
    except OvertakenError as error:
        return _overtaken(visit, mail, error)
    if done.invitee is None:
        return visit.go(_next(visit, mail), visit.say("The mail is of none of the invitees."), undo=done.act)
    words = visit.say("The mail is of %(invitee)s; its sender is remembered.", invitee=done.invitee.name)
    understood = visit.desk.store.inbox.understood(mail)
    waits = understood is not None and understood.needs_review
    return visit.go(f"/review/{mail}" if waits else _next(visit, mail), words, undo=done.act)


# ---------------------------------------------------------------- taking back


def undo(visit: Visit) -> Response:
    """Takes back the person's own last act, or the one that is named."""
    try:
        done = undo_own(visit.desk, visit.field("act"))
    except UsageError as error:
        return visit.go(visit.back, error_words(visit.say, error), tone="warning")
    path = visit.back if done.mail is None else _address(done.mail, _without(visit.desk, done.mail))
    if done.invitee is None:
        return visit.go(path, visit.say("Taken back."))
    words = visit.say("Taken back: %(what)s", what=done.invitee.name)
    if done.left is None:
        return visit.go(path, words)
    letter = visit.say(LETTERS[done.left])
    told = visit.say("The %(letter)s had left already: if it was wrong, please write to them.", letter=letter)
    return visit.go(path, f"{words}. {told}", tone="warning")


def _without(desk: Desk, mail: int) -> str:
    """In which queue a mail stands: that of the answers, or of mails without a city."""
    understood = desk.store.inbox.understood(mail)
    return "city" if understood is not None and understood.invitee is None else ""
