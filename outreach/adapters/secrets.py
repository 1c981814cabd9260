"""Passwords from outside the settings, and the key of the reference tokens beside the database."""

from __future__ import annotations

import os
import secrets
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
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read_key(path)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        key = secrets.token_bytes(KEY_BYTES)
        file.write(key.hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    return key


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
