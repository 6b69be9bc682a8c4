"""From command-line arguments to an assessment."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click

from ohaccredit.assessment.assess import Assessment, assess
from ohaccredit.assessment.submission import add_evidence, read_submission, standard_named
from ohaccredit.language.json_source import read_json
from ohaccredit.language.problems import Place, Problem, ProblemsFound
from ohaccredit.language.source import Source
from ohaccredit.standards.home import Home
from ohaccredit.standards.loading import load_edition

F = TypeVar("F", bound=Callable[..., Any])

DEFAULT_STANDARD = "employer-accreditation"


class DateType(click.ParamType[date]):
    """A calendar day on the command line."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f'"{value}" is not a date; write it as year-month-day, for example 2026-06-30.', param, ctx)


def assessment_options(command: F) -> F:
    """The arguments of every command that assesses a submission."""
    for option in reversed(
        [
            click.argument("submission"),
            click.option("--standard", help="The standard; else the one that the submission names."),
            click.option("--edition", help="The edition; else the one in force on the date."),
            click.option("--on", type=DateType(), help="The assessment date, year-month-day; else today."),
            click.option("--module", "modules", multiple=True, help="Assess an optional module too."),
            click.option("--evidence", "more", help="A JSON file with further evidence, such as a fit note summary's."),
            click.option("--verified", is_flag=True, help="Count only evidence that an assessor accepted."),
        ]
    ):
        command = option(command)
    return command


def run_assessment(
    home: Home,
    submission: str,
    *,
    standard: str | None,
    edition: str | None,
    on: date | None,
    modules: tuple[str, ...],
    verified: bool,
    more: str | None = None,
) -> Assessment:
    """Read a submission ("-" is standard input), add further evidence to it, and assess it. Raises ProblemsFound."""
    source = read_source(submission)
    day = on or date.today()
    loaded = load_edition(home, standard or standard_named(source) or DEFAULT_STANDARD, edition, on=day)
    if loaded.verdicts:
        message = f"{loaded.id} gives a verdict on one {loaded.subject['en']} and no tier."
        raise ProblemsFound([Problem(message, hint='Use "ohaccredit fitnote" for it.')])
    unknown = [module for module in modules if module not in loaded.modules]
    if unknown:
        raise ProblemsFound([Problem(f'{loaded.id} has no module "{module}".') for module in unknown])
    read = read_submission(source, loaded)
    if more is not None:
        read, stated = add_evidence(read, read_submission(read_source(more), loaded))
        for name in stated:
            click.echo(f"{more}: {name} was not used, because the submission states it itself.", err=True)
    return assess(loaded, read, day, assurance="verified" if verified else "declared", modules=modules)


def read_source(file: str) -> Source:
    """A JSON file, or standard input. Raises ProblemsFound."""
    if file == "-":
        return read_json(sys.stdin.buffer.read(), "standard input")
    try:
        data = Path(file).read_bytes()
    except OSError as error:
        problem = Problem(f"The file cannot be read: {error.strerror}.", Place(file, 1, 1))
        raise ProblemsFound([problem]) from None
    return read_json(data, file)
