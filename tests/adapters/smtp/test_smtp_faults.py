"""A relay that fails at every verb in every way, once: what left, what did not, what is in doubt, and the next letter."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from outreach.adapters.smtp.postman import SmtpPostman, Timeouts
from outreach.core.refusals import classify
from outreach.model import Handover, HandoverResult, LoginRefusedError, Outgoing, TryAgainLaterError
from outreach.settings import SmtpSettings
from tests.servers.certificates import Authority, make_authority
from tests.servers.faulty_smtp import FaultySmtp

R = HandoverResult
PATIENT = Timeouts(connect=10, verb=10, progress=10, dot=10, leave=10)
SILENCE = 0.2  # seconds after which a relay that says nothing is given up
LIMITS = {"greeting": "connect", "payload": "dot", "reply": "dot"}  # which limit that is; else that of a verb
FAULTS = {
    "421": "421 4.3.0 closing",
    "4xx": "451 4.7.1 greylisted",
    "5xx": "550 5.1.1 no such user",
    "drop": "drop",
    "reset": "reset",
    "hang": "hang",
    "junk": "junk",
    "twice": "twice",
}
BEFORE = ("mail", "rcpt", "data")
AFTER = ("payload", "reply")
REFUSALS = ("4xx", "5xx")  # after any other fault nobody knows what the relay would answer to


@dataclass(frozen=True)
class Cell:
    """One cell of the table."""

    verb: str
    fault: str
    reused: bool  # the connection has carried a letter before
    encrypted: bool
    pipelining: bool

    def __str__(self) -> str:
        """Its name in the report."""
        ways = ("reused" if self.reused else "fresh", "tls" if self.encrypted else "clear")
        return "-".join((self.verb, self.fault, *ways, "pipelined" if self.pipelining else "plain"))


def cells(*verbs: str) -> list[Cell]:
    """All of them at some verbs."""
    yes_no = (False, True)
    return [Cell(*one) for one in itertools.product(verbs, FAULTS, yes_no, yes_no, yes_no)]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A certificate authority of our own."""
    return make_authority(tmp_path_factory.mktemp("authority"))


def relay(cell: Cell, authority: Authority) -> FaultySmtp:
    """A relay that fails once, as the cell says."""
    extensions = ("8BITMIME", "AUTH PLAIN", *(["PIPELINING"] if cell.pipelining else []))
    made = FaultySmtp({cell.verb: FAULTS[cell.fault]}, after=int(cell.reused), times=1, extensions=extensions)
    if cell.encrypted and cell.verb == "starttls":
        made.starttls = authority.server()
    elif cell.encrypted:
        made.tls = authority.server()
    return made


def postman(cell: Cell, server: FaultySmtp, ca_file: Path) -> SmtpPostman:
    security = "none" if not cell.encrypted else "starttls" if cell.verb == "starttls" else "tls"
    user = "me" if cell.verb in ("auth", "starttls") else ""
    made = SmtpSettings("127.0.0.1", server.port, security, user, ca_file=str(ca_file))  # type: ignore[arg-type]
    limit = {LIMITS.get(cell.verb, "verb"): SILENCE} if cell.fault == "hang" else {}
    return SmtpPostman(made, "secret", classify=classify, timeouts=replace(PATIENT, **limit))


class Story:
    """Letters, what the postman says became of them, and what the relay really took."""

    def __init__(self, server: FaultySmtp, man: SmtpPostman) -> None:
        self.server = server
        self.man = man
        self.intents = 0
        self.settled: dict[str, list[Handover]] = {}

    async def hand_over(self, *names: str) -> list[HandoverResult]:
        """One call; every letter is settled once."""
        done: dict[int, Handover] = {}

        async def intend() -> tuple[int, ...]:
            self.intents += 1
            return ()

        def settled(number: int, handover: Handover) -> None:
            assert number not in done
            done[number] = handover
            self.settled.setdefault(names[number], []).append(handover)

        letters = [
            Outgoing("a@x.example", (f"{name}@y.example",), (f"Subject: {name}\r\n".encode(),)) for name in names
        ]
        await self.man.hand_over(letters, before_payload=intend, settled=settled)
        assert len(done) == len(names)
        return [done[number].result for number in range(len(names))]

    async def again(self) -> None:
        """What surely did not leave is tried once more, over a new connection if need be."""
        back = [name for name, told in self.settled.items() if told[-1].result in (R.NOT_TRIED, R.DEFERRED)]
        if not self.man.connected:
            await self.man.connect()
        assert set(await self.hand_over(*back)) <= {R.ACCEPTED}

    def check(self) -> None:
        """None lost, none doubled: what is said to be taken was, once; what is said not to be was not."""
        taken = Counter(name.split("@")[0] for to in self.server.recipients for name in to)
        for name, told in self.settled.items():
            sure = [handover.result for handover in told].count(R.ACCEPTED)
            doubt = [handover.result for handover in told].count(R.IN_DOUBT)
            assert sure <= taken[name] <= sure + doubt <= 1, (name, told, self.server.recipients)
        assert b"Subject" in b"".join(self.server.letters)
        assert all(letter == b"Subject: %b\r\n.\r\n" % to[0].split("@")[0].encode() for letter, to in self.taken())

    def taken(self) -> list[tuple[bytes, tuple[str, ...]]]:
        return list(zip(self.server.letters, self.server.recipients, strict=True))


def expected(cell: Cell) -> HandoverResult:
    """What becomes of the letter at which the relay fails."""
    if cell.fault == "5xx":
        return R.ACCOUNT if cell.verb == "mail" else R.REFUSED
    if cell.verb in AFTER:
        return {"421": R.DEFERRED, "4xx": R.DEFERRED, "twice": R.ACCEPTED}.get(cell.fault, R.IN_DOUBT)
    if cell.fault == "4xx":
        return R.DEFERRED
    return R.NOT_TRIED if cell.reused else R.DEFERRED  # what ends after a letter need not be the next one's fault


@pytest.mark.parametrize("cell", cells(*BEFORE, *AFTER), ids=str)
def test_every_fault_at_every_verb_of_a_letter(authority: Authority, cell: Cell) -> None:
    """The result is right, a connection out of step is never used again, and the next letter goes as if nothing were."""

    async def story() -> None:
        async with relay(cell, authority) as server:
            told = Story(server, postman(cell, server, authority.ca_file))
            await told.man.connect()
            results = await told.hand_over(*["before"][: int(cell.reused)], "this", "next")
            kept = cell.fault in REFUSALS
            assert results[-2:] == [expected(cell), R.ACCEPTED if kept else R.NOT_TRIED], told.settled
            assert told.intents == (cell.reused or kept or cell.verb in AFTER)
            assert told.man.connected == kept
            await told.again()
            await told.man.close()
            told.check()
            assert server.connections == 2 - kept

    asyncio.run(story())


LOGIN = [cell for cell in cells("greeting", "ehlo", "auth", "starttls") if cell.encrypted or cell.verb != "starttls"]


@pytest.mark.parametrize("cell", LOGIN, ids=str)
def test_every_fault_before_the_letters(authority: Authority, cell: Cell) -> None:
    """A relay that is away or busy is tried later, a refused login is said, no password goes in clear."""

    async def story() -> None:
        async with relay(cell, authority) as server:
            told = Story(server, postman(cell, server, authority.ca_file))
            if cell.reused:
                await told.man.connect()
                assert await told.hand_over("before") == [R.ACCEPTED]
            refused = (cell.verb, cell.fault) == ("auth", "5xx")
            if (cell.verb, cell.fault) == ("starttls", "twice"):  # what comes in clear behind it is thrown away
                await told.man.connect()
            else:
                with pytest.raises(
                    LoginRefusedError if refused else TryAgainLaterError, match=r"127\.0\.0\.1:"
                ) as caught:
                    await told.man.connect()
                assert "secret" not in str(caught.value)
                assert not told.man.connected
                assert await told.hand_over("meanwhile") == [R.NOT_TRIED]
                await told.man.connect()
            assert await told.hand_over("this", "next") == [R.ACCEPTED, R.ACCEPTED]
            await told.man.close()
            told.check()
            assert not server.said("HELO")  # a fallback would hide the reason
            assert not cell.encrypted or {line[:4] for line in server.in_clear} <= {"EHLO", "STAR"}

    asyncio.run(story())


class Dice(dict[str, str]):
    """Faults of every kind at every verb, now and then; the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._chance = random.Random(seed)  # noqa: S311  a test wants the same chances again

    def get(self, verb: str, _default: object = None) -> str | None:  # type: ignore[override]
        """Mostly none."""
        kinds = sorted(set(FAULTS) - {"hang"} if verb != "reply" else set(FAULTS))
        return FAULTS[self._chance.choice(kinds)] if self._chance.random() < 0.03 else None


@pytest.mark.parametrize("pipelining", [False, True], ids=["plain", "pipelined"])
@pytest.mark.parametrize("seed", range(4))
def test_letters_among_faults_at_random(seed: int, pipelining: bool) -> None:
    """Whatever comes in whatever order: none is lost, none doubled, and it comes to an end."""

    async def story() -> None:
        extensions = ("PIPELINING",) if pipelining else ()
        async with FaultySmtp(Dice(seed), extensions=extensions) as server:
            made = SmtpSettings("127.0.0.1", server.port, "none")
            man = SmtpPostman(made, None, classify=classify, timeouts=replace(PATIENT, dot=SILENCE))
            told, left = Story(server, man), [f"letter{number}" for number in range(100)]
            while left:
                with contextlib.suppress(TryAgainLaterError):
                    if not man.connected:
                        await man.connect()
                    await told.hand_over(*left[:10])
                last = {name: handovers[-1].result for name, handovers in told.settled.items()}
                left = [name for name in left if last.get(name, R.NOT_TRIED) in (R.NOT_TRIED, R.DEFERRED)]
            await man.close()
            told.check()
            assert len(told.settled) == 100
            assert Counter(last.values())[R.ACCEPTED] > 50

    asyncio.run(story())
