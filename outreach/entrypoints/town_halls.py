"""The town halls of a rehearsal: each gets its letters and answers as its script says, as real mails."""

from __future__ import annotations

import heapq
import re
import tomllib
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email import policy
from email.header import decode_header, make_header
from email.message import EmailMessage, Message
from email.parser import BytesParser
from email.utils import format_datetime, formataddr
from pathlib import Path

from outreach.core.calendar import local_time
from outreach.core.geography import time_zone
from outreach.model import Invitee, ReadingKind

SCRIPT = Path(__file__).with_name("town_halls.toml")
OUR_MX = "mx.rehearsal.example"  # the mail server whose word the rehearsal believes
QUOTE_LINES = {
    "en": "On {date}, {sender} wrote:",
    "fr": "Le {date}, {sender} a écrit :",
    "es": "El {date}, {sender} escribió:",
    "ca": "El {date}, {sender} va escriure:",
    "pt": "Em {date}, {sender} escreveu:",
    "it": "Il {date}, {sender} ha scritto:",
    "de": "Am {date} schrieb {sender}:",
    "nl": "Op {date} schreef {sender}:",
}
_SPAN = re.compile(r"(\d+)\s*([dhm])")
_UNITS = {"d": "days", "h": "hours", "m": "minutes"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What one town hall does after one of our letters."""

    invitee: str
    kind: ReadingKind  # what it is in truth
    text: str
    after: timedelta
    which: str = "invitation"  # the letter it answers, such as reminder.1
    style: str = "reply"
    sender: str = ""
    name: str = ""
    subject: str = ""
    language: str = ""
    status: str = ""  # of a bounce, such as 5.1.1


@dataclass(frozen=True, slots=True, order=True)
class Coming:
    """A mail that is on its way to us."""

    at: datetime
    number: int
    raw: bytes = field(compare=False)
    answer: Answer = field(compare=False)
    message_id: str = field(compare=False)


def read_script(path: Path = SCRIPT) -> tuple[Answer, ...]:
    """The answers of the script."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    return tuple(
        Answer(
            invitee=one["invitee"],
            kind=ReadingKind(one["kind"]),
            text=one.get("text", "").strip(),
            after=_span(one["after"]),
            which=one.get("which", "invitation"),
            style=one.get("style", "reply"),
            sender=one.get("from", ""),
            name=one.get("name", ""),
            subject=one.get("subject", ""),
            language=one.get("language", one.get("lang", "")),
            status=one.get("status", ""),
        )
        for one in data["answer"]
    )


def _span(text: str) -> timedelta:
    parts = {_UNITS[unit]: int(number) for number, unit in _SPAN.findall(text)}
    return timedelta(**parts)


def cast(script: Sequence[Answer], invitees: Sequence[Invitee]) -> tuple[Answer, ...]:
    """The script for these invitees; where it knows none of them, its parts are dealt out among them."""
    ids = {invitee.id for invitee in invitees}
    if any(answer.invitee in ids for answer in script):
        return tuple(answer for answer in script if answer.invitee in ids)
    by_invitee: dict[str, list[Answer]] = defaultdict(list)
    for answer in script:
        by_invitee[answer.invitee].append(answer)
    parts = [*by_invitee.values(), *([[]] * (len(by_invitee) // 3))]
    dealt = []
    for invitee in invitees:
        part = parts[zlib.crc32(invitee.id.encode()) % len(parts)]
        dealt += [_played_by(answer, invitee) for answer in part]
    return tuple(dealt)


def _played_by(answer: Answer, invitee: Invitee) -> Answer:
    return replace(answer, invitee=invitee.id, sender="", name="")


class TownHalls:
    """Takes the letters that the relay hands over, and sends the answers when their time has come."""

    def __init__(self, answers: Sequence[Answer], invitees: Sequence[Invitee], our_address: str) -> None:
        self._answers: dict[tuple[str, str], list[Answer]] = defaultdict(list)
        for answer in answers:
            self._answers[answer.invitee, answer.which].append(answer)
        self._by_address = {contact.email.lower(): invitee for invitee in invitees for contact in invitee.contacts}
        self._ours = our_address
        self._coming: list[Coming] = []
        self._sent = 0
        self.truth: dict[str, Answer] = {}  # by the Message-ID of the answer

    def knows(self, address: str, invitee: Invitee) -> None:
        """A new contact of an invitee moves in."""
        self._by_address.setdefault(address.lower(), invitee)

    def take(self, recipients: Sequence[str], data: bytes, now: datetime) -> str | None:
        """Takes a letter; the answers it sets off are on their way. None: the relay says 250."""
        letter = BytesParser(policy=policy.compat32).parsebytes(data)
        invitee = self._by_address.get(recipients[0].lower())
        which = _which(letter)
        if invitee is not None:
            for answer in self._answers.pop((invitee.id, which), ()):
                self._send(answer, invitee, letter, now)
        return None

    def _send(self, answer: Answer, invitee: Invitee, letter: Message, now: datetime) -> None:
        at = (now + answer.after).replace(second=0, microsecond=0)
        self._sent += 1
        message_id = f"<answer.{self._sent}@{_domain(invitee)}>"
        if answer.kind is ReadingKind.BOUNCE:
            raw = _bounce(answer, invitee, letter, at, message_id, self._ours)
        else:
            raw = _reply(answer, invitee, letter, at, message_id, self._ours)
        self.truth[message_id] = answer
        heapq.heappush(self._coming, Coming(at, self._sent, raw, answer, message_id))

    def next_at(self) -> datetime | None:
        """When the next mail arrives."""
        return self._coming[0].at if self._coming else None

    def arrived(self, now: datetime) -> Iterator[Coming]:
        """The mails that have arrived by now, each once."""
        while self._coming and self._coming[0].at <= now:
            yield heapq.heappop(self._coming)


def _which(letter: Message) -> str:
    """The name of a letter from its Message-ID: invitation, invitation.1 (written again), reminder.2, …"""
    kind, _, rest = str(letter["Message-ID"]).strip("<>").partition(".")
    _wave, step, round_ = (*rest.partition(".")[0].split("-"), "0", "0", "0")[:3]
    number = step if kind == "reminder" else round_
    return kind if number == "0" else f"{kind}.{number}"


def _domain(invitee: Invitee) -> str:
    return invitee.contact.email.rpartition("@")[2]


def _sender(answer: Answer, invitee: Invitee) -> tuple[str, str]:
    contact = invitee.contact
    if answer.sender:
        return answer.name or answer.sender.partition("@")[0].replace(".", " ").title(), answer.sender
    match answer.style:
        case "fresh" | "forwarded":
            return answer.name or f"Cabinet, {invitee.name}", f"cabinet@{_domain(invitee)}"
        case "webmail":
            return answer.name or invitee.name, f"{invitee.id}@webmail.example"
        case _:
            return answer.name or contact.person, contact.email


def _reply(answer: Answer, invitee: Invitee, letter: Message, at: datetime, message_id: str, ours: str) -> bytes:
    name, address = _sender(answer, invitee)
    subject = _subject_of(letter)
    mail = EmailMessage(policy=policy.SMTP)
    domain = address.rpartition("@")[2]
    mail["Authentication-Results"] = f"{OUR_MX}; dkim=pass header.d={domain}; dmarc=pass header.from={domain}"
    mail["Received"] = f"from {domain} by {OUR_MX}; {format_datetime(at)}"
    mail["From"] = formataddr((name, address))
    mail["To"] = ours
    mail["Date"] = format_datetime(local_time(at, time_zone(invitee.contact, invitee.country)))
    mail["Message-ID"] = message_id
    automatic = answer.kind is ReadingKind.AUTO_REPLY
    mail["Subject"] = answer.subject or (f"Automatic reply: {subject}" if automatic else f"Re: {subject}")
    threaded = answer.style == "reply"
    if threaded:
        mail["In-Reply-To"] = str(letter["Message-ID"])
        mail["References"] = str(letter["Message-ID"])
    if automatic:
        mail["Auto-Submitted"] = "auto-replied"
    quoted = _quoted(answer, letter) if threaded and not automatic else ""
    mail.set_content(f"{answer.text}\n{quoted}", cte="quoted-printable")
    return mail.as_bytes()


def _subject_of(letter: Message) -> str:
    return str(make_header(decode_header(str(letter["Subject"])))).removeprefix("Re: ")


def _quoted(answer: Answer, letter: Message) -> str:
    text = next(part for part in letter.walk() if part.get_content_type() == "text/plain")
    payload = text.get_payload(decode=True)
    lines = payload.decode("utf-8").splitlines() if isinstance(payload, bytes) else []
    intro = QUOTE_LINES.get(answer.language, QUOTE_LINES["en"])
    head = intro.format(date=str(letter["Date"])[:25].strip(), sender=str(letter["From"]).replace("\r\n", ""))
    return "\n" + "\n".join([head, *(f"> {line}".rstrip() for line in lines)]) + "\n"


def _bounce(answer: Answer, invitee: Invitee, letter: Message, at: datetime, message_id: str, ours: str) -> bytes:
    """A notice as mail servers write it (RFC 3464)."""
    status = answer.status or "5.1.1"
    address, host = invitee.contact.email, f"mx.{_domain(invitee)}"
    action, reply = ("failed", f"550 {status}") if status.startswith("5") else ("delayed", f"451 {status}")
    edge = f"=_notice{zlib.crc32(message_id.encode()):x}"
    words = answer.text or "The mail system could not deliver your message."
    parts = (
        f"Content-Type: text/plain; charset=utf-8\r\n\r\n{words}\r\n\r\n<{address}>: host {host} said: {reply}\r\n",
        (
            f"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; {OUR_MX}\r\n\r\n"
            f"Final-Recipient: rfc822; {address}\r\nAction: {action}\r\nStatus: {status}\r\n"
            f"Diagnostic-Code: smtp; {reply} no such user\r\n"
        ),
        (
            "Content-Type: text/rfc822-headers\r\n\r\n"
            f"From: {ours}\r\nTo: {address}\r\nMessage-ID: {letter['Message-ID']}\r\n"
        ),
    )
    subject = "Undelivered Mail Returned to Sender" if action == "failed" else "Delayed Mail (still being retried)"
    head = (
        f"Return-Path: <>\r\nFrom: Mail Delivery System <MAILER-DAEMON@{OUR_MX}>\r\nTo: {ours}\r\n"
        f"Subject: {subject}\r\nDate: {format_datetime(at)}\r\nMessage-ID: {message_id}\r\n"
        "Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        f'Content-Type: multipart/report; report-type=delivery-status; boundary="{edge}"\r\n\r\n'
    )
    body = "".join(f"--{edge}\r\n{part}\r\n" for part in parts) + f"--{edge}--\r\n"
    return (head + body).encode()
