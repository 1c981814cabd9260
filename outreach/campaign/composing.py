"""Composes the letters of a pass; where there are many in a process of its own, so that two cores work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from outreach.adapters.worker import Worker, WorkerLostError
from outreach.campaign.desk import Desk
from outreach.campaign.wire import letter_parts, parts_of
from outreach.core.letters.mime import AttachedFile, LetterError, file_part
from outreach.core.letters.stationery import Stationery
from outreach.model import Letter, OutreachError, TryAgainLaterError
from outreach.settings import Settings

FEW = 5_000  # letters of a pass for which a process is not worth its start (measured: dearer at 1,500)
SCRIBE = "outreach.campaign.composing:Scribe"

Asked = tuple[Letter, datetime]  # and its Date
Parts = tuple[bytes, ...]
Sparse = tuple[bytes | int, ...]  # an attachment that goes with many is named by its number


@dataclass(frozen=True, slots=True)
class Order:
    """Letters to compose, and what was not told yet of what they are made from."""

    settings: Settings
    editions: Mapping[int, Mapping[str, bytes]]
    letters: Sequence[Asked]


class Scribe:
    """Composes letters in the child process."""

    def __init__(self) -> None:
        self._editions: dict[int, Stationery] = {}

    def __call__(self, order: Order) -> list[tuple[int, Sparse | str]]:
        """Each letter's number and its parts, or why there are none; then it is the last one."""
        self._editions |= {number: Stationery.from_files(files) for number, files in order.editions.items()}
        made: list[tuple[int, Sparse | str]] = []
        for letter, moment in order.letters:
            try:
                made.append((letter.id, self._compose(order.settings, letter, moment)))
            except OutreachError as error:
                made.append((letter.id, str(error)))
                break
        return made

    def _compose(self, settings: Settings, letter: Letter, moment: datetime) -> Sparse:
        stationery = self._editions[letter.edition]
        numbers = {id(part): number for number, part in enumerate(_shared(stationery, letter))}
        parts = parts_of(stationery, settings, letter, moment)
        return tuple(numbers.get(id(part), part) for part in parts)


def _shared(stationery: Stationery, letter: Letter) -> list[bytes]:
    """The parts that the letter has in common with others: each is the same object every time."""
    attached: Sequence[AttachedFile] = stationery.attachments_for(letter.key.kind, letter.language)
    return [file_part(one) for one in attached]


class Composing:
    """Where the letters of one pass are composed."""

    def __init__(self, desk: Desk, letters: int = 0) -> None:
        """`letters`: about how many there will be."""
        self._desk = desk
        self._worker = Worker(SCRIBE) if letters >= FEW else None
        self._told: set[int] = set()  # editions that the child has

    async def compose(self, letters: Sequence[Asked]) -> list[Parts | OutreachError]:
        """The parts of each letter, in order, up to the first that cannot be composed, and why that is so.

        Raises:
            TryAgainLaterError: The database is away.
        """
        if self._worker is not None and len(letters) > 1:
            try:
                return await self._elsewhere(self._worker, letters)
            except WorkerLostError:  # it is as quick as it was without one
                self._worker = None
        return self._here(letters)

    async def _elsewhere(self, worker: Worker, letters: Sequence[Asked]) -> list[Parts | OutreachError]:
        new = {letter.edition for letter, _ in letters} - self._told
        editions = {number: self._desk.frozen(number).files for number in new}
        self._told |= new
        found: list[tuple[int, Sparse | str]] = await worker.ask(Order(self._desk.settings, editions, letters))
        return [self._whole(letter, *one) for (letter, _), one in zip(letters, found, strict=False)]

    def _whole(self, letter: Letter, number: int, made: Sparse | str) -> Parts | OutreachError:
        """The parts with the attachments in their places."""
        if isinstance(made, str):
            return LetterError(made)
        shared = _shared(self._desk.frozen(letter.edition), letter)
        parts = tuple(shared[part] if isinstance(part, int) else part for part in made)
        if number != letter.id or f"\nMessage-ID: {letter.message_id}\r\n".encode() not in parts[0]:
            return LetterError(f"letter {letter.id} was composed as another one; it was not sent")
        return parts

    def _here(self, letters: Sequence[Asked]) -> list[Parts | OutreachError]:
        made: list[Parts | OutreachError] = []
        for letter, moment in letters:
            try:
                made.append(letter_parts(self._desk, letter, moment))
            except TryAgainLaterError:
                raise  # the database is away, and the letter is not to blame
            except OutreachError as error:
                made.append(error)
                break
        return made

    async def close(self) -> None:
        """Ends the child process."""
        if self._worker is not None:
            await self._worker.ended()
