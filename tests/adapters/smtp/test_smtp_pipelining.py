"""Many letters in one call over one connection: what goes together, what never does, and what is told of each."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

import pytest

from outreach.adapters.smtp.postman import SmtpPostman, Timeouts
from outreach.campaign.sending.handing_over import nothing_kept
from outreach.core.refusals import classify
from outreach.model import Handover, HandoverResult
from outreach.settings import SmtpSettings
from tests.posted import hand_over_all, hand_over_some, letter
from tests.servers.faulty_smtp import FaultySmtp

R = HandoverResult
T = TypeVar("T")
PIPELINING = ("PIPELINING",)
NAMES = ("b@y.example", "c@y.example", "d@y.example")
LETTERS = [letter(name) for name in NAMES]
UNKNOWN = "550 5.1.1 unknown"


def play(server: FaultySmtp, act: Callable[[SmtpPostman], Awaitable[T]]) -> T:
    """Connects, acts and leaves."""

    async def story() -> T:
        async with server:
            man = SmtpPostman(SmtpSettings("127.0.0.1", server.port, "none"), None, classify=classify)
            await man.connect()
            done = await act(man)
            await man.close()
            return done

    return asyncio.run(story())


def results(server: FaultySmtp) -> list[HandoverResult]:
    """What becomes of three letters."""
    return [done.result for done in play(server, lambda man: hand_over_all(man, LETTERS))]


def verbs(server: FaultySmtp) -> list[str]:
    return [line[:4] for line in server.lines]


def test_the_end_of_a_letter_and_the_commands_of_the_next_go_together() -> None:
    """A relay that answers only when it has heard them gets them, and never a byte of the next letter."""
    server = FaultySmtp(extensions=PIPELINING, waits=2)
    assert results(server) == [R.ACCEPTED] * 3
    asks = [b"MAIL FROM:<a@x.example>\r\nRCPT TO:<%b>\r\nDATA\r\n" % name.encode() for name in NAMES[1:]]
    assert server.ahead == [*asks, b""]
    assert server.recipients == [(name,) for name in NAMES]


def test_where_it_is_not_offered_nothing_goes_ahead() -> None:
    """Each verb waits for the answer to the one before."""
    server = FaultySmtp()
    assert results(server) == [R.ACCEPTED] * 3
    assert server.ahead == [b""] * 3


@pytest.mark.parametrize("extensions", [(), PIPELINING], ids=["plain", "pipelined"])
@pytest.mark.parametrize("refused", range(3))
def test_a_refused_reader_costs_the_others_nothing(refused: int, extensions: tuple[str, ...]) -> None:
    """The transaction is given up before the next, on the same connection."""
    server = FaultySmtp(extensions=extensions, bad_addresses={NAMES[refused]: UNKNOWN})
    expected = [R.ACCEPTED] * 3
    expected[refused] = R.REFUSED
    assert results(server) == expected
    assert server.recipients == [(name,) for name in NAMES if name != NAMES[refused]]
    assert (server.connections, verbs(server).count("RSET")) == (1, int(refused < 2))


@pytest.mark.parametrize("answer", ["554 5.5.1 no valid recipients", "250 2.0.0 taken", "451 4.3.0 later"])
def test_a_relay_that_wants_a_letter_for_nobody_gets_a_dot(answer: str) -> None:
    """RFC 2920 §3.1: it may say 354 though it refused the reader; whatever it then says, no letter was sent.

    This server, like some, waits for CRLF.CRLF behind the line of DATA; a bare dot would leave both waiting.
    """
    server = FaultySmtp(
        {"reply": answer}, times=1, extensions=PIPELINING, eager=True, bad_addresses={NAMES[0]: UNKNOWN}
    )
    done = play(server, lambda man: hand_over_all(man, LETTERS))
    assert [(one.result, one.stage) for one in done] == [
        (R.REFUSED, "rcpt"),
        (R.ACCEPTED, "reply"),
        (R.ACCEPTED, "reply"),
    ]
    assert [len(content) > 3 for content in server.letters if content != b"\r\n.\r\n"] == [True, True]
    assert [to for to in server.recipients if to] == [(NAMES[1],), (NAMES[2],)]
    assert server.connections == 1


@pytest.mark.parametrize("answer", ["421 4.3.0 closing", "junk", "drop", "354 more"])
def test_a_dot_that_is_not_answered_ends_the_connection(answer: str) -> None:
    """The refused letter stays refused; the next were not tried."""
    server = FaultySmtp({"reply": answer}, extensions=PIPELINING, eager=True, bad_addresses={NAMES[0]: UNKNOWN})
    assert results(server) == [R.REFUSED, R.NOT_TRIED, R.NOT_TRIED]


def test_a_copy_never_gets_what_its_reader_was_refused() -> None:
    """DATA waits for the answers about copies, so that no 354 can be pending then."""
    server = FaultySmtp(extensions=PIPELINING, eager=True, bad_addresses={NAMES[0]: UNKNOWN})
    done = play(server, lambda man: hand_over_all(man, [letter(*NAMES), letter(*NAMES[1:])]))
    assert [one.result for one in done] == [R.REFUSED, R.ACCEPTED]
    assert verbs(server) == ["EHLO", "MAIL", "RCPT", "RCPT", "RCPT", "RSET", "MAIL", "RCPT", "RCPT", "DATA", "QUIT"]
    assert server.recipients == [NAMES[1:]]


@pytest.mark.parametrize("extensions", [(), PIPELINING], ids=["plain", "pipelined"])
def test_a_blind_copy_goes_with_the_letter(extensions: tuple[str, ...]) -> None:
    """The last one that is asked for; it is named nowhere."""
    server = FaultySmtp(extensions=extensions)
    blind = [replace(one, own_copy="own@x.example") for one in LETTERS]
    assert [one.result for one in play(server, lambda man: hand_over_all(man, blind))] == [R.ACCEPTED] * 3
    assert server.recipients == [(name, "own@x.example") for name in NAMES]


@pytest.mark.parametrize("extensions", [(), PIPELINING], ids=["plain", "pipelined"])
@pytest.mark.parametrize(
    ("address", "words", "result"),
    [
        ("own@x.example", "550 5.1.1 unknown", R.ACCOUNT),
        ("own@x.example", "450 4.2.0 greylisted", R.DEFERRED),
        (NAMES[0], UNKNOWN, R.REFUSED),
    ],
)
def test_neither_the_letter_nor_its_blind_copy_goes_alone(
    address: str, words: str, result: HandoverResult, extensions: tuple[str, ...]
) -> None:
    """The contact is not to blame when our own copy is refused; the next letter goes."""
    server = FaultySmtp(extensions=extensions, bad_addresses={address: words}, eager=True)
    first, second = replace(LETTERS[0], own_copy="own@x.example"), LETTERS[1]
    done = play(server, lambda man: hand_over_all(man, [first, second]))
    assert [(one.result, one.stage) for one in done] == [(result, "rcpt"), (R.ACCEPTED, "reply")]
    assert server.recipients == [(NAMES[1],)]


def test_a_refused_copy_is_named_and_the_letter_goes() -> None:
    """Pipelined, too."""
    server = FaultySmtp(extensions=PIPELINING, bad_addresses={NAMES[1]: UNKNOWN})
    first, second = play(server, lambda man: hand_over_all(man, [letter(*NAMES), letter(NAMES[2])]))
    assert (first.result, second.result) == (R.ACCEPTED, R.ACCEPTED)
    assert f"copy to {NAMES[1]} refused: {UNKNOWN}" in first.reply
    assert server.recipients == [(NAMES[0], NAMES[2]), (NAMES[2],)]


def test_a_relay_that_refuses_us_and_wants_the_letter_all_the_same_gets_nothing() -> None:
    """Even a single dot would bring the reader an empty letter."""
    server = FaultySmtp({"mail": "550 5.7.1 not you"}, times=1, extensions=PIPELINING, eager=True)
    done = play(server, lambda man: hand_over_all(man, LETTERS))
    assert [one.stage for one in done] == ["mail", "connect", "connect"]
    assert [one.result for one in done[1:]] == [R.NOT_TRIED] * 2
    assert server.letters == []


def test_no_and_then_yes_to_one_letter_is_no_answer() -> None:
    """In doubt, also where the yes could be that to the next letter's first command."""
    for extensions in ((), PIPELINING):
        server = FaultySmtp({"reply": "550 5.7.1 no\r\n250 2.0.0 taken"}, times=1, extensions=extensions)
        assert results(server) == [R.IN_DOUBT, R.NOT_TRIED, R.NOT_TRIED]


def test_a_refusal_after_the_dot_is_believed_when_the_connection_ends_behind_it() -> None:
    """Nothing contradicts it."""
    server = FaultySmtp({"reply": "550 5.7.1 no\r\n421 4.7.0 bye"}, times=1, extensions=PIPELINING)
    assert results(server) == [R.LETTER, R.NOT_TRIED, R.NOT_TRIED]


@pytest.mark.parametrize("extensions", [(), PIPELINING], ids=["plain", "pipelined"])
@pytest.mark.parametrize(
    ("taken_back", "told", "came"),
    [
        ((1,), {0: R.ACCEPTED, 2: R.ACCEPTED}, (0, 2)),
        ((1, 2), {0: R.ACCEPTED}, (0,)),
        ((0,), {1: R.NOT_TRIED, 2: R.NOT_TRIED}, ()),  # the relay waits for this one: only an end is safe
        ((0, 1, 2), {}, ()),
    ],
)
def test_letters_that_were_taken_back_stay(
    taken_back: tuple[int, ...], told: dict[int, HandoverResult], came: tuple[int, ...], extensions: tuple[str, ...]
) -> None:
    """The intent is asked for once, before the first byte; what must not leave is not told of, either."""
    asked: list[str] = []
    server = FaultySmtp(extensions=extensions)

    async def intend() -> tuple[int, ...]:
        asked.append(server.lines[-1])
        return taken_back

    done = play(server, lambda man: hand_over_some(man, LETTERS, intend))
    assert {number: one.result for number, one in done.items()} == told
    assert server.recipients == [(NAMES[number],) for number in came]
    assert asked == ["DATA"]


@pytest.mark.parametrize("extensions", [(), PIPELINING], ids=["plain", "pipelined"])
@pytest.mark.parametrize("verb", ["mail", "rcpt", "data", "payload", "reply"])
def test_when_the_call_is_cancelled_every_letter_is_told_of(verb: str, extensions: tuple[str, ...]) -> None:
    """At most the letter in hand is in doubt; the connection is dropped, and a new one carries the others."""

    async def story() -> None:
        async with FaultySmtp({verb: "hang"}, after=1, extensions=extensions) as server:
            man = SmtpPostman(SmtpSettings("127.0.0.1", server.port, "none"), None, classify=classify)
            await man.connect()
            done: dict[int, Handover] = {}
            call = man.hand_over(LETTERS, before_payload=nothing_kept, settled=done.__setitem__)
            task = asyncio.ensure_future(call)
            while not (server.hanging and 0 in done):  # noqa: ASYNC110  the server has no event to wait for
                await asyncio.sleep(0.001)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            in_hand = R.IN_DOUBT if verb in ("payload", "reply") else R.NOT_TRIED
            assert [done[number].result for number in range(3)] == [R.ACCEPTED, in_hand, R.NOT_TRIED]
            assert not man.connected
            server.faults.clear()
            await man.connect()
            assert (await hand_over_all(man, [letter("e@y.example")]))[0].result is R.ACCEPTED
            await man.close()

    asyncio.run(story())


def test_greylisted_three_times_then_taken() -> None:
    """Each time it is deferred, and the connection stays good."""
    server = FaultySmtp({"rcpt": "450 4.2.0 greylisted"}, times=3, extensions=PIPELINING)

    async def try_four_times(man: SmtpPostman) -> list[HandoverResult]:
        return [(await hand_over_all(man, LETTERS[:1]))[0].result for _ in range(4)]

    assert play(server, try_four_times) == [R.DEFERRED] * 3 + [R.ACCEPTED]
    assert (len(server.letters), server.connections) == (1, 1)


@pytest.mark.parametrize("extensions", [(), PIPELINING], ids=["plain", "pipelined"])
def test_a_relay_that_speaks_byte_by_byte_is_understood(extensions: tuple[str, ...]) -> None:
    """Answers of several lines, too."""
    server = FaultySmtp({"reply": "250-2.0.0 taken\r\n250 as 4711"}, drip=0.0001, extensions=extensions)
    done = play(server, lambda man: hand_over_all(man, LETTERS))
    assert [one.reply for one in done] == ["250 2.0.0 taken as 4711"] * 3


@pytest.mark.parametrize(
    "words", ["250-fine\r\n550 or not", "2500 fine", "25", "x" * 70_000, "250-more\r\n" * 7000], ids=len
)
def test_what_is_no_answer_leaves_the_letter_in_doubt(words: str) -> None:
    """Codes that differ, lines without end, and too many of them."""
    server = FaultySmtp({"reply": words}, extensions=PIPELINING)
    assert results(server) == [R.IN_DOUBT, R.NOT_TRIED, R.NOT_TRIED]


def test_a_relay_that_trickles_without_end_is_given_up() -> None:
    """The limit is for the whole answer, not for its next byte."""
    quick = Timeouts(verb=5, dot=0.05)

    async def story() -> list[Handover]:
        async with FaultySmtp({"reply": "250-" + "x" * 100_000}, drip=0.001) as server:
            man = SmtpPostman(SmtpSettings("127.0.0.1", server.port, "none"), None, classify=classify, timeouts=quick)
            server.drip = 0
            await man.connect()
            server.drip = 0.001
            return await hand_over_all(man, LETTERS[:1])

    (done,) = asyncio.run(story())
    assert (done.result, done.reply) == (R.IN_DOUBT, "no answer in time")
