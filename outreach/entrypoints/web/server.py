"""Serves the page: answers whoever comes to its door until it is stopped."""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from outreach.campaign.desk import Desk
from outreach.entrypoints.web.app import make_app
from outreach.entrypoints.web.door import MOST_AT_ONCE, Door
from outreach.entrypoints.web.everybody import are_many
from outreach.entrypoints.web.intake import patient_protocol
from outreach.entrypoints.web.rendering import Templates
from outreach.entrypoints.web.routes import ROUTES, Row
from outreach.entrypoints.web.sender import Sender
from outreach.entrypoints.web.site import Site
from outreach.model import OutreachError

if TYPE_CHECKING:
    import uvicorn

KEPT_OPEN = 10  # seconds without a request
LONGEST_HEAD = 16 * 1024  # bytes of a request's headers
LAST_ANSWERS = 5  # seconds that answers have to end when the server is stopped
LOCAL_NAMES = ("127.0.0.1", "localhost", "[::1]")


def make_site(desk: Desk, door: Door, port: int) -> Site:
    """The page behind a door, on the port that it really has."""
    if door.behind_tls:
        hosts, scheme, name = frozenset(one.lower() for one in desk.settings.web.hosts), "https", "outreach"
    else:
        hosts, scheme, name = frozenset(f"{one}:{port}" for one in LOCAL_NAMES), "http", f"outreach-{port}"
    return Site(desk, hosts, scheme, Templates(desk.settings.campaign.timezone), Sender(desk), name=name)


def make_server(site: Site, rows: tuple[Row, ...] = ROUTES, *, proxy: str = "") -> uvicorn.Server:
    """The server of a page; h11 refuses doubled Host headers and gives absolute addresses as they came."""
    import uvicorn  # noqa: PLC0415

    config = uvicorn.Config(
        make_app(site, rows),
        http=patient_protocol(site.patience),
        ws="none",
        loop="asyncio",
        lifespan="off",
        log_config=None,
        access_log=False,  # addresses may hold one-time links
        server_header=False,
        proxy_headers=bool(proxy),
        forwarded_allow_ips=proxy or None,
        limit_concurrency=MOST_AT_ONCE,
        timeout_keep_alive=KEPT_OPEN,
        timeout_graceful_shutdown=LAST_ANSWERS,
        h11_max_incomplete_event_size=LONGEST_HEAD,
    )

    learning = threading.Thread(target=_learn_names, args=(site.desk,), name="learning", daemon=True)

    class Server(uvicorn.Server):
        """Tells the sender when it is to stop, so that the letter in hand is finished and no page is kept waiting."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            """Begins to answer; meanwhile the names are read that the first search wants."""
            await super().startup(sockets)
            learning.start()

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            """Ends what is under way."""
            site.sender.stop()
            site.works.stop()
            await super().shutdown(sockets)
            await asyncio.to_thread(site.sender.join)
            await asyncio.to_thread(site.works.join)
            await asyncio.to_thread(learning.join)

    return Server(config)


def _learn_names(desk: Desk) -> None:
    """Where they are many; what fails here fails again, and is told, where somebody searches."""
    with suppress(OutreachError):
        if are_many(desk):
            desk.store.invitee_list.learn_names()
