"""Whether a mail is a notice of a failed or delayed delivery: who sent it, under which subject, with which words."""

from __future__ import annotations

import re
from functools import lru_cache

from outreach.core.reading.notices.failure import ADDRESS
from outreach.core.reading.notices.phrases import folded, meaning, table
from outreach.core.reading.notices.wording import DELAYS, SUBJECTS, TITLES, WORDS
from outreach.languages.anywhere import Anywhere
from outreach.model import Message

MOST_WORDS = 4_000  # characters of the text in which a notice must say that it is one
NEAR = 160  # characters between such words and the address that they are about
_MACHINE = re.compile(
    r"mailer-?daemon|mail[.-]daemon|mdaemon|post-?_?master|mail[._ -]?delivery|delivery[._ -]?sub-?system|"
    r"mail[._ -]?(?:system|administrator|service)|mail server|smtp_mail|bounces?[+=@-]|returned-?mail|"
    r"microsoftexchange|posta-certificata|sns\.amazonaws"
)
_DAEMON = re.compile(r"mailer-?daemon|mail[._ -]?delivery (?:sub)?-?system")
_MACHINE_PARTS = ("mail", "daemon", "post", "delivery", "bounce", "microsoftexchange", "amazonaws")  # one in each
_REPLIED = re.compile(r"\s*(?:re|aw|sv|vs|antw|ynt|odp|r|res|rv)\s?:", re.IGNORECASE)
_FORWARDED = re.compile(r"\s*(?:fwd?|wg|tr|rv|i|enc|vl|doorst|vb)\s?:", re.IGNORECASE)
_QUOTE = re.compile(r"^(?:>|-{3}|_{5}|[A-Z][a-z]{1,8} ?:|begin forwarded)", re.MULTILINE | re.IGNORECASE)
_ARRIVED = re.compile(
    r"(?:delivered|relayed|read|accettazione|consegna|entregado|remis|zugestellt|gelesen|lu|leído)\s?:|successful|"
    r".{0,200}(?:\((?:success|relay(?:ed)?)\)|delivery (?:confirmation|receipt)|avvenuta consegna)"
)
_SUBJECTS, _WORDS, _DELAYS = table(SUBJECTS, TITLES), table(WORDS), table(DELAYS)
_SUBJECT_WORDS = Anywhere(parts[0] for _, phrases in _SUBJECTS for parts in phrases)
MOST_ADDED = 200  # characters that somebody may add to a notice that is passed on, before it is a letter of its own


@lru_cache(maxsize=1 << 10)  # those who answer keep the subject of our letter
def _means(subject: str) -> str:
    """What the phrases of notices mean that a folded subject holds."""
    return meaning(subject, _SUBJECTS) if _SUBJECT_WORDS.found_in(subject) else ""


def is_forwarded(message: Message) -> bool:
    """Whether somebody passed a notice on and said little to it; its own words stand quoted."""
    if not _FORWARDED.match(message.subject) or not _means(folded(message.subject)):
        return False
    quote = _QUOTE.search(message.text)
    return quote is not None and len(message.text[: quote.start()].strip()) <= MOST_ADDED


def is_complaint(message: Message) -> bool:
    """Whether it is the report of a reader's complaint (RFC 5965)."""
    return "feedback-report" in message.header("content-type").lower()


def may_be_notice(message: Message) -> bool:
    """Whether sender, return path or subject allow that a mail is a notice: a quick look before its text is read."""
    subject = folded(message.subject)
    return may_report(message) or message.return_path == "" or _is_anew(subject) or _ends_as_notice(subject)


def is_notice(message: Message, words: str) -> bool:
    """Whether a mail that may be one is a notice; `words` are those above a letter that it returns."""
    subject = folded(message.subject)
    if _ARRIVED.match(subject):
        return False
    said = folded(words[:MOST_WORDS])
    about = bool(meaning(said, _WORDS))
    if may_report(message):
        return about or bool(_means(subject)) or _is_daemons(message, said)
    if about and _names_whom(said):
        return True
    return _is_anew(subject) and (message.return_path == "" or (about and bool(message.returned)))


def _is_daemons(message: Message, said: str) -> bool:
    """Whether a mail system writes of somebody in words that nobody knows: it writes nothing but notices."""
    if _DAEMON.search(message.header("from").lower()) is None or message.return_path or _REPLIED.match(message.subject):
        return False
    own = {box.address for box in (*message.from_, *message.to, *message.cc)}
    return any(found.lower() not in own for found in ADDRESS.findall(said))


def _is_anew(subject: str) -> bool:
    """Whether a folded subject is a notice's own, and nobody's answer to one."""
    return _means(subject) == SUBJECTS.meaning and not _REPLIED.match(subject)


def may_report(message: Message) -> bool:
    """Whether a mail comes from a mail system by its headers, so that a report in it is its own."""
    sender = message.header("from") or message.header("sender")
    reports = "delivery-status" in message.header("content-type").lower()
    return reports or not sender.strip("<> \t") or _is_machine(sender.lower()) or is_forwarded(message)


def _is_machine(sender: str) -> bool:
    """Whether a sender, in small letters, is a mail system; few have so much as a part of its name."""
    return any(map(sender.__contains__, _MACHINE_PARTS)) and _MACHINE.search(sender) is not None


def _ends_as_notice(subject: str) -> bool:
    """Whether a notice keeps the subject of the letter and adds to it: “Re: Invitation: not delivered”."""
    return subject.count(":") > 1 and bool(_means(subject.rpartition(":")[2]))


def _names_whom(said: str) -> bool:
    """Whether an address follows close behind the words of a notice."""
    for _, phrases in _WORDS:
        for parts in phrases:
            at = said.find(parts[0])
            if at >= 0 and ADDRESS.search(said, at, at + NEAR):
                return True
    return False


def is_delay(message: Message, words: str) -> bool:
    """Whether a notice without a report says that delivery goes on."""
    return bool(meaning(folded(f"{message.subject}\n{words[:MOST_WORDS]}"), _DELAYS))
