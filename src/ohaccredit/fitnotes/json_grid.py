"""Reading a table from JSON: a list of rows, each with its columns by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import cast

from ohaccredit.fitnotes.grid import MOST_BYTES, MOST_CELLS, Cell, Grid, Row, refuse
from ohaccredit.language.json_limits import Limits
from ohaccredit.language.json_source import read_json
from ohaccredit.language.problems import Place, Problem, ProblemsFound

Path = tuple[str | int, ...]

LIMITS = Limits(bytes=MOST_BYTES, values=MOST_CELLS)
ROWS = "rows"


def read_json_grid(data: bytes, file: str) -> Grid:
    """The table in a JSON file: a list of rows, or an object with such a list under "rows".

    A group of fields inside a row counts as columns with a dot in their names. Raises ProblemsFound.
    """
    data = data.removeprefix(b"\xef\xbb\xbf")
    bare = not data.lstrip().startswith(b"{")
    above = int(bare)
    try:
        # The reader of submissions wants an object; the line put before is taken off every place again.
        source = read_json(b'{"rows":\n%s\n}' % data if bare else data, file, limits=LIMITS)
    except ProblemsFound as found:
        raise ProblemsFound([_higher(each, above) for each in found.problems]) from None

    def at(path: Path) -> Place:
        place = source.place(path)
        return replace(place, line=max(place.line - above, 1))

    content = cast(dict[str, object], source.value)
    rows = content.get(ROWS)
    if not isinstance(rows, list) or len(content) > 1:
        refuse(at(()), "A list of rows is expected here.", "Put the rows in square brackets, each in braces.")
    columns: dict[str, Path] = {}
    taken: list[tuple[int, dict[str, Cell]]] = []
    problems = []
    for index, row in enumerate(cast(list[object], rows)):
        if isinstance(row, dict):
            cells = {".".join(path): (path, cell) for path, cell in _cells(row, ())}
            columns |= {name: (ROWS, index, *path) for name, (path, _) in cells.items() if name not in columns}
            taken.append((index + 1, {name: cell for name, (_, cell) in cells.items()}))
        else:
            problems.append(Problem("A row in braces is expected here.", at((ROWS, index))))
    names = list(columns)

    def place(line: int, column: int) -> Place:
        path = columns[names[column - 1]] if 1 <= column <= len(names) else (ROWS,)
        return at((ROWS, line - 1, *path[2:]) if line else path)

    grid = Grid(file, place, problems=problems)
    if names:
        grid.rows.append(Row(0, tuple(names)))
    for line, by_name in taken:
        grid.add(line, tuple(by_name.get(name, "") for name in names))
    return grid


def _cells(row: Mapping[str, object], above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    for name, value in row.items():
        path = (*above, name)
        match value:
            case dict():
                yield from _cells(value, path)
            case list():
                yield path, "; ".join(map(_text, value)) or "[]"
            case None:
                yield path, ""
            case _:
                yield path, _text(value)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).strip()


def _higher(problem: Problem, lines: int) -> Problem:
    """A problem of the text that was read, as one of the file, which lacks the lines put before."""
    if lines == 0 or problem.place is None:
        return problem
    place = replace(problem.place, line=max(problem.place.line - lines, 1))
    return replace(problem, place=place, pointer=problem.pointer.removeprefix(f"/{ROWS}"))
