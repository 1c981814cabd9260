"""Opens the database, SQLite or PostgreSQL, with the settings under which nothing that was committed is lost."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from shutil import disk_usage
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, func, make_url, select
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

from outreach.model import ConfigurationError, OutreachError, TryAgainLaterError

# FULL: a commit survives a power loss. trusted_schema: a foreign file runs no code of its own.
PATIENCE = 30_000  # milliseconds that who writes waits for another, who writes too
PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    f"PRAGMA busy_timeout={PATIENCE}",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA secure_delete=ON",
    "PRAGMA cache_size=-8000",  # kilobytes: what looks at 250,000 invitees finds them there the next time
)

# The server soon notices a machine that has vanished, and gives its locks to others. It compiles no query: that takes
# longer than any of ours.
SERVER = "-c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3 -c jit=off"


PAGE = 32768  # bytes by which SQLite's shared memory grows


def open_engine(url: str, folder: Path) -> Engine:
    """The engine for a database address; a relative SQLite path counts from the campaign folder.

    Raises:
        ConfigurationError: The address makes no sense.
    """
    try:
        address = make_url(url)
    except ArgumentError as error:
        message = f"config.toml, [campaign] database: “{url}” is no database address; write sqlite:///outreach.db"
        raise ConfigurationError(message) from error
    if address.drivername in ("postgresql", "postgresql+psycopg"):
        more = {} if "options" in address.query else {"options": SERVER}
        return create_engine(address, pool_pre_ping=True, connect_args=more)
    if address.drivername != "sqlite":
        message = (
            f"config.toml, [campaign] database: {address.drivername} is not known here; "
            "write sqlite:///outreach.db or postgresql+psycopg://…"
        )
        raise ConfigurationError(message)
    if address.database and address.database != ":memory:":
        address = address.set(database=str(folder / address.database))
    engine = create_engine(address, connect_args={"timeout": 10}, pool_use_lifo=True)
    _say_which_index(engine)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _say_which_index(engine: Engine) -> None:
    """Lets a query name the index that it is read from (INDEXED BY), which SQLAlchemy leaves out for SQLite."""
    from sqlalchemy.dialects.sqlite.base import SQLiteCompiler  # noqa: PLC0415  not where the database is another

    class Compiler(SQLiteCompiler):
        def get_from_hint_text(self, table: Any, text: str | None) -> str | None:  # noqa: ARG002
            return text

    engine.dialect.statement_compiler = Compiler


def sqlite_path(engine: Engine) -> Path | None:
    """Where the SQLite file lies; None for PostgreSQL."""
    if engine.dialect.name != "sqlite" or not engine.url.database:
        return None
    return Path(engine.url.database)


def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in PRAGMAS:
        connection.execute(pragma)


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    _set(connection, "synchronous", "NORMAL" if options.get("fleeting") else "FULL", "FULL")
    _set(connection, "busy_timeout", options.get("patience", PATIENCE), PATIENCE)
    # A deferred BEGIN that turns into a write dies with "database is locked" in spite of busy_timeout.
    connection.exec_driver_sql("BEGIN" if options.get("reading") else "BEGIN IMMEDIATE")


def _set(connection: Connection, pragma: str, value: object, first: object) -> None:
    """Sets what is set otherwise, before a transaction begins: then it is too late."""
    if connection.info.get(pragma, first) != value:
        connection.connection.cursor().execute(f"PRAGMA {pragma}={value}")
        connection.info[pragma] = value


@contextmanager
def clear_errors(engine: Engine) -> Iterator[None]:
    """Turns the database's faults into one sentence with the cure."""
    try:
        yield
    except DBAPIError as error:
        raise _explained(engine, str(error.orig), isinstance(error, OperationalError)) from error
    except engine.dialect.loaded_dbapi.Error as error:  # of the driver itself (bulk.py)
        away = isinstance(error, engine.dialect.loaded_dbapi.OperationalError)
        raise _explained(engine, str(error), away) from error


def _name(engine: Engine) -> str:
    path = sqlite_path(engine)
    return engine.url.render_as_string(hide_password=True) if path is None else str(path)


def _is_full(engine: Engine) -> bool:
    """Whether not even a page has room: SQLite says “disk I/O error” where its shared memory cannot grow."""
    path = sqlite_path(engine)
    try:
        return path is not None and disk_usage(path.parent).free < PAGE
    except OSError:
        return False


def _explained(engine: Engine, said: str, away: bool) -> OutreachError:  # noqa: FBT001  it may be the server that is away
    words = said.lower()
    if "disk is full" in words or "disk full" in words or "no space" in words or _is_full(engine):
        return OutreachError(f"the disk is full; nothing was half written to {_name(engine)}; make room and call again")
    if "locked" in words:
        return TryAgainLaterError(f"another process is writing to {_name(engine)}; try again in a moment")
    if "readonly" in words or "read-only" in words:
        return OutreachError(
            f"{_name(engine)} cannot be written to, nothing was changed; check who owns it, and whether its disk or "
            "server was set to read-only; then call again"
        )
    if "disk i/o error" in words or "input/output error" in words:
        return OutreachError(
            f"the disk under {_name(engine)} fails ({said.strip()}); nothing was half written; look for "
            "faults of the disk, quotas and limits of file sizes, then call again"
        )
    if "unable to open" in words:
        return OutreachError(f"{_name(engine)} cannot be opened; check that its folder exists and may be written to")
    if engine.dialect.name == "postgresql" and away:
        return TryAgainLaterError(f"no connection to {_name(engine)}: {said.strip().splitlines()[0]}")
    return OutreachError(f"the database {_name(engine)} refused: {said}")


_together: ContextVar[Connection | None] = ContextVar("together", default=None)


@contextmanager
def together(engine: Engine) -> Iterator[Connection]:
    """One transaction of all that is read and written meanwhile by who opened it: all of it or nothing."""
    with writing(engine) as connection:
        before = _together.set(connection)
        try:
            yield connection
        finally:
            _together.reset(before)


def _joined(engine: Engine) -> Connection | None:
    connection = _together.get()
    return connection if connection is not None and connection.engine.url == engine.url else None


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads, and so never waits for a writer."""
    if (joined := _joined(engine)) is not None:
        yield joined
        return
    with clear_errors(engine), engine.connect().execution_options(reading=True) as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine, *, fleeting: bool = False, patience: int = PATIENCE) -> Iterator[Connection]:
    """A transaction that writes: all of it or nothing.

    `fleeting`: the disk is not waited for. A power loss may undo it, but only together with everything that was
    committed after it: what the next transaction keeps for good, it keeps of this one too.
    `patience`: milliseconds that another who writes to an SQLite file is waited for.

    Raises:
        TryAgainLaterError: Another one wrote for longer.
    """
    if (joined := _joined(engine)) is not None:
        yield joined
        return
    options = {"fleeting": fleeting, "patience": patience}
    with clear_errors(engine), engine.connect().execution_options(**options) as connection, connection.begin():
        if fleeting and engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL synchronous_commit TO off")
        yield connection
        _committing.get()()


_committing: ContextVar[Callable[[], None]] = ContextVar("committing", default=lambda: None)


def tell_of_commits(told: Callable[[], None]) -> None:
    """From now on tells of each transaction of this thread that it is about to be committed: the disk is waited for."""
    _committing.set(told)


def clock(connection: Connection) -> datetime:
    """The time by the database's own clock: the same for every machine that shares it."""
    if connection.dialect.name == "sqlite":
        return datetime.now(UTC)  # it has none but this machine's
    return connection.execute(select(func.clock_timestamp())).scalar_one().astimezone(UTC)  # type: ignore[no-any-return]
