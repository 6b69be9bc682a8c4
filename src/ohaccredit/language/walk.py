"""Visiting every node of a rule."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ohaccredit.language import tree as t


def walk(*roots: object, definitions: t.Definitions | None = None) -> Iterator[Any]:
    """Every node below the roots, in the order in which the rule reads; with `definitions` also those
    behind the derived values that the rule names, each once."""
    waiting: list[object] = list(roots)
    expanded: set[str] = set()
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, tuple):
            waiting = [*node, *waiting]
            continue
        if node is None or type(node).__module__ != t.__name__:
            continue
        yield node
        inside: list[object] = [getattr(node, name) for name in type(node).__dataclass_fields__]  # type: ignore[attr-defined]
        if definitions is not None:
            inside += _derived(node, definitions, expanded)
        waiting = inside + waiting


def _derived(node: object, definitions: t.Definitions, expanded: set[str]) -> list[object]:
    names: list[str] = []
    if isinstance(node, (t.DerivedValue, t.DerivedCondition)):
        names = [node.name]
    elif isinstance(node, t.ParameterValue) and node.name in definitions.parameters:
        names = [definitions.parameters[node.name].by]
    inside: list[object] = []
    for name in names:
        if name in definitions.derived and name not in expanded:
            expanded.add(name)
            derived = definitions.derived[name]
            inside += [derived.value, derived.condition]
            inside += [part for band in derived.bands for part in (band.when, band.then)]
    return inside


def evidence_named(rule: t.Rule, definitions: t.Definitions) -> set[str]:
    """The evidence types that a rule reads, directly or by way of derived values."""
    nodes = walk(rule.applies_when, rule.met_when, definitions=definitions)
    return {node.names[0] for node in nodes if isinstance(node, t.PathTo) and node.scope == t.SUBMISSION}
