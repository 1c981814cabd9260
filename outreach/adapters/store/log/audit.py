"""The audit trail: what persons did that states no fact about an invitee, such as test letters and accounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Engine, insert, select

from outreach.adapters.store import tables as t
from outreach.adapters.store.engine import reading, writing


class Deed(StrEnum):
    """What was done."""

    TEST_LETTER = "test_letter"  # letter, to
    ACCOUNT_ADDED = "account_added"  # name, role
    ACCOUNT_INVITED = "account_invited"  # name
    ACCOUNT_ROLE = "account_role"  # name, role
    ACCOUNT_ENDED = "account_ended"  # name: logged out everywhere
    ACCOUNT_REMOVED = "account_removed"  # name
    ERASED = "erased"  # invitee: its id
    RENAMED = "renamed"  # invitee: its id, was, became


@dataclass(frozen=True, slots=True)
class Audited:
    """One line of it."""

    at: datetime
    by: str  # "person:NAME"
    what: Deed
    about: Mapping[str, str]


class Audit:
    """What was done in one campaign; lines are only ever added."""

    def __init__(self, engine: Engine, campaign: str) -> None:
        self._engine = engine
        self._campaign = campaign

    def note(self, what: Deed, by: str, now: datetime, **about: str) -> None:
        """Adds a line."""
        row = {"campaign": self._campaign, "at": now, "by": by, "what": what.value, "about": about}
        with writing(self._engine) as connection:
            connection.execute(insert(t.audit), [row])

    def latest(self, most: int) -> tuple[Audited, ...]:
        """The last lines, the newest first."""
        query = select(t.audit).where(t.audit.c.campaign == self._campaign).order_by(t.audit.c.id.desc()).limit(most)
        with reading(self._engine) as connection:
            return tuple(Audited(row.at, row.by, Deed(row.what), row.about) for row in connection.execute(query))
