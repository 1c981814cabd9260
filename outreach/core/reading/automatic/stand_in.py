"""Finds whom a mail names to write to instead, and in which words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from outreach.core.reading.automatic.machine_marks import FROM_LINE, SENDERS
from outreach.core.reading.phrasebook import Phrasebook
from outreach.core.reading.phrases import sentences
from outreach.languages.quoting import load_quoting

_ADDRESS = re.compile(r"[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,6}")
_NAME = re.compile(r"[^\W\d_][\w'’.-]{0,30}")
_ELISION = re.compile(r"(?:d|l|qu|all|dall|dell|nell|sull)'(?=\w)", re.IGNORECASE)  # “d'office@town.example”
MOST = 40  # addresses that are looked at
AROUND = 160  # characters before an address in which words say what it is
BEHIND = 60
NAME_NEAR = 60  # characters before an address in which its owner's name begins
NAME_WORDS = 4
HERE, ELSEWHERE = 2, -3  # what the words around an address count: “write to”, “was sent to”


SMALL = 3  # letters of “of”, “de”, “und”
LABELS = frozenset({"email", "mail", "e-mail", "correo", "courriel", "correu", "web", "tel", "fax", "www", "mailto"})
_SENTENCE_ENDS = re.compile(r"[.!?;]\s")
_COPIES = re.compile(
    r"(?:^|[\n.!?;]\s?)\W{0,3}(?:cc|bcc|cco|cci|copy|copie|copia|kopie)\s?[:：][^\n]*$|"
    r"\b(?:in copy|in cc|en copie|en copia|en còpia|em cópia|in copia|in kopie)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class StandIn:
    """An address to write to instead, and the words that name its owner, as they stand in the mail."""

    address: str
    words: str


@dataclass(frozen=True, slots=True)
class _Named:
    """An address in a text that may be another's, where it stands, and where what is said of it begins."""

    address: str
    found: re.Match[str]
    since: int


def stand_in(
    text: str, not_theirs: frozenset[str], book: Phrasebook[str], *, only_if_asked: bool = False
) -> StandIn | None:
    """The address that a text asks to write to; the first of several equal ones.

    Args:
        text: What the sender newly wrote.
        not_theirs: Addresses that are no substitute's: ours, the sender's own.
        book: Phrases; `stand_in` (“please write to”) speaks for an address behind it, `not_stand_in` (“was sent to”)
            against it, `dead` (“is no longer in use”) against one before it.
        only_if_asked: An address at which nobody asks to write does not count, such as one in a footer.
    """
    weighed = [
        (_weight(_before(text, one), text[one.found.end() :][:BEHIND], book), one) for one in _named(text, not_theirs)
    ]
    return _heaviest(text, weighed, HERE if only_if_asked else 0)


def directed_to(text: str, not_theirs: frozenset[str], book: Phrasebook[str], *, likely: bool) -> StandIn | None:
    """The address to which a person's own words direct: none of a signature, a line of copies, a notice of privacy.

    Args:
        text: What the sender newly wrote.
        not_theirs: Ours, the sender's own.
        book: As above.
        likely: Whether the mail seems to name another contact, so that a sentence need not ask in words that we know.
    """
    weighed = [
        (weight, one)
        for one in _named(text, not_theirs)
        for weight in [_directs(text, one, book)]
        if weight >= HERE or (likely and weight >= 0 and not _is_label(_line(text, one)))
    ]
    return _heaviest(text, weighed, 0)


def names_addresses(text: str) -> bool:
    """Whether any address stands in a text."""
    return "@" in text and _ADDRESS.search(text) is not None


def _named(text: str, not_theirs: frozenset[str]) -> Iterator[_Named]:
    since = 0
    for match in islice(_ADDRESS.finditer(text), MOST) if "@" in text else ():
        address = _bare(match.group())
        if address not in not_theirs and not SENDERS.match(address):
            yield _Named(address, match, since)
        since = match.end()


def _heaviest(text: str, weighed: Sequence[tuple[int, _Named]], least: int) -> StandIn | None:
    weight, one = max(weighed, key=lambda found: found[0], default=(-1, None))
    if one is None or weight < least:
        return None
    return StandIn(one.address, _with_name(text, one.since, one.found))


def _before(text: str, one: _Named) -> str:
    return text[max(one.since, one.found.start() - AROUND) : one.found.start()]


def _directs(text: str, one: _Named, book: Phrasebook[str]) -> int:
    """What the words of its own paragraph say of an address; of a label's line, what stands above that line."""
    start = one.found.start()
    begins = _paragraph(text, start)
    label = _is_label(_line(text, one))
    before = text[max(begins, one.since, start - AROUND) : text.rfind("\n", 0, start) + 1 if label else start]
    behind = re.split(r"\n\s*\n", text[one.found.end() :][:BEHIND])[0]
    if (
        _is_private(one.address, before + behind)
        or _COPIES.search(text[begins:start])
        or _COPIES.search(_SENTENCE_ENDS.split(behind)[0])
    ):
        return ELSEWHERE
    return _weight(before, behind, book)


def _paragraph(text: str, at: int) -> int:
    """Where the paragraph of a place begins; “Our contact is:” goes on below an empty line."""
    begins = text.rfind("\n\n", 0, at) + 1
    above = text[:begins].rstrip()
    return max(above.rfind("\n\n"), 0) if above.endswith((":", "：")) else begins


def _line(text: str, one: _Named) -> str:
    """The line that an address stands in, without it."""
    begins, ends = text.rfind("\n", 0, one.found.start()) + 1, text.find("\n", one.found.end())
    return f"{text[begins : one.found.start()]} {text[one.found.end() : ends if ends >= 0 else len(text)]}"


def _is_label(line: str) -> bool:
    """A line of a signature: names, offices, telephones, “E-mail:”, and no word of a sentence."""
    if line.rstrip().endswith((".", "!", "?", ";")):
        return False
    words = [word.lower() for word in _NAME.findall(line) if word[:1].islower() or word.lower() in LABELS]
    return all(len(word) <= SMALL or word in LABELS for word in words)


def _is_private(address: str, around: str) -> bool:
    """Whether it is the desk for questions about personal data."""
    words = load_quoting()
    desk = re.split(r"[._@-]", address, maxsplit=1)[0]
    return desk in words.privacy_desks or any(map(around.lower().__contains__, words.privacy))


def _bare(written: str) -> str:
    elision = _ELISION.match(written)
    return written[elision.end() if elision else 0 :].strip("'.-").lower()


def _weight(before: str, behind: str, book: Phrasebook[str]) -> int:
    said = _said(before, book)
    weight = HERE if "stand_in" in said else 0
    if (said and said[-1] == "not_stand_in") or FROM_LINE.search(before):
        weight += ELSEWHERE
    if "dead" in _said(re.split(r"[.;\n]\s", behind)[0], book):
        weight += ELSEWHERE
    return weight


def _said(text: str, book: Phrasebook[str]) -> Sequence[str]:
    return [
        one.name
        for sentence in sentences(text)
        for one in sorted(book.find(sentence), key=lambda found: found.last)
        if one.name in ("stand_in", "not_stand_in", "dead")
    ]


def _with_name(text: str, since: int, address: re.Match[str]) -> str:
    """The address with the capitalised words that stand close before it, such as “Ms Priya Solanki at …”."""
    window = max(since, address.start() - NAME_NEAR)
    begin, names = address.start(), 0
    for word in reversed(list(_NAME.finditer(text, window, address.start()))):
        if word.group()[0].isupper() and names < NAME_WORDS:
            begin, names = word.start(), names + 1
        elif names:
            break
    return " ".join(text[begin : address.end()].split())
