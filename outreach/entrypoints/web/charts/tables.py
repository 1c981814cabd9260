"""The numbers of a chart as a table: what is drawn can be read, copied to a sheet, and heard."""

from __future__ import annotations

from dataclasses import dataclass

Cell = str | int


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what it is of, and its numbers; `link`: where more of it is told."""

    head: str
    cells: tuple[Cell, ...]
    link: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Headings, the first over the heads of the rows, and rows."""

    caption: str
    headings: tuple[str, ...]
    rows: tuple[Row, ...]

    def plain(self) -> tuple[tuple[Cell, ...], ...]:
        """Every line with its cells, the headings first."""
        return (self.headings, *((row.head, *row.cells) for row in self.rows))
