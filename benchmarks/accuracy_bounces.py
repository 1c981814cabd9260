"""How well notices of failed deliveries are read: recipients found, wrong ones named, permanent or not; the pace."""

from __future__ import annotations

import argparse
import importlib
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path
from typing import Any

from outreach.core.reading.bounces import DELAYED, read_bounce
from outreach.core.reading.opening import open_mail
from outreach.model import Bounce, Message

FAILURES = ("hard", "soft", "delayed")
PEER = "flufl.bounce"


@dataclass(frozen=True)
class Case:
    """One mail: what it is, and whom and what was read."""

    label: dict[str, Any]
    named: frozenset[str]
    kind: str  # hard, soft, delayed, or none

    @property
    def counts(self) -> bool:
        """Whether it is a notice that names somebody."""
        return self.label["kind"] in FAILURES and bool(self.label["recipients"])

    @property
    def expected(self) -> list[frozenset[str]]:
        """For each recipient the addresses that may stand for it."""
        others = self.label.get("recipients_alt", {})
        return [frozenset(map(_bare, (one, *others.get(one, ())))) for one in self.label["recipients"]]

    @property
    def missed(self) -> list[str]:
        """Recipients that were not found."""
        return [min(one) for one in self.expected if not one & self.named]

    @property
    def wrong(self) -> frozenset[str]:
        """Addresses named that are nobody's of these, or that a mail that is no notice made us name."""
        return self.named - frozenset().union(*self.expected) if self.counts else self.named

    @property
    def judged(self) -> bool:
        """Whether hard against soft can be trusted."""
        return self.counts and self.label["kind"] != "delayed" and self.label.get("kind_from") == "sisimai tests"


def _bare(address: str) -> str:
    return address.strip().strip("<>").lower()


def labels(corpus: Path) -> Iterator[tuple[dict[str, Any], bytes]]:
    """Each labelled mail of a corpus, with its bytes."""
    for line in (corpus / "bounces.jsonl").read_text(encoding="utf-8").splitlines():
        label = json.loads(line)
        yield label, (corpus / label["file"]).read_bytes()


def kind_of(bounce: Bounce | None) -> str:
    """What was read, in the corpus's words."""
    if bounce is None:
        return "none"
    return "delayed" if bounce.reason == DELAYED else "hard" if bounce.permanent else "soft"


def score_bounces(corpus: Path) -> tuple[list[Case], float, float]:
    """Every mail of a corpus read, with the seconds of processor time that opening and reading took."""
    mails = list(labels(corpus))
    start = time.process_time()
    opened: list[Message] = [open_mail(raw) for _, raw in mails]
    middle = time.process_time()
    read = [read_bounce(message) for message in opened]
    end = time.process_time()
    cases = [
        Case(label, frozenset(bounce.recipients if bounce else ()), kind_of(bounce))
        for (label, _), bounce in zip(mails, read, strict=True)
    ]
    return cases, middle - start, end - middle


def score_peer(corpus: Path) -> tuple[list[Case], float] | None:
    """The same mails read by flufl.bounce; None where it is not installed. It tells nothing of hard and soft."""
    try:
        all_failures: Callable[[Any], tuple[Any, Any]] = importlib.import_module(PEER).all_failures
    except ImportError:
        return None
    mails = list(labels(corpus))
    start = time.process_time()
    named = [_peer_names(all_failures, raw) for _, raw in mails]
    seconds = time.process_time() - start
    return [Case(label, one, "none") for (label, _), one in zip(mails, named, strict=True)], seconds


def _peer_names(all_failures: Callable[[Any], tuple[Any, Any]], raw: bytes) -> frozenset[str]:
    try:
        temporary, permanent = all_failures(message_from_bytes(raw))
    except Exception:  # noqa: BLE001  a mail on which it raises names nobody
        return frozenset()
    return frozenset(_bare(one.decode("utf-8", "replace")) for one in (*temporary, *permanent))


def share(part: int, whole: int) -> str:
    """A share in percent; “–” of none."""
    return f"{100 * part / whole:5.1f} %" if whole else "–"


def print_figures(name: str, cases: list[Case]) -> None:
    """The figures of one reader."""
    notices = [case for case in cases if case.counts]
    found, wrong = sum(not case.missed for case in notices), sum(bool(case.wrong) for case in notices)
    judged = [case for case in cases if case.judged]
    delayed = [case for case in notices if case.label["kind"] == "delayed"]
    others = [case for case in cases if case.label["kind"] in {"vacation", "other", "feedback"}]
    print(f"{name}: {len(notices)} notices")
    print(f"  all recipients found {share(found, len(notices))}   wrong address named {share(wrong, len(notices))}")
    print(f"  mails that are no notices: somebody named in {sum(bool(c.named) for c in others)} of {len(others)}")
    if any(case.kind != "none" for case in cases):
        right, late = sum(c.kind == c.label["kind"] for c in judged), sum(c.kind == "delayed" for c in delayed)
        print(f"  hard or soft right   {share(right, len(judged))}   delayed right {share(late, len(delayed))}")


def print_errors(cases: list[Case]) -> None:
    """Each mail that was read otherwise than its label says."""
    for case in cases:
        label, file = case.label, Path(case.label["file"]).name
        if (case.missed and case.counts) or case.wrong:
            print(f"recipients: {file}: missed {case.missed}, wrong {sorted(case.wrong)}")
        if (case.judged or label["kind"] == "delayed") and case.kind != label["kind"]:
            print(f"kind: {file}: {label['kind']} ({label.get('reason')}, {label.get('status')}) read as {case.kind}")


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path, help="a folder with bounces.jsonl and the mails that it names")
    parser.add_argument("--errors", action="store_true", help="print each mail that was read wrongly")
    arguments = parser.parse_args()
    cases, opening, reading = score_bounces(arguments.corpus)
    print_figures("outreach", cases)
    both = opening + reading
    print(f"  {len(cases) / reading:.0f} notices/s read, {len(cases) / both:.0f} opened and read")
    peer = score_peer(arguments.corpus)
    if peer is not None:
        print_figures(PEER, peer[0])
        print(f"  {len(cases) / peer[1]:.0f} notices/s opened and read")
    if arguments.errors:
        print_errors(cases)


if __name__ == "__main__":
    main()
