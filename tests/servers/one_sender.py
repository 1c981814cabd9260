"""A sender as a process of its own: passes until no letter of the campaign waits or is in anybody's hand."""

from __future__ import annotations

import contextlib
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

from outreach.bootstrap import SystemClock, open_desk, relay
from outreach.campaign.sending.posting import post
from outreach.model import BusyError, LetterState

LEFT = (LetterState.READY, LetterState.DEFERRED, LetterState.CLAIMED, LetterState.HANDING_OVER)
LEASE = timedelta(seconds=3)  # so that others soon take over


def main() -> None:
    """The folder is the first argument, the moment at which the clock begins the second."""
    folder, moment = sys.argv[1:]
    desk = open_desk(Path(folder), clock=SystemClock(datetime.fromisoformat(moment)))
    with relay(desk) as make_postman:
        while any(desk.store.outbox.counts()[state] for state in LEFT):
            with contextlib.suppress(BusyError):  # the others use every connection
                post(desk, make_postman, lease=LEASE)
            time.sleep(0.2)


if __name__ == "__main__":
    main()
