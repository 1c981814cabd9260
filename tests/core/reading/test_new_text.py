"""What a sender newly wrote, parted from quoted letters, signatures and notices, as many mail programs write them."""

from __future__ import annotations

import gc
import time
import tomllib
from importlib.resources import files

import pytest

from outreach.core.reading.opening.html_text import html_to_text
from outreach.core.reading.text.new_text import new_text, own_words
from outreach.languages.quoting import load_quoting

WROTE = [
    "On Fri, 15 Jul 2022 at 09:30, Ann Lee <ann@secretariat.example> wrote:",
    "On Fri, 15 Jul 2022 at 09:30, A Very Long Name Of An Office <\nann@secretariat.example> wrote:",
    "On Fri, 15 Jul 2022 at 09:30 Ann Lee\n\n<\nmailto:Ann Lee <ann@secretariat.example>\n> wrote:",
    'On July 15, 2022 9:30 AM, "Ann Lee" <ann@secretariat.example> wrote:',
    "On 15/07/2022 09:30, Ann Lee wrote:",
    "Ann Lee <ann@secretariat.example> wrote:",
    "---- On Fri, 15 Jul 2022 09:30:00 +0200 ann@secretariat.example wrote ----",
    "------- Original Message -------\nOn Friday, July 15th, 2022 at 9:30 AM, Ann <ann@secretariat.example> wrote:",
    "2022-07-15 9:30 GMT+02:00 Ann Lee <ann@secretariat.example>:",
    "Friday, 15 July 2022, 09:30 +0200 from ann@secretariat.example <ann@secretariat.example>:",
    "Am Fr., 15. Juli 2022 um 09:30 Uhr schrieb Ann Lee <ann@secretariat.example>:",
    "Am 15.07.2022 um 09:30 schrieb Ann Lee:",
    "Zitat von Ann Lee <ann@secretariat.example>:",
    "Le ven. 15 juil. 2022 à 09:30, Ann Lee <ann@secretariat.example> a\nécrit :",
    "El vie, 15 jul 2022 a las 9:30, Ann Lee (<ann@secretariat.example>) escribió:",
    "Missatge de Ann Lee <ann@secretariat.example> del dia dv., 15 de jul. 2022 a les 9:30:",
    "El 15/7/22 a les 9:30, Ann Lee ha escrit:",
    "Il giorno ven 15 lug 2022 alle ore 09:30 Ann Lee <ann@secretariat.example> ha scritto:",
    "Ann Lee <ann@secretariat.example> escreveu no dia sexta, 15/07/2022 à(s) 09:30:",
    "Em sex., 15 de jul. de 2022 às 09:30, Ann Lee <ann@secretariat.example> escreveu:",
    "Op vr 15 jul 2022 om 09:30 schreef Ann Lee <ann@secretariat.example>:",
    "Op 15 juli 2022, om 09:30 heeft Ann Lee <ann@secretariat.example> het volgende geschreven:",
    "Den fre 15 juli 2022 kl 09:30 skrev Ann Lee <ann@secretariat.example>:",
    "fre. 15. jul. 2022 kl. 09.30 skrev Ann Lee <ann@secretariat.example>:",
    "pe 15. heinäk. 2022 klo 9.30 Ann Lee (ann@secretariat.example) kirjoitti:",
    "pt., 15 lip 2022 o 09:30 Ann Lee <ann@secretariat.example> napisał(a):",
    "pá 15. 7. 2022 v 9:30 odesílatel Ann Lee <ann@secretariat.example> napsal:",
    "Ann Lee <ann@secretariat.example> ezt írta (időpont: 2022. júl. 15., P, 9:30):",
    "În vin., 15 iul. 2022 la 09:30, Ann Lee <ann@secretariat.example> a scris:",
    "пт, 15 июл. 2022 г. в 09:30, Ann Lee <ann@secretariat.example>:",
    "15 лип. 2022 р. о 09:30 Ann Lee <ann@secretariat.example> пише:",
    "Στις Παρ 15 Ιουλ 2022 στις 9:30 π.μ., ο χρήστης Ann Lee <ann@secretariat.example> έγραψε:",
    "Ann Lee <ann@secretariat.example>, 15 Tem 2022 Cum, 09:30 tarihinde şunu\nyazdı:",
    "في الجمعة، ١٥ يوليو 2022 في 9:30 ص تمت كتابة ما يلي بواسطة Ann Lee <ann@secretariat.example>:",
    "\u202bבתאריך יום ו׳, 15 ביולי 2022 ב-9:30 מאת \u202aAnn Lee\u202c\u200f <\u202aann@secretariat.example\u202c\u200f>:\u202c",
    "2022年7月15日(金) 9:30 Ann Lee <ann@secretariat.example>:",
    "2022년 7월 15일 (금) 오전 9:30, Ann Lee <ann@secretariat.example>님이 작성:",
    "Ann Lee <ann@secretariat.example> 于2022年7月15日周五 09:30写道：",
    "Pada tanggal Jum, 15 Jul 2022 pukul 09.30 Ann Lee <ann@secretariat.example> menulis:",
    "Vào Th 6, 15 thg 7, 2022 vào lúc 09:30 Ann Lee <ann@secretariat.example> đã viết:",
    "Ann Lee <ann@secretariat.example> igorleak hau idatzi du (2022 uzt. 15 (9:30)):",
    ">>> Ann Lee <ann@secretariat.example> 15.07.22 9.30 Uhr >>>",
    '>>> "Ann Lee" <ann@secretariat.example> 7/15/2022 9:30 AM >>>',
]


@pytest.mark.parametrize("wrote", WROTE)
@pytest.mark.parametrize("quote", ["\n> Dear all,\n>\n> please join.", "\n\nDear all,\n\nplease join."])
def test_somebody_wrote(wrote: str, quote: str) -> None:
    """The line above a quoted mail, broken or not, whether or not “>” stands before the quoted lines."""
    assert new_text(f"We join.\n\nThe council agreed.\n\n{wrote}{quote}\n") == "We join.\n\nThe council agreed."


HEADERS = [
    "From: Ann <ann@secretariat.example>\nSent: Friday, July 15, 2022 9:30 AM\nTo: City\nSubject: Campaign",
    "*From:* Ann\n*Sent:* Friday, July 15, 2022 9:30 AM\n*To:* City\n*Subject:* Campaign",
    "-----Original Message-----\nFrom: Ann\nSent: Friday, July 15, 2022 9:30 AM\nTo: City\nSubject: Campaign",
    "________________________________\nVon: Ann <ann@secretariat.example>\nGesendet: 15.07.2022 09:30\nAn: X\nBetreff: Y",
    "De : Ann <ann@secretariat.example>\nEnvoyé : 15/07/2022 09:30\nÀ : Ville\nObjet : Campagne",
    "De: Ann <ann@secretariat.example>\nEnviado el: 15/07/2022 09:30\nPara: Ciudad\nCC: X\nAsunto: Campaña",
    "De: Ann <ann@secretariat.example>\nEnviat: 15/07/2022 09:30\nPer a: Ciutat\nTema: Campanya",
    "Da: Ann <ann@secretariat.example>\nInviato: 15/07/2022 09:30\nA: Comune\nOggetto: Campagna",
    "Van: Ann <ann@secretariat.example>\nVerzonden: 15/07/2022 09:30\nAan: Stad\nOnderwerp: Campagne",
    "Fra: Ann <ann@secretariat.example>\nSendt: 15. juli 2022 09:30\nTil: By\nEmne: Kampagne",
    "Från: Ann <ann@secretariat.example>\nSkickat: 15 juli 2022 09:30\nTill: Stad\nÄmne: Kampanj",
    "Od: Ann <ann@secretariat.example>\nWysłano: 15 lipca 2022 09:30\nDo: Miasto\nTemat: Kampania",
    "От: Ann <ann@secretariat.example>\nОтправлено: 15 июля 2022 г. 09:30\nКому: Город\nТема: Кампания",
    "Kimden: Ann <ann@secretariat.example>\nGönderildi: 15 Temmuz 2022 09:30\nKime: Şehir\nKonu: Kampanya",
    "差出人: Ann <ann@secretariat.example>\n送信日時: 2022年7月15日 9:30\n宛先: 市\n件名: キャンペーン",
    "보낸 사람: Ann <ann@secretariat.example>\n보낸 날짜: 2022년 7월 15일 9:30\n받는 사람: 시\n제목: 캠페인",
    "发件人： Ann <ann@secretariat.example>\n发送时间： 2022年7月15日 9:30\n收件人： 市\n主题： 活动",
    "-----Ursprüngliche Nachricht-----",
    "---------- Mensaje original ----------",
    "------------------ 原始邮件 ------------------",
]


@pytest.mark.parametrize("header", HEADERS)
def test_a_header_above_the_quoted_mail(header: str) -> None:
    """From:, Sent:, To: and Subject: as mail programs write them, and separators."""
    assert new_text(f"We join.\n\n{header}\n\nDear all,\n\nplease join.\n") == "We join."


MEMORANDUM = "FROM: The Mayor\nTO: The Secretariat\nDATE: 1 September 2022\nSUBJECT: Campaign\n\nWe join."


@pytest.mark.parametrize(
    "text",
    [
        MEMORANDUM,
        "Invitation:\n\nDate: Wednesday\nTime: 7:00\nAddress: Fox Street\n\nBring a passport.",
        "Please send the form before 15 September 2022 to anna@city.example:\n\nwe shall sign it.",
        "On Monday, November 4, 2013 4:29 PM, John wrote me this message\nand we agreed.",
        "First\n\n------------------\n\nSecond part, which goes on with what the council said about it.",
        "The letter of 15 July says:\n\nwe join by 2030.",
        "On 12 September 2022 the Council sent the following resolution:\n\nNortham joins.",
        "On 12 September at 10:30 we wrote to office@city.example and to you:\n\nwe join.",
        "Our contact is:\n\nAnn Lee\nCity Hall\nTel. +44 1632 960 011",
        "We join.\n\nContact: Ann Lee\nOffice: City Hall\nTel. +44 1632 960 011",
        "The City Council joins the campaign",
        "Enviado con retraso, disculpen.\nNos sumamos.",
        "👍",
        "Yes",
    ],
)
def test_what_looks_like_a_quote_and_is_none(text: str) -> None:
    """When in doubt the text is kept, all of it."""
    assert new_text(text) == text


@pytest.mark.parametrize(
    "below",
    [
        "-- \nAnn Lee\nCity of Northam",
        "--\nAnn Lee",
        "_____\nAnn Lee\nCity of Northam",
        "Sent from my iPhone",
        "Enviado desde mi iPad",
        "Envoyé de mon téléphone",
        "Von meinem iPhone gesendet",
        "Verstuurd vanaf mijn iPhone",
        "Enviat des del meu mòbil",
        "Get Outlook for iOS<https://o.example/x>",
        "Ann Lee\nHead of International Relations\nTel. +44 1632 960 011",
        "Ajuntament de Rioseco, Gabinet d'Alcaldia",
        "This e-mail is confidential and intended only for the person named above.",
        "Ann Lee | City of Northam\n\n[image: logo]\n\nTown Square 2, Northam",
        "_______________________________________________\nCities mailing list\ncities@lists.example",
    ],
)
def test_what_stands_below_an_answer(below: str) -> None:
    """Signatures, telephones, notices and footers of lists go; the closing formula stays."""
    answer = "We join.\n\nThe council agreed on Monday.\n\nKind regards,"
    assert new_text(f"{answer}\n\n{below}\n") == answer
    assert new_text(f"{answer}\n\n{below}\n\nOn 15/07/2022 09:30, Ann wrote:\n> Dear all\n") == answer


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("On 15/07/2022 09:30, Ann wrote:\n> Dear all,\n> join.\n\nWe join.", "We join."),
        ("Hello.\n\nOn 15/07/2022 09:30, Ann wrote:\n> Do you join?\n\nWe do.", "Hello.\n\nWe do."),
        (
            "On 15/07/2022 09:30, Ann wrote:\n> Do you join?\nYes\n> Who?\nBob\n> Thank you,\n> Ann",
            "> Do you join?\nYes\n> Who?\nBob",
        ),
        ("> Do you join?\n\nWe do.", "> Do you join?\n\nWe do."),
        ("We do.\n\n> Do you join?\n> Please answer.", "We do."),
        ("On 15/07/2022 09:30, Ann wrote:\n> Dear all,\n> join.", ""),
        ("On 15/07/2022 09:30, Ann wrote:\n\nYes, we join.", "Yes, we join."),
        ("reply--- On Wed, Apr 4, 2012 at 3:59 PM, ann@secretariat.example wrote:\n> Hi", "reply"),
        (
            "Yes.\n\nOn 15/07/2022 09:30, Ann wrote:\n> a long line of the letter, which some mail program broke here\nin two.\n> And so on.",
            "Yes.",
        ),
    ],
)
def test_above_below_and_between(text: str, new: str) -> None:
    """Answers stand above the quote, below it, or between quoted lines, which then stay."""
    assert new_text(text) == new


@pytest.mark.parametrize(
    "below",
    [
        "City of Northam\nTel. +44 1632 960 011\nWe love our river!",
        "\nHead of Office\n\nCity of Northam\n\n+44 1632 960 011",
        "City of Northam\n\nThis message is confidential. If you are not the addressee, delete it.",
        "City of Northam\n\nPlease consider the environment before printing.",
        "Mairie\n\nAquest missatge és confidencial. Si no en sou el destinatari, elimineu-lo.\nAbans d'imprimir, penseu-hi.",
    ],
)
def test_what_stands_below_a_closing_and_a_name(below: str) -> None:
    """An office, a telephone and a slogan are no words of whoever writes; the name stays, as it does without them."""
    answer = "We join.\n\nKind regards,\nAnn Lee"
    assert new_text(f"{answer}\n{below}\n") == answer


@pytest.mark.parametrize(
    "last",
    [
        "We join.",
        "PS: the council still has to vote.",
        "Nous ne sommes pas le bon destinataire de ce courriel : écrivez à la Métropole.",
        "We are not the intended recipient of your message.",
        "Bitte behandeln Sie diese Nachricht vertraulich: wir sind dabei.",
    ],
)
def test_what_is_said_last_is_no_notice_and_no_slogan(last: str) -> None:
    """One word of a notice is not yet one, and a sentence that stands apart is somebody's."""
    assert new_text(f"Thank you.\n\n{last}") == f"Thank you.\n\n{last}"
    assert new_text(f"Thank you.\n\nRegards,\nAnn Lee\nCity of Northam\n+44 1632 960 011\n\n{last}").endswith(last)


def test_own_words_leave_out_what_is_answered() -> None:
    """Lines that answers between them keep are not the sender's."""
    assert own_words("> Do you join?\nYes\n> Who?\nBob") == "Yes\nBob"


OUR_LETTER = "From: UCLG <ann@secretariat.example>\nSent: 15/07/2022 09:30\nTo: City\nSubject: Campaign\n\nDear all"


@pytest.mark.parametrize(
    "header",
    [
        "-----Original Message-----\nFrom: Mayor's Office\nTo: Partnerships\nSubject: RE: campaign",
        "From: Mayor <mayor@city.example>\nSent: 1/9/2022 10:00\nTo: Office <office@city.example>\nSubject: RE: campaign",
        "De : Cabinet\nÀ : Mission\nObjet : RE: campagne",
    ],
)
def test_a_mail_between_colleagues_is_new(header: str) -> None:
    """What the mayor wrote to the office is what the city says, and only our letter below it is quoted."""
    assert (
        new_text(f"See below.\n\n{header}\n\nOK to join.\n\n{OUR_LETTER}") == f"See below.\n\n{header}\n\nOK to join."
    )


def test_a_mail_between_us_is_quoted() -> None:
    """Their earlier answer to us and our letter below it are old."""
    earlier = "From: City <office@city.example>\nSent: 1/8/2022 10:00\nTo: UCLG\nSubject: RE: campaign\n\nNot yet."
    assert new_text(f"Now we join.\n\n{earlier}\n\n{OUR_LETTER}") == "Now we join."


def test_a_forward_without_a_word() -> None:
    """What is passed on is what is said."""
    text = "---------- Forwarded message ---------\nFrom: Mayor <m@city.example>\nDate: 1/9/2022 10:00\n\nWe join."
    assert new_text(text).endswith("We join.")


@pytest.mark.parametrize(
    ("html", "new"),
    [
        ('<p>Yes</p><div class="gmail_signature">Bob<br>City</div>', "Yes"),
        ('<p>Yes</p><div id="divRplyFwdMsg"><b>Xyz:</b> A<br><b>Abc:</b> B</div><p>Dear all</p>', "Yes"),
        ('<p>Yes</p><div class="moz-cite-prefix">??? 15 ???</div><blockquote type="cite">Dear all</blockquote>', "Yes"),
        ('<p>We say:</p><blockquote style="margin:0 0 0 40px;border:none">We join.</blockquote>', "We say:\nWe join."),
        ("<blockquote>Do you join?</blockquote><p>Yes</p>", "> Do you join?\n\nYes"),
        ("<style>p{}</style><!-- no --><table><tr><td>a<td>b</table>c<br>d&amp;e", "a b\n\nc\nd&e"),
    ],
)
def test_html(html: str, new: str) -> None:
    """Containers of mail programs part as well as words do; an indented text is no quote."""
    assert new_text(html_to_text(html)) == new


def test_html_of_too_many_tags_keeps_its_text() -> None:
    """It is read without a tree, and says the same."""
    many = "<b>x</b>" * 10_000
    text = html_to_text(f"<script>no</script><p>Yes</p><blockquote>Dear</blockquote><!-- no -->{many}")
    assert text.lstrip().startswith("Yes\n\n> Dear\n")
    assert "no" not in text


HOSTILE = {
    "colons": "a:\n",
    "wrote": "On 1 x wrote:\n",
    "from": "From: a\n",
    "quotes": "> a\nb\n",
    "rules": "--\n",
    "empty": "\n",
    "answers": "> x\n\ny\n\n",
    "paragraphs": "Ann Lee, Office\n\n",
    "notices": "confidential mail\n",
    "one line": "On 15 July <a@",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_the_time_grows_with_the_length(name: str) -> None:
    """Four times the text takes no more than some four times as long, not sixteen."""

    def seconds(length: int) -> float:
        text = HOSTILE[name] * (length // len(HOSTILE[name]))
        start = time.process_time()
        new_text(text)
        return time.process_time() - start

    gc.disable()  # what all other tests left behind would be looked through in between, and counted
    try:
        short = min(seconds(100_000) for _ in range(3))
        assert min(seconds(400_000) for _ in range(2)) < 10 * short + 0.05
    finally:
        gc.enable()


def test_the_words_are_small_and_few_enough_to_compare() -> None:
    """A word with a capital would never be found."""
    data = tomllib.loads((files("outreach.languages.quoting") / "quoting.toml").read_text("utf-8"))
    assert set(load_quoting().labels.values()) == set(data["labels"])
    for words in (load_quoting().wrote, load_quoting().original, load_quoting().forwarded, load_quoting().mobile):
        assert [word for word in words if word != word.lower().strip()] == []
