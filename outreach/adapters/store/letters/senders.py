"""Who sends: leases that have to be renewed, so that the letters of a sender that died are taken over by the others."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, Engine, delete, insert, select, update

from outreach.adapters.store import tables as t
from outreach.adapters.store.engine import clock, reading, writing
from outreach.adapters.store.locks import only_one
from outreach.model import INTERRUPTED, LetterState, OutreachError

IN_HAND = (LetterState.CLAIMED, LetterState.HANDING_OVER)
LEASE = timedelta(seconds=60)
PATIENCE = 5.0  # seconds that another sender has to end, where only one may send
BUSY = "another process is sending this campaign's letters; wait until it has finished, or stop it"
DIED = "the program was interrupted while it handed the letter over"


def own_name() -> str:
    """What this process is called among the senders, so that others on this machine know whether it still lives."""
    return f"{_machine()}:{os.getpid()}:{secrets.token_hex(4)}"


@cache
def _machine() -> str:
    """Where process numbers mean the same: machines and containers may share a name, but not those."""
    try:
        numbers = str(Path("/proc/self/ns/pid").stat().st_ino)
        started = Path("/proc/sys/kernel/random/boot_id").read_text("ascii")[:8]
    except OSError:
        numbers, started = secrets.token_hex(4), ""  # known to nobody: only the lease tells
    return f"{socket.gethostname()[:40].replace(':', '.')}/{started}/{numbers}"


def is_of_here(name: str) -> bool:
    """Whether a sender was one of this machine, since it was started last."""
    return name.rpartition(":")[0].rpartition(":")[0] == _machine()


def has_died(name: str) -> bool:
    """Whether a sender of this machine has surely ended; of others nobody knows before their lease runs out."""
    _, _, process = name.rpartition(":")[0].rpartition(":")
    if not is_of_here(name) or not process.isdecimal():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except OSError:
        pass  # it lives, and is somebody else's
    return False


Share = Callable[[int, Sequence[int]], int]  # own place among the senders, connections that each holds → mine


class Senders:
    """The processes that send the letters of one wave of one campaign."""

    def __init__(self, engine: Engine, campaign: str, wave: int) -> None:
        self._engine = engine
        self._mine = (t.letter.c.campaign == campaign) & (t.letter.c.wave == wave)

    @contextmanager
    def on_duty(
        self, name: str, now: datetime, lease: timedelta = LEASE, first: Callable[[], None] = lambda: None
    ) -> Iterator[None]:
        """Takes part in sending. With SQLite only one process at a time; with PostgreSQL any number.

        `first` settles what is known of letters that senders which are no more had in hand; the others are in doubt.

        Raises:
            BusyError: Another process sends, and the database can be shared by no more.
        """
        alone = self._engine.dialect.name == "sqlite"
        with only_one(self._engine, "sender", BUSY, patience=PATIENCE) if alone else nullcontext():
            first()
            with writing(self._engine) as connection:
                present = connection.execute(select(t.sender.c.name)).scalars().all()
                _bury(connection, [one for one in present if alone or has_died(one)])  # alone: whoever was here died
                self._enter(connection, name, lease)
                self._recover(connection, now)
            try:
                yield
            finally:
                # If it cannot be said, the lease runs out, and what went wrong before is not hidden by this.
                with suppress(OutreachError), writing(self._engine) as connection:
                    connection.execute(delete(t.sender).where(t.sender.c.name == name))

    def _enter(self, connection: Connection, name: str, lease: timedelta) -> None:
        row = {"name": name, "connections": 0, "lease_until": clock(connection) + lease}
        connection.execute(insert(t.sender), [row])

    def renew(
        self,
        name: str,
        held: int,
        share: Share,
        now: datetime,
        lease: timedelta = LEASE,
        first: Callable[[], None] = lambda: None,
    ) -> int:
        """Renews the lease, and takes over from senders whose lease ran out.

        Args:
            name: The sender.
            held: How many connections it has now.
            share: How many it may have, by its place among the senders and what they all hold.
            now: The moment for the letters that are taken over.
            lease: For how long.
            first: As of `on_duty`, if there are such senders.
        """
        with writing(self._engine) as connection:
            at = clock(connection)
            query = select(t.sender).order_by(t.sender.c.name).with_for_update()
            rows = {row.name: row for row in connection.execute(query)}
            dead = [one for one, row in rows.items() if one != name and (row.lease_until < at or has_died(one))]
            if dead:
                first()
                _bury(connection, dead)
                self._recover(connection, now)
            if name not in rows:  # we were away for so long that others took over
                self._enter(connection, name, lease)
            living = {**{one: row.connections for one, row in rows.items() if one not in dead}, name: held}
            names = sorted(living)
            mine = share(names.index(name), [living[one] for one in names])
            values = {"connections": max(mine, held), "lease_until": at + lease}
            connection.execute(update(t.sender).where(t.sender.c.name == name).values(values))
        return mine

    def _recover(self, connection: Connection, now: datetime) -> None:
        """Of senders that are no more: what was claimed is ready again, what was being handed over is in doubt.

        Whose it was stays known: it may have left word.
        """
        left = t.letter.c.claimed_by.is_(None) | t.letter.c.claimed_by.not_in(select(t.sender.c.name))
        ready = {"state": LetterState.READY.value, "claimed_by": None}
        why = {"stage": INTERRUPTED, "last_reply": DIED}
        doubt = {"state": LetterState.IN_DOUBT.value, **why, "settled_at": now}
        for state, values in ((LetterState.CLAIMED, ready), (LetterState.HANDING_OVER, doubt)):
            mine = self._mine & (t.letter.c.state == state.value) & left
            connection.execute(update(t.letter).where(mine).values(values))

    def left_behind(self) -> bool:
        """Whether a sender that is no more left letters in hand; the next pass takes them over."""
        states = [state.value for state in IN_HAND]
        held = select(t.letter.c.claimed_by).where(self._mine, t.letter.c.state.in_(states)).distinct()
        with reading(self._engine) as connection:
            names = connection.execute(held).scalars().all()
            query = select(t.sender.c.name).where(t.sender.c.lease_until >= clock(connection))
            living = frozenset(connection.execute(query).scalars()) if names else frozenset()
        return any(name not in living or has_died(name) for name in names)

    def living(self) -> int:
        """How many senders there are."""
        with writing(self._engine) as connection:
            query = select(t.sender.c.name).where(t.sender.c.lease_until >= clock(connection))
            return len(connection.execute(query).all())


def _bury(connection: Connection, dead: Sequence[str]) -> None:
    """They are no senders any more; what they had in hand belongs to nobody."""
    if dead:
        connection.execute(delete(t.sender).where(t.sender.c.name.in_(dead)))
