"""A pass over the outbox: batches, what stops them, and what becomes of letters that were in hand."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from sqlalchemy import update

from outreach.adapters.smtp.postman import SmtpPostman
from outreach.adapters.store import tables as t
from outreach.adapters.store.letters.senders import LEASE
from outreach.adapters.store.switches import PAUSED
from outreach.bootstrap import make_desk
from outreach.campaign.desk import Desk
from outreach.campaign.letters.mailing import queue_invitations
from outreach.campaign.sending.database_thread import DatabaseThread
from outreach.campaign.sending.doubt import looked_for_at
from outreach.campaign.sending.handing_over import LONGEST, Batch
from outreach.campaign.sending.posting import MOST_AT_ONCE, RENEW, Progress, _Round, anything_due, post, resume
from outreach.core.refusals import classify
from outreach.model import (
    Contact,
    Handover,
    HandoverResult,
    Invitee,
    Leave,
    LetterKind,
    LetterState,
    LoginRefusedError,
    Outgoing,
    OutreachError,
    TryAgainLaterError,
)
from outreach.settings import (
    CampaignSettings,
    InboxSettings,
    SenderSettings,
    SendingSettings,
    Settings,
    SmtpSettings,
)
from tests.torture.campaign import ended, fork

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2022, 7, 15, 9, tzinfo=UTC)
R = HandoverResult
TAKEN = Handover(R.ACCEPTED, "reply", "250 OK")


class Clock:
    """Stands still."""

    def now(self) -> datetime:
        """The moment."""
        return NOW


@dataclass
class Relay:
    """Takes letters as real ones do, one after the other, and answers as it is told."""

    answers: Callable[[int], Handover | str] = lambda _number: TAKEN  # by the letter's number, from 1; or "lost", "bug"
    taken: list[str] = field(default_factory=list)
    asked: int = 0
    batches: list[int] = field(default_factory=list)
    before: Callable[[], None] = lambda: None  # happens just before the intent

    def postman(self) -> Connection:
        """One more connection."""
        return Connection(self)


@dataclass
class Connection:
    """One connection to the relay."""

    relay: Relay
    connected: bool = False

    async def connect(self) -> None:
        """Always works."""
        self.connected = True

    async def close(self) -> None:
        """Always works."""
        self.connected = False

    async def wait(self) -> None:
        """Before each answer."""

    async def hand_over(
        self,
        letters: Sequence[Outgoing],
        *,
        before_payload: Callable[[], Awaitable[Collection[int]]],
        settled: Callable[[int, Handover], None],
        beginning: Callable[[int], None] = lambda _number: None,
    ) -> None:
        """Answers letter by letter, as the real one does."""
        self.relay.batches.append(len(letters))
        self.relay.before()
        kept_back = await before_payload()
        for number, letter in enumerate(letters):
            if number in kept_back:
                continue
            await asyncio.sleep(0)
            beginning(number)
            self.relay.asked += 1
            await self.wait()
            answer = self.relay.answers(self.relay.asked)
            if answer == "bug":
                raise ZeroDivisionError
            if answer == "lost":
                self.connected = False
                settled(number, Handover(R.IN_DOUBT, "reply", "connection lost"))
                for other in range(number + 1, len(letters)):
                    settled(other, Handover(R.NOT_TRIED, "connect", "connection lost"))
                return
            assert isinstance(answer, Handover)
            if answer.result is R.ACCEPTED:
                self.relay.taken.append(letter.recipients[0])
            settled(number, answer)


def settings(**smtp: object) -> Settings:
    """A campaign that may send at any time."""
    return Settings(
        CampaignSettings("trial", "Trial", date(2022, 9, 15), mode="real"),
        SenderSettings("Secretariat", "secretariat@campaign.example"),
        replace(SmtpSettings("127.0.0.1", security="none", per_minute=0, connections=1), **smtp),  # type: ignore[arg-type]
        InboxSettings(host="127.0.0.1"),
        sending=SendingSettings(days=(), hours="any", holidays=False),
    )


@pytest.fixture
def make_office(tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    """Makes a desk with so many letters in its outbox."""
    made: list[Desk] = []
    (tmp_path / "templates").symlink_to(ROOT / "templates")

    def make(letters: int, **smtp: object) -> Desk:
        desk = make_desk(tmp_path, settings(**smtp), Clock(), "tester")
        towns = [
            Invitee(f"t{number}", f"Town {number}", "GB", contacts=(Contact(f"mayor@t{number}.example"),))
            for number in range(letters)
        ]
        desk.store.register.enrol(towns, lambda _town: [], NOW, "person:tester")
        queue_invitations(desk, desk.load_stationery(), list(desk.store.register.all().values()))
        made.append(desk)
        return desk

    yield make
    for desk in made:
        desk.store.close()


def states(desk: Desk) -> dict[LetterState, int]:
    """How many letters are in each state that has any."""
    return {state: number for state, number in desk.store.outbox.counts().items() if number}


def test_letters_leave_in_growing_batches(make_office: Callable[..., Desk]) -> None:
    """The first alone, then more at once, never more than the most; each once."""
    desk, relay = make_office(300, connections=2), Relay()
    progress = post(desk, relay.postman)
    assert progress.done == {LetterState.ACCEPTED: 300}
    assert Counter(relay.taken).most_common(1)[0][1] == 1
    assert relay.batches[0] == 1
    assert 1 < max(relay.batches) <= MOST_AT_ONCE
    assert desk.store.journal.standings() == desk.store.journal.folded()


@pytest.mark.parametrize("result", [R.ACCOUNT, R.LETTER])
def test_an_answer_about_us_stops_the_batch(make_office: Callable[..., Desk], result: R) -> None:
    """No letter after it begins; those before it are settled, the rest wait untried, and everybody is told."""
    relay = Relay(lambda number: Handover(result, "reply", "no more") if number == 40 else TAKEN)
    desk = make_office(100)
    progress = post(desk, relay.postman)
    assert (relay.asked, len(relay.taken)) == (40, 39)
    assert states(desk) == {LetterState.ACCEPTED: 39, LetterState.READY: 61}
    assert "no more" in progress.stopped_because
    assert "no more" in (desk.store.switches.get(PAUSED) or "")
    assert Counter(letter.attempts for letter in desk.store.outbox.letters()) == {1: 40, 0: 60}


def test_one_bad_letter_stops_the_others_once(make_office: Callable[..., Desk]) -> None:
    """After a person resumed, the relay says the same of it: it is for later, and the rest leaves."""
    relay = Relay(lambda number: Handover(R.LETTER, "reply", "554 5.6.0 bad, id 7") if number in {3, 4} else TAKEN)
    desk = make_office(10)
    assert post(desk, relay.postman).stopped_because
    resume(desk)
    assert not post(desk, relay.postman).stopped_because
    assert states(desk) == {LetterState.ACCEPTED: 9, LetterState.DEFERRED: 1}
    assert len(set(relay.taken)) == 9


def test_five_equal_refusals_stop_the_batch(make_office: Callable[..., Desk]) -> None:
    """The sixth address is not asked, though its intent was committed with theirs."""
    refused = Handover(R.REFUSED, "rcpt", "550 5.1.1 unknown")
    relay = Relay(lambda number: TAKEN if number <= 30 else refused)
    desk = make_office(100)
    post(desk, relay.postman)
    assert relay.asked == 35
    assert states(desk) == {LetterState.ACCEPTED: 30, LetterState.REFUSED: 5, LetterState.READY: 65}


def test_a_lost_connection_leaves_one_letter_in_doubt(make_office: Callable[..., Desk]) -> None:
    """Those after it surely did not begin, and leave over the next connection; the doubtful one does not."""
    relay = Relay(lambda number: "lost" if number == 40 else TAKEN)
    desk = make_office(100)
    post(desk, relay.postman)
    assert states(desk) == {LetterState.ACCEPTED: 99, LetterState.IN_DOUBT: 1}
    assert len(set(relay.taken)) == 99
    (doubt,) = desk.store.outbox.letters(states=[LetterState.IN_DOUBT])
    assert (doubt.attempts, doubt.settled_at, doubt.stage) == (1, NOW, "reply")


def test_a_fault_of_ours_leaves_one_letter_in_doubt(make_office: Callable[..., Desk]) -> None:
    """Nobody knows how far the letter in hand came; those after it surely did not begin."""
    relay = Relay(lambda number: "bug" if number == 40 else TAKEN)
    desk = make_office(100)
    with pytest.raises(ZeroDivisionError):
        post(desk, relay.postman)
    assert states(desk) == {LetterState.ACCEPTED: 39, LetterState.IN_DOUBT: 1, LetterState.READY: 60}


def test_a_lease_that_cannot_be_renewed_ends_the_pass_after_what_has_begun(make_office: Callable[..., Desk]) -> None:
    """The database is away for a moment: the relay's answers are waited for and written down, nothing is in doubt."""
    away = TryAgainLaterError("no connection to the database")
    desk, relay = make_office(300), Relay()
    senders = Interrupted(desk.store.senders.renew, lambda: relay.asked >= 20, away)
    desk.store.senders.renew = senders.renew  # type: ignore[method-assign]
    progress = post(desk, lambda: Waiting(relay, senders))
    assert progress.problem is away
    assert set(states(desk)) <= {LetterState.ACCEPTED, LetterState.READY}
    assert states(desk)[LetterState.ACCEPTED] == len(relay.taken) >= 20


@dataclass
class Interrupted:
    """Renewals of a lease, of which one fails."""

    real: Callable[..., int]
    when: Callable[[], bool]
    error: Exception
    failed: asyncio.Event = field(default_factory=asyncio.Event)

    def renew(self, *args: Any, **more: Any) -> int:
        """Fails once, as soon as it is time."""
        if not self.failed.is_set() and self.when():
            self.failed.set()
            raise self.error
        return self.real(*args, **more)


class Waiting(Connection):
    """Its twentieth letter is answered after the renewal has failed."""

    def __init__(self, relay: Relay, senders: Interrupted) -> None:
        super().__init__(relay)
        self.senders = senders

    async def wait(self) -> None:
        """Once."""
        if self.senders.when():
            await self.senders.failed.wait()


def test_whoever_stops_between_claim_and_intent_gets_nothing(make_office: Callable[..., Desk]) -> None:
    """The letter is withheld while its batch is about to leave; the others go."""
    desk, relay = make_office(20), Relay()
    last = max(letter.key.invitee for letter in desk.store.outbox.letters())

    def stop_the_last() -> None:
        desk.store.outbox.withhold([last], "stopped", NOW)

    relay.before = stop_the_last
    post(desk, relay.postman)
    assert states(desk)[LetterState.WITHHELD] == 1
    assert len(relay.taken) == 19


@pytest.mark.parametrize("late_after", [0, 3])
def test_no_letter_begins_long_after_its_intent(make_office: Callable[..., Desk], late_after: int) -> None:
    """The process slept, or the relay has become slow: what has not begun waits untried, to be looked at anew."""
    moments = iter([0.0] * (1 + 2 * late_after) + [LONGEST + 1] * 20)
    desk, relay = make_office(10), Relay()
    claimed = desk.store.departures.claim(NOW, "w", 10, lambda *_: Leave(), desk.limits)
    batch = Batch(desk, claimed, "w", lambda *_: Leave(), lambda *_: None, DatabaseThread(), lambda: next(moments))
    asyncio.run(batch.hand_over(relay.postman(), lambda: False))
    assert relay.asked == len(relay.taken) == late_after
    expected = {LetterState.ACCEPTED: late_after, LetterState.READY: 10 - late_after}
    assert states(desk) == {state: number for state, number in expected.items() if number}
    waiting = desk.store.outbox.letters(states=[LetterState.READY])
    assert {(one.attempts, one.first_tried_at is None) for one in waiting} <= {(0, False)}


def test_the_last_letter_of_a_slow_batch_ends_it_well(make_office: Callable[..., Desk]) -> None:
    """A relay that takes its time for one letter keeps its connection."""
    moments = iter([0.0, 0.0, 0.0, LONGEST + 1])
    desk, relay = make_office(1), Relay()
    claimed = desk.store.departures.claim(NOW, "w", 1, lambda *_: Leave(), desk.limits)
    batch = Batch(desk, claimed, "w", lambda *_: Leave(), lambda *_: None, DatabaseThread(), lambda: next(moments))
    postman = relay.postman()
    asyncio.run(batch.hand_over(postman, lambda: False))
    assert (states(desk), postman.connected) == ({LetterState.ACCEPTED: 1}, True)


def test_a_pause_keeps_back_the_next_batch(make_office: Callable[..., Desk]) -> None:
    """Another process pauses: what has begun ends, nothing else begins, and nothing counts as tried."""
    desk, relay = make_office(20), Relay()

    def pause() -> None:
        if relay.asked:
            desk.store.switches.turn(PAUSED, "paused by A", NOW)

    relay.before = pause
    progress = post(desk, relay.postman)
    assert progress.stopped_because == "paused by A"
    assert states(desk) == {LetterState.ACCEPTED: 1, LetterState.READY: 19}
    desk.store.switches.turn(PAUSED, None, NOW)
    assert post(desk, Relay().postman).done == {LetterState.ACCEPTED: 19}


def test_the_lease_is_renewed_while_the_mailbox_is_looked_into(make_office: Callable[..., Desk]) -> None:
    """A look that takes minutes makes no sender seem dead, whose letters in hand would be in doubt."""
    desk, renewed = make_office(120, connections=2), Event()
    renew = desk.store.senders.renew
    looks: list[bool] = []

    def noticed(*args: Any, **more: Any) -> int:
        if looks:
            renewed.set()
        return renew(*args, **more)

    def look() -> tuple[LetterKind, ...]:
        looks.append(False)
        looks[-1] = renewed.wait(10 * RENEW)
        return tuple(LetterKind)

    desk.store.senders.renew = noticed  # type: ignore[method-assign]
    done = post(desk, Relay().postman, kinds=look).done
    assert (looks, done) == ([True], {LetterState.ACCEPTED: 120})


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ["locked; letter 1: accepted", "locked; letter 2: accepted"],
            "locked; letter 1: accepted; locked; letter 2: accepted",
        ),
        (["locked; letter 1: accepted", "locked"], "locked; letter 1: accepted"),
        (["locked", "locked; letter 1: accepted"], "locked; letter 1: accepted"),
    ],
)
def test_what_each_connection_says_is_told(words: list[str], told: str) -> None:
    """The next fault, or the lease that cannot be renewed either, hides no answer of the relay."""
    progress = Progress()
    for one in words:
        progress.went_wrong(TryAgainLaterError(one))
    assert str(progress.problem) == told
    progress.went_wrong(LoginRefusedError("refused"))
    progress.went_wrong(TryAgainLaterError("the lease"))
    assert isinstance(progress.problem, LoginRefusedError), "tried again it would lock the account"
    assert str(progress.problem) == f"{told}; refused; the lease"


def test_given_up_before_the_deadline(make_office: Callable[..., Desk]) -> None:
    """A letter that would be tried again too late becomes a task, and says so."""
    desk = make_office(1)
    late = replace(desk, clock=LateClock())
    post(late, Relay(lambda _number: Handover(R.DEFERRED, "rcpt", "451 later")).postman)
    (letter,) = desk.store.outbox.letters()
    assert letter.state is LetterState.REFUSED
    assert letter.last_reply == "given up before the deadline after 1 try: 451 later"


def test_a_long_weekend_is_no_four_days_of_tries(make_office: Callable[..., Desk]) -> None:
    """A letter that was tried twice is tried again, however long nothing could leave in between; twelve are enough."""
    desk, later = make_office(1), Relay(lambda _number: Handover(R.DEFERRED, "rcpt", "450 greylisted"))
    post(desk, later.postman)
    tuesday = replace(desk, clock=Moment(NOW + timedelta(days=5)))
    post(tuesday, later.postman)
    assert states(desk) == {LetterState.DEFERRED: 1}
    for hours in range(1, 11):
        post(replace(desk, clock=Moment(NOW + timedelta(days=5, hours=hours))), later.postman)
    (letter,) = desk.store.outbox.letters()
    assert (letter.state, letter.last_reply) == (LetterState.REFUSED, "given up after 12 tries: 450 greylisted")


@dataclass(frozen=True)
class Moment:
    """A clock that shows another time."""

    at: datetime

    def now(self) -> datetime:
        """The moment."""
        return self.at


class LateClock:
    """Stands at the deadline's last minutes in Madrid."""

    def now(self) -> datetime:
        """The moment."""
        return datetime(2022, 9, 15, 21, 57, tzinfo=UTC)


def test_a_relay_that_is_away_uses_up_nothing_of_the_day(make_office: Callable[..., Desk]) -> None:
    """However often it is tried in vain, the letters of the day leave when it is back."""
    desk, relay = make_office(3, per_day=2), Relay()
    nobody = SmtpSettings("127.0.0.1", 1, security="none")
    for _ in range(4):
        assert post(desk, lambda: SmtpPostman(nobody, None, classify=classify)).problem is not None
    assert post(desk, relay.postman).done == {LetterState.ACCEPTED: 2}


def test_a_used_up_day_ends_the_pass(make_office: Callable[..., Desk]) -> None:
    """What the relay takes today has left; the rest waits for tomorrow, and the pass says until when."""
    desk, relay = make_office(30, per_day=12), Relay()
    progress = post(desk, relay.postman)
    assert len(relay.taken) == 12
    assert progress.held is not None
    assert progress.held.why == "at most 12 addresses within 24 hours"
    assert NOW + timedelta(hours=24) < progress.held.until <= NOW + timedelta(hours=25)


def test_a_letter_that_no_longer_comes_out_stops_the_mailing(make_office: Callable[..., Desk]) -> None:
    """It says which one and why; nobody gets other words than those that were queued, and the rest waits or has left."""
    desk, relay = make_office(6), Relay()
    odd = list(desk.store.outbox.letters())[3]
    with desk.store.transaction() as connection:
        connection.execute(update(t.letter).where(t.letter.c.id == odd.id).values(digest="another"))
    progress = post(desk, relay.postman)
    assert f"letter {odd.id} no longer comes out" in (progress.stopped_because or "")
    assert odd.to not in relay.taken
    states = {letter.id: letter.state for letter in desk.store.outbox.letters()}
    assert states.pop(odd.id) is LetterState.READY
    assert sorted(states.values()) == [LetterState.ACCEPTED] * len(relay.taken) + [LetterState.READY] * (
        5 - len(relay.taken)
    )


def test_what_a_clock_far_ahead_put_off_does_not_wait_for_that_day(make_office: Callable[..., Desk]) -> None:
    """For a while the machine believed that it was August: a retry and a doubt are of today all the same."""
    desk = make_office(2)
    answers: list[Handover | str] = [Handover(R.DEFERRED, "rcpt", "450 greylisted"), "lost"]
    post(replace(desk, clock=Moment(NOW + timedelta(days=30))), Relay(lambda _number: answers.pop()).postman)
    assert states(desk) == {LetterState.DEFERRED: 1, LetterState.IN_DOUBT: 1}
    relay = Relay()
    post(desk, relay.postman)
    (letter,) = desk.store.outbox.letters(states=[LetterState.IN_DOUBT])
    assert (len(relay.taken), looked_for_at(desk, letter, None)) == (1, NOW + timedelta(minutes=10))


@pytest.mark.parametrize("killed", [False, True], ids=["the pass ends", "it is killed at once"])
def test_a_copy_that_was_made_while_letters_left_is_older_than_they_are(
    make_office: Callable[..., Desk], tmp_path: Path, *, killed: bool
) -> None:
    """Whoever copied the file in the midst of a short pass and puts it back sends nothing twice."""
    copy = tmp_path / "copy.db"

    def send() -> None:
        desk = make_office(10)
        post(desk, Relay(lambda number: answer(desk, number)).postman)
        desk.store.close()

    def answer(desk: Desk, number: int) -> Handover:
        if number == 1:
            desk.store.backup(copy)
        if number == 3 and killed:
            os.kill(os.getpid(), signal.SIGKILL)
        return TAKEN

    assert ended(fork(send)) == (-signal.SIGKILL if killed else 0)
    for name in ("outreach.db", "outreach.db-wal", "outreach.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    copy.rename(tmp_path / "outreach.db")
    restored, relay = make_desk(tmp_path, settings(), Clock(), "tester"), Relay()
    with pytest.raises(OutreachError, match="older than the last letters"):
        post(restored, relay.postman)
    restored.store.close()
    assert not relay.taken


def test_a_clock_that_was_set_back_makes_no_restored_database_whole(make_office: Callable[..., Desk]) -> None:
    """It is older than the last letters still, and sends nothing."""
    desk = make_office(1)
    desk.store.passes.count_on(NOW + timedelta(days=30))
    (desk.folder / "outreach.db.passes").write_text("9", "ascii")
    with pytest.raises(OutreachError, match="older than the last letters"):
        post(desk, Relay().postman)
    assert desk.store.passes.restored()


def test_what_a_clock_far_ahead_put_off_is_due(make_office: Callable[..., Desk]) -> None:
    """Daemon and page ask before each pass; letters do not wait for that day."""
    desk = make_office(1)
    deferred = Relay(lambda _number: Handover(R.DEFERRED, "rcpt", "450 greylisted"))
    post(replace(desk, clock=Moment(NOW + timedelta(days=30))), deferred.postman)
    assert anything_due(desk)
    post(desk, Relay().postman)
    assert states(desk) == {LetterState.ACCEPTED: 1}
    assert not anything_due(desk)


def test_a_count_that_failed_is_made_up_for(make_office: Callable[..., Desk]) -> None:
    """The disk was full when letters had left; when there is room, copies of before are known as old."""
    desk = make_office(1)
    count_on, moments = desk.store.passes.count_on, []

    def fails_once(now: datetime) -> None:
        moments.append(now)
        if len(moments) == 1:
            raise OutreachError("no space left")
        count_on(now)

    desk.store.passes.count_on = fails_once  # type: ignore[method-assign]
    with DatabaseThread() as database:
        progress = Progress(done={LetterState.ACCEPTED: 1})
        always = lambda: tuple(LetterKind)  # noqa: E731
        round_ = _Round(
            desk, Relay().postman, database, "me", LEASE, progress, lambda: False, lambda _progress: None, always
        )
        round_._renew(1)
        assert str(progress.problem) == "no space left"
        round_._count_on()
    assert len(moments) == 2
