"""A campaign of so many invented towns in four languages, its invitations queued, for the figures of sending."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from outreach.bootstrap import SystemClock, make_desk, postmen
from outreach.campaign.desk import Desk
from outreach.campaign.mailing import queue_invitations
from outreach.campaign.posting import Progress, post
from outreach.campaign.prepare import clues_of
from outreach.model import Contact, Invitee
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
    if attachment:
        attached.write_bytes(attachment)
    settings = _settings(database or f"sqlite:///{folder}/outreach.db", ("paper.pdf",) if attachment else ())
    (folder / "templates").symlink_to(ROOT / "templates")
    desk = make_desk(folder, settings, SystemClock(), "bench", home=folder if not database else None)
    stationery = desk.load_stationery()
    for start in range(0, letters, SOME):
        towns = [_town(number) for number in range(start, min(start + SOME, letters))]
        desk.store.register.enrol(towns, clues_of, desk.now(), desk.by)
        names = {town.id for town in towns}
        enrolled = [town for town in desk.store.register.each() if town.id in names]
        queue_invitations(desk, stationery, enrolled)
    return desk


def _settings(database: str, attachments: tuple[str, ...]) -> Settings:
    return Settings(
        CampaignSettings("bench", "10, 100, 1000", date(2034, 9, 15), database=database, mode="real"),
        SenderSettings("Secretariat", "secretariat@campaign.example"),
        SmtpSettings("127.0.0.1", security="none", per_minute=0),
        InboxSettings(host="127.0.0.1"),
        LettersSettings(attachments=attachments),
        SendingSettings(days=(), hours="any", holidays=False),
    )


def _town(number: int) -> Invitee:
    country, language = PLACES[number % len(PLACES)]
    contact = Contact(f"mayor@town{number}.example", "Maria Rossi", "Mayor", "f", language=language)
    return Invitee(f"town-{number}", f"Town {number}", country, contacts=(contact,))


def send(desk: Desk, port: int, connections: int) -> Progress:
    """Sends everything to a relay on this machine."""
    smtp = SmtpSettings("127.0.0.1", port, "none", connections=connections, per_minute=0)
    return post(desk, postmen(smtp, None))
