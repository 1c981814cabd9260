"""Commands by which a person decides: review, decide, file, answered, hold, stop, write, undo."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import click

from outreach.adapters.store.mail.inbox import Understood
from outreach.campaign.desk import Desk
from outreach.entrypoints.cli.app import Call, command
from outreach.entrypoints.cli.show import day_and_time, printable
from outreach.model import Evidence, OutreachError, UsageError

if TYPE_CHECKING:
    from outreach.campaign.deciding.review import Done, Earlier

SHOWN = 160  # characters of a remembered sentence that are shown
LABELS = {"doubt": "doubt", "form": "form", "attachment": "attached"}  # of rules that do not speak for the suggestion
KEYS = {
    "c": "confirmed",
    "d": "declined",
    "t": "tentative",
    "q": "in_talks",
    "a": "invited",
    "w": "withdrawn",
    "u": "unsubscribed",
}
HELP = (
    "Enter accept the suggestion · c confirmed · d declined · t tentative · q in talks (we answer) · "
    "a only received · w withdrawn · u unsubscribed · f file to an invitee · n nothing for us · s skip · z undo · x end"
)


@command("review")
def review_(call: Call) -> None:
    """Go through the mails that need a person, one key each."""
    desk = call.desk()
    if call.no_input:
        message = "a review needs a person; `outreach inbox --waiting` lists what waits"
        raise UsageError(message)
    skipped: set[int] = set()
    while (mail := _next(desk, skipped)) is not None:
        _show(desk, mail)
        key = click.prompt("  key", default=_suggestion(desk, mail), show_default=True, err=True).strip().lower()
        if key == "x":
            return
        if key == "s":
            skipped.add(mail.mail)
            continue
        try:
            for line in _act(desk, mail, key):
                click.echo(f"  {line}")
        except OutreachError as error:
            click.echo(f"  {error}", err=True)
    click.echo("Nothing else waits for a person.")


def _next(desk: Desk, skipped: set[int]) -> Understood | None:
    return next((mail for mail in desk.store.inbox.every(waiting=True) if mail.mail not in skipped), None)


def _suggestion(desk: Desk, mail: Understood) -> str:
    from outreach.campaign.deciding.foresight import SETTLE, suggestion  # noqa: PLC0415

    if mail.invitee is None:
        return "f"
    keys = {state: key for key, state in KEYS.items()} | {SETTLE: "n"}
    return keys.get(suggestion(mail, desk.store.journal.standing(mail.invitee)) or "", "s")


def _show(desk: Desk, mail: Understood) -> None:
    from outreach.campaign.deciding.review import attachments, earlier  # noqa: PLC0415

    click.echo()
    click.echo(f"── mail {mail.mail} · {_when(desk, mail)}")
    _line("from", f"{mail.from_name} <{mail.from_address}>")
    _line("subject", mail.subject)
    _show_invitee(desk, mail)
    for name in attachments(desk, mail):
        _line("attached", name)
    click.echo(f"\n{_marked(mail)}\n")
    _line("suggests", mail.reading.kind.value.replace("_", " "))
    for rule, words in reasons(mail):
        _line(rule, words)
    _line("why", mail.why)
    _line("sender", mail.trust.why)
    before = earlier(desk, mail)
    if before is not None:
        _show_earlier(desk, before, mail.why)
    click.echo(f"  {HELP}")


def _line(what: str, words: str) -> None:
    if words:
        click.echo(printable(f"  {what:8} {' '.join(words.split())}"))


def _when(desk: Desk, mail: Understood) -> str:
    return day_and_time(mail.answered_at, desk.settings.campaign.timezone)


def _show_invitee(desk: Desk, mail: Understood) -> None:
    numbers = [one.number for one in mail.match.candidates[:3]]
    known = desk.store.register.some([*numbers, *([] if mail.invitee is None else [mail.invitee])])
    invitee = known.get(mail.invitee) if mail.invitee is not None else None
    _line("invitee", f"{invitee.name} ({invitee.id})" if invitee else "not known")
    for candidate in mail.match.candidates[:3]:
        if candidate.number in known:
            _line("", f"{known[candidate.number].id}: {'; '.join(candidate.reasons)}")


def _show_earlier(desk: Desk, before: Earlier, why: str) -> None:
    """What is recorded, and the mail that said so, where this mail speaks against it."""
    if before.why not in why:
        _line("against", before.why)
    if before.mail is not None:
        click.echo(f"\n── earlier: mail {before.mail.mail} · {_when(desk, before.mail)} · {before.mail.from_address}")
        click.echo(f"{_marked(before.mail)}\n")


def reasons(mail: Understood) -> tuple[tuple[str, str], ...]:
    """What speaks for the suggestion, what against deciding by machine, and what stands in our form, one a line."""
    return tuple(_reason(one) for one in mail.reading.evidence)


def _reason(one: Evidence) -> tuple[str, str]:
    label, _, told = one.rule.partition(": ")
    if label not in LABELS:
        return "because", f"{one.rule.replace('_', ' ')}: “{one.words}”"
    return LABELS[label], f"{told}: “{one.words}”" if told and one.words else told or one.words


def _marked(mail: Understood) -> str:
    """The new text, its decisive words marked wherever its lines break."""
    text = printable(mail.reading.new_text[:4000])
    for one in mail.reading.evidence:
        if one.words and one.rule.partition(":")[0] not in LABELS:
            words = r"\s+".join(map(re.escape, printable(one.words).split()))
            text = re.sub(words, lambda found: _mark(found.group()), text, count=1)
    return "\n".join(f"  │ {line}" for line in text.splitlines())


def _mark(words: str) -> str:
    return "\n".join(click.style(line, bold=True, underline=True) for line in words.split("\n"))


def _act(desk: Desk, mail: Understood, key: str) -> list[str]:
    """Does what a key says; gives the lines that say what was done."""
    from outreach.campaign.deciding import review, undoing  # noqa: PLC0415

    if key == "z":
        return in_words(desk, undoing.undo(desk))
    if key == "n":
        return in_words(desk, review.settle(desk, mail.mail))
    if key == "f":
        given = click.prompt("  id or name of the invitee (none = of nobody)", err=True).strip()
        return in_words(desk, review.file(desk, str(mail.mail), given))
    if key not in KEYS:
        message = f"“{key}” is no key here"
        raise UsageError(message)
    if mail.invitee is None:
        message = "file the mail to an invitee first (f)"
        raise UsageError(message)
    invitee = desk.store.register.some([mail.invitee])[mail.invitee]
    return in_words(desk, review.decide(desk, invitee.id, KEYS[key], mail=mail.mail))


def in_words(desk: Desk, done: Done) -> list[str]:
    """What an act did, and what was remembered of it."""
    taught = next((one for one in desk.store.lessons.all() if one.number == done.remembered), None)
    if taught is None:
        return [done.said]
    shown = taught.words if len(taught.words) <= SHOWN else f"{taught.words[:SHOWN]}…"
    lesson = f"remembered: “{shown}” means {taught.kind.value}; `outreach forget {taught.number}` forgets it"
    return [done.said, printable(lesson)]


@command("decide")
@click.argument("invitee")
@click.argument("state")
@click.option("--note", default="", metavar="TEXT", help="What was said, by whom, how.")
@click.option("--mail", type=int, metavar="N", help="Because of this mail.")
def decide_(call: Call, invitee: str, state: str, note: str, mail: int | None) -> None:
    """Record where INVITEE stands, such as confirmed, declined or tentative; a person's word wins and stays."""
    from outreach.campaign.deciding.review import decide  # noqa: PLC0415

    desk = call.desk()
    for line in in_words(desk, decide(desk, invitee, state, note, mail=mail)):
        click.echo(line)


@command("file")
@click.argument("message")
@click.argument("invitee")
def file_(call: Call, message: str, invitee: str) -> None:
    """Say that mail MESSAGE (its number or Message-ID) is of INVITEE, or of “none”."""
    from outreach.campaign.deciding.review import file  # noqa: PLC0415

    click.echo(file(call.desk(), message, invitee).said)


@command("answered")
@click.argument("invitee")
@click.option("--note", default="", metavar="TEXT", help="What was said, by whom.")
def answered_(call: Call, invitee: str, note: str) -> None:
    """Note that INVITEE got the answer we owed, where the folder of sent mail does not show it."""
    from outreach.campaign.deciding.review import answered  # noqa: PLC0415

    click.echo(answered(call.desk(), invitee, note).said)


@command("hold")
@click.argument("invitee")
@click.option("--until", required=True, metavar="DATE", help="First day on which letters may go again.")
def hold_(call: Call, invitee: str, until: str) -> None:
    """Wait with INVITEE."""
    from outreach.campaign.deciding.review import hold  # noqa: PLC0415

    try:
        day = date.fromisoformat(until)
    except ValueError as error:
        message = f"“{until}” is no day; write it like 2022-08-29"
        raise UsageError(message) from error
    click.echo(hold(call.desk(), invitee, day).said)


@command("stop")
@click.argument("invitee")
def stop_(call: Call, invitee: str) -> None:
    """Write no more to INVITEE."""
    from outreach.campaign.deciding.review import stop  # noqa: PLC0415

    click.echo(stop(call.desk(), invitee).said)


@command("write")
@click.argument("invitee")
@click.option("--to", "address", required=True, metavar="ADDRESS", help="The corrected address, or another contact's.")
@click.option("--shared", is_flag=True, help="The address serves INVITEE too, though it is known as another's.")
def write_(call: Call, invitee: str, address: str, *, shared: bool) -> int:
    """Write the letter to INVITEE again, to another address, under the same reference."""
    from outreach.campaign.deciding.writing_again import write_again  # noqa: PLC0415
    from outreach.entrypoints.cli.posting import post_and_show  # noqa: PLC0415

    desk = call.desk()
    click.echo(write_again(desk, invitee, address, shared=shared).said)
    return post_and_show(call, desk)


@command("undo")
def undo_(call: Call) -> None:
    """Take back the last act of a person."""
    from outreach.campaign.deciding.undoing import undo  # noqa: PLC0415

    click.echo(undo(call.desk()).said)
