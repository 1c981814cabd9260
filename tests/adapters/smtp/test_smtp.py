"""The postman against a server that fails at every verb in every way: what left, what did not, what is in doubt."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from pathlib import Path

import pytest

from outreach.adapters.smtp.postman import SmtpPostman, Timeouts
from outreach.core.refusals import classify
from outreach.model import Handover, HandoverResult, Outgoing
from outreach.settings import SmtpSettings
from tests.posted import hand_over_all
from tests.servers.certificates import Authority, make_authority
from tests.servers.faulty_smtp import FaultySmtp

R = HandoverResult
QUICK = Timeouts(connect=2, verb=0.2, progress=0.2, dot=0.2, leave=0.2)
LETTER = b"Subject: hello\r\n\r\n.a dot\r\nand more\r\n"
LARGE = LETTER + (b"x" * 76 + b"\r\n") * 100_000  # 8 MB: more than the system keeps for us
FAULTS = {
    "421": "421 4.3.0 closing",
    "4xx": "451 4.7.1 greylisted",
    "5xx": "550 5.1.1 no such user",
    "drop": "drop",
    "reset": "reset",
    "hang": "hang",
    "junk": "junk",
}


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A certificate authority of our own."""
    return make_authority(tmp_path_factory.mktemp("authority"))


def postman(server: FaultySmtp, ca_file: Path | None = None, timeouts: Timeouts = QUICK) -> SmtpPostman:
    security = "tls" if ca_file else "none"
    made = SmtpSettings("127.0.0.1", server.port, security, ca_file=str(ca_file or ""))  # type: ignore[arg-type]
    return SmtpPostman(made, None, classify=classify, timeouts=timeouts)


async def hand_over(
    man: SmtpPostman, *, to: tuple[str, ...] = ("b@y.example",), data: bytes = LETTER, intents: list[str] | None = None
) -> Handover:
    async def intend() -> tuple[int, ...]:
        if intents is not None:
            intents.append("intent")
        return ()

    return (await hand_over_all(man, [Outgoing("a@x.example", to, (data,))], intend))[0]


IN_THE_LETTER = {"421": R.DEFERRED, "4xx": R.DEFERRED, "5xx": R.REFUSED}  # whatever else: in doubt


@pytest.mark.parametrize("extensions", [(), ("PIPELINING",)], ids=["plain", "pipelined"])
@pytest.mark.parametrize("tls", [False, True], ids=["clear", "tls"])
@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_within_the_letter(
    authority: Authority, fault: str, tls: bool, extensions: tuple[str, ...]
) -> None:
    """From its first byte on only a whole refusal proves that a letter did not leave; what was held back never does."""

    async def story() -> None:
        context = authority.server() if tls else None
        async with FaultySmtp({"payload": FAULTS[fault]}, tls=context, extensions=extensions) as server:
            man = postman(server, authority.ca_file if tls else None)
            await man.connect()
            done = await hand_over(man, data=LARGE)
            assert done.result is IN_THE_LETTER.get(fault, R.IN_DOUBT), done
            assert done.stage == "payload"
            assert not man.connected
            server.faults.clear()
            await man.connect()
            assert (await hand_over(man)).result is R.ACCEPTED
            await man.close()
            assert len(server.letters) == 1

    asyncio.run(story())


def test_a_slow_server_is_waited_for_as_long_as_it_takes_something() -> None:
    """A large letter over a slow line takes many times the limit for one answer, and arrives once."""

    async def story() -> float:
        async with FaultySmtp(slow=8_000_000) as server:
            man = postman(server, timeouts=Timeouts(verb=1, progress=0.2, dot=0.2, slowest=4_000_000))
            await man.connect()
            begun = asyncio.get_running_loop().time()
            assert (await hand_over(man, data=LARGE)).result is R.ACCEPTED
            took = asyncio.get_running_loop().time() - begun
            await man.close()
            assert len(server.letters) == 1
            return took

    assert asyncio.run(story()) > 0.4


@pytest.mark.parametrize(
    ("verb", "words", "result"),
    [
        ("reply", "250 taken\r\n250 taken again", R.ACCEPTED),
        ("reply", "250 taken\r\n421 enough for this connection", R.ACCEPTED),
        ("reply", "550 5.1.1 unknown\r\n250 taken", R.IN_DOUBT),
        ("rcpt", "250 fine\r\n250 fine", R.DEFERRED),
        ("data", "354 go on\r\n250 taken", R.DEFERRED),
    ],
)
def test_a_server_that_answers_twice_is_not_asked_again(verb: str, words: str, result: R) -> None:
    """Its second answer would be taken for that of the next letter."""

    async def story() -> None:
        async with FaultySmtp({verb: words}) as server:
            man = postman(server)
            await man.connect()
            assert (await hand_over(man)).result is result
            assert not man.connected

    asyncio.run(story())


@pytest.mark.parametrize(
    ("words", "result"),
    [
        ("250-2.0.0 fine\r\n250 queued as 4711", R.ACCEPTED),
        ("251 forwarded", R.ACCEPTED),
        ("252 cannot verify, but taken", R.ACCEPTED),
        ("354 more?", R.IN_DOUBT),
        ("999 what?", R.IN_DOUBT),
        ("25", R.IN_DOUBT),
        ("250", R.ACCEPTED),
    ],
)
def test_after_the_dot_only_a_yes_or_a_no_counts(words: str, result: R) -> None:
    """Any 2xx is a yes (252, too); what is neither leaves the letter in doubt."""

    async def story() -> Handover:
        async with FaultySmtp({"reply": words}) as server:
            man = postman(server)
            await man.connect()
            done = await hand_over(man)
            await man.close()
            return done

    done = asyncio.run(story())
    assert done.result is result
    assert "\n" not in done.reply


@pytest.mark.parametrize("error", [ZeroDivisionError, OSError, ValueError, TimeoutError, KeyboardInterrupt])
def test_if_the_intent_cannot_be_committed_nothing_leaves(error: type[BaseException]) -> None:
    """It comes after the server's word and before the first byte; its error is the caller's, not the relay's."""

    async def fail() -> tuple[int, ...]:
        raise error("disk full")

    async def story(man: SmtpPostman) -> None:
        await man.connect()
        with pytest.raises(error, match="disk full"):
            await hand_over_all(man, [Outgoing("a@x.example", ("b@y.example",), (LETTER,))], fail)
        assert not man.connected

    async def whole() -> None:
        async with FaultySmtp() as server:
            await story(postman(server))
            assert (server.lines[-1], server.letters) == ("DATA", [])

    asyncio.run(whole())


@pytest.mark.parametrize("verb", ["mail", "rcpt", "data", "payload", "reply", "rset"])
def test_cancelled_in_every_stage_the_connection_is_dropped(verb: str) -> None:
    """The next letter never gets the cancelled one's answer."""

    async def story() -> None:
        async with FaultySmtp(
            {verb: "hang"}, bad_addresses={"b@y.example": "550 no"} if verb == "rset" else {}
        ) as server:
            man = postman(server, timeouts=Timeouts())
            await man.connect()
            if verb == "rset":  # it stands before the letter that follows a refused one
                assert (await hand_over(man)).result is R.REFUSED
            task = asyncio.ensure_future(hand_over(man, data=LARGE))
            await asyncio.sleep(0.1)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert not man.connected
            server.faults.clear()
            server.bad_addresses.clear()
            await man.connect()
            assert (await hand_over(man)).result is R.ACCEPTED
            await man.close()

    asyncio.run(story())


@pytest.mark.parametrize("verb", ["greeting", "ehlo", "quit"])
def test_cancelled_while_coming_or_going(verb: str) -> None:
    """Nothing stays open."""

    async def story() -> None:
        async with FaultySmtp({verb: "hang"}) as server:
            man = postman(server, timeouts=Timeouts())
            if verb == "quit":
                await man.connect()
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(man.close() if verb == "quit" else man.connect(), 0.1)
            assert not man.connected

    asyncio.run(story())


def test_a_deaf_server_does_not_keep_us_from_leaving() -> None:
    """QUIT is polite, but not for long; one that is heard is the last word."""

    async def story(faults: dict[str, str]) -> list[str]:
        async with FaultySmtp(faults) as server:
            man = postman(server)
            await man.connect()
            await man.close()
            await man.close()
            assert not man.connected
            return server.said("QUIT")

    assert asyncio.run(story({"quit": "hang"})) == ["QUIT"]
    assert asyncio.run(story({})) == ["QUIT"]


def test_without_a_connection_nothing_leaves() -> None:
    """It is nobody's fault, and the intent is not noted."""
    man = SmtpPostman(SmtpSettings("127.0.0.1", 1, "none"), None, classify=classify)
    intents: list[str] = []
    done = asyncio.run(hand_over(man, intents=intents))
    assert (done.result, done.stage, intents) == (R.NOT_TRIED, "connect", [])


def test_a_connection_that_ended_meanwhile_is_noticed() -> None:
    """Relays close idle connections; the letter did not leave then."""

    async def story() -> None:
        async with FaultySmtp({"rset": "421 4.4.2 idle"}, bad_addresses={"b@y.example": "550 5.1.1 unknown"}) as server:
            man = postman(server)
            await man.connect()
            assert (await hand_over(man)).result is R.REFUSED
            done = await hand_over(man)
            assert (done.result, done.stage) == (R.NOT_TRIED, "rset")
            assert not man.connected

    asyncio.run(story())


# ---------------------------------------------------------------- recipients


async def _one(server: FaultySmtp, send: Callable[[SmtpPostman], object], times: int = 1) -> list[Handover]:
    async with server:
        man = postman(server)
        await man.connect()
        results = [await send(man) for _ in range(times)]  # type: ignore[misc]
        await man.close()
        return results


def test_a_refused_copy_does_not_stop_the_letter() -> None:
    """The reader gets it; the refused copies are named, also one that this relay cannot even be asked for."""
    server = FaultySmtp(bad_addresses={"c@y.example": "550 5.1.1 unknown"})
    to = ("b@y.example", "c@y.example", "d@y.example", "é@y.example")
    (done,) = asyncio.run(_one(server, lambda man: hand_over(man, to=to)))
    assert done.result is R.ACCEPTED
    assert "copy to c@y.example refused: 550 5.1.1 unknown" in done.reply
    assert "copy to é@y.example refused" in done.reply
    assert len(server.said("RCPT")) == 3


def test_a_refused_reader_stops_the_letter_but_not_the_connection() -> None:
    """The transaction is reset before the next, and no copy goes alone."""
    server = FaultySmtp(bad_addresses={"b@y.example": "550 5.1.1 unknown"})
    results = asyncio.run(_one(server, lambda man: hand_over(man, to=("b@y.example", "c@y.example")), times=2))
    assert [done.result for done in results] == [R.REFUSED, R.REFUSED]
    assert (len(server.said("RSET")), len(server.said("RCPT")), server.connections) == (1, 2, 1)
    assert server.letters == []


@pytest.mark.parametrize("reply", ["421 4.3.0 closing", "junk"])
def test_a_copy_at_which_the_relay_gives_up_stops_the_letter(reply: str) -> None:
    """No letter has left then."""
    server = FaultySmtp(bad_addresses={"c@y.example": reply})
    (done,) = asyncio.run(_one(server, lambda man: hand_over(man, to=("b@y.example", "c@y.example"))))
    assert (done.result, done.stage, server.letters) == (R.DEFERRED, "rcpt", [])


@pytest.mark.parametrize(
    ("sender", "to", "data", "result", "words"),
    [
        ("a@x.example", "μayor@y.example", LETTER, R.REFUSED, "SMTPUTF8"),
        ("μ@x.example", "b@y.example", LETTER, R.ACCOUNT, "SMTPUTF8"),
        ("a@x.example", "b@y.example", "Señor\r\n".encode(), R.LETTER, "8BITMIME"),
        ("a@x.example", "b@y.example>\r\nRSET", LETTER, R.REFUSED, "no address"),
        ("a@x.example", "b@y.example> NOTIFY=NEVER", LETTER, R.REFUSED, "no address"),
        ("a@x.example", "b\0@y.example", LETTER, R.REFUSED, "no address"),
        ("a@x.example", "b\ud800@y.example", LETTER, R.REFUSED, "no address"),
        ("a\n@x.example", "b@y.example", LETTER, R.ACCOUNT, "no address"),
        ("a@x.example", "", LETTER, R.REFUSED, "no address"),
    ],
)
def test_what_cannot_be_asked_is_not_asked(sender: str, to: str, data: bytes, result: R, words: str) -> None:
    """Refused with a clear word before anything is said to the relay; the connection stays good."""
    server = FaultySmtp(extensions=())
    letter = Outgoing(sender, (to,) if to else (), (data,))

    async def send(man: SmtpPostman) -> Handover:
        return (await hand_over_all(man, [letter]))[0]

    (done,) = asyncio.run(_one(server, send))
    assert done.result is result
    assert words in done.reply
    assert [line[:4] for line in server.lines] == ["EHLO", "QUIT"]


def test_the_relay_is_told_what_it_offers_to_hear() -> None:
    """Size, 8 bits and addresses in other scripts (RFC 1870, 6152, 6531)."""
    server = FaultySmtp(extensions=("SIZE 1000000", "8BITMIME", "SMTPUTF8"))
    data = "Subject: é\r\n\r\né\r\n".encode()
    (done,) = asyncio.run(_one(server, lambda man: hand_over(man, to=("μayor@y.example",), data=data)))
    assert done.result is R.ACCEPTED
    assert server.said("MAIL") == [f"MAIL FROM:<a@x.example> SIZE={len(data)} BODY=8BITMIME SMTPUTF8"]
    assert server.said("RCPT") == ["RCPT TO:<μayor@y.example>"]
    assert server.letters == [data + b".\r\n"]


def test_many_letters_on_one_connection() -> None:
    """Each is answered for itself: refused and taken ones alternate, and the server took what we say."""
    server = FaultySmtp(bad_addresses={"no@y.example": "550 5.1.1 unknown"})
    to = itertools.cycle(["b@y.example", "no@y.example"])
    results = asyncio.run(_one(server, lambda man: hand_over(man, to=(next(to),)), times=200))
    assert [done.result for done in results] == [R.ACCEPTED, R.REFUSED] * 100
    assert (len(server.letters), server.connections) == (100, 1)
