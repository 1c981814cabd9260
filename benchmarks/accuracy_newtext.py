"""How well newly written text is parted from what is quoted: exact, too much, lost; every error; the pace; peers."""

from __future__ import annotations

import argparse
import importlib
import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from outreach.core.reading.html_text import html_to_text
from outreach.core.reading.new_text import new_text
from outreach.core.reading.opening import open_mail

Parser = Callable[[str], str]
VERDICTS = ("exact", "too much", "lost")


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


def corpus_cases(folder: Path) -> Iterator[Case]:
    """The public mails, listed in replytext.jsonl."""
    for label in _rows(folder / "replytext.jsonl"):
        expected = (label["expected_reply_text"], *label.get("expected_alternatives", ()))
        yield Case(label["file"], _text(folder / label["file"], label["input"]), expected, label["compare"])


def reply_cases(folder: Path) -> Iterator[Case]:
    """The replies of town halls, listed in labels.jsonl."""
    for label in _rows(folder / "labels.jsonl"):
        yield Case(label["file"], _text(folder / "mails" / label["file"], "eml"), (label["new_text"],))


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]


def _text(path: Path, kind: str) -> str:
    raw = path.read_bytes()
    if kind == "eml":
        return open_mail(raw).text
    text = raw.decode("utf-8", "replace")
    return html_to_text(text) if kind == "html" else text


def peers() -> Iterator[tuple[str, Parser]]:
    """Other parsers, where they are installed."""
    try:
        reply = importlib.import_module("email_reply_parser").EmailReplyParser
        yield "email-reply-parser", lambda text: str(reply.parse_reply(text))
    except ImportError:
        pass
    try:
        several = importlib.import_module("mailparser_reply").EmailReplyParser
        languages = ["en", "de", "fr", "it", "nl", "es", "pl", "ja", "ko", "zh", "da", "sv", "cs"]
        yield "mail-parser-reply", lambda text: str(several(languages=languages).parse_reply(text) or "")
    except ImportError:
        pass


def measure(title: str, name: str, parser: Parser, cases: list[Case], *, errors: bool) -> None:
    """Prints one line of figures, then the errors."""
    counts: Counter[str] = Counter()
    wrong = []
    parser(cases[0].text)
    start = time.perf_counter()
    found = [_tried(parser, case.text) for case in cases]
    seconds = time.perf_counter() - start
    for case, text in zip(cases, found, strict=True):
        verdict = case.verdict(text)
        counts[verdict] += 1
        if verdict != "exact":
            wrong.append((verdict, case, text))
    shares = " · ".join(f"{verdict} {counts[verdict] / len(cases):.1%}" for verdict in VERDICTS)
    print(f"{title}: {name}: {len(cases)} mails: {shares} · {len(cases) / seconds:,.0f} a second")
    for verdict, case, text in wrong if errors else ():
        print(f"  {verdict}: {case.name}\n    expected …{case.expected[0][-100:]!r}\n    found    …{text[-100:]!r}")


def _tried(parser: Parser, text: str) -> str:
    try:
        return parser(text)
    except Exception:  # noqa: BLE001  a peer that raises has found nothing
        return ""


def constraints(folder: Path) -> None:
    """Prints what should stand in a new text and does not, or the other way round."""
    rows = _rows(folder / "replytext_constraints.jsonl")
    kept = 0
    for label in rows:
        found = _bare(new_text(_text(folder / label["file"], label["input"])))
        missing = [one for one in label["must_include"] if _bare(one) not in found]
        left = [one for one in label["must_exclude"] if _bare(one) in found]
        kept += not missing and not left
        if missing or left:
            print(f"  {label['file']}: missing {missing}, left {left}")
    print(f"constraints: {kept} of {len(rows)} kept")


def main() -> None:
    """Measures what is given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, help="folder with replytext.jsonl")
    parser.add_argument("--replies", type=Path, help="folder with labels.jsonl and mails/")
    parser.add_argument("--no-errors", action="store_true", help="figures only")
    given = parser.parse_args()
    sets = [("corpus", corpus_cases, given.corpus), ("replies", reply_cases, given.replies)]
    for title, read, folder in sets:
        if folder is not None:
            cases = list(read(folder))
            measure(title, "outreach", new_text, cases, errors=not given.no_errors)
            for name, peer in peers():
                measure(title, name, peer, cases, errors=False)
    if given.corpus is not None:
        constraints(given.corpus)


if __name__ == "__main__":
    main()
