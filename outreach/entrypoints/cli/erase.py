"""The command that erases an invitee's personal data at somebody's wish: erase."""

from __future__ import annotations

import click

from outreach.core.counting import counted
from outreach.entrypoints.cli.app import Call, command
from outreach.entrypoints.cli.show import printable
from outreach.model import UsageError


@command("erase")
@click.argument("invitee")
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase_(call: Call, invitee: str, *, yes: bool) -> None:
    """Erase the names, addresses, mails and letters' words of INVITEE for good; what was answered when stays."""
    from outreach.campaign.enrolling.erasing import erase  # noqa: PLC0415

    desk = call.desk()
    found = desk.invitee(invitee)
    if not yes:
        _ask(call, found.id)
    done = erase(desk, found.id)
    addresses = counted(done.addresses, "address", "addresses")
    gone = f"{addresses}, {counted(done.mails, 'mail')}, {counted(done.letters, 'letter')}"
    click.echo(f"erased of {printable(done.invitee.name)}: {gone}")
    if done.shared_with:
        click.echo(f"still written to at one of these addresses: {printable(', '.join(done.shared_with))}")
    call.say(f"take its rows out of {desk.settings.campaign.contacts} too; mailbox and backups are not touched")


def _ask(call: Call, key: str) -> None:
    typed = (
        ""
        if call.no_input
        else click.prompt(f"This cannot be taken back. Type {key} to erase", default="", show_default=False, err=True)
    )
    if typed.strip() != key:
        message = f"nothing was erased: type {key}, or call with --yes"
        raise UsageError(message)
