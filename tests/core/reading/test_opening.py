"""Opening a mail: whatever its charset, encoding or structure claims, its text comes out, within limits."""

from __future__ import annotations

import base64
import quopri
from datetime import UTC
from email.header import Header
from email.message import EmailMessage
from email.utils import parsedate_to_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.bombs import BOMBS, SAID, mixed, nested, plain
from outreach.core.reading.opening.decoding import charset_named, decoded_text, without_transfer_encoding
from outreach.core.reading.opening.fields import decoded_words, file_name, mailboxes, moment
from outreach.core.reading.opening.message import open_mail
from outreach.model import Mailbox, Message

FRENCH = "Nous avons le plaisir de confirmer l’adhésion de la ville à la campagne. Très cordialement, le maire"
HEAD = b"From: Ana <ana@rioseco.example>\nSubject: Re: Invitation\nMIME-Version: 1.0\n"


def strings(message: Message) -> str:
    boxes = (*message.from_, *message.to, *message.cc, *message.reply_to, *message.sender)
    fields = (text for pair in message.headers for text in pair)
    names = (one.name for one in message.attachments)
    return "".join((message.text, message.subject, *fields, *names, *(box.name + box.address for box in boxes)))


# ---------------------------------------------------------------- charsets


@pytest.mark.parametrize(
    ("text", "encoded_in", "claimed"),
    [
        (FRENCH, "utf-8", "utf-8"),
        (FRENCH, "utf-8", ""),
        (FRENCH, "utf-8", "us-ascii"),
        (FRENCH, "utf-8", "iso-8859-1"),
        (FRENCH, "utf-8", "windows-1252"),
        (FRENCH, "utf-8", "nope"),
        (FRENCH, "cp1252", "iso-8859-1"),
        (FRENCH, "cp1252", "us-ascii"),
        (FRENCH, "cp1252", "utf-8"),
        (FRENCH, "cp1252", "unknown-8bit"),
        (FRENCH, "cp1252", ""),
        ("Köln nimmt teil – mit Grüßen aus der Stadt", "cp1252", '"ISO-8859-1"'),
        ("朱镕基市长确认参加", "gb18030", "gb2312"),
        ("本市は参加を確認いたします①", "cp932", "shift_jis"),
        ("우리 시는 참여를 확인합니다 똠방각하", "cp949", "ks_c_5601-1987"),
        ("本市は参加を確認いたします", "iso-2022-jp", "ISO-2022-JP"),
        ("本市は参加を確認いたします", "iso-2022-jp", "us-ascii"),
        ("本市は参加を確認いたします", "iso-2022-jp", ""),
        ("Мы подтверждаем участие нашего города в кампании", "koi8-r", ""),
        ("Мы подтверждаем участие нашего города в кампании", "cp1251", "utf-8"),
        ("Επιβεβαιώνουμε τη συμμετοχή του δήμου μας", "cp1253", "nope"),
        ("Katılıyoruz, Şişli Belediyesi", "cp1254", "iso-8859-9"),
        ("We join", "ascii", "utf-16"),
        ("We join the campaign", "ascii", "utf-32"),
        ("We join", "ascii", "idna"),
        ("We join", "utf-16", "utf-16"),
        ("We join \\N{DIGIT ONE}", "ascii", "unicode-escape"),
        ("We join", "utf-7", "utf-7"),
    ],
)
def test_the_charset_that_fits(text: str, encoded_in: str, claimed: str) -> None:
    """What is claimed may be wrong, missing or a trap."""
    assert decoded_text(text.encode(encoded_in), claimed) == text


def test_a_few_broken_bytes_break_nothing_else() -> None:
    """A text cut within a character, and one with a foreign byte in it."""
    assert decoded_text(FRENCH.encode()[:-1] + b"\xc3", "utf-8") == FRENCH[:-1] + "\ufffd"
    assert decoded_text("参加を確認いたします".encode("cp932") + b"\xff", "shift_jis").startswith(
        "参加を確認いたします"
    )


@pytest.mark.parametrize(
    "name",
    ["idna", "punycode", "unicode_escape", "raw-unicode-escape", "rot13", "zlib", "base64", "a\0b", "é", "x" * 99],
)
def test_what_is_no_charset(name: str) -> None:
    """Codecs that Python knows and no mail may use, and names that are none."""
    assert charset_named(name) == ""


@pytest.mark.parametrize(
    ("body", "encoding", "decoded"),
    [
        (base64.encodebytes(SAID), "base64", SAID),
        (base64.b64encode(SAID).rstrip(b"="), "BASE64", SAID),
        (base64.b64encode(SAID[:10]) + b"\n" + base64.b64encode(SAID[10:]), "base64", SAID),
        (base64.encodebytes(SAID) + b"\n____\nlist mailing list\n", "base64", SAID + b"\n\n____\nlist mailing list"),
        (SAID, "base64", SAID),
        (b"Yes\n", "base64", b"Yes\n"),
        (quopri.encodestring("Très bien".encode()), "quoted-printable", "Très bien".encode()),
        (b"50=% of it =", "quoted-printable", b"50=% of it "),
        (b"begin 644 a\n#0V%T\n`\nend\n", "x-uuencode", b"Cat"),
        (b"no code at all", "x-uuencode", b"no code at all"),
        (SAID, "8bit", SAID),
        (SAID, "nonsense", SAID),
    ],
)
def test_transfer_encodings(body: bytes, encoding: str, decoded: bytes) -> None:
    """Encoded line by line, without its end, with a footer below, or not at all."""
    assert without_transfer_encoding(body, encoding) == decoded


# ---------------------------------------------------------------- headers


@pytest.mark.parametrize(
    ("value", "decoded"),
    [
        (Header(FRENCH, "utf-8").encode(), FRENCH),
        ("=?utf-8?q?R=C3=ADo?= =?utf-8?q?_Seco?=", "Río Seco"),
        ("=?utf-8?q?=C3?= =?utf-8?q?=A9?=", "é"),
        ("Re: =?iso-8859-1?Q?l'adh=E9sion?= ok", "Re: l'adhésion ok"),
        ("=?ISO-2022-JP?B?GyRCO3IkKxsoQg==?=", b"\x1b$B;r$+\x1b(B".decode("iso-2022-jp")),
        ("=?x-unknown?q?Caf=E9?=", "Café"),
        ("=?utf-8*fr?q?=C3=A9?=", "é"),
        ("=?utf-8?q?with blanks in it?=", "with blanks in it"),
        ("=?utf-8?q?a=0D=0ABcc:_b@c.example?=", "a Bcc: b@c.example"),
        ("=?utf-8?z?a?= =?", "=?utf-8?z?a?= =?"),
    ],
)
def test_encoded_words(value: str, decoded: str) -> None:
    """RFC 2047, and what programs make of it; no line end comes out of a word."""
    assert decoded_words(value) == decoded


@pytest.mark.parametrize(
    ("value", "boxes"),
    [
        ("Ana <Ana@Rioseco.example>", [("Ana", "ana@rioseco.example")]),
        ("ana@rioseco.example (Ana)", [("Ana", "ana@rioseco.example")]),
        ("a@b.example, c@d.example", [("", "a@b.example"), ("", "c@d.example")]),
        ('"Mayor, of the City" <a@b.example>', [("Mayor, of the City", "a@b.example")]),
        ("Mayor, of the City <a@b.example>, c@d.example", [("Mayor, of the City", "a@b.example"), ("", "c@d.example")]),
        ('"Ana \\"Boss\\" X" <a@b.example>', [('Ana "Boss" X', "a@b.example")]),
        ('"Ana <a@b.example>', [("Ana", "a@b.example")]),
        ("=?utf-8?q?R=C3=ADo=2C_Seco?= <a@b.example>", [("Río, Seco", "a@b.example")]),
        ("=?utf-8?q?Ana_=3Ca=40b.example=3E?=", [("Ana", "a@b.example")]),
        ("c@d.example <a@b.example>", [("c@d.example", "a@b.example")]),
        ("<@relay.example:a@b.example>", [("", "a@b.example")]),
        ("Friends: a@b.example, c@d.example;", [("", "a@b.example"), ("", "c@d.example")]),
        ("Mail Delivery <MAILER-DAEMON>", [("Mail Delivery", "mailer-daemon")]),
        ("MAILER-DAEMON", [("", "mailer-daemon")]),
        ("undisclosed-recipients:;", []),
        ("<>", []),
        ("", []),
        ("(" * 600 + "a@b.example" + ")" * 600, []),
    ],
)
def test_names_and_addresses(value: str, boxes: list[tuple[str, str]]) -> None:
    """Quotes that are missing, addresses that are encoded, comments without an end."""
    assert mailboxes(value) == tuple(Mailbox(*box) for box in boxes)


@pytest.mark.parametrize(
    "value",
    [
        "Mon, 18 Jul 2022 10:12:00 +0200",
        "1 Feb 2022 00:00:59 -1130",
        "Mon, 18 Jul 2022 10:12:00 -0000",
        "Mon, 18 Jul 2022 10:12:00 +0200 (CEST)",
        "Mon, 18 Jul 2022 10:12 +0200",
        "18 Jul 22 10:12:00 GMT",
    ],
)
def test_dates(value: str) -> None:
    """As nearly all programs write them, and otherwise: as the standard library reads them."""
    found = parsedate_to_datetime(value)
    assert moment(value) == (found if found.tzinfo else found.replace(tzinfo=UTC))


@pytest.mark.parametrize("value", ["31 Feb 2022 10:00:00 +0000", "1 Foo 2022 10:00:00 +0000", "soon", ""])
def test_no_dates(value: str) -> None:
    """Days that are none."""
    assert moment(value) is None


def test_eight_bit_headers() -> None:
    """Raw UTF-8 (RFC 6532), and what older programs write: the charset of the text."""
    assert open_mail("Subject: Río\n\nx".encode()).subject == "Río"
    assert open_mail(b"Subject: R\xedo\n\nx").subject == "Río"
    russian = "Subject: Приглашение\nContent-Type: text/plain; charset=koi8-r\n\nДа".encode("koi8-r")
    assert (open_mail(russian).subject, open_mail(russian).text) == ("Приглашение", "Да")


def test_many_references_keep_the_first_and_the_last() -> None:
    """The last name the nearest mails, the first may be our letter."""
    ids = [f"<{number:03}@b.example>" for number in range(900)]
    found = open_mail(b"References: " + " ".join(ids).encode() + b"\n\nx").references
    assert (found[0], found[-1]) == (ids[0], ids[-1])
    assert set(found) <= set(ids)


def test_a_file_name_cannot_pose_as_another() -> None:
    """No controls, and nothing that turns the direction of writing."""
    assert file_name("form\u202efdp.exe\n") == "formfdp.exe"
    assert file_name("=?utf-8?q?R=C3=ADo.pdf?=") == "Río.pdf"


# ---------------------------------------------------------------- texts


def parts(*of: bytes, kind: bytes = b"mixed") -> bytes:
    return (
        HEAD
        + b"Content-Type: multipart/"
        + kind
        + b"; boundary=x\n\n"
        + b"".join(b"--x\n" + one + b"\n" for one in of)
        + b"--x--\n"
    )


PLAIN = b"Content-Type: text/plain\n\nWe join the campaign."
SAME = b"Content-Type: text/html\n\n<p>We join <a href=x>the campaign</a>.</p> <p>Open in browser</p>"
WORD = (
    b"Content-Type: text/html\n\n<html><style>p {a: b}</style><!--[if mso]>"
    + b'<w:LsdException Locked="false"/>' * 400
    + b"<![endif]--><body><p>We join.</p><o:p></o:p><p>Gladly.</p></body></html>"
)
STUB = b"Content-Type: text/plain\n\nThis is an HTML mail."
HTML = b"Content-Type: text/html\n\n<p>We are <b>glad</b> to join the campaign with our whole city.</p>"


@pytest.mark.parametrize(
    ("raw", "texts"),
    [
        (parts(PLAIN, SAME, kind=b"alternative"), ["We join the campaign."]),
        (parts(SAME, PLAIN, kind=b"alternative"), ["We join the campaign."]),
        (parts(PLAIN, SAME.partition(b"</p>")[0]), ["We join the campaign."]),
        (parts(PLAIN, b"Content-Type: text/html\n\nWe do not"), ["We join the campaign.", "We do not"]),
        (parts(STUB, HTML, kind=b"alternative"), ["We are glad to join the campaign with our whole city."]),
        (parts(b"Content-Type: text/plain\n\n \n", HTML, kind=b"alternative"), ["We are glad to join"]),
        (parts(HTML, kind=b"related"), ["We are glad to join"]),
        (parts(WORD), ["We join.\n\nGladly."]),
        (parts(PLAIN, PLAIN.replace(b"We", b"They")), ["We join the campaign.", "They join the campaign."]),
        (parts(STUB, HTML), ["This is an HTML mail.", "We are glad to join"]),
        (parts(b"Content-Type: text/x-new\n\nWe join."), ["We join."]),
        (parts(b"\nWe join."), ["We join."]),
        (HEAD + b"Content-Type: multipart/mixed; boundary=never\n\nWe join.", ["We join."]),
        (HEAD + b"Content-Type: multipart/mixed\n\nWe join.", ["We join."]),
        (HEAD + b"Content-Type: nonsense; charset\n\nWe join.", ["We join."]),
        (HEAD + b"Content-Type: text/plain\nContent-Disposition: attachment\n\nWe join.", ["We join."]),
        (HEAD + b"We join, without a blank line.", ["We join, without a blank line."]),
        (b"We join, without a header.", ["We join, without a header."]),
        (b"Thanks :-)\nWe join.", ["Thanks :-)\nWe join."]),
        (b"\n  \n" + HEAD + b"\nWe join.", ["We join."]),
        (b" the end of a field\n" + HEAD + b"\nWe join.", ["We join."]),
        (b"From ana@b.example Wed Jul 20 10:00:00 2022\n" + HEAD + b"\nWe join.", ["We join."]),
        (HEAD.replace(b"\n", b"\r\n") + b"\r\nWe join.\r\nToday.", ["We join.\nToday."]),
        (HEAD.replace(b"\n", b"\r\r\n") + b"\r\r\nWe join.\r\r\nToday.", ["We join.\nToday."]),
        (HEAD.replace(b"\n", b"\r") + b"\rWe join.\rToday.", ["We join.\nToday."]),
        (HEAD + b"\nWe\0 join.", ["We join."]),
    ],
)
def test_the_text_is_found(raw: bytes, texts: list[str]) -> None:
    """Plain where it says as much, HTML where it does not, in order, and whatever is broken."""
    text = open_mail(raw).text
    places = [text.find(one) for one in texts]
    assert -1 not in places
    assert places == sorted(places)
    assert text.count(texts[0]) == 1


def test_broken_structure_loses_no_header() -> None:
    """Who writes, and about what, is known of every mail."""
    for raw in (parts(PLAIN), nested(500), HEAD + b"X-A: " + b"a" * 300_000 + b"\n\nx"):
        message = open_mail(raw)
        assert (message.from_[0].address, message.subject) == ("ana@rioseco.example", "Re: Invitation")


def test_attachments_are_named_and_counted() -> None:
    """And a picture in the text, and a mail that is attached; none is part of the text."""
    mail = EmailMessage()
    mail.set_content("We join.")
    mail.add_attachment(b"%PDF-" + b"a" * 95, maintype="application", subtype="pdf", filename="../Río.pdf")
    mail.add_attachment("no text of the mail", filename="notes.txt")
    mail.add_attachment(b"GIF89a", maintype="image", subtype="gif", disposition="inline")
    message = open_mail(mail.as_bytes())
    assert [(one.name, one.content_type, one.size) for one in message.attachments] == [
        ("../Río.pdf", "application/pdf", 100),
        ("notes.txt", "text/plain", 20),
        ("", "image/gif", 6),
    ]
    assert message.text.strip() == "We join."


def test_a_returned_letter_is_no_text_of_the_mail() -> None:
    """Nor is a report; both are kept apart, also where a server encoded them against RFC 2046 §5.2.1."""
    letter = b"Subject: Invitation\nMessage-ID: <ours@b.example>\n\nPlease join."
    for encoding, content in ((b"7bit", letter), (b"base64", base64.encodebytes(letter))):
        returned = b"Content-Type: message/rfc822\nContent-Transfer-Encoding: " + encoding + b"\n\n" + content
        report = b"Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822; a@b.example\nAction: failed"
        message = open_mail(parts(b"\nNot delivered.", report, returned, kind=b"report"))
        assert message.text.strip() == "Not delivered."
        assert "Final-Recipient: rfc822; a@b.example" in message.report[0]
        assert "Message-ID: <ours@b.example>" in message.returned
        assert "Please join." in message.returned


def test_certified_mail_speaks_by_the_mail_within() -> None:
    """Italian offices answer by certified mail: the text is that of the part, not the carrier's (RFC 6109)."""
    inner = b"Content-Type: message/rfc822\n\nSubject: Re: Invitation\n\nAderiamo alla campagna."
    raw = b"X-Trasporto: posta-certificata\n" + parts(b"\nMessaggio di posta certificata", inner)
    assert open_mail(raw).text.strip() == "Aderiamo alla campagna."


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (plain(b"", kind=b"multipart/encrypted; boundary=x"), "encrypted"),
        (plain(b"MIAGCSqGSIb3", kind=b"application/pkcs7-mime"), "encrypted or sealed"),
        (mixed(b"--x\nContent-Type: application/ms-tnef; name=winmail.dat\n\na"), "winmail.dat"),
        (nested(30), "nested too deeply"),
        (mixed(b"--x\n\na\n" * 300), "too many parts"),
        (HEAD + b"X-A: a\n" * 1001 + b"\nWe join.", "1,000 headers"),
        (plain(b"We join. " * 30_000), "very long"),
        (plain(b"\n".join(b"%d" % n for n in range(10_001))), "very long"),
    ],
)
def test_why_a_mail_was_not_read_whole(raw: bytes, words: str) -> None:
    """In words for a secretary."""
    assert words in open_mail(raw).problem


@pytest.mark.parametrize("name", [name for name in BOMBS if "0 MB" not in name])
def test_bombs_are_opened_and_kept(name: str) -> None:
    """In this process, without a guard; what each costs is measured by benchmarks/bombs.py."""
    message = open_mail(BOMBS[name]())
    assert not message.problem.startswith("the mail is badly broken")
    assert len(message.text) <= 200_000
    assert "\0" not in strings(message)


@settings(max_examples=300, deadline=None)
@given(
    st.binary(max_size=300),
    st.sampled_from(["", "utf-8", "utf-7", "utf-16", "iso-2022-jp", "hz", "gb2312", "big5", "nope"]),
)
def test_any_bytes_give_a_text_that_can_be_kept(content: bytes, charset: str) -> None:
    """No NUL, no half of a character, which no database keeps."""
    text = decoded_text(content, charset)
    assert "\0" not in text
    assert text.encode("utf-8").decode() == text


PIECES = (
    b"--x", b"--x--", b"--y", b"\n", b"\n\n", b": ", b"a", b"=?utf-8?b?4pyT?=", b"<", b"\xff", b"\0", b"From: ",
    b"Content-Type: multipart/mixed; boundary=x\n", b"Content-Type: multipart/digest; boundary=y\n",
    b"Content-Type: message/rfc822\n", b"Content-Type: text/html\n", b"Content-Transfer-Encoding: base64\n",
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_any_structure_is_opened(pieces: list[bytes]) -> None:
    """Whatever stands where."""
    message = open_mail(b"".join(pieces))
    assert not message.problem.startswith("the mail is badly broken")
    assert strings(message).encode("utf-8").decode() == strings(message)
