"""The submissions of a population, whatever it is kept in: a folder of JSON, NDJSON, or Parquet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ohaccredit.assessment.population import Line
from ohaccredit.assessment.population_files import lines_of, open_population
from ohaccredit.language.problems import Place, Problem, ProblemsFound
from ohaccredit.policy.population_maker.files import COLUMN, is_parquet
from ohaccredit.standards.edition import Edition

CHUNK = 2_500
"""Rows that are decided at once."""


@dataclass(frozen=True, slots=True)
class Rows:
    """A population that can be read once more, a chunk at a time."""

    path: Path
    files: tuple[Path, ...]
    """The submissions of a folder; empty for a file."""
    edition: Edition
    """What typed columns of a Parquet file are held against."""
    count: int

    def place(self, number: int) -> str:
        """Where a row stands, for people."""
        return str(self.files[number - 1]) if self.files else f"{self.path}:{number}"

    def chunks(self) -> Iterator[list[Line]]:
        """The rows, so many at once. Raises ProblemsFound if the file cannot be read."""
        lines = self._lines()
        while chunk := list(islice(lines, CHUNK)):
            yield chunk

    def _lines(self) -> Iterator[Line]:
        if self.files:
            for number, file in enumerate(self.files, 1):
                try:
                    text = file.read_bytes()
                except OSError as error:
                    message = f"The file cannot be read: {error.strerror}."
                    raise ProblemsFound([Problem(message, Place(str(file), 1, 1))]) from None
                yield Line(number, text)
        elif _holds_json(self.path):
            with pq.ParquetFile(self.path) as table:
                number = 1
                for batch in table.iter_batches(CHUNK, columns=[COLUMN]):
                    for value in batch.column(0).to_pylist():
                        yield Line(number, (value or "").encode())
                        number += 1
        else:
            opened = open_population(self.path, self.edition)
            for part in opened.parts:
                yield from lines_of(opened, part)


def open_rows(path: Path, edition: Edition) -> Rows:
    """A folder of submissions, or one file of them. Raises ProblemsFound if it is neither."""
    if path.is_dir():
        files = tuple(sorted(path.glob("*.json")))
        if not files:
            message = f"The folder {path} holds no submission: no file whose name ends in .json."
            raise ProblemsFound([Problem(message)])
        return Rows(path, files, edition, len(files))
    if _holds_json(path):
        with pq.ParquetFile(path) as table:
            return Rows(path, (), edition, table.metadata.num_rows)
    return Rows(path, (), edition, open_population(path, edition).rows)


def _holds_json(path: Path) -> bool:
    """Is it a Parquet file with each submission as JSON text, as `population make` writes it?"""
    if not is_parquet(path):
        return False
    try:
        return COLUMN in pq.read_schema(path).names
    except (OSError, pa.ArrowInvalid):
        return False  # said by whoever opens it next
