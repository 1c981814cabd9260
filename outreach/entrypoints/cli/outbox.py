"""Commands about letters on their way: outbox, post, pause, resume."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from outreach.entrypoints.cli.app import Call, Command, Group, command
from outreach.entrypoints.cli.posting import post_and_show
from outreach.entrypoints.cli.show import as_json, day_and_time, letter_json, moment, table
from outreach.model import LetterState, PartlyDoneError

if TYPE_CHECKING:
    from outreach.campaign.sending.waiting import Place


@click.group("outbox", cls=Group, invoke_without_command=True)
@click.option("--json", "wants_json", is_flag=True, help="For programs.")
@click.option("--state", type=click.Choice([one.value for one in LetterState]), help="Only letters in this state.")
@click.pass_context
def outbox_(context: click.Context, state: str | None, *, wants_json: bool) -> None:
    """Show the letters on their way: who has the letter, who has not, and why."""
    from outreach.campaign.sending.waiting import outbox  # noqa: PLC0415

    if context.invoked_subcommand is not None:
        return
    call: Call = context.obj
    desk = call.desk()
    letters = outbox(desk, LetterState(state) if state else None)
    counts = {key.value: number for key, number in desk.store.outbox.counts().items()}
    if wants_json:
        as_json({**counts, "letters": [_in_json(one) for one in letters]})
        return
    zone = desk.settings.campaign.timezone
    table(("id", "invitee", "letter", "to", "state", "tries", "why", "until"), [_row(one, zone) for one in letters])
    click.echo(", ".join(f"{number} {name.replace('_', ' ')}" for name, number in counts.items() if number) or "empty")


def _in_json(place: Place) -> dict[str, Any]:
    return {**letter_json(place.letter, place.invitee.id), "why": place.why, "until": moment(place.until)}


def _row(place: Place, zone: str) -> tuple[object, ...]:
    letter = place.letter
    kind = _kind(letter.key.kind.value, letter.key.step)
    until = day_and_time(place.until, zone)
    return (letter.id, place.invitee.name, kind, letter.to, letter.state.value, letter.attempts, place.why, until)


def _kind(kind: str, step: int) -> str:
    return f"{kind} {step}" if step else kind


@outbox_.command("resolve", cls=Command)
@click.argument("letter", type=int)
@click.argument("verdict", type=click.Choice(["accepted", "resend"]))
@click.pass_obj
def resolve_(call: Call, letter: int, verdict: str) -> None:
    """Settle a letter in doubt: the relay has it (accepted), or surely not (resend)."""
    from outreach.campaign.sending.resolving import resolve  # noqa: PLC0415

    click.echo(resolve(call.desk(), letter, accepted=verdict == "accepted"))


@outbox_.command("settle", cls=Command)
@click.pass_obj
def settle_(call: Call) -> int:
    """Look for the letters in doubt whose waiting time is over; what is not proven stays."""
    from outreach.bootstrap import archive  # noqa: PLC0415
    from outreach.campaign.sending.doubt import doubts, settle_doubts  # noqa: PLC0415

    desk = call.desk()
    settled = settle_doubts(desk, lambda: archive(desk))
    click.echo(settled.words or "Nothing was settled.")
    left = doubts(desk)
    for letter, words in left.items():
        click.echo(f"letter {letter}: {words}")
    return PartlyDoneError.exit_code if left else 0


@command("post")
def post_(call: Call) -> int:
    """Send what is due now: one pass."""
    return post_and_show(call, call.desk(), shared=False)


@command("pause")
def pause_(call: Call) -> None:
    """Stop sending, in every process, until `resume`."""
    from outreach.campaign.sending.posting import pause  # noqa: PLC0415

    pause(call.desk())
    click.echo("Sending is paused.")


@command("resume")
@click.option("--restored", is_flag=True, help="You made sure yourself that an older database sends nothing twice.")
def resume_(call: Call, *, restored: bool) -> None:
    """Go on sending."""
    from outreach.campaign.sending.posting import resume  # noqa: PLC0415

    desk = call.desk()
    if restored:
        desk.store.passes.count_on(desk.now())
        click.echo("The database counts as up to date with the letters that left.")
    was = resume(desk)
    click.echo("Sending goes on; `outreach daemon` or `outreach post` sends." if was else "Sending was not paused.")
