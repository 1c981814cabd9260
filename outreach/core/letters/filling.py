"""Fills Jinja templates in a strict sandbox and says which line of which file is at fault where that fails."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from outreach.core.letters.markup import OWN_CHARACTERS
from outreach.model import ConfigurationError

LIMIT = 1_000_000  # characters of one part of a letter
# What a template can raise while it is filled; anything else is a fault of ours and is not hidden.
FAULTS = (
    TemplateError,
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    RecursionError,
    TypeError,
    ValueError,
)
_FILENAME = "<template>"  # Jinja's name for a template that was not read from a file
# Line breaks would break a paragraph, and half a surrogate pair cannot be encoded.
_UNPRINTABLE = re.compile(f"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff{OWN_CHARACTERS}]")


class TooLargeError(TemplateError):
    """A template gives more than a letter can be."""


class Missing(StrictUndefined):
    """A value that is not there, complained about in plain words."""

    @property
    def _undefined_message(self) -> str:
        if self._undefined_hint:
            return self._undefined_hint
        name = str(self._undefined_name)
        known = [str(key) for key in self._undefined_obj] if isinstance(self._undefined_obj, Mapping) else []
        near = difflib.get_close_matches(name, known, n=1)
        return f"there is no value “{name}” here" + (f"; did you mean “{near[0]}”?" if near else "")


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja without a way out: no files, no attributes of Python objects, no texts as long as the memory."""

    intercepted_binops = frozenset({"*", "**"})

    def __init__(self, *, autoescape: bool, **options: Any) -> None:
        super().__init__(autoescape=autoescape, undefined=Missing, **options)
        self.globals.pop("lipsum", None)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """What stands behind a dot in a template: first the value of that name."""
        # A column of contacts.csv may be called “items” or “values”, like the methods of a dictionary.
        if isinstance(obj, dict) and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Multiplies where the product is of a size that a letter can have."""
        long = [len(side) for side in (left, right) if isinstance(side, (str, list, tuple))]
        times = [side for side in (left, right) if isinstance(side, int)]
        if operator == "**" or (long and times and long[0] * times[0] > LIMIT):
            raise SecurityError(f"“{operator}” gives too much here")
        return super().call_binop(context, operator, left, right)


def clean(value: Any) -> Any:
    """A value without control characters; each becomes a space, in lists and tables as well."""
    if isinstance(value, str):
        return value if value.isprintable() and value.isascii() else _UNPRINTABLE.sub(" ", value)
    if isinstance(value, Mapping):
        return {key: clean(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [clean(entry) for entry in value]
    return value


def fill(template: Template, values: Mapping[str, Any]) -> str:
    """The filled template.

    Raises:
        TemplateError: Or another of FAULTS; a part over a million characters is one of them.
    """
    parts: list[str] = []
    size = 0
    for part in template.generate(values):
        size += len(part)
        if size > LIMIT:
            raise TooLargeError(f"the letter has more than {LIMIT:,} characters")
        parts.append(part)
    return "".join(parts)


def complaint(file: str, source: str, values: Mapping[str, Any], error: Exception, who: str) -> ConfigurationError:
    """What is wrong with a template file, with the line of the source as it was typed."""
    line = _line_of(error) if isinstance(error, TemplateSyntaxError) else 0
    line = _line_in(source, values) or line
    place = f"{file}, line {line}" if line else file
    reader = f" (letter to {who})" if who else ""
    return ConfigurationError(f"{place}{reader}: {str(error) or type(error).__name__}")


def _line_in(source: str, values: Mapping[str, Any]) -> int:
    """The line at which the source itself fails, 0 where it does not."""
    try:
        fill(Sandbox(autoescape=False).from_string(source), values)
    except FAULTS as error:
        return _line_of(error)
    return 0


def _line_of(error: BaseException) -> int:
    if isinstance(error, TemplateSyntaxError):
        return error.lineno
    line, step = 0, error.__traceback__
    while isinstance(step, TracebackType):
        if step.tb_frame.f_code.co_filename == _FILENAME:
            line = step.tb_lineno
        step = step.tb_next
    return line
