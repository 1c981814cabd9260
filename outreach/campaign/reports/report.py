"""Says where the campaign stands: the confirmation log, one invitee's story, the progress, the mail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from outreach.adapters.store.log.journal import Noted
from outreach.adapters.store.mail.inbox import Understood
from outreach.campaign.desk import Desk
from outreach.core.progress import Milestone, milestones, tally
from outreach.model import (
    Invitee,
    Letter,
    LetterState,
    Match,
    NextAction,
    Reading,
    ReadingKind,
    Standing,
    State,
    Trust,
    Verdict,
)


@dataclass(frozen=True, slots=True)
class LogLine:
    """One invitee in the confirmation log."""

    invitee: Invitee
    standing: Standing
    evidence: str | None
    next: NextAction


@dataclass(frozen=True, slots=True)
class Status:
    """The progress, in numbers of invitees."""

    counts: Mapping[State, int]
    invited: int
    silent: int
    in_review: int
    without_invitee: int
    owed: int
    milestones: tuple[Milestone, ...]
    target: Milestone | None
    target_name: str
    target_date: date | None
    deadline: date
    days_left: int
    letters: Mapping[LetterState, int]
    paused: str | None
    mailbox: str | None  # why it cannot be read; None: it can


@dataclass(frozen=True, slots=True)
class Story:
    """The whole history of one invitee."""

    line: LogLine
    noted: tuple[Noted, ...]
    letters: tuple[Letter, ...]
    mails: tuple[Understood, ...]


def log_lines(desk: Desk, *, state: State | None = None, as_of: datetime | None = None) -> tuple[LogLine, ...]:
    """The confirmation log, now or as it was at a moment, in the order of enrolment."""
    invitees = desk.store.register.all()
    standings = {n: s for n, s in desk.store.journal.standings(as_of=as_of).items() if state in (None, s.state)}
    words = desk.store.inbox.words([s.deciding_mail for s in standings.values() if s.deciding_mail is not None])
    now = desk.now() if as_of is None else as_of
    return tuple(_line(desk, invitees[n], s, words, now) for n, s in sorted(standings.items()))


def lines_of(desk: Desk, numbers: Sequence[int], as_of: datetime | None = None) -> tuple[LogLine, ...]:
    """The same of some invitees, in the order in which they are given."""
    invitees = desk.store.register.some(numbers)
    standings = desk.store.journal.some(numbers, as_of=as_of)
    words = desk.store.inbox.words([s.deciding_mail for s in standings.values() if s.deciding_mail is not None])
    now = desk.now() if as_of is None else as_of
    return tuple(_line(desk, invitees[n], standings[n], words, now) for n in numbers if n in standings)


def _line(desk: Desk, invitee: Invitee, standing: Standing, words: Mapping[int, str], now: datetime) -> LogLine:
    evidence = words.get(standing.deciding_mail) if standing.deciding_mail is not None else None
    return LogLine(invitee, standing, evidence, desk.next_for(invitee, standing, now))


def story(desk: Desk, given: str) -> Story:
    """One invitee's whole history, what comes next and why."""
    return story_of(desk, desk.invitee(given))


def story_of(desk: Desk, invitee: Invitee) -> Story:
    """The same of an invitee that is at hand."""
    standing = desk.store.journal.standing(invitee.number)
    words = desk.store.inbox.words([standing.deciding_mail] if standing.deciding_mail is not None else [])
    return Story(
        _line(desk, invitee, standing, words, desk.now()),
        desk.store.journal.story(invitee.number),
        desk.store.outbox.letters(invitee=invitee.number),
        tuple(desk.store.inbox.every(invitee=invitee.number)),
    )


def status(desk: Desk) -> Status:
    """The progress toward the milestones."""
    standings = desk.store.journal.standings()
    count = tally(standings.values())
    confirmed = [s.since for s in standings.values() if s.state is State.CONFIRMED and s.since is not None]
    settings = desk.settings.campaign
    goals = milestones(confirmed, settings.milestones, settings.timezone)
    target = milestones(confirmed, (settings.target.goal,), settings.timezone)[0] if settings.target else None
    waiting = list(desk.store.inbox.every(waiting=True))
    return Status(
        counts=count.by_state,
        invited=count.invited,
        silent=count.silent,
        in_review=sum(1 for mail in waiting if mail.invitee is not None),
        without_invitee=sum(1 for mail in waiting if mail.invitee is None),
        owed=sum(1 for s in standings.values() if s.we_owe),
        milestones=goals,
        target=target,
        target_name=settings.target.name if settings.target else "",
        target_date=settings.target.date if settings.target else None,
        deadline=settings.deadline,
        days_left=(settings.deadline - desk.today()).days,
        letters=desk.store.outbox.counts(),
        paused=desk.store.switches.get("paused"),
        mailbox=desk.store.switches.get("mailbox"),
    )


def mails_waiting(desk: Desk) -> int:
    """How many mails wait for a person."""
    return sum(desk.store.mail_list.waiting())


def inbox(desk: Desk) -> tuple[tuple[Understood, Invitee | None], ...]:
    """Every mail that is kept, with the invitee it is of."""
    mails = (*desk.store.inbox.every(), *(_unread(desk, mail) for mail in desk.store.inbox.unread()))
    invitees = desk.store.register.some({m.invitee for m in mails if m.invitee is not None})
    return tuple((m, invitees.get(m.invitee) if m.invitee is not None else None) for m in mails)


def _unread(desk: Desk, mail: int) -> Understood:
    """A mail that is kept and was not read yet: it is listed too."""
    kept = desk.store.inbox.mail(mail)
    why = "kept, and not read yet; outreach collect reads it"
    return Understood(
        mail=mail,
        message_id="",
        from_name="",
        from_address="",
        subject="",
        answered_at=desk.now() if kept is None else kept.received_at or kept.collected_at,
        reading=Reading(ReadingKind.UNCLEAR, decided=False, language=None, new_text=""),
        match=Match(None, ""),
        trust=Trust(Verdict.REVIEW, why),
        needs_review=True,
        why=why,
    )
