"""Values as functions: the half of `trace` that computes, without deciding anything.

Every value of a rule becomes a function of the records that its paths may start from. It gives the exact value, or
None if that is missing; and if somebody wants to know, it notes what was read on the way (`Notes`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ohaccredit.language import tree as t
from ohaccredit.language.encode import Encoded, decode
from ohaccredit.language.months import months_between, shift_months
from ohaccredit.language.numbers import MILLIONTHS
from ohaccredit.language.series import figures, series_change, series_count, series_level
from ohaccredit.language.types import Choices, Date, Number, Scalar

if TYPE_CHECKING:
    from ohaccredit.language.trace import Plan

Path = tuple[str | int, ...]
Plain = Fraction | int | date | bool | str | tuple[str, ...]
Records = tuple[Mapping[str, Encoded], ...]
"""What a path may start from: the submission first, then the item of each list around."""


class Reading:
    """A value that a test read: where it comes from and what it was (None: missing).

    `node` is what was asked for; None where a list item's membership was left open. `path` is where it stands in
    the submission; () for what does not come from evidence.
    """

    __slots__ = ("node", "path", "value")

    def __init__(self, node: t.Value | None, value: Plain | None, path: Path = ()) -> None:
        self.node = node
        self.value = value
        self.path = path


@dataclass(slots=True)
class Run:
    """What all tests over one submission share."""

    on: date
    derived: dict[str, Any] = field(default_factory=dict)
    """The derived values worked out so far."""


class Notes:
    """What was read, and where the records stand that it was read from."""

    __slots__ = ("paths", "seen")

    def __init__(self, paths: tuple[Path, ...], seen: list[Reading] | None = None) -> None:
        self.paths = paths
        self.seen: list[Reading] = [] if seen is None else seen

    def at(self, path: Path) -> Notes:
        """The same notes, for the items of a list."""
        return Notes((*self.paths, path), self.seen)

    def top(self) -> Notes:
        """The same notes, for the whole submission."""
        return Notes(self.paths[:1], self.seen)

    def missing(self) -> tuple[Path, ...]:
        """Where something that was looked for is missing."""
        return tuple(dict.fromkeys(reading.path for reading in self.seen if reading.value is None and reading.path))


Get = Callable[[Run, Records, "Notes | None"], Any]


class ValuePlanner(ABC):
    """Makes functions of values. The definitions must not change afterwards."""

    def __init__(self, definitions: t.Definitions) -> None:
        self._definitions = definitions
        self._by_name: dict[str, Get] = {}

    @abstractmethod
    def plan(self, node: t.Condition) -> Plan:
        """A condition as functions."""

    def value(self, node: t.Value) -> Get:
        """A value as a function."""
        match node:
            case t.Constant():
                constant = node.value
                return lambda run, records, notes: constant
            case t.AssessmentDate():
                return lambda run, records, notes: run.on
            case t.FieldValue():
                return _field(node)
            case t.ParameterValue():
                return self._parameter(node)
            case t.DerivedValue():
                return self._derived(node)
            case t.ShiftedDate():
                return self._shifted(node)
            case t.TimeBetween():
                return self._time_between(node)
            case t.Arithmetic():
                return self._arithmetic(node)
            case t.Aggregate():
                return self._aggregate(node)
            case t.SeriesCount() | t.SeriesLevel() | t.SeriesChange():
                return self._series(node)

    # ── What the rules define ──

    def _parameter(self, node: t.ParameterValue) -> Get:
        parameter = self._definitions.parameters[node.name]
        as_of = None if node.as_of is None else self.value(node.as_of)
        factor = self.derived(parameter.by) if parameter.by else None
        in_force: dict[date, t.Dated | None] = {}

        def get(run: Run, records: Records, notes: Notes | None) -> Any:
            day = run.on if as_of is None else as_of(run, records, notes)
            dated = None
            if day is not None:
                if day not in in_force:
                    in_force[day] = parameter.on(day)
                dated = in_force[day]
            value: Plain | None = None
            if dated is not None and factor is None:
                value = dated.value
            elif dated is not None and factor is not None:
                chosen = factor(run, records, notes)
                value = None if chosen is None else dated.by_factor.get(str(chosen))
            if notes is not None:
                notes.seen.append(Reading(node, value))
            return value

        return get

    def _derived(self, node: t.DerivedValue) -> Get:
        find = self.derived(node.name)

        def get(run: Run, records: Records, notes: Notes | None) -> Any:
            value = find(run, records, notes)
            if notes is not None:
                notes.seen.append(Reading(node, value))
            return value

        return get

    def derived(self, name: str) -> Get:
        """A derived value as a function, made once: however many others name it, its work is not repeated."""
        if name not in self._by_name:
            self._by_name[name] = self._derived_by_name(name)
        return self._by_name[name]

    def _derived_by_name(self, name: str) -> Get:
        """Derived values are of the whole submission, so each is worked out once for it."""
        derived = self._definitions.derived[name]
        work = self._bands(derived) if derived.value is None else self.value(derived.value)

        def get(run: Run, records: Records, notes: Notes | None) -> Any:
            if notes is not None:
                return work(run, records[:1], notes.top())
            if name not in run.derived:
                run.derived[name] = work(run, records[:1], None)
            return run.derived[name]

        return get

    def _bands(self, derived: t.Derived) -> Get:
        bands = [(None if band.when is None else self.plan(band.when), self.value(band.then)) for band in derived.bands]

        def get(run: Run, records: Records, notes: Notes | None) -> Any:
            for when, then in bands:
                verdict = True if when is None else when.verdict(run, records)
                if verdict:
                    return then(run, records, notes)
                if verdict is None:
                    if when is not None and notes is not None:
                        trace = when.trace(run, records, notes.paths)
                        notes.seen.extend(reading for leaf in trace.leaves() for reading in leaf.readings)
                        notes.seen.extend(Reading(None, None, path) for path in trace.missing)
                    return None
            return None

        return get

    # ── Dates ──

    def _shifted(self, node: t.ShiftedDate) -> Get:
        get_start, get_amount = self.value(node.start), self.value(node.amount)
        unit, direction = node.unit, node.direction
        known: dict[date, date | None] = {}  # a window that depends on the assessment date alone

        def get(run: Run, records: Records, notes: Notes | None) -> date | None:
            start, amount = get_start(run, records, notes), get_amount(run, records, notes)
            return None if start is None or amount is None else shifted(start, int(amount), unit, direction)

        def get_known(run: Run, records: Records, notes: Notes | None) -> date | None:
            if run.on not in known:
                known[run.on] = get(run, records, notes)
            return known[run.on]

        return get_known if on_date_alone(node) else get

    def _time_between(self, node: t.TimeBetween) -> Get:
        get_start, get_end = self.value(node.start), self.value(node.end)
        in_days = node.unit == "days"

        def get(run: Run, records: Records, notes: Notes | None) -> int | None:
            start, end = get_start(run, records, notes), get_end(run, records, notes)
            if start is None or end is None:
                return None
            days: int = (end - start).days
            return days if in_days else months_between(start, end)

        return get

    # ── Numbers ──

    def _arithmetic(self, node: t.Arithmetic) -> Get:
        operands = [self.value(each) for each in node.operands]
        operation = node.operation

        def get(run: Run, records: Records, notes: Notes | None) -> Fraction | int | None:
            values = [operand(run, records, notes) for operand in operands]
            if None in values:
                return None
            match operation:
                case "total":
                    result: Fraction | int = sum(values)
                case "difference":
                    result = values[0] - values[1]
                case "product":
                    result = 1
                    for value in values:
                        result *= value
                case "ratio":
                    return Fraction(values[0]) / values[1] if values[1] > 0 else None
            return result

        return get

    def _aggregate(self, node: t.Aggregate) -> Get:
        of, over, place = self.value(node.of), path_to(node.over), place_of(node.over)
        where = None if node.where is None else self.plan(node.where)
        empty = None if node.if_empty is None else self.value(node.if_empty)
        reduction = node.reduction

        def get(run: Run, records: Records, notes: Notes | None) -> Any:
            items = items_of(over(records))
            if items is None:
                if notes is not None:
                    notes.seen.append(Reading(node, None, place(notes.paths)))
                return None
            values: list[Any] = []
            base = () if notes is None else place(notes.paths)
            for key, item in items:
                inner = (*records, item)
                noted = None if notes is None else notes.at((*base, key))
                if where is not None:
                    chosen = where.verdict(run, inner)
                    if chosen is None:
                        if noted is not None:
                            missing = where.trace(run, inner, noted.paths).missing
                            noted.seen.extend(Reading(None, None, path) for path in missing)
                        return None
                    if not chosen:
                        continue
                values.append(of(run, inner, noted))
            if not values:
                if empty is None:
                    if notes is not None:
                        notes.seen.append(Reading(node, None, base))
                    return None
                return empty(run, records, notes)
            if any(value is None for value in values):
                return None
            match reduction:
                case "sum":
                    return sum(values)
                case "mean":
                    return Fraction(sum(values)) / len(values)
                case "smallest" | "earliest":
                    return min(values)
                case "largest" | "latest":
                    return max(values)

        return get

    # ── Series ──

    def _series(self, node: t.SeriesCount | t.SeriesLevel | t.SeriesChange) -> Get:
        follow, place = path_to(node.series), place_of(node.series)
        noise = self.value(node.noise) if isinstance(node, t.SeriesChange) else None
        needed = (node.kind.at, node.kind.same, *_figures(node))

        def get(run: Run, records: Records, notes: Notes | None) -> Any:
            wanted = None if noise is None else noise(run, records, notes)
            raw = follow(records)
            points: Any = raw if isinstance(raw, list) else None
            value: Any = None
            match node:
                case t.SeriesCount():
                    value = series_count(points, node.kind, node.what)
                case t.SeriesLevel():
                    value = series_level(points, node.kind, node.which)
                case t.SeriesChange() if wanted is not None:
                    value = series_change(points, node.kind, node.since, Fraction(wanted))
            if notes is not None:
                path = place(notes.paths)
                if value is None:
                    notes.seen.extend(_points_lacking(node, points, path, needed))
                else:
                    notes.seen.append(Reading(node, value, path))
            return value

        return get


def _figures(node: t.SeriesCount | t.SeriesLevel | t.SeriesChange) -> tuple[str, ...]:
    """The fields of its points that a value needs, beside their date and definition."""
    match node:
        case t.SeriesCount():
            return ()
        case t.SeriesLevel():
            return (node.measure.of, *([node.measure.base] if node.measure.base else []))
        case t.SeriesChange():
            return figures(node.measure)


def _points_lacking(
    node: t.Value, points: Sequence[Mapping[str, Encoded]] | None, path: Path, needed: Sequence[str]
) -> Iterator[Reading]:
    """What a series lacks: the figures of its points, or simply more points."""
    lacking = [(*path, index, name) for index, point in enumerate(points or ()) for name in needed if name not in point]
    for missing in lacking or [path]:
        yield Reading(node, None, missing)


# ── Reaching into the evidence ──────────────────────────────────────────────────────────────────────


def path_to(where: t.PathTo) -> Callable[[Records], Any]:
    """What stands at a path; None if nothing does."""
    index = _index(where)
    first, *others = where.names
    if not others:
        return lambda records: records[index].get(first)

    def follow(records: Records) -> Any:
        current: Any = records[index].get(first)
        for name in others:
            current = current.get(name) if isinstance(current, dict) else None
        return current

    return follow


def place_of(where: t.PathTo) -> Callable[[tuple[Path, ...]], Path]:
    """Where a path leads, from the top of the submission."""
    index, names = _index(where), where.names
    return lambda paths: paths[index] + names


def _index(where: t.PathTo) -> int:
    return 0 if where.scope == t.SUBMISSION else -1 - where.scope


def items_of(raw: Any) -> list[tuple[str | int, Mapping[str, Encoded]]] | None:
    """The items of a list with their places in it; None if there is no list."""
    if isinstance(raw, list):
        return [each for each in enumerate(raw) if isinstance(each[1], dict)]
    if isinstance(raw, dict):
        return [each for each in raw.items() if isinstance(each[1], dict)]
    return None


def _field(node: t.FieldValue) -> Get:
    follow, place, plain = path_to(node.path), place_of(node.path), decoder(node.type)

    def get(_: Run, records: Records, notes: Notes | None) -> Any:
        raw = follow(records)
        value = raw if raw is None or plain is None else plain(raw)
        if notes is not None:
            notes.seen.append(Reading(node, value, place(notes.paths)))
        return value

    return get


def decoder(kind: Scalar) -> Callable[[Any], Any] | None:
    """How an encoded value becomes the value that it stands for; None if it is that already."""
    match kind:
        case Date():
            return date.fromordinal
        case Number(whole=False) | Choices():
            return lambda raw: decode(raw, kind)
        case _:
            return None


def shifted(start: date, amount: int, unit: str, direction: str) -> date | None:
    """A date moved by days, weeks or calendar months; None if that leaves the calendar."""
    sign = 1 if direction == "after" else -1
    try:
        if unit == "months":
            return shift_months(start, sign * amount)
        return date.fromordinal(start.toordinal() + sign * amount * (7 if unit == "weeks" else 1))
    except (OverflowError, ValueError):
        return None


def as_held(node: t.Value) -> tuple[Callable[[Records], Any], int] | None:
    """One value of the evidence as it is held (`encode`), and how many of these make one; None for any other value."""
    if isinstance(node, t.FieldValue) and not isinstance(node.type, Choices):
        exact = isinstance(node.type, Number) and not node.type.whole
        return path_to(node.path), MILLIONTHS if exact else 1
    return None


def figure_as_held(value: Any, scale: int) -> Any:
    """A value that evidence is compared with, as evidence of that scale is held."""
    if isinstance(value, date):
        return value.toordinal()
    if isinstance(value, Fraction):
        scaled = value * scale
        return scaled.numerator if scaled.denominator == 1 else scaled
    return value


def on_date_alone(node: t.Value) -> bool:
    """Does the value depend on nothing but the assessment date?"""
    if isinstance(node, t.ShiftedDate):
        return isinstance(node.start, t.AssessmentDate) and isinstance(node.amount, t.Constant)
    return isinstance(node, t.AssessmentDate)
