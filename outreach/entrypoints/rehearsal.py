"""Plays the whole campaign on a virtual clock: real verbs, real SMTP and IMAP, scripted town halls."""

from __future__ import annotations

import contextlib
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

from outreach.adapters.config import load_settings
from outreach.bootstrap import (
    EMBEDDED_PASSWORD,
    REHEARSAL,
    embedded_mailbox,
    embedded_relay,
    make_desk,
    open_mailbox,
    postmen,
    without_limits,
)
from outreach.campaign.answers.replies import read_new
from outreach.campaign.answers.taking_in import Source
from outreach.campaign.deciding import review
from outreach.campaign.deciding.writing_again import write_again
from outreach.campaign.desk import Desk
from outreach.campaign.enrolling.prepare import check, import_contacts, read_contacts
from outreach.campaign.letters.followup import due_reminders, queue_due, waiting_acknowledgements
from outreach.campaign.letters.mailing import plan_launch, queue_invitations
from outreach.campaign.our_list import contacts_file
from outreach.campaign.sending.handing_over import Postman
from outreach.campaign.sending.posting import post
from outreach.entrypoints.mailroom import take_everything
from outreach.entrypoints.rehearsed_folder import command_to_open, folder_to_open
from outreach.entrypoints.town_halls import OUR_MX, Answer, TownHalls, cast, read_script
from outreach.model import ConfigurationError, LetterState, OutreachError, ReadingKind, State
from outreach.settings import Settings

BEFORE_DEADLINE = timedelta(days=62)  # the letter of 15 July asks for an answer by 15 September
AFTER_DEADLINE = timedelta(days=25)
STEP = timedelta(minutes=30)  # events are gathered in half hours
OFFICE = time(10, 0)  # the secretariat looks at its answers
REVIEW_DAYS = (1, 4)  # on Tuesdays and Fridays
WAITING = (LetterState.READY, LetterState.DEFERRED)
UNTOUCHED = timedelta(days=8)  # the last answers are left for you to review

# Where an invitee stands after an answer that a person has read.
TRUTH = {
    ReadingKind.CONFIRM: "confirmed",
    ReadingKind.DECLINE: "declined",
    ReadingKind.TENTATIVE: "tentative",
    ReadingKind.QUESTION: "in_talks",
    ReadingKind.REDIRECT: "in_talks",
    ReadingKind.ACKNOWLEDGE: "invited",
    ReadingKind.WITHDRAW: "withdrawn",
    ReadingKind.UNSUBSCRIBE: "unsubscribed",
}


# How the calendar calls what was received.
SAID = {
    ReadingKind.CONFIRM: "yes",
    ReadingKind.DECLINE: "no",
    ReadingKind.TENTATIVE: "not decided",
    ReadingKind.QUESTION: "question",
    ReadingKind.REDIRECT: "other person",
    ReadingKind.ACKNOWLEDGE: "receipt",
    ReadingKind.AUTO_REPLY: "out of office",
    ReadingKind.BOUNCE: "undeliverable",
    ReadingKind.WITHDRAW: "withdrawal",
    ReadingKind.UNSUBSCRIBE: "write no more",
    ReadingKind.UNRELATED: "other business",
    ReadingKind.UNCLEAR: "unclear",
}


class VirtualClock:
    """A clock that stands still until it is moved."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        """The moment, aware, in UTC."""
        return self._now

    def move_to(self, moment: datetime) -> None:
        """Goes on to a moment; never back."""
        self._now = max(self._now, moment)


class Column(StrEnum):
    """Where in the calendar something stands."""

    OUT = "letters out"
    IN = "answers in"
    OFFICE = "the secretariat"


@dataclass
class Diary:
    """What happened on each day, counted."""

    zone: ZoneInfo
    days: dict[date, dict[Column, Counter[str]]] = field(default_factory=dict)

    def note(self, moment: datetime, column: Column, what: str, number: int = 1) -> None:
        """Something happened, so many times."""
        if number:
            day = self.days.setdefault(moment.astimezone(self.zone).date(), {one: Counter() for one in Column})
            day[column][what] += number


@dataclass
class Play:
    """Everything on the stage."""

    desk: Desk
    clock: VirtualClock
    mailbox: Source
    deliver: Callable[[bytes, datetime], None]
    make_postman: Callable[[], Postman]
    town_halls: TownHalls
    diary: Diary
    end: datetime
    next_review: datetime


def rehearse(folder: Path, *, keep: Path | None, say: Callable[[str], None]) -> int:
    """Plays the campaign of a folder from launch to the end and prints the report; gives the exit code."""
    from outreach.entrypoints.rehearsal_report import print_report  # noqa: PLC0415

    given = load_settings(folder / "config.toml")
    settings = _settings(given)
    stage = (keep or folder / REHEARSAL).resolve()
    _clear(stage)
    say(f"Rehearsing {settings.campaign.name} …")
    with _stage(folder, stage, settings) as play:
        _launch(play)
        _run(play)
        shown = folder_to_open(folder, stage, settings, is_rehearsal=given.campaign.mode == "rehearsal")
        print_report(play, stage, command_to_open(shown, play.clock.now()))
    return 0


def _settings(settings: Settings) -> Settings:
    return replace(
        without_limits(settings),
        campaign=replace(settings.campaign, mode="rehearsal"),
        inbox=replace(settings.inbox, authserv_id=OUR_MX),
    )


def _clear(stage: Path) -> None:
    """An earlier rehearsal makes room; anything else in the way stays and stops us."""
    if stage.exists() and any(stage.iterdir()) and not (stage / "outreach.db").exists():
        message = f"{stage} holds something else than a rehearsal; name another folder with --keep"
        raise OutreachError(message)
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir(parents=True, mode=0o700)


@contextlib.contextmanager
def _stage(folder: Path, stage: Path, settings: Settings) -> Iterator[Play]:
    zone = ZoneInfo(settings.campaign.timezone)
    start = datetime.combine(settings.campaign.deadline - BEFORE_DEADLINE, time(9), tzinfo=zone).astimezone(UTC)
    last = settings.campaign.target.date if settings.campaign.target else settings.campaign.deadline + AFTER_DEADLINE
    clock = VirtualClock(start)
    desk = make_desk(folder, settings, clock, "rehearsal", home=stage)
    if not import_contacts(desk).enrolled.new:
        message = "contacts.csv names nobody; add a row for each city or territory, or rehearse the repository's own"
        raise ConfigurationError(message)
    invitees = tuple(desk.store.register.all().values())
    halls = TownHalls(cast(read_script(), invitees), invitees, settings.sender.address)

    def take(_sender: str, recipients: list[str], data: bytes) -> str | None:
        return halls.take(recipients, data, clock.now())

    with (
        embedded_relay(stage / "outbox", take) as smtp,
        embedded_mailbox(stage / "mailbox") as (inbox, server),
        open_mailbox(inbox, EMBEDDED_PASSWORD, folder) as opened,
        contextlib.closing(desk.store),
    ):
        yield Play(
            desk=desk,
            clock=clock,
            mailbox=opened,
            deliver=server.deliver,
            make_postman=postmen(smtp, None),
            town_halls=halls,
            diary=Diary(zone),
            end=datetime.combine(last, time(18), tzinfo=zone).astimezone(UTC),
            next_review=_next_review(start, zone),
        )


def _next_review(after: datetime, zone: ZoneInfo) -> datetime:
    day = after.astimezone(zone).date() + timedelta(days=1)
    while day.weekday() not in REVIEW_DAYS:
        day += timedelta(days=1)
    return datetime.combine(day, OFFICE, tzinfo=zone).astimezone(UTC)


# ---------------------------------------------------------------- the play


def _launch(play: Play) -> None:
    errors = [finding for finding in check(play.desk) if not finding.warning]
    if errors:
        message = "the campaign has errors; nothing was rehearsed"
        raise ConfigurationError(message, tuple(errors))
    stationery = play.desk.load_stationery()
    plan = plan_launch(play.desk, stationery, listed=read_contacts(contacts_file(play.desk)).invitees)
    queue_invitations(play.desk, stationery, plan.invitees)


def _run(play: Play) -> None:
    while True:
        _half_hour(play)
        coming = _next_event(play)
        if coming is None or coming > play.end:
            play.clock.move_to(play.end)
            _half_hour(play)
            return
        play.clock.move_to(_rounded(coming))


def _rounded(moment: datetime) -> datetime:
    seconds = STEP.total_seconds()
    return datetime.fromtimestamp(-(-moment.timestamp() // seconds) * seconds, UTC)


def _half_hour(play: Play) -> None:
    """What the daemon does, and on its days the secretariat."""
    _receive(play)
    if play.clock.now() >= play.next_review:
        _secretariat(play)
        play.next_review = _next_review(play.clock.now(), play.diary.zone)
    queue_due(play.desk, due_reminders(play.desk))
    _send(play)


def _next_event(play: Play) -> datetime | None:
    now = play.clock.now()
    outbox = play.desk.store.outbox.next_due()
    events = [play.town_halls.next_at(), outbox, _next_reminder(play), play.next_review]
    coming = [max(event, now + timedelta(seconds=1)) for event in events if event is not None]
    return min(coming, default=None)


def _next_reminder(play: Play) -> datetime | None:
    desk, now = play.desk, play.clock.now()
    invitees = desk.store.register.all()
    moments = []
    for number, standing in desk.store.journal.standings().items():
        action = desk.next_for(invitees[number], standing, now)
        if action.action == "remind" and action.at is not None and action.at > now:
            moments.append(action.at)
    return min(moments, default=None)


def _send(play: Play) -> None:
    outbox = play.desk.store.outbox
    before = outbox.letters(states=WAITING)
    post(play.desk, play.make_postman)
    after = {letter.id: letter for letter in outbox.letters(states=WAITING)}
    for waited in before:
        letter = after.get(waited.id) or outbox.letter(waited.id)
        if letter is not None and letter.state not in {waited.state, LetterState.READY}:
            name = f"{letter.key.kind.value} {letter.key.step}" if letter.key.step else letter.key.kind.value
            how = "" if letter.state is LetterState.ACCEPTED else f" {letter.state.value.replace('_', ' ')}"
            play.diary.note(play.clock.now(), Column.OUT, f"{name}{how}")


def _receive(play: Play) -> None:
    arrived = list(play.town_halls.arrived(play.clock.now()))
    if not arrived:
        return
    for coming in arrived:
        play.deliver(coming.raw, coming.at)
    known = set(play.desk.store.inbox.mails())
    take_everything(play.desk, play.mailbox)
    read_new(play.desk)
    for mail in play.desk.store.inbox.every():
        if mail.mail not in known:
            what = "for review" if mail.needs_review else SAID[mail.reading.kind]
            play.diary.note(play.clock.now(), Column.IN, what)


# ---------------------------------------------------------------- the secretariat


def _secretariat(play: Play) -> None:
    """Decides what waits as a careful reader would, answers questions, writes to substitutes, sends the thanks."""
    now = play.clock.now()
    for mail in list(play.desk.store.inbox.every(waiting=True)):
        answer = play.town_halls.truth.get(mail.message_id)
        if answer is not None and now + UNTOUCHED < play.end:
            _decide(play, mail.mail, mail.invitee, answer)
    _write_to_substitutes(play)
    due = waiting_acknowledgements(play.desk)
    queue_due(play.desk, due)
    play.diary.note(now, Column.OFFICE, "acknowledged", len(due))


def _decide(play: Play, mail: int, invitee: int | None, answer: Answer) -> None:
    if invitee is None:
        review.file(play.desk, str(mail), answer.invitee)
    state = TRUTH.get(answer.kind)
    if state is None:
        with contextlib.suppress(OutreachError):
            review.settle(play.desk, mail)
    else:
        review.decide(play.desk, answer.invitee, state, "as the mail says", mail=mail)
    play.diary.note(play.clock.now(), Column.OFFICE, "reviewed")


def _write_to_substitutes(play: Play) -> None:
    standings = play.desk.store.journal.standings()
    for mail in play.desk.store.inbox.every():
        if mail.reading.kind is not ReadingKind.REDIRECT or not mail.reading.redirect_to or mail.invitee is None:
            continue
        standing = standings.get(mail.invitee)
        if standing is None or standing.state is not State.IN_TALKS or not standing.we_owe:
            continue
        invitee = play.desk.store.register.some([mail.invitee])[mail.invitee]
        with contextlib.suppress(OutreachError):
            write_again(play.desk, invitee.id, mail.reading.redirect_to)
            play.town_halls.knows(mail.reading.redirect_to, invitee)
            play.diary.note(play.clock.now(), Column.OFFICE, "to a colleague")
