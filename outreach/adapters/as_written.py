"""Makes settings of what stands in a file, where every value is of its field's type; it converts nothing."""

from __future__ import annotations

from dataclasses import is_dataclass
from datetime import date
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

PLAIN = (str, int, bool, date, type(None))


class NotAsWrittenError(TypeError):
    """A value is of another type, unknown or missing."""


def as_written(kind: type[Any], data: object) -> Any:
    """The dataclass that the data of a file say.

    Raises:
        NotAsWrittenError: They say something else, or what only a conversion would make of them.
    """
    hints = get_type_hints(kind)
    if not isinstance(data, dict) or not data.keys() <= hints.keys():
        raise NotAsWrittenError
    values = {name: _value(hints[name], value) for name, value in data.items()}
    try:
        return kind(**values)
    except TypeError as error:  # one is missing
        raise NotAsWrittenError from error


def _value(hint: Any, value: object) -> Any:
    origin, choices = get_origin(hint), get_args(hint)
    if is_dataclass(hint) and isinstance(hint, type):
        return as_written(hint, value)
    if origin in (Union, UnionType):
        return None if value is None else _value(next(one for one in choices if one is not type(None)), value)
    if origin is tuple and isinstance(value, list):
        return tuple(_value(choices[0], one) for one in value)
    if origin is Literal and isinstance(value, str) and value in choices:
        return value
    if hint in PLAIN and type(value) is hint:  # exactly: a truth value is no number, a moment is no day
        return value
    raise NotAsWrittenError
