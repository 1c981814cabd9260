"""Why a letter was not delivered, and whose fault that is: a server's words first, then its code (RFC 3463)."""

from __future__ import annotations

import re

from outreach.core.reading.notices.dead import DEAD, SURELY_DEAD
from outreach.core.reading.notices.failure import REPLY
from outreach.core.reading.notices.phrases import folded, meaning, table
from outreach.core.reading.notices.refused import REFUSED, VAGUE

MOST_WORDS = 6000  # characters of a server's words that are looked at
MOST_AROUND = 3000  # characters of the notice around them

# Reasons for which an address is dead and another must be found. Every other reason may pass, or is not the address's.
ADDRESS_IS_DEAD = frozenset({"address_unknown", "address_moved", "mailbox_closed", "domain_unknown", "accepts_no_mail"})
# Of these even a “temporary” code is believed to be final once the server has given up.
USER_IS_UNKNOWN = frozenset({"address_unknown", "address_moved", "mailbox_closed"})

# RFC 3463 §3, RFC 7505, RFC 7372 and what Microsoft adds. A missing class holds for 4 and 5.
BY_STATUS = {
    "1.1": "address_unknown", "1.2": "domain_unknown", "1.3": "address_unknown",
    "1.4": "filtered", "1.6": "address_moved", "1.7": "sender", "1.8": "sender", "1.9": "server_fault",
    "1.10": "accepts_no_mail", "1.351": "address_unknown", "1.90": "sender",
    "2.0": "filtered", "2.1": "mailbox_closed", "2.2": "mailbox_full", "2.3": "letter", "2.4": "filtered",
    "2.121": "passing", "2.122": "passing",
    "3.1": "passing", "4.3.2": "passing", "5.3.2": "accepts_no_mail", "3.3": "server_fault", "3.4": "letter",
    "3.5": "server_fault",
    "4.1": "not_reached", "4.2": "not_reached", "4.3": "not_reached", "4.4.4": "not_reached",
    "5.4.4": "domain_unknown", "4.5": "passing", "4.6": "not_reached", "4.7": "not_reached", "4.8": "not_reached",
    "4.14": "not_reached", "4.300": "not_reached", "4.310": "domain_unknown", "4.312": "not_reached",
    "4.316": "not_reached",
    "5.3": "passing",
    "7.13": "mailbox_closed", "7.17": "address_moved", "7.18": "address_moved", "7.20": "sender", "7.21": "sender",
    "7.22": "sender", "7.23": "sender", "7.24": "sender", "7.25": "sender",
    "7.26": "sender", "7.27": "sender", "7.54": "sender", "7.509": "sender", "7.515": "sender",
    "7.124": "filtered", "7.133": "filtered",
}  # fmt: skip
BY_SUBJECT = {
    "1": "address_unknown",
    "5": "server_fault",
    "6": "letter",
    "7": "policy",
}  # of a code whose detail says nothing

# At which command the server said no. A mailbox that is “unknown” only after it has read the letter is a filter.
COMMANDS = (
    ("DATA", ("end of data", "in reply to data", "after data", "failed after i sent", "failed on data",
              "our final data", ">>> data", "smtp command data", "for text command", "data command", "step: data",
              "(state 17)", "(state 18)", "[data]")),
    ("RCPT", ("rcpt to", "does not like recipient", "our rcpt", "rejected recipient", "rcpt command", ">>> rcpt",
              "smtp:rcpt", "(state 14)", "(state 15)", "[rcpt_to]", "need rcpt")),
    ("MAIL", ("after mail from", "in reply to mail from", "but sender was rejected", "our mail from", ">>> mail",
              "mail command", "(state 13)", "server rejected mail from", "smtp command mail")),
    ("EHLO", ("in reply to ehlo", "in reply to helo", "after initial connection", "helo handshake", "ehlo handshake",
              "my name was rejected", "greeting failed", "after ehlo", "after helo")),
)  # fmt: skip


_CLEAR, _VAGUE, _SURELY = table(*SURELY_DEAD, *REFUSED, *DEAD), table(*VAGUE), table(*SURELY_DEAD)
# Addresses and hosts say nothing, whatever they are called: “antispam.town.example”. Lists of senders do.
_NAME = re.compile(r"(?:[\w.+=-]{1,64}@)?(?:[a-z0-9-]{1,63}\.){1,6}[a-z]{2,8}\b")
_LISTS = re.compile("spamhaus|spamcop|sorbs|barracudacentral|abuseat|uribl|surbl|dnsbl|rbl|blacklist")


def reason_of(words: str, status: str | None, around: str = "") -> str:
    """Why a letter was not delivered; “unknown” where nothing says it.

    Args:
        words: What the server said of this recipient.
        status: Its code (RFC 3463).
        around: The notice's other words, which may be general; asked where the server says little.
    """
    said, more = _nameless(words[:MOST_WORDS]), _nameless(around[:MOST_AROUND])
    command = command_in(said) or command_in(more)
    told = _clear(said, command, status) or _by_code(status)
    if told:
        return told
    broad = "sender" if command == "MAIL" else BY_SUBJECT.get((status or "")[2:3], "")
    vague = broad or meaning(said, _VAGUE)
    general = _clear(more, command, status)
    first, second = (vague, general) if REPLY.search(said) else (general, vague)  # a server has spoken
    return first or second or meaning(more, _VAGUE) or "unknown"


def _nameless(text: str) -> str:
    return _NAME.sub(lambda name: name.group() if _LISTS.search(name.group()) else "…", folded(text))


def _by_code(status: str | None) -> str:
    return "" if status is None else BY_STATUS.get(status) or BY_STATUS.get(status[2:], "")


def _clear(said: str, command: str, status: str | None) -> str:
    """What clear words say, in the light of the command they answered and of the code."""
    reason = meaning(said, _CLEAR)
    vague = reason == "address_unknown" and command == "DATA" and not (status or "").startswith("1", 2)
    if vague and not meaning(said, _SURELY):
        return "filtered"
    return "sender" if reason == "domain_unknown" and command == "MAIL" else reason


def command_in(said: str) -> str:
    """The SMTP command that was answered by a refusal, from words in lower case; "" where they do not say."""
    for command, phrases in COMMANDS:
        if any(phrase in said for phrase in phrases):
            return "RCPT" if command == "DATA" and "need rcpt" in said else command
    return ""


def is_permanent(reason: str, status: str | None, *, given_up: bool) -> bool:
    """Whether another address must be found: the address is dead, and the server neither waits nor says “for now”."""
    if not given_up or reason not in ADDRESS_IS_DEAD:
        return False
    return reason in USER_IS_UNKNOWN or not (status or "").startswith("4")
