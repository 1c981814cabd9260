"""What goes over the wire for a letter: its bytes, whatever stands in it, and what is remembered of large parts."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.adapters.smtp.envelope import Envelope, Offers, Writing, dot_stuffed
from outreach.adapters.smtp.postman import SmtpPostman
from outreach.core.refusals import classify
from outreach.lines import Lines
from outreach.model import HandoverResult, Outgoing
from outreach.settings import SmtpSettings
from tests.posted import SENDER, hand_over_all
from tests.servers.faulty_smtp import FaultySmtp

SMUGGLED = [
    b"\n.\r\n",
    b"\n.\n",
    b"\r.\r\n",
    b"\r.\r",
    b"\r\n.\r",
    b"\r\n.\n",
    b"\r\n.\r\n",
    b"\r\n\0.\r\n",
    b"\r\r\n.\r\n",
]


async def send_twice(server: FaultySmtp, parts: tuple[bytes, ...]) -> list[HandoverResult]:
    async with server:
        man = SmtpPostman(SmtpSettings("127.0.0.1", server.port, "none"), None, classify=classify)
        await man.connect()
        done = await hand_over_all(man, [Outgoing(SENDER, ("b@y.example",), parts)] * 2)
        await man.close()
    return [one.result for one in done]


@pytest.mark.parametrize("extensions", [(), ("PIPELINING",)], ids=["plain", "pipelined"])
@pytest.mark.parametrize("cut", [0, 1, 2], ids=["in one part", "cut within", "cut behind"])
@pytest.mark.parametrize("sequence", SMUGGLED)
def test_no_letter_can_be_ended_early(sequence: bytes, cut: int, extensions: tuple[str, ...]) -> None:
    """Whatever stands in it, the server sees two letters and no further command (SMTP smuggling)."""
    data = b"Subject: x\r\n\r\none" + sequence + b"MAIL FROM:<evil@x.example>\r\n"
    middle = data.index(b"one") + 3 + (len(sequence) if cut == 2 else cut)
    server = FaultySmtp(extensions=extensions)
    results = asyncio.run(send_twice(server, (data[:middle], data[middle:]) if cut else (data,)))
    assert results == [HandoverResult.ACCEPTED, HandoverResult.ACCEPTED]
    assert [line[:4] for line in server.lines] == ["EHLO", *["MAIL", "RCPT", "DATA"] * 2, "QUIT"]
    assert not any("evil" in line for line in server.lines)
    assert server.letters == [dot_stuffed(data) + b".\r\n"] * 2


def test_dots_and_bare_line_ends() -> None:
    """A dot is doubled, every line ends with CRLF."""
    assert dot_stuffed(b"S: x\n\n.\r.\n\r\n.\r\nend") == b"S: x\r\n\r\n..\r\n..\r\n\r\n..\r\nend\r\n"
    assert dot_stuffed(b".a\r\nb\r\n.c\r\n") == b"..a\r\nb\r\n..c\r\n"
    assert dot_stuffed(b"") == b"\r\n"


@given(st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b".", b"a", b"\0", b"\x85"]), max_size=30))
def test_what_was_stuffed_reads_back(pieces: list[bytes]) -> None:
    """No bare CR or LF, no line that is a lone dot, and the reader gets every line as it was."""
    data = b"".join(pieces)
    wire = dot_stuffed(data)
    lines = wire.split(b"\r\n")
    assert lines.pop() == b""
    assert not any(b"\r" in line or b"\n" in line or line == b"." for line in lines)
    read = [line.removeprefix(b".") for line in lines]
    plain = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    assert read == (plain[:-1] if plain[-1] == b"" and len(plain) > 1 else plain)


PIECES = st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b".", b"a", b"\0"]), max_size=8).map(b"".join)


def envelope(writing: Writing, *parts: bytes) -> Envelope:
    made = writing.envelope(Outgoing(SENDER, ("b@y.example",), parts))
    assert isinstance(made, Envelope)
    return made


@given(st.lists(PIECES, max_size=5))
def test_a_letter_in_parts_is_the_same_letter(parts: list[bytes]) -> None:
    """Wherever it was cut."""
    assert b"".join(envelope(Writing(Offers()), *parts).parts) == dot_stuffed(b"".join(parts))


def test_what_is_known_to_be_sound_is_not_looked_at_again() -> None:
    """Letters share it as it goes over the wire, dots doubled."""
    for fill in (b"x" * 76 + b"\r\n", b".x" * 30 + b"\r\n"):
        large = Lines(fill * 1000)
        parts = [envelope(Writing(Offers()), b"Subject: %d\r\n\r\n" % number, large).parts for number in range(2)]
        assert parts[0][1] is parts[1][1] is large.stuffed
        assert large.stuffed == dot_stuffed(large)
