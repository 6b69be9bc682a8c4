"""Whether two rules mean the same by their text, with everything that they read put in its place.

Names, wording, places in files and dates of figures that are not in force play no part. What is the same here behaves
the same; what differs here may still behave the same, which only a solver can tell (`diff_behaviour`).
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from datetime import date
from typing import Any

from ohaccredit.language import tree as t
from ohaccredit.language.types import Keyed, Series

Meaning = tuple[Any, ...]
"""What is compared: nested tuples of what a rule asks."""


def meaning(rule: t.Rule, definitions: t.Definitions, on: date) -> Meaning:
    """What a rule asks on a day, whatever the things it reads are called."""
    return _of(rule.applies_when, definitions, on), _of(rule.met_when, definitions, on)


def wording(rule: t.Rule) -> Meaning:
    """What the rule itself says, without what stands behind the names it uses."""
    return _of(rule.applies_when, None, None), _of(rule.met_when, None, None)


def derived_meaning(derived: t.Derived) -> Meaning:
    """What a derived value itself says."""
    return (
        derived.type,
        _of(derived.value, None, None),
        _of(derived.condition, None, None),
        _of(derived.bands, None, None),
    )


def _of(node: Any, definitions: t.Definitions | None, on: date | None) -> Any:
    """A node as tuples; with `definitions`, what names stand for in place of the names."""
    if isinstance(node, tuple):
        return tuple(_of(each, definitions, on) for each in node)
    if isinstance(node, t.PathTo):
        return node.scope, node.names
    if isinstance(node, Series):
        return node.at, node.same, node.measure
    if isinstance(node, Keyed):
        return node.keys
    if type(node).__module__ != t.__name__ or not is_dataclass(node):
        return node
    left_out = {"place"}
    if definitions is not None and on is not None:
        if isinstance(node, t.Remark) and not node.otherwise_undecided:
            return _of(node.of, definitions, on)
        if isinstance(node, t.ParameterValue):
            return _figure(node, definitions, on)
        if isinstance(node, (t.DerivedValue, t.DerivedCondition)):
            derived = definitions.derived[node.name]
            return "derived", *(
                _of(each, definitions, on) for each in (derived.value, derived.condition, derived.bands)
            )
        left_out |= {"reason_if_met", "reason_if_not_met", "written"}
    if isinstance(node, (t.Quantified, t.Aggregate)) and not isinstance(node.collection, Keyed):
        left_out.add("collection")
    return type(node).__name__, *(
        _of(getattr(node, each.name), definitions, on) for each in fields(node) if each.name not in left_out
    )


def _figure(node: t.ParameterValue, definitions: t.Definitions, on: date) -> Meaning:
    parameter = definitions.parameters[node.name]
    factor: Any = None
    if parameter.by:
        derived = definitions.derived[parameter.by]
        factor = tuple(_of(each, definitions, on) for each in (derived.value, derived.bands))
    if node.as_of is None:
        dated = parameter.on(on)
        return "figure", parameter.type, factor, None if dated is None else figure_of(dated, by=parameter.by)
    values = tuple((each.start, figure_of(each, by=parameter.by)) for each in parameter.values)
    return "figure as of", parameter.type, factor, values, _of(node.as_of, definitions, on)


def figure_of(dated: t.Dated, *, by: str) -> object:
    """The value itself: one, or one for each option of what it depends on."""
    return dated.by_factor if by else dated.value


# ── Two sets of definitions as one ──


def side_by_side(before: t.Definitions, after: t.Definitions) -> tuple[t.Definitions, dict[str, str]]:
    """The definitions of both, and the new names of those of `before` that stand for something else in `after`."""
    names = {name: f"{name} (before)" for name in sorted(_otherwise(before, after))}
    parameters = {name: each for name, each in before.parameters.items() if name not in names} | after.parameters
    derived = {name: each for name, each in before.derived.items() if name not in names} | after.derived
    for name, new in names.items():
        if name in before.parameters:
            was = before.parameters[name]
            parameters[new] = replace(was, name=new, by=names.get(was.by, was.by))
        if name in before.derived:
            derived[new] = renamed(replace(before.derived[name], name=new), names)
    return t.Definitions(parameters, derived), names


def _otherwise(before: t.Definitions, after: t.Definitions) -> set[str]:
    """The names that stand for something else in `after`, directly or by what they read."""
    found = {
        name
        for name, each in before.parameters.items()
        if name not in after.parameters or _dated(each) != _dated(after.parameters[name])
    }
    found |= {
        name
        for name, each in before.derived.items()
        if name not in after.derived or derived_meaning(each) != derived_meaning(after.derived[name])
    }
    while True:
        more = {name for name, each in before.parameters.items() if each.by in found}
        more |= {
            name for name, each in before.derived.items() if _names_in((each.value, each.condition, each.bands)) & found
        }
        if more <= found:
            return found
        found |= more


def _dated(parameter: t.Parameter) -> Meaning:
    values = tuple((each.start, figure_of(each, by=parameter.by)) for each in parameter.values)
    return parameter.type, parameter.by, values


def _names_in(node: Any) -> set[str]:
    if isinstance(node, tuple):
        return set().union(*(_names_in(each) for each in node)) if node else set()
    if type(node).__module__ != t.__name__ or not is_dataclass(node):
        return set()
    own = {node.name} if isinstance(node, (t.ParameterValue, t.DerivedValue, t.DerivedCondition)) else set()
    return own.union(*(_names_in(getattr(node, each.name)) for each in fields(node)))


def renamed(node: Any, names: dict[str, str]) -> Any:
    """The same tree, reading what it reads under other names."""
    if isinstance(node, tuple):
        return tuple(renamed(each, names) for each in node)
    if type(node).__module__ != t.__name__ or not is_dataclass(node) or isinstance(node, t.PathTo):
        return node
    changed = {each.name: renamed(getattr(node, each.name), names) for each in fields(node)}
    if isinstance(node, (t.ParameterValue, t.DerivedValue, t.DerivedCondition)):
        changed["name"] = names.get(node.name, node.name)
    made: Any = type(node)
    return made(**changed)
