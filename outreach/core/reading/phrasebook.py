"""Looks for thousands of named phrases in one walk along a sentence.

The phrases are those of phrases.py, together in one automaton over words: after each word it is known which phrases may
still go on. Its states are made when a text first needs them (a lazily built deterministic automaton), so that a word
costs one look into a dictionary, however many phrases there are; threads may share a book.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar

from outreach.core.reading.phrases import TOKEN, Sentence, alternatives
from outreach.languages.beginnings import Beginnings
from outreach.languages.remembering import Remembered
from outreach.languages.spelling import plain_words

Name = TypeVar("Name")

GAPS = {"*": 4, "**": 10}  # words that may stand in a gap
LONGEST_WORD = 60  # characters; longer words are no words
MOST_REMEMBERED = 1 << 16  # steps of the automaton; then it forgets them and begins anew

# What a phrase says of one word: how it is meant ("=" so, "<" begins so, ">" ends so, "<>" contains, "#" a figure) and
# the word.
Atom = tuple[str, str]
_ByWord = Mapping[int, Sequence[int]]  # the nodes to which a word leads of which an atom is true


class Found(NamedTuple, Generic[Name]):
    """Phrases of one name that were found in a sentence: the places of their first and last word."""

    name: Name
    first: int
    last: int
    sentence: Sentence

    @property
    def words(self) -> str:
        """The words as they stand in the sentence."""
        return self.sentence.written_from(self.first, self.last)


class _Kind:
    """A class of words of which the same atoms are true; each is made once, and known by its identity."""

    __slots__ = ("atoms",)

    def __init__(self, atoms: tuple[int, ...]) -> None:
        self.atoms = atoms


class _State(dict[_Kind, "_State[Name]"], Generic[Name]):
    """Where some phrases have come to: what follows, by the class of the next word; made when it is first asked for."""

    __slots__ = ("_step", "leads", "names", "nodes")

    def __init__(
        self, nodes: frozenset[int], names: tuple[Name, ...], step: Callable[[_State[Name], _Kind], _State[Name]]
    ) -> None:
        self.nodes = nodes
        self.names = names  # of the phrases that are complete
        self._step = step
        # Where any word leads, where one leads of which an atom is true, and what follows if none is.
        self.leads: tuple[frozenset[int], Sequence[_ByWord], _State[Name]] | None = None

    def __missing__(self, kind: _Kind) -> _State[Name]:
        """Makes it."""
        following = self[kind] = self._step(self, kind)
        return following


class Phrasebook(Generic[Name]):
    """Many named phrases; thousands of them cost hardly more than a few."""

    def __init__(self, named: Iterable[tuple[Name, str]]) -> None:
        self._graph: _Graph[Name] = _Graph()
        for name, phrase in named:
            self._graph.add(name, phrase)
        self._lexicon = _Lexicon(self._graph.atoms)
        self._forget()

    def _forget(self) -> None:
        self._states: dict[frozenset[int], _State[Name]] = {}
        self._start: _State[Name] = self._state(frozenset((0,)))
        self._nowhere: _State[Name] = self._state(frozenset())  # where no phrase goes on
        self._begun = Remembered(self._begin)  # by the first word
        self._steps = 0

    def _begin(self, word: str) -> _State[Name] | None:
        """Where the phrases have come that begin with a word; None where none does."""
        state = self._start[self._lexicon.kinds[word]]
        return None if state is self._nowhere else state

    def find(self, sentence: Sentence) -> Iterator[Found[Name]]:
        """Every name of which a phrase stands in a sentence, by first words; of those that begin alike the longest."""
        if self._steps > MOST_REMEMBERED:
            self._forget()
        words, kinds, nowhere = sentence.plain, self._lexicon.kinds, self._nowhere
        end = len(words) - 1
        for first, state in enumerate(list(map(self._begun.__getitem__, words))):
            if state is None:
                continue
            if not state.names and (first == end or state[kinds[words[first + 1]]] is nowhere):  # so most of them end
                continue
            for name, last in self._ends(state, words, first).items():
                yield Found(name, first, last, sentence)

    def _ends(self, state: _State[Name], words: Sequence[str], first: int) -> dict[Name, int]:
        """The last words of the phrases of which a word is the first; the state is that behind it."""
        kinds, nowhere, ends = self._lexicon.kinds, self._nowhere, dict.fromkeys(state.names, first)
        for at in range(first + 1, len(words)):
            state = state[kinds[words[at]]]
            if state.names:
                ends.update(dict.fromkeys(state.names, at))
            elif state is nowhere:
                break
        return ends

    def _step(self, state: _State[Name], kind: _Kind) -> _State[Name]:
        if state.leads is None:
            inside, tables = self._graph.leads(state.nodes)
            state.leads = inside, tables, self._state(inside)
        inside, tables, otherwise = state.leads
        known = [by_word[atom] for by_word in tables for atom in kind.atoms if atom in by_word]
        self._steps += 1
        return self._state(inside.union(*known)) if known else otherwise

    def _state(self, nodes: frozenset[int]) -> _State[Name]:
        state = self._states.get(nodes)
        if state is None:
            state = self._states.setdefault(nodes, _State(nodes, self._graph.complete(nodes), self._step))
        return state


class _Graph(Generic[Name]):
    """The phrases as nodes and the words that lead from one to the next; phrases that begin alike share their nodes."""

    def __init__(self) -> None:
        self.atoms: dict[Atom, int] = {}
        self._by_word: list[dict[int, list[int]]] = [{}]  # of each node: the next ones, by the atom that leads there
        self._by_any: list[list[int]] = [[]]  # the next ones, by any word: inside gaps
        self._names: list[list[Name]] = [[]]  # of the phrases that end at each node
        self._built: dict[tuple[tuple[int, ...], str], tuple[int, ...]] = {}

    def add(self, name: Name, phrase: str) -> None:
        """Adds a phrase."""
        ends: tuple[int, ...] = (0,)
        for token in TOKEN.findall(phrase):
            if (ends, token) not in self._built:
                self._built[ends, token] = self._token(ends, token)
            ends = self._built[ends, token]
        for node in ends:
            if node and name not in self._names[node]:
                self._names[node].append(name)

    def leads(self, nodes: frozenset[int]) -> tuple[frozenset[int], Sequence[_ByWord]]:
        """Where one comes from some nodes: by any word, and by one of which an atom is true."""
        tables = [table for node in nodes if (table := self._by_word[node])]
        return frozenset([one for node in nodes for one in self._by_any[node]]), tables

    def complete(self, nodes: Iterable[int]) -> tuple[Name, ...]:
        """The names of the phrases that end at some nodes."""
        ends = [node for node in nodes if self._names[node]]
        return tuple(dict.fromkeys([name for node in sorted(ends) for name in self._names[node]])) if ends else ()

    def _token(self, starts: tuple[int, ...], token: str) -> tuple[int, ...]:
        """Lets a token follow some nodes; gives the nodes where it ends."""
        if token in GAPS:
            return self._gap(starts, GAPS[token])
        choices = alternatives(token)
        end = self._node()
        for choice in filter(None, choices):
            self._choice(starts, [atom for word in choice.split() for atom in _atoms(word)], end)
        return (end,) if all(choices) else (*starts, end)

    def _choice(self, starts: Sequence[int], atoms: Sequence[Atom], end: int) -> None:
        for place, atom in enumerate(atoms, 1):
            number = self.atoms.setdefault(atom, len(self.atoms))
            target = end if place == len(atoms) else self._node()
            for start in starts:
                self._by_word[start].setdefault(number, []).append(target)
            starts = (target,)

    def _gap(self, starts: tuple[int, ...], words: int) -> tuple[int, ...]:
        ends = starts
        for _ in range(words):
            inside = self._node()
            for start in starts:
                self._by_any[start].append(inside)
            starts = (inside,)
            ends = (*ends, inside)
        return ends

    def _node(self) -> int:
        self._by_word.append({})
        self._by_any.append([])
        self._names.append([])
        return len(self._names) - 1


class _Lexicon:
    """Sorts words into classes: those of which the same atoms are true, which are the same to the automaton."""

    def __init__(self, atoms: dict[Atom, int]) -> None:
        self._whole = {word: number for (how, word), number in atoms.items() if how == "="}
        self._begins = {word: number for (how, word), number in atoms.items() if how == "<"}
        self._ends = {word[::-1]: number for (how, word), number in atoms.items() if how == ">"}
        self._within = {word: number for (how, word), number in atoms.items() if how == "<>"}
        self._figure = atoms.get(("#", ""))
        self._beginnings, self._endings = Beginnings(self._begins), Beginnings(self._ends)
        self._classes: dict[tuple[int, ...], _Kind] = {}
        self.kinds = Remembered(self._kind)  # by word

    def _kind(self, word: str) -> _Kind:
        atoms = tuple(self._true_of(word)) if len(word) <= LONGEST_WORD else ()
        return self._classes.get(atoms) or self._classes.setdefault(atoms, _Kind(atoms))

    def _true_of(self, word: str) -> list[int]:
        found = [self._whole[word]] if word in self._whole else []
        found += [self._begins[part] for part in self._beginnings.of(word)]
        if self._ends:
            found += [self._ends[part] for part in self._endings.of(word[::-1])]
        if self._within:
            found += [number for part, number in self._within.items() if part in word]
        if self._figure is not None and not word.isalpha() and any(sign.isdecimal() for sign in word):
            found.append(self._figure)
        return found


def _atoms(word: str) -> list[Atom]:
    """What a word of a phrase says of the words of a text; `jusqu'au` speaks of two, a word in Han of each sign."""
    if word == "#":
        return [("#", "")]
    bare = word.strip("~")
    parts = (bare.lower(),) if bare.isascii() and bare.isalnum() else plain_words(word)
    found: list[Atom] = [("=", part) for part in parts]
    if parts and word.startswith("~"):
        found[0] = (">", parts[0])
    if parts and word.endswith("~"):
        found[-1] = ("<>" if found[-1][0] == ">" else "<", parts[-1])
    return found
