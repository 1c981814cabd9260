"""Bytes to text whatever a mail claims: the charset that fits, and nothing that a database could not keep."""

from __future__ import annotations

import binascii
import codecs
import re
from functools import lru_cache

WESTERN = "cp1252"
# What a name really means in mails, as browsers have it (WHATWG Encoding Standard, “Names and labels”).
MEANT = {
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "utf8mb4": "utf-8",
    "iso-8859-1": WESTERN,
    "latin-1": WESTERN,
    "latin1": WESTERN,
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "big5": "cp950",
    "unicode-1-1-utf-7": "utf-7",
    "macintosh": "mac-roman",
    "x-mac-roman": "mac-roman",
}
# Codecs that are no charset of a mail: some make code of text, some take forever.
NO_CHARSETS = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "charmap", "palmos"})
SHIFTING = ("utf-7", "iso2022", "hz")  # in these ASCII bytes may be other characters
JAPANESE = "iso2022_jp_ext"
WIDE = ("utf-16", "utf-32")
# In these a text may by chance be UTF-8 too, so that what is claimed is tried first.
DOUBLE = ("gb", "cp932", "cp949", "cp950", "big5", "euc", "shift", "johab", *SHIFTING, *WIDE)
# What is guessed at; Western stands for all of Latin, between which a short text does not tell.
LIKELY = (WESTERN, "cp1251", "koi8_r", "cp1253", "cp1255", "cp1256", "gb18030", "big5", "cp932", "euc_jp", "cp949")
LEAST_GUESSED = 30  # bytes
MOST_GUESSED = 2000
LINE = 76  # digits of base64
MOST_RUNS = 10_000  # of base64, each with an end of its own
_HALVES = re.compile("[\ud800-\udfff]")
_WHITE = b" \t\r\n"
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_NO_BASE64 = bytes(set(range(256)) - set(_BASE64))


def decoded_text(content: bytes, charset: str, otherwise: str = "") -> str:
    """The text; a character that cannot be read becomes a replacement character, and nothing else is lost.

    Args:
        content: The bytes.
        charset: What the mail claims, in any spelling; "" = nothing.
        otherwise: The charset of the rest of the mail, for bytes without a claim; "" = it is guessed.
    """
    claimed = charset_named(charset)
    if b"\x1b$" in content and not claimed.startswith(SHIFTING):  # Japanese whose charset was not named (RFC 1468)
        claimed = JAPANESE
    if content.isascii() and not claimed.startswith(SHIFTING) and not (claimed.startswith(WIDE) and b"\0" in content):
        return content.decode("ascii").replace("\0", "")
    for name in (claimed, "utf-8") if claimed.startswith(DOUBLE) else ("utf-8", claimed):
        if name and (text := _strictly(content, name)) is not None:
            return text.replace("\0", "") if name == "utf-8" else kept(text)  # which has no halves of characters
    return kept(_roughly(content, claimed, charset_named(otherwise)))


@lru_cache(maxsize=256)
def charset_named(name: str) -> str:
    """Python's name of a charset that a mail may use; "" if there is none such."""
    plain = name.strip("\"' ;").lower()[:40]
    try:
        found = codecs.lookup(MEANT.get(plain, plain)) if plain else None
    except (LookupError, ValueError):
        return ""
    if found is None or not found._is_text_encoding or found.name in NO_CHARSETS:  # noqa: SLF001  no other way to ask
        return ""
    return found.name


def kept(text: str) -> str:
    """A text without what no database keeps: NUL, and halves of characters."""
    text = text.replace("\0", "")
    try:
        text.encode()  # quicker than to look for halves
    except UnicodeEncodeError:
        return _HALVES.sub("\ufffd", text)
    return text


def _strictly(content: bytes, name: str) -> str | None:
    try:
        return content.decode(name)
    except (LookupError, ValueError):
        return None


def _roughly(content: bytes, claimed: str, otherwise: str) -> str:
    """What fits no charset wholly: UTF-8 with a few broken bytes, else what was claimed, else the likeliest."""
    text = content.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    if len(content) - len(text) > broken:  # most characters beyond ASCII were read
        return text
    for name in (claimed, otherwise):
        if name not in ("", "utf-8"):
            text = content.decode(name, "replace")
            if text.count("\ufffd") * 10 < len(text):  # else it is something else
                return text
    return content.decode(_guessed(content), "replace")


def _guessed(content: bytes) -> str:
    from charset_normalizer import from_bytes  # noqa: PLC0415  only for a charset that is wrong or missing

    if len(content) < LEAST_GUESSED:
        return WESTERN
    best = from_bytes(content[:MOST_GUESSED], cp_isolation=list(LIKELY)).best()
    return best.encoding if best is not None else WESTERN


def without_transfer_encoding(body: bytes, encoding: str) -> bytes:
    """The bytes behind a transfer encoding (RFC 2045 §6); as they are where it was not applied."""
    name = encoding.strip("\"' ;").lower()[:40]
    if name == "quoted-printable":
        return binascii.a2b_qp(body)
    if name == "base64":
        return _from_base64_body(body)
    if name in ("x-uuencode", "uuencode", "uue", "x-uue"):
        return _from_uuencode(body)
    return body


def decoded_size(body: bytes, encoding: str) -> int:
    """How many bytes stand behind a transfer encoding, without decoding them."""
    if "base64" in encoding.lower():
        return len(body.translate(None, _WHITE).rstrip(b"=")) * 3 // 4
    return len(without_transfer_encoding(body, encoding))


def from_base64(digits: bytes) -> bytes:
    """Whatever is base64 in it, with or without its end."""
    runs = digits.translate(None, _NO_BASE64).split(b"=", MOST_RUNS)  # some encode line by line
    return b"".join(_digits(run) for run in runs)


def _digits(run: bytes) -> bytes:
    whole = run[: len(run) - (len(run) % 4 == 1)]  # one digit alone is no byte
    return binascii.a2b_base64(whole + b"==") if whole else b""


def _from_base64_body(body: bytes) -> bytes:
    """A body of base64; a text that only calls itself so stays, as does a footer that was added below."""
    coded = body.strip()
    end = coded.find(b"=\n")
    if end >= 0 and b" " in coded[end:]:
        coded, footer = coded[:end], coded[end + 1 :]
    else:
        footer = b""
    packed = coded.translate(None, _WHITE)
    foreign = len(packed.translate(None, _BASE64))
    short = len(packed) < LINE and len(packed) % 4 and not footer  # no program writes this
    if short and not foreign and _is_text(from_base64(packed)):
        return from_base64(packed)  # its end was cut off
    if short or (foreign + coded.count(b" ")) * 20 > len(packed):
        return body
    return from_base64(packed) + footer


def _is_text(content: bytes) -> bool:
    """Whether bytes are words with blanks between them."""
    text = _strictly(content, "utf-8")
    return text is not None and " " in text and "".join(text.split()).isprintable()


def _from_uuencode(body: bytes) -> bytes:
    lines = body.split(b"\n")
    begin = next((number for number, line in enumerate(lines) if line.startswith(b"begin ")), -1)
    out = []
    for line in lines[begin + 1 :]:
        if line.strip() in (b"end", b"`", b""):
            break
        try:
            out.append(binascii.a2b_uu(line))
        except binascii.Error:
            return body
    return b"".join(out) if begin >= 0 else body
