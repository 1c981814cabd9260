"""Reads config.toml into the settings, names every mistake at once, and writes the commented sample."""

from __future__ import annotations

import difflib
import ipaddress
import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, time
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from outreach.adapters.as_written import NotAsWrittenError, as_written
from outreach.model import ConfigurationError, Finding
from outreach.settings import ReminderSettings, Settings, Target

_ADDRESS = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+\.[^@\s<>,;\".]+")
_IN_MEMORY = re.compile(r"^sqlite[^:]*:/{0,3}(\?|$)|:memory:|mode=memory", re.IGNORECASE)
SECRETS = ("password", "passwd", "secret", "token", "client_secret")

# What the sample sets besides the defaults, and what it shows commented out.
SAMPLE: dict[str, dict[str, object]] = {
    "campaign": {
        "id": "human-rights-cities-2030",
        "name": "10, 100, 1000 Human Rights Cities and Territories by 2030",
        "deadline": date(2022, 9, 15),
        "target": Target("UCLG World Congress, Daejeon", date(2022, 10, 10), 100),
    },
    "sender": {"name": "UCLG-CSIPDHR", "address": "cisdpl@uclg.org"},
    "smtp": {"host": "smtp.example.org", "username": "cisdpl@uclg.org", "password_env": "OUTREACH_SMTP_PASSWORD"},
    "inbox": {"host": "imap.example.org", "username": "cisdpl@uclg.org", "password_env": "OUTREACH_IMAP_PASSWORD"},
    "letters": {"attachments": ("templates/attachments/participation.{language}.pdf",)},
}
SAMPLE_REMINDERS = (31, 17, 7)
PROVIDERS = tomllib.loads(Path(__file__).with_name("providers.toml").read_text(encoding="utf-8"))


def load_settings(path: Path) -> Settings:
    """The settings of a campaign folder.

    Raises:
        ConfigurationError: They have mistakes; all of them are in its findings.
    """
    text = _read(path)
    data = _parse(text, path)
    settings, mistakes = _validated(_with_limits(data))
    findings = [*_secrets(data), *(_finding(one, text) for one in mistakes)]
    if settings is not None:
        findings += _contradictions(settings)
        if not findings:
            return settings
    message = f"{path.name} has {len(findings)} mistake{'s' if len(findings) > 1 else ''}"
    raise ConfigurationError(message, tuple(findings))


def _validated(data: Mapping[str, Any]) -> tuple[Settings | None, Sequence[Mapping[str, Any]]]:
    """The settings, or what is wrong with them; who finds that out is heavy, and asked only where something may be."""
    try:
        return as_written(Settings, data), ()
    except NotAsWrittenError:
        from pydantic import TypeAdapter, ValidationError  # noqa: PLC0415  a fifth of a second

    try:  # as JSON, for strict types: a list for a tuple is right there, "30" or true for a number is not
        return TypeAdapter(Settings).validate_json(json.dumps(data, default=str), strict=True), ()
    except ValidationError as error:
        return None, [dict(one) for one in error.errors(include_url=False, include_input=False)]


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        message = f"there is no {path.name} in {path.parent}; go to a campaign folder, or make one: outreach init DIR"
        raise ConfigurationError(message) from error
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path} cannot be read: {error}; it must be a text file in UTF-8"
        raise ConfigurationError(message) from error


def _with_limits(data: dict[str, Any]) -> dict[str, Any]:
    """The settings with the limits of the provider where they say nothing else."""
    smtp = data.get("smtp")
    limits = PROVIDERS.get(str(smtp.get("provider"))) if isinstance(smtp, dict) else None
    return {**data, "smtp": {**limits, **smtp}} if limits and isinstance(smtp, dict) else data


def _parse(text: str, path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = f"{path.name} is not written rightly: {error}; see `outreach config` for a sample"
        raise ConfigurationError(message) from error


def _secrets(data: Mapping[str, Any]) -> Iterator[Finding]:
    for section, values in data.items():
        for key in values if isinstance(values, dict) else ():
            if key in SECRETS:
                name = "client_secret" if section == "oauth" else "password"
                yield Finding(
                    f"a secret stands in the settings: {key}",
                    f"config.toml, [{section}] {key}",
                    "settings are copied and shown; secrets must not be",
                    f"delete the line and name {section}'s {name}_env or {name}_file instead",
                )


def _finding(error: Mapping[str, Any], text: str) -> Finding:
    place = [part for part in error["loc"] if not (isinstance(part, str) and part.startswith("function-"))]
    while len(place) > 1 and isinstance(place[-1], int):  # one of several: its setting says where
        place = place[:-1]
    key = str(place[-1])
    section = ".".join(str(part) for part in place[:-1])
    where = f"config.toml, [{section}] {key}" if section else f"config.toml, [{key}]"
    line = _line(text, key)
    where += f", line {line}" if line else ""
    if error["type"] == "unexpected_keyword_argument":
        if key in SECRETS:
            return Finding(f"unknown setting {key}", where, "it is not known", "delete the line")
        near = difflib.get_close_matches(key, _known(place[:-1]), 1, 0.5)
        cure = f"did you mean {near[0]}?" if near else f"known here: {', '.join(_known(place[:-1]))}"
        return Finding(f"unknown setting {key}", where, "a setting that nobody reads is a mistake", cure)
    if error["type"] in ("missing_argument", "missing"):
        return Finding(
            f"{key} is missing", where, "without it nothing can be sent or read", "add it; see `outreach config`"
        )
    return Finding(f"{key} cannot be used", where, str(error["msg"]), "correct the value; see `outreach config`")


def _line(text: str, key: str) -> int | None:
    pattern = re.compile(rf"^\s*(?:\[+\s*)?{re.escape(key)}\b")
    return next((number for number, line in enumerate(text.splitlines(), 1) if pattern.match(line)), None)


def _known(place: list[Any]) -> list[str]:
    kind: Any = Settings
    for part in place:
        if isinstance(part, int):
            continue
        kind = _dataclass_in(get_type_hints(kind)[part])
    return [one.name for one in fields(kind)]


def _dataclass_in(hint: Any) -> Any:
    if is_dataclass(hint):
        return hint
    return next((found for one in get_args(hint) if (found := _dataclass_in(one)) is not None), None)


def _contradictions(settings: Settings) -> Iterator[Finding]:
    yield from _campaign_mistakes(settings)
    yield from _database_mistakes(settings)
    yield from _server_mistakes(settings)
    yield from _oauth_mistakes(settings)
    yield from _sending_mistakes(settings)


def _mistake(where: str, what: str, why: str, cure: str) -> Finding:
    return Finding(what, f"config.toml, {where}", why, cure)


def _campaign_mistakes(settings: Settings) -> Iterator[Finding]:
    campaign = settings.campaign
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}", campaign.id):
        why = "it stands in file names and references"
        yield _mistake("[campaign] id", "the id cannot be used", why, "use letters, digits and dashes, at most 80")
    if campaign.timezone not in available_timezones():
        near = difflib.get_close_matches(campaign.timezone, available_timezones(), 1)
        cure = f"did you mean {near[0]}?" if near else "write one like Europe/Madrid"
        yield _mistake("[campaign] timezone", f"there is no time zone {campaign.timezone}", "hours depend on it", cure)
    if min(campaign.milestones, default=1) < 1:
        why = "the way to it could not be shown"
        yield _mistake("[campaign] milestones", "a milestone is a number of confirmations", why, "write 1 or more")
    if campaign.target and campaign.target.goal < 1:
        why = "the way to it could not be shown"
        yield _mistake("[campaign] target", "the goal is a number of confirmations", why, "write 1 or more")
    if campaign.committee_url and not re.fullmatch(r"https?://[^\s/]\S*", campaign.committee_url):
        why = "readers follow it from the letter"
        yield _mistake("[campaign] committee_url", "this is no address of a page", why, "write https://…")
    for where, name in (("[campaign]", campaign.name), ("[sender]", settings.sender.name)):
        if not name.strip() or not name.isprintable():
            why = "it stands in the head of every letter"
            yield _mistake(f"{where} name", "the name is empty or not in one line", why, "write it in one line")
    if campaign.wave < 1:
        yield _mistake("[campaign] wave", "waves are counted from 1", "the first is 1", "write wave = 1")
    if not (_ADDRESS.fullmatch(settings.sender.address) and settings.sender.address.isascii()):
        why = "letters come from it and answers go to it"
        yield _mistake("[sender] address", "this is no mail address", why, "write it like cisdpl@uclg.org")


def _database_mistakes(settings: Settings) -> Iterator[Finding]:
    if _IN_MEMORY.search(settings.campaign.database):
        why = "what was sent and answered would be forgotten when the command ends, and everybody invited again"
        cure = "write sqlite:///outreach.db"
        yield _mistake("[campaign] database", "a database in memory keeps nothing", why, cure)


def _server_mistakes(settings: Settings) -> Iterator[Finding]:
    smtp, inbox = settings.smtp, settings.inbox
    for section, host, security in (("smtp", smtp.host, smtp.security), ("inbox", inbox.host, inbox.security)):
        if security == "none" and host and not is_loopback(host):
            why = "password and letters could be read on the way"
            yield _mistake(
                f"[{section}] security", f'"none" is only for this machine, not for {host}', why, 'use "tls"'
            )
    if inbox.kind == "imap" and not inbox.host:
        yield _mistake("[inbox] host", "host is missing", "answers are read from it", 'add it, or kind = "maildir"')
    if inbox.kind == "maildir" and not inbox.path:
        yield _mistake("[inbox] path", "path is missing", "answers are read from it", "name the Maildir's folder")
    for section, port in (("smtp", smtp.port), ("inbox", inbox.port)):
        if not 0 < port < 2**16:
            yield _mistake(f"[{section}] port", f"there is no port {port}", "they are 1 to 65535", "ask your provider")
    if smtp.connections < 1:
        yield _mistake(
            "[smtp] connections", "there must be one at least", "letters need a way out", "write connections = 1"
        )
    for name in ("per_minute", "per_day"):
        if getattr(smtp, name) < 0:
            yield _mistake(f"[smtp] {name}", "it cannot be negative", "0 means without limit", "write 30, or 0")


def _oauth_mistakes(settings: Settings) -> Iterator[Finding]:
    """What is missing for a login by tokens; nothing is asked of who logs in by password."""
    oauth, providers = settings.oauth, token_providers(settings)
    if not providers:
        return
    for section, auth, username in _logins(settings):
        if auth != "password" and not username:
            why = "a token is for a mailbox, and the server asks which"
            yield _mistake(f"[{section}] username", "username is missing", why, "write the mailbox's address")
    if len(providers) > 1:
        why = "one login gives one token"
        yield _mistake("[inbox] auth", "sending and reading log in at two providers", why, "use one for both")
    register = "register an application with your provider, as docs/operations.md says, and write its id"
    if not oauth.client_id:
        yield _mistake("[oauth] client_id", "client_id is missing", "no token is given without it", register)
    if "google" in providers and not (oauth.client_secret_env or oauth.client_secret_file):
        why = "Google gives no token without the client secret"
        yield _mistake("[oauth] client_secret_env", "it is missing", why, "name the variable, or client_secret_file")
    if not re.fullmatch(r"[A-Za-z0-9.-]+", oauth.tenant):
        why = "it stands in the address of Microsoft's server"
        yield _mistake("[oauth] tenant", "it cannot be used", why, 'write "organizations", an id or a domain')
    if oauth.authority and not _is_token_server(oauth.authority):
        why = "tokens could be read on the way"
        yield _mistake("[oauth] authority", "this is no address of a token server", why, "write https://host")


def _logins(settings: Settings) -> tuple[tuple[str, str, str], ...]:
    """Section, way of login and user name of the servers that somebody logs in at."""
    smtp, inbox = settings.smtp, settings.inbox
    reading = (("inbox", inbox.auth, inbox.username),) if inbox.kind == "imap" else ()
    return (("smtp", smtp.auth, smtp.username), *reading)


def token_providers(settings: Settings) -> frozenset[str]:
    """The providers whose tokens the settings need: microsoft, google, or none."""
    return frozenset(auth for _, auth, _ in _logins(settings) if auth != "password")


def _is_token_server(address: str) -> bool:
    try:
        to = urlsplit(address)
        host, _ = to.hostname or "", to.port
    except ValueError:
        return False
    safe = to.scheme == "https" or (to.scheme == "http" and is_loopback(host))
    return safe and bool(host) and f"{to.scheme}://{to.netloc}" == address.rstrip("/") and "@" not in to.netloc


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _sending_mistakes(settings: Settings) -> Iterator[Finding]:
    hours = settings.sending.hours
    if hours != "any" and not _hours(hours):
        yield _mistake(
            "[sending] hours", f"“{hours}” are no hours", "letters go within them", 'write "09:00-17:00" or "any"'
        )
    if settings.sending.blind_copy and not _ADDRESS.fullmatch(settings.sending.blind_copy):
        why = "every letter has a copy there, and none goes without it"
        yield _mistake("[sending] blind_copy", "this is no mail address", why, "write one address, without a name")
    for name in ("min_gap_days", "max_reminders", "doubt_minutes", "per_domain_minute"):
        if getattr(settings.sending, name) < 0:
            yield _mistake(f"[sending] {name}", "it cannot be negative", "0 is the least", "write 0 or more")
    days = [reminder.days_before for reminder in settings.reminders]
    if days != sorted(days, reverse=True) or len(set(days)) != len(days):
        why = "the first reminder is the earliest"
        yield _mistake("[[reminders]]", "days_before must fall from step to step", why, "order them, such as 31, 17, 7")
    if any(number < 0 for number in days):
        yield _mistake("[[reminders]]", "a reminder lies after the deadline", "it would come too late", "use 0 or more")


def _hours(hours: str) -> bool:
    first, dash, last = hours.partition("-")
    try:
        return bool(dash) and time.fromisoformat(first.strip()) < time.fromisoformat(last.strip())
    except ValueError:
        return False


# ---------------------------------------------------------------- the sample


def sample_settings() -> str:
    """The commented settings of a new campaign, made from the settings' own definitions."""
    parts = ["# Settings of an outreach campaign. A line that begins with # is a default that you may change."]
    hints = get_type_hints(Settings)
    for section in fields(Settings):
        kind = _dataclass_in(hints[section.name])
        if kind is ReminderSettings:
            parts += [_reminder(days, first=number == 0) for number, days in enumerate(SAMPLE_REMINDERS)]
        else:
            parts.append("\n".join([f"[{section.name}]", *_lines(kind, SAMPLE.get(section.name, {}))]))
    return "\n\n".join(parts) + "\n"


def _lines(kind: Any, chosen: Mapping[str, object]) -> Iterator[str]:
    for one in fields(kind):
        yield f"# {one.metadata['doc']}"
        if one.name in chosen:
            yield f"{one.name} = {_toml(chosen[one.name])}"
        else:
            default = _default(one)
            yield f"# {one.name} = {_toml(default)}" if default is not None else f"# {one.name} = …"


def _default(one: Field[Any]) -> object:
    if one.default is not MISSING:
        return one.default
    return one.default_factory() if one.default_factory is not MISSING else None


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (tuple, list)):
        return f"[{', '.join(_toml(one) for one in value)}]"
    if is_dataclass(value):
        inner = ", ".join(f"{one.name} = {_toml(getattr(value, one.name))}" for one in fields(value))
        return f"{{ {inner} }}"
    if isinstance(value, date):
        return value.isoformat()
    return f'"{value}"' if isinstance(value, str) else str(value)


def _reminder(days: int, *, first: bool) -> str:
    doc = "# One block for each reminder, the earliest first. The n-th uses templates/reminder.n, else reminder.\n"
    return f"{doc if first else ''}[[reminders]]\ndays_before = {days}"


def settings_reference() -> str:
    """docs/settings.md: every setting with its default and its sentence."""
    parts = [
        "# Settings",
        "",
        "Made from the settings' own definitions by `make docs`; `outreach config` prints a sample.",
    ]
    hints = get_type_hints(Settings)
    for section in fields(Settings):
        kind = _dataclass_in(hints[section.name])
        repeated = get_origin(hints[section.name]) is tuple
        title = f"[[{section.name}]]" if repeated else f"[{section.name}]"
        parts += [
            "",
            f"## {title}",
            "",
            str(section.metadata["doc"]),
            "",
            "| setting | default | meaning |",
            "| --- | --- | --- |",
        ]
        for one in fields(kind):
            needed = one.default is MISSING and one.default_factory is MISSING
            default = "needed" if needed else f"`{_toml(_default(one))}`" if _default(one) is not None else "none"
            parts.append(f"| `{one.name}` | {default} | {one.metadata['doc'].replace('|', '/')} |")
    return "\n".join(parts) + "\n"
