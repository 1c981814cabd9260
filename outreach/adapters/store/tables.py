"""The tables of the store; migrations/ brings a database to them, step by step."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
# Thanks and regrets that were queued: the index of them is used only where a query says it in these words.
ACKNOWLEDGED = "kind IN ('thanks', 'regrets') AND state <> 'withheld'"


class Moment(TypeDecorator[datetime]):
    """An aware moment; kept in UTC, because SQLite forgets zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any]:
        """To UTC; naive text where the database knows no zones, as SQLAlchemy writes it, only quicker."""
        return _as_text if dialect.name == "sqlite" else _as_utc

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:  # noqa: ARG002
        """Back to an aware moment in UTC."""
        return _from_text if dialect.name == "sqlite" else _as_utc


def _as_text(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    return text_of(moment if moment.tzinfo is UTC else moment.astimezone(UTC))


# The moment of a letter or a transaction is written many times. Asked in UTC: elsewhere the hour that comes twice is
# the same.
@lru_cache(maxsize=1024)
def text_of(moment: datetime) -> str:
    """A moment in UTC as SQLite keeps it."""
    return moment.replace(tzinfo=None).isoformat(" ", "microseconds")


@lru_cache(maxsize=1024)
def _from_text(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)


def _as_utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC)


# Text that is compared byte by byte, on every database alike: what comes first comes first everywhere.
Plain = Text().with_variant(Text(collation="C"), "postgresql")

# SQLite counts rows by itself only for INTEGER PRIMARY KEY.
Number = BigInteger().with_variant(Integer, "sqlite")


def _key() -> Column[int]:
    return Column("id", Number, primary_key=True, autoincrement=True)


def _invitee(**more: Any) -> Column[int]:
    return Column("invitee", Number, ForeignKey("invitee.number"), **more)


invitee = Table(
    "invitee",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("id", String(200), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("country", String(2), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("listed_in", Text, nullable=False),  # the list it came from last
    sqlite_autoincrement=True,  # a number is never used again: it stands in references that were sent
)

contact = Table(
    "contact",
    metadata,
    _key(),
    _invitee(nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("source", String(10), nullable=False),  # list: contacts.csv; person: taken up by hand, comes first
    Column("email", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("gender", String(1), nullable=False),
    Column("cc", JSON, nullable=False),
    Column("language", String(35), nullable=False),
    Column("timezone", String(64), nullable=False),
    Column("notes", Text, nullable=False),
    Column("extra", JSON, nullable=False),
)

# What connects a mail to an invitee: every address it ever had, and what a person decided for a sender.
clue = Table(
    "clue",
    metadata,
    Column("kind", String(12), primary_key=True),  # address, remembered
    Column("value", String(320), primary_key=True),
    Column("invitee", Number, ForeignKey("invitee.number"), primary_key=True),
    Index("ix_clue_invitee", "invitee"),
)

frozen_file = Table(
    "frozen_file",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

edition = Table(
    "edition",
    metadata,
    _key(),
    Column("digest", String(64), nullable=False, unique=True),
    Column("files", JSON, nullable=False),  # name -> sha256
    Column("made_at", Moment, nullable=False),
)

letter = Table(
    "letter",
    metadata,
    _key(),
    Column("campaign", String(100), nullable=False),
    Column("wave", Integer, nullable=False),
    _invitee(nullable=False),
    Column("kind", String(20), nullable=False),
    Column("step", Integer, nullable=False),
    Column("round", Integer, nullable=False),
    Column("to_address", Text, nullable=False),
    Column("domain", String(255), nullable=False),  # of the address, lower-cased
    Column("cc", JSON, nullable=False),
    Column("language", String(35), nullable=False),
    Column("edition", Number, ForeignKey("edition.id"), nullable=False),
    Column("places", JSON, nullable=False),  # the values that fill the template
    Column("digest", String(64), nullable=False),
    Column("message_id", String(255), nullable=False, unique=True),
    Column("in_reply_to", String(255), nullable=False),
    Column("refs", JSON, nullable=False),
    Column("state", String(20), nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("stage", String(20), nullable=False, default=""),
    Column("last_reply", Text, nullable=False, default=""),
    Column("queued_at", Moment, nullable=False),
    Column("first_tried_at", Moment),
    Column("settled_at", Moment),
    Column("claimed_by", String(100)),
    # Never a second letter of a kind: only a person's "write again" begins a new round.
    UniqueConstraint("campaign", "wave", "invitee", "kind", "step", "round", name="uq_letter_only_once"),
    Index("ix_letter_due", "campaign", "wave", "state", "due_at"),
    Index("ix_letter_invitee", "invitee"),
)

mail = Table(
    "mail",
    metadata,
    _key(),
    Column("digest", String(64), nullable=False, unique=True),  # the same mail is kept once
    Column("raw", LargeBinary, nullable=False),  # zlib
    Column("size", Integer, nullable=False),
    Column("source", Text, nullable=False),  # folder or file it came from
    Column("received_at", Moment),  # as the mailbox says
    Column("collected_at", Moment, nullable=False),
    Column("problem", Text, nullable=False, default=""),  # why it was not taken whole
    Column("tries", Integer, nullable=False, default=0),
    Column("by_hand", Boolean, nullable=False, default=False),  # found in the Sent folder: the secretariat wrote it
)

reading = Table(
    "reading",
    metadata,
    Column("mail", Number, ForeignKey("mail.id"), primary_key=True),
    Column("message_id", Text, nullable=False),
    Column("from_name", Text, nullable=False),
    Column("from_address", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("answered_at", Moment, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("decided", Boolean, nullable=False),
    Column("language", String(20)),
    Column("new_text", Text, nullable=False),
    Column("evidence", JSON, nullable=False),
    Column("flags", JSON, nullable=False),
    Column("return_date", Date),
    Column("redirect_to", Text),
    Column("bounce", JSON),
    Column("problem", Text),
    Column("matched", Number, ForeignKey("invitee.number")),  # whose mail it is, says the machine
    Column("filed", Number, ForeignKey("invitee.number")),  # says a person
    Column("filed_nowhere", Boolean, nullable=False, default=False),  # a person says: of no invitee
    Column("matched_by", String(40), nullable=False),
    Column("candidates", JSON, nullable=False),
    Column("token", String(10), nullable=False),
    Column("verdict", String(12), nullable=False),
    Column("trust", Text, nullable=False),
    Column("alert", Boolean, nullable=False),
    Column("signed", Boolean, nullable=False),
    Column("needs_review", Boolean, nullable=False, index=True),
    Column("why", Text, nullable=False),
    Column("read_at", Moment, nullable=False),
    Index("ix_reading_matched", "matched"),
    Index("ix_reading_filed", "filed"),
    Index("ix_reading_message_id", "message_id"),
)

cursor = Table(
    "cursor",
    metadata,
    Column("mailbox", String(200), primary_key=True),
    Column("folder", String(200), primary_key=True),
    Column("uidvalidity", BigInteger, nullable=False),
    Column("last_uid", BigInteger, nullable=False),
)

entry = Table(
    "entry",
    metadata,
    _key(),
    Column("campaign", String(100), nullable=False),
    Column("wave", Integer, nullable=False),
    _invitee(nullable=False),
    Column("at", Moment, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("by", String(100), nullable=False),
    Column("what", String(40), nullable=False),
    Column("step", Integer, nullable=False),
    Column("until", Date),
    Column("letter", Number, ForeignKey("letter.id")),
    Column("mail", Number, ForeignKey("mail.id")),
    Column("target", Number, ForeignKey("entry.id")),
    Column("late", Boolean, nullable=False),
    Column("act", String(32)),  # entries that a person wrote in one act, to be taken back together
    Column("recorded_at", Moment, nullable=False),
    Index("ix_entry_invitee", "campaign", "wave", "invitee", "id"),
    Index("ix_entry_mail", "mail"),
    sqlite_autoincrement=True,
)

# What a person did, and what must be known to take it back whole.
act = Table(
    "act",
    metadata,
    _key(),
    Column("name", String(32), nullable=False, unique=True),
    Column("campaign", String(100), nullable=False),
    Column("wave", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", String(100), nullable=False),
    Column("words", Text, nullable=False),
    Column("memory", JSON, nullable=False),
    Column("undone_at", Moment),
)

# What a person read in a sentence of a mail, to be known again when the same sentence comes from anybody.
lesson = Table(
    "lesson",
    metadata,
    _key(),
    Column("campaign", String(100), nullable=False, index=True),
    Column("plain", Text, nullable=False),  # the words without case, accents and punctuation
    Column("words", Text, nullable=False),  # as they stood
    Column("kind", String(20), nullable=False),
    Column("mail", Number, ForeignKey("mail.id"), nullable=False),
    Column("by", String(100), nullable=False),
    Column("at", Moment, nullable=False),
    Column("act", String(32), nullable=False, index=True),  # taking it back forgets the lesson
    sqlite_autoincrement=True,  # a number that was forgotten never means another lesson
)

# A person's words stand beside the log, so that they can be erased without tearing it.
note = Table(
    "note",
    metadata,
    Column("entry", Number, ForeignKey("entry.id"), primary_key=True),
    Column("text", Text, nullable=False),
)

standing = Table(
    "standing",
    metadata,
    Column("campaign", String(100), primary_key=True),
    Column("wave", Integer, primary_key=True),
    Column("invitee", Number, ForeignKey("invitee.number"), primary_key=True),
    Column("state", String(20), nullable=False),
    Column("since", Moment),
    Column("needs_review", Boolean, nullable=False),
    Column("fold", JSON, nullable=False),  # the whole standing
    Index("ix_standing_state", "campaign", "wave", "state"),
)


def _looked_for() -> tuple[Column[Any], ...]:
    """What invitees are looked for by."""
    return (
        Column("search", Plain, nullable=False),  # the words of name and id, each behind a blank
        Column("country", String(2), nullable=False),
        Column("kind", String(20), nullable=False),
        Column("language", String(35), nullable=False),  # of the contact that is written to
        Column("state", String(20), nullable=False),
        Column("since", Moment, nullable=False),
        Column("late", Boolean, nullable=False),
        Column("decided_by", String(100)),
        Column("needs_review", Boolean, nullable=False),
        Column("owed", Boolean, nullable=False),  # it asks something, and we have not answered
        Column("asked_at", Moment),  # when its first letter left
        Column("answered", Boolean, nullable=False, server_default=false()),  # by a person, ever
        Column("stopped", Boolean, nullable=False, server_default=false()),  # it gets no more letters
        Column("lat", Text, nullable=False, server_default=""),  # as the list says: degrees north
        Column("lon", Text, nullable=False, server_default=""),  # degrees east
    )


# The same for who looks for invitees: what is searched, filtered and sorted by, and nothing else. SQLite keeps these
# rows in the order of the names (no rowid), so that a search reads them one after the other.
listed = Table(
    "listed",
    metadata,
    Column("campaign", String(100), primary_key=True),
    Column("wave", Integer, primary_key=True),
    Column("name", Plain, primary_key=True),  # without accents and case
    Column("invitee", Number, ForeignKey("invitee.number"), primary_key=True, autoincrement=False),
    *_looked_for(),
    Column("began_at", Moment, nullable=False),
    Index("ix_listed_invitee", "invitee", "campaign", "wave", unique=True),
    # With the time, so that “as of a day” is read from the index alone, as is who waits for thanks.
    Index(
        "ix_listed_state",
        *("campaign", "wave", "state", "name", "invitee"),
        *("began_at", "needs_review", "stopped"),
    ),
    Index("ix_listed_country", "campaign", "wave", "country", "name", "invitee", "began_at"),
    # With state and country, so that an order by time is read from the index alone whichever is asked for.
    Index("ix_listed_since", "campaign", "wave", "since", "invitee", "state", "country"),
    Index("ix_listed_began", "campaign", "wave", "began_at", "invitee"),  # and more in indexes.py
    sqlite_with_rowid=False,
)
# How it was listed before: for “as of a day”.
listed_before = Table(
    "listed_before",
    metadata,
    Column("campaign", String(100), primary_key=True),
    Column("wave", Integer, primary_key=True),
    Column("name", Plain, primary_key=True),
    Column("invitee", Number, ForeignKey("invitee.number"), primary_key=True, autoincrement=False),
    Column("began_at", Moment, primary_key=True),
    Column("ended_at", Moment, nullable=False),  # the first moment at which it was no longer so
    *_looked_for(),
    Index("ix_listed_before_invitee", "invitee"),
    Index("ix_listed_before_ended", "campaign", "wave", "ended_at", "invitee", "state", "country", "began_at"),
    sqlite_with_rowid=False,
)

# How many invitees and letters are alike (tally.py): the sum of what each writer counted.
tally = Table(
    "tally",
    metadata,
    Column("campaign", String(100), primary_key=True),
    Column("wave", Integer, primary_key=True, autoincrement=False),
    Column("what", String(10), primary_key=True),
    Column("country", String(2), primary_key=True),
    Column("kind", String(40), primary_key=True),
    Column("language", String(35), primary_key=True),
    Column("state", String(20), primary_key=True),
    Column("invited", Boolean, primary_key=True),
    Column("answered", Boolean, primary_key=True),
    Column("step", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, primary_key=True, autoincrement=False),
    Column("writer", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# How fast letters leave, of all senders together: "relay", and the domains written to where they have a limit.
pace = Table(
    "pace",
    metadata,
    Column("name", String(255), primary_key=True),
    Column("last_slot", Moment),  # of the last letter
    Column("hours", JSON, nullable=False),  # how many addresses were written to, by the hour
)

# Processes that send; when a lease runs out, the others take over what it had claimed.
sender = Table(
    "sender",
    metadata,
    Column("name", String(100), primary_key=True),
    Column("connections", Integer, nullable=False),
    Column("lease_until", Moment, nullable=False),  # by the database's own clock
)

switch = Table(
    "switch",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
    Column("set_at", Moment, nullable=False),
)

# How the mail server behaves, as a test letter showed.
relay_profile = Table(
    "relay_profile",
    metadata,
    Column("server", String(500), primary_key=True),
    Column("learned_at", Moment, nullable=False),
    Column("facts", JSON, nullable=False),
)

# Looks for a letter in doubt that did not find it; those for an earlier attempt count no more.
look = Table(
    "look",
    metadata,
    Column("letter", Number, ForeignKey("letter.id"), primary_key=True, autoincrement=False),
    Column("attempts", Integer, nullable=False),
    Column("looks", Integer, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("words", Text, nullable=False),
)

# Letters whose copy is in the Sent folder.
sent_copy = Table(
    "sent_copy",
    metadata,
    Column("letter", Number, ForeignKey("letter.id"), primary_key=True, autoincrement=False),
    Column("kept_at", Moment, nullable=False),
)

# Who may open the page. Secrets are kept as digests only.
account = Table(
    "account",
    metadata,
    Column("key", String(200), primary_key=True),  # the name, folded
    Column("name", Text, nullable=False),
    Column("role", String(10), nullable=False),
    Column("password", Text),  # argon2; none until the invitation is accepted
    Column("made_at", Moment, nullable=False),
)

session = Table(
    "session",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("account", String(200), ForeignKey("account.key"), index=True),  # none: who runs the machine
    Column("name", Text, nullable=False),
    Column("began_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("notice", JSON(none_as_null=True)),  # what the next page is to say
)

one_time_link = Table(
    "one_time_link",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("account", String(200), ForeignKey("account.key"), index=True),
    Column("made_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
)

login_try = Table(
    "login_try",
    metadata,
    _key(),
    Column("account", String(64), nullable=False),  # the digest of the name that was given
    Column("address", String(64), nullable=False),
    Column("at", Moment, nullable=False, index=True),
    Index("ix_login_try_account_address", "account", "address"),
)

# What persons did that states no fact about an invitee: test letters, accounts, erasures.
audit = Table(
    "audit",
    metadata,
    _key(),
    Column("campaign", String(100), nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", String(100), nullable=False),
    Column("what", String(40), nullable=False),
    Column("about", JSON, nullable=False),
    Index("ix_audit_campaign", "campaign", "id"),
)

# Addresses that are never written to again, as digests under the campaign's key.
suppressed = Table(
    "suppressed",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("at", Moment, nullable=False),
)
