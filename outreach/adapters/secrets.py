"""Passwords from outside the settings, and the key of the reference tokens beside the database."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from outreach.model import ConfigurationError

KEY_BYTES = 32


def password_for(env: str, file: str, *, where: str, what: str = "password") -> str:
    """The password that settings name: a systemd credential, else the file, else the environment variable.

    `what` is its name in the settings, which end in _env and _file.

    Raises:
        ConfigurationError: It is nowhere, or others may read the file.
    """
    credentials = os.environ.get("CREDENTIALS_DIRECTORY")
    if credentials and env and (path := Path(credentials) / env).is_file():
        return _first_line(path)
    if file:
        return _from_file(Path(file).expanduser(), f"{where} {what}_file")
    if env and (value := os.environ.get(env)):
        return value
    name = f"the environment variable {env}" if env else f"{what}_env or {what}_file"
    message = f"config.toml, {where}: no {what.replace('_', ' ')}; set {name}"
    raise ConfigurationError(message)


def _from_file(path: Path, where: str) -> str:
    try:
        mode = path.stat().st_mode
    except OSError as error:
        message = f"config.toml, {where}: {path} cannot be read: {error.strerror}"
        raise ConfigurationError(message) from error
    if mode & 0o077:
        message = f"{path} may be read by others; call: chmod 600 {path}"
        raise ConfigurationError(message)
    return _first_line(path)


def _first_line(path: Path) -> str:
    return path.read_text(encoding="utf-8").split("\n")[0].rstrip("\r")


def load_or_make_key(path: Path) -> bytes:
    """The key of the reference tokens; made at first use, readable by its owner only.

    Raises:
        ConfigurationError: The file is no key.
    """
    if not path.exists():
        _make_key(path)
    return _read_key(path)


def _make_key(path: Path) -> None:
    """The whole file at once, and never over another's: page and daemon may be started at the same moment."""
    made, key = path.with_name(f"{path.name}.{secrets.token_hex(8)}"), secrets.token_bytes(KEY_BYTES).hex()
    try:
        write_new(made, key)
        _take_name(path, made, key)
    finally:
        made.unlink(missing_ok=True)
    keep_names(path.parent)


def _take_name(path: Path, made: Path, key: str) -> None:
    with suppress(FileExistsError):  # another was quicker
        try:
            path.hardlink_to(made)
        except FileExistsError:
            raise
        except OSError:  # a file system that knows no links: not all at once, but over nobody's either
            write_new(path, key)


def write_new(path: Path, line: str) -> None:
    """A line in a file that was not there, kept by the disk; its owner alone may read it."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(line + "\n")
        file.flush()
        os.fsync(file.fileno())


def keep_names(folder: Path) -> None:
    """Waits until the disk has the names of a folder's files: a file that is kept may lose its name without."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _read_key(path: Path) -> bytes:
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        message = f"{path} is no key of outreach ({error}); put back the one from your backup"
        raise ConfigurationError(message) from error
    if len(key) != KEY_BYTES:
        message = f"{path} is no key of outreach; put back the one from your backup"
        raise ConfigurationError(message)
    return key
