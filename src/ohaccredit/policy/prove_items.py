"""Which items of a list are good for a rule: those that satisfy what it asks of each.

Where a rule compares a total over all items, no single item is asked for anything. Then a good item is one that would
do alone: the comparison holds of a list with nothing else in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from ohaccredit.language import tree as t
from ohaccredit.language.solve import World
from ohaccredit.language.solve_counting import Said
from ohaccredit.language.solve_evidence import Fields, Part, Places
from ohaccredit.language.solve_logic import Truth, both, either
from ohaccredit.policy.prove_beside import ItemAdded, OnlyItem
from ohaccredit.policy.prove_worlds import Ground


@dataclass(frozen=True)
class _Asked:
    """A test over a list of the submission, and whether the rule is for it (True), against it, or neither (None)."""

    node: t.Quantified | t.Aggregate
    wanted: bool | None
    around: tuple[t.Quantified | t.Aggregate, ...]
    """The lists inside which it stands."""
    compared: t.Compare | None
    """The comparison that it stands in, if the rule is for that one."""


Good = Callable[[World], "list[Truth] | None"]
"""When the added item is good, in the world that has it; None if the rule does not tell."""


def added_items(ground: Ground, rule: t.Rule) -> Iterator[tuple[str, ItemAdded, Good]]:
    """For each list of the submission that the rule tests, an item more, and when that item is good."""
    survey = _Survey(ground.definitions)
    survey.visit(rule.applies_when, None, ())
    survey.visit(rule.met_when, True, ())
    for path, asked in survey.lists.items():
        part: Part | None = ground.evidence
        for name in path.split("."):
            part = part.made.get(name) if isinstance(part, Fields) else None
        if isinstance(part, Places):
            change = ItemAdded(ground.scope, path)
            yield path, change, partial(_good, ground, asked, change)


def _good(ground: Ground, asked: list[_Asked], change: ItemAdded, after: World) -> list[Truth] | None:
    assert change.item is not None
    assert change.list is not None
    conditions: list[Truth] = [change.list.handed_in]
    for each in asked:
        node = each.node
        if isinstance(node, t.Aggregate) and node.where is None:
            if each.compared is None or each.around:
                return None  # whether the total is better for one item more, the rule does not say
            conditions.append(_alone(ground, change).verdict(each.compared).so)
            continue
        for records in _around(after, each.around, (after.evidence,)):
            inner = (*records, change.item)
            member = Said(True, False) if node.where is None else after.condition(node.where, inner)
            wanted = None if isinstance(node, t.Aggregate) else _wants(node)
            if isinstance(node, t.Aggregate) or each.wanted is None or wanted is None:
                conditions.append(member.not_so)
                continue
            test = Said(True, False) if node.satisfying is None else after.condition(node.satisfying, inner)
            good = test.so if wanted is each.wanted else test.not_so
            conditions.append(either(member.not_so, both(member.so, good)))
    return conditions


def _alone(ground: Ground, change: ItemAdded) -> World:
    """The evidence with the added item as the only one of its list."""
    assert change.item is not None
    only = OnlyItem(ground.scope, change.kind_path, change.item)
    return World(ground.definitions, ground.evidence.kind, ground.on, ground.scope, only.beside(ground.evidence))


def _around(
    world: World, lists: tuple[t.Quantified | t.Aggregate, ...], records: tuple[Fields, ...]
) -> Iterator[tuple[Fields, ...]]:
    """Every place inside the lists around a test, from which it may be asked."""
    if not lists:
        yield records
        return
    several, _ = world.several(lists[0].over, records)
    for _, item in several.places:
        yield from _around(world, lists[1:], (*records, item))


def _wants(node: t.Quantified) -> bool | None:
    """Does the test ask for items that satisfy it? None if it asks for an exact number."""
    if node.kind in ("some", "every"):
        return True
    if node.kind == "none":
        return False
    return {"at_least": True, "more_than": True, "at_most": False, "less_than": False}.get(node.comparator)


class _Survey:
    """The tests over lists of the submission."""

    def __init__(self, definitions: t.Definitions) -> None:
        self.lists: dict[str, list[_Asked]] = {}
        self._definitions = definitions
        self._seen: set[tuple[str, bool | None]] = set()
        self._compared: t.Compare | None = None

    def visit(self, node: object, wanted: bool | None, around: tuple[t.Quantified | t.Aggregate, ...]) -> None:
        """Everything below a node; `wanted` is whether the rule is for it (True), against it, or neither."""
        if isinstance(node, tuple):
            for part in node:
                self.visit(part, wanted, around)
            return
        if node is None or type(node).__module__ != t.__name__:
            return
        inner, outer = around, self._compared
        match node:
            case t.DerivedCondition():
                self._derived(node.name, wanted)
            case t.DerivedValue():
                self._derived(node.name, None)
            case t.ParameterValue() if self._definitions.parameters[node.name].by:
                self._derived(self._definitions.parameters[node.name].by, None)
            case t.Not():
                wanted = None if wanted is None else not wanted
            case t.Compare():
                self._compared = node if wanted else None
                wanted = None
            case t.Quantified() | t.Aggregate():
                if node.over.scope == t.SUBMISSION:
                    self.lists.setdefault(str(node.over), []).append(_Asked(node, wanted, around, self._compared))
                inner = (*around, node)
                wants = None if isinstance(node, t.Aggregate) else _wants(node)
                wanted = None if wanted is None or wants is None else wanted is wants
        for name in type(node).__dataclass_fields__:  # type: ignore[attr-defined]
            outside = name in ("bound", "if_empty")
            self.visit(
                getattr(node, name), None if outside or name == "where" else wanted, around if outside else inner
            )
        self._compared = outer

    def _derived(self, name: str, wanted: bool | None) -> None:
        if (name, wanted) in self._seen:
            return
        self._seen.add((name, wanted))
        derived = self._definitions.derived[name]
        self.visit(derived.condition, wanted, ())
        self.visit(derived.value, None, ())
        for band in derived.bands:
            self.visit((band.when, band.then), None, ())
