"""What holds of an edition without asking the solver: dates that fit, one rule a criterion, bands in one piece."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from ohaccredit.language import tree as t
from ohaccredit.language.encode import Encoded
from ohaccredit.language.problems import Place
from ohaccredit.language.trace import Tracer
from ohaccredit.language.types import Choice, Number
from ohaccredit.language.walk import walk
from ohaccredit.policy.check import parameter_gaps
from ohaccredit.policy.properties import Answer
from ohaccredit.standards.edition import Edition


def prove_structure(edition: Edition) -> list[Answer]:
    """The answers that need no search."""
    return [*_dated(edition), *_one_rule(edition), *_bands(edition)]


def _dated(edition: Edition) -> Iterator[Answer]:
    gaps = [Answer("dated", edition.id, "refuted", problem.message) for problem in parameter_gaps(edition)]
    first, last = edition.in_force.start, edition.in_force.until
    for each in edition.criteria.values():
        start, until = each.effective.start, each.effective.until
        if start < first:
            says = f"It is in force from {start}, before the edition begins on {first}."
            gaps.append(Answer("dated", each.id, "refuted", says, start.isoformat()))
        if last is not None and (start > last or (until is not None and until > last)):
            says = f"It is in force after {last}, the last day of the edition."
            gaps.append(Answer("dated", each.id, "refuted", says, last.isoformat()))
        if until is not None and until < start:
            gaps.append(Answer("dated", each.id, "refuted", f"It ends on {until}, before it begins on {start}."))
    number = len(edition.definitions.parameters)
    says = f"{number} figures have a value on every day on which something reads them; the criteria lie within it."
    yield from gaps or [Answer("dated", edition.id, "proved", says)]


def _one_rule(edition: Edition) -> Iterator[Answer]:
    found = [
        Answer("one-rule", id_, "refuted", "It is in force and has no rule.")
        for id_ in edition.criteria
        if id_ not in edition.rules
    ]
    codes: dict[str, str] = {}
    for each in edition.criteria.values():
        other = codes.setdefault(each.code, each.id) if each.code else each.id
        if other != each.id:
            one, two = edition.criteria[other].effective, each.effective
            apart = (one.until is not None and one.until < two.start) or (
                two.until is not None and two.until < one.start
            )
            if not apart:
                says = f"Its code {each.code} is also that of {other}, and both are in force together."
                found.append(Answer("one-rule", each.id, "refuted", says, other=other))
    says = f"Each of {len(edition.criteria)} criteria has one rule."
    yield from found or [Answer("one-rule", edition.id, "proved", says)]


def _bands(edition: Edition) -> Iterator[Answer]:
    """A choice by the size of one number goes through its options without coming back to an earlier one."""
    for derived in edition.definitions.derived.values():
        if not derived.bands or not isinstance(derived.type, Choice):
            continue
        nodes = list(walk(tuple(part for band in derived.bands for part in (band.when, band.then) if part)))
        fields = {node.path.names: node for node in nodes if isinstance(node, t.FieldValue)}
        read = next(iter(fields.values()), None)
        if len(fields) != 1 or read is None or not isinstance(read.type, Number) or not read.type.whole:
            continue
        limits = {
            int(side.value)
            for node in nodes
            if isinstance(node, t.Compare)
            for side in (node.left, node.right)
            if isinstance(side, t.Constant) and isinstance(side.value, Fraction)
        }
        tried = sorted({value + step for value in limits for step in (-1, 0, 1) if value + step >= 0})
        chosen = [(value, _option(edition, derived, read, value)) for value in tried]
        yield _in_one_piece(derived, read, chosen)


def _option(edition: Edition, derived: t.Derived, read: t.FieldValue, value: int) -> object:
    evidence: Encoded = value
    for name in reversed(read.path.names):
        evidence = {name: evidence}
    assert isinstance(evidence, dict)
    assert derived.type is not None
    tracer = Tracer(edition.definitions, evidence, edition.in_force.start)
    return tracer.value(t.DerivedValue(derived.name, derived.type, Place("", 0, 0)))[0]


def _in_one_piece(derived: t.Derived, read: t.FieldValue, chosen: list[tuple[int, object]]) -> Answer:
    left: list[object] = []
    for index, (value, option) in enumerate(chosen):
        if option in left:
            before = chosen[index - 1]
            says = (
                f"{read.path} {value} is {option}, {before[0]} is {before[1]}, and smaller ones are {option} again: "
                "a line is missing between them."
            )
            return Answer("no-gap", derived.name, "refuted", says, what="gap", evidence={str(read.path): value})
        if index and chosen[index - 1][1] != option:
            left.append(chosen[index - 1][1])
    says = f"{read.path} goes through its options once."
    return Answer("no-gap", derived.name, "proved", says, what="gap")
