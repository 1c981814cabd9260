"""The command line in a process of its own for each call, forked from one that has imported everything already.

A story calls it some dozens of times, and to import it takes longer than what it does. Where it matters how a program
starts, `start` begins with an empty Python.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from outreach.entrypoints.cli.app import run

PATIENCE = 60.0  # seconds
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.stories.warm"])


def call(arguments: Sequence[str], environment: Mapping[str, str], keys: str) -> tuple[int, str, str]:
    """The exit code, stdout and stderr of `outreach ARGUMENTS` with what is typed in."""
    with TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "in").write_text(keys, encoding="utf-8")
        child = FORKS.Process(target=_child, args=(list(arguments), dict(environment), folder))
        child.start()
        child.join(PATIENCE)
        assert child.exitcode is not None, f"outreach {' '.join(arguments)} still runs after {PATIENCE} s"
        said = [(place / name).read_text(encoding="utf-8") for name in ("out", "err")]
        return child.exitcode, said[0], said[1]


def start(arguments: Sequence[str], environment: Mapping[str, str], keys: str) -> tuple[int, str, str]:
    """The same of `python -m outreach ARGUMENTS`."""
    program = [sys.executable, "-m", "outreach", *arguments]
    done = subprocess.run(
        program, capture_output=True, text=True, input=keys, env=environment, timeout=PATIENCE, check=False
    )
    return done.returncode, done.stdout, done.stderr


def _child(arguments: Sequence[str], environment: Mapping[str, str], folder: str) -> None:
    os.environ.clear()
    os.environ.update(environment)
    for number, name in enumerate(("in", "out", "err")):
        os.dup2(os.open(Path(folder, name), os.O_RDWR | os.O_CREAT, 0o600), number)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115  as long as the process
    sys.argv = ["outreach", *arguments]
    try:
        code = run(list(arguments))
    except Exception:  # noqa: BLE001  told as Python tells it
        traceback.print_exc()
        code = 1
    sys.exit(code)
