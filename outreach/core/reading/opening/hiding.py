"""Finds what the styles of a page hide from whoever looks at it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

_END = r"(?=[\s;!\"'>}]|\Z)"
_ZERO = rf"\s{{0,9}}:\s{{0,9}}0{{1,3}}(?:\.0{{0,9}})?(?:px|pt|em|rem|%)?{_END}"
_FAR_AWAY = r"\s{0,9}:\s{0,9}-\d{3,6}(?:px|pt|em|rem)"
_NARROW = rf"(?<![\w-])(?:height|width)(?:{_ZERO}|\s{{0,9}}:\s{{0,9}}1px{_END})"
_NO_INK = rf"(?:#fff(?:fff)?|white|transparent|rgba?\(\s?255,\s?255,\s?255(?:,[^)]{{1,9}})?\)){_END}"
# What begins a style that hides, and how it goes on; small letters.
_HIDING = {
    "display": re.compile(r"display\s{0,9}:\s{0,9}none"),
    "visibility": re.compile(r"visibility\s{0,9}:\s{0,9}hidden"),
    "mso-hide": re.compile(r"mso-hide\s{0,9}:\s{0,9}all"),
    "font-size": re.compile(rf"font-size(?:{_ZERO}|\s{{0,9}}:\s{{0,9}}(?:1|0?\.\d{{1,9}})(?:px|pt){_END})"),
    "opacity": re.compile(rf"opacity(?:{_ZERO}|\s{{0,9}}[:(]\s{{0,9}}0?\.0)"),
    "clip": re.compile(r"clip(?:-path)?\s{0,9}:\s{0,9}(?:rect\(\s?[01](?:px)?[\s,]|(?:inset|circle|polygon)\()"),
    "transform": re.compile(
        r"transform\s{0,9}:\s{0,9}(?:scale[xyz3d]{0,2}\(\s?0(?:\.0\d{0,9})?[\s,)]|translate[^)]{0,9}-\d{3})"
    ),
    "overflow": re.compile(  # of a box without height or width, in either order
        rf"overflow[^;:]{{0,2}}\s{{0,9}}:\s{{0,9}}(?:hidden|clip)[^{{}}<>]{{0,80}}{_NARROW}"
        rf"|{_NARROW}[^{{}}<>]{{0,80}}overflow[^;:]{{0,2}}\s{{0,9}}:\s{{0,9}}(?:hidden|clip)"
    ),
    "max-height": re.compile(rf"max-height{_ZERO}"),
    "-indent": re.compile(rf"-indent{_FAR_AWAY}"),
    "left": re.compile(rf"left{_FAR_AWAY}"),
    "top": re.compile(rf"top{_FAR_AWAY}"),
}
_HIDDEN = re.compile(r"[\s\"'/]hidden\b")
# White letters, which are seen only on another ground.
_WHITE = re.compile(rf"(?<![\w-])color\s{{0,9}}[:=]\s{{0,9}}[\"']?{_NO_INK}")
_MAYBE_WHITE = ("#fff", "white", "transparent", "255,")
_GROUND = re.compile(rf"background(?:-color|-image)?\s{{0,9}}:\s{{0,9}}(?!none|initial|inherit|{_NO_INK})")
_GROUNDS = ("bgcolor", "background")  # attributes
# Colors of letters, and of what is below them.
_COLOR = r"\s{0,9}[\"']?(#[0-9a-f]{3,8}|[a-z]{3,20}|rgba?\([^()]{5,30}\))"
_INK = re.compile(rf"(?<![\w-])color\s{{0,9}}[:=]{_COLOR}")
_PAPER = re.compile(rf"(?:background(?:-color)?\s{{0,9}}:|bgcolor\s{{0,9}}=){_COLOR}")
_SHORT = re.compile(r"#([0-9a-f])([0-9a-f])([0-9a-f])")
_CONTENT = re.compile(r"content\s{0,9}:\s{0,9}[\"'][^\"'<>]{0,99}[a-z]{2}")  # of a pseudo-element
_RULES = re.compile(r"([.#]?[a-z_][\w-]{0,59})\s{0,9}\{([^{}]{0,2000})\}", re.IGNORECASE)
MOST_RULES = 20
MOST_ABOVE = 50  # elements around another that are looked at
_MAY_HIDE = ", ".join(("[hidden]", *(f'[style*="{word}" i]' for word in (*_HIDING, "color")), "font[color]"))


def hides(html: str) -> bool:
    """Whether its styles may hide words from whoever looks at it."""
    small = html.encode("ascii", "replace").decode().lower()  # small letters of all scripts take far longer
    hidden = "hidden" in small and _HIDDEN.search(small) is not None
    return hidden or _is_hiding(small) or _is_white(small) or _may_be_alike(small)


def writes(html: str) -> bool:
    """Whether its styles may write words that stand nowhere in it, or a page within it does."""
    small = html.encode("ascii", "replace").decode().lower()
    return "srcdoc" in small or ((":before" in small or ":after" in small) and _CONTENT.search(small) is not None)


def drop_hidden(tree: LexborHTMLParser, html: str) -> None:
    """Takes away from a page what its styles hide: those of elements, and those of classes, names and tags."""
    rules = list(dict.fromkeys(_hiding_rules(html)))[:MOST_RULES]
    for tag in reversed(tree.css(", ".join([_MAY_HIDE, *rules]))):  # what stands within another comes before it
        if any(tag.css_matches(one) for one in rules) or _is_hidden(tag):
            tag.decompose()


def _is_hiding(small: str) -> bool:
    return any(word in small and style.search(small) is not None for word, style in _HIDING.items())


def _is_white(small: str) -> bool:
    return any(word in small for word in _MAYBE_WHITE) and _WHITE.search(small) is not None


def _hiding_rules(html: str) -> Iterator[str]:
    """What the rules of a style sheet that hide begin with: “.classes”, “#names” and tags."""
    for name, style in _RULES.findall(html):
        small = style.lower()
        if _is_hiding(small) or (_is_white(small) and not _GROUND.search(small)):
            yield name


def _may_be_alike(small: str) -> bool:
    """Whether letters have a color that something else has as its ground."""
    if "background" not in small and "bgcolor" not in small:
        return False
    inks = set(map(_whole, _INK.findall(small)))
    return bool(inks) and not inks.isdisjoint(map(_whole, _PAPER.findall(small)))


def _whole(color: str) -> str:
    """A color, written in one way: “#fff” is “#ffffff”."""
    return _SHORT.sub(r"#\1\1\2\2\3\3", color) if len(color) == len("#fff") else color.replace(" ", "")


def _is_hidden(tag: LexborNode) -> bool:
    style = (tag.attributes.get("style") or "").lower()
    if "hidden" in tag.attributes or _is_hiding(style):
        return True
    color = (tag.attributes.get("color") or "").lower() if tag.tag == "font" else ""
    style = f"{style};color={color}"
    ink = _INK.search(style)
    if ink is None:
        return False
    ground = _ground(tag)
    if _is_white(style) and (not ground or re.fullmatch(_NO_INK, ground)):
        return True
    return bool(ground) and _whole(ink[1]) == _whole(ground)


def _ground(tag: LexborNode) -> str:
    """The color below the letters of an element, its own or that of one around it; “?” for a picture, "" for none."""
    above: LexborNode | None = tag
    for _ in range(MOST_ABOVE):
        if above is None:
            return ""
        attributes = above.attributes
        style = (attributes.get("style") or "").lower()
        if found := next((value.lower() for name in _GROUNDS if (value := attributes.get(name) or "")), ""):
            return found
        if _GROUND.search(style):
            paper = _PAPER.search(style)
            return paper[1] if paper is not None else "?"
        above = above.parent
    return ""
