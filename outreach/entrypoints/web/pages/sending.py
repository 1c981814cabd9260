"""How the mailing goes: live where a script runs, at each look elsewhere; with pause and resume."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from outreach.campaign.posting import pause, resume
from outreach.campaign.underway import underway
from outreach.entrypoints.web.visit import Visit
from outreach.model import UsageError

PROGRESS = "/letters/sending"
TEMPLATE = "letters/sending.html"
LOOK = 0.5  # seconds between two looks while letters leave
LONGEST = 120  # looks of one stream; then the browser asks again, and it is asked again who that is
ASK_AGAIN = 2000  # milliseconds


def sending_page(visit: Visit) -> Response:
    """Shows how the mailing goes."""
    return visit.page(TEMPLATE, part="state", **now_values(visit))


def now_values(visit: Visit) -> dict[str, Any]:
    """What the live part of the page shows."""
    now = underway(visit.desk)
    who = visit.site.sender.now()
    moving = now.leaving > 0 and not now.paused and now.held is None and who.by_anybody
    return {"now": now, "who": who, "moving": moving}


def events(visit: Visit) -> Response:
    """The same again and again while letters leave (server-sent events, HTML standard §9.2)."""
    return StreamingResponse(_stream(visit), media_type="text/event-stream")


async def _stream(visit: Visit) -> AsyncIterator[str]:
    yield f"retry: {ASK_AGAIN}\n\n"
    last = ""
    for _ in range(LONGEST):
        html, moving = await run_in_threadpool(_state, visit)
        if html != last:
            yield f"data: {json.dumps(html)}\n\n"
            last = html
        if not moving or visit.site.sender.is_stopping:
            return
        await asyncio.sleep(LOOK)


def _state(visit: Visit) -> tuple[str, bool]:
    values = now_values(visit)
    return visit.part(TEMPLATE, "state", **values).body.decode(), values["moving"]  # type: ignore[union-attr]


def turn(visit: Visit) -> Response:
    """Pauses, or lets letters leave again."""
    act = visit.field("act")
    if act == "pause":
        pause(visit.desk)
        return visit.go(PROGRESS, visit.say("Sending is paused. The letter in hand is finished, no other leaves."))
    if act != "go":
        message = "say whether to pause or to go on"
        raise UsageError(message)
    resume(visit.desk)
    visit.site.sender.wake()
    return visit.go(PROGRESS, visit.say("Sending goes on."))
