"""Commands that run beside the campaign: backup, daemon, rehearse."""

from __future__ import annotations

from pathlib import Path

import click

from outreach.entrypoints.cli.app import Call, command


@command("backup")
@click.argument("file", type=click.Path(path_type=Path))
def backup_(call: Call, file: Path) -> None:
    """Copy the database to FILE and its key to FILE.key, while everything runs."""
    from outreach.entrypoints.safekeeping import back_up  # noqa: PLC0415

    database, key = back_up(call.desk(), file)
    click.echo(f"The database is in {database}, the key of the references in {key}; keep both, and keep them safe.")


@command("daemon")
@click.option("--every", type=click.FloatRange(min=0.1), default=60.0, metavar="SECONDS", help="How often to look.")
def daemon_(call: Call, every: float) -> int:
    """Run as a background service: collect answers, send what is due, remind the silent."""
    from outreach.entrypoints.daemon import run_daemon  # noqa: PLC0415

    return run_daemon(call.desk(), every=every, verbose=call.verbose)


@command("rehearse")
@click.option("--keep", type=click.Path(path_type=Path), metavar="DIR", help="Where everything is written.")
def rehearse_(call: Call, keep: Path | None) -> int:
    """Play the whole campaign, letters and answers, on embedded servers and a virtual clock."""
    from outreach.entrypoints.rehearsal import rehearse  # noqa: PLC0415

    return rehearse(call.folder.resolve(), keep=keep, say=call.say)
