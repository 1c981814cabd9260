"""Whose mail it is, and whether it may say so: references, matching, and the whole table of trust."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.core.letters.reference import check_reference, find_references, make_reference, message_id
from outreach.core.matching import Clues, Found, clues, match
from outreach.core.places import mail_domain, name_keys, plain
from outreach.core.trust import Proof, authentication, judge
from outreach.model import LetterKind, Mailbox, Match, Message, Reading, ReadingKind, Verdict

KEY = b"k" * 32
OURS = frozenset({"cisdpl@uclg.org"})
MX = "mx.secretariat.example"


def mail(sender: str = "mayor@northam.example", **more: object) -> Message:
    name = str(more.pop("name", ""))
    fields: dict[str, object] = {
        "message_id": "<a@x.example>", "subject": "Re: Invitation", "from_": (Mailbox(name, sender),) if sender else (),
        "sender": (), "reply_to": (), "to": (Mailbox("", "cisdpl@uclg.org"),), "cc": (), "return_path": None, "date": None,
        "in_reply_to": (), "references": (), "headers": (), "text": "We join.",
    }  # fmt: skip
    return Message(**{**fields, **more})  # type: ignore[arg-type]


def reading(kind: ReadingKind = ReadingKind.CONFIRM, text: str = "We join.") -> Reading:
    return Reading(kind, decided=True, language="en", new_text=text)


# ---------------------------------------------------------------- references


@given(st.integers(0, 2**40 - 1), st.binary(min_size=16, max_size=40))
def test_a_reference_proves_its_number(number: int, key: bytes) -> None:
    """Made with the key it is genuine, however it is typed; with another key or campaign it is not."""
    reference = make_reference(key, "c", number)
    assert check_reference(key, "c", reference.lower().replace("-", " ")) == number
    assert check_reference(key, "other", reference) is None
    assert check_reference(key + b"x", "c", reference) is None
    assert find_references(f"Ref: {reference}, thank you") == (reference,)


def test_references_are_found_where_mails_carry_them() -> None:
    """In a Message-ID, broken over quoted lines, misread by a person; ordinary words are none."""
    reference = make_reference(KEY, "c", 41)
    identifier = message_id(reference, LetterKind.REMINDER, 1, 2, 0, "uclg.org")
    assert check_reference(KEY, "c", find_references(identifier)[0]) == 41
    wrapped = reference[:15] + "\n> " + reference[15:]
    assert [check_reference(KEY, "c", one) for one in find_references(wrapped)] == [41]
    assert check_reference(KEY, "c", reference.replace("O", "0").replace("I", "1")) == 41
    assert find_references("Human rights cities and territories by 2030") == ()


# ---------------------------------------------------------------- matching

NOTHING = Found({}, {}, {}, {}, {}, {})


def found(**more: object) -> Found:
    base = {name: getattr(NOTHING, name) for name in NOTHING.__dataclass_fields__}
    return Found(**{**base, **more})


def seen(**more: object) -> Clues:
    return Clues(
        **{  # type: ignore[arg-type]
            "references": (),
            "message_ids": (),
            "addresses": (),
            "sender_address": "mayor@northam.example",
            "domains": (),
            "name_keys": frozenset(),
            **more,
        }  # fmt: skip
    )


@pytest.mark.parametrize(
    ("known", "number", "by"),
    [
        ({"by_reference": {"A": 3}}, 3, "token"),
        ({"by_message_id": {"<i@x>": 4}}, 4, "thread"),
        ({"remembered": {"mayor@northam.example": 5}}, 5, "remembered"),
        ({"by_address": {"mayor@northam.example": (6,)}}, 6, "address"),
        ({"by_domain": {"northam.example": (7,)}}, 7, "domain"),
        ({"by_address": {"mayor@northam.example": (6, 8)}}, None, ""),  # an address of two
        ({"by_domain": {"northam.example": (7, 9)}}, None, ""),
        ({"by_name": {"northam": (7,)}}, None, ""),  # a name alone proves little
        ({"by_reference": {"A": 3, "B": 4}}, None, ""),  # two threads
        ({"by_reference": {"A": 3}, "by_address": {"mayor@northam.example": (6,)}}, 3, "token"),
        ({}, None, ""),
    ],
)
def test_one_clear_winner_or_none(known: dict[str, object], number: int | None, by: str) -> None:
    """Strong signals decide alone; ties are left to a person."""
    result = match(seen(), found(**known))
    assert (result.number, result.matched_by) == (number, by)
    if number is not None:
        assert result.candidates[0].reasons


def test_the_state_of_the_token() -> None:
    """Genuine, forged, or none."""
    assert match(seen(), found(by_reference={"A": 3})).token == "ok"
    assert match(seen(), found(by_reference={"A": None})).token == "forged"
    assert match(seen(), NOTHING).token == ""


def test_clues_leave_ourselves_out() -> None:
    """Our own address and shared mail domains say nothing."""
    told = clues(mail("someone@gmail.com", name="City of São Paulo", text="cisdpl@uclg.org wrote"), reading(), OURS)
    assert "cisdpl@uclg.org" not in told.addresses
    assert told.domains == ()
    assert "sao paulo" in told.name_keys


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("São Paulo", "sao paulo"),
        ("City of Cape Town", "cape town"),
        ("Ajuntament de Vic", "vic"),
        ("Köln (Stadt)", "koln"),
    ],
)
def test_names_compare_in_any_spelling(name: str, key: str) -> None:
    """Accents, case and “City of” do not matter."""
    assert key in name_keys(name)
    assert plain("SÃO  Paulo!") == "sao paulo"


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("a@northam.example", "northam.example"),
        ("a@gmail.com", ""),
        ("a@yahoo.co.uk", ""),
        ("a@gob.mx", ""),
        ("a@puebla.gob.mx", "puebla.gob.mx"),
    ],
)
def test_shared_domains_say_nothing(address: str, domain: str) -> None:
    """Webmail and umbrella domains are many people's."""
    assert mail_domain(address) == domain


# ---------------------------------------------------------------- trust

SENDERS = {
    "contact": "mayor@northam.example",
    "same domain": "cabinet@northam.example",
    "other domain": "mayor.northam@webmail.example",
    "ourselves": "cisdpl@uclg.org",
    "nobody": "",
}
PROOFS = {"pass": "dmarc=pass", "none": "", "fail": "dmarc=fail"}
THREADS = {
    "token": ("token", "ok"),
    "thread": ("thread", ""),
    "no thread": ("address", ""),
    "forged": ("address", "forged"),
}
RECORDED = {
    ("contact", "token"): {"pass", "none"},
    ("contact", "thread"): {"pass", "none"},
    ("contact", "no thread"): {"pass"},
    ("same domain", "token"): {"pass"},
    ("same domain", "thread"): {"pass"},
}


@pytest.mark.parametrize(("sender", "proof", "thread"), list(itertools.product(SENDERS, PROOFS, THREADS)))
def test_the_table_for_a_confirmation(sender: str, proof: str, thread: str) -> None:
    """A yes is recorded only from a sender we know, in our thread or signed; everything else waits for a person."""
    headers = (("authentication-results", f"{MX}; {PROOFS[proof]}"),) if PROOFS[proof] else ()
    by, token = THREADS[thread]
    verdict = judge(
        mail(SENDERS[sender], headers=headers),
        Match(7, by, (), token),
        reading(),
        known_addresses=frozenset({"mayor@northam.example"}),
        own_addresses=OURS,
        own_message=False,
        authserv_id=MX,
    )
    assert (verdict.verdict is Verdict.RECORDED) == (proof in RECORDED.get((sender, thread), set()))
    if thread == "forged" or (proof == "fail" and sender != "nobody"):
        assert verdict.alert


@pytest.mark.parametrize("kind", [ReadingKind.WITHDRAW, ReadingKind.UNSUBSCRIBE])
def test_a_wish_to_stop_is_believed_from_anyone_in_the_thread(kind: ReadingKind) -> None:
    """The safe side: stop writing."""
    for thread, recorded in (("token", True), ("thread", True), ("no thread", False)):
        by, token = THREADS[thread]
        verdict = judge(
            mail("assistant@elsewhere.example"), Match(7, by, (), token), reading(kind),
            known_addresses=frozenset(), own_addresses=OURS, own_message=False, authserv_id="",
        )  # fmt: skip
        assert (verdict.verdict is Verdict.RECORDED) == recorded


TRICKS: list[dict[str, Any]] = [
    {"from_": (Mailbox("", "a@northam.example"), Mailbox("", "b@evil.example"))},
    {"headers": (("from", "mayor@northam.example"), ("from", "x@evil.example"))},
    {"headers": (("from", "mayor\0@northam.example"),)},
    {"headers": (("from", "Office: mayor@northam.example;"),)},
    {"name": "mayor@othertown.example"},
]


@pytest.mark.parametrize("trick", TRICKS)
def test_tricks_are_shown_in_red(trick: dict[str, Any]) -> None:
    """Two senders, two From lines, forbidden characters, groups, an address in the name."""
    verdict = judge(
        mail(**dict(trick)), Match(7, "token", (), "ok"), reading(),
        known_addresses=frozenset({"mayor@northam.example"}), own_addresses=OURS, own_message=False, authserv_id=MX,
    )  # fmt: skip
    assert (verdict.verdict, verdict.alert) == (Verdict.REVIEW, True)


@pytest.mark.parametrize(
    ("headers", "proof"),
    [
        ((("authentication-results", f"{MX}; dmarc=pass"),), Proof.PASS),
        ((("authentication-results", f"{MX.upper()}.; dkim=pass header.d=northam.example"),), Proof.PASS),
        ((("authentication-results", f"{MX}; dkim=pass header.d=evil.example"),), Proof.NONE),
        ((("authentication-results", f"{MX}; spf=pass"),), Proof.NONE),
        ((("authentication-results", "mx.evil.example; dmarc=pass"),), Proof.NONE),
        (
            (("authentication-results", f"{MX}; dmarc=pass"), ("authentication-results", f"{MX}; dmarc=fail")),
            Proof.NONE,
        ),
        ((("received", "a"), ("received", "b"), ("authentication-results", f"{MX}; dmarc=pass")), Proof.NONE),
        ((("authentication-results", f'{MX}; spf=fail smtp.mailfrom="x;dmarc=pass"@evil.example'),), Proof.NONE),
        ((("authentication-results", f"{MX}; dmarc=passive"),), Proof.NONE),
        ((("authentication-results", f"{MX}; dkim=pass header.d=example"),), Proof.NONE),
        ((("received", "by mx"), ("authentication-results", f"{MX}; dmarc=pass")), Proof.NONE),
        ((("authentication-results", f"{MX} (comment; dmarc=pass); dmarc=fail"),), Proof.FAIL),
    ],
)
def test_authentication_results(headers: tuple[tuple[str, str], ...], proof: Proof) -> None:
    """Only our own server's one header counts, where only our server writes (RFC 8601)."""
    assert authentication(mail(headers=headers), MX) is proof
    assert authentication(mail(headers=headers), "") is Proof.NONE


def test_notices_count_only_if_they_return_our_letter() -> None:
    """Backscatter is ignored."""
    for by, verdict in (
        ("thread", Verdict.RECORDED),
        ("other_address", Verdict.REVIEW),
        ("domain", Verdict.IGNORE),
        ("", Verdict.IGNORE),
    ):
        told = judge(
            mail(""), Match(7 if by else None, by), reading(ReadingKind.BOUNCE),
            known_addresses=frozenset(), own_addresses=OURS, own_message=False, authserv_id="",
        )  # fmt: skip
        assert told.verdict is verdict
