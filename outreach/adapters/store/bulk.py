"""Statements about many rows: compiled once for each kind of database, and given to its driver with plain values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    BindParameter,
    Column,
    Connection,
    Delete,
    Dialect,
    Insert,
    Text,
    TypeDecorator,
    Update,
    bindparam,
    func,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType


class _Numbers(TypeDecorator[Sequence[int]]):
    """Many whole numbers as one value."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """An array where there are such."""
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else ARRAY(BigInteger()))

    def process_bind_param(self, value: Sequence[int] | None, dialect: Dialect) -> Any:
        """As JSON for SQLite."""
        numbers = list(value or ())
        return str(numbers) if dialect.name == "sqlite" else numbers


class among(FunctionElement[Any]):  # noqa: N801  it is written like a function
    """Whether a column holds one of the numbers that are given with the call, by this name; however many they are.

    An IN (…) has a parameter for each number, so that its text is made anew for each call.
    """

    inherit_cache = True
    type = NullType()  # SQLite would ask whether a truth value is 1, and use no index

    def __init__(self, column: Column[int], name: str) -> None:
        super().__init__(column, bindparam(name, type_=_Numbers()))


@compiles(among, "sqlite")
def _among_json(element: among, compiler: SQLCompiler, **more: Any) -> str:
    column, numbers = (compiler.process(part, **more) for part in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({numbers}))"  # noqa: S608  both were written by the compiler


@compiles(among, "postgresql")
def _among_array(element: among, compiler: SQLCompiler, **more: Any) -> str:
    column, numbers = (compiler.process(part, **more) for part in element.clauses)
    return f"{column} = ANY ({numbers})"


Convert = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A statement as a driver takes it."""

    text: str
    names: tuple[str, ...]  # of the parameters, in their order
    places: tuple[int | None, ...]  # of each in the rows that are given; None: the same in all
    constants: tuple[Any, ...]
    converted: tuple[Convert | None, ...]
    positional: bool

    def parameters(self, rows: Sequence[Sequence[Any]]) -> list[Any]:
        """The rows as the driver takes them, made column by column."""
        given = list(zip(*rows, strict=True))
        columns: list[Sequence[Any]] = []
        for place, constant, convert in zip(self.places, self.constants, self.converted, strict=True):
            column = (constant,) * len(rows) if place is None else given[place]
            columns.append(column if convert is None else [convert(value) for value in column])
        ordered = zip(*columns, strict=True)
        return list(ordered) if self.positional else [dict(zip(self.names, row, strict=True)) for row in ordered]


class Many:
    """A statement that is executed for each of many rows.

    SQLAlchemy names, orders and converts the values of each row by itself; for a batch of letters that is dearer than
    all that the database does.
    """

    def __init__(self, statement: Insert | Update | Delete, names: Sequence[str]) -> None:
        """`names` are those of the values that a row has, in their order: columns of an insert, else parameters."""
        self._statement = statement
        self._names = tuple(names)
        self._compiled: dict[str, _Compiled] = {}

    def execute(self, connection: Connection, rows: Sequence[Sequence[Any]]) -> None:
        """Executes it for each row; nothing happens where there is none."""
        if rows:
            compiled = self._for(connection.dialect)
            connection.exec_driver_sql(compiled.text, compiled.parameters(rows))

    def _for(self, dialect: Dialect) -> _Compiled:
        if dialect.name not in self._compiled:
            self._compiled[dialect.name] = self._compile(dialect)
        return self._compiled[dialect.name]

    def _compile(self, dialect: Dialect) -> _Compiled:
        keys = list(self._names) if isinstance(self._statement, Insert) and self._statement.select is None else None
        made: Any = self._statement.compile(dialect=dialect, column_keys=keys)
        names = tuple(made.positiontup or made.params)
        binds: dict[str, BindParameter[Any]] = {name: bind for bind, name in made.bind_names.items()}
        places = tuple(self._names.index(name) if name in self._names else None for name in names)
        converted = tuple(binds[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names)
        constants = tuple(made.params[name] for name in names)
        return _Compiled(made.string, names, places, constants, converted, bool(made.positiontup))


def next_numbers(connection: Connection, column: Column[int], many: int) -> Sequence[int]:
    """Takes the next numbers of a key that the database counts, for rows that are inserted in this transaction.

    So rows need not be inserted one by one to learn their numbers. On SQLite only of a table with AUTOINCREMENT, in a
    transaction that writes.
    """
    table = column.table.name
    if connection.dialect.name == "sqlite":
        last = connection.exec_driver_sql("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).scalar() or 0
        return range(last + 1, last + 1 + many)
    sequence = func.pg_get_serial_sequence(table, column.name)
    query = select(func.nextval(sequence)).select_from(func.generate_series(1, many))
    return sorted(connection.execute(query).scalars())
