"""Looks through everybody: whether they are too many for one request, and what makes a look old."""

from __future__ import annotations

from collections.abc import Iterator

from outreach.campaign.desk import Desk

MANY = 5000  # invitees, or lines of the list: of more, nobody waits until everybody was looked at
LINE = 50  # bytes of the list that one invitee takes at least


def are_many(desk: Desk, many: int = MANY) -> bool:
    """Whether they are so many that a look through all of them is longer than a request may take."""
    contacts = desk.folder / desk.settings.campaign.contacts
    listed = contacts.stat().st_size // LINE if contacts.exists() else 0
    return desk.store.figures.enrolled() > many or listed > many


def stamp(desk: Desk) -> tuple[object, ...]:
    """Another one when a look may find something else: after each change, each change of a file, and each hour."""
    hour = desk.now().replace(minute=0, second=0, microsecond=0)
    return (hour, desk.store.figures.stamp(), desk.store.register.stamp(), *_files(desk))


def _files(desk: Desk) -> Iterator[tuple[str, int, int]]:
    """The list and the letters as they lie there."""
    letters = desk.folder / desk.settings.letters.templates
    for path in (desk.folder / desk.settings.campaign.contacts, *sorted(letters.rglob("*"))):
        if path.is_file():
            yield str(path), path.stat().st_mtime_ns, path.stat().st_size
