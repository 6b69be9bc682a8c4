"""A table as it stands in a file: rows of cells with their places, before anybody says what a column means."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import NoReturn

from ohaccredit.language.problems import Place, Problem, ProblemsFound

Cell = str | date
"""Text without white space around it ("" is an empty cell), or the date of a date cell."""

MOST_BYTES = 100_000_000
MOST_ROWS = 200_000
MOST_COLUMNS = 500
MOST_CHARACTERS = 10_000
MOST_CELLS = 8_000_000
"""All far above what an employer keeps; they protect whoever reads a broken or hostile file."""
MOST_PROBLEMS = 1_000
"""More problems than this help nobody; the rest are counted."""


@dataclass(frozen=True, slots=True, order=True)
class CellPlace(Place):
    """A cell of a spreadsheet, shown as people look it up: "roster.xlsx, Notes!C7"."""

    sheet: str = ""

    def __str__(self) -> str:
        return f"{self.file}, {self.sheet}!{column_letters(self.column)}{self.line}"


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `line` is the line on which it begins, the row of the sheet, or the position in a JSON list."""

    line: int
    cells: tuple[Cell, ...]


@dataclass
class Grid:
    """A table in a file, its headings among the rows."""

    name: str
    """The file, with the sheet if it is one of a workbook."""
    place: Callable[[int, int], Place]
    """Where the cell on a line and in a column (from 1) stands."""
    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    """The rows that could not be taken in; they are not among `rows`."""
    even: bool = False
    """Must all rows be as long as the headings? In CSV another length means that a separator is lost or too many."""
    hidden: bool = False
    """Is it a sheet that the workbook hides? Such a sheet is not read."""

    def add(self, line: int, cells: tuple[Cell, ...]) -> None:
        """Take a row in, unless it is empty or beyond the limits. Raises ProblemsFound if there are too many."""
        if not any(cells):
            return
        if len(cells) > MOST_COLUMNS:
            refuse(self.place(line, 1), f"This row has more than {MOST_COLUMNS} columns.", "Keep one note a row.")
        if len(self.rows) + len(self.problems) > MOST_ROWS:
            refuse(self.place(line, 1), f"The table has more than {MOST_ROWS:,} rows.", "Split it into several files.")
        problem = next(self._faults(line, cells), None)
        if problem is None:
            self.rows.append(Row(line, cells))
        else:
            self.problems.append(problem)

    def _faults(self, line: int, cells: tuple[Cell, ...]) -> Iterator[Problem]:
        for index, cell in enumerate(cells):
            if isinstance(cell, date):
                continue
            if len(cell) > MOST_CHARACTERS:
                message = f"This cell holds more than {MOST_CHARACTERS:,} characters, so the row was left out."
                yield Problem(message, self.place(line, index + 1), hint="Look for a missing quotation mark before it.")
            if "\0" in cell:
                message = "The row holds a NUL character, so it was left out."
                yield Problem(message, self.place(line, index + 1), hint="Save the file again from where it came.")


def refuse(place: Place, message: str, hint: str = "") -> NoReturn:
    """Give up on a file. Raises ProblemsFound."""
    raise ProblemsFound([Problem(message, place, hint=hint)])


def column_letters(column: int) -> str:
    """The letters of a spreadsheet's column: 1 is A, 28 is AB."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
