"""Many letters to a relay that is often at fault: the small form of what `make torture` does."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.soak import mistakes, soak


@pytest.mark.parametrize("seed", [1, 7])
def test_nothing_is_lost_and_nothing_comes_twice(tmp_path: Path, seed: int) -> None:
    """One answer in twenty is a fault; every doubt is settled by what the relay has."""
    relay, desk = soak(tmp_path, 250, seed)
    assert relay.faults.total() > 5
    assert mistakes(relay, desk) == []
    assert max(relay.taken.values()) == 1
    desk.store.close()
