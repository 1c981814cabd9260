"""Did a letter leave: what a copy of it proves, and what follows where none is found."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from outreach.core.letters.reference import find_references
from outreach.model import Finding, Letter, Message, RelayProfile, Sentence
from outreach.settings import Settings

MOVED_ID = "x-microsoft-original-message-id"  # where Microsoft's servers put the Message-ID that they replace
CLOCKS_DIFFER = timedelta(minutes=5)
LOOKS = 2  # in vain, before a letter is sent again
LEAST_WAIT = timedelta(minutes=10)  # a relay may take a letter so long after we lost it (RFC 5321 §4.5.3.2.6)
LATER = timedelta(hours=1)  # between looks for a letter that waits for a person
WITNESSES = 2  # letters that were surely taken just before, and just after: they must have their copies


class FoundBy(StrEnum):
    """How a copy was known; in the order in which it is looked for."""

    MESSAGE_ID = "its Message-ID"
    MOVED_ID = "its Message-ID, which the server moved to another header"
    REFERENCE = "its reference, address and subject"


# ---------------------------------------------------------------- what a copy proves


@dataclass(frozen=True, slots=True)
class Wanted:
    """What makes a letter known again."""

    message_id: str
    number: int  # of its invitee, as the reference proves
    sender: str
    to: str
    subject: str | None  # None: it can no longer be told
    since: datetime  # when it was first tried, which is its Date
    other_ids: Collection[str] = ()  # Message-IDs of other letters to the same invitee
    other_dates: Collection[datetime] = ()  # and their Dates


@dataclass(frozen=True, slots=True)
class Copy:
    """A mail that may be the copy of a letter: its headers, when it came, and whose genuine references it holds."""

    message: Message
    received: datetime | None
    numbers: frozenset[int] = field(default_factory=frozenset)

    @property
    def at(self) -> datetime | None:
        """When the letter left, as the copy says."""
        return self.received or self.message.date


def genuine_numbers(message: Message, check: Callable[[str], int | None], *, text: bool = False) -> frozenset[int]:
    """The invitees whose genuine references stand where only our letters have them; with `text`, anywhere in it."""
    places = [message.message_id, message.header(MOVED_ID), message.header("list-unsubscribe")]
    found = [one for place in (*places, message.text if text else "") for one in find_references(place)]
    return frozenset(number for one in found if (number := check(one)) is not None)


def proves(copy: Copy, wanted: Wanted) -> FoundBy | None:
    """Whether a mail is the copy of a letter, and how that is known."""
    if copy.message.message_id == wanted.message_id:
        return FoundBy.MESSAGE_ID
    if copy.message.header(MOVED_ID) == wanted.message_id:
        return FoundBy.MOVED_ID
    return FoundBy.REFERENCE if _is_the_letter(copy, wanted) else None


def _is_the_letter(copy: Copy, wanted: Wanted) -> bool:
    """The reference is the invitee's, not the letter's: address, subject and time must be those of this letter too."""
    message = copy.message
    if wanted.number not in copy.numbers or not is_from(message, wanted.sender):
        return False
    if {message.message_id, message.header(MOVED_ID)} & set(wanted.other_ids):
        return False
    if wanted.to.lower() not in {box.address for box in message.to}:
        return False
    if wanted.subject is None or _plain(message.subject) != _plain(wanted.subject):
        return False
    return _in_time(copy, wanted)


def _in_time(copy: Copy, wanted: Wanted) -> bool:
    date = copy.message.date
    if date is not None and date == wanted.since.replace(microsecond=0):
        return True
    if date is not None and date in {other.replace(microsecond=0) for other in wanted.other_dates}:
        return False
    return copy.at is not None and copy.at >= wanted.since - CLOCKS_DIFFER


def _plain(subject: str) -> str:
    return "".join(subject.split())


def is_from(message: Message, address: str) -> bool:
    """Whether a mail says that it comes from this address, and from no other."""
    return [box.address for box in message.from_] == [address.lower()]


def is_own_copy(message: Message, own_addresses: Collection[str], check: Callable[[str], int | None]) -> bool:
    """Whether a mail is a letter of ours that came back as a copy: it says nothing, whoever put it there."""
    ours = len(message.from_) == 1 and message.from_[0].address in own_addresses
    return ours and bool(genuine_numbers(message, check))


# ---------------------------------------------------------------- where copies are


@dataclass(frozen=True, slots=True)
class Place:
    """A folder with copies of our letters. `complete`: known to receive the copy of every one."""

    folder: str
    complete: bool
    since: datetime | None = None  # from when on that is known
    missing: bool = False  # the mailbox has no such folder


def profile_name(settings: Settings) -> str:
    """Whose behaviour a profile describes: who logs in where, for sending and for reading."""
    smtp, inbox = settings.smtp, settings.inbox
    reading = inbox.path if inbox.kind == "maildir" else f"{inbox.username}@{inbox.host}:{inbox.port}"
    return f"{smtp.username}@{smtp.host}:{smtp.port} {reading}"[:500]


def archive_folder(settings: Settings) -> str:
    """Where blind copies of our letters arrive; "" where none are sent."""
    inbox = settings.inbox
    return inbox.archive_folder or (inbox.folder if settings.sending.blind_copy else "")


def sent_place(profile: RelayProfile | None, folder: str) -> Place:
    """The Sent folder; complete where the server was seen to keep a copy there by itself."""
    known = profile is not None and profile.sent_folder == folder
    return Place(folder, complete=known, since=profile.learned_at if profile and known else None)


def archive_place(profile: RelayProfile | None, settings: Settings, folder: str) -> Place:
    """The folder of the blind copies; never complete where people work, who may move or delete a copy."""
    known = (
        profile is not None
        and profile.archive_folder == folder != settings.inbox.folder
        and bool(profile.blind_copy)
        and profile.blind_copy == settings.sending.blind_copy
    )
    return Place(folder, complete=known, since=profile.learned_at if profile and known else None)


# ---------------------------------------------------------------- what follows


@dataclass(frozen=True, slots=True)
class SendAgain:
    """The letter surely did not leave; why that is known."""

    why: str


@dataclass(frozen=True, slots=True)
class LookAgain:
    """Not found, and looked for once more later."""

    why: str


@dataclass(frozen=True, slots=True)
class Ask:
    """Only a person can tell; why."""

    why: str


def waiting_time(settings: Settings) -> timedelta:
    """How long a letter in doubt is left alone; where letters really leave, never less than the standard's time."""
    wait = timedelta(minutes=settings.sending.doubt_minutes)
    return wait if settings.campaign.mode == "rehearsal" else max(wait, LEAST_WAIT)


def doubted_since(letter: Letter) -> datetime:
    """When a letter's fate became unknown."""
    return letter.settled_at or letter.first_tried_at or letter.due_at


def next_look(doubt_since: datetime, looks: int, last_look: datetime | None, wait: timedelta) -> datetime:
    """When a letter in doubt is looked for: after a waiting time, for the relay may still take it, and again.

    Args:
        doubt_since: When its fate became unknown.
        looks: Looks in vain where every letter has its copy; 0: a person was asked.
        last_look: The last look of any kind.
        wait: The waiting time of the settings.
    """
    if last_look is None:
        return doubt_since + wait
    return last_look + (wait if 0 < looks < LOOKS else max(wait, LATER))


def not_found(first_tried: datetime, looks: int, every: Sequence[Place]) -> SendAgain | LookAgain | Ask:
    """What follows when a letter was found in none of the places.

    Args:
        first_tried: When the letter was first tried.
        looks: How often it was looked for where every letter has its copy, this time included.
        every: The folders that were looked through, and those that are missing.
    """
    places = [place for place in every if not place.missing]
    missing = "".join(f"the mailbox has no folder {place.folder}, and " for place in every if place.missing)
    if not places:
        return Ask(f"{missing}there is no folder in which copies of our letters could be looked for")
    names = " and ".join(place.folder for place in places)
    complete = [place for place in places if place.complete]
    if not complete:
        return Ask(f"{missing}it is not in {names}, but it is not known that every letter has its copy there")
    if not any(place.since is None or place.since <= first_tried for place in complete):
        return Ask(f"it is not in {names}, but it was begun before it was known that every letter has its copy there")
    if looks < LOOKS:
        return LookAgain(f"it is not in {names}; it is looked for once more, and then sent again")
    return SendAgain(f"it is not in {names}, where every letter has its copy")


# ---------------------------------------------------------------- what is known of the relay, in words

_ID_WORDS = {
    "kept": "keeps Message-IDs",
    "moved": "replaces Message-IDs, and keeps ours in another header",
    "replaced": "replaces Message-IDs",
    "": "did not deliver the test letter in time",
}


def in_words(profile: RelayProfile) -> tuple[str, ...]:
    """What a test letter showed."""
    plus = {True: "delivers", False: "does not deliver", None: ""}[profile.plus]
    sent = f"puts a copy into {profile.sent_folder} by itself" if profile.sent_folder else "puts no copy into Sent"
    copy = f"delivers the blind copy into {profile.archive_folder}"
    lost = f"did not deliver the blind copy to {profile.blind_copy} where it is looked for"
    blind = (copy if profile.archive_folder else lost) if profile.blind_copy else ""
    stamp = f"stamps Authentication-Results as {profile.authserv_id}" if profile.authserv_id else ""
    tagged = f"{plus} to addresses with a plus sign" if plus else ""
    return tuple(words for words in (_ID_WORDS[profile.message_id], sent, blind, stamp, tagged) if words)


TEST = Sentence("outreach check --send-test")


def profile_findings(settings: Settings, profile: RelayProfile | None) -> Iterator[Finding]:
    """What in the relay's behaviour a person should know or mend."""
    if profile is None:
        why = Sentence("a letter in doubt could not be settled by looking for its copy")
        yield _warning(Sentence("it is not known how the relay behaves"), "[smtp]", why, TEST)
        return
    yield from _identity_findings(profile)
    yield from _place_findings(settings, profile)
    yield from _stamp_findings(settings, profile)


def _warning(what: Sentence, where: str, why: Sentence, cure: Sentence) -> Finding:
    return Finding(what, f"config.toml, {where}", why, cure, warning=True)


def _identity_findings(profile: RelayProfile) -> Iterator[Finding]:
    if not profile.message_id:
        why = Sentence("either it was slow, or letters do not arrive")
        cure = Sentence("look for it in the mailbox and the spam folder, then outreach check --send-test --wait 600")
        yield _warning(Sentence("the test letter did not arrive in time"), "[smtp], [inbox]", why, cure)
    if profile.message_id == "replaced":
        why = Sentence("answers are known by their reference alone, and so are copies of letters")
        yield _warning(
            Sentence("the relay replaces Message-IDs"), "[smtp] host", why, Sentence("ask the provider to keep them")
        )


def _place_findings(settings: Settings, profile: RelayProfile) -> Iterator[Finding]:
    archive = archive_folder(settings)
    if profile.blind_copy != settings.sending.blind_copy:
        why = Sentence("it is not known whether the copies arrive")
        yield _warning(Sentence("the blind copy was changed"), "[sending] blind_copy", why, TEST)
    elif profile.blind_copy and not profile.archive_folder:
        why = Sentence("it is not in %(folder)s", folder=archive)
        cure = Sentence(
            "check the address, and the rule that sorts it into %(folder)s; then outreach check --send-test",
            folder=archive,
        )
        yield _warning(Sentence("the blind copy does not arrive"), "[sending] blind_copy", why, cure)
    places = (sent_place(profile, profile.sent_folder), archive_place(profile, settings, archive))
    if not any(place.folder and place.complete for place in places):
        why = Sentence("a letter in doubt waits for a person, unless its copy is found")
        cure = Sentence(
            "set [sending] blind_copy to an address whose mail a rule sorts into a folder of its own, name that folder "
            "as [inbox] archive_folder, then outreach check --send-test"
        )
        yield _warning(Sentence("no folder receives a copy of every letter"), "[sending] blind_copy", why, cure)


def _stamp_findings(settings: Settings, profile: RelayProfile) -> Iterator[Finding]:
    if profile.authserv_id and profile.authserv_id.lower() != settings.inbox.authserv_id.lower():
        why = Sentence("then answers that are surely genuine are known as such")
        cure = Sentence('write authserv_id = "%(name)s"', name=profile.authserv_id)
        yield _warning(
            Sentence("the mail server signs as %(name)s", name=profile.authserv_id), "[inbox] authserv_id", why, cure
        )
