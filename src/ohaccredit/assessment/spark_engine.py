"""Populations on Apache Spark: the same kernel, on as many machines as a cluster has.

`spark` hands the parts of a file out to Spark's workers through `mapInArrow`. Each worker reads its part and writes its
part of the result, byte for byte what one process would have written; so the file and the folder of results have to be
where all workers see them, under the same path. `assessed` is for submissions that are in a Spark table already.

Which cluster is Spark's own business (`spark-submit`, `spark-defaults.conf`); without any, it is all cores here.
https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.DataFrame.mapInArrow.html
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, TimeoutError
from typing import TYPE_CHECKING

import pyarrow as pa

from ohaccredit.assessment.population_input import Part
from ohaccredit.assessment.population_job import Job
from ohaccredit.assessment.population_parts import part_path

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_LOOK = 0.5
"""Seconds between two looks at which parts are there."""


def spark(job: Job, parts: list[Part]) -> Iterable[int]:
    """Write parts on Spark, and yield their numbers of rows as they appear.

    Raises what Spark raises if a worker fails; the parts that are there by then are whole and are kept.
    """
    by_number = {part.number: part for part in parts}

    def write(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            numbers = batch.column(0).to_pylist()
            rows = [job.write(by_number[number]) for number in numbers]
            yield pa.RecordBatch.from_pydict({"part": numbers, "rows": rows})

    session = _session()
    frame = session.createDataFrame([(number,) for number in by_number], "part long").repartition(len(parts), "part")
    waiting = dict(by_number)
    with ThreadPoolExecutor(1) as thread:
        done = thread.submit(lambda: frame.mapInArrow(write, "part long, rows long").collect())
        while waiting:
            try:
                done.result(_LOOK)
            except TimeoutError:
                there = {number for number, part in waiting.items() if part_path(job.folder, part).exists()}
            else:
                there = set(waiting)
            yield from (waiting.pop(number).rows for number in sorted(there))


def assessed(frame: DataFrame, job: Job) -> DataFrame:
    """The results of submissions in a Spark table with the columns `row` (a number) and `json` (text).

    The columns are those of a part of the result. What is one of a few words is plain text: Spark has no such type.
    """
    from pyspark.sql.pandas.types import from_arrow_schema

    schema = _plain(job.population().schema)

    def assess(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        population = job.population()
        for batch in batches:
            yield population.assess_batch(batch).cast(schema)

    return frame.select("row", "json").mapInArrow(assess, from_arrow_schema(schema))


def _plain(schema: pa.Schema) -> pa.Schema:
    return pa.schema([(each.name, pa.string() if pa.types.is_dictionary(each.type) else each.type) for each in schema])


def _session() -> SparkSession:
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    return SparkSession.builder.appName("ohaccredit batch").getOrCreate()
