"""Serves the page: opens the door on an address, tells how to come in, and answers until it is stopped."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

from outreach.campaign.desk import Desk
from outreach.entrypoints.web.access.accounts import new_link
from outreach.entrypoints.web.app import make_app
from outreach.entrypoints.web.intake import patient_protocol
from outreach.entrypoints.web.rendering import Templates
from outreach.entrypoints.web.routes import ROUTES, Row
from outreach.entrypoints.web.sender import Sender
from outreach.entrypoints.web.site import Site
from outreach.model import OutreachError, UsageError

if TYPE_CHECKING:
    import uvicorn

MOST_AT_ONCE = 200  # connections
KEPT_OPEN = 10  # seconds without a request
LONGEST_HEAD = 16 * 1024  # bytes of a request's headers
LAST_ANSWERS = 5  # seconds that answers have to end when the server is stopped
LOCAL_NAMES = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True, slots=True)
class Door:
    """Where the page is to be reached."""

    host: str = "127.0.0.1"
    port: int = 8765  # 0: any that is free
    behind_tls: bool = False  # another program speaks TLS with the browsers, and this one with it
    proxy: str = ""  # the address of that program, if it is believed where a browser is (X-Forwarded-For)

    @property
    def is_own_machine(self) -> bool:
        """Only this machine comes in, without TLS in front: its user needs no account."""
        return is_loopback(self.host) and not self.behind_tls


def is_loopback(host: str) -> bool:
    """Whether an address is of this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def check_door(desk: Desk, door: Door) -> None:
    """Refuses a door that would let in others.

    Raises:
        UsageError: Passwords would go in clear, no name is allowed, or nobody could log in.
    """
    if not is_loopback(door.host) and not door.behind_tls:
        message = (
            f"{door.host} is reached from outside, and passwords would go in clear; put TLS in front and say "
            "--behind-tls (docs/operations.md shows how), or stay on 127.0.0.1"
        )
        raise UsageError(message)
    if door.proxy and not door.behind_tls:
        message = "--proxy names the program that speaks TLS in front; say --behind-tls too"
        raise UsageError(message)
    if door.behind_tls and not desk.settings.web.hosts:
        message = 'behind TLS the page must know its name: config.toml, [web] hosts = ["outreach.example.org"]'
        raise UsageError(message)
    if not door.is_own_machine and not desk.store.access.accounts():
        message = "nobody could log in; make the first account: outreach web account add NAME --role admin"
        raise UsageError(message)


def make_site(desk: Desk, door: Door, port: int) -> Site:
    """The page behind a door, on the port that it really has."""
    if door.behind_tls:
        hosts, scheme, name = frozenset(one.lower() for one in desk.settings.web.hosts), "https", "outreach"
    else:
        hosts, scheme, name = frozenset(f"{one}:{port}" for one in LOCAL_NAMES), "http", f"outreach-{port}"
    return Site(desk, hosts, scheme, Templates(desk.settings.campaign.timezone), Sender(desk), name=name)


def open_door(door: Door) -> socket.socket:
    """Listens on the address.

    Raises:
        OutreachError: Somebody else does.
    """
    family = socket.AF_INET6 if ":" in door.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((door.host, door.port))
        listening.listen(MOST_AT_ONCE)  # who opens the link before the server is up is waited for
    except OSError as error:
        listening.close()
        message = (
            f"{door.host}:{door.port} cannot be listened on ({error.strerror}); take another: --port {door.port + 1}"
        )
        raise OutreachError(message) from error
    return listening


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

    class Server(uvicorn.Server):
        """Tells the sender when it is to stop, so that the letter in hand is finished and no page is kept waiting."""

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            """Ends what is under way."""
            site.sender.stop()
            await super().shutdown(sockets)
            await asyncio.to_thread(site.sender.join)

    return Server(config)


def address(site: Site, port: int) -> str:
    """Where a browser finds the page."""
    if site.scheme == "https":
        return f"https://{min(site.hosts)}"
    return f"http://127.0.0.1:{port}"


def one_time_address(site: Site, port: int) -> str:
    """The address that lets who runs the machine in, once."""
    return f"{address(site, port)}/open/{new_link(site.desk, None)}"
