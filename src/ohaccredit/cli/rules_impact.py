"""`ohaccredit rules impact`: who rises and who falls when one edition takes the place of another."""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ohaccredit.cli.shared import count_of, home_of, print_json, reports_problems
from ohaccredit.cli.submissions import DateType

if TYPE_CHECKING:
    from ohaccredit.policy.impact import Impact
    from ohaccredit.policy.impact_rows import Chunk, Rows
    from ohaccredit.policy.impact_tally import Tally
    from ohaccredit.reports.impact_view import GroupView, ImpactView

SHOWN = 10
"""So many criteria and unreadable rows appear on the terminal; JSON and the pages have all."""
WAITING = 2
"""Chunks that wait for each process: enough to keep it busy, few enough for memory to stay flat."""


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker needs to begin."""

    homes: tuple[Path, Path]
    before: tuple[str, str]
    after: tuple[str, str]
    on: date

    def impact(self) -> Impact:
        """Both editions, made ready for many submissions."""
        from ohaccredit.policy.impact import Impact
        from ohaccredit.standards.home import find_home
        from ohaccredit.standards.loading import load_edition

        named = zip(self.homes, (self.before, self.after), strict=True)
        before, after = (load_edition(find_home(home), *names) for home, names in named)
        return Impact(before, after, self.on)


@click.command("impact")
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@click.argument("population", type=click.Path(exists=True, path_type=Path))
@click.option("--home-b", type=click.Path(path_type=Path), help="A folder with the files of B; the home of A if none.")
@click.option("--on", type=DateType(), help="The day on which both decide, year-month-day; else today.")
@click.option("--workers", type=click.IntRange(1), help="Processes that work side by side; else one for each core.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--html", type=click.Path(dir_okay=False), help="Write the report as a page.")
@click.option("--pdf", type=click.Path(dir_okay=False), help="Write the report as PDF.")
@click.pass_context
@reports_problems
def impact(
    ctx: click.Context,
    before: str,
    after: str,
    population: Path,
    home_b: Path | None,
    on: date | None,
    workers: int | None,
    as_json: bool,
    html: str | None,
    pdf: str | None,
) -> None:
    """Who rises and who falls when edition B takes the place of A, and which criteria make the difference.

    A and B are editions, as EDITION or STANDARD/EDITION; with --home-b, B is that of a working copy. POPULATION is a
    folder of submissions (JSON), or a file of them: NDJSON, one a line, or Parquet. Both editions decide on the same
    day, so that only the rules differ; before its first day, B decides as on that day.
    """
    _needs_batch()
    from ohaccredit.cli.editions import edition_named, refuse_the_same
    from ohaccredit.cli.reports import write_reports
    from ohaccredit.policy.impact import Impact
    from ohaccredit.policy.impact_rows import open_rows
    from ohaccredit.policy.impact_shown import show
    from ohaccredit.reports.impact_view import impact_html, impact_json, impact_pdf, impact_view
    from ohaccredit.standards.home import find_home

    home = home_of(ctx)
    other = home if home_b is None else find_home(home_b)
    one, two = edition_named(home, before), edition_named(other, after)
    refuse_the_same(one, two, (home, other))
    day = on or date.today()
    job = Job((home.root, other.root), (one.standard, one.edition), (two.standard, two.edition), day)
    prepared = Impact(one, two, day)
    rows = open_rows(population, prepared.asked_by_either)
    tally = _tally(job, prepared, rows, workers or os.cpu_count() or 1)
    _refuse_unless_some_can_be_read(tally, rows)
    shown = show(prepared, tally)
    view = impact_view(shown, day, rows.place)
    document = impact_json(shown, rows.place)
    written = write_reports(
        html=html,
        pdf=pdf,
        make_html=lambda: impact_html(view, home),
        make_pdf=lambda: impact_pdf(view, document, home, day),
    )
    if as_json:
        print_json(document)
        return
    _print(view)
    for path in written:
        click.echo(f"Written: {path}")


def _needs_batch() -> None:
    from ohaccredit.language.problems import Problem, ProblemsFound

    try:
        import polars  # noqa: F401
        import pyarrow  # noqa: F401
    except ImportError:
        problem = Problem(
            "Populations need Polars and PyArrow, which are not installed.",
            hint='Install them with: pip install "ohaccredit[batch]"',
        )
        raise ProblemsFound([problem]) from None


def _refuse_unless_some_can_be_read(tally: Tally, rows: Rows) -> None:
    """Raises ProblemsFound if no row is a submission: this is no population, and nothing came of it."""
    from ohaccredit.language.problems import Place, Problem, ProblemsFound

    if tally.readable:
        return
    problems: list[Problem] = []
    for each in tally.unreadable:
        file, line = rows.stands(each.row)
        hint = "" if problems else "A population is a folder of JSON files, or a file: NDJSON, one a line, or Parquet."
        problems.append(Problem(each.message, Place(file, line, 1), each.pointer, hint))
    raise ProblemsFound(problems or [Problem("The file holds no submission.", Place(str(rows.path), 1, 1))])


# ── Working ─────────────────────────────────────────────────────────────────────────────────────────

_ours: list[Impact] = []
"""What a worker process has made ready."""


def _begin(job: Job) -> None:
    _ours.append(job.impact())


def _count(chunk: Chunk) -> Tally:
    return _ours[0].count_chunk(chunk)


def _tally(job: Job, prepared: Impact, rows: Rows, workers: int) -> Tally:
    """All rows counted, side by side if there is more than one chunk of them."""
    from ohaccredit.assessment.population_input import ROWS
    from ohaccredit.policy.impact_tally import Tally

    total = Tally()
    hidden = not sys.stderr.isatty()
    with click.progressbar(length=rows.count, label="Assessing rows", file=sys.stderr, hidden=hidden) as bar:
        alone = workers == 1 or rows.count <= ROWS
        tallies: Iterable[Tally] = map(prepared.count_chunk, rows.chunks())
        if not alone:
            tallies = _side_by_side(job, rows, workers)
        for tally in tallies:
            total.add(tally)
            bar.update(tally.rows)
    return total


def _side_by_side(job: Job, rows: Rows, workers: int) -> Iterator[Tally]:
    """The counts of the chunks in their order, whichever process had them."""
    os.environ.setdefault("POLARS_MAX_THREADS", "1")  # the processes share the cores already
    with ProcessPoolExecutor(workers, get_context("spawn"), _begin, (job,)) as pool:
        waiting: deque[Future[Tally]] = deque()
        try:
            for chunk in rows.chunks():
                waiting.append(pool.submit(_count, chunk))
                if len(waiting) > WAITING * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


# ── Saying it ───────────────────────────────────────────────────────────────────────────────────────


def _print(view: ImpactView) -> None:
    click.secho(f"{view.before} → {view.after}", bold=True)
    click.echo(view.summary)
    for line in view.notices:
        click.echo(line)
    click.secho("\nTiers before and after", bold=True)
    if view.flows_refused:
        click.echo(f"  {view.flows_refused}")
    for flow in view.flows:
        click.echo(f"  {flow.count:>12}  {flow.says}")
        if flow.because:
            click.echo(f"  {'':12}  because of {', '.join(id_ for id_, _ in flow.because)}")
    for group in view.groups:
        _print_group(group)
    click.secho("\nCriteria that make the difference", bold=True)
    if not view.changed:
        click.echo("  None: nothing that is decided differs.")
    for each in view.changed[:SHOWN]:
        click.echo(f"  {each.id}: falls {each.falls}, rises {each.rises}")
        click.echo(f"    {each.what} ({each.statements})")
    if len(view.changed) > SHOWN:
        click.echo(f"  … and {len(view.changed) - SHOWN} more; --json has them all.")
    if view.unreadable:
        click.secho(f"\n{count_of(len(view.unreadable), 'row')} cannot be read and counted nowhere", fg="yellow")
        for place, said in view.unreadable[:SHOWN]:
            click.echo(f"  {place}  {said}")
        if len(view.unreadable) > SHOWN:
            click.echo(f"  … and {len(view.unreadable) - SHOWN} more; --json has them all.")


def _print_group(group: GroupView) -> None:
    click.secho(f"\n{group.title}", bold=True)
    width = max((len(name) for name, _ in group.rows), default=0)
    widths = [max(12, len(column)) for column in group.columns]
    for name, counts in [("", group.columns), *group.rows] if group.rows else []:
        said = "".join(f"  {count:>{wide}}" for count, wide in zip(counts, widths, strict=True))
        click.echo(f"  {name:{width}}{said}")
    if group.refused:
        click.echo(f"  {group.refused}")
