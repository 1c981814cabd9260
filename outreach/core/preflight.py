"""Everything that can be wrong with settings, contacts and letters, found before a letter leaves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from outreach.core.letters.mime import AttachedFile, Words
from outreach.model import Finding, Invitee, LetterKind, Sentence
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
        why = Sentence("the letter would ask for an answer by a day that has passed (today is %(today)s)", today=today)
        rehearsal = campaign.mode == "rehearsal"
        where = "config.toml, [campaign] deadline"
        yield Finding(
            Sentence("the deadline has passed"), where, why, Sentence("set a later deadline"), warning=rehearsal
        )
    if not campaign.committee_url:
        why = Sentence("the letter's words stay, but lead nowhere")
        where = "config.toml, [campaign] committee_url"
        yield _warning(
            Sentence("the link to the committee is missing"), where, why, Sentence("name the committee's page")
        )
    if settings.sending.doubt_minutes < DOUBT_MINUTES:
        why = Sentence(
            "a relay may take a letter up to %(minutes)s minutes after we lost it (RFC 5321 §4.5.3.2.6); "
            "in mode real they wait so long all the same",
            minutes=DOUBT_MINUTES,
        )
        where = "config.toml, [sending] doubt_minutes"
        yield _warning(
            Sentence("letters in doubt are judged early"),
            where,
            why,
            Sentence("write %(minutes)s, or leave it out", minutes=DOUBT_MINUTES),
        )
    if settings.sending.max_reminders < len(settings.reminders):
        why = Sentence(
            "only %(max_reminders)s of %(number)s can go to one invitee",
            max_reminders=settings.sending.max_reminders,
            number=len(settings.reminders),
        )
        where = "config.toml, [sending] max_reminders"
        yield _warning(
            Sentence("there are more reminders than may be sent"),
            where,
            why,
            Sentence("raise it, or delete a reminder"),
        )


def _contacts(invitees: Sequence[Invitee], languages: frozenset[str], settings: Settings) -> Iterator[Finding]:
    if not invitees:
        why = Sentence("nobody would be written to")
        yield Finding(
            Sentence("there are no contacts"),
            settings.campaign.contacts,
            why,
            Sentence("add a row for each city or territory"),
        )
    missing: dict[str, int] = {}
    for invitee in invitees:
        language = invitee.contact.language.lower()
        if language and language not in languages and language.partition("-")[0] not in languages:
            missing[language] = missing.get(language, 0) + 1
    if missing:
        counted = ", ".join(f"{language} ({number})" for language, number in sorted(missing.items()))
        files = ", ".join(f"templates/invitation.{language}.md" for language in sorted(missing))
        why = Sentence(
            "they get the letter of the default language (%(default_language)s)",
            default_language=settings.campaign.default_language,
        )
        yield _warning(
            Sentence("contacts read languages that have no letter: %(languages)s", languages=counted),
            settings.campaign.contacts,
            why,
            Sentence("add %(files)s, or leave it so", files=files),
        )


def _invitations(settings: Settings, letters: LetterFacts) -> Iterator[Finding]:
    for (language, kind, _step), words in sorted(
        letters.words.items(), key=lambda one: (one[0][0], one[0][1], one[0][2])
    ):
        if kind is not LetterKind.INVITATION:
            continue
        where = Sentence("invitation (%(language)s)", language=language)
        if settings.sender.address not in words.text:
            why = Sentence("readers would not know where to answer")
            yield _warning(
                Sentence("the letter does not name %(address)s", address=settings.sender.address),
                where,
                why,
                Sentence("add {{ sender.address }}"),
            )
        if not re.search(rf"\b{settings.campaign.deadline.day}(?!\d)", words.text):
            why = Sentence("readers would not know until when")
            yield _warning(
                Sentence("the letter does not name the deadline"), where, why, Sentence("add {{ deadline }}")
            )
        if re.search(r'href="(?:#|)"', words.html):
            yield _warning(
                Sentence("a link leads nowhere"),
                where,
                Sentence("a reader clicks in vain"),
                Sentence("give it an address"),
            )


def _attachments(settings: Settings, letters: LetterFacts) -> Iterator[Finding]:
    yield from _nothing_attached(settings, letters)
    for language, files in sorted(letters.attachments.items()):
        where = Sentence("invitation (%(language)s)", language=language)
        size = sum(len(file.content) for file in files)
        if size > LARGE:
            what = Sentence("the attachments have %(size)s MB", size=f"{size / 1024 / 1024:.1f}")
            finding = Finding if size > TOO_LARGE else _warning
            why = Sentence("town halls' mail servers may refuse it")
            yield finding(what, where, why, Sentence("use a smaller document, below 2 MB"))
        for file in files:
            if SAMPLE in file.content and settings.campaign.mode == "real":
                why = Sentence("it would go to every mayor")
                cure = Sentence("put the real document in its place (config.toml, [letters] attachments)")
                yield Finding(Sentence("%(name)s is only a sample", name=file.name), where, why, cure)


def _nothing_attached(settings: Settings, letters: LetterFacts) -> Iterator[Finding]:
    """One finding, in however many languages the letter promises a document that is not there."""
    words = {language: letters.words.get((language, LetterKind.INVITATION, 0)) for language in letters.attachments}
    promised = sorted(
        language
        for language, files in letters.attachments.items()
        if not files and (letter := words[language]) is not None and ATTACHED.search(letter.text)
    )
    if promised:
        yield Finding(
            Sentence("nothing is attached"),
            Sentence("invitation (%(language)s)", language=", ".join(promised)),
            Sentence("the letter says that a document is attached"),
            Sentence("name the document in config.toml, [letters] attachments"),
            warning=not settings.letters.attachments,
        )


def _dns(facts: DnsFacts) -> Iterator[Finding]:
    where = Sentence("DNS of %(domain)s", domain=facts.domain)
    if facts.spf is False:
        why = Sentence("many servers take letters for spam whose sender names no servers of its own")
        yield _warning(Sentence("there is no SPF record"), where, why, Sentence("ask whoever keeps the domain for one"))
    if facts.dmarc is False:
        why = Sentence("large providers want one")
        yield _warning(
            Sentence("there is no DMARC record"), where, why, Sentence("ask whoever keeps the domain for one")
        )
    if facts.mx is False:
        yield _warning(
            Sentence("there is no mail server"),
            where,
            Sentence("answers could not arrive"),
            Sentence("check [sender] address"),
        )
    if facts.spf is None:
        yield _warning(
            Sentence("the name servers could not be asked"),
            where,
            Sentence("SPF and DMARC were not checked"),
            Sentence("try again online"),
        )
