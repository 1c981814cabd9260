"""An index of the invitees by everything that can tell whose a mail is: built once, small, and quick."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Container, Iterable
from dataclasses import dataclass
from functools import partial
from sys import intern

from outreach.core.geography import country_named
from outreach.core.shared_domains import mail_domain
from outreach.core.whose.names import MERGING, Namer, Spellings, fold, person_key
from outreach.languages.places import Places
from outreach.languages.remembering import Remembered
from outreach.model import Invitee

Rows = tuple[int, ...]

HASH_BITS = 64
HALF = 1 << HASH_BITS - 1  # hashes are numbers from -HALF on
DRAWER_BITS = 3  # in a drawer lie the few hashes that begin alike, 2 ** 3 or fewer


class Table:
    """Rows by key. Only a 64-bit hash of each key is kept: 12 bytes an entry instead of some 200."""

    def __init__(self) -> None:
        self._hashes = array("q")
        self._rows = array("I")
        self._shift, self._drawers = HASH_BITS, array("I", (0, 0))  # where the hashes begin that begin alike

    def add(self, row: int, key: str) -> None:
        """Takes up a key; `sort` comes when all are taken up."""
        if key:
            self._hashes.append(hash(key))
            self._rows.append(row)

    def sort(self) -> None:
        """Makes the table fit for looking up."""
        order = sorted(range(len(self._hashes)), key=self._hashes.__getitem__)
        self._hashes = array("q", map(self._hashes.__getitem__, order))
        self._rows = array("I", map(self._rows.__getitem__, order))
        self._shift = HASH_BITS - max(0, len(self._hashes).bit_length() - DRAWER_BITS)
        edges = range(-HALF, HALF, 1 << self._shift)
        self._drawers = array("I", [*map(partial(bisect_left, self._hashes), edges), len(self._hashes)])

    def get(self, key: str) -> Rows:
        """The rows of a key, in order."""
        wanted = hash(key)
        drawer = wanted + HALF >> self._shift
        start = end = bisect_left(self._hashes, wanted, self._drawers[drawer], self._drawers[drawer + 1])
        while end < len(self._hashes) and self._hashes[end] == wanted:
            end += 1
        return tuple(dict.fromkeys(self._rows[start:end])) if end > start else ()


@dataclass(frozen=True, slots=True)
class Index:
    """The invitees by name, address, mail domain and person; a row is a place in the lists of what they are."""

    numbers: array[int]
    countries: list[str]
    kinds: list[str]
    names: Table
    beginnings: Table  # of names: “Freiburg” of Freiburg im Breisgau
    first_words: dict[str, int]  # of names and beginnings, and how many words the longest of them has
    telling: Remembered[bool]  # words as they are written, with which a name may begin, or that stand beside one
    addresses: Table
    domains: Table
    people: Table
    places: Places

    def shared_domains(self, domains: Iterable[str]) -> frozenset[str]:
        """Those of some mail domains that several invitees have."""
        return frozenset(domain for domain in domains if len(self.domains.get(domain)) > 1)


def build_index(invitees: Iterable[Invitee], places: Places, former: Iterable[tuple[str, int]] = ()) -> Index:
    """The index of these invitees.

    Args:
        invitees: Each with its number and contacts; a generator serves well, nothing of them is kept but hashes.
        places: Spellings of cities and words of offices.
        former: Further addresses and whose they are, by number: contacts of last year.
    """
    country_named("")  # its table is made now, and not when the first mail comes
    namer = Namer(places)
    firsts: dict[str, int] = {}
    telling = Remembered(partial(_is_telling, firsts=firsts, genitives=places.genitives))
    index = Index(array("Q"), [], [], Table(), Table(), firsts, telling, Table(), Table(), Table(), places)
    rows: dict[int, int] = {}
    for row, invitee in enumerate(invitees):
        rows[invitee.number] = row
        index.numbers.append(invitee.number)
        index.countries.append(intern(invitee.country))
        index.kinds.append(invitee.kind.value)
        _add_names(index, row, namer.spellings(invitee.name, invitee.country))
        for contact in invitee.contacts:
            index.people.add(row, person_key(contact.person))
            _add_addresses(index, row, (contact.email, *contact.cc))
    for address, number in former:
        if number in rows:
            _add_addresses(index, rows[number], (address,))
    for table in (index.names, index.beginnings, index.addresses, index.domains, index.people):
        table.sort()
    return index


def _is_telling(word: str, firsts: Container[str], genitives: Container[str]) -> bool:
    """Whether a name may begin with a word; or it is that of an office before which names have an ending."""
    if word[0].islower():
        return word in genitives
    simple = fold(word)
    return simple in firsts or simple in genitives


def _add_names(index: Index, row: int, forms: Spellings) -> None:
    for form in forms.full:
        index.names.add(row, "".join(form))
    for form in forms.short:
        index.beginnings.add(row, "".join(form))
    for form in (*forms.full, *forms.short):
        for word in form[: 2 if form[0] in MERGING else 1]:  # where a text says “du Mans”, Mans has the capital
            if len(form) > index.first_words.get(word, 0):
                index.first_words[word] = len(form)


def _add_addresses(index: Index, row: int, addresses: Iterable[str]) -> None:
    known = dict.fromkeys(map(str.lower, addresses))
    for address in known:
        index.addresses.add(row, address)
    for domain in dict.fromkeys(map(mail_domain, known)):
        index.domains.add(row, domain)
