"""Sends what is due and shows how it goes: the progress bar, what is left, until when, and who will send it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from functools import partial

import click

from outreach.adapters.store.switches import PAUSED
from outreach.campaign.desk import Desk
from outreach.campaign.sending.posting import Progress, Watcher, post
from outreach.core.counting import counted
from outreach.entrypoints.cli.app import Call
from outreach.entrypoints.cli.show import day_and_time
from outreach.entrypoints.stopping import stop_signal
from outreach.model import BusyError, LetterState, TryAgainLaterError

Say = Callable[[str], None]


def post_and_show(call: Call, desk: Desk, say: Say = click.echo, *, shared: bool = True) -> int:
    """One pass over what is due, with a progress bar; gives the exit code.

    `shared`: it is as well if another process, which is sending, takes these letters too.
    """
    from outreach.bootstrap import relay  # noqa: PLC0415
    from outreach.entrypoints.archive import fill_sent_folder, look_for_doubts  # noqa: PLC0415
    from outreach.entrypoints.mailroom import kinds_to_post  # noqa: PLC0415

    look_for_doubts(desk, say, _warn)
    with relay(desk) as make_postman, stop_signal() as stop, progress_bar(call) as watch:
        try:
            kinds = partial(kinds_to_post, desk, stop.is_set)
            progress = post(desk, make_postman, stop=stop.is_set, watch=watch, kinds=kinds)
        except BusyError as error:
            if not shared:
                message = f"{error}; the letters stay queued and none is lost"
                raise TryAgainLaterError(message) from error
            say("Another process is sending this campaign's letters and takes these too.")
            return show_waiting(desk, say)
    fill_sent_folder(desk, say, _warn)
    return show_result(desk, progress, say)


def _warn(words: str) -> None:
    click.echo(words, err=True)


def show_result(desk: Desk, progress: Progress, say: Say = click.echo) -> int:
    """What came of a pass; gives the exit code."""
    done = progress.done
    if progress.handled:
        words = ", ".join(f"{number} {state.value.replace('_', ' ')}" for state, number in sorted(done.items()))
        say(f"Letters handed to the relay: {words}.")
    elif progress.problem is None and not progress.stopped_because:
        say(f"No letter is due now.{_next_step(desk)}")
    if progress.problem is not None:
        click.echo(f"{progress.problem}; the letters stay queued and none is lost", err=True)
        show_waiting(desk, say)
        return progress.problem.exit_code
    if progress.held is not None:
        zone = desk.settings.campaign.timezone
        say(f"The rest waits until {_when(progress.held.until, desk.now(), zone)}: {progress.held.why}.")
    code = show_waiting(desk, say)
    if progress.stopped_because:
        click.echo(f"Sending is paused: {progress.stopped_because}. When that is mended: outreach resume", err=True)
        return 5
    return code


def show_waiting(desk: Desk, say: Say = click.echo) -> int:
    """How many letters wait, why, until when, and who will send them."""
    counts = desk.store.outbox.counts()
    waiting = counts[LetterState.READY] + counts[LetterState.DEFERRED]
    if waiting:
        due = desk.store.outbox.next_due()
        zone = desk.settings.campaign.timezone
        if desk.store.switches.get(PAUSED) is not None:
            say(f"{counted(waiting, 'letter waits', 'letters wait')} until somebody resumes.")
        else:
            wait = counted(waiting, "letter waits for its time", "letters wait for their time")
            say(
                f"{wait} (working hours of the invitee, or another try); the next is due "
                f"{_when(due, desk.now(), zone)}. `outreach daemon` sends them by itself, "
                "`outreach post` when you call it."
            )
    if counts[LetterState.IN_DOUBT]:
        doubtful = counted(counts[LetterState.IN_DOUBT], "letter is in doubt", "letters are in doubt")
        say(
            f"{doubtful}: the relay may have them or not. Copies are looked for, and none is sent again without proof; "
            "`outreach outbox --state in_doubt` says when, and what you can do."
        )
    return 0


def _next_step(desk: Desk) -> str:
    """When reminders are due next, where nothing waits in the outbox."""
    counts = desk.store.outbox.counts()
    if counts[LetterState.READY] + counts[LetterState.DEFERRED]:
        return ""  # it is said when these are due
    days = [desk.deadline - timedelta(days=one.days_before) for one in desk.settings.reminders]
    ahead = [day for day in days if day > desk.today()]
    return f" None waits; the next reminders are planned for {min(ahead)}." if ahead else " None waits."


def _when(due: datetime | None, now: datetime, zone: str) -> str:
    if due is None or due <= now:
        return "now"
    return f"{day_and_time(due, zone)} ({zone})"


@contextmanager
def progress_bar(call: Call) -> Iterator[Watcher]:
    """A bar with counts, rate and time left on a terminal; now and then a line elsewhere.

    Nobody may be there any more to see it: that stops no letter.
    """
    with _shown(call) as show:

        def watch(progress: Progress) -> None:
            with suppress(OSError):
                show(progress)

        yield watch


@contextmanager
def _shown(call: Call) -> Iterator[Watcher]:
    if call.quiet:
        yield lambda _progress: None
        return
    if not sys.stderr.isatty():
        yield _Lines()
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn  # noqa: PLC0415
    from rich.progress import Progress as Bar  # noqa: PLC0415

    columns = (
        TextColumn("letters"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[words]}"),
    )
    with Bar(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("letters", total=None, rate="", words="")

        def watch(progress: Progress) -> None:
            speed = bar.tasks[0].finished_speed or bar.tasks[0].speed or 0
            words = ", ".join(f"{n} {s.value.replace('_', ' ')}" for s, n in sorted(progress.done.items()))
            bar.update(task, total=progress.total, completed=progress.handled, rate=f"{speed:.1f}/s", words=words)

        yield watch


class _Lines:
    """A line for every tenth of the mailing."""

    def __init__(self) -> None:
        self._said = 0

    def __call__(self, progress: Progress) -> None:
        tenth = progress.handled * 10 // max(1, progress.total)
        if tenth > self._said:
            self._said = tenth
            click.echo(f"{progress.handled} of {counted(progress.total, 'letter')}", err=True)
