"""A secretariat in the test's own process: a relay that may fail, and a clock that the test moves."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from outreach.bootstrap import archive, relay
from outreach.campaign.desk import Desk
from outreach.campaign.enrolling.prepare import import_contacts, read_contacts
from outreach.campaign.letters.mailing import plan_launch, queue_invitations
from outreach.campaign.our_list import contacts_file
from outreach.campaign.sending.doubt import settle_doubts
from outreach.campaign.sending.posting import Progress, post
from outreach.core.proof import profile_name
from outreach.entrypoints.rehearsal import VirtualClock
from outreach.model import Letter, LetterState, RelayProfile
from outreach.settings import Settings
from tests.servers.relay import Relay

START = datetime(2022, 7, 15, 8, 0, tzinfo=UTC)
SENT, ARCHIVE, COPIES = "Sent Letters", "Copies", "copies@uclg.org"
WAIT = timedelta(minutes=11)
NORTHAM = "mayor@northam.example"


@dataclass
class Room:
    """A secretariat whose relay may fail, in this process, on a clock that a test moves."""

    office: Any  # tests.stories.conftest.Office
    relay: Relay
    desk: Desk
    clock: VirtualClock

    def launch(self, limit: int | None = None) -> None:
        """Invites everybody, or some; whatever the relay does, it is written down."""
        stationery = self.desk.load_stationery()
        import_contacts(self.desk)
        listed = read_contacts(contacts_file(self.desk)).invitees
        queue_invitations(
            self.desk, stationery, plan_launch(self.desk, stationery, listed=listed, limit=limit).invitees
        )
        self.post()

    def start(self, *arguments: str, now: str | None = None) -> subprocess.Popen[bytes]:
        """A call of the command line that goes on by itself."""
        return subprocess.Popen(
            self.office.command(*arguments, now=now or START.isoformat()),
            env=self.office.environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def hurry(self) -> None:
        """The folder's settings say that doubts are not waited for."""
        config = self.office.folder / "config.toml"
        said = config.read_text(encoding="utf-8").replace("[sending]\n", "[sending]\ndoubt_minutes = 0\n")
        config.write_text(said, encoding="utf-8")

    def post(self) -> Progress:
        """One pass."""
        with relay(self.desk) as make_postman:
            return post(self.desk, make_postman)

    def settle(self, later: timedelta = WAIT) -> None:
        """A look for the letters in doubt, some time later."""
        self.clock.move_to(self.clock.now() + later)
        settle_doubts(self.desk, lambda: archive(self.desk))

    def letter(self, to: str = NORTHAM) -> Letter:
        """The letter to an address."""
        return next(one for one in self.desk.store.outbox.letters() if one.to == to)

    def state(self, to: str = NORTHAM) -> LetterState:
        """Where it stands."""
        return self.letter(to).state

    def taken(self, to: str = NORTHAM) -> int:
        """How many letters the relay kept for an address."""
        return sum(to in one.recipients for one in self.relay.letters)

    def knows(self, **facts: object) -> None:
        """What a test letter showed, a day before."""
        profile = RelayProfile(profile_name(self.desk.settings), START - timedelta(days=1), message_id="kept")
        self.desk.store.archive.learn(replace(profile, **facts))  # type: ignore[arg-type]


MakeRoom = Callable[..., Room]


def with_copies(settings: Settings) -> Settings:
    """Blind copies go to an address whose mail is sorted into a folder of its own."""
    inbox = replace(settings.inbox, archive_folder=ARCHIVE)
    return replace(settings, inbox=inbox, sending=replace(settings.sending, blind_copy=COPIES))
