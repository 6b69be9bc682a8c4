"""Populations as files: one submission a line (NDJSON), or one a row of a Parquet file."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any

from ohaccredit.language.problems import Problem, ProblemsFound

BATCH = 2_000
"""Rows that are written at once."""
COLUMN = "submission"
"""The one column of a Parquet file: each row's JSON as text."""


def is_parquet(path: Path) -> bool:
    """Is the file, by its name, a Parquet file?"""
    return path.suffix.lower() == ".parquet"


def write_rows(path: Path, rows: Iterable[bytes]) -> Iterator[tuple[int, int]]:
    """Write rows to a file, whole or not at all; after each batch the rows and bytes written so far.

    Raises ProblemsFound if the file cannot be written, or if it is Parquet and pyarrow is missing.
    """
    partial = path.with_name(f"{path.name}.part-{os.getpid()}")
    try:
        yield from (_parquet if is_parquet(path) else _lines)(partial, rows)
        partial.replace(path)
    except OSError as error:
        raise ProblemsFound([Problem(f"{path} cannot be written: {error.strerror or error}.")]) from None
    finally:
        partial.unlink(missing_ok=True)


def read_rows(path: Path) -> Iterator[bytes]:
    """The rows of a population file, a batch at a time; empty lines are no rows. Raises ProblemsFound."""
    try:
        if is_parquet(path):
            yield from _read_parquet(path)
            return
        with path.open("rb") as file:
            for line in file:
                if line.strip():
                    yield line.rstrip(b"\r\n")
    except OSError as error:
        raise ProblemsFound([Problem(f"{path} cannot be read: {error.strerror or error}.")]) from None


def _lines(path: Path, rows: Iterable[bytes]) -> Iterator[tuple[int, int]]:
    count = size = 0
    with path.open("wb") as file:
        for batch in _batches(rows):
            size += file.write(b"\n".join(batch) + b"\n")
            count += len(batch)
            yield count, size


def _parquet(path: Path, rows: Iterable[bytes]) -> Iterator[tuple[int, int]]:
    arrow, parquet = _pyarrow()
    schema = arrow.schema([(COLUMN, arrow.string())])
    count = size = 0
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in _batches(rows):
            texts = [row.decode("utf-8", errors="replace") for row in batch]
            writer.write_batch(arrow.record_batch([arrow.array(texts, arrow.string())], schema=schema))
            count += len(batch)
            size += sum(map(len, batch))
            yield count, size


def _read_parquet(path: Path) -> Iterator[bytes]:
    arrow, parquet = _pyarrow()
    try:
        with parquet.ParquetFile(path) as file:
            if COLUMN not in file.schema_arrow.names:
                said = f'{path} has no column "{COLUMN}".'
                raise ProblemsFound([Problem(said, hint="It holds each submission as JSON text.")])
            for batch in file.iter_batches(BATCH, columns=[COLUMN]):
                for text in batch.column(0).to_pylist():
                    yield (text or "").encode()
    except arrow.ArrowInvalid as error:
        raise ProblemsFound([Problem(f"{path} is no Parquet file: {str(error).splitlines()[0]}")]) from None


def _batches(rows: Iterable[bytes]) -> Iterator[list[bytes]]:
    remaining = iter(rows)
    while batch := list(islice(remaining, BATCH)):
        yield batch


def _pyarrow() -> tuple[Any, Any]:
    try:
        return import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError:
        said = "Parquet files need the package pyarrow, which is not installed."
        hint = "Install it with: pip install pyarrow. Without it, name a file that ends in .ndjson."
        raise ProblemsFound([Problem(said, hint=hint)]) from None
