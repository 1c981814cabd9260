"""May this mail speak for that invitee: the table of docs/reading.md, in one place."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from outreach.core.authentication import Proof, aligned, authentication
from outreach.core.lookalikes import looks_like
from outreach.core.shared_domains import is_shared, mail_domain
from outreach.model import Mailbox, Match, Message, Reading, ReadingKind, Trust, Verdict

SAFE_SIDE = frozenset({ReadingKind.WITHDRAW, ReadingKind.UNSUBSCRIBE})
CLOCKS_DIFFER = timedelta(days=1)
BY_SENDER = frozenset({"address", "domain", "remembered"})  # how a mail is matched by who sends it
LIST_HEADERS = ("list-id", "list-post", "mailing-list")


class Sender(StrEnum):
    """Who the sender is to the invitee."""

    CONTACT = "contact"
    SAME_DOMAIN = "same domain"
    SHARED_DOMAIN = "shared domain"
    OTHER_DOMAIN = "other domain"
    OURSELVES = "ourselves"
    NOBODY = "null sender"


_WHO = {
    Sender.CONTACT: "comes from an address that we know",
    Sender.SAME_DOMAIN: "comes from another person at the mail domain we wrote to",
    Sender.SHARED_DOMAIN: "comes from a mail domain that several invitees share",
    Sender.OTHER_DOMAIN: "comes from another mail domain than the one we wrote to",
    Sender.OURSELVES: "claims to come from our own address",
    Sender.NOBODY: "has no sender",
}


def judge(
    message: Message,
    match: Match,
    reading: Reading,
    *,
    known_addresses: frozenset[str],
    own_addresses: frozenset[str],
    own_message: bool,
    authserv_id: str,
    shared_domains: frozenset[str] = frozenset(),
    invited_at: datetime | None = None,
    another: str = "",
) -> Trust:
    """May this mail speak for the invitee it was matched to, and why in plain words.

    The thread counts as proven by a genuine reference or by a Message-ID of ours; it proves the thread, not the
    person: a confirmation needs the sender too, a withdrawal does not.

    Args:
        message: The mail.
        match: Whose it is.
        reading: What it says.
        known_addresses: Of the invitee, lower-cased.
        own_addresses: Ours.
        own_message: It is a letter of ours, byte for byte.
        authserv_id: Whose Authentication-Results header is believed; "" for nobody's.
        shared_domains: Mail domains that several invitees have.
        invited_at: When our first letter went.
        another: Why the person we wrote to, or a colleague, may speak for another place, or a notice be another
            invitee's; "" for no reason.
    """
    if reading.kind is ReadingKind.BOUNCE:
        return _bounce(match, another)
    if own_message:
        return Trust(Verdict.IGNORE, "our own letter")
    proof = authentication(message, authserv_id)
    sender = _sender(message, known_addresses, own_addresses, shared_domains)
    trust = _by_proof(message, match, reading.kind, proof, sender, known_addresses, invited_at)
    theirs = sender in (Sender.CONTACT, Sender.SAME_DOMAIN)
    if another and theirs and reading.kind not in SAFE_SIDE and trust.verdict is Verdict.RECORDED:
        return Trust(Verdict.REVIEW, f"{trust.why}; but it {another}", signed=trust.signed)
    return trust


def _by_proof(
    message: Message,
    match: Match,
    kind: ReadingKind,
    proof: Proof,
    sender: Sender,
    known: frozenset[str],
    invited_at: datetime | None,
) -> Trust:
    signed = proof is Proof.PASS
    threaded = match.token == "ok" or match.matched_by == "thread"  # noqa: S105
    wants_out = threaded and kind in SAFE_SIDE
    if warning := _warning(message, match, sender, known, wants_out=wants_out):
        return Trust(Verdict.REVIEW, warning, alert=True, signed=signed)
    if wants_out:
        return Trust(Verdict.RECORDED, "answers our letter; a request to stop is believed at once", signed=signed)
    if proof is Proof.FAIL:
        why = f"{_WHO[sender]}, but its mail server says the sender is not genuine"
        return Trust(Verdict.REVIEW, why, alert=True)
    if doubt := _doubt(message, match, sender, signed=signed, invited_at=invited_at):
        return Trust(Verdict.REVIEW, doubt, signed=signed)
    return _table(message, match, sender, signed=signed, threaded=threaded)


def _table(message: Message, match: Match, sender: Sender, *, signed: bool, threaded: bool) -> Trust:
    if not threaded and match.matched_by not in BY_SENDER:
        # A town that is not invited may have a name, a language or a person in common with one that is.
        return Trust(Verdict.REVIEW, "is matched by its words alone, which may be another town's", signed=signed)
    how = "answers our letter" if threaded else "is no answer to our letter"
    why = f"{_WHO[sender]}; {how}; {_seal(message, sender) if signed else 'unsigned'}"
    by_contact = sender is Sender.CONTACT and (threaded or signed)
    by_colleague = sender is Sender.SAME_DOMAIN and threaded and signed
    return Trust(Verdict.RECORDED if by_contact or by_colleague else Verdict.REVIEW, why, signed=signed)


def _seal(message: Message, sender: Sender) -> str:
    if is_shared(_domain(message)):
        return "signed by a mail provider that anybody can use"
    own = sender in (Sender.CONTACT, Sender.SAME_DOMAIN)
    return "signed by the town hall's own domain" if own else "signed by its own domain, which we do not know"


def _bounce(match: Match, another: str) -> Trust:
    """A notice is believed only if it returns a letter of ours; others are backscatter (RFC 5321 §4.5.5)."""
    if another:
        return Trust(Verdict.REVIEW, f"returns our letter; but it {another}")
    if match.token == "ok" or match.matched_by in ("thread", "token"):  # noqa: S105
        return Trust(Verdict.RECORDED, "returns our letter")
    if match.matched_by in ("address", "other_address") and match.number is not None:
        return Trust(Verdict.REVIEW, "names an address that we wrote to, but returns no letter of ours")
    return Trust(Verdict.IGNORE, "a notice that returns no letter of ours")


# ---------------------------------------------------------------- the sender


def _domain(message: Message) -> str:
    return message.from_[0].domain if message.from_ else ""


def _sender(message: Message, known: frozenset[str], own: frozenset[str], shared: frozenset[str]) -> Sender:
    address = message.from_[0].address if message.from_ else ""
    if not address or address.startswith(("mailer-daemon@", "postmaster@")):
        return Sender.NOBODY
    if address in own:
        return Sender.OURSELVES
    if address in known:
        return Sender.CONTACT
    domain = _domain(message)
    # A colleague writes from the domain we wrote to or from one below it, not from one beside or above it.
    homes = [home for one in known if (home := mail_domain(one)) and (domain == home or domain.endswith(f".{home}"))]
    if not homes:
        return Sender.OTHER_DOMAIN
    return Sender.SHARED_DOMAIN if shared.intersection((domain, *homes)) else Sender.SAME_DOMAIN


# ---------------------------------------------------------------- what looks forged


def _warning(message: Message, match: Match, sender: Sender, known: frozenset[str], *, wants_out: bool) -> str:
    """Why a mail is shown in red; "" where nothing looks forged. Who wants out need not show who he is."""
    if match.token == "forged":  # noqa: S105
        return "carries a reference that is not genuine"
    if sender is Sender.OURSELVES:
        return _WHO[sender]
    if wants_out:
        return ""
    if trick := _trick(message):
        return trick
    if sender is Sender.OTHER_DOMAIN:
        homes = sorted({home for one in known if (home := mail_domain(one))})
        if model := looks_like(_domain(message), homes):
            return f"its mail domain {_domain(message)} looks like {model}, and is another"
    return ""


def _trick(message: Message) -> str:
    raw = message.all_headers("from")
    if len(message.from_) > 1:
        return "names several senders at once"
    if len(raw) > 1:
        return "has two From lines"
    if any(_hides(value) for value in raw):
        return "has a From line with a forbidden character"
    if raw and re.search(r":[^;]*;", re.sub(r'"[^"]*"', "", raw[0])):
        return "hides its sender in a group"
    if raw and re.search(r"<\s*@", raw[0]):  # RFC 5322 §4.4: obsolete, and no mail program writes it
        return "shows a way to its sender, whose first stop is another"
    return _false_name(message.from_[0]) if message.from_ else ""


def _hides(value: str) -> bool:
    """NUL and other control characters, and those that turn or hide what follows (Unicode classes Cc and Cf)."""
    return any(unicodedata.category(char) in ("Cc", "Cf") and char not in "\t\r\n" for char in value)


def _false_name(box: Mailbox) -> str:
    if box.address.count("@") != 1:
        return "has an address that cannot be"
    shown = unicodedata.normalize("NFKC", box.name).strip("'\"<>()[] ").lower()
    if "@" in shown and not shown.endswith(box.address):
        return "shows one address and comes from another"
    return ""


# ---------------------------------------------------------------- what a person should look at


def _doubt(message: Message, match: Match, sender: Sender, *, signed: bool, invited_at: datetime | None) -> str:
    """Why a mail that shows nothing false is still for a person; "" for none."""
    if match.matched_by == "remembered" and sender in (Sender.OTHER_DOMAIN, Sender.SHARED_DOMAIN):
        # A person said whose mail this sender's was, not that the sender may say yes for ever.
        return "a person filed this sender's mail here before; this one is new"
    if invited_at is not None and message.date is not None and message.date < invited_at - CLOCKS_DIFFER:
        return "is dated before our letter, as an old mail sent again would be"
    if any(message.header(name) for name in LIST_HEADERS):
        return "came through a mailing list"
    if signed:
        return ""
    if message.header("resent-from") or message.header("resent-sender"):
        return "was sent on by somebody, and is unsigned"
    if _elsewhere(message, message.sender):
        return "was handed in by another mail domain than its sender's, and is unsigned"
    if _elsewhere(message, message.reply_to):
        return "wants its answer at another mail domain, and is unsigned"
    return ""


def _elsewhere(message: Message, boxes: Iterable[Mailbox]) -> bool:
    domain = _domain(message)
    return any(box.address and not aligned(box.domain, domain) for box in boxes)
