"""Series for the solver to choose from, made from what the rules ask of a series.

A rule asks of a series how many comparable points it has, over how many months, how high it is and what became of it.
The solver cannot draw points by itself; it is given whole series that differ in just these respects: none, a few and
enough yearly points, recent or out of date, too close together, counted in a new way, or in another way in between,
better, worse, unchanged, with figures or a definition missing, and at each level that a rule names.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from ohaccredit.language.encode import Encoded
from ohaccredit.language.months import shift_months
from ohaccredit.language.numbers import MILLIONTHS
from ohaccredit.language.solve_scope import SeriesScope
from ohaccredit.language.types import Choice, Measure, Number, Series

MOST_POINTS = 6
BASE = 1000
"""Large enough for a change of 40 % of the scale to stand out from noise."""
FEW = 3
"""Too few for any change to stand out."""

DAYS_EACH = 225
"""Where a share is of time and the people behind it are counted apart: about the days that one works in a year."""


@dataclass(slots=True)
class Asked:
    """What the rules ask of one series."""

    kind: Series
    measures: list[Measure] = field(default_factory=list)
    given: set[str] = field(default_factory=set)
    counts: set[Fraction] = field(default_factory=set)
    """Numbers of points that it is compared with."""
    levels: set[Fraction] = field(default_factory=set)
    """Figures that its level is compared with."""


def prototypes(asked: Asked, on: date) -> SeriesScope:
    """The series that are tried."""
    given = (asked.kind.at, asked.kind.same, *sorted(asked.given - {asked.kind.at, asked.kind.same}))
    enough = min(MOST_POINTS, max([2, *(int(count) for count in asked.counts)]) + 1)
    recent = shift_months(on, -1)
    found: list[tuple[dict[str, Encoded], ...]] = [()]
    figures = asked.given - {asked.kind.at, asked.kind.same}
    for number in range(1, enough + 1):
        days = _days(recent, 12, number)
        for levels in _patterns(asked, number) if figures else [_flat(number)]:
            found.append(_points(asked, days, levels))
        if figures:
            found.append(_points(asked, days, _flat(number), base=FEW))
            found.append(_points(asked, days, _flat(number), lacking=number - 1))
    still = _flat(enough)
    found.append(_points(asked, _days(shift_months(on, -60), 12, enough), still))
    found.append(_points(asked, _days(shift_months(on, 1), 12, enough), still))
    found.append(_points(asked, _days(recent, 1, enough), still))
    yearly = _days(recent, 12, enough)
    found.append(_points(asked, yearly, still, anew=enough - 1))
    found.append(_points(asked, yearly, still, anew=enough - 2))
    found.append(_without_definition(_points(asked, yearly, still), asked.kind, enough - 2))
    return SeriesScope(given, tuple(_unique(found)))


def _unique(found: Sequence[tuple[dict[str, Encoded], ...]]) -> Iterator[tuple[dict[str, Encoded], ...]]:
    seen: list[tuple[dict[str, Encoded], ...]] = []
    for points in found:
        if points not in seen:
            seen.append(points)
            yield points


def _days(latest: date, months: int, number: int) -> tuple[date, ...]:
    return tuple(shift_months(latest, -months * back) for back in range(number - 1, -1, -1))


def _flat(number: int) -> tuple[Fraction, ...]:
    return (Fraction(1, 2),) * number


def _patterns(asked: Asked, number: int) -> Iterator[tuple[Fraction, ...]]:
    """Levels of the points, from 0 to 1 of what can be: what became of the series, and how high it is."""
    low, middle, high = Fraction(1, 10), Fraction(1, 2), Fraction(9, 10)
    yield _flat(number)
    yield (Fraction(0),) * number
    if number > 1:
        yield (*(middle,) * (number - 1), high)
        yield (*(middle,) * (number - 1), low)
        yield tuple(low + (high - low) * index / (number - 1) for index in range(number))
        yield tuple(high - (high - low) * index / (number - 1) for index in range(number))
    if number > 2:
        yield (low, *(high,) * (number - 2), middle)
        yield (high, *(low,) * (number - 2), middle)
    for level in sorted(asked.levels):
        for near in (level, level * Fraction(9, 10), level * Fraction(11, 10)):
            if 0 <= near <= 1:
                yield (near,) * number


def _points(
    asked: Asked,
    days: Sequence[date],
    levels: Sequence[Fraction],
    *,
    base: int = BASE,
    lacking: int | None = None,
    anew: int | None = None,
) -> tuple[dict[str, Encoded], ...]:
    """A series; `lacking` names a point without figures, `anew` one that is counted in another way than the rest."""
    points = []
    for index, (day, level) in enumerate(zip(days, levels, strict=True)):
        point: dict[str, Encoded] = {asked.kind.at: day.toordinal()}
        point[asked.kind.same] = _definition(asked.kind, 1 if index == anew else 0)
        if index != lacking:
            for measure in asked.measures:
                point |= _figures(asked, measure, level, base)
        points.append(point)
    return tuple(points)


def _figures(asked: Asked, measure: Measure, level: Fraction, base: int) -> dict[str, Encoded]:
    kinds = {name: each.type for name, each in asked.kind.item.fields.items() if isinstance(each.type, Number)}
    figures: dict[str, Fraction] = {}
    if measure.kind == "mean":
        of = kinds[measure.of]
        lowest, highest = of.minimum or 0, 100 if of.maximum is None else of.maximum
        figures[measure.of] = lowest + (highest - lowest) * level
        figures[measure.spread] = Fraction(highest - lowest, 20)
    else:
        among = base * DAYS_EACH if measure.people else base
        figures[measure.of] = Fraction(round(level * among))
        figures[measure.base] = Fraction(among)
    if measure.people:
        figures[measure.people] = Fraction(base)
    return {
        name: _held(figure, kinds[name]) for name, figure in figures.items() if name in asked.given and name in kinds
    }


def _held(figure: Fraction, kind: Number) -> int:
    """As evidence is encoded, to two decimals."""
    return round(figure) if kind.whole else round(figure * 100) * (MILLIONTHS // 100)


def _definition(kind: Series, which: int) -> str:
    same: Any = kind.item.fields[kind.same].type
    return same.options[min(which, len(same.options) - 1)] if isinstance(same, Choice) else f"definition {which + 1}"


def _without_definition(
    points: tuple[dict[str, Encoded], ...], kind: Series, where: int
) -> tuple[dict[str, Encoded], ...]:
    without = {name: value for name, value in points[where].items() if name != kind.same}
    return (*points[:where], without, *points[where + 1 :])
