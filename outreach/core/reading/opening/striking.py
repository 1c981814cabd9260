"""Finds what the style sheets of a page strike out, in one pass over its tags, where no tree of it is built."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection

TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})[^<>]*>|<![^<>]*>")
STRIKING_CLASS = re.compile(r"\.([\w-]{1,60})\s{0,9}\{[^{}]{0,2000}line-through", re.IGNORECASE)
_LINE_THROUGH = re.compile("line-through", re.IGNORECASE)
_CLASS = re.compile(r"""\sclass\s{0,9}=\s{0,9}(?:"([^"]{0,500})"|'([^']{0,500})'|([^\s"'>]{1,200}))""", re.IGNORECASE)

VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"})
ENDED_BY: dict[str, Collection[str]] = {
    "li": frozenset({"li"}),
    "td": frozenset({"td", "th", "tr"}),
    "tr": frozenset({"tr"}),
}


def spelled_out(html: str, blocks: Collection[str]) -> str:
    """A page with <s> around each element that its style or its class strikes out.

    Args:
        html: The page, without comments.
        blocks: Elements before which a paragraph ends.
    """
    if not _LINE_THROUGH.search(html):
        return html
    classes = frozenset(STRIKING_CLASS.findall(html))
    parts, at, open_ = [], 0, _Open(blocks)
    for tag in TAG.finditer(html):
        closes, named = tag[1], (tag[2] or "").lower()
        if not named or named in VOID:
            continue
        if closes:
            parts += [html[at : tag.start()], "</s>" * open_.close(named), tag[0]]
        else:
            strikes_out = bool(_LINE_THROUGH.search(tag[0])) or not classes.isdisjoint(_classes_of(tag[0]))
            parts += [html[at : tag.start()], "</s>" * open_.close_before(named), tag[0], "<s>" * strikes_out]
            open_.add(named, strikes_out=strikes_out)
        at = tag.end()
    return "".join((*parts, html[at:]))


def _classes_of(tag: str) -> list[str]:
    found = _CLASS.search(tag)
    return (found[1] or found[2] or found[3] or "").split() if found else []


class _Open:
    """The elements that are open at a place of a page, and which of them strike out."""

    def __init__(self, blocks: Collection[str]) -> None:
        self._ended_by = {**ENDED_BY, "p": blocks}
        self._inside: list[tuple[str, bool]] = []
        self._counts = Counter[str]()

    def add(self, name: str, *, strikes_out: bool) -> None:
        self._inside.append((name, strikes_out))
        self._counts[name] += 1

    def close(self, name: str) -> int:
        """Ends an element and what was left open in it; how many of these struck out."""
        ended = 0
        while self._counts[name]:
            inner, strikes_out = self._inside.pop()
            self._counts[inner] -= 1
            ended += strikes_out
            if inner == name:
                break
        return ended

    def close_before(self, name: str) -> int:
        """A paragraph ends where a block begins, an item where the next does."""
        last = self._inside[-1][0] if self._inside else ""
        return self.close(last) if name in self._ended_by.get(last, ()) else 0
