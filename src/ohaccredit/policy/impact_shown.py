"""What may be shown of an impact, so that no count about a few employers can be read or worked out.

Every table splits a whole that is itself shown. All rows are split into falls, rises, those who stay on their tier and
those below all tiers; what is too few of these is put together with what tells least, so that gains and losses stay
visible. Each of the sums is a whole in turn, for the flows in it and for the options of each group. A table's small
cells are put together with others by the rules of `suppression`. What is due to a criterion lies within two counts,
the falls and those who do not satisfy it; it is shown only where it leaves neither with a small remainder.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ohaccredit.assessment.prepare import floors_of
from ohaccredit.fitnotes.suppression import SMALLEST_FLOOR, Cell, Shown, protect
from ohaccredit.language.outcome import Outcome
from ohaccredit.language.types import Words
from ohaccredit.policy.impact import Impact
from ohaccredit.policy.impact_changes import Change
from ohaccredit.policy.impact_decide import NOT_ASKED
from ohaccredit.policy.impact_ladder import Rung
from ohaccredit.policy.impact_tally import BELOW, FALLS, NONE_MET, RISES, STAYS, Flow, Tally, Unreadable, direction
from ohaccredit.standards.edition import Edition

WAYS = (FALLS, RISES, STAYS, BELOW)
"""What matters most stands first: what is too few to be shown is put together with the last."""
Ways = tuple[str, ...]
"""The ways that are shown as one sum, mostly just one."""
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
    """How the options of a group fare: a table by option for each sum of ways that is shown."""

    id: str
    words: Words
    options: Mapping[str, Words]
    ways: Mapping[Ways, Table]


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
    flows: Mapping[Ways, Table]
    """For each sum of ways that is shown; keys are tier>tier."""
    because: Mapping[tuple[str, ...], tuple[str, ...]]
    """For the flows of a cell, the criteria that so many of its falls or rises are due to that it can be said."""
    criteria: tuple[CriterionShown, ...]
    none_met: tuple[int | None, int | None]
    """Falls and rises where a tier is lost or won because something of its own is met no longer, or at last."""
    groups: tuple[GroupShown, ...]

    @property
    def flow_counts(self) -> dict[Flow, int]:
        """The flows that are shown each by itself, between places on the ladder."""
        found = {}
        for table in self.flows.values():
            for cell in table.cells:
                if len(cell.keys) == 1 and cell.count:
                    found[self.flow(cell.keys[0])] = cell.count
        return found

    @property
    def untold(self) -> frozenset[Flow]:
        """The flows of which there are some, but it is not shown how many."""
        ids = [rung.id for rung in self.ladder]
        every = {f"{start}>{end}" for start in ids for end in ids}
        told = {cell.keys[0] for table in self.flows.values() for cell in table.cells if len(cell.keys) == 1}
        return frozenset(self.flow(key) for key in every - told)

    def flow(self, key: str) -> Flow:
        """Between which places on the ladder a flow is."""
        places = {rung.id: place for place, rung in enumerate(self.ladder)}
        start, _, end = key.partition(">")
        return places[start], places[end]


def show(impact: Impact, tally: Tally) -> ImpactShown:
    """What may be shown of the counts."""
    floor = floor_of(impact)
    by_way = {way: sum(n for flow, n in tally.flows.items() if direction(flow) == way) for way in WAYS}
    ways = _table(by_way.items(), floor)
    if not ways.cells and tally.readable >= floor:
        ways = Table((Shown(WAYS, tally.readable),))  # the whole can still be split by flows and options
    flows = {cell.keys: _flows(cell.keys, impact.ladder, tally, floor) for cell in ways.cells}
    groups = []
    for group in impact.groups.groups:
        counts = tally.groups.get(group.id, Counter())
        tables = {
            cell.keys: _table(
                ((option, sum(counts[option, way] for way in cell.keys)) for option in group.options), floor
            )
            for cell in ways.cells
        }
        groups.append(GroupShown(group.id, group.words, group.options, tables))
    parts = {way: _parts(way, impact, tally, by_way[way], ways, floor) for way in (FALLS, RISES)}
    criteria = [_criterion(change, tally, parts, floor) for change in impact.changes.values()]
    shown = ImpactShown(
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
        because={},
        criteria=tuple(sorted(criteria, key=lambda each: (-each.order, not each.change.what))),
        none_met=(parts[FALLS][NONE_MET], parts[RISES][NONE_MET]),
        groups=tuple(groups),
    )
    return replace(shown, because=_because(shown, tally))


def _flows(ways: Ways, ladder: Sequence[Rung], tally: Tally, floor: int) -> Table:
    """The flows of some ways, those between the highest tiers first."""
    highest_first = range(len(ladder) - 1, -1, -1)
    every = [(start, end) for start in highest_first for end in highest_first]
    pairs = [flow for way in ways for flow in every if direction(flow) == way]
    return _table(((f"{ladder[s].id}>{ladder[e].id}", tally.flows[s, e]) for s, e in pairs), floor)


def _because(shown: ImpactShown, tally: Tally) -> dict[tuple[str, ...], tuple[str, ...]]:
    """For each cell of falls or rises, the criteria that can be named as what it is due to.

    A criterion is named without its count, but the sums beside it are known: of the cell, and of the criterion. So it
    is named only where nothing small stands in its row or in its column of the table of cells by criteria.
    """
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for ways, table in shown.flows.items():
        cells = [cell for cell in table.cells if cell.count]
        if not set(ways) <= {FALLS, RISES}:
            continue
        parts = {
            each.change.id: _parts_of(cells, tally.due_by_flow.get(each.change.id), shown) for each in shown.criteria
        }
        large = {name: not any(0 < part < shown.floor for part in row) for name, row in parts.items()}
        for at, cell in enumerate(cells):
            column = {name: row[at] for name, row in parts.items() if row[at]}
            rests = (cell.count - part for part in column.values())
            if any(part < shown.floor for part in column.values()) or any(0 < rest < shown.floor for rest in rests):
                continue
            found[cell.keys] = tuple(name for name in column if large[name])
    return found


def _parts_of(cells: Sequence[Shown], due: Counter[Flow] | None, shown: ImpactShown) -> list[int]:
    """How much of each cell is due to a criterion."""
    return [0 if due is None else sum(due[shown.flow(key)] for key in cell.keys) for cell in cells]


def floor_of(impact: Impact) -> int:
    """The smallest count that is shown: the stricter of what the two editions ask for (parameter floor-other)."""
    given = [floors_of(edition, impact.on).get("other", 0) for edition in (impact.before, impact.after)]
    return max(SMALLEST_FLOOR, *given)


def _parts(way: str, impact: Impact, tally: Tally, whole: int, ways: Table, floor: int) -> dict[str, int | None]:
    """How many falls, or rises, each criterion has a part in, where that may be shown."""
    if ways.alone(way) is None:
        return dict.fromkeys([*impact.changes, NONE_MET])
    counts = {name: _due(tally, name, way) for name in [*impact.changes, NONE_MET]}
    found: dict[str, int | None] = {}
    for name, part in counts.items():
        wholes = [whole] if name == NONE_MET else [whole, _unsatisfied(tally, name, way)]
        rests = ((("part", part), ("rest", each - part)) for each in wholes if each)
        found[name] = part if all(_table(each, floor).alone("part") is not None for each in rests) else None
    # Each fall is due to one criterion at least: what the parts sum up to beyond all falls is due to several at once.
    if None not in found.values() and 0 < sum(counts.values()) - whole < floor:
        found[[name for name, part in counts.items() if part][-1]] = None
    return found


def _unsatisfied(tally: Tally, name: str, way: str) -> int:
    """Who does not satisfy a criterion under the edition in which it stands in the way."""
    pairs = tally.outcomes.get(name, Counter())
    return sum(number for (old, new), number in pairs.items() if not (new if way == FALLS else old).satisfied)


def _criterion(
    change: Change, tally: Tally, parts: Mapping[str, Mapping[str, int | None]], floor: int
) -> CriterionShown:
    counts = dict.fromkeys((f"{old}>{new}" for old in _OUTCOMES for new in _OUTCOMES), 0)
    for (old, new), number in tally.outcomes.get(change.id, Counter()).items():
        counts[f"{old.outcome}>{new.outcome}"] += number
    found: dict[str, tuple[int | None, int | None]] = {}
    for way in (FALLS, RISES):
        part = parts[way][change.id]
        alone = tally.due_to.get(change.id, Counter())[way, True]
        split = _table((("alone", alone), ("shared", part - alone)), floor) if part else None
        found[way] = part, (0 if part == 0 else split.alone("alone") if split else None)
    order = sum(part or 0 for part in (found[FALLS][0], found[RISES][0]))
    return CriterionShown(change, _table(counts.items(), floor), *found[FALLS], *found[RISES], order)


def _due(tally: Tally, name: str, way: str) -> int:
    return sum(number for (each, _), number in tally.due_to.get(name, Counter()).items() if each == way)


def _table(counts: Iterable[tuple[str, int]], floor: int) -> Table:
    given = list(counts)
    if not any(number for _, number in given):
        return Table(tuple(Shown((key,), 0) for key, _ in given))  # nobody is in the whole, and that is shown already
    # Each employer is one of its own; "" counts as somebody else each time.
    return Table(protect([Cell(key, ("",) * number) for key, number in given], floor))
