"""The background service over real servers: it sends, notices answers, outlives outages, and stops politely."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.servers.dovecot import free_port
from tests.servers.sink import Sink
from tests.stories.conftest import TOWNS, Office


@contextmanager
def running(office: Office) -> Iterator[subprocess.Popen[str]]:
    """The daemon, as a service manager starts it."""
    log = (office.folder / "daemon.log").open("w+", encoding="utf-8")
    heeding = ("env", "--default-signal=HUP")  # also where the tests were called with nohup
    process = subprocess.Popen(
        [*heeding, *office.command("daemon", "--every", "0.5")],
        env=office.environment(),
        stdout=log,
        stderr=log,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(30)
        log.close()


def until(holds: Callable[[], bool], office: Office, seconds: float = 60) -> None:
    """Waits for something to become true."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, (office.folder / "daemon.log").read_text(encoding="utf-8")
        time.sleep(0.2)


def test_it_sends_notices_answers_and_stops(office: Office) -> None:
    """Left alone it does what the commands do; a second one says so; SIGTERM ends it with 0."""
    office.call("launch", "--yes", "--no-wait")
    with running(office) as process:
        until(lambda: len(office.sink.letters) == len(TOWNS), office)
        office.answer("northam", "We confirm that Northam joins the campaign.", "2022-07-15T10:01:00+02:00")
        until(lambda: office.states()["northam"] == "confirmed", office)
        assert "another daemon" in office.call("daemon", code=75).err
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    log = (office.folder / "daemon.log").read_text(encoding="utf-8")
    assert "stopped" in log
    assert "Traceback" not in log


def test_it_reminds_after_a_look_into_the_mailbox(office: Office) -> None:
    """Who answered a moment ago is not reminded; everybody else is, once."""
    office.call("launch", "--yes")
    office.answer("northam", "We confirm that Northam joins the campaign.", "2022-08-16T09:00:00+02:00")
    office.now = "2022-08-16T10:00:00+02:00"
    with running(office) as process:
        until(lambda: len(office.sink.letters) == 2 * len(TOWNS) - 1, office)
        time.sleep(1.5)
        process.send_signal(signal.SIGHUP)  # its terminal was closed
        assert process.wait(30) == 0
    assert len(office.sink.letters) == 2 * len(TOWNS) - 1
    assert office.states()["northam"] == "confirmed"


def test_it_outlives_a_relay_that_is_away(make_office: Callable[..., Office]) -> None:
    """Letters stay queued while the relay is away, and leave when it is back, each once."""
    port = free_port()
    office = make_office(smtp_port=port)
    office.call("launch", "--yes", code=75)
    with running(office):
        until(lambda: "out of reach" in (office.folder / "daemon.log").read_text(encoding="utf-8"), office)
        with Sink(port=port) as back:
            until(lambda: len(back.letters) == len(TOWNS), office)
            time.sleep(1)
            assert len(back.letters) == len(TOWNS)


def test_a_wrong_password_ends_it(office: Office) -> None:
    """Exit 4 instead of knocking until the account is locked; status and page say so until it can be read."""
    office.call("contacts", "import")
    office.env["OUTREACH_IMAP_PASSWORD"] = "wrong"
    assert office.account.username in office.call("daemon", code=4).err
    assert "the mailbox cannot be read" in office.call("status").out
    del office.env["OUTREACH_IMAP_PASSWORD"]
    office.call("collect")
    assert "the mailbox" not in office.call("status").out


def test_killed_while_sending_nothing_is_doubled(office: Office) -> None:
    """Kill -9 in the middle: what was taken is known or in doubt, and nobody gets a second letter."""
    towns = [(f"town{n}", f"Town {n}", "IE", "en") for n in range(150)]
    office.write_contacts(towns)
    office.call("launch", "--yes", "--no-wait")
    process = subprocess.Popen(
        office.command("post"), env=office.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    end = time.monotonic() + 20
    while len(office.sink.letters) < 20 and time.monotonic() < end:
        time.sleep(0.005)
    process.kill()
    process.wait()
    office.call("post")
    states = office.call("outbox", "--json").json
    got = [one.recipients[0] for one in office.sink.letters]
    assert len(got) == len(set(got))
    missing = {f"mayor@{town[0]}.example" for town in towns} - set(got)
    doubt = {one["to"] for one in states["letters"] if one["state"] == "in_doubt"}
    assert missing <= doubt
    assert states["accepted"] + states["in_doubt"] == len(towns)
