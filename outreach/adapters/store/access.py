"""Who may open the page: accounts, sessions, one-time links and tries to log in; secrets only as digests."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, insert, or_, select, text, update

from outreach.adapters.store import tables as t
from outreach.adapters.store.engine import reading, writing
from outreach.model import TryAgainLaterError

SHORTLY = 50  # milliseconds
A_MOMENT = 1000  # milliseconds
TRIES_LOCK = 0x6F757472  # PostgreSQL's advisory lock: tries are counted one after the other


@dataclass(frozen=True, slots=True)
class Account:
    """A person of the secretariat."""

    key: str
    name: str
    role: str
    password: str | None  # its argon2 digest; None: the invitation waits
    made_at: datetime
    seen_at: datetime | None = None  # in the newest session that is open


@dataclass(frozen=True, slots=True)
class Session:
    """A session as it is kept."""

    account: str | None
    name: str
    role: str  # of the account; "" where there is none
    began_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Link:
    """A one-time link that was not used yet."""

    account: str | None
    expires_at: datetime


class Access:
    """The accounts of one database and what they came in with."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    # ------------------------------------------------------------ accounts

    def add_account(self, key: str, name: str, role: str, now: datetime) -> bool:
        """Makes an account without a password; False if there is one of that key."""
        with writing(self._engine) as connection:
            if connection.execute(select(t.account.c.key).where(t.account.c.key == key)).first() is not None:
                return False
            row = {"key": key, "name": name, "role": role, "password": None, "made_at": now}
            connection.execute(insert(t.account), [row])
        return True

    def account(self, key: str) -> Account | None:
        """One account."""
        with reading(self._engine) as connection:
            row = connection.execute(select(t.account).where(t.account.c.key == key)).first()
        return None if row is None else Account(row.key, row.name, row.role, row.password, row.made_at)

    def accounts(self) -> tuple[Account, ...]:
        """Every account, by name, with the moment it was last seen in a session that is open."""
        seen = select(func.max(t.session.c.seen_at)).where(t.session.c.account == t.account.c.key).scalar_subquery()
        query = select(t.account, seen.label("seen_at")).order_by(t.account.c.key)
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        return tuple(Account(r.key, r.name, r.role, r.password, r.made_at, r.seen_at) for r in rows)

    def change_role(self, key: str, role: str, *, keep: str) -> bool:
        """Gives another role and ends the account's sessions; False if nobody would be left with the role to keep."""
        with writing(self._engine) as connection:
            if role != keep and _is_last(connection, key, keep):
                return False
            connection.execute(update(t.account).where(t.account.c.key == key).values(role=role))
            connection.execute(delete(t.session).where(t.session.c.account == key))
        return True

    def set_password(self, key: str, password: str) -> None:
        """Keeps the digest of a new password, and ends the account's sessions and links."""
        with writing(self._engine) as connection:
            connection.execute(update(t.account).where(t.account.c.key == key).values(password=password))
            _shut(connection, key)

    def remove_account(self, key: str, *, keep: str) -> bool:
        """Takes an account away with all that opens it; False if others were left, and none with the role to keep."""
        with writing(self._engine) as connection:
            if _is_last(connection, key, keep):
                return False
            _shut(connection, key)
            connection.execute(delete(t.account).where(t.account.c.key == key))
        return True

    # ------------------------------------------------------------ sessions

    def begin_session(
        self,
        name: str,
        account: str | None,
        person: str,
        now: datetime,
        *,
        idle_since: datetime,
        old_since: datetime,
        password: str | None = None,
    ) -> bool:
        """Begins a session; those that are idle or old are cleared away.

        With the digest of a password only if it is the account's still; False if it was changed meanwhile.
        """
        over = or_(t.session.c.seen_at <= idle_since, t.session.c.began_at <= old_since)
        row = {"id": name, "account": account, "name": person, "began_at": now, "seen_at": now, "notice": None}
        with writing(self._engine) as connection:
            connection.execute(delete(t.session).where(over))
            if password is not None and _password(connection, account) != password:
                return False
            connection.execute(insert(t.session), [row])
        return True

    def session(self, name: str) -> Session | None:
        """A session by the digest of its secret."""
        query = (
            select(t.session, t.account.c.role)
            .outerjoin(t.account, t.account.c.key == t.session.c.account)
            .where(t.session.c.id == name)
        )
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        return None if row is None else Session(row.account, row.name, row.role or "", row.began_at, row.seen_at)

    def seen(self, name: str, now: datetime) -> None:
        """The person did something; while somebody writes for long, it is left to be noted at a later request."""
        with suppress(TryAgainLaterError), writing(self._engine, fleeting=True, patience=SHORTLY) as connection:
            connection.execute(update(t.session).where(t.session.c.id == name).values(seen_at=now))

    def end_session(self, name: str) -> None:
        """Ends one session."""
        with writing(self._engine) as connection:
            connection.execute(delete(t.session).where(t.session.c.id == name))

    def end_sessions_of(self, key: str) -> None:
        """Ends every session of an account."""
        with writing(self._engine) as connection:
            connection.execute(delete(t.session).where(t.session.c.account == key))

    def leave_notice(self, name: str, notice: dict[str, Any]) -> None:
        """Keeps what the next page is to say in this session."""
        with writing(self._engine) as connection:
            connection.execute(update(t.session).where(t.session.c.id == name).values(notice=notice))

    def take_notice(self, name: str) -> dict[str, Any] | None:
        """What this page is to say; it is said once, or again where somebody writes for long."""
        with reading(self._engine) as connection:
            notice = connection.execute(select(t.session.c.notice).where(t.session.c.id == name)).scalar()
        if notice is None:
            return None
        with suppress(TryAgainLaterError), writing(self._engine, patience=A_MOMENT) as connection:
            connection.execute(update(t.session).where(t.session.c.id == name).values(notice=None))
        return dict(notice)

    # ------------------------------------------------------------ one-time links

    def add_link(self, name: str, account: str | None, now: datetime, expires_at: datetime) -> None:
        """Keeps a link; an earlier one for the same account, and all that are too old, open nothing any more."""
        gone = t.one_time_link.c.expires_at <= now
        if account is not None:
            gone = or_(gone, t.one_time_link.c.account == account)
        with writing(self._engine) as connection:
            connection.execute(delete(t.one_time_link).where(gone))
            row = {"id": name, "account": account, "made_at": now, "expires_at": expires_at}
            connection.execute(insert(t.one_time_link), [row])

    def link(self, name: str, now: datetime) -> Link | None:
        """A link that still opens something."""
        with reading(self._engine) as connection:
            row = connection.execute(select(t.one_time_link).where(_open_link(name, now))).first()
        return None if row is None else Link(row.account, row.expires_at)

    def use_link(self, name: str, now: datetime) -> bool:
        """Uses a link up; False if somebody was quicker, or it is too old."""
        with writing(self._engine) as connection:
            return connection.execute(delete(t.one_time_link).where(_open_link(name, now))).rowcount == 1

    # ------------------------------------------------------------ tries

    def try_login(
        self, account: str, address: str, now: datetime, *, since: datetime, most: int, most_there: int
    ) -> bool:
        """Counts a try before it is made; False if there were too many already: for the account there, or there."""
        mine = func.count().filter(t.login_try.c.account == account)
        counted = select(mine, func.count()).where(t.login_try.c.address == address)
        with writing(self._engine) as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": TRIES_LOCK})
            connection.execute(delete(t.login_try).where(t.login_try.c.at <= since))
            tried, there = connection.execute(counted).one()
            if tried >= most or there >= most_there:
                return False
            connection.execute(insert(t.login_try), [{"account": account, "address": address, "at": now}])
        return True

    def forget_tries(self, account: str, address: str) -> None:
        """The right password was given."""
        mine = (t.login_try.c.account == account) & (t.login_try.c.address == address)
        with writing(self._engine) as connection:
            connection.execute(delete(t.login_try).where(mine))


def _is_last(connection: Connection, key: str, role: str) -> bool:
    """Whether an account is the only one of a role among several; nobody changes roles until the transaction ends."""
    rows = connection.execute(select(t.account.c.key, t.account.c.role).order_by(t.account.c.key).with_for_update())
    roles = {row.key: row.role for row in rows}
    return len(roles) > 1 and [one for one, given in roles.items() if given == role] == [key]


def _open_link(name: str, now: datetime) -> Any:
    return (t.one_time_link.c.id == name) & (t.one_time_link.c.expires_at > now) & (t.one_time_link.c.made_at <= now)


def _password(connection: Connection, account: str | None) -> str | None:
    """The digest that is kept; who changes it meanwhile waits, and ends the session that begins here."""
    query = select(t.account.c.password).where(t.account.c.key == account).with_for_update()
    return connection.execute(query).scalar()


def _shut(connection: Connection, key: str) -> None:
    connection.execute(delete(t.session).where(t.session.c.account == key))
    connection.execute(delete(t.one_time_link).where(t.one_time_link.c.account == key))
