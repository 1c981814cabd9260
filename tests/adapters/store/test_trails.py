"""Trails of batches: believed of this machine alone, when nobody writes them any more; nothing that lies there stops us."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from outreach.adapters.store.engine import open_engine
from outreach.adapters.store.letters.senders import own_name
from outreach.adapters.store.letters.trails import Heard, Trails
from outreach.model import Handover, HandoverResult, OutreachError

NOW = datetime(2022, 7, 18, 9, tzinfo=UTC)
TAKEN = Handover(HandoverResult.ACCEPTED, "reply", "250 OK “prêt”\n")


@pytest.fixture(params=["sqlite:///towns [2].db", "postgresql+psycopg://nobody@/nothing"], ids=["sqlite", "postgresql"])
def trails(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Trails]:
    """Beside a database, which need not be there."""
    engine = open_engine(request.param, tmp_path)
    yield Trails(engine, tmp_path, "trial", 1)
    engine.dispose()


def test_a_trail_is_heeded_once_when_nobody_writes_it_any_more(trails: Trails, tmp_path: Path) -> None:
    """Also that of an earlier pass of this very process, which could not write down what it had heard."""
    trail = trails.start(own_name(), [7, 8, 9])
    trail.begins(7)
    trail.heard(7, TAKEN, NOW)
    trail.begins(8)
    assert list(trails.left()) == []
    with pytest.raises(ZeroDivisionError), trail:
        raise ZeroDivisionError
    (left,) = trails.left()
    assert (left.letters, left.begun) == ((7, 8, 9), frozenset({7, 8}))
    assert left.heard == {7: Heard(TAKEN, NOW)}
    assert not list(trails.left())
    assert not list(tmp_path.iterdir())


def test_a_trail_that_could_not_be_heeded_stays(trails: Trails) -> None:
    """The database was away."""
    with pytest.raises(ZeroDivisionError), trails.start(own_name(), [7]):
        raise ZeroDivisionError
    reading = trails.left()
    assert next(reading).letters == (7,)
    assert not list(trails.left())
    del reading  # without having come to its end
    assert len(list(trails.left())) == 1


def test_two_trails_of_one_letter_are_two(trails: Trails) -> None:
    """A letter that waits again is claimed anew as soon as that is committed, a moment before its trail goes."""
    sender = own_name()
    first = trails.start(sender, [7])
    with pytest.raises(ZeroDivisionError), trails.start(sender, [7]), first:
        raise ZeroDivisionError
    assert len(list(trails.left())) == 2


def test_what_is_no_trail_stops_nobody(trails: Trails, tmp_path: Path) -> None:
    """A file of something else, one of a power loss, a folder: nothing is known from them."""
    with trails.start(own_name(), [7]):
        (trail,) = tmp_path.iterdir()
        name = trail.name[:-1]
    for number, content in enumerate((b"", b"5\n", b"\0\0\0\n", b'["', b"{}\n")):
        (tmp_path / f"{name}{number}").write_bytes(content)
    (tmp_path / f"{name}folder").mkdir()
    assert list(trails.left()) == []
    assert [one.name for one in tmp_path.iterdir()] == [f"{name}folder"]


def handles() -> int:
    """How many files this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))


def test_a_full_disk_keeps_no_file_open(trails: Trails, tmp_path: Path) -> None:
    """A daemon tries again and again until there is room."""
    sender, open_before = own_name(), handles()
    with trails.start(sender, [7]):
        (trail,) = tmp_path.iterdir()
    trail.with_name(f"{trail.name[:-1]}1").symlink_to("/dev/full")
    with pytest.raises(OutreachError, match="No space left"):
        trails.start(sender, [7])
    assert handles() == open_before
