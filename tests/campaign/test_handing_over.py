"""Some letters over one real connection: what stops them half-way, and that nothing known of them is forgotten."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy
from sqlalchemy import Engine, event, select
from sqlalchemy.exc import OperationalError

from outreach.adapters.smtp.postman import SmtpPostman
from outreach.adapters.store import tables as t
from outreach.adapters.store.engine import sqlite_path
from outreach.adapters.store.letters.senders import own_name
from outreach.bootstrap import make_desk
from outreach.campaign.desk import Desk
from outreach.campaign.sending import handing_over
from outreach.campaign.sending.database_thread import DatabaseThread
from outreach.campaign.sending.handing_over import LONGEST, Batch
from outreach.campaign.sending.posting import post
from outreach.core.refusals import classify
from outreach.model import Handover, Leave, Letter, LetterState, TryAgainLaterError
from outreach.settings import SmtpSettings
from tests.campaign.test_posting import (
    NOW,
    ROOT,
    TAKEN,
    Clock,
    Connection,
    Relay,
    enrol,
    make_office,
    settings,
    states,
)
from tests.servers.faulty_smtp import FaultySmtp
from tests.servers.postgresql import PostgreSQL
from tests.torture.campaign import PATIENCE, ended, fork, kill

__all__ = ["make_office"]

Heed = Callable[[Letter, Handover], None]
A, D = LetterState.ACCEPTED, LetterState.IN_DOUBT
PLAIN, PIPELINING = (), ("PIPELINING",)
both = pytest.mark.parametrize("extensions", [PLAIN, PIPELINING], ids=["plain", "pipelined"])


def batch_of(
    desk: Desk,
    heed: Heed = lambda *_: None,
    clock: Callable[[], float] = lambda: 0.0,
    sender: str = "w",
    most: int = 10,
) -> Batch:
    """Letters that are due, claimed together."""
    claimed = desk.store.departures.claim(NOW, sender, most, lambda *_: Leave(), desk.limits)
    return Batch(desk, claimed, sender, lambda *_: Leave(), heed, DatabaseThread(), clock)


@asynccontextmanager
async def connected(server: FaultySmtp) -> AsyncIterator[SmtpPostman]:
    """A connection to a server that runs as long."""
    async with server:
        man = SmtpPostman(SmtpSettings("127.0.0.1", server.port, "none"), None, classify=classify)
        yield man
        await man.close()


def send(server: FaultySmtp, batch: Batch) -> None:
    """Hands the letters over."""

    async def story() -> None:
        async with connected(server) as man:
            await batch.hand_over(man, lambda: False)

    asyncio.run(story())


def attempts(desk: Desk) -> list[int]:
    """How often each letter was tried."""
    return [letter.attempts for letter in desk.store.outbox.letters()]


# ---------------------------------------------------------------- too late


def test_no_letter_begins_when_its_commands_took_too_long(make_office: Callable[..., Desk]) -> None:
    """The relay took minutes to say “go on”: meanwhile others may have taken the letter over, so no byte of it leaves."""
    desk, server = make_office(3), FaultySmtp(extensions=PLAIN)
    send(server, batch_of(desk, clock=lambda: LONGEST + 1 if len(server.said("DATA")) > 1 else 0.0))
    assert len(server.said("DATA")) == 2
    assert len(server.letters) == 1
    assert states(desk) == {LetterState.ACCEPTED: 1, LetterState.READY: 2}
    assert attempts(desk) == [1, 0, 0]


# ---------------------------------------------------------------- stopped half-way


@both
@pytest.mark.parametrize("verb", ["mail", "rcpt", "data", "payload", "reply"])
def test_a_cancelled_batch_leaves_at_most_one_letter_in_doubt(
    make_office: Callable[..., Desk], verb: str, extensions: tuple[str, ...]
) -> None:
    """Whatever cancels it: a whole answer is kept, the letter in hand is in doubt, the others surely did not begin."""
    desk, server = make_office(4), FaultySmtp({verb: "hang"}, after=1, extensions=extensions)

    async def story() -> None:
        batch = batch_of(desk)
        async with connected(server) as man:
            task = asyncio.ensure_future(batch.hand_over(man, lambda: False))
            while not (server.hanging and batch.tried):  # noqa: ASYNC110  the server has no event to wait for
                await asyncio.sleep(0.001)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(story())
    begun = verb in ("payload", "reply")
    expected = {LetterState.ACCEPTED: 1, LetterState.IN_DOUBT: int(begun), LetterState.READY: 3 - begun}
    assert states(desk) == {state: number for state, number in expected.items() if number}
    assert attempts(desk) == [1, int(begun), 0, 0]


@both
def test_a_fault_of_ours_leaves_what_did_not_begin_certain(
    make_office: Callable[..., Desk], extensions: tuple[str, ...]
) -> None:
    """The program breaks while it heeds the second answer: both answers are kept, the others wait untried."""
    desk, server, heard = make_office(4), FaultySmtp(extensions=extensions), list[int]()

    def heed(letter: Letter, _handover: Handover) -> None:
        heard.append(letter.id)
        if len(heard) > 1:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        send(server, batch_of(desk, heed))
    assert len(server.letters) == 2
    assert states(desk) == {LetterState.ACCEPTED: 2, LetterState.READY: 2}


# ---------------------------------------------------------------- a database that is away


class Lock:
    """Another process writes to the database, and does not end; after so many failures of ours it does."""

    def __init__(self, engine: Engine, patience: int) -> None:
        path = sqlite_path(engine)
        assert isinstance(path, Path)
        self._other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._patience = patience
        self.failures = 0
        event.listen(engine, "checkout", lambda raw, *_: raw.execute("PRAGMA busy_timeout=10"))
        event.listen(engine, "handle_error", self._note)

    def take(self, *_: object) -> None:
        """From now on."""
        if not self._other.in_transaction:
            self._other.execute("BEGIN IMMEDIATE")

    def _note(self, _context: object) -> None:
        self.failures += 1
        if self.failures == self._patience:
            self.free()

    def free(self) -> None:
        """It ends."""
        self._other.rollback()

    def close(self) -> None:
        """No more of it."""
        self._other.close()


@pytest.fixture
def make_lock() -> Iterator[Callable[[Engine, int], Lock]]:
    """Makes a lock."""
    made: list[Lock] = []

    def make(engine: Engine, patience: int) -> Lock:
        made.append(Lock(engine, patience))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_answers_are_written_down_as_soon_as_the_database_is_free(
    make_office: Callable[..., Desk], make_lock: Callable[..., Lock]
) -> None:
    """It is locked when the relay has taken everything: not the first try, but a later one is in time."""
    desk = make_office(3)
    lock = make_lock(desk.store.engine, 3)
    send(FaultySmtp(extensions=PIPELINING), batch_of(desk, lock.take))
    assert lock.failures == 3
    assert states(desk) == {LetterState.ACCEPTED: 3}
    assert desk.store.journal.standings() == desk.store.journal.folded()


def test_what_cannot_be_written_down_is_said(
    make_office: Callable[..., Desk], make_lock: Callable[..., Lock], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After some seconds it is given up: a person reads what the relay said, and the letters are in doubt, not lost."""
    monkeypatch.setattr(handing_over, "INSIST", 0.3)
    desk = make_office(2)
    lock = make_lock(desk.store.engine, 10**6)
    with pytest.raises(TryAgainLaterError, match=r"not be written down: letter 1: accepted, 250 .*letter 2: accepted"):
        send(FaultySmtp(), batch_of(desk, lock.take))
    lock.free()
    assert states(desk) == {LetterState.HANDING_OVER: 2}
    with desk.store.senders.on_duty("next", NOW):
        assert states(desk) == {LetterState.IN_DOUBT: 2}


def test_a_cancelled_batch_tries_once_more_to_write_down_what_it_knows(
    make_office: Callable[..., Desk], make_lock: Callable[..., Lock]
) -> None:
    """It is cancelled while it waits for the database, which is free then."""
    desk = make_office(2)
    lock = make_lock(desk.store.engine, 2)

    async def story() -> None:
        async with connected(FaultySmtp()) as man:
            task = asyncio.ensure_future(batch_of(desk, lock.take).hand_over(man, lambda: False))
            while lock.failures < 2:  # noqa: ASYNC110  nothing tells of it
                await asyncio.sleep(0.001)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(story())
    assert states(desk) == {LetterState.ACCEPTED: 2}


@pytest.mark.parametrize("reads", [True, False], ids=["what a letter is made of", "the intent"])
def test_a_database_that_is_lost_before_the_first_byte(make_office: Callable[..., Desk], *, reads: bool) -> None:
    """Also behind a commit that came through: nothing leaves, nothing is in doubt, and no letter is blamed."""
    desk, server, pauses = make_office(3), FaultySmtp(), list[str]()
    batch, lost = batch_of(desk, lambda *_: pauses.append("blamed")), list[sqlalchemy.Connection]()

    def lose(connection: sqlalchemy.Connection) -> None:
        if connection.get_execution_options().get("reading", False) is reads and not lost:
            lost.append(connection)
            connection.connection.commit()
            raise OperationalError("COMMIT", None, Exception("database is locked"))

    event.listen(desk.store.engine, "commit", lose)
    with pytest.raises(TryAgainLaterError):
        send(server, batch)
    assert (server.letters, pauses) == ([], [])
    assert states(desk) == {LetterState.READY: 3}
    assert attempts(desk) == [0, 0, 0]


def hand_over_and_die(desk: Desk, die: Callable[[], object], most: int = 10) -> None:
    """Hands some letters over in the name of this process, of which the fourth is never answered."""

    def answer(number: int) -> Handover:
        if number == 4:
            die()
        return TAKEN

    name = own_name()
    with desk.store.senders.on_duty(name, NOW):
        batch = batch_of(desk, sender=name, most=most)
        asyncio.run(batch.hand_over(Relay(answer).postman(), lambda: False))


def die_at_once() -> None:
    """As a machine that runs out of memory does it."""
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("here", [True, False], ids=["on this machine", "before it was started anew"])
def test_a_kill_leaves_one_letter_in_doubt(make_office: Callable[..., Desk], tmp_path: Path, *, here: bool) -> None:
    """The others of its batch had their answer, or never began; after a power loss nobody knows."""
    assert ended(fork(lambda: hand_over_and_die(make_office(10), die_at_once))) == -signal.SIGKILL
    (trail,) = tmp_path.glob("outreach.db.trail.*")
    if not here:
        trail.write_text(trail.read_text("ascii").replace("/", "/another "), "ascii")
    of_another = replace(settings(), campaign=replace(settings().campaign, id="theirs"))
    other = make_desk(tmp_path, of_another, Clock(), "tester")
    post(other, Relay().postman)  # it shares the database, and knows nothing of these letters
    other.store.close()
    assert trail.exists() == here
    desk, relay = make_office(0), Relay()
    post(desk, relay.postman)
    sure = 9 if here else 0
    assert states(desk) == {state: number for state, number in ((A, sure), (D, 10 - sure)) if number}
    assert relay.asked == (6 if here else 0)
    with desk.store.transaction() as connection:
        sent = connection.execute(select(t.entry.c.letter).where(t.entry.c.kind == "sent")).scalars().all()
    assert len(set(sent)) == len(sent) == sure
    assert not trail.exists()


def test_what_a_killed_one_heard_is_believed_though_others_put_it_in_doubt(make_office: Callable[..., Desk]) -> None:
    """A sender elsewhere took over first, since the lease ran out; one that is settled since is nobody's any more."""
    assert ended(fork(lambda: hand_over_and_die(make_office(10), die_at_once))) == -signal.SIGKILL
    desk, relay = make_office(0), Relay()
    with desk.store.senders.on_duty("elsewhere", NOW):
        assert states(desk) == {D: 10}
    first, *_, last = desk.store.outbox.letters()
    for letter in (first, last):
        desk.store.outbox.settle(letter.id, LetterState.REFUSED, NOW, stage="reply", reply="no")
    post(desk, relay.postman)
    assert (states(desk), relay.asked) == ({A: 7, D: 1, LetterState.REFUSED: 2}, 5)


class Killing(Connection):
    """Before its first answer another sender is killed, and its letters are taken over."""

    def __init__(self, relay: Relay, kill: Callable[[], object], taken_over: Callable[[], bool]) -> None:
        super().__init__(relay)
        self.kill, self.taken_over = kill, taken_over

    async def wait(self) -> None:
        """It is noticed when the lease is renewed."""
        if self.relay.asked == 1:
            self.kill()
            async with asyncio.timeout(PATIENCE):
                while not self.taken_over():  # noqa: ASYNC110  another process does it
                    await asyncio.sleep(0.01)


def test_who_sends_already_takes_over_what_is_known(postgresql: PostgreSQL, tmp_path: Path) -> None:
    """Of two senders of one machine one is killed: the other one notices it before anybody starts anew."""
    (tmp_path / "templates").symlink_to(ROOT / "templates")
    campaign = replace(settings().campaign, database=postgresql.new_database())
    ours = replace(settings(connections=2), campaign=campaign)  # whose one is is told by the names of the senders
    at_four, says_so = os.pipe()

    def open_desk() -> Desk:
        return make_desk(tmp_path, ours, Clock(), "tester")

    def die_later() -> None:
        os.write(says_so, b"4")
        signal.pause()

    def hand_over() -> None:
        desk = open_desk()
        enrol(desk, 11)
        hand_over_and_die(desk, die_later)

    victim = fork(hand_over)
    assert os.read(at_four, 1) == b"4"
    desk, relay = open_desk(), Relay()
    in_hand = [letter.id for letter in desk.store.outbox.letters(states=[LetterState.HANDING_OVER])]

    def taken_over() -> bool:
        return not any(one.id in in_hand for one in desk.store.outbox.letters(states=[LetterState.HANDING_OVER]))

    post(desk, lambda: Killing(relay, lambda: kill(victim), taken_over))
    assert (states(desk), len(in_hand), relay.asked) == ({A: 10, D: 1}, 10, 7)
    desk.store.close()
