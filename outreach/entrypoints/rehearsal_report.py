"""The report at the end of a rehearsal: the calendar, the log, the progress, and what waits for a person."""

from __future__ import annotations

import itertools
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from outreach.adapters.sheets.sheet import write_csv, write_xlsx
from outreach.campaign.reports.confirmations import HEADER, line_cells
from outreach.campaign.reports.report import LogLine, log_lines, status
from outreach.core.counting import counted
from outreach.entrypoints.cli.reports import status_text
from outreach.model import ReadingKind, State

if TYPE_CHECKING:
    from outreach.entrypoints.rehearsal import Play

WIDTH = 88
COLUMNS = (12, 24, 30, 20)  # of the calendar


def print_report(play: Play, stage: Path, to_open: str) -> None:
    """Prints the report and keeps it, with the whole log, in the rehearsal's folder."""
    lines = log_lines(play.desk)
    text = "\n".join(_report(play, lines, stage, to_open))
    click.echo(text)
    (stage / "report.txt").write_text(text + "\n", encoding="utf-8")
    rows = [line_cells(line) for line in lines]
    write_csv(stage / "log.csv", HEADER, rows)
    write_xlsx(stage / "log.xlsx", HEADER, rows)


def _report(play: Play, lines: tuple[LogLine, ...], stage: Path, to_open: str) -> Iterator[str]:
    yield _title("What happened")
    yield from _calendar(play)
    yield _title("Where everybody stands")
    yield from _standings(lines)
    yield _title("How far the campaign is")
    yield status_text(play.desk.settings.campaign.name, status(play.desk))
    yield _title("What waits for a person")
    yield from _waiting(play)
    yield _title("Was the machine right?")
    yield from _compared(play, lines)
    yield _title("Where everything lies")
    yield f"  {stage}"
    yield "    log.csv, log.xlsx   the confirmation log        report.txt   this report"
    yield "    outbox/             every letter, as sent       mailbox/     every answer, as received"
    yield "  Look around in it:  outreach log · outreach story ID · outreach inbox · outreach review"
    yield _title("See it in your browser")
    yield f"  {to_open}"


def _title(words: str) -> str:
    return f"\n── {words} {'─' * (WIDTH - len(words) - 4)}\n"


def _calendar(play: Play) -> Iterator[str]:
    columns = ("letters out", "answers in", "the secretariat")
    yield from _row("day", columns)
    month = None
    for day, happened in sorted(play.diary.days.items()):
        if month is not None and day.month != month:
            yield ""
        month = day.month
        cells = (", ".join(f"{n} {what}" for what, n in counted.most_common()) for counted in happened.values())
        yield from _row(f"{day:%a %d %b}", tuple(cells))
    yield f"  (days in {play.desk.settings.campaign.timezone}; letters leave in the morning of each city)"


def _row(day: str, cells: Sequence[str]) -> Iterator[str]:
    """A row of the calendar, each cell wrapped in its column."""
    wrapped = [textwrap.wrap(cell, width - 2) for cell, width in zip((day, *cells), COLUMNS, strict=True)]
    for line in itertools.zip_longest(*wrapped, fillvalue=""):
        yield "  " + "".join(cell.ljust(width) for cell, width in zip(line, COLUMNS, strict=True)).rstrip()


def _wrapped(head: str, words: str) -> Iterator[str]:
    yield from textwrap.wrap(words, WIDTH, initial_indent=head, subsequent_indent=" " * len(head))


def _standings(lines: tuple[LogLine, ...]) -> Iterator[str]:
    for state in State:
        names = [
            f"{line.invitee.name}{' (late)' if line.standing.late else ''}"
            for line in lines
            if line.standing.state is state
        ]
        if names:
            yield f"  {state.value.replace('_', ' ')} ({len(names)})"
            yield from _wrapped("      ", ", ".join(sorted(names)))
    quoted = [line for line in lines if line.standing.state is State.CONFIRMED and line.evidence][:5]
    if quoted:
        yield "\n  In their own words:"
    for line in quoted:
        yield f"      {line.invitee.name}: “{line.evidence}”"


def _waiting(play: Play) -> Iterator[str]:
    waiting = list(play.desk.store.inbox.every(waiting=True))
    if not waiting:
        yield "  nothing"
    for mail in waiting:
        yield from _wrapped(
            f"  mail {mail.mail:<4} ", f"{mail.from_address}: {mail.reading.kind.value.replace('_', ' ')}? {mail.why}"
        )


def _compared(play: Play, lines: tuple[LogLine, ...]) -> Iterator[str]:
    """Every mail against what its town hall meant: decided right, left to a person, or wrong."""
    result: Counter[str] = Counter()
    wrong = []
    for mail in play.desk.store.inbox.every():
        answer = play.town_halls.truth.get(mail.message_id)
        if answer is None:
            continue
        right = mail.reading.kind is answer.kind
        by_person = mail.trust.why.startswith("rehearsal") or not mail.reading.decided
        if mail.reading.decided and not right:
            wrong.append(f"mail {mail.mail}: read as {mail.reading.kind.value}, meant {answer.kind.value}")
        result["left to a person" if by_person else "decided by the machine"] += 1
    meant = {a.invitee for a in play.town_halls.truth.values() if a.kind is ReadingKind.CONFIRM}
    false = [x.invitee.name for x in lines if x.standing.state is State.CONFIRMED and x.invitee.id not in meant]
    total = sum(result.values())
    parts = ", ".join(f"{number} {what}" for what, number in sorted(result.items()))
    yield f"  {counted(total, 'answer')}: {parts}" if parts else "  no answers"
    yield f"  decided wrongly: {len(wrong)}"
    yield from (f"      {one}" for one in wrong)
    yield f"  counted as confirmed without having said yes: {', '.join(false) if false else 'none'}"
