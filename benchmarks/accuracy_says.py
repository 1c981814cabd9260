"""How well it is read what a mail says: by language and by kind, which kind for which, flags, and every error."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from benchmarks.figures import NONE, at_least, figure, list_errors, pace, percent, table
from benchmarks.labelled import REPLIES, Case, read_replies
from outreach.languages import load_languages
from outreach.languages.spelling import plain
from outreach.model import Flag, ReadingKind

TRAINED = Path(__file__).parent.parent / "tests/data/replies"
AUTOMATIC = (ReadingKind.AUTO_REPLY.value, ReadingKind.BOUNCE.value)
YES = ReadingKind.CONFIRM
HEADS = ("", "mails", "suggested right", "decided", "of these right", "yes recorded", "false yes", "language right")


def right(case: Case) -> bool:
    """Whether the kind is the label's."""
    return str(case.label["label"]) == case.reading.kind.value


def is_yes(case: Case) -> bool:
    """Whether a careful reader finds a yes."""
    return str(case.label["label"]) == YES.value


def false_yes(case: Case) -> bool:
    """Whether a yes is decided that nobody said."""
    return case.reading.decided and case.reading.kind is YES and not right(case)


def report(folder: Path, *, errors: bool) -> None:
    """Prints all figures of the replies of a folder."""
    every, seconds = read_replies(folder)
    first = {one.code for one in load_languages().all if one.words and not one.suggests_only}
    automatic = [case for case in every if case.label["label"] in AUTOMATIC]
    persons = [case for case in every if case not in automatic]
    cases = [case for case in persons if case.label["lang"] in first]
    others = [case for case in persons if case.label["lang"] not in first]
    if (folder / REPLIES).read_bytes() == (TRAINED / REPLIES).read_bytes():
        print("  The vote has learned from these very replies. How well it reads what it never saw is told by\n"
              "  `make learn LEAVE_OUT=replies`, and by `make learn` of tests/data/unseen.")  # fmt: skip
    _limits(cases, every)
    print("\n  By language")
    _groups(cases, lambda case: str(case.label["lang"]))
    print("\n  By kind")
    _groups(cases, lambda case: str(case.label["label"]))
    print("\n  Which kind (row) is read as which (column)")
    _matrix(persons)
    print("\n  Flags, and the address of another contact")
    _flags(cases)
    print("  late: a label goes by what the mail says of itself, a reading by the day of the mail, too")
    print("\n  Not counted above")
    figure("other languages: suggested right", sum(map(right, others)), len(others))
    figure("other languages: decided", sum(case.reading.decided for case in others), len(others))
    figure("automatic by label: read as such", sum(map(right, automatic)), len(automatic))
    print(f"\n  opened and read: {pace(len(every), seconds)}")
    if errors:
        list_errors(_errors(every))


def _limits(cases: list[Case], every: Iterable[Case]) -> None:
    decided = [case for case in cases if case.reading.decided]
    confirmations = [case for case in cases if is_yes(case)]
    recorded = sum(right(case) and case.reading.decided for case in confirmations)
    known = [case for case in cases if right(case) and case.label.get("evidence")]
    decided_yes = [case for case in every if case.reading.decided and case.reading.kind is YES]
    figure("suggestion right", sum(map(right, cases)), len(cases), at_least(0.85))
    figure("decided", len(decided), len(cases), at_least(0.70))
    figure("of decided right", sum(map(right, decided)), len(decided), at_least(0.99))
    figure("confirmations recorded", recorded, len(confirmations), at_least(0.75))
    figure("false of decided confirmations", sum(map(false_yes, decided_yes)), len(decided_yes), NONE)
    figure("shown words are the label's", sum(map(_shows, known)), len(known))


def _shows(case: Case) -> bool:
    """Whether the words that are shown, or some of them, stand in the labelled passage, or the other way round."""
    wanted = plain(case.label["evidence"])
    shown = [plain(one.words) for one in case.reading.evidence if one.rule == case.reading.kind.value]
    return any(one in wanted or wanted in one for one in shown)


def _groups(cases: Iterable[Case], key: Callable[[Case], str]) -> None:
    groups = defaultdict[str, list[Case]](list)
    for case in cases:
        groups[key(case)].append(case)
    table(HEADS, [(name, *_row(some)) for name, some in sorted(groups.items())])


def _row(cases: list[Case]) -> tuple[object, ...]:
    decided = [case for case in cases if case.reading.decided]
    confirmations = [case for case in cases if is_yes(case)]
    return (
        len(cases),
        percent(sum(map(right, cases)), len(cases)),
        percent(len(decided), len(cases)),
        percent(sum(map(right, decided)), len(decided)),
        percent(sum(right(case) and case.reading.decided for case in confirmations), len(confirmations)),
        sum(map(false_yes, cases)),
        percent(sum(case.reading.language == case.label["lang"] for case in cases), len(cases)),
    )


def _matrix(cases: Iterable[Case]) -> None:
    counts = Counter((str(case.label["label"]), case.reading.kind.value) for case in cases)
    labels = [kind.value for kind in ReadingKind if any(label == kind for label, _ in counts)]
    read = [kind.value for kind in ReadingKind if any(kind == one for _, one in counts)]
    table(("", *read), [(label, *(counts[label, one] or "·" for one in read)) for label in labels])


def _flags(cases: list[Case]) -> None:
    """Of what is read how much is labelled (precision), and of what is labelled how much is read (recall)."""
    rows = [(flag.value, *_sets(cases, flag.value)) for flag in Flag]
    rows.append(("redirect_to", _pairs(cases, _address), _pairs(cases, lambda case: case.reading.redirect_to)))
    table(
        ("", "labelled", "read", "precision", "recall"),
        [
            (name, len(wanted), len(read), *(percent(len(wanted & read), len(some)) for some in (read, wanted)))
            for name, wanted, read in rows
        ],
    )


def _sets(cases: list[Case], flag: str) -> tuple[set[str], set[str]]:
    """The mails that are labelled with a flag, and those it was read in."""
    return (
        {case.name for case in cases if flag in case.label.get("flags", ())},
        {case.name for case in cases if flag in case.reading.flags},
    )


def _pairs(cases: list[Case], value: Callable[[Case], str | None]) -> set[str]:
    """Names of mails with a value that each has."""
    return {f"{case.name} {found}" for case in cases if (found := value(case))}


def _address(case: Case) -> str | None:
    """The address of another contact that is labelled."""
    return (case.label.get("redirect_to") or "").lower() or None


def _errors(cases: Iterable[Case]) -> Iterator[str]:
    """What was read wrongly, the worst first."""
    wrong = [case for case in cases if not right(case)]
    for told, some in (
        ("a yes that nobody said", [case for case in wrong if false_yes(case)]),
        ("decided wrongly", [case for case in wrong if case.reading.decided and not false_yes(case)]),
        ("suggested wrongly", [case for case in wrong if not case.reading.decided]),
    ):
        for case in some:
            seen = "; ".join(f"{one.rule}: {one.words}" for one in case.reading.evidence)
            yield f"{told}: {case.name}: {case.label['label']} read as {case.reading.kind.value} [{seen}]"
    for case in cases:
        if case.label["label"] not in AUTOMATIC:
            yield from _flag_errors(case)


def _flag_errors(case: Case) -> Iterator[str]:
    known = {flag.value for flag in Flag}
    wanted, read = known & set(case.label.get("flags", ())), {flag.value for flag in case.reading.flags}
    if wanted != read:
        yield f"flags: {case.name}: missed {sorted(wanted - read)}, too many {sorted(read - wanted)}"
    if _address(case) != case.reading.redirect_to:
        yield f"redirect_to: {case.name}: {case.reading.redirect_to} instead of {_address(case)}"
    if case.label["lang"] != case.reading.language:
        yield f"language: {case.name}: {case.label['lang']} read as {case.reading.language}"
