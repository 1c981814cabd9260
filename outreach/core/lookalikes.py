"""Mail domains that look like another: homographs, a letter more or less, the other's name within theirs."""

from __future__ import annotations

from collections.abc import Iterable

from outreach.languages.spelling import ALIKE, plain

SHORTEST = 5  # letters of a name within which another can be mistaken
# Signs that look like a Latin letter in a domain.
_LOOKS_LIKE = ALIKE | str.maketrans({
    "0": "o", "1": "l", "3": "e", "5": "s", "ł": "l", "ø": "o", "đ": "d", "ɑ": "a", "ɡ": "g", "ı": "i", "ⅼ": "l",
})  # fmt: skip
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("ii", "u"), ("i", "l"))


def looks_like(domain: str, known: Iterable[str]) -> str:
    """The first of some known domains that another domain looks like, and is not; "" for none."""
    return next((one for one in known if domain != one and _alike(domain, one)), "")


def _alike(domain: str, known: str) -> bool:
    if domain.endswith(f".{known}") or known.endswith(f".{domain}"):
        return False
    mine, theirs = _skeleton(domain), _skeleton(known)
    name = _skeleton(known.partition(".")[0])
    if mine == theirs or (len(theirs) >= SHORTEST and _one_apart(mine, theirs)):
        return True
    return len(name) >= SHORTEST and (name in mine or _one_apart(_skeleton(domain.partition(".")[0]), name))


def _skeleton(domain: str) -> str:
    text = "".join(_decoded(label) for label in domain.lower().split("."))
    text = plain(text.translate(_LOOKS_LIKE)).replace(" ", "")
    for pair, one in _PAIRS:
        text = text.replace(pair, one)
    return text


def _decoded(label: str) -> str:
    """A label as it is shown (RFC 3492)."""
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except (UnicodeError, ValueError):
        return label


def _one_apart(one: str, other: str) -> bool:
    """One letter more, less, other, or two exchanged."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return one == other
    start = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    left, right = one[start:], other[start:]
    if left[1:] == right[1:] or left[1:] == right or left == right[1:]:
        return True
    return left[:2] == right[1::-1] and left[2:] == right[2:]
