"""Coming to the relay: what is encrypted, who is believed, and what a refused login or a server that is away says."""

from __future__ import annotations

import asyncio
import base64
import socket
import ssl

import pytest

from outreach.adapters.smtp.postman import SmtpPostman, Timeouts
from outreach.campaign.sending.handing_over import nothing_kept
from outreach.core.refusals import classify
from outreach.model import (
    ConfigurationError,
    Handover,
    HandoverResult,
    LoginRefusedError,
    Outgoing,
    OutreachError,
    TryAgainLaterError,
)
from outreach.settings import SmtpSettings
from tests.servers.certificates import Authority, make_authority
from tests.servers.faulty_smtp import FaultySmtp

QUICK = Timeouts(connect=2, verb=1, progress=1, dot=1, leave=1)
PASSWORD = "correct horse"
SECRET = base64.b64encode(f"\0me\0{PASSWORD}".encode()).decode()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A certificate authority of our own."""
    return make_authority(tmp_path_factory.mktemp("authority"))


def postman(server: FaultySmtp, password: str | None = PASSWORD, **more: object) -> SmtpPostman:
    values = {"host": "127.0.0.1", "port": server.port, "security": "none", "username": "me", **more}
    return SmtpPostman(SmtpSettings(**values), password, classify=classify, timeouts=QUICK)  # type: ignore[arg-type]


def refusal(server: FaultySmtp, password: str | None = PASSWORD, **more: object) -> OutreachError:
    """Why the postman did not get in; it says where, keeps the secret, and leaves nothing open."""

    async def story() -> OutreachError:
        async with server:
            man = postman(server, password, **more)
            with pytest.raises(OutreachError) as caught:
                await man.connect()
            assert not man.connected
            return caught.value

    error = asyncio.run(story())
    assert PASSWORD not in str(error)
    assert SECRET not in str(error)
    return error


def works(server: FaultySmtp, password: str | None = PASSWORD, **more: object) -> None:
    """A letter goes."""

    async def story() -> None:
        async with server:
            man = postman(server, password, **more)
            await man.connect()
            done: list[Handover] = []
            letter = Outgoing("a@x.example", ("b@y.example",), (b"Subject: x\r\n",))
            await man.hand_over([letter], before_payload=nothing_kept, settled=lambda _number, one: done.append(one))
            assert [one.result for one in done] == [HandoverResult.ACCEPTED]
            await man.close()

    asyncio.run(story())


def test_a_stripped_starttls_is_refused_before_the_password() -> None:
    """No opportunistic encryption: somebody on the way may have removed it."""
    server = FaultySmtp()
    assert "does not offer STARTTLS" in str(refusal(server, security="starttls"))
    assert [line[:4] for line in server.lines] == ["EHLO"]


def test_what_was_injected_before_the_encryption_is_forgotten(authority: Authority) -> None:
    """A second answer in clear is not believed once the line is encrypted (CVE-2011-0411 and its kin)."""
    injected = "220 go on\r\n250-evil\r\n250 AUTH LOGIN"
    server = FaultySmtp({"starttls": injected}, starttls=authority.server())
    works(server, security="starttls", ca_file=str(authority.ca_file))
    assert server.said("AUTH") == [f"AUTH PLAIN {SECRET}"]
    assert [line[:4] for line in server.in_clear] == ["EHLO", "STAR"]


def test_encrypted_with_an_authority_of_our_own(authority: Authority) -> None:
    """By TLS from the start and by STARTTLS; the login comes after the encryption."""
    more = {"ca_file": str(authority.ca_file)}
    works(FaultySmtp(tls=authority.server()), security="tls", **more)
    upgraded = FaultySmtp(starttls=authority.server())
    works(upgraded, security="starttls", **more)
    assert [line[:4] for line in upgraded.lines[:4]] == ["EHLO", "STAR", "EHLO", "AUTH"]


@pytest.mark.parametrize("security", ["tls", "starttls"])
@pytest.mark.parametrize("wrong", ["stranger", "other host", "expired"])
def test_a_certificate_that_proves_nothing(authority: Authority, wrong: str, security: str) -> None:
    """From an unknown authority, for another host, or expired: refused with its reason, and nothing is said."""
    context = authority.server(
        "DNS:other.example" if wrong == "other host" else "IP:127.0.0.1", -1 if wrong == "expired" else 2
    )
    server = FaultySmtp(tls=context) if security == "tls" else FaultySmtp(starttls=context)
    error = refusal(server, security=security, ca_file="" if wrong == "stranger" else str(authority.ca_file))
    assert "certificate of 127.0.0.1:" in str(error)
    assert {"stranger": "issuer", "other host": "not valid for", "expired": "expired"}[wrong] in str(error)
    assert not server.said("AUTH")
    assert server.lines in ([], ["EHLO " + socket.gethostname(), "STARTTLS"])


def test_old_encryption_is_refused(authority: Authority) -> None:
    """TLS 1.2 at least."""
    old = authority.server()
    with pytest.warns(DeprecationWarning, match="TLSVersion"):
        old.minimum_version = ssl.TLSVersion.TLSv1
    with pytest.warns(DeprecationWarning, match="TLSVersion"):
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    server = FaultySmtp(tls=old)
    assert type(refusal(server, security="tls", ca_file=str(authority.ca_file))) is TryAgainLaterError
    assert server.lines == []


def test_tls_on_a_port_that_speaks_clear_text() -> None:
    """The sentence names what to check."""
    assert "port" in str(refusal(FaultySmtp(), security="tls"))


def test_an_authority_that_cannot_be_read() -> None:
    """The settings are wrong, not the server."""
    error = refusal(FaultySmtp(), security="tls", ca_file="/nowhere/ca.pem")
    assert type(error) is ConfigurationError
    assert "/nowhere/ca.pem" in str(error)


def test_clear_text_is_only_for_this_machine() -> None:
    """To any other host it is refused without a call."""
    man = SmtpPostman(SmtpSettings(host="mail.example", security="none"), None, classify=classify)
    with pytest.raises(ConfigurationError, match="only for this machine"):
        asyncio.run(man.connect())


def test_nobody_listens() -> None:
    """Host, port and why are named."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    man = SmtpPostman(SmtpSettings("127.0.0.1", port, "none"), None, classify=classify, timeouts=QUICK)
    with pytest.raises(TryAgainLaterError, match=f"127.0.0.1:{port} is out of reach.*refused"):
        asyncio.run(man.connect())


# ---------------------------------------------------------------- user name and password


def test_the_login_by_plain_and_by_login() -> None:
    """PLAIN where it is offered, else LOGIN; the words arrive whole."""
    plain = FaultySmtp(extensions=("AUTH LOGIN PLAIN CRAM-MD5",))
    works(plain)
    assert plain.said("AUTH") == [f"AUTH PLAIN {SECRET}"]
    login = FaultySmtp(extensions=("AUTH CRAM-MD5 LOGIN",))
    works(login, "pässwort")
    assert login.lines[1:4] == ["AUTH LOGIN", "me", "pässwort"]


def test_one_try_only() -> None:
    """Whatever else is offered: three wrong logins lock an account."""
    server = FaultySmtp({"auth": "535 5.7.8 no"}, extensions=("AUTH CRAM-MD5 PLAIN LOGIN",))
    error = refusal(server)
    assert type(error) is LoginRefusedError
    assert "535 5.7.8 no" in str(error)
    assert "check [smtp] username and the password" in str(error)
    assert len(server.said("AUTH")) == 1


def test_a_server_that_repeats_the_password_does_not_spread_it() -> None:
    """Its answer is shown to people and kept; what we said to it is not."""
    error = refusal(FaultySmtp({"auth": "500 5.5.2 what is {line} meant to be, " + PASSWORD + "?"}))
    assert "what is … meant to be, …?" in str(error).replace("AUTH PLAIN ", "")


@pytest.mark.parametrize("extensions", [("8BITMIME",), ("AUTH CRAM-MD5 XOAUTH2",)])
def test_no_way_to_log_in(extensions: tuple[str, ...]) -> None:
    """The password stays here."""
    server = FaultySmtp(extensions=extensions)
    assert type(refusal(server)) is LoginRefusedError
    assert not server.said("AUTH")


def test_a_user_name_without_a_password() -> None:
    """An empty one would only count as a wrong try."""
    server = FaultySmtp()
    error = refusal(server, None)
    assert type(error) is LoginRefusedError
    assert "password_env" in str(error)
    assert not server.said("AUTH")
