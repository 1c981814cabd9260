"""Who has the letter, who has not, and why; letters in doubt are settled here."""

from __future__ import annotations

from starlette.responses import Response

from outreach.adapters.store.letters.letter_list import Wanted
from outreach.campaign.sending.resolving import resolve
from outreach.campaign.sending.waiting import places
from outreach.entrypoints.web.sayings import said
from outreach.entrypoints.web.visit import Visit
from outreach.entrypoints.web.words import mark
from outreach.model import LetterState, Sentence, UsageError

HERE = "/letters/outbox"
PAGE = 100  # letters
WAITING = (LetterState.READY, LetterState.CLAIMED, LetterState.HANDING_OVER, LetterState.DEFERRED)
SHOWN = {
    "": (mark("all"), ()),
    "accepted": (mark("have the letter"), (LetterState.ACCEPTED,)),
    "waiting": (mark("wait"), WAITING),
    "in_doubt": (mark("are in doubt"), (LetterState.IN_DOUBT,)),
    "refused": (mark("were refused"), (LetterState.REFUSED,)),
    "withheld": (mark("were not sent"), (LetterState.WITHHELD,)),
}


def outbox_page(visit: Visit) -> Response:
    """The letters, the newest first."""
    desk = visit.desk
    state = visit.query.get("state", "")
    state = state if state in SHOWN else ""
    words = visit.query.get("q", "").strip()[:200]
    before = visit.query.get("before", "")
    start = int(before) if before.isdecimal() and len(before) < 16 else None  # noqa: PLR2004  digits of any letter
    letters = desk.store.letter_list.newest(Wanted(SHOWN[state][1], words), PAGE + 1, before=start)
    invitees = desk.store.register.some({letter.key.invitee for letter in letters})
    counts = desk.store.outbox.counts()
    return visit.page(
        "letters/outbox.html",
        part="rows",
        places=tuple(places(desk, letters[:PAGE], invitees)),
        more=letters[PAGE - 1].id if len(letters) > PAGE else None,
        state=state,
        words=words,
        shown=[(key, word, sum(counts[one] for one in states or counts)) for key, (word, states) in SHOWN.items()],
    )


def settle(visit: Visit) -> Response:
    """A person says what became of a letter in doubt."""
    verdict = visit.field("verdict")
    if verdict not in ("accepted", "resend"):
        message = Sentence("say whether the letter arrived or is to be sent again")
        raise UsageError(message)
    settled = resolve(visit.desk, visit.place["letter"], accepted=verdict == "accepted")
    visit.site.sender.wake()
    return visit.go(f"{HERE}?state=in_doubt", said(visit.say, settled))
