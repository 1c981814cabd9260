"""Accounts, sessions, one-time links and tries as they are kept."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

from outreach.adapters.store.store import Store

NOW = datetime(2022, 9, 6, 9, 30, tzinfo=UTC)
LIMITS: dict[str, Any] = {"since": NOW - timedelta(minutes=15), "most": 5, "most_there": 12}


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
    tried = [access.try_login("x", "192.0.2.1", now, **LIMITS) for _ in range(7)]
    assert tried == [True] * 5 + [False] * 2
    assert access.change_role("anna", "admin", keep="admin")
    assert access.session("s1") is None
    assert access.remove_account("anna", keep="admin")
    assert access.accounts() == ()


def test_tries_at_once_are_no_more_than_tries_in_a_row(make_store: Callable[..., Store]) -> None:
    """Twenty at the same moment: five are let through."""
    access = make_store().access

    def try_once(_number: int) -> bool:
        return access.try_login("x", "192.0.2.1", NOW, **LIMITS)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(try_once, range(20))) == 5


def test_one_place_tries_no_more_with_many_names(make_store: Callable[..., Store]) -> None:
    """Thirty names from one address: twelve are let through and written down; another address is not kept out."""
    access = make_store().access
    tried = [access.try_login(f"name {number}", "192.0.2.1", NOW, **LIMITS) for number in range(30)]
    assert tried == [True] * 12 + [False] * 18
    assert access.try_login("name 1", "192.0.2.2", NOW, **LIMITS)


def test_two_admins_who_take_the_role_from_each_other_leave_one(make_store: Callable[..., Store]) -> None:
    """Whoever is first, and however many at once: somebody is left who gives accounts."""
    access = make_store().access
    for name in ("anna", "ben", "cara"):
        access.add_account(name, name, "admin", NOW)

    def take(name: str) -> bool:
        return (
            access.change_role(name, "reader", keep="admin")
            if name != "cara"
            else access.remove_account(name, keep="admin")
        )

    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(take, ("anna", "ben", "cara")))
    assert sorted(done) == [False, True, True]
    assert [one.role for one in access.accounts()].count("admin") == 1
