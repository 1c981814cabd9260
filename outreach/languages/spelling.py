"""How words are written so that spellings compare equal, and where a word ends in scripts without blanks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from outreach.languages.remembering import MOST

# Scripts whose words are not parted by blanks, or take their particles without one (Han, Kana, Hangul): each of
# their signs is compared as a word, so that a phrase is found inside a longer run.
_JOINED = "々〇぀-ヿ㐀-䶿一-鿿가-힣豈-﫿ｦ-ﾟ"
JOINED = _JOINED[0]  # no sign before it is one of these
WORD = re.compile(rf"[{_JOINED}]|[^\W_{_JOINED}]+")
_RUN = re.compile(r"[^\W_]+")


def plain(text: str) -> str:
    """A text without accents, case and punctuation: “São Paulo” and “Sao Paulo” become one."""
    if text.isascii():
        small = text.lower()
        return small if small.isalnum() else " ".join(_RUN.findall(small))
    bare = text.encode("latin-1", "replace").translate(_BARE)
    if RARER in bare:
        return _bare(text)
    simple = bare.decode("ascii")
    return simple if simple.isalnum() else " ".join(simple.split())


class _Signs(dict[int, str]):
    """Each sign without accents and case, worked out when it first comes."""

    def __missing__(self, code: int) -> str:
        """Works it out."""
        decomposed = unicodedata.normalize("NFKD", chr(code).casefold())
        bare = "".join([char for char in decomposed if not unicodedata.combining(char)])
        if len(self) < MOST:
            self[code] = bare
        return bare


_signs = _Signs()


def _bare(text: str) -> str:
    stripped = text.translate(_signs)
    return stripped if stripped.isalnum() else " ".join(_RUN.findall(stripped))


RARER = 0  # stands for a sign that becomes several letters, or one beyond ASCII, and for what Latin-1 has not
_LATIN = bytes(range(256)).decode("latin-1")
_BARE = bytes(
    ord(bare or " ") if len(bare) < 2 and bare.isascii() and sign != "?" else RARER  # noqa: PLR2004
    for sign, bare in zip(_LATIN, map(_bare, _LATIN), strict=True)
)


def lower_words(text: str) -> list[str]:
    """The words of a text in lower case, with their accents."""
    words = _parted(text, _SMALL_WORDS)
    if words is not None:
        return words
    small = text.lower()
    return WORD.findall(small) if len(small) == len(text) else [one.lower() for one in WORD.findall(text)]


def western_words(text: str) -> list[str] | None:
    """The words of a text as they are written; None where it has other signs than those of Western Europe."""
    return _parted(text, _WORDS)


def _parted(text: str, tables: Mapping[str, bytes]) -> list[str] | None:
    for charset, table in tables.items():
        try:
            return text.encode(charset).translate(table).decode(charset).split()
        except UnicodeEncodeError:
            continue
    return None


def _table(charset: str) -> bytes:
    """Each sign of a charset as it stands in a word, and a blank for those that stand in none."""
    signs = bytes(range(256)).decode(charset, "replace")
    return "".join(sign if WORD.fullmatch(sign) else " " for sign in signs).encode(charset)


# The letters and quotes of nearly all mails, one byte each, for bytes are translated fast; Latin-1 is written fastest.
_WORDS = {charset: _table(charset) for charset in ("latin-1", "cp1252")}
_SMALL_WORDS = {
    charset: table.decode(charset, "replace").lower().encode(charset, "replace") for charset, table in _WORDS.items()
}


def plain_words(text: str) -> tuple[str, ...]:
    """The words of a text in the form in which they are compared."""
    return tuple(part for word in WORD.findall(text) for part in plain(word).split())


# Letters that have no accent to lose, and how they are written without them.
STROKED = str.maketrans({"ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "đ": "d", "Đ": "d", "ð": "d", "ı": "i", "æ": "ae",
                         "Æ": "ae", "œ": "oe", "Œ": "oe", "þ": "th", "Þ": "th"})  # fmt: skip


_STROKES = frozenset(map(chr, STROKED))

# Letters of other alphabets that look like Latin ones (Unicode TR 39).
ALIKE = str.maketrans({
    "а": "a", "е": "e", "о": "o", "р": "p", "с": "c", "х": "x", "у": "y", "і": "i", "ј": "j", "ѕ": "s", "һ": "h",
    "ԁ": "d", "ԛ": "q", "ԝ": "w", "к": "k", "м": "m", "т": "t", "в": "b", "н": "h", "г": "r", "α": "a", "ο": "o",
    "ρ": "p", "ν": "v", "ι": "i", "κ": "k", "υ": "u", "ε": "e", "η": "n", "τ": "t",
    "А": "A", "В": "B", "Е": "E", "І": "I", "Ј": "J", "К": "K", "М": "M", "Н": "H", "О": "O", "Р": "P", "С": "C",
    "Ѕ": "S", "Т": "T", "У": "Y", "Х": "X", "Α": "A", "Β": "B", "Ε": "E", "Ζ": "Z", "Η": "H", "Ι": "I", "Κ": "K",
    "Μ": "M", "Ν": "N", "Ο": "O", "Ρ": "P", "Τ": "T", "Υ": "Y", "Χ": "X",
})  # fmt: skip

# Small capitals, which are letters of their own and lose no accent (phonetic signs; Unicode TR 39).
SMALL_CAPITALS = str.maketrans("ᴀʙᴄᴅᴇɢʜɪᴊᴋʟᴍɴᴏᴘʀᴛᴜᴠᴡʏᴢ", "abcdeghijklmnoprtuvwyz")


def without_strokes(text: str) -> str:
    """A text with those letters written without them."""
    return text if _STROKES.isdisjoint(text) else text.translate(STROKED)


def search_text(text: str) -> str:
    """The words of a text as they are searched, each behind a blank: what is typed stands in it if a word begins so."""
    return "".join(f" {word}" for word in plain_words(without_strokes(text)))
