"""Letters on their way out, many in a transaction: claimed by a sender, begun before a byte leaves, settled."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Engine, Select, bindparam, func, select, update

from outreach.adapters.store import tables as t
from outreach.adapters.store.bulk import Asked, Many, among
from outreach.adapters.store.engine import reading, writing
from outreach.adapters.store.invitees.register import Register, Whereabouts
from outreach.adapters.store.letters.letter_rows import OF_LETTER, domain_of, to_letter
from outreach.adapters.store.letters.outbox import WAITING
from outreach.adapters.store.letters.pace import Pacer, Paces, fitting
from outreach.adapters.store.letters.passes import Passes
from outreach.adapters.store.log.journal import Journal
from outreach.adapters.store.switches import PAUSED
from outreach.frozen import made_often
from outreach.model import Drop, Entry, Leave, Letter, LetterKind, LetterState, Standing, Stay

Look = Callable[[Letter, Standing, Whereabouts], Leave | Stay | Drop]
IN_HAND = frozenset({LetterState.CLAIMED.value, LetterState.HANDING_OVER.value})
NOT_BEGUN = frozenset({LetterState.READY, LetterState.CLAIMED, LetterState.WITHHELD})
MAY_HAVE_LEFT = frozenset({LetterState.ACCEPTED, LetterState.IN_DOUBT})
FINAL = frozenset(LetterState) - {LetterState.READY, LetterState.DEFERRED}


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a sender may hand over now; where it is nothing, how long the pace holds everything back, and why."""

    letters: tuple[Letter, ...] = ()
    places: Mapping[int, Whereabouts] = field(default_factory=dict)  # of their invitees
    seen: int = 0  # letters that were due and looked at
    held: Stay | None = None
    paused: str = ""  # why nothing leaves


@made_often(frozen=True, slots=True)
class Outcome:
    """What became of one claimed letter."""

    letter: Letter  # as it was claimed
    state: LetterState
    stage: str
    reply: str
    begun: bool  # its intent was committed
    tried: bool = True  # the relay was asked; it counts as an attempt
    due_at: datetime | None = None
    entries: tuple[Entry, ...] = ()


class Departures:
    """The way out of the letters of one wave of one campaign."""

    def __init__(
        self, engine: Engine, journal: Journal, register: Register, passes: Passes, campaign: str, wave: int
    ) -> None:
        self._engine = engine
        self._journal = journal
        self._register = register
        self._passes = passes
        self._paces = Paces(engine)
        self._mine = (t.letter.c.campaign == campaign) & (t.letter.c.wave == wave)
        self._wave = {"campaign": campaign, "wave": wave}

    # ------------------------------------------------------------ claimed

    def claim(
        self, now: datetime, sender: str, most: int, look: Look, pacer: Pacer, kinds: Iterable[LetterKind] = LetterKind
    ) -> Claimed:
        """Claims letters that are due, of some kinds, as many as the pace allows; each invitee is looked at again.

        A letter whose invitee has answered or stopped since is withheld; one outside its window waits. The disk is not
        waited for: nothing leaves before `begin`, which keeps the claim with the intent.
        """
        with writing(self._engine, fleeting=True) as connection:
            if paused := _PAUSED.rows(connection, {}):
                return Claimed(paused=str(paused[0][0]))
            room = self._paces.room(connection, pacer, now)
            if not room.addresses:
                return Claimed(held=room.held)
            due = self._due(connection, now, min(most, room.addresses), kinds, pacer)
            letters = fitting(due, room, pacer.copies)
            if not letters:
                waiting = self._waiting(now, kinds)
                return Claimed(held=room.held if due else self._paces.next_domain(connection, pacer, now, waiting))
            numbers = [letter.key.invitee for letter in letters]
            places = self._register.whereabouts(connection, numbers)
            seen = self._seen(connection, letters, places, look)
            going = self._note(connection, seen, sender, now)
            self._paces.book(connection, pacer, going)
        return Claimed(going, places, len(letters))

    def _seen(
        self, connection: Connection, letters: Sequence[Letter], places: Mapping[int, Whereabouts], look: Look
    ) -> list[tuple[Letter, Leave | Stay | Drop]]:
        """What the look says of each letter."""
        standings = self._journal.current(connection, {letter.key.invitee for letter in letters})
        nobody = Standing()
        return [(x, look(x, standings.get(x.key.invitee, nobody), places[x.key.invitee])) for x in letters]

    def held(self, now: datetime, pacer: Pacer) -> Stay | None:
        """What holds back every letter at this moment; nothing is changed."""
        with reading(self._engine) as connection:
            room = self._paces.seen(connection, pacer, now)
        return None if room.addresses else room.held

    def _waiting(self, now: datetime, kinds: Iterable[LetterKind]) -> Any:
        kind = t.letter.c.kind.in_([kind.value for kind in kinds])
        return self._mine & t.letter.c.state.in_(WAITING) & (t.letter.c.due_at <= now) & kind

    def _due(
        self, connection: Connection, now: datetime, most: int, kinds: Iterable[LetterKind], pacer: Pacer
    ) -> list[Letter]:
        """The first letters that are due."""
        given = {**self._wave, "now": now, "most": most}
        found: list[Letter] = []
        for state in WAITING:
            if pacer.domain_gap:
                query = _due_in(state, frozenset(kinds)).where(self._paces.domain_is_free(connection, pacer))
                found += [to_letter(row) for row in connection.execute(query, given)]
            else:
                found += map(to_letter, _asked_due_in(state, frozenset(kinds)).rows(connection, given))
        letters = sorted(found, key=lambda letter: (letter.due_at, letter.id))[:most]
        if pacer.domain_gap:
            letters = list({domain_of(x.to): x for x in reversed(letters)}.values())[::-1]  # the first of each
        return letters

    def _note(
        self, connection: Connection, seen: Sequence[tuple[Letter, Leave | Stay | Drop]], sender: str, now: datetime
    ) -> tuple[Letter, ...]:
        """Writes down what the look said; gives the letters that may leave, as they were before."""
        going = tuple(letter for letter, verdict in seen if isinstance(verdict, Leave))
        if going:
            _CLAIMED.execute(connection, [([letter.id for letter in going], sender)])
        _keep_back(connection, [(x, verdict) for x, verdict in seen if not isinstance(verdict, Leave)], now)
        return going

    # ------------------------------------------------------------ begun

    def begin(self, claimed: Claimed, sender: str, moment: datetime, look: Look) -> frozenset[int]:
        """The intent of all these letters, committed before the first byte of any leaves; gives the ids that may not.

        Each invitee is looked at once more in the same transaction. `moment` becomes the Date of a letter that is
        tried for the first time.
        """
        ids = [letter.id for letter in claimed.letters]
        numbers = {letter.key.invitee for letter in claimed.letters}
        with writing(self._engine) as connection:
            self._journal.lock(connection, numbers)
            if _PAUSED.rows(connection, {}):
                return frozenset(ids)
            mine = self._in_hand(connection, ids, sender)
            seen = self._seen(connection, [x for x in claimed.letters if x.id in mine], claimed.places, look)
            going = [letter.id for letter, verdict in seen if isinstance(verdict, Leave)]
            if going:
                _BEGUN.execute(connection, [(going, moment)])
            _keep_back(connection, [(x, verdict) for x, verdict in seen if not isinstance(verdict, Leave)], moment)
            count = self._passes.count_within(connection) if going else None
        if count is not None:
            self._passes.note(count)
        return frozenset(ids) - frozenset(going)

    def _in_hand(self, connection: Connection, ids: Sequence[int], sender: str) -> frozenset[int]:
        """Which of these are still claimed by this sender: nobody withheld them, and no lease ran out."""
        return frozenset(number for (number,) in _IN_HAND.rows(connection, {"ids": sorted(ids), "sender": sender}))

    # ------------------------------------------------------------ settled

    def handed_over_by(self, sender: str, letters: Sequence[int]) -> tuple[Letter, ...]:
        """Those of these letters that a sender was handing over, as far as the database knows."""
        handing_over = (t.letter.c.state == LetterState.HANDING_OVER.value) & (t.letter.c.claimed_by == sender)
        with reading(self._engine) as connection:
            rows = connection.execute(
                select(*OF_LETTER).where(self._mine, _THESE, handing_over), {"ids": list(letters)}
            )
            return tuple(to_letter(row) for row in rows)

    def release(self, letters: Sequence[Letter], sender: str, pacer: Pacer) -> None:
        """Claimed letters that surely were not tried wait again, and what they took of the pace is given back."""
        if not letters:
            return
        with writing(self._engine) as connection:
            self._paces.give_back(connection, pacer, letters)
            _RELEASED.execute(connection, [([letter.id for letter in letters], sender)])

    def settle(self, outcomes: Sequence[Outcome], sender: str, now: datetime) -> None:
        """Writes down what became of the letters of one sender, with the facts that follow for the log.

        A letter that is no longer this sender's was settled by somebody else meanwhile, and stays as it is. One whose
        lease ran out is in doubt, or is to be sent again since: who handed it over still knows better that it has left
        or may have, unless it has been tried again.
        """
        if not outcomes:
            return
        with writing(self._engine) as connection:
            self._journal.lock(connection, {one.letter.key.invitee for one in outcomes})
            ours = self._ours(connection, outcomes, sender)
            if ours:
                _SETTLED.execute(connection, [_settled(one, now) for one in ours])
                self._journal.extend(connection, [entry for one in ours for entry in one.entries], now)

    def _ours(self, connection: Connection, outcomes: Sequence[Outcome], sender: str) -> list[Outcome]:
        """Those of letters that this sender may settle."""
        ids = sorted({one.letter.id for one in outcomes})
        rows = {number: held for number, *held in _HELD.rows(connection, {"ids": ids})}
        return [one for one in outcomes if _is_ours(one, sender, *rows.get(one.letter.id, _GONE))]


def _is_ours(one: Outcome, sender: str, held: str, attempts: int, claimed_by: str | None) -> bool:
    """Whether a sender may still say what became of a letter: nobody has tried or settled it since."""
    if attempts != one.letter.attempts + one.begun:
        return False
    if claimed_by == sender and held in IN_HAND:
        return True
    state = LetterState(held)
    return state is LetterState.IN_DOUBT or (one.begun and state in NOT_BEGUN and one.state in MAY_HAVE_LEFT)


def _keep_back(connection: Connection, letters: Sequence[tuple[Letter, Stay | Drop]], now: datetime) -> None:
    """Letters that do not leave: they wait, or are withheld."""
    for letter, verdict in letters:
        values: dict[str, Any] = {"claimed_by": None, "last_reply": verdict.why}
        if isinstance(verdict, Stay):
            values |= {"state": letter.state.value, "due_at": verdict.until}
        else:
            values |= {"state": LetterState.WITHHELD.value, "settled_at": now}
        connection.execute(update(t.letter).where(t.letter.c.id == letter.id).values(values))


# ---------------------------------------------------------------- statements, each made once

_MINE = (t.letter.c.campaign == bindparam("campaign")) & (t.letter.c.wave == bindparam("wave"))
_THESE = among(t.letter.c.id, "ids")
_CLAIMED_BY_US = (t.letter.c.state == LetterState.CLAIMED.value) & (t.letter.c.claimed_by == bindparam("sender"))


@lru_cache(maxsize=64)
def _due_in(state: str, kinds: frozenset[LetterKind]) -> Select[Any]:
    """The first letters of one state that are due; of several at once the database would sort all that wait.

    Those of one moment come as the index has them: to put thousands of them in order, PostgreSQL would read them all.
    """
    query = select(*OF_LETTER).where(_MINE, t.letter.c.state == state, t.letter.c.due_at <= bindparam("now"))
    others = sorted(kind.value for kind in frozenset(LetterKind) - kinds)  # no IN: it is not written without its values
    query = query.where(*(t.letter.c.kind != kind for kind in others))
    query = query.order_by(t.letter.c.due_at).limit(bindparam("most"))
    return query.with_for_update(skip_locked=True)


@lru_cache(maxsize=64)
def _asked_due_in(state: str, kinds: frozenset[LetterKind]) -> Asked:
    return Asked(_due_in(state, kinds))


_PAUSED = Asked(select(t.switch.c.value).where(t.switch.c.name == PAUSED))
_CLAIMED = Many(
    update(t.letter).where(_THESE).values(state=LetterState.CLAIMED.value, claimed_by=bindparam("sender")),
    ("ids", "sender"),
)
_IN_HAND = Asked(select(t.letter.c.id).where(_THESE, _CLAIMED_BY_US).order_by(t.letter.c.id).with_for_update())
_BEGUN = Many(
    update(t.letter)
    .where(_THESE)
    .values(state=LetterState.HANDING_OVER.value, attempts=t.letter.c.attempts + 1, stage="payload")
    .values(first_tried_at=func.coalesce(t.letter.c.first_tried_at, bindparam("moment", type_=t.Moment()))),
    ("ids", "moment"),
)
_RELEASED = Many(
    update(t.letter)
    .where(_THESE, _CLAIMED_BY_US)
    .values(state=LetterState.READY.value, claimed_by=None, last_reply=""),
    ("ids", "sender"),
)
_GONE = ("", -1, None)
_HELD = Asked(
    select(t.letter.c.id, t.letter.c.state, t.letter.c.attempts, t.letter.c.claimed_by)
    .where(_THESE)
    .order_by(t.letter.c.id)
    .with_for_update()
)
_SETTLED = Many(
    update(t.letter)
    .where(t.letter.c.id == bindparam("letter"))
    .values({name: bindparam(f"new_{name}") for name in ("state", "stage", "last_reply", "due_at", "attempts")})
    .values(first_tried_at=func.coalesce(t.letter.c.first_tried_at, bindparam("new_first", type_=t.Moment())))
    .values(settled_at=bindparam("new_settled"), claimed_by=None),
    ("letter", "new_state", "new_stage", "new_last_reply", "new_due_at", "new_attempts", "new_first", "new_settled"),
)


def _settled(one: Outcome, now: datetime) -> tuple[Any, ...]:
    letter = one.letter
    return (
        letter.id,
        one.state._value_,
        one.stage,
        one.reply[:2000],
        one.due_at or letter.due_at,
        letter.attempts + one.tried,
        now if one.tried else None,
        now if one.state in FINAL else None,
    )
