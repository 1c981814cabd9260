"""The postman against a server that fails at every verb in every way: what left, what did not, what is in doubt."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Collection
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.adapters.smtp import SmtpPostman, Timeouts
from outreach.adapters.smtp_envelope import dot_stuffed
from outreach.core.pacing import classify
from outreach.model import Handover, HandoverResult, Outgoing
from outreach.settings import SmtpSettings
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
BREAKS = ("421", "drop", "reset", "hang", "junk")  # after these nobody knows what the server would answer to


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
    def intend() -> tuple[int, ...]:
        if intents is not None:
            intents.append("intent")
        return ()

    return (await hand_over_all(man, [Outgoing("a@x.example", to, (data,))], intend))[0]


async def hand_over_all(
    man: SmtpPostman, letters: list[Outgoing], before_payload: Callable[[], Collection[int]] = tuple
) -> list[Handover]:
    """What became of each; every letter is settled, and once."""
    done: dict[int, Handover] = {}

    def settled(number: int, handover: Handover) -> None:
        assert number not in done
        done[number] = handover

    await man.hand_over(letters, before_payload=before_payload, settled=settled)
    assert sorted(done) == list(range(len(letters)))
    return [done[number] for number in range(len(letters))]


def expected(verb: str, fault: str, *, reused: bool = False) -> HandoverResult:
    if reused and fault in BREAKS and verb in ("mail", "rcpt", "data"):
        return R.NOT_TRIED  # a connection that ends after a letter need not be the next one's fault
    if fault == "5xx":
        return R.ACCOUNT if verb == "mail" else R.REFUSED
    if fault in ("421", "4xx"):
        return R.DEFERRED
    return R.IN_DOUBT if verb in ("payload", "reply") else R.DEFERRED


async def check_fault(server: FaultySmtp, man: SmtpPostman, verb: str, fault: str, *, reused: bool) -> None:
    """One cell of the matrix: the result, what the server took, what may be used again, and the letter after it."""
    intents: list[str] = []
    await man.connect()
    results = [(await hand_over(man)).result] if reused else []
    done = await hand_over(man, intents=intents)
    results.append(done.result)
    assert (done.result, done.stage) == (expected(verb, fault, reused=reused), verb), done
    assert intents == (["intent"] if verb in ("payload", "reply") else [])
    taken, sure = len(server.letters), results.count(R.ACCEPTED)
    assert sure <= taken <= sure + results.count(R.IN_DOUBT)
    assert man.connected == (fault not in BREAKS and verb != "payload")
    server.faults.clear()
    if not man.connected:
        await man.connect()
    assert (await hand_over(man)).result is R.ACCEPTED
    assert len(server.letters) == taken + 1
    await man.close()
    assert server.connections == 1 + (fault in BREAKS or verb == "payload")


CELLS = [(verb, fault) for verb in ("mail", "rcpt", "data", "reply") for fault in FAULTS]


@pytest.mark.parametrize("tls", [False, True], ids=["clear", "tls"])
@pytest.mark.parametrize("reused", [False, True], ids=["fresh", "reused"])
@pytest.mark.parametrize(("verb", "fault"), CELLS)
def test_every_fault_at_every_verb(authority: Authority, verb: str, fault: str, reused: bool, tls: bool) -> None:
    """The result is right, nothing is lost or doubled, and a connection out of step is never used again."""

    async def story() -> None:
        context = authority.server() if tls else None
        async with FaultySmtp({verb: FAULTS[fault]}, after=int(reused), tls=context) as server:
            man = postman(server, authority.ca_file if tls else None)
            await check_fault(server, man, verb, fault, reused=reused)

    asyncio.run(story())


@pytest.mark.parametrize("tls", [False, True], ids=["clear", "tls"])
@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_within_the_letter(authority: Authority, fault: str, tls: bool) -> None:
    """From its first byte on only a whole refusal proves that a letter did not leave; what was held back never does."""

    async def story() -> None:
        context = authority.server() if tls else None
        async with FaultySmtp({"payload": FAULTS[fault]}, tls=context) as server:
            man = postman(server, authority.ca_file if tls else None)
            await man.connect()
            done = await hand_over(man, data=LARGE)
            assert done.result is expected("payload", fault), done
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

    def fail() -> tuple[int, ...]:
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


# ---------------------------------------------------------------- the letter on the wire

SMUGGLED = [
    b"\n.\r\n",
    b"\n.\n",
    b"\r.\r\n",
    b"\r.\r",
    b"\r\n.\r",
    b"\r\n.\n",
    b"\r\n.\r\n",
    b"\r\n\0.\r\n",
    b"\r\r\n.\r\n",
]


@pytest.mark.parametrize("sequence", SMUGGLED)
def test_no_letter_can_be_ended_early(sequence: bytes) -> None:
    """Whatever stands in it, the server sees one letter and no further command (SMTP smuggling)."""
    data = b"Subject: x\r\n\r\none" + sequence + b"MAIL FROM:<evil@x.example>\r\n"
    server = FaultySmtp()
    results = asyncio.run(_one(server, lambda man: hand_over(man, data=data), times=2))
    assert [done.result for done in results] == [R.ACCEPTED, R.ACCEPTED]
    assert [line[:4] for line in server.lines] == ["EHLO", *["MAIL", "RCPT", "DATA"] * 2, "QUIT"]
    assert not any("evil" in line for line in server.lines)
    assert len(server.letters) == 2


def test_dots_and_bare_line_ends() -> None:
    """A dot is doubled, every line ends with CRLF."""
    assert dot_stuffed(b"S: x\n\n.\r.\n\r\n.\r\nend") == b"S: x\r\n\r\n..\r\n..\r\n\r\n..\r\nend\r\n"
    assert dot_stuffed(LETTER) == LETTER.replace(b"\r\n.", b"\r\n..")
    assert dot_stuffed(b"") == b"\r\n"


@given(st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b".", b"a", b"\0", b"\x85"]), max_size=30))
def test_what_was_stuffed_reads_back(pieces: list[bytes]) -> None:
    """No bare CR or LF, no line that is a lone dot, and the reader gets every line as it was."""
    data = b"".join(pieces)
    wire = dot_stuffed(data)
    lines = wire.split(b"\r\n")
    assert lines.pop() == b""
    assert not any(b"\r" in line or b"\n" in line or line == b"." for line in lines)
    read = [line.removeprefix(b".") for line in lines]
    plain = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    assert read == (plain[:-1] if plain[-1] == b"" and len(plain) > 1 else plain)


def test_many_letters_on_one_connection() -> None:
    """Each is answered for itself: refused and taken ones alternate, and the server took what we say."""
    server = FaultySmtp(bad_addresses={"no@y.example": "550 5.1.1 unknown"})
    to = itertools.cycle(["b@y.example", "no@y.example"])
    results = asyncio.run(_one(server, lambda man: hand_over(man, to=(next(to),)), times=200))
    assert [done.result for done in results] == [R.ACCEPTED, R.REFUSED] * 100
    assert (len(server.letters), server.connections) == (100, 1)
