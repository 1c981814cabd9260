"""Parts what was newly written from the quoted letter, the signature and the rest; when in doubt the text is kept."""

from __future__ import annotations

import re

# “On … wrote:” in the languages of mail programs: the verb that ends such a line.
WROTE = (
    "wrote|writes|a écrit|à écrit|escribió|escribio|va escriure|ha escrit|escreveu|ha scritto|schrieb|schreef|"
    "geschreven|skrev|skrifaði|napisał|napisał\\(a\\)|napsal|napísal|пише|написал|написала|написав|yazdı|şunu yazdı|"
    "έγραψε|のメール|작성|写道|寫道|menulis|a scris|írta|kirjoitti|tulis"
)
_WROTE = re.compile(rf"(?:{WROTE})\s*(?:\(.{{0,80}}\))?\s*[:：]?\s*$", re.IGNORECASE)
_BEGINS = re.compile(
    r"^(?:on|le|el|em|il|am|op|den|dne|dnia|w dniu|в|on|tarihinde|στις|date|a|al|la)\b|\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|<[^<>\s]+@[^<>\s]+>",
    re.IGNORECASE,
)
_ORIGINAL = re.compile(
    r"^[\s>]*[-_=*]{2,}\s*(?:original message|message d'origine|message original|mensaje original|missatge original|"
    r"mensagem original|messaggio originale|messaggio inoltrato|ursprüngliche nachricht|originalnachricht|"
    r"oorspronkelijk bericht|forwarded message|message transféré|mensaje reenviado|missatge reenviat|"
    r"mensagem encaminhada|weitergeleitete nachricht|doorgestuurd bericht|orijinal mesaj|αρχικό μήνυμα|"
    r"原始邮件|元のメッセージ|원본 메시지)\b",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"^[\s>*]*(?:(from|de|von|van|da|от|kimden|από|差出人|보낸 사람|发件人)|"
    r"(sent|date|envoyé|enviado(?: el)?|enviat|data|inviato|gesendet|datum|verzonden|fecha|gönderen|tarih|στάλθηκε|送信日時|보낸 날짜|发送时间)|"
    r"(to|à|para|per a|per|a|an|aan|pour|kime|προς|宛先|받는 사람|收件人)|"
    r"(subject|objet|asunto|assumpte|tema|assunto|oggetto|betreff|onderwerp|konu|θέμα|件名|제목|主题))\s*\*?\s*[:：]",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(r"^(?:--|—|–|__)\s?$")
_RULE = re.compile(r"^[_*=-]{5,}\s*$")
_MOBILE = re.compile(
    r"^(?:sent from my|get outlook for|envoyé (?:de|depuis) mon|enviado desde mi|enviat des del meu|enviado do meu|"
    r"inviato da(?:l mio)?|von meinem .{1,30} gesendet|gesendet mit|verzonden (?:vanaf|met|van) mijn)\b",
    re.IGNORECASE,
)


def new_text(text: str) -> str:
    """What the sender newly wrote. Answers between quoted lines keep the lines that they answer."""
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    end = _quote_begins(lines)
    own = lines[:end]
    if _is_inline(lines, end):
        own = lines
    elif not any(line.strip() and not line.startswith(">") for line in own):
        own = _below_the_quote(lines, end)
    return _tidy(_without_signature(own))


def _quote_begins(lines: list[str]) -> int:
    """The line at which the quoted letter begins; all lines where there is none."""
    for number, line in enumerate(lines):
        if _ORIGINAL.match(line) or _header_block(lines, number) or _is_wrote(lines, number):
            return number - 1 if number and _RULE.match(lines[number - 1]) else number
        if line.startswith(">") and all(one.startswith(">") or not one.strip() for one in lines[number:]):
            return number
    return len(lines)


def _is_wrote(lines: list[str], number: int) -> bool:
    """“On … wrote:”, in one line or broken over up to three, with a quote or the end of the text behind it."""
    if not _BEGINS.search(lines[number].strip()):
        return False
    joined = ""
    for line in lines[number : number + 3]:
        joined = f"{joined} {line.strip(' >*')}".strip()
        if len(joined) > 400:  # noqa: PLR2004  no such line is longer
            return False
        if _WROTE.search(joined) and (joined.endswith((":", "：")) or "@" in joined):
            return True
    return False


def _header_block(lines: list[str], number: int) -> bool:
    """From:, Sent:, To:, Subject: as mail programs put them above a quoted letter, in any language."""
    first = _LABEL.match(lines[number])
    if first is None or not first.group(1):
        return False
    kinds = set()
    for line in lines[number : number + 8]:
        found = _LABEL.match(line)
        if found is not None:
            kinds |= {index for index in range(1, 5) if found.group(index)}
    return len(kinds) >= 3  # noqa: PLR2004  of four


def _is_inline(lines: list[str], end: int) -> bool:
    """Answers stand between quoted lines: own text behind a quoted line, more than once or before the end."""
    quoted = [number for number, line in enumerate(lines) if line.startswith(">")]
    if not quoted or quoted[0] > end + 6:
        return False
    behind = [line for line in lines[quoted[0] : quoted[-1]] if line.strip() and not line.startswith(">")]
    return bool(behind)


def _below_the_quote(lines: list[str], end: int) -> list[str]:
    """Where nothing stands above the quote, the answer may stand below it."""
    quoted = [number for number, line in enumerate(lines) if line.startswith(">")]
    return lines[quoted[-1] + 1 :] if quoted and quoted[-1] > end else lines[:end]


def _without_signature(lines: list[str]) -> list[str]:
    for number, line in enumerate(lines):
        if _SIGNATURE.match(line) or _MOBILE.match(line.strip()):
            return lines[:number]
        if _RULE.match(line) and any(one.strip() for one in lines[:number]):
            return lines[:number]
    return lines


def _tidy(lines: list[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def own_words(new: str) -> str:
    """The new text without the quoted lines that answers between them keep."""
    return "\n".join(line for line in new.split("\n") if not line.startswith(">"))
