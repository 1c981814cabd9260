"""What is known to be sound is sound, however it was put together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.adapters.smtp.envelope import dot_stuffed
from outreach.lines import LONGEST, Frame, Lines

PIECE = st.lists(
    st.sampled_from([b"\r", b"\n", b"\r\n", b".", b"a", b"\0", b"\xe9", b"b" * LONGEST, b"c" * (LONGEST // 2)]),
    max_size=8,
).map(b"".join)
LINE = st.sampled_from([b"", b"a\r\n", b".a\r\n", b"\r\n", b".\r\n..\r\n", b"b" * LONGEST + b"\r\n"])


def is_sound(octets: bytes) -> bool:
    """The slow way to tell."""
    *lines, rest = octets.split(b"\r\n")
    return rest == b"" and all(len(x) <= LONGEST and x.isascii() and not {0, 10, 13} & set(x) for x in lines)


@given(PIECE)
def test_only_sound_octets_are_lines(octets: bytes) -> None:
    """Seven bits, CRLF at each end and nowhere else, none too long; a dot that begins a line is doubled on the wire."""
    if not is_sound(octets):
        with pytest.raises(ValueError, match="no lines"):
            Lines(octets)
        return
    assert Lines(octets) == octets
    assert Lines(octets).stuffed == (dot_stuffed(octets) if octets else b"")


@given(st.lists(st.one_of(PIECE, LINE, LINE.map(Lines), st.just(Lines(b"50%b %s\r\n.%%\r\n"))), max_size=6))
def test_what_fills_a_frame_is_looked_at(pieces: list[bytes]) -> None:
    """Frame and filling together are the lines that the whole would be, if each is whole lines."""
    whole, filling = b"".join(pieces), tuple(piece for piece in pieces if not isinstance(piece, Lines))
    frame = Frame.of(piece if isinstance(piece, Lines) else None for piece in pieces)
    if all(map(is_sound, pieces)):
        filled = frame.filled(filling)
        assert (filled, filled.stuffed) == (whole, Lines(whole).stuffed)
    else:
        with pytest.raises(ValueError, match="line"):
            frame.filled(filling)


@pytest.mark.parametrize("longer", [0, 1])
def test_the_longest_line(longer: int) -> None:
    """RFC 5322 §2.1.1: 998 octets, wherever the line stands."""
    for before in (b"", b"a\r\n", b"a" * LONGEST + b"\r\n"):
        octets = before + b"x" * (LONGEST + longer) + b"\r\n" + before
        if longer:
            with pytest.raises(ValueError, match="no lines"):
                Lines(octets)
        else:
            assert Lines(octets) == octets
