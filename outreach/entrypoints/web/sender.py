"""Lets letters leave from the page's own process: one thread that posts what is due while the page is open."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from outreach.adapters.store.locks import is_held
from outreach.campaign.desk import Desk
from outreach.model import BusyError, LoginRefusedError, OutreachError

if TYPE_CHECKING:  # what sends is loaded when somebody sends
    from outreach.campaign.sending.posting import Progress
    from outreach.entrypoints.daemon import Backoff

logger = logging.getLogger(__name__)
LONGEST_REST = 30.0  # seconds until it is looked again whether something is due
SHORTEST_REST = 0.2
OTHERS_REST = 5.0
LAST_LETTER = 25.0  # seconds that the letter in hand has to end when the page stops


@dataclass(frozen=True, slots=True)
class Sending:
    """Who lets letters leave."""

    here: bool  # this page does, while it is open
    elsewhere: bool  # a daemon does
    problem: str  # why the last pass ended early; "" if it did not

    @property
    def by_anybody(self) -> bool:
        """Whether what waits will leave without anybody doing anything."""
        return self.here or self.elsewhere


class Sender:
    """Posts what is due from the first time it is asked to until the page ends."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._problem = ""

    def wake(self, *, soon: bool = False) -> None:
        """Something may leave now, or `soon`: within half a minute, so that it can still be taken back.

        Does nothing once the page is to stop.
        """
        with self._starting:
            if self._stop.is_set():
                return
            self._problem = ""
            if not soon:
                self._wake.set()
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="sender", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """Nothing new is begun; the letter in hand is finished."""
        with self._starting:
            self._stop.set()
            self._wake.set()

    def join(self) -> None:
        """Waits for the letter in hand."""
        if self._thread is not None:
            self._thread.join(LAST_LETTER)

    @property
    def is_stopping(self) -> bool:
        """Whether the page is to end."""
        return self._stop.is_set()

    def now(self) -> Sending:
        """Who lets letters leave at this moment."""
        here = self._thread is not None and self._thread.is_alive()
        return Sending(here, is_held(self._desk.store.engine, "daemon"), self._problem)

    # ------------------------------------------------------------ in its thread

    def _run(self) -> None:
        from outreach.entrypoints.daemon import Backoff  # noqa: PLC0415

        backoff = Backoff()
        self._wake.wait(LONGEST_REST)  # at once where somebody waits for it
        while not self._stop.is_set():
            self._wake.clear()
            try:
                rest = self._look(backoff)
            except BusyError:
                rest = OTHERS_REST  # another process sends them
            except LoginRefusedError as error:
                self._problem = str(error)
                return  # tried again and again it would lock the account: a person must ask for it
            except OutreachError as error:
                self._problem = str(error)
                rest = backoff.failed()
            except Exception:
                logger.exception("an unexpected fault while letters left; it is tried again")
                rest = backoff.failed()
            self._wake.wait(rest)

    def _look(self, backoff: Backoff) -> float:
        """One look whether something is due, and a pass if so; gives the seconds until the next.

        Raises:
            LoginRefusedError: The relay does not want us.
        """
        from outreach.campaign.sending.posting import anything_due  # noqa: PLC0415

        progress = self._pass() if anything_due(self._desk) else None
        if progress is None:
            backoff.worked()
            return LONGEST_REST
        rest = backoff.after(progress)
        if isinstance(progress.problem, LoginRefusedError):
            raise progress.problem
        if progress.problem is not None:
            self._problem = str(progress.problem)
            return rest
        self._problem = ""
        return SHORTEST_REST if progress.handled else LONGEST_REST

    def _pass(self) -> Progress:
        """One pass, as the command line makes it."""
        from outreach.bootstrap import relay  # noqa: PLC0415
        from outreach.campaign.sending.posting import post  # noqa: PLC0415
        from outreach.entrypoints.archive import fill_sent_folder, look_for_doubts  # noqa: PLC0415
        from outreach.entrypoints.mailroom import kinds_to_post  # noqa: PLC0415

        desk = self._desk
        look_for_doubts(desk, logger.info, logger.warning)
        kinds = partial(kinds_to_post, desk, self._stop.is_set)
        with relay(desk) as make_postman:
            progress = post(desk, make_postman, stop=self._stop.is_set, kinds=kinds)
        fill_sent_folder(desk, logger.info, logger.warning)
        return progress
