"""Many words of which one may stand anywhere in a text: one walk along the text looks for all of them."""

from __future__ import annotations

import re
from collections.abc import Iterable

_Tree = dict[str, "_Tree"]  # by its next letter, what may follow; a word ends where nothing does


class Anywhere:
    """Some words, as one pattern in which those that begin alike share their letters: at each place few are tried."""

    __slots__ = ("_pattern",)

    def __init__(self, words: Iterable[str]) -> None:
        self._pattern = re.compile(_written(_tree(words)))

    def found_in(self, text: str) -> bool:
        """Whether one of them stands in a text, be it within a longer word."""
        return self._pattern.search(text) is not None

    def those_in(self, text: str) -> frozenset[str]:
        """All of them that stand in a text and within no other one."""
        return frozenset(self._pattern.findall(text))


def _tree(words: Iterable[str]) -> _Tree:
    """The letters of all words; behind a word there are none of longer ones, in which it stands too."""
    root: _Tree = {}
    for word in sorted(words, reverse=True):  # the longer ones first
        node = root
        for letter in word:
            node = node.setdefault(letter, {})
        node.clear()
    return root


def _written(tree: _Tree) -> str:
    choices = [re.escape(letter) + _written(behind) for letter, behind in tree.items()]
    return choices[0] if len(choices) == 1 else f"(?:{'|'.join(choices)})" if choices else ""
