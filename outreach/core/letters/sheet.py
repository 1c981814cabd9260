"""One kind of letter in one language: the templates it is made of, and how they become its words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import Template
from markupsafe import Markup

from outreach.core.letters.filling import FAULTS, clean, complaint, fill
from outreach.core.letters.markup import Sources, settle_html, settle_text
from outreach.core.letters.mime import Words


@dataclass(frozen=True, slots=True)
class Form:
    """A template file ready to be filled: as HTML, as text, and for a letter its subject."""

    file: str
    source: str
    made: Sources
    html: Template
    text: Template
    subject: Template


@dataclass(frozen=True, slots=True)
class Sheet:
    """The templates that make one kind of letter in one language."""

    language: str
    direction: str
    form: Form
    first: Form | None  # the invitation, whose subject an answer to it bears
    small_print: Form
    text_layout: Form
    html_layout: Form

    def words(self, values: Mapping[str, Any], in_line: Mapping[str, Any], who: str = "") -> Words:
        """The filled letter; `in_line` are the values for the subject and the small print, which are one line each.

        Raises:
            ConfigurationError: A template is wrong, or asks for a value that is not there.
        """
        subject = self._subject(in_line, who)
        frame = {**values, "subject": subject, "lang": self.language, "dir": self.direction}
        text = self._text_part(values, in_line, frame, who)
        return Words(subject, text, self._html_part(values, in_line, frame, who), self.language)

    def _subject(self, values: Mapping[str, Any], who: str) -> str:
        if self.first is None:
            return _one_line(_filled(self.form, self.form.subject, values, who))
        # The thread holds in every mail program only under the invitation's own subject.
        return "Re: " + _one_line(_filled(self.first, self.first.subject, values, who))

    def _text_part(
        self, values: Mapping[str, Any], in_line: Mapping[str, Any], frame: Mapping[str, Any], who: str
    ) -> str:
        body, links = settle_text(_filled(self.form, self.form.text, values, who))
        small_print, _ = settle_text(_filled(self.small_print, self.small_print.text, in_line, who))
        content = {"body": body, "links": links, "smallprint": _one_line(small_print)}
        filled = _filled(self.text_layout, self.text_layout.text, {**frame, **content}, who)
        return re.sub(r"\n{3,}", "\n\n", filled).strip() + "\n"

    def _html_part(
        self, values: Mapping[str, Any], in_line: Mapping[str, Any], frame: Mapping[str, Any], who: str
    ) -> str:
        body = Markup(settle_html(_filled(self.form, self.form.html, values, who)).strip())  # noqa: S704  filled with autoescape
        small = settle_html(_filled(self.small_print, self.small_print.html, in_line, who))
        content = {"body": body, "smallprint": Markup(_one_line(small))}  # noqa: S704  filled with autoescape
        return _filled(self.html_layout, self.html_layout.html, {**frame, **content}, who) + "\n"

    def before_links(self, values: Mapping[str, Any], in_line: Mapping[str, Any]) -> tuple[str, str, str]:
        """The filled text, HTML and small print as HTML, in which the links are not made yet."""
        form, small = self.form, self.small_print
        return (
            _filled(form, form.text, values, ""),
            _filled(form, form.html, values, ""),
            _filled(small, small.html, in_line, ""),
        )


# ---------------------------------------------------------------- filling


def _filled(form: Form, template: Template, values: Mapping[str, Any], who: str) -> str:
    try:
        return fill(template, values)
    except FAULTS as error:
        raise complaint(form.file, form.source, values, error, who) from error


def clean_values(values: Mapping[str, object], language: str) -> dict[str, Any]:
    """The values of a letter as its templates get them."""
    return {**clean(values), "language": language}


def _one_line(words: str) -> str:
    return " ".join(words.split())
