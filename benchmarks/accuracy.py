"""How well mails are read: every figure beside its limit, by language and kind, every error, and peers beside it."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks import accuracy_automatic, accuracy_bounces, accuracy_newtext, accuracy_says, accuracy_whose
from benchmarks.labelled import REPLIES

Report = Callable[..., None]


@dataclass(frozen=True)
class Part:
    """What is measured, in the folders that have a manifest of it."""

    title: str
    manifest: str
    report: Report  # (folder, *, errors)


PARTS = (
    Part("What a reply says", REPLIES, accuracy_says.report),
    Part("Automatic replies", REPLIES, accuracy_automatic.report),
    Part("Automatic replies", accuracy_automatic.CORPUS, accuracy_automatic.report),
    Part("Notices of failed deliveries", accuracy_bounces.CORPUS, accuracy_bounces.report),
    Part("New text", REPLIES, accuracy_newtext.report),
    Part("New text", accuracy_newtext.CORPUS, accuracy_newtext.report),
    Part("Whose mail it is", REPLIES, accuracy_whose.report),
)


def folder(name: str) -> Path | None:
    """A folder that is given; none for an empty name."""
    if name and not Path(name).is_dir():
        raise argparse.ArgumentTypeError(f"no folder: {name}")
    return Path(name) if name else None


def main() -> None:
    """Prints the figures of what is given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replies", type=folder, help="a folder with labels.jsonl and mails/, as tests/data/replies")
    parser.add_argument("--corpus", type=folder, help="a folder of public mails with bounces.jsonl and its like")
    parser.add_argument("--no-errors", action="store_true", help="figures only")
    given = parser.parse_args()
    folders = [one for one in (given.replies, given.corpus) if one is not None]
    if not folders:
        parser.error("give --replies, --corpus or both")
    for part in PARTS:
        for one in folders:
            if (one / part.manifest).exists():
                print(f"\n== {part.title}: {one}")
                part.report(one, errors=not given.no_errors)


if __name__ == "__main__":
    main()
