"""Everything that can be found wrong in the files of a home without deciding a single case."""

from __future__ import annotations

from datetime import date

from ohaccredit.language.problems import Place, Problem, ProblemsFound
from ohaccredit.policy.cases import load_cases
from ohaccredit.standards.edition import Edition
from ohaccredit.standards.home import Home
from ohaccredit.standards.loading import list_editions, load_edition
from ohaccredit.standards.sources import Statement, load_statements

DEFINITIONS = ("parameters", "derived")
"""Folders beside the rules that hold what rules share."""


def check_home(home: Home, *, only: str | None = None) -> tuple[list[Edition], list[Problem]]:
    """The editions that can be read, and every problem of the files, each once.

    `only` limits the check to one standard.
    """
    problems: list[Problem] = []
    statements: dict[str, Statement] = {}
    try:
        statements = load_statements(home)
    except ProblemsFound as found:
        problems += found.problems
    editions: list[Edition] = []
    for standard, name in list_editions(home):
        if only is not None and standard != only:
            continue
        try:
            edition = load_edition(home, standard, name)
        except ProblemsFound as found:
            problems += found.problems
            continue
        editions.append(edition)
        load_cases(home, edition, problems)
        problems += _citations(edition, statements)
        problems += _stray_rules(home, edition)
        problems += _dates(edition)
    unique = list(dict.fromkeys(problems))
    return editions, ProblemsFound(unique).problems


def _citations(edition: Edition, statements: dict[str, Statement]) -> list[Problem]:
    """Every criterion cites statements that are registered."""
    return [
        Problem(f'The criterion "{criterion.id}" cites "{id_}", which no source registers.', criterion.place)
        for criterion in edition.criteria.values()
        if criterion.origin == edition.id
        for id_ in criterion.statements
        if id_ not in statements
    ]


def _stray_rules(home: Home, edition: Edition) -> list[Problem]:
    """A folder of rules that holds no rule is a rule that somebody believes to be in force."""
    folder = home.rules / edition.standard / edition.edition
    if not folder.is_dir():
        return []
    return [
        Problem("This folder has no rule.yaml.", Place(home.name(path), 1, 1))
        for path in sorted(folder.iterdir())
        if path.is_dir() and path.name not in DEFINITIONS and not (path / "rule.yaml").exists()
    ]


def _dates(edition: Edition) -> list[Problem]:
    """A parameter must have a value on every day on which the edition is in force."""
    problems: list[Problem] = []
    for parameter in edition.definitions.parameters.values():
        first = parameter.values[0].start if parameter.values else date.max
        if first > edition.in_force.start:
            problems.append(
                Problem(
                    f'The parameter "{parameter.name}" has no value from {edition.in_force.start} to {first}, '
                    f"when {edition.id} is already in force.",
                    hint="Give it a value from the first day of the edition.",
                )
            )
    return problems
