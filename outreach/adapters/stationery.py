"""Reads the letters and attachments of a campaign folder, so that they can be frozen."""

from __future__ import annotations

import contextlib
import glob
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from outreach.adapters.plain_files import open_plain
from outreach.model import ConfigurationError, Finding

MANIFEST = "stationery.json"  # as core/letters/stationery.py reads it
_LANGUAGE = r"([A-Za-z]{2,3}(?:[-_][A-Za-z0-9]+)*)"
_TEMPLATE = re.compile(rf"[\w.-]+\.{_LANGUAGE}\.md|wording\.{_LANGUAGE}\.toml|layout\.(?:html|txt)\.j2")
_INVITATION = re.compile(rf"invitation\.{_LANGUAGE}\.md")


def read_files(folder: Path, attachments: Sequence[str], root: Path, default_language: str) -> dict[str, bytes]:
    """The files of an edition by names that stay the same wherever the folder lies, with a manifest.

    Raises:
        ConfigurationError: A file is missing or cannot be read; `findings` lists them all.
    """
    name = folder.relative_to(root).as_posix() if folder.is_relative_to(root) else folder.name
    templates = _template_files(folder, name)
    languages = [match[1] for path in templates if (match := _INVITATION.fullmatch(path.rpartition("/")[2]))]
    if not languages:
        raise ConfigurationError(f"{name} has no invitation; write {name}/invitation.{default_language}.md")
    found, missing = _attachment_files(root, attachments, languages, default_language)
    if missing:
        raise ConfigurationError(f"{missing[0].what}: {missing[0].why}; {missing[0].cure}", missing)
    manifest = {"folder": name, "attachments": list(attachments), "default_language": default_language}
    return {MANIFEST: json.dumps(manifest, sort_keys=True).encode(), **templates, **found}


def read_attachments(attachments: Iterable[str], root: Path) -> tuple[bytes, ...]:
    """The files that go with letters, in every language that has one; what cannot be read is left out."""
    patterns = ["*".join(map(glob.escape, str(root / one).split("{language}"))) for one in attachments]
    found = []
    for name in dict.fromkeys(name for pattern in patterns for name in sorted(glob.glob(pattern))):  # noqa: PTH207  absolute ones too
        with contextlib.suppress(OSError):
            found.append(_content(Path(name)))
    return tuple(found)


def _content(path: Path) -> bytes:
    with open_plain(path) as file:
        return file.read()


def _template_files(folder: Path, name: str) -> dict[str, bytes]:
    try:
        found = sorted(path for path in folder.iterdir() if _TEMPLATE.fullmatch(path.name))
        return {f"{name}/{path.name}": path.read_bytes() for path in found}
    except OSError as error:
        where = error.filename or folder
        raise ConfigurationError(f"the letters in {where} cannot be read: {error.strerror}") from error


def _attachment_files(
    root: Path, patterns: Iterable[str], languages: Iterable[str], default: str
) -> tuple[dict[str, bytes], tuple[Finding, ...]]:
    """The attachments by name, and what is missing."""
    files: dict[str, bytes] = {}
    missing: dict[str, Finding] = {}
    for name in _attachment_names(root, patterns, languages, default):
        try:
            files[name] = files.get(name) or _content(root / name)
        except OSError as error:
            missing[name] = _unreadable(name, error)
    return files, tuple(missing.values())


def _attachment_names(root: Path, patterns: Iterable[str], languages: Iterable[str], default: str) -> Iterator[str]:
    """The attachments every language needs; one without a file of its own takes the default language's."""
    for pattern in patterns:
        for language in sorted(languages):
            own = pattern.replace("{language}", language)
            yield own if (root / own).is_file() else pattern.replace("{language}", default)


def _unreadable(name: str, error: OSError) -> Finding:
    why = f"the attachment cannot be read ({error.strerror})"
    return Finding(name, "[letters] attachments", why, "put the file there or correct the setting")
