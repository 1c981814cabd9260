"""The root command: what may be said to every command, and which module holds which."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from outreach import __version__
from outreach.model import ConfigurationError, Finding, OutreachError, UsageError

if TYPE_CHECKING:
    from outreach.campaign.desk import Desk

# name: (module, one line of help); in the order of a campaign's life
COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("setup", "Write a new campaign folder."),
    "config": ("setup", "Print the commented settings."),
    "check": ("setup", "Look for everything that is wrong before a letter leaves."),
    "login": ("login", "Log in at Microsoft or Google, for mail without a password."),
    "contacts": ("setup", "Enrol and show the invitees."),
    "preview": ("letters", "Write every letter as .eml and HTML."),
    "test-letter": ("letters", "Send one letter to oneself, with the real headers."),
    "launch": ("letters", "Queue and send the invitations."),
    "outbox": ("outbox", "Show the letters on their way; settle one in doubt."),
    "post": ("outbox", "Send what is due now."),
    "pause": ("outbox", "Stop sending, in every process."),
    "resume": ("outbox", "Go on sending."),
    "collect": ("answers", "Take in new mail, read it, note what follows."),
    "read": ("answers", "Explain what mails say; needs no campaign."),
    "inbox": ("answers", "Show every mail that was received."),
    "review": ("review", "Go through what needs a person."),
    "decide": ("review", "Record an answer that came by phone or letter."),
    "file": ("review", "Say whose mail it is."),
    "answered": ("review", "Note that we have answered an invitee."),
    "hold": ("review", "Wait with an invitee."),
    "stop": ("review", "Write no more to an invitee."),
    "write": ("review", "Write again, to another address."),
    "undo": ("review", "Take back the last act of a person."),
    "erase": ("erase", "Erase an invitee's personal data for good."),
    "audit": ("audit", "Show test letters, accounts and erasures: who, when."),
    "lessons": ("lessons", "Show what is remembered of persons' corrections."),
    "forget": ("lessons", "Forget a lesson or a sender."),
    "remind": ("followup", "Remind those who are silent and due."),
    "acknowledge": ("followup", "Release the thanks and regrets that wait."),
    "log": ("reports", "Show or export the confirmation log."),
    "story": ("reports", "Show one invitee's whole history, and what comes next."),
    "status": ("reports", "Show how far the campaign is."),
    "web": ("web", "Open the secretariat's page in a browser."),
    "backup": ("service", "Copy database and key while everything runs."),
    "daemon": ("service", "Run as a background service."),
    "rehearse": ("service", "Play the whole campaign on a virtual clock."),
}


FIRST_YEAR, LAST_YEAR = 1990, 2199  # of --now


@dataclass
class Call:
    """What was said to every command: where, when, who, and how loud."""

    folder: Path = Path()
    now: datetime | None = None
    by: str | None = None
    no_input: bool = False
    quiet: bool = False
    verbose: bool = False

    def desk(self) -> Desk:
        """The campaign of the folder."""
        from outreach.bootstrap import SystemClock, open_desk  # noqa: PLC0415  heavy

        return open_desk(self.folder.resolve(), clock=SystemClock(self.now), by=self.by)

    def say(self, words: str = "") -> None:
        """Talks to the person, on stderr; that nobody is there any more stops nothing."""
        if not self.quiet:
            with suppress(OSError):
                click.echo(words, err=True)


def _moment(_context: click.Context, _parameter: click.Parameter, value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        message = f"“{value}” is no moment; write it like 2022-08-15T09:00:00+02:00"
        raise click.BadParameter(message) from error
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        message = f"“{value}” lies outside the years {FIRST_YEAR} to {LAST_YEAR}"
        raise click.BadParameter(message)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _global_options() -> list[click.Option]:
    return [
        click.Option(["--folder"], type=click.Path(path_type=Path), metavar="DIR", help="The campaign folder."),
        click.Option(["--now"], callback=_moment, metavar="ISO8601", help="The clock starts there and runs on."),
        click.Option(["--by"], metavar="NAME", help="Who decides, for the log."),
        click.Option(["--no-input"], is_flag=True, default=None, help="Never ask."),
        click.Option(["--quiet"], is_flag=True, default=None, help="No talk."),
        click.Option(["--verbose"], is_flag=True, default=None, help="More talk."),
    ]


GLOBALS = ("folder", "now", "by", "no_input", "quiet", "verbose")


def _remember(context: click.Context) -> None:
    """Global options may stand before the command or behind it."""
    call = context.find_root().ensure_object(Call)
    for name in GLOBALS:
        value = context.params.pop(name, None)
        if value is not None:
            setattr(call, name, value)


class Command(click.Command):
    """A command that understands the global options too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        taken = {parameter.name for parameter in self.params}
        self.params += [_hidden(option) for option in _global_options() if option.name not in taken]

    def invoke(self, context: click.Context) -> Any:
        """Remembers the global options, then runs."""
        _remember(context)
        return super().invoke(context)


def _hidden(option: click.Option) -> click.Option:
    option.hidden = True
    return option


class Group(click.Group):
    """A group whose commands understand the global options."""

    command_class = Command

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params += [_hidden(option) for option in _global_options()]

    def invoke(self, context: click.Context) -> Any:
        """Remembers the global options, then runs."""
        _remember(context)
        return super().invoke(context)


class Root(click.Group):
    """Knows the name and help of every command without loading it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, in the order of a campaign's life."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Loads the module of a command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"outreach.entrypoints.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_") + "_")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Names the nearest command where there is none of that name."""
        from difflib import get_close_matches  # noqa: PLC0415  only for a mistake

        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            near = get_close_matches(name, COMMANDS, 1)
            hint = f"did you mean `{near[0]}`?" if near else "`outreach --help` lists them"
            ctx.fail(f"there is no command “{name}”; {hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The table of commands, without loading them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Remembers the global options, then runs the command."""
        _remember(ctx)
        return super().invoke(ctx)


def _version(context: click.Context, _parameter: click.Parameter, value: bool) -> None:  # noqa: FBT001  click's form
    if not value or context.resilient_parsing:
        return
    import platform  # noqa: PLC0415
    import sqlite3  # noqa: PLC0415

    click.echo(f"outreach {__version__} (Python {platform.python_version()}, SQLite {sqlite3.sqlite_version})")
    context.exit()


root = Root(
    name="outreach",
    help="Invites local and regional governments to a campaign, reads their answers, keeps the confirmation log.",
    params=[
        *_global_options(),
        click.Option(["--version"], is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Which."),
    ],
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def command(name: str) -> Callable[[Callable[..., Any]], click.Command]:
    """Makes a function a command; its first argument is the Call."""
    line = COMMANDS[name][1] if name in COMMANDS else None

    def decorate(function: Callable[..., Any]) -> click.Command:
        made: click.Command = click.command(name, cls=Command, short_help=line)(click.pass_obj(function))
        return made

    return decorate


def run(arguments: Sequence[str]) -> int:
    """Runs one call; gives the exit code. A fault is one clear sentence with the cure."""
    try:
        result = root.main(args=list(arguments), prog_name="outreach", standalone_mode=False, obj=Call())
    except click.exceptions.Abort:
        click.echo("\nstopped; nothing is half done, call again to go on", err=True)
        return 1
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except click.ClickException as error:
        error.show()
        return UsageError.exit_code
    except ConfigurationError as error:
        _show_findings(error)
        return error.exit_code
    except OutreachError as error:
        click.echo(f"outreach: {error}", err=True)
        return error.exit_code
    except UnicodeEncodeError as error:
        typed = "\udc80" <= error.object[error.start] <= "\udcff"  # how Python keeps what is no UTF-8 (PEP 383)
        what = "an argument is not in UTF-8" if typed else "a letter of the output has no place in this locale"
        click.echo(f"outreach: {what}; set a UTF-8 locale, such as LANG=C.UTF-8, and call again", err=True)
        return UsageError.exit_code if typed else OutreachError.exit_code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        click.echo(f"outreach: {_os_words(error)}", err=True)
        return 1
    return result if isinstance(result, int) else 0


def _os_words(error: OSError) -> str:
    where = f" ({error.filename})" if error.filename else ""
    return f"{error.strerror or error}{where}; check the disk's space, the path and who may write there"


def _show_findings(error: ConfigurationError) -> None:
    click.echo(f"outreach: {error}", err=True)
    for finding in error.findings:
        click.echo(finding_line(finding), err=True)


def finding_line(finding: Finding) -> str:
    """A finding as a person reads it."""
    mark = "warning" if finding.warning else "error"
    return f"  {mark}: {finding.where}: {finding.what}\n      {finding.why}\n      → {finding.cure}"
