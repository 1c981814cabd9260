"""How well newly written text is parted from what is quoted: exact, too much, lost; every error; the pace; peers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import Limit, above, below, figure, list_errors, pace, percent, processor_seconds, table
from benchmarks.labelled import REPLIES, opened, peer, rows
from outreach.core.reading.opening.html_text import html_to_text
from outreach.core.reading.text.new_text import new_text

CORPUS = "replytext.jsonl"  # lists the mails of a corpus with the new text of each
CONSTRAINTS = "replytext_constraints.jsonl"  # and such of which it is known what must stand in it and what must not
Parser = Callable[[str], str]
LIMITS: dict[str, Limit | None] = {"exact": above(0.80), "too much": None, "lost": below(0.03)}
SHOWN = 80  # characters of a text, at its end, where most errors are
PEER_LANGUAGES = ("en", "de", "fr", "it", "nl", "es", "pl", "ja", "ko", "zh", "da", "sv", "cs")


@dataclass(frozen=True)
class Case:
    """One mail: its text, what may be its new text, how both are compared."""

    name: str
    text: str
    expected: tuple[str, ...]
    compare: str = "ws"

    def verdict(self, found: str) -> str:
        """Exact, too much, or lost where a part of what was newly written is missing."""
        same = COMPARE[self.compare]
        if any(same(found) == same(one) for one in self.expected):
            return "exact"
        whole = any(_bare(same(one)) in _bare(same(found)) for one in self.expected)
        return "too much" if whole else "lost"


def _bare(text: str) -> str:
    return re.sub(r"\s+", "", text)


COMPARE: dict[str, Parser] = {
    "ws": lambda text: re.sub(r"\s+", " ", text).strip(),
    "nows": _bare,
    "md": lambda text: _bare(re.sub(r"(?m)[*_\\`#]|^\s*>+", "", text)),
}


def cases_of(folder: Path) -> list[Case]:
    """The mails of a folder."""
    if (folder / REPLIES).exists():
        return [
            Case(row["file"], opened(folder / "mails" / row["file"]).text, (row["new_text"],))
            for row in rows(folder / REPLIES)
        ]
    return [
        Case(
            row["file"],
            _text(folder / row["file"], row["input"]),
            (row["expected_reply_text"], *row.get("expected_alternatives", ())),
            row["compare"],
        )
        for row in rows(folder / CORPUS)
    ]


def _text(file: Path, kind: str) -> str:
    if kind == "eml":
        return opened(file).text
    text = file.read_bytes().decode("utf-8", "replace")
    return html_to_text(text) if kind == "html" else text


def report(folder: Path, *, errors: bool) -> None:
    """Prints all figures of a folder, and those of the peers."""
    cases = cases_of(folder)
    ours = _read("outreach", new_text, cases)
    for verdict, limit in LIMITS.items():
        figure(verdict, ours.counts[verdict], len(cases), limit)
    missed = _constraints(folder) if (folder / CONSTRAINTS).exists() else []
    every = [ours, *(_read(name, parser, cases) for name, parser in _peers())]
    print()
    table(("", *LIMITS, "texts"), [one.row for one in every])
    if errors:
        list_errors((*_errors(cases, ours), *missed))


def _peers() -> Iterator[tuple[str, Parser]]:
    """Other parsers, where they are installed."""
    one = peer("email_reply_parser")
    if one is not None:
        yield "email-reply-parser", lambda text: str(one.EmailReplyParser.parse_reply(text))
    several = peer("mailparser_reply")
    if several is not None:
        reader = several.EmailReplyParser(languages=list(PEER_LANGUAGES))
        yield "mail-parser-reply", lambda text: str(reader.parse_reply(text) or "")


@dataclass(frozen=True)
class Read:
    """What a parser found in each mail, how often which verdict is due, and the seconds it took."""

    name: str
    found: tuple[str, ...]
    counts: Counter[str]
    seconds: float

    @property
    def row(self) -> tuple[str, ...]:
        """Of the table that compares parsers."""
        many = len(self.found)
        return (self.name, *(percent(self.counts[one], many) for one in LIMITS), pace(many, self.seconds))


def _read(name: str, parser: Parser, cases: list[Case]) -> Read:
    start = processor_seconds()
    found = tuple(_tried(parser, case.text) for case in cases)
    seconds = processor_seconds() - start
    return Read(name, found, Counter(case.verdict(text) for case, text in zip(cases, found, strict=True)), seconds)


def _tried(parser: Parser, text: str) -> str:
    try:
        return parser(text)
    except Exception:  # noqa: BLE001  a peer that raises has found nothing
        return ""


def _constraints(folder: Path) -> list[str]:
    """What should stand in a new text and does not, or the other way round, with the figure printed."""
    labels, wrong = rows(folder / CONSTRAINTS), []
    for row in labels:
        found = _bare(new_text(_text(folder / row["file"], row["input"])))
        missing = [one for one in row["must_include"] if _bare(one) not in found]
        left = [one for one in row["must_exclude"] if _bare(one) in found]
        if missing or left:
            wrong.append(f"constraint: {row['file']}: missing {missing}, left {left}")
    figure("constraints kept", len(labels) - len(wrong), len(labels))
    return wrong


def _errors(cases: list[Case], ours: Read) -> Iterator[str]:
    for case, text in zip(cases, ours.found, strict=True):
        verdict = case.verdict(text)
        if verdict != "exact":
            yield f"{verdict}: {case.name}: …{text[-SHOWN:]!r} instead of …{case.expected[0][-SHOWN:]!r}"
