"""Shows letters before they leave: every one as a file, or one to oneself."""

from __future__ import annotations

import asyncio
import html
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from outreach.adapters.store.log.audit import Deed
from outreach.campaign.desk import Desk
from outreach.campaign.enrolling.erasing import refuse_suppressed
from outreach.campaign.enrolling.prepare import everybody, listed_now
from outreach.campaign.letters.mailing import Composed, compose, new_letter, threads_of
from outreach.campaign.letters.wire import letter_head
from outreach.campaign.sending.handing_over import Postman, nothing_kept
from outreach.core.addresses import address_mistake, as_it_travels
from outreach.core.counting import counted
from outreach.core.letters.mime import AttachedFile, Words, serialise
from outreach.core.letters.stationery import Stationery
from outreach.languages.spelling import plain
from outreach.model import (
    Handover,
    HandoverResult,
    Invitee,
    Letter,
    LetterKind,
    LetterState,
    Outgoing,
    OutreachError,
    Sentence,
    UsageError,
)

MOST_NAMED = 3  # of several invitees that may be meant


def write_previews(desk: Desk, place: Path, kind: LetterKind, step: int, only: str | None = None) -> int:
    """Writes each letter as .eml and .html, and an index.html that lists them; gives how many."""
    place.mkdir(parents=True, exist_ok=True)
    stationery = desk.load_stationery()
    invitees = everybody(desk, listed_now(desk).invitees)
    if only is not None:
        invitees = tuple(i for i in invitees if only in (i.id, i.name)) or (desk.invitee(only),)
    rows = []
    for invitee in invitees:
        words, data = _letter(desk, stationery, invitee, kind, step)
        name = "".join(char if char.isalnum() or char in "-_" else "_" for char in invitee.id)
        (place / f"{name}.eml").write_bytes(data)
        (place / f"{name}.html").write_text(words.html, encoding="utf-8")
        rows.append((invitee, name, words))
    (place / "index.html").write_text(_index(rows), encoding="utf-8")
    return len(rows)


@dataclass(frozen=True, slots=True)
class Shown:
    """A letter to an invitee as it would be sent."""

    invitee: Invitee
    words: Words
    attachments: tuple[AttachedFile, ...]
    mail: bytes  # all of it, as .eml


def show_letter(
    desk: Desk, stationery: Stationery, invitee: Invitee, kind: LetterKind, step: int, language: str = ""
) -> Shown:
    """The letter that an invitee would get; with a language, in that one."""
    if language:
        contact = replace(invitee.contact, language=language)
        invitee = replace(invitee, contacts=(contact, *invitee.contacts[1:]))
    words, mail = _letter(desk, stationery, invitee, kind, step)
    return Shown(invitee, words, stationery.attachments_for(kind, words.language), mail)


def _letter(desk: Desk, stationery: Stationery, invitee: Invitee, kind: LetterKind, step: int) -> tuple[Words, bytes]:
    composed = compose(desk, stationery, invitee, kind, step)
    words = composed.cast.words()
    draft = _draft(desk, stationery, invitee, kind, step, composed)
    head = letter_head(desk.settings, draft, words.subject, desk.now())
    return words, serialise(head, words, stationery.attachments_for(kind, composed.language))


def _draft(
    desk: Desk, stationery: Stationery, invitee: Invitee, kind: LetterKind, step: int, composed: Composed
) -> Letter:
    thread = threads_of(desk, [invitee.number]).get(invitee.number, ())
    new = new_letter(desk, stationery, 0, invitee, kind, desk.now(), step=step, thread=thread, composed=composed)
    return Letter(
        id=0,
        key=new.key,
        to=new.to,
        cc=new.cc,
        language=new.language,
        edition=0,
        values=new.values,
        digest=new.digest,
        message_id=new.message_id,
        in_reply_to=new.in_reply_to,
        references=new.references,
        state=LetterState.READY,
        due_at=new.due_at,
    )


def _index(rows: list[tuple[Invitee, str, Words]]) -> str:
    lines = "".join(
        f"<tr><td>{html.escape(invitee.name)}</td><td>{html.escape(invitee.country)}</td>"
        f"<td>{html.escape(words.language)}</td><td>{html.escape(invitee.contact.email)}</td>"
        f'<td><a href="{name}.html">letter</a></td><td><a href="{name}.eml">mail</a></td></tr>\n'
        for invitee, name, words in rows
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Letters</title>'
        '<meta name="viewport" content="width=device-width"><style>body{font:16px/1.5 system-ui;margin:2rem auto;'
        "max-width:60rem;padding:0 1rem}td{padding:.2rem .8rem .2rem 0}</style></head>"
        f"<body><h1>{counted(len(rows), 'letter')}</h1><table>{lines}</table></body></html>\n"
    )


def send_test_letter(
    desk: Desk,
    make_postman: Callable[[], Postman],
    address: str,
    kind: LetterKind,
    step: int,
    as_for: str | None = None,
) -> str:
    """Sends one letter to an address of one's own, with the real headers; it counts for nothing.

    Raises:
        UnclearInviteeError: It is not clear as for whom; nothing was sent.
        UsageError: The address is none, or that of an invitee; nothing was sent.
        OutreachError: The relay did not take it.
    """
    if problem := address_mistake(address):
        raise UsageError(problem)
    address = as_it_travels(address)
    refuse_suppressed(desk, address)
    stationery = desk.load_stationery()
    known = everybody(desk, listed_now(desk).invitees)
    _refuse_invitees(desk, known, address)
    if not known:
        message = Sentence("contacts.csv is empty; add a row first")
        raise UsageError(message)
    chosen = known[0] if as_for is None else _meant(known, as_for)
    composed = compose(desk, stationery, chosen, kind, step)
    words, draft = composed.cast.words(), _draft(desk, stationery, chosen, kind, step, composed)
    test = f"<test.{desk.now():%Y%m%d%H%M%S}.{draft.message_id[1:]}"
    head = letter_head(desk.settings, _to(draft, address, test), f"[TEST] {words.subject}", desk.now())
    data = serialise(head, words, stationery.attachments_for(kind, composed.language))
    letter = f"{kind.value} {step}" if step else kind.value
    desk.store.audit.note(Deed.TEST_LETTER, desk.by, desk.now(), letter=letter, to=address, invitee=chosen.id)
    return asyncio.run(_hand_over(desk, make_postman(), address, data))


class UnclearInviteeError(UsageError):
    """Nobody is called so, or several are."""


def _meant(known: Iterable[Invitee], given: str) -> Invitee:
    """The invitee with that id or name, or else the only one in whose name each word begins one."""
    exact = [one for one in known if given in (one.id, one.name)]
    if exact:
        return exact[0]
    words = plain(given).split()
    fit = [one for one in known if words and all(f" {word}" in f" {plain(one.name)}" for word in words)]
    if len(fit) == 1:
        return fit[0]
    if not fit:
        message = Sentence("no invitee is called “%(given)s”", given=given)
        raise UnclearInviteeError(message)
    names = ", ".join(one.name for one in fit[:MOST_NAMED]) + ("" if len(fit) <= MOST_NAMED else ", …")
    several = Sentence(
        "several invitees are called “%(given)s”: %(names)s; write more of the name",
        given=given,
        names=names,
    )
    raise UnclearInviteeError(several)


def _refuse_invitees(desk: Desk, known: Iterable[Invitee], address: str) -> None:
    """No test letter reaches a town hall, not even at an address of last year or one with a “+word”."""
    wanted = _mailbox(address)
    for invitee in known:
        if wanted in {_mailbox(one) for contact in invitee.contacts for one in (contact.email, *contact.cc)}:
            _refuse(address, invitee)
    for numbers in desk.store.register.look_up("address", {address.lower(), wanted}).values():
        _refuse(address, desk.store.register.some(numbers)[numbers[0]])


def _mailbox(address: str) -> str:
    local, _, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def _refuse(address: str, invitee: Invitee) -> None:
    message = Sentence(
        "%(address)s is an address of %(name)s; a test letter goes to an address of your own",
        address=address,
        name=invitee.name,
    )
    raise UsageError(message)


def _to(letter: Letter, address: str, message_id: str) -> Letter:
    return replace(letter, to=address, cc=(), message_id=message_id)


async def _hand_over(desk: Desk, postman: Postman, address: str, data: bytes) -> str:
    settled: list[Handover] = []
    outgoing = Outgoing(desk.settings.sender.address, (address,), (data,))
    await postman.connect()
    try:
        await postman.hand_over([outgoing], before_payload=nothing_kept, settled=lambda _, done: settled.append(done))
    finally:
        await postman.close()
    (handover,) = settled
    if handover.result is not HandoverResult.ACCEPTED:
        message = Sentence(
            "the relay did not take the test letter: %(reply)s (at %(stage)s)",
            reply=handover.reply,
            stage=handover.stage,
        )
        raise OutreachError(message)
    return handover.reply
