"""Makes SVG markup: every text is escaped, every number short, and nothing in it can run."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

# XML 1.0 §2.2 knows no other control characters, nor halves of surrogate pairs.
_NO_CHARACTER = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

XMLNS = "http://www.w3.org/2000/svg"
Value = str | float | None  # None: the attribute is left out


def tag(name: str, /, *children: str, **attributes: Value) -> Markup:
    """An element. Children that are no markup are text; `class_` is class, `text_anchor` is text-anchor."""
    given = "".join(f' {_name(key)}="{_text(value)}"' for key, value in attributes.items() if value is not None)
    inner = "".join(child if isinstance(child, Markup) else _text(child) for child in children)
    # Safe: names are written in this package, values and texts are escaped.
    return Markup(f"<{name}{given}>{inner}</{name}>" if inner else f"<{name}{given}/>")  # noqa: S704


def together(*parts: Markup) -> Markup:
    """Elements one after another."""
    return Markup("").join(parts)


def drawing(
    name: str, title: str, description: str, size: tuple[float, float], *parts: Markup, class_: str = ""
) -> Markup:
    """A whole drawing that scales, with the words by which a screen reader knows it."""
    width, height = size
    return tag(
        "svg",
        tag("title", title, id=f"{name}-title"),
        tag("desc", description, id=f"{name}-desc"),
        *parts,
        xmlns=XMLNS,
        viewBox=f"0 0 {short(width)} {short(height)}",
        class_=f"drawing {class_}".strip(),
        role="img",
        direction="ltr",
        aria_labelledby=f"{name}-title {name}-desc",
    )


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Markup:
    """A straight line."""
    return tag("path", d=f"M{short(x1)} {short(y1)}L{short(x2)} {short(y2)}", class_=class_)


def words(x: float, y: float, said: str, class_: str = "", *, anchor: str | None = None) -> Markup:
    """A line of text; a name keeps its own direction by the style sheet."""
    return tag("text", said, x=x, y=y, class_=class_ or None, text_anchor=anchor)


def width_of(said: str, size: float) -> float:
    """About how wide a text is set, in units: letters beyond Latin are counted as wide as they are high."""
    return size * sum(0.56 if ord(letter) < 0x1100 else 1.0 for letter in said)  # noqa: PLR2004  from here on Hangul, CJK


def cut(said: str, most: int) -> str:
    """A text of at most so many letters."""
    return said if len(said) <= most else said[: max(1, most - 1)].rstrip() + "…"


def short(number: float) -> str:
    """A number with at most one decimal, as short as it can be."""
    return f"{round(number, 1):.1f}".removesuffix(".0").replace("-0", "0" if round(number, 1) == 0 else "-0")


def _name(key: str) -> str:
    return key.removesuffix("_").replace("_", "-")


def _text(value: str | float) -> str:
    return (
        str(escape(_NO_CHARACTER.sub("\N{REPLACEMENT CHARACTER}", value))) if isinstance(value, str) else short(value)
    )
