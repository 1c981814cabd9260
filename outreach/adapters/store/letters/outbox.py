"""The outbox: letters that wait for the relay, one row and one state a letter; the database refuses a second one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from importlib import import_module
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, insert, literal, select, true, update

from outreach.adapters.store import tables as t
from outreach.adapters.store.engine import reading, writing
from outreach.adapters.store.letters.letter_rows import OF_LETTER, NewLetter, new_row, to_key, to_letter
from outreach.adapters.store.log.journal import Journal, chunks
from outreach.model import Entry, Letter, LetterKey, LetterKind, LetterState, OutreachError

WAITING = (LetterState.READY.value, LetterState.DEFERRED.value)
BATCH = 500
SENDING = "letter, invitee, contact, entry, standing, listed, listed_before"  # what each letter reads and writes
REQUEUED = (
    *("to_address", "domain", "cc", "language", "edition", "places", "digest", "message_id", "in_reply_to", "refs"),
    *("state", "due_at", "attempts", "stage", "last_reply", "queued_at", "first_tried_at", "settled_at"),
)


class Outbox:
    """The letters of one wave of one campaign."""

    def __init__(self, engine: Engine, journal: Journal, campaign: str, wave: int) -> None:
        self._engine = engine
        self._journal = journal
        self._mine = (t.letter.c.campaign == campaign) & (t.letter.c.wave == wave)
        self._campaign = campaign
        self._wave = wave
        self._most = LetterState.ACCEPTED

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
        """The frozen files by name.

        Raises:
            OutreachError: Somebody took them out of the database.
        """
        with reading(self._engine) as connection:
            sums = connection.execute(select(t.edition.c.files).where(t.edition.c.id == edition)).scalar() or {}
            query = select(t.frozen_file).where(t.frozen_file.c.sha256.in_(set(sums.values())))
            contents = {row.sha256: row.content for row in connection.execute(query)}
        if not sums or contents.keys() != set(sums.values()):
            message = f"templates of edition {edition} are missing in the database; restore them from a backup"
            raise OutreachError(message)
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
            rows = [new_row(letter, now) for letter in letters[start : start + BATCH]]
            dialect = import_module(f"sqlalchemy.dialects.{self._engine.dialect.name}")  # not both: they are heavy
            query = dialect.insert(t.letter)
            query = query.on_conflict_do_update(
                index_elements=["campaign", "wave", "invitee", "kind", "step", "round"],
                set_={name: query.excluded[name] for name in REQUEUED},
                where=t.letter.c.state == LetterState.WITHHELD.value,
            )
            queued += len(connection.execute(query.returning(t.letter.c.id), rows).all())
        return queued

    # ------------------------------------------------------------ settled or withheld by somebody

    def settle(
        self,
        letter: int,
        state: LetterState,
        now: datetime,
        *,
        stage: str,
        reply: str,
        due_at: datetime | None = None,
        entries: Sequence[Entry] = (),
        expected: Sequence[LetterState] = (LetterState.IN_DOUBT,),
        seen: Letter | None = None,
    ) -> bool:
        """Writes down what was found out of a letter, with the facts that follow for the log.

        A letter that is in none of the states expected, or settled at another moment than as it was `seen`, was settled
        by somebody else meanwhile: nothing is changed, and the result is False.
        """
        values: dict[str, Any] = {"state": state.value, "stage": stage, "last_reply": reply[:2000], "claimed_by": None}
        if due_at is not None:
            values["due_at"] = due_at
        if state not in (LetterState.READY, LetterState.DEFERRED):
            values["settled_at"] = now
        with writing(self._engine) as connection:
            self._journal.lock(connection, {entry.invitee for entry in entries})
            still = [t.letter.c.id == letter, t.letter.c.state.in_([one.value for one in expected])]
            if seen is not None:
                still.append(t.letter.c.settled_at == seen.settled_at)
            done = connection.execute(update(t.letter).where(*still).values(values))
            if done.rowcount == 1:
                self._journal.write(connection, entries, now)
            return done.rowcount == 1

    def withhold(self, numbers: Sequence[int], why: str, now: datetime, kinds: Sequence[LetterKind] = ()) -> int:
        """Letters of these invitees that have not left are not sent; gives how many."""
        with writing(self._engine) as connection:
            return len(self.withhold_within(connection, numbers, why, now, kinds))

    def withhold_within(
        self,
        connection: Connection,
        numbers: Sequence[int],
        why: str,
        now: datetime,
        kinds: Sequence[LetterKind] = (),
        *,
        listed: bool = False,
    ) -> tuple[int, ...]:
        """The same within a transaction of another room; gives the letters' ids.

        `listed`: only letters to contacts of a list, not those that a person wrote again to another contact.
        One that is claimed but not yet begun is withheld too: its worker looks again before the first byte.
        """
        held = (*WAITING, LetterState.CLAIMED.value)
        query = update(t.letter).where(self._mine, t.letter.c.state.in_(held), t.letter.c.invitee.in_(numbers))
        if kinds:
            query = query.where(t.letter.c.kind.in_([kind.value for kind in kinds]))
        if listed:
            query = query.where(t.letter.c.round == 0)
        values = {"state": LetterState.WITHHELD.value, "last_reply": why, "settled_at": now, "claimed_by": None}
        return tuple(connection.execute(query.values(values).returning(t.letter.c.id)).scalars())

    def give_back(self, connection: Connection, letters: Iterable[int], why: str) -> None:
        """Letters that an act withheld, for a reason, wait again, within the transaction that takes the act back.

        One that is withheld for another reason since stays so. Older acts remember no reason ("").
        """
        for some in chunks(letters):
            withheld = t.letter.c.state == LetterState.WITHHELD.value
            same = t.letter.c.last_reply == why if why else true()
            query = update(t.letter).where(t.letter.c.id.in_(some), withheld, same)
            connection.execute(query.values(state=LetterState.READY.value, last_reply="", settled_at=None))

    def bring_near(self, now: datetime) -> None:
        """Letters that wait are due now, and the waiting of those in doubt begins now, if it would end later than that.

        For when a clock that was far ahead has said when: each is looked at anew.
        """
        ahead = self._mine & (t.letter.c.due_at > now) & t.letter.c.state.in_(WAITING)
        doubted = self._mine & (t.letter.c.settled_at > now) & (t.letter.c.state == LetterState.IN_DOUBT.value)
        with writing(self._engine) as connection:
            connection.execute(update(t.letter).where(ahead).values(due_at=now))
            connection.execute(update(t.letter).where(doubted).values(settled_at=now))
            connection.execute(delete(t.look).where(t.look.c.last_at > now))

    # ------------------------------------------------------------ looking

    def letters(self, *, states: Sequence[LetterState] = (), invitee: int | None = None) -> tuple[Letter, ...]:
        """Letters in the order they were queued."""
        query = select(*OF_LETTER).where(self._mine).order_by(t.letter.c.id)
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
            return frozenset(to_key(row) for row in connection.execute(query))

    def due(self, now: datetime) -> int:
        """How many letters wait whose time has come."""
        query = select(func.count()).where(self._mine, t.letter.c.state.in_(WAITING), t.letter.c.due_at <= now)
        with reading(self._engine) as connection:
            return int(connection.execute(query).scalar_one())

    def acquaint(self, due: int) -> None:
        """Lets PostgreSQL look at its tables, where it has seen fewer letters than are due: they are new.

        It plans by what it has seen, by itself only every minute. Who knows nothing takes any index that names the
        campaign for as good as that of the invitee, and reads all standings to write one.
        """
        if self._engine.dialect.name != "postgresql":
            return
        with writing(self._engine) as connection:
            seen = connection.exec_driver_sql("SELECT reltuples FROM pg_class WHERE oid = 'letter'::regclass")
            if seen.scalar_one() < due:
                connection.exec_driver_sql(f"ANALYZE {SENDING}")

    def letter(self, letter: int) -> Letter | None:
        """One letter by its id."""
        with reading(self._engine) as connection:
            row = connection.execute(select(*OF_LETTER).where(self._mine, t.letter.c.id == letter)).first()
        return None if row is None else to_letter(row)

    def counts(self) -> dict[LetterState, int]:
        """How many letters are in each state.

        Where there are letters of no other wave, the state that most of them were in last is not looked through: its
        number is what is left of all.
        """
        with reading(self._engine) as connection:
            rest = None if self._has_others(connection) else self._most
            looked_at = [state for state in LetterState if state is not rest]
            here = select(func.count()).select_from(t.letter).where(self._mine)
            numbers = [here.where(t.letter.c.state == state.value).scalar_subquery() for state in looked_at]
            every = select(func.count()).select_from(t.letter).scalar_subquery()
            *found, total = connection.execute(select(*numbers, every if rest else literal(0))).one()
        counts = dict(zip(looked_at, found, strict=True)) | ({} if rest is None else {rest: total - sum(found)})
        self._most = max(counts, key=lambda state: counts[state])
        return {state: counts[state] for state in LetterState}

    def _has_others(self, connection: Connection) -> bool:
        """Whether there are letters of another campaign or wave; each side is one look into an index."""
        campaign, wave = t.letter.c.campaign, t.letter.c.wave
        here = campaign == self._campaign
        sides = (
            campaign < self._campaign,
            campaign > self._campaign,
            here & (wave < self._wave),
            here & (wave > self._wave),
        )
        return any(connection.execute(select(t.letter.c.id).where(side).limit(1)).first() for side in sides)

    def on_their_way(self, numbers: Iterable[int]) -> frozenset[int]:
        """Of some invitees those of whom a letter may have left, in any campaign, and it is not known yet."""
        states, found = (LetterState.HANDING_OVER.value, LetterState.IN_DOUBT.value), set[int]()
        query = select(t.letter.c.invitee).where(t.letter.c.state.in_(states))
        with reading(self._engine) as connection:
            for some in chunks(numbers):
                found.update(connection.execute(query.where(t.letter.c.invitee.in_(some))).scalars())
        return frozenset(found)

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
