"""A letter from a mould is the letter that filling its templates gives, octet for octet."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markupsafe import escape

from outreach.adapters.stationery import read_files
from outreach.core.letters.casting import AS_IT_IS, cast_of, forms_of, make_mould, mark
from outreach.core.letters.mime import Head, Words, assemble, digest, read_back, serialise
from outreach.core.letters.reading_back import reads_back_plainly
from outreach.core.letters.stationery import Stationery
from outreach.lines import Lines
from outreach.model import ConfigurationError, LetterKind

ROOT = Path(__file__).parents[3]
PATTERN = "templates/attachments/participation.{language}.pdf"
LETTERS = [
    (LetterKind.INVITATION, 0), (LetterKind.REMINDER, 1), (LetterKind.REMINDER, 2), (LetterKind.REMINDER, 3),
    (LetterKind.THANKS, 0), (LetterKind.REGRETS, 0),
]  # fmt: skip
NAMES = [
    "Ana Ruiz", "Анна Каренина", "王小明", "山田 太郎", "김민준", "محمد علي", "דנה כהן", "अनीता शर्मा", "அனிதா", "ანა ბერიძე",
    "Աննա", "አና ገብረ", "สมชาย", "Ελένη Παππά", "ອານາ", "Nguyễn Thị", "می‌خواهم", "\u202bعلي\u202c", "Mayor, of the City, with commas",
    'A "quoted" \\ name', "O’Brien & Søn <x>", "", " ", "a  b", " Ana", "Ana ", "a\u00a0b", "\u3000", ".", ". .", "=", "a=3D=\u20ac", "x" * 300,
    "é" * 400, "{{ reference }}", "{% if x %}", "{# no #}", "**Ana**", "[a](https://b.example)", "https://a.example/?b=c&d",
    "mailto:a@b.example", "Ana\r\nBcc: x@y.example", "\x00\x85\u2028", "\ue000\ue001\ue006\ue010\ue008", "\ud800", "👩🏽‍⚖️", "y" * 1200, "None", "0",
]  # fmt: skip
WORDS = st.one_of(
    st.sampled_from(NAMES), st.text(max_size=40), st.text(alphabet="ab .=\u00e9\u2003\n{}%<&", max_size=90)
)


@st.composite
def values(draw: st.DrawFn, extra: st.SearchStrategy[Any] = WORDS) -> dict[str, object]:
    """Values of a letter as the outbox keeps them."""
    return {
        "salutation": draw(WORDS),
        "date": "July 15th 2022",
        "deadline": draw(st.sampled_from(["15th of September", "1er septembre"])),
        "deadline_long": "September 15th 2022",
        "invitee": {"id": "c1", "name": draw(WORDS), "country": draw(st.sampled_from(["ES", "FR"])), "kind": "city"},
        "contact": {
            "person": draw(WORDS),
            "title": draw(WORDS),
            "gender": draw(st.sampled_from(["", "f", "m"])),
            "email": "mayor@town.example",
            "language": "en",
            "notes": draw(WORDS),
            "extra": {"sum": draw(extra), "items": draw(WORDS)},
        },
        "campaign": {"id": "c", "name": "10, 100, 1000", "committee_url": "https://committee.example/", "target": None},
        "sender": {"name": "UCLG-CSIPDHR", "address": "secretariat@campaign.example"},
        "reference": draw(st.sampled_from(["ABCD-EFGH-JKMN-PQRS-TVWX-YZ23", "AAAA-AAB2-JKMN-PQRS-TVWX-YZ22"])),
    }


def head_of(filled: dict[str, Any], subject: str, language: str) -> Head:
    """The headers of a letter to the contact of these values."""
    return Head(
        from_name="UCLG-CSIPDHR",
        from_address="secretariat@campaign.example",
        to="mayor@town.example",
        to_name=str(filled["contact"]["person"]),
        cc=("a@town.example", "b@town.example") if filled["contact"]["gender"] == "f" else (),
        subject=subject,
        date=datetime(2022, 7, 15, 9, 30, 5, 999, tzinfo=UTC),
        message_id="<abc.invitation@campaign.example>",
        in_reply_to="",
        references=(),
        language=language,
        unsubscribe=f"mailto:secretariat@campaign.example?subject=stop%20{filled['reference']}",
    )


def assert_same(stationery: Stationery, kind: LetterKind, step: int, language: str, filled: dict[str, object]) -> None:
    """The cast letter and its bytes are those of the plain way, or both ways refuse it for the same reason."""
    (words, plain_error), (cast, error) = (
        _outcome(make, kind, step, language, filled) for make in (stationery.render, stationery.cast)
    )
    assert error == plain_error
    if error:
        return
    attachments = stationery.attachments_for(kind, language)
    assert cast.words() == words
    assert cast.digest(attachments) == digest(words, attachments)
    head = head_of(filled, words.subject, language)
    assert b"".join(assemble(head, cast.bodies, language, attachments)) == serialise(head, words, attachments)


def _outcome(make: Callable[..., Any], *letter: Any) -> tuple[Any, str]:
    try:
        return make(*letter, who="c1"), ""
    except ConfigurationError as error:
        return None, str(error)


CAMPAIGN = Stationery.from_files(read_files(ROOT / "templates", [PATTERN], ROOT, "en"))


@pytest.mark.parametrize("language", ["en", "fr", "es", "ca"])
@pytest.mark.parametrize(("kind", "step"), LETTERS)
def test_the_campaigns_own_letters(kind: LetterKind, step: int, language: str) -> None:
    """Every name, in every letter and language."""
    for name in [*NAMES, *NAMES[:6]]:
        contact = {"person": name, "title": "", "gender": "f", "email": "m@t.example", "language": "", "notes": ""}
        filled: dict[str, object] = {
            "salutation": f"Dear {name},",
            "date": "July 15th 2022",
            "deadline": "15th of September",
            "deadline_long": "September 15th 2022",
            "invitee": {"id": "c1", "name": name, "country": "ES", "kind": "city"},
            "contact": {**contact, "extra": {}},
            "campaign": {"id": "c", "name": "10", "committee_url": "", "target": None},
            "sender": {"name": "UCLG", "address": "secretariat@campaign.example"},
            "reference": "ABCD-EFGH-JKMN-PQRS-TVWX-YZ23",
        }
        assert_same(CAMPAIGN, kind, step, language, filled)


@settings(max_examples=40)
@given(several=st.lists(values(), min_size=3, max_size=5), letter=st.sampled_from(LETTERS))
def test_any_values(several: list[dict[str, object]], letter: tuple[LetterKind, int]) -> None:
    """Whatever fills the places, and in whatever order the letters come."""
    for filled in several:
        assert_same(CAMPAIGN, *letter, "fr", filled)


# What templates can do with a value besides printing it; each must come out as in the plain way.
BODIES = {
    "a condition": "{% if contact.person %}Dear {{ contact.person }},{% else %}Dear all,{% endif %}",
    "a condition alone": "{% if contact.notes %}\n\nWe know you.\n\n{% endif %}\n\n{{ invitee.name }}",
    "conditions": "{% if contact.person and not contact.title or invitee.name %}A{% elif contact.notes %}B{% endif %}",
    "a comparison": '{% if contact.gender == "f" %}Madam{% else %}Sir{% endif %} {{ invitee.name }}',
    "a comparison of a name": '{% if contact.person == "Ana Ruiz" %}Ana!{% endif %} {{ contact.person }}',
    "a part of a word": '{% if "a" in invitee.name %}a{% endif %} {{ invitee.name }} {{ contact.person }}',
    "a filter": "{{ invitee.name | upper }} {{ contact.person | length }} {{ contact.title | default('x', true) }}",
    "a method": "{{ invitee.name.upper() }} {{ contact.person }}",
    "a sum": "{{ invitee.name ~ contact.person }} {{ contact.title * 2 }}",
    "a choice": "{{ contact.person if contact.title else invitee.name }} {{ contact.title }}",
    "a variable": "{% set who = contact %}{{ who.person }} {{ contact.person }}",
    "a set block": "{% set who %}{{ contact.person }}{% endset %}{{ who | upper }} {{ contact.person }}",
    "a filter block": "{% filter upper %}{{ contact.person }}{% endfilter %} {{ contact.person }}",
    "a macro": "{% macro who(x) %}{{ x | title }} {{ contact.person }}{% endmacro %}{{ who(invitee.name) }}",
    "with": "{% with who = invitee.name %}{{ who }}{% endwith %} {{ invitee.name }}",
    "a loop": "{% for key in contact.extra %}{{ key }}: {{ contact.extra[key] }} {{ loop.index }}{% endfor %}",
    "a loop over letters": "{% for char in contact.person %}{{ char }}-{% endfor %} {{ contact.person }}",
    "a table": "{{ contact.extra }} {{ contact.extra.sum }} {{ contact }}",
    "a method of a table": "{{ contact.extra.get('sum') }} {{ contact.extra.sum }} {{ contact.extra.items }}",
    "an index": "{{ contact['person'] }} {{ contact.person[0:2] }} {{ (contact)['title'] }}",
    "a list": "{{ [invitee.name, contact.person] | listed }} {{ invitee.name }}",
    "no escaping": "{% autoescape false %}{{ contact.person }}{% endautoescape %}",
    "marked as safe": "{{ contact.person | safe }} {{ contact.person }}",
    "a link": "[{{ contact.person }}]({{ contact.notes }}) and [us](https://x.example/{{ invitee.name }})",
    "links alike": "[us](https://x.example/{{ invitee.name }}) [us](https://x.example/{{ contact.person }})",
    "a link of its own words": "[{{ contact.notes }}](https://a.example/?b=c&d) [a](mailto:{{ contact.notes }})",
    "a link in its words": "[see https://x.example/ here](https://x.example/{{ contact.title }})",
    "something missing": "{{ contact.extra.nothing }}",
    "something missing, asked": "{% if contact.extra.sum %}{% if foo is defined %}x{% endif %}{% endif %}{{ invitee.name }}",
    "something wrong": "{{ contact.person + 1 }}",
    "a column": "{{ contact.extra.sum }}.\n\n{% if contact.extra.sum %}{{ contact.extra.sum }}{% endif %}",
    "lists": "- {{ invitee.name }}\n- {{ contact.person }}\n\n> {{ contact.title }}\n\n1. {{ salutation }}",
    "lines": "{{ contact.person }}  \n{{ contact.title }}  \n{{ invitee.name }}",
    "raw": "{% raw %}{{ contact.person }}{% endraw %} {{ '\\ue006\\ue010\\ue008' }} {{ contact.person }}",
    "many octets": "приглашение " * 40 + "{{ invitee.name }} " + "합니다 " * 60,
}
SUBJECTS = [
    "Invitation",
    "{{ invitee.name }}: *call* of {{ deadline }}",
    "{{ contact.title }} {{ contact.person | upper }}",
]
SMALL = [
    "Ref: {{ reference }}",
    "{{ invitee.name }} [stop](mailto:{{ sender.address }}?subject={{ reference }})  {{ contact.notes }}",
]
TEXTS = [
    "{{ body }}\n{% for link in links %}\n{{ link.words }}: {{ link.address }}\n{% endfor %}\n{{ smallprint }}",
    "{{ subject }}\n\n{% if links %}{{ links | length }}{% endif %}\n\n\n{{ body }}{{ contact.person }}\n",
    "{{ body | upper }}{% for link in links %}{{ loop.previtem }}{{ link }}{% endfor %}",
    "{% if 'Ana' in subject %}Ana{% endif %}{{ body }}{% for x in links if x.words == 'us' %}{{ x.words }}{% endfor %}",
]
PAGES = [
    "<title>{{ subject }}</title>{{ body }}<p dir={{ dir }}>{{ smallprint }}</p>",
    "{{ body }}{{ salutation }}\n\n\n\n",
]


def campaign_of(body: str, subject: str, small: str, text: str, page: str) -> Stationery:
    """A campaign with one letter."""
    wording = (ROOT / "templates" / "wording.en.toml").read_bytes()
    manifest = json.dumps({"folder": "t", "attachments": [], "default_language": "en"}).encode()
    sources = {
        "t/invitation.en.md": f"# {subject}\n\n{body}\n",
        "t/thanks.en.md": f"# Thank you, {{{{ contact.person }}}}\n\n{body}\n",
        "t/smallprint.en.md": small,
        "t/layout.txt.j2": text,
        "t/layout.html.j2": page,
    }
    files = {name: source.encode() for name, source in sources.items()}
    return Stationery.from_files({"stationery.json": manifest, "t/wording.en.toml": wording, **files})


FRAMES = list(product(SUBJECTS, SMALL, TEXTS, PAGES))
UNUSUAL = {
    name: [campaign_of(body, *frame) for frame in FRAMES[number % 3 :: 7]]
    for number, (name, body) in enumerate(BODIES.items())
}
EXTRA = st.one_of(WORDS, st.sampled_from([1, True, 1.0, 0, None, False, "1", "True", ["a", "b"], {"a": "b"}]))


@pytest.mark.parametrize("name", BODIES)
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.data_too_large])
@given(several=st.lists(values(EXTRA), min_size=2, max_size=4), number=st.integers(0, 20))
def test_unusual_templates(name: str, several: list[dict[str, object]], number: int) -> None:
    """Whatever a template does with its values; each letter comes twice, the second time from a mould if there is one."""
    stationery = UNUSUAL[name][number % len(UNUSUAL[name])]
    for kind in (LetterKind.INVITATION, LetterKind.THANKS):
        for filled in (*several, *several):
            assert_same(stationery, kind, 0, "en", filled)


def one_letter(name: str) -> dict[str, object]:
    """A letter to somebody of this name."""
    contact = {"person": name, "title": "", "gender": "", "notes": "", "extra": {}, "email": "m@t.example"}
    return {
        "salutation": f"Dear {name},", "date": "d", "deadline": "d", "deadline_long": "d", "reference": f"AAAA-{len(name):04d}",
        "invitee": {"id": name, "name": name, "country": "ES", "kind": "city"}, "contact": contact,
        "campaign": {"id": "c", "name": "c", "committee_url": "", "target": None},
        "sender": {"name": "UCLG", "address": "s@campaign.example"},
    }  # fmt: skip


@pytest.mark.parametrize("name", BODIES)
def test_unusual_templates_for_everybody(name: str) -> None:
    """A mould made for one person serves no other whose letter would be another."""
    for stationery in UNUSUAL[name][:1]:
        for person in ("Berta", "Berta", *NAMES):
            contact = {**_named(person), "title": "t" if person == "Berta" else person}
            assert_same(stationery, LetterKind.INVITATION, 0, "en", {**one_letter(person), "contact": contact})


LINE_OF_TEXT = st.text(alphabet=st.sampled_from("ab .=%\t\u00e9\u20ac"), max_size=160)


@given(LINE_OF_TEXT, LINE_OF_TEXT, st.text(alphabet="ab .=\u00e9&", min_size=1, max_size=90))
def test_a_line_with_a_place_is_broken_as_in_the_whole(before: str, after: str, value: str) -> None:
    """Its pieces are quoted one by one, and soft line breaks stand where encoding the filled line puts them."""
    marked = Words("s", f"a\n{before}{mark(0, AS_IT_IS)}{after}\nb", f"{before}{mark(0, AS_IT_IS)}", "en")
    if after.endswith((" ", "\t")) or value[-1] == " " or value == ".":
        return  # no such line is made in pieces, and no such value fills a place
    text, html = f"a\n{before}{value}{after}\nb", f"{before}{escape(value)}"
    assert make_mould(marked).cast(forms_of(value)).whole == cast_of(Words("s", text, html, "en")).whole


def test_what_is_the_same_is_one_object() -> None:
    """An attachment is not copied from letter to letter, and is not looked at again."""
    made = []
    attachments = CAMPAIGN.attachments_for(LetterKind.INVITATION, "en")
    for name in ("Ana", "Berta", "Clara"):
        cast = CAMPAIGN.cast(LetterKind.INVITATION, 0, "en", one_letter(name))
        head = head_of(one_letter(name), cast.subject.decode(), "en")
        made.append(assemble(head, cast.bodies, "en", attachments))
    assert made[0][1] is made[1][1] is made[2][1]
    assert [isinstance(part, Lines) for part in made[0]] == [True, True, False]  # the last is a boundary


def test_letters_of_a_class_share_a_mould() -> None:
    """Letters to different persons hold the very same encoded runs; that is what makes them fast."""
    small = campaign_of(BODIES["a comparison"], SUBJECTS[0], SMALL[0], TEXTS[0], PAGES[0])
    for stationery in (small, CAMPAIGN):
        for name in ("Ana", "Berta", "Clara"):
            stationery.cast(LetterKind.INVITATION, 0, "en", one_letter(name))
    assert small.moulds == 1
    assert CAMPAIGN.moulds >= 1


@pytest.mark.parametrize("body", ["a filter", "a variable", "no escaping", "a table"])
def test_what_cannot_be_shown_sound_is_filled(body: str) -> None:
    """Where a template looks into names, no mould serves two letters."""
    stationery = campaign_of(BODIES[body], SUBJECTS[0], SMALL[0], TEXTS[0], PAGES[0])
    for name in ("Ana", "Berta", "Clara"):
        assert_same(stationery, LetterKind.INVITATION, 0, "en", {**one_letter(name), "contact": _named(name)})
    assert stationery.moulds == 0


def _named(name: str) -> dict[str, object]:
    return {
        "person": name,
        "title": "",
        "gender": "",
        "notes": name,
        "extra": {"sum": name, "items": name},
        "email": "m@t.example",
    }


@settings(max_examples=150)
@given(
    name=WORDS,
    subject=WORDS,
    at=st.integers(0, 600),
    put=st.sampled_from(
        ["", "\r\n", "\n", "\r", "\r\nBcc: x@y.example", ",", "<", '"', "\x00", "é", " x@y.example", ":"]
    ),
)
def test_the_quick_look_is_no_less_strict(name: str, subject: str, at: int, put: str) -> None:
    """What reads back plainly reads back in the thorough way too, broken or not."""
    filled = one_letter("Ana")
    filled["contact"] = {"person": name, "gender": "f"}
    head = head_of(filled, subject, "en")
    cast = CAMPAIGN.cast(LetterKind.INVITATION, 0, "en", one_letter("Ana"))
    data = Lines(assemble(head, cast.bodies, "en", ())[0])
    names = [line.split(":")[0] for line in data.decode().split("\r\n\r\n")[0].split("\r\n") if line[0] != " "]
    assert reads_back_plainly(data, head, names[:-1])
    with suppress(ValueError):  # no lines that a relay takes
        broken = Lines(data[:at] + put.encode() + data[at:])
        if reads_back_plainly(broken, head, names[:-1]):
            read_back(broken, head)


def test_a_value_that_begins_on_the_next_line_is_looked_at_thoroughly() -> None:
    """RFC 5322 allows it (§2.2.3); not every program reads it so."""
    head = head_of(one_letter("Ana"), "Subject", "en")
    data = Lines(assemble(head, CAMPAIGN.cast(LetterKind.INVITATION, 0, "en", one_letter("Ana")).bodies, "en", ())[0])
    names = [line.split(":")[0] for line in data.decode().split("\r\n\r\n")[0].split("\r\n") if line[0] != " "]
    assert reads_back_plainly(data, head, names[:-1])
    broken = Lines(data.replace(b"Message-ID: ", b"Message-ID:\r\n "))
    assert not reads_back_plainly(broken, head, names[:-1])
