"""Tries the servers of the settings, for `outreach check`: log in, look, and leave."""

from __future__ import annotations

import asyncio

from outreach.bootstrap import inbox_password, open_mailbox, relay
from outreach.campaign.desk import Desk
from outreach.campaign.handing_over import Postman
from outreach.model import Finding, OutreachError


def try_servers(desk: Desk) -> list[Finding]:
    """What stands in the way of sending and reading; a server that is away is a warning, a refused login an error."""
    if desk.settings.campaign.mode != "real":
        return []
    findings = []
    for where, attempt in (("[smtp]", _try_relay), ("[inbox]", _try_mailbox)):
        try:
            attempt(desk)
        except OutreachError as error:
            later = error.exit_code == 75  # noqa: PLR2004  the contract's "try again later"
            cure = "check host, port and network, or try again later" if later else "correct the settings named"
            findings.append(
                Finding(str(error), f"config.toml, {where}", "no letter could leave or come in", cure, later)
            )
    return findings


def _try_relay(desk: Desk) -> None:
    with relay(desk) as make_postman:
        asyncio.run(_connect(make_postman()))


async def _connect(postman: Postman) -> None:
    await postman.connect()
    await postman.close()


def _try_mailbox(desk: Desk) -> None:
    with open_mailbox(desk.settings.inbox, inbox_password(desk.settings), desk.folder):
        pass
