"""Takes the armor off a text that is signed with PGP (RFC 9580 §7), so that its words are read."""

from __future__ import annotations

import re

# Only what RFC 9580 allows is taken away: “Hash: SHA512” above the text, and figures between the signature's ends.
_ARMORED = re.compile(
    r"\s*-----BEGIN PGP SIGNED MESSAGE-----[ \t]*\n(?:[A-Za-z]+: [^\n]{1,200}\n){0,9}[ \t]*\n(?P<body>.*?\n)"
    r"-----BEGIN PGP SIGNATURE-----[ \t]*\n(?:[A-Za-z]+: [^\n]{1,200}\n){0,9}"
    r"(?:[A-Za-z0-9+/=]{0,99}[ \t]*\n){0,99}-----END PGP SIGNATURE-----[ \t]*(?P<behind>(?:\n.*)?)",
    re.DOTALL,
)
SEALED = "-----BEGIN PGP MESSAGE-----"


def without_armor(text: str) -> str:
    """The text between the armor's head and the signature, its dashes no longer escaped; any other text as it is."""
    armored = _ARMORED.fullmatch(text)
    if armored is None:
        return text
    return "\n".join(line.removeprefix("- ") for line in armored["body"].split("\n")) + armored["behind"]


def is_sealed(text: str) -> bool:
    """Whether it is encrypted and nothing else is said."""
    return text.lstrip().startswith(SEALED)
