"""Accounts, sessions, one-time links and tries as they are kept."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from outreach.adapters.store.store import Store

NOW = datetime(2022, 9, 6, 9, 30, tzinfo=UTC)


def test_access_is_the_same_on_every_database(make_store: Callable[..., Store]) -> None:
    """Accounts, sessions, links and tries on SQLite and PostgreSQL."""
    access, now = make_store().access, NOW
    assert access.add_account("anna", "Anna", "reader", now)
    assert not access.add_account("anna", "Anna", "admin", now)
    access.begin_session("s1", "anna", "Anna", now, idle_since=now, old_since=now)
    access.leave_notice("s1", {"words": "done"})
    assert (access.take_notice("s1"), access.take_notice("s1")) == ({"words": "done"}, None)
    access.add_link("l1", "anna", now, now + timedelta(minutes=15))
    assert [access.use_link("l1", now), access.use_link("l1", now)] == [True, False]
    tried = [access.try_login("x", "192.0.2.1", now, since=now - timedelta(minutes=15), most=5) for _ in range(7)]
    assert tried == [True] * 5 + [False] * 2
    access.change_role("anna", "admin")
    assert access.session("s1") is None
    access.remove_account("anna")
    assert access.accounts() == ()


def test_tries_at_once_are_no_more_than_tries_in_a_row(make_store: Callable[..., Store]) -> None:
    """Twenty at the same moment: five are let through."""
    access = make_store().access

    def try_once(_number: int) -> bool:
        return access.try_login("x", "192.0.2.1", NOW, since=NOW - timedelta(minutes=15), most=5)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(try_once, range(20))) == 5
