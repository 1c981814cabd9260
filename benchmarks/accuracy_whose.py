"""How well it is told whose a mail is: labelled replies among thousands of other invitees, and every error."""

from __future__ import annotations

import argparse
import json
import random
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from outreach.adapters.guarded import open_guarded
from outreach.core.reading.reader import open_mail, read_mail
from outreach.core.whose.clues import clues
from outreach.core.whose.index import Index, build_index
from outreach.core.whose.matching import Proven, match
from outreach.core.whose.names import Namer, words_of
from outreach.languages import load_languages
from outreach.languages.places import load_places
from outreach.model import Contact, Invitee, InviteeKind, Match, Message, ReadingKind

OWN = frozenset({"cisdpl@uclg.org"})
LIMITS = {"in a thread": 0.97, "fresh": 0.80}
SYLLABLES = "ba bel cor dan el fa gor han il jo kel lan mar nor os pel quin ros sal tor ul van wes xan yor zel".split()  # noqa: SIM905  a row of syllables
ENDINGS = ("a", "burg", "dorf", "ia", "ilha", "ona", "polis", "stad", "ton", "ville", "via", "wick")


@dataclass(frozen=True)
class Case:
    """One reply: its label, the mail, whose it is."""

    label: dict[str, Any]
    message: Message
    threaded: bool


def read_cases(folder: Path) -> list[Case]:
    """Every labelled mail of a folder."""
    labels = [json.loads(line) for line in (folder / "labels.jsonl").read_text(encoding="utf-8").splitlines()]
    cases = []
    for label in labels:
        message = open_guarded((folder / "mails" / label["file"]).read_bytes(), open_mail)
        cases.append(Case(label, message, bool(message.in_reply_to or message.references)))
    return cases


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


def make_invitees(cases: list[Case], others: int) -> tuple[list[Invitee], dict[str, int]]:
    """The invitees of all labels, provinces of the same name, the cities of the table, and invented places.

    An address that is not labelled as the invited one is of nobody: its invitee has another at another domain.
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
        of_file[case.label["file"]] = place
        if case.label["is_invited_address"] and case.message.from_:
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


def tell(case: Case, index: Index, whose: int) -> Match:
    """Whose a mail is, as the replies are read."""
    reading = read_mail(case.message, load_languages(), own_addresses=OWN)
    seen = clues(case.message, reading, OWN, index)
    thread = {one: whose for one in seen.message_ids if case.label["id"] in one}
    return match(seen, index, Proven(by_message_id=thread))


def main() -> None:
    """Prints the figures and what went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replies", type=Path, default=Path("tests/data/replies"))
    parser.add_argument("--others", type=int, default=8000)
    parser.add_argument("--unknown", action="store_true", help="no sender's address is known")
    parser.add_argument("--no-threads", action="store_true", help="as if every mail were fresh")
    parser.add_argument("--show", action="store_true", help="every mail that was not matched")
    arguments = parser.parse_args()
    cases = read_cases(arguments.replies)
    if arguments.unknown:
        cases = [Case({**case.label, "is_invited_address": False}, case.message, case.threaded) for case in cases]
    if arguments.no_threads:
        cases = [Case({**case.label, "id": "\0"}, case.message, False) for case in cases]
    invitees, whose = make_invitees(cases, arguments.others)
    names = {invitee.number: f"{invitee.name} ({invitee.kind.value}, {invitee.country})" for invitee in invitees}
    index = build_index(invitees, load_places())
    done: Counter[str] = Counter()
    for case in cases:
        told = tell(case, index, whose[case.label["file"]])
        group = "in a thread" if case.threaded else "fresh"
        about = case.label["label"] != ReadingKind.UNRELATED.value
        right = told.number == whose[case.label["file"]]
        done[group] += about
        done[f"{group}, matched"] += about and right
        done["first suggestion"] += (
            not right and bool(told.candidates) and told.candidates[0].number == whose[case.label["file"]]
        )
        if told.number is not None and not right:
            done["wrong"] += 1
            print(
                f"WRONG {case.label['file']}: {case.label['city']} told as {names[told.number]}: {told.candidates[0]}"
            )
        elif not right and arguments.show:
            ranked = [(names[one.number], one.score, one.reasons) for one in told.candidates[:3]]
            print(f"queue {case.label['file']} {case.label['city']} [{case.label['label']}]: {ranked}")
    print(f"{len(invitees)} invitees, {len(cases)} mails; unrelated ones are not counted")
    for group, limit in LIMITS.items():
        if done[group]:
            share = done[f"{group}, matched"] / done[group]
            print(f"{group}: {done[f'{group}, matched']} of {done[group]} matched, {share:.1%} (limit {limit:.0%})")
    print(f"wrong city: {done['wrong']} (limit 0); first in the queue's suggestions: {done['first suggestion']}")


if __name__ == "__main__":
    main()
