"""How well automatic replies are told from people's: found, mistaken, days of return, substitutes."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from outreach.adapters.guarded import open_guarded
from outreach.core.reading.reader import open_mail, read_mail
from outreach.languages import load_languages
from outreach.model import Mailbox, Message, Reading, ReadingKind

SENT = datetime(2022, 7, 20, 9, 0, tzinfo=UTC)  # the day of answers that are texts alone
OURS = frozenset({"cisdpl@uclg.org"})


@dataclass(frozen=True)
class Case:
    """One mail: where it comes from, what it is, and what was read."""

    source: str
    name: str
    label: dict[str, Any]
    kind: str  # "automatic", "human", "list post"
    text: str
    reading: Reading

    @property
    def called_automatic(self) -> bool:
        """Whether it was taken for a machine's."""
        return self.reading.kind is ReadingKind.AUTO_REPLY


def read(message: Message) -> Reading:
    """The reading of one mail."""
    return read_mail(message, load_languages(), own_addresses=OURS)


def replies(folder: Path) -> Iterator[Case]:
    """Whole mails with labels.jsonl beside them."""
    for label in lines(folder / "labels.jsonl"):
        message = open_guarded((folder / "mails" / label["file"]).read_bytes(), open_mail)
        kind = "automatic" if label["label"] == "auto_reply" else "human"
        yield Case("replies", label["file"], label, kind, f"{message.subject}\n{message.text}", read(message))


def corpus(folder: Path) -> Iterator[Case]:
    """Mails of public projects, with autoreplies.jsonl beside them."""
    for label in lines(folder / "autoreplies.jsonl"):
        if label["auto"] is None or label.get("ambiguous"):
            continue
        message = open_guarded((folder / label["file"]).read_bytes(), open_mail)
        kind = "automatic" if label["auto"] else "list post" if label["kind"] == "human-list" else "human"
        yield Case("corpus", label["file"], label, kind, f"{message.subject}\n{message.text}", read(message))


def answers(file: Path) -> Iterator[Case]:
    """Labelled texts without headers."""
    for number, label in enumerate(lines(file), 1):
        body = f"{label['text']}\n\n{label.get('signature', '')}"
        sender = (Mailbox("", "office@town.example"),)
        message = Message("", label["subject"], sender, (), (), (), (), None, SENT, (), (), (), body)
        kind = "automatic" if label["label"] == "auto_reply" else "human"
        yield Case(file.stem, f"{file.name}:{number}", label, kind, f"{label['subject']}\n{body}", read(message))


def lines(file: Path) -> list[dict[str, Any]]:
    """The rows of a file of JSON lines."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


def returned_right(case: Case) -> bool:
    """Whether the day of return is the label's."""
    day = case.reading.return_date
    return (day.isoformat() if day else None) == case.label.get("return_date")


def substitute_right(case: Case) -> bool:
    """Whether the substitute is the label's."""
    return case.reading.redirect_to == (case.label.get("redirect_to") or "").lower() or (
        case.reading.redirect_to is None and not case.label.get("redirect_to")
    )


def share(cases: list[Case], holds: Callable[[Case], bool]) -> str:
    """How many of some cases, in words."""
    some = sum(holds(case) for case in cases)
    return f"{some}/{len(cases)} = {100 * some / len(cases):.2f} %" if cases else "–"


def show(name: str, cases: list[Case]) -> None:
    """The figures of one source."""
    machines = [case for case in cases if case.kind == "automatic"]
    labelled = [case for case in machines if "return_date" in case.label]
    print(f"{name}:")
    print(f"  automatic found            {share(machines, lambda case: case.called_automatic)}")
    for kind in ("human", "list post"):
        some = [case for case in cases if case.kind == kind]
        print(f"  {kind + ' called automatic':26} {share(some, lambda case: case.called_automatic)}")
    print(f"  day of return right        {share(labelled, returned_right)}")
    print(f"  substitute right           {share(labelled, substitute_right)}")


def wrong(case: Case) -> str:
    """What is wrong with a reading, "" if nothing is."""
    reading = case.reading
    if case.called_automatic != (case.kind == "automatic"):
        return f"is {case.kind}, read as {reading.kind.value}"
    if case.kind == "automatic" and "return_date" in case.label and not returned_right(case):
        return f"day {reading.return_date} instead of {case.label['return_date']}"
    if case.kind == "automatic" and "return_date" in case.label and not substitute_right(case):
        return f"substitute {reading.redirect_to} instead of {case.label['redirect_to']}"
    return ""


def main() -> None:
    """Prints the figures, and the errors when asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replies", type=Path, default=Path("tests/data/replies"))
    parser.add_argument("--corpus", type=Path, help="a folder of public mails")
    parser.add_argument("--answers", type=Path, nargs="*", default=[], help="labelled texts, JSON lines")
    parser.add_argument("--errors", action="store_true", help="show every mail that was read wrongly")
    arguments = parser.parse_args()
    start = time.perf_counter()
    cases = list(replies(arguments.replies))
    cases += corpus(arguments.corpus) if arguments.corpus else ()
    cases += [case for file in arguments.answers for case in answers(file)]
    seconds = time.perf_counter() - start
    for source in dict.fromkeys(case.source for case in cases):
        show(source, [case for case in cases if case.source == source])
    show("all", cases)
    print(f"{len(cases) / seconds:.0f} mails/s")
    for case in cases if arguments.errors else ():
        if wrong(case):
            evidence = "; ".join(f"{one.rule}: {one.words}" for one in case.reading.evidence)
            print(f"\n{case.name}: {wrong(case)} [{evidence}]\n    {' / '.join(case.text[:500].splitlines())}")


if __name__ == "__main__":
    main()
