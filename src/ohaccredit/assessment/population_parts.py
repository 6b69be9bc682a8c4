"""A population assessed, as a folder of Parquet parts.

Each part is written whole under a passing name and then renamed, and it carries the job that it belongs to. A run that
was interrupted is therefore taken up by writing the parts that are missing; a part of another job is never mixed in.
Whoever writes a part, in this process or on another machine, writes the same bytes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ohaccredit.assessment.assess import engine_digest
from ohaccredit.assessment.no_cycles import no_cycles
from ohaccredit.assessment.population import ERRORS, ROW, Population
from ohaccredit.assessment.population_input import ROWS, Input, Part, batches_of, lines_of
from ohaccredit.assessment.population_tiers import TIER
from ohaccredit.language.problems import Place, Problem, ProblemsFound

_JOB = b"ohaccredit"


def assessed(population: Population, read: Input, part: Part) -> Iterator[pa.RecordBatch]:
    """The results of a part, batch by batch."""
    if read.form == "columns":
        first_row = part.first_row
        for batch in batches_of(read, part):
            yield population.assess_columns(first_row, batch)
            first_row += batch.num_rows
        return
    lines = lines_of(read, part)
    while batch := list(islice(lines, ROWS)):
        yield population.assess_lines(batch)


def job_of(population: Population, read: Input) -> dict[str, str]:
    """What decides the output, as every part carries it."""
    return {
        "edition": population.edition.id,
        "edition_digest": population.edition.digest,
        "engine_digest": engine_digest(),
        "on": population.on.isoformat(),
        "assurance": population.assurance,
        "modules": ",".join(population.modules),
        "input": read.digest,
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
    with no_cycles(), pq.ParquetWriter(passing, schema, compression="zstd") as writer:
        for batch in assessed(population, read, part):
            writer.write_batch(batch)
            rows += batch.num_rows
    passing.replace(target)
    return rows


FIRST_ERRORS = 5


def summary(folder: Path, read: Input, tiers: list[str]) -> dict[str, Any]:
    """How many rows there are of each tier, and how many have errors, with the first of these."""
    counts = dict.fromkeys(tiers, 0)
    rows = below = errors = 0
    first: list[dict[str, Any]] = []
    for part in read.parts:
        for batch in pq.ParquetFile(part_path(folder, part)).iter_batches(columns=[ROW, TIER, ERRORS]):
            bad = batch.column(ERRORS).is_valid()
            for tier, wrong in zip(batch.column(TIER).to_pylist(), bad.to_pylist(), strict=True):
                rows += 1
                if wrong:
                    errors += 1
                elif tier is None:
                    below += 1
                else:
                    counts[tier] += 1
            if len(first) < FIRST_ERRORS:
                for row in batch.filter(bad).slice(0, FIRST_ERRORS - len(first)).to_pylist():
                    first.append({"row": row[ROW], **row[ERRORS][0]})
    return {"rows": rows, "tiers": counts, "no_tier": below, "with_errors": errors, "first_errors": first}
