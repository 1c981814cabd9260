"""The whole circle through the command line: letters out, answers in, reminders, log, over real servers."""

from __future__ import annotations

from collections.abc import Callable

from tests.servers.postfix import Postfix
from tests.stories.conftest import TOWNS, Office

CONFIRMED = {
    "northam": "Dear colleagues,\n\nWe are pleased to confirm that Northam joins the campaign.\n\nKind regards",
    "vallbona": "Benvolguts,\n\nEns plau confirmar que Vallbona s'adhereix a la campanya.\n\nCordialment",
    "rioseco": "Estimados señores:\n\nConfirmamos que Rioseco se suma a la campaña.\n\nAtentamente",
    "beaumont": "Madame, Monsieur,\n\nNous confirmons que Beaumont rejoint la campagne.\n\nCordialement",
}


def test_a_whole_campaign(office: Office) -> None:
    """Invite, collect, remind the silent, thank: everybody gets what is theirs, and nobody anything twice."""
    office.call("launch", "--yes")
    assert sorted(r for one in office.sink.letters for r in one.recipients) == sorted(
        f"mayor@{t[0]}.example" for t in TOWNS
    )
    office.call("launch", "--yes")
    assert len(office.sink.letters) == len(TOWNS)

    for town, text in CONFIRMED.items():
        office.answer(town, text, "2022-07-20T09:00:00+02:00")
    office.answer(
        "hillcrest", "Thank you. We regret that Hillcrest will not join the campaign.", "2022-07-21T09:00:00+02:00"
    )
    office.answer(
        "lakeside",
        "I am out of office until 22 August 2022.",
        "2022-07-16T09:00:00+02:00",
        Auto_Submitted="auto-replied",
        Subject="Automatic reply: Invitation",
    )
    office.now = "2022-07-25T10:00:00+02:00"
    office.call("collect")
    office.call("collect")
    expected = {"hillcrest": "declined", "lakeside": "invited", "sanmarco": "invited", "fairview": "invited"}
    assert office.states() == {**dict.fromkeys(CONFIRMED, "confirmed"), **expected}

    office.now = "2022-08-16T10:00:00+02:00"
    due = {one["invitee"] for one in office.call("remind", "--dry-run", "--json").json}
    assert due == {"sanmarco", "fairview"}
    office.call("remind")
    office.call("remind")
    reminder = office.letter("fairview", 1)
    assert reminder["In-Reply-To"] == office.letter("fairview")["Message-ID"]
    assert reminder["Auto-Submitted"] == "auto-generated"
    assert len(office.sink.letters) == len(TOWNS) + 2

    office.call("acknowledge", "--yes")
    office.call("acknowledge", "--yes")
    assert len(office.sink.letters) == len(TOWNS) + 2 + 5
    assert office.call("status", "--json").json["confirmed"] == 4
    unseen = list((office.account.maildir / "new").iterdir())
    seen = [path for path in (office.account.maildir / "cur").iterdir() if "S" in path.name.rpartition(",")[2]]
    assert len(unseen) + len(list((office.account.maildir / "cur").iterdir())) == 6
    assert seen == []


def test_a_contact_added_later_is_invited_by_the_next_launch(office: Office) -> None:
    """A second launch goes on where the first stopped."""
    office.call("launch", "--yes", "--limit", "3")
    assert len(office.sink.letters) == 3
    office.write_contacts([*TOWNS, ("newtown", "Newtown", "IE", "en")])
    office.call("launch", "--yes")
    assert len(office.sink.letters) == len(TOWNS) + 1
    assert len({one.recipients for one in office.sink.letters}) == len(TOWNS) + 1


def test_a_letter_keeps_its_words_when_templates_change(office: Office) -> None:
    """What was queued is what is sent, whatever happens to the files."""
    templates = office.folder / "templates"
    words = {path.name: path.read_text(encoding="utf-8") for path in templates.iterdir() if path.is_file()}
    templates.unlink()
    templates.mkdir()
    for name, text in words.items():
        (templates / name).write_text(text, encoding="utf-8")
    office.call("launch", "--yes", "--no-wait")
    (templates / "invitation.en.md").write_text("# Another subject\n\nOther words.\n", encoding="utf-8")
    (office.folder / "papers" / "participation.pdf").write_bytes(b"%PDF other")
    office.call("post")
    letter = office.letter("northam")
    body = letter.get_body(("plain",))
    assert body is not None
    assert "Dear representatives of local and regional governments," in body.get_content()
    assert [part.get_content() for part in letter.iter_attachments()] == [
        b"%PDF-1.4\nobjectives and participation\n%%EOF\n"
    ]


def test_through_a_real_relay(make_office: Callable[..., Office], postfix: Postfix) -> None:
    """Postfix takes the letters and delivers each once."""
    before = len(postfix.sink.letters)
    office = make_office(smtp_port=postfix.port)
    office.call("launch", "--yes")
    for town in TOWNS:
        postfix.sink.wait(f"mayor@{town[0]}.example")
    assert len(postfix.sink.letters) - before == len(TOWNS)
    assert office.call("outbox", "--json").json["accepted"] == len(TOWNS)
