"""Writes the documents that are made from the code: docs/settings.md."""

from __future__ import annotations

from pathlib import Path

from outreach.adapters.config import settings_reference

DOCS = Path(__file__).resolve().parents[2] / "docs"


def main() -> None:
    """Writes them anew."""
    (DOCS / "settings.md").write_text(settings_reference(), encoding="utf-8")


if __name__ == "__main__":
    main()
