"""Four senders share one PostgreSQL database, and some are killed: nothing is lost, nothing comes twice."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from tests.servers.postgresql import PostgreSQL
from tests.stories.conftest import ROOT, Office

SENDERS, LETTERS = 4, 240
TOWNS = [(f"town{number}", f"Town {number}", "GB", "en") for number in range(LETTERS)]


@contextmanager
def sender(office: Office) -> Iterator[subprocess.Popen[bytes]]:
    """One more sender; it is killed at the end if it still runs."""
    command = [sys.executable, "-m", "tests.servers.one_sender", str(office.folder), office.now]
    process = subprocess.Popen(command, cwd=ROOT, env=office.environment())
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def came(office: Office, number: int, seconds: float = 120) -> None:
    """Waits until so many letters have come."""
    end = time.monotonic() + seconds
    while len(office.sink.letters) < number:
        assert time.monotonic() < end, f"only {len(office.sink.letters)} letters came"
        time.sleep(0.01)


def test_four_senders_two_of_them_killed(make_office: Callable[..., Office], postgresql: PostgreSQL) -> None:
    """Each letter leaves at most once; what a killed one had in hand is left over by nobody, and known if doubtful."""
    office = make_office(towns=TOWNS)
    path = office.folder / "config.toml"
    config = path.read_text(encoding="utf-8").replace("connections = 2", "connections = 8")
    database = f'mode = "real"\ndatabase = "{postgresql.new_database()}"'
    path.write_text(config.replace('mode = "real"', database), encoding="utf-8")
    office.now = "2022-07-15T10:00:00+02:00"
    office.call("launch", "--yes", "--no-wait")
    with ExitStack() as stack:
        senders = [stack.enter_context(sender(office)) for _ in range(SENDERS)]
        for victim, number in zip(senders, (60, 140), strict=False):
            came(office, number)
            victim.kill()
        assert [process.wait(240) for process in senders[2:]] == [0, 0]
    outbox = office.call("outbox", "--json").json
    assert outbox["accepted"] + outbox["in_doubt"] == LETTERS
    received = Counter(letter.recipients[0] for letter in office.sink.letters)
    assert max(received.values()) == 1
    accepted = {letter["to"] for letter in outbox["letters"] if letter["state"] == "accepted"}
    doubtful = {letter["to"] for letter in outbox["letters"] if letter["state"] == "in_doubt"}
    assert accepted <= received.keys() <= accepted | doubtful
