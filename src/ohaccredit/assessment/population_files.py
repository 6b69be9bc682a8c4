"""Populations in files: NDJSON or Parquet in, a folder of Parquet parts out.

A Parquet file holds submissions as nested columns (`evidence` and what stands beside it), or as JSON in one column
(`submission`).

The input is cut into parts at places that depend on the input alone. Each part of the output is written whole under a
passing name and then renamed, and it carries the job that it belongs to. A run that was interrupted is therefore taken
up by writing the parts that are missing; a part of another job is never mixed in.
"""

from __future__ import annotations

import gc
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from ohaccredit.assessment.assess import engine_digest
from ohaccredit.assessment.population import Line, Population
from ohaccredit.language.json_limits import DEFAULT_LIMITS
from ohaccredit.language.parse import nearest
from ohaccredit.language.problems import Place, Problem, ProblemsFound
from ohaccredit.language.types import (
    Choice,
    Choices,
    Date,
    Keyed,
    ListOf,
    Number,
    Record,
    Series,
    Text,
    Type,
    YesNo,
    name_of,
)
from ohaccredit.standards.edition import Edition

ROWS = 10_000
"""The rows of a batch, and of a part made from NDJSON: enough for the columns to pay, little enough for memory."""
_JOB = b"ohaccredit"
_PARQUET = b"PAR1"
AS_JSON = "submission"
"""The column of a Parquet file that holds whole submissions as JSON, instead of columns for what they say."""
_TEXTS = ("$schema", "standard", "edition", "name")
_EXPLANATION = ("criterion", "claim", "text", "status", "rejected_because")


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
    parquet: bool
    parts: tuple[Part, ...]
    fingerprint: str
    """Its size and its ends: enough to notice that another file has its name."""

    @property
    def rows(self) -> int:
        """All rows or lines."""
        return sum(part.rows for part in self.parts)


# ── In ──────────────────────────────────────────────────────────────────────────────────────────────


def open_population(path: Path, edition: Edition) -> Input:
    """The parts of a population's file. Raises ProblemsFound if it is no such file or has other columns."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(1 << 20)
            file.seek(max(0, size - (1 << 20)))
            tail = file.read()
            fingerprint = hashlib.sha256(b"%d\0" % size + head + tail).hexdigest()
            if head[:4] != _PARQUET:
                return Input(path, False, tuple(_lines(file)), fingerprint)
    except OSError as error:
        raise ProblemsFound([Problem(f"The file cannot be read: {error.strerror}.", Place(str(path), 1, 1))]) from None
    try:
        table = pq.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as error:
        message = f"The Parquet file cannot be read: {str(error).splitlines()[0]}"
        raise ProblemsFound([Problem(message, Place(str(path), 1, 1))]) from None
    problems = list(_columns(table.schema_arrow, edition, path))
    if problems:
        raise ProblemsFound(problems)
    parts, first = [], 1
    for number in range(table.metadata.num_row_groups):
        rows = table.metadata.row_group(number).num_rows
        parts.append(Part(number, number, first, rows))
        first += rows
    return Input(path, True, tuple(parts), fingerprint)


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


def assessed(population: Population, read: Input, part: Part) -> Iterator[pa.RecordBatch]:
    """The results of a part, batch by batch."""
    if not read.parquet:
        for lines in _batches(lines_of(read, part)):
            yield population.assess_lines(lines)
        return
    number, table = part.first_row, pq.ParquetFile(read.path)
    texts = AS_JSON in table.schema_arrow.names
    chosen = [AS_JSON] if texts else None
    for batch in table.iter_batches(batch_size=ROWS, row_groups=[part.start], columns=chosen, use_threads=False):
        if texts:
            rows = enumerate(batch.column(0).to_pylist(), number)
            yield population.assess_lines(Line(at, _as_bytes(text)) for at, text in rows)
        else:
            yield population.assess_columns(number, batch)
        number += batch.num_rows


def lines_of(population: Input, part: Part) -> Iterator[Line]:
    """The submissions of a part of NDJSON; lines without anything in them are passed over."""
    with population.path.open("rb") as file:
        file.seek(part.start)
        for number in range(part.first_row, part.first_row + part.rows):
            text = file.readline(DEFAULT_LIMITS.bytes + 2)
            if len(text) > DEFAULT_LIMITS.bytes + 1:  # too long for a submission: the rest of the line is not kept
                while (more := file.readline(1 << 24)) and not more.endswith(b"\n"):
                    pass
            if text.strip():
                yield Line(number, text)


def _as_bytes(text: str | bytes | None) -> bytes:
    return text.encode() if isinstance(text, str) else text or b""


# ── The columns of a Parquet file ───────────────────────────────────────────────────────────────────


def _columns(schema: pa.Schema, edition: Edition, path: Path) -> Iterator[Problem]:
    """What is wrong with the columns of a file, all at once."""
    place = Place(str(path), 1, 1)
    if AS_JSON in schema.names:
        given = schema.field(AS_JSON).type
        if not (_holds(given, Text()) or pa.types.is_binary(given)):
            yield _wrong(given, "submissions as JSON", (AS_JSON,), place)
        return
    known = (*_TEXTS, "modules", "explanations", "evidence")
    if "evidence" not in schema.names:
        hint = "Each row is a submission: its evidence stands in a column of that name, with a field for each kind."
        yield Problem('There is no column "evidence".', place, "", hint)
    for column in schema:
        if column.name not in known:
            yield Problem(
                f'There is no column "{column.name}" in a submission.', place, "", nearest(column.name, known)
            )
        elif column.name == "evidence":
            record = Record({name: kind.field for name, kind in edition.evidence.items() if not kind.computed})
            yield from _fits(column.type, record, ("evidence",), edition, place)
        elif column.name == "modules":
            yield from _fits(column.type, Choices(tuple(edition.modules)), ("modules",), edition, place)
        elif column.name in _TEXTS:
            yield from _fits(column.type, Text(), (column.name,), edition, place)


def _fits(given: pa.DataType, kind: Type, names: tuple[str, ...], edition: Edition, place: Place) -> Iterator[Problem]:
    if pa.types.is_null(given):  # a column in which nothing is given
        return
    match kind:
        case Record() | Keyed():
            if not pa.types.is_struct(given):
                yield _wrong(given, "a group of fields", names, place)
                return
            inner = _inside(kind, names, edition)
            for field in given:
                if field.name not in inner:
                    hint = nearest(field.name, tuple(inner))
                    yield Problem(f'There is no field "{".".join((*names, field.name))}".', place, "", hint)
                elif (wanted := inner[field.name]) is not None:
                    yield from _fits(field.type, wanted, (*names, field.name), edition, place)
        case ListOf() | Series() | Choices():
            if not (pa.types.is_list(given) or pa.types.is_large_list(given)):
                yield _wrong(given, "a list", names, place)
                return
            item = Choice(kind.options) if isinstance(kind, Choices) else kind.item
            yield from _fits(given.value_type, item, names, edition, place)
        case _:
            if not _holds(given, kind):
                yield _wrong(given, name_of(kind), names, place)


def _inside(kind: Record | Keyed, names: tuple[str, ...], edition: Edition) -> Mapping[str, Type | None]:
    """The fields of a group; None for what is checked row by row."""
    if isinstance(kind, Keyed):
        return dict(kind.records)
    inner: dict[str, Type | None] = {field.name: field.type for field in kind}
    if edition.linked_at(names[1:]) is not None if len(names) > 1 else False:
        inner |= {"evidence": None, "explanations": None}
    return inner


def _holds(given: pa.DataType, kind: Type) -> bool:
    types = pa.types
    if types.is_dictionary(given):
        given = given.value_type
    match kind:
        case YesNo():
            return bool(types.is_boolean(given))
        case Date():
            return bool(types.is_date(given) or types.is_string(given) or types.is_large_string(given))
        case Number():
            whole = types.is_integer(given)
            return bool(whole if kind.whole else whole or types.is_decimal(given) or types.is_floating(given))
        case _:
            return bool(types.is_string(given) or types.is_large_string(given) or types.is_string_view(given))


def _wrong(given: pa.DataType, wanted: str, names: tuple[str, ...], place: Place) -> Problem:
    shown = "a group of fields" if pa.types.is_struct(given) else str(given)
    return Problem(f'The column "{".".join(names)}" holds {shown}; it should hold {wanted}.', place)


# ── Out ─────────────────────────────────────────────────────────────────────────────────────────────


def job_of(population: Population, read: Input) -> dict[str, str]:
    """What decides the output, as every part carries it."""
    return {
        "edition": population.edition.id,
        "edition_digest": population.edition.digest,
        "engine_digest": engine_digest(),
        "on": population.on.isoformat(),
        "assurance": population.assurance,
        "modules": ",".join(population.modules),
        "input": read.fingerprint,
    }


def part_path(folder: Path, part: Part) -> Path:
    """Where a part of the output stands."""
    return folder / f"part-{part.number:05}.parquet"


def parts_missing(folder: Path, read: Input, job: Mapping[str, str]) -> list[Part]:
    """The parts that are still to be written. Raises ProblemsFound if the folder holds those of another job."""
    wanted = {part_path(folder, part): part for part in read.parts}
    for path in sorted(folder.glob("part-*.parquet")):
        if path not in wanted or _job_in(path) != {**job, "part": str(wanted[path].number)}:
            message = f"The folder {folder} holds results of another run (another file, edition, date or program)."
            raise ProblemsFound([Problem(message, Place(str(path), 1, 1), "", "Choose another folder, or empty it.")])
    return [part for path, part in wanted.items() if not path.exists()]


def _job_in(path: Path) -> object:
    try:
        return json.loads((pq.read_schema(path).metadata or {}).get(_JOB, b"null"))
    except (OSError, ValueError, pa.ArrowInvalid):
        return None


def write_part(population: Population, read: Input, part: Part, folder: Path, job: Mapping[str, str]) -> int:
    """Assess a part and write it whole; the number of its rows."""
    target = part_path(folder, part)
    passing = target.with_name(f".{target.name}.{os.getpid()}")
    schema = population.schema.with_metadata({_JOB: json.dumps({**job, "part": str(part.number)})})
    rows = 0
    with _no_cycles(), pq.ParquetWriter(passing, schema, compression="zstd") as writer:
        for batch in assessed(population, read, part):
            writer.write_batch(batch)
            rows += batch.num_rows
    passing.replace(target)
    return rows


@contextmanager
def _no_cycles() -> Iterator[None]:
    """Without the search for cycles: what is read has none, and the search walks all columns again and again."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _batches(lines: Iterator[Line]) -> Iterator[list[Line]]:
    batch: list[Line] = []
    for line in lines:
        batch.append(line)
        if len(batch) == ROWS:
            yield batch
            batch = []
    if batch:
        yield batch


def summary(folder: Path, read: Input, tiers: list[str]) -> dict[str, Any]:
    """How many rows there are of each tier, and how many have errors."""
    counts = dict.fromkeys(tiers, 0)
    rows = below = errors = 0
    for part in read.parts:
        for batch in pq.ParquetFile(part_path(folder, part)).iter_batches(columns=["tier", "errors"]):
            bad = batch.column("errors").is_valid().to_pylist()
            for tier, wrong in zip(batch.column("tier").to_pylist(), bad, strict=True):
                rows += 1
                if wrong:
                    errors += 1
                elif tier is None:
                    below += 1
                else:
                    counts[tier] += 1
    return {"rows": rows, "tiers": counts, "no_tier": below, "with_errors": errors}


__all__ = ["Input", "Part", "assessed", "job_of", "open_population", "parts_missing", "summary", "write_part"]
