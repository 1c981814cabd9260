"""Tries the servers of the settings, for `outreach check`: log in, look, and leave."""

from __future__ import annotations

import asyncio

from outreach.adapters.config import token_providers
from outreach.adapters.oauth.tokens import Login
from outreach.bootstrap import inbox_login, open_mailbox, open_tokens, relay
from outreach.campaign.desk import Desk
from outreach.campaign.sending.handing_over import Postman
from outreach.model import Finding, LoginRefusedError, OutreachError, Sentence

STUCK = Sentence("no letter could leave or come in")


def kept_login(desk: Desk) -> Login | Finding | None:
    """The login that the servers are shown tokens of, or why there is none; None where they want passwords."""
    if desk.settings.campaign.mode != "real" or not token_providers(desk.settings):
        return None
    try:
        return open_tokens(desk.folder, desk.settings).login()
    except LoginRefusedError as error:
        return Finding(str(error), "config.toml, [oauth]", STUCK, Sentence("call `outreach login`"))


def try_servers(desk: Desk, *, with_tokens: bool = True) -> list[Finding]:
    """What stands in the way of sending and reading; a server that is away is a warning, a refused login an error.

    `with_tokens`: also those that want a token.
    """
    if desk.settings.campaign.mode != "real":
        return []
    smtp, inbox = desk.settings.smtp, desk.settings.inbox
    servers = (("[smtp]", smtp.auth, _try_relay), ("[inbox]", inbox.auth, _try_mailbox))
    findings = []
    for where, auth, attempt in servers:
        if auth != "password" and not with_tokens:
            continue
        try:
            attempt(desk)
        except OutreachError as error:
            later = error.exit_code == 75  # noqa: PLR2004  the contract's "try again later"
            cure = (
                Sentence("check host, port and network, or try again later") if later else Sentence("do what it says")
            )
            findings.append(Finding(str(error), f"config.toml, {where}", STUCK, cure, later))
    return findings


def _try_relay(desk: Desk) -> None:
    with relay(desk) as make_postman:
        asyncio.run(_connect(make_postman()))


async def _connect(postman: Postman) -> None:
    await postman.connect()
    await postman.close()


def _try_mailbox(desk: Desk) -> None:
    with open_mailbox(desk.settings.inbox, inbox_login(desk), desk.folder):
        pass
