"""How the mailing goes: live where a script runs, at each look elsewhere; with pause and resume."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from outreach.campaign.sending.posting import pause, resume
from outreach.campaign.sending.underway import underway
from outreach.entrypoints.web.visit import Visit
from outreach.model import Sentence, UsageError

PROGRESS = "/letters/sending"
TEMPLATE = "letters/sending.html"
LOOK = 0.5  # seconds between two looks while letters leave
LOOKS_SKIPPED = 6  # while none leaves: there is a look every three seconds
STILL_HERE = 15.0  # seconds of silence after which a comment is sent
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
    """The same again and again (server-sent events, HTML standard §9.2)."""
    return StreamingResponse(_stream(visit), media_type="text/event-stream")


async def _stream(visit: Visit) -> AsyncIterator[str]:
    """What is new, and a comment where nothing is (so that nobody on the way takes the stream for dead).

    It ends with the session, and with the page.
    """
    yield f"retry: {ASK_AGAIN}\n\n"
    last, quiet = "", 0.0
    while (state := await run_in_threadpool(_state, visit)) is not None:
        html, moving = state
        if html != last:
            yield f"data: {json.dumps(html)}\n\n"
            last, quiet = html, 0.0
        elif quiet >= STILL_HERE:
            yield ":\n\n"
            quiet = 0.0
        for _ in range(1 if moving else LOOKS_SKIPPED):
            if visit.site.sender.is_stopping:
                return
            await asyncio.sleep(LOOK)
            quiet += LOOK


def _state(visit: Visit) -> tuple[str, bool] | None:
    """What the page shows, and whether letters leave; None once the session is over."""
    if not visit.is_still_in():
        return None
    values = now_values(visit)
    return visit.part(TEMPLATE, "state", **values).body.decode(), values["moving"]  # type: ignore[union-attr]


def turn(visit: Visit) -> Response:
    """Pauses, or lets letters leave again."""
    act = visit.field("act")
    if act == "pause":
        pause(visit.desk)
        return visit.go(PROGRESS, visit.say("Sending is paused. The letter in hand is finished, no other leaves."))
    if act != "go":
        message = Sentence("say whether to pause or to go on")
        raise UsageError(message)
    resume(visit.desk)
    visit.site.sender.wake()
    return visit.go(PROGRESS, visit.say("Sending goes on."))
