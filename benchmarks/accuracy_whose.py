"""How well it is told whose a mail is: labelled replies among thousands of other invitees, and every error."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Collection, Iterator
from pathlib import Path

from benchmarks.figures import NONE, at_least, figure, list_errors
from benchmarks.labelled import OURS, Case, read_replies
from outreach.core.whose.clues import clues
from outreach.core.whose.index import Index, build_index
from outreach.core.whose.matching import Proven, match
from outreach.core.whose.names import Namer, words_of
from outreach.languages.places import load_places
from outreach.model import Contact, Invitee, InviteeKind, Match, ReadingKind

OTHERS = 8000  # invented places beside those of the replies and of the table
SYLLABLES = "ba bel cor dan el fa gor han il jo kel lan mar nor os pel quin ros sal tor ul van wes xan yor zel".split()  # noqa: SIM905  a row of syllables
ENDINGS = ("a", "burg", "dorf", "ia", "ilha", "ona", "polis", "stad", "ton", "ville", "via", "wick")


def invented(many: int, seed: int = 7) -> Iterator[tuple[str, str]]:
    """Names of places that there are not, some of them of two or three places."""
    chance = random.Random(seed)  # noqa: S311  the same names every time
    countries = ("DE", "FR", "ES", "IT", "PT", "NL", "BE", "US", "MX", "AR", "BR", "CO", "KE", "NG", "IN", "PH")
    for _ in range(many):
        name = "".join(chance.choice(SYLLABLES) for _ in range(chance.randint(2, 3))) + chance.choice(ENDINGS)
        before = chance.choice(("", "", "", "", "San ", "Nova ", "Saint-", "Bad "))
        yield f"{before}{name.capitalize()}", chance.choice(countries)


def slug(name: str) -> str:
    """A name as a mail domain writes it."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "".join(char for char in plain if char.isalnum()) or "place"


def make_invitees(
    cases: Collection[Case], others: int, *, known_senders: bool = True
) -> tuple[list[Invitee], dict[str, int]]:
    """The invitees of all labels, provinces of the same name, the cities of the table, and invented places.

    An address that is not labelled as the invited one is of nobody: its invitee has another at another domain. Without
    `known_senders` nobody writes from an address that we know.
    """
    namer = Namer(load_places())
    addresses: dict[tuple[str, str], list[str]] = {}
    of_file: dict[str, tuple[str, str]] = {}
    canonical: dict[tuple[str, str], tuple[str, str]] = {}
    for case in cases:
        place = (case.label["city"], case.label["country"])
        for form in namer.spellings(*place).full:
            place = canonical.setdefault((form_key := "".join(form), case.label["country"]), place)
            assert form_key
        known = addresses.setdefault(place, [])
        of_file[case.name] = place
        if known_senders and case.label["is_invited_address"] and case.message.from_:
            known.append(case.message.from_[0].address)
    rows = [(name, country, InviteeKind.CITY, tuple(known)) for (name, country), known in addresses.items()]
    taken = {("".join(words_of(name)), country) for name, country, _, _ in rows} | set(canonical)
    for number, (name, country, _, _) in enumerate(tuple(rows)):
        if number % 20 == 0:
            rows.append((name, country, InviteeKind.PROVINCE, ()))
    more = [(names[0], country) for country, names in load_places().cities]
    for name, country in (*more, *invented(others)):
        key = ("".join(words_of(name)), country)
        if key not in taken:
            taken.add(key)
            rows.append((name, country, InviteeKind.CITY, ()))
    invitees = [
        Invitee(f"{n}", name, country, kind, _contacts(n, name, known), n)
        for n, (name, country, kind, known) in enumerate(rows, 1)
    ]
    numbers = {
        (invitee.name, invitee.country): invitee.number for invitee in invitees if invitee.kind is InviteeKind.CITY
    }
    return invitees, {file: numbers[place] for file, place in of_file.items()}


def _contacts(number: int, name: str, known: tuple[str, ...]) -> tuple[Contact, ...]:
    addresses = known or (f"info@h{number}-{slug(name)[::-1]}.example",)
    return tuple(Contact(address, person=f"Person{number} Invented") for address in addresses)


def tell(case: Case, index: Index, whose: int, *, threads: bool = True) -> Match:
    """Whose a mail is; without threads as if it answered no letter of ours."""
    seen = clues(case.message, case.reading, OURS, index)
    thread = {one: whose for one in seen.message_ids if threads and case.label["id"] in one}
    return match(seen, index, Proven(by_message_id=thread))


def report(folder: Path, *, errors: bool) -> None:
    """Prints all figures of the replies of a folder."""
    every, _ = read_replies(folder)
    cases = [case for case in every if case.label["label"] != ReadingKind.UNRELATED.value]
    others = [case for case in every if case not in cases]
    invitees, whose = make_invitees(every, OTHERS)
    index = build_index(invitees, load_places())
    told = {case.name: tell(case, index, whose[case.name]) for case in every}
    right = {name for name, one in told.items() if one.number == whose[name]}
    wrong = {name for name, one in told.items() if one.number is not None and name not in right}
    queued = [case for case in cases if told[case.name].number is None]
    first = [case for case in queued if _first(told[case.name]) == whose[case.name]]
    for group, threaded, limit in (("in a thread", True, 0.97), ("fresh", False, 0.80)):
        some = {case.name for case in cases if _answers(case) is threaded}
        figure(f"{group}: matched", len(some & right), len(some), at_least(limit))
    figure("wrong city", len(wrong), len(every), NONE)
    figure("not matched: first in the queue", len(first), len(queued))
    _harder(cases, index, whose)
    print(f"  among {len(invitees)} invitees; {len(others)} mails on other matters count only where the city is wrong")
    if errors:
        names = {one.number: f"{one.name} ({one.kind.value}, {one.country})" for one in invitees}
        list_errors(_error(case, told[case.name], names) for case in every if case.name not in right)


def _harder(cases: list[Case], index: Index, whose: dict[str, int]) -> None:
    """The same mails as if all were fresh, and as if nobody wrote from an address that we know either."""
    _fresh("as if all were fresh: matched", cases, index, whose)
    invitees, numbers = make_invitees(cases, OTHERS, known_senders=False)
    _fresh("and no sender were known: matched", cases, build_index(invitees, load_places()), numbers)


def _fresh(name: str, cases: list[Case], index: Index, whose: dict[str, int]) -> None:
    told = [(tell(case, index, 0, threads=False).number, whose[case.name]) for case in cases]
    figure(name, sum(found == number for found, number in told), len(told))
    figure("  wrong city", sum(found not in (None, number) for found, number in told), len(told))


def _answers(case: Case) -> bool:
    return bool(case.message.in_reply_to or case.message.references)


def _first(told: Match) -> int | None:
    return told.candidates[0].number if told.candidates else None


def _error(case: Case, told: Match, names: dict[int, str]) -> str:
    if told.number is not None:
        return f"WRONG: {case.name}: {case.label['city']} told as {names[told.number]}: {told.candidates[0].reasons}"
    ranked = ", ".join(f"{names[one.number]} {one.score}" for one in told.candidates[:3])
    return f"not matched: {case.name}: {case.label['city']} [{case.label['label']}]; suggested: {ranked or 'nobody'}"
