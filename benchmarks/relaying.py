"""How fast letters go to a relay over one process: beside Postfix's own smtp-source, and beside aiosmtplib."""

from __future__ import annotations

import argparse
import asyncio
import os
import ssl
import statistics
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import aiosmtplib

from benchmarks.distant import distant
from outreach.adapters.smtp.postman import SmtpPostman
from outreach.campaign.sending.handing_over import nothing_kept
from outreach.core.refusals import classify
from outreach.model import Handover, HandoverResult, Outgoing
from outreach.settings import SmtpSettings
from tests.servers.certificates import Authority, make_authority
from tests.servers.dovecot import free_port, wait_for

SENDER, READER = "secretariat@town.example", "mayor@city.example"
AT_ONCE = 50  # letters of one call
ROUNDS = 3  # of each way, by turns; the median counts
FAR = 0.05  # seconds for a round trip
LETTER = b"Subject: Invitation\r\n\r\n" + (b"Dear Mayor, " * 6 + b"\r\n") * 166  # 12 kB

Way = Callable[[int, Authority | None, int], Awaitable[None]]
Run = Callable[[int, int], None]  # letters, connections


@contextmanager
def sink() -> Iterator[int]:
    """Postfix's smtp-sink, which takes everything and keeps nothing."""
    port = free_port()
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    process = subprocess.Popen(["/usr/sbin/smtp-sink", *user, f"127.0.0.1:{port}", "1000"])
    try:
        wait_for(port, lambda: "smtp-sink does not answer")
        yield port
    finally:
        process.kill()
        process.wait()


async def ours(port: int, authority: Authority | None, letters: int) -> None:
    """Over one connection of ours."""
    security, ca_file = ("tls", str(authority.ca_file)) if authority else ("none", "")
    made = SmtpSettings("127.0.0.1", port, security, ca_file=ca_file)  # type: ignore[arg-type]
    man = SmtpPostman(made, None, classify=classify)
    await man.connect()

    def settled(_number: int, handover: Handover) -> None:
        assert handover.result is HandoverResult.ACCEPTED, handover

    for start in range(0, letters, AT_ONCE):
        batch = [
            Outgoing(SENDER, (READER,), (b"X-Number: %d\r\n%b" % (number, LETTER),))
            for number in range(start, min(start + AT_ONCE, letters))
        ]
        await man.hand_over(batch, before_payload=nothing_kept, settled=settled)
    await man.close()


async def theirs(port: int, authority: Authority | None, letters: int) -> None:
    """Over one connection of aiosmtplib."""
    context = ssl.create_default_context(cafile=authority.ca_file) if authority else None
    client = aiosmtplib.SMTP(
        hostname="127.0.0.1", port=port, use_tls=context is not None, start_tls=False, tls_context=context
    )
    async with client:
        for number in range(letters):
            await client.sendmail(SENDER, [READER], b"X-Number: %d\r\n%b" % (number, LETTER))


async def _together(way: Way, port: int, authority: Authority | None, letters: int, connections: int) -> None:
    await asyncio.gather(*(way(port, authority, letters // connections) for _ in range(connections)))


def _run(way: Way, port: int, authority: Authority | None, letters: int, connections: int) -> None:
    asyncio.run(_together(way, port, authority, letters, connections))


def pace(run: Run, letters: int, connections: int) -> float:
    """Letters a second."""
    begun = time.perf_counter()
    run(letters, connections)
    return letters / (time.perf_counter() - begun)


def by_turns(ways: dict[str, Run], letters: int, connections: int) -> dict[str, float]:
    """The median pace of each, measured by turns so that what else the machine does touches all of them."""
    found: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, run in ways.items():
            found[name].append(pace(run, letters, connections))
    return {name: statistics.median(paces) for name, paces in found.items()}


def both(port: int, authority: Authority | None = None) -> dict[str, Run]:
    """Our way and aiosmtplib's to a port."""
    return {"ours": partial(_run, ours, port, authority), "aiosmtplib": partial(_run, theirs, port, authority)}


def smtp_source(port: int, letters: int, connections: int) -> None:
    """Postfix's own, in C."""
    size = ["-l", str(len(LETTER)), "-m", str(letters), "-s", str(connections)]
    subprocess.run(["/usr/sbin/smtp-source", "-d", *size, "-f", SENDER, "-t", READER, f"127.0.0.1:{port}"], check=True)


def tell(what: str, paces: dict[str, float]) -> None:
    """One line: the paces, and ours beside the others."""
    print(f"{what:<26}", *(f"{name} {found:,.0f}/s" for name, found in paces.items()), sep="  ")
    others = [name for name in paces if name != "ours"]
    print(" " * 26, *(f"ours / {name} = {paces['ours'] / paces[name]:.2f}" for name in others), sep="  ")


def main() -> None:
    """Prints paces and their ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--letters", type=int, default=6000, help="of 12 kB, each round")
    parser.add_argument("--connections", type=int, default=2)
    asked = parser.parse_args()
    letters, connections = asked.letters, asked.connections
    with sink() as port, tempfile.TemporaryDirectory() as folder:
        authority = make_authority(Path(folder))
        tell(
            "on this machine", by_turns(both(port) | {"smtp-source": partial(smtp_source, port)}, letters, connections)
        )
        with distant(port, encryption=authority.server) as secured:
            tell("encrypted", by_turns(both(secured, authority), letters // 4, connections))
        with distant(port, round_trip=FAR) as far:
            tell(f"{1000 * FAR:.0f} ms away", by_turns(both(far), letters // 60, connections))
        with distant(port, round_trip=FAR, encryption=authority.server) as far:
            tell(f"{1000 * FAR:.0f} ms away, encrypted", by_turns(both(far, authority), letters // 60, connections))
        spent = time.process_time()
        both(port)["ours"](letters, connections)
        print(f"\nprocessor time of ours: {1e6 * (time.process_time() - spent) / letters:.0f} µs a letter")


if __name__ == "__main__":
    main()
