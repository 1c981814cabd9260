"""Letters on their way out, on both databases: claimed, begun, settled, within the pace, and taken over from the dead."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, update

from outreach.adapters.store import tables as t
from outreach.adapters.store.engine import clock, writing
from outreach.adapters.store.invitees.register import Whereabouts
from outreach.adapters.store.letters.departures import Claimed, Outcome
from outreach.adapters.store.letters.letter_rows import NewLetter
from outreach.adapters.store.letters.senders import own_name
from outreach.adapters.store.store import Store
from outreach.adapters.store.switches import PAUSED
from outreach.core.pacing import Limits, connections_for
from outreach.model import (
    INTERRUPTED,
    Contact,
    Drop,
    Entry,
    EntryKind,
    Invitee,
    InviteeKind,
    Leave,
    Letter,
    LetterKey,
    LetterKind,
    LetterState,
    Standing,
    State,
    Stay,
)

NOW = datetime(2022, 7, 15, 9, tzinfo=UTC)
LATER = NOW + timedelta(days=3)
FREE = Limits()


def queue(store: Store, *towns: str, address: str = "mayor@{}.example") -> list[int]:
    """Enrols towns and queues an invitation to each; gives their numbers."""
    invitees = [Invitee(name, name, "ES", InviteeKind.CITY, (Contact(address.format(name)),)) for name in towns]
    store.register.enrol(invitees, lambda _invitee: [], NOW, "person:tester")
    numbers = {one.id: one.number for one in store.register.all().values()}
    edition = store.outbox.freeze({"invitation.en.md": b"# Hello"}, NOW)
    store.outbox.queue([new_letter(store, numbers[name], edition, address.format(name)) for name in towns], NOW)
    return [numbers[name] for name in towns]


def new_letter(store: Store, number: int, edition: int, to: str) -> NewLetter:
    """An invitation."""
    key = LetterKey(store.campaign, store.wave, number, LetterKind.INVITATION)
    return NewLetter(key, to, (), "en", edition, {"place": "A"}, "d" * 64, f"<i.{number}@x.example>", NOW)


def go(_letter: Letter, _standing: Standing, _where: Whereabouts) -> Leave:
    """Everybody may be written to."""
    return Leave()


def claim(store: Store, sender: str = "w", most: int = 10, limits: Limits = FREE) -> Claimed:
    """Claims what is due."""
    return store.departures.claim(NOW, sender, most, go, limits)


def accepted(store: Store, letter: Letter, *, begun: bool = True) -> Outcome:
    """The relay took a letter."""
    sent = Entry(
        0, store.campaign, store.wave, letter.key.invitee, NOW, EntryKind.SENT, what="invitation", letter=letter.id
    )
    return Outcome(letter, LetterState.ACCEPTED, "reply", "250 OK", begun, entries=(sent,))


def states(store: Store) -> dict[int, LetterState]:
    """The state of each letter, by the number of its invitee."""
    return {one.key.invitee: one.state for one in store.outbox.letters()}


def test_a_claim_looks_at_each_invitee_again(store: Store) -> None:
    """One goes, one waits, one is withheld."""
    a, b, c = queue(store, "ahus", "bonn", "caen")
    verdicts: dict[int, Leave | Stay | Drop] = {a: Leave(), b: Stay(LATER, "Sunday"), c: Drop("has answered")}
    claimed = store.departures.claim(NOW, "w", 10, lambda letter, _i, _s: verdicts[letter.key.invitee], FREE)
    assert ([one.key.invitee for one in claimed.letters], claimed.seen) == ([a], 3)
    found = {one.key.invitee: (one.state, one.last_reply) for one in store.outbox.letters()}
    assert found[b] == (LetterState.READY, "Sunday")
    assert found[c] == (LetterState.WITHHELD, "has answered")
    assert store.outbox.next_due() == LATER
    assert not claim(store).seen


def test_settling_notes_facts_and_standings_in_one_transaction(store: Store) -> None:
    """The relay took the letters: the invitees are invited, the log says so, and both agree."""
    numbers = queue(store, "ahus", "bonn", "caen")
    claimed = claim(store)
    assert store.departures.begin(claimed, "w", NOW, go) == frozenset()
    store.departures.settle([accepted(store, letter) for letter in claimed.letters], "w", LATER)
    for letter in store.outbox.letters():
        assert (letter.state, letter.attempts, letter.last_reply) == (LetterState.ACCEPTED, 1, "250 OK")
        assert (letter.first_tried_at, letter.settled_at) == (NOW, LATER)
    assert {store.journal.standing(number).state for number in numbers} == {State.INVITED}
    assert store.journal.standings() == store.journal.folded()
    store.departures.settle([accepted(store, letter) for letter in claimed.letters], "w", LATER)
    assert {len(store.journal.story(number)) for number in numbers} == {2}


def test_the_last_look_before_the_first_byte(store: Store) -> None:
    """A letter that is withheld, or of another sender, or to somebody who answers at that moment, does not begin."""
    a, b, c, d = queue(store, "ahus", "bonn", "caen", "dijon")
    claimed = claim(store)
    ids = {letter.key.invitee: letter.id for letter in claimed.letters}
    store.outbox.withhold([a], "stopped", NOW)
    with writing(store.engine) as connection:
        connection.execute(update(t.letter).where(t.letter.c.id == ids[b]).values(claimed_by="another"))
    waits = Stay(LATER, "an answer waits")
    kept = store.departures.begin(claimed, "w", NOW, lambda letter, *_: waits if letter.key.invitee == c else Leave())
    assert kept == {ids[a], ids[b], ids[c]}
    expected = (LetterState.WITHHELD, LetterState.CLAIMED, LetterState.READY, LetterState.HANDING_OVER)
    assert states(store) == dict(zip((a, b, c, d), expected, strict=True))
    store.departures.settle([accepted(store, letter) for letter in claimed.letters], "w", NOW)
    expected = (LetterState.WITHHELD, LetterState.CLAIMED, LetterState.READY, LetterState.ACCEPTED)
    assert states(store) == dict(zip((a, b, c, d), expected, strict=True))


def test_a_pause_is_heeded_by_what_is_claimed_already(store: Store) -> None:
    """Nothing begins once somebody has paused the mailing; what is given back waits again."""
    queue(store, "ahus", "bonn")
    claimed = claim(store)
    store.switches.turn(PAUSED, "paused by tester", NOW)
    assert len(store.departures.begin(claimed, "w", NOW, go)) == 2
    store.departures.release(claimed.letters, "w", FREE)
    assert set(states(store).values()) == {LetterState.READY}
    assert {one.attempts for one in store.outbox.letters()} == {0}


def test_a_letter_that_surely_never_began_does_not_count_as_tried(store: Store) -> None:
    """Its intent was committed, but the connection ended before its turn."""
    queue(store, "ahus")
    claimed = claim(store)
    store.departures.begin(claimed, "w", NOW, go)
    store.departures.settle(
        [Outcome(claimed.letters[0], LetterState.READY, "connect", "lost", begun=True, tried=False)], "w", NOW
    )
    (letter,) = claim(store).letters
    assert letter.attempts == 0


def test_what_a_sender_that_died_had_in_hand(store: Store) -> None:
    """What it had claimed is ready again, what it was handing over is in doubt, with the moment; others take it up."""
    a, b = queue(store, "ahus", "bonn")
    with store.senders.on_duty("dead", NOW, timedelta(seconds=-1)):
        first = claim(store, "dead", 1)
        store.departures.begin(first, "dead", NOW, go)
        claim(store, "dead", 1)
        with writing(store.engine) as connection:
            connection.execute(
                t.sender.insert(),
                [{"name": "w", "connections": 0, "lease_until": clock(connection) + timedelta(hours=1)}],
            )
        assert store.senders.renew("w", 1, lambda place, held: place + len(held), LATER) == 1
        assert states(store) == {a: LetterState.IN_DOUBT, b: LetterState.READY}
        doubt = store.outbox.letters(states=[LetterState.IN_DOUBT])[0]
        assert (doubt.settled_at, doubt.stage) == (LATER, INTERRUPTED)
        assert [one.key.invitee for one in claim(store).letters] == [b]


@pytest.mark.parametrize("enters", [True, False], ids=["who comes", "who is there"])
def test_a_sender_that_crashed_on_this_machine_is_noticed_at_once(store: Store, *, enters: bool) -> None:
    """Its lease would run for another minute, but its process is no more; a living one, and one elsewhere, are left."""
    crashed, ended = _name_of_another_process()
    living, elsewhere = own_name(), "elsewhere/1:1:ab"
    numbers = queue(store, "ahus", "bonn", "caen", "dijon")
    with store.senders.on_duty("w", NOW):
        for name in (crashed, crashed, living, elsewhere):
            store.departures.begin(claim(store, name, 1), name, NOW, go)
        with writing(store.engine) as connection:
            until = clock(connection) + timedelta(hours=1)
            rows = [{"name": name, "connections": 0, "lease_until": until} for name in (crashed, living, elsewhere)]
            connection.execute(t.sender.insert(), rows)
        store.senders.renew("w", 1, lambda *_: 1, NOW)
        assert set(states(store).values()) == {LetterState.HANDING_OVER}
        ended()
        if not enters:
            store.senders.renew("w", 1, lambda *_: 1, NOW)
    if enters and store.engine.dialect.name == "postgresql":
        with store.senders.on_duty("another", NOW):
            pass
    if not enters or store.engine.dialect.name == "postgresql":
        doubt, hand = LetterState.IN_DOUBT, LetterState.HANDING_OVER
        assert states(store) == dict(zip(numbers, (doubt, doubt, hand, hand), strict=True))


def _name_of_another_process() -> tuple[str, Callable[[], object]]:
    """A sender's name as a process of this machine would have it, and what ends that process."""
    process = subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE)
    machine = own_name().rsplit(":", 2)[0]
    return f"{machine}:{process.pid}:ab", process.communicate


def test_whoever_was_away_too_long_still_says_what_it_knows(store: Store) -> None:
    """The lease ran out during a letter; its outcome settles the doubt, unless the letter was tried again since."""
    a, b = queue(store, "ahus", "bonn")
    claimed = claim(store, "slow")
    store.departures.begin(claimed, "slow", NOW, go)
    with store.senders.on_duty("w", LATER):
        assert set(states(store).values()) == {LetterState.IN_DOUBT}
        by_town = {letter.key.invitee: letter for letter in claimed.letters}
        store.outbox.settle(by_town[b].id, LetterState.READY, LATER, stage="", reply="send again", due_at=NOW)
        again = claim(store)
        store.departures.begin(again, "w", LATER, go)
        store.departures.settle([accepted(store, letter) for letter in claimed.letters], "slow", LATER)
        assert states(store) == {a: LetterState.ACCEPTED, b: LetterState.HANDING_OVER}


@pytest.mark.parametrize("by", [None, "w"])
@pytest.mark.parametrize("state", [LetterState.ACCEPTED, LetterState.IN_DOUBT])
def test_whoever_was_away_stops_what_is_to_be_sent_again(store: Store, by: str | None, state: LetterState) -> None:
    """The doubt was settled as “send again” meanwhile: that the relay has it, or may have it, still keeps it back."""
    (number,) = queue(store, "ahus")
    claimed = claim(store, "slow")
    store.departures.begin(claimed, "slow", NOW, go)
    with store.senders.on_duty("w", LATER):
        (letter,) = claimed.letters
        store.outbox.settle(letter.id, LetterState.READY, LATER, stage="", reply="send again", due_at=NOW)
        again = claim(store) if by else Claimed()
        outcome = accepted(store, letter)
        facts = outcome.entries if state is LetterState.ACCEPTED else ()
        store.departures.settle([replace(outcome, state=state, entries=facts)], "slow", LATER)
        assert states(store) == {number: state}
        assert store.departures.begin(again, "w", LATER, go) == {one.id for one in again.letters}
        assert claim(store).letters == ()


@pytest.mark.parametrize("state", [LetterState.READY, LetterState.DEFERRED, LetterState.REFUSED])
def test_what_did_not_leave_changes_nothing_that_is_sent_again(store: Store, state: LetterState) -> None:
    """Whoever was away knows of no letter that left: the decision to send it again holds."""
    (number,) = queue(store, "ahus")
    claimed = claim(store, "slow")
    store.departures.begin(claimed, "slow", NOW, go)
    with store.senders.on_duty("w", LATER):
        (letter,) = claimed.letters
        store.outbox.settle(letter.id, LetterState.READY, LATER, stage="", reply="send again", due_at=NOW)
        store.departures.settle([replace(accepted(store, letter), state=state, entries=())], "slow", LATER)
        assert states(store) == {number: LetterState.READY}
        assert [one.attempts for one in claim(store).letters] == [1]


def test_connections_are_shared(make_store: Callable[..., Store]) -> None:
    """Two senders have half of the connections each; who comes later gets them as the first gives them up."""
    store = make_store()

    def renew(name: str, held: int) -> int:
        return store.senders.renew(name, held, lambda place, all_: connections_for(place, all_, 4), NOW)

    with store.senders.on_duty("a", NOW):
        assert renew("a", 0) == 4
        if store.engine.dialect.name == "sqlite":
            return
        with store.senders.on_duty("b", NOW):
            assert renew("b", 0) == 0
            assert renew("a", 4) == 2
            assert renew("b", 0) == 0
            assert renew("a", 2) == 2
            assert renew("b", 0) == 2


def test_letters_leave_one_by_one_where_the_minute_is_limited(store: Store) -> None:
    """The second waits for its slot, whoever asks; when nothing is due, no slot is used up."""
    queue(store, "ahus", "bonn")
    limits = Limits(per_minute=1)
    assert len(claim(store, most=1, limits=limits).letters) == 1
    held = claim(store, "another", 1, limits).held
    assert held is not None
    assert held.why == "at most 1 letters a minute"
    assert timedelta(seconds=50) < held.until - NOW <= timedelta(seconds=60)
    with writing(store.engine) as connection:
        connection.execute(update(t.pace).values(last_slot=clock(connection) - timedelta(minutes=1)))
    assert len(claim(store, "another", 1, limits).letters) == 1


def test_the_day_has_room_for_so_many_addresses(store: Store) -> None:
    """What a copy goes to counts; a letter that does not fit waits, though a smaller one would."""
    queue(store, "ahus", "bonn", "caen")
    with writing(store.engine) as connection:
        connection.execute(update(t.letter).where(t.letter.c.domain == "bonn.example").values(cc=["b@x.example"]))
    limits = Limits(per_day=2)
    assert [one.to for one in claim(store, limits=limits).letters] == ["mayor@ahus.example"]
    held = claim(store, limits=limits).held
    assert held is not None
    assert held.why == "at most 2 addresses within 24 hours"
    assert timedelta(hours=24) < held.until - NOW <= timedelta(hours=25)


def test_what_did_not_leave_uses_up_nothing_of_the_day(store: Store) -> None:
    """Letters that are given back untried make room for as many addresses; those that left do not."""
    queue(store, "ahus", "bonn", "caen", "dijon")
    limits = Limits(per_day=3)
    first = claim(store, most=2, limits=limits).letters
    store.departures.release(first[:1], "w", limits)
    assert len(claim(store, limits=limits).letters) == 2
    assert claim(store, limits=limits).held is not None


def test_letters_to_one_domain_leave_apart(store: Store) -> None:
    """Another domain's go meanwhile, in their order; when only that domain is left, its slot is named."""
    queue(store, "ahus", "bonn", address="{}@province.example")
    queue(store, "caen")
    limits = Limits(per_domain_minute=1)
    assert [one.to for one in claim(store, limits=limits).letters] == ["ahus@province.example", "mayor@caen.example"]
    claimed = claim(store, limits=limits)
    assert claimed.held is not None
    assert (claimed.letters, claimed.held.why) == ((), "at most 1 letters a minute to one domain")
    assert timedelta(seconds=50) < claimed.held.until - NOW <= timedelta(seconds=60)
    with writing(store.engine) as connection:
        connection.execute(update(t.pace).values(last_slot=clock(connection) - timedelta(minutes=1)))
    assert [one.to for one in claim(store, limits=limits).letters] == ["bonn@province.example"]
    assert claim(store, limits=limits) == Claimed()


def test_a_clock_that_was_set_back_holds_no_domain_up(store: Store) -> None:
    """What lies ahead was noted by another time."""
    queue(store, "ahus", "bonn", address="{}@province.example")
    limits = Limits(per_domain_minute=1)
    assert len(claim(store, limits=limits).letters) == 1
    with writing(store.engine) as connection:
        connection.execute(update(t.pace).values(last_slot=clock(connection) + timedelta(days=365)))
    assert len(claim(store, limits=limits).letters) == 1


@pytest.mark.parametrize("state", [LetterState.CLAIMED, LetterState.HANDING_OVER])
def test_only_the_sender_settles_what_it_holds(store: Store, state: LetterState) -> None:
    """Another one's word about a letter in hand changes nothing."""
    (number,) = queue(store, "ahus")
    claimed = claim(store)
    if state is LetterState.HANDING_OVER:
        store.departures.begin(claimed, "w", NOW, go)
    outcome = accepted(store, claimed.letters[0], begun=state is LetterState.HANDING_OVER)
    store.departures.settle([outcome], "another", NOW)
    store.departures.settle([replace(outcome, begun=not outcome.begun)], "w", NOW)
    assert states(store) == {number: state}


def test_only_a_claim_does_not_wait_for_the_disk(store: Store) -> None:
    """A power loss may undo it; the intent, and what became of a letter, are kept for good."""
    queue(store, "a")
    kept: list[str] = []
    asked = {"sqlite": "PRAGMA synchronous", "postgresql": "SHOW synchronous_commit"}[store.engine.dialect.name]
    event.listen(store.engine, "commit", lambda one: kept.append(str(one.exec_driver_sql(asked).scalar())))
    claimed = claim(store)
    store.departures.begin(claimed, "w", NOW, go)
    store.departures.settle([accepted(store, letter) for letter in claimed.letters], "w", NOW)
    assert kept in (["1", "2", "2"], ["off", "on", "on"])
    assert states(store)[claimed.letters[0].key.invitee] is LetterState.ACCEPTED
