"""Commands that follow up: remind, acknowledge."""

from __future__ import annotations

from collections import Counter
from typing import Any

import click

from outreach.campaign.desk import Desk
from outreach.campaign.letters.followup import Due
from outreach.core.counting import counted
from outreach.entrypoints.cli.app import Call, command
from outreach.entrypoints.cli.posting import post_and_show
from outreach.entrypoints.cli.show import as_json, moment, table
from outreach.model import OutreachError, UsageError


@command("remind")
@click.option("--dry-run", is_flag=True, help="Only say who, when and why, from what is known already.")
@click.option("--json", "wants_json", is_flag=True, help="For programs.")
def remind_(call: Call, *, dry_run: bool, wants_json: bool) -> int:
    """Look into the mailbox, then remind those who are silent and due."""
    from outreach.campaign.letters.followup import due_reminders, queue_due  # noqa: PLC0415
    from outreach.entrypoints.mailroom import read_everything  # noqa: PLC0415

    desk = call.desk()
    if dry_run:
        _show(desk, due_reminders(desk), wants_json=wants_json)
        return 0
    read_everything(desk)
    due = due_reminders(desk)
    queue_due(desk, due)
    return _send(call, desk, due, wants_json=wants_json)


@command("acknowledge")
@click.option("--dry-run", is_flag=True, help="Only show what waits.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "wants_json", is_flag=True, help="For programs.")
def acknowledge_(call: Call, *, dry_run: bool, yes: bool, wants_json: bool) -> int:
    """Look through and release the thanks (of a yes) and regrets (of a no) that wait."""
    from outreach.campaign.letters.followup import queue_due, waiting_acknowledgements  # noqa: PLC0415
    from outreach.entrypoints.mailroom import read_everything  # noqa: PLC0415

    desk = call.desk()
    if not dry_run:
        read_everything(desk)  # nobody is thanked whose “no” lies in the mailbox
    due = waiting_acknowledgements(desk)
    if dry_run or not due:
        _show(desk, due, wants_json=wants_json)
        return 0
    if not yes:
        _ask(call, due)
    queue_due(desk, due)
    return _send(call, desk, due, wants_json=wants_json)


def _ask(call: Call, due: tuple[Due, ...]) -> None:
    if call.no_input:
        message = "a batch must be confirmed: call with --yes"
        raise UsageError(message)
    _table(due, aside=True)
    if not click.confirm("Send this letter?" if len(due) == 1 else f"Send these {len(due)} letters?", err=True):
        message = "nothing was sent"
        raise OutreachError(message)


def _send(call: Call, desk: Desk, due: tuple[Due, ...], *, wants_json: bool) -> int:
    if wants_json:
        code = post_and_show(call, desk, call.say, shared=False)
        _show(desk, due, wants_json=True, with_state=True)
        return code
    kinds = Counter(one.letter_name for one in due)
    click.echo(", ".join(f"{number} × {name}" for name, number in sorted(kinds.items())) or "Nothing is due.")
    return post_and_show(call, desk, shared=False) if due else 0


def _show(desk: Desk, due: tuple[Due, ...], *, wants_json: bool, with_state: bool = False) -> None:
    if wants_json:
        as_json([_plain(desk, one, with_state=with_state) for one in due])
        return
    _table(due)
    click.echo(f"{counted(len(due), 'letter')}." if due else "Nothing is due.")


def _table(due: tuple[Due, ...], *, aside: bool = False) -> None:
    rows = [(one.invitee.name, one.invitee.contact.email, one.letter_name, one.why) for one in due]
    if rows:
        table(("invitee", "to", "letter", "why"), rows, aside=aside)


def _plain(desk: Desk, one: Due, *, with_state: bool) -> dict[str, Any]:
    from outreach.campaign.letters.followup import letter_for  # noqa: PLC0415

    plain: dict[str, Any] = {
        "invitee": one.invitee.id,
        "to": one.invitee.contact.email,
        "letter": one.kind.value,
        "step": one.step,
        "at": moment(one.at),
        "why": one.why,
    }
    if with_state:
        letter = letter_for(desk, one)
        plain["state"] = letter.state.value if letter else None
    return plain
