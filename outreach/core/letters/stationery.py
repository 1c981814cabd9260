"""The letters, their layout and their attachments as they were at one moment, ready to be filled with values."""

from __future__ import annotations

import json
import mimetypes
import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import PurePath
from typing import Self

from jinja2 import TemplateError, pass_context
from jinja2.runtime import Context

from outreach.core.letters.casting import Cast
from outreach.core.letters.filling import Sandbox, complaint
from outreach.core.letters.markup import MarkupError, Sources, compile_letter, compile_line
from outreach.core.letters.mime import AttachedFile, Words
from outreach.core.letters.moulds import Moulds
from outreach.core.letters.sheet import Form, Sheet, clean_values
from outreach.core.letters.wording import Wording, listed, parse_wording
from outreach.model import ConfigurationError, LetterKind

MANIFEST = "stationery.json"  # what a frozen edition has to know besides its files
SMALL_PRINT = "smallprint"
LANGUAGE = r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]+)*"
_INVITATION = re.compile(rf"invitation\.({LANGUAGE})\.md")
_TYPES = mimetypes.MimeTypes()  # the types that Python knows, not those of this machine


class Stationery:
    """All templates and attachments of a campaign, as they were at one moment."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        """Takes the files of an edition by their names; the manifest among them says what they are for."""
        self.files: Mapping[str, bytes] = dict(files)
        manifest = json.loads(self.files[MANIFEST])
        self._folder: str = manifest["folder"]
        self._patterns: list[str] = manifest["attachments"]
        self._default: str = manifest["default_language"]
        self._forms: dict[str, Form] = {}
        self._wordings: dict[str, Wording] = {}
        self._attached: dict[str, tuple[AttachedFile, ...]] = {}
        self._moulds: dict[tuple[LetterKind, int, str, str], Moulds] = {}
        self._environments = {kind: Sandbox(autoescape=kind == "html") for kind in ("html", "text")}
        for environment in self._environments.values():
            environment.filters["listed"] = self._listed

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> Self:
        """The stationery that was frozen as these files."""
        return cls(files)

    # ------------------------------------------------------------ languages

    @cached_property
    def _languages(self) -> dict[str, str]:
        """The languages with an invitation, in lower case, and how their file names write them."""
        names = (_INVITATION.fullmatch(PurePath(file).name) for file in self.files if self._is_template(file))
        return {match[1].lower().replace("_", "-"): match[1] for match in names if match}

    def _is_template(self, file: str) -> bool:
        return PurePath(file).parent.as_posix() == PurePath(self._folder).as_posix()

    def languages(self) -> frozenset[str]:
        """The languages that have an invitation."""
        return frozenset(self._languages.values())

    def language_for(self, contact_language: str, default: str) -> str:
        """The language a contact is written to in: its own, the same without its region, else the default."""
        for wanted in (contact_language, default):
            parts = wanted.lower().replace("_", "-").split("-")
            for end in range(len(parts), 0, -1):
                if (known := self._languages.get("-".join(parts[:end]))) is not None:
                    return known
        return default

    def wording(self, language: str) -> Wording:
        """What the letters know of a language.

        Raises:
            ConfigurationError: There is no table, or it has a mistake.
        """
        if language not in self._wordings:
            file = f"{self._folder}/wording.{language}.toml"
            try:
                self._wordings[language] = parse_wording(language, tomllib.loads(self._text(file)))
            except tomllib.TOMLDecodeError as error:
                raise ConfigurationError(f"{file}: {error}") from error
        return self._wordings[language]

    @pass_context
    def _listed(self, context: Context, items: Iterable[object]) -> str:
        """The Jinja filter `listed`: “Lyon, Wien and Dakar” in the letter's language."""
        return listed(self.wording(context["language"]), list(items))

    # ------------------------------------------------------------ letters

    def render(
        self,
        kind: LetterKind,
        step: int,
        language: str,
        values: Mapping[str, object],
        *,
        letter_name: str = "reminder",
        who: str = "",
    ) -> Words:
        """The words of one letter, as text and as HTML from the same source.

        Raises:
            ConfigurationError: A template is missing, wrong, or asks for a value that is not there; the message names
                the file, the line and `who` the letter is for.
        """
        values = clean_values(values, language)
        return self._sheet(kind, step, language, letter_name).words(values, values, who)

    def cast(
        self,
        kind: LetterKind,
        step: int,
        language: str,
        values: Mapping[str, object],
        *,
        letter_name: str = "reminder",
        who: str = "",
    ) -> Cast:
        """The same letter as `render` gives it, ready for the wire; of many like it, each but the first is cast fast.

        Raises:
            ConfigurationError: As in `render`.
        """
        asked = kind, step, language, letter_name
        moulds = self._moulds.get(asked)
        if moulds is None:
            moulds = self._moulds[asked] = Moulds(self._sheet(*asked))
        return moulds.cast(values, who)

    @property
    def moulds(self) -> int:
        """How many moulds there are by now."""
        return sum(moulds.number for moulds in self._moulds.values())

    def _sheet(self, kind: LetterKind, step: int, language: str, letter_name: str) -> Sheet:
        is_first = kind is LetterKind.INVITATION
        return Sheet(
            language,
            self.wording(language).direction,
            self._form(self._file_of(kind, step, language, letter_name)),
            None if is_first else self._form(self._file_of(LetterKind.INVITATION, 0, language, "")),
            self._form(f"{self._folder}/{SMALL_PRINT}.{language}.md"),
            self._layout("txt"),
            self._layout("html"),
        )

    def _file_of(self, kind: LetterKind, step: int, language: str, letter_name: str) -> str:
        name = letter_name if kind is LetterKind.REMINDER else kind.value
        numbered = f"{self._folder}/{name}.{step}.{language}.md"
        if kind is LetterKind.REMINDER and numbered in self.files:
            return numbered
        return f"{self._folder}/{name}.{language}.md"

    def _form(self, file: str) -> Form:
        if file not in self._forms:
            one_line = PurePath(file).name.startswith(f"{SMALL_PRINT}.")
            source = self._text(file)
            try:
                self._forms[file] = self._compiled(file, source, (compile_line if one_line else compile_letter)(source))
            except MarkupError as error:
                raise ConfigurationError(f"{file}, line {error.line}: {error}") from error
            except TemplateError as error:
                raise complaint(file, source, {}, error, "") from error
        return self._forms[file]

    def _compiled(self, file: str, source: str, made: Sources) -> Form:
        html, text = self._environments["html"], self._environments["text"]
        return Form(
            file, source, made, html.from_string(made.html), text.from_string(made.text), text.from_string(made.subject)
        )

    def _layout(self, part: str) -> Form:
        file = f"{self._folder}/layout.{part}.j2"
        if file not in self._forms:
            source = self._text(file)
            kind = "html" if part == "html" else "text"
            environment = self._environments[kind].overlay(trim_blocks=True, lstrip_blocks=True)
            try:
                template = environment.from_string(source)
            except TemplateError as error:
                raise complaint(file, source, {}, error, "") from error
            self._forms[file] = Form(file, source, Sources(source, source, source), template, template, template)
        return self._forms[file]

    def _text(self, file: str) -> str:
        if file not in self.files:
            raise ConfigurationError(f"{file} is missing; docs/letters.md says which files a language needs")
        try:
            text = self.files[file].decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = self.files[file].count(b"\n", 0, error.start) + 1
            raise ConfigurationError(f"{file}, line {line}: not UTF-8; save the file as UTF-8") from error
        return text.replace("\r\n", "\n").replace("\r", "\n")

    # ------------------------------------------------------------ attachments

    def attachments_for(self, kind: LetterKind, language: str) -> tuple[AttachedFile, ...]:
        """The files that go with a letter; only the invitation has any."""
        if kind is not LetterKind.INVITATION:
            return ()
        if language not in self._attached:
            self._attached[language] = tuple(self._attachment(pattern, language) for pattern in self._patterns)
        return self._attached[language]

    def _attachment(self, pattern: str, language: str) -> AttachedFile:
        for name in (pattern.replace("{language}", language), pattern.replace("{language}", self._default)):
            if name in self.files:
                content_type = _TYPES.guess_type(name)[0] or "application/octet-stream"
                return AttachedFile(PurePath(name).name, content_type, self.files[name])
        raise ConfigurationError(f"the attachment {pattern} is missing for the language “{language}”")
