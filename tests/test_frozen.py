"""Dataclasses that are made quickly are frozen, and equal to those that are made slowly."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, asdict, dataclass, field, replace
from typing import Any

import pytest

from outreach.frozen import changed, made_often


@made_often(frozen=True, slots=True)
class Quick:
    """Of every sort of field."""

    name: str
    number: int = 3
    many: dict[str, int] = field(default_factory=dict)

    @property
    def twice(self) -> int:
        """Methods stay."""
        return 2 * self.number


@dataclass(frozen=True, slots=True)
class Slow:
    """The same."""

    name: str
    number: int = 3
    many: dict[str, int] = field(default_factory=dict)


def test_it_is_made_as_the_other() -> None:
    """By place, by name, with what is not given."""
    given: tuple[str | int, ...]
    named: dict[str, Any]
    for given, named in ((("a",), {}), (("a", 4), {}), ((), {"name": "a", "many": {"x": 1}})):
        assert asdict(Quick(*given, **named)) == asdict(Slow(*given, **named))  # type: ignore[arg-type]
    assert repr(Quick("a")) == repr(Slow("a")).replace("Slow", "Quick")
    with pytest.raises(TypeError, match="name"):
        Quick()  # type: ignore[call-arg]


def test_it_is_frozen() -> None:
    """No field is set or deleted, and no other added."""
    one = Quick("a")
    with pytest.raises(FrozenInstanceError):
        one.name = "b"  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        del one.name
    with pytest.raises((FrozenInstanceError, TypeError)):
        one.new = 1  # type: ignore[attr-defined]
    assert one == Quick("a")


def test_it_is_compared_copied_and_changed() -> None:
    """Like any; `changed` gives what `replace` gives."""
    one = Quick("a", 4, {"x": 1})
    assert copy.copy(one) == pickle.loads(pickle.dumps(one)) == one  # noqa: S301  our own
    assert changed(one, number=5) == replace(one, number=5) != one
    assert type(changed(one)) is Quick
    assert changed(one, number=5).twice == 10
