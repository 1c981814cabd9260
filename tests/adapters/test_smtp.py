"""The postman against a server that fails at every verb in every way: what left, what did not, what is in doubt."""

from __future__ import annotations

import asyncio
import itertools
import ssl
import subprocess
from pathlib import Path

import pytest

from outreach.adapters.embedded_smtp import EmbeddedSmtp
from outreach.adapters.smtp import SmtpPostman, Timeouts
from outreach.core.pacing import classify
from outreach.model import (
    ConfigurationError,
    Handover,
    HandoverResult,
    LoginRefusedError,
    OutreachError,
    TryAgainLaterError,
)
from outreach.settings import SmtpSettings
from tests.servers.faulty_smtp import FaultySmtp

R = HandoverResult
QUICK = Timeouts(connect=0.3, verb=0.3, progress=0.3, dot=0.3)
LETTER = b"Subject: hello\r\n\r\n.a dot\r\nand more\r\n"
FAULTS = {
    "421": "421 4.3.0 closing",
    "4xx": "451 4.7.1 greylisted",
    "5xx": "550 5.1.1 no such user",
    "drop": "drop",
    "reset": "reset",
    "hang": "hang",
    "junk": "junk",
}


def postman(server: FaultySmtp, **settings: object) -> SmtpPostman:
    made = SmtpSettings(**{"host": "127.0.0.1", "port": server.port, "security": "none", **settings})  # type: ignore[arg-type]
    return SmtpPostman(made, "secret", classify=classify, timeouts=QUICK)


async def hand_over(
    man: SmtpPostman, intents: list[str] | None = None, to: tuple[str, ...] = ("b@y.example",)
) -> Handover:
    return await man.hand_over("a@x.example", to, LETTER, before_payload=lambda: (intents or []).append("intent"))


def expected(verb: str, fault: str) -> set[HandoverResult]:
    if verb == "reply":
        sure = {"421": {R.DEFERRED}, "4xx": {R.DEFERRED}, "5xx": {R.REFUSED}}
        return sure.get(fault, {R.IN_DOUBT})
    if fault == "5xx":
        return {R.ACCOUNT} if verb == "mail" else {R.REFUSED}
    return {R.DEFERRED}


@pytest.mark.parametrize(
    ("verb", "fault", "reused"), list(itertools.product(("mail", "rcpt", "data", "reply"), FAULTS, (False, True)))
)
def test_every_fault_at_every_verb(verb: str, fault: str, reused: bool) -> None:
    """The result is right, nothing is lost or doubled, and a connection out of step is never used again."""

    async def story() -> None:
        async with FaultySmtp({verb: FAULTS[fault]}, after=int(reused)) as server:
            man = postman(server)
            await man.connect()
            if reused:
                assert (await hand_over(man)).result is R.ACCEPTED
            taken = len(server.letters)
            result = await hand_over(man)
            assert result.result in expected(verb, fault), result
            assert result.stage == verb
            if result.result is not R.IN_DOUBT:
                assert len(server.letters) == taken
            if fault in ("drop", "reset", "hang", "junk", "421"):
                assert not man.connected
            server.faults.clear()
            if not man.connected:
                await man.connect()
            assert (await hand_over(man)).result is R.ACCEPTED
            await man.close()

    asyncio.run(story())


@pytest.mark.parametrize("fault", ["drop", "reset"])
def test_a_connection_lost_within_the_letter_is_in_doubt(fault: str) -> None:
    """From its first byte on nobody can know."""

    async def story() -> None:
        async with FaultySmtp({"payload": fault}) as server:
            man = postman(server)
            await man.connect()
            assert (await hand_over(man)).result is R.IN_DOUBT
            assert not man.connected

    asyncio.run(story())


@pytest.mark.parametrize(("verb", "fault"), list(itertools.product(("greeting", "ehlo", "auth"), FAULTS)))
def test_faults_before_the_first_letter(verb: str, fault: str) -> None:
    """A server that is away or busy is tried later; a refused login is said at once, after one try."""

    async def story() -> None:
        async with FaultySmtp({verb: FAULTS[fault]}) as server:
            man = postman(server, username="me")
            with pytest.raises(OutreachError) as caught:
                await man.connect()
            refused = verb == "auth" and fault == "5xx"
            assert isinstance(caught.value, LoginRefusedError if refused else TryAgainLaterError)
            assert "127.0.0.1" in str(caught.value)
            assert "secret" not in str(caught.value)
            assert sum(line.startswith("AUTH") for line in server.lines) <= 1
            assert not man.connected

    asyncio.run(story())


def test_the_intent_comes_after_the_servers_word_and_before_the_first_byte() -> None:
    """If it cannot be committed, nothing leaves."""

    async def story() -> None:
        async with FaultySmtp() as server:
            man = postman(server)
            await man.connect()
            with pytest.raises(ZeroDivisionError):
                await man.hand_over("a@x.example", ["b@y.example"], LETTER, before_payload=lambda: 1 // 0)  # type: ignore[arg-type]
            assert server.lines[-1] == "DATA"
            assert server.letters == []
            assert not man.connected

    asyncio.run(story())


def test_dots_and_bare_line_ends_on_the_wire() -> None:
    """A dot is doubled, every line ends with CRLF: nothing ends the letter early."""

    async def story() -> None:
        async with FaultySmtp() as server:
            man = postman(server)
            await man.connect()
            await man.hand_over(
                "a@x.example", ["b@y.example"], b"S: x\n\n.\r.\n\r\n.\r\nend", before_payload=lambda: None
            )
            await man.close()
            assert server.letters == [b"S: x\r\n\r\n..\r\n..\r\n\r\n..\r\nend\r\n.\r\n"]

    asyncio.run(story())


def test_cancelled_in_every_stage_the_connection_is_dropped() -> None:
    """The next letter never gets the cancelled one's answer."""

    async def story() -> None:
        for verb in ("mail", "rcpt", "data", "reply"):
            async with FaultySmtp({verb: "hang"}) as server:
                man = SmtpPostman(
                    SmtpSettings(host="127.0.0.1", port=server.port, security="none"), None, classify=classify
                )
                await man.connect()
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(hand_over(man), 0.1)
                assert not man.connected

    asyncio.run(story())


def test_copies_that_are_refused_do_not_stop_the_letter() -> None:
    """The reader gets it; the refused copy is named."""
    refused = {"c@y.example": "550 5.1.1 unknown"}

    class Server(FaultySmtp):
        async def _answer(self, verb: str, writer: asyncio.StreamWriter) -> bool:
            self.faults = {"rcpt": refused["c@y.example"]} if "c@y.example" in self.lines[-1:].__str__() else {}
            return await super()._answer(verb, writer)

    async def story() -> None:
        async with Server() as server:
            man = postman(server)
            await man.connect()
            result = await hand_over(man, to=("b@y.example", "c@y.example"))
            await man.close()
            assert result.result is R.ACCEPTED
            assert "c@y.example" in result.reply

    asyncio.run(story())


def test_an_address_in_another_script_needs_a_relay_that_can() -> None:
    """Refused with a clear word before anything is said to the relay."""

    async def story() -> None:
        async with FaultySmtp() as server:
            man = postman(server)
            await man.connect()
            result = await hand_over(man, to=("μayor@y.example",))
            assert (result.result, "SMTPUTF8" in result.reply) == (R.REFUSED, True)
            assert not any(line.startswith("MAIL") for line in server.lines)
            await man.close()

    asyncio.run(story())


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-made certificate for 127.0.0.1."""
    folder = tmp_path_factory.mktemp("tls")
    command = (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    )
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run([*command.split(), *files], check=True, capture_output=True)
    return folder


def test_tls_with_our_own_authority_and_without(certificate: Path) -> None:
    """The certificate is checked; an unknown one gets neither login nor letter."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")

    async def story() -> None:
        async with FaultySmtp(tls=context) as server:
            man = postman(server, security="tls", username="me", ca_file=str(certificate / "cert.pem"))
            await man.connect()
            assert (await hand_over(man)).result is R.ACCEPTED
            await man.close()
            stranger = postman(server, security="tls", username="me")
            lines = len(server.lines)
            with pytest.raises(TryAgainLaterError):
                await stranger.connect()
            assert len(server.lines) == lines

    asyncio.run(story())


def test_a_stripped_starttls_is_refused_before_the_password() -> None:
    """No opportunistic encryption: the password never goes in clear."""

    async def story() -> None:
        async with FaultySmtp() as server:
            man = postman(server, security="starttls", username="me")
            with pytest.raises(TryAgainLaterError, match="STARTTLS"):
                await man.connect()
            assert not any(line.startswith("AUTH") for line in server.lines)

    asyncio.run(story())


def test_clear_text_is_only_for_this_machine() -> None:
    """To any other host it is refused without a call."""
    man = SmtpPostman(SmtpSettings(host="mail.example", security="none"), None, classify=classify)
    with pytest.raises(ConfigurationError, match="only for this machine"):
        asyncio.run(man.connect())


def test_the_embedded_server() -> None:
    """It takes letters as a relay does and refuses what it is told to."""
    taken: list[list[str]] = []

    def on_letter(_sender: str, to: list[str], _data: bytes) -> str | None:
        taken.append(to)
        return "550 5.1.1 nobody" if "nobody@y.example" in to else None

    server = EmbeddedSmtp(on_letter)
    server.start()

    async def story() -> list[HandoverResult]:
        made = SmtpSettings(host="127.0.0.1", port=server.port, security="none")
        man = SmtpPostman(made, None, classify=classify, timeouts=Timeouts(verb=5, dot=5))
        await man.connect()
        results = [(await hand_over(man)).result, (await hand_over(man, to=("nobody@y.example",))).result]
        await man.close()
        return results

    assert asyncio.run(story()) == [R.ACCEPTED, R.REFUSED]
    server.stop()
    assert taken == [["b@y.example"], ["nobody@y.example"]]
