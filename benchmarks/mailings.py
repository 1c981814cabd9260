"""A campaign of so many invented towns in four languages, its invitations queued, for the figures of sending."""

from __future__ import annotations

import argparse
import os
import random
import resource
import sys
import tempfile
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

from outreach.bootstrap import SystemClock, make_desk, postmen
from outreach.campaign.desk import Desk
from outreach.campaign.enrolling.prepare import clues_of
from outreach.campaign.letters.mailing import queue_invitations
from outreach.campaign.sending.posting import Progress, post
from outreach.model import Contact, Invitee, LetterState
from outreach.settings import (
    CampaignSettings,
    InboxSettings,
    LettersSettings,
    SenderSettings,
    SendingSettings,
    Settings,
    SmtpSettings,
)

ROOT = Path(__file__).resolve().parents[1]
PLACES = (("GB", "en"), ("FR", "fr"), ("ES", "es"), ("ES", "ca"))
SOME = 5_000


def make_mailing(folder: Path, letters: int, *, database: str = "", attachment: bytes = b"") -> Desk:
    """A campaign in a folder of its own, with so many invitations that may leave at once."""
    attached = folder / "paper.pdf"
    if attachment and not attached.exists():
        attached.write_bytes(attachment)
    settings = _settings(database or f"sqlite:///{folder}/outreach.db", ("paper.pdf",) if attachment else ())
    if not (folder / "templates").exists():
        (folder / "templates").symlink_to(ROOT / "templates")
    desk = make_desk(folder, settings, SystemClock(), "bench", home=folder if not database else None)
    if not letters:  # to enrol nobody reads everybody, and that memory would be taken for sending's
        return desk
    stationery = desk.load_stationery()
    register = desk.store.register
    register.enrol([_town(number) for number in range(letters)], clues_of, desk.now(), desk.by)
    numbers = [town.number for town in register.each()]
    for start in range(0, letters, SOME):
        queue_invitations(desk, stationery, tuple(register.some(numbers[start : start + SOME]).values()))
    return desk


def _settings(database: str, attachments: tuple[str, ...]) -> Settings:
    return Settings(
        CampaignSettings("bench", "10, 100, 1000", date(2034, 9, 15), database=database, mode="real"),
        SenderSettings("Secretariat", "secretariat@campaign.example"),
        SmtpSettings("127.0.0.1", security="none", per_minute=0),
        InboxSettings(host="127.0.0.1"),
        letters=LettersSettings(attachments=attachments),
        sending=SendingSettings(days=(), hours="any", holidays=False),
    )


def _town(number: int) -> Invitee:
    country, language = PLACES[number % len(PLACES)]
    contact = Contact(f"mayor@town{number}.example", "Maria Rossi", "Mayor", "f", language=language)
    return Invitee(f"town-{number}", f"Town {number}", country, contacts=(contact,))


def send(desk: Desk, port: int, connections: int) -> Progress:
    """Sends everything to a relay on this machine."""
    smtp = SmtpSettings("127.0.0.1", port, "none", connections=connections, per_minute=0)
    desk = replace(desk, settings=replace(desk.settings, smtp=smtp))
    return post(desk, postmen(smtp, None))


def measured(printed: str) -> dict[str, float]:
    """What `main` printed."""
    return {name: float(value) for name, value in (line.split() for line in printed.splitlines())}


def main() -> None:
    """Makes and sends one mailing; prints letters a second, the memory that sending added, and the database's size."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("port", "letters", "connections"):
        parser.add_argument(name, type=int)
    parser.add_argument("--database", default="")
    parser.add_argument("--attachment", type=int, default=0, help="bytes")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        attachment = random.Random(1).randbytes(given.attachment)  # noqa: S311  like a compressed PDF
        child = os.fork()  # so that the memory of making the letters is not that of sending them
        if not child:
            make_mailing(Path(folder), given.letters, database=given.database, attachment=attachment).store.close()
            os._exit(0)
        os.waitpid(child, 0)
        desk = make_mailing(Path(folder), 0, database=given.database, attachment=attachment)
        start = time.perf_counter()
        progress = send(desk, given.port, given.connections)
        seconds = time.perf_counter() - start
        size = sum(path.stat().st_size for path in Path(folder).glob("outreach.db*"))
    if progress.done != {LetterState.ACCEPTED: given.letters}:
        sys.exit(f"not every letter was taken: {progress}")
    print(f"rate {given.letters / seconds}")
    print(f"megabytes {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}")
    print(f"kilobytes {size / 1024 / given.letters}")


if __name__ == "__main__":
    main()
