"""Runs an IMAP server on loopback over a Maildir, for rehearsals: the mailbox that answers come into."""

from __future__ import annotations

import asyncio
import os
import re
import threading
from argparse import Namespace
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from uuid import uuid4

from outreach.model import OutreachError

if TYPE_CHECKING:
    from pymap.backend.dict.mailbox import MailboxData
    from pymap.imap import IMAPServer

START_SECONDS = 20
_NUMBERED = re.compile(r"\d+\.U(\d+)\.outreach")  # a file's name holds the UID of its mail
_UIDVALIDITY = "uidvalidity"


class EmbeddedImap:
    """A server of one mailbox. What is delivered lies in the Maildir, and a later server gives it again.

    pymap's own Maildir backend is not used: it re-writes mails while reading them, reads a file of all mails
    for every mail, and fails where /tmp is another file system. Its backend in memory is sound.
    """

    host = "127.0.0.1"

    def __init__(self, path: Path, user: str, password: str) -> None:
        self._path = path
        self._user = user
        self._password = password
        self._ready: Future[int] = Future()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._inbox: MailboxData | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self._delivering = threading.Lock()

    @property
    def port(self) -> int:
        """Where it listens, once started."""
        return self._ready.result(0)

    def start(self) -> None:
        """Starts the server in a thread of its own and waits until it listens.

        Raises:
            OutreachError: the server's package is not installed, or it cannot start.
        """
        try:
            import pymap.imap  # noqa: F401, PLC0415
        except ImportError as error:
            raise OutreachError(
                "The rehearsal needs an IMAP server that is not installed; run: pip install 'outreach[rehearsal]'."
            ) from error
        self._ready = Future()
        self._thread = threading.Thread(target=self._run, name="embedded-imap", daemon=True)
        self._thread.start()
        self._ready.result(START_SECONDS)

    def stop(self) -> None:
        """Stops the server, and with it every connection."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        if self._loop is not None and self._stopping is not None:
            with suppress(RuntimeError):  # the loop has ended by itself
                self._loop.call_soon_threadsafe(self._stopping.set)
        thread.join()

    def __enter__(self) -> Self:
        """Starts the server."""
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Stops it."""
        self.stop()

    def deliver(self, raw: bytes, when: datetime) -> None:
        """Puts a mail into the inbox; `when` becomes its INTERNALDATE. Clients that idle are told."""
        if self._loop is None or self._inbox is None:
            raise OutreachError("The embedded IMAP server is not running; start it before mail is delivered.")
        with self._delivering:
            uid = self._inbox._max_uid + 1  # noqa: SLF001  pymap tells it to IMAP clients alone
            _write(self._path, raw, uid, when)
            asyncio.run_coroutine_threadsafe(_append(self._inbox, raw, when), self._loop).result()

    # ------------------------------------------------------------ in the thread

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # it belongs to whoever waits for the start
            if self._ready.done():
                raise
            self._ready.set_exception(error)

    async def _serve(self) -> None:
        server, inbox = await _open(self._path, self._user, self._password)
        self._loop, self._stopping, self._inbox = asyncio.get_running_loop(), asyncio.Event(), inbox

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self._converse(server, reader, writer)

        listener = await asyncio.start_server(connected, self.host, 0)
        self._ready.set_result(listener.sockets[0].getsockname()[1])
        try:
            await self._stopping.wait()
        finally:
            listener.close()
            for task in tuple(self._connections):
                task.cancel()
            await asyncio.gather(*self._connections, return_exceptions=True)
            await listener.wait_closed()
            self._loop = self._stopping = self._inbox = None

    async def _converse(self, server: IMAPServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from proxyprotocol.sock import SocketInfo  # noqa: PLC0415

        task = asyncio.current_task()
        if task is None:  # pragma: no cover  asyncio runs this as a task
            return
        self._connections.add(task)
        try:
            await server(reader, writer, SocketInfo.get(writer, None, unique_id=uuid4().bytes))
        except (ConnectionError, asyncio.CancelledError):
            pass  # the client has gone, or we stop
        finally:
            self._connections.discard(task)
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


async def _open(path: Path, user: str, password: str) -> tuple[IMAPServer, MailboxData]:
    """The server and its inbox, with what lies in the Maildir."""
    from pymap.backend.dict import Config, Login  # noqa: PLC0415
    from pymap.concurrent import Subsystem  # noqa: PLC0415
    from pymap.imap import IMAPServer  # noqa: PLC0415
    from pymap.user import Passwords, UserMetadata  # noqa: PLC0415
    from pysasl.hashing import BuiltinHash  # noqa: PLC0415

    class Loopback(Config):
        @property
        def greeting(self) -> bytes:  # pymap's own asks the DNS for this machine's name, which may take long
            return b"Server ready"

    plain = {"host": EmbeddedImap.host, "port": 0, "debug": False, "cert": None, "key": None, "tls": False}
    demo = {"demo_data": False, "demo_user": user, "demo_password": password}
    args = Namespace(**plain, **demo, passlib_cfg=None, proxy_protocol=None)
    # Hashing gets no threads of its own, which nobody would stop; the password never leaves this machine.
    config = Loopback.from_args(args, hash_context=BuiltinHash(rounds=1), cpu_subsystem=Subsystem.for_asyncio())
    login = Login(config)
    identity = login.demo_user_identity
    await identity.set(UserMetadata(config, user, password=await Passwords(config).hash_password(password)))
    async with identity.new_session() as session:
        inbox = await session.mailbox_set.get_mailbox("INBOX")
    await _fill(inbox, path)
    return IMAPServer(login, config), inbox


async def _fill(inbox: Any, path: Path) -> None:
    for name in ("tmp", "new", "cur"):
        (path / name).mkdir(parents=True, exist_ok=True)
    inbox._uid_validity = _uid_validity(path)  # noqa: SLF001  so that a cursor holds for the next server too
    inbox._max_uid = 0  # noqa: SLF001
    for uid, file in _numbered(path):
        inbox._max_uid = uid - 1  # noqa: SLF001
        await _append(inbox, file.read_bytes(), datetime.fromtimestamp(file.stat().st_mtime, UTC))


async def _append(inbox: Any, raw: bytes, when: datetime) -> None:
    from pymap.parsing.message import AppendMessage  # noqa: PLC0415

    # RFC 3501 §4.3.1 and RFC 5322 §2.1: lines end with CRLF on the wire, with LF in a Maildir.
    wire = re.sub(rb"\r?\n", b"\r\n", raw)
    await inbox.append(AppendMessage(wire, when.astimezone(UTC), frozenset()), recent=True)


# ---------------------------------------------------------------- the Maildir


def _write(path: Path, raw: bytes, uid: int, when: datetime) -> None:
    moment = when.timestamp()
    name = f"{int(moment)}.U{uid}.outreach"
    temporary = path / "tmp" / name
    temporary.write_bytes(raw)
    os.utime(temporary, (moment, moment))
    temporary.rename(path / "new" / name)


def _numbered(path: Path) -> Iterator[tuple[int, Path]]:
    """Every mail with its UID, in order; a file that somebody else put there is given one."""
    files = sorted(file for folder in ("new", "cur") for file in (path / folder).iterdir() if file.is_file())
    known: dict[int, Path] = {}
    for file in files:
        if match := _NUMBERED.match(file.name):
            known.setdefault(int(match[1]), file)  # two servers at once may have given one UID twice
    yield from sorted(known.items())
    others = sorted(set(files) - set(known.values()), key=lambda file: file.name)
    for uid, file in enumerate(others, start=max(known, default=0) + 1):
        moment = int(file.stat().st_mtime)
        yield uid, file.rename(file.with_name(f"{moment}.U{uid}.outreach"))


def _uid_validity(path: Path) -> int:
    file = path / _UIDVALIDITY
    with suppress(OSError, ValueError):
        return int(file.read_text("ascii"))
    made = uuid4().int % (2**31 - 1) + 1
    file.write_text(f"{made}\n", "ascii")
    return made
