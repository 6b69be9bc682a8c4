"""Populations in files: NDJSON or Parquet, cut into parts at places that depend on the file alone.

A Parquet file holds submissions as nested columns (`evidence` and what stands beside it), or as JSON in one column
(`submission`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from ohaccredit.assessment.population import Line, as_json
from ohaccredit.assessment.population_schema import AS_JSON, wrong_columns
from ohaccredit.language.json_limits import DEFAULT_LIMITS
from ohaccredit.language.problems import Place, Problem, ProblemsFound
from ohaccredit.standards.edition import Edition

ROWS = 10_000
"""The rows of a part made from NDJSON, and of its batch: enough for the columns to pay, little enough for memory."""
COLUMN_ROWS = 15_000
"""The rows of a batch that is in columns already, which take less memory."""
_PARQUET = b"PAR1"


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the input: for NDJSON where it begins and its first line, for Parquet its row group and first row."""

    number: int
    start: int
    first_row: int
    rows: int


@dataclass(frozen=True, slots=True)
class Input:
    """A population's file, cut into parts."""

    path: Path
    form: Literal["ndjson", "json column", "columns"]
    parts: tuple[Part, ...]
    digest: str
    """SHA-256 of all of it."""

    @property
    def rows(self) -> int:
        """All rows or lines."""
        return sum(part.rows for part in self.parts)


def open_population(path: Path, edition: Edition) -> Input:
    """The parts of a population's file. Raises ProblemsFound if it is no such file or has other columns."""
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            if file.read(len(_PARQUET)) != _PARQUET:
                return Input(path, "ndjson", tuple(_lines(file)), digest)
    except OSError as error:
        raise ProblemsFound([Problem(f"The file cannot be read: {error.strerror}.", Place(str(path), 1, 1))]) from None
    try:
        table = pq.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as error:
        message = f"The Parquet file cannot be read: {str(error).splitlines()[0]}"
        raise ProblemsFound([Problem(message, Place(str(path), 1, 1))]) from None
    problems = list(wrong_columns(table.schema_arrow, edition, path))
    if problems:
        raise ProblemsFound(problems)
    parts, first = [], 1
    for number in range(table.metadata.num_row_groups):
        rows = table.metadata.row_group(number).num_rows
        parts.append(Part(number, number, first, rows))
        first += rows
    return Input(path, "json column" if AS_JSON in table.schema_arrow.names else "columns", tuple(parts), digest)


def _lines(file: BinaryIO) -> Iterator[Part]:
    """The parts of an NDJSON file: so many lines each."""
    file.seek(0)
    offset, start, first, line, number, ended = 0, 0, 1, 1, 0, True
    while chunk := file.read(1 << 24):
        at = -1
        while (at := chunk.find(b"\n", at + 1)) >= 0:
            line += 1
            if line - first == ROWS:
                yield Part(number, start, first, ROWS)
                number, start, first = number + 1, offset + at + 1, line
        offset += len(chunk)
        ended = chunk.endswith(b"\n")
    rest = line - first + (not ended)
    if rest:
        yield Part(number, start, first, rest)


def lines_of(population: Input, part: Part) -> Iterator[Line]:
    """The submissions of a part, one by one; lines of NDJSON without anything in them are passed over."""
    if population.form == "ndjson":
        yield from _read_lines(population.path, part)
        return
    for first_row, batch in batches_of(population, part):
        if population.form == "json column":
            for number, text in enumerate(batch.column(0).to_pylist(), first_row):
                yield Line(number, text.encode() if isinstance(text, str) else text or b"")
        else:
            for number, content in enumerate(batch.to_pylist(), first_row):
                yield Line(number, content=as_json(content))


def batches_of(population: Input, part: Part) -> Iterator[tuple[int, pa.RecordBatch]]:
    """The rows of a part of a Parquet file, so many at once, each batch with the number of its first row."""
    columns = [AS_JSON] if population.form == "json column" else None
    number = part.first_row
    with pq.ParquetFile(population.path) as table:
        rows = COLUMN_ROWS if population.form == "columns" else ROWS
        for batch in table.iter_batches(batch_size=rows, row_groups=[part.start], columns=columns, use_threads=False):
            yield number, batch
            number += batch.num_rows


def _read_lines(path: Path, part: Part) -> Iterator[Line]:
    with path.open("rb") as file:
        file.seek(part.start)
        for number in range(part.first_row, part.first_row + part.rows):
            text = file.readline(DEFAULT_LIMITS.bytes + 2)
            if len(text) > DEFAULT_LIMITS.bytes + 1:  # too long for a submission: the rest of the line is not kept
                while (more := file.readline(1 << 24)) and not more.endswith(b"\n"):
                    pass
            if text.strip():
                yield Line(number, text.rstrip(b"\r\n"))
