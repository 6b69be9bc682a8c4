"""The submissions of a population, whatever it is kept in: a folder of JSON, NDJSON, or Parquet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from ohaccredit.assessment.population import Line
from ohaccredit.assessment.population_input import Input, lines_of, open_population
from ohaccredit.language.problems import Place, Problem, ProblemsFound
from ohaccredit.standards.edition import Edition

CHUNK = 2_500
"""Rows that are decided at once."""


@dataclass(frozen=True, slots=True)
class Rows:
    """A population that can be read once more, a chunk at a time."""

    path: Path
    held: tuple[Path, ...] | Input
    """The submissions of a folder, or the parts of a file."""

    @property
    def count(self) -> int:
        return self.held.rows if isinstance(self.held, Input) else len(self.held)

    def place(self, number: int) -> str:
        """Where a row stands, for people."""
        return f"{self.path}:{number}" if isinstance(self.held, Input) else str(self.held[number - 1])

    def chunks(self) -> Iterator[list[Line]]:
        """The rows, so many at once. Raises ProblemsFound if a file cannot be read."""
        lines = self._lines()
        while chunk := list(islice(lines, CHUNK)):
            yield chunk

    def _lines(self) -> Iterator[Line]:
        if isinstance(self.held, Input):
            for part in self.held.parts:
                yield from lines_of(self.held, part)
            return
        for number, file in enumerate(self.held, 1):
            try:
                text = file.read_bytes()
            except OSError as error:
                message = f"The file cannot be read: {error.strerror}."
                raise ProblemsFound([Problem(message, Place(str(file), 1, 1))]) from None
            yield Line(number, text)


def open_rows(path: Path, edition: Edition) -> Rows:
    """A folder of submissions, or one file of them, whose columns are held against an edition.

    Raises ProblemsFound if it is neither.
    """
    if not path.is_dir():
        return Rows(path, open_population(path, edition))
    files = tuple(sorted(path.glob("*.json")))
    if not files:
        raise ProblemsFound([Problem(f"The folder {path} holds no submission: no file whose name ends in .json.")])
    return Rows(path, files)
