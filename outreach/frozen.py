"""Frozen dataclasses that are made as quickly as others: of those that are made for each letter of a mailing."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

__all__ = ["changed", "made_often"]

T = TypeVar("T")
_set_class = object.__dict__["__class__"].__set__


if TYPE_CHECKING:  # to a judge of types they are what they are made as
    from dataclasses import dataclass as made_often
else:

    def made_often(*, frozen: bool, slots: bool) -> Callable[[type[T]], type[T]]:
        """As `dataclasses.dataclass`, which sets each field of a frozen one by a call that is ten times as dear.

        Until its fields are set, a new one is of a class that has the same slots and is not frozen.
        """

        def made(cls: type[T]) -> type[T]:
            ours: Any = dataclasses.dataclass(frozen=frozen, slots=slots)(cls)
            plain = [
                (one.name, Any, dataclasses.field(default=one.default, default_factory=one.default_factory))
                for one in dataclasses.fields(ours)
            ]
            open_: Any = dataclasses.make_dataclass(cls.__name__, plain, slots=True)
            fill = open_.__init__

            def __init__(self: Any, *given: Any, **named: Any) -> None:  # noqa: N807  it becomes the class's
                _set_class(self, open_)
                fill(self, *given, **named)
                self.__class__ = ours

            ours.__init__ = __init__
            return ours

        return made


def changed(one: T, **new: Any) -> T:
    """The same with other values: `dataclasses.replace`, which asks of each field what it may be, is dearer."""
    cls: Any = type(one)
    places, values_of = _fields_of(cls)
    values = list(values_of(one))
    for name, value in new.items():
        values[places[name]] = value
    return cls(*values)  # type: ignore[no-any-return]


@cache
def _fields_of(cls: Any) -> tuple[dict[str, int], Callable[[Any], tuple[Any, ...]]]:
    names = [one.name for one in dataclasses.fields(cls)]
    return {name: place for place, name in enumerate(names)}, attrgetter(*names)
