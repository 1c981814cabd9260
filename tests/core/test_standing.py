"""Where an invitee stands: the contract's table, what contradicts, what a person decides, what is taken back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.core.standing import awaits_letter, fold
from outreach.model import Entry, EntryKind, LetterKind, ReadingKind, Standing, State

START = datetime(2022, 7, 15, 9, tzinfo=UTC)
K = EntryKind
Fact = tuple[EntryKind, dict[str, object]]


def entries(*facts: tuple[EntryKind, dict[str, object]]) -> list[Entry]:
    made = []
    for number, (kind, more) in enumerate(facts, 1):
        at = more.pop("at", START + timedelta(days=number))
        made.append(Entry(number, "c", 1, 7, at, kind, **more))  # type: ignore[arg-type]
    return made


def told(*facts: tuple[EntryKind, dict[str, object]]) -> Standing:
    invited: tuple[tuple[EntryKind, dict[str, object]], ...] = ((K.ENROLLED, {}), (K.SENT, {"what": "invitation"}))
    return fold(entries(*invited, *facts))


def fact(one: Fact) -> Fact:
    return one[0], dict(one[1])


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


def test_reviews_are_settled_by_mail_or_all_at_once() -> None:
    """A decision about one mail settles it; one without a mail settles them all."""
    waiting = [(K.REVIEW, {"what": "confirm", "mail": 1}), (K.REVIEW, {"what": "unclear", "mail": 2})]
    assert told(*waiting).review == (1, 2)
    assert told(*waiting, decided("confirmed", mail=1)).review == (2,)
    assert told(*waiting, decided("confirmed")).review == ()
    assert told(*waiting, (K.SETTLED, {"mail": 1})).review == (2,)


def test_bounces_and_refusals() -> None:
    """A dead address makes unreachable, unless a person of it has taken a position; a delay changes nothing."""
    assert told((K.BOUNCED, {"what": "permanent"})).state is State.UNREACHABLE
    assert told((K.BOUNCED, {"what": "temporary"})).state is State.INVITED
    assert told(answer("confirm"), (K.BOUNCED, {"what": "permanent"})).state is State.CONFIRMED
    assert fold(entries((K.ENROLLED, {}), (K.REFUSED, {}))).state is State.UNREACHABLE


@pytest.mark.parametrize(
    ("before", "state", "review"),
    [
        ([answer("acknowledge"), (K.SENT, {"what": "reminder", "step": 1})], State.UNREACHABLE, ()),
        ([answer("unrelated")], State.UNREACHABLE, ()),
        ([(K.REVIEW, {"what": "unclear", "mail": 1}), (K.SETTLED, {"mail": 1})], State.UNREACHABLE, ()),
        ([answer("confirm")], State.CONFIRMED, (9,)),
        ([answer("decline")], State.DECLINED, (9,)),
        ([answer("tentative")], State.TENTATIVE, (9,)),
        ([answer("question")], State.IN_TALKS, (9,)),
        ([decided("confirmed")], State.CONFIRMED, (9,)),
        ([answer("withdraw")], State.WITHDRAWN, ()),
        ([answer("unsubscribe")], State.UNSUBSCRIBED, ()),
    ],
)
def test_a_later_letter_comes_back(before: list[Fact], state: State, review: tuple[int, ...]) -> None:
    """After a receipt a dead address is a task; who has taken a position keeps it, and the notice is shown."""
    standing = told(*map(fact, before), (K.BOUNCED, {"what": "permanent", "mail": 9}))
    assert (standing.state, standing.review) == (state, review)


def days(number: int) -> datetime:
    return START + timedelta(days=number)


@pytest.mark.parametrize("later", ["confirm", "decline", "withdraw", "unsubscribe"])
@pytest.mark.parametrize("recorded", ["confirm", "decline", "tentative"])
def test_an_older_mail_that_is_read_anew_overrules_no_newer_one(recorded: str, later: str) -> None:
    """Whatever the log's order: the older mail is shown to a person, and the newer one stands."""
    newer = answer(recorded, mail=2, at=days(9))
    before, after = told(fact(newer)), told(fact(newer), answer(later, mail=1, at=days(5)))
    assert after.state is before.state
    assert after.deciding_mail == before.deciding_mail == 2
    assert after.review == (() if recorded == later else (1,))


@pytest.mark.parametrize("later", ["confirm", "decline", "tentative", "withdraw", "unsubscribe"])
@pytest.mark.parametrize("state", ["confirmed", "declined", "tentative"])
def test_an_older_mail_that_is_read_anew_undoes_no_person(state: str, later: str) -> None:
    """A person decided when it was there already."""
    person = decided(state, at=days(9))
    after = told(fact(person), answer(later, mail=1, at=days(5)))
    assert (after.state.value, after.decided_by) == (state, "person:ana")


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


REDIRECTED: Fact = (K.ANSWER, {"what": "redirect", "mail": 1})
WRITTEN: Fact = (K.READDRESSED, {"step": 1, "by": "person:ana"})
INVITATION: Fact = (K.SENT, {"what": "invitation"})
DEAD: Fact = (K.BOUNCED, {"what": "permanent"})


def test_a_new_contact_is_asked_from_the_moment_a_person_wrote_again() -> None:
    """Invited again at once, by nobody's answer; that the letter is still to leave is known until it has."""
    waiting = told(fact(REDIRECTED), fact(WRITTEN))
    assert (waiting.state, waiting.decided_by, waiting.deciding_mail) == (State.INVITED, None, None)
    assert awaits_letter(waiting)
    out = told(fact(REDIRECTED), fact(WRITTEN), fact(INVITATION))
    assert not awaits_letter(out)
    assert (out.state, out.since, out.deciding_entry) == (State.INVITED, out.last_letter_at, 5)
    assert not awaits_letter(told(fact(REDIRECTED), fact(WRITTEN), fact(INVITATION), decided("invited")))


@pytest.mark.parametrize("after", [[DEAD, WRITTEN], [(K.REFUSED, {}), WRITTEN], [REDIRECTED, WRITTEN], [WRITTEN]])
@pytest.mark.parametrize("end", [(K.BOUNCED, {"what": "permanent", "step": 1}), (K.REFUSED, {"step": 1})])
def test_a_new_contact_that_does_not_exist_is_unreachable(after: list[Fact], end: Fact) -> None:
    """Whether or not the letter left, and though the contact before it had answered."""
    assert told(*map(fact, after), fact(end)).state is State.UNREACHABLE
    assert told(*map(fact, after), fact(INVITATION), fact(end)).state is State.UNREACHABLE


@pytest.mark.parametrize("late", [DEAD, (K.REFUSED, {})])
def test_the_old_addresss_failure_says_nothing_of_the_new_one(late: Fact) -> None:
    """A notice of the first letter that comes after a person wrote again changes nothing."""
    assert told(fact(WRITTEN), fact(INVITATION), fact(late)).state is State.INVITED


def test_written_again_before_any_letter_left() -> None:
    """Nobody is invited who was never sent an invitation."""
    facts: list[Fact] = [(K.ENROLLED, {}), (K.REFUSED, {}), WRITTEN]
    assert fold(entries(*map(fact, facts))).state is State.ENROLLED
    assert fold(entries(*map(fact, [*facts, INVITATION]))).state is State.INVITED


@pytest.mark.parametrize("state", ["confirmed", "declined", "tentative", "withdrawn", "unsubscribed"])
def test_writing_again_forgets_no_answer(state: str) -> None:
    """An answer stays, whoever else is written to."""
    assert told(decided(state), fact(WRITTEN), fact(INVITATION)).state is State(state)


@pytest.mark.parametrize("state", ["declined", "tentative", "in_talks", "unreachable", "withdrawn", "unsubscribed"])
@pytest.mark.parametrize("days", [-5, 5])
def test_after_a_persons_decision_the_machine_decides_nothing(state: str, days: int) -> None:
    """Written before it or after it: the yes waits for a person, and both are shown."""
    word, yes = START + timedelta(days=20), START + timedelta(days=20 + days)
    standing = told(decided(state, at=word), answer("confirm", 5, at=yes))
    assert (standing.state, standing.decided_by, standing.review) == (State(state), "person:ana", (5,))


def test_who_was_put_back_among_the_silent_may_answer() -> None:
    """“Invited” says that there is no answer yet: a later one counts, one from before waits for a person."""
    word = START + timedelta(days=20)
    assert told(decided("invited", at=word), answer("confirm", 5, at=word + timedelta(days=1))).state is State.CONFIRMED
    before = told(decided("invited", at=word), answer("confirm", 5, at=word - timedelta(days=1)))
    assert (before.state, before.review) == (State.INVITED, (5,))


def test_a_question_after_a_no_waits_for_a_person() -> None:
    """The answer stays, and somebody sees the question."""
    standing = told(answer("decline", 1), answer("question", 2))
    assert (standing.state, standing.deciding_mail, standing.review) == (State.DECLINED, 1, (2,))
    assert not standing.we_owe


@pytest.mark.parametrize("yes", [answer("confirm", 1), decided("confirmed")])
def test_a_question_after_a_yes_takes_nothing_back(yes: Fact) -> None:
    """The yes stays; we owe an answer until the secretariat has written, whatever agrees meanwhile."""
    asked = told(fact(yes), answer("question", 2))
    assert (asked.state, asked.review, asked.we_owe) == (State.CONFIRMED, (), True)
    assert told(fact(yes), answer("redirect", 2), answer("confirm", 3)).we_owe
    assert not told(fact(yes), answer("question", 2), (K.REPLIED, {})).we_owe


def test_a_second_question_is_owed_an_answer() -> None:
    """The secretariat answered the first; the state is as old as the first."""
    standing = told(answer("question", 1), (K.REPLIED, {}), answer("question", 2))
    assert (standing.state, standing.we_owe, standing.deciding_mail) == (State.IN_TALKS, True, 1)
    assert not told(answer("question", 1), (K.REPLIED, {})).we_owe


def test_an_unsubscription_is_not_weakened() -> None:
    """Who unsubscribed stays so, also for a later wave; who withdrew may still unsubscribe."""
    assert told(answer("unsubscribe", 1), answer("withdraw", 2)).state is State.UNSUBSCRIBED
    assert told(answer("withdraw", 1), answer("unsubscribe", 2)).state is State.UNSUBSCRIBED


def test_a_corrected_unsubscription_lifts_the_stop_it_brought() -> None:
    """A person says it was a yes; a stop that a person set stays until it is lifted."""
    assert not told(answer("unsubscribe", 1), decided("confirmed", mail=1)).stopped
    assert told((K.STOPPED, {}), decided("confirmed")).stopped
    assert told(decided("unsubscribed")).stopped


def test_who_counts_as_having_answered() -> None:
    """Mail of a person does, and a person's word about an answer; notices and “still silent” do not."""
    assert told((K.REVIEW, {"what": "unclear", "mail": 1})).answered_by_person
    assert told(decided("declined")).answered_by_person
    for silent in ((K.ABSENT, {}), fact(DEAD), decided("invited"), decided("unreachable"), answer("unrelated")):
        assert not told(silent).answered_by_person


def test_a_persons_late_yes_is_marked() -> None:
    """As the machine's is; another decision clears it."""
    assert told(decided("confirmed", late=True)).late
    assert not told(decided("confirmed", late=True), decided("declined")).late


def test_the_standing_names_what_made_it() -> None:
    """Since when, by whom, by which mail: of the entry that made the state, not of a later one."""
    standing = told(answer("confirm", 8), (K.SENT, {"what": "thanks"}), answer("acknowledge", 9), fact(DEAD))
    assert (standing.since, standing.decided_by) == (START + timedelta(days=3), "machine")
    assert (standing.deciding_mail, standing.deciding_entry) == (8, 3)
    assert [kind.value for kind in standing.acknowledged] == ["thanks"]


def test_a_letter_in_doubt_that_is_noted_later_keeps_the_last_one_last() -> None:
    """The gap counts from the latest letter, in whatever order they are noted."""
    late = told((K.SENT, {"what": "reminder", "step": 1, "at": START + timedelta(days=30)}), fact(INVITATION))
    assert late.last_letter_at == START + timedelta(days=30)


@pytest.mark.parametrize("kind", list(K))
def test_a_word_of_a_later_release_breaks_nothing(kind: EntryKind) -> None:
    """An answer that is not understood waits for a person; nothing else moves the state."""
    standing = told((kind, {"what": "something new", "mail": 4, "target": 99}))
    expected = State.UNREACHABLE if kind is K.REFUSED else State.INVITED
    assert standing.state is expected
    assert standing.review == ((4,) if kind in (K.ANSWER, K.REVIEW) else ())


def test_undo_in_the_middle() -> None:
    """What was taken back is left out wherever it stands; what came after it stays."""
    undo = (K.UNDONE, {"target": 3, "by": "person:ana"})
    standing = told(decided("declined"), answer("confirm", 5), undo)
    assert (standing.state, standing.decided_by, standing.review) == (State.CONFIRMED, "machine", ())


ANY = st.builds(
    lambda kind, what, mail, days, step, by: (
        kind,
        {"what": what, "mail": mail, "at": START + timedelta(days=days), "step": step, "by": by, "target": step},
    ),
    st.sampled_from(K),
    st.sampled_from(sorted({word.value for words in (ReadingKind, State, LetterKind) for word in words} | {"", "?"})),
    st.none() | st.integers(1, 4),
    st.integers(-9, 90),
    st.integers(0, 12),
    st.sampled_from(["machine", "person:ana"]),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(ANY, max_size=14))
def test_no_log_whatever_breaks_the_fold(some: list[Fact]) -> None:
    """Any entries in any order; what is undone last is as if it never was; nothing sent is uncounted."""
    made = entries(*map(fact, some))
    whole = fold(made)
    assert len(set(whole.review)) == len(whole.review)
    assert not (whole.we_owe and whole.state is not State.IN_TALKS)
    undone = {entry.target for entry in made if entry.kind is K.UNDONE}
    assert whole.letters == sum(entry.kind is K.SENT and entry.id not in undone for entry in made)
    if made and made[-1].kind is not K.UNDONE:
        undo = Entry(99, "c", 1, 7, START, K.UNDONE, target=made[-1].id)
        assert fold([*made, undo]) == fold(made[:-1])
