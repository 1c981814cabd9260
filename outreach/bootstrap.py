"""The one file that knows every concrete class: it opens a campaign folder, and the clock enters here."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from outreach.adapters.config import load_settings, token_providers
from outreach.adapters.secrets import load_or_make_key, password_for
from outreach.campaign.desk import ON_THE_PAGE, Clock, Desk
from outreach.model import ConfigurationError, OutreachError, UsageError
from outreach.settings import InboxSettings, Settings, SmtpSettings

if TYPE_CHECKING:
    from outreach.adapters.embedded.imap_server import EmbeddedImap
    from outreach.adapters.imap.mailbox import ImapMailbox
    from outreach.adapters.maildir import MaildirMailbox
    from outreach.adapters.oauth.tokens import Tokens
    from outreach.adapters.sheets.uploads import Uploads
    from outreach.adapters.store.store import Store
    from outreach.campaign.answers.forms import OwnForms
    from outreach.campaign.sending.handing_over import Postman
    from outreach.core.letters.stationery import Stationery

REHEARSAL = "rehearsal"
KEY_FILE = "outreach.key"
LOGIN_FILE = "outreach.login"
EMBEDDED_USER = "rehearsal"
EMBEDDED_PASSWORD = "rehearsal"  # noqa: S105  of a server on loopback that lives as long as the command


class SystemClock:
    """The machine's clock; with a start it begins there and runs on."""

    def __init__(self, start: datetime | None = None) -> None:
        self._shift = timedelta() if start is None else start - datetime.now(UTC)

    def now(self) -> datetime:
        """The moment, aware, in UTC."""
        return datetime.now(UTC) + self._shift


def data_folder(folder: Path, settings: Settings) -> Path:
    """Where database, key and mailbox lie: a rehearsal keeps its own, so that it never counts as sent."""
    return folder / REHEARSAL if settings.campaign.mode == "rehearsal" else folder


def open_desk(folder: Path, *, clock: Clock | None = None, by: str | None = None) -> Desk:
    """Opens the campaign of a folder.

    Raises:
        OutreachError: Settings, database or key cannot be used; the message says what to do.
    """
    settings = load_settings(folder / "config.toml")
    if settings.campaign.mode == "rehearsal":
        settings = without_limits(settings)
    return make_desk(folder, settings, clock or SystemClock(), _own_name(by or login_name()))


def _own_name(by: str) -> str:
    """The name as it is, unless the log would take it for an account of the page.

    Raises:
        UsageError: It would.
    """
    if by.endswith(ON_THE_PAGE):
        message = f"“{by}” would stand in the log as an account of the page; take another name (--by)"
        raise UsageError(message)
    return by


def without_limits(settings: Settings) -> Settings:
    """The settings without limits of pace: a rehearsal's own server takes everything."""
    smtp = replace(settings.smtp, per_minute=0, per_day=0)
    return replace(settings, smtp=smtp, sending=replace(settings.sending, per_domain_minute=0))


def make_desk(folder: Path, settings: Settings, clock: Clock, by: str, *, home: Path | None = None) -> Desk:
    """The desk of a campaign whose settings are known; `home`: where its data lie, if not where they always do."""
    from outreach.adapters.store.store import open_store  # noqa: PLC0415  heavy, and not every command needs it
    from outreach.core.standing import fold  # noqa: PLC0415

    home = home or data_folder(folder, settings)
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    url = "sqlite:///outreach.db" if home != folder else settings.campaign.database
    campaign = settings.campaign
    store = open_store(url, home, campaign=campaign.id, wave=campaign.wave, fold=fold)
    key = load_or_make_key(_key_beside(store, home))
    return Desk(
        settings=settings,
        folder=folder,
        store=store,
        key=key,
        clock=clock,
        by=f"person:{by}",
        load_stationery=lambda: _stationery(folder, settings),
    )


def _stationery(folder: Path, settings: Settings) -> Stationery:
    """The templates and attachments as they are now."""
    from outreach.adapters.stationery import read_files  # noqa: PLC0415  what only reports writes no letter
    from outreach.core.letters.stationery import Stationery  # noqa: PLC0415

    letters, language = settings.letters, settings.campaign.default_language
    return Stationery.from_files(read_files(folder / letters.templates, letters.attachments, folder, language))


def own_forms(folder: Path) -> OwnForms:
    """The files that the campaign of a folder sends with its letters; none where there is no campaign."""
    from outreach.adapters.stationery import read_attachments  # noqa: PLC0415
    from outreach.campaign.answers.forms import OwnForms  # noqa: PLC0415

    def read() -> tuple[bytes, ...]:
        try:
            return read_attachments(load_settings(folder / "config.toml").letters.attachments, folder)
        except OutreachError:
            return ()

    return OwnForms(read)


def login_name() -> str:
    """Who is logged in, for the log."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def key_path(desk: Desk) -> Path:
    """Where the key of the reference tokens lies: beside the database."""
    return _key_beside(desk.store, data_folder(desk.folder, desk.settings))


def uploads(desk: Desk) -> Uploads:
    """The lists of contacts that were sent to the page and wait: beside the database."""
    from outreach.adapters.sheets.uploads import Uploads  # noqa: PLC0415

    return Uploads(key_path(desk).with_name("uploads"))


def _key_beside(store: Store, home: Path) -> Path:
    from outreach.adapters.store.engine import sqlite_path  # noqa: PLC0415

    database = sqlite_path(store.engine)
    return (database.parent if database is not None else home) / KEY_FILE


# ---------------------------------------------------------------- the login


def open_tokens(folder: Path, settings: Settings) -> Tokens:
    """The tokens of the last `outreach login`, kept beside the database of the real campaign.

    Raises:
        ConfigurationError: The settings log in by password.
    """
    from outreach.adapters.oauth.authority import authority_of  # noqa: PLC0415
    from outreach.adapters.oauth.tokens import Tokens  # noqa: PLC0415
    from outreach.adapters.store.engine import open_engine, sqlite_path  # noqa: PLC0415

    provider = next(iter(token_providers(settings)), None)
    if provider is None:
        raise ConfigurationError('config.toml logs in by password; for a login set auth = "microsoft" or "google"')
    oauth = settings.oauth
    secret = ""
    if oauth.client_secret_env or oauth.client_secret_file:
        names = (oauth.client_secret_env, oauth.client_secret_file)
        secret = password_for(*names, where="[oauth]", what="client_secret")
    database = sqlite_path(open_engine(settings.campaign.database, folder))
    path = (database.parent if database is not None else folder) / LOGIN_FILE
    # Whatever --now says: the provider's clock runs as the world's.
    return Tokens(authority_of(provider, oauth, secret), path, SystemClock().now)


# ---------------------------------------------------------------- the relay


@contextmanager
def relay(desk: Desk) -> Iterator[Callable[[], Postman]]:
    """Gives what makes connections to the relay; in a rehearsal, to an embedded one that keeps the letters."""
    if desk.settings.campaign.mode == "real":
        yield postmen(desk.settings.smtp, _smtp_login(desk))
        return
    with embedded_relay(data_folder(desk.folder, desk.settings) / "outbox") as settings:
        yield postmen(settings, None)


def _smtp_login(desk: Desk) -> str | Tokens | None:
    """The password or the tokens for sending; None where nobody logs in."""
    smtp = desk.settings.smtp
    if smtp.auth != "password":
        return open_tokens(desk.folder, desk.settings)
    return password_for(smtp.password_env, smtp.password_file, where="[smtp]") if smtp.username else None


def postmen(settings: SmtpSettings, login: str | Tokens | None) -> Callable[[], Postman]:
    """Makes connections to a relay, as many as are asked for."""
    from outreach.adapters.smtp.postman import SmtpPostman  # noqa: PLC0415
    from outreach.core.refusals import classify  # noqa: PLC0415

    return lambda: SmtpPostman(settings, login, classify=classify)


@contextmanager
def embedded_relay(
    outbox: Path, on_letter: Callable[[str, list[str], bytes], str | None] | None = None
) -> Iterator[SmtpSettings]:
    """An SMTP server on loopback that keeps each letter as a file in a Maildir."""
    import mailbox  # noqa: PLC0415

    from outreach.adapters.embedded.smtp_server import EmbeddedSmtp  # noqa: PLC0415

    outbox.parent.mkdir(parents=True, exist_ok=True)
    kept = mailbox.Maildir(outbox, create=True)

    def keep(sender: str, recipients: list[str], data: bytes) -> str | None:
        refused = on_letter(sender, recipients, data) if on_letter is not None else None
        if refused is None:
            kept.add(data)
        return refused

    server = EmbeddedSmtp(keep)
    server.start()
    try:
        yield SmtpSettings(host="127.0.0.1", port=server.port, security="none", per_minute=0)
    finally:
        server.stop()
        kept.close()


# ---------------------------------------------------------------- the mailbox


@contextmanager
def mailbox(desk: Desk) -> Iterator[ImapMailbox | MaildirMailbox]:
    """Opens the mailbox that answers come into, read-only; in a rehearsal, an embedded one."""
    if desk.settings.campaign.mode == "real":
        with open_mailbox(desk.settings.inbox, inbox_login(desk), desk.folder) as opened:
            yield opened
        return
    place = data_folder(desk.folder, desk.settings) / "mailbox"
    with embedded_mailbox(place) as (inbox, _), open_mailbox(inbox, EMBEDDED_PASSWORD, desk.folder) as opened:
        yield opened


@contextmanager
def archive(desk: Desk) -> Iterator[ImapMailbox | MaildirMailbox]:
    """Opens the mailbox in which copies of our letters lie; in a rehearsal, what the embedded relay took."""
    if desk.settings.campaign.mode == "real":
        with mailbox(desk) as opened:
            yield opened
        return
    from outreach.adapters.maildir import MaildirMailbox, make_maildir  # noqa: PLC0415

    yield MaildirMailbox(make_maildir(data_folder(desk.folder, desk.settings) / "outbox"))


@contextmanager
def sent_folder(desk: Desk) -> Iterator[ImapMailbox]:
    """Opens the mailbox whose Sent folder takes copies of our letters.

    Raises:
        ConfigurationError: It is a Maildir, which is only read.
    """
    from outreach.adapters.imap.mailbox import ImapMailbox  # noqa: PLC0415

    with mailbox(desk) as opened:
        if not isinstance(opened, ImapMailbox):
            raise ConfigurationError("a Maildir is only read; set keep_sent = false in [inbox]")
        yield opened


def inbox_login(desk: Desk) -> str | Tokens:
    """The password or the tokens for reading; "" for a Maildir."""
    inbox = desk.settings.inbox
    if inbox.kind == "maildir":
        return ""
    if inbox.auth != "password":
        return open_tokens(desk.folder, desk.settings)
    return password_for(inbox.password_env, inbox.password_file, where="[inbox]")


@contextmanager
def open_mailbox(settings: InboxSettings, login: str | Tokens, folder: Path) -> Iterator[ImapMailbox | MaildirMailbox]:
    """The mailbox that the settings name."""
    if settings.kind == "maildir":
        from outreach.adapters.maildir import MaildirMailbox  # noqa: PLC0415

        yield MaildirMailbox(folder / settings.path)
        return
    from outreach.adapters.imap.mailbox import ImapMailbox  # noqa: PLC0415

    with ImapMailbox(settings, login) as opened:
        yield opened


@contextmanager
def embedded_mailbox(path: Path) -> Iterator[tuple[InboxSettings, EmbeddedImap]]:
    """An IMAP server on loopback over a Maildir, and how to reach it."""
    from outreach.adapters.embedded.imap_server import EmbeddedImap  # noqa: PLC0415

    server = EmbeddedImap(path, EMBEDDED_USER, EMBEDDED_PASSWORD)
    server.start()
    try:
        settings = InboxSettings(
            host="127.0.0.1", port=server.port, security="none", username=EMBEDDED_USER, sent_folder=""
        )
        yield settings, server
    finally:
        server.stop()


def mailbox_name(desk: Desk) -> str:
    """What the cursor of the mailbox is kept under."""
    inbox = desk.settings.inbox
    if desk.settings.campaign.mode != "real":
        return REHEARSAL
    return (
        f"{inbox.username}@{inbox.host}:{inbox.port}"[:200] if inbox.kind == "imap" else f"maildir:{inbox.path}"[:200]
    )
