"""Evaluating a rule with its reasons.

Every node answers with a verdict (True, False, or None where the evidence does not decide) and with what
led to it: the evidence it read, the paths that are missing, and the traces of its parts. The compiled
form (`compile`) gives the same verdicts faster and without reasons; the two are held together by tests.

A trace stays close to the tree: words are made only when somebody reads them (`words`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from ohaccredit.language import tree as t
from ohaccredit.language.counting import HOLDS, WHEN_EMPTY, count_verdict, share_verdict
from ohaccredit.language.encode import Encoded, decode
from ohaccredit.language.months import months_between, shift_months
from ohaccredit.language.outcome import Outcome, Verdict, outcome_of
from ohaccredit.language.problems import json_pointer
from ohaccredit.language.series import figures, series_change, series_count, series_level

Path = tuple[str | int, ...]
Plain = Fraction | int | date | bool | str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """A value that a test read: where it comes from and what it was (None: missing)."""

    node: t.Value | None
    """What was asked for; None where a list item's membership was left open."""
    value: Plain | None
    path: Path = ()
    """Where it stands in the submission; () for what does not come from evidence."""


@dataclass(frozen=True, slots=True)
class Trace:
    """One node's verdict with what led to it. `missing` holds JSON Pointers into the submission."""

    node: t.Condition
    verdict: Verdict
    parts: tuple[Trace, ...] = ()
    readings: tuple[Reading, ...] = ()
    missing: tuple[Path, ...] = ()
    at: Path = ()
    """The list item that this is about, when the node stands inside a list operator."""
    counts: tuple[int, ...] = ()
    """For list operators: how many items were in the list, satisfied the test, and were left undecided."""

    def reasons(self) -> list[str]:
        """The reason codes of the parts that decided the verdict, outermost first."""
        found: list[str] = []
        node = self.node
        if isinstance(node, t.Remark):
            decided = self.parts[0].verdict  # before "otherwise" turns a failure into "not evidenced"
            reason = node.reason_if_met if decided else node.reason_if_not_met if decided is False else ""
            if reason:
                found.append(reason)
        for part in self.deciding():
            found.extend(part.reasons())
        return found

    def deciding(self) -> tuple[Trace, ...]:
        """The parts that the verdict rests on: those that agree with it, where the operator lets them decide."""
        if isinstance(self.node, (t.Not, t.Remark, t.DerivedCondition)):
            return self.parts
        wanted = self.verdict
        if isinstance(self.node, t.Quantified) and self.node.kind == "none" and wanted is not None:
            wanted = not wanted
        return tuple(part for part in self.parts if part.verdict is wanted)


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome of one criterion with its traces."""

    outcome: Outcome
    applies: Trace | None
    met: Trace | None

    @property
    def deciding(self) -> Trace | None:
        """The trace to show: why it does not apply or may not, or why it is met or not."""
        if self.outcome is Outcome.NOT_APPLICABLE or self.met is None:
            return self.applies
        return self.met

    def missing(self) -> tuple[str, ...]:
        """JSON Pointers to the evidence that is missing, in the order in which the rule asks for it."""
        if self.outcome is not Outcome.NOT_EVIDENCED:
            return ()
        paths: dict[Path, None] = {}
        for trace in (self.applies, self.met):
            if trace is not None and trace.verdict is None:
                paths.update(dict.fromkeys(trace.missing))
        return tuple(json_pointer(path) for path in paths)

    def reason(self) -> str:
        """The first reason code on the deciding path; "" if the rule gives none."""
        found = self.deciding.reasons() if self.deciding else []
        return found[0] if found else ""


_Items = Sequence[tuple[Path, Mapping[str, Encoded]]]
_Scopes = tuple[tuple[Path, Mapping[str, Encoded]], ...]


class Tracer:
    """Decides rules over one submission's evidence on one date."""

    def __init__(
        self,
        definitions: t.Definitions,
        evidence: Mapping[str, Encoded],
        on: date,
        *,
        root: Path = ("evidence",),
    ) -> None:
        self._definitions = definitions
        self._on = on
        self._scopes: _Scopes = ((root, evidence),)
        self._conditions: dict[type, Callable[[Any, _Scopes], Trace]] = {
            t.All: self._all,
            t.Either: self._either,
            t.AtLeast: self._at_least,
            t.Not: self._not,
            t.Compare: self._compare,
            t.OneOf: self._one_of,
            t.Includes: self._includes,
            t.Stated: self._stated,
            t.Quantified: self._quantified,
            t.DerivedCondition: self._derived_condition,
            t.Remark: self._remark,
        }
        self._values: dict[type, Callable[[Any, _Scopes, list[Reading]], Any]] = {
            t.Constant: lambda node, scopes, seen: node.value,
            t.FieldValue: self._field,
            t.AssessmentDate: lambda node, scopes, seen: self._on,
            t.ParameterValue: self._parameter,
            t.DerivedValue: self._derived,
            t.ShiftedDate: self._shifted,
            t.TimeBetween: self._time_between,
            t.Arithmetic: self._arithmetic,
            t.Aggregate: self._aggregate,
            t.SeriesCount: self._series_count,
            t.SeriesChange: self._series_change,
            t.SeriesLevel: self._series_level,
        }

    def decide(self, rule: t.Rule) -> Decision:
        """The outcome of a rule, with its reasons."""
        applies = None if rule.applies_when is None else self.condition(rule.applies_when)
        if applies is not None and applies.verdict is False:
            return Decision(Outcome.NOT_APPLICABLE, applies, None)
        met = self.condition(rule.met_when)
        return Decision(outcome_of(True if applies is None else applies.verdict, met.verdict), applies, met)

    def condition(self, node: t.Condition) -> Trace:
        """The trace of one condition over the whole submission."""
        return self._conditions[type(node)](node, self._scopes)

    def value(self, node: t.Value) -> tuple[Plain | None, list[Reading]]:
        """A value over the whole submission, and what was read for it."""
        seen: list[Reading] = []
        return self._value(node, self._scopes, seen), seen

    def derived(self, name: str) -> str | None:
        """The option that a derived choice comes out as; None if the evidence does not decide it."""
        found = self._derived_by_name(name, [])
        return found if isinstance(found, str) else None

    # ── Groups ──

    def _parts(self, of: Sequence[t.Condition], scopes: _Scopes) -> list[Trace]:
        return [self._conditions[type(part)](part, scopes) for part in of]

    def _all(self, node: t.All, scopes: _Scopes) -> Trace:
        parts = self._parts(node.of, scopes)
        verdicts = [part.verdict for part in parts]
        verdict = False if False in verdicts else None if None in verdicts else True
        return _group(node, verdict, parts)

    def _either(self, node: t.Either, scopes: _Scopes) -> Trace:
        parts = self._parts(node.of, scopes)
        verdicts = [part.verdict for part in parts]
        verdict = True if True in verdicts else None if None in verdicts else False
        return _group(node, verdict, parts)

    def _at_least(self, node: t.AtLeast, scopes: _Scopes) -> Trace:
        parts = self._parts(node.of, scopes)
        seen: list[Reading] = []
        needed = self._value(node.needed, scopes, seen)
        verdicts = [part.verdict for part in parts]
        yes, open_ = verdicts.count(True), verdicts.count(None)
        verdict = None if needed is None else True if yes >= needed else None if yes + open_ >= needed else False
        trace = _group(node, verdict, parts)
        counts = (len(parts), yes, open_)
        return Trace(node, verdict, trace.parts, tuple(seen), trace.missing + _missing(seen), (), counts)

    def _not(self, node: t.Not, scopes: _Scopes) -> Trace:
        part = self._conditions[type(node.of)](node.of, scopes)
        return Trace(node, None if part.verdict is None else not part.verdict, (part,), (), part.missing)

    def _remark(self, node: t.Remark, scopes: _Scopes) -> Trace:
        part = self._conditions[type(node.of)](node.of, scopes)
        if part.verdict is False and node.otherwise_undecided:
            missing = tuple(reading.path for trace in _leaves(part) for reading in trace.readings if reading.path)
            return Trace(node, None, (part,), (), part.missing or missing)
        return Trace(node, part.verdict, (part,), (), part.missing)

    def _derived_condition(self, node: t.DerivedCondition, scopes: _Scopes) -> Trace:
        condition = self._definitions.derived[node.name].condition
        assert condition is not None
        part = self._conditions[type(condition)](condition, scopes[:1])
        return Trace(node, part.verdict, (part,), (), part.missing)

    # ── Tests of values ──

    def _compare(self, node: t.Compare, scopes: _Scopes) -> Trace:
        seen: list[Reading] = []
        left = self._value(node.left, scopes, seen)
        right = self._value(node.right, scopes, seen)
        if left is None or right is None:
            return Trace(node, None, (), tuple(seen), _missing(seen))
        return Trace(node, HOLDS[node.comparator](left, right), (), tuple(seen))

    def _one_of(self, node: t.OneOf, scopes: _Scopes) -> Trace:
        seen: list[Reading] = []
        value = self._value(node.value, scopes, seen)
        options = self._options(node.options, scopes, seen)
        if value is None or options is None:
            return Trace(node, None, (), tuple(seen), _missing(seen))
        return Trace(node, value in options, (), tuple(seen))

    def _includes(self, node: t.Includes, scopes: _Scopes) -> Trace:
        seen: list[Reading] = []
        value = self._value(node.value, scopes, seen)
        options = self._options(node.options, scopes, seen)
        if value is None or options is None:
            return Trace(node, None, (), tuple(seen), _missing(seen))
        held = [option in value for option in options]
        return Trace(node, all(held) if node.which == "all" else any(held), (), tuple(seen))

    def _options(
        self, options: tuple[str, ...] | t.Value, scopes: _Scopes, seen: list[Reading]
    ) -> tuple[str, ...] | None:
        if isinstance(options, tuple):
            return options
        found = self._value(options, scopes, seen)
        return (found,) if isinstance(found, str) else found

    def _stated(self, node: t.Stated, scopes: _Scopes) -> Trace:
        seen: list[Reading] = []
        value = self._value(node.value, scopes, seen)
        return Trace(node, None if value is None else True, (), tuple(seen), _missing(seen))

    # ── Lists ──

    def _quantified(self, node: t.Quantified, scopes: _Scopes) -> Trace:
        items, path = self._items(node.over, scopes)
        if items is None:
            return Trace(node, None, (), (), (path,))
        seen: list[Reading] = []
        bound = None if node.bound is None else self._value(node.bound, scopes, seen)
        parts: list[Trace] = []
        tally = {(member, test): 0 for member in (True, None) for test in (True, False, None)}
        distinct_sure: set[object] = set()
        distinct_open = 0
        for item_path, item in items:
            inner = (*scopes, (item_path, item))
            member: Verdict = True
            if node.where is not None:
                chosen = self._conditions[type(node.where)](node.where, inner)
                member = chosen.verdict
                if member is False:
                    continue
                if member is None:
                    parts.append(_at(chosen, item_path))
            test: Verdict = True
            if node.satisfying is not None:
                tested = self._conditions[type(node.satisfying)](node.satisfying, inner)
                test = tested.verdict
                parts.append(_at(tested, item_path))
            if node.distinct is not None and test is not False:
                value = self._value(node.distinct, inner, seen)
                if value is None:
                    test = None
                elif member and test:
                    distinct_sure.add(value)
                if member is None or test is None:
                    distinct_open += 1
            tally[(member, test)] += 1
        verdict = _list_verdict(node, tally, bound, len(distinct_sure), distinct_open)
        yes = tally[(True, True)]
        undecided = sum(tally.values()) - yes - tally[(True, False)]
        counts = (sum(tally.values()), len(distinct_sure) if node.distinct is not None else yes, undecided)
        missing: tuple[Path, ...] = ()
        if verdict is None:
            missing = _together(part.missing for part in parts if part.verdict is None) + _missing(seen)
            missing = missing or (path,)
        return Trace(node, verdict, tuple(parts), tuple(seen), missing, (), counts)

    def _items(self, over: t.PathTo, scopes: _Scopes) -> tuple[_Items | None, Path]:
        raw, path = self._follow(over, scopes)
        if isinstance(raw, list):
            return [((*path, index), item) for index, item in enumerate(raw) if isinstance(item, dict)], path
        if isinstance(raw, dict):
            return [((*path, key), item) for key, item in raw.items() if isinstance(item, dict)], path
        return None, path

    # ── Values ──

    def _value(self, node: t.Value, scopes: _Scopes, seen: list[Reading]) -> Any:
        return self._values[type(node)](node, scopes, seen)

    def _follow(self, where: t.PathTo, scopes: _Scopes) -> tuple[Encoded | None, Path]:
        path, record = scopes[0] if where.scope == t.SUBMISSION else scopes[-1 - where.scope]
        current: Any = record
        for name in where.names:
            current = current.get(name) if isinstance(current, dict) else None
        return current, (*path, *where.names)

    def _field(self, node: t.FieldValue, scopes: _Scopes, seen: list[Reading]) -> Plain | None:
        raw, path = self._follow(node.path, scopes)
        value = None if raw is None else decode(raw, node.type)
        seen.append(Reading(node, value, path))
        return value

    def _parameter(self, node: t.ParameterValue, scopes: _Scopes, seen: list[Reading]) -> Plain | None:
        parameter = self._definitions.parameters[node.name]
        day = self._on if node.as_of is None else self._value(node.as_of, scopes, seen)
        dated = None if day is None else parameter.on(day)
        value: Plain | None = None
        if dated is not None and not parameter.by:
            value = dated.value
        elif dated is not None:
            factor = self._derived_by_name(parameter.by, seen)
            value = None if factor is None else dated.by_factor.get(str(factor))
        seen.append(Reading(node, value))
        return value

    def _derived(self, node: t.DerivedValue, scopes: _Scopes, seen: list[Reading]) -> Plain | None:
        value: Plain | None = self._derived_by_name(node.name, seen)
        seen.append(Reading(node, value))
        return value

    def _derived_by_name(self, name: str, seen: list[Reading]) -> Any:
        derived = self._definitions.derived[name]
        if derived.value is not None:
            return self._value(derived.value, self._scopes, seen)
        for band in derived.bands:
            if band.when is None:
                return band.then
            trace = self.condition(band.when)
            if trace.verdict is None:
                seen.extend(reading for leaf in _leaves(trace) for reading in leaf.readings)
                seen.extend(Reading(None, None, path) for path in trace.missing)
                return None
            if trace.verdict:
                return band.then
        return None

    def _shifted(self, node: t.ShiftedDate, scopes: _Scopes, seen: list[Reading]) -> date | None:
        start = self._value(node.start, scopes, seen)
        amount = self._value(node.amount, scopes, seen)
        if start is None or amount is None:
            return None
        return shifted(start, int(amount), node.unit, node.direction)

    def _time_between(self, node: t.TimeBetween, scopes: _Scopes, seen: list[Reading]) -> int | None:
        start = self._value(node.start, scopes, seen)
        end = self._value(node.end, scopes, seen)
        if start is None or end is None:
            return None
        return (end - start).days if node.unit == "days" else months_between(start, end)

    def _arithmetic(self, node: t.Arithmetic, scopes: _Scopes, seen: list[Reading]) -> Fraction | int | None:
        values = [self._value(each, scopes, seen) for each in node.operands]
        if any(value is None for value in values):
            return None
        match node.operation:
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

    def _aggregate(self, node: t.Aggregate, scopes: _Scopes, seen: list[Reading]) -> Any:
        items, path = self._items(node.over, scopes)
        if items is None:
            seen.append(Reading(node, None, path))
            return None
        values: list[Any] = []
        for item_path, item in items:
            inner = (*scopes, (item_path, item))
            if node.where is not None:
                chosen = self._conditions[type(node.where)](node.where, inner)
                if chosen.verdict is None:
                    seen.extend(Reading(None, None, missing) for missing in chosen.missing)
                    return None
                if not chosen.verdict:
                    continue
            values.append(self._value(node.of, inner, seen))
        if not values:
            if node.if_empty is None:
                seen.append(Reading(node, None, path))
                return None
            return self._value(node.if_empty, scopes, seen)
        if any(value is None for value in values):
            return None
        match node.reduction:
            case "sum":
                return sum(values)
            case "mean":
                return Fraction(sum(values)) / len(values)
            case "smallest" | "earliest":
                return min(values)
            case "largest" | "latest":
                return max(values)

    # ── Series ──

    def _points(self, where: t.PathTo, scopes: _Scopes) -> tuple[list[dict[str, Encoded]] | None, Path]:
        raw, path = self._follow(where, scopes)
        return (raw if isinstance(raw, list) else None), path  # type: ignore[return-value]

    def _series_count(self, node: t.SeriesCount, scopes: _Scopes, seen: list[Reading]) -> int | None:
        points, path = self._points(node.series, scopes)
        value = series_count(points, node.kind, node.what)
        if value is None:
            self._note_points(node, points, path, seen, (node.kind.at, node.kind.same))
        else:
            seen.append(Reading(node, value, path))
        return value

    def _series_level(self, node: t.SeriesLevel, scopes: _Scopes, seen: list[Reading]) -> Fraction | None:
        points, path = self._points(node.series, scopes)
        value = series_level(points, node.kind, node.which)
        if value is None:
            needed = (
                node.kind.at,
                node.kind.same,
                node.measure.of,
                *([node.measure.base] if node.measure.base else []),
            )
            self._note_points(node, points, path, seen, needed)
        else:
            seen.append(Reading(node, value, path))
        return value

    def _series_change(self, node: t.SeriesChange, scopes: _Scopes, seen: list[Reading]) -> str | None:
        noise = self._value(node.noise, scopes, seen)
        points, path = self._points(node.series, scopes)
        value = None if noise is None else series_change(points, node.kind, node.since, Fraction(noise))
        if value is None:
            self._note_points(node, points, path, seen, (node.kind.at, node.kind.same, *figures(node.measure)))
        else:
            seen.append(Reading(node, value, path))
        return value

    def _note_points(
        self,
        node: t.SeriesCount | t.SeriesLevel | t.SeriesChange,
        points: list[dict[str, Encoded]] | None,
        path: Path,
        seen: list[Reading],
        needed: Sequence[str],
    ) -> None:
        """Say what a series lacks: the figures of its points, or simply more points."""
        lacking = [
            (*path, index, name) for index, point in enumerate(points or ()) for name in needed if name not in point
        ]
        seen.extend(Reading(node, None, missing) for missing in lacking or [path])


def shifted(start: date, amount: int, unit: str, direction: str) -> date | None:
    """A date moved by days or calendar months; None if that leaves the calendar."""
    sign = 1 if direction == "after" else -1
    try:
        return (
            shift_months(start, sign * amount)
            if unit == "months"
            else date.fromordinal(start.toordinal() + sign * amount)
        )
    except (OverflowError, ValueError):
        return None


def _list_verdict(
    node: t.Quantified,
    tally: Mapping[tuple[bool | None, Verdict], int],
    bound: Fraction | int | None,
    distinct: int,
    distinct_open: int,
) -> Verdict:
    """What a list operator concludes from how its items fell."""
    yes, no, in_open = tally[(True, True)], tally[(True, False)], tally[(True, None)]
    open_yes, open_no, open_open = tally[(None, True)], tally[(None, False)], tally[(None, None)]
    empty = WHEN_EMPTY[node.if_list_empty]
    present, maybe = yes + no + in_open > 0, open_yes + open_no + open_open > 0
    if node.kind == "share":
        if bound is None:
            return None
        return share_verdict(
            yes, no, in_open, open_yes, open_no, open_open,
            comparator=node.comparator, bound=Fraction(bound), empty=empty,
        )  # fmt: skip
    if node.kind == "every":
        return count_verdict(
            no,
            in_open + open_no + open_open,
            present=present,
            maybe_present=maybe,
            comparator="at_most",
            bound=0,
            empty=empty,
        )
    counted, undecided = yes, in_open + open_yes + open_open
    if node.distinct is not None:
        counted, undecided = distinct, distinct_open
    if node.kind == "none":
        return count_verdict(
            counted,
            undecided,
            present=present,
            maybe_present=maybe,
            comparator="at_most",
            bound=0,
            empty=empty,
        )
    if node.kind == "some":
        return count_verdict(
            counted,
            undecided,
            present=present,
            maybe_present=maybe,
            comparator="at_least",
            bound=1,
            empty=empty,
        )
    if bound is None:
        return None
    return count_verdict(
        counted,
        undecided,
        present=present,
        maybe_present=maybe,
        comparator=node.comparator,
        bound=bound,
        empty=empty,
    )


def _group(node: t.Condition, verdict: Verdict, parts: list[Trace]) -> Trace:
    missing = _together(part.missing for part in parts if part.verdict is None) if verdict is None else ()
    return Trace(node, verdict, tuple(parts), (), missing)


def _at(trace: Trace, path: Path) -> Trace:
    return Trace(trace.node, trace.verdict, trace.parts, trace.readings, trace.missing, path, trace.counts)


def _missing(seen: Sequence[Reading]) -> tuple[Path, ...]:
    return tuple(dict.fromkeys(reading.path for reading in seen if reading.value is None and reading.path))


def _together(groups: Any) -> tuple[Path, ...]:
    return tuple(dict.fromkeys(path for group in groups for path in group))


def _leaves(trace: Trace) -> list[Trace]:
    if not trace.parts:
        return [trace]
    return [leaf for part in trace.parts for leaf in _leaves(part)]
