"""What a person agrees to before letters leave: who gets which words, put together so that any change is seen."""

from __future__ import annotations

import binascii
import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass, replace

from outreach.campaign.desk import Desk
from outreach.campaign.letters.mailing import compose
from outreach.campaign.steps import Step, told
from outreach.core.letters.stationery import Stationery
from outreach.model import Invitee, LetterKind, OutreachError, Sentence

HALF = 4  # bytes that stand for whose letter it is, and as many for what it says
MOST_SHOWN = 2000  # letters that a person sees one by one, leaf by leaf; what is agreed to is all of them
MOST_LISTED = 2500  # letters, each 11 characters of a form; of more it is only known that they are others

Wanted = tuple[Invitee, LetterKind, int]  # to whom, which letter, which reminder


@dataclass(frozen=True, slots=True)
class Difference:
    """How the letters of now are other than those that were agreed to."""

    more: int
    fewer: int
    changed: int  # the same letter, but other words, address or attachments


class ChangedError(OutreachError):
    """The letters are not those that somebody agreed to; nothing was queued."""

    def __init__(self, difference: Difference | None) -> None:
        super().__init__(Sentence("the letters have changed since they were looked at; nothing was queued: look again"))
        self.difference = difference  # None: it cannot be told


@dataclass(frozen=True, slots=True)
class Agreement:
    """The letters that somebody sees, each as two digests: whose it is, and what it says."""

    letters: dict[bytes, bytes]
    digest: str  # of all of them, whole

    @property
    def spelled(self) -> str:
        """As a form carries it."""
        if len(self.letters) > MOST_LISTED:
            return self.digest
        halves = b"".join(whose + what for whose, what in self._halves.items())
        return f"{self.digest}.{urlsafe_b64encode(halves).decode()}"

    @property
    def _halves(self) -> dict[bytes, bytes]:
        """The same, short enough for a form."""
        return {whose[:HALF]: what[:HALF] for whose, what in self.letters.items()}

    def refuse_unless(self, seen: str) -> None:
        """Goes on only if the letters are those that were seen.

        Raises:
            ChangedError: They are others.
        """
        digest, _, halves = seen.partition(".")
        if digest != self.digest:
            raise ChangedError(_difference(_read(halves), self._halves))


def agreement_on(desk: Desk, stationery: Stationery, letters: Iterable[Wanted]) -> Agreement:
    """What somebody agrees to who agrees to these letters.

    Raises:
        ConfigurationError: One of them cannot be made.
    """
    every = told(desk.tell, Step.COMPARE, [*letters])
    digests = sorted(_digests(desk, stationery, wanted) for wanted in every)
    whole = hashlib.sha256(b"".join(whose + what for whose, what in digests)).hexdigest()
    return Agreement(dict(digests), whole)


def still_agreed(desk: Desk, stationery: Stationery, agreed: Agreement, wanted: Wanted) -> bool:
    """Whether a letter is one of those that were agreed to, and says the same."""
    whose, what = _digests(desk, stationery, wanted)
    return agreed.letters.get(whose) == what


def _digests(desk: Desk, stationery: Stationery, wanted: Wanted) -> tuple[bytes, bytes]:
    """Whose letter it is, and what it says to whom. The reference is left out: it is drawn up when one is enrolled."""
    invitee, kind, step = wanted
    composed = compose(desk, stationery, replace(invitee, number=0), kind, step)
    words = composed.cast.digest(stationery.attachments_for(kind, composed.language))
    to = invitee.contact
    return _digest(invitee.id, kind.value, step), _digest(to.email, to.cc, composed.language, words)


def _digest(*parts: object) -> bytes:
    return hashlib.sha256(repr(parts).encode()).digest()


def _read(halves: str) -> dict[bytes, bytes] | None:
    try:
        plain = urlsafe_b64decode(halves.encode("ascii"))
    except (binascii.Error, UnicodeEncodeError):
        return None
    pieces = [plain[start : start + HALF] for start in range(0, len(plain), HALF)]
    return dict(zip(pieces[::2], pieces[1::2], strict=False)) or None


def _difference(seen: dict[bytes, bytes] | None, now: dict[bytes, bytes]) -> Difference | None:
    if seen is None:
        return None
    changed = sum(now[whose] != seen[whose] for whose in now.keys() & seen.keys())
    return Difference(len(now.keys() - seen.keys()), len(seen.keys() - now.keys()), changed)
