"""Commands about what is remembered of persons' corrections: lessons, forget."""

from __future__ import annotations

from typing import Any

import click

from outreach.adapters.store.mail.lessons import Taught
from outreach.campaign.answers.lessons import Sender
from outreach.core.counting import counted
from outreach.entrypoints.cli.app import Call, command
from outreach.entrypoints.cli.show import as_json, day_and_time, moment, printable, table


@command("lessons")
@click.option("--json", "wants_json", is_flag=True, help="For programs.")
def lessons_(call: Call, *, wants_json: bool) -> None:
    """Show what persons taught: what a sentence means, and whose mail a sender's is."""
    from outreach.campaign.answers.lessons import remembered  # noqa: PLC0415

    desk = call.desk()
    known = remembered(desk)
    if wants_json:
        senders = [sender_json(one) for one in known.senders]
        as_json({"lessons": [lesson_json(one) for one in known.lessons], "senders": senders})
        return
    zone = desk.settings.campaign.timezone
    taught = [
        (one.number, one.kind.value, one.words, f"mail {one.mail}", _name(one.by), day_and_time(one.at, zone))
        for one in known.lessons
    ]
    table(("lesson", "means", "sentence", "from", "by", "when"), taught)
    if known.senders:
        filed = [(one.address, one.invitee.name, _name(one.by), day_and_time(one.at, zone)) for one in known.senders]
        table(("sender", "of", "by", "when"), filed)
    known_so_far = f"{counted(len(known.lessons), 'sentence')} and {counted(len(known.senders), 'sender')}"
    click.echo(f"{known_so_far}; `outreach forget NUMBER` or ADDRESS forgets one.")


def _name(by: str | None) -> str:
    return (by or "").removeprefix("person:")


def lesson_json(one: Taught) -> dict[str, Any]:
    """One lesson, for programs."""
    return {
        "number": one.number,
        "kind": one.kind.value,
        "words": one.words,
        "mail": one.mail,
        "by": one.by,
        "at": moment(one.at),
    }


def sender_json(one: Sender) -> dict[str, Any]:
    """One remembered sender, for programs."""
    return {"address": one.address, "invitee": one.invitee.id, "by": one.by, "at": moment(one.at)}


@command("forget")
@click.argument("what")
def forget_(call: Call, what: str) -> None:
    """Forget WHAT persons taught: a lesson by its number, or a sender by its address."""
    from outreach.campaign.answers.lessons import forget  # noqa: PLC0415

    click.echo(printable(forget(call.desk(), what)))
