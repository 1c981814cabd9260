"""Places at which a process that sends kills itself: around commits, verbs, the bytes of a letter, answers."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Sequence

from sqlalchemy import Engine, PoolProxiedConnection

from outreach.adapters.smtp import postman as smtp
from outreach.adapters.smtp.wire import GO_ON, Reply, Wire

COMMITS = ("before a commit", "after a commit")
WIRE = (
    *("before connecting", "after connecting"),
    *(f"{when} {verb}" for verb in ("MAIL", "RCPT", "DATA") for when in ("before", "after")),
    *("before the letter", "in the middle of the letter", "before the dot's last byte", "after the dot"),
    *("after 354", "after the reply"),
)
_VERB = re.compile(rb"(?m)^(MAIL|RCPT|DATA)\b")


class Bomb:
    """Kills this process when it comes to a place for the n-th time."""

    def __init__(self, place: str, times: int) -> None:
        self._place = place
        self._left = times

    def at(self, place: str) -> bool:
        """Whether this is the place and the time."""
        self._left -= place == self._place
        return place == self._place and self._left == 0

    def pass_by(self, place: str) -> None:
        """Dies, or goes on."""
        if self.at(place):
            die()


def die() -> None:
    """As by `kill -9`: nothing is tidied up."""
    os.kill(os.getpid(), signal.SIGKILL)


def mine_commits(engine: Engine, bomb: Bomb) -> None:
    """From now on each commit of this engine is such a place."""
    commit = engine.dialect.do_commit

    def lethal(dbapi_connection: PoolProxiedConnection) -> None:
        bomb.pass_by("before a commit")
        commit(dbapi_connection)
        bomb.pass_by("after a commit")

    engine.dialect.do_commit = lethal  # type: ignore[method-assign]


def mine_wire(bomb: Bomb) -> type[smtp.SmtpPostman]:
    """From now on what this process says and hears over SMTP is such a place; gives the postman to use."""

    class LethalWire(Wire):
        _letter_left = False

        def write(self, lines: bytes, answers: int) -> None:
            verbs = [] if self._letter_left else [verb.decode() for verb in _VERB.findall(lines[:2000])]
            for verb in verbs:
                bomb.pass_by(f"before {verb}")
            super().write(lines, answers)
            for verb in verbs:
                bomb.pass_by(f"after {verb}")

        async def send(self, parts: Sequence[bytes], end: bytes, answers: int, progress: float) -> bool:
            bomb.pass_by("before the letter")
            letter = b"".join(parts)
            if bomb.at("in the middle of the letter"):
                self._transport.write(letter[: len(letter) // 2])
                die()
            if bomb.at("before the dot's last byte"):
                self._transport.write(letter + b".\r")
                die()
            self._letter_left = True
            ended = await super().send(parts, end, answers, progress)
            bomb.pass_by("after the dot")
            return ended

        async def answer(self, within: float) -> Reply:
            reply = await super().answer(within)
            if self._letter_left:
                self._letter_left = False
                bomb.pass_by("after the reply")
            elif reply.code == GO_ON:
                bomb.pass_by("after 354")
            return reply

    class LethalPostman(smtp.SmtpPostman):
        async def connect(self) -> None:
            bomb.pass_by("before connecting")
            await super().connect()
            bomb.pass_by("after connecting")

    setattr(smtp, "Wire", LethalWire)  # noqa: B010  a type is not assigned to
    return LethalPostman
