"""The command that logs in at Microsoft or Google: login."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from outreach.entrypoints.cli.app import Call, command
from outreach.entrypoints.cli.show import day_and_time

if TYPE_CHECKING:
    from outreach.adapters.oauth.authority import Authority


@command("login")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    help="Where the browser comes back to; 0 = any.",
)
@click.option("--browser", is_flag=True, help="By a browser on this machine, also at Microsoft.")
def login_(call: Call, port: int, *, browser: bool) -> None:
    """Log in at Microsoft or Google, so that mail is sent and read without a password."""
    from outreach.adapters.config import load_settings  # noqa: PLC0415
    from outreach.bootstrap import open_tokens  # noqa: PLC0415

    folder = call.folder.resolve()
    settings = load_settings(folder / "config.toml")
    tokens = open_tokens(folder, settings)
    authority = tokens.authority
    by_code = authority.device and not browser
    kept = tokens.keep(_by_code(authority) if by_code else _by_browser(authority, port))
    click.echo(
        f"Logged in at {kept.authority}; the token holds until {day_and_time(kept.ends, settings.campaign.timezone)} "
        "and is renewed by itself. It lies beside the database, readable by you alone. Next: outreach check"
    )


def _by_code(authority: Authority) -> Mapping[str, Any]:
    from outreach.adapters.oauth.device import ask_for_code, wait_for_token  # noqa: PLC0415

    code = ask_for_code(authority)
    click.echo(f"Open {code.address} in a browser, on any machine, and type the code {code.code}")
    click.echo("Log in there with the account that may use the mailbox.")
    click.echo(f"The code holds for {code.seconds // 60} minutes; waiting …", err=True)
    return wait_for_token(authority, code, time.sleep)


def _by_browser(authority: Authority, port: int) -> Mapping[str, Any]:
    from outreach.adapters.oauth.redirect import log_in_by_browser  # noqa: PLC0415

    def show(address: str) -> None:
        click.echo(f"Open this address in a browser on this machine:\n\n{address}\n")
        click.echo("Log in there with the account of the mailbox; waiting 15 minutes …", err=True)

    return log_in_by_browser(authority, show, port=port)
