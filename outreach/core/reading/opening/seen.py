"""The text of a mail as a person sees it, whatever signs it is made of."""

from __future__ import annotations

import re

from outreach.languages.spelling import ALIKE

TURNED = "\u202e"  # what follows is shown from right to left, whatever it is (UAX 9, RLO)
_ASCII = bytes(range(128))
_LETTER = "A-Za-z\u00c0-\u052f\u1e00-\u1fff"  # of alphabets whose words hold no signs for joining
# Joiners, marks of direction, selectors of variants: not seen between two letters (Unicode,
# Default_Ignorable_Code_Point). Other scripts need some of them.
_SIGNS = "\u034f\u061c\u200b-\u200f\u202a-\u202d\u2060-\u206f\ufe00-\ufe0f"
_HIDDEN = re.compile(f"[{_SIGNS}]")
_UNSEEN = re.compile(f"(?<=[{_LETTER}])[{_SIGNS}]+(?=[{_LETTER}])")
_APOSTROPHE = re.compile("(?<=[A-Za-z])\u02bc(?=[A-Za-z\u00c0-\u024f])")  # a letter in Ukrainian only
_OTHER = re.compile("[\u0370-\u052f]")  # Greek, Cyrillic
_LATIN = re.compile("[A-Za-z]")
_WORD = re.compile("[A-Za-z\u0370-\u052f]+")
# Letters that are spaced out, as typewriters stressed a word: “N O T”, “n i c h t”.
_SPACED = re.compile(r"(?<!\S)(?:[A-Z](?: [A-Z]){2,}|[^\W\d_](?: [^\W\d_]){3,})(?![^\s.,;:!?…)*_])")
# A text from afar: letters, and blanks between them.
_LATIN_1 = map(chr, range(256))
_AFAR = bytes(ord("x" if one.isalpha() or one == "?" else " " if one.isspace() else ".") for one in _LATIN_1)


def as_seen(text: str) -> str:
    """A text without what is not seen, its letters those that they look like."""
    if text.isascii():
        return text
    signs = text.encode("utf-8", "replace").translate(None, _ASCII).decode()  # of other alphabets: few, or all
    for never_seen in "\ufeff\u00ad":
        text = text.replace(never_seen, "") if never_seen in signs else text
    text = _UNSEEN.sub("", text) if _HIDDEN.search(signs) else text
    text = _APOSTROPHE.sub("’", text) if "\u02bc" in signs else text
    return _WORD.sub(_in_one_alphabet, text) if _OTHER.search(signs) and _is_mostly_latin(text) else text


def _is_mostly_latin(text: str) -> bool:
    """Whether a word of two alphabets is a Latin one; in a Ukrainian text it is Ukrainian, with an “i” of ours."""
    return len(_OTHER.findall(text)) < len(_LATIN.findall(text))


def _in_one_alphabet(word: re.Match[str]) -> str:
    """A word of two alphabets as it is read: in Latin letters."""
    return word[0] if word[0].isascii() or not _LATIN.search(word[0]) else word[0].translate(ALIKE)


def closed_up(text: str) -> str:
    """A text whose spaced-out words are written as others are."""
    afar = text.encode("latin-1", "replace").translate(_AFAR)
    if b" x x x" not in b" " + afar:
        return text
    return _SPACED.sub(lambda word: word[0].replace(" ", ""), text)


def is_turned(text: str) -> bool:
    """Whether some of it is shown the other way round than it is written."""
    return TURNED in text
