"""Headers cast from a mould are those of the plain way, and what is refused there is refused here."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.core.letters.heading import cast_top
from outreach.core.letters.mime import AttachedFile, Head, LetterError, Words, assemble, plain_bodies, serialise

PDF = AttachedFile("paper.pdf", "application/pdf", b"%PDF-1.4\n" * 20)
NAMES = [
    "",
    "Ana Ruiz",
    "Mayor, of the City",
    'A "quoted" \\ name',
    "100 % Ana %s",
    "王小明",
    "é" * 200,
    "a " * 60,
    "BOUNDARY",
]
HEAD = Head(
    from_name="Secretariat",
    from_address="secretariat@campaign.example",
    to="mayor@town.example",
    to_name="Ana Ruiz",
    cc=(),
    subject="Invitation",
    date=datetime(2022, 7, 15, 9, 30, tzinfo=UTC),
    message_id="<abc.invitation@campaign.example>",
    in_reply_to="",
    references=(),
    language="en",
    unsubscribe="mailto:secretariat@campaign.example?subject=stop%20AAAA",
)
BROKEN: list[dict[str, Any]] = [
    {"to": "mayor@town.example\r\nBcc: x@y.example"},
    {"to": "mayor@town.example, x@y.example"},
    {"message_id": "<a b@campaign.example>"},
    {"message_id": "<abc@campaign.example>\r\nBcc: x@y.example"},
    {"in_reply_to": "<abc@campaign.example>\r\n"},
    {"references": ("<abc@campaign.example>", "x")},
    {"unsubscribe": "mailto:a@b.example>\r\nBcc: <x@y.example"},
    {"from_address": "secretariat"},
    {"language": "en\r\n"},
    {"date": datetime(2022, 7, 15, 9, 30)},  # noqa: DTZ001  it is the fault
]


def made(head: Head, files: tuple[AttachedFile, ...] = ()) -> bytes:
    """The letter as it is sent."""
    return b"".join(assemble(head, plain_bodies(b"Hi\n", b"<p>Hi\n"), "en", files))


def in_the_plain_way(head: Head, files: tuple[AttachedFile, ...] = ()) -> bytes:
    """The same without a mould."""
    return serialise(head, Words(head.subject, "Hi\n", "<p>Hi\n", "en"), files)


@given(
    names=st.lists(st.sampled_from(NAMES), min_size=3, max_size=3),
    earlier=st.integers(0, 30),
    automatic=st.sampled_from(["", "auto-generated", "auto-replied"]),
    to=st.sampled_from(["mayor@town.example", "o'neil+x%s@town.example", "alcaldía@town.example", "a@[127.0.0.1]"]),
    cc=st.sampled_from([(), ("deputy@town.example",)]),
    stop=st.sampled_from(["", HEAD.unsubscribe]),
    files=st.sampled_from([(), (PDF,), (PDF, PDF)]),
    minutes=st.integers(0, 5000),
)
def test_every_letter_is_that_of_the_plain_way(
    names: list[str], earlier: int, automatic: str, to: str, cc: tuple[str, ...], stop: str, files: Any, minutes: int
) -> None:
    """Octet by octet, whatever stands in it."""
    before = tuple(f"<letter{number}@campaign.example>" for number in range(earlier))
    head = replace(HEAD, from_name=names[0], to_name=names[1], subject=names[2], auto_submitted=automatic, to=to, cc=cc)
    head = replace(head, unsubscribe=stop, date=HEAD.date + timedelta(minutes=minutes), references=before)
    head = replace(head, in_reply_to=before[-1] if before else "")
    assert made(head, files) == in_the_plain_way(head, files)


def test_letters_share_a_mould() -> None:
    """What differs from reader to reader needs no other one."""
    assert cast_top(HEAD, "Content-Type: text/plain\r\n\r\n", "b") is not None


@pytest.mark.parametrize("fault", BROKEN)
def test_a_fault_is_refused_behind_good_letters(fault: dict[str, Any]) -> None:
    """A mould that served others hides nothing."""
    head = replace(HEAD, in_reply_to="<a@campaign.example>", references=("<a@campaign.example>",))
    assert made(head)
    with pytest.raises(LetterError) as plainly:
        in_the_plain_way(replace(head, **fault))
    with pytest.raises(LetterError) as cast:
        made(replace(head, **fault))
    assert str(cast.value) == str(plainly.value)
