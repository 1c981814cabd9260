"""Everything that can be wrong with settings, contacts and letters, found before a letter leaves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from outreach.core.letters.mime import AttachedFile, Words
from outreach.model import Finding, Invitee, LetterKind
from outreach.settings import Settings

LETTER = "letters"
DOUBT_MINUTES = 10
SAMPLE = b"SAMPLE"
LARGE, TOO_LARGE = 2 * 1024 * 1024, 10 * 1024 * 1024  # bytes of all attachments
# How a letter says that a document goes with it.
ATTACHED = re.compile(
    r"\b(?:attached|enclosed|attachment|ci-joint|ci-joints|pièce jointe|en annexe|adjunt[oa]s?|adjuntamos|adjuntem|"
    r"en anexo|em anexo|anexo|in allegato|allegat[oi]|anbei|im anhang|beigefügt|bijgevoegd|bijlage)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """What the letters are, as far as they could be made."""

    languages: frozenset[str]  # with an invitation
    words: Mapping[tuple[str, LetterKind, int], Words]
    attachments: Mapping[str, Sequence[AttachedFile]]  # of the invitation, by language
    errors: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class DnsFacts:
    """What the world's name servers say of the sender's domain; None: could not be asked."""

    domain: str
    spf: bool | None
    dmarc: bool | None
    mx: bool | None


def check_everything(
    settings: Settings,
    invitees: Sequence[Invitee],
    letters: LetterFacts,
    *,
    today: date,
    sender: tuple[str, bool | None, bool | None, bool | None] | None,
) -> tuple[Finding, ...]:
    """Every finding with its cure. `sender`: domain, SPF, DMARC, MX as look-ups say; None: nobody asked."""
    return (
        *_settings(settings, today),
        *_contacts(invitees, letters.languages, settings),
        *letters.errors,
        *_invitations(settings, letters),
        *_attachments(settings, letters),
        *(_dns(DnsFacts(*sender)) if sender is not None else ()),
    )


def _warning(what: str, where: str, why: str, cure: str) -> Finding:
    return Finding(what, where, why, cure, warning=True)


def _settings(settings: Settings, today: date) -> Iterator[Finding]:
    campaign = settings.campaign
    if campaign.deadline < today:
        why = f"the letter would ask for an answer by a day that has passed (today is {today})"
        rehearsal = campaign.mode == "rehearsal"
        where = "config.toml, [campaign] deadline"
        yield Finding("the deadline has passed", where, why, "set a later deadline", warning=rehearsal)
    if not campaign.committee_url:
        why = "the letter's words stay, but lead nowhere"
        where = "config.toml, [campaign] committee_url"
        yield _warning("the link to the committee is missing", where, why, "name the committee's page")
    if settings.sending.doubt_minutes < DOUBT_MINUTES:
        why = f"a relay may take a letter up to {DOUBT_MINUTES} minutes after we lost it (RFC 5321 §4.5.3.2.6)"
        where = "config.toml, [sending] doubt_minutes"
        why += f"; in mode real they wait {DOUBT_MINUTES} all the same"
        yield _warning("letters in doubt are judged early", where, why, f"write {DOUBT_MINUTES}, or leave it out")
    if settings.sending.max_reminders < len(settings.reminders):
        why = f"only {settings.sending.max_reminders} of {len(settings.reminders)} can go to one invitee"
        where = "config.toml, [sending] max_reminders"
        yield _warning("there are more reminders than may be sent", where, why, "raise it, or delete a reminder")


def _contacts(invitees: Sequence[Invitee], languages: frozenset[str], settings: Settings) -> Iterator[Finding]:
    if not invitees:
        why = "nobody would be written to"
        yield Finding("there are no contacts", settings.campaign.contacts, why, "add a row for each city or territory")
    missing: dict[str, int] = {}
    for invitee in invitees:
        language = invitee.contact.language.lower()
        if language and language not in languages and language.partition("-")[0] not in languages:
            missing[language] = missing.get(language, 0) + 1
    for language, number in sorted(missing.items()):
        what = f"{number} contacts read {language}, which has no letter"
        why = f"they get the letter in {settings.campaign.default_language}"
        yield _warning(what, settings.campaign.contacts, why, f"add templates/invitation.{language}.md, or leave it so")


def _invitations(settings: Settings, letters: LetterFacts) -> Iterator[Finding]:
    for (language, kind, _step), words in sorted(
        letters.words.items(), key=lambda one: (one[0][0], one[0][1], one[0][2])
    ):
        if kind is not LetterKind.INVITATION:
            continue
        where = f"invitation ({language})"
        if settings.sender.address not in words.text:
            why = "readers would not know where to answer"
            yield _warning(
                f"the letter does not name {settings.sender.address}", where, why, "add {{ sender.address }}"
            )
        if not re.search(rf"\b{settings.campaign.deadline.day}(?!\d)", words.text):
            why = "readers would not know until when"
            yield _warning("the letter does not name the deadline", where, why, "add {{ deadline }}")
        if re.search(r'href="(?:#|)"', words.html):
            yield _warning("a link leads nowhere", where, "a reader clicks in vain", "give it an address")


def _attachments(settings: Settings, letters: LetterFacts) -> Iterator[Finding]:
    for language, files in sorted(letters.attachments.items()):
        words = letters.words.get((language, LetterKind.INVITATION, 0))
        where = f"invitation ({language})"
        if words is not None and ATTACHED.search(words.text) and not files:
            why = "the letter says that a document is attached"
            cure = "name the document in config.toml, [letters] attachments"
            yield Finding("nothing is attached", where, why, cure, warning=not settings.letters.attachments)
        size = sum(len(file.content) for file in files)
        if size > LARGE:
            what = f"the attachments have {size / 1024 / 1024:.1f} MB"
            finding = Finding if size > TOO_LARGE else _warning
            yield finding(what, where, "town halls' mail servers may refuse it", "use a smaller document, below 2 MB")
        for file in files:
            if SAMPLE in file.content and settings.campaign.mode == "real":
                why = "it would go to every mayor"
                cure = "put the real document in its place (config.toml, [letters] attachments)"
                yield Finding(f"{file.name} is only a sample", where, why, cure)


def _dns(facts: DnsFacts) -> Iterator[Finding]:
    where = f"DNS of {facts.domain}"
    if facts.spf is False:
        why = "many servers take letters for spam whose sender names no servers of its own"
        yield _warning("there is no SPF record", where, why, "ask whoever keeps the domain for one")
    if facts.dmarc is False:
        why = "large providers want one"
        yield _warning("there is no DMARC record", where, why, "ask whoever keeps the domain for one")
    if facts.mx is False:
        yield _warning("there is no mail server", where, "answers could not arrive", "check [sender] address")
    if facts.spf is None:
        yield _warning(
            "the name servers could not be asked", where, "SPF and DMARC were not checked", "try again online"
        )
