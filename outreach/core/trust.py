"""May this mail speak for that invitee: the table of docs/reading.md, in one place."""

from __future__ import annotations

import re
from enum import StrEnum

from outreach.core.places import own_domains
from outreach.core.shared_domains import is_shared
from outreach.model import Match, Message, Reading, ReadingKind, Trust, Verdict

_METHOD = re.compile(r"(dmarc|dkim)\s*=\s*(\w+)(?=\s|$)")
SAFE_SIDE = frozenset({ReadingKind.WITHDRAW, ReadingKind.UNSUBSCRIBE})


class Sender(StrEnum):
    """Who the sender is to the invitee."""

    CONTACT = "contact"
    SAME_DOMAIN = "same domain"
    OTHER_DOMAIN = "other domain"
    OURSELVES = "ourselves"
    NOBODY = "null sender"


class Proof(StrEnum):
    """What an Authentication-Results header that we believe says (RFC 8601)."""

    PASS = "pass"  # noqa: S105  not a password
    FAIL = "fail"
    NONE = "none"


def judge(
    message: Message,
    match: Match,
    reading: Reading,
    *,
    known_addresses: frozenset[str],
    own_addresses: frozenset[str],
    own_message: bool,
    authserv_id: str,
) -> Trust:
    """May this mail speak for the invitee it was matched to, and why in plain words.

    The thread counts as proven by a genuine reference or by a Message-ID of ours; it proves the thread, not the
    person: a confirmation needs the sender too, a withdrawal does not.
    """
    proof = authentication(message, authserv_id)
    sender = _sender(message, known_addresses, own_addresses)
    signed = proof is Proof.PASS
    if reading.kind is ReadingKind.BOUNCE:
        return _bounce(match)
    if own_message:
        return Trust(Verdict.IGNORE, "our own letter")
    if match.token == "forged":  # noqa: S105
        return Trust(Verdict.REVIEW, "carries a reference that is not genuine", alert=True, signed=signed)
    if trick := _trick(message):
        return Trust(Verdict.REVIEW, trick, alert=True, signed=signed)
    if sender is Sender.OURSELVES:
        return Trust(Verdict.REVIEW, "claims to come from our own address", alert=True, signed=signed)
    threaded = match.token == "ok" or match.matched_by == "thread"  # noqa: S105
    if threaded and reading.kind in SAFE_SIDE:
        return Trust(Verdict.RECORDED, "answers our letter; a request to stop is believed at once", signed=signed)
    if match.matched_by == "remembered" and sender is Sender.OTHER_DOMAIN and proof is not Proof.FAIL:
        # A person said whose mail this sender's was, not that the sender may say yes for ever.
        return Trust(Verdict.REVIEW, "a person filed this sender's mail here before; this one is new", signed=signed)
    return _table(sender, proof, threaded=threaded)


def _table(sender: Sender, proof: Proof, *, threaded: bool) -> Trust:
    who = {
        Sender.CONTACT: "comes from an address that we know",
        Sender.SAME_DOMAIN: "comes from another person at the mail domain we wrote to",
        Sender.OTHER_DOMAIN: "comes from another mail domain than the one we wrote to",
    }.get(sender, "has no sender")
    how = "answers our letter" if threaded else "is no answer to our letter"
    if proof is Proof.FAIL:
        return Trust(Verdict.REVIEW, f"{who}, but its mail server says the sender is not genuine", alert=True)
    signed = proof is Proof.PASS
    seal = "signed by the sender's own domain" if signed else "unsigned"
    why = f"{who}; {how}; {seal}"
    by_contact = sender is Sender.CONTACT and (threaded or signed)
    by_colleague = sender is Sender.SAME_DOMAIN and threaded and signed
    return Trust(Verdict.RECORDED if by_contact or by_colleague else Verdict.REVIEW, why, signed=signed)


def _bounce(match: Match) -> Trust:
    """A notice is believed only if it returns a letter of ours; others are backscatter (RFC 5321 §4.5.5)."""
    if match.token == "ok" or match.matched_by in ("thread", "token"):  # noqa: S105
        return Trust(Verdict.RECORDED, "returns our letter")
    if match.matched_by in ("address", "other_address") and match.number is not None:
        return Trust(Verdict.REVIEW, "names an address that we wrote to, but returns no letter of ours")
    return Trust(Verdict.IGNORE, "a notice that returns no letter of ours")


def _sender(message: Message, known: frozenset[str], own: frozenset[str]) -> Sender:
    address = message.from_[0].address if message.from_ else ""
    if not address or address.startswith(("mailer-daemon@", "postmaster@")):
        return Sender.NOBODY
    if address in own:
        return Sender.OURSELVES
    if address in known:
        return Sender.CONTACT
    domains = {domain for one in known for domain in own_domains(one)}
    return Sender.SAME_DOMAIN if domains.intersection(own_domains(address)) else Sender.OTHER_DOMAIN


def _trick(message: Message) -> str:
    if len(message.from_) > 1:
        return "names several senders at once"
    raw = message.all_headers("from")
    if len(raw) > 1:
        return "has two From lines"
    if any("\0" in value for value in raw):
        return "has a From line with a forbidden character"
    if raw and re.search(r":[^;]*;", re.sub(r'"[^"]*"', "", raw[0])):
        return "hides its sender in a group"
    box = message.from_[0] if message.from_ else None
    if box and "@" in box.name and not box.name.strip("'\"<> ").lower().endswith(box.address):
        return "shows one address and comes from another"
    return ""


def authentication(message: Message, authserv_id: str) -> Proof:
    """What the one Authentication-Results header of our own server says; without exactly one: nothing.

    It must stand above every Received line, where only our server writes (RFC 8601 §5).
    """
    if not authserv_id:
        return Proof.NONE
    wanted = authserv_id.lower().rstrip(".")
    claimed = [value for name, value in message.headers if name == "authentication-results" and _id(value) == wanted]
    if len(claimed) != 1 or not _on_top(message, claimed[0]):
        return Proof.NONE
    return _result(claimed[0], message.from_[0].address.rpartition("@")[2] if message.from_ else "")


def _id(value: str) -> str:
    return _bare(value).split(";")[0].strip().split(" ")[0].rstrip(".")


def _on_top(message: Message, value: str) -> bool:
    for name, content in message.headers:
        if name == "received":
            return False
        if name == "authentication-results" and content == value:
            return True
    return False


def _bare(value: str) -> str:
    """The header without quoted strings and comments, in which a sender may write what it likes."""
    unquoted = re.sub(r'"(?:\\.|[^"\\])*"', "", value.lower())
    return re.sub(r"\([^()]*\)", "", unquoted)


def _result(value: str, from_domain: str) -> Proof:
    methods = [part.strip() for part in _bare(value).split(";")[1:]]
    results = [(found.group(1), found.group(2), part) for part in methods if (found := _METHOD.match(part))]
    dmarc = {result for method, result, part in results if method == "dmarc" and _speaks_of(part, from_domain)}
    if dmarc:
        return Proof.PASS if dmarc == {"pass"} else Proof.FAIL if "fail" in dmarc else Proof.NONE
    dkim = [(result, part) for method, result, part in results if method == "dkim"]
    if any(result == "pass" and _aligned(_signer(part), from_domain) for result, part in dkim):
        return Proof.PASS
    return Proof.FAIL if any(result == "fail" for result, _ in dkim) else Proof.NONE


def _speaks_of(method: str, from_domain: str) -> bool:
    """Whether a DMARC result is about the From line that is shown."""
    named = re.search(r"header\.from=@?([\w.-]+)", method)
    return named is None or _aligned(named.group(1), from_domain)


def _signer(method: str) -> str:
    found = re.search(r"header\.[di]=([\w.@-]+)", method)
    return found.group(1).rpartition("@")[2] if found else ""


def _aligned(signer: str, from_domain: str) -> bool:
    signer, from_domain = signer.rstrip("."), from_domain.rstrip(".")
    return not is_shared(signer) and (
        signer == from_domain or from_domain.endswith(f".{signer}") or signer.endswith(f".{from_domain}")
    )
