"""A campaign before its launch, for the tests of the pages about letters: a rehearsal, whose letters reach nobody."""

from __future__ import annotations

import mailbox
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from tests.web.campaign import CONFIG, write_folder
from tests.web.server import Page, running

BEFORE = datetime(2022, 7, 18, 9, tzinfo=UTC)  # the deadline is in September
HEADER = "name,country,email,person,title,gender,language\n"
ROWS = (
    "Northam,GB,mayor@northam.example,Ada Whitcombe,Mayor,f,en\n",
    "Vallbona de la Serra,ES,alcaldia@vallbona.example,Mercè Puigdemunt,Alcaldessa,f,ca\n",
    "Rioseco del Páramo,ES,alcalde@rioseco.example,Tomás Ibarra,Alcalde,m,es\n",
    "Beaumont-les-Tilleuls,FR,maire@beaumont.example,Luce Armand,Maire,f,fr\n",
    "مدينة النور الجديدة,MA,rais@noor.example,ليلى بنعيسى,,f,ar\n",
)


def list_of(number: int) -> str:
    """A list of contacts with so many invitees."""
    more = (f"Town {place},GB,mayor@town-{place}.example,,,,en\n" for place in range(number - len(ROWS)))
    return HEADER + "".join((*ROWS[:number], *more))


@contextmanager
def before_launch(folder: Path, *, per_minute: int = 0) -> Iterator[Page]:
    """The page of a campaign that has neither contacts nor letters yet."""
    write_folder(folder, [])
    (folder / "contacts.csv").unlink()
    settings = CONFIG.replace('mode = "real"', 'mode = "rehearsal"')
    settings = settings.replace("per_minute = 0", f"per_minute = {per_minute}")
    (folder / "config.toml").write_text(settings, encoding="utf-8")
    with running(folder, BEFORE) as page:
        yield page


def left(page: Page) -> Counter[str]:
    """How many letters left for each address, as the relay of the rehearsal kept them."""
    kept = mailbox.Maildir(page.desk.folder / "rehearsal" / "outbox", create=True)
    return Counter(str(message["To"]).rpartition("<")[2].rstrip(">") for message in kept)
