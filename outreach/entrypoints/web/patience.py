"""How long the page waits for somebody who sends slowly."""

from __future__ import annotations

import asyncio

from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

PATIENCE = 20.0  # seconds between two pieces of what is sent
ALTOGETHER = 120.0  # seconds for all of it


def within_patience(receive: Receive) -> Receive:
    """Gives up on a body that does not come: 408."""
    end = asyncio.get_running_loop().time() + ALTOGETHER

    async def receiving() -> Message:
        left = end - asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(min(PATIENCE, max(left, 0.0))):
                return await receive()
        except TimeoutError as error:
            raise HTTPException(408) from error

    return receiving
