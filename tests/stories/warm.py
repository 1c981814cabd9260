"""What the commands of a story have imported already when they begin; see forked.py."""

from __future__ import annotations

import importlib

from outreach.entrypoints.cli.app import COMMANDS
from outreach.languages import load_languages

for module in sorted({module for module, _ in COMMANDS.values()}):
    importlib.import_module(f"outreach.entrypoints.cli.{module}")
importlib.import_module("outreach.bootstrap")
load_languages()
