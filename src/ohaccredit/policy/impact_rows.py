"""The submissions of a population, whatever it is kept in: a folder of JSON, NDJSON, or Parquet.

They come in chunks that are small enough to be handed to another process: where to read, or columns as they stood in
the file. What they hold is read and parsed only there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from ohaccredit.assessment.population import Line, as_json
from ohaccredit.assessment.population_input import ROWS, Input, Part, batches_of, lines_of, open_population
from ohaccredit.assessment.prepare import ROOT
from ohaccredit.language.problems import Place, Problem, ProblemsFound
from ohaccredit.standards.edition import Edition


@dataclass(frozen=True, slots=True)
class Files:
    """Some submissions of a folder, the first of them with its number."""

    first: int
    paths: tuple[Path, ...]

    def lines(self) -> Iterator[Line]:
        """The submissions. Raises ProblemsFound if a file cannot be read."""
        for number, path in enumerate(self.paths, self.first):
            try:
                text = path.read_bytes()
            except OSError as error:
                raise ProblemsFound([_unreadable(path, error.strerror)]) from None
            yield Line(number, text)


@dataclass(frozen=True, slots=True)
class Lines:
    """Some lines of an NDJSON file."""

    file: Input
    part: Part

    def lines(self) -> Iterator[Line]:
        """The submissions."""
        return lines_of(self.file, self.part)


@dataclass(frozen=True, slots=True)
class Texts:
    """Some rows of a Parquet file that holds submissions as JSON, the first of them with its number."""

    first: int
    texts: pa.Array

    def lines(self) -> Iterator[Line]:
        """The submissions."""
        for number, text in enumerate(self.texts.to_pylist(), self.first):
            yield Line(number, text.encode() if isinstance(text, str) else text or b"")


@dataclass(frozen=True, slots=True)
class Columns:
    """Some rows of a Parquet file that holds submissions as columns, the first of them with its number."""

    first: int
    batch: pa.RecordBatch

    def lines(self) -> Iterator[Line]:
        """The submissions."""
        for number, row in enumerate(self.batch.to_pylist(), self.first):
            yield Line(number, content=as_json(row))

    def line(self, at: int) -> Line:
        """One of them."""
        return Line(self.first + at, content=as_json(self.batch.slice(at, 1).to_pylist()[0]))

    def evidence(self, names: Collection[str]) -> Iterator[dict[str, Any]]:
        """Some kinds of evidence of each submission."""
        given = self.batch.column(ROOT)
        kept = [number for number, field in enumerate(given.type) if field.name in names]
        inside = pa.Table.from_arrays([given.field(number) for number in kept], [given.type[n].name for n in kept])
        for row in inside.to_pylist() if kept else [{}] * len(given):
            yield as_json(row)


Chunk = Files | Lines | Texts | Columns


@dataclass(frozen=True, slots=True)
class Rows:
    """A population that can be read once more, a chunk at a time."""

    path: Path
    held: tuple[Path, ...] | Input
    """The submissions of a folder, or the parts of a file."""

    @property
    def count(self) -> int:
        return self.held.rows if isinstance(self.held, Input) else len(self.held)

    def stands(self, number: int) -> tuple[str, int]:
        """The file in which a row stands, and its line or row there."""
        return (str(self.path), number) if isinstance(self.held, Input) else (str(self.held[number - 1]), 1)

    def place(self, number: int) -> str:
        """Where a row stands, for people."""
        file, line = self.stands(number)
        return f"{file}:{line}" if isinstance(self.held, Input) else file

    def chunks(self) -> Iterator[Chunk]:
        """All rows, so many at once."""
        if not isinstance(self.held, Input):
            for start in range(0, len(self.held), ROWS):
                yield Files(start + 1, self.held[start : start + ROWS])
            return
        for part in self.held.parts:
            if self.held.form == "ndjson":
                yield Lines(replace(self.held, parts=(part,)), part)
            else:
                first = part.first_row
                for batch in batches_of(self.held, part):
                    yield Texts(first, batch.column(0)) if self.held.form == "json column" else Columns(first, batch)
                    first += batch.num_rows


def open_rows(path: Path, edition: Edition) -> Rows:
    """A folder of submissions, or one file of them, whose columns are held against an edition.

    Raises ProblemsFound if it is neither, or holds none.
    """
    rows = Rows(path, _files_in(path) if path.is_dir() else open_population(path, edition))
    if not rows.count:
        raise ProblemsFound([Problem("The file holds no submission.", Place(str(path), 1, 1))])
    return rows


def _files_in(folder: Path) -> tuple[Path, ...]:
    files = tuple(sorted(folder.glob("*.json")))
    if not files:
        message = f"The folder {folder} holds no submission: no file whose name ends in .json."
        raise ProblemsFound([Problem(message)])
    others = [_unreadable(file, "it is no file") for file in files if not file.is_file()]
    if others:
        raise ProblemsFound(others)
    return files


def _unreadable(path: Path, why: str | None) -> Problem:
    return Problem(f"The file cannot be read: {why}.", Place(str(path), 1, 1))
