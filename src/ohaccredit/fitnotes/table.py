"""From a grid to a table of notes: where its headings are, and what each column stands for."""

from __future__ import annotations

from dataclasses import dataclass

from ohaccredit.fitnotes.columns import Columns, Meaning
from ohaccredit.fitnotes.grid import Cell, Grid, Row
from ohaccredit.language.problems import Problem

MOST_ROWS_ABOVE = 20
"""A title and such may stand above the headings, in so many rows at most."""
MOST_SHOWN = 60
"""Characters of a heading that messages show."""


@dataclass(frozen=True)
class Column:
    """A column whose heading is known."""

    index: int
    name: str
    """Its heading, cut short."""
    meaning: Meaning


@dataclass
class Table:
    """A grid whose headings were found."""

    grid: Grid
    width: int
    columns: list[Column]
    rows: list[Row]
    problems: list[Problem]
    """Refused columns, and rows that could not be taken in."""
    faults: list[Problem]
    """What keeps the whole table from being read."""
    unknown: list[str]

    @classmethod
    def of(cls, grid: Grid, known: Columns) -> Table | None:
        """The table in a grid; None if no row near the top has a heading for the person."""

        def is_person(cell: Cell) -> bool:
            meaning = known.meaning(cell) if isinstance(cell, str) else None
            return meaning is not None and meaning.kind == "person"

        start = next((i for i, row in enumerate(grid.rows[:MOST_ROWS_ABOVE]) if any(map(is_person, row.cells))), None)
        if start is None:
            return None
        line, cells = grid.rows[start].line, grid.rows[start].cells
        table = cls(grid, len(cells), [], grid.rows[start + 1 :], list(grid.problems), [], [])
        taken: dict[object, str] = {}
        for index, cell in enumerate(cells):
            heading = cell if isinstance(cell, str) else cell.isoformat()
            meaning = known.meaning(heading) if heading else None
            heading, place = heading[:MOST_SHOWN], grid.place(line, index + 1)
            if meaning is None:
                table.unknown += [heading] if heading else []
                continue
            if meaning.kind == "refused":
                hint = f'The column "{heading}" was not read. Take it out of the file.'
                table.problems.append(Problem(meaning.because, place, hint=hint))
                continue
            keys: list[object] = [*meaning.slots.items()]
            if meaning.kind in ("person", "paper", "codes"):
                keys = [meaning.kind]
            twice = next((taken[key] for key in keys if key in taken), None)
            if twice is not None:
                message = f'The columns "{twice}" and "{heading}" stand for the same.'
                table.faults.append(Problem(message, place, hint="Rename or remove one of them."))
            taken.update(dict.fromkeys(keys, heading))
            table.columns.append(Column(index, heading, meaning))
        return table
