"""`ohaccredit population`: made-up employers by the thousand, to try out rules and programs with."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import TypeVar

import click

from ohaccredit.cli.shared import count_of, home_of, print_json, reports_problems
from ohaccredit.cli.submissions import DEFAULT_STANDARD, DateType
from ohaccredit.language.numbers import read_percent
from ohaccredit.policy.population_maker.broken import with_broken
from ohaccredit.policy.population_maker.files import read_rows, write_rows
from ohaccredit.policy.population_maker.profile import load_profile
from ohaccredit.policy.population_maker.rows import Population
from ohaccredit.policy.population_maker.seeds import read_seeds
from ohaccredit.policy.population_maker.summary import PopulationSummary, summarise
from ohaccredit.policy.population_maker.trial import Trial, try_rows
from ohaccredit.standards.edition import Edition
from ohaccredit.standards.loading import load_edition

Row = TypeVar("Row")
MADE_UP = "All of it is made up: it can say what a rule would do, never how employers are."


class ShareType(click.ParamType[Fraction]):
    """A share on the command line: 2% or 0.02."""

    name = "share"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Fraction:
        if isinstance(value, Fraction):
            return value
        text = str(value)
        try:
            share = read_percent(text) if text.endswith("%") else Fraction(text)
        except (ValueError, ZeroDivisionError):
            share = None
        if share is None or not 0 <= share <= 1:
            self.fail(f'"{value}" is not a share; write it as a percentage, for example 2%.', param, ctx)
        return share


@click.group("population", help="Make up a population of submissions, and show what one holds.")
def command() -> None:
    """Group of the population commands."""


@command.command("make")
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--number", required=True, type=click.IntRange(1), help="How many rows.")
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0), help="Another seed, another population.")
@click.option("--first", default=1, show_default=True, type=click.IntRange(1), help="Begin with this row.")
@click.option("--standard", default=DEFAULT_STANDARD, show_default=True, help="The standard.")
@click.option("--edition", help="The edition; else the one in force on the date.")
@click.option("--on", type=DateType(), help="The day for which it is made, year-month-day; else today.")
@click.option("--from", "folders", multiple=True, type=click.Path(path_type=Path), help="A folder of further seeds.")
@click.option("--broken", type=ShareType(), default="0%", help="Such a share of the rows is broken, to test readers.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
@reports_problems
def make(
    ctx: click.Context,
    out: Path,
    number: int,
    seed: int,
    first: int,
    standard: str,
    edition: str | None,
    on: date | None,
    folders: tuple[Path, ...],
    broken: Fraction,
    as_json: bool,
) -> None:
    """Write a made-up population to OUT: NDJSON, or Parquet if its name ends in .parquet.

    What it looks like is said in standards/populations. A row is the same whatever --number is, so that a
    large population can be made in chunks with --first.
    """
    home = home_of(ctx)
    day = on or date.today()
    loaded = load_edition(home, standard, edition, on=day)
    profile = load_profile(home, loaded)
    file = profile.file
    seeds, unused = read_seeds(
        loaded,
        [home.root / file.seeds.folder, *folders],
        file.size.field,
        file.seeds.written_for,
        file.seeds.results_hold,
    )
    population = Population(loaded, profile, seeds, day, seed)
    wrong: Counter[str] = Counter()
    started, size = time.monotonic(), 0
    rows = _noting(with_broken(population.rows(number, first - 1), broken, seed, first - 1), wrong)
    with _bar(number, "Making rows") as advance:
        done = 0
        for written, size in write_rows(out, rows):  # noqa: B007  the last size is told below
            advance(written - done)
            done = written
    seconds = time.monotonic() - started
    wrong.pop("", None)
    if as_json:
        print_json(
            {
                "file": str(out),
                "made_up": True,
                "standard": loaded.standard,
                "edition": loaded.edition,
                "digest": loaded.digest,
                "on": day.isoformat(),
                "seed": seed,
                "first": first,
                "rows": number,
                "bytes": size,
                "seconds": round(seconds, 3),
                "broken": dict(wrong),
                "seeds": [{"file": each.name, "reaches": each.reaches} for each in seeds],
                "seeds_not_used": unused,
            }
        )
        return
    click.echo(f"{count_of(number, 'row')} for {loaded.id} on {day} in {out}: {size / number:,.0f} bytes a row.")
    click.echo(f"Made in {seconds:,.1f} seconds, {number / max(seconds, 1e-9):,.0f} rows a second.")
    if wrong:
        said = ", ".join(f"{name} {count:,}" for name, count in sorted(wrong.items()))
        click.echo(f"Broken on purpose: {wrong.total():,} ({said}).")
    click.echo(f"Varied from {count_of(len(seeds), 'submission')}" + (", not from:" if unused else "."))
    for why in unused:
        click.echo(f"  {why}")
    click.echo(MADE_UP)


@command.command("show")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--standard", default=DEFAULT_STANDARD, show_default=True, help="The standard.")
@click.option("--edition", help="The edition; else the one in force on the date.")
@click.option("--on", type=DateType(), help="The assessment date for --assess; else today.")
@click.option("--assess", "assessed", type=click.IntRange(1), help="Assess so many of the first rows.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
@reports_problems
def show(
    ctx: click.Context,
    file: Path,
    standard: str,
    edition: str | None,
    on: date | None,
    assessed: int | None,
    as_json: bool,
) -> None:
    """What FILE holds: employers by size and by what the profile spreads them over, and bytes a row.

    Small cells are not hidden, because nobody stands behind them.
    """
    home = home_of(ctx)
    day = on or date.today()
    loaded = load_edition(home, standard, edition, on=day)
    profile = load_profile(home, loaded).file
    summary = PopulationSummary()
    for _ in summarise(read_rows(file), profile, summary):
        pass
    trial = None
    if assessed is not None:
        trial = Trial(loaded)
        with _bar(min(assessed, summary.rows), "Assessing rows") as advance:
            for _ in try_rows(_first(read_rows(file), assessed), day, trial):
                advance(1)
    bands = [f"{band.start} to {band.until}" for band in profile.size.bands]
    sizes = {name: summary.sizes[name] for name in [*bands, *sorted(set(summary.sizes) - set(bands))]}
    if as_json:
        print_json(
            {
                "file": str(file),
                "made_up": True,
                "rows": summary.rows,
                "bytes": summary.bytes,
                "unreadable": summary.unreadable,
                "sizes": sizes,
                "groups": {name: dict(counts.most_common()) for name, counts in summary.groups.items()},
                "assessed": None
                if trial is None
                else {
                    "on": day.isoformat(),
                    "rows": trial.rows,
                    "refused": trial.refused,
                    "tiers": _tiers(loaded, trial),
                    "outcomes": {name: dict(counts) for name, counts in trial.outcomes.items()},
                },
            }
        )
        return
    click.secho(f"{count_of(summary.rows, 'row')}, {summary.bytes / max(summary.rows, 1):,.0f} bytes a row", bold=True)
    if summary.unreadable:
        click.echo(f"{count_of(summary.unreadable, 'row')} cannot be read as a submission.")
    readable = max(summary.rows - summary.unreadable, 1)
    _table("By number of people", sizes, readable)
    for name, counts in summary.groups.items():
        _table(f"By {name}", dict(counts.most_common()), readable)
    if trial is not None:
        _table(f"Tiers reached on {day} by the first {trial.rows:,}", _tiers(loaded, trial), max(trial.rows, 1))
        if trial.refused:
            click.echo(f"{count_of(trial.refused, 'row')} refused: not a submission to {loaded.id}.")
        click.secho("Outcomes: met, not met, not evidenced, not applicable", bold=True)
        for name, outcomes in trial.outcomes.items():
            numbers = "".join(f"{outcomes[each]:>8,}" for each in ("met", "not_met", "not_evidenced", "not_applicable"))
            click.echo(f"  {name:<36}{numbers}")
    click.echo(MADE_UP)


def _tiers(edition: Edition, trial: Trial) -> dict[str, int]:
    return {"none": trial.tiers[None], **{tier.id: trial.tiers[tier.id] for tier in edition.ladder}}


def _table(title: str, counts: dict[str, int], whole: int) -> None:
    click.secho(title, bold=True)
    for name, count in counts.items():
        click.echo(f"  {name:<24}{count:>12,}{count / whole:>9.2%}")


def _noting(rows: Iterable[tuple[bytes, str]], wrong: Counter[str]) -> Iterator[bytes]:
    for row, name in rows:
        if name:
            wrong[name] += 1
        yield row


def _first(rows: Iterator[Row], number: int) -> Iterator[Row]:
    for _, row in zip(range(number), rows, strict=False):
        yield row


class _bar:  # noqa: N801  used as a function: `with _bar(...) as advance`
    """Progress on standard error, only on a terminal."""

    def __init__(self, length: int, label: str) -> None:
        self._bar = click.progressbar(length=length, label=label, file=sys.stderr, hidden=not sys.stderr.isatty())

    def __enter__(self) -> Callable[[int], None]:
        return self._bar.__enter__().update

    def __exit__(self, *error: object) -> None:
        self._bar.__exit__(None, None, None)
