"""Markdown with places becomes the HTML and the text of one letter."""

from __future__ import annotations

import pytest
from jinja2 import Environment, TemplateSyntaxError

from outreach.core.letters.markup import (
    Link,
    MarkupError,
    compile_letter,
    compile_line,
    settle_html,
    settle_text,
)


def html(source: str, **values: object) -> str:
    made = compile_letter(f"# S\n\n{source}").html
    filled = Environment(autoescape=True).from_string(made).render(values)
    return settle_html(filled).removeprefix("<h1>S</h1>\n").rstrip("\n")


def text(source: str, **values: object) -> str:
    made = compile_letter(f"# S\n\n{source}").text
    filled = Environment(autoescape=False).from_string(made).render(values)  # noqa: S701  the text part
    return settle_text(filled)[0].removeprefix("S").lstrip("\n")


@pytest.mark.parametrize(
    ("source", "as_html", "as_text"),
    [
        ("a **b** *c*", "<p>a <strong>b</strong> <em>c</em></p>\n", "a b c"),
        ('"**b**" c', "<p>&quot;<strong>b</strong>&quot; c</p>\n", '"b" c'),
        ("one\ntwo", "<p>one\ntwo</p>\n", "one two"),
        ("one\\\ntwo", "<p>one<br />\ntwo</p>\n", "one\ntwo"),
        ("- a\n- b\n\nc", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n<p>c</p>\n", "- a\n- b\n\nc"),
        ("3. a\n4. b", '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>\n', "3. a\n4. b"),
        ("- a\n  - b", "<ul>\n<li>a\n<ul>\n<li>b</li>\n</ul>\n</li>\n</ul>\n", "- a\n  - b"),
        ("> said", "<blockquote>\n<p>said</p>\n</blockquote>\n", "> said"),
        ("    Philippe Rio", "<p>Philippe Rio</p>\n", "Philippe Rio"),
        ("<b>x</b> & y", "<p>&lt;b&gt;x&lt;/b&gt; &amp; y</p>\n", "<b>x</b> & y"),
        ("![x](https://a.example/p.png)", '<p>!<a href="https://a.example/p.png">x</a></p>\n', "!x"),
        ("{% raw %}{{ x }}{% endraw %}", "<p>{{ x }}</p>\n", "{{ x }}"),
        ("{\\{ x }}", "<p>{{ x }}</p>\n", "{{ x }}"),
        ("a{# not for readers #}b", "<p>ab</p>\n", "ab"),
        ("---", "<hr />\n", "———"),
    ],
)
def test_markdown(source: str, as_html: str, as_text: str) -> None:
    """Each thing a secretary types comes out in both parts."""
    assert html(source) == as_html.rstrip()
    assert text(source) == as_text


@pytest.mark.parametrize(
    "name", ["**A** [b](c) <i> & _d_", "# x", "- x", "`a`", "{{ 7 * 7 }}", "a\\*b", "1. x", "&amp;"]
)
def test_values_never_pass_through_markdown(name: str) -> None:
    """What fills a place comes out as it was typed."""
    assert text("{{ name }}", name=name) == name
    shown = name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert html("**{{ name }}**", name=name) == f"<p><strong>{shown}</strong></p>"


@pytest.mark.parametrize(
    ("given", "paragraphs"), [(True, ["before", "yes Lyon", "after"]), (False, ["before", "after"])]
)
def test_a_tag_alone_on_its_line_governs_paragraphs(given: bool, paragraphs: list[str]) -> None:
    """A condition leaves no empty paragraph behind, in neither part."""
    source = "before\n{% if given %}\nyes {{ city }}\n{% endif %}\nafter"
    assert text(source, given=given, city="Lyon").split("\n\n") == paragraphs
    made = "".join(f"<p>{words}</p>" for words in paragraphs)
    assert html(source, given=given, city="Lyon").replace("\n", "") == made


def test_a_link_with_and_without_an_address() -> None:
    """The words stay in the text; without an address only words are left, in both parts."""
    made = compile_letter("# S\n\nThe [Committee *here*]({{ url }}).")
    fill = Environment(autoescape=False).from_string(made.text)  # noqa: S701  the text part
    words, links = settle_text(fill.render(url="https://a.example/?a=1&b=2"))
    assert (words, links) == ("S\n\nThe Committee here.", (Link("Committee here", "https://a.example/?a=1&b=2"),))
    assert settle_text(fill.render(url="")) == ("S\n\nThe Committee here.", ())
    assert html("[x]({{ url }})", url='https://a.example/"&') == '<p><a href="https://a.example/&#34;&amp;">x</a></p>'
    assert html("[x]({{ url }})", url="") == "<p>x</p>"


@pytest.mark.parametrize("url", ["javascript:alert(1)", " javascript:x", "data:text/html,x", "//a.example", "#"])
def test_only_web_and_mail_addresses_are_links(url: str) -> None:
    """A link that could run a script is only its words."""
    assert html("[x]({{ url }})", url=url) == "<p>x</p>"
    assert "<a" not in html(f"[x]({url.strip()})")


def test_links_in_a_loop_are_all_listed() -> None:
    """Links are collected after filling, so loops work."""
    made = compile_letter("# S\n\n{% for c in cities %}[{{ c }}](https://{{ c }}.example) {% endfor %}").text
    filled = Environment(autoescape=False).from_string(made).render(cities=["a", "b"])  # noqa: S701  the text part
    assert [link.address for link in settle_text(filled)[1]] == ["https://a.example", "https://b.example"]


def test_an_address_that_is_read_anyway_is_not_listed() -> None:
    """The words of a link that are its address are not repeated below."""
    made = compile_letter("# S\n\n[a@b.example](mailto:a@b.example) <https://c.example>")
    assert settle_text(made.text)[1] == ()


def test_subject() -> None:
    """The first line is the subject, without its markup."""
    assert compile_letter("# An *invitation* to {{ city }}\n\nx").subject == "An invitation to {{ city }}"


@pytest.mark.parametrize("source", ["Dear", "", "#", "#Dear", "\n# late"])
def test_a_letter_without_a_subject_is_refused(source: str) -> None:
    """The first line has to be the subject."""
    with pytest.raises(MarkupError, match="first line"):
        compile_letter(source)


def test_an_open_tag_is_found_at_its_line() -> None:
    """The line is that of the source."""
    with pytest.raises(TemplateSyntaxError) as caught:
        compile_letter("# S\n\na\n\n{{ x y\n\nb {% if %")
    assert caught.value.lineno >= 5


def test_one_line() -> None:
    """The small print has no paragraph of its own."""
    assert compile_line("Ref: {{ r }} · **x**\n").html == "Ref: {{ r }} · <strong>x</strong>"
