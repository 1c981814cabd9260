"""Secrets that open a door: drawn by chance, handed out once, kept only as their digest."""

from __future__ import annotations

import hashlib
import secrets

BYTES = 32  # of chance; OWASP asks a session's name for 16 at least


def new_token() -> str:
    """A secret that nobody guesses, fit for an address or a cookie."""
    return secrets.token_urlsafe(BYTES)


def digest(token: str) -> str:
    """What is kept of a secret: whoever reads the database cannot use it (SHA-256; the secret is long enough)."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
