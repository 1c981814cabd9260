"""Sessions: who is logged in, until half an hour of silence, twelve hours, or a change of password or role."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from outreach.campaign.desk import ON_THE_PAGE, Desk
from outreach.entrypoints.web.access.roles import Role
from outreach.entrypoints.web.access.tokens import digest, new_token

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
NOTED_EVERY = timedelta(minutes=1)  # not every request writes to the database


@dataclass(frozen=True, slots=True)
class Person:
    """Who is in, and what they may do."""

    name: str
    role: Role
    account: str | None  # its key; None: came in by the link of who runs the machine
    session: str  # the digest of its secret

    @property
    def signature(self) -> str:
        """How the log names the person: an account of the page is never taken for a user of the machine."""
        return f"person:{self.name}" if self.account is None else f"person:{self.name}{ON_THE_PAGE}"

    def may(self, needed: Role) -> bool:
        """Whether the person may do what needs a role."""
        return self.role.may_act_as(needed)


def begin_session(desk: Desk, account: str | None, name: str, password: str | None = None) -> str | None:
    """Begins a session and gives its secret; those that are over are cleared away.

    None if the account has no longer the password whose digest is given: it was changed while it was compared.
    """
    token, now = new_token(), desk.now()
    begun = desk.store.access.begin_session(
        digest(token), account, name, now, idle_since=now - IDLE, old_since=now - LONGEST, password=password
    )
    return token if begun else None


def who_is(desk: Desk, token: str, *, by_hand: bool = True) -> Person | None:
    """Whose session a secret opens; None where it is over.

    `by_hand` is false for what a page asks by itself, which keeps nobody logged in.
    """
    now, name = desk.now(), digest(token)
    found = desk.store.access.session(name)
    if found is None:
        return None
    if not now - LONGEST < found.began_at <= now + NOTED_EVERY or not now - IDLE < found.seen_at <= now + NOTED_EVERY:
        desk.store.access.end_session(name)
        return None
    if by_hand and now - found.seen_at >= NOTED_EVERY:
        desk.store.access.seen(name, now)
    role = Role.ADMIN if found.account is None else Role(found.role)
    return Person(found.name, role, found.account, name)
