"""Tells of a template which values it only prints and which it looks into.

A value that is only printed leaves the rest of the letter as it is, whatever it says; so a letter can be prepared with
that place left open. Everything that is not plainly a print, or a question whether there is a value at all, counts as
looked into.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from jinja2 import Environment, nodes

Path = tuple[str, ...]  # ("contact", "person") is {{ contact.person }}

LINKS = ("links",)  # of the text layout: what it loops over
_PARSER = Environment(autoescape=True)  # nothing is filled with it
_METHODS = frozenset(dir(dict))  # {{ contact.extra.get("x") }} looks into the whole of contact.extra


@dataclass(frozen=True, slots=True)
class Reach:
    """Which values a template prints, of which it asks only whether they are there, and which it looks into."""

    printed: frozenset[Path] = frozenset()
    asked: frozenset[Path] = frozenset()
    weighed: frozenset[Path] = frozenset()

    def __or__(self, other: Reach) -> Reach:
        """Both together."""
        return Reach(self.printed | other.printed, self.asked | other.asked, self.weighed | other.weighed)

    def is_weighed(self, path: Path) -> bool:
        """Whether a value, the table it lies in, or something in it is looked into."""
        return any(path[: len(other)] == other[: len(path)] for other in self.weighed)


@lru_cache(maxsize=64)  # the layouts are those of every language
def reach_of(source: str) -> Reach | None:
    """What a template prints, asks and looks into; None where that cannot be told.

    Raises:
        jinja2.TemplateSyntaxError: It is no template.
    """
    tree = _PARSER.parse(source)
    unsure = tree.find_all((nodes.Filter, nodes.EvalContextModifier))
    if any(not isinstance(one, nodes.Filter) or one.name == "random" for one in unsure):  # by chance, or escaped or not
        return None
    return _block(tree.body, {})


def _block(body: Iterable[nodes.Node], scope: dict[str, Path]) -> Reach:
    found = Reach()
    for node in body:
        found |= _statement(node, scope)
    return found


def _statement(node: nodes.Node, scope: dict[str, Path]) -> Reach:
    if isinstance(node, nodes.Output):
        found = Reach()
        for part in node.nodes:
            path = _path(part, scope)
            found |= Reach(printed=frozenset({path})) if path else _weighed(part, scope)
        return found
    if isinstance(node, nodes.If):
        return _asked(node.test, scope) | _block([*node.body, *node.elif_, *node.else_], scope)
    if isinstance(node, nodes.For) and not node.recursive and node.test is None:
        return _loop(node, scope)
    return _weighed(node, scope)  # {% set %}, {% filter %}, {% macro %}: what they do with a text, nobody sees here


def _loop(node: nodes.For, scope: dict[str, Path]) -> Reach:
    over = _path(node.iter, scope)
    if over == LINKS and isinstance(node.target, nodes.Name):
        return _block([*node.body, *node.else_], {**scope, node.target.name: (*LINKS, "*")})
    return _weighed(node.iter, scope) | _block([*node.body, *node.else_], scope)


def _asked(test: nodes.Node, scope: dict[str, Path]) -> Reach:
    """A condition: whether there is a value is no more than that; everything else looks into it."""
    if path := _path(test, scope):
        return Reach(asked=frozenset({path}))
    if isinstance(test, nodes.Not):
        return _asked(test.node, scope)
    if isinstance(test, (nodes.And, nodes.Or)):
        return _asked(test.left, scope) | _asked(test.right, scope)
    return _weighed(test, scope)


def _weighed(node: nodes.Node, scope: dict[str, Path]) -> Reach:
    return Reach(weighed=frozenset(_paths(node, scope)))


def _paths(node: nodes.Node, scope: dict[str, Path]) -> Iterator[Path]:
    if path := _path(node, scope):
        yield path
        return
    for child in node.iter_child_nodes():
        yield from _paths(child, scope)


def _path(node: nodes.Node, scope: dict[str, Path]) -> Path | None:
    """`contact.person` and `contact["person"]` as a path; None for anything else."""
    if isinstance(node, nodes.Name):
        return scope.get(node.name, (node.name,)) if node.ctx == "load" else None
    if isinstance(node, nodes.Getattr):
        parent, name = _path(node.node, scope), node.attr
    elif isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        parent, name = _path(node.node, scope), node.arg.value
    else:
        return None
    return (*parent, name) if parent and isinstance(name, str) and name not in _METHODS else None
