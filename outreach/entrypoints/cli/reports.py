"""Commands that report: log, story, status."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

from outreach.adapters.store.log.journal import Noted
from outreach.adapters.store.mail.inbox import Understood
from outreach.campaign.desk import Desk
from outreach.campaign.reports.confirmations import HEADER, end_of_day, line_cells, line_json
from outreach.campaign.reports.report import LogLine, Status, Story
from outreach.core.counting import counted
from outreach.entrypoints.cli.app import Call, command
from outreach.entrypoints.cli.show import as_json, day_and_time, moment, printable, table
from outreach.model import EntryKind, LetterState, State, UsageError


@command("log")
@click.option("--state", metavar="S", help="Only invitees in this state.")
@click.option("--as-of", metavar="DATE", help="As it was at the end of that day.")
@click.option("--json", "wants_json", is_flag=True, help="For programs.")
@click.option("--csv", "csv_file", type=click.Path(path_type=Path), metavar="FILE", help="Export.")
@click.option("--xlsx", "xlsx_file", type=click.Path(path_type=Path), metavar="FILE", help="Export.")
def log_(
    call: Call, state: str | None, as_of: str | None, csv_file: Path | None, xlsx_file: Path | None, *, wants_json: bool
) -> None:
    """Show or export the confirmation log."""
    from outreach.adapters.sheets.sheet import write_csv, write_xlsx  # noqa: PLC0415
    from outreach.campaign.reports.report import log_lines  # noqa: PLC0415

    desk = call.desk()
    lines = log_lines(desk, state=_state(state), as_of=_end_of(desk, as_of))
    for file, write in ((csv_file, write_csv), (xlsx_file, write_xlsx)):
        if file is not None:
            write(file, HEADER, [line_cells(line) for line in lines])
            call.say(f"{counted(len(lines), 'invitee is', 'invitees are')} in {file}")
    if wants_json:
        as_json([line_json(line) for line in lines])
    elif csv_file is None and xlsx_file is None:
        _show_log(desk, lines)


def _state(given: str | None) -> State | None:
    if given is None:
        return None
    try:
        return State(given.lower().replace(" ", "_").replace("-", "_"))
    except ValueError as error:
        message = f"“{given}” is no state; take one of {', '.join(state.value for state in State)}"
        raise UsageError(message) from error


def _end_of(desk: Desk, given: str | None) -> datetime | None:
    if given is None:
        return None
    try:
        if len(given) > len("2022-09-15"):
            at = datetime.fromisoformat(given)
            at = (at.replace(tzinfo=UTC) if at.tzinfo is None else at).astimezone(UTC)
            return min(at, end_of_day(desk, date.max))
        day = date.fromisoformat(given)
    except (ValueError, OverflowError) as error:
        message = f"“{given}” is no day; write it like 2022-10-10"
        raise UsageError(message) from error
    return end_of_day(desk, day)


def _show_log(desk: Desk, lines: tuple[LogLine, ...]) -> None:
    zone = desk.settings.campaign.timezone
    rows = [
        (
            line.invitee.name,
            line.invitee.country,
            line.standing.state.value.replace("_", " ") + (" (late)" if line.standing.late else ""),
            day_and_time(line.standing.since, zone),
            (line.standing.decided_by or "").removeprefix("person:"),
            f"“{line.evidence}”" if line.evidence else "",
            "review" if line.standing.needs_review else "",
            line.next.why,
        )
        for line in lines
    ]
    table(("invitee", "", "state", "since", "decided by", "in its words", "", "what comes next"), rows)
    click.echo(f"{counted(len(lines), 'invitee')}; times in {zone}.")


@command("story")
@click.argument("invitee")
@click.option("--json", "wants_json", is_flag=True, help="For programs.")
def story_(call: Call, invitee: str, *, wants_json: bool) -> None:
    """Show the whole history of INVITEE: letters, answers, decisions; what comes next and why."""
    from outreach.campaign.reports.report import story  # noqa: PLC0415

    desk = call.desk()
    told = story(desk, invitee)
    if wants_json:
        as_json({**line_json(told.line), "story": [_event_json(told, noted) for noted in told.noted]})
        return
    zone = desk.settings.campaign.timezone
    line = told.line
    state = line.standing.state.value.replace("_", " ")
    click.echo(f"{line.invitee.name} ({line.invitee.country}) · {state} · {line.invitee.contact.email}")
    undone = {noted.entry.target for noted in told.noted}
    for noted in told.noted:
        mark = "  (taken back)" if noted.entry.id in undone else ""
        click.echo(printable(f"  {day_and_time(noted.entry.at, zone):26}  {in_words(told, noted)}{mark}"))
        for name, value in form_of(told, noted):
            click.echo(printable(f"  {'':26}    {name}: “{value}”"))
    waiting = [letter for letter in told.letters if letter.settled_at is None]
    for letter in waiting:
        click.echo(f"  {'':26}  {letter.key.kind.value} to {letter.to}: {letter.state.value} {letter.last_reply}")
    click.echo(f"next: {line.next.why}")


def _event_json(told: Story, noted: Noted) -> dict[str, Any]:
    entry = noted.entry
    return {
        "at": moment(entry.at),
        "kind": entry.kind.value,
        "by": entry.by,
        "what": entry.what,
        "words": in_words(told, noted),
        "mail": entry.mail,
        "letter": entry.letter,
        "note": noted.note,
        "form": [{"field": name, "value": value} for name, value in form_of(told, noted)],
    }


_SAID = {
    "enrolled": "enrolled",
    "sent": "the relay took the {what}",
    "refused": "the relay refused the address",
    "answer": "answered: {what}",
    "review": "wrote; waits for a person (suggested: {what})",
    "settled": "a mail was found to say nothing that counts",
    "absent": "automatic reply",
    "bounced": "came back: {what} failure",
    "decided": "decided: {what}",
    "replied": "the secretariat answered by hand",
    "held": "wait",
    "stopped": "no more letters",
    "readdressed": "written again to another address",
    "undone": "an entry was taken back",
}


def in_words(told: Story, noted: Noted) -> str:
    """One event of a story as a person reads it."""
    entry = noted.entry
    words = _SAID[entry.kind.value].format(what=entry.what.replace("_", " "))
    words += f" {entry.step}" if entry.kind.value == "sent" and entry.step else ""
    words += f" until {entry.until}" if entry.until else ""
    words += " (late)" if entry.late else ""
    if entry.by != "machine":
        words += f", by {entry.by.removeprefix('person:')}"
    mail = _mail_of(told, noted)
    if mail is not None and mail.reading.words:
        words += f": “{mail.reading.words}” (mail {mail.mail}, {mail.from_address})"
    return f"{words} — {noted.note}" if noted.note else words


def form_of(told: Story, noted: Noted) -> tuple[tuple[str, str], ...]:
    """What stood in our form that came with a mail, told where the mail came in."""
    from outreach.core.reading.enclosures import form_fields  # noqa: PLC0415  it loads all of reading

    mail = _mail_of(told, noted)
    came_in = noted.entry.kind in (EntryKind.ANSWER, EntryKind.REVIEW)
    return form_fields(mail.reading) if mail is not None and came_in else ()


def _mail_of(told: Story, noted: Noted) -> Understood | None:
    return next((mail for mail in told.mails if mail.mail == noted.entry.mail), None)


@command("status")
@click.option("--json", "wants_json", is_flag=True, help="For programs.")
def status_(call: Call, *, wants_json: bool) -> None:
    """Show how far the campaign is toward its milestones."""
    from outreach.campaign.reports.report import status  # noqa: PLC0415

    desk = call.desk()
    now = status(desk)
    if wants_json:
        as_json(status_json(now))
        return
    click.echo(status_text(desk.settings.campaign.name, now))


def status_json(now: Status) -> dict[str, Any]:
    """The progress, for programs."""
    return {
        "invited": now.invited,
        "confirmed": now.counts[State.CONFIRMED],
        "declined": now.counts[State.DECLINED],
        "tentative": now.counts[State.TENTATIVE],
        "in_talks": now.counts[State.IN_TALKS],
        "silent": now.silent,
        "unreachable": now.counts[State.UNREACHABLE],
        "withdrawn": now.counts[State.WITHDRAWN],
        "unsubscribed": now.counts[State.UNSUBSCRIBED],
        "milestones": [
            {"goal": one.goal, "reached": one.reached.isoformat() if one.reached else None, "missing": one.missing}
            for one in now.milestones
        ],
        "deadline": now.deadline.isoformat(),
        "days_left": now.days_left,
    }


def status_text(name: str, now: Status) -> str:
    """The progress as a person reads it."""
    days = counted(abs(now.days_left), "day")
    left = f"{days} left" if now.days_left >= 0 else f"{days} past the deadline"
    lines = [
        name,
        f"  {now.counts[State.CONFIRMED]} confirmed of {now.invited} invited; deadline {now.deadline}, {left}",
        *(f"  {_milestone(one.goal, now.counts[State.CONFIRMED], str(one.reached or ''))}" for one in now.milestones),
    ]
    if now.target is not None:
        missing = f"{now.target.missing} missing" if now.target.missing else f"reached on {now.target.reached}"
        lines.append(f"  {now.target.goal} for {now.target_name} ({now.target_date}): {missing}")
    states = [state for state in State if now.counts[state] and state is not State.CONFIRMED]
    standings = ", ".join(f"{now.counts[state]} {state.value.replace('_', ' ')}" for state in states)
    lines += [f"  {standings}"] if standings else []
    lines.append(f"  {now.silent} silent")
    needs = (
        (now.in_review, counted(now.in_review, "answer to review", "answers to review")),
        (now.without_invitee, counted(now.without_invitee, "mail without an invitee", "mails without an invitee")),
        (now.owed, counted(now.owed, "answer that we owe", "answers that we owe")),
        (now.letters[LetterState.IN_DOUBT], f"{counted(now.letters[LetterState.IN_DOUBT], 'letter')} in doubt"),
        (now.counts[State.UNREACHABLE], counted(now.counts[State.UNREACHABLE], "address to find", "addresses to find")),
    )
    waiting = ", ".join(words for number, words in needs if number)
    lines.append(f"  needs a person: {waiting or 'nothing'}")
    if now.letters[LetterState.IN_DOUBT]:
        lines.append("  letters in doubt: when they are looked for, and what to do: outreach outbox --state in_doubt")
    if now.paused:
        lines.append(f"  sending is paused: {now.paused}")
    if now.mailbox:
        lines.append(f"  the mailbox cannot be read: {now.mailbox}")
    return "\n".join(lines)


def _milestone(goal: int, confirmed: int, reached: str) -> str:
    width = 30
    filled = min(width, confirmed * width // goal)
    words = f"reached on {reached}" if reached else f"{goal - confirmed} missing"
    return f"{goal:>5}  {'█' * filled}{'░' * (width - filled)}  {words}"
