"""The letter that a notice returns: where it begins in the text, which it was, and to whom it went."""

from __future__ import annotations

import re

from outreach.core.reading.notices.failure import ADDRESS, named

MOST_IDS = 20
# What mail systems write above a letter that they return in the text of the notice, at the start of a line.
MARKS = (
    r"this is (?:a|the) (?:full )?copy of (?:the|your)", "below this line is (?:a|the) copy", "below the next line is",
    "enclosed is a copy", "attached is a copy", "attachment is a copy", "(?:here|below) is (?:a|the) copy", "copy of (?:the|your) (?:original )?message",
    "included (?:below )?is a copy", "(?:the )?original (?:message|mail|e-?mail)s?(?: header| text| info)?s?(?: information)?(?: as received| is| are)?(?: attached| below| follow|:|-| ?$)",
    "the (?:text|headers?|body|first part) of (?:the|your) (?:original |returned )?(?:message|mail)", "header of the (?:source|original)",
    "unsent message", "message headers?(?: only)? follow", "message (?:text|body|content) follow", "message header:", "returned (?:message|mail)", "undelivered (?:message|mail)(?: header)?s?(?: follow|:|$)",
    "start of returned", "rejected message", "non-delivered information", "a summary of the undelivered", "the following is (?:a|the) copy",
    "en-têtes (?:de )?(?:du )?message", "message d'origine", "ceci est une copie", "copie du message", "mensaje original", "copia del mensaje",
    "encabezados (?:de |del )?mensaje", "missatge original", "capçaleres (?:del )?missatge", "mensagem original", "cabeçalhos da mensagem",
    "messaggio originale", "intestazioni (?:originali )?(?:del )?messaggio", "copia del messaggio",
    "ursprüngliche (?:nachricht|kopfzeilen)", "kopfzeilen der (?:ursprünglichen )?nachricht", "kopie (?:der|ihrer) nachricht", "originalnachricht",
    "oorspronkelijke? bericht", "berichtkop", "ursprungligt meddelande", "oprindelig meddelelse", "opprinnelig melding", "alkuperäinen viesti",
    "oryginalna wiadomość", "původní zpráva", "eredeti üzenet", "mesajul original", "özgün ileti", "исходное сообщение", "оригинальное сообщение", "копия (?:вашего )?(?:сообщения|письма)",
    "元のメッセージ", "元のメール", "附件", "原始邮件", "原始郵件", "原信",
)  # fmt: skip
# Headers with which a returned letter begins where nothing is written above it; never those that a forwarded mail shows.
_HEADERS = r"received|return-path|dkim-signature|domainkey-signature|arc-[a-z-]+|x-[a-z0-9-]+|delivered-to|mime-version|authentication-results"
_BEGINS = re.compile(
    rf"^(?:[ \t>|*=_#+-]{{0,80}}(?:{'|'.join(MARKS)})|>?(?:{_HEADERS})[ \t]?:[ \t]?[^\n]{{3}})",
    re.IGNORECASE | re.MULTILINE,
)
_ID = re.compile(
    r"^[ \t>]{0,8}(?:x-original-)?message[- ]id[ \t]?:\s{0,3}(<[^<>\s]{1,250}>)", re.IGNORECASE | re.MULTILINE
)
_FOR = re.compile(r"\bfor <([^\s<>@]{1,64}@[^\s<>@]{1,255})>(?:;|\s|$)")  # RFC 5321 §4.4
_TO = re.compile(
    r"^(?:to|x-envelope-to|x-original-to)[ \t]?:(.{0,500}(?:\n[ \t].{0,500}){0,3})", re.IGNORECASE | re.MULTILINE
)
_REFERRED = re.compile(r"<[^<>\s]{1,250}@[^<>\s]{1,250}>")


def cut(text: str) -> tuple[str, str]:
    """The words of a notice, and the letter that it returns below them."""
    found = _BEGINS.search(text)
    while found is not None and not text[: found.start()].strip():  # words above it come first
        found = _BEGINS.search(text, found.end())
    return (text, "") if found is None else (text[: found.start()], text[found.start() :])


def message_ids(letter: str, referred: str) -> tuple[str, ...]:
    """Which letter it was; `referred` is the notice's own In-Reply-To and References."""
    return tuple(dict.fromkeys((*_ID.findall(letter), *_REFERRED.findall(referred))))[:MOST_IDS]


def only_recipient(letter: str) -> tuple[str, ...]:
    """To whom a letter went that went to one; nobody where several could be meant."""
    head = letter[:20_000]
    handed = _FOR.search(head)
    if handed is not None:
        return named(handed[1])
    found = {address for line in _TO.findall(head) for address in named(*ADDRESS.findall(line))}
    return tuple(found) if len(found) == 1 else ()
