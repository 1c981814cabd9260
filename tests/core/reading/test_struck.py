"""What somebody struck out is shown to a person, and not read as said."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from outreach.core.reading.opening.html_text import html_to_text
from outreach.core.reading.reader import open_mail, read_mail
from outreach.languages import load_languages
from outreach.model import Reading, ReadingKind

K = ReadingKind
NO = "We will not join the campaign."


def read(html: str, plain: str = "") -> Reading:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "mayor@northam.example", "cisdpl@uclg.example", "Re: Invitation"
    mail["In-Reply-To"] = "<letter@uclg.example>"
    if plain:
        mail.set_content(plain)
        mail.add_alternative(html, subtype="html")
    else:
        mail.set_content(html, subtype="html")
    return read_mail(open_mail(mail.as_bytes()), load_languages())


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>We <s>do not</s> join.</p>", "We ~~do not~~ join."),
        ("<p>We <del>do not</del> join.</p>", "We ~~do not~~ join."),
        ("<p>We <strike class=x>do not </strike>join.</p>", "We ~~do not~~ join."),
        ('<p>We <span style="color:red; text-decoration: Line-Through">do not</span> join.</p>', "We ~~do not~~ join."),
        ('<p>We <span style="text-decoration-line:line-through">do not</span> join.</p>', "We ~~do not~~ join."),
        ("<style>.a{text-decoration:line-through}</style><p>We <i class='b a'>do not</i> join.", "We ~~do not~~ join."),
        ("<p>We <s>do <del>not</del></s> join.</p>", "We ~~do not~~ join."),
        ("<p style='text-decoration:line-through'>We join.</p><p>We do not.</p>", "~~We join.~~\n\nWe do not."),
        ("<s>We join.<br>Yes.</s><br>No.", "~~We join.~~\n~~Yes.~~\nNo."),
        ("<p>We <strong>do</strong> join <span style='text-decoration:underline'>now</span>.</p>", "We do join now."),
        ("<p>We <s></s>join.</p>", "We join."),
        ("<p>We <s>join.", "We ~~join.~~"),
        ("<i></i>" * 4000 + "<p>We <s>do not</s> join.</p>", "We ~~do not~~ join."),
    ],
)
def test_it_is_marked(html: str, text: str) -> None:
    """By its element, its style, its class; once, line by line, and in what is too large for a tree."""
    assert html_to_text(html).strip() == text


MANY = "<i></i>" * 4000  # more tags than a tree is built of


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ('<p>We <span style="text-decoration: Line-Through">do not</span> join.</p>', "We ~~do not~~ join."),
        ("<p>We <b style='text-decoration-line:line-through'>do <i>not<br></i></b> join.</p>", "We ~~do not~~\njoin."),
        ("<style>.a{text-decoration:line-through}</style><p>We <i class='b a'>do not</i> join.", "We ~~do not~~ join."),
        ("<style>.a{text-decoration:line-through}</style><p>We <i class=a>do not</i> join.", "We ~~do not~~ join."),
        ("<style>.a{text-decoration:line-through}</style><p>We <i class='ab'>do</i> join.", "We do join."),
        ("<p style='text-decoration:line-through'>We join.<p>We do not.", "~~We join.~~\nWe do not."),
        ("<li style='text-decoration:line-through'>Yes<li>No", "~~Yes~~\nNo"),
        ("<div style='text-decoration:line-through'><div>We join.</div>Yes.</div>No.", "~~We join.~~\n~~Yes.~~\nNo."),
        ("<div style='text-decoration:line-through'><b>We join.</div>No.", "~~We join.~~\nNo."),
        ("<!-- line-through --></s></p></b><p>We <b>do</b> join.</p>", "We do join."),
    ],
)
def test_it_is_marked_without_a_tree(html: str, text: str) -> None:
    """By style and class too, in a page of thousands of tags; elements left open end with what they stand in."""
    assert html_to_text(MANY + html).strip().replace("\n\n", "\n") == text


@pytest.mark.parametrize("piece", ["<b style=line-through>", "<p style=line-through>", "<i class='", "</b><b class=x>"])
def test_hostile_pages_are_read(piece: str) -> None:
    """Thousands of elements left open, and of classes that never end: every word is there still."""
    page = "<style>.x{text-decoration:line-through}</style>" + piece * 10_000 + ">word<"
    assert "word" in html_to_text(page)


@pytest.mark.parametrize(
    ("html", "kind", "decided"),
    [
        ("<p><s>We join the campaign.</s></p><p>We will not join the campaign.</p>", K.DECLINE, True),
        ("<p>We will <s>not</s> join the campaign.</p>", K.CONFIRM, False),
        ("<p><s>We confirm that Northam joins the campaign.</s></p>", K.UNCLEAR, False),
        ("<p>The city of Northam joins <del>does not join</del> the campaign.</p>", K.CONFIRM, False),
        ("<p>Your letter has reached us, thank you. <s>We join.</s></p>", K.ACKNOWLEDGE, True),
    ],
)
def test_it_is_not_said(html: str, kind: ReadingKind, *, decided: bool) -> None:
    """What is left is read; a yes beside struck words is for a person."""
    reading = read(html)
    assert (reading.kind, reading.decided) == (kind, decided)
    assert "~~" in reading.new_text


def test_the_plain_form_does_not_tell() -> None:
    """The HTML form is read where it strikes out what the plain form says."""
    reading = read(f"<p><s>Yes, we join the campaign.</s> {NO}</p>", plain=f"Yes, we join the campaign. {NO}")
    assert reading.kind is K.DECLINE
    assert reading.new_text == f"~~Yes, we join the campaign.~~ {NO}"
    assert "doubt: something is struck out" in [one.rule for one in reading.evidence]
