"""May a mail say so: the whole table, and every way that is known of speaking for somebody else."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from outreach.core.authentication import Proof, aligned, authentication
from outreach.core.letters.reference import check_reference, make_reference
from outreach.core.lookalikes import looks_like
from outreach.core.reading.opening.message import open_mail
from outreach.core.reading.text.new_text import new_text
from outreach.core.trust import judge
from outreach.core.whose.clues import Clues, clues
from outreach.core.whose.colleague import may_be_another, names_another
from outreach.core.whose.matching import Proven, match
from outreach.model import Evidence, Mailbox, Match, Message, Reading, ReadingKind, Trust, Verdict
from tests.core.mails import MX, OURS, index_of, mail, reading

# ---------------------------------------------------------------- the table

SENDERS = {
    "contact": "mayor@northam.example",
    "same domain": "cabinet@northam.example",
    "below the domain": "x@press.northam.example",
    "shared domain": "cabinet@county.example",
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
    ("below the domain", "token"): {"pass"},
    ("below the domain", "thread"): {"pass"},
}
KNOWN = frozenset({"mayor@northam.example", "office@county.example"})


def judged(message: Any, matched: Match, kind: ReadingKind = ReadingKind.CONFIRM, **more: Any) -> Trust:
    return judge(
        message, matched, reading(kind),
        **{"known_addresses": KNOWN, "own_addresses": OURS, "own_message": False, "authserv_id": MX,
           "shared_domains": frozenset({"county.example"}), **more},
    )  # fmt: skip


@pytest.mark.parametrize(("sender", "proof", "thread"), list(itertools.product(SENDERS, PROOFS, THREADS)))
def test_the_table_for_a_confirmation(sender: str, proof: str, thread: str) -> None:
    """A yes is recorded only from a sender we know, in our thread or signed; everything else waits for a person."""
    headers = (("authentication-results", f"{MX}; {PROOFS[proof]}"),) if PROOFS[proof] else ()
    by, token = THREADS[thread]
    verdict = judged(mail(SENDERS[sender], headers=headers), Match(7, by, (), token))
    assert (verdict.verdict is Verdict.RECORDED) == (proof in RECORDED.get((sender, thread), set()))
    assert verdict.why
    if thread == "forged" or proof == "fail":
        assert verdict.alert


@pytest.mark.parametrize(
    "by", ["name", "label", "label_only", "person", "quoted_address", "other_address", "country", ""]
)
@pytest.mark.parametrize("proof", PROOFS)
@pytest.mark.parametrize("sender", [*SENDERS.values(), "mayor@southam.example"])
@pytest.mark.parametrize("kind", [ReadingKind.CONFIRM, ReadingKind.DECLINE, ReadingKind.WITHDRAW])
def test_what_only_its_words_match_is_never_recorded(by: str, proof: str, sender: str, kind: ReadingKind) -> None:
    """Another town that is not invited may be called alike: whoever sends it, however it is signed."""
    headers = (("authentication-results", f"{MX}; {PROOFS[proof]}"),) if PROOFS[proof] else ()
    assert judged(mail(sender, headers=headers), Match(7, by, (), ""), kind).verdict is not Verdict.RECORDED


@pytest.mark.parametrize("kind", [ReadingKind.WITHDRAW, ReadingKind.UNSUBSCRIBE])
@pytest.mark.parametrize("proof", PROOFS)
@pytest.mark.parametrize("sender", ["contact", "same domain", "other domain", "nobody"])
def test_a_wish_to_stop_is_believed_from_anyone_in_the_thread(kind: ReadingKind, proof: str, sender: str) -> None:
    """The safe side: stop writing. Without the thread it is for a person, unless the sender is known and signed."""
    headers = (("authentication-results", f"{MX}; {PROOFS[proof]}"),) if PROOFS[proof] else ()
    for thread, recorded in (
        ("token", True),
        ("thread", True),
        ("forged", False),
        ("no thread", sender == "contact" and proof == "pass"),
    ):
        by, token = THREADS[thread]
        verdict = judged(mail(SENDERS[sender], headers=headers), Match(7, by, (), token), kind)
        assert (verdict.verdict is Verdict.RECORDED) == recorded


@pytest.mark.parametrize(
    ("sender", "headers", "words"),
    [
        ("mayor@northam.example", "dmarc=pass", "signed by the town hall's own domain"),
        ("mayor@northam.example", "", "comes from an address that we know; answers our letter; unsigned"),
        ("a@northam.example", "dmarc=pass", "another person at the mail domain we wrote to"),
        ("a@elsewhere.example", "dmarc=pass", "signed by its own domain, which we do not know"),
        ("a@gmail.com", "dmarc=pass", "signed by a mail provider that anybody can use"),
        ("a@county.example", "dmarc=pass", "a mail domain that several invitees share"),
        ("a@n0rtham.example", "dmarc=pass", "looks like northam.example, and is another"),
    ],
)
def test_the_result_is_said_in_words(sender: str, headers: str, words: str) -> None:
    """Who wrote, in which thread, and who vouches for it."""
    seal = (("authentication-results", f"{MX}; {headers}"),) if headers else ()
    assert words in judged(mail(sender, headers=seal), Match(7, "token", (), "ok")).why


def test_notices_count_only_if_they_return_our_letter() -> None:
    """Backscatter is ignored."""
    for by, verdict in (
        ("thread", Verdict.RECORDED),
        ("other_address", Verdict.REVIEW),
        ("domain", Verdict.IGNORE),
        ("", Verdict.IGNORE),
    ):
        assert judged(mail(""), Match(7 if by else None, by), ReadingKind.BOUNCE).verdict is verdict


@pytest.mark.parametrize(
    ("failed", "verdict"),
    [
        (("mayor@northam.example",), Verdict.RECORDED),
        (("mayor@private.example",), Verdict.RECORDED),  # where the mayor lets it be sent on
        (("mayor@southam.example",), Verdict.REVIEW),
        (("mayor@southam.example", "mayor@northam.example"), Verdict.RECORDED),
        ((), Verdict.RECORDED),
    ],
)
def test_a_notice_cannot_silence_another_invitee(failed: tuple[str, ...], verdict: Verdict) -> None:
    """One that returns the letter of a town and names the address of another is for a person."""
    index = index_of("Northam|GB|city|mayor@northam.example", "Southam|GB|city|mayor@southam.example")
    another = names_another(failed, frozenset({"mayor@northam.example"}), index)
    trust = judged(mail(""), Match(1, "token", (), "ok"), ReadingKind.BOUNCE, another=another)
    assert trust.verdict is verdict


def test_our_own_letter_is_passed_over() -> None:
    """A copy of what we sent is no answer."""
    assert judged(mail("cisdpl@uclg.org"), Match(7, "token", (), "ok"), own_message=True).verdict is Verdict.IGNORE


# ---------------------------------------------------------------- Authentication-Results


@pytest.mark.parametrize(
    ("headers", "proof"),
    [
        ((("authentication-results", f"{MX}; dmarc=pass"),), Proof.PASS),
        ((("authentication-results", f"{MX} 1; dmarc=pass (p=reject) header.from=northam.example"),), Proof.PASS),
        ((("authentication-results", f"{MX.upper()}.; dkim=pass header.d=northam.example"),), Proof.PASS),
        ((("authentication-results", f"{MX}; dkim=pass header.i=@northam.example"),), Proof.PASS),
        ((("authentication-results", f"{MX}; dkim=pass header.d=mail.northam.example"),), Proof.PASS),
        ((("authentication-results", f"{MX}; dkim=fail header.d=list.example; dkim=pass header.d=northam.example"),), Proof.PASS),
        ((("authentication-results", f"{MX}; dkim=pass header.d=evil.example"),), Proof.NONE),
        ((("authentication-results", f"{MX}; dkim=pass header.d=evilnortham.example"),), Proof.NONE),
        ((("authentication-results", f"{MX}; dkim=pass header.d=northam.example.evil.example"),), Proof.NONE),
        ((("authentication-results", f"{MX}; dmarc=pass header.from=evil.example"),), Proof.NONE),
        ((("authentication-results", f"{MX}; spf=pass"),), Proof.NONE),
        ((("authentication-results", f"{MX}; arc=pass; compauth=pass reason=100"),), Proof.NONE),
        ((("authentication-results", f"{MX}; none"),), Proof.NONE),
        ((("authentication-results", f"{MX}; dmarc=bestguesspass"),), Proof.NONE),
        ((("authentication-results", f"{MX}; dmarc=temperror; dkim=pass header.d=northam.example"),), Proof.NONE),
        ((("authentication-results", "mx.evil.example; dmarc=pass"),), Proof.NONE),
        ((("authentication-results", f"x{MX}; dmarc=pass"),), Proof.NONE),
        ((("authentication-results", f"{MX}.evil.example; dmarc=pass"),), Proof.NONE),
        ((("authentication-results", ""),), Proof.NONE),
        ((("arc-authentication-results", f"i=1; {MX}; dmarc=pass"),), Proof.NONE),
        ((("x-authentication-results", f"{MX}; dmarc=pass"),), Proof.NONE),
        (
            (("authentication-results", f"{MX}; dmarc=pass"), ("authentication-results", f"{MX}; dmarc=fail")),
            Proof.NONE,
        ),
        ((("authentication-results", "mx.evil.example; dmarc=pass"), ("authentication-results", f"{MX}; dmarc=fail")), Proof.FAIL),
        ((("received", "a"), ("received", "b"), ("authentication-results", f"{MX}; dmarc=pass")), Proof.NONE),
        ((("authentication-results", f'{MX}; spf=fail smtp.mailfrom="x;dmarc=pass"@evil.example'),), Proof.NONE),
        ((("authentication-results", f"{MX}; dmarc=passive"),), Proof.NONE),
        ((("authentication-results", f"{MX}; dkim=pass header.d=example"),), Proof.NONE),
        ((("received", "by mx"), ("authentication-results", f"{MX}; dmarc=pass")), Proof.NONE),
        ((("authentication-results", f"{MX} (comment; dmarc=pass); dmarc=fail"),), Proof.FAIL),
        ((("authentication-results", f"{MX} (a (b; dmarc=pass) c; dmarc=pass); dmarc=fail"),), Proof.FAIL),
    ],
)  # fmt: skip
def test_authentication_results(headers: tuple[tuple[str, str], ...], proof: Proof) -> None:
    """Only our own server's one header counts, where only our server writes (RFC 8601)."""
    assert authentication(mail(headers=headers), MX) is proof
    assert authentication(mail(headers=headers), "") is Proof.NONE


@pytest.mark.parametrize(
    ("signer", "sender", "one"),
    [
        ("northam.example", "northam.example", True),
        ("northam.example", "press.northam.example", True),
        ("mail.northam.example", "northam.example", True),
        ("gob.mx", "puebla.gob.mx", False),
        ("vecino.gob.mx", "gob.mx", False),
        ("co.uk", "northam.co.uk", False),
        ("ham.example", "northam.example", False),
        ("", "northam.example", False),
        ("northam.example", "", False),
    ],
)
def test_alignment(signer: str, sender: str, one: bool) -> None:
    """One domain, or one below the other; never over a domain that many share."""
    assert aligned(signer, sender) is one


@pytest.mark.parametrize(
    ("domain", "alike"),
    [
        ("n0rtham.example", True),
        ("nortnam.example", True),
        ("nortahm.example", True),
        ("northarn.example", True),
        ("northаm.example", True),  # Cyrillic а
        ("xn--northm-7nf.example", True),  # the same, as it travels
        ("northam-example.com", True),
        ("northam.example.evil.example", True),
        ("northam-council.example", True),
        ("northam.example", False),
        ("press.northam.example", False),
        ("southport.example", False),
        ("webmail.example", False),
    ],
)
def test_lookalikes(domain: str, alike: bool) -> None:
    """Homographs, a letter more, less or other, and the name within another's."""
    assert bool(looks_like(domain, ["northam.example"])) is alike


# ---------------------------------------------------------------- spoofs, from the bytes on

KEY = b"k" * 32
INDEX = index_of(
    "Northam|GB|city|mayor@northam.example|Ada North",
    "Southam|GB|city|mayor@southam.example|Bo South",
    "Puebla|MX|city|alcalde@puebla.gob.mx|Eva Paz",
    "Eastham|GB|city|clerk@county.example|Cy East",
    "Westham|GB|city|westham@county.example|Di West",
    "Gmailham|GB|city|gmailham.council@gmail.com|El Free",
    "Vicdor|ES|city|alcaldia.vicdor@elbanes.example|Ona Roca",
)
KNOWN_BY_NUMBER = {
    1: {"mayor@northam.example"}, 2: {"mayor@southam.example"}, 3: {"alcalde@puebla.gob.mx"},
    4: {"clerk@county.example"}, 5: {"westham@county.example"}, 6: {"gmailham.council@gmail.com"},
    7: {"alcaldia.vicdor@elbanes.example"},
}  # fmt: skip
SHARED = frozenset({"county.example"})
INVITED = datetime(2022, 7, 15, 9, 30, tzinfo=UTC)


def token(number: int, key: bytes = KEY, campaign: str = "c") -> str:
    return make_reference(key, campaign, number)


def verdict_of(raw: str) -> tuple[Match, Trust]:
    """What becomes of a “yes” with these bytes."""
    message = open_mail(raw.replace("\n", "\r\n").encode("utf-8", "surrogateescape"))
    text = new_text(message.text)
    said = replace(reading(text=text), evidence=(Evidence("confirm", text.split("\n")[0]),))
    seen = clues(message, said, OURS, INDEX)
    proven = Proven({text: check_reference(KEY, "c", text) for text in seen.references})
    matched = match(seen, INDEX, proven)
    trust = judge(
        message, matched, said, known_addresses=frozenset(KNOWN_BY_NUMBER.get(matched.number or 0, ())),
        own_addresses=OURS, own_message=False, authserv_id=MX,
        shared_domains=INDEX.shared_domains(seen.domains), invited_at=INVITED,
        another=_another(message, said, seen, matched.number) if matched.number else "",
    )  # fmt: skip
    return matched, trust


def _another(message: Message, said: Reading, seen: Clues, number: int) -> str:
    known = seen.sender in KNOWN_BY_NUMBER[number]
    return may_be_another(message, said, seen, number, INDEX, OURS, known=known)


PASS = f"Authentication-Results: {MX}; dmarc=pass\n"
DATE = "Date: Fri, 22 Jul 2022 09:00:00 +0000\n"


def raw(
    sender: str, more: str = "", text: str = "", above: str = "", subject: str = "Re: Invitation", date: str = DATE
) -> str:
    return (
        f"{above}From: {sender}\n{more}To: cisdpl@uclg.org\n{date}Subject: {subject}\nMessage-ID: <m@x.example>\n"
        f"Content-Type: text/plain; charset=utf-8\n\nWe confirm that we join.\n\n{text}\n"
    )


NORTHAM = "Ada North <mayor@northam.example>"
ONE = f"> Reference: {token(1)}"


def says(words: str, signature: str = "Ada North") -> str:
    """What the person we wrote to says in the thread, signed."""
    return raw(NORTHAM, text=f"{signature}\n\n{ONE}", above=PASS).replace("We confirm that we join.", words)


SPOOFS: list[tuple[str, str]] = [
    # From is forged, and nothing proves it
    ("From forged, no thread", raw(NORTHAM)),
    ("From forged, a colleague, no thread", raw("cabinet@northam.example")),
    ("From forged, a colleague, the thread stolen", raw("cabinet@northam.example", text=ONE)),
    ("From forged, DMARC fails", raw(NORTHAM, above=f"Authentication-Results: {MX}; dmarc=fail\n")),
    ("From forged, the thread stolen, DMARC fails", raw(NORTHAM, text=ONE, above=f"Authentication-Results: {MX}; dmarc=fail\n")),
    ("From forged, DKIM fails", raw(NORTHAM, text=ONE, above=f"Authentication-Results: {MX}; dkim=fail header.d=northam.example\n")),
    ("From forged, only SPF passes", raw(NORTHAM, above=f"Authentication-Results: {MX}; spf=pass smtp.mailfrom=evil.example\n")),
    ("From forged, DKIM of another domain", raw(NORTHAM, above=f"Authentication-Results: {MX}; dkim=pass header.d=evil.example\n")),
    ("From forged, DKIM of the shared domain above", raw("alcalde@puebla.gob.mx", above=f"Authentication-Results: {MX}; dkim=pass header.d=gob.mx\n")),
    ("From forged, DKIM of a neighbour below the shared domain", raw("alcalde@puebla.gob.mx", above=f"Authentication-Results: {MX}; dkim=pass header.d=vecino.gob.mx\n")),
    ("From forged, DMARC of another From", raw(NORTHAM, above=f"Authentication-Results: {MX}; dmarc=pass header.from=evil.example\n")),
    ("From forged, DMARC could not be looked up", raw(NORTHAM, above=f"Authentication-Results: {MX}; dmarc=temperror\n")),
    # Authentication-Results is forged
    ("A-R of another server", raw(NORTHAM, above="Authentication-Results: mx.evil.example; dmarc=pass\n")),
    ("A-R with our server's name, twice", raw(NORTHAM, above=PASS + f"Authentication-Results: {MX}; dmarc=none\n")),
    ("A-R below a Received line", raw(NORTHAM, above=f"Received: from evil.example by {MX}; Fri, 22 Jul 2022\n{PASS}")),
    ("A-R at the end of the header", raw(NORTHAM, above=f"Received: from evil.example by {MX}; Fri, 22 Jul 2022\n", more=PASS)),
    ("A-R with our server's name as a prefix", raw(NORTHAM, above=f"Authentication-Results: {MX}.evil.example; dmarc=pass\n")),
    ("A-R of ours within a comment", raw(NORTHAM, above=f"Authentication-Results: mx.evil.example ({MX}); dmarc=pass\n")),
    ("A-R with the result in a comment", raw(NORTHAM, above=f"Authentication-Results: {MX}; (dmarc=pass) spf=fail\n")),
    ("A-R with the result in a quoted address", raw(NORTHAM, above=f'Authentication-Results: {MX}; spf=none smtp.mailfrom="a; dmarc=pass; b"@evil.example\n')),
    ("ARC in place of A-R", raw(NORTHAM, above=f"ARC-Authentication-Results: i=1; {MX}; dmarc=pass\n")),
    ("X-A-R in place of A-R", raw(NORTHAM, above=f"X-Authentication-Results: {MX}; dmarc=pass\n")),
    ("A-R in the text", raw(NORTHAM, text=PASS)),
    ("A-R broken into the subject", raw(NORTHAM, subject=f"Re: x =?utf-8?q?=0AAuthentication-Results:_{MX};_dmarc=3Dpass?=")),
    # domains that look like the town hall's, well signed by their owner
    ("a zero for an o", raw("mayor@n0rtham.example", text=ONE, above=PASS)),
    ("a Cyrillic letter", raw("mayor@northаm.example", text=ONE, above=PASS)),
    ("a Cyrillic letter as it travels", raw("mayor@xn--northm-7nf.example", text=ONE, above=PASS)),
    ("rn for m", raw("mayor@northarn.example", text=ONE, above=PASS)),
    ("a letter more", raw("mayor@northamm.example", text=ONE, above=PASS)),
    ("letters exchanged", raw("mayor@nortahm.example", text=ONE, above=PASS)),
    ("another ending", raw("mayor@northam.test", text=ONE, above=PASS)),
    ("the domain as a subdomain of another", raw("mayor@northam.example.evil.test", text=ONE, above=PASS)),
    ("the domain with a dash", raw("mayor@northam-example.test", text=ONE, above=PASS)),
    ("the domain within a longer word", raw("mayor@evilnortham.example", text=ONE, above=PASS)),
    ("a domain beside it", raw("mayor@example", text=ONE, above=PASS)),
    ("a neighbour below the same shared domain", raw("alcalde@vecino.gob.mx", text=f"> {token(3)}", above=PASS)),
    ("the shared domain itself", raw("alguien@gob.mx", text=f"> {token(3)}", above=PASS)),
    ("a neighbour at a domain that two share", raw("clerk2@county.example", text=f"> {token(5)}", above=PASS)),
    ("an invitee of a domain that two share writes for the other", raw("clerk@county.example", text=f"> {token(5)}", above=PASS)),
    # the mail domain of a province, below which one town alone is invited
    ("a colleague who says nothing of where", raw("registre@elbanes.example", text=f"> {token(7)}", above=PASS)),
    ("a colleague who signs for a town that is not invited", raw("registre@elbanes.example", text=f"Ajuntament de Soldeu\n\n> {token(7)}", above=PASS)),
    ("… after naming the invited one", raw("registre@elbanes.example", text=f"L'Ajuntament de Vicdor ens ha passat la carta.\n\nPere Pla\nAlcalde de Soldeu\n\n> {token(7)}", above=PASS)),
    ("… with its name behind", raw("registre@elbanes.example", text=f"Vicdor sent us this.\n\nSoldeu Town Council\n\n> {token(7)}", above=PASS)),
    ("… beside the address", raw("Ajuntament de Soldeu <registre@elbanes.example>", text=f"Vicdor\n\n> {token(7)}", above=PASS)),
    ("… for another town that is invited", raw("registre@elbanes.example", text=f"City of Southam\n\n> To: City of Vicdor\n> {token(7)}", above=PASS)),
    ("… for the province of the same name", raw("registre@elbanes.example", text=f"Diputació de Vicdor\n\n> {token(7)}", above=PASS)),
    # the person we wrote to writes for another town
    ("the contact signs for a town that is not invited", raw(NORTHAM, text=f"Ada North\nBlexham Town Council\n\n{ONE}", above=PASS)),
    ("the contact says that another town joins", says("Blexham Town Council confirms that it joins.")),
    ("… in Spanish", says("El Ayuntamiento de Blexes se adhiere a la campaña.")),
    ("… in French", says("La commune de Blexey adhère à la campagne.")),
    ("… in German", says("Die Gemeinde Blexhofen tritt der Kampagne bei.")),
    ("… on its behalf", says("On behalf of the City of Blexham, which asked us to reply, I confirm that it joins.")),
    ("the contact is the clerk of two towns", says("Both towns join.", "Clerk to Northam Town Council and Southam Town Council")),
    ("yes for one, no for another", says("Southam joins the campaign; Northam does not.")),
    # tricks of the From line
    ("the contact as the shown name", raw('"mayor@northam.example" <x@evil.example>', text=ONE, above=PASS)),
    ("the contact as the shown name, with its address", raw('"Ada North <mayor@northam.example>" <x@evil.example>', text=ONE, above=PASS)),
    ("the contact with a wide @ as the shown name", raw('"mayor＠northam.example" <x@evil.example>', text=ONE, above=PASS)),
    ("the mayor's name", raw("Ada North <ada@evil.example>", text=ONE, above=PASS)),
    ("the town hall's name", raw("City of Northam <x@evil.example>", text=ONE, above=PASS)),
    ("two addresses in From", raw(f"{NORTHAM}, x@evil.example", text=ONE, above=PASS)),
    ("two addresses in From, the other first", raw(f"x@evil.example, {NORTHAM}", text=ONE, above=PASS)),
    ("two From lines", raw(NORTHAM, "From: x@evil.example\n", text=ONE, above=PASS)),
    ("two From lines, the other first", raw("x@evil.example", f"From: {NORTHAM}\n", text=ONE, above=PASS)),
    ("a route in From", raw("<@evil.example:mayor@northam.example>", text=ONE, above=PASS)),
    ("a group in From", raw("Northam: mayor@northam.example;", text=ONE, above=PASS)),
    ("NUL in From", raw("mayor@northam.example\0@evil.example", text=ONE, above=PASS)),
    ("two @ in From", raw("<mayor@northam.example@evil.example>", text=ONE, above=PASS)),
    ("text that turns direction", raw("Ada North \u202emoc <mayor@evil.example>", text=ONE, above=PASS)),
    ("no From at all", raw("", text=ONE, above=PASS)),
    ("an empty From with Sender", raw("<>", f"Sender: {NORTHAM}\n", text=ONE, above=PASS)),
    ("From a mailer daemon", raw("mailer-daemon@northam.example", text=ONE, above=PASS)),
    ("From is ours", raw("UCLG <cisdpl@uclg.org>", text=ONE, above=PASS)),
    ("the contact only in Sender", raw("x@evil.example", f"Sender: {NORTHAM}\n", text=ONE, above=PASS)),
    ("the contact only in Reply-To", raw("x@evil.example", f"Reply-To: {NORTHAM}\n", text=ONE, above=PASS)),
    ("the contact only in Cc", raw("x@evil.example", f"Cc: {NORTHAM}\n", text=ONE, above=PASS)),
    ("the contact only in Return-Path", raw("x@evil.example", "Return-Path: <mayor@northam.example>\n", text=ONE, above=PASS)),
    ("the contact only in X-Original-From", raw("x@evil.example", f"X-Original-From: {NORTHAM}\n", text=ONE, above=PASS)),
    ("Reply-To elsewhere, unsigned", raw(NORTHAM, "Reply-To: ada.north@webmail.example\n", text=ONE)),
    ("Sender elsewhere, unsigned", raw(NORTHAM, "Sender: bulk@evil.example\n", text=ONE)),
    # references
    ("a reference guessed", raw(NORTHAM, text="> Reference: AAAA-AAAB-AAAA-AAAA-AAAA-AAAA", above=PASS)),
    ("a reference with one letter altered", raw(NORTHAM, text=f"> {token(1)[:-1]}{'A' if token(1)[-1] != 'A' else 'B'}", above=PASS)),
    ("a reference with another's number", raw(NORTHAM, text=f"> {token(2)[:9]}{token(1)[9:]}", above=PASS)),
    ("a reference of another key", raw(NORTHAM, text=f"> {token(1, b'x' * 32)}", above=PASS)),
    ("a reference of another campaign", raw(NORTHAM, text=f"> {token(1, campaign='d')}", above=PASS)),
    ("another invitee's reference", raw(NORTHAM, text=f"> {token(2)}", above=PASS)),
    ("references of two invitees", raw(NORTHAM, text=f"> {token(1)}\n> {token(2)}", above=PASS)),
    ("a reference guessed in the Message-ID", raw(NORTHAM, f"In-Reply-To: <invitation.1-0-0.{'a' * 24}@uclg.org>\n", above=PASS)),
    ("a thread identifier made up", raw(NORTHAM, "In-Reply-To: <invitation.northam@uclg.org>\n")),
    ("the reference read in a public archive", raw("citizen@webmail.example", text=ONE, above=PASS)),
    ("… by somebody at a free mail provider with the mayor's name", raw("Ada North <ada.north@gmail.com>", text=ONE, above=PASS)),
    ("another at the contact's free mail provider", raw("gmailham.counci1@gmail.com", text=f"> {token(6)}", above=PASS)),
    ("another at the contact's free mail provider, the dot moved", raw("gmailhamcouncil@gmail.com", text=f"> {token(6)}", above=PASS)),
    # ways that a true mail takes
    ("forwarded by a colleague elsewhere", raw("friend@ngo.example", subject="Fwd: Invitation", text=f"---- Forwarded ----\nFrom: {NORTHAM}\n{ONE}", above=PASS)),
    ("sent on by another, unsigned", raw(NORTHAM, "Resent-From: x@evil.example\n", text=ONE)),
    ("through a mailing list", raw(NORTHAM, "List-Id: <cities.list.example>\n", text=ONE, above=PASS)),
    ("through a mailing list that takes over From", raw('"Ada North via Cities" <cities@list.example>', "List-Id: <cities.list.example>\n", text=ONE, above=PASS)),
    ("an old mail sent again", raw(NORTHAM, text=ONE, above=PASS, date="Date: Fri, 22 Jan 2021 09:00:00 +0000\n")),
    ("a neighbour writes on behalf of another", raw("mayor@southam.example", text="", above=PASS).replace("We confirm that we join.", "On behalf of our neighbour, the City of Northam, we confirm.")),
    ("the neighbour to whom the letter was passed", raw("mayor@southam.example", text=ONE, above=PASS)),
]  # fmt: skip


@pytest.mark.parametrize(("what", "bytes_"), SPOOFS, ids=[what for what, _ in SPOOFS])
def test_no_spoof_is_recorded(what: str, bytes_: str) -> None:
    """A “yes” that the town hall did not say, or that nothing proves, waits for a person."""
    matched, trust = verdict_of(bytes_)
    recorded = matched.number is not None and trust.verdict is Verdict.RECORDED
    assert not recorded, (matched, trust)


def test_enough_spoofs() -> None:
    """More than sixty kinds, no two alike."""
    assert len({bytes_ for _, bytes_ in SPOOFS}) == len(SPOOFS) >= 80


@pytest.mark.parametrize(
    ("what", "bytes_", "number"),
    [
        ("the contact in the thread", raw(NORTHAM, text=ONE), 1),
        ("the contact in the thread, signed", raw(NORTHAM, text=ONE, above=PASS), 1),
        ("the contact, a new mail, signed", raw(NORTHAM, above=PASS), 1),
        ("a colleague in the thread, signed", raw("cabinet@northam.example", text=ONE, above=PASS), 1),
        ("a colleague, DKIM only", raw("cabinet@northam.example", text=ONE, above=f"Authentication-Results: {MX}; dkim=pass header.d=northam.example\n"), 1),
        ("an assistant for the contact", raw(NORTHAM, "Sender: assistant@northam.example\n", text=ONE), 1),
        ("answers wanted elsewhere, signed", raw(NORTHAM, "Reply-To: office@ngo.example\n", text=ONE, above=PASS), 1),
        ("below a shared domain", raw("alcalde@puebla.gob.mx", text=f"> {token(3)}", above=PASS), 3),
        ("a contact at a free mail provider", raw("gmailham.council@gmail.com", text=f"> {token(6)}", above=PASS), 6),
        ("a colleague at a domain without its name, who signs for it", raw("registre@elbanes.example", text=f"Ona Pi\nAjuntament de Vicdor\n\n> {token(7)}", above=PASS), 7),
        ("a contact there who signs for nobody", raw("alcaldia.vicdor@elbanes.example", text=f"> {token(7)}"), 7),
        ("a contact at a domain that two share", raw("clerk@county.example", text=f"> {token(4)}", above=PASS), 4),
        ("its own town beside a neighbour", says("Like our neighbour Southam, Northam joins."), 1),
        ("its own town in a county's letter", says("We join.", "Northam Town Council, a member of the Association of Towns"), 1),
        ("a clock a few hours wrong", raw(NORTHAM, text=ONE, date="Date: Fri, 15 Jul 2022 05:00:00 +0000\n"), 1),
        ("a name with an address that is its own", raw('"mayor@northam.example" <mayor@northam.example>', text=ONE), 1),
    ],
)  # fmt: skip
def test_a_true_yes_is_recorded(what: str, bytes_: str, number: int) -> None:
    """What keeps others out lets the town hall in."""
    matched, trust = verdict_of(bytes_)
    assert (matched.number, trust.verdict) == (number, Verdict.RECORDED), (matched, trust)


def test_what_a_person_filed_before_is_not_believed_for_ever() -> None:
    """A remembered sender is matched; its new yes is for review."""
    remembered = Match(7, "remembered", (), "")
    signed = (("authentication-results", f"{MX}; dmarc=pass"),)
    assert judged(mail("x@elsewhere.example", headers=signed), remembered).verdict is Verdict.REVIEW


def test_a_sender_of_odd_shape_is_read() -> None:
    """No sender, several, or none with an address: a verdict, no error."""
    for boxes in ((), (Mailbox("a", ""),), (Mailbox("", "x"),), (Mailbox("", "a@b@c"),)):
        assert judged(mail(from_=boxes), Match(7, "token", (), "ok")).verdict is Verdict.REVIEW
