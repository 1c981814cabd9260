"""Commands about letters on their way: outbox, post, pause, resume."""

from __future__ import annotations

from dataclasses import replace

import click

from outreach.entrypoints.cli.app import Call, Command, Group, command
from outreach.entrypoints.cli.posting import post_and_show
from outreach.entrypoints.cli.show import as_json, letter_json, table
from outreach.model import LetterState, PartlyDoneError


@click.group("outbox", cls=Group, invoke_without_command=True)
@click.option("--json", "wants_json", is_flag=True, help="For programs.")
@click.option("--state", type=click.Choice([one.value for one in LetterState]), help="Only letters in this state.")
@click.pass_context
def outbox_(context: click.Context, state: str | None, *, wants_json: bool) -> None:
    """Show the letters on their way: who has the letter, who has not, and why."""
    if context.invoked_subcommand is not None:
        return
    call: Call = context.obj
    from outreach.campaign.doubt import doubts  # noqa: PLC0415

    desk = call.desk()
    invitees = desk.store.register.all()
    words = doubts(desk)
    letters = [x for x in desk.store.outbox.letters() if state in (None, x.state.value)]
    letters = [replace(x, last_reply=words.get(x.id, x.last_reply)) for x in letters]
    counts = {key.value: number for key, number in desk.store.outbox.counts().items()}
    if wants_json:
        as_json({**counts, "letters": [letter_json(x, invitees[x.key.invitee].id) for x in letters]})
        return
    rows = [
        (
            x.id,
            invitees[x.key.invitee].name,
            _kind(x.key.kind.value, x.key.step),
            x.to,
            x.state.value,
            x.attempts,
            x.last_reply,
        )
        for x in letters
    ]
    table(("id", "invitee", "letter", "to", "state", "tries", "the relay's words, or why it waits"), rows)
    click.echo(", ".join(f"{number} {name.replace('_', ' ')}" for name, number in counts.items() if number) or "empty")


def _kind(kind: str, step: int) -> str:
    return f"{kind} {step}" if step else kind


@outbox_.command("resolve", cls=Command)
@click.argument("letter", type=int)
@click.argument("verdict", type=click.Choice(["accepted", "resend"]))
@click.pass_obj
def resolve_(call: Call, letter: int, verdict: str) -> None:
    """Settle a letter in doubt: the relay has it (accepted), or surely not (resend)."""
    from outreach.campaign.mailing import resolve  # noqa: PLC0415

    click.echo(resolve(call.desk(), letter, accepted=verdict == "accepted"))


@outbox_.command("settle", cls=Command)
@click.pass_obj
def settle_(call: Call) -> int:
    """Look for the letters in doubt whose waiting time is over; what is not proven stays."""
    from outreach.bootstrap import archive  # noqa: PLC0415
    from outreach.campaign.doubt import doubts, settle_doubts  # noqa: PLC0415

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
    from outreach.campaign.posting import pause  # noqa: PLC0415

    pause(call.desk())
    click.echo("Sending is paused.")


@command("resume")
@click.option("--restored", is_flag=True, help="You made sure yourself that an older database sends nothing twice.")
def resume_(call: Call, *, restored: bool) -> None:
    """Go on sending."""
    from outreach.campaign.posting import resume  # noqa: PLC0415

    desk = call.desk()
    if restored:
        desk.store.passes.count_on(desk.now())
        click.echo("The database counts as up to date with the letters that left.")
    was = resume(desk)
    click.echo("Sending goes on; `outreach daemon` or `outreach post` sends." if was else "Sending was not paused.")
