"""Accounts of the secretariat's people: made by invitation, given a role, taken away."""

from __future__ import annotations

import unicodedata
from datetime import timedelta

from outreach.adapters.store.access import Account
from outreach.adapters.store.log.audit import Deed
from outreach.campaign.desk import Desk
from outreach.entrypoints.web.access import passwords
from outreach.entrypoints.web.access.roles import GIVEN, Role
from outreach.entrypoints.web.access.tokens import digest, new_token
from outreach.model import Sentence, UsageError

LONGEST_NAME = 60  # characters
LINK_LASTS = timedelta(minutes=15)


def key_of(name: str) -> str:
    """What makes two names the same: neither case nor form of the characters."""
    return unicodedata.normalize("NFKC", name).casefold().strip()


def add_account(desk: Desk, name: str, role: str) -> str:
    """Makes an account and gives the secret of its invitation; the person sets the password.

    Raises:
        UsageError: The name or the role cannot be used, or the account is there already.
    """
    shown = unicodedata.normalize("NFC", " ".join(name.split()))
    if not 0 < len(shown) <= LONGEST_NAME or not shown.isprintable() or not key_of(shown):
        message = Sentence(
            "“%(name)s” is no name for an account; take at most %(longest_name)s characters that can be printed",
            name=name,
            longest_name=LONGEST_NAME,
        )
        raise UsageError(message)
    with desk.store.together():
        if not desk.store.access.add_account(key_of(shown), shown, role_named(role).value, desk.now()):
            message = Sentence(
                "there is an account “%(shown)s” already; a new invitation: outreach web account invite “%(shown)s”",
                shown=shown,
            )
            raise UsageError(message)
        _note(desk, Deed.ACCOUNT_ADDED, name=shown, role=role)
        return new_link(desk, key_of(shown))


def invite(desk: Desk, name: str) -> str:
    """The secret of a new invitation to set a password; an earlier one no longer opens anything."""
    account = account_named(desk, name)
    with desk.store.together():
        _note(desk, Deed.ACCOUNT_INVITED, name=account.name)
        return new_link(desk, account.key)


def new_link(desk: Desk, account: str | None) -> str:
    """A secret that opens the page once within a quarter of an hour; for an account, or for who runs the machine."""
    token, now = new_token(), desk.now()
    desk.store.access.add_link(digest(token), account, now, now + LINK_LASTS)
    return token


def change_role(desk: Desk, name: str, role: str) -> Account:
    """Gives an account another role and ends its sessions.

    Raises:
        UsageError: There is no such account or role, or nobody would be left who gives accounts.
    """
    account = account_named(desk, name)
    wanted = role_named(role).value
    with desk.store.together():
        _refuse_unless(account, done=desk.store.access.change_role(account.key, wanted, keep=Role.ADMIN))
        _note(desk, Deed.ACCOUNT_ROLE, name=account.name, role=wanted)
    return account


def remove_account(desk: Desk, name: str) -> Account:
    """Takes an account away with its sessions; what the person did stays in the log.

    Raises:
        UsageError: There is no such account, or nobody would be left who gives accounts.
    """
    account = account_named(desk, name)
    with desk.store.together():
        _refuse_unless(account, done=desk.store.access.remove_account(account.key, keep=Role.ADMIN))
        _note(desk, Deed.ACCOUNT_REMOVED, name=account.name)
    return account


def end_sessions(desk: Desk, name: str) -> Account:
    """Logs a person out everywhere."""
    account = account_named(desk, name)
    with desk.store.together():
        desk.store.access.end_sessions_of(account.key)
        _note(desk, Deed.ACCOUNT_ENDED, name=account.name)
    return account


def set_password(desk: Desk, key: str, password: str) -> None:
    """Keeps a new password and ends every session and invitation of the account."""
    desk.store.access.set_password(key, passwords.hashed(password))


def account_named(desk: Desk, name: str) -> Account:
    """The account of a name.

    Raises:
        UsageError: There is none.
    """
    account = desk.store.access.account(key_of(name))
    if account is None:
        message = Sentence("there is no account “%(name)s”; outreach web account list shows them", name=name)
        raise UsageError(message)
    return account


def role_named(role: str) -> Role:
    """A role that an account may have.

    Raises:
        UsageError: There is no such role.
    """
    if role not in GIVEN:
        message = Sentence("“%(role)s” is no role; take one of %(choices)s", role=role, choices=", ".join(GIVEN))
        raise UsageError(message)
    return Role(role)


def _note(desk: Desk, what: Deed, **about: str) -> None:
    desk.store.audit.note(what, desk.by, desk.now(), **about)


def _refuse_unless(account: Account, *, done: bool) -> None:
    if not done:
        message = Sentence("%(name)s is the only admin; make another one first", name=account.name)
        raise UsageError(message)
