"""What our own mail server says of a sender: the one Authentication-Results header that is believed (RFC 8601)."""

from __future__ import annotations

import re
from enum import StrEnum

from outreach.core.shared_domains import is_shared
from outreach.model import Message

HEADER = "authentication-results"
_METHOD = re.compile(r"(dmarc|dkim)(?:\s*/\s*1)?\s*=\s*(\w+)(?=\s|$)")


class Proof(StrEnum):
    """What an Authentication-Results header that we believe says."""

    PASS = "pass"  # noqa: S105  not a password
    FAIL = "fail"
    NONE = "none"


def authentication(message: Message, authserv_id: str) -> Proof:
    """What the one Authentication-Results header of our own server says; without exactly one: nothing.

    It must stand above every Received line, where only our server writes (RFC 8601 §5).
    """
    if not authserv_id:
        return Proof.NONE
    wanted = authserv_id.lower().rstrip(".")
    claimed = [value for value in message.all_headers(HEADER) if _id(value) == wanted]
    if len(claimed) != 1 or not _on_top(message, claimed[0]):
        return Proof.NONE
    return _result(claimed[0], message.from_[0].domain if message.from_ else "")


def first_authserv_id(message: Message) -> str:
    """Who stamped a mail last: the id of the topmost Authentication-Results header above every Received line."""
    for name, content in message.headers:
        if name == "received":
            break
        if name == HEADER:
            return _id(content)
    return ""


def _id(value: str) -> str:
    return (_bare(value).split(";")[0].split() or [""])[0].rstrip(".")


def _on_top(message: Message, value: str) -> bool:
    for name, content in message.headers:
        if name == "received":
            return False
        if name == HEADER and content == value:
            return True
    return False


def _bare(value: str) -> str:
    """The header without quoted strings and comments, in which a sender may write what it likes."""
    unquoted = re.sub(r'"(?:\\.|[^"\\])*"', "", value.lower())
    for _ in range(5):  # comments nest (RFC 5322 §3.2.2)
        unquoted = re.sub(r"\([^()]*\)", "", unquoted)
    return unquoted


def _result(value: str, from_domain: str) -> Proof:
    methods = [part.strip() for part in _bare(value).split(";")[1:]]
    results = [(found.group(1), found.group(2), part) for part in methods if (found := _METHOD.match(part))]
    dmarc = {result for method, result, part in results if method == "dmarc" and _speaks_of(part, from_domain)}
    if dmarc:
        return Proof.PASS if dmarc == {"pass"} else Proof.FAIL if "fail" in dmarc else Proof.NONE
    dkim = [(result, part) for method, result, part in results if method == "dkim"]
    if any(result == "pass" and aligned(_signer(part), from_domain) for result, part in dkim):
        return Proof.PASS
    return Proof.FAIL if any(result == "fail" for result, _ in dkim) else Proof.NONE


def _speaks_of(method: str, from_domain: str) -> bool:
    """Whether a DMARC result is about the From line that is shown."""
    named = re.search(r"header\.from=@?([\w.-]+)", method)
    return named is None or aligned(named.group(1), from_domain)


def _signer(method: str) -> str:
    found = re.search(r"header\.[di]=([\w.@-]+)", method)
    return found.group(1).rpartition("@")[2] if found else ""


def aligned(signer: str, from_domain: str) -> bool:
    """Whether two domains are one, or one stands below the other (relaxed alignment, RFC 7489 §3.1.1).

    Nothing is aligned over a domain that many share: below gob.mx every government is another.
    """
    signer, from_domain = signer.rstrip("."), from_domain.rstrip(".")
    if not signer or not from_domain:
        return False
    if signer == from_domain:
        return True
    shorter, longer = sorted((signer, from_domain), key=len)
    return not is_shared(shorter) and longer.endswith(f".{shorter}")
