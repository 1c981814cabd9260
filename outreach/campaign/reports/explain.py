"""Explains what one mail in a file says, without a campaign's database."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from outreach.adapters.guarded import open_guarded
from outreach.adapters.plain_files import open_plain
from outreach.campaign.answers.forms import OwnForms, look_into_forms
from outreach.core.reading.reader import open_mail, read_mail
from outreach.languages import load_languages
from outreach.model import Reading, ReadingKind

MOST = 25 * 1024 * 1024  # bytes of one mail


def explain(path: Path, own: OwnForms | None = None) -> Reading:
    """What a mail says; a file that cannot be read gives a reading that says so.

    Args:
        path: The mail, as a file.
        own: The forms of a campaign, to be known again.
    """
    try:
        with open_plain(path) as file:
            raw = file.read(MOST + 1)
    except OSError as error:
        problem = f"the file cannot be read: {error.strerror or error}"
        return Reading(ReadingKind.UNCLEAR, decided=False, language=None, new_text="", problem=problem)
    message = open_guarded(raw[:MOST], open_mail)
    if len(raw) > MOST and not message.problem:
        message = replace(message, problem="the mail is larger than 25 MB; only its beginning was read")
    return look_into_forms(read_mail(message, load_languages()), message, raw[:MOST], own or OwnForms())
