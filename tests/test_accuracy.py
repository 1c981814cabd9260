"""The program that tells how well mails are read: limits, verdicts, and a run over folders as they are given."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.accuracy_bounces import Case as Notice
from benchmarks.accuracy_newtext import Case as Text
from benchmarks.figures import NONE, Limit, above, at_least, at_most, below, percent

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(
    ("limit", "share", "kept"),
    [
        (at_least(0.85), 0.85, True),
        (at_least(0.85), 0.84, False),
        (at_most(1 / 14), 1 / 14, True),
        (at_most(1 / 14), 2 / 14, False),
        (above(0.8), 0.8, False),
        (below(0.03), 0.03, False),
        (below(0.03), 0.02, True),
        (NONE, 0.0, True),
        (NONE, 0.001, False),
    ],
)
def test_limits(limit: Limit, share: float, kept: bool) -> None:
    """At the limit itself it matters whether it may be reached."""
    assert limit.keeps(share) is kept


@pytest.mark.parametrize(
    ("part", "whole", "told"), [(0, 0, "–"), (0, 5, "0.0 %"), (1, 389, "0.26 %"), (2, 3, "66.7 %"), (5, 5, "100.0 %")]
)
def test_shares(part: int, whole: int, told: str) -> None:
    """Of nothing there is no share; a small one is told more exactly."""
    assert percent(part, whole) == told


@pytest.mark.parametrize(
    ("found", "compare", "verdict"),
    [
        ("We  join.\n", "ws", "exact"),
        ("We join.\n\nAnn", "ws", "too much"),
        ("We", "ws", "lost"),
        ("Wejoin.", "nows", "exact"),
        ("*We* join.", "md", "exact"),
        ("Yes.", "ws", "exact"),
    ],
)
def test_new_text(found: str, compare: str, verdict: str) -> None:
    """As the corpus compares; each alternative is as good."""
    assert Text("a", "", ("We join.", "Yes."), compare).verdict(found) == verdict


def test_a_notice() -> None:
    """Another spelling of a recipient counts as found; whoever else is named is wrong."""
    label = {"kind": "hard", "recipients": ["<A@x.example>"], "recipients_alt": {"<A@x.example>": ["b@x.example"]}}
    case = Notice(label, frozenset({"b@x.example", "c@x.example"}), "hard")
    assert not case.missed
    assert case.wrong == {"c@x.example"}
    assert Notice({"kind": "other", "recipients": []}, frozenset({"c@x.example"}), "none").wrong == {"c@x.example"}


MAIL = "From: mayor@vic.example\nTo: cisdpl@uclg.org\nSubject: Re: Invitation\nMessage-ID: <{}@vic.example>\n\n{}\n"
NOTICE = (
    "From: MAILER-DAEMON@mx.example\nTo: cisdpl@uclg.org\nSubject: Undelivered Mail Returned to Sender\n\n"
    "<mayor@vic.example>: host mx.vic.example said: 550 5.1.1 User unknown\n"
)


def reply(file: str, label: str) -> dict[str, Any]:
    return {
        "file": file,
        "id": file,
        "lang": "en",
        "label": label,
        "flags": [],
        "city": "Vic",
        "country": "ES",
        "is_invited_address": True,
        "evidence": "",
        "return_date": None,
        "redirect_to": None,
        "new_text": "We join.",
    }


def write(folder: Path, manifest: str, rows: list[dict[str, Any]], mails: dict[str, str]) -> None:
    """A folder of labelled mails."""
    for name, text in mails.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    (folder / manifest).write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")


def run(*arguments: str | Path) -> str:
    program = [sys.executable, "-m", "benchmarks.accuracy", *map(str, arguments)]
    return subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_replies_alone(tmp_path: Path) -> None:
    """Every part that reads replies speaks, and an error stands on one line."""
    rows = [reply("a.eml", "decline"), reply("b.eml", "auto_reply")]
    away = "I am out of the office until 29 August 2022."
    write(
        tmp_path,
        "labels.jsonl",
        rows,
        {"mails/a.eml": MAIL.format("a", "We join."), "mails/b.eml": MAIL.format("b", away)},
    )
    printed = run("--replies", tmp_path)
    titles = [line.partition(":")[0] for line in printed.splitlines() if line.startswith("==")]
    assert titles == ["== What a reply says", "== Automatic replies", "== New text", "== Whose mail it is"]
    assert "decline read as" in printed
    assert "b.eml: day 2022-08-29 instead of None" in printed


def test_a_corpus_alone(tmp_path: Path) -> None:
    """Each manifest is asked for, and none must be there; figures may stand alone."""
    found = {"file": "n.eml", "kind": "hard", "kind_from": "read by hand", "recipients": ["mayor@vic.example"]}
    write(tmp_path, "bounces.jsonl", [found, found | {"recipients": ["ann@vic.example"]}], {"n.eml": NOTICE})
    printed = run("--corpus", tmp_path)
    assert printed.count("==") == 1
    assert "all recipients found                   1 of 2" in printed
    assert printed.count("✗") == 1
    assert "✗" not in run("--corpus", tmp_path, "--no-errors")
