"""Parts of a population written by several processes of this machine."""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context

from ohaccredit.assessment.population_input import Part
from ohaccredit.assessment.population_job import Engine, Job, one_by_one


def processes(workers: int) -> Engine:
    """So many processes side by side; this one alone if there is no more than one, or one part."""

    def write(job: Job, parts: list[Part]) -> Iterable[int]:
        if min(workers, len(parts)) <= 1:
            yield from one_by_one(job, parts)
            return
        os.environ.setdefault("POLARS_MAX_THREADS", "1")  # the processes share the cores already
        with ProcessPoolExecutor(min(workers, len(parts)), get_context("spawn")) as pool:
            try:
                for future in as_completed([pool.submit(job.write, part) for part in parts]):
                    yield future.result()
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise

    return write
