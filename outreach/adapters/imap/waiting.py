"""Waits for new mail: by IDLE where the server has it (RFC 2177), else by looking from time to time."""

from __future__ import annotations

import select
import socket
import ssl
import threading
from time import monotonic

from outreach.adapters.imap.session import ImapSession, Opened

STEP = 0.5  # seconds until a stop is noticed
RENEW = 9 * 60.0  # seconds; IDLE is renewed before routers forget the connection
POLL = 60.0  # seconds between two looks where there is no IDLE
# What comes in one packet with the server's "+" lies in the library's buffer, where nothing shows it before DONE:
# so the first rounds of IDLE are short, and each is twice as long as the one before.
FIRST = 1.0
QUICK = 0.5  # seconds; a round that ends sooner without news is a false alarm
DONE_SECONDS = 5.0  # for the answer to DONE, which finds a dead connection
FALSE_ALARMS = 5  # in a row; then IDLE is no use with this server


def wait_for_news(
    session: ImapSession,
    before: Opened,
    seconds: float,
    stop: threading.Event,
    *,
    poll: float = POLL,
    renew: float = RENEW,
) -> bool:
    """Waits until a folder is no longer as it was (True), the time is over or `stop` is set (False).

    Raises:
        TryAgainLaterError: the connection is dead.
    """
    until = monotonic() + seconds
    if session.examine(before.name).is_news_to(before):
        return True
    with session.talking() as client:
        idles = client.has_capability("IDLE")
    alarms, length = 0, FIRST
    while idles and alarms < FALSE_ALARMS:
        if stop.is_set() or monotonic() >= until:
            return False
        began = monotonic()
        _idle(session, min(until, began + min(length, renew)), stop)
        if session.examine(before.name).is_news_to(before):
            return True
        alarms, length = (alarms + 1 if monotonic() - began < QUICK else 0), length * 2
    return _poll(session, before, until, stop, poll)


def _poll(session: ImapSession, before: Opened, until: float, stop: threading.Event, every: float) -> bool:
    while (left := until - monotonic()) > 0:
        if stop.wait(min(left, every)):
            return False
        if session.examine(before.name).is_news_to(before):
            return True
    return False


def _idle(session: ImapSession, until: float, stop: threading.Event) -> None:
    """Idles until the server says anything at all.

    What it says is read after DONE, line by line and with a time limit: the library's `idle_check` takes half a
    line for a fault, and after the end of a connection it is silent for ever.
    """
    with session.talking() as client:
        client.idle()
    connection = client.socket()
    while (left := until - monotonic()) > 0 and not stop.is_set():
        if _readable(connection, min(left, STEP)):
            break
    with session.talking():
        connection.settimeout(DONE_SECONDS)
        client.idle_done()
        connection.settimeout(session.read_seconds)


def _readable(connection: socket.socket, seconds: float) -> bool:
    if isinstance(connection, ssl.SSLSocket) and connection.pending():
        return True
    return bool(select.select([connection], [], [], seconds)[0])
