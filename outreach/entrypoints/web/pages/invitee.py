"""One invitee: where it stands, what comes next and why, its whole story, and what a person may do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.responses import Response

from outreach.adapters.store.invitees.erasure import GONE
from outreach.adapters.store.log.journal import Noted
from outreach.adapters.store.mail.inbox import Understood
from outreach.campaign.deciding import review
from outreach.campaign.deciding.writing_again import SharedAddressError, write_again
from outreach.campaign.enrolling import erasing
from outreach.campaign.reports.report import LogLine, Story, story_of
from outreach.core.reading.decisive import Quote, quoted
from outreach.core.reading.enclosures import form_fields
from outreach.entrypoints.web.charts.speech import Speech
from outreach.entrypoints.web.pages.charts import KINDS
from outreach.entrypoints.web.sayings import error_words
from outreach.entrypoints.web.visit import Visit
from outreach.entrypoints.web.words import LETTERS, READINGS, STATES, mark
from outreach.model import (
    EntryKind,
    Invitee,
    LetterKind,
    OutreachError,
    ReadingKind,
    Sentence,
    State,
    UsageError,
)

LONGEST_NOTE = 2000  # characters
LONGEST_QUOTE = 400  # characters of a sentence in the story
RECORDED = (
    *(State.CONFIRMED, State.DECLINED, State.TENTATIVE, State.IN_TALKS),
    *(State.INVITED, State.WITHDRAWN, State.UNSUBSCRIBED, State.UNREACHABLE),
)
WAYS = {
    "phone": mark("by phone"),
    "letter": mark("by letter"),
    "person": mark("in person"),
    "other": mark("another way"),
}


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, as the time line shows it."""

    at: datetime
    icon: str
    words: str
    by: str  # who did it; "" where the words say it
    note: str
    mail: Understood | None
    quote: Quote | None  # its decisive words in their sentence
    fields: tuple[tuple[str, str], ...]  # what stood in our form that came with the mail
    undone: bool


def one(visit: Visit) -> Response:
    """The page of an invitee."""
    told = story_of(visit.desk, _invitee(visit))
    invitee = told.line.invitee
    newest = visit.query.get("order") != "oldest"
    events = [*_events(visit, told)]
    speech = Speech(visit.language)
    return visit.page(
        "invitee/page.html",
        told=told,
        line=told.line,
        decisive=next((_quote(mail) for mail in told.mails if mail.mail == told.line.standing.deciding_mail), None),
        events=events[::-1] if newest else events,
        newest=newest,
        why=why(visit, told.line),
        gone=GONE,
        erased=bool(invitee.contacts) and invitee.contact.email == GONE,
        country=speech.country(invitee.country),
        kind=visit.say(KINDS.get(invitee.kind, invitee.kind)),
        tongue=speech.tongue,
        waiting=[letter for letter in told.letters if letter.settled_at is None],
        recorded=[(state.value, visit.say(STATES[state])) for state in RECORDED],
        shared=visit.query.get("write", ""),
        ways=[(way, visit.say(words)) for way, words in WAYS.items()],
    )


def _invitee(visit: Visit) -> Invitee:
    number = visit.place["invitee"]
    found = visit.desk.store.register.some([number]) if 0 < number < 10**review.LONGEST_NUMBER else {}
    if number not in found:
        raise HTTPException(404)
    return found[number]


# ---------------------------------------------------------------- the story


def _events(visit: Visit, told: Story) -> Iterator[Event]:
    undone = {noted.entry.target for noted in told.noted}
    known = {noted.entry.id: noted for noted in told.noted}
    mails = {mail.mail: mail for mail in told.mails}
    for noted in told.noted:
        entry = noted.entry
        icon, words = _said(visit, noted)
        if entry.kind is EntryKind.UNDONE and entry.target in known:
            words = visit.say("Taken back: %(what)s", what=_said(visit, known[entry.target])[1])
        mail = mails.get(entry.mail) if entry.mail is not None else None
        came_in = entry.kind in (EntryKind.ANSWER, EntryKind.REVIEW)
        yield Event(
            at=entry.at,
            icon=icon,
            words=words,
            by="" if entry.by == "machine" else entry.by.removeprefix("person:"),
            note=noted.note,
            mail=mail,
            quote=None if mail is None else _quote(mail),
            fields=form_fields(mail.reading) if mail is not None and came_in else (),
            undone=entry.id in undone,
        )


def _quote(mail: Understood, longest: int = LONGEST_QUOTE) -> Quote | None:
    words = mail.reading.words
    return quoted(words, mail.reading.new_text, longest) if words else None


PLAIN: Mapping[EntryKind, tuple[str, str]] = {  # icon, words
    EntryKind.ENROLLED: ("enrolled", mark("Taken up in the list")),
    EntryKind.REFUSED: ("unreachable", mark("The mail server refused the address")),
    EntryKind.SETTLED: ("done", mark("A mail was looked at; it says nothing that counts")),
    EntryKind.REPLIED: ("letters", mark("The secretariat answered by hand")),
    EntryKind.STOPPED: ("unsubscribed", mark("No more letters")),
    EntryKind.READDRESSED: ("letters", mark("Written again, to another address")),
}


def _said(visit: Visit, noted: Noted) -> tuple[str, str]:
    """An icon and a sentence for an entry."""
    entry = noted.entry
    if entry.kind is EntryKind.UNDONE:
        return "undo", visit.say("Something was taken back")
    if entry.kind in PLAIN:
        icon, words = PLAIN[entry.kind]
        return icon, visit.say(words)
    return _TOLD[entry.kind](visit, noted)


def _sent(visit: Visit, noted: Noted) -> tuple[str, str]:
    what, step = noted.entry.what, noted.entry.step
    word = visit.say(LETTERS[LetterKind(what)]) if what in LetterKind._value2member_map_ else what
    number = f" {step}" if what == LetterKind.REMINDER and step else ""
    return "letters", visit.say("Letter sent: %(kind)s", kind=f"{word}{number}")


def _answered(visit: Visit, noted: Noted) -> tuple[str, str]:
    late = f" ({visit.say('late')})" if noted.entry.late else ""
    return "review", visit.say("An answer came: %(what)s", what=_reading(visit, noted.entry.what)) + late


def _to_review(visit: Visit, noted: Noted) -> tuple[str, str]:
    what = _reading(visit, noted.entry.what)
    return "needs_review", visit.say("A mail came; the machine suggests: %(what)s", what=what)


def _reading(visit: Visit, what: str) -> str:
    return visit.say(READINGS[ReadingKind(what)]) if what in ReadingKind._value2member_map_ else what


def _decided(visit: Visit, noted: Noted) -> tuple[str, str]:
    what = noted.entry.what
    late = f" ({visit.say('late')})" if noted.entry.late else ""
    word = visit.say(STATES[State(what)]) if what in State._value2member_map_ else what
    return what if what in State._value2member_map_ else "done", visit.say("Decided: %(state)s", state=word) + late


def _absent(visit: Visit, noted: Noted) -> tuple[str, str]:
    until = noted.entry.until
    if until is None:
        return "clock", visit.say("An automatic reply")
    return "clock", visit.say("An automatic reply: away until %(day)s", day=Speech(visit.language).day(until))


def _bounced(visit: Visit, noted: Noted) -> tuple[str, str]:
    if noted.entry.what == "permanent":
        return "unreachable", visit.say("The letter came back: it cannot be delivered there")
    return "clock", visit.say("The letter is delayed; the mail server goes on trying")


def _held(visit: Visit, noted: Noted) -> tuple[str, str]:
    until = noted.entry.until
    day = Speech(visit.language).day(until) if until else ""
    return "clock", visit.say("No letters before %(day)s", day=day)


_TOLD: Mapping[EntryKind, Callable[[Visit, Noted], tuple[str, str]]] = {
    EntryKind.SENT: _sent,
    EntryKind.ANSWER: _answered,
    EntryKind.REVIEW: _to_review,
    EntryKind.DECIDED: _decided,
    EntryKind.ABSENT: _absent,
    EntryKind.BOUNCED: _bounced,
    EntryKind.HELD: _held,
}


# ---------------------------------------------------------------- what comes next, and why

REASONS = {
    "invite": mark("It is not invited yet."),
    "wait": mark("Reminders wait until the new letter has left."),
    "review": mark("An answer waits for a person; until then no letter leaves."),
    "answer": mark("It asks something that we have not answered; until then no reminder leaves."),
    "find_address": mark("Letters cannot be delivered to this address. Find another one, then write again."),
}


def why(visit: Visit, line: LogLine) -> list[str]:
    """Why that comes next, in sentences."""
    standing, speech = line.standing, Speech(visit.language)
    said = [visit.say(REASONS[line.next.action])] if line.next.action in REASONS else []
    if standing.stopped and standing.state is not State.UNSUBSCRIBED:
        said.append(visit.say("A person stopped all letters."))
    elif line.next.action == "none":
        said.append(visit.say(_nothing(standing.state)))
    if line.next.action in ("remind", "invite"):
        today = visit.desk.today()
        if standing.hold_until is not None and standing.hold_until > today:
            said.append(visit.say("A person waits until %(day)s.", day=speech.day(standing.hold_until)))
        if standing.absent_until is not None and standing.absent_until >= today:
            day = speech.day(standing.absent_until)
            said.append(visit.say("An automatic reply says: away until %(day)s.", day=day))
    return said


def _nothing(state: State) -> str:
    if state is State.INVITED:
        return mark("All reminders went out, or would come after the deadline.")
    if state is State.TENTATIVE:
        return mark("It has not decided yet. No reminder leaves; a call may help.")
    return mark("It has answered: nobody is reminded of what was said.")


# ---------------------------------------------------------------- what a person does


def record(visit: Visit) -> Response:
    """Records an answer that came by phone, by letter or in person."""
    state, way = visit.field("state"), visit.field("way")
    if state not in {one.value for one in RECORDED} or way not in WAYS:
        message = Sentence("choose what was answered and how it came")
        raise UsageError(message)
    heard, note = visit.say(WAYS[way]), visit.field("note").strip()[:LONGEST_NOTE]
    words = f"{heard}: {note}" if note else heard
    return _done(visit, lambda given: review.decide(visit.desk, given, state, words), visit.say(STATES[State(state)]))


def answered(visit: Visit) -> Response:
    """Notes that what it asked was answered, where the mailbox does not show it."""
    note = visit.field("note").strip()[:LONGEST_NOTE]
    return _done(visit, lambda given: review.answered(visit.desk, given, note), visit.say("it was answered"))


def hold(visit: Visit) -> Response:
    """Waits with an invitee until a day."""
    try:
        until = date.fromisoformat(visit.field("until"))
    except ValueError as error:
        message = Sentence("“%(field)s” is no day; write it like 2022-10-10", field=visit.field("until"))
        raise UsageError(message) from error
    said = visit.say("no letters before %(day)s", day=Speech(visit.language).day(until))
    return _done(visit, lambda given: review.hold(visit.desk, given, until), said)


def stop(visit: Visit) -> Response:
    """Writes no more letters to an invitee."""
    return _done(visit, lambda given: review.stop(visit.desk, given), visit.say("no more letters"))


def write(visit: Visit) -> Response:
    """Writes the letter again; to an address of another invitee only if a person says that it is shared."""
    address, shared = visit.field("address").strip(), visit.field("shared") == "yes"
    said = visit.say("the letter goes to %(address)s", address=address)

    def again(given: str) -> review.Done:
        written = write_again(visit.desk, given, address, shared=shared)
        visit.site.sender.wake(soon=True)
        return written

    return _done(visit, again, said)


def _done(visit: Visit, act: Callable[[str], review.Done], said: str) -> Response:
    invitee = _invitee(visit)
    here = f"/invitees/{invitee.number}"
    try:
        done = act(invitee.id)
    except SharedAddressError as error:  # the person is asked
        there = f"{here}?{urlencode({'write': error.address})}#write"
        return visit.go(there, error_words(visit.say, error), tone="warning")
    except OutreachError as error:
        return visit.go(here, error_words(visit.say, error), tone="error", written=visit.written)
    return visit.go(here, visit.say("%(invitee)s: %(said)s.", invitee=invitee.name, said=said), undo=done.act)


def erase(visit: Visit) -> Response:
    """Erases the personal data, if the person knows that it is for good."""
    invitee = _invitee(visit)
    if visit.field("sure") != "yes":
        message = Sentence("say that you know it cannot be taken back; nothing was erased")
        raise UsageError(message)
    done = erasing.erase(visit.desk, invitee.id)
    said = visit.say(
        "The personal data of %(name)s are erased. Please take its rows out of the list of contacts too.",
        name=invitee.name,
    )
    if done.shared_with:
        names = ", ".join(done.shared_with)
        said += " " + visit.say("Still written to at one of these addresses: %(names)s.", names=names)
    return visit.go(f"/invitees/{invitee.number}", said)
