"""Turns a letter typed in Markdown with Jinja places into its HTML, text and subject templates.

Jinja tags are put aside before Markdown is read and put back after it, so what fills a place never passes through
Markdown: a name with `*` or `<` in it comes out as it was typed. Private-use characters stand for the tags, and mark
links until the letter is filled: only then is it known whether a link has an address.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from jinja2 import Environment, TemplateSyntaxError
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

LINK, WORDS, LINK_END = "\ue000", "\ue001", "\ue002"
STATEMENT, PLACE, TAG_END = "\ue003", "\ue004", "\ue005"
DIGITS = "".join(chr(0xE010 + digit) for digit in range(10))
OWN_CHARACTERS = "\ue000-\ue01f"  # for a character class: what neither a letter nor a value may hold

_TAG = re.compile(f"[{STATEMENT}{PLACE}]([{DIGITS}]+){TAG_END}")
_STATEMENTS = f"(?:{STATEMENT}[{DIGITS}]+{TAG_END})+"
_STATEMENT_LINE = re.compile(rf"^[ \t]*({_STATEMENTS})[ \t]*$", re.MULTILINE)
_ONLY_STATEMENTS = re.compile(rf"(?:{_STATEMENTS}|\s)+")
LINK_PARTS = re.compile(f"{LINK}(.*?){WORDS}(.*?){LINK_END}", re.DOTALL)  # address, words
_ADDRESS = re.compile(r"(?:https?://|mailto:)\S", re.IGNORECASE)  # javascript: and the like are no addresses
_JINJA_OPENING = re.compile(r"\{(?=[{%#])")
_LEXER = Environment(autoescape=True)  # only to find the tags; nothing is filled with it


class MarkupError(Exception):
    """A letter is not typed as one: the message says why, `line` where."""

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True, slots=True)
class Sources:
    """The three Jinja templates of one letter."""

    html: str
    text: str
    subject: str


@dataclass(frozen=True, slots=True)
class Link:
    """A link of the text part: the words that stay in the sentence, and where they lead."""

    words: str
    address: str


# ---------------------------------------------------------------- before filling


def compile_letter(source: str) -> Sources:
    """The templates of a letter whose first line, `# …`, is both its subject and its heading.

    Raises:
        MarkupError: The first line is not such a line.
        jinja2.TemplateSyntaxError: A Jinja tag is not closed; its `lineno` is the line of the source.
    """
    if not re.match(r"#[ \t]+\S", source):
        raise MarkupError("the first line is not “# ” and the subject")
    tokens, tags = _parse(source)
    heading = _inline_text(tokens[1].children or ())
    if not heading.strip():
        raise MarkupError("the first line has no words")
    return Sources(_html(tokens, tags), _text(tokens, tags), _restore(_without_links(heading), tags))


def compile_line(source: str) -> Sources:
    """The templates of one line without a heading, such as the small print."""
    tokens, tags = _parse(source.strip())
    children = [child for token in tokens for child in token.children or ()]
    html = _MARKDOWN.renderer.render(children, _MARKDOWN.options, {})
    return Sources(_restore(html, tags), _restore(_inline_text(children), tags), "")


def _parse(source: str) -> tuple[list[Token], list[str]]:
    protected, tags = _protect(re.sub(f"[{OWN_CHARACTERS}]", " ", source))
    # A tag alone on its line governs whole paragraphs, so it stands between them.
    protected = _STATEMENT_LINE.sub(r"\n\1\n", protected)
    return _MARKDOWN.parse(protected), tags


def _protect(source: str) -> tuple[str, list[str]]:
    """The source with each Jinja tag put aside, and the tags."""
    parts: list[str] = []
    tags: list[str] = []
    for mark, words in _pieces(source):
        if mark in (STATEMENT, PLACE):
            parts.append(f"{mark}{_number(len(tags))}{TAG_END}")
            tags.append(words)
        elif mark == "text":
            parts.append(words)
    return "".join(parts), tags


def _pieces(source: str) -> Iterator[tuple[str, str]]:
    """The source in pieces: text, statements, places and comments, each whole."""
    kinds = {"block_begin": STATEMENT, "variable_begin": PLACE, "comment_begin": "comment"}
    piece: list[str] = []
    mark = ""
    begun = 0
    for line, kind, value in _LEXER.lex(source):
        if kind in kinds:
            piece, mark, begun = [value], kinds[kind], line
        elif kind in ("block_end", "variable_end", "comment_end"):
            yield mark, "".join([*piece, value])
            mark = ""
        elif mark:
            piece.append(value)
        elif kind not in ("raw_begin", "raw_end"):  # what is raw is text; `_restore` keeps its braces
            yield "text", value
    if mark:
        raise TemplateSyntaxError(f"“{piece[0]}” is not closed", begun)


def _number(index: int) -> str:
    return "".join(DIGITS[int(digit)] for digit in str(index))


def _restore(rendered: str, tags: Sequence[str]) -> str:
    """Puts the tags back; a brace pair that is no tag is written so that Jinja leaves it alone."""

    def tag(match: re.Match[str]) -> str:
        return tags[int("".join(str(DIGITS.index(digit)) for digit in match[1]))]

    return _TAG.sub(tag, _JINJA_OPENING.sub('{{ "{" }}', rendered))


def _without_links(words: str) -> str:
    return LINK_PARTS.sub(r"\2", words)


# ---------------------------------------------------------------- HTML


class _Letters(MarkdownIt):
    """CommonMark without what a letter has no use for; link addresses may be places."""

    def __init__(self) -> None:
        super().__init__("commonmark", {"html": False})
        # An indented signature is no code, an underlined line no heading; images are not sent.
        self.disable(["code", "fence", "backticks", "lheading", "image", "html_block", "html_inline"])
        self.add_render_rule("link_open", _link_open)
        self.add_render_rule("link_close", _link_close)

    def normalizeLink(self, url: str) -> str:  # noqa: N802  the library's name
        return url if _TAG.search(url) else super().normalizeLink(url)

    def validateLink(self, url: str) -> bool:  # noqa: N802  the library's name
        return bool(_TAG.search(url)) or super().validateLink(url)


def _link_open(_self: RendererHTML, tokens: Sequence[Token], index: int, _options: OptionsDict, _env: EnvType) -> str:
    return f"{LINK}{escapeHtml(_href(tokens[index]))}{WORDS}"


def _link_close(*_: object) -> str:
    return LINK_END


def _href(token: Token) -> str:
    return str(token.attrGet("href") or "")


_MARKDOWN = _Letters()


def _html(tokens: list[Token], tags: Sequence[str]) -> str:
    for before, inline, after in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if before.type == "paragraph_open" and _ONLY_STATEMENTS.fullmatch(inline.content):
            before.hidden = after.hidden = True
    return _restore(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}), tags)


# ---------------------------------------------------------------- text


@dataclass(slots=True)
class _Page:
    """The text part as it grows; each paragraph is one line, with a blank line after it."""

    parts: list[str] = field(default_factory=list)
    margin: list[str] = field(default_factory=list)  # of quotations and lists
    counters: list[int | None] = field(default_factory=list)  # the next number of each open list
    item: str = ""  # the mark of a list item that has no words yet
    tight: bool = False

    def write(self, words: str) -> None:
        if _ONLY_STATEMENTS.fullmatch(words):
            self.parts.append(words.strip())
            return
        margin = "".join(self.margin)
        first = margin[: len(margin) - len(self.item)] + self.item
        self.parts.append(first + words.replace("\n", f"\n{margin}") + ("\n" if self.tight else "\n\n"))
        self.item = ""

    def open_item(self) -> None:
        number = self.counters[-1]
        self.item = "- " if number is None else f"{number}. "
        self.counters[-1] = None if number is None else number + 1
        self.margin.append(" " * len(self.item))

    def close_list(self) -> None:
        self.counters.pop()
        self.parts.append("\n")


def _open_list(page: _Page, token: Token) -> None:
    page.counters.append(int(token.attrGet("start") or 1) if token.type.startswith("ordered") else None)


def _open_paragraph(page: _Page, token: Token) -> None:
    page.tight = token.hidden and bool(page.counters)


_WRITERS: dict[str, Callable[[_Page, Token], object]] = {
    "inline": lambda page, token: page.write(_inline_text(token.children or ())),
    "heading_open": _open_paragraph,
    "paragraph_open": _open_paragraph,
    "bullet_list_open": _open_list,
    "ordered_list_open": _open_list,
    "bullet_list_close": lambda page, _: page.close_list(),
    "ordered_list_close": lambda page, _: page.close_list(),
    "list_item_open": lambda page, _: page.open_item(),
    "list_item_close": lambda page, _: page.margin.pop(),
    "blockquote_open": lambda page, _: page.margin.append("> "),
    "blockquote_close": lambda page, _: page.margin.pop(),
    "hr": lambda page, _: page.parts.append("———\n\n"),
}


def _text(tokens: Sequence[Token], tags: Sequence[str]) -> str:
    page = _Page()
    for token in tokens:
        if token.type in _WRITERS:
            _WRITERS[token.type](page, token)
    return _restore("".join(page.parts), tags)


def _inline_text(children: Sequence[Token]) -> str:
    special = {"softbreak": " ", "hardbreak": "\n", "link_close": LINK_END}
    return "".join(
        f"{LINK}{_href(child)}{WORDS}" if child.type == "link_open" else special.get(child.type, child.content)
        for child in children
    )


# ---------------------------------------------------------------- after filling


def settle_html(filled: str) -> str:
    """The filled HTML with its links made; one without an address is only its words."""

    def link(match: re.Match[str]) -> str:
        address = match[1].strip()
        return f'<a href="{address}">{match[2]}</a>' if _ADDRESS.match(address) else match[2]

    return LINK_PARTS.sub(link, filled)


def settle_text(filled: str) -> tuple[str, tuple[Link, ...]]:
    """The filled text with the words of its links in place, and the links to list below it."""
    links = tuple(dict.fromkeys(_listed_links(filled)))
    return re.sub(r"\n{3,}", "\n\n", _without_links(filled)).strip(), links


def _listed_links(filled: str) -> Iterator[Link]:
    for address, words in LINK_PARTS.findall(filled):
        bare = re.sub(r"^mailto:", "", address.strip(), flags=re.IGNORECASE)
        if _ADDRESS.match(address.strip()) and bare not in words:
            yield Link(words, bare)
