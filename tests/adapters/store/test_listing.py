"""The listing: what is searched, filtered and sorted agrees with the log, now and as of any moment."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, event, insert, select

from outreach.adapters.store import tables as t
from outreach.adapters.store.invitees.sought import ORDERS, Sought
from outreach.adapters.store.store import Store
from outreach.campaign.enrolling.prepare import clues_of as clues
from outreach.model import Contact, Entry, EntryKind, Invitee, InviteeKind, State

NOW = datetime(2022, 7, 18, 9, tzinfo=UTC)
DAY = timedelta(days=1)
TOWNS = (
    ("vic", "Vic", "ES", "ca"),
    ("sao", "São João da Serra", "BR", "pt"),
    ("oru", "Ørland", "NO", ""),
    ("seo", "서울특별시", "KR", "ko"),
    ("kyo", "京都市", "JP", "ja"),
    ("mad", "مدينة النور", "MA", "ar"),
    ("niz", "Нижний Бор", "RU", "ru"),
    ("tho", "Thành phố Đông", "VN", "vi"),
)


@pytest.fixture
def filled(store: Store) -> tuple[Store, dict[str, int]]:
    """Eight towns in many scripts; some answered, one was corrected, one answered before it was read."""
    towns = [
        Invitee(i, name, c, InviteeKind.CITY, (Contact(f"m@{i}.example", language=lang),)) for i, name, c, lang in TOWNS
    ]
    store.register.enrol(towns, clues, NOW - 9 * DAY, "person:anna")
    numbers = {one.id: number for number, one in store.register.all().items()}

    def note(town: str, days: int, kind: EntryKind, **more: Any) -> int:
        entry = Entry(0, store.campaign, store.wave, numbers[town], NOW + days * DAY, kind, **more)
        return store.journal.append([entry], NOW)[0]

    for one in numbers:
        note(one, 0, EntryKind.SENT, what="invitation")
    note("vic", 2, EntryKind.ANSWER, what="confirm")
    note("sao", 3, EntryKind.DECIDED, what="confirmed", by="person:ben", late=True)
    wrong = note("oru", 4, EntryKind.ANSWER, what="decline")
    note("oru", 6, EntryKind.UNDONE, target=wrong, by="person:anna")
    note("seo", 5, EntryKind.ANSWER, what="question")
    note("seo", 1, EntryKind.ABSENT)  # an older mail, read later
    note("kyo", 1, EntryKind.BOUNCED, what="permanent")
    return store, numbers


def ids(store: Store, sought: Sought, order: str = "name") -> list[str]:
    """The ids of what is found, in order."""
    invitees = store.register.all()
    return [invitees[number].id for number in store.invitee_list.page(sought, order, 50).numbers]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("vic", ["vic"]),
        ("SAO joao", ["sao"]),
        ("joão", ["sao"]),
        ("erra", []),
        ("orland", ["oru"]),
        ("서울", ["seo"]),
        ("서우", ["seo"]),
        ("都", ["kyo"]),
        ("النور", ["mad"]),
        ("нижний", ["niz"]),
        ("dong", ["tho"]),
        ("%", [one[0] for one in TOWNS]),
        ("vic bor", []),
    ],
)
def test_names_are_found_in_any_script(filled: tuple[Store, dict[str, int]], typed: str, found: list[str]) -> None:
    """A word that is typed begins a word of the name, without accents and case; signs alone look for nothing."""
    assert sorted(ids(filled[0], Sought(words=typed))) == sorted(found)


@pytest.mark.parametrize(
    ("sought", "found"),
    [
        (Sought(state=State.CONFIRMED), ["sao", "vic"]),
        (Sought(state=State.INVITED, country="NO"), ["oru"]),
        (Sought(languages=("ca", "")), ["oru", "vic"]),
        (Sought(late=True), ["sao"]),
        (Sought(owed=True), ["seo"]),
        (Sought(by="machine"), ["kyo", "seo", "vic"]),
        (Sought(by="person"), ["sao"]),
        (Sought(by="person:ben", state=State.CONFIRMED), ["sao"]),
        (Sought(address="m@vic.example"), ["vic"]),
        (Sought(kind=InviteeKind.PROVINCE), []),
        (Sought(review=True), []),
        (Sought(state=State.DECLINED, as_of=NOW + 5 * DAY), ["oru"]),
        (Sought(state=State.DECLINED, as_of=NOW + 7 * DAY), []),
        (Sought(state=State.CONFIRMED, as_of=NOW + 2 * DAY), ["vic"]),
        (Sought(words="sao", as_of=NOW), ["sao"]),
        (Sought(as_of=NOW - 10 * DAY), []),
    ],
)
def test_filters(filled: tuple[Store, dict[str, int]], sought: Sought, found: list[str]) -> None:
    """Each filter alone and with others, now and then; the count says the same."""
    assert sorted(ids(filled[0], sought)) == found
    assert filled[0].invitee_list.page(sought, "name", 1).count == len(found)


@pytest.mark.parametrize("as_of", [None, *(NOW + days * DAY for days in range(-10, 9))])
def test_the_listing_agrees_with_the_log(filled: tuple[Store, dict[str, int]], as_of: datetime | None) -> None:
    """Whoever is listed in a state at a moment stands there, folded from the log."""
    store, _ = filled
    folded = store.journal.standings(as_of=as_of)
    for state in State:
        wanted = {number for number, standing in folded.items() if standing.state is state}
        assert set(store.invitee_list.page(Sought(state=state, as_of=as_of), "name", 50).numbers) == wanted


@pytest.mark.parametrize("as_of", [None, NOW + 3 * DAY])
@pytest.mark.parametrize("order", ORDERS)
def test_pages_make_up_the_whole(filled: tuple[Store, dict[str, int]], order: str, as_of: datetime | None) -> None:
    """Page by page everybody comes once, in the order of the whole."""
    store, _ = filled
    sought, seen = Sought(as_of=as_of), list[int]()
    while True:
        found = store.invitee_list.page(sought, order, 3, after=seen[-1] if seen else 0, most=5)
        assert (found.count, found.uncounted) == (5, True)
        seen += found.numbers
        if not found.more:
            break
    assert seen == [*store.invitee_list.numbers(sought, order)]
    assert len(set(seen)) == len(TOWNS)


WORDS, DAYS = ("s", "thanh dong", "nobody"), (None, -10, 5)
ASKED = [
    *(Sought(words=words) for words in WORDS),
    *(Sought(words=words, state=State.INVITED) for words in ("", "s")),
    Sought(words="vic", by="machine"),
    *(Sought(words=words, kind=InviteeKind.CITY, languages=("ca", "pt", "vi")) for words in ("", "s")),
    *(Sought(country="ES", state=state) for state in (None, State.CONFIRMED)),
]


@pytest.mark.parametrize(("most", "few", "some"), [(2, 1, 1), (5, 4, 9)])
def test_whichever_way_they_are_found_they_are_the_same(
    filled: tuple[Store, dict[str, int]], most: int, few: int, some: int
) -> None:
    """By their names in memory, by an index of the filter, by time or row by row: the same pages and the same number."""
    rooms = filled[0].invitee_list
    rooms.few, rooms.some = few, some
    for sought, days, order in itertools.product(ASKED, DAYS, ("name", "-since")):
        then = replace(sought, as_of=None if days is None else NOW + days * DAY)
        every = tuple(rooms.numbers(then, order))
        for place in range(0, min(3, max(1, len(every))), 2):
            after, behind = every[place - 1] if place else 0, every[place:]
            found = rooms.page(then, order, 2, after=after, most=most)
            assert (found.numbers, found.more) == (behind[:2], len(behind) > 2), (then, order, after)
            assert (found.count, found.uncounted) == (min(len(every), most), len(every) > most), (then, order)


def test_a_new_name_and_contact_are_found(filled: tuple[Store, dict[str, int]]) -> None:
    """A list that is imported again brings the names, and a contact taken up its language, then as well as now."""
    store, numbers = filled
    vic = store.register.some([numbers["vic"]])[numbers["vic"]]
    store.register.enrol([replace(vic, name="Vich")], clues, NOW, "person:anna")
    assert ids(store, Sought(words="vich")) == ids(store, Sought(words="vich", as_of=NOW)) == ["vic"]
    with store.transaction() as connection:
        store.register.take_up(connection, vic, Contact("new@vic.example", language="fr"), clues)
    assert ids(store, Sought(languages=("fr",))) == ["vic"]
    assert store.invitee_list.present().countries == ("BR", "ES", "JP", "KR", "MA", "NO", "RU", "VN")


def test_names_are_read_anew_only_where_a_list_changed_them(filled: tuple[Store, dict[str, int]]) -> None:
    """A contact that a person takes up changes no name: who searches next need not wait for all of them."""
    store, numbers = filled
    assert ids(store, Sought(words="vic")) == ["vic"]
    known = store.invitee_list._names
    vic = store.register.some([numbers["vic"]])[numbers["vic"]]
    with store.transaction() as connection:
        store.register.take_up(connection, vic, Contact("new@vic.example", language="fr"), clues)
    assert ids(store, Sought(words="vic", languages=("fr",))) == ["vic"]
    assert store.invitee_list._names is known


def test_the_names_of_two_waves_are_told_apart_at_once(make_store: Callable[..., Store]) -> None:
    """Of 300,000 in each, PostgreSQL would look through all of the one for each of the other, for hours."""
    store, asked = make_store(wave=2), []
    event.listen(store.engine, "before_cursor_execute", lambda *told: asked.append(told[2:4]))
    with store.transaction() as connection:
        store.invitee_list.anybody_called(connection, "vic")
        (elsewhere,) = (one for one in asked if "EXISTS" in one[0] or "NOT IN" in one[0])
        sqlite = store.engine.dialect.name == "sqlite"
        plan = connection.exec_driver_sql(f"EXPLAIN {'QUERY PLAN ' if sqlite else ''}{elsewhere[0]}", elsewhere[1])
        told = str(plan.all())
    assert ("ix_listed_invitee" in told) if sqlite else ("SubPlan" not in told)


def test_a_database_from_before_is_listed_when_opened(
    filled: tuple[Store, dict[str, int]], make_store: Callable[..., Store]
) -> None:
    """After the migration the listing is folded from the log: the same rows as if it had always been kept."""
    store, _ = filled
    tables = (t.listed, t.listed_before)

    def rows() -> list[set[tuple[Any, ...]]]:
        with store.transaction() as connection:
            return [{tuple(row) for row in connection.execute(select(table))} for table in tables]

    known = rows()
    with store.transaction() as connection:
        for table in tables:
            connection.execute(delete(table))
        connection.execute(insert(t.switch).values(name="listing", value="to be folded", set_at=NOW))
    make_store()
    assert rows() == known


def test_what_departs_is_listed(filled: tuple[Store, dict[str, int]]) -> None:
    """Facts that go on from a standing are listed as if they had been folded; older ones fold it anew."""
    store, numbers = filled
    facts = [
        Entry(0, store.campaign, store.wave, numbers[town], NOW + days * DAY, EntryKind.REFUSED)
        for town, days in (("mad", 4), ("niz", -1))
    ]
    with store.transaction() as connection:
        store.journal.extend(connection, facts, NOW)
    for as_of in (None, NOW - DAY, NOW, NOW + 4 * DAY):
        wanted = {n for n, one in store.journal.standings(as_of=as_of).items() if one.state is State.UNREACHABLE}
        assert set(store.invitee_list.page(Sought(state=State.UNREACHABLE, as_of=as_of), "name", 9).numbers) == wanted
