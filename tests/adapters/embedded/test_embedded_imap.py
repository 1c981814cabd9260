"""The mailbox of a rehearsal: a real IMAP server on loopback over a Maildir."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from outreach.adapters.embedded.imap_server import EmbeddedImap
from outreach.adapters.imap.mailbox import ImapMailbox
from outreach.adapters.maildir import read_source
from outreach.model import LoginRefusedError, OutreachError, TryAgainLaterError
from outreach.settings import InboxSettings

USER, PASSWORD = "secretariat@town.example", "pässwort for tests"
JULY = datetime(2022, 7, 15, 12, 0, tzinfo=timezone(timedelta(hours=2)))


def mail(number: int) -> bytes:
    """An answer with 8-bit text and bare line feeds, as a program writes it."""
    return b"Subject: Answer %d\nMessage-ID: <%d@town.example>\n\nS\xc3\xad \xff, confirmamos.\n" % (number, number)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedImap]:
    """A server over an empty mailbox."""
    with EmbeddedImap(tmp_path / "rehearsal" / "mailbox", USER, PASSWORD) as started:
        yield started


def opened(server: EmbeddedImap, password: str = PASSWORD) -> ImapMailbox:
    """A connection to it."""
    settings = InboxSettings(host=server.host, port=server.port, security="none", username=USER)
    return ImapMailbox(settings, password)


def test_what_is_delivered_is_given(server: EmbeddedImap) -> None:
    """Byte for byte but for the line ends, in order, with its date."""
    for number in range(120):
        server.deliver(mail(number), JULY + timedelta(seconds=number))
    with opened(server) as mailbox:
        found = list(mailbox.fetch_new("INBOX", None))
        assert [fetched.raw for fetched in found] == [mail(number).replace(b"\n", b"\r\n") for number in range(120)]
        assert found[7].received == (JULY + timedelta(seconds=7)).astimezone(UTC)
        assert list(mailbox.fetch_new("INBOX", found[-1].cursor)) == []
        assert mailbox.find_by_id("INBOX", "Message-ID", "<7@town.example>")
        assert mailbox.sent_folder_name() is None


def test_idle_wakes(server: EmbeddedImap) -> None:
    """Within two seconds of a delivery, each time."""
    with opened(server) as mailbox:
        for number in range(3):
            list(mailbox.fetch_new("INBOX", None))
            threading.Timer(0.1, server.deliver, [mail(number), JULY]).start()
            began = time.monotonic()
            assert mailbox.wait(20)
            assert time.monotonic() - began < 2


def test_a_later_server_gives_the_same_mailbox(tmp_path: Path) -> None:
    """With the same numbers, so that a cursor holds; mail that lies there as files is given too."""
    with EmbeddedImap(tmp_path, USER, PASSWORD) as server:
        for number in range(12):
            server.deliver(mail(number), JULY - timedelta(days=number))
        with opened(server) as mailbox:
            first = list(mailbox.fetch_new("INBOX", None))
    (tmp_path / "new" / "1.by-hand").write_bytes(mail(99))
    assert len(list(read_source(tmp_path))) == 13
    with EmbeddedImap(tmp_path, USER, PASSWORD) as server:
        server.deliver(mail(100), JULY)
        with opened(server) as mailbox:
            again = list(mailbox.fetch_new("INBOX", None))
            new = list(mailbox.fetch_new("INBOX", first[-1].cursor))
    assert again[:12] == first
    assert [fetched.raw.split(b"\r\n")[0] for fetched in new] == [b"Subject: Answer 99", b"Subject: Answer 100"]


def test_a_wrong_password(server: EmbeddedImap) -> None:
    """It is refused as a real server does."""
    with pytest.raises(LoginRefusedError):
        opened(server, "wrong").open()


def test_two_clients_at_once(server: EmbeddedImap) -> None:
    """Both are told."""
    told: list[bool] = []
    with opened(server) as one, opened(server) as two:
        threads = [threading.Thread(target=lambda box=box: told.append(box.wait(20))) for box in (one, two)]
        for thread in threads:
            thread.start()
        threading.Timer(0.2, server.deliver, [mail(1), JULY]).start()
        for thread in threads:
            thread.join()
    assert told == [True, True]


def test_it_stops_cleanly(tmp_path: Path) -> None:
    """With a client in IDLE: the client is told, no thread is left, and it can be started again."""
    server = EmbeddedImap(tmp_path, USER, PASSWORD)
    with pytest.raises(OutreachError, match="not running"):
        server.deliver(mail(1), JULY)
    server.start()
    mailbox = opened(server)
    mailbox.open()
    timer = threading.Timer(0.2, server.stop)
    timer.start()
    with pytest.raises(TryAgainLaterError):
        mailbox.wait(20)
    timer.join()
    mailbox.close()
    server.stop()
    assert not [thread for thread in threading.enumerate() if thread.name == "embedded-imap"]
    with server, opened(server) as again:
        assert list(again.fetch_new("INBOX", None)) == []


def test_without_the_package_it_says_what_to_install(tmp_path: Path) -> None:
    """One sentence, no traceback of an import."""
    program = (
        "import sys; sys.modules['pymap'] = None\n"
        "from pathlib import Path\n"
        "from outreach.adapters.embedded.imap_server import EmbeddedImap\n"
        "from outreach.model import OutreachError\n"
        f"server = EmbeddedImap(Path({str(tmp_path)!r}), 'a', 'b')\n"
        "try:\n    server.start()\n"
        "except OutreachError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "pip install 'outreach[rehearsal]'" in done.stdout
