"""Kills a sender again and again, lets it run to the end, and counts: no letter may be lost, none may be doubled."""

from __future__ import annotations

import argparse
import json
import random
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from outreach.adapters.store import tables as t
from outreach.campaign.desk import Desk
from outreach.campaign.sending.doubt import doubts, settle_doubts
from outreach.campaign.sending.posting import post
from outreach.core.refusals import classify
from outreach.model import LetterState, TryAgainLaterError
from tests.torture.campaign import PATIENCE, Campaign, ended, fork, kill, make_campaign, wait_for, working_folder
from tests.torture.copies import Copies
from tests.torture.lethal import COMMITS, WIRE, Bomb, mine_commits, mine_wire
from tests.torture.relay import DELAYS, GREETED, PIPELINING, PROFILE, Relay

SETTLE_EVERY = 15  # kills between two moves of the clock
WAIT = timedelta(minutes=11)  # a minute longer than a letter in doubt waits to be looked for
LONGEST = 0.06  # seconds from the connection to a kill at a random moment
LATEST = 0.5  # the same where the process should kill itself and does not come to that place
TIMES = (1, 2, 3, 5, 8, 20)  # a process comes to its place before it dies there
ROUNDS = 60  # passes to the end: what was not taken is looked for twice and then sent again, and may fail again
SLOWEST = 20  # letters a second that even a busy machine sends
TOLD = "outbox resolve"  # what a person can do
WAITING = (LetterState.READY, LetterState.DEFERRED, LetterState.CLAIMED, LetterState.HANDING_OVER)


@dataclass
class Counted:
    """What came of it; the first five must be empty or 0."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    untold: list[str] = field(default_factory=list)  # in doubt, and nobody is told
    wrong_log: list[str] = field(default_factory=list)  # letters that the log does not name once
    broken: list[str] = field(default_factory=list)  # what SQLite says of its file
    kills: int = 0
    letters: int = 0
    in_doubt: int = 0  # at the end
    left_before_the_end: int = 0  # letters that had not left when the last kill came
    seconds: float = 0.0
    died: dict[str, int] = field(default_factory=dict)  # where

    @property
    def well(self) -> bool:
        """Whether all is as it must be."""
        return not (self.lost or self.doubled or self.untold or self.wrong_log or self.broken)


@dataclass
class Killer:
    """Runs senders, and kills them."""

    campaign: Campaign
    relay: Relay
    copies: Copies
    chance: random.Random
    counted: Counted
    died: Counter[str] = field(default_factory=Counter)

    def kill_one(self, number: int) -> None:
        """One sender, killed at a random moment or at a place of its own; more than one where it came to its end."""
        if number % SETTLE_EVERY == SETTLE_EVERY - 1:
            self.later()
        profile = number % len(DELAYS)
        self.relay.board[PROFILE], self.relay.board[PIPELINING] = profile, self.chance.randrange(2)
        while not self._died(*self._plan()):
            pass
        self.counted.kills += 1

    def die_at(self, place: str, times: int) -> bool:
        """One sender that kills itself; whether it came to the place."""
        status = ended(fork(lambda: self.send(Bomb(place, times))))
        if status not in (0, -signal.SIGKILL):
            raise RuntimeError(f"the sender failed with {status}, as it says above")
        self.died[place] += status != 0
        self.counted.kills += status != 0
        return status != 0

    def later(self) -> None:
        """The time comes in which letters in doubt are looked for: by then the relay has taken what it will take."""
        wait_for(lambda: self.relay.quiet, "the relay does not come to rest")
        self.campaign.moment += WAIT
        self.copies.look()
        self.look_the_file_over()

    def look_the_file_over(self) -> None:
        """What a kill broke stays broken: with every kill it would take most of the time, a second for 50,000 letters."""
        self.counted.broken += [words for words in [self.campaign.integrity()] if words != "ok"]

    def _plan(self) -> tuple[str, int]:
        places = self.chance.choice((("",), ("",), COMMITS, WIRE))
        return self.chance.choice(places), self.chance.choice(TIMES)

    def _died(self, place: str, times: int) -> bool:
        board, longest = self.relay.board, LATEST if place else self.chance.uniform(0, LONGEST)
        board[GREETED] = 0
        pid = fork(lambda: self.send(Bomb(place, times)))
        status = ended(pid, lambda: board[GREETED] > 0)
        if status is None:
            alarm = time.monotonic() + longest
            status = ended(pid, lambda: time.monotonic() >= alarm)
        by_itself = status is not None
        status = kill(pid) if status is None else status
        if status not in (0, -signal.SIGKILL):
            raise RuntimeError(f"the sender failed with {status}, as it says above")
        self.died[place if by_itself else "at a random moment"] += status != 0
        return status != 0

    def send(self, bomb: Bomb) -> None:
        """What `outreach post` does, in a child process: letters in doubt are looked for, then what is due leaves."""
        postman = mine_wire(bomb)
        with self.campaign.open() as desk:
            mine_commits(desk.store.engine, bomb)
            settle_doubts(desk, self.copies.opened)
            progress = post(desk, lambda: postman(desk.settings.smtp, None, classify=classify))
            if progress.stopped_because or not isinstance(progress.problem, TryAgainLaterError | None):
                raise progress.problem or RuntimeError(progress.stopped_because)

    def finish(self) -> None:
        """Passes that nobody kills, until nothing waits any more."""
        self.relay.board[PROFILE] = 0
        with self.campaign.open() as desk:
            self.counted.left_before_the_end = sum(desk.store.outbox.counts()[state] for state in WAITING)
        patience = PATIENCE + self.counted.left_before_the_end / SLOWEST
        for _ in range(ROUNDS):
            self.later()
            with self.campaign.open() as desk:
                if not self._unfinished(desk):
                    return
            if status := ended(fork(lambda: self.send(Bomb("", 0))), seconds=patience):
                raise RuntimeError(f"the sender failed with {status}, as it says above")

    def _unfinished(self, desk: Desk) -> bool:
        """Whether letters wait, or such in doubt as can be settled, or of which nobody is told yet."""
        if any(desk.store.outbox.counts()[state] for state in WAITING):
            return True
        return any(self.copies.kept or TOLD not in words for words in doubts(desk).values())

    def count(self, desk: Desk) -> None:
        """Compares what the relay took with what the database says."""
        taken, told = self.copies.counted(), doubts(desk)
        with desk.store.transaction() as connection:
            sent = Counter(connection.execute(select(t.entry.c.letter).where(t.entry.c.kind == "sent")).scalars())
        for letter in desk.store.outbox.letters():
            times = taken.pop(letter.message_id, 0)
            accepted, doubtful = (letter.state is one for one in (LetterState.ACCEPTED, LetterState.IN_DOUBT))
            name = f"{letter.to} ({letter.state.value}, taken {times} times)"
            self.counted.letters += 1
            self.counted.in_doubt += doubtful
            if times > 1:
                self.counted.doubled.append(name)
            if not (times if accepted else doubtful):
                self.counted.lost.append(name)
            if doubtful and TOLD not in told.get(letter.id, ""):
                self.counted.untold.append(name)
            if sent[letter.id] != accepted:
                self.counted.wrong_log.append(name)
        self.counted.doubled += [f"{message_id}, which nobody knows" for message_id in taken]
        if desk.store.journal.standings() != desk.store.journal.folded():
            self.counted.wrong_log.append("standings are not the fold of the log")


def every_place(folder: Path, letters: int = 2) -> Counted:
    """A mailing of few letters is killed once at each place: every commit of it, each verb, the first of each answer."""
    began, counted, died = time.monotonic(), Counted(), Counter[str]()
    log = folder / "taken"
    with Relay(log, 0) as relay:
        first = make_campaign(folder / "first", letters, relay.port, connections=1)
        for place in (*COMMITS, *WIRE):
            for times in range(1, 100 if place in COMMITS else 2):
                copy = replace(first, folder=folder / f"{place} {times}".replace("'", ""))
                shutil.copytree(first.folder, copy.folder, symlinks=True)
                copies = Copies(log, start=log.stat().st_size)
                killer = Killer(copy, relay, copies, random.Random(0), counted, died)  # noqa: S311
                relay.board[PIPELINING] = times % 2
                if not killer.die_at(place, times):
                    break
                killer.finish()
                with copy.open() as desk:
                    killer.count(desk)
    counted.died, counted.seconds = dict(died), round(time.monotonic() - began, 1)
    return counted


def torture(folder: Path, given: argparse.Namespace) -> Counted:
    """Kills senders of so many letters so often; with or without a place that receives a copy of every letter."""
    began, counted = time.monotonic(), Counted()
    log = folder / "taken"
    with Relay(log, given.seed, given.faults) as relay:
        copies = Copies(log, kept=not given.no_archive)
        campaign, chance = make_campaign(folder, given.letters, relay.port), random.Random(given.seed)  # noqa: S311
        killer = Killer(campaign, relay, copies, chance, counted)
        for number in range(given.kills):
            killer.kill_one(number)
        killer.finish()
        with killer.campaign.open() as desk:
            killer.count(desk)
    counted.died, counted.seconds = dict(sorted(killer.died.items())), round(time.monotonic() - began, 1)
    return counted


def main(arguments: Sequence[str] | None = None) -> int:
    """The same from the command line; prints what was counted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=2000)
    parser.add_argument("--letters", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-archive", action="store_true", help="no place receives a copy of every letter")
    parser.add_argument("--faults", type=int, default=0, help="percent of letters with which the relay is at fault")
    parser.add_argument("--every-place", action="store_true", help="once at each place, instead of at random")
    given = parser.parse_args(arguments)
    with working_folder() as folder:
        counted = every_place(folder) if given.every_place else torture(folder, given)
    sys.stdout.write(json.dumps(asdict(counted), indent=1) + "\n")
    return 0 if counted.well else 1


if __name__ == "__main__":
    sys.exit(main())
