"""Finds invitees while a person types: by name in any script, accent and case or not, by id, by an address."""

from __future__ import annotations

from collections.abc import Iterator

from outreach.campaign.desk import Desk
from outreach.languages.spelling import plain
from outreach.model import Invitee

MOST_FOUND = 8
MOST_TYPED = 100  # characters that are looked at


def find_invitees(desk: Desk, typed: str, most: int = MOST_FOUND) -> tuple[Invitee, ...]:
    """The invitees that fit best: all words begin a word of the name or of the id; an address fits wholly."""
    typed = typed.strip()[:MOST_TYPED]
    if "@" in typed:
        owners = desk.store.register.look_up("address", [typed.lower()]).get(typed.lower(), ())
        return tuple(desk.store.register.some(owners[:most]).values())
    words = plain(typed).split()
    if not words:
        return ()
    ranked = sorted(_fitting(desk, words))[:most]
    found = (desk.store.register.by_id(key) for *_, key in ranked)
    return tuple(one for one in found if one is not None)


def _fitting(desk: Desk, words: list[str]) -> Iterator[tuple[bool, int, str]]:
    """What fits, so that the best sorts first: begins with what was typed, then the shortest."""
    begins = " ".join(words)
    for key, name in desk.spelled().items():
        if all(f" {word}" in name for word in words):
            yield not name.startswith(f" {begins}"), len(name), key
