"""What is said to a relay about one letter: its commands, and its bytes as they go over the wire."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from outreach.adapters.smtp.wire import one_line
from outreach.lines import Lines, stuffed
from outreach.model import Handover, HandoverResult, Outgoing

_UNSAYABLE = re.compile("[\x00-\x20<>\x7f\ud800-\udfff]")  # would end the address or the command early
_LINE_END = re.compile(rb"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Offers:
    """What the relay offers, as far as we use it."""

    pipelining: bool = False  # RFC 2920
    size: bool = False  # RFC 1870
    eight_bits: bool = False  # RFC 6152
    other_scripts: bool = False  # RFC 6531


class Command(NamedTuple):
    """One command, the verb that people are told, and whom it asks for."""

    stage: str
    line: bytes
    address: str = ""


OWN_COPY = "own copy"  # the RCPT for the blind copy, without which a letter does not go
RSET = Command("rset", b"RSET\r\n")
DATA = Command("data", b"DATA\r\n")


class Envelope(NamedTuple):
    """One letter as this relay is asked to take it."""

    commands: tuple[Command, ...]  # MAIL, RCPT for each recipient, then for the blind copy, DATA
    parts: Sequence[bytes]
    size: int  # bytes
    unsaid: tuple[str, ...]  # copies that this relay cannot be asked for, and why


@dataclass(frozen=True, slots=True)
class Writing:
    """Makes envelopes for one relay."""

    offers: Offers

    def envelope(self, letter: Outgoing) -> Envelope | Handover:
        """The letter for this relay, or why it cannot even be asked; nothing has been said to it then."""
        to, copies = letter.recipients[:1], letter.recipients[1:]
        if problem := self._address_problem(letter.sender):
            return Handover(HandoverResult.ACCOUNT, "mail", problem)
        if problem := self._address_problem(to[0] if to else ""):
            return Handover(HandoverResult.REFUSED, "rcpt", problem)
        eight_bits = bool([1 for part in letter.parts if not isinstance(part, Lines) and not part.isascii()])
        if eight_bits and not self.offers.eight_bits:
            words = "the relay takes letters of 7 bits only (it has no 8BITMIME)"
            return Handover(HandoverResult.LETTER, "mail", words)
        if letter.own_copy and (problem := self._address_problem(letter.own_copy)):
            return Handover(HandoverResult.ACCOUNT, "rcpt", f"no blind copy: {problem}")
        problems = {address: self._address_problem(address) for address in copies}
        said = to + tuple([address for address, problem in problems.items() if not problem])
        unsaid = tuple([no_copy(address, problem) for address, problem in problems.items() if problem])
        own = (letter.own_copy,) if letter.own_copy else ()
        mail = Command("mail", self._mail(letter, said + own, eight_bits=eight_bits))
        rcpt = [_rcpt("rcpt", address) for address in said]
        copy = [_rcpt(OWN_COPY, address) for address in own]
        parts = _on_the_wire(letter.parts)
        return Envelope((mail, *rcpt, *copy, DATA), parts, sum(map(len, parts)), unsaid)

    def _address_problem(self, address: str) -> str:
        return _problem(address, other_scripts=self.offers.other_scripts)

    def _mail(self, letter: Outgoing, recipients: Sequence[str], *, eight_bits: bool) -> bytes:
        """MAIL, with what the relay should know beforehand, as far as it offers to hear it."""
        line = b"MAIL FROM:<%b>" % letter.sender.encode()
        if self.offers.size:
            line += b" SIZE=%d" % sum(map(len, letter.parts))  # what is too large is refused before it is sent
        if eight_bits:
            line += b" BODY=8BITMIME"
        if not "".join((letter.sender, *recipients)).isascii():
            line += b" SMTPUTF8"
        return line + b"\r\n"


@lru_cache(maxsize=256)  # the sender's is that of every letter
def _problem(address: str, *, other_scripts: bool) -> str:
    if not address or _UNSAYABLE.search(address):
        return f"{address!a} is no address that can be written to"
    if not address.isascii() and not other_scripts:
        return f"{address}: the relay cannot write to addresses in other scripts (it does not offer SMTPUTF8)"
    return ""


def _on_the_wire(parts: Sequence[bytes]) -> Sequence[bytes]:
    parts = [part for part in parts if part]
    if parts and not [part for part in parts[:-1] if not part.endswith(b"\r\n")]:
        return [part.stuffed if isinstance(part, Lines) else dot_stuffed(part) for part in parts]
    return [dot_stuffed(b"".join(parts))]  # a line that goes on in the next part does not begin there


def _rcpt(stage: str, address: str) -> Command:
    return Command(stage, b"RCPT TO:<%b>\r\n" % address.encode(), address)


def dot_stuffed(data: bytes) -> bytes:
    """Every line ended by CRLF, every dot at its beginning doubled (RFC 5321 §4.5.2): nothing can be smuggled."""
    rest = data.replace(b"\r\n", b"")  # quicker than to count pairs, and most letters need no change
    if b"\r" in rest or b"\n" in rest:
        data = _LINE_END.sub(b"\r\n", data)
    if not data.endswith(b"\r\n"):
        data += b"\r\n"
    return stuffed(data)


def no_copy(address: str, why: str) -> str:
    """That a copy was refused, for the note of a letter that was taken."""
    return one_line(f"copy to {address} refused: {why}")
