"""How well replies are read: figures by language and kind against the limits, and every error."""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from outreach.adapters.guarded import open_guarded
from outreach.core.reading.reader import open_mail, read_mail
from outreach.languages import load_languages
from outreach.model import Reading, ReadingKind

LIMITS = {"decided": 0.70, "right of decided": 0.99, "right": 0.85, "confirmations decided": 0.75}


@dataclass(frozen=True)
class Case:
    """One reply: what it is, and what was read."""

    label: dict[str, Any]
    reading: Reading

    @property
    def right(self) -> bool:
        """Whether the kind is the label's."""
        return str(self.label["label"]) == self.reading.kind.value


def read_all(folder: Path) -> list[Case]:
    """Reads every labelled mail of a folder."""
    languages = load_languages()
    labels = [json.loads(line) for line in (folder / "labels.jsonl").read_text(encoding="utf-8").splitlines()]
    cases = []
    for label in labels:
        message = open_guarded((folder / "mails" / label["file"]).read_bytes(), open_mail)
        cases.append(Case(label, read_mail(message, languages)))
    return cases


def share(part: int, whole: int) -> float:
    """A share, 0 for none."""
    return part / whole if whole else 0.0


def figures(cases: list[Case]) -> dict[str, float]:
    """The four figures that are held against limits."""
    decided = [case for case in cases if case.reading.decided]
    confirmations = [case for case in cases if case.label["label"] == "confirm"]
    return {
        "decided": share(len(decided), len(cases)),
        "right of decided": share(sum(case.right for case in decided), len(decided)),
        "right": share(sum(case.right for case in cases), len(cases)),
        "confirmations decided": share(sum(c.right and c.reading.decided for c in confirmations), len(confirmations)),
    }


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replies", type=Path, default=Path("tests/data/replies"))
    parser.add_argument("--corpus", default="", help="a folder of public mails: its bounces are read too")
    arguments = parser.parse_args()
    start = time.perf_counter()
    cases = read_all(Path(arguments.replies or "tests/data/replies"))
    seconds = time.perf_counter() - start
    groups: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        groups[case.label["lang"]].append(case)
    for name, some in (*sorted(groups.items()), ("all", cases)):
        print(f"{name:5} {len(some):4}  " + "  ".join(f"{key} {value:.2f}" for key, value in figures(some).items()))
    print("limits      " + "  ".join(f"{key} {value:.2f}" for key, value in LIMITS.items()))
    for case in cases:
        if case.reading.decided and not case.right:
            label, reading = case.label, case.reading
            print(f"wrong: {label['file']}: {label['label']} read as {reading.kind.value}: {reading.words}")
    false = sum(c.reading.decided and c.reading.kind is ReadingKind.CONFIRM and not c.right for c in cases)
    print(f"false confirmations decided: {false}; kinds read: {dict(Counter(c.reading.kind.value for c in cases))}")
    print(f"{len(cases) / seconds:.0f} replies/s")
    if arguments.corpus:
        print_bounces(Path(arguments.corpus))


def print_bounces(corpus: Path) -> None:
    """How many recipients of real notices are found."""
    languages, wanted, found, wrong = load_languages(), 0, 0, 0
    for line in (corpus / "bounces.jsonl").read_text(encoding="utf-8").splitlines():
        label = json.loads(line)
        reading = read_mail(open_guarded((corpus / label["file"]).read_bytes(), open_mail), languages)
        expected = {address.lower() for address in label["recipients"]}
        got = set(reading.bounce.recipients) if reading.bounce else set()
        wanted += len(expected)
        found += len(expected & got)
        wrong += len(got - expected - {a.lower() for a in label.get("recipients_alt", {})})
    print(f"bounces: {share(found, wanted):.3f} of {wanted} recipients found, {share(wrong, wanted):.3f} others named")


if __name__ == "__main__":
    main()
