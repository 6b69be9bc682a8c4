"""`ohaccredit batch`: a whole population assessed, from NDJSON or Parquet to a folder of Parquet parts."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ohaccredit.cli.shared import count_of, home_of, print_json, reports_problems
from ohaccredit.cli.submissions import DEFAULT_STANDARD, DateType
from ohaccredit.language.problems import Problem, ProblemsFound
from ohaccredit.standards.edition import Edition
from ohaccredit.standards.home import Home
from ohaccredit.standards.loading import load_edition

if TYPE_CHECKING:
    from ohaccredit.assessment.population_job import Engine
    from ohaccredit.assessment.prepare import Assurance


@click.command("batch")
@click.argument("input_", metavar="INPUT", type=click.Path(dir_okay=False))
@click.argument("output", metavar="OUTPUT", type=click.Path(file_okay=False))
@click.option("--standard", default=DEFAULT_STANDARD, show_default=True, help="The standard.")
@click.option("--edition", help="The edition; else the one in force on the date.")
@click.option("--on", type=DateType(), help="The assessment date, year-month-day; else today.")
@click.option("--module", "modules", multiple=True, help="Assess an optional module too.")
@click.option("--verified", is_flag=True, help="Count only evidence that an assessor accepted.")
@click.option("--workers", type=click.IntRange(1), help="Processes that work side by side; else one for each core.")
@click.option(
    "--engine",
    type=click.Choice(["local", "spark"]),
    default="local",
    show_default=True,
    help="Where it runs: in processes here, or on the Spark cluster that this machine is set up for.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the summary as one JSON document.")
@click.pass_context
@reports_problems
def command(
    ctx: click.Context,
    input_: str,
    output: str,
    standard: str,
    edition: str | None,
    on: date | None,
    modules: tuple[str, ...],
    verified: bool,
    workers: int | None,
    engine: str,
    as_json: bool,
) -> None:
    """Assess every submission of INPUT (NDJSON, one a line, or Parquet), into Parquet parts in the folder OUTPUT.

    A row that is no submission becomes a row with its errors. A run that was interrupted is taken up where it
    stopped by giving the same command again: parts that are there are kept.
    """
    _needs_batch()
    from ohaccredit.assessment.population_input import open_population
    from ohaccredit.assessment.population_job import Job
    from ohaccredit.assessment.population_parts import job_of, parts_missing, summary

    home, day = home_of(ctx), on or date.today()
    loaded = _edition(home, standard, edition, day, modules)
    write = _engine(engine, workers)
    read = replace(open_population(Path(input_), loaded), path=Path(input_).resolve())
    folder = Path(output).resolve()
    assurance: Assurance = "verified" if verified else "declared"
    job = Job(home.root.resolve(), loaded.standard, loaded.edition, day, assurance, modules, read, folder)
    folder.mkdir(parents=True, exist_ok=True)
    missing = parts_missing(folder, read, job_of(job.population(loaded), read))
    to_do = sum(part.rows for part in missing)
    if to_do < read.rows:
        click.echo(f"{count_of(read.rows - to_do, 'row')} are there from an earlier run and are kept.", err=True)
    if missing:
        with _progress(to_do) as done:
            for rows in write(job, missing):
                done(rows)
    counts = summary(folder, read, [tier.id for tier in loaded.ladder])
    if as_json:
        print_json({"edition": loaded.id, "on": day.isoformat(), "output": output, **counts})
    else:
        _show(loaded, counts, input_, output)


def _needs_batch() -> None:
    try:
        import polars  # noqa: F401
        import pyarrow  # noqa: F401
    except ImportError:
        problem = Problem(
            "Populations need Polars and PyArrow, which are not installed.",
            hint='Install them with: pip install "ohaccredit[batch]"',
        )
        raise ProblemsFound([problem]) from None


def _edition(home: Home, standard: str, edition: str | None, day: date, modules: tuple[str, ...]) -> Edition:
    loaded = load_edition(home, standard, edition, on=day)
    if loaded.verdicts:
        message = f"{loaded.id} gives a verdict on one {loaded.subject['en']} and no tier."
        raise ProblemsFound([Problem(message, hint='Use "ohaccredit fitnote" for it.')])
    unknown = [module for module in modules if module not in loaded.modules]
    if unknown:
        raise ProblemsFound([Problem(f'{loaded.id} has no module "{module}".') for module in unknown])
    return loaded


# ── Working ─────────────────────────────────────────────────────────────────────────────────────────


def _engine(name: str, workers: int | None) -> Engine:
    if name == "spark":
        _needs_spark()
        from ohaccredit.assessment.spark_engine import spark

        return spark
    from ohaccredit.assessment.process_engine import processes

    return processes(workers or os.cpu_count() or 1)


def _needs_spark() -> None:
    hint = ""
    try:
        import pandas  # noqa: F401
        import pyspark  # noqa: F401
    except ImportError:
        hint = 'Install it with: pip install "ohaccredit[spark]"'
    if not hint and "SPARK_REMOTE" not in os.environ and not _java():
        hint = "Spark runs on Java 17 or newer. Install it, or set JAVA_HOME to where it is."
    if hint:
        raise ProblemsFound([Problem("Spark cannot be started here.", hint=hint)])


def _java() -> bool:
    home = os.environ.get("JAVA_HOME")
    return bool(shutil.which("java") or (home and (Path(home) / "bin" / "java").exists()))


@contextmanager
def _progress(total: int) -> Iterator[Any]:
    """A line on standard error with rows, rows a second and the time left; only if somebody is watching."""
    start, rows = time.monotonic(), 0
    shown = sys.stderr.isatty()

    def done(more: int) -> None:
        nonlocal rows
        rows += more
        if not shown:
            return
        rate = rows / max(time.monotonic() - start, 1e-6)
        left = max(total - rows, 0) / rate if rate else 0
        filled = round(30 * rows / total) if total else 30
        bar = "█" * filled + "·" * (30 - filled)
        said = f"{bar} {rows:,} of {total:,} rows, {rate:,.0f} a second, {_duration(left)} left"
        click.echo(f"\r{said}\x1b[K", nl=False, err=True)

    try:
        yield done
    finally:
        if shown and rows:
            click.echo("", err=True)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


# ── Saying it ───────────────────────────────────────────────────────────────────────────────────────


def _show(edition: Edition, counts: dict[str, Any], given: str, folder: str) -> None:
    from ohaccredit.reports.inert import make_inert

    click.secho(f"{count_of(counts['rows'], 'row')} assessed against {edition.id}", bold=True)
    width = max(len(tier.words["en"]) for tier in edition.ladder)
    for tier in reversed(edition.ladder):
        click.echo(f"  {tier.words['en']:{max(width, 13)}}  {counts['tiers'][tier.id]:>9,}")
    click.echo(f"  {'no tier yet':{max(width, 13)}}  {counts['no_tier']:>9,}")
    if counts["with_errors"]:
        click.secho(f"  {'with errors':{max(width, 13)}}  {counts['with_errors']:>9,}", fg="yellow")
        for each in counts["first_errors"]:
            pointer = f"  {each['pointer']}" if each["pointer"] else ""
            click.echo(f"  {given}:{each['row']}{pointer}  {make_inert(each['message']).text}")
        if counts["with_errors"] > len(counts["first_errors"]):
            click.echo('  … and more: what is wrong stands in the column "errors", with the number of the row.')
        if counts["with_errors"] == counts["rows"]:
            click.echo('  No row of it is a submission. A file of one submission is for "ohaccredit assess".')
    click.echo(f"Written: {folder}")
