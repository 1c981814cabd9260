"""Has somebody else decided meanwhile: what a person saw of a mail must still be so when the decision is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlalchemy import Connection

from outreach.adapters.store.engine import reading
from outreach.adapters.store.log.acts import Known
from outreach.campaign.desk import Desk
from outreach.model import EntryKind, OutreachError, State

Watch = Callable[[Connection], None]


class OvertakenError(OutreachError):
    """Somebody was quicker: what was looked at is no longer so, and nothing was changed."""

    def __init__(self, message: str, by: str = "", state: State | None = None) -> None:
        super().__init__(message)
        self.by = by  # "person:NAME", "machine" or "" where it is not known
        self.state = state  # where the invitee stands now, if that was decided


def version(desk: Desk, mail: int) -> str:
    """What is known of a mail, as one word: another one as soon as somebody decides it, files it or takes it back.

    It changes as well when its invitee is decided because of something else, or writes again.
    """
    with reading(desk.store.engine) as connection:
        return _as_word(desk.store.acts.known_of(connection, mail))


def _as_word(known: Known | None) -> str:
    return "" if known is None else f"{known.invitee or 0}-{int(known.filed)}-{known.entry}"


def unless(desk: Desk, mail: int | None, seen: str | None) -> Watch | None:
    """Refuses, within the transaction of the decision, what was decided upon something that is no longer so."""
    if mail is None or seen is None:
        return None

    def watch(connection: Connection) -> None:
        now = desk.store.acts.known_of(connection, mail, alone=True)
        if _as_word(now) != seen:
            raise _overtaken(desk, mail, now, seen)

    return watch


def _overtaken(desk: Desk, mail: int, now: Known | None, seen: str) -> OvertakenError:
    last = seen.rpartition("-")[2]
    since = int(last) if last.isdecimal() else 0
    newest = max(_news(desk, mail, now, since), default=None)
    if newest is None:
        by = desk.store.acts.filed_by(mail)
        who = by.removeprefix("person:") or "somebody"
        return OvertakenError(f"{who} has filed mail {mail} meanwhile; look at it again, nothing was changed", by)
    _, by, what = newest
    state = State(what) if what in State._value2member_map_ else None
    did = f"decided “{state.value.replace('_', ' ')}”" if state is not None else "changed it"
    who = by.removeprefix("person:")
    return OvertakenError(f"{who} has {did} meanwhile; look at it again, nothing was changed", by, state)


def _news(desk: Desk, mail: int, now: Known | None, since: int) -> Iterator[tuple[int, str, str]]:
    """What was noted since: (entry, by whom, which state a person decided)."""
    noted = [*desk.store.journal.of_mail(mail)]
    if now is not None and now.invitee is not None:
        noted += desk.store.journal.story(now.invitee)
    for one in noted:
        if one.entry.id > since:
            yield one.entry.id, one.entry.by, one.entry.what if one.entry.kind is EntryKind.DECIDED else ""
