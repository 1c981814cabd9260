"""How well notices of failed deliveries are read: recipients, wrong ones, permanent or not; every error; a peer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path
from typing import Any

from benchmarks.figures import above, below, figure, list_errors, pace, percent, processor_seconds, table
from benchmarks.labelled import opened, peer, rows
from outreach.core.reading.bounces import DELAYED, read_bounce
from outreach.model import Bounce

CORPUS = "bounces.jsonl"  # lists the notices of a corpus, and what looks like one
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


def report(folder: Path, *, errors: bool) -> None:
    """Prints all figures of a corpus, and those of the peer."""
    labels = rows(folder / CORPUS)
    start = processor_seconds()
    read = [read_bounce(opened(folder / label["file"])) for label in labels]
    ours = Read(
        "outreach",
        tuple(
            Case(label, frozenset(bounce.recipients if bounce else ()), kind_of(bounce))
            for label, bounce in zip(labels, read, strict=True)
        ),
        processor_seconds() - start,
    )
    _limits(ours)
    theirs = _peer(folder, labels)
    print()
    table(
        ("", "all recipients found", "wrong address named", "somebody in what is no notice", "opened and read"),
        [one.row for one in (ours, theirs) if one is not None],
    )
    if errors:
        list_errors(error for case in ours.cases for error in _errors(case))


def kind_of(bounce: Bounce | None) -> str:
    """What was read, in the corpus's words."""
    if bounce is None:
        return "none"
    return DELAYED if bounce.reason == DELAYED else "hard" if bounce.permanent else "soft"


@dataclass(frozen=True)
class Read:
    """What a reader made of the mails, and the seconds it took."""

    name: str
    cases: tuple[Case, ...]
    seconds: float

    @property
    def notices(self) -> list[Case]:
        """Those that count."""
        return [case for case in self.cases if case.counts]

    @property
    def found(self) -> int:
        """Notices of which every recipient is found."""
        return sum(not case.missed for case in self.notices)

    @property
    def wrong(self) -> int:
        """Notices in which an address is named that is no recipient's."""
        return sum(bool(case.wrong) for case in self.notices)

    @property
    def row(self) -> tuple[str, ...]:
        """Of the table that compares readers."""
        others = [case for case in self.cases if case.label["kind"] not in FAILURES]
        return (
            self.name,
            percent(self.found, len(self.notices)),
            percent(self.wrong, len(self.notices)),
            f"{sum(bool(case.named) for case in others)} of {len(others)}",
            pace(len(self.cases), self.seconds),
        )


def _limits(ours: Read) -> None:
    judged = [case for case in ours.cases if case.judged]
    delayed = [case for case in ours.notices if case.label["kind"] == DELAYED]
    figure("all recipients found", ours.found, len(ours.notices), above(0.975))
    figure("wrong address named", ours.wrong, len(ours.notices), below(0.005))
    figure("permanent or not: right", sum(case.kind == case.label["kind"] for case in judged), len(judged))
    figure("delayed: right", sum(case.kind == DELAYED for case in delayed), len(delayed))


def _peer(folder: Path, labels: list[dict[str, Any]]) -> Read | None:
    """The same mails read by flufl.bounce, which does not tell hard from soft."""
    module = peer(PEER)
    if module is None:
        return None
    raw = [(folder / label["file"]).read_bytes() for label in labels]
    start = processor_seconds()
    named = [_peer_names(module.all_failures, one) for one in raw]
    seconds = processor_seconds() - start
    return Read(PEER, tuple(Case(label, one, "none") for label, one in zip(labels, named, strict=True)), seconds)


def _peer_names(all_failures: Callable[[Any], tuple[Any, Any]], raw: bytes) -> frozenset[str]:
    try:
        temporary, permanent = all_failures(message_from_bytes(raw))
    except Exception:  # noqa: BLE001  a mail on which it raises names nobody
        return frozenset()
    return frozenset(_bare(one.decode("utf-8", "replace")) for one in (*temporary, *permanent))


def _errors(case: Case) -> Iterator[str]:
    label, file = case.label, Path(case.label["file"]).name
    if (case.missed and case.counts) or case.wrong:
        yield f"recipients: {file}: missed {case.missed}, wrong {sorted(case.wrong)}"
    if (case.judged or label["kind"] == DELAYED) and case.kind != label["kind"]:
        yield f"kind: {file}: {label['kind']} ({label.get('reason')}, {label.get('status')}) read as {case.kind}"
