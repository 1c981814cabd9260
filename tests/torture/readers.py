"""Kills a reader again and again, and counts: each reply is recorded once, and nobody is thanked twice."""

from __future__ import annotations

import argparse
import json
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from email.message import EmailMessage
from email.utils import format_datetime

from sqlalchemy import select

from outreach.adapters.imap.mailbox import Cursor, Fetched
from outreach.adapters.store import tables as t
from outreach.campaign.answers.replies import gather_knowledge, read_new
from outreach.campaign.answers.taking_in import take_in
from outreach.campaign.desk import Desk
from outreach.campaign.letters.followup import queue_due, waiting_acknowledgements
from outreach.model import EntryKind, Letter, LetterKind, LetterState
from tests.torture.campaign import START, Campaign, ended, fork, kill, make_campaign, working_folder
from tests.torture.lethal import COMMITS, Bomb, mine_commits
from tests.torture.relay import Board

LONGEST = 0.3  # seconds from the first look into the mailbox to a kill at a random moment
TIMES = (1, 2, 3, 5, 8, 13, 21)  # a process comes to its commit before it dies there
AGAIN = 10  # mails that the mailbox gives a second time
STARTED = 0  # place of the board


@dataclass(frozen=True)
class Letterbox:
    """A mailbox with a number for each mail, some of which it gives again."""

    mails: Sequence[bytes]

    def fetch_new(self, folder: str, cursor: Cursor | None) -> Iterator[Fetched]:
        """What came since, and a little before."""
        for number in range(max(0, cursor.last_uid - AGAIN) if cursor else 0, len(self.mails)):
            raw = self.mails[number]
            yield Fetched(raw, START, Cursor(folder, 1, max(number + 1, cursor.last_uid if cursor else 0)))

    def sent_folder_name(self) -> str | None:
        """There is none."""
        return None


@dataclass
class Counted:
    """What came of it; the first four must be empty."""

    missing: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong_log: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    kills: int = 0
    replies: int = 0
    set_aside: int = 0  # killed three times over the same mail: a person gets it
    thanked: int = 0
    seconds: float = 0.0
    died: dict[str, int] = field(default_factory=dict)

    @property
    def well(self) -> bool:
        """Whether all is as it must be."""
        return not (self.missing or self.doubled or self.wrong_log or self.broken)


def reply_to(letter: Letter) -> bytes:
    """A city says yes."""
    mail = EmailMessage()
    mail["From"], mail["To"] = letter.to, "secretariat@campaign.example"
    mail["Subject"], mail["Message-ID"] = "Re: Invitation", f"<reply.{letter.to}>"
    mail["In-Reply-To"] = mail["References"] = letter.message_id
    mail["Date"] = format_datetime(START)
    mail.set_content(
        "Dear colleagues,\n\nWe hereby confirm that our city will take part in the campaign.\n\nA. Mayor\n"
    )
    return mail.as_bytes()


def accept_all(desk: Desk) -> None:
    """Every invitation has left."""
    for letter in desk.store.outbox.letters():
        what, number = letter.key.kind.value, letter.key.invitee
        sent = desk.entry(invitee=number, kind=EntryKind.SENT, at=START, what=what, letter=letter.id)
        desk.store.outbox.settle(
            letter.id, LetterState.ACCEPTED, START, stage="reply", reply="", entries=[sent], expected=[letter.state]
        )


def read_and_thank(desk: Desk, mails: Sequence[bytes]) -> None:
    """What `outreach acknowledge --yes` does before it sends: takes in, reads, and queues the thanks."""
    take_in(desk, Letterbox(mails), "torture", "INBOX")
    read_new(desk)
    queue_due(desk, waiting_acknowledgements(desk))


class Killer:
    """Runs readers, and kills them."""

    def __init__(self, campaign: Campaign, chance: random.Random) -> None:
        self._campaign = campaign
        self._chance = chance
        self._board = Board()
        self.counted = Counted()
        self.died: Counter[str] = Counter()
        with campaign.open() as desk:
            accept_all(desk)
            self.mails = [reply_to(letter) for letter in desk.store.outbox.letters()]
            gather_knowledge(desk)  # for all children that follow
            self._stationery = desk.load_stationery()
            self._index = desk._kept

    def kill_one(self, came: int) -> None:
        """One reader of the mails that came so far; more than one where it came to its end."""
        while not self._died(came):
            pass
        self.counted.kills += 1
        self.counted.broken += [words for words in [self._campaign.integrity()] if words != "ok"]

    def _died(self, came: int) -> bool:
        place = self._chance.choice(("", "", *COMMITS))
        longest = 60 if place else self._chance.uniform(0, LONGEST)
        self._board[STARTED] = 0
        pid = fork(lambda: self.read(Bomb(place, self._chance.choice(TIMES)), came))
        status = ended(pid, lambda: self._board[STARTED] > 0)
        if status is None:
            alarm = time.monotonic() + longest
            status = ended(pid, lambda: time.monotonic() >= alarm)
        status = kill(pid) if status is None else status
        if status not in (0, -signal.SIGKILL):
            raise RuntimeError(f"the reader failed with {status}, as it says above")
        self.died[place or "at a random moment"] += status != 0
        return status != 0

    def read(self, bomb: Bomb, came: int) -> None:
        """In a child process."""
        with self._campaign.open() as opened:
            desk = replace(opened, load_stationery=lambda: self._stationery, _kept=self._index)
            mine_commits(desk.store.engine, bomb)
            self._board[STARTED] = 1
            read_and_thank(desk, self.mails[:came])

    def finish(self) -> None:
        """One reader that nobody kills."""
        if status := ended(fork(lambda: self.read(Bomb("", 0), len(self.mails)))):
            raise RuntimeError(f"the reader failed with {status}, as it says above")

    def count(self, desk: Desk) -> None:
        """Compares the mails that came with what the database says."""
        with desk.store.transaction() as connection:
            mails = list(connection.execute(select(t.mail.c.id)).scalars())
            read = Counter(connection.execute(select(t.reading.c.mail)).scalars())
            kinds = (EntryKind.ANSWER.value, EntryKind.REVIEW.value)
            entries = list(
                connection.execute(select(t.entry.c.invitee, t.entry.c.kind).where(t.entry.c.kind.in_(kinds)))
            )
        recorded = Counter(row.invitee for row in entries)
        thanks = Counter(one.key.invitee for one in desk.store.outbox.letters() if one.key.kind is LetterKind.THANKS)
        self.counted.replies, self.counted.thanked = len(mails), thanks.total()
        self.counted.set_aside = sum(row.kind == EntryKind.REVIEW.value for row in entries)
        for number, standing in desk.store.journal.standings().items():
            if not recorded[number] or thanks[number] + standing.needs_review != 1:
                self.counted.missing.append(f"invitee {number}: {standing.state.value}")
            if recorded[number] > 1 or thanks[number] > 1:
                self.counted.doubled.append(f"invitee {number}: {recorded[number]} times, {thanks[number]} thanks")
        if len(mails) != len(self.mails) or read != Counter(mails):
            self.counted.wrong_log.append(f"{len(mails)} mails, {read.total()} readings")
        if desk.store.journal.standings() != desk.store.journal.folded():
            self.counted.wrong_log.append("standings are not the fold of the log")


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints what was counted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--replies", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    began = time.monotonic()
    with working_folder() as folder:
        killer = Killer(make_campaign(folder, given.replies, 25), random.Random(given.seed))  # noqa: S311
        for number in range(given.kills):
            killer.kill_one(given.replies * (number + 1) // given.kills)
        killer.finish()
        with killer._campaign.open() as desk:
            killer.count(desk)
    counted = killer.counted
    counted.died, counted.seconds = dict(killer.died), round(time.monotonic() - began, 1)
    sys.stdout.write(json.dumps(asdict(counted), indent=1) + "\n")
    return 0 if counted.well else 1


if __name__ == "__main__":
    sys.exit(main())
