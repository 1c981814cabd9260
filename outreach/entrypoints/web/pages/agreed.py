"""What is said around an agreement: that letters have changed since they were seen, and what holds those queued."""

from __future__ import annotations

import re

from outreach.campaign.letters.agreement import ChangedError
from outreach.campaign.our_list import filled_list
from outreach.campaign.sending.underway import underway
from outreach.entrypoints.web.sayings import said
from outreach.entrypoints.web.visit import Visit
from outreach.model import OutreachError

# Between thousands, as the languages of the page write them: 1,000 · 1.000 · 1 000.
BETWEEN = re.compile(r"(?<=\d)[\s.,](?=\d{3}(?!\d))")


class OtherNumberError(OutreachError):
    """The number typed is not the number of letters; nothing was queued. What was typed is its message."""


def typed_number(visit: Visit) -> str:
    """The number that was typed, as it is written without signs between its thousands."""
    return BETWEEN.sub("", visit.field("number").strip())


def nobody(visit: Visit) -> bool:
    """Whether contacts are still to come: nobody is enrolled, and no list lies in the campaign's folder."""
    return not visit.desk.store.figures.enrolled() and not filled_list(visit.desk)


def what_changed(visit: Visit, error: ChangedError) -> str:
    """How the letters of now are other than those that the person saw: “3 more, 1 fewer, 2 changed”."""
    found = error.difference
    if found is None:
        return visit.say("The letters are no longer those that you saw. Nothing was queued; please look once more.")
    parts = (
        (found.more, visit.say_number("%(num)s more letter", "%(num)s more letters", found.more)),
        (found.fewer, visit.say_number("%(num)s letter fewer", "%(num)s letters fewer", found.fewer)),
        (found.changed, visit.say_number("%(num)s letter changed", "%(num)s letters changed", found.changed)),
    )
    return visit.say(
        "Since you looked: %(changes)s. Nothing was queued; please look once more.",
        changes=", ".join(words for number, words in parts if number),
    )


def queued_now(visit: Visit, number: int) -> str:
    """That letters are queued; and that they leave now, or what holds them."""
    if not number:
        return visit.say("No letter was queued.")
    held = _what_holds(visit)
    if not held:
        return visit.say_number("%(num)s letter is on its way.", "%(num)s letters are on their way.", number)
    return visit.say_number("%(num)s letter is queued.", "%(num)s letters are queued.", number) + f" {held}"


def _what_holds(visit: Visit) -> str:
    """Why nothing leaves at this moment; "" if it does."""
    now = underway(visit.desk)
    if now.paused is not None:
        why = said(visit.say, now.paused)
        return visit.say("Sending is paused (%(why)s); go on sending to let them leave.", why=why)
    if now.held is not None:
        until = visit.moment(now.held.until)
        return visit.say("The mail server’s limits hold them back until %(moment)s.", moment=until)
    if not now.leaving and now.next_due is not None:
        return visit.say("The next may leave on %(moment)s.", moment=visit.moment(now.next_due))
    return ""
