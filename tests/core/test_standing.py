"""Where an invitee stands: the contract's table, what contradicts, what a person decides, what is taken back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.core.standing import fold
from outreach.model import Entry, EntryKind, ReadingKind, Standing, State

START = datetime(2022, 7, 15, 9, tzinfo=UTC)
K = EntryKind


def entries(*facts: tuple[EntryKind, dict[str, object]]) -> list[Entry]:
    made = []
    for number, (kind, more) in enumerate(facts, 1):
        at = more.pop("at", START + timedelta(days=number))
        made.append(Entry(number, "c", 1, 7, at, kind, **more))  # type: ignore[arg-type]
    return made


def told(*facts: tuple[EntryKind, dict[str, object]]) -> Standing:
    invited = ((K.ENROLLED, {}), (K.SENT, {"what": "invitation"}))
    return fold(entries(*invited, *facts))


def answer(kind: str, mail: int = 1, **more: object) -> tuple[EntryKind, dict[str, object]]:
    return K.ANSWER, {"what": kind, "mail": mail, **more}


def decided(state: str, **more: object) -> tuple[EntryKind, dict[str, object]]:
    return K.DECIDED, {"what": state, "by": "person:ana", **more}


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        ("confirm", State.CONFIRMED),
        ("decline", State.DECLINED),
        ("tentative", State.TENTATIVE),
        ("question", State.IN_TALKS),
        ("redirect", State.IN_TALKS),
        ("acknowledge", State.INVITED),
        ("unrelated", State.INVITED),
        ("withdraw", State.WITHDRAWN),
        ("unsubscribe", State.UNSUBSCRIBED),
    ],
)
def test_what_an_answer_does(kind: str, state: State) -> None:
    """Each reading leads to the state of the contract."""
    standing = told(answer(kind))
    assert standing.state is state
    assert standing.we_owe == (kind in ("question", "redirect"))
    assert standing.stopped == (kind == "unsubscribe")
    assert standing.answered_by_person == (kind != "unrelated")


def test_a_late_confirmation_is_marked() -> None:
    """Late counts, and says so."""
    assert told(answer("confirm", late=True)).late
    assert not told(answer("decline", late=True)).late


@pytest.mark.parametrize(("first", "then"), [("confirm", "decline"), ("decline", "confirm"), ("confirm", "tentative")])
def test_a_contradiction_waits_for_a_person(first: str, then: str) -> None:
    """The first answer stays, the second is shown."""
    standing = told(answer(first, 1), answer(then, 2))
    assert standing.state is told(answer(first)).state
    assert standing.review == (2,)


def test_the_same_answer_again_changes_nothing() -> None:
    """A second yes is no contradiction."""
    standing = told(answer("confirm", 1), answer("confirm", 2))
    assert (standing.deciding_mail, standing.review) == (1, ())


@pytest.mark.parametrize("first", ["tentative", "question", "redirect"])
def test_an_open_answer_moves_on(first: str) -> None:
    """After “the council must decide” a yes is the answer."""
    assert told(answer(first, 1), answer("confirm", 2)).state is State.CONFIRMED


@pytest.mark.parametrize(("kind", "state"), [("withdraw", State.WITHDRAWN), ("unsubscribe", State.UNSUBSCRIBED)])
def test_a_wish_to_stop_is_believed_at_once(kind: str, state: State) -> None:
    """Even after a yes, and even after a person's decision; then a person sees it too."""
    assert told(answer("confirm", 1), answer(kind, 2)).state is state
    standing = told(decided("confirmed"), answer(kind, 2))
    assert standing.state is state
    assert standing.review == (2,)


def test_a_persons_decision_wins_and_stays() -> None:
    """The machine changes nothing after it; the mail waits."""
    standing = told(decided("declined"), answer("confirm", 5))
    assert (standing.state, standing.decided_by, standing.review) == (State.DECLINED, "person:ana", (5,))


def test_an_earlier_mail_does_not_overrule_an_open_decision() -> None:
    """A mail from before a person's word is for review; a later one moves on."""
    before = told(decided("tentative", at=START + timedelta(days=20)), answer("confirm", 5, at=START + timedelta(days=10)))
    after = told(decided("tentative", at=START + timedelta(days=20)), answer("confirm", 5, at=START + timedelta(days=30)))
    assert (before.state, before.review) == (State.TENTATIVE, (5,))
    assert after.state is State.CONFIRMED


def test_reviews_are_settled_by_mail_or_all_at_once() -> None:
    """A decision about one mail settles it; one without a mail settles them all."""
    waiting = [(K.REVIEW, {"what": "confirm", "mail": 1}), (K.REVIEW, {"what": "unclear", "mail": 2})]
    assert told(*waiting).review == (1, 2)
    assert told(*waiting, decided("confirmed", mail=1)).review == (2,)
    assert told(*waiting, decided("confirmed")).review == ()
    assert told(*waiting, (K.SETTLED, {"mail": 1})).review == (2,)


def test_bounces_and_refusals() -> None:
    """A dead address makes unreachable, unless a person of it has written; a delay changes nothing."""
    assert told((K.BOUNCED, {"what": "permanent"})).state is State.UNREACHABLE
    assert told((K.BOUNCED, {"what": "temporary"})).state is State.INVITED
    assert told(answer("confirm"), (K.BOUNCED, {"what": "permanent"})).state is State.CONFIRMED
    assert fold(entries((K.ENROLLED, {}), (K.REFUSED, {}))).state is State.UNREACHABLE


def test_written_again() -> None:
    """Another contact is asked: invited again once the letter is out, reminders start anew."""
    standing = told((K.SENT, {"what": "reminder", "step": 1}), answer("redirect"), (K.READDRESSED, {"step": 1}))
    assert (standing.round, standing.we_owe, standing.reminders) == (1, False, ())
    again = told(answer("redirect"), (K.READDRESSED, {"step": 1}), (K.SENT, {"what": "invitation"}))
    assert again.state is State.INVITED


def test_letters_absence_hold_and_stop() -> None:
    """What the follow-up needs to know."""
    standing = told(
        (K.SENT, {"what": "reminder", "step": 2}),
        (K.SENT, {"what": "thanks"}),
        (K.ABSENT, {"until": date(2022, 8, 29)}),
        (K.ABSENT, {"until": date(2022, 8, 1)}),
        (K.ABSENT, {}),
        (K.HELD, {"until": date(2022, 9, 1), "by": "person:a"}),
        (K.STOPPED, {"by": "person:a"}),
    )
    assert (standing.letters, standing.reminders, standing.absent_until) == (3, (2,), date(2022, 8, 29))
    assert (standing.hold_until, standing.stopped) == (date(2022, 9, 1), True)
    assert told((K.STOPPED, {}), decided("invited")).stopped is False


facts = st.lists(
    st.one_of(
        st.tuples(st.just(K.ANSWER), st.fixed_dictionaries({"what": st.sampled_from([k.value for k in ReadingKind]), "mail": st.integers(1, 5)})),
        st.tuples(st.just(K.REVIEW), st.fixed_dictionaries({"what": st.just("confirm"), "mail": st.integers(1, 5)})),
        st.tuples(st.just(K.DECIDED), st.fixed_dictionaries({"what": st.sampled_from([s.value for s in State]), "by": st.just("person:x")})),
        st.tuples(st.just(K.SENT), st.fixed_dictionaries({"what": st.sampled_from(["invitation", "thanks", "regrets"])})),
        st.tuples(st.just(K.BOUNCED), st.fixed_dictionaries({"what": st.sampled_from(["permanent", "temporary"])})),
        st.tuples(st.sampled_from([K.ENROLLED, K.STOPPED, K.REPLIED, K.REFUSED, K.ABSENT, K.HELD]), st.just({})),
    ),
    max_size=12,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(facts)
def test_taking_back_the_last_fact_is_as_if_it_never_was(some: list[tuple[EntryKind, dict[str, object]]]) -> None:
    """No order of facts breaks the fold, and undoing the last gives the fold without it."""
    made = entries(*[(kind, dict(more)) for kind, more in some])
    whole = fold(made)
    assert whole.state in State
    if made:
        undo = Entry(99, "c", 1, 7, START, K.UNDONE, target=made[-1].id)
        assert fold([*made, undo]) == fold(made[:-1])


@given(facts)
def test_nobody_is_confirmed_who_never_said_yes(some: list[tuple[EntryKind, dict[str, object]]]) -> None:
    """Confirmed needs a recorded yes or a person's word."""
    made = entries(*[(kind, dict(more)) for kind, more in some])
    if fold(made).state is State.CONFIRMED:
        assert any(e.what in ("confirm", "confirmed") and e.kind in (K.ANSWER, K.DECIDED) for e in made)
