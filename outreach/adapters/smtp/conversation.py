"""Letters one after the other over one connection, so that it is always known which of them may have left."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from outreach.adapters.smtp.envelope import DATA, OWN_COPY, RSET, Command, Envelope, Writing, no_copy
from outreach.adapters.smtp.wire import CLOSING, GO_ON, Reply, Wire, WireError
from outreach.model import Handover, HandoverResult, Outgoing

Classify = Callable[[str, int, str], HandoverResult]
BeforePayload = Callable[[], Awaitable[Collection[int]]]
Beginning = Callable[[int], None]
Settled = Callable[[int, Handover], None]
STOPPED = "the program was stopped before the relay answered"
_DOT = b".\r\n"
_EMPTY = b"\r\n.\r\n"  # a bare dot is right too (RFC 5321 §4.1.1.4), but servers that look for these five wait for ever
_FOR_GOOD = 500
LOGIN_OVER = (530, 535)  # “authentication required”, “credentials invalid” (RFC 4954 §6)
_RCPT = ("rcpt", OWN_COPY)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long to wait for the server, in seconds (RFC 5321 §4.5.3.2)."""

    connect: float = 30.0
    verb: float = 300.0
    progress: float = 180.0  # without one more byte of the letter being taken
    dot: float = 600.0  # after the final dot; less “would typically result in delivery of multiple copies”
    slowest: float = 16 * 1024  # bytes a second; what the system still holds of a large letter delays the answer
    leave: float = 5.0  # for a polite QUIT

    def after_dot(self, size: int) -> float:
        """How long the answer to a letter of so many bytes may take."""
        return self.dot + size / self.slowest


class Conversation:
    """What is said over one connection. After a WireError it must not be used again.

    Where the relay offers PIPELINING (RFC 2920), the commands of a letter go in one write with the end of the letter
    before it, so that each takes one round trip; the letter itself never goes before the answer to the one before it.
    """

    def __init__(
        self, wire: Wire, writing: Writing, timeouts: Timeouts, classify: Classify, *, login_ends: bool = False
    ) -> None:
        """`login_ends`: the login is by a token, which may end before the connection does."""
        self.wire = wire
        self.writing = writing
        self.timeouts = timeouts
        self.classify = classify
        self.login_ends = login_ends
        self.carried = False  # a letter got its answer here: what breaks later need not be the next one's fault
        self.stale = False  # a transaction was begun that leads nowhere; RSET comes before the next

    def groups(self, envelope: Envelope) -> list[Sequence[Command]]:
        """The commands of a letter, those together that may go in one write.

        DATA waits for the answers about copies: if the first address were refused and a copy taken, neither the letter
        nor the single dot that RFC 2920 §3.1 wants after a 354 may reach the copy alone.
        """
        commands = (RSET, *envelope.commands) if self.stale else envelope.commands
        self.stale = False
        if not self.writing.offers.pipelining:
            return [[command] for command in commands]
        if sum(command.stage in _RCPT for command in commands) > 1:
            return [commands[:-1], [DATA]]
        return [commands]

    async def answer(self, stage: str) -> Reply:
        """The answer to a command; it is a yes or a no, and nothing comes behind it that nobody asked for.

        Raises:
            WireError: It is not so, or there is none.
        """
        reply = await self.wire.answer(self.timeouts.verb)
        fits = reply.code == GO_ON if stage == "data" else reply.good
        if not fits and (stage == "rset" or not reply.refuses):
            raise WireError(f"neither a yes nor a no: {reply}")
        if fits and not self.wire.in_step:
            raise WireError(f"more than one answer, the first was {reply}")
        return reply


@dataclass(slots=True)
class _Asked:
    """What the relay said to the commands of one letter."""

    no: tuple[str, Reply] | None = None  # the verb and why the letter does not go
    missed: list[str] = field(default_factory=list)  # copies that were refused
    taken: int = 0  # recipients
    go_on: bool = False  # it waits for the letter

    def hear(self, command: Command, reply: Reply) -> None:
        """Notes one answer."""
        first = command.stage != "rcpt" or not self.taken + len(self.missed)
        if reply.refuses and (first or reply.code == CLOSING):
            self.no = self.no or (command.stage, reply)
        elif reply.refuses:
            self.missed.append(no_copy(command.address, str(reply)))
        else:
            self.taken += command.stage in _RCPT
            self.go_on = command.stage == "data"


class Delivery:
    """One call of the postman: some letters, one after the other."""

    def __init__(
        self, talk: Conversation, before_payload: BeforePayload, beginning: Beginning, settled: Settled
    ) -> None:
        self._talk = talk
        self._wire = talk.wire
        self._before_payload = before_payload
        self._beginning = beginning
        self._settled = settled
        self._left: dict[int, Envelope] = {}  # not settled yet; the one in hand is the first
        self._in_hand: int | None = None
        self._intended = False
        self._begun = False  # the first byte of the letter in hand may have left
        self._stage = "mail"
        self._ahead: list[Sequence[Command]] = []  # commands of the next letter, the first group is written already
        self._refused: tuple[int, Handover] | None = None  # after its dot, and the answers to what follows are to come
        self._contradicted = False  # a yes came after it
        self._end = ""  # why the connection must end before the next letter

    async def run(self, letters: Sequence[Outgoing]) -> None:
        """Hands them over.

        Raises:
            WireError: The connection must not be used again; `broken` settles what is left.
        """
        for number, letter in enumerate(letters):
            envelope = self._talk.writing.envelope(letter)
            if isinstance(envelope, Handover):
                self._settled(number, envelope)
            else:
                self._left[number] = envelope
        while self._left:
            await self._next(*next(iter(self._left.items())))
            if self._end:
                raise WireError(self._end)

    async def _next(self, number: int, envelope: Envelope) -> None:
        self._in_hand, self._stage = number, "mail"
        asked = await self._ask(envelope)
        self._believe_refusal()
        if asked.no is not None:
            self._settle(number, self._refusal(*asked.no))
            await self._clear(asked)
        elif await self._may_leave(number):
            self._settle(number, await self._deliver(number, envelope, asked.missed))

    async def _ask(self, envelope: Envelope) -> _Asked:
        """Everything before the letter itself."""
        asked, ahead = _Asked(), self._ahead
        self._ahead = []
        for number, group in enumerate(ahead or self._talk.groups(envelope)):
            if number or not ahead:
                self._wire.write(_lines(group), len(group))
            for command in group:
                self._stage = "rcpt" if command.stage == OWN_COPY else command.stage
                reply = await self._talk.answer(command.stage)
                self._contradicted |= reply.good
                asked.hear(command, reply)
                if reply.code == CLOSING:
                    self._end = str(reply)
                    return asked
            if asked.no is not None:
                break
        return asked

    async def _clear(self, asked: _Asked) -> None:
        """After a no before the letter: the next one must begin anew."""
        if self._end:
            return
        if not asked.go_on:
            self._talk.stale = True
        elif asked.taken:
            self._end = "the relay waits for a letter that must not go to some of its readers alone"
        else:  # RFC 2920 §3.1: a single dot; nobody gets it, and whatever the answer is, no letter was sent
            self._wire.write(_EMPTY, 1)
            reply = await self._wire.answer(self._talk.timeouts.verb)
            if reply.code == CLOSING or not (reply.good or reply.refuses) or not self._wire.in_step:
                self._end = str(reply)

    async def _may_leave(self, number: int) -> bool:
        """Commits the intent, once for all letters; those that must not leave any more are left out."""
        if not self._intended:
            self._intended = True
            for taken_back in await self._before_payload():
                self._left.pop(taken_back, None)
            if number not in self._left:
                self._in_hand, self._end = None, "the relay waits for a letter that was taken back"
        return number in self._left

    async def _deliver(self, number: int, envelope: Envelope, missed: Iterable[str]) -> Handover:
        """The letter itself, with the commands of the next. Only a whole and sensible answer says what became of it."""
        timeouts, ahead = self._talk.timeouts, self._following()
        first = ahead[0] if ahead else ()
        self._wire.check()
        self._beginning(number)
        self._begun, self._stage = True, "payload"
        ended = await self._wire.send(envelope.parts, _DOT + _lines(first), 1 + len(first), timeouts.progress)
        if ended:
            self._stage, self._ahead = "reply", ahead
        reply = await self._wire.answer(timeouts.after_dot(envelope.size))
        if not ended or not self._wire.in_step or reply.code == CLOSING:
            self._end = str(reply)
        if reply.good and ended:
            words = "; ".join([str(reply), *missed, *envelope.unsaid])
            return Handover(HandoverResult.ACCEPTED, self._stage, words)
        if reply.refuses and not self._wire.more_yes:
            return self._refusal(self._stage, reply)
        raise WireError(f"neither a yes nor a no: {reply}")

    def _following(self) -> list[Sequence[Command]]:
        """The commands of the letter after the one in hand, if they may be said before its answer."""
        following = next(islice(self._left.values(), 1, None), None)
        return self._talk.groups(following) if following and self._talk.writing.offers.pipelining else []

    def _refusal(self, stage: str, reply: Reply) -> Handover:
        """What a no means for the letter, which surely did not leave."""
        if stage == OWN_COPY:  # the contact is not to blame
            result = HandoverResult.DEFERRED if reply.code < _FOR_GOOD else HandoverResult.ACCOUNT
            return Handover(result, "rcpt", f"the blind copy was refused: {reply}")
        result = self._talk.classify(stage, reply.code, reply.text)
        before = stage not in ("payload", "reply")
        if before and self._talk.carried and reply.code == CLOSING and result is HandoverResult.DEFERRED:
            result = HandoverResult.NOT_TRIED  # the relay has had enough of this connection
        if before and self._talk.carried and self._talk.login_ends and reply.code in LOGIN_OVER:
            result, self._end = HandoverResult.NOT_TRIED, str(reply)  # the next connection has a younger token
        return Handover(result, stage, str(reply))

    # ------------------------------------------------------------ what became of them

    def _settle(self, number: int, handover: Handover) -> None:
        del self._left[number]
        self._in_hand, self._begun = None, False
        self._talk.carried = True
        if self._ahead and handover.result is not HandoverResult.ACCEPTED:
            self._refused, self._contradicted = (number, handover), False
        else:
            self._settled(number, handover)

    def _believe_refusal(self) -> None:
        """A no after the dot is believed when what follows it is in step: else a yes may have been the answer, too."""
        if self._refused is not None:
            refused, self._refused = self._refused, None
            self._settled(*refused)

    def broken(self, words: str, *, stopped: bool = False) -> None:
        """Settles what is left when the connection has ended."""
        if self._refused is not None and self._contradicted:
            number, refusal = self._refused
            doubt = f"no and yes in answer to one letter: {refusal.reply}; {words}"
            self._refused = (number, Handover(HandoverResult.IN_DOUBT, refusal.stage, doubt))
        self._believe_refusal()
        for number in tuple(self._left):
            in_hand = number == self._in_hand
            self._settled(number, self._lost(words, stopped=stopped) if in_hand else not_tried(words))

    def _lost(self, words: str, *, stopped: bool) -> Handover:
        """What is known of the letter in hand."""
        if self._begun:
            return Handover(HandoverResult.IN_DOUBT, self._stage, words)
        blameless = stopped or self._talk.carried
        return Handover(HandoverResult.NOT_TRIED if blameless else HandoverResult.DEFERRED, self._stage, words)


def not_tried(words: str) -> Handover:
    """The connection ended before a letter's turn."""
    return Handover(HandoverResult.NOT_TRIED, "connect", words)


def _lines(group: Iterable[Command]) -> bytes:
    return b"".join(command.line for command in group)
