"""The confirmation log a page at a time: searched, filtered and sorted by the store; and as a sheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from outreach.adapters.store.invitees.sought import Present, Sought
from outreach.campaign.desk import Desk
from outreach.campaign.reports.report import LogLine, lines_of
from outreach.core.reading.decisive import Quote, quoted
from outreach.model import State

AT_ONCE = 1000  # lines of an export
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2199, 12, 31)  # of which the log can be asked

HEADER = (
    *("invitee", "name", "country", "state", "since", "late", "decided by", "evidence", "needs review"),
    *("letters", "last letter", "next", "next at", "why"),
)


@dataclass(frozen=True, slots=True)
class LogPage:
    """A page of the log: its lines, how many there are in all, and whether more follow."""

    lines: tuple[LogLine, ...]
    quotes: Mapping[int, Quote]  # by invitee: the sentence in which the decisive words stand
    notes: Mapping[int, str]  # by invitee: what a person noted who decided without a mail
    states: Mapping[State, int] | None  # how many of these stand where; None where that is not counted
    count: int  # counted up to ten thousand
    uncounted: bool  # there are more than that
    more: bool


def log_page(desk: Desk, sought: Sought, order: str, limit: int, *, after: int = 0) -> LogPage:
    """The invitees that are looked for, behind one of them."""
    sought = _with_language(desk, sought)
    found = desk.store.invitee_list.page(sought, order, limit, after=after)
    lines = lines_of(desk, found.numbers, sought.as_of)
    return LogPage(
        lines,
        _quotes(desk, lines),
        _notes(desk, lines),
        desk.store.invitee_list.by_state(sought),
        found.count,
        found.uncounted,
        found.more,
    )


def _quotes(desk: Desk, lines: Sequence[LogLine]) -> dict[int, Quote]:
    mails = {line.invitee.number: line.standing.deciding_mail for line in lines if line.evidence}
    texts = desk.store.inbox.texts([mail for mail in mails.values() if mail is not None])
    told = ((line.invitee.number, line.evidence) for line in lines if line.evidence)
    return {number: quoted(words, texts.get(mails[number] or 0, "")) for number, words in told}


def _notes(desk: Desk, lines: Sequence[LogLine]) -> dict[int, str]:
    entries = {
        line.standing.deciding_entry: line.invitee.number for line in lines if line.standing.deciding_mail is None
    }
    notes = desk.store.journal.notes([entry for entry in entries if entry is not None])
    return {entries[entry]: note for entry, note in notes.items()}


def every_line(desk: Desk, sought: Sought, order: str) -> Iterator[LogLine]:
    """All of them, a few at a time."""
    numbers = [*desk.store.invitee_list.numbers(_with_language(desk, sought), order)]
    for start in range(0, len(numbers), AT_ONCE):
        yield from lines_of(desk, numbers[start : start + AT_ONCE], sought.as_of)


def _with_language(desk: Desk, sought: Sought) -> Sought:
    """Who has no language of its own is written to in the campaign's."""
    default = desk.settings.campaign.default_language
    return replace(sought, languages=(default, "")) if sought.languages == (default,) else sought


def end_of_day(desk: Desk, day: date) -> datetime:
    """The last second of a day at the secretariat: “as of” that day. A day that no clock here tells is the nearest."""
    day = min(max(day, FIRST_DAY), LAST_DAY)
    return datetime.combine(day, time(23, 59, 59), tzinfo=ZoneInfo(desk.settings.campaign.timezone)).astimezone(UTC)


def present(desk: Desk) -> Present:
    """The countries and languages that there are."""
    found = desk.store.invitee_list.present()
    spoken = {language or desk.settings.campaign.default_language for language in found.languages}
    return Present(found.countries, tuple(sorted(spoken)))


# ---------------------------------------------------------------- for programs and sheets


def line_json(line: LogLine) -> dict[str, object]:
    """One invitee of the log, for programs."""
    standing = line.standing
    return {
        "invitee": line.invitee.id,
        "name": line.invitee.name,
        "country": line.invitee.country,
        "state": standing.state.value,
        "since": _moment(standing.since),
        "late": standing.late,
        "decided_by": standing.decided_by,
        "evidence": line.evidence,
        "needs_review": standing.needs_review,
        "letters": standing.letters,
        "last_letter": _moment(standing.last_letter_at),
        "next": {"action": line.next.action, "at": _moment(line.next.at), "why": line.next.why},
    }


def line_cells(line: LogLine) -> tuple[object, ...]:
    """One invitee of the log as the cells of a sheet."""
    plain = line_json(line)
    del plain["next"]
    after = (line.next.action, _moment(line.next.at) or "", line.next.why)
    return (*("" if cell is None else cell for cell in plain.values()), *after)


def _moment(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat(timespec="seconds")
