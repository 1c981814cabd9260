"""The systemd unit of docs/: systemd accepts it, and it agrees with the program that it starts."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from outreach.adapters.config import sample_settings
from outreach.entrypoints.cli.app import COMMANDS
from outreach.model import ConfigurationError, LoginRefusedError

UNIT = (Path(__file__).resolve().parents[1] / "docs" / "outreach.service").read_text(encoding="utf-8")


def value(key: str) -> str:
    """The one value of a key of the unit."""
    (found,) = re.findall(rf"(?m)^{key}=(.*)$", UNIT)
    return str(found)


@pytest.mark.real_server
def test_systemd_finds_nothing_wrong(tmp_path: Path) -> None:
    """`systemd-analyze verify`; the program and the folder need not be installed for it."""
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.fail("systemd-analyze is missing: apt-get install systemd")
    copy = tmp_path / "outreach.service"
    copy.write_text(re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", UNIT), encoding="utf-8")
    done = subprocess.run([program, "verify", str(copy)], capture_output=True, text=True, check=False)
    assert "outreach.service" not in done.stderr, done.stderr


def test_it_starts_the_daemon() -> None:
    """The command exists, and the folder it is given is the one that it may write to."""
    _program, option, folder, command = value("ExecStart").split()
    assert option == "--folder"
    assert command in COMMANDS
    assert value("ReadWritePaths") == folder


def test_it_does_not_restart_what_does_not_mend_itself() -> None:
    """Wrong settings and a refused login end the service; anything else starts it again."""
    codes = {int(code) for code in value("RestartPreventExitStatus").split()}
    assert value("Restart") == "on-failure"
    assert codes == {ConfigurationError.exit_code, LoginRefusedError.exit_code}


def test_its_credentials_are_those_of_the_settings() -> None:
    """Systemd hands the passwords over under the names that the sample of config.toml has."""
    names = set(re.findall(r"(?m)^LoadCredential=([^:]+):", UNIT))
    assert names == set(re.findall(r'password_env = "(\w+)"', sample_settings()))


def test_it_waits_longer_than_the_daemon_needs() -> None:
    """The daemon ends within 30 seconds of SIGTERM."""
    assert value("KillSignal") == "SIGTERM"
    assert int(value("TimeoutStopSec")) > 30
