"""The nouns that every floor may speak of: what is invited, what is written, what is received, what is noted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Self

from outreach.frozen import made_often

# ---------------------------------------------------------------- who is invited


class InviteeKind(StrEnum):
    """What kind of local or regional government an invitee is."""

    CITY = "city"
    METROPOLIS = "metropolis"
    PROVINCE = "province"
    REGION = "region"
    ASSOCIATION = "association"


@dataclass(frozen=True, slots=True)
class Contact:
    """A person or office of an invitee, with an address: one row of contacts.csv."""

    email: str
    person: str = ""
    title: str = ""
    gender: str = ""  # "f", "m" or ""
    cc: tuple[str, ...] = ()
    language: str = ""  # "" = the campaign's default language
    timezone: str = ""  # IANA name; "" = taken from the country
    notes: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Invitee:
    """A local or regional government that is invited: the unit of everything that is counted."""

    id: str
    name: str
    country: str  # ISO 3166 alpha-2
    kind: InviteeKind = InviteeKind.CITY
    contacts: tuple[Contact, ...] = ()  # the first is written to
    number: int = 0  # given by the store at enrolment; stands in the reference; 0 = not enrolled yet

    @property
    def contact(self) -> Contact:
        """The contact that is written to."""
        return self.contacts[0]


# ---------------------------------------------------------------- what is written


class LetterKind(StrEnum):
    """What a letter is for. `thanks` acknowledges a yes, `regrets` a no."""

    INVITATION = "invitation"
    REMINDER = "reminder"
    THANKS = "thanks"
    REGRETS = "regrets"


INTERRUPTED = "interrupted"  # a letter's stage where nobody saw how the attempt ended


class LetterState(StrEnum):
    """Where a letter stands on its way to the relay."""

    READY = "ready"
    CLAIMED = "claimed"
    HANDING_OVER = "handing_over"
    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    REFUSED = "refused"
    IN_DOUBT = "in_doubt"
    WITHHELD = "withheld"


@made_often(frozen=True, slots=True)
class LetterKey:
    """What makes a letter the only one of its kind: the database refuses a second one."""

    campaign: str
    wave: int
    invitee: int  # its number
    kind: LetterKind
    step: int = 0  # the n-th reminder, from 1; 0 otherwise
    round: int = 0  # a person's "write again" begins a new one


@made_often(frozen=True, slots=True)
class Letter:
    """One letter in the outbox. Its words are frozen: edition and values give the same bytes at any time."""

    id: int
    key: LetterKey
    to: str  # one bare address
    cc: tuple[str, ...]
    language: str
    edition: int  # the frozen templates and attachments it is made from
    values: Mapping[str, object]  # what fills the places of the template
    digest: str  # SHA-256 of the words and attachments as queued
    message_id: str  # with angle brackets; the same on every attempt
    in_reply_to: str
    references: tuple[str, ...]
    state: LetterState
    due_at: datetime  # not before
    attempts: int = 0
    stage: str = ""  # the last SMTP verb of the last attempt, or INTERRUPTED
    last_reply: str = ""  # the relay's words, or why the letter waits
    queued_at: datetime | None = None
    first_tried_at: datetime | None = None  # its Date header, from the first attempt on
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Leave:
    """The letter may leave now."""


@dataclass(frozen=True, slots=True)
class Stay:
    """The letter waits until a moment, and why."""

    until: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Drop:
    """The letter is not sent, and why."""

    why: str


class HandoverResult(StrEnum):
    """How one attempt to hand a letter to the relay ended."""

    ACCEPTED = "accepted"
    DEFERRED = "deferred"  # surely not taken, a passing fault
    REFUSED = "refused"  # surely not taken, for good
    IN_DOUBT = "in_doubt"  # bytes left and no answer came
    ACCOUNT = "account"  # surely not taken: our account, our rate or our relay is at fault; the mailing pauses
    LETTER = "letter"  # surely not taken: the content is at fault; the mailing pauses
    NOT_TRIED = "not_tried"  # surely not taken, nor refused: the connection ended before its turn


@made_often(frozen=True, slots=True)
class Outgoing:
    """One letter on its way to the relay."""

    sender: str  # the address that notices of non-delivery go to
    recipients: tuple[str, ...]  # first the one it is written to, then the copies
    parts: tuple[bytes, ...]  # the letter as RFC 5322 writes it; what letters share is the same object in each
    own_copy: str = ""  # gets a blind copy, without which the letter does not go: it proves later that it left


@made_often(frozen=True, slots=True)
class Handover:
    """What came of one attempt: the result, the verb it ended at, and the relay's words."""

    result: HandoverResult
    stage: str  # connect, rset, mail, rcpt, data, payload, reply
    reply: str


@dataclass(frozen=True, slots=True)
class RelayProfile:
    """How the mail server behaves, as a test letter showed: what later proves that a letter left, or did not."""

    server: str  # who logs in where, for sending and for reading; the profile of another is not used
    learned_at: datetime
    message_id: str = ""  # what became of it: kept, moved (to another header), replaced; "" = it did not arrive
    sent_folder: str = ""  # the folder in which a copy appeared by itself; "" = in none
    archive_folder: str = ""  # the folder into which the blind copy came; "" = into none
    blind_copy: str = ""  # the address of the blind copy
    authserv_id: str = ""  # who stamps Authentication-Results (RFC 8601)
    plus: bool | None = None  # are addresses such as office+word@ delivered; None = it was not learned


# ---------------------------------------------------------------- what is received


class ReadingKind(StrEnum):
    """What one mail says."""

    CONFIRM = "confirm"
    DECLINE = "decline"
    TENTATIVE = "tentative"
    QUESTION = "question"
    REDIRECT = "redirect"
    ACKNOWLEDGE = "acknowledge"
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    WITHDRAW = "withdraw"
    UNSUBSCRIBE = "unsubscribe"
    UNRELATED = "unrelated"
    UNCLEAR = "unclear"


class Flag(StrEnum):
    """What a mail holds besides its kind."""

    HAS_QUESTION = "has_question"
    LATE = "late"
    CONDITIONAL = "conditional"
    NAMES_NEW_CONTACT = "names_new_contact"
    ON_BEHALF = "on_behalf"
    OTHER_EVENT = "other_event"
    ATTACHMENT_MENTIONED = "attachment_mentioned"


@made_often(frozen=True, slots=True)
class Mailbox:
    """A name and an address, as a header gives them; the address is lower-cased."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        """The mail domain of the address; all of it where it has no @."""
        return self.address.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class Attachment:
    """An attachment as its sender describes it."""

    name: str
    content_type: str
    size: int  # bytes, decoded


@made_often(frozen=True, slots=True)
class Message:
    """A received mail, opened within limits: decoded headers and the text that a person sees."""

    message_id: str  # with angle brackets, or ""
    subject: str
    from_: tuple[Mailbox, ...]
    sender: tuple[Mailbox, ...]
    reply_to: tuple[Mailbox, ...]
    to: tuple[Mailbox, ...]
    cc: tuple[Mailbox, ...]
    return_path: str | None  # None: no header; "": the null sender
    date: datetime | None  # aware, or None where absent or unreadable
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    headers: tuple[tuple[str, str], ...]  # (lower-case name, decoded value cut at 4,000 characters), in order
    text: str  # plain text; made from HTML where no plain part says as much
    attachments: tuple[Attachment, ...] = ()
    report: tuple[str, ...] = ()  # the text of message/delivery-status and similar parts
    returned: str = ""  # headers (and text) of a returned message
    content_type: str = "text/plain"
    problem: str = ""  # why the mail could not be read whole; "" = it could
    calendar: str = ""  # the type of a part that proposes, accepts or cancels a meeting; "" where there is none

    def header(self, name: str) -> str:
        """The first value of a header, by its lower-case name; "" where absent."""
        for key, value in self.headers:
            if key == name:
                return value
        return ""

    def all_headers(self, name: str) -> tuple[str, ...]:
        """Every value of a header, by its lower-case name, from the top."""
        return tuple([value for key, value in self.headers if key == name])


DOUBT = "doubt"  # with this begins the rule of evidence that speaks against deciding


@made_often(frozen=True, slots=True)
class Evidence:
    """One thing that a rule saw: the rule's name and the words as they stand in the mail."""

    rule: str
    words: str

    @property
    def is_doubt(self) -> bool:
        """Whether it speaks against what the others say."""
        return self.rule.startswith(DOUBT)


@dataclass(frozen=True, slots=True)
class Bounce:
    """A notice that a letter was not delivered (or is delayed, then `permanent` is false)."""

    permanent: bool
    recipients: tuple[str, ...]  # lower-case addresses
    status: str | None  # RFC 3463, such as "5.1.1"
    reason: str  # address_unknown, mailbox_full, policy, delayed, … or the notice's own words
    message_ids: tuple[str, ...] = ()  # of the returned letter, with angle brackets


@made_often(frozen=True, slots=True)
class Reading:
    """What the machine understood of one mail. `decided`: sure enough to be recorded without a person."""

    kind: ReadingKind
    decided: bool
    language: str | None
    new_text: str
    evidence: tuple[Evidence, ...] = ()
    flags: frozenset[Flag] = frozenset()
    return_date: date | None = None
    redirect_to: str | None = None
    bounce: Bounce | None = None
    problem: str | None = None

    @property
    def words(self) -> str | None:
        """The decisive words, or None."""
        return next((one.words for one in self.evidence if not one.is_doubt), None)


@made_often(frozen=True, slots=True)
class Candidate:
    """An invitee that a mail may belong to, with its score and the reasons in plain words."""

    number: int
    score: float
    reasons: tuple[str, ...]


@made_often(frozen=True, slots=True)
class Match:
    """Whose mail it is: one clear winner or none, and the ranked candidates."""

    number: int | None
    matched_by: str  # token, thread, address, domain, name, person, … ; "" = not matched
    candidates: tuple[Candidate, ...] = ()
    token: str = ""  # "ok", "forged" or "" (none): the state of the references in the mail


class Verdict(StrEnum):
    """May this mail speak for that invitee (the table in docs/reading.md)."""

    RECORDED = "recorded"
    REVIEW = "review"
    UNMATCHED = "unmatched"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class Trust:
    """May this mail speak for that invitee, and why, in plain words."""

    verdict: Verdict
    why: str
    alert: bool = False  # something looks forged: shown in red
    signed: bool = False  # a trusted Authentication-Results header says so


# ---------------------------------------------------------------- what is noted


class State(StrEnum):
    """Where an invitee stands."""

    ENROLLED = "enrolled"
    INVITED = "invited"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    TENTATIVE = "tentative"
    IN_TALKS = "in_talks"
    WITHDRAWN = "withdrawn"
    UNREACHABLE = "unreachable"
    UNSUBSCRIBED = "unsubscribed"


class EntryKind(StrEnum):
    """What kind of fact a log entry states."""

    ENROLLED = "enrolled"
    SENT = "sent"  # the relay took a letter: what = its kind, step = its step
    REFUSED = "refused"  # the relay refused the address of a letter
    ANSWER = "answer"  # a mail was read and decided by the machine: what = the reading's kind
    REVIEW = "review"  # a mail waits for a person: what = the suggested kind
    SETTLED = "settled"  # a mail no longer waits: filed elsewhere, or found to be nothing
    ABSENT = "absent"  # an automatic reply: until = the stated return, if any
    BOUNCED = "bounced"  # a notice came back: what = "permanent" or "temporary"
    DECIDED = "decided"  # a person says where the invitee stands: what = the state
    REPLIED = "replied"  # the secretariat answered by hand: in talks no longer means that we owe an answer
    HELD = "held"  # a person waits with an invitee: until
    STOPPED = "stopped"  # a person ends all letters to an invitee
    READDRESSED = "readdressed"  # a person wrote again, to another contact: step = the new round
    UNDONE = "undone"  # takes back another entry: target


@made_often(frozen=True, slots=True)
class Entry:
    """One fact in the append-only log. It holds ids, never names or addresses."""

    id: int
    campaign: str
    wave: int
    invitee: int  # its number
    at: datetime  # when it became true: an answer's time is the mail's
    kind: EntryKind
    by: str = "machine"  # or "person:NAME"
    what: str = ""
    step: int = 0
    until: date | None = None
    letter: int | None = None
    mail: int | None = None
    target: int | None = None
    late: bool = False

    def numbered(self, number: int) -> Entry:
        """The same as the database has numbered it."""
        place = (number, self.campaign, self.wave, self.invitee, self.at, self.kind, self.by, self.what, self.step)
        return Entry(*place, self.until, self.letter, self.mail, self.target, self.late)


@made_often(frozen=True, slots=True)
class Standing:
    """Where an invitee stands: a fold of its entries, never written by hand."""

    state: State = State.ENROLLED
    since: datetime | None = None
    late: bool = False
    decided_by: str | None = None  # None, "machine" or "person:NAME"
    deciding_mail: int | None = None  # whose words are the evidence
    deciding_entry: int | None = None
    review: tuple[int, ...] = ()  # mails that wait for a person, oldest first
    we_owe: bool = False  # it asks something, and the secretariat has not answered yet
    stopped: bool = False
    hold_until: date | None = None  # a person's hold, first day on which letters may go again
    absent_until: date | None = None  # the latest stated return
    letters: int = 0  # letters the relay took, acknowledgements included
    first_letter_at: datetime | None = None  # the invitation
    last_letter_at: datetime | None = None
    reminders: tuple[int, ...] = ()  # the steps that went out
    answered_by_person: bool = False  # a person of the invitee has ever written
    acknowledged: tuple[LetterKind, ...] = ()  # thanks, regrets that went out
    round: int = 0

    @property
    def needs_review(self) -> bool:
        """A mail of this invitee waits for a person."""
        return bool(self.review)


@dataclass(frozen=True, slots=True)
class NextAction:
    """What comes next for an invitee: what, when (None = nothing is planned), and why in plain words."""

    action: str  # invite, remind, acknowledge, wait, review, answer, find_address, none
    at: datetime | None
    why: str
    step: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with settings, contacts or letters, and its cure. Warnings do not stop a launch."""

    what: str
    where: str
    why: str
    cure: str
    warning: bool = False


# ---------------------------------------------------------------- what is said to persons


class Sentence(str):
    """A sentence in English that still knows its message and what fills its places: a page says it in other words.

    Wherever a text is wanted it is one. `%(name)s` stands for a value, which may be a sentence itself.
    """

    __slots__ = ("message", "values")
    message: str
    values: Mapping[str, object]

    def __new__(cls, message: str, /, **values: object) -> Self:
        """Fills the places."""
        self = super().__new__(cls, message % values if values else message)
        self.message, self.values = message, values
        return self


# ---------------------------------------------------------------- when the world is broken


class OutreachError(Exception):
    """The world is broken; the message says what, where and what to do. `exit_code` is the contract's."""

    exit_code = 1


class UsageError(OutreachError):
    """The command was called in a way that makes no sense."""

    exit_code = 2


class ConfigurationError(OutreachError):
    """Settings, contacts or letters have errors; `findings` lists them all."""

    exit_code = 3

    def __init__(self, message: str, findings: tuple[Finding, ...] = ()) -> None:
        super().__init__(message)
        self.findings = findings


class LoginRefusedError(OutreachError):
    """A mail server refused our user name or password."""

    exit_code = 4


class PartlyDoneError(OutreachError):
    """Something is left; the message lists it."""

    exit_code = 5


class TryAgainLaterError(OutreachError):
    """Another process is at work or a server is out of reach."""

    exit_code = 75


class BusyError(TryAgainLaterError):
    """Another process holds what only one may hold."""
