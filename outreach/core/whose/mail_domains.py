"""Places in mail domains: ajgirona.example, stadt-graz.example, munisanjose.example."""

from __future__ import annotations

from dataclasses import dataclass

from outreach.core.whose.index import Index, Rows
from outreach.core.whose.names import fold

CODE = 2  # letters of a country's or state's code
SHORTEST_GLUED = 3
SHORTEST_PART = 4
MOST_PARTS = 8
_OFFICIAL = frozenset({"gov", "gob", "gouv", "gv", "go", "govt", "muni", "lg", "bel"})


@dataclass(frozen=True, slots=True)
class Label:
    """A place in a mail domain; `whole`: nothing else stands there but the words of a town hall."""

    rows: Rows
    whole: bool
    official: bool  # with a word of a town hall, or below a government's own domain
    kind: str
    words: str


def read_label(domain: str, index: Index) -> tuple[Label, ...]:
    """The places in a domain. The labels of its end (.com, .gob.mx) name none."""
    labels = domain.split(".")
    official = bool(_OFFICIAL.intersection(labels[1:]))
    found = [
        one for label in labels[:-1][-3:] if len(label) > CODE for one in _in_label(label, index, official=official)
    ]
    return tuple(found[:4])


def _in_label(label: str, index: Index, *, official: bool) -> list[Label]:
    parts = [fold(part) for part in label.split("-") if part][:MOST_PARTS]
    words = index.places.domain_words
    kind = next((index.places.domain_kinds[part] for part in parts if part in index.places.domain_kinds), "")
    rest = [part for part in parts if part not in words]
    office = official or len(rest) < len(parts)
    if rows := _named("".join(rest), index):
        return [Label(rows, True, office, kind, label)]
    if not rest and (rows := _named("".join(parts), index)):
        return [Label(rows, True, official, kind, label)]
    named = [part for part in rest if len(part) > CODE]
    if rows := _named("".join(named), index):  # halifax-ns, hamilton-nz
        return [Label(rows, True, office, kind, label)]
    if len(named) == 1 and (rows := _glued(named[0], index)):
        return [Label(rows, True, True, kind or "city", label)]
    return [
        Label(rows, False, office, kind, label)
        for part in named
        if len(part) >= SHORTEST_PART and (rows := _named(part, index))
    ]


def _named(key: str, index: Index) -> Rows:
    return (index.names.get(key) or index.beginnings.get(key)) if len(key) >= SHORTEST_GLUED else ()


def _glued(label: str, index: Index) -> Rows:
    """A town hall's word before or behind the name, without a dash: ajvic, galwaycity, viladesalt."""
    for word in index.places.domain_glued:
        for rest in (label.removeprefix(word), label.removesuffix(word)):
            if rest != label and (rows := _named(rest, index)):
                return rows
    return ()
