"""An index of the invitees by everything that can tell whose a mail is: built once, small, and quick."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from outreach.core.shared_domains import mail_domain
from outreach.core.whose.names import Namer, Words, person_key
from outreach.languages.places import Places
from outreach.model import Invitee

Rows = tuple[int, ...]
_ROW_BITS = 32
_ROW = (1 << _ROW_BITS) - 1


class Table:
    """Rows by key. Only a 64-bit hash of each key is kept: 12 bytes an entry instead of some 200."""

    def __init__(self, keys: Sequence[str], rows: Sequence[int]) -> None:
        packed = sorted({hash(key) << _ROW_BITS | row for key, row in zip(keys, rows, strict=True)})
        self._hashes = array("q", (one >> _ROW_BITS for one in packed))
        self._rows = array("I", (one & _ROW for one in packed))

    def get(self, key: str) -> Rows:
        """The rows of a key, in order."""
        wanted = hash(key)
        at = bisect_left(self._hashes, wanted)
        end = at
        while end < len(self._hashes) and self._hashes[end] == wanted:
            end += 1
        return tuple(self._rows[at:end])

    def __contains__(self, key: str) -> bool:
        """Whether any row has this key."""
        wanted = hash(key)
        at = bisect_left(self._hashes, wanted)
        return at < len(self._hashes) and self._hashes[at] == wanted


@dataclass(frozen=True, slots=True)
class Index:
    """The invitees by name, address, mail domain and person; a row is a place in the lists of what they are."""

    numbers: array[int]
    labels: list[str]
    countries: list[str]
    kinds: list[str]
    names: Table
    beginnings: Table  # of names: “Freiburg” of Freiburg im Breisgau
    first_words: Table  # of names and beginnings
    addresses: Table
    domains: Table
    people: Table
    places: Places

    def shared_domains(self, domains: Iterable[str]) -> frozenset[str]:
        """Those of some mail domains that several invitees have."""
        return frozenset(domain for domain in domains if len(self.domains.get(domain)) > 1)


class _Keys:
    """Collects the keys of one table."""

    def __init__(self) -> None:
        self._keys: list[str] = []
        self._rows = array("I")

    def add(self, row: int, keys: Iterable[str]) -> None:
        for key in keys:
            if key:
                self._keys.append(key)
                self._rows.append(row)

    def table(self) -> Table:
        made = Table(self._keys, self._rows)
        self._keys, self._rows = [], array("I")
        return made


def build_index(invitees: Iterable[Invitee], places: Places, former: Iterable[tuple[str, int]] = ()) -> Index:
    """The index of these invitees.

    Args:
        invitees: Each with its number and contacts; a generator serves well, nothing of them is kept but hashes.
        places: Spellings of cities and words of offices.
        former: Further addresses and whose they are, by number: contacts of last year.
    """
    namer = Namer(places)
    numbers, labels, countries, kinds = array("Q"), [], [], []
    names, beginnings, first_words = _Keys(), _Keys(), _Keys()
    addresses, domains, people = _Keys(), _Keys(), _Keys()
    rows: dict[int, int] = {}
    for row, invitee in enumerate(invitees):
        rows[invitee.number] = row
        numbers.append(invitee.number)
        labels.append(invitee.name)
        countries.append(invitee.country)
        kinds.append(invitee.kind.value)
        forms = namer.spellings(invitee.name, invitee.country)
        names.add(row, map("".join, forms.full))
        beginnings.add(row, map("".join, forms.short))
        first_words.add(0, _first_words((*forms.full, *forms.short)))
        known = [a.lower() for contact in invitee.contacts for a in (contact.email, *contact.cc)]
        addresses.add(row, known)
        domains.add(row, {mail_domain(address) for address in known})
        people.add(row, (person_key(contact.person) for contact in invitee.contacts))
    for address, number in former:
        if number in rows:
            addresses.add(rows[number], [address.lower()])
            domains.add(rows[number], [mail_domain(address)])
    rows.clear()
    return Index(
        numbers=numbers,
        labels=labels,
        countries=countries,
        kinds=kinds,
        names=names.table(),
        beginnings=beginnings.table(),
        first_words=first_words.table(),
        addresses=addresses.table(),
        domains=domains.table(),
        people=people.table(),
        places=places,
    )


def _first_words(forms: Iterable[Words]) -> set[str]:
    return {form[0] for form in forms}
