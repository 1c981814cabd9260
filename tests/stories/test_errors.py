"""Wrong settings, servers that are away, a second launch: one clear sentence, the right code, nothing half done."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from outreach.adapters.store.engine import open_engine
from outreach.adapters.store.locks import only_one
from tests.servers.dovecot import free_port
from tests.stories.conftest import TOWNS, Office


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('host = "127.0.0.1"\nport = {smtp}', 'hsot = "127.0.0.1"\nport = {smtp}', "did you mean host?"),
        ("deadline = 2022-09-15", "deadline = soon", "config.toml"),
        ('security = "none"\nconnections', 'security = "nothing"\nconnections', "[smtp] security"),
        ('name = "UCLG-CSIPDHR"', 'name = "UCLG-CSIPDHR"\npassword = "canary-7"', "password_env"),
        ('hours = "any"', 'hours = "9 to 5"', "[sending] hours"),
    ],
)
def test_wrong_settings_are_named(office: Office, old: str, new: str, words: str) -> None:
    """Exit 3, the setting and the cure; a secret is never repeated."""
    smtp = str(office.sink.port)
    change(office.folder / "config.toml", old.replace("{smtp}", smtp), new.replace("{smtp}", smtp))
    result = office.call("launch", "--yes", code=3)
    assert words in result.err
    assert "canary-7" not in result.err + result.out
    assert office.sink.letters == []


def test_no_campaign_here(office: Office, tmp_path: Path) -> None:
    """A folder without settings says how to make one."""
    result = office.call("--folder", str(tmp_path), "status", code=3)
    assert "outreach init" in result.err


def test_a_check_for_programs_is_always_an_object(office: Office) -> None:
    """Where the database cannot be opened, too: the fault stands in it, and is told on stderr as ever."""
    change(office.folder / "config.toml", "[sender]", 'database = "sqlite:///nowhere/outreach.db"\n[sender]')
    result = office.call("check", "--offline", "--json", code=1)
    assert "cannot be opened" in result.json["errors"][0]["what"]
    assert "cannot be opened" in result.err


def test_a_relay_that_is_away_loses_nothing(make_office: Callable[..., Office]) -> None:
    """Exit 75, the letters stay queued; the next call sends each once."""
    office = make_office(smtp_port=free_port())
    result = office.call("launch", "--yes", code=75)
    assert "127.0.0.1" in result.err
    assert office.call("outbox", "--json").json["ready"] == len(TOWNS)
    text = (office.folder / "config.toml").read_text(encoding="utf-8")
    away = next(line for line in text.splitlines() if line.startswith("port ="))
    change(office.folder / "config.toml", away, f"port = {office.sink.port}")
    office.call("launch", "--yes")
    assert len(office.sink.letters) == len(TOWNS)


def test_a_refused_login_to_the_mailbox(office: Office) -> None:
    """Exit 4, and the server and the user are named."""
    office.call("launch", "--yes")
    office.env["OUTREACH_IMAP_PASSWORD"] = "wrong"
    result = office.call("collect", code=4)
    assert office.account.username in result.err


def test_a_missing_password_names_its_variable(office: Office) -> None:
    """Exit 3: what must be set is said."""
    office.call("launch", "--yes")
    office.env["OUTREACH_IMAP_PASSWORD"] = ""
    assert "OUTREACH_IMAP_PASSWORD" in office.call("collect", code=3).err


def test_contacts_with_mistakes_change_nothing(office: Office) -> None:
    """All mistakes at once; --skip-bad writes the bad rows to a file that can be corrected and imported."""
    office.write_contacts([*TOWNS, ("bad one", "Badtown", "ES", "en"), ("odd", "Oddtown", "XX", "en")])
    result = office.call("contacts", "import", code=3)
    assert "has 3 mistakes" in result.err or "has 2 mistakes" in result.err
    assert "line 10" in result.err
    assert "line 11" in result.err
    assert office.call("contacts", "list", "--json").json == []
    assert "2 bad rows left out" in office.call("contacts", "import", "--skip-bad", code=5).out
    assert len(office.call("contacts", "list", "--json").json) == len(TOWNS)
    bad = office.folder / "contacts.bad-rows.csv"
    change(bad, "bad one", "badone")
    change(bad, "XX", "ES")
    office.call("contacts", "import", str(bad))
    assert len(office.call("contacts", "list", "--json").json) == len(TOWNS) + 2


def test_a_broken_template_queues_nothing(office: Office) -> None:
    """The template, its line and the cure are named before anything is queued."""
    templates = office.folder / "templates"
    source = templates.resolve()
    templates.unlink()
    subprocess.run(["cp", "-r", str(source), str(templates)], check=True)
    (templates / "invitation.fr.md").write_text("# Sujet\n\nBonjour {{ nobody }}\n", encoding="utf-8")
    result = office.call("launch", "--yes", code=3)
    assert "invitation.fr.md" in result.err
    assert "line 3" in result.err
    assert office.call("outbox", "--json").json["letters"] == []


def test_a_launch_while_another_runs(office: Office) -> None:
    """Exit 75, and nothing is sent twice."""
    office.call("contacts", "import")
    engine = open_engine("sqlite:///outreach.db", office.folder)
    with only_one(engine, "launch", "busy"):
        office.call("launch", "--yes", code=75)
    engine.dispose()
    assert office.sink.letters == []


def test_usage(office: Office) -> None:
    """Unknown commands and invitees name the nearest."""
    assert "launch" in office.call("lanch", code=2).err
    office.call("launch", "--yes")
    assert "northam" in office.call("decide", "nortam", "confirmed", code=2).err
    assert "confirmed" in office.call("decide", "northam", "agreed", code=2).err
    office.call("launch", code=0)
    office.call("outbox", "resolve", "1", "resend", code=2)


def test_a_refused_address_is_unreachable_and_can_be_written_to_again(office: Office) -> None:
    """The relay's no is a task for a person; the letter goes again under the same reference."""
    office.sink.refused["mayor@fairview.example"] = "550 5.1.1 no such user"
    office.call("launch", "--yes")
    line = next(one for one in office.call("log", "--json").json if one["invitee"] == "fairview")
    assert (line["state"], line["next"]["action"]) == ("unreachable", "find_address")
    office.call("write", "fairview", "--to", "office@fairview.example")
    again = [one for one in office.sink.letters if "office@fairview.example" in one.recipients]
    assert len(again) == 1
    assert office.states()["fairview"] == "invited"
    office.call("write", "fairview", "--to", "office@fairview.example", code=2)


def test_a_name_that_the_locale_cannot_show(office: Office) -> None:
    """It is said what is wrong, and no argument is blamed."""
    office.write_contacts([("lodz", "Łódź", "PL", "en")])
    office.call("contacts", "import")
    office.fresh, office.env = True, {"PYTHONIOENCODING": "latin-1"}
    assert "a letter of the output has no place in this locale" in office.call("contacts", "list", code=1).err
    assert "an argument is not in UTF-8" in office.call("contacts", "show", "\udcff", code=2).err
