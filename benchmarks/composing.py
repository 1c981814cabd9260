"""How fast letters are composed: from a mould, in the plain way, by the standard library, and as by a mail merge."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

from jinja2 import Environment

from outreach.adapters.stationery import read_files
from outreach.core.letters.mime import AttachedFile, Head, Words, assemble, serialise
from outreach.core.letters.stationery import Stationery
from outreach.model import LetterKind

ROOT = Path(__file__).parents[1]
LANGUAGE = "en"
INVITATION = (LetterKind.INVITATION, 0, LANGUAGE)
SECONDS = 2.0  # of processor time for each way
PDF = AttachedFile("participation.pdf", "application/pdf", bytes(range(256)) * 1172)  # 300 kB


def main() -> None:
    """Prints letters a second of processor time, and how many times the standard library's that is."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    stationery = Stationery.from_files(read_files(ROOT / "templates", [], ROOT, LANGUAGE))
    for title, attachments in (("no attachment", ()), ("a PDF of 300 kB", (PDF,))):
        ways = _ways(stationery, attachments)
        rates = {name: _rate(compose) for name, compose in ways.items()}
        size = sum(map(len, _cast(stationery, 0, attachments)))
        print(f"Letters with {title} ({size:,} octets), one process:")
        for name, rate in rates.items():
            print(f"  {name:<44}{rate:>9,.0f} a second   x {rate / rates['EmailMessage.as_bytes() alone']:.1f}")


def _ways(stationery: Stationery, attachments: tuple[AttachedFile, ...]) -> dict[str, Callable[[int], object]]:
    words = stationery.render(*INVITATION, _values(0))
    text, html = (
        Environment(autoescape=on).from_string(_places(part))  # noqa: S701  on for HTML
        for on, part in ((False, words.text), (True, words.html))
    )

    def merged(number: int) -> bytes:
        values = _values(number)
        filled = Words(words.subject, text.render(values), html.render(values), LANGUAGE)
        return _message(number, filled, attachments).as_bytes()

    def plain(number: int) -> bytes:
        return serialise(_head(number), stationery.render(*INVITATION, _values(number)), attachments)

    message = _message(0, words, attachments)
    return {
        "EmailMessage.as_bytes() alone": lambda _: message.as_bytes(),
        "Jinja and EmailMessage, as a mail merge does": merged,
        "the plain way (filled, written, read back)": plain,
        "from a mould (cast, checked, read back)": lambda number: _cast(stationery, number, attachments),
    }


def _cast(stationery: Stationery, number: int, attachments: tuple[AttachedFile, ...]) -> tuple[bytes, ...]:
    cast = stationery.cast(*INVITATION, _values(number))
    cast.digest(attachments)  # as it is before each letter is sent
    return assemble(_head(number), cast.bodies, LANGUAGE, attachments)


def _rate(compose: Callable[[int], object]) -> float:
    for number in range(3):
        compose(number)
    start, done = time.process_time(), 0
    while time.process_time() - start < SECONDS:
        compose(done)
        done += 1
    return done / (time.process_time() - start)


def _places(text: str) -> str:
    return text.replace("Dear Mayor 0,", "{{ salutation }}").replace("City 0", "{{ invitee.name }}")


def _message(number: int, words: Words, attachments: tuple[AttachedFile, ...]) -> EmailMessage:
    head = _head(number)
    message = EmailMessage()
    for name, value in (("From", head.from_address), ("To", head.to), ("Subject", words.subject)):
        message[name] = value
    message["Message-ID"] = head.message_id
    message.set_content(words.text)
    message.add_alternative(words.html, subtype="html")
    for one in attachments:
        message.add_attachment(one.content, maintype="application", subtype="pdf", filename=one.name)
    return message


def _head(number: int) -> Head:
    return Head(
        from_name="UCLG-CSIPDHR",
        from_address="secretariat@campaign.example",
        to=f"mayor@town{number}.example",
        to_name=f"María Pérez {number}",
        cc=(),
        subject="Invitation",
        date=datetime(2022, 7, 15, 9, 30, number % 60, tzinfo=UTC),
        message_id=f"<invitation.1-0-0.{number}@campaign.example>",
        in_reply_to="",
        references=(),
        language=LANGUAGE,
        unsubscribe=f"mailto:secretariat@campaign.example?subject=stop%20{number}",
    )


def _values(number: int) -> dict[str, object]:
    contact = {"person": f"María Pérez {number}", "title": "Mayor", "gender": "f", "extra": {}}
    return {
        "salutation": f"Dear Mayor {number},",
        "date": "July 15th 2022",
        "deadline": "15th of September",
        "deadline_long": "September 15th 2022",
        "invitee": {"id": f"c{number}", "name": f"City {number}", "country": "ES", "kind": "city"},
        "contact": contact,
        "campaign": {"id": "c", "name": "c", "committee_url": "https://committee.example/", "target": None},
        "sender": {"name": "UCLG-CSIPDHR", "address": "secretariat@campaign.example"},
        "reference": f"AAAA-AAB2-JKMN-PQRS-TVWX-{number:04d}",
    }


if __name__ == "__main__":
    main()
