"""Reads mail that was taken in, finds whose it is, and notes what follows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import takewhile
from zoneinfo import ZoneInfo

from outreach.adapters.guarded import open_guarded
from outreach.adapters.stationery import read_attachments
from outreach.adapters.store.locks import only_one
from outreach.adapters.store.log.journal import Noted
from outreach.adapters.store.mail.inbox import MAX_TRIES, Kept, Understood
from outreach.campaign.answers.forms import OwnForms, look_into_forms
from outreach.campaign.answers.taking_in import MOST_RAW, Collected, headers_only, is_own
from outreach.campaign.desk import Desk
from outreach.core.postmark import arrivals, at_odds, postmark
from outreach.core.reading.enclosures import form_fields
from outreach.core.reading.lessons import Lessons
from outreach.core.reading.reader import open_mail, read_mail
from outreach.core.recording import Outcome, outcome
from outreach.core.standing import by_person
from outreach.core.succession import Recorded
from outreach.core.trust import judge
from outreach.core.whose.clues import Clues, clues
from outreach.core.whose.colleague import may_be_another, names_another
from outreach.core.whose.index import Index
from outreach.core.whose.matching import Proven, match
from outreach.languages import Languages, load_languages
from outreach.model import (
    Entry,
    EntryKind,
    Match,
    Message,
    OutreachError,
    Reading,
    ReadingKind,
    State,
    Trust,
    Verdict,
)

READER_PATIENCE = 60.0  # seconds


@dataclass(frozen=True)
class Knowledge:
    """What mail is read with: languages, lessons of persons, the index of the invitees as they are now, our forms."""

    languages: Languages
    lessons: Lessons
    index: Index
    forms: OwnForms


def gather_knowledge(desk: Desk) -> Knowledge:
    """Made once for all mail of a look."""
    forms = OwnForms(lambda: read_attachments(desk.settings.letters.attachments, desk.folder))
    return Knowledge(load_languages(), desk.store.lessons.known(), desk.index(), forms)


def read_new(desk: Desk, stop: Callable[[], bool] = lambda: False) -> Collected:
    """Reads every mail that nobody has read yet, oldest first; one process at a time.

    `stop` is asked before each; what is left is read the next time.

    Raises:
        BusyError: Another process is reading, and did not finish in time.
    """
    message = "another process is reading the mail; try again in a moment"
    with only_one(desk.store.engine, "reader", message, patience=READER_PATIENCE):
        return _read_new(desk, stop)


def _read_new(desk: Desk, stop: Callable[[], bool]) -> Collected:
    collected = Collected()
    unread = list(desk.store.inbox.unread())
    knowledge = gather_knowledge(desk) if unread else None
    for mail in takewhile(lambda _: not stop(), unread):
        tries = desk.store.inbox.try_again(mail)
        kept = desk.store.inbox.mail(mail)
        if kept is None or knowledge is None:
            continue
        try:
            if tries > MAX_TRIES:
                _set_aside(desk, kept, knowledge)
            else:
                _read_and_record(desk, kept, knowledge)
            collected.read += 1
        except OutreachError:
            desk.store.inbox.not_the_mails_fault(mail)
            raise
        except Exception as error:  # noqa: BLE001  one mail that breaks the reader must not stop the others
            collected.problems.append(f"mail {mail} could not be read ({type(error).__name__}); it is tried again")
    return collected


def read_again(desk: Desk, *, apply: bool = True) -> Collected:
    """Reads all kept mail anew, in the order of its dates, and says what changes; what a person decided stays."""
    collected = Collected()
    knowledge = gather_knowledge(desk)
    for mail in desk.store.inbox.read_mails():
        before, kept = desk.store.inbox.understood(mail), desk.store.inbox.mail(mail)
        if before is None or kept is None or not kept.raw or kept.by_hand or _touched_by_person(desk, mail, before):
            continue
        after, result = _understand(desk, kept, knowledge)
        collected.read += 1
        if _gist(before) == _gist(after):
            continue
        collected.changed.append(
            f"mail {mail} from {before.from_address}: {before.reading.kind.value} → {after.reading.kind.value}"
            f"{'' if before.invitee == after.invitee else ', now of another invitee'}"
            f"{'' if form_fields(before.reading) == form_fields(after.reading) else ', with what its form says'}"
        )
        if apply:
            _replace(desk, after, result)
    return collected


def _gist(understood: Understood) -> tuple[object, ...]:
    read = understood.reading
    found = (read.kind, read.decided, read.return_date, form_fields(read))
    return (*found, understood.invitee, understood.trust.verdict)


def _touched_by_person(desk: Desk, mail: int, before: Understood) -> bool:
    if before.filed is not None or before.filed_nowhere:
        return True
    return any(noted.entry.by.startswith("person:") for noted in desk.store.journal.of_mail(mail))


def _replace(desk: Desk, after: Understood, result: Outcome) -> None:
    """The facts that the machine noted because of this mail are taken back, and the new ones noted."""
    taken_back = taking_back(desk, desk.store.journal.of_mail(after.mail), of_machine_only=True)
    desk.store.inbox.record(after, [*taken_back, *result.entries], desk.now())


def taking_back(
    desk: Desk, noted: Sequence[Noted], by: str = "machine", *, of_machine_only: bool = False
) -> list[Entry]:
    """The entries that take back what is noted and was not taken back before."""
    undone = {n.entry.target for n in noted if n.entry.kind is EntryKind.UNDONE}
    return [
        desk.entry(
            invitee=n.entry.invitee,
            kind=EntryKind.UNDONE,
            at=desk.now(),
            by=by,
            target=n.entry.id,
            mail=n.entry.mail,
        )
        for n in noted
        if n.entry.kind is not EntryKind.UNDONE and n.entry.id not in undone
        if n.entry.by == "machine" or not of_machine_only
    ]


def _read_and_record(desk: Desk, kept: Kept, knowledge: Knowledge) -> None:
    if kept.by_hand:
        _note_our_answer(desk, kept)
        return
    understood, result = _understand(desk, kept, knowledge)
    desk.store.inbox.record(understood, result.entries, desk.now(), first=True)
    _withhold_where_settled(desk, understood)


def _withhold_where_settled(desk: Desk, understood: Understood) -> None:
    if understood.invitee is None:
        return
    standing = desk.store.journal.standing(understood.invitee)
    if standing.state in (State.WITHDRAWN, State.UNSUBSCRIBED):
        desk.store.outbox.withhold([understood.invitee], "asked for no more letters", desk.now())


def _understand(desk: Desk, kept: Kept, knowledge: Knowledge) -> tuple[Understood, Outcome]:
    message = open_kept(kept)
    reading = read_mail(
        message,
        knowledge.languages,
        own_addresses=desk.own_addresses,
        deadline=desk.deadline,
        lessons=knowledge.lessons,
    )
    reading = look_into_forms(reading, message, kept.raw, knowledge.forms)
    seen = clues(message, reading, desk.own_addresses, knowledge.index)
    ours = is_own(desk, message)
    matched = match(seen, knowledge.index, _proven(desk, seen))
    trust = _judged(desk, message, matched, reading, seen, knowledge.index, own_message=ours)
    return understand(desk, kept, message, reading, matched, trust, own_message=ours)


def understand(
    desk: Desk,
    kept: Kept,
    message: Message,
    reading: Reading,
    matched: Match,
    trust: Trust,
    *,
    own_message: bool = False,
    filed: int | None = None,
) -> tuple[Understood, Outcome]:
    """What a mail means for the invitee it belongs to, or that it was filed to."""
    number = matched.number if filed is None else filed
    if trust.verdict is Verdict.UNMATCHED:
        matched, number = replace(matched, number=None), None
    if own_message:
        reading = replace(reading, kind=ReadingKind.UNRELATED, decided=True)
    at, late = _when(desk, kept, message, number)
    effective = replace(matched, number=number)
    round_ = _round_of(desk, message, reading, number)
    zone = ZoneInfo(desk.settings.campaign.timezone)
    result = outcome(
        reading,
        effective,
        trust,
        mail=kept.id,
        at=at.astimezone(zone),
        late=late,
        entry=desk.entry,
        round_=round_,
        recorded=recorded(desk, number, besides=kept.id),
    )
    if odds := at_odds(message.date, at, zone):
        result = replace(result, why=f"{result.why}; {odds}")
    return _understood(kept, message, at, reading, matched, trust, result, filed), result


def _understood(
    kept: Kept,
    message: Message,
    at: datetime,
    reading: Reading,
    matched: Match,
    trust: Trust,
    result: Outcome,
    filed: int | None,
) -> Understood:
    sender = message.from_[0] if message.from_ else None
    return Understood(
        mail=kept.id,
        message_id=message.message_id,
        from_name=sender.name if sender else "",
        from_address=sender.address if sender else "",
        subject=message.subject,
        answered_at=at,
        reading=reading,
        match=matched,
        trust=trust,
        needs_review=result.needs_review,
        why=result.why,
        filed=filed,
    )


def recorded(desk: Desk, number: int | None, *, besides: int) -> Recorded | None:
    """Where an invitee stands because of something else than this mail, and in which words; None where it is silent."""
    standing = desk.store.journal.standing(number) if number is not None else None
    if number is None or standing is None or standing.deciding_mail == besides:
        return None
    mail, words = standing.deciding_mail, ""
    if mail is not None:
        words = desk.store.inbox.words([mail]).get(mail, "")
    elif by_person(standing):
        words = next((n.note for n in desk.store.journal.story(number) if n.entry.id == standing.deciding_entry), "")
    zone = ZoneInfo(desk.settings.campaign.timezone)
    since = standing.since.astimezone(zone) if standing.since is not None else None
    return Recorded(standing.state, since, standing.decided_by, words, standing.round)


def _round_of(desk: Desk, message: Message, reading: Reading, number: int | None) -> int:
    if number is None or reading.bounce is None:
        return 0
    ids = (*reading.bounce.message_ids, *message.in_reply_to, *message.references)
    return desk.store.outbox.round_of(number, ids, reading.bounce.recipients)


def vouched(by: str) -> Trust:
    """A person who filed a mail vouches for its sender."""
    return Trust(Verdict.RECORDED, f"{by.removeprefix('person:')} filed it to this invitee")


def _judged(
    desk: Desk, message: Message, matched: Match, reading: Reading, seen: Clues, index: Index, *, own_message: bool
) -> Trust:
    known, invited, another = frozenset[str](), None, ""
    if matched.number is not None:
        known = desk.store.register.addresses(matched.number)
        invited = desk.store.journal.standing(matched.number).first_letter_at
        if reading.bounce is not None:
            another = names_another(reading.bounce.recipients, known, index)
        else:
            another = may_be_another(
                message, reading, seen, matched.number, index, desk.own_addresses, known=seen.sender in known
            )
    return judge(
        message,
        matched,
        reading,
        known_addresses=known,
        own_addresses=desk.own_addresses,
        own_message=own_message,
        authserv_id=desk.settings.inbox.authserv_id,
        shared_domains=index.shared_domains(seen.domains),
        invited_at=invited,
        another=another,
    )


def _when(desk: Desk, kept: Kept, message: Message, number: int | None) -> tuple[datetime, bool]:
    invitee = desk.store.register.some([number]).get(number) if number is not None else None
    invited = desk.store.journal.standing(number).first_letter_at if number is not None else None
    at = _postmark(kept, message, invited)
    return at, invitee is not None and desk.is_late(invitee, at)


def _postmark(kept: Kept, message: Message, invited: datetime | None = None) -> datetime:
    came = arrivals(kept.received_at, message.header("received"), kept.collected_at)
    return postmark(message.date, came, kept.collected_at, invited)


def open_kept(kept: Kept) -> Message:
    """The mail, opened within limits."""
    message = open_guarded(kept.raw, open_mail)
    if kept.problem and not message.problem:
        return replace(message, problem=kept.problem)
    return message


def _proven(desk: Desk, seen: Clues) -> Proven:
    """The references are checked before anything is looked up."""
    remembered = desk.store.register.look_up("remembered", [seen.sender]).get(seen.sender, ())
    checked = {text: desk.genuine(text) for text in seen.references}
    known = desk.store.register.some({number for number in checked.values() if number is not None})
    return Proven(  # a genuine reference of nobody whom we know stands in a test letter, or was lost with a database
        by_reference={text: number for text, number in checked.items() if number is None or number in known},
        by_message_id=desk.store.outbox.by_message_id(seen.message_ids),
        remembered=remembered[0] if remembered else None,
    )


def _note_our_answer(desk: Desk, kept: Kept) -> None:
    """A letter that the secretariat wrote by hand: it ends the pause of an invitee that waited for it."""
    message = open_kept(kept)
    number = _whom_we_answered(desk, message)
    entries: Sequence[Entry] = ()
    at = _postmark(kept, message)
    if number is not None and desk.store.journal.standing(number).we_owe:
        entries = [desk.entry(invitee=number, kind=EntryKind.REPLIED, at=at, by="person:secretariat", mail=kept.id)]
    desk.store.inbox.record(_by_hand(desk, kept, message, at, number), entries, desk.now(), first=True)


def _whom_we_answered(desk: Desk, message: Message) -> int | None:
    for message_id in (*message.in_reply_to, *reversed(message.references)):
        for mail in desk.store.inbox.by_message_id(message_id):
            understood = desk.store.inbox.understood(mail)
            if understood is not None and understood.invitee is not None:
                return understood.invitee
    addresses = [mailbox.address for mailbox in message.to]
    owners = {n for some in desk.store.register.look_up("address", addresses).values() for n in some}
    return owners.pop() if len(owners) == 1 else None


def _by_hand(desk: Desk, kept: Kept, message: Message, at: datetime, number: int | None) -> Understood:
    return Understood(
        mail=kept.id,
        message_id=message.message_id,
        from_name=desk.settings.sender.name,
        from_address=desk.settings.sender.address,
        subject=message.subject,
        answered_at=at,
        reading=Reading(ReadingKind.UNRELATED, decided=True, language=None, new_text=message.text[:20000]),
        match=Match(number, "thread" if number is not None else ""),
        trust=Trust(Verdict.IGNORE, "written by the secretariat"),
        needs_review=False,
        why="the secretariat's own answer",
    )


def _set_aside(desk: Desk, kept: Kept, knowledge: Knowledge) -> None:
    """After three tries that broke the reader a person gets the mail, with whatever its headers tell of its city."""
    problem = "this mail broke the reader three times; please look at it"
    reading = Reading(ReadingKind.UNCLEAR, decided=False, language=None, new_text="", problem=problem)
    message = headers_only(kept.raw)
    searched = replace(message, returned=kept.raw[:MOST_RAW].decode("latin-1"))
    seen = clues(searched, reading, desk.own_addresses, knowledge.index)
    matched = match(seen, knowledge.index, _proven(desk, seen))
    trust = _judged(desk, message, matched, reading, seen, knowledge.index, own_message=False)
    understood, result = understand(desk, kept, message, reading, matched, trust)
    desk.store.inbox.record(understood, result.entries, desk.now(), first=True)
