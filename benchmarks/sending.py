"""How fast letters are sent, whole: against other programs in the same run, and how cost grows with their number.

Ours is everything from the queue on: personal text and HTML in four languages, claimed, intended and settled durably.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from benchmarks.mailings import measured
from benchmarks.peers_sending import SIZE, aiosmtplib_pool, install_nodemailer, nodemailer, smtp_source, smtplib_once
from benchmarks.relays import delayed, smtp_sink

ROOT = Path(__file__).resolve().parents[1]
PDF = 300_000  # bytes
DELAY = 0.05  # seconds, there and back together


def main() -> None:
    """Prints one table after another."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--letters", type=int, default=5_000)
    parser.add_argument("--connections", type=int, default=2)
    parser.add_argument("--most", type=int, default=250_000, help="letters of the largest mailing; 0 leaves growth out")
    given = parser.parse_args()
    if shutil.which("smtp-sink") is None:
        print("Postfix is not installed (on Debian: apt-get install postfix): nothing to send to")
        return
    with smtp_sink() as port:
        compare(port, given.letters, given.connections)
        with_attachment(port, given.letters // 5, given.connections)
        far_away(port, given.letters // 10, given.connections)
        databases(port, given.letters, given.connections)
        growth(port, given.most, given.connections)


# ---------------------------------------------------------------- tables


def compare(port: int, letters: int, connections: int) -> None:
    """Everybody in one run; smtp-source before and after, because a machine is not equally busy all the time."""
    print(f"{letters} letters of about 12 kB over {connections} connections into smtp-sink, letters a second:")
    source = rate(letters, partial(smtp_source, port, letters, connections))
    line("smtp-source -d (composes nothing, keeps nothing)", source)
    ours = mailing(port, letters, connections)
    node = _nodemailer(port, letters, connections)
    line("smtplib, one connection (composes nothing)", rate(letters, partial(smtplib_once, port, letters)))
    line("aiosmtplib (composes nothing)", rate(letters, partial(aiosmtplib_pool, port, letters, connections)))
    again = rate(letters, partial(smtp_source, port, letters, connections))
    line("smtp-source -d once more", again)
    line("ours, whole", ours["rate"], (source + again) / 2, node)


def with_attachment(port: int, letters: int, connections: int) -> None:
    """The same with a paper of 300 kB, which is 410 kB in a letter."""
    print(f"\n{letters} letters with a PDF of {PDF // 1000} kB:")
    source = rate(letters, partial(smtp_source, port, letters, connections, PDF * 78 // 57 + SIZE))
    line("smtp-source -d (composes nothing, keeps nothing)", source)
    node = _nodemailer(port, letters, connections, PDF)
    line("ours, whole", mailing(port, letters, connections, "--attachment", str(PDF))["rate"], source, node)


def _nodemailer(port: int, letters: int, connections: int, attachment: int = 0) -> float:
    with tempfile.TemporaryDirectory() as folder:
        if not install_nodemailer(Path(folder)):
            print("nodemailer cannot be had here; measuring without it")
            return 0.0
        found = rate(letters, partial(nodemailer, Path(folder), port, letters, connections, attachment))
    line("nodemailer's pool (composes)", found)
    return found


def far_away(port: int, letters: int, connections: int) -> None:
    """Behind a line that needs 50 ms there and back."""
    print(f"\n{letters} letters over a line of {DELAY * 1000:.0f} ms, {connections} connections:")
    with delayed(port, DELAY / 2) as far:
        peer = rate(letters, partial(aiosmtplib_pool, far, letters, connections))
        line("aiosmtplib (composes nothing)", peer)
        ours = mailing(far, letters, connections)["rate"]
    print(f"  {'ours, whole':48} {ours:8.1f}   {ours / peer:.2f} × aiosmtplib")


def databases(port: int, letters: int, connections: int) -> None:
    """The same with PostgreSQL, where it is installed."""
    print(f"\n{letters} letters with PostgreSQL:")
    with postgresql() as address:
        if address:
            line("ours, whole", mailing(port, letters, connections, "--database", address)["rate"])
        else:
            print("  PostgreSQL is not installed; measuring without it")


def growth(port: int, most: int, connections: int) -> None:
    """How letters a second and memory change from 1,000 letters on."""
    sizes = [size for size in (1_000, 10_000, 50_000, 250_000) if size <= most]
    if not sizes:
        return
    print(f"\n{'letters':>10} {'a second':>10} {'memory, MB':>12} {'database, kB a letter':>22}")
    for size in sizes:
        found = mailing(port, size, connections)
        print(f"{size:>10} {found['rate']:>10.0f} {found['megabytes']:>12.1f} {found['kilobytes']:>22.2f}")


# ---------------------------------------------------------------- measuring


def rate(letters: int, run: Callable[[], None]) -> float:
    """Letters a second."""
    start = time.perf_counter()
    run()
    return letters / (time.perf_counter() - start)


def mailing(port: int, letters: int, connections: int, *more: str) -> dict[str, float]:
    """Ours, in a process of its own, so that its memory is its own."""
    numbers = (str(port), str(letters), str(connections))
    command = [sys.executable, "-m", "benchmarks.mailings", *numbers, *more]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT, env=os.environ)
    return measured(done.stdout)


def line(name: str, found: float, source: float = 0.0, node: float = 0.0) -> None:
    """One line of the table."""
    ratios = f"   {found / source:.2f} × smtp-source" if source else ""
    ratios += f", {found / node:.2f} × nodemailer" if node else ""
    print(f"  {name:48} {found:8.0f}{ratios}", flush=True)


@contextmanager
def postgresql() -> Iterator[str]:
    """A private PostgreSQL; "" where there is none."""
    from tests.servers.postgresql import PostgreSQL  # noqa: PLC0415  of a machine that may have none

    try:
        server = PostgreSQL()
        server.start()
    except (RuntimeError, OSError):
        yield ""
        return
    try:
        yield server.new_database()
    finally:
        server.stop()


if __name__ == "__main__":
    main()
