"""A form goes out with the letter and comes back filled in: what stands in it is shown, and a person decides."""

from __future__ import annotations

import os
import re
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

import pytest

from outreach.adapters.forms import NOT_INSTALLED
from outreach.campaign.answers.forms import OwnForms
from outreach.campaign.reports.explain import explain
from tests.papers import docx, locked, pdf_form, raw_pdf, zipped
from tests.servers.sink import Sink
from tests.stories.conftest import CONFIG, ROOT, TOWNS, Office

YES = "We confirm that we join the campaign."
SEE = "Please find our answer in the attached form."
BLANK = {"City": "", "Mayor": "", "We join": "/Off", "Remarks": ""}
FILLED = {"City": "Northam", "Mayor": "Ana Núñez", "We join": "/Yes", "Remarks": ""}
SHOWN = [("form: City", "Northam"), ("form: Mayor", "Ana Núñez"), ("form: We join", "Yes")]
Files = dict[str, bytes]


@dataclass
class Tray:
    """A folder of .eml files in the place of a mailbox."""

    folder: Path
    password: str = "not asked for"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Office]:
    """An office that sent a form with its letters, in two languages."""
    folder = tmp_path / "campaign"
    (folder / "papers").mkdir(parents=True)
    (folder / "tray").mkdir()
    (folder / "templates").symlink_to(ROOT / "templates")
    (folder / "papers" / "participation.en.pdf").write_bytes(pdf_form(BLANK))
    (folder / "papers" / "participation.es.docx").write_bytes(b"")  # of no letter
    (folder / "papers" / "participation.es.pdf").write_bytes(pdf_form({"Municipio": "", "Alcaldía": "", "Fecha": ""}))
    with Sink() as sink:
        config = CONFIG.format(smtp_port=sink.port, imap_port=1, username="nobody")
        config = config.replace("papers/participation.pdf", "papers/participation.{language}.pdf")
        (folder / "config.toml").write_text(config, encoding="utf-8")
        office = Office(folder, sink, Tray(folder / "tray"))  # type: ignore[arg-type]
        office.write_contacts(TOWNS[:3])
        office.call("launch", "--yes")
        yield office


def mail_of(town: str, text: str, files: Files, letter: EmailMessage | None = None) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = f"mayor@{town}.example"
    mail["To"] = "cisdpl@uclg.org"
    mail["Subject"] = "Re: Human Rights Cities"
    mail["Date"] = format_datetime(datetime.fromisoformat("2022-07-20T09:00:00+02:00"))
    mail["Message-ID"] = f"<{town}.{len(text)}.{len(files)}@{town}.example>"
    if letter is not None:
        mail["In-Reply-To"] = mail["References"] = letter["Message-ID"]
    mail.set_content(text)
    for name, content in files.items():
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return mail


def wrote(desk: Office, town: str, text: str, files: Files) -> dict[str, object]:
    """A town's answer is taken in; gives what is known of that mail."""
    count = len(list((desk.folder / "tray").iterdir()))
    (desk.folder / "tray" / f"{count:03}.eml").write_bytes(mail_of(town, text, files, desk.letter(town)).as_bytes())
    desk.now = "2022-07-20T10:00:00+02:00"
    desk.call("collect", str(desk.folder / "tray"))
    found: dict[str, object] = desk.call("inbox", "--json").json[-1]
    return found


def told(desk: Office, file: str = "tray/000.eml") -> list[tuple[str, str]]:
    """What `outreach read` says to programs of a mail's evidence."""
    (read,) = desk.call("read", str(desk.folder / file), "--json").json
    return [(one["rule"], one["words"]) for one in read["evidence"]]


def test_our_form_comes_back_filled_in(desk: Office) -> None:
    """Its fields are shown wherever the mail is, the doubt names it, and a person decides."""
    known = wrote(desk, "northam", SEE, {"Form (1).PDF": pdf_form(FILLED)})
    assert (known["decided"], known["needs_review"]) == (False, True)
    review = desk.call("review", keys="s\n").out
    assert "  doubt    the answer may be in the attachment: “our form, filled in: Form (1).PDF”" in review
    for line in ("City: “Northam”", "Mayor: “Ana Núñez”", "We join: “Yes”"):
        assert f"  form     {line}" in review
    assert "Remarks" not in review
    story = desk.call("story", "northam")
    assert re.search(r"waits for a person.*\n +City: “Northam”\n +Mayor: “Ana Núñez”\n +We join: “Yes”\n", story.out)
    events = desk.call("story", "northam", "--json").json["story"]
    assert [one["form"] for one in events if one["form"]] == [
        [{"field": name.removeprefix("form: "), "value": value} for name, value in SHOWN]
    ]
    assert told(desk)[-3:] == SHOWN
    assert "    form: Mayor: “Ana Núñez”" in desk.call("read", str(desk.folder / "tray" / "000.eml")).out
    desk.call("decide", "northam", "confirmed", "--mail", "1")
    assert desk.states()["northam"] == "confirmed"


def test_a_yes_in_the_mail_does_not_pass_a_form_unseen(desk: Office) -> None:
    """What would be decided by its own words waits for whoever reads the form, in any of our languages."""
    assert wrote(desk, "northam", YES, {})["decided"] is True
    form = pdf_form({"Municipio": "Río Seco", "Alcaldía": "", "Fecha": "20.7."})
    known = wrote(desk, "rioseco", "Confirmamos que nos sumamos a la campaña.", {"form.pdf": form})
    assert (known["kind"], known["decided"], known["needs_review"]) == ("confirm", False, True)
    assert told(desk, "tray/001.eml")[-2:] == [("form: Municipio", "Río Seco"), ("form: Fecha", "20.7.")]


def test_what_is_no_form_of_ours_is_only_named(desk: Office) -> None:
    """Another PDF, a DOCX, and our own file as we sent it: the yes counts, and nothing of them is told."""
    other = raw_pdf(b"BT /F1 12 Tf 10 100 Td (Tel: 1) Tj 0 -20 Td (City: Northam) Tj ET")
    files = {"map.pdf": other, "cv.docx": docx(lines=("City: Northam",)), "participation.en.pdf": pdf_form(BLANK)}
    known = wrote(desk, "northam", YES, files)
    assert (known["decided"], known["needs_review"]) == (True, False)
    assert [rule for rule, _ in told(desk)] == ["confirm"]
    named = wrote(desk, "vallbona", SEE, {"map.pdf": other})
    assert named["needs_review"] is True
    assert ("doubt: the answer may be in the attachment", "map.pdf") in told(desk, "tray/001.eml")


def bomb() -> bytes:
    return zipped(word__document_xml=b"a" * 60_000_000)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: locked(pdf_form(FILLED)), "it is protected by a password"),
        (lambda: b"%PDF-1.7\n1 0 obj <<", "it is broken"),
        (lambda: b"%PDF-" + b"a" * 11_000_000, "it is larger than 10 MB"),
        (bomb, "unpacked it is too large"),
    ],
    ids=["locked", "broken", "large", "bomb"],
)
def test_what_cannot_be_read_says_why(tmp_path: Path, make: Callable[[], bytes], reason: str) -> None:
    """In words, quickly, and without a campaign too; the mail itself is read as ever."""
    (tmp_path / "a.eml").write_bytes(mail_of("northam", YES, {"form.pdf": make()}).as_bytes())
    start = time.monotonic()
    reading = explain(tmp_path / "a.eml")
    assert time.monotonic() - start < 10
    ((rule, words),) = [(one.rule, one.words) for one in reading.evidence if one.rule.startswith("attachment")]
    assert rule == "attachment: form.pdf"
    assert words.startswith(reason)
    assert reading.kind == "confirm"


def test_one_that_takes_too_long_is_the_last_that_is_opened(tmp_path: Path) -> None:
    """Five bombs cost no more than one."""
    slow = raw_pdf(zlib.compress(b"[" * 20_000_000 + b"BT (a) Tj ET" * 3_000_000), filters="/Filter/FlateDecode")
    (tmp_path / "a.eml").write_bytes(mail_of("northam", YES, {f"{n}.pdf": slow for n in range(5)}).as_bytes())
    found = [one for one in explain(tmp_path / "a.eml").evidence if one.rule.startswith("attachment")]
    assert [(one.rule, one.words) for one in found] == [
        ("attachment: 0.pdf", "reading it took too much time or memory")
    ]


def test_a_mail_without_such_an_attachment_pays_nothing(tmp_path: Path) -> None:
    """Our own forms are not even looked for; with one they are read, once for all mails."""
    asked = []

    def files() -> tuple[bytes, ...]:
        asked.append("asked")
        return (pdf_form(BLANK),)

    own = OwnForms(files)
    for name, attached in (
        ("a", {}),
        ("b", {"logo.png": b"PNG"}),
        ("c", {"c.pdf": pdf_form(FILLED)}),
        ("d", {"d.pdf": b"%PDF-"}),
    ):
        (tmp_path / name).write_bytes(mail_of("northam", YES, attached).as_bytes())
    assert [explain(tmp_path / name, own).decided for name in "ab"] == [True, True]
    assert asked == []
    assert [explain(tmp_path / name, own).decided for name in "cd"] == [False, True]
    assert asked == ["asked"]


def test_without_the_readers_one_sentence_says_what_to_install(desk: Office, tmp_path: Path) -> None:
    """Nothing fails; once they are there, reading again shows the fields."""
    desk.fresh = True
    (tmp_path / "absent").mkdir()
    for name in ("pypdf", "docx"):
        (tmp_path / "absent" / f"{name}.py").write_text("raise ImportError\n", encoding="utf-8")
    desk.env["PYTHONPATH"] = os.pathsep.join([str(tmp_path / "absent"), os.environ.get("PYTHONPATH", "")])
    known = wrote(desk, "northam", SEE, {"form.pdf": pdf_form(FILLED), "form.docx": docx(lines=("Yes",))})
    assert known["needs_review"] is True
    assert told(desk)[-1] == ("attachment", NOT_INSTALLED)
    assert desk.call("review", keys="s\n").out.count(NOT_INSTALLED) == 1
    del desk.env["PYTHONPATH"]
    assert "with what its form says" in desk.call("collect", "--again").out
    assert "Ana Núñez" in desk.call("review", keys="s\n").out
