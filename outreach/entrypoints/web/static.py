"""The page's own files, read once and served by name: nothing else of the disk can be asked for."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "static"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file as it is sent."""

    content: bytes
    content_type: str
    version: str  # changes with the content


@cache
def static_files() -> dict[str, StaticFile]:
    """Every file by its name."""
    return {
        path.name: StaticFile(content, TYPES[path.suffix], hashlib.sha256(content).hexdigest()[:12])
        for path in sorted(FOLDER.iterdir())
        if path.suffix in TYPES
        for content in [path.read_bytes()]
    }


@cache
def address_of(name: str) -> str:
    """Where a browser finds a file; a new version has a new address, so that it may be kept for good."""
    return f"/static/{name}?v={static_files()[name].version}"
