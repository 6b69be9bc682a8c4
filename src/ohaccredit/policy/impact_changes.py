"""What is different about a criterion between two editions on a day, and whose words are behind it.

Two rules are the same if their trees are, with everything that they name: derived values and the figures in force.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from ohaccredit.language import tree as t
from ohaccredit.language.types import Words
from ohaccredit.language.walk import walk
from ohaccredit.standards.edition import Criterion, Edition


@dataclass(frozen=True, slots=True)
class Change:
    """One criterion under both editions."""

    id: str
    title: Words
    before: Criterion | None
    """None if it is not asked on the day."""
    after: Criterion | None
    statements: tuple[str, ...]
    """The clauses of the sources that it rests on."""
    what: tuple[str, ...]
    """What is different, in words; empty if nothing is that could change an outcome or a tier."""


def changes_between(before: Edition, after: Edition, on: date) -> dict[str, Change]:
    """Every criterion that either edition asks on the day, those of `after` first, in their order."""
    asked = [{id_: each for id_, each in edition.criteria.items() if each.in_force(on)} for edition in (before, after)]
    changes: dict[str, Change] = {}
    for id_ in dict.fromkeys([*asked[1], *asked[0]]):
        old, new = asked[0].get(id_), asked[1].get(id_)
        shown = new or old
        assert shown is not None
        what = tuple(_what(old, new, before, after, on))
        changes[id_] = Change(id_, shown.title, old, new, shown.statements, what)
    return changes


def _what(old: Criterion | None, new: Criterion | None, before: Edition, after: Edition, on: date) -> Iterator[str]:
    if old is None or new is None:
        there, edition = (new, after) if new is not None else (old, before)
        assert there is not None
        says = "asked anew, in" if old is None else "no longer asked; it stood in"
        yield f"{says} {edition.tier(there.tier).words['en']}"
        return
    if old.tier != new.tier:
        yield f"moved from {before.tier(old.tier).words['en']} to {after.tier(new.tier).words['en']}"
    if old.obligation != new.obligation:
        yield f"{new.obligation} instead of {old.obligation}"
    if old.module != new.module:
        yield "another module"
    if old.may_claim_not_applicable != new.may_claim_not_applicable:
        yield "it may be claimed not to apply" if new.may_claim_not_applicable else "no claim that it does not apply"
    rules = before.rules[old.id], after.rules[new.id]
    named = [_named(rule, edition.definitions) for rule, edition in zip(rules, (before, after), strict=True)]
    if (rules[0].applies_when, rules[0].met_when) != (rules[1].applies_when, rules[1].met_when):
        yield "another rule"
    for name in sorted(named[0].derived & named[1].derived):
        first, second = before.definitions.derived[name], after.definitions.derived[name]
        if (first.value, first.bands, first.condition) != (second.value, second.bands, second.condition):
            yield f"another definition: {second.words['en']}"
    for name in sorted(named[0].parameters & named[1].parameters):
        one, two = before.definitions.parameters[name], after.definitions.parameters[name]
        if _figures(one, on) != _figures(two, on) or one.by != two.by:
            yield f"another figure: {two.words['en']}"


@dataclass(frozen=True, slots=True)
class _Named:
    derived: frozenset[str]
    parameters: frozenset[str]


def _named(rule: t.Rule, definitions: t.Definitions) -> _Named:
    """The names that a rule uses, directly or by way of derived values."""
    nodes = list(walk(rule.applies_when, rule.met_when, definitions=definitions))
    parameters = frozenset(node.name for node in nodes if isinstance(node, t.ParameterValue))
    direct = {node.name for node in nodes if isinstance(node, (t.DerivedValue, t.DerivedCondition))}
    return _Named(frozenset(direct | ({definitions.parameters[name].by for name in parameters} - {""})), parameters)


def _figures(parameter: t.Parameter, on: date) -> object:
    dated = parameter.on(on)
    return None if dated is None else (dated.value, dated.by_factor)
