"""What is kept beside the page's own code: packages of others as they came, words in every language."""

from __future__ import annotations

import hashlib
import re
from importlib import import_module
from pathlib import Path

import pytest

from outreach.entrypoints.web.access.roles import Role
from outreach.entrypoints.web.routes import ROUTES, Row, check_routes
from outreach.entrypoints.web.words import FOLDER, choose_language
from tests.web.messages import OTHERS, untranslated

DIGESTS = (FOLDER.parent / "static" / "htmx.sha256", Path(__file__).parent / "axe" / "axe.sha256")


@pytest.mark.parametrize("digests", DIGESTS, ids=lambda path: path.stem)
def test_files_of_others_are_as_they_came(digests: Path) -> None:
    """The files of htmx 4.0.1 and axe-core 4.14.1 with their licences, byte for byte as the npm packages hold them."""
    lines = [line.split() for line in digests.read_text(encoding="utf-8").splitlines()]
    assert len(lines) == 2
    for digest, name in lines:
        assert hashlib.sha256((digests.parent / name).read_bytes()).hexdigest() == digest, name


@pytest.mark.parametrize("language", OTHERS)
def test_no_message_waits_for_its_words(language: str) -> None:
    """Every message has words in French, Spanish and Catalan, with the same places; else: make messages."""
    assert list(untranslated(language)) == []


@pytest.mark.parametrize(
    ("chosen", "accepted", "language"),
    [
        ("", "", "en"),
        ("ca", "fr", "ca"),
        ("xx", "fr-FR,fr;q=0.9,en;q=0.8", "fr"),
        ("", "de, es;q=0.4, ca;q=0.7", "ca"),
        ("", "fr;q=0, en;q=0.1", "en"),
        ("", ",;q=,es;q=x", "en"),
        ("", "ja", "en"),
    ],
)
def test_the_language_is_the_chosen_one_or_the_wished_one(chosen: str, accepted: str, language: str) -> None:
    """RFC 9110 §12.5.4; English where none is spoken."""
    assert choose_language(chosen, accepted) == language


TEMPLATES = sorted((FOLDER.parent / "templates").rglob("*.html"))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_template_lets_words_through_as_markup(template: Path) -> None:
    """Nothing but a literal is called safe, nothing turns escaping off, and there is no script, style or handler in it."""
    text = template.read_text(encoding="utf-8")
    assert not re.search(r"(?<!['\"\s])\s*\|\s*safe\b|autoescape\s+false|\|\s*forceescape", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|javascript:", text)


def test_every_handler_of_the_table_is_there() -> None:
    """The table reads a page's file only when it is asked for: none may be missing then."""
    for row in ROUTES:
        assert callable(getattr(import_module(row.handler.__module__), row.handler.__name__)), row.path


def test_a_table_that_leaves_a_door_open_is_refused() -> None:
    """A row without a role, of another method, or that stands there twice."""
    first = ROUTES[0]
    for wrong in (
        Row("GET", "/free", None, first.handler),  # type: ignore[arg-type]
        Row("DELETE", "/free", Role.ADMIN, first.handler),
        Row("GET", "free", Role.ADMIN, first.handler),
        first,
    ):
        with pytest.raises(ValueError, match="table"):
            check_routes((*ROUTES, wrong))
    check_routes(ROUTES)
