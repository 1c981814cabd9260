"""Knows the mail that the link at the foot of our letters writes: “stop” and the reference as its subject."""

from __future__ import annotations

import re

from outreach.core.letters.reference import find_references

# As the letter's link and its List-Unsubscribe header (RFC 2369 §3.2) ask for it; some programs leave it encoded.
_STOP = re.compile(r"\s*stop(?:%20|[\s+])+(\S+)\s*", re.IGNORECASE)


def asks_to_stop(subject: str) -> bool:
    """Whether a subject is the one that our link writes; an answer to such a mail (“Re: stop …”) is not."""
    found = _STOP.fullmatch(subject[:200])
    return found is not None and bool(find_references(found.group(1)))
