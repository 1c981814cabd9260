"""Notices that a letter was not delivered: RFC 3464 as servers really write it, and the words of the others."""

from __future__ import annotations

import re

from outreach.model import Bounce, Message

_ADDRESS = re.compile(r"[A-Za-z0-9._%+'=/-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,6}")
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_ID = re.compile(r"<[^<>\s]{1,250}@[^<>\s]{1,250}>")
_SENDERS = re.compile(
    r"^(?:mailer-daemon|postmaster|mail-daemon|mdaemon|mailerdaemon|bounce|bounces|mail\.daemon)(?:[+=.-][^@]*)?@"
)
_SUBJECTS = re.compile(
    r"undeliver|returned mail|delivery (?:status|failure|has failed|delayed|problem|report)|mail delivery|failure notice|"
    r"non remis|non délivré|échec de (?:la )?remise|no se pudo entregar|no entregado|correo devuelto|no s'ha pogut lliurar|"
    r"unzustellbar|nicht zugestellt|mancata consegna|não entregue|falha na entrega|niet bezorgd|onbestelbaar|delayed mail|"
    r"warning: could not send|message delayed|could not be delivered|non-delivery|undelivered",
    re.IGNORECASE,
)
_DELAYED = re.compile(
    r"delay|still being retried|will (?:be retried|keep trying)|retard|aplazad|verzögert|vertraagd", re.IGNORECASE
)
# What the words of a notice mean, first hit first: (pattern, reason, permanent).
REASONS: tuple[tuple[str, str, bool], ...] = (
    (r"mailbox (?:is )?full|over ?quota|quota exceeded|insufficient (?:system )?storage|buzón lleno|boîte pleine", "mailbox_full", False),
    (r"user unknown|unknown user|no such (?:user|recipient|address|mailbox)|does not exist|doesn't exist|not found|"
     r"unknown (?:recipient|address|mailbox|local)|invalid (?:recipient|address|mailbox)|address rejected|recipient rejected|"
     r"mailbox unavailable|no mailbox|account (?:disabled|closed|inactive)|destinataire inconnu|usuario desconocido", "address_unknown", True),
    (r"host (?:or domain name )?(?:not found|unknown)|domain (?:not found|does not exist)|no mx|name service error", "domain_unknown", True),
    (r"spam|blocked|blacklist|policy|spf|dkim|dmarc|reputation|not authorized|access denied|refused to talk", "policy", True),
    (r"greylist|try again later|temporar|timed? ?out|connection refused|deferred|too many", "passing", False),
)  # fmt: skip


def read_bounce(message: Message) -> Bounce | None:
    """What a notice says; None if the mail is no notice."""
    reports = [report for report in message.report if re.search(r"(?im)^(?:action|final-recipient|status)\s*:", report)]
    if reports:
        return _from_report("\n".join(reports), message)
    return _from_words(message) if _looks_like_notice(message) else None


def _looks_like_notice(message: Message) -> bool:
    sender = message.from_[0].address if message.from_ else ""
    machine = bool(_SENDERS.match(sender)) or message.return_path == "" or bool(message.header("x-failed-recipients"))
    words = bool(_SUBJECTS.search(message.subject)) or bool(message.header("x-failed-recipients"))
    return machine and (words or bool(_SENDERS.match(sender) and _STATUS.search(message.text[:5000])))


def _from_report(report: str, message: Message) -> Bounce | None:
    blocks = re.split(
        r"\n\s*\n|(?=^(?:original-recipient|final-recipient)\s*:)", report, flags=re.IGNORECASE | re.MULTILINE
    )
    recipients: dict[str, None] = {}
    status, failed, delayed = None, False, False
    for block in blocks:
        action = _field(block, "action").lower()
        if action.startswith(("delivered", "relayed", "expanded")):
            continue
        address = _field(block, "final-recipient") or _field(block, "original-recipient")
        original = _field(block, "original-recipient")
        found = _ADDRESS.search(address) or _ADDRESS.search(original)
        if found:
            recipients[found.group().lower()] = None
        code = _STATUS.search(_field(block, "status"))
        status = code.group(1) if code else status
        failed |= action.startswith("fail") or (not action and bool(code) and code.group(1).startswith("5"))  # type: ignore[union-attr]
        delayed |= action.startswith("delay")
    if not (recipients or status or failed or delayed):
        return None
    words = _field(report, "diagnostic-code") or message.text[:3000]
    reason, _permanent = _reason(words, status)
    permanent = failed and not delayed and not (status or "").startswith("4")
    return Bounce(permanent, tuple(recipients), status, "delayed" if delayed else reason, _message_ids(message))


def _field(block: str, name: str) -> str:
    found = re.search(rf"(?im)^{name}\s*:\s*(.*(?:\n[ \t]+.*)*)", block)
    if found is None:
        return ""
    value = " ".join(found.group(1).split())
    return value.partition(";")[2].strip() if ";" in value[:20] else value


def _from_words(message: Message) -> Bounce:
    text = message.text[:20000]
    failed = _ADDRESS.findall(message.header("x-failed-recipients"))
    own = {box.address for box in (*message.to, *message.from_)}
    named = [a.lower() for a in (failed or _ADDRESS.findall(_before_the_letter(text))) if a.lower() not in own]
    named = [address for address in named if not _SENDERS.match(address)]
    code = _STATUS.search(text)
    status = code.group(1) if code else None
    reason, permanent = _reason(text, status)
    if _DELAYED.search(f"{message.subject}\n{text[:1500]}"):
        reason, permanent = "delayed", False
    return Bounce(permanent, tuple(dict.fromkeys(named))[:20], status, reason, _message_ids(message))


def _before_the_letter(text: str) -> str:
    return re.split(r"(?im)^(?:-{2,}.*(?:original|copy|returned|below|message).*|received:|return-path:)", text)[0]


def _reason(words: str, status: str | None) -> tuple[str, bool]:
    for pattern, reason, permanent in REASONS:
        if re.search(pattern, words, re.IGNORECASE):
            return reason, permanent if status is None else status.startswith("5") and reason != "mailbox_full"
    if status is None:
        return "unknown", not re.search(r"\b4\d\d\b", words[:2000])
    return {"5.1": "address_unknown", "5.2": "mailbox", "5.7": "policy"}.get(status[:3], "unknown"), status.startswith(
        "5"
    )


def _message_ids(message: Message) -> tuple[str, ...]:
    found = re.findall(r"(?im)^message-id\s*:\s*(<[^<>\s]{1,250}>)", f"{message.returned}\n{message.text[:50000]}")
    return tuple(dict.fromkeys((*found, *_ID.findall(message.header("in-reply-to")))))[:20]
