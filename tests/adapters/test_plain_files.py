"""What has no end or no beginning is refused wherever a file is named; nothing waits for it."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from outreach.adapters.maildir import read_source
from outreach.adapters.sheets.sheet import read_rows
from outreach.campaign.reports.explain import explain
from outreach.model import ConfigurationError, OutreachError

MAIL = b"From: a@northam.example\nSubject: Hello\n\nHello\n"


def pipe(folder: Path) -> Path:
    path = folder / "pipe.eml"
    os.mkfifo(path)
    return path


def wire(folder: Path) -> Path:
    path = folder / "wire.eml"
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(path))
    return path


ENDLESS = [pipe, wire, lambda _: Path("/dev/zero"), lambda _: Path("/dev/tty")]


@pytest.mark.parametrize("make", ENDLESS)
def test_a_mail(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    """`read` says so and goes on with the next."""
    assert explain(make(tmp_path)).problem == "the file cannot be read: it is a pipe or a device, and not a file"


@pytest.mark.parametrize("make", ENDLESS)
def test_mails_to_be_taken_in(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    """`collect` stops and says which."""
    path = make(tmp_path)
    with pytest.raises(OutreachError, match=f"{path} cannot be read: it is a pipe or a device"):
        list(read_source(path))


@pytest.mark.parametrize("make", ENDLESS)
def test_a_list_of_contacts(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    """`contacts import` likewise."""
    with pytest.raises(ConfigurationError, match="it is a pipe or a device"):
        read_rows(make(tmp_path))


def test_what_the_shell_opened_is_read() -> None:
    """`outreach read <(…)`: a pipe that has a writer."""
    here, there = os.pipe()
    os.write(there, MAIL)
    os.close(there)
    try:
        assert explain(Path(f"/dev/fd/{here}")).problem is None
    finally:
        os.close(here)
