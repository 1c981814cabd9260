"""Processes are killed at random and at forced places: nothing is lost, nothing is doubled, and what is unknown is told."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from outreach.adapters.store.store import HEAD, MIGRATIONS

ROOT = Path(__file__).resolve().parents[2]


def tortured(program: str, *arguments: str) -> Any:
    """What one of the programs beside this file counted; it forks, which a process with threads must not."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    done = subprocess.run(
        [sys.executable, "-m", f"tests.torture.{program}", *arguments],
        cwd=ROOT,
        env={**environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr
    counted = json.loads(done.stdout)
    assert done.returncode == 0, counted
    return counted


@pytest.mark.parametrize(
    ("kills", "letters", "more"),
    [(150, 3000, ()), (30, 300, ("--no-archive",))],
    ids=["with an archive", "without"],
)
def test_killed_senders_lose_and_double_nothing(kills: int, letters: int, more: tuple[str, ...]) -> None:
    """Each letter reaches the relay once; where nothing proves that it did, it is in doubt, and a person is told."""
    counted = tortured("senders", f"--kills={kills}", f"--letters={letters}", "--seed=7", *more)
    assert (counted["kills"], counted["letters"]) == (kills, letters)
    assert counted["left_before_the_end"], "the last kill came while letters were leaving"
    assert (counted["in_doubt"] > 0) == bool(more)
    assert {name: counted[name] for name in ("lost", "doubled", "untold", "wrong_log", "broken")} == {
        "lost": [],
        "doubled": [],
        "untold": [],
        "wrong_log": [],
        "broken": [],
    }


def test_a_sender_may_die_at_every_place() -> None:
    """Around each commit of a mailing, each verb, first, middle and last byte of a letter, and each answer."""
    counted = tortured("senders", "--every-place")
    assert min(counted["died"].values()) > 0
    assert counted["died"]["after a commit"] > 10
    assert (counted["lost"], counted["doubled"], counted["wrong_log"]) == ([], [], [])


def test_senders_are_killed_while_the_relay_fails() -> None:
    """One letter in twenty meets a fault as well: refused for now, cut off, lost, or taken without a word."""
    counted = tortured("senders", "--kills=20", "--letters=500", "--faults=5", "--seed=7")
    assert (counted["kills"], counted["letters"], counted["in_doubt"]) == (20, 500, 0)
    assert (counted["lost"], counted["doubled"], counted["wrong_log"]) == ([], [], [])


def test_killed_readers_record_each_reply_once() -> None:
    """Each reply is kept, read and in the log once, and nobody is thanked twice; the file stays whole."""
    counted = tortured("readers", "--kills=50", "--replies=250", "--seed=7")
    assert (counted["kills"], counted["replies"]) == (50, 250)
    assert counted["thanked"] + counted["set_aside"] == 250
    assert counted["set_aside"] < 10, "only what was read when the process died three times"
    assert (counted["missing"], counted["doubled"], counted["wrong_log"], counted["broken"]) == ([], [], [], [])


def test_a_killed_upgrade_changes_nothing() -> None:
    """From every version: the next start finds the old tables whole or the new ones, and brings them up to date."""
    kills = tortured("upgrades", "--every=12")["kills"]
    assert set(kills) == {"empty", *(path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))} - {HEAD}
    assert min(kills.values()) > 1
