"""Opens the door of the page on an address, and tells how to come in; light, so that the link is there at once."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass

from outreach.campaign.desk import Desk
from outreach.entrypoints.web.access.accounts import new_link
from outreach.model import OutreachError, UsageError

MOST_AT_ONCE = 200  # connections


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


def address(desk: Desk, door: Door, port: int) -> str:
    """Where a browser finds the page."""
    return office_address(desk) if door.behind_tls else local_address(port)


def office_address(desk: Desk) -> str:
    """Where a browser finds it behind TLS: under the first of its names."""
    return f"https://{desk.settings.web.hosts[0].lower()}"


def local_address(port: int) -> str:
    """Where a browser on this machine finds it."""
    return f"http://127.0.0.1:{port}"


def one_time_address(desk: Desk, port: int) -> str:
    """The address that lets who runs the machine in, once."""
    return link_address(local_address(port), new_link(desk, None))


def invitation_address(desk: Desk, token: str) -> str:
    """The address that an invitation opens which was not given by the page itself."""
    return link_address(office_address(desk) if desk.settings.web.hosts else local_address(Door().port), token)


def link_address(where: str, token: str) -> str:
    """The address that a one-time link opens."""
    return f"{where}/open/{token}"
