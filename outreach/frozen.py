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
            ours.__init__ = _init(ours)
            return ours

        return made


_ANEW: Any = object()  # stands for a default that is made anew for each


def _init(ours: Any) -> Callable[..., None]:
    """Sets the fields; written and executed, as the library does it."""
    fields = dataclasses.fields(ours)
    open_ = dataclasses.make_dataclass(ours.__name__, [one.name for one in fields], slots=True)
    known: dict[str, Any] = {"become": _set_class, "open_": open_, "ours": ours, "anew": _ANEW}
    steps = ["become(self, open_)"]
    for one in fields:
        if one.default_factory is dataclasses.MISSING:
            steps.append(f"self.{one.name} = {one.name}")
        else:
            known[f"new_{one.name}"] = one.default_factory
            steps.append(f"self.{one.name} = new_{one.name}() if {one.name} is anew else {one.name}")
    steps.append("self.__class__ = ours")
    exec(f"def __init__(self, {', '.join(one.name for one in fields)}):\n {'; '.join(steps)}", known)  # noqa: S102
    init: Any = known["__init__"]
    defaults = (_ANEW if one.default is dataclasses.MISSING else one.default for one in fields if _has_default(one))
    init.__defaults__ = tuple(defaults)
    return init  # type: ignore[no-any-return]


def _has_default(one: dataclasses.Field[Any]) -> bool:
    return one.default is not dataclasses.MISSING or one.default_factory is not dataclasses.MISSING


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
