"""Makes a queued letter into what goes over the wire."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from outreach.campaign.desk import Desk
from outreach.campaign.letters.mailing import cast_letter
from outreach.core.calendar import local_time
from outreach.core.letters.mime import Head, assemble
from outreach.model import Letter, LetterKind, Outgoing, OutreachError
from outreach.settings import Settings

AUTOMATIC = {
    LetterKind.REMINDER: "auto-generated",
    LetterKind.THANKS: "auto-replied",
    LetterKind.REGRETS: "auto-replied",
}


def outgoing(desk: Desk, letter: Letter, parts: tuple[bytes, ...]) -> Outgoing:
    """The letter with its envelope. Who gets the blind copy stands there alone, in no header."""
    own_copy = desk.settings.sending.blind_copy if desk.settings.campaign.mode == "real" else ""
    recipients = tuple(dict.fromkeys((letter.to, *letter.cc)))
    return Outgoing(desk.settings.sender.address, recipients, parts, "" if own_copy in recipients else own_copy)


def letter_parts(desk: Desk, letter: Letter, moment: datetime) -> tuple[bytes, ...]:
    """The letter as it goes over the wire, in parts to be sent one after the other; the same on every attempt.

    Its lines end with CRLF. An attachment is the same object in every letter, so that nothing is copied; only the first
    part may hold a line that begins with a dot.

    Raises:
        OutreachError: The frozen letter no longer gives the words that were queued.
    """
    stationery = desk.frozen(letter.edition)
    cast = cast_letter(stationery, letter.key.kind, letter.key.step, letter.language, letter.values, letter.to)
    attachments = stationery.attachments_for(letter.key.kind, letter.language)
    if cast.digest(attachments) != letter.digest:
        message = (
            f"letter {letter.id} no longer comes out as it was queued (another version of outreach?); it was not sent"
        )
        raise OutreachError(message)
    head = letter_head(desk.settings, letter, cast.subject.decode(), moment)
    return assemble(head, cast.bodies, letter.language, attachments)


def letter_bytes(desk: Desk, letter: Letter, moment: datetime) -> bytes:
    """The same in one piece."""
    return b"".join(letter_parts(desk, letter, moment))


_local_time = lru_cache(maxsize=64)(local_time)  # of moments in UTC; the letters of a transaction have one


def letter_head(settings: Settings, letter: Letter, subject: str, moment: datetime) -> Head:
    """The headers of a letter."""
    sender = settings.sender
    contact = letter.values.get("contact")
    copies = [address for address in letter.cc if address.isascii()] if letter.cc else ()
    person = str(contact.get("person", "")) if isinstance(contact, dict) else ""
    return Head(
        from_name=sender.name,
        from_address=sender.address,
        to=letter.to,
        to_name=person,
        # Another script stands on the envelope alone, where it can be left out: no copy keeps a letter from leaving.
        cc=tuple(copies),
        subject=subject,
        date=_local_time(moment, settings.campaign.timezone),
        message_id=letter.message_id,
        in_reply_to=letter.in_reply_to,
        references=letter.references,
        language=letter.language,
        auto_submitted=AUTOMATIC.get(letter.key.kind, ""),
        unsubscribe=f"mailto:{sender.address}?subject=stop%20{letter.values.get('reference', '')}",
    )
