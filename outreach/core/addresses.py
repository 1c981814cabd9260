"""What a mail address is, what is wrong with one that is none, and the form in which it travels."""

from __future__ import annotations

import re
from functools import lru_cache

from outreach.model import Sentence

# Plain ASCII addresses, as nearly all are; what does not match is left to email-validator.
_PLAIN = re.compile(
    r"[A-Za-z0-9_+-]{1,20}(?:\.[A-Za-z0-9_+-]{1,20}){0,2}@(?:[a-z0-9]{1,20}(?:-[a-z0-9]{1,20}){0,2}\.){1,4}[a-z]{2,24}"
)


@lru_cache(maxsize=4096)
def address_mistake(address: str) -> str:
    """What is wrong with an address, in one sentence; "" if nothing is."""
    if _PLAIN.fullmatch(address):
        return ""
    if not address:
        return Sentence("the address is missing")
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415  only for unusual addresses

    try:
        validate_email(address, check_deliverability=False, strict=True, test_environment=True)
    except EmailNotValidError:
        return Sentence("“%(address)s” is no mail address: %(why)s", address=address, why=_fault(address))
    return ""


def _fault(address: str) -> str:
    """What a person sees that is wrong with an address that is none (RFC 5321 §4.1.2)."""
    box, _, domain = address.rpartition("@")
    faults = (
        ("<" in address or ">" in address, Sentence("write the address alone, without a name")),
        (any(map(str.isspace, address)), Sentence("it holds a blank")),
        ("@" not in address, Sentence("it has no @")),
        (address.count("@") > 1, Sentence("it has more than one @")),
        (not box or not domain, Sentence("something is missing before or behind the @")),
        ("." not in domain, Sentence("its end is missing, such as .org")),
        (".." in address or box.endswith(".") or address.startswith("."), Sentence("a dot stands where none may be")),
    )
    other = Sentence("it holds a character that none may have, or is too long")
    return next((words for wrong, words in faults if wrong), other)


def as_it_travels(address: str) -> str:
    """A sound address as every mail server knows it: its domain in ASCII (RFC 5890 §2.3.2.1).

    What stands before the @ in another script has no such form; that address stays, and needs SMTPUTF8 (RFC 6531).
    """
    box, _, domain = address.rpartition("@")
    if domain.isascii() or not box.isascii():
        return address
    from email_validator import validate_email  # noqa: PLC0415  only for unusual addresses

    return f"{box}@{validate_email(address, check_deliverability=False, test_environment=True).ascii_domain}"
