"""Commands that prepare a campaign: init, config, check, contacts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Any

import click

from outreach.core.counting import counted
from outreach.entrypoints.cli.app import Call, Command, Group, command, finding_line
from outreach.entrypoints.cli.show import as_json, day_and_time, printable, table
from outreach.model import ConfigurationError, Finding, Invitee, OutreachError, PartlyDoneError, RelayProfile

if TYPE_CHECKING:
    from outreach.adapters.oauth.tokens import Login
    from outreach.campaign.desk import Desk
    from outreach.campaign.enrolling.prepare import Import
    from outreach.core.renaming import Change

MOST_CHANGES, LONGEST = 200, 80  # lines of what changed, characters of what was and is


@command("init")
@click.argument("directory", type=click.Path(path_type=Path))
def init_(call: Call, directory: Path) -> None:
    """Write a new campaign folder DIRECTORY: settings, letters and an empty list of contacts."""
    from outreach.entrypoints.new_folder import write_folder  # noqa: PLC0415

    written = write_folder(directory)
    call.say(f"{directory} is ready: {counted(len(written), 'file')}.")
    call.say("Next: fill contacts.csv, look through config.toml, then `outreach check`.")


@command("config")
def config_(_call: Call) -> None:
    """Print the commented settings, made from their own definitions."""
    from outreach.adapters.config import sample_settings  # noqa: PLC0415

    click.echo(sample_settings(), nl=False)


@command("check")
@click.option("--offline", is_flag=True, help="Ask no server.")
@click.option("--send-test", is_flag=True, help="Send test letters to yourself and learn how the mail server behaves.")
@click.option("--wait", type=click.FloatRange(min=0), default=120.0, metavar="SECONDS", help="For the test letters.")
@click.option("--json", "wants_json", is_flag=True, help="For programs.")
def check_(call: Call, wait: float, *, offline: bool, send_test: bool, wants_json: bool) -> int:
    """Look for everything that is wrong before a letter leaves; each finding with its cure."""
    from outreach.campaign.enrolling.prepare import findings_of  # noqa: PLC0415

    found = _Found()
    try:
        _look(found, call.desk(), wait if send_test else None, offline=offline)
    except ConfigurationError as error:
        found.findings = [*findings_of(error)]
    except OutreachError as error:
        if wants_json:  # an object, whatever is broken
            found.findings = [*findings_of(error)]
            as_json(found.plain())
        raise
    if wants_json:
        as_json(found.plain())
    else:
        found.show()
    return ConfigurationError.exit_code if found.errors else 0


@dataclass
class _Found:
    """What a check has found so far."""

    findings: list[Finding] = field(default_factory=list)
    relay: RelayProfile | None = None
    login: Login | Finding | None = None
    zone: str = ""  # the secretariat's

    @property
    def errors(self) -> list[Finding]:
        """What stops a launch."""
        return [finding for finding in self.findings if not finding.warning]

    @property
    def warnings(self) -> list[Finding]:
        """What does not."""
        return [finding for finding in self.findings if finding.warning]

    def plain(self) -> dict[str, Any]:
        """For programs."""
        return {
            "errors": [_plain(finding) for finding in self.errors],
            "warnings": [_plain(finding) for finding in self.warnings],
            "relay": None if self.relay is None else asdict(self.relay),
            "login": _plain_login(self.login),
        }

    def show(self) -> None:
        """For people."""
        if self.relay is not None:
            click.echo(_relay_line(self.relay, self.zone))
        if self.login is not None and not isinstance(self.login, Finding):
            click.echo(_login_line(self.login, self.zone))
        for finding in self.findings:
            click.echo(finding_line(finding))
        click.echo(_verdict(len(self.errors), len(self.warnings)))


def _look(found: _Found, desk: Desk, wait: float | None, *, offline: bool) -> None:
    """Looks for everything; with test letters where there is a time to wait for them."""
    from outreach.campaign.enrolling.prepare import check  # noqa: PLC0415
    from outreach.entrypoints.connections import kept_login  # noqa: PLC0415

    found.zone = desk.settings.campaign.timezone
    if wait is not None:
        from outreach.entrypoints.archive import send_test  # noqa: PLC0415

        send_test(desk, wait)
    found.findings += check(desk, offline=offline)
    found.relay, found.login = known_relay(desk), kept_login(desk)
    if isinstance(found.login, Finding):
        found.findings.append(found.login)
    if not offline:
        found.findings += _online(desk, with_tokens=not isinstance(found.login, Finding))
        found.login = kept_login(desk)  # it may have been renewed


def _online(desk: Desk, *, with_tokens: bool) -> list[Finding]:
    from outreach.entrypoints.archive import archive_findings  # noqa: PLC0415
    from outreach.entrypoints.connections import try_servers  # noqa: PLC0415

    findings = try_servers(desk, with_tokens=with_tokens)
    return findings + ([] if findings else [*archive_findings(desk)])


def known_relay(desk: Desk) -> RelayProfile | None:
    """How the relay behaves, as far as a test letter showed it; a rehearsal has none."""
    from outreach.campaign.sending.doubt import profile_of  # noqa: PLC0415

    return profile_of(desk) if desk.settings.campaign.mode == "real" else None


def _relay_line(profile: RelayProfile, zone: str) -> str:
    from outreach.core.proof import in_words  # noqa: PLC0415

    return f"The mail server, as of {day_and_time(profile.learned_at, zone)}: {'; '.join(in_words(profile))}."


def _login_line(login: Login, zone: str) -> str:
    obtained, ends = day_and_time(login.obtained, zone), day_and_time(login.ends, zone)
    return f"The login at {login.authority}: a token of {obtained}, good until {ends} and renewed by itself."


def _plain_login(login: Login | Finding | None) -> dict[str, str] | None:
    if login is None or isinstance(login, Finding):
        return None
    ends = login.ends.isoformat()
    return {"provider": login.authority.lower(), "obtained": login.obtained.isoformat(), "until": ends}


def _plain(finding: Finding) -> dict[str, str]:
    return {"what": finding.what, "where": finding.where, "why": finding.why, "cure": finding.cure}


def _verdict(errors: int, warnings: int) -> str:
    if errors:
        stops = counted(errors, "error stops", "errors stop")
        return f"{stops} a launch; {counted(warnings, 'warning does', 'warnings do')} not."
    return f"Ready to launch; {counted(warnings, 'warning')}." if warnings else "Ready to launch."


@click.group("contacts", cls=Group)
def contacts_() -> None:
    """Enrol and show the invitees."""


@contacts_.command("import", cls=Command)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@click.option("--skip-bad", is_flag=True, help="Write bad rows to a file and import the rest.")
@click.option("--renamed", multiple=True, metavar="ID", help="It is the same place under another name; several times.")
@click.pass_obj
def import_(call: Call, file: Path | None, renamed: tuple[str, ...], *, dry_run: bool, skip_bad: bool) -> int:
    """Enrol the contacts of FILE (CSV or XLSX; default: the campaign's list)."""
    from outreach.campaign.enrolling.prepare import import_contacts  # noqa: PLC0415

    done = import_contacts(call.desk(), file, dry_run=dry_run, skip_bad=skip_bad, renamed=renamed)
    for finding in done.findings:
        call.say(finding_line(finding))
    would = "would be " if dry_run else ""
    enrolled = done.enrolled
    click.echo(
        f"{len(enrolled.new)} {would}new, {len(enrolled.changed)} {would}changed, {enrolled.unchanged} unchanged"
    )
    for line in _in_words(done.changes):
        click.echo(printable(line))
    if done.gone:
        withheld = f"Withheld {would or 'are '}the invitations to those that are no longer listed"
        click.echo(f"{withheld}: {', '.join(done.gone)}")
    if enrolled.changed and not dry_run:
        click.echo("Letters to those that changed are made anew by the next `outreach launch`, if they have not left.")
    if done.bad_rows:
        click.echo(_left_out(done))
    return PartlyDoneError.exit_code if done.bad_rows else 0


def _in_words(changes: Sequence[Change]) -> Iterator[str]:
    """What changed, old → new; of very many the first."""
    for one in changes[:MOST_CHANGES]:
        was, now = (shorten(text, LONGEST, placeholder=" …") or "nothing" for text in (one.was, one.now))
        yield f"  {one.invitee}: {one.what} {was} → {now}"
    if len(changes) > MOST_CHANGES:
        yield f"  … and {len(changes) - MOST_CHANGES} more"


def _left_out(done: Import) -> str:
    """How many rows were not imported, and where they are."""
    rows = counted(done.bad_rows, "bad row")
    if done.bad_file is None:
        return f"{rows} would be left out"
    return f"{rows} left out, kept in {done.bad_file}: correct what is there and import that file"


@contacts_.command("list", cls=Command)
@click.option("--json", "wants_json", is_flag=True, help="For programs.")
@click.pass_obj
def list_(call: Call, *, wants_json: bool) -> None:
    """Show every invitee."""
    invitees = call.desk().store.register.all().values()
    if wants_json:
        as_json([_invitee(invitee) for invitee in invitees])
        return
    rows = [
        (i.id, i.name, i.country, i.kind.value, i.contact.email if i.contacts else "", len(i.contacts))
        for i in invitees
    ]
    table(("id", "name", "country", "kind", "written to", "contacts"), rows)


@contacts_.command("show", cls=Command)
@click.argument("invitee")
@click.option("--json", "wants_json", is_flag=True, help="For programs.")
@click.pass_obj
def show_(call: Call, invitee: str, *, wants_json: bool) -> None:
    """Show one invitee with all its contacts."""
    found = call.desk().invitee(invitee)
    if wants_json:
        as_json(_invitee(found))
        return
    click.echo(f"{found.name} ({found.country}, {found.kind.value})  {found.id}")
    rows = [(c.email, c.title, c.person, c.language, ", ".join(c.cc), c.notes) for c in found.contacts]
    table(("address", "title", "person", "language", "cc", "notes"), rows)


def _invitee(invitee: Invitee) -> dict[str, object]:
    contacts = [
        {
            "email": c.email,
            "person": c.person,
            "title": c.title,
            "gender": c.gender,
            "cc": list(c.cc),
            "language": c.language,
            "timezone": c.timezone,
            "notes": c.notes,
            "extra": dict(c.extra),
        }
        for c in invitee.contacts
    ]
    return {
        "id": invitee.id,
        "name": invitee.name,
        "country": invitee.country,
        "kind": invitee.kind.value,
        "contacts": contacts,
    }
