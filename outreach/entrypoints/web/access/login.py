"""How a person comes in: by a one-time link or by a password, five tries in a quarter of an hour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from ipaddress import IPv6Address, ip_address, ip_network

from outreach.campaign.desk import Desk
from outreach.entrypoints.web.access import passwords
from outreach.entrypoints.web.access.accounts import key_of
from outreach.entrypoints.web.access.sessions import begin_session
from outreach.entrypoints.web.access.tokens import digest

TRIES = 5
TRIES_THERE = 50  # from one place, whatever the names
TRIES_IN = timedelta(minutes=15)
LONGEST_GIVEN = 200  # characters of a name that are looked at


class Refusal(StrEnum):
    """Why somebody did not come in."""

    WRONG = "wrong"  # name or password; which of them is not told
    TOO_OFTEN = "too often"


@dataclass(frozen=True, slots=True)
class Link:
    """What a one-time link is for: a key of an account, or None for who runs the machine."""

    account: str | None
    name: str


def log_in(desk: Desk, name: str, password: str, address: str) -> str | Refusal:
    """Gives the secret of a new session, or says why there is none.

    A try counts before its password is looked at, so that many at once are not more than many in a row; and only once
    it is its turn, so that no flood writes faster than passwords are compared.

    Raises:
        TryAgainLaterError: Too many people log in at once; nothing was written.
    """
    key, place = key_of(name[:LONGEST_GIVEN]), place_of(address)
    with passwords.turn():
        now, who = desk.now(), digest(key)
        if not desk.store.access.try_login(who, place, now, since=now - TRIES_IN, most=TRIES, most_there=TRIES_THERE):
            return Refusal.TOO_OFTEN
        account = desk.store.access.account(key)
        if not passwords.fits(account.password if account else None, password) or account is None:
            return Refusal.WRONG
    desk.store.access.forget_tries(who, place)
    return begin_session(desk, account.key, account.name, account.password) or Refusal.WRONG


def place_of(address: str) -> str:
    """Whose tries count together: an IPv4 address, or the /64 that one IPv6 subscriber has at least (RFC 6177)."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(ip, IPv6Address):
        return str(ip.ipv4_mapped or ip_network((ip, 64), strict=False))
    return str(ip)


def link_for(desk: Desk, token: str) -> Link | None:
    """What a one-time link would open; None where it was used, is too old or never was."""
    found = desk.store.access.link(digest(token), desk.now())
    if found is None:
        return None
    account = desk.store.access.account(found.account) if found.account else None
    return Link(found.account, account.name if account else desk.by.removeprefix("person:"))


def open_with(desk: Desk, token: str) -> str | None:
    """Uses up the link of who runs the machine and gives the secret of a session."""
    link = link_for(desk, token)
    if link is None or link.account is not None or not desk.store.access.use_link(digest(token), desk.now()):
        return None
    return begin_session(desk, None, link.name)


def accept_invitation(desk: Desk, token: str, password: str) -> str | None:
    """Uses up an invitation: sets the password, ends earlier sessions, and gives the secret of a new one."""
    link = link_for(desk, token)
    if link is None or link.account is None:
        return None
    kept = passwords.hashed(password)
    if not desk.store.access.use_link(digest(token), desk.now()):
        return None
    desk.store.access.set_password(link.account, kept)
    return begin_session(desk, link.account, link.name, kept)
