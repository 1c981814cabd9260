"""What holds for the whole campaign and every process: the mailing is paused, and why."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, delete, insert, select

from outreach.adapters.store import tables as t
from outreach.adapters.store.engine import reading, writing

PAUSED = "paused"  # its value says why


class Switches:
    """Named values that any process may turn."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, name: str) -> str | None:
        """The value, or None where the switch is off."""
        with reading(self._engine) as connection:
            return connection.execute(select(t.switch.c.value).where(t.switch.c.name == name)).scalar()

    def turn(self, name: str, value: str | None, now: datetime) -> None:
        """Turns a switch on with a value, or off with None."""
        with writing(self._engine) as connection:
            connection.execute(delete(t.switch).where(t.switch.c.name == name))
            if value is not None:
                connection.execute(insert(t.switch), [{"name": name, "value": value, "set_at": now}])
