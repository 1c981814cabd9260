"""Many beginnings of words or lines, of which only those are tried that share the first letters of a text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

HEAD = 2  # letters that are shared


class Beginnings:
    """Some words with which a text may begin; thousands of them cost no more than a few."""

    __slots__ = ("_by_head",)

    def __init__(self, words: Iterable[str]) -> None:
        self._by_head: dict[str, tuple[str, ...]] = {}
        for word in sorted(frozenset(words)):
            self._by_head[word[:HEAD]] = (*self._by_head.get(word[:HEAD], ()), word)

    def __iter__(self) -> Iterator[str]:
        """All of them."""
        return chain.from_iterable(self._by_head.values())

    def begin(self, text: str) -> bool:
        """Whether a text begins with one of them."""
        return text.startswith(self._by_head.get(text[:HEAD], ())) or text[:1] in self._by_head

    def of(self, text: str) -> list[str]:
        """Those with which a text begins, the shortest first."""
        head, first = text[:HEAD], text[:1]
        found = [first] if first != head and first in self._by_head else []
        if head in self._by_head:
            found += filter(text.startswith, self._by_head[head])
        return found
