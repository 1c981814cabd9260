"""What holds for the whole campaign and every process: the mailing is paused, and why."""

from __future__ import annotations

from datetime import datetime
from importlib import import_module

from sqlalchemy import Connection, Engine, delete, select

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

    def since(self, name: str) -> datetime | None:
        """When it was last turned on, or None where it is off."""
        with reading(self._engine) as connection:
            return connection.execute(select(t.switch.c.set_at).where(t.switch.c.name == name)).scalar()

    def turn(self, name: str, value: str | None, now: datetime) -> None:
        """Turns a switch on with a value, or off with None."""
        with writing(self._engine) as connection:
            if value is None:
                connection.execute(delete(t.switch).where(t.switch.c.name == name))
            else:
                put(connection, name, value, now)


def put(connection: Connection, name: str, value: str, now: datetime) -> None:
    """Gives a switch a value, whoever else does the same at this moment."""
    query = import_module(f"sqlalchemy.dialects.{connection.dialect.name}").insert(t.switch)
    query = query.values(name=name, value=value, set_at=now)
    new = {"value": query.excluded.value, "set_at": query.excluded.set_at}
    connection.execute(query.on_conflict_do_update(index_elements=["name"], set_=new))
