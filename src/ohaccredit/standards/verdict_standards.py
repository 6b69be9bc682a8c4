"""Standards that give a verdict: what their files must have right beside what holds for every standard.

A standard has tiers, whose criteria have obligations and next steps; or it gives a verdict, and its criteria
have notices. What a notice names (actions, derived values, reasons) must be there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ohaccredit.language import tree as t
from ohaccredit.language.parse import nearest
from ohaccredit.language.problems import Problem, json_pointer
from ohaccredit.language.source import Source
from ohaccredit.language.types import Date, Record, Type
from ohaccredit.language.walk import walk
from ohaccredit.standards.edition import Criterion, Notice
from ohaccredit.standards.files import CriterionOf, StandardFile

FilePath = tuple[str | int, ...]

NAMED = re.compile(r"\{([^{}]*)\}")
"""A derived value's name in braces, which in the text of a notice stands for its value."""


def check_kind_of_standard(file: StandardFile, source: Source) -> Iterator[Problem]:
    """A standard has tiers, or gives a verdict."""
    if file.verdict is None:
        if not file.tiers:
            yield _problem(source, (), '"tiers" is missing, or "verdict" and "parts" in its place.')
        for key in ("parts", "actions"):
            if getattr(file, key):
                yield _problem(source, (key,), f'"{key}" belongs to a standard that gives a verdict.', key=True)
        return
    for key in ("tiers", "foundations", "adopts"):
        if getattr(file, key):
            yield _problem(source, (key,), f'A standard that gives a verdict has no "{key}".', key=True)
    if not file.parts:
        yield _problem(source, (), '"parts" is missing: the groups of criteria of a standard that gives a verdict.')


def check_kind_of_criterion(
    each: CriterionOf, standard: StandardFile, source: Source, where: FilePath
) -> Iterator[Problem]:
    """A criterion has the keys of its kind of standard and none of the other."""
    of_tiers, of_verdicts = ("obligation", "next_step"), ("notices",)
    needed: tuple[str, ...] = of_tiers if standard.verdict is None else of_verdicts
    barred: tuple[str, ...] = of_verdicts if standard.verdict is None else of_tiers
    kind = "with tiers" if standard.verdict is None else "that gives a verdict"
    for key in needed:
        if getattr(each, key) is None:
            yield _problem(source, where, f'"{key}" is missing here.')
    for key in barred:
        if getattr(each, key) is not None:
            yield _problem(source, (*where, key), f'A criterion of a standard {kind} has no "{key}".', key=True)


def check_decided_as_of(file: StandardFile, source: Source, record: Record) -> Iterator[Problem]:
    """The field whose day says which rules apply must be a date that is there once."""
    if file.decided_as_of is None:
        return
    kind: Type = record
    for name in file.decided_as_of.split("."):
        found = kind.fields.get(name) if isinstance(kind, Record) else None
        kind = Record({}) if found is None else found.type
    if not isinstance(kind, Date):
        hint = "Write the path to a date: fit_note.issued_on."
        yield _problem(source, ("decided_as_of",), f'"{file.decided_as_of}" is no date.', hint)


def check_notices(
    file: StandardFile,
    criteria: Mapping[str, Criterion],
    rules: Mapping[str, t.Rule],
    definitions: t.Definitions,
) -> Iterator[Problem]:
    """What notices name must be there: actions, derived values, reasons that the rule gives; and each code once."""
    codes: set[str] = set()
    for criterion in criteria.values():
        if criterion.code and criterion.code in codes:
            yield Problem(f'The code "{criterion.code}" is there twice.', criterion.place)
        codes.add(criterion.code)
        notices = criterion.notices
        if notices is None:
            continue
        for notice in (*notices.by_reason.values(), *notices.by_outcome.values()):
            for name, known, what in _unknown(notice, file, definitions):
                message = f'A notice of "{criterion.id}" names the {what} "{name}", which is not there.'
                yield Problem(message, criterion.place, hint=nearest(name, known))
        rule = rules.get(criterion.id)
        if rule is None:  # it cannot be read, which is said already
            continue
        given = reasons_of(rule, definitions)
        for reason in notices.by_reason:
            if reason not in given:
                message = f'The rule of "{criterion.id}" never gives the reason "{reason}".'
                yield Problem(message, criterion.place, hint=nearest(reason, given))


def reasons_of(rule: t.Rule, definitions: t.Definitions) -> tuple[str, ...]:
    """The reason codes that a rule can give."""
    nodes = walk(rule.applies_when, rule.met_when, definitions=definitions)
    remarks = [node for node in nodes if isinstance(node, t.Remark)]
    codes = [code for remark in remarks for code in (remark.reason_if_met, remark.reason_if_not_met) if code]
    return tuple(dict.fromkeys(codes))


def _unknown(
    notice: Notice, file: StandardFile, definitions: t.Definitions
) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """What a notice names that is not there, with what is, and what it is."""
    for action in notice.next:
        if action not in file.actions:
            yield action, tuple(file.actions), "action"
    values = tuple(name for name, derived in definitions.derived.items() if derived.type is not None)
    for words in notice.says.values():
        for name in NAMED.findall(words):
            if name not in values:
                yield name, values, "derived value"


def _problem(source: Source, path: FilePath, message: str, hint: str = "", *, key: bool = False) -> Problem:
    return Problem(message, source.place(path, key=key), json_pointer(path), hint)
