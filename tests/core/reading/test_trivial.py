"""Mails that say next to nothing suggest nothing: no yes that a person would wave through."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from outreach.core.reading.reader import open_mail, read_mail
from outreach.languages import load_languages
from outreach.model import Reading, ReadingKind

LANGUAGES = load_languages()
SIGNATURE = "-- \nJane Doe\nMayor of Northam\nTown Hall, 1 High Street\n+44 1234 567890\n"
QUOTED = "On 15 July 2022, UCLG <cisdpl@uclg.example> wrote:\n> Would your city confirm its participation?\n"


def read(text: str, *, subject: str = "Re: Invitation", subtype: str = "plain") -> Reading:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "mayor@northam.example", "cisdpl@uclg.example", subject
    mail["Date"], mail["Message-ID"] = "Wed, 20 Jul 2022 10:00:00 +0200", "<a@northam.example>"
    mail.set_content(text, subtype=subtype)
    return read_mail(open_mail(mail.as_bytes()), LANGUAGES)


@pytest.mark.parametrize(
    "text",
    [
        *("", "   \n\n ", "\u00a0", "\u200b", ".", "-", "?", "!", "1", "+1", "15/09/2022", "+34 600 000 000"),
        *("x", "a", "k", "y", "test", "asdf qwer", "Jane", "Hello", "Dear all,", "Best regards,\nJane"),
        *("👍", "❤️", "✅", "🎉🎉", "🤝", "✔", "好", "نعم", "[cid:image001.png@01D8]", "https://www.northam.example/"),
        *("ok", "Ok", "OK.", "Ok, thanks", "ok\n\n" + QUOTED, "👍\n\n" + QUOTED),
        *(SIGNATURE, QUOTED, SIGNATURE + "\n" + QUOTED, "> We confirm our participation\n", "Sent from my iPhone"),
    ],
)
def test_a_text_that_says_nothing(text: str) -> None:
    """One letter, one emoji, “ok”, only a signature or what we wrote ourselves: a person looks, and nothing is said."""
    reading = read(text)
    assert (reading.kind, reading.decided) == (ReadingKind.UNCLEAR, False)


@pytest.mark.parametrize("subject", ["x", "", "Re:", "Hello", "test", "👍", "ok"])
def test_a_subject_that_says_nothing(subject: str) -> None:
    """No text, and no words that anybody knows above it."""
    reading = read("", subject=subject)
    assert (reading.kind, reading.decided) == (ReadingKind.UNCLEAR, False)


@pytest.mark.parametrize(
    "page",
    [
        *("", "<html><body></body></html>", "<p>&nbsp;</p>", '<img src="cid:x">', "<p>ok</p>"),
        "<script>We confirm our participation</script>",
        '<blockquote type="cite">We confirm our participation</blockquote>',
    ],
)
def test_a_page_that_says_nothing(page: str) -> None:
    """HTML without words of its own."""
    reading = read(page, subtype="html")
    assert (reading.kind, reading.decided) == (ReadingKind.UNCLEAR, False)
