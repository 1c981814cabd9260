"""Commands that make letters: preview, test-letter, launch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from outreach.campaign.desk import Desk
from outreach.campaign.letters.launching import Checked
from outreach.campaign.letters.mailing import Plan
from outreach.core.counting import counted
from outreach.entrypoints.cli.app import Call, command, finding_line
from outreach.entrypoints.cli.posting import post_and_show, show_waiting
from outreach.entrypoints.cli.show import as_json
from outreach.model import LetterKind, LetterState, UsageError


@command("preview")
@click.option("--contact", metavar="ID", help="Only this invitee's.")
@click.option("--letter", default="invitation", metavar="KIND", help="invitation, reminder.1 …, thanks, regrets.")
@click.option("--to", "target", default="preview", type=click.Path(path_type=Path), metavar="DIR", help="Where to.")
def preview_(call: Call, contact: str | None, letter: str, target: Path) -> None:
    """Write every letter as .eml and HTML, just as it would be sent."""
    from outreach.campaign.letters.preview import write_previews  # noqa: PLC0415

    desk = call.desk()
    kind, step = letter_kind(letter)
    place = target if target.is_absolute() else desk.folder / target
    written = write_previews(desk, place, kind, step, only=contact)
    click.echo(f"{counted(written, 'letter is', 'letters are')} in {place}; open {place / 'index.html'}")


def letter_kind(name: str) -> tuple[LetterKind, int]:
    """The kind and step of a letter's name, such as reminder.2."""
    word, _, step = name.partition(".")
    if word not in [kind.value for kind in LetterKind] or (step and not step.isdecimal()):
        message = f"there is no letter “{name}”; take invitation, reminder.1, reminder.2 …, thanks or regrets"
        raise UsageError(message)
    kind = LetterKind(word)
    if step == "0":
        message = "reminders are counted from 1"
        raise UsageError(message)
    return kind, int(step or 1) if kind is LetterKind.REMINDER else 0


@command("test-letter")
@click.argument("address")
@click.option("--contact", metavar="ID", help="As for this invitee.")
@click.option("--letter", default="invitation", metavar="KIND", help="invitation, reminder.1 …, thanks, regrets.")
def test_letter_(call: Call, address: str, contact: str | None, letter: str) -> None:
    """Send one letter to ADDRESS (your own), with the real headers; it counts for nothing."""
    from outreach.bootstrap import relay  # noqa: PLC0415
    from outreach.campaign.letters.preview import send_test_letter  # noqa: PLC0415

    desk = call.desk()
    kind, step = letter_kind(letter)
    with relay(desk) as make_postman:
        reply = send_test_letter(desk, make_postman, address, kind, step, as_for=contact)
    click.echo(f"the relay took the letter for {address}: {reply}")


@command("launch")
@click.option("--dry-run", is_flag=True, help="Only say who would get a letter.")
@click.option("--yes", is_flag=True, help="Do not ask for the number.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="At most so many new letters.")
@click.option("--no-wait", is_flag=True, help="Only queue; the daemon or `outreach post` sends.")
@click.option("--json", "wants_json", is_flag=True, help="For programs.")
def launch_(call: Call, *, dry_run: bool, yes: bool, limit: int | None, no_wait: bool, wants_json: bool) -> int:
    """Enrol contacts.csv, check everything, then queue and send the invitations.

    Calling it again goes on where it stopped, and invites contacts added since.
    """
    from outreach.campaign.letters.launching import one_launch, plan_of  # noqa: PLC0415

    desk = call.desk()
    if dry_run:
        plan = plan_of(desk, _preflight(call, desk), desk.load_stationery(), limit=limit)
        _show_plan(plan, wants_json=wants_json)
        return 0
    say = call.say if wants_json else click.echo
    with one_launch(desk):
        plan = _queue(call, desk, limit=limit, yes=yes)
        if _is_over(desk, plan):
            say(_nothing_missing(desk, plan))
            code = 0
        else:
            code = show_waiting(desk, say) if no_wait else post_and_show(call, desk, say)
    if wants_json:
        as_json({**_plain(plan), "outbox": {key.value: number for key, number in desk.store.outbox.counts().items()}})
    return code


def _queue(call: Call, desk: Desk, *, limit: int | None, yes: bool) -> Plan:
    """Enrols and queues what is missing."""
    from outreach.campaign.letters.launching import agreement_to, launch_agreed, plan_of  # noqa: PLC0415

    checked = _preflight(call, desk)
    stationery = desk.load_stationery()
    shown = plan_of(desk, checked, stationery, limit=limit)
    if shown.invitees:
        _ask(call, shown, yes=yes)
    seen = agreement_to(desk, stationery, shown).digest
    done = launch_agreed(desk, checked, lambda now, its: agreement_to(desk, its, now).refuse_unless(seen), limit=limit)
    if done.enrolled.new or done.enrolled.changed:
        new, changed = len(done.enrolled.new), len(done.enrolled.changed)
        call.say(f"contacts: {new} new, {changed} changed, {done.enrolled.unchanged} unchanged")
    return done.plan


def _is_over(desk: Desk, plan: Plan) -> bool:
    """Whether nothing was missing and nothing waits."""
    outbox = desk.store.outbox
    return not plan.invitees and outbox.next_due() is None and not outbox.counts()[LetterState.IN_DOUBT]


def _preflight(call: Call, desk: Desk) -> Checked:
    """Checks everything and says what is odd."""
    from outreach.campaign.letters.launching import preflight  # noqa: PLC0415

    checked = preflight(desk)
    for finding in checked.warnings:
        call.say(finding_line(finding))
    return checked


def _show_plan(plan: Plan, *, wants_json: bool) -> None:
    if wants_json:
        as_json(_plain(plan))
        return
    click.echo(_in_words(plan))
    for one in plan.left_out:
        click.echo(f"  left out: {one.invitee.name} ({one.invitee.id}): {one.why}")


def _plain(plan: Plan) -> dict[str, Any]:
    left_out = [{"invitee": one.invitee.id, "why": one.why} for one in plan.left_out]
    return {"letters": len(plan.invitees), "languages": plan.languages, "left_out": left_out}


def _in_words(plan: Plan) -> str:
    languages = ", ".join(f"{number} {language}" for language, number in plan.languages.items())
    left_out = f", {len(plan.left_out)} left out" if plan.left_out else ""
    already = f", {counted(plan.already, 'was', 'were')} invited before" if plan.already else ""
    return f"{counted(len(plan.invitees), 'letter')} ({languages or 'none'}){left_out}{already}"


def _nothing_missing(desk: Desk, plan: Plan) -> str:
    if not plan.already:
        return "Nobody to invite."
    refused = desk.store.outbox.counts()[LetterState.REFUSED]
    if refused:
        were = counted(refused, "letter was", "letters were")
        return f"Nobody is left to invite, but {were} refused: outreach outbox --state refused"
    have = counted(plan.already, "invitee has its letter", "invitees have their letter")
    return f"Nothing is missing: {have}."


def _ask(call: Call, plan: Plan, *, yes: bool) -> None:
    number = len(plan.invitees)
    call.say(_in_words(plan))
    if yes:
        return
    if call.no_input:
        message = "a launch must be confirmed: type the number of letters, or call with --yes"
        raise UsageError(message)
    typed = click.prompt(f"Type {number} to send {counted(number, 'letter')}", default="", show_default=False, err=True)
    if typed.strip() != str(number):
        message = f"“{typed.strip()}” is not {number}; nothing was queued"
        raise UsageError(message)
