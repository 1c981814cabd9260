"""How well automatic replies are told from people's: found, mistaken, days of return, stand-ins; every error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.figures import Limit, at_least, at_most, figure, list_errors
from benchmarks.labelled import REPLIES, Case, read, read_replies, rows
from outreach.model import ReadingKind

CORPUS = "autoreplies.jsonl"  # lists the automatic mails of a corpus, and people's beside them
MACHINE, PERSON, LIST = "automatic", "human", "list post"


def cases_of(folder: Path) -> list[tuple[str, Case]]:
    """The mails of a folder, and who wrote each."""
    if (folder / REPLIES).exists():
        return [(_author(case.label["label"] == "auto_reply"), case) for case in read_replies(folder)[0]]
    scored = [row for row in rows(folder / CORPUS) if row["auto"] is not None and not row.get("ambiguous")]
    return [
        (LIST if row["kind"] == "human-list" else _author(row["auto"]), read(row, folder / row["file"]))
        for row in scored
    ]


def _author(machine: bool) -> str:  # noqa: FBT001  it is all that is asked
    return MACHINE if machine else PERSON


def report(folder: Path, *, errors: bool) -> None:
    """Prints all figures of a folder."""
    cases = cases_of(folder)
    machines = [case for author, case in cases if author == MACHINE]
    dated = [case for case in machines if "return_date" in case.label]
    _share("automatic found", machines, called_automatic, at_least(0.90))
    for author, limit in ((PERSON, at_most(0.0025)), (LIST, at_most(1 / 14))):
        _share(f"{author}s called automatic", [case for who, case in cases if who == author], called_automatic, limit)
    _share("day of return right", dated, returned_right, at_least(0.90))
    _share("stand-in right", dated, stand_in_right, at_least(0.90))
    if errors:
        list_errors(error for author, case in cases for error in _errors(author, case))


def _share(name: str, cases: list[Case], holds: Callable[[Case], bool], limit: Limit) -> None:
    if cases:
        figure(name, sum(map(holds, cases)), len(cases), limit)


def called_automatic(case: Case) -> bool:
    """Whether it was taken for a machine's."""
    return case.reading.kind is ReadingKind.AUTO_REPLY


def returned_right(case: Case) -> bool:
    """Whether the day of return is the label's."""
    day = case.reading.return_date
    return (day.isoformat() if day else "") == str(case.label["return_date"] or "")


def stand_in_right(case: Case) -> bool:
    """Whether the stand-in's address is the label's."""
    return (case.reading.redirect_to or "") == str(case.label["redirect_to"] or "").lower()


def _errors(author: str, case: Case) -> Iterator[str]:
    reading, label = case.reading, case.label
    if called_automatic(case) != (author == MACHINE):
        seen = "; ".join(f"{one.rule}: {one.words}" for one in reading.evidence)
        yield f"{case.name}: is {author}, read as {reading.kind.value} [{seen}] {case.message.text[:150]}"
    if author == MACHINE and "return_date" in label and not returned_right(case):
        yield f"{case.name}: day {reading.return_date} instead of {label['return_date']}"
    if author == MACHINE and "return_date" in label and not stand_in_right(case):
        yield f"{case.name}: stand-in {reading.redirect_to} instead of {label['redirect_to']}"
