"""Populations in files: NDJSON or Parquet, cut into parts at places that depend on the file alone.

A Parquet file holds submissions as nested columns (`evidence` and what stands beside it), or as JSON in one column
(`submission`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from ohaccredit.assessment.population import Line
from ohaccredit.assessment.population_schema import AS_JSON, wrong_columns
from ohaccredit.language.json_limits import DEFAULT_LIMITS
from ohaccredit.language.problems import Place, Problem, ProblemsFound
from ohaccredit.standards.edition import Edition

ROWS = 20_000
"""The rows of a part made from NDJSON, and of what is decided at once: enough for the columns to pay."""
_PARQUET = b"PAR1"


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the input: for NDJSON where it begins and its first line, for Parquet its row groups and first row."""

    number: int
    start: int
    first_row: int
    rows: int
    groups: int = 0
    """How many row groups of a Parquet file it takes; so many that there are enough rows."""


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
    rows = [table.metadata.row_group(number).num_rows for number in range(table.metadata.num_row_groups)]
    form: Literal["json column", "columns"] = "json column" if AS_JSON in table.schema_arrow.names else "columns"
    return Input(path, form, tuple(_row_groups(rows)), digest)


def _row_groups(rows: Sequence[int]) -> Iterator[Part]:
    """The parts of a Parquet file, given the rows of its row groups: as few of these as make up the rows of a part."""
    start = number = taken = 0
    first = 1
    for group, size in enumerate(rows, 1):
        taken += size
        if taken >= ROWS or group == len(rows):
            yield Part(number, start, first, taken, group - start)
            start, number, first, taken = group, number + 1, first + taken, 0


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
    """The submissions of a part that are text, one by one; lines of NDJSON without anything in them are passed over."""
    if population.form == "ndjson":
        yield from _read_lines(population.path, part)
        return
    number = part.first_row
    for batch in batches_of(population, part):
        for text in batch.column(0).to_pylist():
            yield Line(number, text.encode() if isinstance(text, str) else text or b"")
            number += 1


def batches_of(population: Input, part: Part) -> Iterator[pa.RecordBatch]:
    """The rows of a part of a Parquet file, in batches of about the same size."""
    columns = [AS_JSON] if population.form == "json column" else None
    with pq.ParquetFile(population.path) as table:
        yield from table.iter_batches(
            batch_size=_even(part.rows),
            row_groups=list(range(part.start, part.start + part.groups)),
            columns=columns,
            use_threads=False,
        )


def _even(rows: int) -> int:
    """The size of batches that are about as large as they should be, and all alike: a small one costs much a row."""
    return -(-rows // max(1, round(rows / ROWS)))


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
