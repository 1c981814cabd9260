"""Makes a campaign in full swing of any size: letters to everybody, answers of one in eight, a queue, absences."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Table, func, insert, select, update

from outreach.adapters.config import load_settings
from outreach.adapters.store import tables as t
from outreach.adapters.store.log import tally
from outreach.adapters.store.mail.inbox import Understood
from outreach.bootstrap import make_desk
from outreach.campaign.desk import Desk
from outreach.campaign.enrolling.prepare import clues_of
from outreach.campaign.letters.mailing import new_letter
from outreach.entrypoints.rehearsal import VirtualClock
from outreach.model import (
    Contact,
    Entry,
    EntryKind,
    Evidence,
    Invitee,
    InviteeKind,
    LetterKind,
    LetterState,
    Match,
    Reading,
    ReadingKind,
    Trust,
    Verdict,
)
from tests.web.campaign import COLUMNS, CONFIG, LAUNCH, NOW, ROOT, mail

BATCH = 2000
PLAYED = 5000  # invitees whose campaign is played; the others are copies of them under other names
LIST = "contacts.csv"
STRANGERS = 20  # mails of nobody that is known, of those played
COUNTRIES = ("FR", "ES", "DE", "IT", "PT", "MX", "BR", "KR", "JP", "MA", "SN", "GB", "US", "IN", "MT")
LANGUAGES = ("fr", "es", "de", "it", "pt", "es", "pt", "ko", "ja", "ar", "fr", "en", "en", "en", "en")
BEGINS = ("San ", "Saint-", "Villa", "Ober", "Nueva ", "Città ", "São ", "Ørsted ", "서울", "新", "مدينة ", "Нижний ")
SYLLABLES = ("ba", "ri", "lo", "mé", "na", "tu", "ço", "sel", "vik", "dor", "hal", "mer", "ón", "gra", "li", "pue")
ATTACHED = '[letters]\nattachments = ["templates/attachments/participation.{language}.pdf"]\n'
ANSWERS = {"confirm": 70, "decline": 20, "tentative": 5, "question": 5}  # of a hundred


def fill(folder: Path, address: str, number: int) -> None:
    """Makes the campaign in a folder and a database."""
    (folder / "templates").symlink_to(ROOT / "templates")
    (folder / "mailbox").mkdir(parents=True)
    config = CONFIG.replace("[campaign]", f'[campaign]\ndatabase = "{address}"', 1)
    (folder / "config.toml").write_text(f"{config}{ATTACHED}", encoding="utf-8")
    desk = make_desk(folder, load_settings(folder / "config.toml"), VirtualClock(NOW), "anna")
    chance, first = random.Random(8), min(number, PLAYED)  # noqa: S311  nothing secret
    towns = [*invented(first, chance)]
    write_list(folder / LIST, towns, number // first)
    desk.store.register.enrol(towns, clues_of, LAUNCH - timedelta(days=9), "person:anna", listed_in=LIST)
    play(desk, [*desk.store.register.each()], chance)
    multiply(desk, number // first)
    desk.store.close()


def write_list(path: Path, towns: Sequence[Invitee], times: int) -> None:
    """The list of contacts that they were enrolled from."""
    with path.open("w", encoding="utf-8", newline="") as file:
        sheet = csv.writer(file)
        sheet.writerow(COLUMNS)
        for copy in range(times):
            word, begin = _called(copy), f"c{copy}." if copy else ""
            for one in towns:
                person = (one.contact.person, "", "", f"{begin}{one.contact.email}", "", one.contact.language, "", "")
                sheet.writerow(
                    (f"{one.id}{word.replace(' ', '-')}", f"{one.name}{word}", one.country, one.kind.value, *person)
                )


def invented(number: int, chance: random.Random) -> Iterator[Invitee]:
    """Towns with names in many scripts."""
    for n in range(number):
        place = chance.randrange(len(COUNTRIES))
        name = chance.choice(BEGINS) + "".join(chance.choices(SYLLABLES, k=chance.randint(2, 5))).capitalize()
        contact = Contact(f"mayor@town{n}.example", person="Mayor", language=LANGUAGES[place])
        yield Invitee(f"town-{n}", f"{name} {n}", COUNTRIES[place], InviteeKind.CITY, (contact,))


# ---------------------------------------------------------------- letters


def play(desk: Desk, invitees: Sequence[Invitee], chance: random.Random) -> None:
    """Everybody is written to, most letters left; some answered, half of the silent were reminded."""
    stationery = desk.load_stationery()
    edition = desk.store.outbox.freeze(stationery.files, LAUNCH)

    def queue(some: Sequence[Invitee], kind: LetterKind, at: datetime, step: int = 0) -> None:
        for start in range(0, len(some), BATCH):
            few = some[start : start + BATCH]
            letters = [new_letter(desk, stationery, edition, one, kind, at, step=step) for one in few]
            desk.store.outbox.queue(letters, at)
            desk.store.journal.append([*leave(desk, few, kind, at, step)], at)

    queue(invitees, LetterKind.INVITATION, LAUNCH)
    written = [one for one in invitees if state_of(one) is LetterState.ACCEPTED]
    lots = {one.number: chance.random() for one in written}
    silent = [one for one in written if lots[one.number] >= 0.125]
    queue(silent[::2], LetterKind.REMINDER, LAUNCH + timedelta(days=28), 1)
    desk.store.journal.append([*absences(desk, silent[::50])], NOW)
    for one in written:
        answer(desk, one, lots[one.number], chance)
    for n in range(STRANGERS * len(invitees) // PLAYED):
        receive(desk, None, f"someone@elsewhere{n}.example", ReadingKind.UNCLEAR, LAUNCH + timedelta(hours=n), [])
    thanked = [one for one in written if lots[one.number] < 0.06]
    confirmed = desk.store.journal.some([one.number for one in thanked])
    yes = [one for one in thanked if confirmed[one.number].state == "confirmed"]
    queue(yes, LetterKind.THANKS, LAUNCH + timedelta(days=47))


def state_of(invitee: Invitee) -> LetterState:
    """What became of a letter."""
    odd = {3: LetterState.READY, 4: LetterState.DEFERRED, 5: LetterState.REFUSED, 6: LetterState.IN_DOUBT}
    return odd.get(invitee.number % 1000, LetterState.ACCEPTED)


def leave(desk: Desk, some: Sequence[Invitee], kind: LetterKind, at: datetime, step: int) -> Iterator[Entry]:
    """Writes down what became of letters, and gives the facts that follow."""
    noted = {LetterState.ACCEPTED: EntryKind.SENT, LetterState.REFUSED: EntryKind.REFUSED}
    with desk.store.transaction() as connection:
        here = (t.letter.c.kind == kind.value) & (t.letter.c.step == step)
        for one in some:
            state, gone = state_of(one), at + timedelta(seconds=37 * (one.number % 1000))
            values = {"state": state.value, "attempts": 1, "first_tried_at": gone, "settled_at": gone}
            if state is LetterState.READY:
                continue
            connection.execute(update(t.letter).where(here, t.letter.c.invitee == one.number).values(values))
            if state in noted:
                yield desk.entry(invitee=one.number, at=gone, kind=noted[state], what=kind.value, step=step)


def absences(desk: Desk, some: Sequence[Invitee]) -> Iterator[Entry]:
    """Some are away, most of them back by now."""
    for one in some:
        back = (NOW + timedelta(days=one.number % 30 - 25)).date()
        yield desk.entry(invitee=one.number, at=LAUNCH + timedelta(days=1), kind=EntryKind.ABSENT, until=back)


# ---------------------------------------------------------------- answers


def answer(desk: Desk, one: Invitee, lot: float, chance: random.Random) -> None:
    """One in eight: what came of its letter."""
    at = LAUNCH + timedelta(hours=chance.randrange(12, 1100))
    if lot < 0.10:
        kind = ReadingKind(chance.choices([*ANSWERS], [*ANSWERS.values()])[0])
        waits = chance.random() < 0.02
        noted = desk.entry(invitee=one.number, at=at, kind=EntryKind.REVIEW if waits else EntryKind.ANSWER, what=kind)
        receive(desk, one.number, one.contact.email, kind, at, [noted])
    elif lot < 0.11:
        late = chance.random() < 0.2
        made = {"by": "person:anna", "what": "confirmed"}
        decided = desk.entry(invitee=one.number, at=at, kind=EntryKind.DECIDED, late=late, **made)
        desk.store.journal.append([decided], NOW)
    elif lot < 0.125:
        noted = desk.entry(invitee=one.number, at=at, kind=EntryKind.BOUNCED, what="permanent")
        receive(
            desk, one.number, f"mailer-daemon@{one.contact.email.partition('@')[2]}", ReadingKind.BOUNCE, at, [noted]
        )


def receive(
    desk: Desk, number: int | None, sender: str, kind: ReadingKind, at: datetime, noted: Sequence[Entry]
) -> None:
    """A mail, as it is kept and understood, with the facts that follow."""
    says = f"Dear friends, {kind.value}: that is our answer. It comes from {sender}."
    raw = bytes(mail(sender, "Re: Invitation", says, at))
    kept = desk.store.inbox.keep(raw, source="INBOX", received_at=at, now=at)
    if kept is None:
        return
    waits = number is None or any(entry.kind is EntryKind.REVIEW for entry in noted)
    read = Reading(kind, not waits, "en", says, (Evidence("vote", "that is our answer"),))
    trust = Trust(Verdict.REVIEW if waits else Verdict.RECORDED, "it comes from the address that was written to")
    match = Match(number, "address" if number else "")
    understood = Understood(
        kept, f"<{kept}@town.example>", "Mayor", sender, "Re: Invitation", at, read, match, trust, waits, ""
    )
    desk.store.inbox.record(understood, [replace(entry, mail=kept) for entry in noted], at)


# ---------------------------------------------------------------- many more of the same


def multiply(desk: Desk, times: int) -> None:
    """Copies all invitees, with all that is known of them, under other numbers and names."""
    spans = {table: _highest(desk, table) for table in (t.letter, t.mail)}
    every = (t.invitee, t.contact, t.clue, t.letter, t.mail, t.reading, t.entry, t.standing, t.listed, t.listed_before)
    for copy in range(1, times):
        with desk.store.transaction() as connection:
            for table in every:
                counted = table in spans or table is t.invitee
                columns = [column for column in table.c if column.name != "id" or counted]
                values = [_copied(table, column, copy, spans) for column in columns]
                known = select(*values).where(*_first(table, spans)).select_from(table)
                connection.execute(insert(table).from_select([column.name for column in columns], known))
    with desk.store.transaction() as connection:
        tally.recount(connection, desk.store.campaign, desk.store.wave)
    if desk.store.engine.dialect.name == "postgresql":
        for key in (t.invitee.c.number, t.letter.c.id, t.mail.c.id):
            _count_on(desk, key)
        with desk.store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")  # as autovacuum does by and by


def _count_on(desk: Desk, key: Column[int]) -> None:
    """The database goes on behind the numbers that were given here."""
    with desk.store.transaction() as connection:
        sequence = func.pg_get_serial_sequence(key.table.name, key.name)
        connection.execute(select(func.setval(sequence, select(func.max(key)).scalar_subquery())))


def _highest(desk: Desk, table: Table) -> int:
    with desk.store.transaction() as connection:
        return int(connection.execute(select(func.max(table.c.id))).scalar() or 0)


def _first(table: Table, spans: dict[Table, int]) -> Iterator[Any]:
    """Those that were played."""
    if table in spans:
        yield table.c.id <= spans[table]
    elif table is t.reading:
        yield table.c.mail <= spans[t.mail]
    else:
        yield (table.c.number if table is t.invitee else table.c.invitee) <= PLAYED


def _copied(table: Table, column: Column[Any], copy: int, spans: dict[Table, int]) -> Any:
    name = column.name
    if name in ("number", "invitee", "matched", "filed"):
        return column + copy * PLAYED
    if name == "mail" or (table is t.mail and name == "id"):
        return column + copy * spans[t.mail]
    if name == "letter" or (table is t.letter and name == "id"):
        return column + copy * spans[t.letter]
    if name in ("email", "to_address", "from_address") or (table is t.clue and name == "value"):
        return f"c{copy}." + column
    if table is t.letter and name == "message_id":
        return f"<c{copy}." + func.substr(column, 2)
    if table is t.mail and name == "digest":
        return func.substr(column, 1, 56) + f" {copy}"
    if table is t.invitee and name == "id":
        return column + _called(copy).replace(" ", "-")
    if name in ("name", "search"):
        return column + _called(copy)
    return column


def _called(copy: int) -> str:
    """What is added to the names of a copy."""
    return f" {chr(97 + copy % 26)}{copy}" if copy else ""
