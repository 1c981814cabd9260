"""The campaign's own letters, frozen and filled."""

from __future__ import annotations

import json
import re
import shutil
from datetime import date, datetime
from email import message_from_bytes, policy
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from outreach.adapters.stationery import read_files
from outreach.core.letters.mime import Head, Words, digest, serialise
from outreach.core.letters.stationery import Stationery
from outreach.core.letters.wording import letter_values
from outreach.model import ConfigurationError, Contact, Invitee, LetterKind
from outreach.settings import CampaignSettings, InboxSettings, SenderSettings, Settings, SmtpSettings

ROOT = Path(__file__).parents[2]
LETTER = ROOT / "tests" / "data" / "letter.txt"
PATTERN = "templates/attachments/participation.{language}.pdf"
LANGUAGES = ("en", "fr", "es", "ca")
LETTERS = [
    (LetterKind.INVITATION, 0),
    (LetterKind.REMINDER, 1),
    (LetterKind.REMINDER, 2),
    (LetterKind.REMINDER, 3),
    (LetterKind.THANKS, 0),
    (LetterKind.REGRETS, 0),
]
REFERENCE = "ABCD-EFGH-JKMN-PQRS-TVWX-YZ23"


@pytest.fixture(scope="module")
def stationery() -> Stationery:
    return Stationery.from_files(read_files(ROOT / "templates", [PATTERN], ROOT, "en"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A campaign folder whose letters may be changed."""
    shutil.copytree(ROOT / "templates", tmp_path / "templates")
    return tmp_path


def load(folder: Path) -> Stationery:
    return Stationery.from_files(read_files(folder / "templates", [PATTERN], folder, "en"))


def values_for(
    stationery: Stationery, language: str, contact: Contact | None = None, name: str = "Grigny", url: str = ""
) -> dict[str, object]:
    contact = contact or Contact("mayor@town.example")
    settings = Settings(
        campaign=CampaignSettings(id="c", name="10, 100, 1000", deadline=date(2022, 9, 15), committee_url=url),
        sender=SenderSettings(name="UCLG-CSIPDHR", address="cisdpl@uclg.org"),
        smtp=SmtpSettings(host="smtp.example"),
        inbox=InboxSettings(),
    )
    return letter_values(
        settings=settings,
        invitee=Invitee("i", name, "FR", contacts=(contact,)),
        contact=contact,
        wording=stationery.wording(language),
        reference=REFERENCE,
        written_on=date(2022, 7, 15),
        deadline=date(2022, 9, 15),
    )


def words_of(text: str) -> list[str]:
    return text.split()


def letter() -> str:
    """The letter as it was given, without its markup."""
    return LETTER.read_text(encoding="utf-8").replace("](#)", "").replace("[Committee", "Committee").replace("*", "")


def plain(html: str) -> str:
    text = re.sub(r"<[^>]+>", " ", html[html.index("<h1>") :])
    for entity, char in (("&quot;", '"'), ("&#34;", '"'), ("&lt;", "<"), ("&gt;", ">"), ("&#39;", "'"), ("&amp;", "&")):
        text = text.replace(entity, char)
    return text


# ---------------------------------------------------------------- the campaign's letters


def test_the_invitation_is_the_letter_word_for_word(stationery: Stationery) -> None:
    """With the letter's own values, the text part is the letter, and the small print follows."""
    words = stationery.render(LetterKind.INVITATION, 0, "en", values_for(stationery, "en"))
    expected = words_of(letter())
    assert words_of(words.text)[: len(expected)] == expected
    rest = words.text[words.text.index("City of Vienna") :].split("\n\n")
    assert len(rest) == 2
    assert rest[1].startswith(f"Ref: {REFERENCE} ")
    assert words.subject == letter().strip().splitlines()[0]


def test_the_html_is_the_letter_too(stationery: Stationery) -> None:
    """The HTML part has the same words and the same bold and italic passages."""
    words = stationery.render(LetterKind.INVITATION, 0, "en", values_for(stationery, "en"))
    given = LETTER.read_text(encoding="utf-8")
    assert "".join(words_of(plain(words.html))).startswith("".join(words_of(letter())))
    bold = [plain(f"<h1>{passage}") for passage in re.findall(r"<strong>(.*?)</strong>", words.html)]
    assert [passage.strip() for passage in bold] == re.findall(r"\*\*(.+?)\*\*", given)
    assert words.html.count("<em>") == 1


def test_the_paragraphs_are_those_of_the_letter(stationery: Stationery) -> None:
    """A paragraph is one line, with a blank line after it; a page break in the given file is none."""
    text = stationery.render(LetterKind.INVITATION, 0, "en", values_for(stationery, "en")).text
    given = letter().replace("join this\n\ninitiative", "join this initiative")
    assert text.split("\n\n")[:-1] == [line.strip() for line in given.splitlines() if line.strip()]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("kind", "step"), LETTERS)
def test_every_letter_in_every_language(stationery: Stationery, language: str, kind: LetterKind, step: int) -> None:
    """Each says what it must: whom, by when, where to, and how to stop."""
    values = values_for(stationery, language, url="https://www.committee.example/")
    words = stationery.render(kind, step, language, values)
    invitation = stationery.render(LetterKind.INVITATION, 0, language, values)
    assert words.subject == ("" if kind is LetterKind.INVITATION else "Re: ") + invitation.subject
    assert str(values["salutation"]) in words.text
    assert "cisdpl@uclg.org" in words.text
    assert f"Ref: {REFERENCE}" in words.text
    assert f"Ref: {REFERENCE}" in words.html
    assert f'<html lang="{language}" dir="ltr">' in words.html
    assert "{" not in words.text
    assert "*" not in words.text
    assert "<img" not in words.html
    assert "".join(words_of(plain(words.html))).startswith("".join(words_of(words.text.split("\n\n")[0])))
    if kind in (LetterKind.INVITATION, LetterKind.REMINDER):
        assert str(values["deadline"]) in words.text
    if kind is not LetterKind.INVITATION:
        assert "Grigny" in words.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_the_form(stationery: Stationery, language: str) -> None:
    """As many paragraphs and bold passages in every language."""
    english = stationery.render(LetterKind.INVITATION, 0, "en", values_for(stationery, "en"))
    words = stationery.render(LetterKind.INVITATION, 0, language, values_for(stationery, language))
    for mark in ("<p>", "<strong>", "<em>"):
        assert words.html.count(mark) == english.html.count(mark)


def test_link(stationery: Stationery) -> None:
    """The committee's address is a link in HTML and a line below the signatures in the text."""
    url = "https://www.committee.example/?a=1&b=2"
    words = stationery.render(LetterKind.INVITATION, 0, "en", values_for(stationery, "en", url=url))
    assert '<a href="https://www.committee.example/?a=1&amp;b=2">Committee on Social' in words.html
    tail = words.text[words.text.index("City of Vienna") :].split("\n\n")
    assert tail[1] == f"Committee on Social Inclusion, Participatory Democracy and Human Rights: {url}"
    without = stationery.render(LetterKind.INVITATION, 0, "en", values_for(stationery, "en"))
    assert "committee.example" not in without.html + without.text
    assert f'<a href="mailto:cisdpl@uclg.org?subject=stop%20{REFERENCE}">' in without.html


@pytest.mark.parametrize("name", ["*A* [b](c) <i> & _d_", "L’Aquila", "{{ 7*7 }}", "Ürümqi 乌鲁木齐", "القدس"])
def test_names_come_out_as_typed(stationery: Stationery, name: str) -> None:
    """Neither Markdown nor Jinja nor HTML sees a name."""
    words = stationery.render(LetterKind.THANKS, 0, "en", values_for(stationery, "en", name=name))
    assert f"The confirmation of {name} to join" in words.text
    assert f"The confirmation of {name} to join" in plain(words.html)


def test_control_characters_become_spaces(stationery: Stationery) -> None:
    """A line break in a cell breaks no paragraph and no header."""
    contact = Contact("a@town.example", person="Ana\r\nBcc: x\x00\u2028\ue000y\ud800")
    words = stationery.render(LetterKind.INVITATION, 0, "en", values_for(stationery, "en", contact))
    assert "Dear Ana  Bcc: x   y ," in words.text
    words.html.encode()


# ---------------------------------------------------------------- freezing


def test_what_was_frozen_stays(folder: Path) -> None:
    """The frozen files give the same letter after the folder has changed, and after the values went through JSON."""
    stationery = load(folder)
    values = values_for(stationery, "fr", Contact("a@b.example", person="Zoé", title="Maire", extra={"values": "x"}))
    before = stationery.render(LetterKind.INVITATION, 0, "fr", values)
    attached = stationery.attachments_for(LetterKind.INVITATION, "fr")
    frozen = dict(stationery.files)
    shutil.rmtree(folder / "templates")
    again = Stationery.from_files(frozen)
    after = again.render(LetterKind.INVITATION, 0, "fr", json.loads(json.dumps(values)))
    assert after == before
    assert digest(after, again.attachments_for(LetterKind.INVITATION, "fr")) == digest(before, attached)


def test_names_of_frozen_files_do_not_depend_on_the_place(folder: Path, stationery: Stationery) -> None:
    """The same files make the same edition wherever the folder lies."""
    assert load(folder).files == stationery.files


# ---------------------------------------------------------------- languages and files


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [("fr", "fr"), ("FR", "fr"), ("es-MX", "es"), ("pt_BR", "en"), ("", "en"), ("ca-ES-valencia", "ca")],
)
def test_language_for(stationery: Stationery, wanted: str, expected: str) -> None:
    """The contact's language, without its region if need be, else the default."""
    assert stationery.language_for(wanted, "en") == expected


def test_a_language_of_its_region(folder: Path) -> None:
    """A letter for one region is preferred there."""
    (folder / "templates/invitation.pt-BR.md").write_text("# Convite\n", encoding="utf-8")
    stationery = load(folder)
    assert stationery.languages() == {"en", "fr", "es", "ca", "pt-BR"}
    assert stationery.language_for("pt-br", "en") == "pt-BR"
    assert stationery.language_for("pt", "en") == "en"


def test_attachments(folder: Path) -> None:
    """Only the invitation has them; a language without its file takes the default language's."""
    (folder / "templates/attachments/participation.ca.pdf").unlink()
    stationery = load(folder)
    assert [file.name for file in stationery.attachments_for(LetterKind.INVITATION, "fr")] == ["participation.fr.pdf"]
    assert [file.name for file in stationery.attachments_for(LetterKind.INVITATION, "ca")] == ["participation.en.pdf"]
    assert stationery.attachments_for(LetterKind.REMINDER, "fr") == ()
    assert stationery.attachments_for(LetterKind.INVITATION, "fr")[0].content_type == "application/pdf"


@pytest.mark.parametrize("language", LANGUAGES)
def test_samples_are_marked(language: str) -> None:
    """Preflight recognises the placeholder by its title."""
    content = (ROOT / PATTERN.replace("{language}", language)).read_bytes()
    assert content.startswith(b"%PDF-1.4")
    assert b"/Title (SAMPLE" in content


def test_all_missing_attachments_are_listed(folder: Path) -> None:
    """The error names each file."""
    with pytest.raises(ConfigurationError) as caught:
        read_files(folder / "templates", ["a.{language}.pdf", "b.pdf"], folder, "en")
    assert [finding.what for finding in caught.value.findings] == ["a.en.pdf", "b.pdf"]


def test_a_reminder_without_a_number(folder: Path) -> None:
    """The n-th step takes NAME.n, else NAME."""
    (folder / "templates/nudge.en.md").write_text("# Nudge\n\nAny.\n", encoding="utf-8")
    (folder / "templates/nudge.2.en.md").write_text("# Nudge\n\nSecond.\n", encoding="utf-8")
    stationery = load(folder)
    texts = [
        stationery.render(LetterKind.REMINDER, step, "en", values_for(stationery, "en"), letter_name="nudge").text
        for step in (1, 2)
    ]
    assert ["Any." in texts[0], "Second." in texts[1]] == [True, True]


# ---------------------------------------------------------------- mistakes


@pytest.mark.parametrize(
    ("added", "words"),
    [
        ("Hello {{ contact.extra.mayr }}", "line 35.*no value “mayr” here; did you mean “mayor”"),
        ("\nHello {{ nobody }}", "line 36.*no value “nobody”"),
        ("Hello {% if x %}", "line 35"),
        ("Hello {{ a b }}", "line 35"),
        ("Hello {{ 1 / 0 }}", "line 35.*division by zero"),
        ("{% include 'x' %}", "line 35"),
        ("{{ 'a' * 100000000 }}", "line 35.*too much"),
        ("{{ 9 ** 9999999 }}", "line 35.*too much"),
        ("{% for a in range(99999) %}{% for b in range(99) %}xxxx{% endfor %}{% endfor %}", "1,000,000 characters"),
        ("{{ ''.__class__.__mro__ }}", "line 35"),
        ("{{ contact.extra.update({}) }}", "line 35"),
    ],
)
def test_mistakes_name_file_line_and_contact(folder: Path, added: str, words: str) -> None:
    """Any mistake in a letter says where it is and whose letter it is."""
    path = folder / "templates/invitation.en.md"
    path.write_text(path.read_text(encoding="utf-8") + "\n" + added + "\n", encoding="utf-8")
    stationery = load(folder)
    values = values_for(stationery, "en", Contact("a@b.example", extra={"mayor": "x"}))
    with pytest.raises(ConfigurationError, match=words) as caught:
        stationery.render(LetterKind.INVITATION, 0, "en", values, who="lyon-fr")
    assert str(caught.value).startswith("templates/invitation.en.md")
    if "if x" not in added and "a b" not in added:
        assert "letter to lyon-fr" in str(caught.value)


def test_a_mistake_in_the_layout(folder: Path) -> None:
    """The layout is a template like the others."""
    (folder / "templates/layout.txt.j2").write_text("{{ body }}\n{{ nothing }}\n", encoding="utf-8")
    stationery = load(folder)
    with pytest.raises(ConfigurationError, match=r"templates/layout.txt.j2, line 2 .*no value “nothing”"):
        stationery.render(LetterKind.INVITATION, 0, "en", values_for(stationery, "en"), who="x")


@pytest.mark.parametrize(
    ("file", "content", "words"),
    [
        ("invitation.en.md", b"Dear", "templates/invitation.en.md, line 1: the first line"),
        ("invitation.en.md", b"# a\n\nM\xe9xico", "templates/invitation.en.md, line 3: not UTF-8"),
        ("wording.en.toml", b"x = ", "templates/wording.en.toml: "),
        ("wording.en.toml", None, "templates/wording.en.toml is missing"),
        ("smallprint.en.md", None, "templates/smallprint.en.md is missing"),
        ("layout.html.j2", None, "templates/layout.html.j2 is missing"),
        ("layout.html.j2", b"\n{% if %}", "templates/layout.html.j2, line 2"),
    ],
)
def test_files_that_cannot_be_used(folder: Path, file: str, content: bytes | None, words: str) -> None:
    """Each gives one sentence that names the file."""
    path = folder / "templates" / file
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    values = values_for(load(ROOT), "en")
    with pytest.raises(ConfigurationError, match=words):
        load(folder).render(LetterKind.INVITATION, 0, "en", values)


def test_no_letters_at_all(tmp_path: Path) -> None:
    """A folder without an invitation, or no folder, is one clear sentence."""
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load(tmp_path)
    (tmp_path / "templates").mkdir()
    with pytest.raises(ConfigurationError, match="has no invitation"):
        load(tmp_path)


def test_a_letter_typed_on_windows(folder: Path) -> None:
    """A byte order mark and CRLF make no difference."""
    path = folder / "templates/invitation.en.md"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    stationery = load(folder)
    values = values_for(stationery, "en")
    original = load(ROOT).render(LetterKind.INVITATION, 0, "en", values)
    assert stationery.render(LetterKind.INVITATION, 0, "en", values) == original


def test_numbers_are_multiplied(folder: Path) -> None:
    """Only texts must not grow without measure."""
    path = folder / "templates/thanks.en.md"
    path.write_text("# G\n\n{{ 2000 * 3000 }}{{ '-' * 3 }}{# a note #}\n", encoding="utf-8")
    stationery = load(folder)
    text = stationery.render(LetterKind.THANKS, 0, "en", values_for(stationery, "en")).text
    assert "6000000---\n" in text
    assert "note" not in text


def test_listed_filter(folder: Path) -> None:
    """Several cities are named as the language names them."""
    path = folder / "templates/thanks.es.md"
    path.write_text("# G\n\n{{ contact.extra.towns.split(';') | listed }}.\n", encoding="utf-8")
    stationery = load(folder)
    values = values_for(stationery, "es", Contact("a@b.example", extra={"towns": "León;Lugo;Vigo"}))
    assert "León, Lugo y Vigo." in stationery.render(LetterKind.THANKS, 0, "es", values).text


def test_the_whole_way_to_bytes(stationery: Stationery) -> None:
    """A letter in each language can be sent and read again."""
    for language in LANGUAGES:
        words: Words = stationery.render(LetterKind.INVITATION, 0, language, values_for(stationery, language))
        moment = datetime(2022, 7, 15, 9, tzinfo=ZoneInfo("Europe/Madrid"))
        address = "cisdpl@uclg.org"
        head = Head(
            "UCLG", address, "a@b.example", "", (), words.subject, moment, f"<{language}.1@uclg.org>", "", (), language
        )
        data = serialise(head, words, stationery.attachments_for(LetterKind.INVITATION, language))
        body = message_from_bytes(data, policy=policy.default).get_body(("plain",))
        assert body is not None
        assert body.get_content().replace("\r\n", "\n") == words.text
