"""The text of a mail as a person sees it, whatever signs it is made of."""

from __future__ import annotations

import re
from unicodedata import normalize

from outreach.languages.spelling import ALIKE, SMALL_CAPITALS, plain

TURNED = "\u202e"  # what follows is shown from right to left, whatever it is (UAX 9, RLO)
_ASCII = bytes(range(128))
_LETTER = "A-Za-z\u00c0-\u052f\u1e00-\u1fff"  # of alphabets whose words hold no signs for joining
# Joiners, marks of direction, selectors of variants: not seen between two letters (Unicode,
# Default_Ignorable_Code_Point). Other scripts need some of them.
_SIGNS = "\u034f\u061c\u200b-\u200f\u202a-\u202d\u2060-\u206f\ufe00-\ufe0f"
_HIDDEN = re.compile(f"[{_SIGNS}]")
_UNSEEN = re.compile(f"(?<=[{_LETTER} ])[{_SIGNS}]+(?=[{_LETTER}])")
_APOSTROPHE = re.compile("(?<=[A-Za-z])[\u02b9\u02bc](?=[A-Za-z\u00c0-\u024f])")  # a letter in Ukrainian only
_OTHER = re.compile("[\u0370-\u052f]")  # Greek, Cyrillic
_LATIN = re.compile("[A-Za-z]")
_WORD = re.compile("[A-Za-z\u0370-\u052f]+")
# Letters that are parted, as typewriters stressed a word: “N O T”, “n-i-c-h-t”, “p.a.s”. Few letters, where other words
# are written so too, are taken together only where they deny.
_BIG, _SMALL = "A-Z\u00c0-\u00deΑ-ΩА-Я", "a-z\u00df-\u00ffα-ωа-я"
_SIGN = "[ .*_·•‐‑–—/|~+-]"
_PARTED = re.compile(
    rf"(?<![^\W_])(?<![^\W_][-.*·])(?=\w(?P<sign>{_SIGN}))"
    rf"(?:[{_BIG}](?:(?P=sign)[{_BIG}])+|[{_BIG}{_SMALL}](?:(?P=sign)[{_SMALL}])+)"
    rf"(?![^\W_])(?:(?<=\.\w)\.(?=\s[^\W\d_]))?"
)
DENIALS = frozenset({
    "no", "not", "never", "cannot", "without", "non", "pas", "jamais", "aucun", "aucune", "sans", "nunca", "sin",
    "mai", "sense", "nao", "não", "sem", "nit", "nicht", "nein", "kein", "keine", "nie", "ohne", "niet", "nee", "geen",
    "nooit", "zonder", "senza",
})  # fmt: skip
SHORTEST = 3  # letters of a word that is parted and denies nothing
MANY = 4  # letters between which blanks or stops may stand: no “a o e”, no “s.v.p.”
# A text from afar: letters, and signs between them.
_WESTERN = bytes(range(256)).decode("cp1252", "replace")
_AFAR = bytes(ord("x" if one.isalpha() or one == "?" else "." if one in "’'" else " ") for one in _WESTERN)
# Signs for letters: “ⓝ”, “𝐧” (mathematics), “ｎ” (full width), and “🅝”, which Unicode takes for no letter.
_DRESSED = re.compile("[\u24b6-\u24e9\uff21-\uff5a\U0001d400-\U0001d7ff\U0001f130-\U0001f189]")
_FOLDED = (*range(0x24B6, 0x24EA), *range(0xFF21, 0xFF5B), *range(0x1D400, 0x1D800))
_UNDRESSED = {sign: normalize("NFKC", chr(sign)) for sign in _FOLDED}
_UNDRESSED |= {first + at: chr(ord("A") + at) for first in (0x1F130, 0x1F150, 0x1F170) for at in range(26)}
# Letters of phonetics, small capitals, Armenian: in a word of ours a disguise.
_STRANGE = re.compile("[\u0250-\u02af\u0530-\u058f\u1d00-\u1dbf\ua720-\ua7ff]")

# Letters that are drawn with strokes: “|\|o” for “no”; not “https:\/\/…”.
_DRAWN = re.compile(r"(?<!:\\)(?:(?:\|\\\||/\\/)(?=\w)|(?<=\w)(?:\|\\\||/\\/))")


def as_seen(text: str) -> str:
    """A text without what is not seen, its letters those that they look like."""
    if text.isascii():
        return text
    signs = _beyond_ascii(text)
    for never_seen in "\ufeff\u00ad":
        text = text.replace(never_seen, "") if never_seen in signs else text
    text = _UNSEEN.sub("", text) if _HIDDEN.search(signs) else text
    text = _APOSTROPHE.sub("’", text) if "\u02bc" in signs or "\u02b9" in signs else text
    text = _undressed(text, signs)
    return _WORD.sub(_in_one_alphabet, text) if _OTHER.search(signs) and _is_mostly_latin(text) else text


def _beyond_ascii(text: str) -> str:
    """The signs of a text that are not ASCII: few, or all."""
    return text.encode("utf-8", "replace").translate(None, _ASCII).decode()


def _is_mostly_latin(text: str) -> bool:
    """Whether a word of two alphabets is a Latin one; in a Ukrainian text it is Ukrainian, with an “i” of ours."""
    return len(_OTHER.findall(text)) < len(_LATIN.findall(text))


def _in_one_alphabet(word: re.Match[str]) -> str:
    """A word of two alphabets as it is read: in Latin letters; so is a denial that is all of another."""
    if word[0].isascii():
        return word[0]
    seen = word[0].translate(ALIKE)
    return seen if _LATIN.search(word[0]) or seen.lower() in DENIALS else word[0]


def _undressed(text: str, signs: str) -> str:
    """A text with common letters where signs stand for them; `signs` are those in it that are not ASCII."""
    text = text.translate(_UNDRESSED) if _DRESSED.search(signs) else text
    return text.translate(SMALL_CAPITALS) if _STRANGE.search(signs) else text


def closed_up(text: str) -> str:
    """A text whose parted words are written as others are."""
    afar = text.encode("cp1252", "replace").translate(_AFAR)
    if b" x x " not in b" %b " % afar:
        return text
    return _PARTED.sub(_together, text)


def _together(word: re.Match[str]) -> str:
    letters = "".join(filter(str.isalpha, word[0]))
    slow = word["sign"] in " ." and len(letters) < MANY and (word["sign"] == "." or not letters.isupper())
    return word[0] if (slow or len(letters) < SHORTEST) and plain(letters) not in DENIALS else letters


def is_disguised(text: str) -> bool:
    """Whether letters stand in a Latin text that no word of ours has, or strokes for letters."""
    if "\\" in text and _DRAWN.search(text) is not None:
        return True
    return not text.isascii() and _STRANGE.search(_beyond_ascii(text)) is not None and _is_mostly_latin(text)


def is_turned(text: str) -> bool:
    """Whether some of it is shown the other way round than it is written."""
    return TURNED in text
