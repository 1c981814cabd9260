"""Turns what asks a process to end into a wish: the letter in hand is finished first."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # Ctrl-C, a service manager, a terminal that is closed


@contextmanager
def stop_signal(stop: threading.Event | None = None) -> Iterator[threading.Event]:
    """Sets the event when the process is asked to end; what is ignored, as under `nohup`, stays so."""
    stop = stop or threading.Event()
    before = {}
    if threading.current_thread() is threading.main_thread():
        for number in STOPS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                before[number] = signal.signal(number, lambda *_: stop.set())
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
