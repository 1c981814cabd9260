"""Settings, secrets and the key: mistakes named at once, nothing secret repeated."""

from __future__ import annotations

import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest
from pydantic import TypeAdapter

from outreach.adapters.as_written import NotAsWrittenError, as_written
from outreach.adapters.config import PROVIDERS, load_settings, sample_settings, settings_reference
from outreach.adapters.secrets import load_or_make_key, password_for
from outreach.model import ConfigurationError
from outreach.settings import Provider, Settings, SmtpSettings


def write(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_sample_loads(tmp_path: Path) -> None:
    """What `outreach config` prints is a campaign; every setting stands in it with its sentence."""
    settings = load_settings(write(tmp_path, sample_settings()))
    assert settings.campaign.mode == "rehearsal"
    assert [reminder.days_before for reminder in settings.reminders] == [31, 17, 7]


def test_the_reference_is_up_to_date() -> None:
    """docs/settings.md is what the code says."""
    docs = Path(__file__).resolve().parents[2] / "docs" / "settings.md"
    assert docs.read_text(encoding="utf-8") == settings_reference(), "call: make docs"


@pytest.mark.parametrize(
    ("old", "new", "where", "cure"),
    [
        ('host = "smtp', 'hots = "smtp', "[smtp] hots", "did you mean host?"),
        ("deadline = 2022-09-15", "", "[campaign] deadline", "add it"),
        ("[sender]", "[sendre]", "[sendre]", "did you mean sender?"),
        ('address = "cisdpl@uclg.org"', 'address = "cisdpl"', "[sender] address", "write it like"),
        *(
            (
                '# database = "sqlite:///outreach.db"',
                f'database = "{url}"',
                "[campaign] database",
                "sqlite:///outreach.db",
            )
            for url in ("sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite:///file:x?MODE=memory&uri=true")
        ),
        ("# port = 465", 'port = "many"', "[smtp] port", "correct"),
        ("# port = 465", 'port = "465"', "[smtp] port", "correct"),
        ("# port = 465", "port = 0", "[smtp] port", "provider"),
        ("# per_minute = 30", "per_minute = true", "[smtp] per_minute", "correct"),
        ('# days = ["mon", ', 'days = ["Mon", ', "[sending] days", "correct"),
        ("# milestones = [10, 100, 1000]", 'milestones = ["10"]', "[campaign] milestones", "correct"),
        ("# milestones = [10, 100, 1000]", "milestones = [0, 10]", "[campaign] milestones", "1 or more"),
        ("goal = 100", "goal = 0", "[campaign] target", "1 or more"),
        ('# committee_url = ""', 'committee_url = "javascript:alert(1)"', "[campaign] committee_url", "https"),
        ('name = "UCLG-CSIPDHR"', 'name = "UCLG\\r\\nBcc: x@y.example"', "[sender] name", "one line"),
        ('# timezone = "Europe/Madrid"', 'timezone = "Europe/Madird"', "[campaign] timezone", "Europe/Madrid"),
        ("days_before = 31", "days_before = 5", "[[reminders]]", "order them"),
        ('# blind_copy = ""', 'blind_copy = "Copies <c@uclg.org>"', "[sending] blind_copy", "one address"),
        ("# doubt_minutes = 10", "doubt_minutes = -1", "[sending] doubt_minutes", "0 or more"),
        ('# auth = "password"', 'auth = "microsoft"', "[oauth] client_id", "register"),
        ('# auth = "password"', 'auth = "google"', "[oauth] client_secret_env", "client_secret_file"),
        ('username = "cisdpl@uclg.org"', 'username = "a"\npassword = "canary-9"', "password", "password_env"),
    ],
)
def test_mistakes_name_place_and_cure(tmp_path: Path, old: str, new: str, where: str, cure: str) -> None:
    """What, where and what to do; a secret is not repeated."""
    with pytest.raises(ConfigurationError) as caught:
        load_settings(write(tmp_path, sample_settings().replace(old, new, 1)))
    found = caught.value.findings
    assert any(where in one.where for one in found)
    assert any(cure in one.cure for one in found)
    assert "canary-9" not in f"{caught.value} {found}"


@pytest.mark.parametrize(
    ("lines", "where"),
    [
        (('client_id = "x"',), ""),
        (('client_id = "x"', 'authority = "http://127.0.0.1:8080"'), ""),
        (('client_id = "x"', 'authority = "https://login.microsoftonline.us/"'), ""),
        (('client_id = "x"', 'authority = "http://login.example"'), "[oauth] authority"),
        (('client_id = "x"', 'authority = "https://login.example/path"'), "[oauth] authority"),
        (('client_id = "x"', 'authority = "https://a@login.example"'), "[oauth] authority"),
        (('client_id = "x"', 'authority = "https://login.example:port"'), "[oauth] authority"),
        (('client_id = "x"', 'tenant = "a/../b"'), "[oauth] tenant"),
        (('client_id = "x"', 'client_secret = "canary-9"'), "[oauth] client_secret"),
        ((), "[oauth] client_id"),
    ],
)
def test_a_login_by_token(tmp_path: Path, lines: tuple[str, ...], where: str) -> None:
    """It needs an application of one's own, and tokens never come in clear."""
    text = "\n".join(("[oauth]", *lines))
    sample = sample_settings().replace('# auth = "password"', 'auth = "microsoft"').replace("[oauth]", text)
    if not where:
        assert load_settings(write(tmp_path, sample)).inbox.auth == "microsoft"
        return
    with pytest.raises(ConfigurationError) as caught:
        load_settings(write(tmp_path, sample))
    assert {where in one.where for one in caught.value.findings} == {True}
    assert "canary-9" not in f"{caught.value} {caught.value.findings}"


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ('host = "imap.example.org"', 'host = "imap.example.org"\nauth = "google"', "[inbox] auth"),
        ('username = "cisdpl@uclg.org"', 'username = ""', "[smtp] username"),
    ],
)
def test_one_login_for_both(tmp_path: Path, old: str, new: str, where: str) -> None:
    """Sending and reading at two providers, and a token for no mailbox, cannot be meant."""
    sample = sample_settings().replace("[oauth]", '[oauth]\nclient_id = "x"\nclient_secret_env = "S"')
    sample = sample.replace('# auth = "password"', 'auth = "microsoft"', 1).replace(old, new, 1)
    if "[inbox]" in where:
        sample = sample.replace('# auth = "password"\n', "", 1)
    with pytest.raises(ConfigurationError) as caught:
        load_settings(write(tmp_path, sample))
    assert [where in one.where for one in caught.value.findings] == [True]


@pytest.mark.parametrize(
    ("provider", "limits"),
    [("none", (2, 30, 0)), ("microsoft", (3, 30, 10_000)), ("google", (2, 30, 2_000)), ("ses", (2, 60, 0))],
)
def test_a_provider_has_its_limits(tmp_path: Path, provider: str, limits: tuple[int, int, int]) -> None:
    """They hold where config.toml says nothing; what it says wins."""
    sample = sample_settings().replace('# provider = "none"', f'provider = "{provider}"')
    smtp = load_settings(write(tmp_path, sample)).smtp
    assert (smtp.connections, smtp.per_minute, smtp.per_day) == limits
    own = load_settings(write(tmp_path, sample.replace("# per_day = 0", "per_day = 7"))).smtp
    assert (own.connections, own.per_minute, own.per_day) == (*limits[:2], 7)


def test_every_provider_has_settings_of_smtp() -> None:
    """providers.toml names those that [smtp] provider takes, and nothing that is no setting."""
    assert {*PROVIDERS, "none"} == set(get_args(Provider))
    assert {key for limits in PROVIDERS.values() for key in limits} <= {one.name for one in fields(SmtpSettings)}


def test_no_file_and_no_toml(tmp_path: Path) -> None:
    """An absent or broken file says what to do."""
    with pytest.raises(ConfigurationError, match="outreach init"):
        load_settings(tmp_path / "config.toml")
    with pytest.raises(ConfigurationError, match="not written rightly"):
        load_settings(write(tmp_path, "campaign"))


def test_passwords(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A systemd credential goes before a file, a file before the environment; a file for all is refused."""
    monkeypatch.setenv("PW", "from-env")
    assert password_for("PW", "", where="[smtp]") == "from-env"
    file = tmp_path / "pw"
    file.write_text("from-file\n")
    file.chmod(0o600)
    assert password_for("PW", str(file), where="[smtp]") == "from-file"
    file.chmod(0o644)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        password_for("PW", str(file), where="[smtp]")
    (tmp_path / "PW").write_text("from-systemd")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert password_for("PW", str(file), where="[smtp]") == "from-systemd"
    with pytest.raises(ConfigurationError, match="OTHER"):
        password_for("OTHER", "", where="[smtp]")


def test_all_who_ask_at_once_get_one_key(tmp_path: Path) -> None:
    """Page and daemon may be started at the same moment; nobody reads half a file, and nothing else is left there."""
    for round_ in range(20):
        path = tmp_path / f"{round_}.key"
        with ThreadPoolExecutor(8) as pool:
            assert len(set(pool.map(load_or_make_key, [path] * 8))) == 1
    assert len(list(tmp_path.iterdir())) == 20


def test_the_key_is_made_once(tmp_path: Path) -> None:
    """Readable by its owner only, the same ever after; something else is refused."""
    path = tmp_path / "outreach.key"
    key = load_or_make_key(path)
    assert len(key) == 32
    assert load_or_make_key(path) == key
    assert path.stat().st_mode & 0o077 == 0
    path.write_text("nonsense")
    with pytest.raises(ConfigurationError, match="backup"):
        load_or_make_key(path)


@pytest.mark.parametrize(
    ("old", "new", "as_it_is"),
    [
        ("", "", True),
        ("deadline = 2022-09-15", 'deadline = "2022-09-15"', False),
        ("goal = 100", "goal = true", False),
        ('host = "smtp.example.org"', "", False),
        ("deadline", "dedline", False),
        ("days_before = 31", "days_before = 31.0", False),
    ],
)
def test_only_what_is_written_rightly_is_taken_as_it_is(old: str, new: str, as_it_is: bool) -> None:
    """And then it is what the strict reader makes of it; anything else is left to that one."""
    data = tomllib.loads(sample_settings().replace(old, new, 1) if old else sample_settings())
    if as_it_is:
        assert as_written(Settings, data) == TypeAdapter(Settings).validate_python(data)
    else:
        with pytest.raises(NotAsWrittenError):
            as_written(Settings, data)
