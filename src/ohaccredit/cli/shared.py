"""What the commands share: the home, problems on screen, and JSON on standard output."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import Any, NoReturn, ParamSpec

import click

from ohaccredit.language.problems import Problem, ProblemsFound
from ohaccredit.standards.home import Home, find_home

P = ParamSpec("P")

MOST_SHOWN = 50


def home_of(ctx: click.Context) -> Home:
    """The home chosen with --home, or the one that ships with the program."""
    given = ctx.find_root().obj
    return find_home(Path(given) if given else None)


def print_json(document: object) -> None:
    """One JSON document on standard output, and nothing else."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")


def reports_problems(command: Callable[P, None]) -> Callable[P, None]:
    """A command that lists problems and exits with 2 when it meets them."""

    @wraps(command)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except ProblemsFound as found:
            as_json: Any = kwargs.get("as_json", False)
            stop_for(found.problems, as_json=bool(as_json))

    return guarded


def stop_for(problems: Sequence[Problem], *, as_json: bool, code: int = 2) -> NoReturn:
    """List the problems in the order of the files, with their number at the end, and exit."""
    if as_json:
        print_json({"problems": [problem.as_json() for problem in problems]})
    else:
        show_problems(problems)
    raise click.exceptions.Exit(code)


def show_problems(problems: Sequence[Problem]) -> None:
    """Problems as people read them, on standard error."""
    from ohaccredit.reports.inert import make_inert

    for problem in problems[:MOST_SHOWN]:
        first, *others = (make_inert(line).text.replace("\u200b", "") for line in problem.lines())
        click.secho(first, bold=bool(problem.place), err=True)
        for line in others:
            click.echo(line, err=True)
        click.echo("", err=True)
    if len(problems) > MOST_SHOWN:
        click.echo(f"… and {len(problems) - MOST_SHOWN} more.", err=True)
    click.secho(count_of(len(problems), "problem"), fg="red", err=True)


def count_of(number: int, what: str) -> str:
    """ "1 problem", "2 problems", "1,200 problems"."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"
