"""What the overview counts is kept with what it counts, and is at every moment what folding the log anew would give."""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outreach.adapters.store import tables as t
from outreach.adapters.store.log import tally
from outreach.adapters.store.log.tally import Alike
from outreach.adapters.store.store import Store
from outreach.model import Contact, Entry, EntryKind, Invitee, InviteeKind

NOW = datetime(2022, 7, 15, 9, 7, tzinfo=UTC)
TOWNS = 4
FACTS = (
    *((EntryKind.SENT, what) for what in ("invitation", "reminder", "thanks")),
    *((EntryKind.ANSWER, what) for what in ("confirm", "decline", "tentative", "question", "acknowledge", "withdraw")),
    *((EntryKind.DECIDED, state) for state in ("confirmed", "declined", "in_talks", "withdrawn", "invited")),
    *((EntryKind.BOUNCED, what) for what in ("permanent", "transient")),
    *((kind, "") for kind in (EntryKind.STOPPED, EntryKind.REFUSED, EntryKind.REPLIED, EntryKind.READDRESSED)),
)
town, days = st.integers(0, TOWNS - 1), st.integers(0, 40)
ACT = st.one_of(
    st.tuples(st.just("list"), st.sets(town), st.sampled_from(("FR", "ES")), st.sampled_from(("fr", "es", ""))),
    st.tuples(st.just("note"), town, days, st.sampled_from(FACTS)),
    st.tuples(st.just("go on"), town, days, st.sampled_from(FACTS)),
    st.tuples(st.just("undo"), st.integers(0, 50)),
    st.tuples(st.just("take up"), town, st.sampled_from(("ca", "fr"))),
    st.tuples(st.just("let go"), town),
)
campaigns = (f"campaign-{number}" for number in itertools.count())


class Played:
    """One campaign in which anything may happen."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.here: dict[int, int] = {}  # who is enrolled in this wave: town -> number
        self.noted: list[tuple[int, int]] = []  # entry, invitee

    def act(self, name: str, *what: Any) -> None:
        """Does one of the acts; who is not enrolled yet does nothing."""
        if name in ("note", "go on", "take up", "let go") and what[0] not in self.here:
            return
        getattr(self, "_" + name.replace(" ", "_"))(*what)

    def _list(self, towns: set[int], country: str, language: str) -> None:
        some = [
            Invitee(f"town-{n}", f"Town {n}", country, InviteeKind.CITY, (Contact("a@a.example", language=language),))
            for n in sorted(towns)
        ]
        self.store.register.enrol(some, lambda _: (), NOW, "person:t")
        known = {one.id: one.number for one in self.store.register.all().values()}
        self.here |= {n: known[f"town-{n}"] for n in towns}

    def _entry(self, number: int, day: int, fact: tuple[EntryKind, str]) -> Entry:
        at = NOW + timedelta(days=day, minutes=7 * day)
        return Entry(0, self.store.campaign, self.store.wave, number, at, fact[0], "person:t", fact[1])

    def _note(self, place: int, day: int, fact: tuple[EntryKind, str]) -> None:
        number = self.here[place]
        self.noted += [(one, number) for one in self.store.journal.append([self._entry(number, day, fact)], NOW)]

    def _go_on(self, place: int, day: int, fact: tuple[EntryKind, str]) -> None:
        with self.store.transaction() as connection:
            self.store.journal.extend(connection, [self._entry(self.here[place], day, fact)], NOW)

    def _undo(self, which: int) -> None:
        if not self.noted:
            return
        target, number = self.noted[which % len(self.noted)]
        back = self._entry(number, 40, (EntryKind.UNDONE, ""))
        self.store.journal.append([Entry(**{**_fields(back), "target": target})], NOW)

    def _take_up(self, place: int, language: str) -> None:
        invitee = self.store.register.some([self.here[place]])[self.here[place]]
        with self.store.transaction() as connection:
            self.store.register.take_up(connection, invitee, Contact("b@b.example", language=language), lambda _: ())

    def _let_go(self, place: int) -> None:
        with self.store.transaction() as connection:
            self.store.register.let_go(connection, self.here[place], "b@b.example")


def _fields(entry: Entry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in Entry.__slots__}


def kept(store: Store) -> Counter[Alike]:
    """What the tally says."""
    with store.transaction() as connection:
        queries = (
            tally.kept(store.campaign, store.wave, what, Alike._fields)
            for what in (tally.STANDS, tally.CAME, tally.SPAN, tally.SENT)
        )
        rows = [row for query in queries for row in connection.execute(query)]
    return Counter({Alike(*row[:-1]): int(row[-1]) for row in rows})


def folded(store: Store) -> Counter[Alike]:
    """The same from the log alone."""
    invitees, found = store.register.all(), Counter[Alike]()
    for number, standing in store.journal.folded().items():
        invitee = invitees[number]
        labels = (invitee.country, invitee.kind.value, invitee.contact.language)
        since, asked_at = standing.since or NOW, standing.first_letter_at
        listed = tally.Listed(*labels, standing.state.value, since, asked_at, standing.answered_by_person)
        found.update(tally.of_listed(listed))
        story = [noted.entry for noted in store.journal.story(number)]
        undone = {entry.target for entry in story}
        found.update(tally.of_entry(one) for one in story if one.kind is EntryKind.SENT and one.id not in undone)
    return found


@given(st.lists(ACT, max_size=25))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_happens_the_tally_is_the_fold_of_the_log(
    make_store: Callable[..., Store], acts: list[tuple[Any, ...]]
) -> None:
    """Lists imported again, facts in any order of time, acts taken back (twice, too), contacts taken up and let go."""
    played = Played(make_store(campaign=next(campaigns)))
    played.act("list", {0, 1}, "FR", "fr")
    for act in acts:
        played.act(*act)
    assert kept(played.store) == folded(played.store)


def test_a_tally_that_was_lost_is_counted_anew(store: Store) -> None:
    """As after the migration that made it: from the listing and the log."""
    played = Played(store)
    played.act("list", {0, 1, 2}, "ES", "")
    for place, fact in enumerate(((EntryKind.SENT, "invitation"), (EntryKind.ANSWER, "confirm"))):
        played.act("note", place, 3, fact)
    known = kept(store)
    with store.transaction() as connection:
        connection.execute(t.tally.update().values(number=7))
    assert kept(store) != known
    store.journal.rebuild()
    assert kept(store) == known == folded(store)


def test_nothing_is_lost_where_several_write_at_once(make_store: Callable[..., Store]) -> None:
    """Four writers, each with towns of its own, count in the same groups."""
    stores = [make_store() for _ in range(4)]
    played = [Played(store) for store in stores]
    for one in played:
        one.act("list", set(range(TOWNS)), "FR", "fr")

    def write(one: Played, place: int) -> None:
        for fact in FACTS * 2:
            one.act("note", place, 3, fact)

    threads = [threading.Thread(target=write, args=(one, place)) for place, one in enumerate(played)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert kept(stores[0]) == folded(stores[0])
    assert sum(number for alike, number in kept(stores[0]).items() if alike.what == tally.SENT) == 4 * 6
