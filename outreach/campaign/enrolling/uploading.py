"""Takes a list of contacts that was sent to the page: what it holds, row by row what is wrong, and its enrolment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

from outreach.adapters.sheets.sheet import csv_content, rows_of
from outreach.adapters.sheets.uploads import Upload, Uploads
from outreach.adapters.store.invitees.register import Enrolled
from outreach.campaign.desk import Desk
from outreach.campaign.enrolling.prepare import as_known, enrol_list
from outreach.core.enrolment import Enrolment, bad_rows_sheet, enrol
from outreach.model import Finding, Sentence, UsageError

LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Looked:
    """A list that waits, as it was read, and what enrolling its good rows would do."""

    upload: Upload
    enrolment: Enrolment
    would: Enrolled

    @property
    def mistakes(self) -> tuple[Finding, ...]:
        """What is wrong with the list as a whole: its columns."""
        return () if self.enrolment.bad_rows else tuple(f for f in self.enrolment.findings if not f.warning)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What may be wrong, but stops nothing."""
        return tuple(finding for finding in self.enrolment.findings if finding.warning)


def take_upload(desk: Desk, uploads: Uploads, name: str, content: bytes) -> str:
    """Keeps a list that was sent; gives the word by which it is found again. Nothing is enrolled yet.

    Raises:
        ConfigurationError: The file is no sheet.
    """
    seen = "".join(sign for sign in name if sign.isprintable())  # nothing turns the direction of what follows
    plain = PureWindowsPath(PurePosixPath(seen).name).name[-LONGEST_NAME:] or "list"
    sheet = rows_of(content, Path(plain))
    return uploads.keep(Upload(plain, desk.by, desk.now(), sheet.header, sheet.rows))


def look_at(desk: Desk, uploads: Uploads, token: str, seen: int | None = None) -> Looked:
    """What a list holds. `seen`: the version that a person looked at, if something is to be done with it.

    Raises:
        UsageError: It is not there any more, or not as it was seen.
    """
    upload = uploads.find(token)
    if upload is None:
        message = Sentence("this list is not kept any more: it was enrolled, or a day has passed; send the file again")
        raise UsageError(message)
    _refuse_unless(done=seen in (None, upload.version))
    listed = enrol(upload.header, upload.rows, where=upload.name)
    enrolment = as_known(desk, listed, listed_in=_listed_in(upload), strange=True)
    return Looked(upload, enrolment, desk.store.register.would_enrol(enrolment.invitees))


def _listed_in(upload: Upload) -> str:
    """The name under which its invitees are enrolled: the same for a list that is sent again."""
    return f"sent to the page: {upload.name}"


def correct(uploads: Uploads, token: str, looked: Looked, cells: Mapping[tuple[int, int], str]) -> None:
    """Puts corrected cells into a list that waits; each is named by its line and its column, from 0.

    Raises:
        UsageError: Somebody else changed the list since it was looked at.
    """
    width = len(looked.upload.header)
    rows = []
    for line, row in looked.upload.rows:
        full = (*row, *("",) * (width - len(row)))
        rows.append((line, tuple(cells.get((line, column), cell).strip() for column, cell in enumerate(full))))
    _refuse_unless(done=uploads.replace(token, looked.upload, tuple(rows)))


def enrol_upload(desk: Desk, uploads: Uploads, token: str, looked: Looked, *, skip_bad: bool) -> Enrolled:
    """Enrols a list that waits. Bad rows that are skipped go on waiting, to be corrected.

    Raises:
        ConfigurationError: It has mistakes, and they are not to be skipped; nothing was changed.
        UsageError: Somebody else changed the list since it was looked at; nothing was changed.
    """
    bad = {row.line for row in looked.enrolment.bad_rows}
    rows = tuple((line, cells) for line, cells in looked.upload.rows if line in bad)
    with desk.store.together():
        done = enrol_list(desk, looked.enrolment, _listed_in(looked.upload), skip_bad=skip_bad)
        put_away = uploads.replace(token, looked.upload, rows) if bad else uploads.drop(token, looked.upload)
        _refuse_unless(done=put_away)
    return done


def put_away(uploads: Uploads, token: str, looked: Looked) -> None:
    """The list is not wanted any more.

    Raises:
        UsageError: Somebody else changed it since it was looked at.
    """
    _refuse_unless(done=uploads.drop(token, looked.upload))


def _refuse_unless(*, done: bool) -> None:
    if not done:
        message = Sentence(
            "somebody else changed this list since you looked at it; nothing was changed: look at it again"
        )
        raise UsageError(message)


def bad_rows_file(looked: Looked) -> bytes:
    """The bad rows as a CSV that can be corrected and sent again; its last column says what is wrong."""
    return csv_content(*bad_rows_sheet(looked.enrolment))
