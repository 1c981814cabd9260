"""Bytes to text whatever charset a mail claims: the claimed one, else UTF-8, else what the bytes look like."""

from __future__ import annotations

WESTERN = "cp1252"
WRONG_NAMES = {
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "iso-8859-1": WESTERN,
    "latin-1": WESTERN,
    "iso-8859-8-i": "iso-8859-8",
}
CODECS_OF_TEXT = (
    "rot",
    "base64",
    "hex",
    "zlib",
    "bz2",
    "uu",
    "quopri",
    "punycode",
    "idna",
    "undefined",
    "unicode_escape",
)


def decoded_text(content: bytes, charset: str) -> str:
    """The text; a character that cannot be read becomes a replacement character, and nothing is lost."""
    claimed = charset.lower().strip("\"' ")
    if claimed.startswith(CODECS_OF_TEXT):
        claimed = ""
    for name in (WRONG_NAMES.get(claimed, claimed), "utf-8"):
        if name:
            try:
                return content.decode(name)
            except (LookupError, ValueError):
                continue
    if claimed in ("", "utf-8", "us-ascii"):
        return _guessed(content)
    return content.decode(WESTERN, "replace")


def _guessed(content: bytes) -> str:
    from charset_normalizer import from_bytes  # noqa: PLC0415  only for a charset that is wrong or missing

    best = from_bytes(content[:20_000]).best() if len(content) > 40 else None  # noqa: PLR2004  too little to guess
    name = best.encoding if best is not None else WESTERN
    try:
        return content.decode(name)
    except (LookupError, ValueError):
        return content.decode(WESTERN, "replace")
