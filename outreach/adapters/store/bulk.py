"""Statements that every letter needs: compiled once for each database, and given to its driver with plain values."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    BindParameter,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Delete,
    Dialect,
    Insert,
    Select,
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
from sqlalchemy.types import NullType, TypeEngine


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

    def __init__(self, column: ColumnElement[int], name: str) -> None:
        super().__init__(column, bindparam(name, type_=_Numbers()))


@compiles(among, "sqlite")
def _among_json(element: among, compiler: SQLCompiler, **more: Any) -> str:
    column, numbers = (compiler.process(part, **more) for part in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({numbers}))"  # noqa: S608  both were written by the compiler


@compiles(among, "postgresql")
def _among_array(element: among, compiler: SQLCompiler, **more: Any) -> str:
    column, numbers = (compiler.process(part, **more) for part in element.clauses)
    return f"{column} = ANY ({numbers})"


class held_by(among):  # noqa: N801
    """The same where very many numbers may be given and no index serves: they are hashed, on PostgreSQL too.

    Whether a value is one of an array it hashes only where it knows the array when it plans; a statement that is
    prepared it may plan once for all arrays, and then looks through each from end to end.
    """

    inherit_cache = True


@compiles(held_by, "postgresql")
def _held_by_hashed(element: among, compiler: SQLCompiler, **more: Any) -> str:
    column, numbers = (compiler.process(part, **more) for part in element.clauses)
    return f"{column} IN (SELECT unnest({numbers}))"


def numbers_of(connection: Connection, query: Select[tuple[int]], given: Mapping[str, Any] | None = None) -> list[int]:
    """The numbers that a query gives, in its order, as one value: thousands of rows cost more than to find them."""
    some = query.subquery()
    (column,) = some.c
    if connection.dialect.name == "postgresql":
        return list(connection.execute(select(func.array_agg(column)), given or {}).scalar() or ())
    text = connection.execute(select(func.group_concat(column)), given or {}).scalar() or ""
    numbers: list[int] = json.loads(f"[{text}]")
    return numbers


Convert = Callable[[Any], Any] | None


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A statement as a driver takes it."""

    text: str
    names: tuple[str, ...]  # of the parameters, in their order
    constants: tuple[Any, ...]  # their values where none are given
    converted: tuple[Convert, ...]
    positional: bool
    results: tuple[Convert, ...]  # of the columns that it gives

    def parameters(self, places: Sequence[int | None], rows: Sequence[Sequence[Any]]) -> list[Any]:
        """The rows as the driver takes them; `places` says where in a row each parameter stands, if it stands there."""
        given = list(zip(*rows, strict=True))
        columns = [
            (constant,) * len(rows) if place is None else given[place]
            for place, constant in zip(places, self.constants, strict=True)
        ]
        ordered = _converted(columns, self.converted)
        return ordered if self.positional else [dict(zip(self.names, row, strict=True)) for row in ordered]


def _compiled(
    statement: Any, dialect: Dialect, keys: list[str] | None = None, ready: Collection[str] = ()
) -> _Compiled:
    made = statement.compile(dialect=dialect, column_keys=keys, compile_kwargs={"render_postcompile": True})
    names = tuple(made.positiontup or made.params)
    binds: dict[str, BindParameter[Any]] = {name: bind for bind, name in made.bind_names.items()}
    plain = NullType()  # as those of an IN
    types = [binds[name].type if name in binds and name not in ready else plain for name in names]
    converted = tuple(_binding(one, dialect) for one in types)
    columns = statement.selected_columns if isinstance(statement, Select) else ()
    results = tuple(one.type.dialect_impl(dialect).result_processor(dialect, None) for one in columns)
    return _Compiled(
        made.string, names, tuple(made.params[name] for name in names), converted, bool(made.positiontup), results
    )


def _binding(of: TypeEngine[Any], dialect: Dialect) -> Convert:
    if isinstance(of, Boolean):  # of which SQLAlchemy first asks whether it is one
        return None if dialect.supports_native_boolean else int
    return of.dialect_impl(dialect).bind_processor(dialect)


def _converted(columns: Iterable[Sequence[Any]], converts: Sequence[Convert]) -> list[tuple[Any, ...]]:
    """Rows of these columns, each converted as it must be: column by column, for most need nothing."""
    made = zip(columns, converts, strict=True)
    return list(zip(*(column if to is None else _each(to, column) for column, to in made), strict=True))


def _each(convert: Callable[[Any], Any], column: Sequence[Any]) -> Iterable[Any]:
    first = column[0]
    same = column.count(first) == len(column)  # as what all of a transaction have
    return (convert(first),) * len(column) if same else map(convert, column)


class Asked:
    """A question whose rows come as plain tuples.

    SQLAlchemy wraps each row, and looks for the way to read each value of it; for a batch of letters that is dearer
    than all that the database does.
    """

    def __init__(self, statement: Select[Any]) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, connection: Connection, given: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """All its rows."""
        dialect = connection.dialect
        if (compiled := self._compiled.get(dialect.name)) is None:
            compiled = self._compiled[dialect.name] = _compiled(self._statement, dialect)
        places = [given.get(name, constant) for name, constant in zip(compiled.names, compiled.constants, strict=True)]
        (values,) = compiled.parameters(range(len(places)), [places])
        with closing(connection.connection.cursor()) as cursor:
            cursor.execute(compiled.text, values)
            rows: list[tuple[Any, ...]] = list(cursor.fetchall())
        return _converted(zip(*rows, strict=True), compiled.results) if rows and any(compiled.results) else rows


class Many:
    """A statement that is executed for each of many rows.

    SQLAlchemy names, orders and converts the values of each row by itself, which is as dear.
    """

    def __init__(self, statement: Insert | Update | Delete, names: Sequence[str], ready: Sequence[str] = ()) -> None:
        """`names` are those of the values that a row has, in their order: columns of an insert, else parameters.

        Those of `ready` are such as a driver takes: JSON as text.
        """
        self._statement = statement
        self._ready = frozenset(ready)
        self._names = tuple(names)
        self._compiled: dict[str, tuple[_Compiled, tuple[int | None, ...]]] = {}

    def execute(self, connection: Connection, rows: Sequence[Sequence[Any]]) -> None:
        """Executes it for each row; nothing happens where there is none."""
        if rows:
            compiled, places = self._for(connection.dialect)
            with closing(connection.connection.cursor()) as cursor:
                cursor.executemany(compiled.text, compiled.parameters(places, rows))

    def _for(self, dialect: Dialect) -> tuple[_Compiled, tuple[int | None, ...]]:
        if dialect.name not in self._compiled:
            inserts = isinstance(self._statement, Insert) and self._statement.select is None
            compiled = _compiled(self._statement, dialect, list(self._names) if inserts else None, self._ready)
            places = tuple(self._names.index(name) if name in self._names else None for name in compiled.names)
            self._compiled[dialect.name] = compiled, places
        return self._compiled[dialect.name]


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
