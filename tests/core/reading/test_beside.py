"""What an answer says beside its position: late, conditional, a question; and how much of a sentence is shown."""

from __future__ import annotations

from datetime import date
from email.message import EmailMessage
from pathlib import Path

import pytest

from outreach.core.reading.meaning.beside import flags_beside
from outreach.core.reading.meaning.caveats import catch
from outreach.core.reading.meaning.hearing import hear
from outreach.core.reading.meaning.tongue import tongue
from outreach.core.reading.phrases import sentences
from outreach.core.reading.reader import open_mail, read_mail
from outreach.languages import load_languages
from outreach.model import Flag, Reading, ReadingKind

K = ReadingKind
LANGUAGES = load_languages()
ROWS = [
    line.split("\t")
    for line in (Path(__file__).parents[2] / "data/flags/sentences.tsv").read_text(encoding="utf-8").splitlines()
]
YES = "Northam joins the campaign."


def read(text: str, dated: str = "Wed, 20 Jul 2022 10:00:00 +0200") -> Reading:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "mayor@northam.example", "cisdpl@uclg.example", "Re: Invitation"
    mail["Date"], mail["In-Reply-To"] = dated, "<letter@uclg.example>"
    mail.set_content(text)
    own = frozenset({"cisdpl@uclg.example"})
    return read_mail(open_mail(mail.as_bytes()), LANGUAGES, own_addresses=own, deadline=date(2022, 9, 15))


def beside(text: str, kind: ReadingKind) -> frozenset[Flag]:
    parts = sentences(text)
    heard = hear(parts, tongue(parts, LANGUAGES))
    return frozenset(flags_beside(kind, heard, catch(heard, LANGUAGES)))


@pytest.mark.parametrize(("language", "told", "text"), ROWS)
def test_what_phrases_tell(language: str, told: str, text: str) -> None:
    """In every first-class language, of a mail that is open; `not late` and `not conditional` are the near misses."""
    flag = Flag(told.removeprefix("not "))
    assert (flag in beside(text, K.TENTATIVE)) == (told == flag), language


def test_the_vote_alone_tells_on_what_a_yes_hangs() -> None:
    """“If you need our logo” beside a yes is hardly ever a condition."""
    assert beside("We join if there is no fee.", K.TENTATIVE) == {Flag.CONDITIONAL}
    assert beside("We join if there is no fee.", K.CONFIRM) == frozenset()


@pytest.mark.parametrize(
    ("text", "dated", "late"),
    [
        (YES, "Wed, 20 Jul 2022 10:00:00 +0200", False),
        (YES, "Fri, 16 Sep 2022 10:00:00 +0200", True),
        (f"The deadline has passed, we know. {YES}", "Wed, 20 Jul 2022 10:00:00 +0200", True),
        (f"Sorry for the delay. {YES}", "Wed, 20 Jul 2022 10:00:00 +0200", False),
    ],
)
def test_late_by_its_date_or_by_its_own_words(text: str, dated: str, *, late: bool) -> None:
    """Who excuses a slow answer before the deadline is not late."""
    assert (Flag.LATE in read(text, dated).flags) == late


@pytest.mark.parametrize(
    "text",
    [
        "申し訳ありませんが、期限を過ぎました。本市は参加します。",
        "Срок уже истёк, но наш город присоединяется к кампании.",
        "답변 기한이 이미 지났습니다. 우리 시는 캠페인에 참여합니다.",
        "报名期限已过，我市愿意参加该活动。",
        "لقد انتهت المهلة ولكن بلديتنا تنضم إلى الحملة.",
        "ζητώ συγγνώμη για την καθυστέρηση λίγων ημερών. Ο Δήμος μας συμμετέχει στην εκστρατεία.",
    ],
)
def test_late_in_languages_that_suggest(text: str) -> None:
    """Their phrases stand under [says]."""
    assert Flag.LATE in read(text).flags


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("Oi, tudo bem? Aderimos à campanha.", False),
        (f"Oi pessoal, tudo bem? {YES}", False),
        ("We withdraw our participation. Could you please remove us from the list?", False),
        ("Please unsubscribe us. Could you delete our address?", False),
        (f"{YES} Could you tell us whether there is a membership fee?", True),
        ("비용이 있나요?", True),
    ],
)
def test_what_is_a_question(text: str, *, asks: bool) -> None:
    """Not a courtesy, nor a wish to be left alone; where nothing is voted, every question mark counts."""
    assert (Flag.HAS_QUESTION in read(text).flags) == asks


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "After reading your letter of July with pleasure, the city of Northam confirms that it joins the campaign.",
            "the city of Northam confirms that it joins the campaign",
        ),
        (
            "En el documento no nos queda claro si hay que pagar alguna cuota anual; saludos a todos ustedes.",
            "En el documento no nos queda claro si hay que pagar alguna cuota anual",
        ),
        (
            "La Ville souhaite\nrejoindre la campagne sans aucune réserve de sa part (voir notre lettre du 3 août).",
            "La Ville souhaite rejoindre la campagne sans aucune réserve de sa part",
        ),
    ],
)
def test_what_is_shown_are_whole_clauses(text: str, shown: str) -> None:
    """Who says it stands there too, and a line's end breaks nothing off."""
    words, whole = read(text).evidence[0].words, " ".join(text.split())
    start = whole.index(words)
    assert shown in words
    assert whole[:start].rstrip()[-1:] in ("", *",;:(")
    assert words.endswith(";") or whole[start + len(words) :].lstrip()[:1] in ("", *",;:).")
