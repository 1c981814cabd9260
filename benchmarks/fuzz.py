"""Mutates real mails and opens and reads them: nothing may raise, take a second, or give what no database keeps."""

from __future__ import annotations

import argparse
import multiprocessing
import random
import secrets
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FrameType

from outreach.core.reading.reader import open_mail, read_mail
from outreach.languages import load_languages
from outreach.model import Message

MOST_SECONDS = 1.0  # of processor time for one mail
PATIENCE = 20.0  # after which one is given up
MOST_BYTES = 300_000  # of a mail that is mutated
CHUNK = 250
TYPE = b"\nContent-Type: "
CODED = b"\nContent-Transfer-Encoding: "
WORDS = (
    b"\x0b", b"\x0c", b"\x1c", b"\xc2\x85", b"\xe2\x80\xa8", b"\xe3\x80\x80", b"\xe2\x80\x8b",
    b"\n\x0b\n", b"\n\xc2\xa0\n",
    b"\0", b"\r", b"\n", b"\r\n", b"\n\n", b"\t", b"\xff", b"\xfe\xff", b"\xc3", b"\xe2\x80\xae", b"+2AA-", b"=\n",
    b"=", b"==", b"--", b"--x", b"<", b">", b"(", b")", b'"', b"\\", b",", b";", b":", b"@", b"?", b"=?", b"?=",
    b"=?utf-8?q?=00?=", b"=?utf-7?q?+2AA-?=", b"=?x?b?////?=", b"&#0;", b"&#xD800;", b"<!--", b"<blockquote>",
    b"</div>", b"<br", b"\n> ", b"\n>", b"\nOn 1.1.2022, a <a@b.example> wrote:\n", b"\n-- \n",
    b"\n-----Original Message-----\n", b"\nFrom: a\nSent: b\nTo: c\nSubject: d\n",
    TYPE + b"multipart/mixed; boundary=x\n",
    TYPE + b"multipart/alternative\n", TYPE + b"message/rfc822\n", TYPE + b"message/delivery-status\n",
    TYPE + b"text/html\n", TYPE + b"text/plain; charset=", b"utf-7", b"utf-16", b"utf-32", b"hz", b"idna",
    b"iso-2022-jp", b"unicode-escape", CODED + b"base64\n", CODED + b"quoted-printable\n", CODED + b"x-uuencode\n",
    b"\nContent-Disposition: attachment; filename*0*=utf-8''%00; filename*1=a\n",
    b"\nDate: Mon, 99 Foo 99999 99:99:99 +9999\n", b"\nFinal-Recipient: rfc822; ", b"\nStatus: 5.",
    b"\nAuto-Submitted: auto-replied\n",
)  # fmt: skip


class GivenUp(BaseException):
    """One mail took far too long; nothing that catches exceptions catches this."""


@dataclass(frozen=True)
class Outcome:
    """What came of a few mails: failures with their number, what could not be read, the slowest."""

    count: int
    failures: tuple[tuple[int, str, str], ...]  # number, seed mail, what
    problems: Counter[str]
    slowest: tuple[float, int, str]  # seconds, number, seed mail


def mails(paths: list[Path]) -> list[tuple[str, bytes]]:
    """The mails in files and folders, in a fixed order."""
    files = sorted(file for path in paths for file in ([path] if path.is_file() else path.rglob("*")))
    found = [file for file in files if file.suffix in (".eml", ".txt", ".msg") and file.is_file()]
    return [(file.name, file.read_bytes()[:MOST_BYTES]) for file in found]


def mutated(raw: bytes, other: bytes, dice: random.Random) -> bytes:
    """A mail with one to eight things broken in it."""
    for _ in range(dice.choice((1, 1, 2, 2, 3, 4, 8))):
        first, last = sorted((dice.randrange(len(raw) + 1), dice.randrange(len(raw) + 1)))
        last = min(last, first + dice.choice((1, 1, 8, 80, 800, 8000)))
        raw = dice.choice((_flip, _cut, _drop, _double, _splice, _word, _word, _shuffle))(raw, other, first, last, dice)
    return raw[: 2 * MOST_BYTES]


def _flip(raw: bytes, _other: bytes, first: int, _last: int, dice: random.Random) -> bytes:
    return raw[:first] + bytes([dice.randrange(256)]) + raw[first + 1 :]


def _cut(raw: bytes, _other: bytes, first: int, _last: int, dice: random.Random) -> bytes:
    return raw[:first] if dice.random() < 0.3 else raw[first // 4 :]


def _drop(raw: bytes, _other: bytes, first: int, last: int, _dice: random.Random) -> bytes:
    return raw[:first] + raw[last:]


def _double(raw: bytes, _other: bytes, first: int, last: int, dice: random.Random) -> bytes:
    return raw[:last] + raw[first:last] * dice.choice((1, 2, 20)) + raw[last:]


def _splice(raw: bytes, other: bytes, first: int, last: int, dice: random.Random) -> bytes:
    start = dice.randrange(len(other) + 1)
    return raw[:first] + other[start : start + dice.choice((40, 400, 40_000))] + raw[last:]


def _word(raw: bytes, _other: bytes, first: int, _last: int, dice: random.Random) -> bytes:
    return raw[:first] + dice.choice(WORDS) * dice.choice((1, 1, 1, 3, 300)) + raw[first:]


def _shuffle(raw: bytes, _other: bytes, _first: int, _last: int, dice: random.Random) -> bytes:
    lines = raw.split(b"\n")
    at = dice.randrange(len(lines))
    some = lines[at : at + 20]
    dice.shuffle(some)
    return b"\n".join((*lines[:at], *some, *lines[at + 20 :]))


def one(seeds: list[tuple[str, bytes]], seed: str, number: int) -> tuple[str, bytes]:
    """The mutated mail of a number, and the name of the mail that it is made from."""
    dice = random.Random(f"{seed}:{number}")  # noqa: S311  chance that can be repeated
    name, raw = dice.choice(seeds)
    return name, mutated(raw, dice.choice(seeds)[1], dice)


def _strings(message: Message) -> Iterator[str]:
    yield from (
        message.message_id,
        message.subject,
        message.text,
        message.returned,
        message.content_type,
        message.problem,
    )
    yield from message.report
    yield from (text for pair in message.headers for text in pair)
    boxes = (*message.from_, *message.sender, *message.reply_to, *message.to, *message.cc)
    yield from (text for box in boxes for text in (box.name, box.address))
    yield from (text for one in message.attachments for text in (one.name, one.content_type))


def fault(raw: bytes, *, open_only: bool) -> tuple[str, str]:
    """What is wrong with how a mail is opened and read ("" = nothing), and its problem."""
    try:
        message = open_mail(raw)
        if "\0" in (strings := "".join(_strings(message))) or strings.encode("utf-8", "ignore").decode() != strings:
            return "it gives a text that no database keeps", message.problem
        if message.problem.startswith("the mail is badly broken"):
            return message.problem, message.problem
        if not open_only:
            reading = read_mail(message, load_languages())
            if reading.decided and message.problem and reading.bounce is None:
                return "decided although it could not be read whole", message.problem
    except (Exception, GivenUp) as error:  # noqa: BLE001  that is what is looked for
        return f"{type(error).__name__}: {error}"[:200], ""
    return "", message.problem


def run(seeds: list[tuple[str, bytes]], seed: str, open_only: bool, start: int, count: int) -> Outcome:  # noqa: FBT001
    """Opens and reads the mails of some numbers."""
    failures, problems, slowest = [], Counter[str](), (0.0, -1, "")
    signal.signal(signal.SIGVTALRM, _give_up)
    for number in range(start, start + count):
        name, raw = one(seeds, seed, number)
        signal.setitimer(signal.ITIMER_VIRTUAL, PATIENCE)
        begun = time.process_time()
        wrong, problem = fault(raw, open_only=open_only)
        spent = time.process_time() - begun
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        problems[problem] += bool(problem)
        slowest = max(slowest, (spent, number, name))
        if wrong or spent >= MOST_SECONDS:
            failures.append((number, name, wrong or f"it took {spent:.1f} s"))
    return Outcome(count, tuple(failures), problems, slowest)


def _give_up(_signal: int, _frame: FrameType | None) -> None:
    raise GivenUp(f"given up after {PATIENCE} s")


def _chunk(numbers: tuple[int, int], *, seeds: list[tuple[str, bytes]], seed: str, open_only: bool) -> Outcome:
    return run(seeds, seed, open_only, *numbers)


def main() -> int:
    """Prints what failed, with what repeats it; fails if something did."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path, help="mails and folders of mails (default: tests/data/replies)")
    parser.add_argument("--mutations", type=int, default=100_000)
    parser.add_argument("--seed", default="", help="to repeat a run")
    parser.add_argument("--number", type=int, help="write this one mail to stdout, and nothing else")
    parser.add_argument("--open-only", action="store_true", help="do not read what was opened")
    arguments = parser.parse_args()
    seed = arguments.seed or secrets.token_hex(4)
    seeds = mails(arguments.paths or [Path("tests/data/replies")])
    if arguments.number is not None:
        sys.stdout.buffer.write(one(seeds, seed, arguments.number)[1])
        return 0
    print(f"{arguments.mutations} mutations of {len(seeds)} mails, --seed {seed}", flush=True)
    load_languages()
    chunks = [(at, min(CHUNK, arguments.mutations - at)) for at in range(0, arguments.mutations, CHUNK)]
    work = partial(_chunk, seeds=seeds, seed=seed, open_only=arguments.open_only)
    failed, problems, slowest = 0, Counter[str](), (0.0, -1, "")
    with multiprocessing.get_context("fork").Pool(2) as pool:
        for outcome in pool.imap_unordered(work, chunks):
            problems += outcome.problems
            slowest = max(slowest, outcome.slowest)
            failed += len(outcome.failures)
            for number, name, wrong in outcome.failures:
                print(f"--seed {seed} --number {number} ({name}): {wrong}", flush=True)
    print(f"could not be read whole: {dict(problems.most_common(12))}")
    print(f"slowest: {slowest[0]:.2f} s, --number {slowest[1]} ({slowest[2]})")
    print(f"{arguments.mutations} mutations, {failed} failures")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
