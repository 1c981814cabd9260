"""Takes the armor off a text that is signed with PGP (RFC 9580 §7), so that its words are read."""

from __future__ import annotations

SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
SIGNATURE = "-----BEGIN PGP SIGNATURE-----"
SEALED = "-----BEGIN PGP MESSAGE-----"


def without_armor(text: str) -> str:
    """The text between the armor's head and the signature, its dashes no longer escaped; any other text as it is."""
    if SIGNED not in text:
        return text
    before, _, signed = text.partition(SIGNED)
    _, _, body = signed.partition("\n\n")  # behind “Hash: SHA512”
    body, _, signature = body.partition(SIGNATURE)
    _, _, behind = signature.partition("-----END PGP SIGNATURE-----")
    lines = [line.removeprefix("- ") for line in body.split("\n")]
    return before + "\n".join(lines) + behind


def is_sealed(text: str) -> bool:
    """Whether it is encrypted and nothing else is said."""
    return text.lstrip().startswith(SEALED)
