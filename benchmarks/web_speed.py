"""How fast each address of the page answers with few and with 250,000 invitees, on SQLite and PostgreSQL."""

from __future__ import annotations

import argparse
import http.client
import re
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote, urlencode

from sqlalchemy import select

from benchmarks.web_campaign import fill
from outreach.adapters.store import tables as t
from outreach.entrypoints.web.routes import ROUTES
from tests.servers.postgresql import PostgreSQL
from tests.web.campaign import NOW
from tests.web.server import Browser, Page, running

LIMIT = 150  # ms, p95, for any request, until its first byte
FIRST_BYTE = 100  # ms, for the overview with 1,000 invitees
FEW = 1000  # invitees
A_PAGE = 1_000_000  # bytes: of what is longer, such as a sheet of everybody, only the beginning is waited for
LONGEST = 600  # seconds that what is prepared aside may take
ASIDE = ("learning", "looking")  # threads of the page
SEARCHES = ("san", "saint mer", "città ba", "orsted", "서울", "新", "مدينة", "нижний", "town-4711", "vikdorhal", "zzz")
# Asks for what is no page, or for something that must first be sent there.
NOT_ASKED = ("/open/{token}", "/letters/contacts/{token}", "/letters/contacts/{token}/bad-rows.csv")


def main() -> None:
    """Fills each database, asks each page, and prints p50 and p95 beside the limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--invitees", type=int, nargs="+", default=[1000, 250_000])
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"], help="or an address")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--folder", type=Path, help="keeps the campaign there, and takes the one that is there")
    parser.add_argument("--only", default="", help="pages whose names match this pattern")
    given = parser.parse_args()
    worst: list[str] = []
    for number in given.invitees:
        for database in given.databases:
            with tempfile.TemporaryDirectory() as folder, address_of(database) as address:
                place = given.folder or Path(folder) / "campaign"
                if not place.exists():
                    place.mkdir(parents=True)
                    fill(place, address, number)
                print(f"\n{number:,} invitees on {address.partition(':')[0]}", flush=True)
                worst += measure(place, given.rounds, given.only)
    print("\nall within the limits" if not worst else f"\nover the limit: {', '.join(worst)}")


@contextmanager
def address_of(database: str) -> Iterator[str]:
    """The address of an empty database."""
    if database != "postgresql":
        yield "sqlite:///outreach.db" if database == "sqlite" else database
        return
    server = PostgreSQL()
    server.start()
    try:
        yield server.new_database()
    finally:
        server.stop()


# ---------------------------------------------------------------- what is asked


def requests(page: Page) -> dict[str, tuple[str, ...]]:
    """What is measured, by name: one or several addresses each."""
    number = page.desk.store.register.count()
    return {**log_requests(number), **mail_requests(page), **letter_requests(number), **other_requests()}


def log_requests(number: int) -> dict[str, tuple[str, ...]]:
    """The log and its invitees."""
    half = number // 2
    return {
        "log": ("/log",),
        "log, search": tuple(f"/log?q={quote(word)}" for word in SEARCHES),
        "log, search and filter": ("/log?q=san&state=confirmed", "/log?q=zzz&country=MT", "/log?q=mer&by=person"),
        "log, by state": tuple(f"/log?state={s}" for s in ("invited", "confirmed", "unreachable", "withdrawn")),
        "log, by country": ("/log?country=FR", "/log?country=MT&state=confirmed", "/log?country=AD"),
        "log, by language": ("/log?language=fr", "/log?language=de", "/log?language=xx"),
        "log, late, review, owed": ("/log?late=yes", "/log?review=yes", "/log?owed=yes"),
        "log, decided by": ("/log?by=machine", "/log?by=person", "/log?by=anna"),
        "log, sorted": ("/log?sort=-since", "/log?sort=country", "/log?state=invited&sort=-since"),
        "log, deep": (f"/log?after={half}", f"/log?after={half}&state=invited", f"/log?after={half}&sort=-since"),
        "log, as of": ("/log?as_of=2022-07-25", "/log?as_of=2022-07-25&state=confirmed", "/log?as_of=2022-07-17"),
        "log, as of and search": ("/log?as_of=2022-08-15&q=san", "/log?as_of=2022-07-25&q=mer"),
        "log, a sheet": ("/log.csv", "/log.csv?state=confirmed", "/log.csv?q=san"),
        "log, a workbook": ("/log.xlsx?state=unreachable",),
        "one invitee": (f"/invitees/{number // 3}", f"/invitees/{half}"),
    }


def mail_requests(page: Page) -> dict[str, tuple[str, ...]]:
    """Answers and the inbox."""
    with page.desk.store.transaction() as connection:
        waiting = select(t.reading.c.mail).where(t.reading.c.needs_review).order_by(t.reading.c.mail)
        nobodys = waiting.where(t.reading.c.matched.is_(None))
        one, lost = (connection.execute(query.offset(5)).scalar() for query in (waiting, nobodys))
    return {
        "review": ("/review", f"/review/{one}", f"/review/{lost}"),
        "review, cities": tuple(f"/review/{lost}/cities?q={word}" for word in ("san", "vik", "zzz")),
        "mails": (
            "/mails",
            "/mails?words=answer",
            "/mails?words=zzz",
            "/mails?kind=confirm",
            "/mails?waiting=yes",
            f"/mails?before={one}",
        ),
        "one mail": (f"/mails/{one}", f"/mails/{one}/raw"),
    }


def letter_requests(number: int) -> dict[str, tuple[str, ...]]:
    """Everything about letters."""
    who = f"who=town-{number % 1000}"
    looks = ("find=san", "find=zzz", "strange=yes", "letter=reminder.1&view=text", who)
    shown = ("letter", "letter.eml", "attachment/0")
    states = ("accepted", "waiting", "in_doubt", "refused", "withheld")
    return {
        "letters": ("/letters",),
        "contacts": ("/letters/contacts",),
        "preview": ("/letters/preview", *(f"/letters/preview?{look}" for look in looks)),
        "preview, a letter": tuple(f"/letters/preview/{one}?{who}" for one in shown),
        "check": ("/letters/check",),
        "test letter": ("/letters/test",),
        "launch": ("/letters/launch",),
        "sending": ("/letters/sending", "/letters/sending/events"),
        "outbox": ("/letters/outbox", *(f"/letters/outbox?state={state}" for state in states)),
        "outbox, search": tuple(f"/letters/outbox?q={word}" for word in ("san", "town4711", "zzz")),
        "reminders": ("/letters/reminders",),
        "thanks": ("/letters/thanks",),
    }


def other_requests() -> dict[str, tuple[str, ...]]:
    """The overview and what is around it."""
    charts = (
        "way-to-the-goals.svg",
        "answers-over-time.svg",
        "answers-over-time.csv",
        "world-map.svg",
        "by-country.csv",
    )
    return {
        "overview": ("/",),
        "overview, live": ("/overview/live",),
        "charts": tuple(f"/charts/{one}" for one in charts),
        "settings": ("/settings", "/audit", "/accounts"),
        "door": ("/login", "/static/style.css"),
    }


def acts(invitee: int) -> dict[str, tuple[str, dict[str, str]]]:
    """What a person does, by name: each is taken back, so that a campaign that is kept stays as it is."""
    here = f"/invitees/{invitee}"
    return {
        "act: hold": (f"{here}/hold", {"until": f"{NOW.date() + timedelta(days=9)}"}),
        "act: record": (f"{here}/record", {"state": "confirmed", "way": "phone", "note": "the mayor"}),
        "act: stop": (f"{here}/stop", {}),
    }


def never_asked(asked: dict[str, tuple[str, ...]]) -> list[str]:
    """The ways in that no request here takes."""
    paths = [address.partition("?")[0] for addresses in asked.values() for address in addresses]
    ways = [row.path for row in ROUTES if row.method == "GET" and row.path not in NOT_ASKED]
    return [way for way in ways if not any(re.fullmatch(re.sub(r"\{[^}]*\}", "[^/]+", way), path) for path in paths)]


# ---------------------------------------------------------------- how long it takes


@dataclass(frozen=True, slots=True)
class Taken:
    """Milliseconds that an answer took until its first byte, and of the processor's time until its last."""

    wall: float
    cpu: float  # of this process: page and browser together, not the server of PostgreSQL


def measure(folder: Path, rounds: int, only: str) -> list[str]:
    """Prints how long each request took; names those over the limit."""
    over = []
    with running(folder, NOW) as page:
        someone, asked = page.someone("admin"), requests(page)
        if missing := never_asked(asked):
            print(f"never asked: {', '.join(missing)}")
        for name, addresses in asked.items():
            if re.search(only, name):
                first = max(taken(someone, address).wall for address in addresses)
                at_rest()
                every = [(taken(someone, address), address) for _ in range(rounds) for address in addresses]
                few = name == "overview" and page.desk.store.register.count() <= FEW
                over += told(name, every, FIRST_BYTE if few else LIMIT, first)
        for name, (address, fields) in acts(page.desk.store.register.count() // 3).items():
            if re.search(only, name):
                pairs = [(taken(someone, address, fields), taken(someone, "/undo", {})) for _ in range(rounds)]
                for which, taking in zip((name, f"{name}, back"), zip(*pairs, strict=True), strict=True):
                    over += told(which, [(one, address) for one in taking], LIMIT, taking[0].wall)
    return over


def at_rest() -> None:
    """Waits until nothing is prepared aside: on a busy machine one cannot tell that by the processor's time."""
    for thread in threading.enumerate():
        if thread.name in ASIDE:
            thread.join(LONGEST)


def taken(someone: Browser, address: str, fields: Mapping[str, str] | None = None) -> Taken:
    """How long an answer takes; with `fields` to a form."""
    connection = http.client.HTTPConnection("127.0.0.1", someone.port, timeout=LONGEST)
    cookie = "; ".join(f"{name}={value}" for name, value in someone.cookies.items())
    headers = {"Cookie": cookie}
    if fields is not None:
        headers |= {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
    method, body = ("GET", None) if fields is None else ("POST", urlencode(fields).encode())
    begun, worked = time.perf_counter(), time.process_time()
    connection.request(method, address, body, headers)
    answer = connection.getresponse()
    answer.readline()
    wall = time.perf_counter() - begun
    if answer.headers.get_content_type() != "text/event-stream":
        answer.read(A_PAGE)
    connection.close()
    if answer.status not in (200, 303):
        message = f"{address}: {answer.status}"
        raise RuntimeError(message)
    return Taken(1000 * wall, 1000 * (time.process_time() - worked))


def told(name: str, every: list[tuple[Taken, str]], limit: int, first: float) -> list[str]:
    """Prints a line; gives the name if p95 is over the limit."""
    walls, cpus = (sorted(getattr(one, which) for one, _ in every) for which in ("wall", "cpu"))
    slowest = max(every, key=lambda one: one[0].cpu)[1]
    shown = "   ".join(
        f"{word} p50 {statistics.median(some):6.0f} p95 {_p95(some):6.0f} ms"
        for word, some in (("wall", walls), ("cpu", cpus))
    )
    mark = "!" if _p95(walls) > limit else " "
    print(f"{mark} {name:24} {shown}   first {first:7.0f} ms   {slowest}", flush=True)
    return [name] if _p95(walls) > limit else []


def _p95(times: list[float]) -> float:
    return times[min(len(times) - 1, int(0.95 * len(times)))]


if __name__ == "__main__":
    main()
