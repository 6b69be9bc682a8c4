"""Worlds to prove something in: all evidence that some criteria of an edition can meet with on a day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import product
from typing import Any, cast

from ohaccredit.language import tree as t
from ohaccredit.language.numbers import MILLIONTHS
from ohaccredit.language.solve import Outcomes, World
from ohaccredit.language.solve_evidence import ByKey, Fields, NumberField, Part, Places, Points, Single
from ohaccredit.language.solve_find import SEEDS, Finder, Search
from ohaccredit.language.solve_logic import Truth, all_of, both, either, no
from ohaccredit.language.solve_plausible import Plausible
from ohaccredit.language.solve_propose import MOST_ITEMS, propose_scope
from ohaccredit.language.solve_scope import SeriesScope
from ohaccredit.language.solve_terms import Day
from ohaccredit.language.types import Keyed, Measure, Record, Series, Type
from ohaccredit.language.walk import evidence_named, walk
from ohaccredit.policy.prove_beside import Change
from ohaccredit.standards.edition import Edition


class Ground(World):
    """All evidence within the scope that some criteria need, read by the rules of an edition on a day.

    With `spare`, lists have so many more places for each rule that reads them, and only such figures are tried as an
    assessment counts: that is where many criteria are to be met together.
    """

    def __init__(
        self, edition: Edition, criteria: Iterable[str], on: date, *, most: int = MOST_ITEMS, spare: int = 0
    ) -> None:
        rules = [edition.rules[id_] for id_ in criteria]
        scope = propose_scope(edition.definitions, rules, edition.record, on, most=most)
        scope = replace(
            scope,
            series={
                path: with_working_days(each, _measure_at(edition.record, path)) for path, each in scope.series.items()
            },
        )
        if spare:
            scope = replace(
                scope, items={path: each + spare * _readers(edition, rules, path) for path, each in scope.items.items()}
            )
        super().__init__(edition.definitions, edition.record, on, scope)
        self.edition = edition
        self._assessable = spare > 0
        self.outcomes: dict[str, Outcomes] = {rule.criterion: self.outcome(rule) for rule in rules}

    def possible(self) -> Truth:
        truths = [super().possible(), self._day_decides()]
        if self._assessable:
            floors = _floors(self.edition, self.on)
            truths += [*_counted(self.evidence, floors), *_rest_counts(self.evidence, self.edition, floors)]
        return all_of(truths)

    def _day_decides(self) -> Truth:
        """Where a date in the evidence says which day's rules apply, it says this day, or nothing."""
        part: Part | None = self.evidence
        for name in self.edition.decided_as_of:
            part = part.made.get(name) if isinstance(part, Fields) else None
        if not self.edition.decided_as_of or not isinstance(part, Single) or not isinstance(part.value, Day):
            return True
        return either(no(part.given), part.value.ordinal == self.on.toordinal())

    def finder(self, *, effort: int) -> Finder:
        """Looks for evidence, for such as can be believed first."""
        return Finder(self, plausible_kinds(self.edition), effort=effort)

    def beside_changed(self, change: Change) -> TwoWorlds:
        """This evidence and the same with a change."""
        return TwoWorlds(self, change)


def _readers(edition: Edition, rules: Iterable[t.Rule], path: str) -> int:
    """How many rules read a list: each may need an item of its own there, if all are to be met together."""
    return sum(1 for rule in rules if path.split(".")[0] in evidence_named(rule, edition.definitions))


WORKING_DAYS = 250
"""About the days that a person can work in a year."""


def with_working_days(scope: SeriesScope, measure: Measure | None) -> SeriesScope:
    """The series, and those in which what is counted is each person's time in days.

    The figures proposed for a series are of one size; of a measure that counts parts of people's time beside people,
    rules ask for as many days as so many people can work.
    """
    if measure is None or not measure.base or measure.people in ("", measure.base):
        return scope
    scaled = [
        tuple(
            {
                name: value * WORKING_DAYS if name in (measure.of, measure.base) else value
                for name, value in point.items()
            }
            for point in series
        )
        for series in cast("Iterable[tuple[dict[str, int], ...]]", scope.prototypes)
    ]
    return replace(scope, prototypes=(*scope.prototypes, *(each for each in scaled if each not in scope.prototypes)))


def _measure_at(record: Record, path: str) -> Measure | None:
    """How the points of the series at a path are read."""
    kind: Type = record
    for name in path.split("."):
        if isinstance(kind, Keyed):
            kind = kind.records[name]
        elif isinstance(kind, Record):
            kind = kind.fields[name].type
        else:
            return None
    return kind.measure if isinstance(kind, Series) else None


class TwoWorlds(World):
    """Two submissions, the second one the first with a change; what is found is both, under before and after."""

    def __init__(self, before: Ground, change: Change) -> None:
        super().__init__(before.definitions, before.evidence.kind, before.on, before.scope, before.evidence)
        self.before = before
        self.after = World(
            before.definitions, before.evidence.kind, before.on, before.scope, change.beside(before.evidence)
        )

    def possible(self) -> Truth:
        return both(self.before.possible(), self.after.possible())

    def read(self, model: Any) -> dict[str, Any]:
        return {"before": self.before.read(model), "after": self.after.read(model)}

    def rule_out(self, *wanted: Truth, effort: int, seeds: tuple[int, ...] = SEEDS) -> Search:
        """Two submissions of which all this is so, where none are expected."""
        return Finder(self, plausible_kinds(self.before.edition), effort=effort, seeds=seeds).rule_out(*wanted)


def plausible_kinds(edition: Edition) -> Mapping[str, Plausible]:
    """What is plausible of each evidence type, as its file says."""
    return {
        name: Plausible(
            tuple((pair[0], pair[1]) for pair in kind.checks.dates_in_order),
            tuple((pair[0], pair[1]) for pair in kind.checks.part_of_whole),
            kind.identified_by,
        )
        for name, kind in edition.evidence.items()
    }


# ── Empty lists ─────────────────────────────────────────────────────────────────────────────────────


def lists_read(world: World, rule: t.Rule) -> list[Truth]:
    """For each list that a rule reads, that it was handed in and is empty; nothing if it reads none."""
    nodes = walk(rule.applies_when, rule.met_when, definitions=world.definitions)
    whole = {id(node.collection) for node in nodes if isinstance(node, (t.Quantified, t.Aggregate))}
    return list(_emptied(world.evidence, whole))


def _emptied(part: Part, whole: set[int]) -> Iterator[Truth]:
    match part:
        case Places() | Points():
            yield part.handed_in
            yield from (no(there) for there, _ in part.places[:1])
        case ByKey():
            inner = [each for record in part.records.values() for each in record.made.values()]
            yield part.handed_in
            for each in inner:
                if isinstance(each, Single) and each.given is not True:
                    yield no(each.given)
                yield from _emptied(each, whole)
        case Fields():
            for each in part.made.values():
                yield from _emptied(each, whole)


# ── What an assessment counts ───────────────────────────────────────────────────────────────────────


def _floors(edition: Edition, on: date) -> dict[str, int]:
    floors = {}
    for name, parameter in edition.definitions.parameters.items():
        dated = parameter.on(on)
        if name.startswith("floor-") and dated is not None and isinstance(dated.value, Fraction):
            floors[name.removeprefix("floor-")] = int(dated.value)
    return floors


def _counted(part: Part, floors: Mapping[str, int]) -> Iterator[Truth]:
    """No figure is impossible, and none is below the floor for small groups: an assessment would leave it out."""
    match part:
        case Fields():
            for name, inner in part.made.items():
                if isinstance(inner, NumberField):
                    kind = part.kind.fields[name]
                    floor = floors.get(kind.small_cell, 0) if kind.small_cell else 0
                    number = inner.number
                    unit = 1 if number.whole else MILLIONTHS // 100 if number.percent else MILLIONTHS
                    if number.minimum is not None:
                        yield inner.held >= number.minimum * unit
                    if number.maximum is not None:
                        yield inner.held <= number.maximum * unit
                    if floor:
                        yield either(inner.held <= 0, inner.held >= floor * (1 if number.whole else MILLIONTHS))
                yield from _counted(inner, floors)
        case ByKey() | Places() | Points():
            for _, item in part.places:
                yield from _counted(item, floors)


SECONDARY = "characteristics"
"""The small cells of which what is left beside a count is refused too."""


def _rest_counts(evidence: Fields, edition: Edition, floors: Mapping[str, int]) -> Iterator[Truth]:
    """No count leaves so few people out that an assessment would refuse it: all but three tell as much as three."""
    for name, evidenced in evidence.made.items():
        pairs = edition.evidence[name].checks.part_of_whole
        for item, (part, whole) in product(_items(evidenced), pairs):
            kind = item.kind.fields.get(part)
            floor = floors.get(kind.small_cell, 0) if kind is not None and kind.small_cell == SECONDARY else 0
            one, other = item.made.get(part), _inside(item, whole)
            if floor and isinstance(one, NumberField) and isinstance(other, NumberField):
                rest = other.held - one.held
                yield either(no(one.given), no(other.given), rest <= 0, rest >= floor)


def _items(part: Part) -> list[Fields]:
    match part:
        case Fields():
            return [part]
        case ByKey() | Places() | Points():
            return [item for _, item in part.places]
    return []


def _inside(part: Part | None, path: str) -> Part | None:
    for name in path.split("."):
        part = part.made.get(name) if isinstance(part, Fields) else None
    return part
