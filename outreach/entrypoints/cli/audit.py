"""The command that tells what persons did besides deciding: audit."""

from __future__ import annotations

from collections.abc import Mapping

import click

from outreach.entrypoints.cli.app import Call, command
from outreach.entrypoints.cli.show import as_json, day_and_time, moment, printable, table


@command("audit")
@click.option("--limit", default=200, show_default=True, type=click.IntRange(min=1), help="At most so many lines.")
@click.option("--json", "wants_json", is_flag=True, help="For programs.")
def audit_(call: Call, limit: int, *, wants_json: bool) -> None:
    """Show who sent test letters, gave and took accounts, erased personal data, renamed invitees; the newest first."""
    desk = call.desk()
    lines = desk.store.audit.latest(limit)
    if wants_json:
        as_json([{"at": moment(one.at), "by": one.by, "what": one.what.value, **one.about} for one in lines])
        return
    zone = desk.settings.campaign.timezone
    rows = [
        (
            day_and_time(one.at, zone),
            one.by.removeprefix("person:"),
            one.what.value.replace("_", " "),
            _about(one.about),
        )
        for one in lines
    ]
    table(("when", "by", "what", "about"), rows)


def _about(about: Mapping[str, str]) -> str:
    return printable(", ".join(f"{name} {value}" for name, value in about.items()))
