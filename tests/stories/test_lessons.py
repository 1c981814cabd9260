"""What a person decides is remembered, seen, heeded and forgotten; a later mail that contradicts waits for a person."""

from __future__ import annotations

import os
import pty
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.servers.postgresql import PostgreSQL
from tests.servers.sink import Sink
from tests.stories.conftest import CONFIG, ROOT, TOWNS, Office

ODD = "Our city raises both hands to the list."  # the machine suggests a yes and is not sure
YES = "We confirm that we join the campaign."
NO = "We regret that we will not join the campaign."


@dataclass
class Tray:
    """A folder of .eml files in the place of a mailbox."""

    folder: Path
    password: str = "not asked for"
    count: int = field(default=0)

    def deliver(self, raw: bytes) -> None:
        """Puts a mail into the tray."""
        self.count += 1
        (self.folder / f"{self.count:03}.eml").write_bytes(raw)


@pytest.fixture
def make_desk(tmp_path: Path) -> Iterator[Callable[[str], Office]]:
    """Makes an office whose answers are taken in from files, with a database of one's choice."""
    with Sink() as sink:

        def make(database: str) -> Office:
            folder = tmp_path / "campaign"
            (folder / "papers").mkdir(parents=True)
            (folder / "tray").mkdir()
            (folder / "templates").symlink_to(ROOT / "templates")
            (folder / "papers" / "participation.pdf").write_bytes(b"%PDF-1.4\nobjectives\n%%EOF\n")
            config = CONFIG.format(smtp_port=sink.port, imap_port=1, username="nobody")
            config = config.replace("[sender]", f'database = "{database}"\n[sender]', 1)
            (folder / "config.toml").write_text(config, encoding="utf-8")
            office = Office(folder, sink, Tray(folder / "tray"))  # type: ignore[arg-type]
            office.write_contacts(TOWNS)
            office.call("launch", "--yes")
            return office

        yield make


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, make_desk: Callable[[str], Office]) -> Office:
    """An office that has sent its letters, on either database."""
    if request.param == "sqlite":
        return make_desk("sqlite:///outreach.db")
    server: PostgreSQL = request.getfixturevalue("postgresql")
    return make_desk(server.new_database())


@pytest.fixture
def small(make_desk: Callable[[str], Office]) -> Office:
    """An office that has sent its letters, on SQLite."""
    return make_desk("sqlite:///outreach.db")


def wrote(desk: Office, town: str, text: str, day: int = 20, **headers: str) -> dict[str, object]:
    """A town's answer is taken in; gives what is known of that mail."""
    desk.answer(town, text, f"2022-07-{day}T09:00:00+02:00", **headers)
    desk.now = f"2022-07-{day}T10:00:00+02:00"
    desk.call("collect", str(desk.folder / "tray"))
    found: dict[str, object] = desk.call("inbox", "--json").json[-1]
    return found


def town(desk: Office, name: str) -> dict[str, object]:
    found: dict[str, object] = next(one for one in desk.call("log", "--json").json if one["invitee"] == name)
    return found


def lessons(desk: Office) -> list[dict[str, object]]:
    found: list[dict[str, object]] = desk.call("lessons", "--json").json["lessons"]
    return found


# ---------------------------------------------------------------- lessons


def test_what_a_person_accepted_is_known_next_time(desk: Office) -> None:
    """Accepted once, the same sentence of another town is decided, for a reason that can be read."""
    first = wrote(desk, "northam", f"Dear Madam,\n\n{ODD}\n\nYours")
    assert (first["kind"], first["decided"], first["needs_review"]) == ("confirm", False, True)
    said = desk.call("decide", "northam", "confirmed", "--mail", "1").out
    assert said == (
        "Northam is now confirmed\n"
        "remembered: “Our city raises both hands to the list.” means confirm; `outreach forget 1` forgets it\n"
    )
    known = lessons(desk)
    assert [(one["number"], one["kind"], one["words"], one["mail"], one["by"]) for one in known] == [
        (1, "confirm", ODD, 1, "person:tester")
    ]
    again = wrote(desk, "hillcrest", "Good morning\n\nOUR CITY RAISES BOTH HANDS TO THE LIST", 21)
    assert (again["decided"], again["needs_review"]) == (True, False)
    assert (town(desk, "hillcrest")["state"], town(desk, "hillcrest")["decided_by"]) == ("confirmed", "machine")
    assert "OUR CITY RAISES BOTH HANDS TO THE LIST" in desk.call("story", "hillcrest").out


def test_taking_an_act_back_and_forgetting(desk: Office) -> None:
    """`undo` takes the lesson with the act; `forget` takes it alone; a number never means another lesson."""
    wrote(desk, "northam", ODD)
    desk.call("decide", "northam", "confirmed", "--mail", "1")
    desk.call("undo")
    assert lessons(desk) == []
    assert town(desk, "northam")["needs_review"] is True
    desk.call("decide", "northam", "confirmed", "--mail", "1")
    assert [one["number"] for one in lessons(desk)] == [2]
    assert desk.call("forget", "2").out == f"forgotten: “{ODD}” means confirm\n"
    assert lessons(desk) == []
    assert town(desk, "northam")["state"] == "confirmed"
    assert "nothing is remembered" in desk.call("forget", "2", code=2).err
    assert wrote(desk, "hillcrest", ODD, 21)["decided"] is False


def test_a_correction_suggests_and_does_not_decide(small: Office) -> None:
    """What a person read otherwise than the machine is suggested next time, with both reasons, and waits."""
    wrote(small, "northam", ODD)
    small.call("decide", "northam", "tentative", "--mail", "1")
    again = wrote(small, "hillcrest", ODD, 21)
    assert (again["kind"], again["decided"], again["needs_review"]) == ("tentative", False, True)
    shown = small.call("review", keys="s\n").out
    assert f"  because  a person read it so: “{ODD}”" in shown
    assert f"  doubt    the machine reads confirm: “{ODD}”" in shown


def test_two_persons_two_meanings(small: Office) -> None:
    """Where persons differ nothing is suggested by it, and nothing decided."""
    for number, (name, state) in enumerate((("northam", "confirmed"), ("hillcrest", "declined")), 1):
        wrote(small, name, f"Dear all,\n\n{YES}", 19 + number)
        small.call("decide", name, state, "--mail", str(number))
    assert [one["kind"] for one in lessons(small)] == ["confirm", "decline"]
    third = wrote(small, "lakeside", YES, 23)
    assert (third["kind"], third["decided"], third["needs_review"]) == ("confirm", False, True)
    assert f"  doubt    persons read it differently: “{YES}”" in small.call("review", keys="s\n").out
    small.call("forget", "2")
    assert wrote(small, "fairview", YES, 24)["decided"] is True


def test_the_rest_of_a_mail_still_counts(small: Office) -> None:
    """A known sentence decides nothing against another sentence that says otherwise."""
    wrote(small, "northam", ODD)
    small.call("decide", "northam", "confirmed", "--mail", "1")
    mixed = wrote(small, "hillcrest", f"{ODD} However, the council has yet to decide whether we take part.", 21)
    assert (mixed["decided"], mixed["needs_review"]) == (False, True)
    assert town(small, "hillcrest")["state"] == "invited"


def test_reading_again_uses_lessons_and_undoes_no_person(small: Office) -> None:
    """Mails that wait are read in the light of a lesson; what a person decided stays."""
    for number, name in enumerate(("northam", "hillcrest", "lakeside"), 20):
        wrote(small, name, ODD, number)
    small.call("decide", "northam", "confirmed", "--mail", "1")
    small.call("decide", "lakeside", "declined", "--note", "by phone")
    assert "mail 2" in small.call("collect", "--again", "--dry-run").out
    assert town(small, "hillcrest")["state"] == "invited"
    small.call("collect", "--again")
    states = small.states()
    assert (states["northam"], states["hillcrest"], states["lakeside"]) == ("confirmed", "confirmed", "declined")
    assert town(small, "lakeside")["decided_by"] == "person:tester"
    assert town(small, "northam")["decided_by"] == "person:tester"
    assert town(small, "lakeside")["needs_review"] is True  # the mail now says yes against a person's no


def test_remembered_senders_are_listed_and_forgotten(desk: Office) -> None:
    """Whose mail a sender's is, who said so, and a way to forget it."""
    sender = "consultant@office.example"
    wrote(desk, "northam", "Which language may we answer in?", From=sender, fresh="yes", Subject="Hello")
    desk.call("file", "1", "northam")
    known = desk.call("lessons", "--json").json["senders"]
    assert [(one["address"], one["invitee"], one["by"]) for one in known] == [(sender, "northam", "person:tester")]
    assert sender in desk.call("lessons").out
    assert sender in desk.call("forget", sender.upper()).out
    assert desk.call("lessons", "--json").json == {"lessons": [], "senders": []}
    desk.call("forget", sender, code=2)


# ---------------------------------------------------------------- later mails that contradict


@pytest.mark.parametrize(
    ("first", "then", "state", "reason"),
    [
        (YES, NO, "confirmed", f"on 20 July it said yes: “{YES}”; this mail says no"),
        (
            NO,
            YES,
            "declined",
            "on 20 July it said no: “We regret that we will not join the campaign.”; this mail says yes",
        ),
    ],
)
def test_a_contradiction_is_shown_with_both_mails(
    small: Office, first: str, then: str, state: str, reason: str
) -> None:
    """Nothing is overridden in silence: the reason in words, and both mails, until a person decides."""
    wrote(small, "northam", first)
    later = wrote(small, "northam", then, 25)
    assert (later["decided"], later["needs_review"], later["why"]) == (True, True, reason)
    assert town(small, "northam")["state"] == state
    shown = small.call("review", keys="\n").out
    assert f"  why      {reason}" in shown
    assert shown.index(f"│ {then}") < shown.index("── earlier: mail 1") < shown.index(f"│ {first}")
    assert town(small, "northam")["state"] == {"confirmed": "declined", "declined": "confirmed"}[state]
    assert town(small, "northam")["needs_review"] is False


def test_a_contradiction_of_a_persons_word(desk: Office) -> None:
    """The note stands for the earlier mail."""
    desk.call("decide", "northam", "confirmed", "--note", "called, Ms Vila")
    later = wrote(desk, "northam", NO, 25)
    assert later["why"] == "on 15 July tester recorded “confirmed”: “called, Ms Vila”; this mail says no"
    assert (town(desk, "northam")["state"], town(desk, "northam")["needs_review"]) == ("confirmed", True)


def test_what_agrees_is_harmless(small: Office) -> None:
    """A second yes and a receipt change nothing; a question leaves the yes, and we owe an answer."""
    wrote(small, "northam", YES)
    assert wrote(small, "northam", YES + " Once more.", 21)["needs_review"] is False
    asked = wrote(small, "northam", "Could you please tell us whether there is a fee?", 22)
    assert (asked["kind"], asked["needs_review"]) == ("question", False)
    standing = town(small, "northam")
    assert (standing["state"], standing["needs_review"], standing["next"]["action"]) == ("confirmed", False, "answer")  # type: ignore[index]
    assert "1 answer that we owe" in small.call("status").out


def test_a_withdrawal_is_believed_at_once(small: Office) -> None:
    """After a machine's yes it is recorded; after a person's yes a person sees it too."""
    wrote(small, "northam", YES)
    out = "We hereby withdraw from the campaign; please remove us from the list of participating cities."
    assert wrote(small, "northam", out, 25)["kind"] == "withdraw"
    assert (town(small, "northam")["state"], town(small, "northam")["needs_review"]) == ("withdrawn", False)
    small.call("decide", "lakeside", "confirmed")
    later = wrote(small, "lakeside", out, 26)
    assert (town(small, "lakeside")["state"], town(small, "lakeside")["needs_review"]) == ("withdrawn", True)
    assert "believed at once" in str(later["why"])


LATER = "The council has not decided yet; it will vote on it in September, and we will let you know."
OUT = "We hereby withdraw from the campaign; please remove us from the list of participating cities."


def test_mails_that_come_in_the_wrong_order(small: Office) -> None:
    """What was written last counts, also where it comes first: within one look into the mailbox, and in two."""
    stories = {
        "northam": (YES, OUT, "withdrawn"),
        "lakeside": (LATER, YES, "confirmed"),
        "hillcrest": (LATER, NO, "declined"),
    }
    for name, (_, then, _) in stories.items():
        small.answer(name, then, "2022-07-25T09:00:00+02:00")
    small.answer("northam", YES, "2022-07-20T09:00:00+02:00")
    small.now = "2022-07-26T10:00:00+02:00"
    small.call("collect", str(small.folder / "tray"))
    for name in ("lakeside", "hillcrest"):
        small.answer(name, LATER, "2022-07-20T09:00:00+02:00")
    small.call("collect", str(small.folder / "tray"))
    assert all(one["decided"] for one in small.call("inbox", "--json").json)
    for _ in range(2):
        found = {name: (town(small, name)["state"], str(town(small, name)["since"])[:10]) for name in stories}
        assert found == {name: (state, "2022-07-25") for name, (_, _, state) in stories.items()}
        small.call("collect", "--again", str(small.folder / "tray"))


# ---------------------------------------------------------------- the review screen


def test_the_review_in_a_terminal(small: Office) -> None:
    """Every key does what it says: accept, correct, file, skip, undo; what is shown is whole and marked."""
    letter = small.letter("northam")
    for name, text, thread in (("northam", ODD, True), ("hillcrest", "The file is on\nits way through the house.", True), ("lakeside", "We shall see.", False)):  # fmt: skip
        mail = EmailMessage()
        mail["From"] = f"mayor@{name}.example" if thread else "someone@elsewhere.example"
        mail["Subject"], mail["To"], mail["Message-ID"] = "Re: x", "cisdpl@uclg.org", f"<{name}@{name}.example>"
        mail["Date"] = "Wed, 20 Jul 2022 09:00:00 +0200"
        if name == "northam":
            mail["In-Reply-To"] = letter["Message-ID"]
        mail.set_content(text)
        if name == "northam":
            mail.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="signed letter.pdf")
        small.account.deliver(mail.as_bytes())
    small.now = "2022-07-21T10:00:00+02:00"
    small.call("collect", str(small.folder / "tray"))

    shown = in_terminal(small, "\nz\ns\nt\nf\nlakeside\nq\n")
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    assert "attached signed letter.pdf (application/pdf, 8 bytes)" in plain
    assert "because  confirm: “Our city raises both hands to the list.”" in plain
    assert "doubt    no sentence says it alone" in plain
    assert "\x1b[1m\x1b[4mOur city raises both hands to the list.\x1b[0m" in shown
    assert (
        "remembered: “Our city raises both hands to the list.” means confirm; `outreach forget 1` forgets it" in plain
    )
    assert "taken back: Northam is now confirmed" in plain
    assert "Hillcrest is now tentative" in plain
    assert "mail 3 is of Lakeside" in plain
    assert "Nothing else waits for a person." in plain
    states = small.states()
    assert (states["northam"], states["hillcrest"], states["lakeside"]) == ("invited", "tentative", "in_talks")
    assert town(small, "northam")["needs_review"] is True  # taken back, then skipped


def in_terminal(small: Office, keys: str) -> str:
    """What a person sees who goes through the review with these keys."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        small.command("review"), stdin=theirs, stdout=theirs, stderr=theirs, env=small.environment(), close_fds=True
    )
    os.close(theirs)
    os.write(ours, f"{keys}\x04".encode())  # whoever asks for more gets the end of the input
    seen = b""
    while True:
        try:
            some = os.read(ours, 4096)
        except OSError:  # Linux says so at the end of a terminal
            break
        if not some:
            break
        seen += some
    os.close(ours)
    assert process.wait(30) == 0, seen.decode()
    return seen.decode().replace("\r\n", "\n")
