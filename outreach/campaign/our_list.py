"""The campaign's list of contacts: where it lies, and who stood in it before, whatever the settings called it then."""

from __future__ import annotations

from pathlib import Path

from outreach.campaign.desk import Desk

BEGINNING = 16_384  # bytes that are looked at
WORKBOOK = b"PK\x03\x04"
NAMES = "list names"  # the switch that holds every name of every campaign's list, one a line


def contacts_file(desk: Desk, path: Path | None = None) -> Path:
    """The list of contacts: the one given, or the campaign's."""
    return path if path is not None else desk.folder / desk.settings.campaign.contacts


def filled_list(desk: Desk) -> str:
    """What the list is called, if it lies there and seems to name somebody: it begins with more than its columns."""
    path = contacts_file(desk)
    try:
        with path.open("rb") as file:
            beginning = file.read(BEGINNING)
    except OSError:
        return ""
    rows = [line for line in beginning.splitlines() if line.strip()]
    return path.name if beginning.startswith(WORKBOOK) or len(rows) > 1 else ""


def stood_in(desk: Desk, name: str) -> frozenset[str]:
    """The ids of those whose last list had this name, or one that the same list of this wave had before."""
    ours = name == contacts_file(desk).name
    return desk.store.register.listed_in({name, *_names(desk)} if ours else {name})


def note_name(desk: Desk, name: str) -> None:
    """Remembers what a list is called that is enrolled, if it is the campaign's."""
    if name == contacts_file(desk).name and name not in _names(desk):
        known = desk.store.switches.get(NAMES)
        desk.store.switches.turn(NAMES, "\n".join(filter(None, (known, _of_this_wave(desk) + name))), desk.now())


def _names(desk: Desk) -> frozenset[str]:
    lines = (desk.store.switches.get(NAMES) or "").split("\n")
    ours = _of_this_wave(desk)
    return frozenset(line.removeprefix(ours) for line in lines if line.startswith(ours))


def _of_this_wave(desk: Desk) -> str:
    """A later wave may have another list."""
    return f"{desk.store.campaign}/{desk.store.wave}/"
