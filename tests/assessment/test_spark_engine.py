"""Populations on a Spark cluster of two executors: the bytes that one process writes, and the rows of a Spark table."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyspark")

import pyarrow.parquet as pq

from ohaccredit.assessment import population_input
from ohaccredit.assessment.population_input import open_population
from ohaccredit.assessment.population_job import Job
from ohaccredit.assessment.spark_engine import assessed
from ohaccredit.standards.home import find_home
from ohaccredit.standards.loading import load_edition
from tests.running import run_ohaccredit

# Spark and what it builds on warn of matters of their own.
pytestmark = [pytest.mark.spark, pytest.mark.filterwarnings("default")]

EXAMPLES = Path(__file__).parents[2] / "examples"
ON = date(2026, 11, 22)


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    """Two executors, each a Java process of its own with Python workers of its own."""
    import pyspark
    from pyspark.sql import SparkSession

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_HOME", str(Path(pyspark.__file__).parent))
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        builder = SparkSession.builder.master("local-cluster[2,1,1024]").config("spark.ui.enabled", "false")
        session = builder.config("spark.ui.showConsoleProgress", "false").getOrCreate()
        yield session
        session.stop()


@pytest.fixture
def given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The examples of employers, some broken lines between them, cut into many parts."""
    monkeypatch.setattr(population_input, "ROWS", 3)
    examples = [json.dumps(json.loads(path.read_bytes())).encode() for path in sorted(EXAMPLES.glob("*.json"))]
    assert len(examples) >= 5
    path = tmp_path / "in.ndjson"
    path.write_bytes(b"\n".join([*examples, b"{broken", b"", b'{"evidence": 3}', *examples]))
    return path


def test_a_cluster_writes_the_bytes_that_one_process_writes(session: Any, given: Path, tmp_path: Path) -> None:
    arguments = ("batch", given, "--on", ON.isoformat(), "--json")
    here = run_ohaccredit(*arguments[:2], tmp_path / "here", *arguments[2:], "--workers", 1)
    there = run_ohaccredit(*arguments[:2], tmp_path / "there", *arguments[2:], "--engine", "spark")
    assert (here.code, there.code) == (0, 0), there.err
    said = json.loads(here.out)
    assert (said["rows"] > 10, said["with_errors"]) == (True, 2)
    assert {**json.loads(there.out), "output": ""} == {**said, "output": ""}
    parts = sorted(path.name for path in (tmp_path / "here").iterdir())
    assert len(parts) >= 4
    assert sorted(path.name for path in (tmp_path / "there").iterdir()) == parts
    for name in parts:
        assert (tmp_path / "here" / name).read_bytes() == (tmp_path / "there" / name).read_bytes()


def test_what_was_interrupted_is_taken_up_on_the_cluster(session: Any, given: Path, tmp_path: Path) -> None:
    arguments = ("batch", given, tmp_path / "out", "--on", ON.isoformat())
    assert run_ohaccredit(*arguments, "--workers", 1).code == 0
    whole = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    (tmp_path / "out" / "part-00002.parquet").unlink()
    again = run_ohaccredit(*arguments, "--engine", "spark")
    assert again.code == 0, again.err
    assert "are kept" in again.err
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == whole


def test_both_executors_work_on_a_table_and_give_the_same_rows(session: Any, given: Path, tmp_path: Path) -> None:
    home = find_home()
    edition = load_edition(home, "employer-accreditation", None, on=ON)
    read = open_population(given, edition)
    job = Job(home.root, edition.standard, edition.edition, ON, "declared", (), read, tmp_path / "out")
    lines = [(number, line) for number, line in enumerate(given.read_text().splitlines(), 1) if line]
    frame = session.createDataFrame(lines, "row long, json string").repartition(6)

    def executor(batches: Any) -> Any:  # the parent of the Python worker that has the partition
        import pyarrow as pa

        for _ in batches:
            yield pa.RecordBatch.from_pydict({"process": [str(os.getppid())]})

    assert len({row.process for row in frame.mapInArrow(executor, "process string").collect()}) == 2
    there = sorted((row.asDict(recursive=True) for row in assessed(frame, job).collect()), key=lambda row: row["row"])
    job.folder.mkdir()
    for part in read.parts:
        job.write(part)
    assert there == pq.read_table(job.folder).sort_by("row").to_pylist()
