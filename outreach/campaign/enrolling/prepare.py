"""Enrols the contacts, and checks everything that can be wrong before a letter leaves."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from outreach.adapters.dns import look_up_sender
from outreach.adapters.plain_files import opened_already
from outreach.adapters.sheets.sheet import read_rows, write_csv
from outreach.adapters.store.invitees.register import GONE, Enrolled
from outreach.campaign.desk import Desk
from outreach.campaign.enrolling.erasing import without_suppressed
from outreach.campaign.enrolling.renaming import held_against_register, note_renamed
from outreach.campaign.letters.mailing import NOT_BEGUN, compose
from outreach.campaign.our_list import contacts_file, note_name, stood_in
from outreach.core.dispatch import CORRECTED
from outreach.core.enrolment import Enrolment, bad_rows_sheet, enrol
from outreach.core.letters.stationery import Stationery
from outreach.core.preflight import LetterFacts, check_everything
from outreach.core.renaming import Change, changes
from outreach.model import ConfigurationError, Finding, Invitee, LetterKind, OutreachError, Sentence, UsageError


@dataclass(frozen=True, slots=True)
class Import:
    """What an import of contacts did, and what it left."""

    enrolled: Enrolled
    findings: tuple[Finding, ...]
    bad_rows: int
    bad_file: Path | None
    changes: tuple[Change, ...]
    gone: tuple[str, ...] = ()  # whose invitations wait no longer, as the list does not name them any more


def read_contacts(path: Path) -> Enrolment:
    """The invitees of a list, with all its mistakes."""
    sheet = read_rows(path)
    return enrol(sheet.header, sheet.rows, where=path.name)


def listed_now(desk: Desk) -> Enrolment:
    """The campaign's list as it is now; none at all is as good as an empty one where people were enrolled otherwise."""
    path = contacts_file(desk)
    if not path.exists():
        if desk.store.figures.enrolled():
            return Enrolment((), (), (), ())
        raise ConfigurationError(
            Sentence("%(list)s is not there, and nobody is enrolled: add contacts", list=path.name)
        )
    return as_known(desk, read_contacts(path))


def as_known(
    desk: Desk, enrolment: Enrolment, renamed: Collection[str] = (), *, listed_in: str = "", strange: bool = False
) -> Enrolment:
    """The same list, held against what is known: without erased addresses, no invitee made another one unawares.

    `listed_in`: the name under which it is enrolled, if it is not the file's. `strange`: addresses that are known as
    another invitee's are warned of, too.
    """
    known = without_suppressed(desk, enrolment)
    return held_against_register(desk, known, renamed, listed_in=listed_in or enrolment.where, strange=strange)


def enrolled_now(desk: Desk) -> tuple[Invitee, ...]:
    """The invitees of this wave."""
    return tuple(desk.store.register.some(sorted(desk.store.journal.standings())).values())


def everybody(desk: Desk, listed: Iterable[Invitee]) -> tuple[Invitee, ...]:
    """Those who are enrolled, as the register knows them, and those on the list who are not yet."""
    enrolled = {invitee.id: invitee for invitee in enrolled_now(desk)}
    return tuple({**{invitee.id: invitee for invitee in listed}, **enrolled}.values())


def invitee_or_listed(desk: Desk, invitee_id: str) -> Invitee | None:
    """One of everybody, by the id of the list; who is enrolled is found without reading the list."""
    known = desk.store.register.by_id(invitee_id)
    if known is not None and desk.store.journal.some([known.number]):
        return known
    return next((one for one in listed_now(desk).invitees if one.id == invitee_id), None)


def import_contacts(
    desk: Desk,
    path: Path | None = None,
    *,
    dry_run: bool = False,
    skip_bad: bool = False,
    renamed: Collection[str] = (),
    enrolment: Enrolment | None = None,
) -> Import:
    """Enrols a list of contacts. With a mistake in it nothing changes, unless the bad rows are to be skipped.

    `renamed`: the ids that stand for the same place under another name. `enrolment` is the list as it was read already,
    so that what was checked is what is enrolled.

    Raises:
        ConfigurationError: The list has mistakes; all of them are in its findings.
        UsageError: It does not name what is said to be renamed.
    """
    source = contacts_file(desk, path)
    enrolment = enrolment or as_known(desk, read_contacts(source), renamed, strange=True)
    _refuse_mistakes(enrolment, source.name, skip_bad=skip_bad)
    if strangers := set(renamed) - enrolment.rows.keys():
        raise UsageError(f"--renamed: {source.name} has no row with the id {', '.join(sorted(strangers))}")
    if dry_run:
        done = desk.store.register.would_enrol(enrolment.invitees)
        gone = _uninvited(desk, _unlisted(desk, enrolment, source))
        return Import(done, enrolment.findings, len(enrolment.bad_rows), None, changes_of(done, enrolment), tuple(gone))
    bad_file = _write_bad_rows(desk, source, enrolment) if enrolment.bad_rows else None
    with desk.store.together():
        note_renamed(desk, enrolment, renamed)
        done = enrol_list(desk, enrolment, source.name, skip_bad=skip_bad)
        unlisted = _unlisted(desk, enrolment, source)
        gone = _uninvited(desk, unlisted)
        desk.store.outbox.withhold([*gone.values()], f"{GONE}{source.name}", desk.now(), [LetterKind.INVITATION])
        desk.store.register.take_off(unlisted.values(), source.name)  # of letters that are in hand or in doubt
    return Import(done, enrolment.findings, len(enrolment.bad_rows), bad_file, changes_of(done, enrolment), tuple(gone))


def _unlisted(desk: Desk, enrolment: Enrolment, source: Path) -> dict[str, int]:
    """Who of this wave is no longer on the campaign's list: the numbers by id.

    A launch leaves them out; back on the list, they are invited by the next one. Whose row is left out for a mistake is
    on the list still. Another list says nothing of it, nor does none at all, nor one of the same name that another
    campaign has.
    """
    named = {one.id for one in enrolment.invitees} if source == contacts_file(desk) else set()
    missing = stood_in(desk, source.name) - named if named else frozenset()
    places, standings = (desk.store.register.places(), desk.store.journal.standings()) if missing else ({}, {})
    bad = {cell for row in enrolment.bad_rows for cell in row.cells}
    gone = (places[key] for key in sorted(missing & places.keys()) if places[key].number in standings)
    return {one.id: one.number for one in gone if bad.isdisjoint((one.id, one.name))}


def _uninvited(desk: Desk, unlisted: Mapping[str, int]) -> dict[str, int]:
    """Of those the ones whose invitation waits, and is to be withheld; what a person wrote again goes all the same."""
    keys = desk.store.outbox.keys(states=NOT_BEGUN) if unlisted else ()
    waiting = {key.invitee for key in keys if key.kind is LetterKind.INVITATION and not key.round}
    return {key: number for key, number in unlisted.items() if number in waiting}


def changes_of(done: Enrolled, enrolment: Enrolment) -> tuple[Change, ...]:
    """What a list says otherwise of those that changed."""
    listed = {one.id: one for one in enrolment.invitees}
    return tuple(change for was in done.was for change in changes(was, listed[was.id]))


def enrol_list(desk: Desk, enrolment: Enrolment, name: str, *, skip_bad: bool) -> Enrolled:
    """Enrols the good rows of a list with a name; with a mistake in it nothing changes, unless bad rows are skipped.

    Raises:
        ConfigurationError: The list has mistakes; all of them are in its findings.
    """
    _refuse_mistakes(enrolment, name, skip_bad=skip_bad)
    note_name(desk, name)
    return desk.store.register.enrol(
        without_suppressed(desk, enrolment).invitees,
        clues_of,
        desk.now(),
        desk.by,
        listed_in=name,
        within=_make_letters_anew(desk),
    )


def _refuse_mistakes(enrolment: Enrolment, name: str, *, skip_bad: bool) -> None:
    """Rows can be skipped, columns not."""
    mistakes = tuple(finding for finding in enrolment.findings if not finding.warning)
    if mistakes and not (skip_bad and enrolment.bad_rows):
        raise ConfigurationError(_refusal(name, len(mistakes)), enrolment.findings)


def _refusal(name: str, number: int) -> Sentence:
    if number == 1:
        return Sentence("%(name)s has a mistake; nothing was changed (correct it, or use --skip-bad)", name=name)
    many = "%(name)s has %(number)s mistakes; nothing was changed (correct them, or use --skip-bad)"
    return Sentence(many, name=name, number=number)


def _make_letters_anew(desk: Desk) -> Callable[[Connection, list[int]], None]:
    """Letters from corrected contacts that have not left are withheld; the next launch makes them anew.

    What is being handed over or in doubt meanwhile is withheld at its next last look, if it is to go again.
    """

    def withhold(connection: Connection, numbers: list[int]) -> None:
        desk.store.outbox.withhold_within(connection, numbers, CORRECTED, desk.now(), listed=True)

    return withhold


def _write_bad_rows(desk: Desk, source: Path, enrolment: Enrolment) -> Path:
    """Beside the list; those of the standard input into the campaign's folder."""
    folder = source.parent if opened_already(source) is None else desk.folder
    target = folder / f"{source.stem}.bad-rows.csv"
    header, rows = bad_rows_sheet(enrolment)
    write_csv(target, header, rows)
    return target


def clues_of(invitee: Invitee) -> Iterator[tuple[str, str]]:
    """The addresses of an invitee; they are known for good, whatever later lists say."""
    for contact in invitee.contacts:
        for address in (contact.email, *contact.cc):
            yield "address", address.lower()


def check(desk: Desk, enrolment: Enrolment | None = None, *, offline: bool = True) -> tuple[Finding, ...]:
    """Everything wrong with settings, contacts and letters, each with its cure; errors first."""
    enrolment = enrolment or listed_now(desk)
    invitees = everybody(desk, enrolment.invitees)
    try:
        stationery = desk.load_stationery()
    except ConfigurationError as error:
        unread = Finding(str(error), "templates", Sentence("a letter cannot be read"), Sentence("correct the file"))
        return (*enrolment.findings, *(error.findings or [unread]))
    findings = check_everything(
        desk.settings,
        invitees,
        _letter_facts(desk, stationery, invitees),
        today=desk.today(),
        sender=None if offline else look_up_sender(desk.settings.sender.address),
    )
    return tuple(sorted((*enrolment.findings, *findings), key=lambda finding: finding.warning))


def findings_of(error: OutreachError) -> tuple[Finding, ...]:
    """What is wrong where a check cannot even be made: what the fault lists, or the fault itself."""
    where, why = Sentence("the campaign folder"), Sentence("nothing can be sent")
    itself = Finding(error.args[0], where, why, Sentence("correct it and check again"))
    return (error.findings if isinstance(error, ConfigurationError) else ()) or (itself,)


def _letter_facts(desk: Desk, stationery: Stationery, invitees: tuple[Invitee, ...]) -> LetterFacts:
    """Every letter of every language, made once for a typical invitee, and what went wrong."""
    default = desk.settings.campaign.default_language
    by_language: dict[str, Invitee] = {}
    for invitee in invitees:
        by_language.setdefault(stationery.language_for(invitee.contact.language, default), invitee)
    words, errors = {}, []
    for language, invitee in by_language.items():
        for kind, step in letter_kinds(desk):
            try:
                words[language, kind, step] = compose(desk, stationery, invitee, kind, step).cast.words()
            except ConfigurationError as error:
                errors.append(
                    Finding(
                        str(error),
                        Sentence("templates (%(language)s)", language=language),
                        Sentence("the letter cannot be made"),
                        Sentence("correct it"),
                    )
                )
    attachments = {language: stationery.attachments_for(LetterKind.INVITATION, language) for language in by_language}
    return LetterFacts(languages=stationery.languages(), words=words, attachments=attachments, errors=tuple(errors))


def letter_kinds(desk: Desk) -> tuple[tuple[LetterKind, int], ...]:
    """Every letter of the campaign: its kind, and which reminder."""
    reminders = ((LetterKind.REMINDER, step) for step in range(1, len(desk.settings.reminders) + 1))
    return ((LetterKind.INVITATION, 0), *reminders, (LetterKind.THANKS, 0), (LetterKind.REGRETS, 0))
