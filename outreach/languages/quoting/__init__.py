"""What mail programs write above a quoted mail and below a new one, in every language at once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from outreach.languages.anywhere import Anywhere
from outreach.languages.beginnings import Beginnings


@dataclass(frozen=True, slots=True, eq=False)
class Quoting:
    """The words of quoting.toml, small."""

    wrote: frozenset[str]  # verbs of “On … somebody wrote:”
    quoting: Beginnings  # “Message from …”
    on: frozenset[str]  # the first word of such a line
    labels: Mapping[str, str]  # of header lines, each with its kind: sender, sent, to, subject, other
    original: frozenset[str]  # “Original message”
    forwarded: frozenset[str]  # “Forwarded message”
    mobile: Beginnings  # “Sent from my …”
    closing: Beginnings  # “Kind regards”
    mail: Anywhere  # a notice of confidentiality says one of these,
    secret: Anywhere  # and two of these,
    unless: Anywhere  # or one and one of these
    proviso: Beginnings  # “subject to the council's vote”, between a name and a telephone
    denials: frozenset[str]  # of a line below a telephone that is no slogan: “not”
    printing: Beginnings  # “Please consider the environment”
    leaving: Beginnings  # “If you no longer wish to receive our letters”, as a footer begins
    leave: frozenset[str]  # “Unsubscribe”, as a link below a letter,
    letters: frozenset[str]  # and what it leaves: “newsletter”
    small: frozenset[str]  # and what may stand between: “from our”
    privacy: tuple[str, ...]  # “data protection”
    privacy_desks: tuple[str, ...]  # how the addresses of those in charge of it begin
    office: Anywhere  # of whom signs


@lru_cache(maxsize=1)
def load_quoting() -> Quoting:
    """Reads the file beside this one."""
    data = tomllib.loads((files(__package__) / "quoting.toml").read_text("utf-8"))
    labels: dict[str, str] = {}
    for kind, rows in data["labels"].items():
        for label in _words(rows):
            labels.setdefault(label, kind)
    return Quoting(
        wrote=_words(data["wrote"]),
        quoting=Beginnings(_words(data["quoting"])),
        on=_words(data["on"]),
        labels=labels,
        original=_words(data["original"]),
        forwarded=_words(data["forwarded"]),
        mobile=Beginnings(_words(data["mobile"])),
        closing=Beginnings(_words(data["closing"])),
        mail=Anywhere(data["disclaimer"]["mail"]),
        secret=Anywhere(data["disclaimer"]["secret"]),
        unless=Anywhere(data["disclaimer"]["unless"]),
        proviso=Beginnings(_words(data["proviso"])),
        denials=_words(data["denials"]),
        printing=Beginnings(_words(data["printing"])),
        leaving=Beginnings(_words(data["leaving"])),
        leave=frozenset(data["button"]["verb"]),
        letters=frozenset(data["button"]["letter"]),
        small=frozenset(data["button"]["small"]),
        privacy=tuple(data["privacy"]["words"]),
        privacy_desks=tuple(data["privacy"]["addresses"]),
        office=Anywhere(_words(data["office"])),
    )


def _words(rows: Mapping[str, list[str]]) -> frozenset[str]:
    return frozenset(word for row in rows.values() for word in row)
