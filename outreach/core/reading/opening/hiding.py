"""Finds what the styles of a page hide from whoever looks at it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

_END = r"(?=[\s;!\"'>}]|\Z)"
_ZERO = rf"\s{{0,9}}:\s{{0,9}}0{{1,3}}(?:\.0{{0,9}})?(?:px|pt|em|rem|%)?{_END}"
_FAR_AWAY = r"\s{0,9}:\s{0,9}-\d{3,6}(?:px|pt|em|rem)"
_NO_INK = rf"(?:#fff(?:fff)?|white|transparent|rgba?\(\s?255,\s?255,\s?255(?:,[^)]{{1,9}})?\)){_END}"
# What begins a style that hides, and how it goes on; small letters.
_HIDING = {
    "display": re.compile(r"display\s{0,9}:\s{0,9}none"),
    "visibility": re.compile(r"visibility\s{0,9}:\s{0,9}hidden"),
    "mso-hide": re.compile(r"mso-hide\s{0,9}:\s{0,9}all"),
    "font-size": re.compile(rf"font-size(?:{_ZERO}|\s{{0,9}}:\s{{0,9}}1(?:px|pt){_END})"),
    "opacity": re.compile(rf"opacity{_ZERO}"),
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
_CONTENT = re.compile(r"content\s{0,9}:\s{0,9}[\"'][^\"'<>]{0,99}[a-z]{2}")  # of a pseudo-element
_CLASSES = re.compile(r"\.([\w-]{1,60})\s{0,9}\{([^{}]{0,2000})\}")
MOST_CLASSES = 20
MOST_ABOVE = 50  # elements around another that are looked at
_MAY_HIDE = ", ".join(("[hidden]", *(f'[style*="{word}" i]' for word in (*_HIDING, "color")), "font[color]"))


def hides(html: str) -> bool:
    """Whether its styles may hide words from whoever looks at it."""
    small = html.encode("ascii", "replace").decode().lower()  # small letters of all scripts take far longer
    return ("hidden" in small and _HIDDEN.search(small) is not None) or _is_hiding(small) or _is_white(small)


def writes(html: str) -> bool:
    """Whether its styles may write words that stand nowhere in it, or a page within it does."""
    small = html.encode("ascii", "replace").decode().lower()
    return "srcdoc" in small or ((":before" in small or ":after" in small) and _CONTENT.search(small) is not None)


def drop_hidden(tree: LexborHTMLParser, html: str) -> None:
    """Takes away from a page what its styles hide: those of elements, and those of classes."""
    classes = [f".{name}" for name in dict.fromkeys(_hiding_classes(html))][:MOST_CLASSES]
    for tag in reversed(tree.css(", ".join([_MAY_HIDE, *classes]))):  # what stands within another comes before it
        if any(tag.css_matches(one) for one in classes) or _is_hidden(tag):
            tag.decompose()


def _is_hiding(small: str) -> bool:
    return any(word in small and style.search(small) is not None for word, style in _HIDING.items())


def _is_white(small: str) -> bool:
    return any(word in small for word in _MAYBE_WHITE) and _WHITE.search(small) is not None


def _hiding_classes(html: str) -> Iterator[str]:
    for name, style in _CLASSES.findall(html):
        small = style.lower()
        if _is_hiding(small) or (_is_white(small) and not _GROUND.search(small)):
            yield name


def _is_hidden(tag: LexborNode) -> bool:
    style = (tag.attributes.get("style") or "").lower()
    if "hidden" in tag.attributes or _is_hiding(style):
        return True
    color = (tag.attributes.get("color") or "").lower() if tag.tag == "font" else ""
    return _is_white(f"{style};color={color}") and not _has_ground(tag)


def _has_ground(tag: LexborNode) -> bool:
    """Whether an element, or one around it, has a color of its own below the letters, or a picture."""
    above: LexborNode | None = tag
    for _ in range(MOST_ABOVE):
        if above is None:
            return False
        attributes = above.attributes
        ground = next((value.lower() for name in _GROUNDS if (value := attributes.get(name) or "")), "")
        if (ground and not re.fullmatch(_NO_INK, ground)) or _GROUND.search((attributes.get("style") or "").lower()):
            return True
        above = above.parent
    return False
