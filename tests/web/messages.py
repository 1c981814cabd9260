"""Gathers the page's messages from code and templates and puts new ones into the catalogues: `make messages`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from outreach.entrypoints.web.words import FOLDER, LANGUAGES

PAGE = FOLDER.parent
OUTREACH = PAGE.parents[1]
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2.ext:babel_extract")]
OPTIONS = {"templates/**.html": {"trimmed": "true", "silent": "false", "extensions": "jinja2.ext.do"}}
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "mark": None, "say": None, "say_number": (1, 2)}
SENTENCES = {"Sentence": None}  # of the lower floors, whose command line stays English
OTHERS = tuple(language for language in LANGUAGES if language != "en")


def gathered() -> Catalog:
    """Every message of the page."""
    catalogue = Catalog(fuzzy=False)
    found = extract_from_dir(PAGE, METHODS, OPTIONS, KEYWORDS)
    sentences = extract_from_dir(OUTREACH, METHODS[:1], None, SENTENCES)
    for _file, _line, message, _comments, _context in (*found, *sentences):
        catalogue.add(message)
    return catalogue


def kept(language: str) -> Catalog:
    """The catalogue of a language as it is kept."""
    with path_of(language).open("rb") as file:
        return read_po(file, locale=language)


def path_of(language: str) -> Path:
    """Where the catalogue of a language is kept."""
    return FOLDER / f"{language}.po"


def updated(language: str) -> Catalog:
    """The same with what is said now: new messages wait for their words, old ones are gone."""
    catalogue = kept(language)
    catalogue.update(gathered(), no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    catalogue.fuzzy = False
    catalogue.project, catalogue.version = "outreach", "1"
    catalogue.creation_date = catalogue.revision_date = datetime(2026, 1, 1, tzinfo=UTC)  # files differ by words only
    return catalogue


def untranslated(language: str) -> Iterator[str]:
    """Messages that have no words in a language, or whose places are not the same."""
    for message in updated(language):
        if not message.id:
            continue
        said = message.string if isinstance(message.string, tuple | list) else (message.string,)
        if not all(said) or message.fuzzy:
            yield str(message.id)
        yield from (f"{message.id}: {error}" for error in message.check())


def write(language: str, catalogue: Catalog) -> None:
    """Keeps a catalogue, sorted by message, so that two people's new words rarely meet in one place."""
    with path_of(language).open("wb") as file:
        write_po(file, catalogue, width=110, sort_output=True, no_location=True)


def main() -> None:
    """Writes the catalogues anew and says what waits for words."""
    for language in OTHERS:
        write(language, updated(language))
        for message in untranslated(language):
            print(f"{language}.po: {message}")  # noqa: T201  what the chore is for


if __name__ == "__main__":
    main()
