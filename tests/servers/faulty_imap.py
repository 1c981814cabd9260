"""A small IMAP server that can be told to misbehave: each test names the command and what it does instead."""

from __future__ import annotations

import re
import socket
import socketserver
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Self

USERNAME, PASSWORD = "secretariat@town.example", "secret-for-tests"


class Talk:
    """One conversation: what was asked, and ways to answer."""

    def __init__(self, server: FaultyImap, connection: socket.socket) -> None:
        self.server = server
        self.connection = connection
        self.lines = connection.makefile("rb")
        self.tag = ""
        self.words = ""

    def say(self, text: str | bytes) -> None:
        """Says one line."""
        self.connection.sendall((text.encode() if isinstance(text, str) else text) + b"\r\n")

    def done(self, text: str = "OK done") -> None:
        """Ends a command."""
        self.say(f"{self.tag} {text}")

    def hear(self) -> str:
        """The next line of the client; "" at the end."""
        return self.lines.readline().decode("latin-1").rstrip("\r\n")

    def hang_up(self) -> None:
        """Ends the connection."""
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def answer(self) -> None:
        """Answers the command as a good server does."""
        verb = self.server.verb(self.words)
        getattr(self, "do_" + verb.lower().replace(" ", "_"), self.done)()

    def do_capability(self) -> None:
        self.say(f"* CAPABILITY {self.server.capabilities}")
        self.done()

    def do_authenticate(self) -> None:
        self.say("+ ")
        self.hear()
        self.done()

    def do_logout(self) -> None:
        self.say("* BYE see you")
        self.done()
        self.hang_up()

    def do_list(self) -> None:
        self.say('* LIST (\\HasNoChildren) "/" INBOX')
        self.done()

    def do_examine(self) -> None:
        mails = self.server.mails
        self.say(f"* {len(mails)} EXISTS")
        self.say("* 0 RECENT")
        self.say(f"* OK [UIDVALIDITY {self.server.uidvalidity}] valid")
        if self.server.tells_uidnext:
            self.say(f"* OK [UIDNEXT {max(mails, default=0) + 1}] next")
        self.done("OK [READ-ONLY] examined")

    def do_uid_search(self) -> None:
        first, star = re.findall(r"UID (\d+)(:\*)?", self.words)[-1]
        found = [uid for uid in self.server.mails if uid == int(first) or (star and uid >= int(first))]
        if star and not found and self.server.mails:
            found = [max(self.server.mails)]  # as RFC 3501 says of "n:*"
        self.say(f"* SEARCH {' '.join(map(str, found))}")
        self.done()

    def do_uid_fetch(self) -> None:
        for uid in self.wanted():
            if uid in self.server.mails:
                self.give(uid)
        self.done()

    def wanted(self) -> list[int]:
        """The UIDs of a FETCH."""
        return [int(uid) for uid in self.words.split()[2].split(",")]

    def give(self, uid: int, announced: int | None = None) -> None:
        """Answers a FETCH for one mail; `announced` is a size that may be a lie."""
        raw = self.server.mails[uid]
        place = list(self.server.mails).index(uid) + 1
        if "BODY" not in self.words:
            date = '"15-Jul-2022 12:00:00 +0200"'
            self.say(f"* {place} FETCH (UID {uid} RFC822.SIZE {announced or len(raw)} INTERNALDATE {date})")
            return
        part = re.search(r"BODY\.PEEK\[([A-Z]*)\](?:<0\.(\d+)>)?", self.words)
        assert part is not None
        head, _, body = raw.partition(b"\r\n\r\n")
        data = {"": raw, "HEADER": head + b"\r\n\r\n", "TEXT": body}[part[1]][: int(part[2] or 10**9)]
        name = f"BODY[{part[1]}]" + ("<0>" if part[2] else "")
        self.say(f"* {place} FETCH (UID {uid} {name} {{{announced or len(data)}}}\r\n".encode() + data + b")")

    def do_idle(self) -> None:
        self.say("+ idling")
        self.server.idling.set()
        self.hear()
        self.done()


Fault = Callable[[Talk], None]


class FaultyImap:
    """Serves `mails` (by UID); `faults` takes the place of a command's answer."""

    host = "127.0.0.1"

    def __init__(self, mails: dict[int, bytes] | None = None, **faults: Fault) -> None:
        self.mails = dict(mails or {})
        self.faults = faults
        self.commands: list[str] = []
        self.capabilities = "IMAP4rev1 IDLE AUTH=PLAIN"
        self.greeting = "* OK ready"
        self.uidvalidity = 7
        self.tells_uidnext = True
        self.idling = threading.Event()
        self._open: set[socket.socket] = set()
        outer = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                outer._serve(self.request)

        self._server = socketserver.ThreadingTCPServer((self.host, 0), Handler)
        self._server.daemon_threads = False
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=lambda: self._server.serve_forever(0.02))

    def __enter__(self) -> Self:
        """Starts it."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Ends every connection and stops it."""
        for connection in tuple(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def count(self, verb: str) -> int:
        """How often a command was given."""
        return sum(self.verb(words) == verb for words in self.commands)

    @staticmethod
    def verb(words: str) -> str:
        """The command without its arguments: UID FETCH, LOGIN, …"""
        parts = words.upper().split()
        return " ".join(parts[:2]) if parts[:1] == ["UID"] else "".join(parts[:1])

    def _serve(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._open.add(connection)
        talk = Talk(self, connection)
        try:
            talk.say(self.greeting)
            while line := talk.hear():
                talk.tag, _, talk.words = line.partition(" ")
                self.commands.append(talk.words)
                fault = self.faults.get(self.verb(talk.words).lower().replace(" ", "_"))
                (fault or Talk.answer)(talk)
        except OSError:
            pass  # the client has gone
        finally:
            talk.lines.close()
            self._open.discard(connection)
