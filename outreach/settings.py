"""The settings of config.toml as frozen dataclasses; each field carries the sentence that documents it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date as Date  # noqa: N812  the settings have fields named date
from typing import Any, Literal

STRICT = {"extra": "forbid"}  # read by pydantic: an unknown key is an error


def documented(doc: str, default: Any = ..., **more: Any) -> Any:
    """A dataclass field with its documentation; no default means that the setting is needed."""
    metadata = {"doc": doc, **more}
    if default is ...:
        return field(metadata=metadata)
    if callable(default):
        return field(default_factory=default, metadata=metadata)
    return field(default=default, metadata=metadata)


Security = Literal["tls", "starttls", "none"]
Provider = Literal["none", "microsoft", "google", "ses"]
Auth = Literal["password", "microsoft", "google"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


@dataclass(frozen=True)
class Target:
    """A goal on the way, such as the congress at which the first hundred are presented."""

    __pydantic_config__ = STRICT
    name: str = documented("What the goal is for.")
    date: Date = documented("The day by which it should be reached.")
    goal: int = documented("How many confirmations.")


@dataclass(frozen=True)
class CampaignSettings:
    """[campaign]"""

    __pydantic_config__ = STRICT
    id: str = documented("A short name that never changes; it stands in every reference.")
    name: str = documented("The name of the campaign as readers know it.")
    deadline: Date = documented("The last day on which a confirmation is in time, in the invitee's time zone.")
    wave: int = documented("The wave of invitations; a later wave invites anew.", 1)
    milestones: tuple[int, ...] = documented("Numbers of confirmations that are celebrated.", (10, 100, 1000))
    target: Target | None = documented("A goal with a date, shown in the status.", None)
    default_language: str = documented("The language of a letter where the contact's own has no template.", "en")
    timezone: str = documented("The secretariat's time zone.", "Europe/Madrid")
    contacts: str = documented("The list of contacts, CSV or XLSX.", "contacts.csv")
    database: str = documented("SQLite file or postgresql+psycopg://… address.", "sqlite:///outreach.db")
    mode: Literal["rehearsal", "real"] = documented(
        '"rehearsal" talks to embedded servers and keeps its own data; "real" lets letters go to the [smtp] server.',
        "rehearsal",
    )
    committee_url: str = documented("Where the letter's link to the committee leads; without it the words stay.", "")


@dataclass(frozen=True)
class SenderSettings:
    """[sender]"""

    __pydantic_config__ = STRICT
    name: str = documented("The name readers see.")
    address: str = documented("The address letters come from; answers to it are read.")


@dataclass(frozen=True)
class SmtpSettings:
    """[smtp]"""

    __pydantic_config__ = STRICT
    host: str = documented("The secretariat's own mail server, for sending.")
    port: int = documented("465 for tls, 587 for starttls.", 465)
    security: Security = documented('"tls", "starttls" or, on this machine only, "none".', "tls")
    username: str = documented("Without it nobody logs in.", "")
    password_env: str = documented("The environment variable that holds the password.", "")
    password_file: str = documented("A file that holds the password (only its owner may read it).", "")
    auth: Auth = documented('How to log in: "password", "microsoft" or "google" (OAuth2).', "password")
    ca_file: str = documented("A certificate authority of your own, if the server uses one (PEM).", "")
    provider: Provider = documented(
        'Whose limits hold where you set none: "microsoft" (365), "google" (Workspace), "ses" (Amazon) or "none".',
        "none",
    )
    connections: int = documented("How many connections at once, of all processes together.", 2)
    per_minute: int = documented("Letters a minute; 0 = as fast as the relay takes them.", 30)
    per_day: int = documented("Addresses written to within any 24 hours, copies included; 0 = no limit.", 0)


@dataclass(frozen=True)
class InboxSettings:
    """[inbox]"""

    __pydantic_config__ = STRICT
    kind: Literal["imap", "maildir"] = documented('"imap", or "maildir" with a path.', "imap")
    host: str = documented("The mail server, for reading.", "")
    port: int = documented("993 for tls.", 993)
    security: Security = documented('"tls", "starttls" or, on this machine only, "none".', "tls")
    username: str = documented("The mailbox to read.", "")
    password_env: str = documented("The environment variable that holds the password.", "")
    password_file: str = documented("A file that holds the password (only its owner may read it).", "")
    auth: Auth = documented('How to log in: "password", "microsoft" or "google" (OAuth2).', "password")
    ca_file: str = documented("A certificate authority of your own, if the server uses one (PEM).", "")
    folder: str = documented("The folder that answers come into.", "INBOX")
    sent_folder: str = documented("Letters sent by hand; the secretariat's answer found there ends a pause.", "Sent")
    archive_folder: str = documented(
        "The folder that a rule of the mailbox sorts the blind copies of our letters into; without it, `folder`.", ""
    )
    keep_sent: bool = documented(
        "Put each letter into the Sent folder, where the mail server does not do so itself.", True
    )
    path: str = documented('The Maildir to read, for kind = "maildir".', "")
    authserv_id: str = documented("Whose Authentication-Results header is believed (RFC 8601); without it none is.", "")


@dataclass(frozen=True)
class OAuthSettings:
    """[oauth]"""

    __pydantic_config__ = STRICT
    client_id: str = documented("The id of the application that your organisation registered (docs/operations.md).", "")
    tenant: str = documented(
        "Whose accounts may log in at Microsoft: your organisation's id or domain.", "organizations"
    )
    client_secret_env: str = documented("The environment variable that holds Google's client secret.", "")
    client_secret_file: str = documented("A file that holds Google's client secret (only its owner may read it).", "")
    authority: str = documented("Where tokens come from, if it is not the provider's usual server (https://host).", "")


@dataclass(frozen=True)
class LettersSettings:
    """[letters]"""

    __pydantic_config__ = STRICT
    templates: str = documented("The folder of the letters.", "templates")
    date: Date | None = documented("The date printed on the invitation; without it, the day of the launch.", None)
    attachments: tuple[str, ...] = documented(
        "Files that go with the invitation; {language} becomes the letter's language.", ()
    )


@dataclass(frozen=True)
class SendingSettings:
    """[sending]"""

    __pydantic_config__ = STRICT
    min_gap_days: int = documented("Days between two letters to one invitee.", 7)
    max_reminders: int = documented("At most so many reminders to one invitee.", 3)
    days: tuple[Weekday, ...] = documented("Days on which letters go; [] = any.", ("mon", "tue", "wed", "thu", "fri"))
    hours: str = documented('Hours in the invitee\'s time zone, as "09:00-17:00"; "any" = no window.', "09:00-17:00")
    per_domain_minute: int = documented("Letters a minute to one and the same mail domain; 0 = no limit.", 0)
    holidays: bool = documented("Keep the public holidays and the weekend of the invitee's country free.", True)
    blind_copy: str = documented("An address that gets a blind copy of every letter; no reader sees it.", "")
    doubt_minutes: int = documented(
        "Minutes until a letter in doubt is looked for, or a person may resend it; in mode real 10 at least.", 10
    )


@dataclass(frozen=True)
class ReminderSettings:
    """[[reminders]]"""

    __pydantic_config__ = STRICT
    days_before: int = documented("Days before the deadline.")
    letter: str = documented("The letter's name; the n-th step uses NAME.n where there is one.", "reminder")


@dataclass(frozen=True)
class WebSettings:
    """[web]"""

    __pydantic_config__ = STRICT
    hosts: tuple[str, ...] = documented(
        "Names by which browsers reach the page behind TLS, such as outreach.example.org; others are refused.", ()
    )


@dataclass(frozen=True)
class Settings:
    """Everything config.toml says."""

    __pydantic_config__ = STRICT
    campaign: CampaignSettings = documented("The campaign.")
    sender: SenderSettings = documented("Who writes.")
    smtp: SmtpSettings = documented("How letters leave.")
    inbox: InboxSettings = documented("How answers come in.")
    oauth: OAuthSettings = documented('How tokens are got, for auth = "microsoft" or "google".', OAuthSettings)
    letters: LettersSettings = documented("The letters.", LettersSettings)
    sending: SendingSettings = documented("When letters go.", SendingSettings)
    reminders: tuple[ReminderSettings, ...] = documented("The reminders, in order.", ())
    web: WebSettings = documented("The secretariat's page.", WebSettings)
