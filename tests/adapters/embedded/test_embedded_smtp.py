"""The SMTP server of a rehearsal: it takes letters as a relay does, and refuses what it is told to."""

from __future__ import annotations

import asyncio
import sys

import pytest

from outreach.adapters.embedded.smtp_server import EmbeddedSmtp
from outreach.adapters.smtp.postman import SmtpPostman, Timeouts
from outreach.campaign.sending.handing_over import nothing_kept
from outreach.core.refusals import classify
from outreach.model import ConfigurationError, Handover, HandoverResult, Outgoing
from outreach.settings import SmtpSettings

LETTER = b"Subject: hello\r\n\r\n.a dot\r\n..two\r\n" + b"x" * 900 + b"\r\n"


def send(port: int, *recipients: str) -> list[Handover]:
    """One letter to each, over one connection."""

    async def story() -> list[Handover]:
        made = SmtpSettings("127.0.0.1", port, "none")
        man = SmtpPostman(made, None, classify=classify, timeouts=Timeouts(verb=5, dot=5))
        await man.connect()
        done: list[Handover] = []
        letters = [Outgoing("a@x.example", (to,), (LETTER,)) for to in recipients]
        await man.hand_over(letters, before_payload=nothing_kept, settled=lambda _number, one: done.append(one))
        await man.close()
        return done

    return asyncio.run(story())


def test_it_takes_letters_whole_and_refuses_as_told() -> None:
    """What was written arrives byte for byte; a reply of one's own refuses."""
    taken: list[tuple[str, list[str], bytes]] = []

    def on_letter(sender: str, to: list[str], data: bytes) -> str | None:
        taken.append((sender, to, data))
        return "550 5.1.1 nobody" if "nobody@y.example" in to else None

    server = EmbeddedSmtp(on_letter)
    server.start()
    results = send(server.port, "b@y.example", "nobody@y.example", "μ@y.example")
    server.stop()
    assert [done.result for done in results] == [
        HandoverResult.ACCEPTED,
        HandoverResult.REFUSED,
        HandoverResult.ACCEPTED,
    ]
    assert [entry[1] for entry in taken] == [["b@y.example"], ["nobody@y.example"], ["μ@y.example"]]
    assert {(entry[0], entry[2]) for entry in taken} == {("a@x.example", LETTER)}


def test_several_servers_and_stopping_twice() -> None:
    """Each has a port of its own; a stop of what is stopped or was never started is no error."""
    servers = [EmbeddedSmtp(lambda _sender, _to, _data: None) for _ in range(2)]
    servers[0].stop()
    for server in servers:
        server.start()
    assert servers[0].port != servers[1].port
    for server in servers * 2:
        server.stop()
    with pytest.raises(ConfigurationError, match="does not listen"):
        assert servers[0].port


def test_what_the_keeper_cannot_keep_is_not_taken() -> None:
    """An error while a letter is kept is a passing refusal: the letter is tried again."""

    def full(_sender: str, _to: list[str], _data: bytes) -> str | None:
        raise OSError(28, "No space left on device")

    server = EmbeddedSmtp(full)
    server.start()
    results = send(server.port, "b@y.example")
    server.stop()
    assert results[0].result is HandoverResult.DEFERRED
    assert "No space left" in results[0].reply


def test_without_the_packages_of_the_rehearsal(monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence says what to install."""
    monkeypatch.setitem(sys.modules, "aiosmtpd.controller", None)
    with pytest.raises(ConfigurationError, match=r"outreach\[rehearsal\]"):
        EmbeddedSmtp(lambda _sender, _to, _data: None).start()
