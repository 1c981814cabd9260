"""Sends test letters to the secretariat's own mailbox, and learns from what arrives how the mail server behaves."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from outreach.campaign.desk import Desk
from outreach.campaign.sending.doubt import Archive, as_copy
from outreach.campaign.sending.handing_over import Postman, nothing_kept
from outreach.core.authentication import first_authserv_id
from outreach.core.letters.mime import Head, Words, serialise
from outreach.core.letters.reference import make_reference
from outreach.core.proof import Copy, FoundBy, Wanted, archive_folder, profile_name, proves
from outreach.model import Handover, HandoverResult, Outgoing, OutreachError, RelayProfile

NOBODY = 0  # the number in a test letter's reference: of no invitee
TAG = "outreach-test"
PAUSE = 2.0  # seconds between two looks
TEXT = (
    "This letter was sent by outreach check --send-test, to learn how the mail server behaves.\n"
    "It counts for nothing and may be deleted.\n\nReference: {reference}\n"
)
BECAME = {FoundBy.MESSAGE_ID: "kept", FoundBy.MOVED_ID: "moved", FoundBy.REFERENCE: "replaced"}


@dataclass(frozen=True, slots=True)
class TestLetter:
    """One letter to ourselves: where it goes, and in which folder it should come."""

    __test__ = False  # not a test of pytest
    purpose: str  # inbox, sent, copy, plus
    to: str
    folder: str
    wanted: Wanted


def learn_relay(
    desk: Desk,
    make_postman: Callable[[], Postman],
    archive: Archive,
    *,
    seconds: float,
    wait: Callable[[float], None],
) -> RelayProfile:
    """Sends the test letters, waits until they are there or the time is over, and keeps what was learned.

    Args:
        desk: The campaign.
        make_postman: Makes a connection to the relay.
        archive: The mailbox, which is only read.
        seconds: How long a letter may take.
        wait: Waits so many seconds.

    Raises:
        OutreachError: The relay did not take the letter.
    """
    letters = _letters(desk)
    started = desk.now()
    to_plus = asyncio.run(_hand_over(desk, make_postman(), letters))
    sent = archive.sent_folder_name() or ""
    awaited = [*letters, *([replace(letters[0], purpose="sent", folder=sent)] if sent else [])]
    awaited = [one for one in awaited if archive.has_folder(one.folder)]
    found: dict[str, tuple[Copy, FoundBy]] = {}
    for pause in (0.0, *[PAUSE] * int(seconds / PAUSE)):
        wait(pause)
        for letter in awaited:
            if letter.purpose not in found and (one := _find(desk, archive, letter, started)) is not None:
                found[letter.purpose] = one
        if len(found) == len(awaited):
            break
    profile = _profile(desk, found, sent, plus=to_plus and "plus" in found)
    desk.store.archive.learn(profile)
    return profile


def _letters(desk: Desk) -> tuple[TestLetter, ...]:
    own, inbox = desk.settings.sender.address, desk.settings.inbox.folder
    name, _, domain = own.partition("@")
    letters = [_letter(desk, "inbox", own, inbox), _letter(desk, "plus", f"{name}+{TAG}@{domain}", inbox)]
    if blind := desk.settings.sending.blind_copy:
        letters.append(_letter(desk, "copy", blind, archive_folder(desk.settings)))
    return tuple(letters)


def _letter(desk: Desk, purpose: str, to: str, folder: str) -> TestLetter:
    reference, sender, now = make_reference(desk.key, desk.store.campaign, NOBODY), desk.settings.sender, desk.now()
    domain = sender.address.rpartition("@")[2].lower()
    wanted = Wanted(
        message_id=f"<test.{purpose}.{now:%Y%m%d%H%M%S%f}.{reference.replace('-', '').lower()}@{domain}>",
        number=NOBODY,
        sender=sender.address,
        to=sender.address,
        subject=f"[TEST] outreach {purpose} {now:%Y%m%d%H%M%S%f}",
        since=now,
    )
    return TestLetter(purpose, to, folder, wanted)


def _bytes(desk: Desk, letter: TestLetter) -> bytes:
    reference = make_reference(desk.key, desk.store.campaign, NOBODY)
    sender, wanted = desk.settings.sender, letter.wanted
    text = TEXT.format(reference=reference)
    head = Head(
        from_name=sender.name,
        from_address=sender.address,
        to=sender.address,
        to_name="",
        cc=(),
        subject=wanted.subject or "",
        date=wanted.since.astimezone(ZoneInfo(desk.settings.campaign.timezone)),
        message_id=wanted.message_id,
        in_reply_to="",
        references=(),
        language="en",
        auto_submitted="auto-generated",
        unsubscribe=f"mailto:{sender.address}?subject=stop%20{reference}",
    )
    return serialise(head, Words(wanted.subject or "", text, f"<p>{text}</p>", "en"), ())


async def _hand_over(desk: Desk, postman: Postman, letters: tuple[TestLetter, ...]) -> bool:
    """Gives whether the relay takes the address with a plus sign; the others it must take."""
    await postman.connect()
    plus = True
    try:
        for letter in letters:
            handover = await _hand_over_one(desk, postman, letter)
            if handover.result is HandoverResult.ACCEPTED:
                continue
            if letter.purpose != "plus":
                message = f"the relay did not take the test letter to {letter.to}: {handover.reply}"
                raise OutreachError(message)
            plus = False
            if not postman.connected:
                await postman.connect()
    finally:
        await postman.close()
    return plus


async def _hand_over_one(desk: Desk, postman: Postman, letter: TestLetter) -> Handover:
    settled: list[Handover] = []
    outgoing = Outgoing(desk.settings.sender.address, (letter.to,), (_bytes(desk, letter),))
    await postman.hand_over([outgoing], before_payload=nothing_kept, settled=lambda _, done: settled.append(done))
    return settled[0]


def _find(desk: Desk, archive: Archive, letter: TestLetter, started: datetime) -> tuple[Copy, FoundBy] | None:
    wanted, folder = letter.wanted, letter.folder
    for held in archive.find_by_id(folder, "Message-ID", wanted.message_id):
        return as_copy(desk, held), FoundBy.MESSAGE_ID
    for held in archive.find_by_id(folder, "X-Microsoft-Original-Message-ID", wanted.message_id):
        return as_copy(desk, held), FoundBy.MOVED_ID
    reference = make_reference(desk.key, desk.store.campaign, NOBODY)
    for held in archive.find_by_text(folder, reference, wanted.to, (started - timedelta(days=1)).date()):
        copy = as_copy(desk, held, text=True)
        if proves(copy, wanted) is not None:
            return copy, FoundBy.REFERENCE
    return None


def _profile(desk: Desk, found: dict[str, tuple[Copy, FoundBy]], sent: str, *, plus: bool) -> RelayProfile:
    settings = desk.settings
    came = found.get("inbox")
    return RelayProfile(
        server=profile_name(settings),
        learned_at=desk.now(),
        message_id=BECAME[came[1]] if came is not None else "",
        sent_folder=sent if "sent" in found else "",
        archive_folder=archive_folder(settings) if "copy" in found else "",
        blind_copy=settings.sending.blind_copy,
        authserv_id=first_authserv_id(came[0].message) if came is not None else "",
        plus=plus if came is not None else None,
    )
