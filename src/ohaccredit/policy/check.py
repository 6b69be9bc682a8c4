"""Everything that can be found wrong in the files of a home without deciding a single case."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ohaccredit.language import tree as t
from ohaccredit.language.problems import Place, Problem, ProblemsFound
from ohaccredit.language.walk import walk
from ohaccredit.policy.cases import load_cases
from ohaccredit.standards.edition import Criterion, Edition
from ohaccredit.standards.home import Home
from ohaccredit.standards.loading import list_editions, load_edition
from ohaccredit.standards.published import load_published
from ohaccredit.standards.sources import Statement, load_statements
from ohaccredit.standards.verdict_standards import NAMED

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
    try:
        load_published(home)
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
        if edition.publication is None:
            problems += _citations(edition, statements)
        problems += _stray_rules(home, edition)
        problems += parameter_gaps(edition)
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
    """A folder of rules that holds no rule is a rule that somebody believes to be in force.

    The folder of an adopted rule may hold cases alone.
    """
    folder = home.rules / edition.standard / edition.edition
    if not folder.is_dir():
        return []
    adopted = {each.id for each in edition.criteria.values() if each.decided_by != edition.id}
    return [
        Problem("This folder has no rule.yaml.", Place(home.name(path), 1, 1))
        for path in sorted(folder.iterdir())
        if path.is_dir()
        and path.name not in DEFINITIONS
        and not (path / "rule.yaml").exists()
        and not (path.name in adopted and (path / "cases.yaml").exists())
    ]


def parameter_gaps(edition: Edition) -> list[Problem]:
    """A parameter must have a value on every day on which something in force reads it.

    A figure that only criteria of a later date read, in their rules or in what their notices say, need not
    reach back further than they do. One that no criterion reads is there for the program, which may read it
    on any day of the edition. "As of" another date cannot be checked here: the date is in the evidence.
    """
    named: set[str] = set()
    read_from: dict[str, date] = {}
    for criterion in edition.criteria.values():
        start = max(criterion.effective.start, edition.in_force.start)
        for node in _nodes(edition, criterion):
            if isinstance(node, t.ParameterValue):
                named.add(node.name)
                if node.as_of is None:
                    read_from[node.name] = min(start, read_from.get(node.name, start))
    problems: list[Problem] = []
    for name, parameter in edition.definitions.parameters.items():
        first = parameter.values[0].start if parameter.values else date.max
        needed = read_from.get(name, date.max if name in named else edition.in_force.start)
        if first > needed:
            problems.append(
                Problem(
                    f'The parameter "{name}" has no value from {needed} to {first}, when {edition.id} reads it.',
                    hint="Give it a value from that day, or let the criteria that read it begin later.",
                )
            )
    return problems


def _nodes(edition: Edition, criterion: Criterion) -> Iterator[object]:
    """What the rule of a criterion reads, and the derived values that its notices name."""
    rule, notices = edition.rules.get(criterion.id), criterion.notices
    roots: list[object] = [] if rule is None else [rule.applies_when, rule.met_when]
    for notice in () if notices is None else (*notices.by_reason.values(), *notices.by_outcome.values()):
        for name in (each for words in notice.says.values() for each in NAMED.findall(words)):
            derived = edition.definitions.derived.get(name)
            if derived is not None:
                roots += [derived.value, *(part for band in derived.bands for part in (band.when, band.then))]
    return walk(*roots, definitions=edition.definitions)
