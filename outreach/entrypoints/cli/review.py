"""Commands by which a person decides: review, decide, file, hold, stop, write, undo."""

from __future__ import annotations

from datetime import date

import click

from outreach.adapters.store.inbox import Understood
from outreach.campaign.desk import Desk
from outreach.entrypoints.cli.app import Call, command
from outreach.entrypoints.cli.show import day_and_time, printable
from outreach.model import OutreachError, UsageError

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
SUGGESTED = {
    "confirm": "c",
    "decline": "d",
    "tentative": "t",
    "question": "q",
    "redirect": "q",
    "acknowledge": "a",
    "withdraw": "w",
    "unsubscribe": "u",
    "unrelated": "n",
}


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
        key = click.prompt("  key", default=_suggestion(mail), show_default=True, err=True).strip().lower()
        if key == "x":
            return
        if key == "s":
            skipped.add(mail.mail)
            continue
        try:
            click.echo("  " + _act(desk, mail, key))
        except OutreachError as error:
            click.echo(f"  {error}", err=True)
    click.echo("Nothing else waits for a person.")


def _next(desk: Desk, skipped: set[int]) -> Understood | None:
    return next((mail for mail in desk.store.inbox.every(waiting=True) if mail.mail not in skipped), None)


def _suggestion(mail: Understood) -> str:
    if mail.invitee is None:
        return "f"
    return SUGGESTED.get(mail.reading.kind.value, "s")


def _show(desk: Desk, mail: Understood) -> None:
    invitee = desk.store.register.some([mail.invitee]).get(mail.invitee) if mail.invitee is not None else None
    click.echo()
    click.echo(f"── mail {mail.mail} · {day_and_time(mail.answered_at, desk.settings.campaign.timezone)}")
    click.echo(printable(f"  from     {mail.from_name} <{mail.from_address}>"))
    click.echo(printable(f"  subject  {mail.subject}"))
    click.echo(f"  invitee  {f'{invitee.name} ({invitee.id})' if invitee else 'not known'}")
    for candidate in mail.match.candidates[:3]:
        one = desk.store.register.some([candidate.number])[candidate.number]
        click.echo(printable(f"           {one.id}: {'; '.join(candidate.reasons)}"))
    click.echo()
    click.echo(_marked(mail))
    click.echo()
    click.echo(printable(f"  suggests {mail.reading.kind.value.replace('_', ' ')}; {mail.why}"))
    click.echo(printable(f"  sender   {mail.trust.why}"))
    click.echo(f"  {HELP}")


def _marked(mail: Understood) -> str:
    text = printable(mail.reading.new_text[:4000])
    for one in mail.reading.evidence:
        words = printable(one.words)
        if words:
            text = text.replace(words, click.style(words, bold=True, underline=True), 1)
    return "\n".join(f"  │ {line}" for line in text.splitlines())


def _act(desk: Desk, mail: Understood, key: str) -> str:
    from outreach.campaign import review  # noqa: PLC0415

    if key == "z":
        return review.undo(desk).said
    if key == "n":
        return review.settle(desk, mail.mail).said
    if key == "f":
        given = click.prompt("  id or name of the invitee (none = of nobody)", err=True).strip()
        return review.file(desk, str(mail.mail), given).said
    if key not in KEYS:
        message = f"“{key}” is no key here"
        raise UsageError(message)
    if mail.invitee is None:
        message = "file the mail to an invitee first (f)"
        raise UsageError(message)
    invitee = desk.store.register.some([mail.invitee])[mail.invitee]
    return review.decide(desk, invitee.id, KEYS[key], mail=mail.mail).said


@command("decide")
@click.argument("invitee")
@click.argument("state")
@click.option("--note", default="", metavar="TEXT", help="What was said, by whom, how.")
@click.option("--mail", type=int, metavar="N", help="Because of this mail.")
def decide_(call: Call, invitee: str, state: str, note: str, mail: int | None) -> None:
    """Record where INVITEE stands, such as confirmed, declined or tentative; a person's word wins and stays."""
    from outreach.campaign.review import decide  # noqa: PLC0415

    click.echo(decide(call.desk(), invitee, state, note, mail=mail).said)


@command("file")
@click.argument("message")
@click.argument("invitee")
def file_(call: Call, message: str, invitee: str) -> None:
    """Say that mail MESSAGE (its number or Message-ID) is of INVITEE, or of “none”."""
    from outreach.campaign.review import file  # noqa: PLC0415

    click.echo(file(call.desk(), message, invitee).said)


@command("hold")
@click.argument("invitee")
@click.option("--until", required=True, metavar="DATE", help="First day on which letters may go again.")
def hold_(call: Call, invitee: str, until: str) -> None:
    """Wait with INVITEE."""
    from outreach.campaign.review import hold  # noqa: PLC0415

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
    from outreach.campaign.review import stop  # noqa: PLC0415

    click.echo(stop(call.desk(), invitee).said)


@command("write")
@click.argument("invitee")
@click.option("--to", "address", required=True, metavar="ADDRESS", help="The corrected address, or another contact's.")
def write_(call: Call, invitee: str, address: str) -> int:
    """Write the letter to INVITEE again, to another address, under the same reference."""
    from outreach.campaign.review import write_again  # noqa: PLC0415
    from outreach.entrypoints.cli.posting import post_and_show  # noqa: PLC0415

    desk = call.desk()
    click.echo(write_again(desk, invitee, address).said)
    return post_and_show(call, desk)


@command("undo")
def undo_(call: Call) -> None:
    """Take back the last act of a person."""
    from outreach.campaign.review import undo  # noqa: PLC0415

    click.echo(undo(call.desk()).said)
