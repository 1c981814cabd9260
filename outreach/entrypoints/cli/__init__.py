"""The command line: one module a group of commands, loaded only when it is called."""

from __future__ import annotations

import sys


def main() -> None:
    """Runs the command line and exits with the contract's code."""
    from outreach.entrypoints.cli.app import run  # noqa: PLC0415

    sys.exit(run(sys.argv[1:]))
