"""What the database counts is what folding every standing counts, on both databases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from outreach.adapters.store.letters.letter_rows import NewLetter
from outreach.adapters.store.log.figures import Group, Place, Waiting
from outreach.adapters.store.mail.inbox import Understood
from outreach.adapters.store.store import Store
from outreach.core.progress import tally
from outreach.model import (
    Contact,
    Entry,
    EntryKind,
    Invitee,
    InviteeKind,
    LetterKey,
    LetterKind,
    Match,
    Reading,
    ReadingKind,
    State,
    Trust,
    Verdict,
)

NOW = datetime(2022, 7, 15, 9, 7, tzinfo=UTC)
# name, country, kind, language, latitude; then what happened: kind, what, days later
TOWNS: Sequence[tuple[str, str, str, str, str, Sequence[tuple[str, str, float]]]] = (
    ("Aby", "SE", "city", "sv", "58.66", (("sent", "invitation", 0), ("answer", "confirm", 2.5))),
    ("Bree", "BE", "city", "nl", "", (("sent", "invitation", 0), ("answer", "decline", 4))),
    ("Como", "IT", "province", "", "45.8", (("sent", "invitation", 0.01), ("answer", "question", 1))),
    ("Dax", "FR", "city", "fr", "", (("sent", "invitation", 0), ("sent", "reminder", 31))),
    ("Evry", "FR", "region", "fr", "", (("sent", "invitation", 0), ("answer", "acknowledge", 1))),
    ("Foix", "FR", "city", "fr", "", (("sent", "invitation", 0), ("bounced", "permanent", 0.1))),
    ("Gent", "BE", "city", "nl", "", ()),
    ("Hof", "DE", "city", "de", "", (("decided", "confirmed", 3),)),
    (
        "Ivry",
        "FR",
        "city",
        "fr",
        "",
        (("sent", "invitation", 0), ("answer", "confirm", 1), ("decided", "withdrawn", 9)),
    ),
)


def contact(name: str, language: str, lat: str) -> Contact:
    extra = {"lat": lat, "lon": "10"} if lat else {}
    return Contact(f"mayor@{name.lower()}.example", language=language, extra=extra)


def entry(store: Store, number: int, kind: str, what: str, at: datetime, **more: object) -> Entry:
    step = 1 if what == "reminder" else 0
    made = Entry(0, store.campaign, store.wave, number, at, EntryKind(kind), "person:t", what, step)
    return replace(made, **more)  # type: ignore[arg-type]


def populate(store: Store) -> dict[str, int]:
    """The towns in the database; their numbers by name."""
    invitees = [
        Invitee(
            name.lower(), name, country, InviteeKind(kind), (contact(name, language, lat), contact("Second", "xx", "1"))
        )
        for name, country, kind, language, lat, _ in TOWNS
    ]
    store.register.enrol(invitees, lambda _: (), NOW - timedelta(days=1), "person:t")
    numbers = {invitee.name: invitee.number for invitee in store.register.all().values()}
    for name, *_, events in TOWNS:
        for kind, what, days in events:
            store.journal.append([entry(store, numbers[name], kind, what, NOW + timedelta(days=days))], NOW)
    return numbers


@pytest.fixture
def numbers(store: Store) -> dict[str, int]:
    return populate(store)


def test_the_census_is_the_tally(store: Store, numbers: dict[str, int]) -> None:
    """By state, ever invited and silent: the same as counting every standing in Python."""
    census = store.figures.census()
    counted = tally(store.journal.standings().values())
    states: Counter[State] = Counter()
    for group in census:
        states[group.state] += group.number
    assert {state: states[state] for state in State} == counted.by_state
    assert store.figures.enrolled() == len(store.journal.standings())
    assert sum(group.number for group in census if group.invited) == counted.invited == 7
    assert sum(group.number for group in census if group.invited and not group.answered) == counted.silent == 2


def test_the_census_knows_where_and_what(store: Store, numbers: dict[str, int]) -> None:
    """Country, kind, and the language of the first contact; nobody is counted twice for having two."""
    census = store.figures.census()
    assert sum(group.number for group in census) == len(TOWNS)
    assert Group("IT", InviteeKind.PROVINCE, "", State.IN_TALKS, invited=True, answered=True, number=1) in census
    assert Group("FR", InviteeKind.CITY, "fr", State.INVITED, invited=True, answered=False, number=1) in census
    assert Group("BE", InviteeKind.CITY, "nl", State.ENROLLED, invited=False, answered=False, number=1) in census


def test_when_the_answers_that_hold_came(store: Store, numbers: dict[str, int]) -> None:
    """To the quarter of an hour."""
    stood = {(one.what, one.at): one.number for one in store.figures.stood()}
    assert stood["confirmed", datetime(2022, 7, 17, 21, 0, tzinfo=UTC)] == 1  # 21:07
    assert stood["declined", datetime(2022, 7, 19, 9, 0, tzinfo=UTC)] == 1
    assert sum(number for (state, _), number in stood.items() if state == "confirmed") == 2


def test_letters_that_left_and_were_not_taken_back(store: Store, numbers: dict[str, int]) -> None:
    """By kind, step and quarter of an hour; an entry that was undone counts no longer."""
    sent = {(one.what, one.step, one.at): one.number for one in store.figures.sent()}
    assert sent == {
        ("invitation", 0, datetime(2022, 7, 15, 9, 0, tzinfo=UTC)): 6,
        ("invitation", 0, datetime(2022, 7, 15, 9, 15, tzinfo=UTC)): 1,
        ("reminder", 1, datetime(2022, 8, 15, 9, 0, tzinfo=UTC)): 1,
    }
    (last,) = (noted.entry.id for noted in store.journal.story(numbers["Dax"]) if noted.entry.what == "reminder")
    store.journal.append([entry(store, numbers["Dax"], "undone", "", NOW, target=last)], NOW)
    assert {one.what for one in store.figures.sent()} == {"invitation"}


def test_days_from_the_invitation_to_the_answer(store: Store, numbers: dict[str, int]) -> None:
    """Of those that were invited and answered, in order."""
    spans = store.figures.spans()
    assert spans == ((23, 1), (60, 1), (96, 1), (216, 1))


def test_coordinates_of_the_list(store: Store, numbers: dict[str, int]) -> None:
    """Those of the contact that is written to; who confirmed comes first."""
    assert store.figures.places() == (
        Place("Aby", State.CONFIRMED, "58.66", "10"),
        Place("Como", State.IN_TALKS, "45.8", "10"),
    )


def understood(mail: int, number: int | None, *, nowhere: bool = False) -> Understood:
    reading = Reading(ReadingKind.UNCLEAR, decided=False, language=None, new_text="?")
    return Understood(
        mail, f"<{mail}@a.example>", "A", "a@a.example", "x", NOW, reading, Match(number, ""), Trust(Verdict.REVIEW, ""),
        needs_review=True, why="", filed_nowhere=nowhere,
    )  # fmt: skip


def receive(store: Store, number: int | None, *, nowhere: bool = False) -> None:
    raw = f"Subject: {number} {nowhere} {len(store.inbox.mails())}\n\n?".encode()
    mail = store.inbox.keep(raw, source="INBOX", received_at=NOW, now=NOW)
    assert mail is not None
    entries = [entry(store, number, "review", "unclear", NOW, mail=mail)] if number and not nowhere else []
    store.inbox.record(understood(mail, number, nowhere=nowhere), entries, NOW)


def thank(store: Store, number: int) -> None:
    edition = store.outbox.freeze({"thanks.en.md": b"# Thanks"}, NOW)
    key = LetterKey(store.campaign, store.wave, number, LetterKind.THANKS)
    letter = NewLetter(key, "a@a.example", (), "en", edition, {}, "d" * 64, f"<t.{number}@x.example>", NOW)
    assert store.outbox.queue([letter], NOW) == 1


def test_what_waits_for_a_person(store: Store, numbers: dict[str, int]) -> None:
    """Mails of invitees and of nobody, answers that we owe, thanks and regrets that were not released."""
    assert store.figures.waiting() == Waiting(review=0, without_invitee=0, owed=1, acknowledgements=3)
    receive(store, numbers["Dax"])
    receive(store, None)
    receive(store, numbers["Gent"], nowhere=True)  # a person said whose it is: nobody's
    receive(store, numbers["Aby"])  # who waits for a person is not thanked yet
    thank(store, numbers["Hof"])
    assert store.figures.waiting() == Waiting(review=2, without_invitee=1, owed=1, acknowledgements=1)
    store.outbox.withhold([numbers["Hof"]], "stopped", NOW)
    assert store.figures.waiting().acknowledgements == 2
    store.journal.append([entry(store, numbers["Como"], "replied", "", NOW)], NOW)
    assert store.figures.waiting().owed == 0


def test_the_stamp_changes_with_what_is_shown(store: Store, numbers: dict[str, int]) -> None:
    """And stays as it is while nothing happens."""
    stamps = [store.figures.stamp()]
    assert store.figures.stamp() == stamps[0]
    acts: tuple[Callable[[], object], ...] = (
        lambda: receive(store, None),
        lambda: thank(store, numbers["Hof"]),
        lambda: store.journal.append([entry(store, numbers["Como"], "replied", "", NOW)], NOW),
        lambda: store.switches.turn("paused", "rest", NOW),
    )
    for act in acts:
        act()
        stamps.append(store.figures.stamp())
    assert len(set(stamps)) == len(stamps)


def test_another_wave_is_another_campaign(make_store: Callable[..., Store]) -> None:
    """What stands in one wave is not counted in the next."""
    populate(make_store())
    second = make_store(wave=2)
    assert second.figures.census() == ()
    assert second.figures.sent() == ()
    assert second.figures.spans() == ()
    assert second.figures.waiting() == Waiting(0, 0, 0, 0)
