"""How fast the page answers with few and with 250,000 invitees, on SQLite and PostgreSQL: against its limits."""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Column, Table, insert, select

from outreach.adapters.config import load_settings
from outreach.adapters.store import tables as t
from outreach.adapters.store import tally
from outreach.bootstrap import make_desk
from outreach.campaign.desk import Desk
from outreach.campaign.prepare import clues_of
from outreach.entrypoints.rehearsal import VirtualClock
from outreach.model import Contact, Entry, EntryKind, Invitee, InviteeKind
from tests.servers.postgresql import PostgreSQL
from tests.web.campaign import CONFIG, LAUNCH, NOW, ROOT
from tests.web.server import Browser, running

LIMIT = 150  # ms, p95, for a request to the log
FIRST_BYTE = 100  # ms, for the overview with 1,000 invitees
BATCH = 2000
PLAYED = 5000  # invitees whose campaign is played by the verbs
COUNTRIES = ("FR", "ES", "DE", "IT", "PT", "MX", "BR", "KR", "JP", "MA", "SN", "GB", "US", "IN", "MT")
LANGUAGES = ("fr", "es", "de", "it", "pt", "es", "pt", "ko", "ja", "ar", "fr", "en", "en", "en", "en")
BEGINS = ("San ", "Saint-", "Villa", "Ober", "Nueva ", "Città ", "São ", "Ørsted ", "서울", "新", "مدينة ", "Нижний ")
SYLLABLES = ("ba", "ri", "lo", "mé", "na", "tu", "ço", "sel", "vik", "dor", "hal", "mer", "ón", "gra", "li", "pue")


def main() -> None:
    """Fills each database, asks each page, and prints p50 and p95 beside the limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--invitees", type=int, nargs="+", default=[1000, 250_000])
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    parser.add_argument("--rounds", type=int, default=10)
    given = parser.parse_args()
    worst: list[str] = []
    for number in given.invitees:
        for database in given.databases:
            with tempfile.TemporaryDirectory() as folder, address_of(database) as address:
                seconds = fill(Path(folder), address, number)
                print(f"\n{number:,} invitees on {database}; filled in {seconds:.0f} s")
                worst += measure(Path(folder), given.rounds)
    print("\nall within the limits" if not worst else f"\nover the limit: {', '.join(worst)}")


@contextmanager
def address_of(database: str) -> Iterator[str]:
    """The address of an empty database."""
    if database == "sqlite":
        yield "sqlite:///outreach.db"
        return
    server = PostgreSQL()
    server.start()
    try:
        yield server.new_database()
    finally:
        server.stop()


# ---------------------------------------------------------------- a campaign in full swing


def fill(folder: Path, address: str, number: int) -> float:
    """Makes a campaign: all invited, one in eight has answered; gives the seconds that took.

    The first are made by the verbs; the others are copies of them under other names.
    """
    (folder / "templates").symlink_to(ROOT / "templates")
    (folder / "mailbox").mkdir()
    config = CONFIG.replace("[campaign]", f'[campaign]\ndatabase = "{address}"', 1)
    (folder / "config.toml").write_text(config, encoding="utf-8")
    desk = make_desk(folder, load_settings(folder / "config.toml"), VirtualClock(NOW), "anna")
    chance, begun = random.Random(8), time.perf_counter()  # noqa: S311  nothing secret
    first = min(number, PLAYED)
    desk.store.register.enrol([*invented(first, chance)], clues_of, LAUNCH - timedelta(days=9), "person:anna")
    everybody = [invitee.number for invitee in desk.store.register.each()]
    for start in range(0, first, BATCH):
        some = everybody[start : start + BATCH]
        desk.store.journal.append([entry for one in some for entry in story(desk, one, chance)], NOW)
    multiply(desk, number // first)
    desk.store.close()
    return time.perf_counter() - begun


def multiply(desk: Desk, times: int) -> None:
    """Copies all invitees, with all that is known of them, under other numbers and names."""
    for copy in range(1, times):
        with desk.store.transaction() as connection:
            for table in (t.invitee, t.contact, t.entry, t.standing, t.listed, t.listed_before):
                columns = [column for column in table.c if column.name != "id" or table is t.invitee]
                key = table.c.number if table is t.invitee else table.c.invitee
                values = [_copied(table, column, copy) for column in columns]
                known = select(*values).where(key <= PLAYED).select_from(table)
                connection.execute(insert(table).from_select([column.name for column in columns], known))
    with desk.store.transaction() as connection:
        tally.recount(connection, desk.store.campaign, desk.store.wave)
    if desk.store.engine.dialect.name == "postgresql":
        with desk.store.transaction() as connection:
            connection.exec_driver_sql("ANALYZE")  # as autovacuum does by and by


def _copied(table: Table, column: Column[Any], copy: int) -> Any:
    if column.name in ("number", "invitee"):
        return column + copy * PLAYED
    if column.name in ("name", "search") or (table is t.invitee and column.name == "id"):
        return column + f" {chr(97 + copy % 26)}{copy}"
    return column


def invented(number: int, chance: random.Random) -> Iterator[Invitee]:
    """Towns with names in many scripts."""
    for n in range(number):
        place = chance.randrange(len(COUNTRIES))
        name = chance.choice(BEGINS) + "".join(chance.choices(SYLLABLES, k=chance.randint(2, 5))).capitalize()
        contact = Contact(f"mayor@town{n}.example", person="Mayor", language=LANGUAGES[place])
        yield Invitee(f"town-{n}", f"{name} {n}", COUNTRIES[place], InviteeKind.CITY, (contact,))


def story(desk: Desk, number: int, chance: random.Random) -> Iterator[Entry]:
    """An invitation, and for one in eight what came of it."""
    sent = LAUNCH + timedelta(minutes=chance.randrange(600))
    fact = Entry(0, desk.store.campaign, desk.store.wave, number, sent, EntryKind.SENT, what="invitation")
    yield fact
    lot, at = chance.random(), sent + timedelta(hours=chance.randrange(1, 1100))
    answer = replace(fact, at=at, kind=EntryKind.ANSWER)
    if lot < 0.10:
        yield replace(answer, what=chance.choices(("confirm", "decline", "tentative", "question"), (70, 20, 5, 5))[0])
    elif lot < 0.11:
        yield replace(answer, kind=EntryKind.DECIDED, by="person:anna", what="confirmed", late=chance.random() < 0.2)
    elif lot < 0.125:
        yield replace(answer, kind=EntryKind.BOUNCED, what="permanent")


# ---------------------------------------------------------------- what is asked


def requests(number: int) -> dict[str, tuple[str, ...]]:
    """What is measured, by name: one or several addresses of the log."""
    searches = (
        "san",
        "saint mer",
        "città ba",
        "orsted",
        "서울",
        "新",
        "مدينة",
        "нижний",
        "town-4711",
        "vikdorhal",
        "zzz",
    )
    return {
        "first page": ("/log",),
        "search, many scripts": tuple(f"/log?q={quote(word)}" for word in searches),
        "search and filter": ("/log?q=san&state=confirmed", "/log?q=zzz&country=MT", "/log?q=mer&by=person"),
        "by state": ("/log?state=invited", "/log?state=confirmed", "/log?state=unreachable", "/log?state=withdrawn"),
        "by country": ("/log?country=FR", "/log?country=MT", "/log?country=MT&state=confirmed", "/log?country=AD"),
        "by language": ("/log?language=fr", "/log?language=de", "/log?language=xx"),
        "late, review, owed": ("/log?late=yes", "/log?review=yes", "/log?owed=yes"),
        "decided by": ("/log?by=machine", "/log?by=person", "/log?by=anna"),
        "sorted": (
            "/log?sort=-since",
            "/log?sort=country",
            "/log?state=invited&sort=-since",
            "/log?country=FR&sort=since",
        ),
        "deep page": (
            f"/log?after={number // 2}",
            f"/log?after={number // 2}&state=invited",
            f"/log?after={number - 9}&sort=-since",
        ),
        "as of a day": (
            "/log?as_of=2022-07-25",
            "/log?as_of=2022-07-25&state=confirmed",
            "/log?as_of=2022-07-17",
            "/log?as_of=2022-08-15&q=san",
        ),
        "one invitee": (f"/invitees/{number // 3}", f"/invitees/{number // 2}"),
    }


def measure(folder: Path, rounds: int) -> list[str]:
    """Prints how long each request took; names those over the limit."""
    over = []
    with running(folder, NOW) as page:
        someone, number = page.someone("reader"), page.desk.store.register.count()
        for name, addresses in requests(number).items():
            times = sorted(taken(someone, address) for _ in range(rounds) for address in addresses)
            slowest = max(addresses, key=lambda address: taken(someone, address))
            over += told(name, times, LIMIT, slowest)
        first = taken(someone, "/")
        over += told(
            "overview", sorted(taken(someone, "/") for _ in range(rounds)), FIRST_BYTE, f"the first: {first:.0f} ms"
        )
    return over


def taken(someone: Browser, address: str) -> float:
    """Milliseconds until an answer is there, whole."""
    begun = time.perf_counter()
    answer = someone.get(address)
    if answer.status != 200:
        message = f"{address}: {answer.status}"
        raise RuntimeError(message)
    return 1000 * (time.perf_counter() - begun)


def told(name: str, times: list[float], limit: int, remark: str) -> list[str]:
    """Prints a line; gives the name if p95 is over the limit."""
    p95 = times[min(len(times) - 1, int(0.95 * len(times)))]
    shown = f"p50 {statistics.median(times):6.0f} ms   p95 {p95:6.0f} ms   {p95 / limit:5.2f} of {limit} ms"
    print(f"  {name:22} {shown}   {remark}")
    return [name] if p95 > limit else []


if __name__ == "__main__":
    main()
