"""A secretariat whose provider takes no passwords: it logs in once, and letters go though tokens end."""

from __future__ import annotations

import asyncio
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.servers.authority import CODE, FakeAuthority, Rotating, error, tokens
from tests.servers.faulty_smtp import FaultySmtp
from tests.stories.conftest import TOWNS, Office

MakeOffice = Callable[..., Office]


@contextmanager
def listening(server: FaultySmtp) -> Iterator[FaultySmtp]:
    """Runs a server in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    asyncio.run_coroutine_threadsafe(server.__aenter__(), loop).result()
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(server.__aexit__(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def with_tokens(make_office: MakeOffice, server: FaultySmtp, authority: FakeAuthority) -> Office:
    """An office that sends by token, one letter after the other, and reads by password."""
    office = make_office(smtp_port=server.port)
    config = office.folder / "config.toml"
    smtp = 'username = "cisdpl@uclg.org"\nauth = "microsoft"\nconnections = 1'
    oauth = f'[oauth]\nclient_id = "our-app"\nauthority = "{authority.origin}"\n[inbox]'
    text = config.read_text().replace("connections = 2", smtp).replace("[inbox]", oauth, 1)
    config.write_text(text)
    return office


def leaks(office: Office) -> list[str]:
    """Files in which something secret stands, besides the one that is for it."""
    files = [path for path in office.folder.rglob("*") if path.is_file() and path.name != "outreach.login"]
    assert any(path.name.startswith("outreach.db") for path in files)
    return [path.name for path in files if b"canary" in path.read_bytes()]


def test_a_login_and_a_launch(make_office: MakeOffice) -> None:
    """Asked to log in, logged in by a code; the token ends after five letters; every town gets its letter once."""
    quick = {**CODE, "interval": 1}
    rotating = Rotating()
    server = FaultySmtp(
        {"mail": "421 4.7.66 The token expired"},
        after=5,
        times=1,
        extensions=("8BITMIME", "AUTH XOAUTH2"),
        token=lambda sent: f"canary-access-{1 if sent < 5 else 2}",
    )
    with (
        FakeAuthority(error("authorization_pending"), tokens(1, seconds=86_400), rotating, code=quick) as authority,
        listening(server),
    ):
        office = with_tokens(make_office, server, authority)

        before = office.call("check", "--offline", code=3)
        assert "nobody has logged in at Microsoft yet" in before.out
        assert "call `outreach login`" in before.out
        login = office.call("login")
        assert CODE["verification_uri"] in login.out
        assert CODE["user_code"] in login.out
        file = office.folder / "outreach.login"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        # A token of this minute is not renewed: it is made older, as time would.
        file.write_text(file.read_text().replace('"obtained": "20', '"obtained": "19'))
        launch = office.call("launch", "--yes")
        after = office.call("check", "--offline", "--json")
        assert after.json["login"]["provider"] == "microsoft"

        assert sorted(one[0] for one in server.recipients) == sorted(f"mayor@{town[0]}.example" for town in TOWNS)
        assert [form["grant_type"].split(":")[-1] for form in authority.forms] == ["device_code"] * 2 + [
            "refresh_token"
        ]
        assert leaks(office) == []
        assert not any("canary" in one.out + one.err for one in (before, login, launch, after))


def test_a_login_that_was_taken_back(make_office: MakeOffice) -> None:
    """Nothing leaves, every letter waits, exit 4 says what to do; after a new login they go."""
    server = FaultySmtp(extensions=("8BITMIME", "AUTH XOAUTH2"), token=lambda _: "canary-access-2")
    gone = error("invalid_grant", "AADSTS50173: canary-refresh-1 was taken back")
    with FakeAuthority(tokens(1, seconds=1), gone, code={**CODE, "interval": 1}) as authority, listening(server):
        office = with_tokens(make_office, server, authority)
        office.call("login")
        refused = office.call("launch", "--yes", code=4)
        assert "… was taken back; log in again: outreach login; the letters stay queued" in refused.err
        assert server.letters == []
        authority.answers = [tokens(2)]
        office.call("login")
        office.call("post")
        assert len(server.letters) == len(TOWNS)
        assert leaks(office) == []
        assert "canary" not in refused.out + refused.err


def test_a_login_is_for_those_who_need_one(make_office: MakeOffice) -> None:
    """With passwords there is nothing to log in at."""
    assert "logs in by password" in make_office().call("login", code=3).err
