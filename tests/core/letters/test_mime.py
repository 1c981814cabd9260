"""A letter as bytes: what is written is what a stranger's program reads."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from datetime import datetime
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.core.letters.mime import (
    AttachedFile,
    Head,
    LetterError,
    Words,
    assemble,
    digest,
    plain_bodies,
    read_back,
    serialise,
)

MOMENT = datetime(2022, 7, 15, 9, 30, 5, 999, tzinfo=ZoneInfo("Europe/Madrid"))
WORDS = Words("Invitation", "Dear Ana,\n\nwe “invite” you.\n", "<p>Dear Ana, we “invite” you.</p>\n", "en")
PDF = AttachedFile("participation.en.pdf", "application/pdf", b"%PDF-1.4\n" + bytes(range(256)) * 40)
HEAD = Head(
    from_name="UCLG-CSIPDHR",
    from_address="secretariat@campaign.example",
    to="mayor@town.example",
    to_name="",
    cc=(),
    subject="Invitation",
    date=MOMENT,
    message_id="<abc.invitation@campaign.example>",
    in_reply_to="",
    references=(),
    language="en",
    unsubscribe="mailto:secretariat@campaign.example?subject=stop%20AAAA-BBBB",
)
PLAIN_HEADERS = [
    "Date", "From", "To", "Subject", "Message-ID", "Content-Language", "List-Unsubscribe", "MIME-Version",
    "Content-Type",
]  # fmt: skip
NAMES = [
    "Ana Ruiz",
    "Mayor, of the City …, with commas, and (parens) evil@evil.example", 'A "quoted" \\ name',
    "=?utf-8?q?Hello=0D=0ABcc:_evil@evil.example?=",
    "Ana\r\nBcc: evil@evil.example", "Ana\x00\u2028\x85x", "<b@c.example>",
    "a" * 300, "é" * 200, "Анна Каренина", "王小明", "山田 太郎", "김민준", "محمد علي", "דנה כהן", "अनीता शर्मा", "அனிதா",
    "ანა", "Աննա", "አና", "สมชาย", "Ελένη", "ອານາ",
    "O’Brien; Smith: x", "group: a@b.example;", "@", "👩🏽‍⚖️ Ana", "\ud800",
    "می‌خواهم",
]  # fmt: skip


def read(data: bytes) -> EmailMessage:
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_a_plain_letter() -> None:
    """Headers, parts and attachment are as meant."""
    data = serialise(HEAD, WORDS, (PDF,))
    message = read(data)
    assert message.keys() == PLAIN_HEADERS
    assert message["Date"] == "Fri, 15 Jul 2022 09:30:05 +0200"
    assert message["List-Unsubscribe"] == "<mailto:secretariat@campaign.example?subject=stop%20AAAA-BBBB>"
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "application/pdf",
    ]  # fmt: skip
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().replace("\r\n", "\n") == WORDS.text
    assert html.get_content().replace("\r\n", "\n") == WORDS.html
    (attached,) = message.iter_attachments()
    assert attached.get_filename() == "participation.en.pdf"
    assert attached.get_content() == PDF.content
    assert data.isascii()
    assert b"Precedence" not in data


def test_the_same_letter_gives_the_same_bytes() -> None:
    """A second attempt repeats the first."""
    assert serialise(HEAD, WORDS, (PDF,)) == serialise(HEAD, WORDS, (PDF,))


def test_without_attachment() -> None:
    """A reminder is text and HTML alone."""
    assert read(serialise(HEAD, WORDS, ())).get_content_type() == "multipart/alternative"


@pytest.mark.parametrize("name", NAMES)
def test_hostile_names(name: str) -> None:
    """A name stays one name of one recipient, in To and in the subject, and makes no header."""
    data = serialise(replace(HEAD, to_name=name, subject=f"Re: {name}"), WORDS, (PDF,))
    message = read(data)
    assert message.keys() == PLAIN_HEADERS
    (recipient,) = message["To"].addresses
    assert recipient.addr_spec == "mayor@town.example"
    if not name.startswith("=?") and name.isprintable():
        assert "".join(recipient.display_name.split()) == "".join(name.split())
    assert max(len(line) for line in data.split(b"\r\n") if not line.startswith(b"List-")) <= 78


@settings(deadline=None)
@given(name=st.text(max_size=200), subject=st.text(max_size=300))
def test_any_name_and_subject(name: str, subject: str) -> None:
    """Whatever stands in the list, the letter goes to one address and has no header more."""
    data = serialise(replace(HEAD, to_name=name, subject=subject), WORDS, ())
    message = email.message_from_bytes(data)
    assert [key for key in message if key != "Subject"] == [key for key in PLAIN_HEADERS if key != "Subject"]


@settings(deadline=None)
@given(text=st.text(alphabet=st.characters(blacklist_categories=("Cs", "Cc")), max_size=3000))
def test_any_text(text: str) -> None:
    """Any script comes back as it was; no line is too long."""
    plain = read(serialise(HEAD, replace(WORDS, text=f"x{text}\n"), ())).get_body(("plain",))
    assert plain is not None
    content = plain.get_payload(decode=True)
    assert isinstance(content, bytes)
    assert content.decode() == f"x{text}\r\n"


def test_a_thread() -> None:
    """Ids stand unfolded, the first and the latest are kept, and an automatic answer says so."""
    ids = tuple(f"<{number:03}.{'r' * 60}@campaign.example>" for number in range(30))
    head = replace(HEAD, in_reply_to=ids[-1], references=ids, auto_submitted="auto-replied")
    data = serialise(head, WORDS, ())
    message = email.message_from_bytes(data)
    assert message["In-Reply-To"] == ids[-1]
    kept = message["References"].split(" ")
    assert (kept[0], kept[-1]) == (ids[0], ids[-1])
    assert message["Auto-Submitted"] == "auto-replied"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert max(len(line) for line in data.split(b"\r\n")) <= 998


def test_a_reminder_says_that_it_is_automatic() -> None:
    """RFC 3834: auto-generated, without Exchange's header."""
    message = email.message_from_bytes(serialise(replace(HEAD, auto_submitted="auto-generated"), WORDS, ()))
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] is None


def test_copies() -> None:
    """Several copies stand in one Cc."""
    cc = tuple(f"office{number}@town.example" for number in range(12))
    message = read(serialise(replace(HEAD, cc=cc), WORDS, ()))
    assert tuple(address.addr_spec for address in message["Cc"].addresses) == cc


@pytest.mark.parametrize("to", ["josé@b.example", "мер@київ.example", "महापौर@नगर.example", "市长@市.example"])
def test_an_address_in_another_script(to: str) -> None:
    """It stands in its header as it is, in UTF-8 (RFC 6532); everything else stays 7 bit."""
    data = b"".join(assemble(replace(HEAD, to=to, to_name="Ana"), plain_bodies(b"Hi", b"<p>Hi"), "en", (PDF,)))
    assert email.message_from_string(data.decode(), policy=email.policy.SMTPUTF8)["To"].addresses[0].addr_spec == to
    assert data.replace(to.encode(), b"").isascii()


@pytest.mark.parametrize(
    "wrong",
    [
        {"to": "a@b.example\r\nBcc: c@d.example"},
        {"to": "a@b.example, c@d.example"},
        {"to": "Ana <a@b.example>"},
        {"to": "josé@b.example\r\nBcc: c@d.example"},
        {"to": "josé@b.example, c@d.example"},
        {"to": "jo\u202esé@b.example"},
        {"to": ""},
        {"cc": ("x",)},
        {"message_id": "<a b@c.example>"},
        {"message_id": "<a@c.example>\r\nBcc: c@d.example"},
        {"in_reply_to": "a@c.example"},
        {"references": ("<a@c.example>", "<b@c.example")},
        {"language": "en\r\nBcc: x"},
        {"unsubscribe": "mailto:a@b.example>\r\nBcc: x"},
        {"auto_submitted": "no\r\nBcc: x"},
        {"date": datetime(2022, 7, 15)},  # noqa: DTZ001  that is the mistake
    ],
)
def test_what_cannot_be_written_is_refused(wrong: dict[str, object]) -> None:
    """A value that would make another header or recipient is an error."""
    with pytest.raises(LetterError, match="was not sent"):
        serialise(replace(HEAD, **wrong), WORDS, ())  # type: ignore[arg-type]


GOOD = serialise(HEAD, WORDS, (PDF,))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (GOOD.replace(b"To: mayor", b"Bcc: x@y.example\r\nTo: mayor"), "its headers are"),
        (GOOD.replace(b"To: mayor@", b"To: a@b.example, mayor@"), "it goes to"),
        (GOOD.replace(b"From: UCLG-CSIPDHR", b"From: a@b.example, x"), "it comes from"),
        (GOOD.replace(b"Subject: Invitation", b"Subject: Other"), "its subject"),
        (GOOD.replace(b"<abc.", b"<abd."), "another Message-ID"),
        (GOOD.replace(b"\r\n\r\nDear", b"\r\n\nDear"), "bare CR or LF"),
        (GOOD.replace(b"Dear", b"De\rar"), "bare CR or LF"),
        (GOOD.replace(b"Dear", b"D" * 999), "over 998"),
        (GOOD + b"x" * 999, "over 998"),
        (GOOD.replace(b"Dear", "Déar".encode()), "7 bit"),
        (b"To: mayor@town.example", "headers"),
    ],
)
def test_read_back_finds_what_was_not_meant(data: bytes, words: str) -> None:
    """Bytes that say something else never leave."""
    with pytest.raises(LetterError, match=words):
        read_back(data, HEAD)


def test_read_back_takes_lines_of_998_octets() -> None:
    """The limit itself is allowed."""
    read_back(GOOD.replace(b"Dear Ana", b"D" * 997, 1), HEAD)
    read_back(GOOD + b"x" * 998, HEAD)


def test_a_file_name_in_any_script() -> None:
    """An ASCII name for old programs, the whole name for the others."""
    data = serialise(HEAD, WORDS, (replace(PDF, name='Modalités "ñ".pdf'),))
    assert b'filename="Modalit_s ___.pdf"' in data
    assert b"filename*=utf-8''Modalit%C3%A9s%20%22%C3%B1%22.pdf" in data


def test_digest() -> None:
    """Everything a reader gets changes the digest; where one part ends and the next begins does too."""
    variants = [
        digest(WORDS, (PDF,)),
        digest(WORDS, ()),
        digest(replace(WORDS, subject="x"), (PDF,)),
        digest(replace(WORDS, text=WORDS.text + WORDS.html, html=""), (PDF,)),
        digest(replace(WORDS, language="fr"), (PDF,)),
        digest(WORDS, (replace(PDF, content=b"x"),)),
        digest(WORDS, (replace(PDF, name="x"),)),
    ]
    assert len(set(variants)) == len(variants)
    assert digest(WORDS, (PDF,)) == digest(replace(WORDS), (replace(PDF),))
