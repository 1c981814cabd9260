"""HTML to the text that a person sees, quoted parts marked with “>”, without losing any."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import unescape
from itertools import chain

from selectolax.lexbor import LexborHTMLParser, LexborNode

from outreach.core.reading.opening.hiding import drop_hidden
from outreach.core.reading.opening.seen import DENIALS
from outreach.core.reading.opening.striking import STRIKING_CLASS, spelled_out
from outreach.core.reading.text.quote_marks import marks
from outreach.languages.remembering import Remembered
from outreach.languages.spelling import lower_words

BLOCKS = (
    *("address", "article", "aside", "button", "center", "dd", "div", "dl", "dt", "fieldset", "footer", "form"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "header", "li", "main", "nav", "ol", "p", "pre", "section", "table"),
    *("tr", "ul"),
)
_BLOCKS = ", ".join(BLOCKS)
UNSEEN = ["script", "style", "head", "title", "template", "noscript"]
MOST = 2_000_000  # characters
MOST_CLASSES = 20  # that strike out
MOST_TAGS = 3_000  # a tree of more takes long to build, and far longer where they are nested

# What mail programs put around or above the mail that is answered: Gmail, Outlook (desktop, web, telephone), Apple,
# Thunderbird, Yahoo, Proton, Zoho, Zimbra, Roundcube.
QUOTES = (
    ".gmail_quote, .gmail_attr, .gmail_quote_container, [id$=divRplyFwdMsg], #OLK_SRC_BODY_SECTION, "
    ".OutlookMessageHeader, #mail-editor-reference-message-container, .ms-outlook-mobile-reference-message, "
    '[style*="border-top:solid #E1E1E1"], [style*="border-top:solid #B5C4DF"], .moz-cite-prefix, '
    ".moz-email-headers-table, .yahoo_quoted, .yahoo-quoted-begin, .protonmail_quote, .zmail_extra, .zmail_extra_hr, "
    "#zwchr, #reply-intro, "
    "#isReplyContent, .mail_quote, .tutanota_quote, #mailcontent_quote"
)
# A signature that a mail program put there.
SIGNATURES = (
    ".gmail_signature, .moz-signature, .protonmail_signature_block, #ms-outlook-mobile-signature, #AppleMailSignature, "
    "[id$=Signature]:not(body)"
)
LONGEST_SIGNATURE = 600  # characters; in a longer one somebody wrote
INDENT = re.compile(r"border\s*:\s*none|margin\s*:\s*0(?:px)?\s+0(?:px)?\s+0(?:px)?\s+40px", re.IGNORECASE)

# Lines of their own, which no mail has: they become “>” and separators; the last two stand around struck text.
OWN = OPEN, CLOSE, QUOTE, SIGNATURE, STRIKE, STRUCK = "\ue010", "\ue011", "\ue012", "\ue013", "\ue014", "\ue015"
SEPARATOR = "-----Original Message-----"
_ALONE = frozenset({OPEN, CLOSE, QUOTE, SIGNATURE})  # in their lines
_OWN = re.compile(f"[{''.join(OWN)}]")
_STRIKE_SIGNS = re.compile(f"([{STRIKE}{STRUCK}])")
_FILLED = re.compile(r"[^\s~](?:[^\n]*[^\s~])?")  # the words of a line
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
STRIKING = ("s", "del", "strike")
# Each begins with a sign that has no case, which is found quickly.
_STRIKES = re.compile(r"<(?:s|del|strike)[\s>]", re.IGNORECASE | re.ASCII)
_LINE_THROUGH = re.compile(r"-(?<=line-)through", re.IGNORECASE | re.ASCII)
_STYLED = '[style*="line-through" i]'
_FOR_OPENED = (
    dict.fromkeys([*BLOCKS, "br"], "\n")
    | {"td": " ", "th": " ", "blockquote": f"\n{OPEN}\n"}
    | dict.fromkeys(STRIKING, STRIKE)
)
_FOR_CLOSED = _FOR_OPENED | {"blockquote": f"\n{CLOSE}\n"} | dict.fromkeys(STRIKING, STRUCK)
_LETTER = re.compile(r"\w")
_TAG = re.compile(r"<(/?[a-zA-Z][a-zA-Z0-9]{0,20}|!)[^<>]*>")  # by its name, behind “/” where it closes
MOST_QUOTED = 5  # signs before a line
_QUOTED = tuple("> " * depth for depth in range(MOST_QUOTED + 1))
NO_TAG = "!"
_UNSEEN_TAGS = frozenset(UNSEEN)
_FOR_TAG: Remembered[str] = Remembered(
    lambda tag: _FOR_CLOSED.get(tag[1:].lower(), "") if tag[0] == "/" else _FOR_OPENED.get(tag.lower(), "")
)


def strikes(html: str) -> bool:
    """Whether it may strike words out, which its plain form would not tell."""
    return _LINE_THROUGH.search(html) is not None or _STRIKES.search(html) is not None


def html_to_text(html: str, *, hidden: bool = True) -> str:
    """The text of an HTML mail; what stands in a block quote gets a “>” before each line.

    Args:
        html: The page.
        hidden: Whether with what its styles seem to hide; where that is all, it is there in any case.
    """
    html = html[:MOST]
    if any(sign in html for sign in OWN):
        html = _OWN.sub(" ", html)
    if html.count("<") > 2 * MOST_TAGS:
        return _lines(_struck_out(_by_tags(html)))
    try:
        text = _by_tree(html, hidden=hidden)
    except Exception:  # noqa: BLE001  a tree that cannot be built: the words without the tags
        text = _by_tags(html)
    return _lines(_struck_out(text))


def _by_tree(html: str, *, hidden: bool) -> str:
    """The text of the tree, with or without what its style hides."""
    tree = LexborHTMLParser(html)
    _mark_struck(tree, html)
    tree.strip_tags(UNSEEN, recursive=True)
    if not hidden:
        drop_hidden(tree, html)
    _mark_containers(tree)
    for tag in tree.css("input[type=checkbox], input[type=radio]"):
        tag.replace_with("[x] " if "checked" in tag.attributes else "[ ] ")
    for tag in tree.css("input[value]:not([type=hidden i]), img[alt]"):
        tag.replace_with(_shown(tag))
    for tag in tree.css("br"):
        tag.replace_with("\n")
    for tag in tree.css("td, th"):
        tag.insert_after(" ")
    for tag in tree.css(_BLOCKS):
        tag.insert_before("\n")
        tag.insert_after("\n")
    for tag in tree.css("blockquote"):
        if not INDENT.search(tag.attributes.get("style") or ""):
            tag.insert_before(f"\n{OPEN}\n")
            tag.insert_after(f"\n{CLOSE}\n")
    body = tree.body or tree.root
    return body.text(separator="", deep=True) if body is not None else ""


def _shown(tag: LexborNode) -> str:
    """What was filled into a field; a sign or a “not” for which a picture stands: others are logos."""
    attributes = tag.attributes
    words = (attributes.get("value") if tag.tag == "input" else attributes.get("alt")) or ""
    told = not _LETTER.search(words) or not DENIALS.isdisjoint(lower_words(words))
    return f" {words} " if tag.tag == "input" or told else ""


def _mark_containers(tree: LexborHTMLParser) -> None:
    """Signs above what mail programs put around a quoted mail and a signature."""
    for tag in tree.css(QUOTES):
        tag.insert_before(f"\n{QUOTE}\n")
    for tag in tree.css(SIGNATURES):
        if len(tag.text(deep=True)) < LONGEST_SIGNATURE:
            tag.insert_before(f"\n{SIGNATURE}\n")


def _mark_struck(tree: LexborHTMLParser, html: str) -> None:
    """Signs around what is struck out: by its tag, its style, or a class that a style sheet strikes out."""
    if not strikes(html):
        return
    classes = [f".{name}" for name in dict.fromkeys(STRIKING_CLASS.findall(html))][:MOST_CLASSES]
    for tag in tree.css(", ".join([*STRIKING, _STYLED, *classes])):
        tag.insert_before(STRIKE)
        tag.insert_after(STRUCK)


def _struck_out(text: str) -> str:
    """Every line of struck text between “~~”, as Markdown writes it; elements within each other count once."""
    if STRIKE not in text and STRUCK not in text:
        return text
    depth, parts = 0, [("", False)]
    for piece in _STRIKE_SIGNS.split(text):
        depth = max(0, depth + (piece == STRIKE) - (piece == STRUCK))
        if piece not in (STRIKE, STRUCK):
            before, struck = parts[-1]
            parts[-1:] = [(before + piece, struck)] if struck == (depth > 0) else [parts[-1], (piece, depth > 0)]
    return "".join(_FILLED.sub(r"~~\g<0>~~", words) if struck else words for words, struck in parts)


def _by_tags(html: str) -> str:
    """The text without a tree: in one pass, for what has more tags than a mail should."""
    return unescape("".join(_pieces(spelled_out(_COMMENT.sub("", html), BLOCKS))))


def _pieces(html: str) -> Iterator[str]:
    first, *rest = _TAG.split(html)
    tags, texts = rest[::2], rest[1::2]
    if not _UNSEEN_TAGS.isdisjoint(map(str.lower, set(tags))):
        tags, texts = _seen(tags, texts)
    return chain((first,), chain.from_iterable(zip(map(_FOR_TAG.__getitem__, tags), texts, strict=True)))


def _seen(tags: Sequence[str], texts: Sequence[str]) -> tuple[list[str], list[str]]:
    """The tags, and the text behind each of them, without those of which nobody sees the text."""
    names = list(map(str.lower, tags))
    seen: list[tuple[str, str]] = []
    at = 0
    while at < len(names):
        name = names[at]
        if name in _UNSEEN_TAGS:
            at = _where(names, f"/{name}", at)
            seen += [(NO_TAG, text) for text in texts[at : at + 1]]
        else:
            seen.append((NO_TAG if name.removeprefix("/") in _UNSEEN_TAGS else tags[at], texts[at]))
        at += 1
    return [tag for tag, _ in seen], [text for _, text in seen]


def _where(names: Sequence[str], name: str, since: int) -> int:
    """The place of the next such name; behind the last one where there is none."""
    try:
        return names.index(name, since)
    except ValueError:
        return len(names)


def _lines(text: str) -> str:
    """The lines of a text, the blanks in each of them single, as the signs in lines of their own say."""
    cleaned = list(map(" ".join, map(str.split, text.split("\n"))))
    lines = cleaned if _ALONE.isdisjoint(cleaned) else _arranged(cleaned)
    text = "\n".join(lines)
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text.strip("\n") + "\n"


def _arranged(cleaned: Sequence[str]) -> list[str]:
    """The lines without the signs, quoted and parted as these say."""
    depth, quoted = 0, ""
    lines: list[str] = []
    marked: list[int] = []
    for clean in cleaned:
        if clean not in _ALONE:
            lines.append(quoted + clean)
        elif clean == OPEN:
            depth += 1
            quoted = _QUOTED[depth] if depth <= MOST_QUOTED else quoted
        elif clean == CLOSE:
            depth -= depth > 0
            quoted = _QUOTED[min(depth, MOST_QUOTED)]
        elif not depth:
            marked.append(len(lines))
            lines.append(clean)
    for number in marked:
        lines[number] = _separator(lines, number)
    return lines


def _separator(lines: list[str], number: int) -> str:
    """What stands for a container: nothing where its own words say it."""
    if lines[number] == SIGNATURE:
        return "-- "
    below = [line for line in lines[number + 1 : number + 9] if line and not _OWN.match(line)]
    if not below or below[0].startswith(">") or next((mark.start < 3 for mark in marks(below)), False):  # noqa: PLR2004
        return ""
    return SEPARATOR
