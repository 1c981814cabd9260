"""A campaign in full swing for the tests of the page: invented town halls in many scripts, made by the real verbs."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from outreach.adapters.config import load_settings
from outreach.bootstrap import make_desk
from outreach.campaign.answers.replies import read_new
from outreach.campaign.deciding import review
from outreach.campaign.desk import Desk
from outreach.campaign.enrolling.prepare import import_contacts, read_contacts
from outreach.campaign.letters.followup import due_reminders, queue_due, waiting_acknowledgements
from outreach.campaign.letters.mailing import plan_launch, queue_invitations
from outreach.campaign.our_list import contacts_file
from outreach.campaign.sending.posting import post
from outreach.entrypoints.rehearsal import VirtualClock
from outreach.model import Handover, HandoverResult, LetterKind, Outgoing

ROOT = Path(__file__).resolve().parents[2]
LAUNCH = datetime(2022, 7, 18, 9, tzinfo=UTC)
NOW = datetime(2022, 9, 6, 9, 30, tzinfo=UTC)  # when the page is looked at
COLUMNS = ("id", "name", "country", "kind", "person", "title", "gender", "email", "cc", "language", "timezone", "notes")
CONFIG = """
[campaign]
id = "trial-2022"
name = "10, 100, 1000 Human Rights Cities and Territories by 2030"
deadline = 2022-09-15
mode = "real"
committee_url = "https://committee.example/"
target = { name = "World Congress", date = 2022-10-10, goal = 100 }
[sender]
name = "UCLG-CSIPDHR"
address = "cisdpl@uclg.org"
[smtp]
host = "127.0.0.1"
port = 9
security = "none"
per_minute = 0
[inbox]
kind = "maildir"
path = "mailbox"
authserv_id = "mx.example.org"
[sending]
days = []
hours = "any"
holidays = false
[[reminders]]
days_before = 31
[[reminders]]
days_before = 17
[web]
hosts = ["outreach.example.org"]
"""


class KindPostman:
    """A relay that takes every letter."""

    connected = True

    def take(self) -> None:
        """Happens just before each letter."""

    async def connect(self) -> None:
        """It is always there."""

    async def close(self) -> None:
        """It stays."""

    async def hand_over(
        self,
        letters: Sequence[Outgoing],
        *,
        before_payload: Callable[[], Awaitable[Collection[int]]],
        settled: Callable[[int, Handover], None],
        beginning: Callable[[int], None] = lambda _number: None,
    ) -> None:
        """Says yes to every letter that may leave."""
        stay = await before_payload()
        for number in range(len(letters)):
            if number not in stay:
                self.take()
                beginning(number)
                settled(number, Handover(HandoverResult.ACCEPTED, "reply", "250 taken"))


def apart(work: Callable[[Path], None], folder: Path) -> None:
    """Does work in a thread of its own: playwright keeps a loop in the tests' thread, where no other can run."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(work, folder).result()


def build_campaign(folder: Path) -> None:
    """Plays the campaign of towns.toml into a folder, up to the sixth of September."""
    script = tomllib.loads((Path(__file__).parent / "towns.toml").read_text(encoding="utf-8"))
    write_folder(folder, script["town"])
    clock = VirtualClock(LAUNCH)
    desk = make_desk(folder, load_settings(folder / "config.toml"), clock, "anna")
    import_contacts(desk)
    stationery = desk.load_stationery()
    plan = plan_launch(desk, stationery, listed=read_contacts(contacts_file(desk)).invitees)
    queue_invitations(desk, stationery, plan.invitees)
    post(desk, KindPostman)
    for moment, happen in sorted(_events(desk, script), key=lambda event: event[0]):
        clock.move_to(moment)
        happen()
        read_new(desk)
        queue_due(desk, due_reminders(desk))
        if moment < LAUNCH + timedelta(days=20):
            queue_due(desk, waiting_acknowledgements(desk))
        post(desk, KindPostman)
    desk.store.close()


def write_folder(folder: Path, towns: list[dict[str, Any]]) -> None:
    """Settings, letters and contacts."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "templates").symlink_to(ROOT / "templates")
    (folder / "mailbox").mkdir()
    (folder / "config.toml").write_text(CONFIG, encoding="utf-8")
    with (folder / "contacts.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for one in towns:
            row = {"kind": one.get("kind_of", "city"), "email": address_of(one)}
            writer.writerow([row.get(name) or one.get(name, "") for name in COLUMNS])


def address_of(town: Mapping[str, Any]) -> str:
    """Where a town hall is written to."""
    return f"mayor@{town['id']}.example"


def _events(desk: Desk, script: Mapping[str, Any]) -> list[tuple[datetime, Callable[[], object]]]:
    events: list[tuple[datetime, Callable[[], object]]] = []
    for number, town in enumerate(script["town"]):
        at = LAUNCH + timedelta(days=town.get("after", 0), minutes=7 * number)
        if "says" in town or town.get("kind") == "bounce":
            events.append((at, _receiving(desk, town, town.get("says", ""), at)))
        if "then" in town:
            later = at + timedelta(days=town["then_after"])
            events.append((later, _receiving(desk, town, town["then"], later)))
        if "decide" in town:
            note = town.get("note", "")
            decided = at + timedelta(days=1)
            events.append((decided, lambda town=town, note=note: review.decide(desk, town["id"], town["decide"], note)))  # type: ignore[misc]
    for number, one in enumerate(script["stranger"]):
        at = LAUNCH + timedelta(days=one["after"], minutes=11 * number)
        events.append((at, lambda one=one, at=at: keep(desk, mail(one["from"], one["subject"], one["says"], at), at)))  # type: ignore[misc]
    events += [(LAUNCH + timedelta(days=days), lambda: None) for days in (29, 36, 43, 49)]
    return events


def _receiving(desk: Desk, town: Mapping[str, Any], says: str, at: datetime) -> Callable[[], object]:
    """A town hall answers the letter that it got last, or a mail server says that there is nobody."""

    def receive() -> int | None:
        invitee = desk.invitee(town["id"])
        letter = desk.store.outbox.letters(invitee=invitee.number)[0]
        if town.get("kind") == "bounce":
            return keep(desk, bounce(letter.to, letter.message_id, at), at)
        answer = mail(address_of(town), "Re: Invitation", says, at)
        answer["In-Reply-To"] = answer["References"] = letter.message_id
        if town.get("automatic"):
            answer["Auto-Submitted"] = "auto-replied"
            answer.replace_header("Subject", "Automatic reply: Invitation")
        return keep(desk, answer, at)

    return receive


def mail(sender: str, subject: str, text: str, at: datetime) -> EmailMessage:
    """A mail to the secretariat."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, "cisdpl@uclg.org", subject
    made["Date"] = format_datetime(at)
    made["Message-ID"] = f"<{at.timestamp():.0f}.{len(text)}@mail.example>"
    made["Authentication-Results"] = f"mx.example.org; dmarc=pass header.from={sender.rpartition('@')[2].rstrip('>')}"
    made.set_content(text)
    return made


def bounce(recipient: str, message_id: str, at: datetime) -> EmailMessage:
    """A notice that nobody lives at an address (RFC 3464)."""
    notice = mail("MAILER-DAEMON@mx.example.org", "Undelivered Mail Returned to Sender", "", at)
    notice.replace_header("Content-Type", 'multipart/report; report-type="delivery-status"; boundary="=="')
    notice.set_payload(
        f"--==\r\nContent-Type: text/plain\r\n\r\nYour message to {recipient} could not be delivered: user unknown\r\n"
        f"--==\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.org\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        f"Diagnostic-Code: smtp; 550 5.1.1 user unknown\r\n\r\n"
        f"--==\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {message_id}\r\nTo: {recipient}\r\n--==--\r\n"
    )
    return notice


def keep(desk: Desk, message: EmailMessage, at: datetime) -> int | None:
    """A mail comes into the mailbox."""
    return desk.store.inbox.keep(message.as_bytes(), source="INBOX", received_at=at, now=at)


def count_letters(desk: Desk, kind: LetterKind) -> int:
    """How many letters of a kind there are."""
    return sum(letter.key.kind is kind for letter in desk.store.outbox.letters())
