"""Lays one mail before a person: its text, what it says and why, whose it is, what is known, what would follow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from outreach.adapters.store.log.journal import Noted
from outreach.adapters.store.mail.inbox import Kept, Understood
from outreach.adapters.store.mail.mail_list import Listed, Wanted
from outreach.campaign.answers.replies import open_kept
from outreach.campaign.deciding import meanwhile
from outreach.campaign.deciding.foresight import Foreseen, foresee, foresee_filed, suggestion
from outreach.campaign.deciding.review import Earlier, earlier
from outreach.campaign.desk import Desk
from outreach.core.reading.enclosures import form_fields
from outreach.core.reading.passages import LABELS, Passage, passages
from outreach.model import DOUBT, Attachment, Entry, EntryKind, Evidence, Invitee, Message, Reading, Standing

MOST_SHOWN = 30_000  # characters of a mail's text; the whole of it is in the .eml
MOST_OTHERS = 12  # further mails of the invitee
MOST_PROPOSED = 5
ALSO = "its words may also mean "  # what “doubt: confirm” says, too
TELLING = (EntryKind.ANSWER, EntryKind.REVIEW, EntryKind.DECIDED, EntryKind.SETTLED, EntryKind.BOUNCED)


@dataclass(frozen=True, slots=True)
class Proposal:
    """An invitee that a mail may belong to, the reasons, and what filing it there would do."""

    invitee: Invitee
    reasons: tuple[str, ...]
    then: Foreseen | None


@dataclass(frozen=True, slots=True)
class Recorded:
    """What stands in the log because of a mail: by whom, when, and the note beside it."""

    entry: Entry
    note: str


@dataclass(frozen=True, slots=True)
class Before:
    """What was recorded before and this mail speaks against; with the mail that said so, where there is one."""

    why: str
    mail: Understood | None
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Casefile:
    """Everything that a person needs to decide one mail."""

    mail: Understood
    kept: Kept
    to: str  # whom it was written to, as its header says
    answer_to: tuple[str, ...]  # the addresses to which an answer goes
    passages: tuple[Passage, ...]
    cut: bool  # only the beginning is shown
    reasons: tuple[Evidence, ...]
    doubts: tuple[Evidence, ...]
    form: tuple[tuple[str, str], ...]  # what was filled into our own form
    unread: tuple[Evidence, ...]  # attachments that were not looked into, and why
    attachments: tuple[Attachment, ...]
    version: str  # what is known of it now (meanwhile)
    invitee: Invitee | None
    standing: Standing | None
    matched: tuple[str, ...]  # why it is this invitee's
    choices: tuple[Foreseen, ...]
    suggested: Foreseen | None
    proposals: tuple[Proposal, ...]
    before: Before | None
    recorded: Recorded | None
    others: tuple[Listed, ...]  # further mails of the same invitee, the newest first

    @property
    def at(self) -> datetime:
        """When it was written."""
        return self.mail.answered_at


def casefile(desk: Desk, number: int) -> Casefile | None:
    """One mail with all that is known of it; None where there is none, or nobody has read it yet."""
    version = meanwhile.version(desk, number)  # first: what changes while the rest is gathered is noticed
    understood, kept = desk.store.inbox.understood(number), desk.store.inbox.mail(number)
    if understood is None or kept is None:
        return None
    message = open_kept(kept)
    invitee = _invitee(desk, understood)
    standing = desk.store.journal.standing(invitee.number) if invitee is not None else None
    choices = foresee(desk, understood, invitee) if invitee is not None else ()
    chosen = suggestion(understood, standing)
    evidence = understood.reading.evidence
    return Casefile(
        mail=understood,
        kept=kept,
        to=", ".join(one.address for one in message.to),
        answer_to=_answer_to(desk, message, understood),
        passages=_passages(message, understood),
        cut=len(message.text) > MOST_SHOWN,
        reasons=tuple(one for one in evidence if _label(one) not in (*LABELS, DOUBT)),
        doubts=_doubts(understood.reading),
        form=form_fields(understood.reading),
        unread=tuple(one for one in evidence if _label(one) == "attachment"),
        attachments=message.attachments,
        version=version,
        invitee=invitee,
        standing=standing,
        matched=_matched(understood),
        choices=choices,
        suggested=next((one for one in choices if one.choice == chosen), None),
        proposals=_proposals(desk, understood, message) if invitee is None else (),
        before=_before(desk, understood),
        recorded=_recorded(desk.store.journal.of_mail(number)),
        others=_others(desk, understood),
    )


def _answer_to(desk: Desk, message: Message, understood: Understood) -> tuple[str, ...]:
    """Where its author asks for answers (RFC 5322 §3.6.2), unless some program named us there; else its author."""
    asked = [one.address for one in message.reply_to if one.address.lower() not in desk.own_addresses]
    return tuple(one for one in asked or [understood.from_address] if one.count("@") == 1)


def _doubts(read: Reading) -> tuple[Evidence, ...]:
    """Each doubt once; its words are told where they do not stand in the text anyway."""
    shown = " ".join(read.new_text.split())
    doubts = (one for one in read.evidence if one.is_doubt)
    told = (replace(one, words="") if " ".join(one.words.split()) in shown else one for one in doubts)
    by_what = {(one.rule.removeprefix(f"{DOUBT}: ").removeprefix(ALSO), one.words): one for one in told}
    return tuple(by_what.values())


def _label(one: Evidence) -> str:
    return one.rule.partition(":")[0]


def _invitee(desk: Desk, understood: Understood) -> Invitee | None:
    number = understood.invitee
    return None if number is None else desk.store.register.some([number]).get(number)


def _passages(message: Message, understood: Understood) -> tuple[Passage, ...]:
    read = understood.reading
    return passages(message.text[:MOST_SHOWN], read.new_text[:MOST_SHOWN], read.evidence)


def _matched(understood: Understood) -> tuple[str, ...]:
    found = (one for one in understood.match.candidates if one.number == understood.invitee)
    return next((one.reasons for one in found), ())


def _proposals(desk: Desk, understood: Understood, message: Message) -> tuple[Proposal, ...]:
    candidates = understood.match.candidates[:MOST_PROPOSED]
    known = desk.store.register.some(one.number for one in candidates)
    return tuple(
        Proposal(known[one.number], one.reasons, foresee_filed(desk, understood, known[one.number], message))
        for one in candidates
        if one.number in known
    )


def found_proposals(desk: Desk, understood: Understood, invitees: Iterable[Invitee]) -> tuple[Proposal, ...]:
    """The same for invitees that a person looked for."""
    kept = desk.store.inbox.mail(understood.mail)
    message = open_kept(kept) if kept is not None else None
    return tuple(
        Proposal(one, (), None if message is None else foresee_filed(desk, understood, one, message))
        for one in invitees
    )


def _before(desk: Desk, understood: Understood) -> Before | None:
    found: Earlier | None = earlier(desk, understood) if understood.needs_review else None
    if found is None:
        return None
    mail = found.mail
    shown = () if mail is None else passages(mail.reading.new_text, mail.reading.new_text, mail.reading.evidence)
    return Before(found.why, mail, shown)


def _recorded(noted: Sequence[Noted]) -> Recorded | None:
    """The last thing that was noted because of a mail and was not taken back."""
    undone = {one.entry.target for one in noted if one.entry.kind is EntryKind.UNDONE}
    telling = [one for one in noted if one.entry.kind in TELLING and one.entry.id not in undone]
    return Recorded(telling[-1].entry, telling[-1].note) if telling else None


def _others(desk: Desk, understood: Understood) -> tuple[Listed, ...]:
    if understood.invitee is None:
        return ()
    found = desk.store.mail_list.newest(Wanted(invitee=understood.invitee), MOST_OTHERS + 1)
    return tuple(one for one in found if one.mail != understood.mail)[:MOST_OTHERS]
