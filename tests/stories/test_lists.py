"""Lists that are sent again: what changed is said, and an id that was written to stays the place that it was."""

from __future__ import annotations

import subprocess

import pytest

from outreach.campaign.enrolling.prepare import import_contacts
from outreach.model import ConfigurationError, LetterState
from tests.stories.conftest import TOWNS, Office
from tests.stories.room import NORTHAM, MakeRoom

SOUTHAM = [("northam", "Southam", "GB", "en"), *TOWNS[1:]]


def test_changes_are_said_before_anybody_is_written_to(office: Office) -> None:
    """Old → new, with a warning where an id is another place now; nothing is held up."""
    office.call("contacts", "import")
    office.write_contacts(SOUTHAM)
    dry = office.call("contacts", "import", "--dry-run")
    done = office.call("contacts", "import")
    for one in (dry, done):
        assert (
            "warning: contacts.csv, line 2: the id northam was Northam (GB, city) and is Southam (GB, city)" in one.err
        )
        assert "northam: name Northam → Southam" in one.out
    assert "1 would be changed" in dry.out
    assert office.call("contacts", "show", "northam", "--json").json["name"] == "Southam"
    assert "0 changed" in office.call("contacts", "import").out


@pytest.mark.parametrize("answered", [False, True])
def test_an_id_that_was_written_to_stays_its_place(office: Office, answered: bool) -> None:
    """A mistake that stops import, check and launch, until a person says that it is the same place."""
    office.call("launch", "--yes")
    if answered:
        office.call("decide", "northam", "confirmed")
    office.write_contacts(SOUTHAM)
    refused = office.call("contacts", "import", code=3)
    assert "contacts.csv has a mistake; nothing was changed" in refused.err
    assert "--renamed northam" in refused.err
    assert office.call("check", "--offline", "--json", code=3).json["errors"][0]["where"] == "contacts.csv, line 2"
    assert "nothing was queued" in office.call("launch", "--yes", code=3).err
    assert office.call("contacts", "show", "northam", "--json").json["name"] == "Northam"
    assert office.call("audit", "--json").json == []

    done = office.call("contacts", "import", "--renamed", "northam")
    assert "northam: name Northam → Southam" in done.out
    assert "has no row with the id nortam" in office.call("contacts", "import", "--renamed", "nortam", code=2).err
    line = office.call("audit", "--json").json[0]
    assert (line["what"], line["invitee"], line["by"]) == ("renamed", "northam", "person:tester")
    assert (line["was"], line["became"]) == ("Northam (GB, city)", "Southam (GB, city)")
    assert "Nothing is missing: 8 invitees have their letter." in office.call("launch", "--yes").out


def test_an_id_stays_its_place_in_the_next_wave(office: Office) -> None:
    """The register is one for all waves: another place would take over the answers of the first."""
    office.call("launch", "--yes")
    office.call("decide", "northam", "confirmed")
    office.write_contacts(SOUTHAM)
    config = office.folder / "config.toml"
    config.write_text(config.read_text(encoding="utf-8").replace('mode = "real"', 'mode = "real"\nwave = 2'), "utf-8")
    assert "--renamed northam" in office.call("contacts", "import", code=3).err


def test_an_id_stays_its_place_while_a_letter_is_in_doubt(make_room: MakeRoom) -> None:
    """It may have left to the place that was."""
    room = make_room(lossy={NORTHAM})
    room.launch()
    assert room.state() is LetterState.IN_DOUBT
    room.office.write_contacts(SOUTHAM)
    with pytest.raises(ConfigurationError, match="has a mistake"):
        import_contacts(room.desk)


def test_a_known_place_under_another_id_is_not_invited_twice(office: Office) -> None:
    """An id or a name was corrected after the launch: a mistake, unless there is a row for each; before it, none."""
    office.call("contacts", "import")
    renamed = [("northham", "Northham", "GB", "en"), *TOWNS[1:]]
    office.write_contacts(renamed)
    path = office.folder / "contacts.csv"
    same = path.read_text(encoding="utf-8").replace("mayor@northham.example", "mayor@northam.example")
    path.write_text(same, encoding="utf-8")
    assert "1 would be new" in office.call("contacts", "import", "--dry-run").out
    office.write_contacts(TOWNS)
    office.call("launch", "--yes")

    path.write_text(same, encoding="utf-8")
    refused = office.call("launch", "--yes", code=3).err
    assert "northham has the address of Northam (GB, city), which is known as northam" in refused
    assert "give it the id northam again; if they are two places, keep a row for each" in refused
    both = [line for line in same.splitlines() if "northham" in line]
    office.write_contacts(TOWNS)
    path.write_text("\n".join([path.read_text(encoding="utf-8").rstrip(), *both, ""]), encoding="utf-8")
    office.call("launch", "--yes")
    assert len(office.sink.letters) == len(TOWNS) + 1


def test_another_list_names_a_known_place_otherwise(office: Office) -> None:
    """It would be invited twice; at one office of two towns there is only a warning."""
    office.call("contacts", "import")
    other, head = office.folder / "partner.csv", "id,name,country,email\n"
    other.write_text(f"{head}gb-1,NORTHAM,GB,mayor@northam.example\n", encoding="utf-8")
    assert "which is known as northam" in office.call("contacts", "import", str(other), code=3).err
    other.write_text(f"{head}gb-2,Little Northam,GB,mayor@northam.example\n", encoding="utf-8")
    assert "known as an address of northam" in office.call("contacts", "import", str(other)).err


def test_who_is_taken_off_the_list_is_not_invited_any_more(office: Office) -> None:
    """Its invitation waits no longer, and is made anew when it is back."""
    office.call("launch", "--yes", "--no-wait")
    office.write_contacts(TOWNS[1:])
    done = office.call("contacts", "import")
    assert "Withheld are the invitations to those that are no longer listed: northam" in done.out
    office.call("launch", "--yes")
    letters = {
        one["invitee"]: (one["state"], one["last_reply"]) for one in office.call("outbox", "--json").json["letters"]
    }
    assert letters["northam"] == ("withheld", "no longer in contacts.csv")
    assert len(office.sink.letters) == len(TOWNS) - 1
    office.write_contacts(TOWNS)
    office.call("launch", "--yes")
    assert len(office.sink.letters) == len(TOWNS)


def test_the_list_may_get_another_name(office: Office) -> None:
    """A corrected id is noticed, and who is taken off is not invited, as if it were called what it was."""
    office.call("launch", "--yes", "--no-wait")
    config = office.folder / "config.toml"
    ours = config.read_text(encoding="utf-8").replace('mode = "real"', 'mode = "real"\ncontacts = "mayors.csv"')
    config.write_text(ours, encoding="utf-8")
    office.write_contacts(TOWNS[1:])
    (office.folder / "contacts.csv").rename(office.folder / "mayors.csv")
    left_out = office.call("launch", "--dry-run", "--json").json["left_out"]
    assert left_out == [{"invitee": "northam", "why": "no longer in mayors.csv"}]
    assert "no longer listed: northam" in office.call("contacts", "import").out

    office.call("launch", "--yes")
    office.write_contacts(TOWNS[1:])
    text = (office.folder / "contacts.csv").read_text(encoding="utf-8")
    (office.folder / "letters.csv").write_text(text.replace("vallbona,Vallbona", "es-1,Vallbonne"), encoding="utf-8")
    config.write_text(ours.replace("mayors.csv", "letters.csv"), encoding="utf-8")
    refused = office.call("launch", "--yes", code=3).err
    assert "es-1 has the address of Vallbona (ES, city), which is known as vallbona" in refused


def test_whose_row_has_a_mistake_is_on_the_list_still(office: Office) -> None:
    """--skip-bad leaves the row out, not the invitation; nobody is said to be gone who is not."""
    office.call("launch", "--yes", "--no-wait")
    office.write_contacts([("northam", "Northam", "England", "en"), *TOWNS[2:]])
    done = office.call("contacts", "import", "--skip-bad", code=5)
    assert "no longer listed: vallbona\n" in done.out
    states = {one["invitee"]: one["state"] for one in office.call("outbox", "--json").json["letters"]}
    assert (states["northam"], states["vallbona"]) == ("ready", "withheld")


def test_a_list_cut_short_by_mistake_is_seen_before_it_counts(office: Office) -> None:
    """A dry run and a launch say whose waiting invitations would be withheld."""
    office.call("launch", "--yes", "--no-wait")
    office.write_contacts(TOWNS[2:])
    dry = office.call("contacts", "import", "--dry-run")
    assert "Withheld would be the invitations to those that are no longer listed: northam, vallbona" in dry.out
    left_out = office.call("launch", "--dry-run", "--json").json["left_out"]
    assert left_out == [{"invitee": one, "why": "no longer in contacts.csv"} for one in ("northam", "vallbona")]
    assert {one["state"] for one in office.call("outbox", "--json").json["letters"]} == {"ready"}


def test_a_corrected_id_is_noticed_although_others_have_the_address(office: Office) -> None:
    """One office of two: that the other one is of another list is no excuse."""
    office.call("launch", "--yes")
    other = office.folder / "partner.csv"
    other.write_text("id,name,country,email\nzz,Greater Northam,GB,mayor@northam.example\n", encoding="utf-8")
    office.call("contacts", "import", str(other))
    office.write_contacts(TOWNS)
    path = office.folder / "contacts.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("northam,Northam", "gb-1,Northham"), encoding="utf-8")
    refused = office.call("contacts", "import", code=3).err
    assert "gb-1 has the address of Northam (GB, city), which is known as northam" in refused


def test_the_other_rows_are_taken(office: Office) -> None:
    """--skip-bad keeps the row aside: exit 5; another spelling is no other place."""
    office.call("launch", "--yes")
    office.write_contacts([*SOUTHAM[:2], ("rioseco", "RÍOSECO", "ES", "es"), *TOWNS[3:], ("new", "New", "GB", "en")])
    done = office.call("contacts", "import", "--skip-bad", code=5)
    assert "1 new, 1 changed" in done.out
    assert "1 bad row left out" in done.out
    assert "Southam" in (office.folder / "contacts.bad-rows.csv").read_text(encoding="utf-8")
    names = {one["id"]: one["name"] for one in office.call("contacts", "list", "--json").json}
    assert (names["northam"], names["rioseco"]) == ("Northam", "RÍOSECO")


def test_an_address_of_another_invitee(office: Office) -> None:
    """Whose column slipped is warned before the next letters go to the wrong mayors."""
    office.call("contacts", "import")
    path = office.folder / "contacts.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("mayor@northam.example", "mayor@lakeside.example"), encoding="utf-8")
    done = office.call("contacts", "import")
    assert "mayor@lakeside.example is known as an address of lakeside" in done.err
    assert "northam: address mayor@northam.example → mayor@lakeside.example" in done.out


def test_nothing_to_post_says_so(office: Office) -> None:
    """One line, and when the next is due."""
    office.call("contacts", "import")
    assert "No letter is due now. None waits; the next reminders are planned for 2022-08-15." in office.call("post").out
    office.call("launch", "--yes")
    office.now = "2022-09-14T10:00:00+02:00"
    assert "No letter is due now. None waits." in office.call("post").out


def test_json_stands_alone(office: Office) -> None:
    """Whatever is asked or said beside it goes to stderr; days far off are taken as they are."""
    launched = office.call("launch", "--yes", "--json").json
    assert (launched["letters"], launched["outbox"]["accepted"]) == (len(TOWNS), len(TOWNS))
    office.call("decide", "northam", "confirmed")
    refused = office.call("acknowledge", "--json", code=1, keys="n\n")
    assert refused.out == ""
    assert "mayor@northam.example" in refused.err
    assert len(office.call("log", "--as-of", "9999-12-31", "--json").json) == len(TOWNS)
    assert len(office.call("log", "--as-of", "9999-12-31T23:59:59+00:00", "--json").json) == len(TOWNS)
    path = office.folder / "log.csv"
    assert len(office.call("log", "--json", "--csv", str(path)).json) == len(TOWNS)
    assert path.is_file()


def test_columns_cannot_be_skipped(office: Office) -> None:
    """Without an address nobody could be enrolled: that is no success."""
    (office.folder / "contacts.csv").write_text("id,name\nnortham,Northam\n", encoding="utf-8")
    assert "there is no column email" in office.call("contacts", "import", "--skip-bad", code=3).err


def test_bad_rows_of_the_standard_input(office: Office) -> None:
    """They are kept in the campaign's folder."""
    rows = "id,name,country,kind,email\nx,X,ZZ,city,x@x.example\nnew,New,GB,city,new@new.example\n"
    command = office.command("contacts", "import", "/dev/stdin", "--skip-bad")
    done = subprocess.run(command, env=office.environment(), input=rows.encode(), capture_output=True, check=False)
    assert done.returncode == 5
    assert "“ZZ” is no country code" in (office.folder / "stdin.bad-rows.csv").read_text(encoding="utf-8")
