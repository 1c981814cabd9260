"""How the command line prints: JSON on stdout for programs, tables and plain sentences for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import click

from outreach.model import Letter


def as_json(data: Any) -> None:
    """Prints data for programs."""
    click.echo(json.dumps(data, ensure_ascii=False, indent=2, default=_plain))


def _plain(value: Any) -> str:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value)


def moment(value: datetime | None) -> str | None:
    """A moment as ISO 8601 with its zone, or None."""
    return None if value is None else value.isoformat(timespec="seconds")


def day_and_time(value: datetime | None, zone: str) -> str:
    """A moment as a person reads it, in a zone; "" for none."""
    return "" if value is None else value.astimezone(ZoneInfo(zone)).strftime("%a %d %b %Y, %H:%M")


def table(header: Sequence[str], rows: Sequence[Sequence[object]], title: str = "", *, aside: bool = False) -> None:
    """Prints a table that fits the terminal; `aside`: as talk, on stderr."""
    from rich import box  # noqa: PLC0415  only when something is printed
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    made = Table(title=title or None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for name in header:
        made.add_column(name, overflow="fold")
    for row in rows:
        made.add_row(*(Text(printable(str("" if cell is None else cell))) for cell in row))
    file = sys.stderr if aside else sys.stdout
    console = Console(file=file, width=None if file.isatty() else 160)
    console.print(made)


def printable(text: str) -> str:
    """Text from a mail or a list without what would steer a terminal."""
    return "".join(char if char.isprintable() or char == "\n" else "\N{REPLACEMENT CHARACTER}" for char in text)


def letter_json(letter: Letter, invitee: str) -> dict[str, Any]:
    """A letter in the outbox, for programs."""
    return {
        "id": letter.id,
        "invitee": invitee,
        "kind": letter.key.kind.value,
        "step": letter.key.step,
        "to": letter.to,
        "state": letter.state.value,
        "attempts": letter.attempts,
        "message_id": letter.message_id,
        "due_at": moment(letter.due_at),
        "last_reply": letter.last_reply,
    }
