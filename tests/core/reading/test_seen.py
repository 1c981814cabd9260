"""What a person sees of a mail is what is read of it; where that cannot be told, a person looks."""

from __future__ import annotations

import base64

import pytest

from outreach.core.reading.opening.armor import without_armor
from outreach.core.reading.opening.hiding import hides
from outreach.core.reading.opening.html_text import html_to_text
from outreach.core.reading.opening.message import HIDDEN, TWO_TEXTS, open_mail
from outreach.core.reading.opening.seen import as_seen, closed_up
from outreach.core.reading.reader import read_mail
from outreach.languages import load_languages
from outreach.model import Message, ReadingKind

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
        f'<p style="color:#fff">{YES}</p>',
        f'<p style="color: rgb(255, 255, 255)">{YES}</p>',
        f'<p style="background:white;color:White">{YES}</p>',
        f'<p><font color="#FFFFFF">{YES}</font></p>',
        f'<p style="color:transparent">{YES}</p>',
        f'<style>.a1 {{ color: white }}</style><p class="b a1">{YES}</p>',
        f'<style>@media all {{ .a1 {{ display: none }} }}</style><p class="a1">{YES}</p>',
        f'<span style="font-size:1px">{YES}</span>',
        f'<div style="opacity:0">{YES}</div>',
        f'<div style="max-height:0;overflow:hidden">{YES}</div>',
        f'<div style="position:absolute; left:-9999px">{YES}</div>',
        f'<p style="text-indent:-999em">{YES}</p>',
        f'<p style="position:absolute;clip:rect(0 0 0 0);width:1px;height:1px">{YES}</p>',
        f'<div style="clip-path: inset(100%)">{YES}</div>',
        f'<div style="height:0;overflow:hidden">{YES}</div>',
        f'<div style="overflow-y : hidden; max-width:9em; width:0px">{YES}</div>',
        f'<div style="transform:scale(0)">{YES}</div>',
        f'<div style="filter:opacity(0.01)">{YES}</div>',
        f'<span style="font-size:.1px">{YES}</span>',
        f'<table bgcolor="#036"><tr><td><p style="color:#003366">{YES}</p></td></tr></table>',
        f'<div style="background: navy"><font color=Navy>{YES}</font></div>',
        f'<style>#a1 {{ display: none }}</style><p id="a1">{YES}</p>',
        f"<style>h6 {{ display: none }}</style><h6>{YES}</h6>",
        f"<p>{YES}</p><p>\u202ecno ta\u202c</p>",
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
        f'<td bgcolor="#003366"><p style="color:#ffffff">{YES}</p></td>',
        f'<p style="background-color:#036;color:white">{YES}</p>',
        f'<div style="opacity:0.9;left:-1px;white-space:normal;background-color:#fff">{YES}</div>',
        f'<style>.a1 {{ color: white; background: #036 }}</style><p class="a1">{YES}</p>',
        f'<div style="height:0"></div><div style="overflow:hidden;height:99px">{YES}</div>',
        f'<h1 style="background:#036;color:#fff"></h1><p style="color:#036">{YES}</p>',
        f'<div style="transform:scale(0.9);opacity:0.95">{YES}</div>',
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


GLAD = "We are glad to join. " * 33  # behind it, what is compared first ends within “nothing”: after “not”


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
        (YES, f"<p>{YES.replace('joins', 'never joins')}</p>", YES.replace("joins", "never joins"), True),
        ("Vicdor s’hi adhereix.", "<p>Vicdor no s’hi adhereix.</p>", "Vicdor no s’hi adhereix.", True),
        (YES, f"<p>{YES[:6]}<b>{YES[6:9]}</b>{YES[9:]}</p>", YES, False),
        (f"* {YES}\n[image: arms]", f"<ul><li>{YES}</li></ul>", f"* {YES}\n[image: arms]", False),
        ("This message is in HTML format; please view it in a browser.", f"<p>{YES}</p>", YES, False),
        ("", f"<p>{YES}</p>", YES, False),
        (YES, "<p></p>", YES, False),
        (f"{GLAD}and nothing to add.", "<p>We are not glad to join.</p>", "We are not glad to join.", True),
        (f"{GLAD}and not to add.", "<p>We are glad to join, not to add.</p>", f"{GLAD}and not to add.", False),
        (f"{YES}\n> There is no fee.", f"<p>{YES}</p><blockquote>There is a fee.</blockquote>", "", False),
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


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("n\u200bot", "not"),
        ("n\u2060ot", "not"),
        ("n\u034fot", "not"),
        ("no\u200dt", "not"),
        ("n\u00adot", "not"),
        ("n\u043et", "not"),  # a Cyrillic letter
        ("n\u03bft", "not"),  # a Greek one
        ("n\u02bcadh\u00e8re pas", "n’adh\u00e8re pas"),
        ("don\u02b9t", "don’t"),
        ("\u0274\u1d0f\u1d1b", "not"),  # small capitals
        ("ⓝⓞⓣ 🅽🄾🅣 𝗻𝗼𝘁 ｎｏｔ", "not NOT not not"),
        ("We do ηοτ join", "We do not join"),
        ("join,\u200b dear", "join,\u200b dear"),
        ("Москва, London", "Москва, London"),
        ("мʼята", "мʼята"),
        ("Наша діяльнiсть триває", "Наша діяльнiсть триває"),  # typed with an “i” of ours
        ("Ми нe приєднуємося", "Ми нe приєднуємося"),
        ("می\u200cشود", "می\u200cشود"),
    ],
)
def test_signs_are_read_as_they_are_seen(written: str, seen: str) -> None:
    """Whatever a “not” is made of; scripts that need such signs keep them."""
    assert as_seen(written) == seen


@pytest.mark.parametrize(
    ("written", "closed"),
    [
        ("We do N O T join.", "We do NOT join."),
        ("Wir machen n i c h t mit.", "Wir machen nicht mit."),
        ("Il y a à voir.", "Il y a à voir."),
        ("Plan A B and C", "Plan A B and C"),
        ("Wir machen n-i-c-h-t mit.", "Wir machen nicht mit."),
        ("La ville adhère P A S à la liste.", "La ville adhère PAS à la liste."),
        ("We do n.o.t. join", "We do not join"),
        ("We do n–o–t join", "We do not join"),
        ("O Município N Ã O adere", "O Município NÃO adere"),
        (
            "s.v.p., i.e. the U.S.A., z.B. a-t-il c/o N. O. Peters",
            "s.v.p., i.e. the U.S.A., z.B. a-t-il c/o N. O. Peters",
        ),
    ],
)
def test_spaced_out_words_are_read(written: str, closed: str) -> None:
    """As typewriters stressed them."""
    assert closed_up(written) == closed


@pytest.mark.parametrize("no", ["will n\u200bot join", "will n\u043et join", "will N O T join", "will n\u00adot join"])
def test_a_disguised_no_is_no_yes(no: str) -> None:
    """From the bytes on."""
    reading = read_mail(opened("text/plain", f"Dear all,\n\nNortham {no} the campaign.\n"), load_languages())
    assert reading.kind is ReadingKind.DECLINE


@pytest.mark.parametrize("no", ["|\\|ot", "/\\/0T", "do|\\|'t"])
def test_a_no_drawn_with_strokes_is_for_a_person(no: str) -> None:
    """What is drawn so is seen as “not”, or as anything else."""
    reading = read_mail(
        opened("text/plain", f"We do {no} confirm that Northam joins the campaign.\n"), load_languages()
    )
    assert not reading.decided


def test_strokes_of_addresses_are_no_letters() -> None:
    """Nor are those of folders on a server."""
    text = f"{YES} See https:\\/\\/northam.example\\/x and \\\\server\\papers, either/or.\n"
    assert not opened("text/plain", text).problem
