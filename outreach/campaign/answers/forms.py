"""Looks into the forms that came with a mail, and knows again those that the campaign itself sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from outreach.adapters.forms import NOT_INSTALLED, TOO_LARGE, TOO_MUCH, read_form
from outreach.adapters.guarded import guarded, is_hard
from outreach.core.reading.enclosures import Enclosed, documents, with_forms
from outreach.core.reading.forms import Fields, attached_forms, filled_into_ours, may_hold_forms
from outreach.model import Message, Reading


@dataclass(frozen=True)
class OwnForms:
    """The files that the campaign sends with its letters, read at most once, and only when a form comes back."""

    read_files: Callable[[], tuple[bytes, ...]] = tuple

    @cached_property
    def files(self) -> tuple[bytes, ...]:
        """Their bytes, in every language."""
        return self.read_files()

    @cached_property
    def blanks(self) -> tuple[Fields, ...]:
        """Their fields, as far as they are forms."""
        return tuple(form for form in map(read_form, self.files) if not isinstance(form, str))


def look_into_forms(reading: Reading, message: Message, raw: bytes, own: OwnForms) -> Reading:
    """The reading of a mail, together with what the forms say that are attached to it."""
    if not may_hold_forms(message, reading):
        return reading
    return with_forms(reading, documents(message), tuple(_look(raw, own)))


def _look(raw: bytes, own: OwnForms) -> Iterator[Enclosed]:
    """The attached forms; behind one that took too much time or memory no further one is opened."""
    found = guarded(attached_forms, raw) if is_hard(raw) else attached_forms(raw)
    if found is None:
        yield Enclosed("", problem=TOO_MUCH)
    for name, content in found or ():
        if content in own.files:  # our letter came back with its attachment
            continue
        form = TOO_LARGE if content is None else read_form(content)
        if isinstance(form, str):
            yield Enclosed("" if form == NOT_INSTALLED else name, problem=form)
        else:
            yield Enclosed(name, filled_into_ours(form, own.blanks))
        if form == TOO_MUCH:
            return
