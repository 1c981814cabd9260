"""How fast replies are opened, read and matched in one process, in how much memory; what hostile texts cost."""

from __future__ import annotations

import argparse
import gc
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from benchmarks.accuracy_whose import invented, slug
from benchmarks.figures import pace, table
from benchmarks.labelled import DEADLINE, OURS, REPLIES, rows
from outreach.core.reading.opening.html_text import html_to_text
from outreach.core.reading.reader import open_mail, read_mail
from outreach.core.whose.clues import clues
from outreach.core.whose.index import Index, build_index
from outreach.core.whose.matching import Proven, match
from outreach.languages import load_languages
from outreach.languages.places import load_places
from outreach.model import Contact, Invitee, Mailbox, Message, Reading, ReadingKind

LEAST = {10_000: 500, 250_000: 300}  # replies a second, by the number of invitees
MOST_MEMORY = 300  # MB
MOST_HOSTILE = 0.2  # seconds of one rule
ANSWERS = Path("tests/data/answers")  # of other authors
OTHERS = 4  # of so many of them one is read before
AGAIN = 40  # of so many one is read again before a round
ROUNDS = 7  # of which the best counts: whatever else the machine does only makes slower
HOSTILE = 1_000_000  # characters
NOTHING_PROVEN = Proven()

One = TypeVar("One")
Shape = Callable[[int], str]

TEXTS: dict[str, Shape] = {
    "capitals": lambda n: "Aa Bb Cc Dd " * (n // 12),
    "one word": lambda n: "A" * n,
    "addresses": lambda n: "a@b.example " * (n // 12),
    "signs @": lambda n: "@" * n,
    "dots": lambda n: "a." * (n // 2),
    "names": lambda n: "San José del Monte " * (n // 19),
    "references": lambda n: "ABCD-EFGH-" * (n // 10),
    "broken references": lambda n: "ABCD-\n" * (n // 6),
    "lines": lambda n: "Vic\n" * (n // 4),
    "blanks": lambda n: " \t" * (n // 2),
    "line ends": lambda n: "\n" * n,
    "quotes": lambda n: "> > yes\n" * (n // 8),
    "ideographs": lambda n: "市" * n,
    "labels": lambda n: "To: To: To: " * (n // 12),
    "wrote": lambda n: "On Monday, 15 July 2022, A <a@b.example> wrote:\n" * (n // 47),
    "questions": lambda n: "not if but yes? " * (n // 16),
    "dates": lambda n: "1/2/2022 to 3. August " * (n // 22),
}
PAGES: dict[str, Shape] = {
    "nested": lambda n: "<div>" * (n // 5),
    "quoted deeply": lambda n: "<blockquote>a" * (n // 13),
    "attributes": lambda n: f"<p {'a=1 ' * (n // 4)}>yes",
    "many attributes": lambda n: "<p a=1 b=2 c=3>" * (n // 15),
    "tables": lambda n: "<table><tr><td>" * (n // 15),
    "open tags": lambda n: "<" * n,
    "half tags": lambda n: "<a " * (n // 3),
    "unclosed styles": lambda n: "<style>" * (n // 7),
    "comments": lambda n: "<!--" * (n // 4),
    "containers": lambda n: '<div class="gmail_quote">a</div>' * (n // 32),
    "entities": lambda n: "&amp;" * (n // 5),
}


def resident() -> float:
    """The memory that this process holds now, in MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def many_invitees(many: int, real: Sequence[tuple[str, str]]) -> Iterator[Invitee]:
    """The places of the replies and of the table, and invented ones."""
    names = [*real, *((names[0], country) for country, names in load_places().cities)]
    names += invented(max(0, many - len(names)))
    for number, (name, country) in enumerate(names[:many], 1):
        domain = f"{slug(name)}-{number}.example"
        contact = Contact(f"mayor@{domain}", person=f"Given{number} Family{number}", cc=(f"office@{domain}",))
        yield Invitee(str(number), name, country, contacts=(contact,), number=number)


def best(work: Callable[[One], object], some: Sequence[One]) -> tuple[float, float]:
    """The seconds that each takes in the best of some rounds: of the processor, and by the clock on the wall.

    A round is a child process of its own, so that no mail, and none of its words, was ever seen in a round before. It
    reads some known ones first: what it then writes to is no longer shared with its parent, and copying is no reading.
    """
    found = [_in_child(lambda: _once(work, some)) for _ in range(ROUNDS)]
    return min(one for one, _ in found) / len(some), min(wall for _, wall in found) / len(some)


def _once(work: Callable[[One], object], some: Sequence[One]) -> tuple[float, float]:
    warm(AGAIN)
    wall, processor = time.perf_counter(), time.process_time()
    for one in some:
        work(one)
    return time.process_time() - processor, time.perf_counter() - wall


def _in_child(measure: Callable[[], tuple[float, float]]) -> tuple[float, float]:
    """What a child process measures; the parent learns nothing else of it."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.write(writing, json.dumps(measure()).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        processor, wall = json.load(pipe)
    os.waitpid(child, 0)
    return processor, wall


def warm(every: int = OTHERS) -> None:
    """Reads what others wrote, as a process has that has run for a while: their words are known, the mails are not."""
    for file in sorted(ANSWERS.glob("*.jsonl")):
        for row in rows(file)[::every]:
            read(open_mail(plain(row["text"])))


def read(message: Message) -> Reading:
    """A reply, read as a campaign reads it."""
    return read_mail(message, load_languages(), own_addresses=OURS, deadline=DEADLINE)


def find(read: tuple[Message, Reading], index: Index) -> object:
    """Whose a reply is."""
    return match(clues(*read, OURS, index), index, NOTHING_PROVEN)


def plain(text: str, page: str = "") -> bytes:
    """A mail with a text, or with a page of HTML."""
    head = f"From: A <a@b.example>\nSubject: yes\nContent-Type: text/{'html' if page else 'plain'}; charset=utf-8\n\n"
    return (head + (page or text)).encode()


def hostile_stages(text: str, index: Index) -> Iterator[tuple[str, Callable[[], object]]]:
    """What a text can make slow, each by itself; in places that a mail's own limits would keep shorter too."""
    raw = plain(text)
    message = open_mail(raw)
    reading = read(message)
    named = Message(
        message_id="<a@b.example>",
        subject=text[:4000],
        from_=(Mailbox(text[:2000], f"{'a-' * 30}@{'b-' * 30}.example"),),
        sender=(),
        reply_to=(),
        to=(),
        cc=(),
        return_path=None,
        date=None,
        in_reply_to=(),
        references=(),
        headers=(),
        text=text,
    )
    yield "open", lambda: open_mail(raw)
    yield "read", lambda: read(message)
    yield "match", lambda: find((message, reading), index)
    for new in (text, ""):
        said = Reading(ReadingKind.CONFIRM, decided=True, language="en", new_text=new)
        yield f"match{'' if new else ', quoted'}", lambda said=said: find((named, said), index)  # type: ignore[misc]


def seconds(work: Callable[[], object]) -> float:
    """The processor time of one call."""
    start = time.process_time()
    work()
    return time.process_time() - start


def slowest(index: Index) -> list[tuple[float, str]]:
    """The hostile texts that cost most, slowest first."""
    found = []
    for name, shape in TEXTS.items():
        for stage, work in hostile_stages(shape(HOSTILE), index):
            found.append((seconds(work), f"{name}: {stage}"))
    for name, shape in PAGES.items():
        page = shape(HOSTILE)
        raw = plain("", page)
        found.append((seconds(lambda raw=raw: open_mail(raw)), f"HTML, {name}: open"))  # type: ignore[misc]
        found.append((seconds(lambda page=page: html_to_text(page)), f"HTML, {name}: text alone"))  # type: ignore[misc]
    return sorted(found, reverse=True)


def main() -> None:
    """Prints replies a second by stage, the memory, and the slowest hostile texts, beside their limits."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replies", type=Path, default=Path("tests/data/replies"))
    folder = parser.parse_args().replies
    labels = rows(folder / REPLIES)
    raws = [(folder / "mails" / label["file"]).read_bytes() for label in labels]
    real = list(dict.fromkeys((label["city"], label["country"]) for label in labels))
    warm()
    opened = best(open_mail, raws)
    messages = [open_mail(raw) for raw in raws]
    understood = best(read, messages)
    readings = list(zip(messages, map(read, messages), strict=True))
    for size, least in LEAST.items():
        gc.collect()
        start = time.process_time()
        index = build_index(many_invitees(size, real), load_places())
        built = time.process_time() - start
        gc.collect()
        found = best(lambda one, index=index: find(one, index), readings)  # type: ignore[misc]
        stages = {"open": opened, "read": understood, "match": found}
        whole = (sum(one for one, _ in stages.values()), sum(wall for _, wall in stages.values()))
        print(f"\n{size:,} invitees (index built in {built:.1f} s)")
        table(
            ("stage", "ms of the processor", "replies a second", "ms on the wall"),
            [
                (name, f"{1000 * one:.2f}", pace(1, one), f"{1000 * wall:.2f}")
                for name, (one, wall) in {**stages, "all": whole}.items()
            ],
        )
        print(f"  limit: ≥ {least} replies a second{'' if 1 / whole[0] >= least else '  MISSED'}")
        print(
            f"  memory {resident():.0f} MB   limit: ≤ {MOST_MEMORY} MB{'' if resident() <= MOST_MEMORY else '  MISSED'}"
        )
    print(f"\nHostile texts of 1 MB, the slowest   limit: ≤ {MOST_HOSTILE} s a rule")
    for took, name in slowest(index)[:8]:
        print(f"  {took:5.2f} s  {name}{'' if took <= MOST_HOSTILE else '  MISSED'}")


if __name__ == "__main__":
    main()
