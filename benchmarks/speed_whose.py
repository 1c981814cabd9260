"""How fast mail is matched among 10,000 and 250,000 invitees, in how much memory; what hostile text costs."""

from __future__ import annotations

import argparse
import gc
import os
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.accuracy_whose import invented, slug
from benchmarks.labelled import OURS, read_replies
from outreach.core.reading.reader import read_mail
from outreach.core.whose.clues import clues
from outreach.core.whose.index import Index, build_index
from outreach.core.whose.matching import Proven, match
from outreach.languages import load_languages
from outreach.languages.places import load_places
from outreach.model import Contact, Invitee, Mailbox, Message, Reading, ReadingKind

SIZES = (10_000, 250_000)
ROUNDS = 5
HOSTILE = 1_000_000  # characters


def resident() -> float:
    """The memory that this process holds now, in MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def many_invitees(many: int, real: list[tuple[str, str]]) -> Iterator[Invitee]:
    """The places of the replies and of the table, and invented ones."""
    names = [*real, *((names[0], country) for country, names in load_places().cities)]
    names += invented(max(0, many - len(names)))
    for number, (name, country) in enumerate(names[:many], 1):
        domain = f"{slug(name)}-{number}.example"
        contact = Contact(f"mayor@{domain}", person=f"Given{number} Family{number}", cc=(f"office@{domain}",))
        yield Invitee(str(number), name, country, contacts=(contact,), number=number)


def hostile(index: Index) -> Iterator[tuple[str, float]]:
    """Texts of a megabyte that are made to cost time."""
    shapes: dict[str, Callable[[int], str]] = {
        "capitals": lambda n: "Aa Bb Cc Dd " * (n // 12),
        "one word": lambda n: "A" * n,
        "addresses": lambda n: "a@b.example " * (n // 12),
        "signs @": lambda n: "@" * n,
        "dots": lambda n: "a." * (n // 2),
        "names": lambda n: "San José del Monte " * (n // 19),
        "references": lambda n: "ABCD-EFGH-" * (n // 10),
        "lines": lambda n: "Vic\n" * (n // 4),
        "ideographs": lambda n: "市" * n,
        "labels": lambda n: "To: To: To: " * (n // 12),
    }
    for name, shape in shapes.items():
        text = shape(HOSTILE)
        sender = Mailbox(text[:2000], f"{'a-' * 30}@{'b-' * 30}.example")
        message = Message(
            message_id="<a@b.example>",
            subject=text[:4000],
            from_=(sender,),
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
        for new in (text, ""):
            start = time.process_time()
            match(clues(message, Reading(ReadingKind.CONFIRM, True, "en", new), OURS, index), index, Proven())
            yield f"{name}{'' if new else ', quoted'}", time.process_time() - start


def one_round(mails: list[tuple[Message, Reading]], index: Index) -> float:
    """The seconds that one mail takes, on average over all."""
    start = time.process_time()
    for message, read in mails:
        match(clues(message, read, OURS, index), index, Proven())
    return (time.process_time() - start) / len(mails)


def main() -> None:
    """Prints replies a second and memory for both sizes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replies", type=Path, default=Path("tests/data/replies"))
    arguments = parser.parse_args()
    cases, _ = read_replies(arguments.replies)
    languages = load_languages()
    start = time.process_time()
    mails = [(case.message, read_mail(case.message, languages, own_addresses=OURS)) for case in cases]
    reading = (time.process_time() - start) / len(mails)
    real = list(dict.fromkeys((case.label["city"], case.label["country"]) for case in cases))
    for size in SIZES:
        gc.collect()
        start = time.process_time()
        deque(many_invitees(size, real), maxlen=0)
        made = time.process_time() - start
        gc.collect()
        before, start = resident(), time.process_time()
        index = build_index(many_invitees(size, real), load_places())
        built = time.process_time() - start - made
        gc.collect()
        kept = resident() - before
        matching = min(one_round(mails, index) for _ in range(ROUNDS))
        print(
            f"{size} invitees: index built in {built:.1f} s, {kept:.0f} MB ({resident():.0f} MB in all); "
            f"matching {matching * 1000:.2f} ms a mail, {1 / matching:.0f}/s; "
            f"with reading ({reading * 1000:.2f} ms) {1 / (matching + reading):.0f}/s"
        )
        slowest = max(hostile(index), key=lambda one: one[1])
        print(f"  slowest of the hostile texts of 1 MB: {slowest[1] * 1000:.0f} ms ({slowest[0]})")
        del index


if __name__ == "__main__":
    main()
