"""Lists of mail and what is known of one, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from outreach.adapters.store import tables as t
from outreach.adapters.store.mail.inbox import Understood
from outreach.adapters.store.mail.mail_list import Wanted
from outreach.adapters.store.store import Store
from outreach.model import (
    Contact,
    Entry,
    EntryKind,
    Invitee,
    Match,
    Reading,
    ReadingKind,
    Trust,
    Verdict,
)

NOW = datetime(2022, 8, 1, 9, tzinfo=UTC)
TOWNS = ("Northam", "Élan", "Ηλιόπετρα")


@pytest.fixture
def kept(store: Store) -> Store:
    """Twelve mails: of the three towns in turn, every fourth of nobody; the even ones wait for a person."""
    towns = [Invitee(f"town-{n}", name, "GB", contacts=(Contact(f"a@{n}.example"),)) for n, name in enumerate(TOWNS)]
    store.register.enrol(towns, lambda invitee: [("address", invitee.contact.email)], NOW, "person:anna")
    for number in range(12):
        at = NOW + timedelta(hours=number)
        raw = f"Message-ID: <{number}@mail.example>\r\n\r\nWe confirm.".encode()
        mail = store.inbox.keep(raw, source="INBOX", received_at=at, now=at)
        assert mail is not None
        owner = None if number % 4 == 3 else number % 3 + 1
        waits = number % 2 == 0
        entries = (
            [
                Entry(
                    0, "trial", 1, owner, at, EntryKind.REVIEW if waits else EntryKind.ANSWER, what="confirm", mail=mail
                )
            ]
            if owner is not None
            else []
        )
        store.inbox.record(_understood(mail, owner, at, waits=waits), entries, at)
    return store


def _understood(mail: int, owner: int | None, at: datetime, *, waits: bool) -> Understood:
    return Understood(
        mail=mail,
        message_id=f"<{mail}@mail.example>",
        from_name=f"Sender 100%_{mail}",
        from_address=f"a@{mail}.example",
        subject="Re: Invitation",
        answered_at=at,
        reading=Reading(ReadingKind.CONFIRM, decided=not waits, language="en", new_text="We confirm."),
        match=Match(owner, "thread" if owner else ""),
        trust=Trust(Verdict.RECORDED, "answers our letter"),
        needs_review=waits,
        why="it is not clear what it says" if waits else "",
    )


@pytest.mark.parametrize(
    ("wanted", "mails"),
    [
        (Wanted(), list(range(1, 13))),
        (Wanted(waiting=True), [1, 3, 5, 7, 9, 11]),
        (Wanted(waiting=True, owned=True), [1, 3, 5, 7, 9, 11]),
        (Wanted(owned=False), [4, 8, 12]),
        (Wanted(invitee=1), [1, 7, 10]),
        (Wanted(kind=ReadingKind.DECLINE), []),
        (Wanted(words="NORTHAM"), [1, 7, 10]),
        (Wanted(words="élan sender"), [2, 5, 11]),
        (Wanted(words="ηλιόπετρα"), [3, 6, 9]),
        (Wanted(words="100%_1"), [1, 10, 11, 12]),
        (Wanted(words="'; DROP TABLE mail"), []),
    ],
)
def test_what_is_looked_for_is_found_in_order(kept: Store, wanted: Wanted, mails: list[int]) -> None:
    """The oldest first or the newest first, a page at a time."""
    assert [row.mail for row in kept.mail_list.oldest(wanted, 100)] == mails
    assert [row.mail for row in kept.mail_list.newest(wanted, 100)] == mails[::-1]
    assert [row.mail for row in kept.mail_list.oldest(wanted, 2, after=3)] == [one for one in mails if one > 3][:2]
    assert [row.mail for row in kept.mail_list.newest(wanted, 2, before=7)] == [one for one in mails if one < 7][::-1][
        :2
    ]


def test_whose_mail_it_is_is_searched_as_in_the_log(kept: Store, make_store: Callable[..., Store]) -> None:
    """By words of name and id, without accents; also from another wave, in which its invitee is not."""
    assert [row.mail for row in kept.mail_list.oldest(Wanted(words="elan TOWN-1"), 9)] == [2, 5, 11]
    other = make_store(wave=2)
    assert [row.mail for row in other.mail_list.oldest(Wanted(words="elan"), 9)] == [2, 5, 11]
    other.register.enrol([Invitee("town-9", "Elanville", "GB")], lambda _: (), NOW, "person:anna")
    assert [row.mail for row in other.mail_list.oldest(Wanted(words="elan"), 9)] == [2, 5, 11]
    assert [row.mail for row in kept.mail_list.oldest(Wanted(words="elan sender"), 9)] == [2, 5, 11]


def test_every_mail_of_an_invitee_is_told(kept: Store) -> None:
    """What is matched to it, and what a person filed to it; not what was filed elsewhere."""
    with kept.transaction() as connection:
        connection.execute(update(t.reading).where(t.reading.c.mail == 1).values(filed=2))
    assert [mail.mail for mail in kept.inbox.every(invitee=1)] == [7, 10]
    assert [mail.mail for mail in kept.inbox.every(invitee=2)] == [1, 2, 5, 11]


def test_how_much_waits_is_counted_by_whose_it_is(kept: Store) -> None:
    """Of invitees, and of nobody."""
    assert kept.mail_list.waiting() == (6, 0)


def test_what_is_known_of_a_mail_changes_with_what_tells_of_it(kept: Store, make_store: Callable[..., Store]) -> None:
    """Another's decision changes it, alone or not; a letter that leaves does not."""
    other = make_store()
    with kept.transaction() as connection:
        before = kept.acts.known_of(connection, 1, alone=True)
        assert kept.acts.known_of(connection, 999, alone=True) is None
    sent = Entry(0, "trial", 1, 1, NOW, EntryKind.SENT, what="reminder", step=1)
    other.journal.append([sent], NOW)
    with kept.transaction() as connection:
        assert kept.acts.known_of(connection, 1) == before
    decided = Entry(0, "trial", 1, 1, NOW, EntryKind.DECIDED, by="person:bea", what="declined")
    (entry,) = other.journal.append([decided], NOW, act="x")
    with kept.transaction() as connection:
        after = kept.acts.known_of(connection, 1, alone=True)
        assert after is not None
        assert (after.invitee, after.entry) == (1, entry)
        assert kept.acts.touched(connection, ["x"]) == ({1}, set())
