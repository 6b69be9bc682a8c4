"""What may be shown of an impact, so that no count about a few employers can be read or worked out.

Every table splits a whole that is itself shown: all rows into rises, stays and falls; each of these, where it is shown
alone, into flows, and into the options of each group. A table's small cells are put together with others by the rules
of `suppression`. What is due to a criterion lies within two counts, the falls and those who do not satisfy it; it is
shown only where it leaves neither with a small remainder.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ohaccredit.assessment.prepare import floors_of
from ohaccredit.fitnotes.suppression import SMALLEST_FLOOR, Cell, Shown, protect
from ohaccredit.language.outcome import Outcome
from ohaccredit.language.types import Words
from ohaccredit.policy.impact import (
    FALLS,
    NONE_MET,
    NOT_ASKED,
    RISES,
    STAYS,
    Change,
    Impact,
    Rung,
    Tally,
    Unreadable,
    direction,
)
from ohaccredit.standards.edition import Edition

WAYS = (RISES, STAYS, FALLS)
_OUTCOMES = (*(outcome.value for outcome in Outcome), NOT_ASKED)


@dataclass(frozen=True, slots=True)
class Table:
    """Counts that make up a whole; empty if none of them may be shown."""

    cells: tuple[Shown, ...]

    def alone(self, key: str) -> int | None:
        """The count of one cell, if it is shown by itself."""
        return next((cell.count for cell in self.cells if cell.keys == (key,)), None)

    @property
    def together(self) -> Shown | None:
        """The cells that are shown as one sum, if there are any."""
        return next((cell for cell in self.cells if len(cell.keys) > 1), None)


@dataclass(frozen=True, slots=True)
class CriterionShown:
    """What may be shown of one criterion. None is "not shown"."""

    change: Change
    outcomes: Table
    """Keys are outcome>outcome."""
    falls: int | None
    """Falls that it has a part in."""
    falls_alone: int | None
    """Those of them that nothing else has a part in."""
    rises: int | None
    rises_alone: int | None
    order: int
    """For ordering only, and coarse: how much is due to it, where that may be shown."""


@dataclass(frozen=True, slots=True)
class GroupShown:
    """How the options of a group fare; for each way, a table by option, or None where the way itself is not shown."""

    id: str
    words: Words
    options: Mapping[str, Words]
    ways: Mapping[str, Table | None]


@dataclass(frozen=True, slots=True)
class ImpactShown:
    """All that may be shown."""

    before: Edition
    after: Edition
    on: str
    floor: int
    rows: int
    readable: int | None
    """None if there are too few."""
    unreadable: tuple[Unreadable, ...]
    ladder: tuple[Rung, ...]
    ways: Table
    flows: Mapping[str, Table | None]
    """By way; keys are tier>tier."""
    criteria: tuple[CriterionShown, ...]
    none_met: tuple[int | None, int | None]
    """Falls and rises where a tier is lost or won because something of its own is met no longer, or at last."""
    groups: tuple[GroupShown, ...]

    @property
    def flow_counts(self) -> dict[tuple[int, int], int]:
        """The flows that are shown each by itself, between places on the ladder."""
        places = {rung.id: place for place, rung in enumerate(self.ladder)}
        found = {}
        for table in self.flows.values():
            for cell in table.cells if table else ():
                if len(cell.keys) == 1 and cell.count:
                    start, end = cell.keys[0].split(">")
                    found[places[start], places[end]] = cell.count
        return found


def show(impact: Impact, tally: Tally) -> ImpactShown:
    """What may be shown of the counts."""
    floor = floor_of(impact)
    by_way = {way: sum(n for flow, n in tally.flows.items() if direction(flow) == way) for way in WAYS}
    ways = _table(by_way.items(), floor)
    ids = [rung.id for rung in impact.ladder]
    pairs = [(start, end) for start in range(len(ids)) for end in range(len(ids))]
    flows: dict[str, Table | None] = {
        way: _table(((f"{ids[s]}>{ids[e]}", tally.flows[s, e]) for s, e in pairs if direction((s, e)) == way), floor)
        if ways.alone(way) is not None
        else None
        for way in WAYS
    }
    groups = []
    for group in impact.groups.groups:
        counts = tally.groups.get(group.id, Counter())
        tables = {
            way: _table(((option, counts[option, way]) for option in group.options), floor)
            if ways.alone(way) is not None
            else None
            for way in WAYS
        }
        groups.append(GroupShown(group.id, group.words, group.options, tables))
    criteria = [_criterion(change, tally, by_way, ways, floor) for change in impact.changes.values()]
    none_met = tuple(_part(_due(tally, NONE_MET, way), [by_way[way]], ways, way, floor) for way in (FALLS, RISES))
    return ImpactShown(
        before=impact.before,
        after=impact.after,
        on=impact.on.isoformat(),
        floor=floor,
        rows=tally.rows,
        readable=tally.readable if not 0 < tally.readable < floor else None,
        unreadable=tuple(tally.unreadable),
        ladder=impact.ladder,
        ways=ways,
        flows=flows,
        criteria=tuple(sorted(criteria, key=lambda each: (-each.order, not each.change.what))),
        none_met=(none_met[0], none_met[1]),
        groups=tuple(groups),
    )


def floor_of(impact: Impact) -> int:
    """The smallest count that is shown: the stricter of what the two editions ask for (parameter floor-other)."""
    given = [floors_of(edition, impact.on).get("other", 0) for edition in (impact.before, impact.after)]
    return max(SMALLEST_FLOOR, *given)


def _criterion(change: Change, tally: Tally, by_way: Mapping[str, int], ways: Table, floor: int) -> CriterionShown:
    pairs = tally.outcomes.get(change.id, Counter())
    counts = dict.fromkeys((f"{old}>{new}" for old in _OUTCOMES for new in _OUTCOMES), 0)
    for (old, new), number in pairs.items():
        counts[f"{old.outcome}>{new.outcome}"] += number
    unsatisfied = {
        FALLS: sum(number for (_, new), number in pairs.items() if not new.satisfied),
        RISES: sum(number for (old, _), number in pairs.items() if not old.satisfied),
    }
    found: dict[str, tuple[int | None, int | None]] = {}
    for way in (FALLS, RISES):
        due = _due(tally, change.id, way)
        part = _part(due, [by_way[way], unsatisfied[way]], ways, way, floor)
        alone = tally.due_to.get(change.id, Counter())[way, True]
        split = _table((("alone", alone), ("shared", due - alone)), floor) if part else None
        found[way] = part, (0 if part == 0 else split.alone("alone") if split else None)
    order = sum(part or 0 for part in (found[FALLS][0], found[RISES][0]))
    table = _table(counts.items(), floor)
    return CriterionShown(change, table, *found[FALLS], *found[RISES], order)


def _due(tally: Tally, name: str, way: str) -> int:
    return sum(number for (each, _), number in tally.due_to.get(name, Counter()).items() if each == way)


def _part(part: int, wholes: Iterable[int], ways: Table, way: str, floor: int) -> int | None:
    """A part of several wholes, if it can be shown beside each of them."""
    if ways.alone(way) is None:
        return None
    for whole in wholes:
        if whole and _table((("part", part), ("rest", whole - part)), floor).alone("part") is None:
            return None
    return part


def _table(counts: Iterable[tuple[str, int]], floor: int) -> Table:
    given = list(counts)
    if not any(number for _, number in given):
        return Table(tuple(Shown((key,), 0) for key, _ in given))  # nobody is in the whole, and that is shown already
    # Each employer is one of its own; "" counts as somebody else each time.
    return Table(protect([Cell(key, ("",) * number) for key, number in given], floor))
