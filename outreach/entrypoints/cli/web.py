"""The command that opens the secretariat's page, and those that give accounts for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from outreach.entrypoints.cli.app import Call, Command, Group
from outreach.entrypoints.cli.show import as_json, moment, table

if TYPE_CHECKING:
    from outreach.campaign.desk import Desk


@click.group("web", cls=Group, invoke_without_command=True)
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Where to listen.")
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0 = any that is free.")
@click.option("--open", "opens", is_flag=True, help="Open a browser.")
@click.option("--behind-tls", is_flag=True, help="Another program in front speaks TLS with the browsers.")
@click.option("--proxy", default="", metavar="ADDRESS", help="Believe that program where a browser is.")
@click.pass_context
def web_(context: click.Context, *, host: str, port: int, opens: bool, behind_tls: bool, proxy: str) -> None:
    """Open the secretariat's page in a browser, on this machine or, behind TLS, for an office."""
    if context.invoked_subcommand is not None:
        return
    from outreach.entrypoints.web.door import Door, address, check_door, one_time_address, open_door  # noqa: PLC0415

    call = context.find_root().ensure_object(Call)
    door = Door(host, port, behind_tls, proxy)
    desk = call.desk()
    check_door(desk, door)
    with open_door(door) as listening:
        at = listening.getsockname()[1]
        if door.is_own_machine:
            where = one_time_address(desk, at)
            call.say("Open this link in a browser on this machine; it lets you in once, within 15 minutes:")
        else:
            where = address(desk, door, at)
            call.say(f"Behind TLS; listening on {host}:{at} for")
        click.echo(where)
        call.say("Ctrl-C stops the page; what was decided stays.")
        if opens:
            click.launch(where)
        from outreach.entrypoints.web import server  # noqa: PLC0415  heavy: who opens the link meanwhile is waited for

        server.make_server(server.make_site(desk, door, at), proxy=proxy).run(sockets=[listening])


@web_.group("account", cls=Group)
def account_() -> None:
    """Give accounts to the people of the secretariat."""


@account_.command("add", cls=Command)
@click.argument("name")
@click.option("--role", required=True, metavar="ROLE", help="reader, reviewer, sender or admin.")
@click.pass_obj
def add_(call: Call, name: str, role: str) -> None:
    """Make an account for NAME and print the invitation by which the person sets a password."""
    from outreach.entrypoints.web.access.accounts import add_account  # noqa: PLC0415

    desk = call.desk()
    _show_invitation(call, desk, add_account(desk, name, role))


@account_.command("invite", cls=Command)
@click.argument("name")
@click.pass_obj
def invite_(call: Call, name: str) -> None:
    """Print a new invitation for NAME, such as for a forgotten password."""
    from outreach.entrypoints.web.access.accounts import invite  # noqa: PLC0415

    desk = call.desk()
    _show_invitation(call, desk, invite(desk, name))


def _show_invitation(call: Call, desk: Desk, token: str) -> None:
    from outreach.entrypoints.web.door import invitation_address  # noqa: PLC0415

    call.say("Give this link to nobody else; it opens once, within 15 minutes, while the page runs:")
    click.echo(invitation_address(desk, token))


@account_.command("list", cls=Command)
@click.option("--json", "wants_json", is_flag=True, help="For programs.")
@click.pass_obj
def list_(call: Call, *, wants_json: bool) -> None:
    """Show every account."""
    accounts = call.desk().store.access.accounts()
    if wants_json:
        as_json(
            [
                {"name": one.name, "role": one.role, "invited": one.password is None, "seen": moment(one.seen_at)}
                for one in accounts
            ]
        )
        return
    rows = [(one.name, one.role, "" if one.password else "the invitation waits") for one in accounts]
    table(("name", "role", ""), rows)


@account_.command("role", cls=Command)
@click.argument("name")
@click.argument("role")
@click.pass_obj
def role_(call: Call, name: str, role: str) -> None:
    """Give NAME another role; it ends the person's sessions."""
    from outreach.entrypoints.web.access.accounts import change_role  # noqa: PLC0415

    changed = change_role(call.desk(), name, role)
    click.echo(f"{changed.name} has the role {role} now and must log in again")


@account_.command("remove", cls=Command)
@click.argument("name")
@click.pass_obj
def remove_(call: Call, name: str) -> None:
    """Take the account of NAME away; what the person decided stays in the log."""
    from outreach.entrypoints.web.access.accounts import remove_account  # noqa: PLC0415

    click.echo(f"{remove_account(call.desk(), name).name} has no account any more")
