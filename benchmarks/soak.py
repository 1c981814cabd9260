"""Sends thousands of letters to a relay of which one answer in twenty is a fault: none may be lost, none come twice."""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import sys
import tempfile
from collections import Counter
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.mailings import make_mailing, send
from benchmarks.relays import serving
from outreach.adapters.store.switches import PAUSED
from outreach.campaign.desk import Desk
from outreach.campaign.sending.resolving import resolve
from outreach.model import LetterState, OutreachError

FAULTS = 0.05
WAIT = timedelta(minutes=10)  # a person settles no letter in doubt before
# What may go wrong at each verb; "drop" ends the connection, "taken" ends it after the letter was taken.
AT = {
    b"MAIL": ("421 4.3.2 closing", "451 4.3.0 later", "drop", "junk"),
    b"RCPT": ("450 4.2.0 greylisted", "421 4.3.2 closing", "drop", "550 5.1.1 no such user"),
    b"DATA": ("451 4.3.0 later", "drop"),
    b".": ("451 4.3.0 later", "452 4.2.2 full", "drop", "taken", "taken", "432 4.3.2 too many connections"),
}
GOOD = {b"MAIL": "250 ok", b"RCPT": "250 ok", b"DATA": "354 go on", b".": "250 2.0.0 taken"}
HELLO = b"250-bad relay\r\n250-PIPELINING\r\n250 SIZE 50000000\r\n"
MESSAGE_ID = re.compile(rb"^Message-ID: *(?:\r\n )?(<[^>]+>)", re.MULTILINE)


class BadRelay:
    """Takes letters, badly; `taken` counts them by Message-ID."""

    def __init__(self, seed: int) -> None:
        self.taken: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self._random = random.Random(seed)  # noqa: S311

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        before = [""]  # the last answer: to a command that follows a refused one, the answer is another no
        with suppress(ConnectionError, asyncio.IncompleteReadError), closing(writer):
            writer.write(b"220 bad relay\r\n")
            while verb := (await reader.readline())[:4].upper().strip():
                if not await self._answer(verb, before, reader, writer):
                    break
            if self._random.getrandbits(1):
                writer.transport.abort()

    async def _answer(
        self, verb: bytes, before: list[str], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Answers one command; False ends the connection."""
        reply = self._reply(verb)
        if verb in (b"RCPT", b"DATA") and before[0] != "250 ok":
            reply = "503 5.5.1 out of order"
        elif verb == b"DATA" and reply.startswith("354"):
            writer.write(b"354 go on\r\n")
            reply = self._reply(b".")
            letter = await reader.readuntil(b"\r\n.\r\n")
            if reply in ("taken", GOOD[b"."]):
                self.taken[(MESSAGE_ID.search(letter) or [b"", b"none"])[1].decode()] += 1
        before[0] = reply
        if reply in ("drop", "taken"):
            return False
        writer.write(HELLO if verb == b"EHLO" else f"{'nonsense' if reply == 'junk' else reply}\r\n".encode())
        return not reply.startswith("421") and verb != b"QUIT"

    def _reply(self, verb: bytes) -> str:
        faults = AT.get(verb, ())
        if not faults or self._random.random() >= FAULTS / len(AT):
            return GOOD.get(verb, "250 ok")
        fault = self._random.choice(faults)
        self.faults[f"{verb.decode()} {fault}"] += 1
        return fault


class Clock:
    """Moves on when it is told."""

    def __init__(self) -> None:
        self.moment = datetime.now(UTC)

    def now(self) -> datetime:
        """The moment."""
        return self.moment


def soak(folder: Path, letters: int, seed: int) -> tuple[BadRelay, Desk]:
    """Sends until nothing waits; a person who knows what the relay has settles every doubt."""
    clock = Clock()
    desk = replace(make_mailing(folder, letters), clock=clock)
    relay = BadRelay(seed)
    with serving(relay.accept) as port:
        while (due := desk.store.outbox.next_due()) is not None:
            clock.moment = max(clock.moment, due) + timedelta(minutes=1)
            with suppress(OutreachError):
                send(desk, port, 4)
            desk.store.switches.turn(PAUSED, None, clock.now())
            clock.moment += WAIT
            for doubt in desk.store.outbox.letters(states=[LetterState.IN_DOUBT]):
                resolve(desk, doubt.id, accepted=relay.taken[doubt.message_id] > 0)
    return relay, desk


def mistakes(relay: BadRelay, desk: Desk) -> list[str]:
    """What must not be: a letter that is lost, came twice, or is not where the outbox says."""
    found = [f"{name} came {number} times" for name, number in relay.taken.items() if number > 1]
    for letter in desk.store.outbox.letters():
        came = relay.taken[letter.message_id] > 0
        if came != (letter.state is LetterState.ACCEPTED) or letter.state not in (
            LetterState.ACCEPTED,
            LetterState.REFUSED,
        ):
            found.append(f"letter {letter.id} is {letter.state.value}, and {'came' if came else 'did not come'}")
    if desk.store.journal.standings() != desk.store.journal.folded():
        found.append("the standings are not what the log says")
    return found


def main() -> None:
    """Exit code 1 where a letter was lost or doubled."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--letters", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))  # noqa: S311
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        relay, desk = soak(Path(folder), given.letters, given.seed)
        found = mistakes(relay, desk)
        refused = desk.store.outbox.counts()[LetterState.REFUSED]
    print(f"seed {given.seed}: {given.letters} letters, {relay.faults.total()} faults, {refused} refused for good")
    for fault, number in sorted(relay.faults.items()):
        print(f"  {number:6} × {fault}")
    print("\n".join(found) or "0 lost, 0 doubled")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
