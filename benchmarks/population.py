"""A population of employers against all criteria of its standard, beside merely reading the columns that this takes.

Each run is a process of its own on one core, so that processor time and the most memory it held can be told apart.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.measure import aim, table, title

ON = date(2026, 11, 22)
STANDARD = "employer-accreditation"
ROWS = 100_000


def main() -> int:
    """Print the tables."""
    with tempfile.TemporaryDirectory() as folder:
        lines, columns = Path(folder) / "in.ndjson", Path(folder) / "in.parquet"
        _make(lines)
        _alone("columns", lines, columns)
        size = lines.stat().st_size
        for form, given in (("NDJSON", lines), ("Parquet", columns)):
            title(f"{ROWS:,} employers from {form} ({size / ROWS / 1000:.1f} kB of JSON a row), one core")
            ran = {what: _alone(what, given, Path(folder) / f"{form}-{what}") for what in READERS[form]}
            rows = [
                (what, f"{each['cpu'] / ROWS * 1e6:,.0f} µs", f"{ROWS / each['cpu']:,.0f}", f"{each['memory']:,.0f} MB")
                for what, each in ran.items()
            ]
            table([("", "CPU a row", "rows a second", "most memory"), *rows])
            fastest = min(each["cpu"] for what, each in ran.items() if what.endswith("reads"))
            aim(f"all criteria from {form}, over the fastest reader", ran[OURS]["cpu"] / fastest, 2)
    return 0


OURS = "batch"
READERS = {
    "NDJSON": (OURS, "duckdb reads", "polars reads", "pyarrow reads", "json.loads"),
    "Parquet": (OURS, "duckdb reads", "polars reads", "pyarrow reads"),
}


def _make(path: Path) -> None:
    code = "from ohaccredit.cli.main import main; main()"
    command = [sys.executable, "-c", code, "population", "make", str(path)]
    subprocess.run([*command, "--number", str(ROWS), "--on", ON.isoformat()], check=True, capture_output=True)


def _alone(what: str, given: Path, out: Path) -> dict[str, float]:
    """One run in a process of its own."""
    environment = {**os.environ, "POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1", "ARROW_IO_THREADS": "1"}
    command = [sys.executable, "-m", "benchmarks.population", what, str(given), str(out)]
    done = subprocess.run(command, check=True, capture_output=True, env=environment)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


# ── One run ─────────────────────────────────────────────────────────────────────────────────────────


def _run(what: str, given: Path, out: Path) -> dict[str, float]:
    import polars as pl
    import pyarrow as pa
    import pyarrow.json as pj
    import pyarrow.parquet as pq

    from ohaccredit.assessment.population import Population
    from ohaccredit.assessment.population_input import open_population
    from ohaccredit.assessment.population_parts import job_of, write_part
    from ohaccredit.standards.home import find_home
    from ohaccredit.standards.loading import load_edition

    pa.set_cpu_count(1)
    edition = load_edition(find_home(), STANDARD, on=ON)
    population = Population(edition, ON)
    used = {path[0] if path else name.split(".")[0] for path, names in population.needs.items() for name in names}
    if what == OURS:
        out.mkdir()
    as_columns = given.suffix == ".parquet"
    start = time.process_time()
    match what:
        case "batch":
            read = open_population(given, edition)
            job = job_of(population, read)
            for part in read.parts:
                write_part(population, read, part, out, job)
        case "polars reads" if as_columns:
            known = pl.scan_parquet(given).collect_schema()["evidence"].to_schema()  # type: ignore[attr-defined]
            fields = [pl.col("evidence").struct.field(name) for name in sorted(used) if name in known]
            pl.scan_parquet(given).select(fields).collect()
        case "polars reads":
            pl.read_ndjson(given, infer_schema_length=None).select("evidence")
        case "pyarrow reads" if as_columns:
            pq.read_table(given, columns=[f"evidence.{name}" for name in used & _there(given)], use_threads=False)
        case "pyarrow reads":
            options = pj.ReadOptions(use_threads=False, block_size=1 << 24)
            pj.read_json(given, read_options=options)
        case "duckdb reads":
            import duckdb

            columns = [f'evidence."{name}"' for name in sorted(_there(given) & used)] if as_columns else ["evidence"]
            source = "read_parquet" if as_columns else "read_json"
            connection = duckdb.connect(config={"threads": 1})
            connection.sql(f"SELECT {', '.join(columns)} FROM {source}(?)", params=[str(given)]).to_arrow_table()
        case "json.loads":
            with given.open("rb") as file:
                for line in file:
                    json.loads(line)
        case "columns":
            _as_columns(given, out)
    cpu = time.process_time() - start
    return {"cpu": cpu, "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000}


def _there(given: Path) -> set[str]:
    """The kinds of evidence that a Parquet file has columns for."""
    import pyarrow.parquet as pq

    return {field.name for field in pq.read_schema(given).field("evidence").type}


def _as_columns(given: Path, out: Path) -> None:
    """The same population as nested columns, with dates as dates."""
    import duckdb

    read = "read_json(?, format='newline_delimited', sample_size=-1, map_inference_threshold=-1)"
    where = str(out).replace("'", "''")
    duckdb.connect().execute(
        f"COPY (SELECT * FROM {read}) TO '{where}' (FORMAT parquet, ROW_GROUP_SIZE 20000)", [str(given)]
    )


if __name__ == "__main__":
    ran: dict[str, Any] = _run(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
    print(json.dumps(ran))
