"""Takes a list of contacts that was sent to the page: what it holds, row by row what is wrong, and its enrolment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath, PureWindowsPath

from outreach.adapters.sheets import csv_content, rows_of
from outreach.adapters.store.register import Enrolled
from outreach.adapters.uploads import Upload, Uploads
from outreach.campaign.desk import Desk
from outreach.campaign.prepare import enrol_list
from outreach.core.enrolment import Enrolment, bad_rows_sheet, enrol
from outreach.model import Finding, UsageError

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
    plain = PureWindowsPath(PurePosixPath(name).name).name[-LONGEST_NAME:] or "list"
    sheet = rows_of(content, Path(plain))
    return uploads.keep(Upload(plain, desk.by, desk.now(), sheet.header, sheet.rows))


def look_at(desk: Desk, uploads: Uploads, token: str) -> Looked:
    """What a list holds.

    Raises:
        UsageError: It is not there any more.
    """
    upload = uploads.find(token)
    if upload is None:
        message = "this list is not kept any more: it was enrolled, or a day has passed; send the file again"
        raise UsageError(message)
    enrolment = enrol(upload.header, upload.rows, where=upload.name)
    return Looked(upload, enrolment, desk.store.register.would_enrol(enrolment.invitees))


def correct(uploads: Uploads, token: str, looked: Looked, cells: Mapping[tuple[int, int], str]) -> None:
    """Puts corrected cells into a list that waits; each is named by its line and its column, from 0."""
    width = len(looked.upload.header)
    rows = []
    for line, row in looked.upload.rows:
        full = (*row, *("",) * (width - len(row)))
        rows.append((line, tuple(cells.get((line, column), cell).strip() for column, cell in enumerate(full))))
    uploads.replace(token, replace(looked.upload, rows=tuple(rows)))


def enrol_upload(desk: Desk, uploads: Uploads, token: str, *, skip_bad: bool) -> Enrolled:
    """Enrols a list that waits. Bad rows that are skipped go on waiting, to be corrected.

    Raises:
        ConfigurationError: It has mistakes, and they are not to be skipped; nothing was changed.
        UsageError: It is not there any more.
    """
    looked = look_at(desk, uploads, token)
    done = enrol_list(desk, looked.enrolment, f"sent to the page: {looked.upload.name}", skip_bad=skip_bad)
    bad = {row.line for row in looked.enrolment.bad_rows}
    if bad:
        rows = tuple((line, cells) for line, cells in looked.upload.rows if line in bad)
        uploads.replace(token, replace(looked.upload, rows=rows))
    else:
        uploads.drop(token)
    return done


def bad_rows_file(looked: Looked) -> bytes:
    """The bad rows as a CSV that can be corrected and sent again; its last column says what is wrong."""
    return csv_content(*bad_rows_sheet(looked.enrolment))
