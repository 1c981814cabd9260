"""A campaign before its launch, for the tests of the pages about letters: a rehearsal, whose letters reach nobody."""

from __future__ import annotations

import http.client
import json
import mailbox
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from outreach.entrypoints.web.everybody import MANY
from outreach.entrypoints.web.intake import Patience
from tests.web.campaign import CONFIG, mail, write_folder
from tests.web.server import Answer, Browser, Page, running

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
def before_launch(
    folder: Path, *, per_minute: int = 0, many: int = MANY, patience: Patience | None = None
) -> Iterator[Page]:
    """The page of a campaign that has neither contacts nor letters yet."""
    if not folder.exists():
        write_folder(folder, [])
        (folder / "contacts.csv").unlink()
    settings = CONFIG.replace('mode = "real"', 'mode = "rehearsal"')
    settings = settings.replace("per_minute = 0", f"per_minute = {per_minute}")
    (folder / "config.toml").write_text(settings, encoding="utf-8")
    with running(folder, BEFORE, patience, many=many) as page:
        yield page


def enrol(page: Page, number: int) -> None:
    """Enrols so many invitees by forms alone."""
    answer = send(page, list_of(number).encode())
    assert answer.status == 303
    done = page.someone("sender").post(f"{answer.headers['location']}/enrol", {"version": "0"})
    assert done.headers["location"] == "/letters/contacts"


def send(page: Page, content: bytes, name: str = "towns.csv", role: str = "sender") -> Answer:
    """Sends a list as a browser would."""
    head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=x", "Sec-Fetch-Site": "same-origin"}
    body = head.encode() + content + b"\r\n--x--\r\n"
    return page.someone(role).ask("POST", "/letters/contacts", body, headers)


def seen(page: Page, path: str) -> dict[str, str]:
    """What a form of letters carries: which letters the person sees there."""
    found = re.search(r'name="seen" value="([^"]*)"', page.someone("sender").get(path).text)
    return {} if found is None else {"seen": found[1]}


def launched(page: Page, number: int) -> None:
    """Invites so many, and waits until no letter is leaving."""
    enrol(page, number)
    answer = page.someone("sender").post("/letters/launch", {"number": str(number), **seen(page, "/letters/launch")})
    assert answer.status == 303
    until_nothing_moves(page)


def until_nothing_moves(page: Page) -> None:
    """Follows the stream of events until no letter is leaving."""
    for html in told(page, page.someone("reader")):
        if "Letters are leaving" not in html:
            return


def told(page: Page, someone: Browser) -> Iterator[str]:
    """What the stream of events shows somebody, one after the other, until it ends."""
    for line in lines_of_events(page, someone):
        if line.startswith("data: "):
            yield json.loads(line.removeprefix("data: "))


def lines_of_events(page: Page, someone: Browser) -> Iterator[str]:
    """The stream of events line by line, until it ends."""
    connection = http.client.HTTPConnection("127.0.0.1", page.port, timeout=30)
    try:
        cookie = "; ".join(f"{name}={value}" for name, value in someone.cookies.items())
        connection.request("GET", "/letters/sending/events", headers={"Cookie": cookie})
        with connection.getresponse() as response:
            while line := response.readline():
                yield line.decode().rstrip("\n")
    finally:
        connection.close()


def receive(page: Page, sender: str, text: str, *, reply_to: str = "") -> None:
    """A mail comes into the mailbox of the rehearsal."""
    kept = mailbox.Maildir(page.desk.folder / "rehearsal" / "mailbox", create=True)
    came = mail(sender, "Re: Invitation", text, page.clock.now())
    if reply_to:
        came["Reply-To"] = reply_to
    kept.add(came.as_bytes())


def left(page: Page) -> Counter[str]:
    """How many letters left for each address, as the relay of the rehearsal kept them."""
    kept = mailbox.Maildir(page.desk.folder / "rehearsal" / "outbox", create=True)
    return Counter(str(message["To"]).rpartition("<")[2].rstrip(">") for message in kept)
