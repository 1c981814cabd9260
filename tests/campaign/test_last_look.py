"""What changed since a letter was made is seen before it leaves: corrected contacts, answers, acts of persons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from outreach.adapters.store.switches import PAUSED
from outreach.bootstrap import make_desk
from outreach.campaign.deciding.review import decide, stop
from outreach.campaign.deciding.undoing import undo
from outreach.campaign.deciding.writing_again import write_again
from outreach.campaign.desk import Desk
from outreach.campaign.enrolling.prepare import enrol_list, import_contacts
from outreach.campaign.letters.mailing import plan_launch, queue_invitations
from outreach.campaign.sending.posting import post
from outreach.campaign.sending.resolving import resolve
from outreach.core.dispatch import CORRECTED
from outreach.core.enrolment import Enrolment
from outreach.model import (
    EntryKind,
    Handover,
    HandoverResult,
    Invitee,
    Leave,
    Letter,
    LetterState,
    State,
    UsageError,
)
from tests.campaign.test_posting import NOW, Relay, make_office

__all__ = ["make_office"]

TAKEN = Handover(HandoverResult.ACCEPTED, "reply", "250 OK")
LATER_ON = Handover(HandoverResult.DEFERRED, "rcpt", "450 greylisted")
MakeOffice = Callable[..., Desk]


class At:
    """A clock that shows another time."""

    def __init__(self, hours: float) -> None:
        self._hours = hours

    def now(self) -> Any:
        """The moment."""
        return NOW + timedelta(hours=self._hours)


def later(desk: Desk, hours: float = 1) -> Desk:
    """The same desk, some time later."""
    return replace(desk, clock=At(hours))


def correct(desk: Desk, **what: Any) -> None:
    """The list has another contact for the only town."""
    (town,) = desk.store.register.all().values()
    corrected = replace(town, number=0, contacts=(replace(town.contact, **what),))
    enrol_list(desk, Enrolment((), (corrected,), (), ()), "contacts.csv", skip_bad=False)


def launch_again(desk: Desk) -> None:
    """Whoever has no letter under way gets one."""
    stationery = desk.load_stationery()
    queue_invitations(desk, stationery, plan_launch(desk, stationery, listed=_towns(desk)).invitees)


def _towns(desk: Desk) -> tuple[Invitee, ...]:
    return tuple(desk.store.register.all().values())


def the_letter(desk: Desk) -> Letter:
    """The only one."""
    (letter,) = desk.store.outbox.letters()
    return letter


# ---------------------------------------------------------------- a contact that was corrected

CORRECTIONS = [
    {"email": "right@t0.example"},
    {"cc": ("office@t0.example",)},
    {"person": "Ana Example"},
    {"language": "fr"},
]
named = pytest.mark.parametrize("what", CORRECTIONS, ids=lambda what: next(iter(what)))


@named
def test_a_letter_that_was_in_doubt_is_not_sent_again_as_it_was(make_office: MakeOffice, what: dict[str, Any]) -> None:
    """The list is corrected while nobody knows whether the relay has it; “resend” makes it anew, by the next launch."""
    desk, relay = make_office(1), Relay(lambda _number: "lost")
    post(desk, relay.postman)
    correct(desk, **what)
    assert the_letter(desk).state is LetterState.IN_DOUBT
    resolve(later(desk), the_letter(desk).id, accepted=False)
    relay.answers = lambda _number: TAKEN
    post(later(desk), relay.postman)
    assert relay.taken == []
    assert (the_letter(desk).state, the_letter(desk).last_reply) == (LetterState.WITHHELD, CORRECTED)
    launch_again(later(desk))
    post(later(desk), relay.postman)
    assert relay.taken == [what.get("email", "mayor@t0.example")]
    assert the_letter(desk).cc == what.get("cc", ())


@named
def test_a_letter_that_was_being_handed_over_is_not_tried_again_as_it_was(
    make_office: MakeOffice, what: dict[str, Any]
) -> None:
    """The list is corrected in the moment in which the relay says “later”."""
    desk = make_office(1)

    def answer(_number: int) -> Handover:
        correct(desk, **what)
        return LATER_ON

    post(desk, Relay(answer).postman)
    assert the_letter(desk).state is LetterState.DEFERRED
    relay = Relay()
    post(later(desk), relay.postman)
    assert (relay.taken, the_letter(desk).state) == ([], LetterState.WITHHELD)


def test_a_list_takes_nothing_from_a_contact_that_a_person_took_up(make_office: MakeOffice) -> None:
    """Somebody wrote to another contact; a correction of the listed one does not hold that letter back."""
    desk, relay = make_office(1), Relay()
    post(desk, relay.postman)
    write_again(later(desk), "t0", "deputy@t0.example")
    correct(later(desk), email="right@t0.example")
    post(later(desk), relay.postman)
    assert relay.taken == ["mayor@t0.example", "deputy@t0.example"]


# ---------------------------------------------------------------- a place that the list names no longer


def list_towns(desk: Desk, *ids: str) -> None:
    """Imports a list of these towns; one of them keeps it from being empty."""
    rows = "".join(f"{one},Town {one[1:]},GB,mayor@{one}.example\n" for one in ("t9", *ids))
    (desk.folder / "contacts.csv").write_text(f"id,name,country,email\n{rows}", encoding="utf-8")
    import_contacts(desk)


@pytest.mark.parametrize("told", ["lost", LATER_ON], ids=["in doubt", "in hand"])
def test_who_is_taken_off_the_list_meanwhile_is_not_tried_again(make_office: MakeOffice, told: Handover | str) -> None:
    """The relay has the letter in hand, or nobody knows whether it has; back on the list, it is invited."""
    desk = make_office(1)
    list_towns(desk, "t0")

    def answer(_number: int) -> Handover | str:
        list_towns(desk)
        return told

    post(desk, Relay(answer).postman)
    if told == "lost":
        resolve(later(desk), the_letter(desk).id, accepted=False)
    relay = Relay()
    post(later(desk), relay.postman)
    assert relay.taken == []
    assert (the_letter(desk).state, the_letter(desk).last_reply) == (LetterState.WITHHELD, "no longer in contacts.csv")
    list_towns(desk, "t0")
    launch_again(desk)
    post(later(desk), relay.postman)
    assert sorted(relay.taken) == ["mayor@t0.example", "mayor@t9.example"]


def test_a_list_of_the_same_name_takes_no_town_off_another_campaign(make_office: MakeOffice) -> None:
    """Both are called contacts.csv, and share a database; each speaks of its own towns."""
    desk, relay = make_office(1), Relay()
    list_towns(desk, "t0")
    database = f"sqlite:///{desk.folder}/outreach.db"
    theirs = replace(desk.settings.campaign, id="theirs", database=database)
    (desk.folder / "theirs").mkdir()
    other = make_desk(desk.folder / "theirs", replace(desk.settings, campaign=theirs), At(0), "tester")
    list_towns(other)
    other.store.close()
    post(later(desk), relay.postman)
    assert relay.taken == ["mayor@t0.example"]


def test_who_is_taken_off_one_campaign_s_list_stays_on_the_other_s(make_office: MakeOffice) -> None:
    """The same town waits for both invitations; the list of one campaign does not speak for the other."""
    desk, relay = make_office(1), Relay()
    theirs = replace(desk.settings.campaign, id="theirs", database=f"sqlite:///{desk.folder}/outreach.db")
    (desk.folder / "theirs").mkdir()
    (desk.folder / "theirs" / "templates").symlink_to(desk.folder / "templates")
    other = make_desk(desk.folder / "theirs", replace(desk.settings, campaign=theirs), At(0), "tester")
    for one in (desk, other):
        list_towns(one, "t0")
        launch_again(one)
    list_towns(other)
    other.store.close()
    post(later(desk), relay.postman)
    assert sorted(relay.taken) == ["mayor@t0.example", "mayor@t9.example"]
    list_towns(desk, "t0")
    list_towns(desk)
    assert desk.store.register.listed_in(["contacts.csv"]) == {"t0", "t9"}


def test_what_a_person_wrote_again_leaves_though_the_list_names_the_place_no_longer(make_office: MakeOffice) -> None:
    """The list speaks of its own invitations only."""
    desk, relay = make_office(1), Relay()
    list_towns(desk, "t0")
    write_again(desk, "t0", "deputy@t0.example")
    list_towns(desk)
    post(later(desk), relay.postman)
    assert relay.taken == ["deputy@t0.example"]


# ---------------------------------------------------------------- an answer that came before the letter left


def test_who_asks_before_the_invitation_left_is_answered_first(make_office: MakeOffice) -> None:
    """It is not sent, nor a reminder of it; when a person writes again, it goes."""
    desk, relay = make_office(1), Relay()
    (town,) = _towns(desk)
    asked = desk.entry(invitee=town.number, kind=EntryKind.ANSWER, at=NOW, what="question")
    desk.store.journal.append([asked], NOW)
    post(desk, relay.postman)
    assert (relay.taken, the_letter(desk).state) == ([], LetterState.WITHHELD)
    assert "answer, and write again" in the_letter(desk).last_reply
    replied = desk.entry(invitee=town.number, kind=EntryKind.REPLIED, at=NOW, by="person:tester")
    for entries, action in (((), "answer"), ((replied,), "wait")):
        desk.store.journal.append(entries, NOW)
        assert desk.next_for(town, desk.store.journal.standing(town.number), NOW + timedelta(days=50)).action == action
    write_again(later(desk), "t0", "mayor@t0.example")
    post(later(desk), relay.postman)
    assert relay.taken == ["mayor@t0.example"]
    assert desk.store.journal.standing(town.number).state is State.INVITED


# ---------------------------------------------------------------- persons at the same time


def _stops(desk: Desk) -> None:
    stop(desk, "t0")


def _writes(desk: Desk) -> None:
    write_again(desk, "t0", "other@t0.example")


def _begins(desk: Desk) -> None:
    claimed = desk.store.departures.claim(NOW, "w", 10, lambda *_: Leave(), desk.limits)
    desk.store.departures.begin(claimed, "w", NOW, lambda *_: Leave())


@pytest.mark.parametrize("meanwhile", [_stops, _writes, _begins])
def test_what_happens_while_a_letter_is_written_again_is_seen(
    make_office: MakeOffice, meanwhile: Callable[[Desk], None]
) -> None:
    """Somebody stops, writes too, or a sender begins, while the letter is composed: then it is refused, and nothing is."""
    desk = make_office(1)

    def compose() -> Any:
        if not happened:
            happened.append(True)
            meanwhile(desk)
            known.append(desk.store.outbox.letters())
        return desk.load_stationery()

    happened, known = list[bool](), list[tuple[Letter, ...]]()
    with pytest.raises(UsageError):
        write_again(replace(desk, load_stationery=compose), "t0", "deputy@t0.example")
    assert desk.store.outbox.letters() == known[0]
    (town,) = _towns(desk)
    assert "deputy@t0.example" not in {contact.email for contact in town.contacts}


def test_what_is_withheld_for_another_reason_since_is_not_given_back(make_office: MakeOffice) -> None:
    """A stop is taken back after the letter was queued again and its contact corrected: the old letter stays."""
    desk, relay = make_office(1), Relay()
    desk.store.switches.turn(PAUSED, "quiet", NOW)
    stop(desk, "t0")
    decide(desk, "t0", "invited")
    launch_again(desk)
    assert the_letter(desk).state is LetterState.READY
    correct(desk, notes="of the new mayor")
    undo(desk)
    undo(desk)
    assert (the_letter(desk).state, the_letter(desk).last_reply) == (LetterState.WITHHELD, CORRECTED)
    desk.store.switches.turn(PAUSED, None, NOW)
    post(desk, relay.postman)
    assert relay.taken == []


def test_what_an_act_withheld_is_given_back(make_office: MakeOffice) -> None:
    """Taking back a stop alone lets the letter leave."""
    desk, relay = make_office(1), Relay()
    stop(desk, "t0")
    undo(desk)
    post(desk, relay.postman)
    assert relay.taken == ["mayor@t0.example"]
