"""Reads mail that lies in files: .eml files, mbox files, Maildirs; nothing in them is changed."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_tz
from pathlib import Path
from time import monotonic
from typing import BinaryIO

from outreach.adapters.imap.copies import BEGINNING, Held, IdHeader, checked_reference, searchable_id
from outreach.adapters.imap.mailbox import Cursor, Fetched
from outreach.adapters.plain_files import open_plain
from outreach.model import ConfigurationError, OutreachError

LARGEST = 25_000_000  # bytes of one mail that are read
OVERLAP = 2 * 24 * 3600 * 10**9  # nanoseconds; a clock that was set back by less loses no mail
STEP = 1.0  # seconds between two looks for new files

_FROM_LINE = re.compile(rb"From \S.*\d\d?:\d\d")  # RFC 4155; the words "From here …" in a text are none
_QUOTED_FROM = re.compile(rb">+From ")
_BASE = re.compile(r"(\d*)([^:]*)")  # delivery time, the rest, and flags behind the colon


@dataclass(frozen=True, slots=True)
class Found:
    """A mail in a file. `problem` says why it is not whole ("" = it is)."""

    name: str
    raw: bytes
    received: datetime | None  # UTC; None where the file does not say
    problem: str = ""


def read_source(path: Path) -> Iterator[Found]:
    """Gives every mail of an .eml file, an mbox file, a Maildir, or a folder of .eml and mbox files.

    Raises:
        OutreachError: there is nothing to read, or it may not be read.
    """
    try:
        if is_maildir(path):
            yield from _read_maildir(path)
        elif path.is_dir():
            yield from _read_folder(path)
        else:
            yield from _read_file(path)
    except OSError as error:
        where = error.filename or path
        raise OutreachError(f"{where} cannot be read: {error.strerror or error}.") from error


def is_maildir(path: Path) -> bool:
    """Whether a folder is a Maildir."""
    return (path / "new").is_dir() and (path / "cur").is_dir()


def make_maildir(path: Path) -> Path:
    """Makes a Maildir where there is none yet; gives its path."""
    for folder in ("tmp", "new", "cur"):
        (path / folder).mkdir(parents=True, exist_ok=True)
    return path


class MaildirMailbox:
    """A Maildir as the mailbox that answers come into. For one thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: tuple[int, ...] = ()

    def fetch_new(self, folder: str, cursor: Cursor | None) -> Iterator[Fetched]:
        """Gives the mails whose files came or changed since the cursor, and those of the two days before it.

        The cursor holds the latest change of a file in nanoseconds: unlike a file's own date it cannot be set.
        What is given twice is known by its content.

        Raises:
            ConfigurationError: there is no such Maildir.
            OutreachError: it may not be read.
        """
        place = self._folder(folder)
        known = _stamp(place)
        latest = cursor.last_uid if cursor is not None else 0
        try:
            changes = sorted((file.stat().st_ctime_ns, _order(file), file) for file in _files(place) if file.exists())
            for changed, _, file in changes:
                if changed >= latest - OVERLAP and (found := _read_mail(file)) is not None:
                    latest = max(latest, changed)
                    behind = Cursor(folder, 1, latest)
                    yield Fetched(found.raw, found.received, behind, found.problem)
        except OSError as error:
            raise OutreachError(f"{error.filename or place} cannot be read: {error.strerror or error}.") from error
        self._known = known

    def wait(self, seconds: float, stop: threading.Event | None = None) -> bool:
        """Waits until something may be new in the inbox (True), the time is over or `stop` is set (False)."""
        stop = stop or threading.Event()
        until = monotonic() + seconds
        place = self._folder("INBOX")
        known = self._known or _stamp(place)
        while _stamp(place) == known:
            left = until - monotonic()
            if left <= 0 or stop.wait(min(left, STEP)):
                return False
        return True

    def sent_folder_name(self) -> str | None:
        """A Maildir says nothing of letters sent by hand."""
        return None

    def has_folder(self, name: str) -> bool:
        """Whether there is a folder of that name."""
        return is_maildir(self._place(name))

    def find_by_id(self, folder: str, header: IdHeader, message_id: str) -> tuple[Held, ...]:
        """The mails of a folder with this id in one of two headers."""
        line = re.compile(rb"(?im)^%s:\s*%s\s*$" % (re.escape(header.encode()), re.escape(message_id.encode())))
        found = (held for held in self._held(folder) if line.search(_unfolded_head(held.raw)))
        return tuple(found) if searchable_id(message_id) else ()

    def find_by_text(self, folder: str, reference: str, to: str, since: date) -> tuple[Held, ...]:
        """The mails to an address that came since a day with this reference in them, encoded texts aside."""
        wanted = (checked_reference(reference).encode(), to.encode())
        found = (held for held in self._held(folder) if _came_since(held, since))
        return tuple(held for held in found if all(one in held.raw for one in wanted))

    def heads(self, folder: str, since: date | None) -> Iterator[Held]:
        """Every mail that came since a day, oldest first."""
        return (held for held in self._held(folder) if since is None or _came_since(held, since))

    def _held(self, folder: str) -> Iterator[Held]:
        for file in sorted(_files(self._folder(folder)), key=_order):
            if (found := _read_mail(file)) is not None:
                yield Held(found.raw[:BEGINNING], found.received)

    def _folder(self, name: str) -> Path:
        """The inbox itself, or a folder beside it as in Maildir++ (`.Sent`)."""
        place = self._place(name)
        if is_maildir(place):
            return place
        raise ConfigurationError(
            f"There is no Maildir (a folder with new and cur in it) at {place}; see path in [inbox]."
        )

    def _place(self, name: str) -> Path:
        return self._path if name.upper() in ("INBOX", "") else self._path / f".{name.replace('/', '.')}"


def _came_since(held: Held, since: date) -> bool:
    return held.received is None or held.received.date() >= since


def _unfolded_head(raw: bytes) -> bytes:
    head = raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    return re.sub(rb"\n[ \t]+", b" ", head)


def _read_maildir(path: Path) -> Iterator[Found]:
    for file in sorted(_files(path), key=_order):
        found = _read_mail(file)
        if found is not None:
            yield found


def _files(path: Path) -> list[Path]:
    return [
        Path(entry.path)
        for folder in ("new", "cur")
        for entry in os.scandir(path / folder)
        if not entry.name.startswith(".") and entry.is_file()
    ]


def _order(file: Path) -> tuple[int, str]:
    """By time of delivery, with which the name of a file begins."""
    match = _BASE.match(file.name)
    time, rest = match.groups() if match else ("", file.name)
    return int(time or 0), rest


def _read_mail(file: Path) -> Found | None:
    """One file of a Maildir; None if somebody moved or deleted it meanwhile."""
    try:
        with file.open("rb") as stream:
            raw = stream.read(LARGEST + 1)
            received = datetime.fromtimestamp(os.fstat(stream.fileno()).st_mtime, UTC)
    except FileNotFoundError:
        moved = [other for other in _files(file.parent.parent) if _order(other) == _order(file)]
        return _read_mail(moved[0]) if moved and moved[0] != file else None
    return _found(str(file), raw, received)


def _stamp(path: Path) -> tuple[int, ...]:
    return tuple((path / folder).stat().st_mtime_ns for folder in ("new", "cur"))


def _read_folder(path: Path) -> Iterator[Found]:
    files = sorted(file for file in path.iterdir() if file.suffix.lower() in (".eml", ".mbox") and file.is_file())
    if not files:
        raise OutreachError(f"{path} holds no mail: it is no Maildir, and there is no .eml or .mbox file in it.")
    for file in files:
        yield from _read_file(file)


def _read_file(path: Path) -> Iterator[Found]:
    with open_plain(path) as stream:
        if _FROM_LINE.match(stream.peek(200)[:200].split(b"\n")[0]):
            yield from _read_mbox(path, stream)
        else:
            yield _found(str(path), stream.read(LARGEST + 1), None)


def _read_mbox(path: Path, stream: BinaryIO) -> Iterator[Found]:
    lines: list[bytes] = []
    size = number = 0
    heading = stream.readline()
    after_blank = False
    for line in stream:
        if after_blank and _FROM_LINE.match(line):
            number += 1
            yield _from_mbox(path, number, heading, lines)
            heading, lines, size = line, [], 0
        elif size <= LARGEST:
            lines.append(line[1:] if _QUOTED_FROM.match(line) else line)
            size += len(line)
        after_blank = not line.strip(b"\r\n")
    yield _from_mbox(path, number + 1, heading, lines)


def _from_mbox(path: Path, number: int, heading: bytes, lines: list[bytes]) -> Found:
    if lines and not lines[-1].strip(b"\r\n"):
        lines.pop()  # the empty line before the next mail is the mbox's
    return _found(f"{path}#{number}", b"".join(lines), _date_of(heading))


def _date_of(heading: bytes) -> datetime | None:
    """When a mail was received, by its From line: in UTC (RFC 4155)."""
    words = heading.decode("ascii", "replace").split()
    for start in range(1, len(words)):
        parsed = parsedate_tz(" ".join(words[start:]))
        if parsed is not None and parsed[0] > 0:
            try:
                return datetime(*parsed[:6], tzinfo=UTC)
            except ValueError:
                return None
    return None


def _found(name: str, raw: bytes, received: datetime | None) -> Found:
    if len(raw) <= LARGEST:
        return Found(name, raw, received)
    problem = f"The mail is larger than {LARGEST:,} bytes; only its beginning was taken."
    return Found(name, raw[:LARGEST], received, problem)
