"""What people did that states no fact about an invitee: test letters, accounts, erasures; who, when, about whom."""

from __future__ import annotations

from starlette.responses import Response

from outreach.adapters.store.log.audit import Audited, Deed
from outreach.entrypoints.web.visit import Visit
from outreach.entrypoints.web.words import LETTERS, ROLES, mark
from outreach.model import LetterKind

MOST = 500  # lines that are shown
DEEDS = {
    Deed.TEST_LETTER: mark("sent a test letter (%(letter)s) to %(to)s"),
    Deed.ACCOUNT_ADDED: mark("invited %(name)s as %(role)s"),
    Deed.ACCOUNT_INVITED: mark("made a new invitation for %(name)s"),
    Deed.ACCOUNT_ROLE: mark("gave %(name)s the role “%(role)s”"),
    Deed.ACCOUNT_ENDED: mark("logged %(name)s out everywhere"),
    Deed.ACCOUNT_REMOVED: mark("took the account of %(name)s away"),
    Deed.ERASED: mark("erased the personal data of %(invitee)s"),
    Deed.RENAMED: mark("gave %(invitee)s another name: %(was)s → %(became)s"),
}


def audit_page(visit: Visit) -> Response:
    """The last lines, the newest first."""
    lines = visit.desk.store.audit.latest(MOST)
    return visit.page("audit/page.html", lines=[(line, in_words(visit, line)) for line in lines], most=MOST)


def in_words(visit: Visit, line: Audited) -> str:
    """What was done, in the person's words."""
    about = dict(line.about)
    if (role := about.get("role")) is not None:
        about["role"] = visit.say(ROLES[role])
    if "letter" in about:
        kind, _, step = about["letter"].partition(" ")
        about["letter"] = f"{visit.say(LETTERS[LetterKind(kind)])} {step}".strip()
    return visit.say(DEEDS[line.what]) % about
