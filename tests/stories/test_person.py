"""What a person does, and what programs read: decide, file, hold, stop, write, undo, exports, the contract's JSON."""

from __future__ import annotations

import sqlite3

from python_calamine import CalamineWorkbook

from tests.stories.conftest import TOWNS, Office


def line(office: Office, town: str) -> dict[str, object]:
    found: dict[str, object] = next(one for one in office.call("log", "--json").json if one["invitee"] == town)
    return found


def test_a_persons_acts_and_taking_them_back(office: Office) -> None:
    """A decision wins and stays; hold and stop are kept; undo takes the last act back."""
    office.call("launch", "--yes")
    office.call("decide", "northam", "confirmed", "--note", "called, Ms Vila")
    assert (line(office, "northam")["state"], line(office, "northam")["decided_by"]) == ("confirmed", "person:tester")
    office.answer("northam", "We regret that we will not join the campaign.", "2022-07-20T09:00:00+02:00")
    office.now = "2022-07-25T10:00:00+02:00"
    office.call("collect")
    assert (line(office, "northam")["state"], line(office, "northam")["needs_review"]) == ("confirmed", True)
    assert "called, Ms Vila" in office.call("story", "northam").out
    office.call("decide", "northam", "declined")
    assert (line(office, "northam")["state"], line(office, "northam")["needs_review"]) == ("declined", False)
    office.call("undo")
    assert line(office, "northam")["state"] == "confirmed"

    office.call("hold", "beaumont", "--until", "2022-09-12")
    office.call("stop", "hillcrest")
    office.now = "2022-08-16T10:00:00+02:00"
    due = {one["invitee"] for one in office.call("remind", "--dry-run", "--json").json}
    assert due == {town[0] for town in TOWNS} - {"northam", "beaumont", "hillcrest"}
    office.call("undo")
    due = {one["invitee"] for one in office.call("remind", "--dry-run", "--json").json}
    assert "hillcrest" in due


def test_filing_a_mail_and_what_is_remembered(office: Office) -> None:
    """A mail from nowhere is filed by a person; the sender is known from then on; undo brings it back."""
    office.call("launch", "--yes")
    sender = "secretary.lakeside@webmail.example"
    office.answer(
        "lakeside",
        "We confirm that we join the campaign.",
        "2022-07-20T09:00:00+02:00",
        From=sender,
        fresh="yes",
        Subject="Hello",
    )
    office.now = "2022-07-25T10:00:00+02:00"
    office.call("collect")
    mail = next(one for one in office.call("inbox", "--json").json if one["from"] == sender)
    assert (mail["needs_review"], mail["decided"], mail["kind"]) == (True, True, "confirm")
    assert line(office, "lakeside")["state"] == "invited"
    office.call("file", mail["message_id"], "lakeside")
    assert line(office, "lakeside")["state"] == "confirmed"
    office.call("undo")
    assert line(office, "lakeside")["state"] == "invited"
    mail = next(one for one in office.call("inbox", "--json").json if one["from"] == sender)
    assert mail["needs_review"] is True
    office.call("file", str(mail["message"]), "lakeside")
    assert line(office, "lakeside")["state"] == "confirmed"


def test_writing_to_another_contact(office: Office) -> None:
    """The same reference goes to the colleague that was named; the old address is not reminded."""
    office.call("launch", "--yes")
    office.answer(
        "rioseco", "Por favor, escriban a la oficina de cooperación: coop@rioseco.example.", "2022-07-20T09:00:00+02:00"
    )
    office.now = "2022-07-25T10:00:00+02:00"
    office.call("collect")
    office.call("decide", "rioseco", "in_talks")
    office.call("write", "rioseco", "--to", "coop@rioseco.example")
    again = [one for one in office.sink.letters if "coop@rioseco.example" in one.recipients]
    assert len(again) == 1
    first = office.letter("rioseco")["Message-ID"].split(".")[2]
    assert first in again[0].raw.decode("ascii", "replace")
    office.now = "2022-08-16T10:00:00+02:00"
    to = {one["to"] for one in office.call("remind", "--dry-run", "--json").json if one["invitee"] == "rioseco"}
    assert to == {"coop@rioseco.example"}


LOG = {
    "invitee",
    "name",
    "country",
    "state",
    "since",
    "late",
    "decided_by",
    "evidence",
    "needs_review",
    "letters",
    "last_letter",
    "next",
}
INBOX = {
    "message",
    "message_id",
    "from",
    "subject",
    "received",
    "invitee",
    "matched_by",
    "kind",
    "decided",
    "needs_review",
    "why",
}
STATES = {"ready", "claimed", "handing_over", "accepted", "deferred", "refused", "in_doubt", "withheld", "letters"}
READ = {
    "file",
    "kind",
    "decided",
    "language",
    "new_text",
    "evidence",
    "flags",
    "return_date",
    "redirect_to",
    "bounce",
    "problem",
}


def test_what_programs_read(office: Office) -> None:
    """Every JSON has the contract's keys."""
    dry = office.call("launch", "--dry-run", "--json").json
    assert dry == {"letters": 8, "languages": {"ca": 1, "en": 5, "es": 1, "fr": 1}, "left_out": []}
    office.call("launch", "--yes")
    office.answer("northam", "We confirm that Northam joins the campaign.", "2022-09-17T09:00:00+02:00")
    office.now = "2022-09-18T10:00:00+02:00"
    office.call("collect")
    northam = line(office, "northam")
    assert set(northam) == LOG
    assert (northam["late"], northam["decided_by"], northam["since"]) == (True, "machine", "2022-09-17T07:00:00+00:00")
    assert set(northam["next"]) == {"action", "at", "why"}  # type: ignore[call-overload]
    assert "joins" in str(northam["evidence"])
    assert set(office.call("inbox", "--json").json[0]) == INBOX
    outbox = office.call("outbox", "--json").json
    assert set(outbox) == STATES
    assert {"id", "invitee", "kind", "to", "state", "attempts", "message_id", "last_reply"} <= set(outbox["letters"][0])
    status = office.call("status", "--json").json
    assert {key: status[key] for key in ("invited", "confirmed", "silent", "days_left")} == {
        "invited": 8, "confirmed": 1, "silent": 7, "days_left": -3,
    }  # fmt: skip
    assert status["milestones"][0] == {"goal": 10, "reached": None, "missing": 9}
    office.now = "2022-08-16T10:00:00+02:00"
    due = office.call("remind", "--dry-run", "--json").json
    assert set(due[0]) == {"invitee", "to", "letter", "step", "at", "why"}
    assert set(office.call("check", "--offline", "--json").json) == {"errors", "warnings", "relay", "login"}
    sent = office.call("remind", "--json").json
    assert {one["state"] for one in sent} == {"accepted"}
    assert office.call("log", "--json", "--as-of", "2022-07-16").json[0]["state"] == "invited"


def test_read_needs_no_campaign(office: Office) -> None:
    """Every file has its object, in order; what cannot be read says so; exit 0."""
    mail = office.folder / "a.eml"
    mail.write_bytes(b"From: a@b.example\nSubject: x\n\nWe join the campaign.\n")
    result = office.call("read", "--json", str(mail), str(office.folder / "absent.eml"))
    first, second = result.json
    assert set(first) == READ
    assert (first["file"], first["kind"], first["problem"]) == (str(mail), "confirm", None)
    assert (second["kind"], "cannot be read" in second["problem"]) == ("unclear", True)
    (third,) = office.call("read", "--json", "-", keys=mail.read_text()).json
    assert (third["file"], third["kind"]) == ("-", "confirm")


def test_the_status_of_a_campaign_that_has_not_begun(office: Office) -> None:
    """Each line says something."""
    assert all(line.strip() for line in office.call("status").out.splitlines())


def test_exports_and_backup(office: Office) -> None:
    """A name that begins like a formula stays text; the backup opens and has its key beside it."""
    office.write_contacts([*TOWNS, ("formula", "=1+1", "ES", "en")])
    office.call("launch", "--yes")
    office.call("log", "--csv", str(office.folder / "log.csv"), "--xlsx", str(office.folder / "log.xlsx"))
    assert "'=1+1" in (office.folder / "log.csv").read_text(encoding="utf-8-sig")
    rows = CalamineWorkbook.from_path(str(office.folder / "log.xlsx")).get_sheet_by_index(0).to_python()
    assert "=1+1" in [row[1] for row in rows]
    office.call("backup", str(office.folder / "copy.db"))
    with sqlite3.connect(office.folder / "copy.db") as copy:
        assert copy.execute("SELECT count(*) FROM letter").fetchone() == (9,)
    copy.close()
    assert (office.folder / "copy.db.key").read_bytes() == (office.folder / "outreach.key").read_bytes()
    office.call("backup", str(office.folder / "copy.db"), code=1)


def test_preview_is_what_is_sent(office: Office) -> None:
    """Every letter as a file, in the words that leave."""
    office.call("preview", "--to", "preview")
    office.call("launch", "--yes")
    page = (office.folder / "preview" / "northam.html").read_text(encoding="utf-8")
    body = office.letter("northam").get_body(("html",))
    assert body is not None
    without = [" ".join(text.split()) for text in (page, body.get_content())]
    reference = office.letter("northam")["Message-ID"].split(".")[2][:24].upper()
    shown = "-".join(reference[start : start + 4] for start in range(0, 24, 4))
    assert shown in without[1]
    assert without[0][:2000] == without[1][:2000]


def test_pause_and_a_test_letter(office: Office) -> None:
    """A pause holds for the next call; a test letter goes to oneself and counts for nothing."""
    office.call("contacts", "import")
    office.call("pause")
    launched = office.call("launch", "--yes", code=5)
    assert "paused" in launched.err
    assert f"{len(TOWNS)} letters wait until somebody resumes." in launched.out
    assert "by itself" not in launched.out
    assert office.sink.letters == []
    office.call("test-letter", "me@secretariat.example", "--contact", "northam")
    assert office.sink.letters[0].recipients == ("me@secretariat.example",)
    office.call("resume")
    office.call("post")
    assert len(office.sink.letters) == 1 + len(TOWNS)


def test_taking_back_a_filing_takes_back_that_and_nothing_else(office: Office) -> None:
    """The newest act is undone whole: the city, the mail, and what was remembered of the sender."""
    office.call("launch", "--yes")
    office.call("decide", "rioseco", "confirmed")
    sender = "consultant@office.example"
    office.answer(
        "northam",
        "We confirm that we join the campaign.",
        "2022-07-20T09:00:00+02:00",
        From=sender,
        fresh="yes",
        Subject="Hello",
    )
    office.now = "2022-07-25T10:00:00+02:00"
    office.call("collect")
    office.call("file", "1", "northam")
    assert (line(office, "northam")["state"], line(office, "rioseco")["state"]) == ("confirmed", "confirmed")
    assert "mail 1 is of Northam" in office.call("undo").out
    assert (line(office, "northam")["state"], line(office, "rioseco")["state"]) == ("invited", "confirmed")
    office.call("file", "1", "none")
    office.call("undo")
    assert office.call("inbox", "--json").json[0]["needs_review"] is True
    assert line(office, "rioseco")["state"] == "confirmed"


def test_a_sender_that_was_filed_once_may_not_say_yes_for_ever(office: Office) -> None:
    """A consultant's next mails are matched, and wait for a person."""
    office.call("launch", "--yes")
    sender = "consultant@office.example"
    office.answer(
        "northam",
        "Which language may we answer in?",
        "2022-07-20T09:00:00+02:00",
        From=sender,
        fresh="yes",
        Subject="Hello",
    )
    office.now = "2022-07-25T10:00:00+02:00"
    office.call("collect")
    office.call("file", "1", "northam")
    office.answer(
        "northam",
        "We confirm our participation in the campaign.",
        "2022-07-26T09:00:00+02:00",
        From=sender,
        fresh="yes",
        Subject="Again",
    )
    office.answer(
        "northam",
        "We confirm that Rioseco joins the campaign.",
        "2022-07-27T09:00:00+02:00",
        From=sender,
        fresh="yes",
        Subject="Other",
    )
    office.now = "2022-07-28T10:00:00+02:00"
    office.call("collect")
    assert line(office, "northam")["state"] != "confirmed"
    assert line(office, "rioseco")["state"] == "invited"
    waiting = [one["invitee"] for one in office.call("inbox", "--json", "--waiting").json]
    assert waiting == ["northam", "northam"]  # both quote the letter to Northam


def test_a_stop_taken_back_gives_the_letter_back(office: Office) -> None:
    """What was withheld because of an act waits again, and leaves with the next pass."""
    office.call("launch", "--yes", "--no-wait")
    office.call("stop", "northam")
    office.call("undo")
    office.call("post")
    assert len(office.sink.letters) == len(TOWNS)


def test_a_corrected_list_reaches_letters_that_wait(office: Office) -> None:
    """A letter made from a wrong address is made anew; who was taken off the list is left out."""
    office.call("launch", "--yes", "--no-wait")
    office.write_contacts(TOWNS)
    path = office.folder / "contacts.csv"
    path.write_text(
        path.read_text(encoding="utf-8").replace("mayor@northam.example", "right@northam.example"), encoding="utf-8"
    )
    office.call("launch", "--yes")
    got = [one.recipients[0] for one in office.sink.letters]
    assert "right@northam.example" in got
    assert "mayor@northam.example" not in got
    assert len(got) == len(TOWNS)


def test_taken_off_the_list_before_the_launch(office: Office) -> None:
    """Enrolled once, and no longer listed: left out, with the reason."""
    office.call("contacts", "import")
    office.write_contacts(TOWNS[1:])
    plan = office.call("launch", "--dry-run", "--json").json
    assert plan["letters"] == len(TOWNS) - 1
    assert plan["left_out"] == [{"invitee": "northam", "why": "no longer in contacts.csv"}]
