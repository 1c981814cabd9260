"""What a person sees of a mail is what is read of it; where that cannot be told, a person looks."""

from __future__ import annotations

import base64

import pytest

from outreach.core.reading.opening.armor import without_armor
from outreach.core.reading.opening.html_text import hides, html_to_text
from outreach.core.reading.opening.message import HIDDEN, TWO_TEXTS, open_mail
from outreach.core.reading.reader import read_mail
from outreach.languages import load_languages
from outreach.model import Message

HEAD = "From: mayor@northam.example\nSubject: Re: Invitation\nMIME-Version: 1.0\n"
YES = "We confirm that Northam joins the campaign."
NO = "Unfortunately the council voted against joining the campaign."


def opened(kind: str, body: str, more: str = "") -> Message:
    return open_mail(f"{HEAD}Content-Type: {kind}; charset=utf-8\n{more}\n{body}".encode())


def two_forms(plain: str, html: str) -> Message:
    part = "--b\nContent-Type: text/{}; charset=utf-8\n\n{}\n"
    body = part.format("plain", plain) + part.format("html", html) + "--b--\n"
    return open_mail(f"{HEAD}Content-Type: multipart/alternative; boundary=b\n\n{body}".encode())


@pytest.mark.parametrize(
    "hidden",
    [
        f'<div style="display:none">{YES}</div>',
        f"<div style='DISPLAY : NONE !important; color:red'><p>{YES}</p></div>",
        f'<p style="visibility: hidden">{YES}</p>',
        f'<span style="font-size:0px;line-height:0">{YES}</span>',
        f'<span style="font-size:0">{YES}</span>',
        f'<table><tr><td style="mso-hide:all">{YES}</td></tr></table>',
        f"<p hidden>{YES}</p>",
        f'<div hidden><p style="display:none">{YES}</p></div>',
    ],
)
def test_what_may_be_hidden_is_for_a_person(hidden: str) -> None:
    """Whether a yes was seen the program knows that showed it: nothing is lost, and nothing decided."""
    message = opened("text/html", f"<p>{NO}</p>{hidden}<p>Kate</p>")
    assert message.problem == HIDDEN
    assert NO in message.text
    assert YES in message.text
    assert not read_mail(message, load_languages()).decided


def test_a_preheader_that_says_nothing_new_is_not_read() -> None:
    """Newsletters hide their first words above the mail."""
    message = opened("text/html", f'<div style="display:none">{YES[:23]}&nbsp;&zwnj;</div><p>{YES}</p>')
    assert (message.text.strip(), message.problem) == (YES, "")


@pytest.mark.parametrize(
    "seen",
    [
        f'<table><tr><td style="font-size:0px"><div style="font-size:13px">{NO}</div></td></tr></table>',
        f'<p style="mso-hide:all">{NO}</p>',
        f'<p style="display:none;display:block">{NO}</p>',
        f'<p hidden style="display:block">{NO}</p>',
    ],
)
def test_what_is_seen_in_spite_of_a_style_is_not_lost(seen: str) -> None:
    """A no within a style that hides elsewhere; beside a yes a person looks."""
    message = opened("text/html", f"<p>{YES}</p>{seen}")
    assert NO in message.text
    assert not read_mail(message, load_languages()).decided


def test_a_hidden_copy_of_the_plain_form_does_not_vouch_for_it() -> None:
    """The HTML shows a no; the yes of the plain form stands in it where nobody sees it."""
    message = two_forms(YES, f'<div style="display:none">{YES}</div><p>{NO}</p>')
    assert NO in message.text
    assert not read_mail(message, load_languages()).decided


@pytest.mark.parametrize(
    "text",
    [
        f"{YES}\n\n-----BEGIN PGP SIGNED MESSAGE-----\n{NO}\n",
        f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n{YES}\n-----BEGIN PGP SIGNATURE-----\n{NO}\n",
        f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n{NO}\n\n{YES}\n-----BEGIN PGP SIGNATURE-----\n\niQ=\n-----END PGP SIGNATURE-----\n",
    ],
)
def test_words_beside_an_armor_are_kept(text: str) -> None:
    """Only what the standard allows is taken away."""
    assert without_armor(text) == text


@pytest.mark.parametrize(
    "shown",
    [
        f'<p style="font-size:0.9em">{YES}</p>',
        f'<p style="font-size:10.0pt">{YES}</p>',
        f'<div style="overflow:hidden">{YES}</div>',
        f'<p aria-hidden="false">{YES}</p>',
        f'<p style="display:none-such">{YES}</p>'.replace("none-such", "block"),
        f'<div style="display:none">{YES}</div>',  # all of it: the program that shows it knows better
        "<p>We con&shy;firm that North&shy;am joins the cam&shy;paign.</p>",
    ],
)
def test_what_is_seen_stays(shown: str) -> None:
    """Small letters, clipped boxes, soft hyphens; and a mail that would else be empty."""
    assert opened("text/html", shown).text.strip() == YES


def test_a_page_without_hiding_styles_is_taken_as_it_is() -> None:
    """Most mails have none."""
    assert not hides('<p class=MsoNormal style="margin:0;font-size:11pt">x</p>')
    assert html_to_text("<p>a</p><p>b</p>").split() == ["a", "b"]


@pytest.mark.parametrize(
    ("plain", "html", "seen", "differ"),
    [
        (YES, f"<p>{YES}</p>", YES, False),
        (YES, f"<p>{YES.replace('confirm', '<b>confirm</b>')}</p>", YES, False),
        (
            "We’ll join – gladly, as Zürich does.",
            "<p>We&rsquo;ll join &ndash; gladly, as Z&uuml;rich does.</p>",
            "",
            False,
        ),
        ("本市は参加いたします。", "<p>本市は参加いたします。</p>", "本市は参加いたします。", False),
        ("Yes.", "<p>Yes.</p>", "Yes.", False),
        (YES, f"<p>{NO}</p>", NO, True),
        ("Yes.", "<p>No.</p>", "No.", True),
        ("This message is in HTML format; please view it in a browser.", f"<p>{YES}</p>", YES, False),
        ("", f"<p>{YES}</p>", YES, False),
        (YES, "<p></p>", YES, False),
    ],
)
def test_two_forms_of_one_text(plain: str, html: str, seen: str, differ: bool) -> None:
    """Programs show the HTML: where its words are others, they count, and a person looks."""
    message = two_forms(plain, html)
    assert message.text.strip() == (seen or plain)
    assert message.problem == (TWO_TEXTS if differ else "")
    assert not (differ and read_mail(message, load_languages()).decided)


def test_an_armored_text_is_read() -> None:
    """What is signed with PGP in the text itself; what is encrypted says so."""
    signed = f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n{YES}\n- -- \nKate\n-----BEGIN PGP SIGNATURE-----\n\niQ=\n-----END PGP SIGNATURE-----\n"
    assert opened("text/plain", signed).text == f"{YES}\n-- \nKate\n\n"
    assert without_armor(YES) == YES
    sealed = opened("text/plain", "-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----\n")
    assert "encrypted" in sealed.problem


@pytest.mark.parametrize(("text", "read"), [(YES, True), ("Yesno", False), ("naïve \x01 bytes", False)])
def test_base64_whose_end_was_cut_off(text: str, read: bool) -> None:
    """Words come out of it; anything else that only calls itself base64 stays as it is."""
    digits = base64.b64encode(text.encode()).rstrip(b"=").decode()
    assert len(digits) % 4
    message = opened("text/plain", digits, "Content-Transfer-Encoding: base64\n")
    assert message.text.strip() == (text if read else digits)
