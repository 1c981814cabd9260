"""The store on both databases: nothing twice, nothing lost, the log append-only, the projection true to it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from outreach.adapters.store.engine import writing
from outreach.adapters.store.letters.letter_rows import NewLetter
from outreach.adapters.store.locks import only_one
from outreach.adapters.store.log.acts import Act
from outreach.adapters.store.mail.inbox import Understood, identity
from outreach.adapters.store.store import HEAD, MIGRATIONS, Store, open_store, upgrade
from outreach.core.standing import fold
from outreach.model import (
    Bounce,
    Candidate,
    Contact,
    Entry,
    EntryKind,
    Evidence,
    Flag,
    Invitee,
    InviteeKind,
    LetterKey,
    LetterKind,
    LetterState,
    Match,
    OutreachError,
    Reading,
    ReadingKind,
    State,
    Trust,
    TryAgainLaterError,
    Verdict,
)

NOW = datetime(2022, 7, 15, 9, tzinfo=UTC)
LATER = NOW + timedelta(days=3)


def clues(invitee: Invitee) -> Iterable[tuple[str, str]]:
    return [("address", contact.email.lower()) for contact in invitee.contacts] + [("name", invitee.name.lower())]


def town(name: str, *emails: str) -> Invitee:
    contacts = tuple(
        Contact(email, person="A. Person", cc=("desk@town.example",), extra={"network": "x"}) for email in emails
    )
    return Invitee(f"{name.lower()}-es", name, "ES", InviteeKind.CITY, contacts)


def enrol(store: Store, *names: str) -> dict[str, Invitee]:
    store.register.enrol([town(name, f"mayor@{name.lower()}.example") for name in names], clues, NOW, "person:tester")
    return {invitee.name: invitee for invitee in store.register.all().values()}


def letter(store: Store, number: int, **changes: object) -> NewLetter:
    edition = store.outbox.freeze({"invitation.en.md": b"# Hello"}, NOW)
    key = LetterKey(store.campaign, store.wave, number, LetterKind.INVITATION)
    new = NewLetter(key, "mayor@a.example", (), "en", edition, {"place": "A"}, "d" * 64, f"<i.{number}@x.example>", NOW)
    return replace(new, **changes)  # type: ignore[arg-type]


def entry(store: Store, number: int, kind: EntryKind, **more: object) -> Entry:
    return Entry(0, store.campaign, store.wave, number, NOW, kind, **more)  # type: ignore[arg-type]


def understood(mail: int, number: int | None, **changes: object) -> Understood:
    reading = Reading(
        ReadingKind.CONFIRM,
        decided=True,
        language="en",
        new_text="We join.\0",
        evidence=(Evidence("joins", "We join"),),
        flags=frozenset({Flag.LATE}),
        return_date=date(2022, 8, 29),
        redirect_to="b@a.example",
        bounce=Bounce(permanent=True, recipients=("x@a.example",), status="5.1.1", reason="unknown"),
    )
    match = Match(number, "token" if number else "", (Candidate(1, 2.5, ("because",)),), "ok")
    trust = Trust(Verdict.RECORDED, "signed", signed=True)
    made = Understood(
        mail, "<m@a.example>", "A", "mayor@a.example", "Re: x", NOW, reading, match, trust, needs_review=False, why="w"
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def test_enrolling_twice_changes_nothing(store: Store) -> None:
    """The same list again: no new invitee, no new entry."""
    first = store.register.enrol([town("Vic", "a@vic.example", "b@vic.example")], clues, NOW, "person:t")
    entries = store.journal.count()
    second = store.register.enrol([town("Vic", "a@vic.example", "b@vic.example")], clues, LATER, "person:t")
    assert (first.new, second.new, second.changed, second.unchanged) == (("vic-es",), (), (), 1)
    assert store.journal.count() == entries == 1
    known = store.register.by_id("vic-es")
    assert known is not None
    assert [contact.email for contact in known.contacts] == ["a@vic.example", "b@vic.example"]
    assert known.contact.extra == {"network": "x"}


def test_changed_contacts_are_replaced_and_their_clues_kept(store: Store) -> None:
    """A corrected address is written to; the old one still tells whose an answer is."""
    enrol(store, "Vic")
    done = store.register.enrol([town("Vic", "new@vic.example")], clues, LATER, "person:t")
    assert done.changed == ("vic-es",)
    number = next(iter(store.register.all()))
    assert store.register.look_up("address", ["mayor@vic.example", "new@vic.example"]) == {
        "mayor@vic.example": (number,),
        "new@vic.example": (number,),
    }


def test_a_contact_taken_up_by_a_person_stays_first_after_an_import(store: Store) -> None:
    """A list imported again does not undo what a person corrected."""
    vic = enrol(store, "Vic")["Vic"]
    with writing(store.engine) as connection:
        store.register.take_up(connection, vic, Contact("right@vic.example"), clues)
    enrol(store, "Vic")
    assert store.register.some([vic.number])[vic.number].contact.email == "right@vic.example"
    with writing(store.engine) as connection:
        store.register.let_go(connection, vic.number, "right@vic.example")
    assert store.register.some([vic.number])[vic.number].contact.email == "mayor@vic.example"


def test_the_database_refuses_a_second_letter(store: Store) -> None:
    """Queued twice, there is one; another round is another letter."""
    vic = enrol(store, "Vic")["Vic"]
    assert store.outbox.queue([letter(store, vic.number)], NOW) == 1
    assert store.outbox.queue([letter(store, vic.number, message_id="<other@x.example>")], NOW) == 0
    key = LetterKey(store.campaign, 1, vic.number, LetterKind.INVITATION, round=1)
    assert store.outbox.queue([letter(store, vic.number, key=key, message_id="<r1@x.example>")], NOW) == 1
    assert store.outbox.counts()[LetterState.READY] == 2


def test_a_withheld_letter_can_be_queued_again(store: Store) -> None:
    """It has not left, so that a correction may bring it back; one that left stays as it is."""
    vic = enrol(store, "Vic")["Vic"]
    store.outbox.queue([letter(store, vic.number)], NOW)
    assert store.outbox.withhold([vic.number], "answered", NOW) == 1
    assert store.outbox.queue([letter(store, vic.number)], LATER) == 1
    assert store.outbox.letters()[0].state is LetterState.READY


def test_an_edition_is_frozen_once(store: Store) -> None:
    """The same files give the same edition; a changed file gives another, and the first stays as it was."""
    first = store.outbox.freeze({"a": b"1", "b": b"2"}, NOW)
    assert store.outbox.freeze({"b": b"2", "a": b"1"}, LATER) == first
    second = store.outbox.freeze({"a": b"changed", "b": b"2"}, LATER)
    assert store.outbox.edition(first) == {"a": b"1", "b": b"2"}
    assert store.outbox.edition(second)["a"] == b"changed"


def test_the_log_is_append_only(store: Store) -> None:
    """The database itself refuses to change or delete an entry."""
    enrol(store, "Vic")
    for statement in ("UPDATE entry SET what = 'confirm'", "DELETE FROM entry"):
        with pytest.raises(OutreachError, match="append-only"), writing(store.engine) as connection:
            connection.execute(text(statement))


def test_the_projection_agrees_with_the_log(store: Store) -> None:
    """Folded anew from the entries, every standing is what the projection says."""
    towns = enrol(store, "Ahus", "Bonn")
    a, b = towns["Ahus"].number, towns["Bonn"].number
    store.journal.append([entry(store, a, EntryKind.SENT, what="invitation")], NOW)
    store.journal.append([entry(store, b, EntryKind.HELD, until=date(2022, 9, 1), by="person:t")], NOW, act="x")
    ids = store.journal.append(
        [entry(store, a, EntryKind.DECIDED, what="confirmed", by="person:t")], NOW, note="by phone"
    )
    assert store.journal.standings() == store.journal.folded()
    store.journal.append([entry(store, a, EntryKind.UNDONE, target=ids[0])], NOW)
    assert store.journal.standing(a).state is State.INVITED
    assert store.journal.standings() == store.journal.folded()
    assert store.journal.rebuild() == 2
    assert [noted.note for noted in store.journal.story(a)][2] == "by phone"


def test_standings_as_of_a_moment(make_store: Callable[..., Store]) -> None:
    """Who was in on a day is asked of the entries until then."""
    store = make_store()
    vic = enrol(store, "Vic")["Vic"]
    confirmed = replace(entry(store, vic.number, EntryKind.ANSWER, what="confirm"), at=LATER)
    store.journal.append([confirmed], LATER)
    assert store.journal.standings(as_of=NOW)[vic.number].state is State.ENROLLED
    assert store.journal.standings(as_of=LATER)[vic.number].state is State.CONFIRMED
    second = make_store(wave=2)
    assert second.journal.standings() == {}
    assert second.journal.earlier_states() == {vic.number: State.CONFIRMED}


def test_acts_are_taken_back_from_the_newest_each_once(store: Store) -> None:
    """An act taken back is not offered again, and two who take it back at once do it once."""
    vic = enrol(store, "Vic")["Vic"]
    for name in ("one", "two"):
        with writing(store.engine) as connection:
            store.journal.write(connection, [entry(store, vic.number, EntryKind.STOPPED, by="person:t")], NOW, act=name)
            store.acts.write(
                connection, Act(name, NOW, "person:t", f"act {name}", withheld=(4,), taken_up=((1, "a@b"),))
            )
    last = store.acts.last()
    assert last is not None
    assert (last.name, last.withheld, last.taken_up) == ("two", (4,), ((1, "a@b"),))
    assert [noted.entry.kind for noted in store.journal.of_act("two")] == [EntryKind.STOPPED]
    with writing(store.engine) as connection:
        assert store.acts.take_back(connection, "two", NOW)
        assert not store.acts.take_back(connection, "two", NOW)
    first = store.acts.last()
    assert first is not None
    assert first.name == "one"


RAW = b"From: a@a.example\r\nTo: us@x.example\r\nSubject: Re: x\r\nMessage-ID: <m@a.example>\r\n\r\nWe join.\r\n"


def test_the_same_mail_is_kept_once(store: Store) -> None:
    """Found again in another folder, with other marks of the way it took and other line ends, it is the same."""
    first = store.inbox.keep(RAW, source="INBOX", received_at=NOW, now=NOW, cursor=("box", "INBOX", 7, 1))
    again = b"Received: by mx\r\nX-Folder: Done\r\n" + RAW.replace(b"\r\n", b"\n")
    assert first is not None
    assert store.inbox.keep(again, source="Done", received_at=None, now=LATER, cursor=("box", "Done", 7, 9)) is None
    assert store.inbox.cursor("box", "Done") == (7, 9)
    assert identity(RAW) != identity(RAW.replace(b"join", b"jump"))
    kept = store.inbox.mail(first)
    assert kept is not None
    assert kept.raw == RAW


def test_what_was_understood_comes_back_whole(store: Store) -> None:
    """Every field of a reading survives; a NUL, which PostgreSQL refuses, is replaced."""
    vic = enrol(store, "Vic")["Vic"]
    mail = store.inbox.keep(RAW, source="INBOX", received_at=NOW, now=NOW)
    assert mail is not None
    meant = understood(mail, vic.number)
    assert store.inbox.unread() == (mail,)
    store.inbox.record(meant, [entry(store, vic.number, EntryKind.ANSWER, what="confirm", mail=mail)], NOW)
    clean = replace(meant, reading=replace(meant.reading, new_text="We join.\ufffd"))
    assert store.inbox.understood(mail) == clean
    assert store.inbox.unread() == ()
    assert store.inbox.words([mail]) == {mail: "We join"}
    assert store.inbox.by_message_id("<m@a.example>") == (mail,)
    assert not store.inbox.record(understood(mail, None), [], NOW, first=True)
    assert store.inbox.understood(mail) == clean


def test_a_mail_waits_for_a_person_while_the_standing_says_so(store: Store) -> None:
    """Review marks follow the fold: set by an entry, cleared by a decision."""
    vic = enrol(store, "Vic")["Vic"]
    mail = store.inbox.keep(RAW, source="INBOX", received_at=NOW, now=NOW)
    assert mail is not None
    store.inbox.record(
        understood(mail, vic.number), [entry(store, vic.number, EntryKind.REVIEW, what="confirm", mail=mail)], NOW
    )
    assert [one.mail for one in store.inbox.every(waiting=True)] == [mail]
    decided = entry(store, vic.number, EntryKind.DECIDED, what="confirmed", by="person:t", mail=mail)
    store.journal.append([decided], NOW, act="a")
    assert list(store.inbox.every(waiting=True)) == []


def test_remembered_senders(store: Store) -> None:
    """What a person decided for a sender is remembered once, and can be forgotten."""
    towns = enrol(store, "Ahus", "Bonn")
    for name in ("Ahus", "Bonn"):
        with writing(store.engine) as connection:
            store.register.remember(connection, "me@webmail.example", towns[name].number)
    assert store.register.look_up("remembered", ["me@webmail.example"]) == {
        "me@webmail.example": (towns["Bonn"].number,)
    }
    with writing(store.engine) as connection:
        store.register.forget(connection, "me@webmail.example")
    assert store.register.look_up("remembered", ["me@webmail.example"]) == {}


def test_switches(store: Store) -> None:
    """A pause holds for every process until it is turned off."""
    store.switches.turn("paused", "the relay said no", NOW)
    assert store.switches.get("paused") == "the relay said no"
    store.switches.turn("paused", None, NOW)
    assert store.switches.get("paused") is None


def test_only_one_holds_a_lock(make_store: Callable[..., Store]) -> None:
    """A second process is told so; afterwards the lock is free."""
    one, two = make_store(), make_store()
    with only_one(one.engine, "sender", "busy"):
        with pytest.raises(TryAgainLaterError, match="busy"), only_one(two.engine, "sender", "busy"):
            pass
        with only_one(two.engine, "daemon", "busy"):
            pass
    with only_one(two.engine, "sender", "busy"):
        pass


def test_a_lock_holds_for_every_way_to_one_file(tmp_path: Path) -> None:
    """A second folder leads to the same SQLite file by a link: two senders would send each letter twice."""
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "outreach.db").symlink_to(tmp_path / "outreach.db")
    stores = [
        open_store("sqlite:///outreach.db", folder, campaign="trial", wave=1, fold=fold)
        for folder in (tmp_path, tmp_path / "other")
    ]
    one, two = (store.engine for store in stores)
    with (
        only_one(one, "sender", "busy"),
        pytest.raises(TryAgainLaterError, match="busy"),
        only_one(two, "sender", "busy"),
    ):
        pass
    for store in stores:
        store.close()


def test_writers_wait_for_each_other(make_store: Callable[..., Store]) -> None:
    """Four writers, a hundred transactions each: no “database is locked”, nothing lost."""
    stores = [make_store() for _ in range(4)]
    vic = enrol(stores[0], "Vic")["Vic"]
    faults: list[Exception] = []

    def write(store: Store) -> None:
        try:
            for _ in range(100):
                store.journal.append([entry(store, vic.number, EntryKind.REPLIED)], NOW)
        except OutreachError as error:
            faults.append(error)

    threads = [threading.Thread(target=write, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert stores[0].journal.count() == 401


def test_backup_while_open(store: Store, database: str, tmp_path: Path) -> None:
    """A backup is made while the store is open, is complete, and overwrites nothing."""
    enrol(store, "Vic")
    target = tmp_path / "copy"
    store.backup(target)
    assert target.stat().st_mode & 0o077 == 0
    assert target.stat().st_size > 0
    with pytest.raises(OutreachError, match="exists already"):
        store.backup(target)
    if database.startswith("sqlite"):
        from outreach.adapters.store.store import open_store  # noqa: PLC0415
        from outreach.core.standing import fold  # noqa: PLC0415

        copy = open_store(f"sqlite:///{target}", tmp_path, campaign="trial", wave=1, fold=fold)
        assert copy.register.count() == 1
        copy.close()


def test_migrations_go_down_and_up_and_match_the_tables(store: Store) -> None:
    """One step down, up again; the tables of the code and of the migrations are the same."""
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415
    from alembic.migration import MigrationContext  # noqa: PLC0415

    from outreach.adapters.store.tables import metadata  # noqa: PLC0415

    versions = sorted(path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
    assert versions[-1] == HEAD
    upgrade(store.engine, "base")
    upgrade(store.engine)
    with store.engine.connect() as connection:
        alone = {"ix_listed_search"} if connection.dialect.name == "sqlite" else set()  # of the other database alone
        compared = {"compare_type": False, "include_object": lambda _, name, *__: name not in alone}
        context = MigrationContext.configure(connection, opts=compared)
        assert compare_metadata(context, metadata) == []


def test_only_a_clock_that_was_set_back_shows_that_it_was_far_ahead(store: Store) -> None:
    """Several machines share PostgreSQL: where one is behind, the others were not ahead."""
    now, alone = datetime.now(UTC), store.engine.dialect.name == "sqlite"
    store.passes.count_on(now)
    assert store.passes.counted_after(now - timedelta(hours=2)) is alone
    store.passes.count_on(now + timedelta(hours=2))
    assert store.passes.counted_after(now + timedelta(hours=1))


def test_an_act_is_found_among_the_few_entries_of_persons(store: Store) -> None:
    """To take it back nobody looks through the log: it has hundreds of thousands of entries, and others wait."""
    sqlite = store.engine.dialect.name == "sqlite"
    with store.transaction() as connection:
        if not sqlite:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # so few rows are read more quickly at once
        for asked in ("act = 'x'", "act IN ('x', 'y')", "campaign = 'trial' AND wave = 1 AND act = 'x'"):
            question = f"EXPLAIN {'QUERY PLAN ' if sqlite else ''}SELECT invitee FROM entry WHERE {asked}"  # noqa: S608
            assert "ix_entry_act" in str(connection.exec_driver_sql(question).all())


def test_a_database_in_use_goes_down_and_up_with_all_it_holds(store: Store) -> None:
    """Letters that entries point to, and mail: nothing stands in the way of a later version, and nothing is lost."""
    number = enrol(store, "Alpha")["Alpha"].number
    store.outbox.queue([letter(store, number)], NOW)
    queued = store.outbox.letters(invitee=number)
    store.journal.append([entry(store, number, EntryKind.SENT, letter=queued[0].id)], NOW)
    store.inbox.keep(b"Subject: x\n\nyes", source="INBOX", received_at=NOW, now=NOW)
    before = (queued, store.journal.story(number), store.inbox.mails())
    for version in sorted((path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py")), reverse=True)[1:]:
        upgrade(store.engine, version)
    upgrade(store.engine)
    assert (store.outbox.letters(invitee=number), store.journal.story(number), store.inbox.mails()) == before


def test_page_and_daemon_open_an_empty_database_at_once(make_store: Callable[..., Store]) -> None:
    """One makes the tables, the others wait for it: nobody is refused."""
    with ThreadPoolExecutor(4) as pool:
        stores = list(pool.map(lambda _: make_store(), range(4)))
    assert [store.journal.count() for store in stores] == [0] * 4


def test_a_newer_database_is_refused(make_store: Callable[..., Store]) -> None:
    """A program that is too old says so and changes nothing."""
    store = make_store()
    with writing(store.engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(OutreachError, match="newer outreach"):
        make_store()
    with writing(store.engine) as connection:
        connection.execute(text(f"UPDATE alembic_version SET version_num = '{HEAD}'"))  # noqa: S608


def test_lessons_are_kept_once_and_forgotten(make_store: Callable[..., Store]) -> None:
    """The same sentence with the same meaning is one lesson, in every wave; forgetting and taking back remove it."""
    store = make_store()
    mail = store.inbox.keep(RAW, source="INBOX", received_at=NOW, now=NOW)
    assert mail is not None

    def learn(kind: ReadingKind, act: str, plain: str = "we join") -> int | None:
        with writing(store.engine) as connection:
            return store.lessons.learn(
                connection, plain=plain, words="We join.", kind=kind, mail=mail, by="person:t", at=NOW, act=act
            )

    first = learn(ReadingKind.CONFIRM, "a")
    assert first is not None
    assert learn(ReadingKind.CONFIRM, "b") is None
    second = learn(ReadingKind.DECLINE, "c")
    assert make_store(wave=2).lessons.known() == {"we join": frozenset({ReadingKind.CONFIRM, ReadingKind.DECLINE})}
    assert make_store(campaign="another").lessons.known() == {}
    with writing(store.engine) as connection:
        store.lessons.unlearn(connection, "c")
    assert [(one.number, one.words, one.by, one.at) for one in store.lessons.all()] == [
        (first, "We join.", "person:t", NOW)
    ]
    forgotten = store.lessons.forget(first)
    assert forgotten is not None
    assert (forgotten.kind, store.lessons.forget(first), store.lessons.all()) == (ReadingKind.CONFIRM, None, ())
    third = learn(ReadingKind.CONFIRM, "d")
    assert third is not None
    assert second is not None
    assert third > second  # a number never means another lesson
