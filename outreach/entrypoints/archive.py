"""What is done with copies of our letters around a pass of sending, and what `outreach check` says of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from outreach.bootstrap import archive, mailbox, relay, sent_folder
from outreach.campaign.desk import Desk
from outreach.campaign.sending.doubt import doubts, profile_of, settle_doubts
from outreach.campaign.sending.relay_test import learn_relay
from outreach.campaign.sending.restored import BY_HAND, Compared, compare
from outreach.campaign.sending.sent_copies import keep_copies
from outreach.core.counting import counted
from outreach.core.proof import profile_findings
from outreach.model import Finding, OutreachError, RelayProfile, UsageError

Say = Callable[[str], None]


def look_for_doubts(desk: Desk, say: Say, warn: Say) -> None:
    """Settles the letters in doubt whose time has come; a mailbox that is away is said, and they wait."""
    try:
        settled = settle_doubts(desk, lambda: archive(desk))
    except OutreachError as error:
        warn(f"letters in doubt wait: {error}")
        return
    if settled.words:
        say(settled.words)


def fill_sent_folder(desk: Desk, say: Say, warn: Say) -> None:
    """Puts copies of accepted letters into the Sent folder, where that is ours to do."""
    try:
        kept = keep_copies(desk, lambda: sent_folder(desk))
    except OutreachError as error:
        warn(f"copies for the Sent folder wait: {error}")
        return
    if kept.put:
        say(f"{counted(kept.put, 'letter was', 'letters were')} put into the Sent folder.")
    for problem in kept.problems:
        warn(problem)


def send_test(desk: Desk, seconds: float) -> RelayProfile:
    """Learns how the mail server behaves.

    Raises:
        UsageError: The campaign is a rehearsal, which has no mail server of its own.
    """
    if desk.settings.campaign.mode != "real":
        message = 'a rehearsal sends nothing to a mail server; set mode = "real" in config.toml first'
        raise UsageError(message)
    with mailbox(desk) as opened, relay(desk) as make_postman:
        return learn_relay(desk, make_postman, opened, seconds=seconds, wait=time.sleep)


def archive_findings(desk: Desk) -> Iterator[Finding]:
    """What is to be known of copies of our letters: how the relay behaves, letters in doubt, a restored database."""
    if desk.settings.campaign.mode != "real":
        return
    yield from profile_findings(desk.settings, profile_of(desk))
    for letter, words in doubts(desk).items():
        cure = f"outreach outbox resolve {letter} accepted (or: resend)"
        yield Finding(f"letter {letter} is in doubt", "outbox", words, cure, warning=True)
    was_restored = desk.store.passes.restored()
    try:
        compared = compare(desk, lambda: archive(desk))
    except OutreachError as error:
        why = "nothing is sent until the database was compared with the archive" if was_restored else "not compared"
        yield Finding(str(error), "the archive", why, "check again when the mailbox is back", warning=not was_restored)
        return
    yield from _comparison(compared, restored=was_restored)


def _comparison(compared: Compared, *, restored: bool) -> Iterator[Finding]:
    where = " and ".join(compared.folders) or "the archive"
    for folder in compared.missing:
        why = "copies of letters are looked for there"
        cure = "make the folder, or correct [inbox] archive_folder"
        yield Finding(f"the mailbox has no folder {folder}", "config.toml, [inbox]", why, cure, warning=True)
    if compared.sent:
        what = f"{counted(len(compared.sent), 'letter')} had left that this database did not know as sent"
        yield Finding(what, where, "; ".join(compared.sent[:20]), "nothing: counted as sent now", warning=True)
    if compared.unclear:
        ours = counted(len(compared.unclear), "letter of ours is", "letters of ours are")
        what = f"{ours} in the archive that this database does not know"
        yield Finding(what, where, "; ".join(compared.unclear[:20]), BY_HAND, warning=not restored)
    if restored and not compared.complete:
        what = "this database is older than the last letters, and the archive may not hold all of them"
        why = "nothing is sent: it is not known that a folder receives the copy of every letter"
        yield Finding(what, where, why, BY_HAND)
    elif restored and compared.is_proof:
        what = "this database was older than the last letters (a backup was restored?)"
        why = f"it was compared with {counted(compared.copies, 'copy', 'copies')} of our letters and knows them all now"
        yield Finding(what, where, why, "nothing: letters may leave again", warning=True)
