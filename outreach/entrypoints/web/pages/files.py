"""Gives a browser the page's own files."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.responses import Response

from outreach.entrypoints.web.static import static_files
from outreach.entrypoints.web.visit import Visit

FOR_GOOD = "public, max-age=31536000, immutable"  # a new version has a new address


def static(visit: Visit) -> Response:
    """A style sheet, a script or a picture, by its name."""
    file = static_files().get(visit.place["name"])
    if file is None:
        raise HTTPException(404)
    return Response(file.content, media_type=file.content_type, headers={"Cache-Control": FOR_GOOD})
