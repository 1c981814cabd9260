"""Commands about received mail: collect, read, inbox."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from outreach.adapters.store.mail.inbox import Understood
from outreach.campaign.answers.taking_in import Collected
from outreach.core.counting import counted
from outreach.entrypoints.cli.app import Call, command
from outreach.entrypoints.cli.show import as_json, day_and_time, moment, printable, table
from outreach.model import Invitee, Reading


@command("collect")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--again", is_flag=True, help="Read all kept mail anew; a person's decisions stay.")
@click.option("--dry-run", is_flag=True, help="With --again: only say what would change.")
def collect_(call: Call, paths: tuple[Path, ...], *, again: bool, dry_run: bool) -> None:
    """Take in new mail from the mailbox, or from .eml files, mbox files and Maildirs given; read and record it."""
    from outreach.campaign.answers.replies import read_again, read_new  # noqa: PLC0415
    from outreach.campaign.answers.taking_in import take_in_files  # noqa: PLC0415
    from outreach.entrypoints.mailroom import look_into_mailbox  # noqa: PLC0415

    desk = call.desk()
    if again:
        done = read_again(desk, apply=not dry_run)
        changed = "would change" if dry_run else "changed"
        click.echo(f"{counted(done.read, 'mail')} read anew, {len(done.changed)} {changed}")
        for line in done.changed:
            click.echo(f"  {printable(line)}")
        return
    taken = take_in_files(desk, paths) if paths else look_into_mailbox(desk)
    read = read_new(desk)
    click.echo(_in_words(taken, read))
    for problem in read.problems:
        call.say(problem)
    waiting = sum(1 for _ in desk.store.inbox.every(waiting=True))
    if waiting:
        click.echo(f"{counted(waiting, 'mail waits', 'mails wait')} for a person: outreach review")


def _in_words(taken: Collected, read: Collected) -> str:
    known = f", {taken.known} known already" if taken.known else ""
    return f"{counted(taken.new, 'new mail')}{known}; {read.read} read"


STANDARD_INPUT = "/dev/stdin"


@command("read")
@click.argument("files", nargs=-1, required=True)
@click.option("--json", "wants_json", is_flag=True, help="For programs.")
def read_(call: Call, files: tuple[str, ...], *, wants_json: bool) -> None:
    """Explain what each mail in FILES says (- is the standard input); no database and no campaign is needed.

    In a campaign's folder its own forms are known again where they come back filled in.
    """
    from outreach.bootstrap import own_forms  # noqa: PLC0415
    from outreach.campaign.reports.explain import explain  # noqa: PLC0415

    own = own_forms(call.folder.resolve())
    readings = [(file, explain(Path(STANDARD_INPUT if file == "-" else file), own)) for file in files]
    if wants_json:
        as_json([reading_json(file, reading) for file, reading in readings])
        return
    for file, reading in readings:
        _show_reading(file, reading)


def reading_json(file: str, reading: Reading) -> dict[str, Any]:
    """What one mail says, for programs."""
    bounce = reading.bounce
    return {
        "file": file,
        "kind": reading.kind.value,
        "decided": reading.decided,
        "language": reading.language,
        "new_text": reading.new_text,
        "evidence": [{"rule": one.rule, "words": one.words} for one in reading.evidence],
        "flags": sorted(flag.value for flag in reading.flags),
        "return_date": None if reading.return_date is None else reading.return_date.isoformat(),
        "redirect_to": reading.redirect_to,
        "bounce": None
        if bounce is None
        else {
            "permanent": bounce.permanent,
            "recipients": list(bounce.recipients),
            "status": bounce.status,
            "reason": bounce.reason,
        },
        "problem": reading.problem,
    }


def _show_reading(file: str, reading: Reading) -> None:
    sure = "sure" if reading.decided else "a person must look"
    click.echo(f"{file}: {reading.kind.value.replace('_', ' ')} ({sure})")
    for one in reading.evidence:
        click.echo(printable(f"    {one.rule}: “{one.words}”"))
    details = [flag.value.replace("_", " ") for flag in sorted(reading.flags)]
    details += [f"back on {reading.return_date}"] if reading.return_date else []
    details += [f"write to {reading.redirect_to}"] if reading.redirect_to else []
    details += [f"problem: {reading.problem}"] if reading.problem else []
    if reading.bounce is not None:
        kind = "permanent" if reading.bounce.permanent else "temporary"
        details.append(f"{kind} failure of {', '.join(reading.bounce.recipients) or 'nobody named'}")
    if details:
        click.echo(printable(f"    {'; '.join(details)}"))


@command("inbox")
@click.option("--json", "wants_json", is_flag=True, help="For programs.")
@click.option("--waiting", is_flag=True, help="Only what needs a person.")
def inbox_(call: Call, *, wants_json: bool, waiting: bool) -> None:
    """Show every mail that was received: whose it is, what it says, and why."""
    from outreach.campaign.reports.report import inbox  # noqa: PLC0415

    desk = call.desk()
    mails = [pair for pair in inbox(desk) if pair[0].needs_review or not waiting]
    if wants_json:
        as_json([mail_json(mail, invitee) for mail, invitee in mails])
        return
    zone = desk.settings.campaign.timezone
    rows = [
        (
            mail.mail,
            day_and_time(mail.answered_at, zone),
            mail.from_address,
            mail.subject[:60],
            invitee.name if invitee else "?",
            mail.reading.kind.value.replace("_", " "),
            "review" if mail.needs_review else "",
            mail.why,
        )
        for mail, invitee in mails
    ]
    table(("mail", "written", "from", "subject", "invitee", "says", "", "why"), rows)


def mail_json(mail: Understood, invitee: Invitee | None) -> dict[str, Any]:
    """One received mail, for programs."""
    return {
        "message": mail.mail,
        "message_id": mail.message_id,
        "from": mail.from_address,
        "subject": mail.subject,
        "received": moment(mail.answered_at),
        "invitee": invitee.id if invitee else None,
        "matched_by": "person" if mail.filed is not None else mail.match.matched_by or None,
        "kind": mail.reading.kind.value,
        "decided": mail.reading.decided,
        "needs_review": mail.needs_review,
        "why": mail.why,
    }
