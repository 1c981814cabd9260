"""What is known of copies of our letters: the relay's ways, looks for letters in doubt, the Sent folder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy import Engine, delete, func, insert, select, update

from outreach.adapters.store import tables as t
from outreach.adapters.store.engine import reading, writing
from outreach.adapters.store.letters.letter_rows import OF_LETTER, NewLetter, to_letter
from outreach.adapters.store.letters.outbox import Outbox
from outreach.adapters.store.log.journal import Journal
from outreach.model import Entry, Letter, LetterState, RelayProfile


@dataclass(frozen=True, slots=True)
class Look:
    """How often a letter in doubt was looked for in vain, since its last attempt and since a person was last asked."""

    looks: int
    last_at: datetime
    words: str


class Archive:
    """Copies of the letters of one wave of one campaign."""

    def __init__(self, engine: Engine, journal: Journal, outbox: Outbox, campaign: str, wave: int) -> None:
        self._engine = engine
        self._journal = journal
        self._outbox = outbox
        self._mine = (t.letter.c.campaign == campaign) & (t.letter.c.wave == wave)
        self._accepted = self._mine & (t.letter.c.state == LetterState.ACCEPTED.value)

    # ------------------------------------------------------------ how the relay behaves

    def profile(self, server: str) -> RelayProfile | None:
        """How this mail server behaves, as far as it was learned."""
        with reading(self._engine) as connection:
            row = connection.execute(select(t.relay_profile).where(t.relay_profile.c.server == server)).first()
        return None if row is None else RelayProfile(server=row.server, learned_at=row.learned_at, **row.facts)

    def learn(self, profile: RelayProfile) -> None:
        """Keeps how a mail server behaves, in place of what was known before."""
        facts = {key: value for key, value in asdict(profile).items() if key not in ("server", "learned_at")}
        row = {"server": profile.server, "learned_at": profile.learned_at, "facts": facts}
        with writing(self._engine) as connection:
            connection.execute(delete(t.relay_profile).where(t.relay_profile.c.server == profile.server))
            connection.execute(insert(t.relay_profile), [row])

    # ------------------------------------------------------------ letters in doubt

    def looks(self) -> dict[int, Look]:
        """Looks in vain for the letters that are in doubt, by the letter's id."""
        query = select(t.look).join(t.letter, t.letter.c.id == t.look.c.letter)
        query = query.where(self._mine, t.letter.c.state == LetterState.IN_DOUBT.value)
        query = query.where(t.letter.c.attempts == t.look.c.attempts)
        # an attempt that surely never began is not counted: the next one has the same number, and a doubt of its own
        query = query.where(t.look.c.last_at >= func.coalesce(t.letter.c.settled_at, t.look.c.last_at))
        with reading(self._engine) as connection:
            return {row.letter: Look(row.looks, row.last_at, row.words) for row in connection.execute(query)}

    def note_look(self, letter: Letter, look: Look) -> None:
        """Writes down a look in vain."""
        row = {"letter": letter.id, "attempts": letter.attempts, **asdict(look)}
        with writing(self._engine) as connection:
            connection.execute(delete(t.look).where(t.look.c.letter == letter.id))
            connection.execute(insert(t.look), [row])

    def witnesses(self, moment: datetime, since: datetime, until: datetime, number: int) -> tuple[Letter, ...]:
        """The letters that the relay took last before a moment and first after it, between two bounds."""
        at = t.letter.c.settled_at
        before = select(*OF_LETTER).where(self._accepted, at.between(since, moment)).order_by(at.desc()).limit(number)
        after = select(*OF_LETTER).where(self._accepted, at > moment, at <= until).order_by(at).limit(number)
        with reading(self._engine) as connection:
            return tuple(to_letter(row) for query in (before, after) for row in connection.execute(query))

    # ------------------------------------------------------------ copies in the Sent folder

    def without_copy(self, limit: int) -> tuple[Letter, ...]:
        """Accepted letters of which no copy is known in the Sent folder, oldest first."""
        query = select(*OF_LETTER).outerjoin(t.sent_copy, t.sent_copy.c.letter == t.letter.c.id)
        query = query.where(self._accepted, t.sent_copy.c.letter.is_(None)).order_by(t.letter.c.id).limit(limit)
        with reading(self._engine) as connection:
            return tuple(to_letter(row) for row in connection.execute(query))

    def note_copy(self, letter: int, now: datetime) -> None:
        """The Sent folder holds a copy of this letter."""
        with writing(self._engine) as connection:
            connection.execute(delete(t.sent_copy).where(t.sent_copy.c.letter == letter))
            connection.execute(insert(t.sent_copy), [{"letter": letter, "kept_at": now}])

    # ------------------------------------------------------------ after a backup was restored

    def last_event(self) -> datetime | None:
        """When the last thing happened to a letter that this database knows of."""
        columns = (func.max(t.letter.c.settled_at), func.max(t.letter.c.first_tried_at), func.max(t.letter.c.queued_at))
        with reading(self._engine) as connection:
            row = connection.execute(select(*columns)).one()
        return max((moment for moment in row if moment is not None), default=None)

    def states(self, message_ids: Iterable[str]) -> Mapping[str, LetterState]:
        """The state of each letter with one of these Message-IDs, of any wave."""
        wanted = sorted(set(message_ids))
        found: dict[str, LetterState] = {}
        with reading(self._engine) as connection:
            for start in range(0, len(wanted), 400):
                query = select(t.letter.c.message_id, t.letter.c.state)
                some = query.where(t.letter.c.message_id.in_(wanted[start : start + 400]))
                found.update((row.message_id, LetterState(row.state)) for row in connection.execute(some))
        return found

    def record_lost(self, letter: NewLetter, sent: Entry, words: str, now: datetime) -> bool:
        """Writes down a letter that left though this database knows nothing of it; it is never sent again."""
        values = {
            "state": LetterState.ACCEPTED.value,
            "stage": "reply",
            "last_reply": words,
            "attempts": 1,
            "first_tried_at": sent.at,
            "settled_at": sent.at,
        }
        with writing(self._engine) as connection:
            if not self._outbox.add(connection, [letter], now):
                return False
            this = t.letter.c.message_id == letter.message_id
            number = connection.execute(update(t.letter).where(this).values(values).returning(t.letter.c.id)).scalar()
            self._journal.write(connection, [replace(sent, letter=number)], now)
        return True
