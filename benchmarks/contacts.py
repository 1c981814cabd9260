"""How long 100,000 contacts take to be read and checked, and how much memory: against the limits of 20 s and 300 MB."""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path

from outreach.adapters.sheets.sheet import read_rows
from outreach.core.enrolment import enrol

SECONDS, MEGABYTES = 20, 300
HEADER = "id;name;country;kind;person;title;gender;email;cc;language;timezone;notes;network\n"


def main() -> None:
    """Writes a list, reads it, and prints the figures as shares of the limits."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "contacts.csv"
        with path.open("w", encoding="utf-8") as file:
            file.write(HEADER)
            for n in range(rows):
                who = f"Maria Rossi;Sindaca;f;sindaca@comune{n}.example;ufficio@comune{n}.example"
                file.write(f"c-{n};Città {n};IT;city;{who};it;;;x\n")
        start = time.perf_counter()
        sheet = read_rows(path)
        enrolment = enrol(sheet.header, sheet.rows)
        seconds = time.perf_counter() - start
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{len(enrolment.invitees)} invitees, {len(enrolment.findings)} findings")
    print(f"time    {seconds:6.1f} s   {seconds / SECONDS:5.2f} of the limit of {SECONDS} s")
    print(f"memory  {megabytes:6.0f} MB  {megabytes / MEGABYTES:5.2f} of the limit of {MEGABYTES} MB")


if __name__ == "__main__":
    main()
