"""The outbox: letters that wait for the relay, one row and one state a letter; the database refuses a second one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from importlib import import_module
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select, update

from outreach.adapters.store import tables as t
from outreach.adapters.store.engine import reading, writing
from outreach.adapters.store.journal import Journal, chunks
from outreach.adapters.store.register import Register
from outreach.model import Entry, Invitee, Letter, LetterKey, LetterKind, LetterState, Standing

WAITING = (LetterState.READY.value, LetterState.DEFERRED.value)
BATCH = 500
REQUEUED = (
    *("to_address", "cc", "language", "edition", "places", "digest", "message_id", "in_reply_to", "refs"),
    *("state", "due_at", "attempts", "stage", "last_reply", "queued_at", "first_tried_at", "settled_at"),
)


@dataclass(frozen=True, slots=True)
class NewLetter:
    """A letter that is to be queued; the queue adds its state."""

    key: LetterKey
    to: str
    cc: tuple[str, ...]
    language: str
    edition: int
    values: Mapping[str, object]
    digest: str
    message_id: str
    due_at: datetime
    in_reply_to: str = ""
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Go:
    """The letter may leave now."""


@dataclass(frozen=True, slots=True)
class Wait:
    """The letter waits until a moment, and why."""

    until: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Withhold:
    """The letter is not sent, and why."""

    why: str


Look = Callable[[Letter, Invitee, Standing], "Go | Wait | Withhold"]


class Outbox:
    """The letters of one wave of one campaign."""

    def __init__(self, engine: Engine, journal: Journal, register: Register, campaign: str, wave: int) -> None:
        self._engine = engine
        self._journal = journal
        self._register = register
        self._mine = (t.letter.c.campaign == campaign) & (t.letter.c.wave == wave)

    # ------------------------------------------------------------ editions

    def freeze(self, files: Mapping[str, bytes], now: datetime) -> int:
        """Keeps templates and attachments as they are now; the same files give the same edition."""
        sums = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}
        digest = hashlib.sha256(repr(sorted(sums.items())).encode()).hexdigest()
        with writing(self._engine) as connection:
            known = connection.execute(select(t.edition.c.id).where(t.edition.c.digest == digest)).scalar()
            if known is not None:
                return int(known)
            kept = set(connection.execute(select(t.frozen_file.c.sha256)).scalars())
            new = {sums[name]: content for name, content in files.items() if sums[name] not in kept}
            if new:
                rows = [{"sha256": name, "content": content} for name, content in new.items()]
                connection.execute(insert(t.frozen_file), rows)
            row = {"digest": digest, "files": sums, "made_at": now}
            return int(connection.execute(insert(t.edition).returning(t.edition.c.id), row).scalar_one())

    def edition(self, edition: int) -> dict[str, bytes]:
        """The frozen files by name."""
        with reading(self._engine) as connection:
            sums = connection.execute(select(t.edition.c.files).where(t.edition.c.id == edition)).scalar_one()
            query = select(t.frozen_file).where(t.frozen_file.c.sha256.in_(set(sums.values())))
            contents = {row.sha256: row.content for row in connection.execute(query)}
        return {name: contents[digest] for name, digest in sums.items()}

    # ------------------------------------------------------------ queueing

    def queue(
        self,
        letters: Sequence[NewLetter],
        now: datetime,
        *,
        entries: Sequence[Entry] = (),
        act: str | None = None,
        within: Callable[[Connection], None] | None = None,
    ) -> int:
        """Queues letters and gives how many were new.

        One that is there already stays as it is; one that was withheld has not left, and is queued again.
        `entries` are noted and `within` is called in the same transaction.
        """
        with writing(self._engine) as connection:
            if within is not None:
                within(connection)
            queued = self.add(connection, letters, now)
            self._journal.write(connection, entries, now, act=act)
        return queued

    def add(self, connection: Connection, letters: Sequence[NewLetter], now: datetime) -> int:
        """The same within a transaction of another room."""
        queued = 0
        for start in range(0, len(letters), BATCH):
            rows = [_row(letter, now) for letter in letters[start : start + BATCH]]
            dialect = import_module(f"sqlalchemy.dialects.{self._engine.dialect.name}")  # not both: they are heavy
            query = dialect.insert(t.letter)
            query = query.on_conflict_do_update(
                index_elements=["campaign", "wave", "invitee", "kind", "step", "round"],
                set_={name: query.excluded[name] for name in REQUEUED},
                where=t.letter.c.state == LetterState.WITHHELD.value,
            )
            queued += len(connection.execute(query.returning(t.letter.c.id), rows).all())
        return queued

    # ------------------------------------------------------------ handing over

    def recover(self, now: datetime, words: str) -> tuple[int, int]:
        """After a sender died: what was claimed is ready again, what was being handed over is in doubt.

        Only a process that holds the sender's lock may call this. Gives the two numbers.
        """
        with writing(self._engine) as connection:
            ready = connection.execute(
                update(t.letter)
                .where(self._mine, t.letter.c.state == LetterState.CLAIMED.value)
                .values(state=LetterState.READY.value, claimed_by=None)
            ).rowcount
            doubt = connection.execute(
                update(t.letter)
                .where(self._mine, t.letter.c.state == LetterState.HANDING_OVER.value)
                .values(state=LetterState.IN_DOUBT.value, last_reply=words, settled_at=now, claimed_by=None)
            ).rowcount
        return ready, doubt

    def claim(
        self, now: datetime, worker: str, limit: int, look: Look, kinds: Iterable[LetterKind] = LetterKind
    ) -> tuple[Letter, ...]:
        """Claims letters that are due, of some kinds; each invitee is looked at again in the same transaction.

        A letter whose invitee has answered or stopped since is withheld; one outside its window waits.
        """
        query = (
            select(t.letter)
            .where(self._mine, t.letter.c.state.in_(WAITING), t.letter.c.due_at <= now)
            .where(t.letter.c.kind.in_([kind.value for kind in kinds]))
            .order_by(t.letter.c.due_at, t.letter.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        with writing(self._engine) as connection:
            letters = [to_letter(row) for row in connection.execute(query)]
            numbers = [letter.key.invitee for letter in letters]
            invitees = self._register.load(connection, numbers)
            standings = self._journal.current(connection, numbers)
            claimed = []
            for letter in letters:
                number = letter.key.invitee
                seen = look(letter, invitees[number], standings.get(number, Standing()))
                connection.execute(
                    update(t.letter).where(t.letter.c.id == letter.id).values(_look_values(seen, worker, now))
                )
                if isinstance(seen, Go):
                    claimed.append(replace(letter, state=LetterState.CLAIMED))
        return tuple(claimed)

    def release(self, letters: Iterable[int], why: str = "") -> None:
        """Claimed letters that surely did not leave wait again."""
        with writing(self._engine) as connection:
            for some in chunks(letters):
                connection.execute(
                    update(t.letter)
                    .where(t.letter.c.id.in_(some), t.letter.c.state == LetterState.CLAIMED.value)
                    .values(state=LetterState.READY.value, claimed_by=None, last_reply=why)
                )

    def begin(self, letter: int, worker: str, now: datetime, look: Look) -> Go | Wait | Withhold:
        """The intent: committed before the first byte of the letter leaves.

        The invitee is looked at once more in the same transaction; anything else than Go, and the letter stays.
        """
        mine = t.letter.c.id == letter
        with writing(self._engine) as connection:
            claimed = mine & (t.letter.c.state == LetterState.CLAIMED.value) & (t.letter.c.claimed_by == worker)
            row = connection.execute(select(t.letter).where(claimed).with_for_update()).first()
            if row is None:
                return Withhold("somebody settled this letter meanwhile")
            found = to_letter(row)
            number = found.key.invitee
            invitee = self._register.load(connection, [number])[number]
            standing = self._journal.current(connection, [number]).get(number, Standing())
            seen = look(found, invitee, standing)
            connection.execute(update(t.letter).where(mine).values(_begun(seen, worker, now)))
            return seen

    def settle(
        self,
        letter: int,
        state: LetterState,
        now: datetime,
        *,
        stage: str,
        reply: str,
        due_at: datetime | None = None,
        tried: bool = False,
        entries: Sequence[Entry] = (),
        expected: Sequence[LetterState] = (LetterState.CLAIMED, LetterState.HANDING_OVER),
    ) -> bool:
        """Writes down what came of an attempt, with the facts that follow for the log.

        `tried` counts an attempt that ended before the letter's first byte. A letter that is in none of the states
        expected was settled by somebody else meanwhile: nothing is changed, and the result is False.
        """
        values: dict[str, Any] = {"state": state.value, "stage": stage, "last_reply": reply[:2000], "claimed_by": None}
        if due_at is not None:
            values["due_at"] = due_at
        if tried:
            values["attempts"] = t.letter.c.attempts + 1
            values["first_tried_at"] = func.coalesce(t.letter.c.first_tried_at, now)
        if state not in (LetterState.READY, LetterState.DEFERRED):
            values["settled_at"] = now
        with writing(self._engine) as connection:
            still = t.letter.c.state.in_([one.value for one in expected])
            done = connection.execute(update(t.letter).where(t.letter.c.id == letter, still).values(values))
            if done.rowcount == 1:
                self._journal.write(connection, entries, now)
            return done.rowcount == 1

    def withhold(self, numbers: Sequence[int], why: str, now: datetime, kinds: Sequence[LetterKind] = ()) -> int:
        """Letters of these invitees that have not left are not sent; gives how many."""
        with writing(self._engine) as connection:
            return len(self.withhold_within(connection, numbers, why, now, kinds))

    def withhold_within(
        self, connection: Connection, numbers: Sequence[int], why: str, now: datetime, kinds: Sequence[LetterKind] = ()
    ) -> tuple[int, ...]:
        """The same within a transaction of another room; gives the letters' ids.

        One that is claimed but not yet begun is withheld too: its worker looks again before the first byte.
        """
        held = (*WAITING, LetterState.CLAIMED.value)
        query = update(t.letter).where(self._mine, t.letter.c.state.in_(held), t.letter.c.invitee.in_(numbers))
        if kinds:
            query = query.where(t.letter.c.kind.in_([kind.value for kind in kinds]))
        values = {"state": LetterState.WITHHELD.value, "last_reply": why, "settled_at": now, "claimed_by": None}
        return tuple(connection.execute(query.values(values).returning(t.letter.c.id)).scalars())

    def give_back(self, connection: Connection, letters: Iterable[int], why: str) -> None:
        """Letters that an act withheld wait again, within the transaction that takes the act back."""
        for some in chunks(letters):
            connection.execute(
                update(t.letter)
                .where(t.letter.c.id.in_(some), t.letter.c.state == LetterState.WITHHELD.value)
                .values(state=LetterState.READY.value, last_reply=why, settled_at=None)
            )

    # ------------------------------------------------------------ looking

    def letters(self, *, states: Sequence[LetterState] = (), invitee: int | None = None) -> tuple[Letter, ...]:
        """Letters in the order they were queued."""
        query = select(t.letter).where(self._mine).order_by(t.letter.c.id)
        if states:
            query = query.where(t.letter.c.state.in_([state.value for state in states]))
        if invitee is not None:
            query = query.where(t.letter.c.invitee == invitee)
        with reading(self._engine) as connection:
            return tuple(to_letter(row) for row in connection.execute(query))

    def invitations(self, invitees: Iterable[int]) -> dict[int, str]:
        """The Message-ID of the last invitation that the relay took, for each of these invitees that has one."""
        mine = self._mine & (t.letter.c.kind == LetterKind.INVITATION.value)
        taken = mine & (t.letter.c.state == LetterState.ACCEPTED.value)
        found: dict[int, str] = {}
        with reading(self._engine) as connection:
            for some in chunks(invitees):
                query = select(t.letter.c.invitee, t.letter.c.message_id).where(taken, t.letter.c.invitee.in_(some))
                found |= {row.invitee: row.message_id for row in connection.execute(query.order_by(t.letter.c.id))}
        return found

    def keys(self, *, states: Iterable[LetterState] = LetterState) -> frozenset[LetterKey]:
        """What letters there are in some states, without their words."""
        names = ("campaign", "wave", "invitee", "kind", "step", "round")
        query = select(*(t.letter.c[name] for name in names)).where(
            self._mine, t.letter.c.state.in_([state.value for state in states])
        )
        with reading(self._engine) as connection:
            return frozenset(_to_key(row) for row in connection.execute(query))

    def due(self, now: datetime) -> int:
        """How many letters wait whose time has come."""
        query = select(func.count()).where(self._mine, t.letter.c.state.in_(WAITING), t.letter.c.due_at <= now)
        with reading(self._engine) as connection:
            return int(connection.execute(query).scalar_one())

    def letter(self, letter: int) -> Letter | None:
        """One letter by its id."""
        with reading(self._engine) as connection:
            row = connection.execute(select(t.letter).where(self._mine, t.letter.c.id == letter)).first()
        return None if row is None else to_letter(row)

    def counts(self) -> dict[LetterState, int]:
        """How many letters are in each state."""
        query = select(t.letter.c.state, func.count()).where(self._mine).group_by(t.letter.c.state)
        with reading(self._engine) as connection:
            found = {LetterState(state): int(number) for state, number in connection.execute(query)}
        return {state: found.get(state, 0) for state in LetterState}

    def next_due(self, kinds: Iterable[LetterKind] = LetterKind) -> datetime | None:
        """When the next waiting letter of some kinds is due; None if none waits."""
        query = select(func.min(t.letter.c.due_at)).where(
            self._mine, t.letter.c.state.in_(WAITING), t.letter.c.kind.in_([kind.value for kind in kinds])
        )
        with reading(self._engine) as connection:
            return connection.execute(query).scalar()

    def by_message_id(self, message_ids: Iterable[str]) -> dict[str, int]:
        """The invitee's number for each of our own Message-IDs, of any wave."""
        wanted = sorted({value for value in message_ids if value})[:200]
        query = select(t.letter.c.message_id, t.letter.c.invitee).where(t.letter.c.message_id.in_(wanted))
        with reading(self._engine) as connection:
            return {row.message_id: row.invitee for row in connection.execute(query)}

    def round_of(self, invitee: int, message_ids: Iterable[str], addresses: Iterable[str]) -> int:
        """The round of the letter that a notice returns: by its Message-ID, else by the address it names."""
        letters = self.letters(invitee=invitee)
        ids, named = set(message_ids), {address.lower() for address in addresses}
        by_id = [letter.key.round for letter in letters if letter.message_id in ids]
        by_address = [letter.key.round for letter in letters if letter.to.lower() in named]
        return max(by_id or by_address, default=0)


def _begun(seen: Go | Wait | Withhold, worker: str, now: datetime) -> dict[str, Any]:
    if not isinstance(seen, Go):
        return {"state": LetterState.READY.value, "claimed_by": None, **_look_values(seen, worker, now)}
    return {
        "state": LetterState.HANDING_OVER.value,
        "attempts": t.letter.c.attempts + 1,
        "stage": "payload",
        "first_tried_at": func.coalesce(t.letter.c.first_tried_at, now),
    }


def _look_values(seen: Go | Wait | Withhold, worker: str, now: datetime) -> dict[str, Any]:
    if isinstance(seen, Go):
        return {"state": LetterState.CLAIMED.value, "claimed_by": worker}
    if isinstance(seen, Wait):
        return {"due_at": seen.until, "last_reply": seen.why}
    return {"state": LetterState.WITHHELD.value, "last_reply": seen.why, "settled_at": now}


def _row(letter: NewLetter, now: datetime) -> dict[str, Any]:
    key = letter.key
    return {
        "campaign": key.campaign,
        "wave": key.wave,
        "invitee": key.invitee,
        "kind": key.kind.value,
        "step": key.step,
        "round": key.round,
        "to_address": letter.to,
        "cc": list(letter.cc),
        "language": letter.language,
        "edition": letter.edition,
        "places": dict(letter.values),
        "digest": letter.digest,
        "message_id": letter.message_id,
        "in_reply_to": letter.in_reply_to,
        "refs": list(letter.references),
        "state": LetterState.READY.value,
        "due_at": letter.due_at,
        "attempts": 0,
        "stage": "",
        "last_reply": "",
        "queued_at": now,
        "first_tried_at": None,
        "settled_at": None,
    }


def _to_key(row: Any) -> LetterKey:
    return LetterKey(row.campaign, row.wave, row.invitee, LetterKind(row.kind), row.step, row.round)


def to_letter(row: Any) -> Letter:
    """A row of the outbox as a letter."""
    return Letter(
        id=row.id,
        key=_to_key(row),
        to=row.to_address,
        cc=tuple(row.cc),
        language=row.language,
        edition=row.edition,
        values=row.places,
        digest=row.digest,
        message_id=row.message_id,
        in_reply_to=row.in_reply_to,
        references=tuple(row.refs),
        state=LetterState(row.state),
        due_at=row.due_at,
        attempts=row.attempts,
        stage=row.stage,
        last_reply=row.last_reply,
        queued_at=row.queued_at,
        first_tried_at=row.first_tried_at,
        settled_at=row.settled_at,
    )
