"""How a series can go on from where it stands.

Figures of the past are what they are: a plan can ask for years that are not handed in yet, earlier ones from the
employer's records or the next one, and it can say that the next one has to be better. It never proposes another figure
for a year that has one. What is added is counted as the latest point is, or it would not be comparable with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from ohaccredit.language.encode import Encoded
from ohaccredit.language.months import shift_months
from ohaccredit.language.series import change, comparable, estimate, figures
from ohaccredit.language.solve_scope import SeriesScope
from ohaccredit.language.types import Measure, Number, Series

Point = Mapping[str, Encoded]

MOST_EARLIER = 3
"""How many years further back a plan asks for."""
STEPS = 9
USUAL_NOISE = Fraction(196, 100)


@dataclass(frozen=True, slots=True)
class Way:
    """One way: the whole series, how many points of it are new or filled in, and whether a figure must be better."""

    series: tuple[Point, ...]
    points: int
    achieved: bool = False


def ways(kind: Series, tried: SeriesScope, now: Sequence[Point] | None, on: date) -> list[Way]:
    """The series as it stands first, then what it can become."""
    found: list[Way] = []
    for way in _from_nothing(kind, tried, on) if not now else _from(kind, list(now), on):
        if all(way.series != each.series for each in found):
            found.append(way)
    return found


def _from_nothing(kind: Series, tried: SeriesScope, on: date) -> Iterator[Way]:
    """Whole series, of which none lies in the future."""
    yield Way((), 0)
    for points in tried.prototypes:
        days = [point.get(kind.at) for point in points]
        if points and all(isinstance(day, int) and day <= on.toordinal() for day in days):
            yield Way(tuple(points), len(points), _better(kind, points))


def _better(kind: Series, points: Sequence[Point]) -> bool:
    ends = [estimate(point, kind) for point in (points[0], points[-1])]
    if len(points) < 2 or ends[0] is None or ends[1] is None or kind.measure.better == "neither":
        return False
    return change(ends[0], ends[1], kind.measure, USUAL_NOISE) == "improved"


def _from(kind: Series, now: list[Point], on: date) -> Iterator[Way]:
    yield Way(tuple(now), 0)
    filled = [_filled(point, kind, _by_date(now, kind)) for point in now]
    gaps = sum(one != other for one, other in zip(now, filled, strict=True))
    if gaps:
        yield Way(tuple(filled), gaps)
    dated = _by_date(filled, kind)
    run = comparable(dated, kind.at, kind.same)
    if run is None or not run.places:
        return
    earliest, latest = dated[run.places[0]], dated[run.places[-1]]
    for number in range(1, MOST_EARLIER + 1):
        before = [_moved(earliest, kind, -12 * back) for back in range(1, number + 1)]
        yield Way((*filled, *before), gaps + number)
    last = date.fromordinal(int(str(latest[kind.at])))
    next_day = min(shift_months(last, 12), on)
    if next_day > last:
        for number in range(MOST_EARLIER):
            before = [_moved(earliest, kind, -12 * back) for back in range(1, number + 1)]
            again = {**latest, kind.at: next_day.toordinal()}
            yield Way((*filled, *before, again), gaps + number + 1)
            for point, achieved in _others(again, before[-1] if before else earliest, kind):
                yield Way((*filled, *before, point), gaps + number + 1, achieved)


def _by_date(points: Sequence[Point], kind: Series) -> list[Point]:
    """Those that have a date, in its order; those of one day as they were given."""
    return sorted(
        (each for each in points if isinstance(each.get(kind.at), int)), key=lambda each: int(str(each[kind.at]))
    )


def _moved(point: Point, kind: Series, months: int) -> Point:
    day = date.fromordinal(int(str(point[kind.at])))
    return {**point, kind.at: shift_months(day, months).toordinal()}


def _filled(point: Point, kind: Series, points: Sequence[Point]) -> Point:
    """The point with what it lacks: the latest definition, and figures as the latest point that has them all."""
    if kind.at not in point:
        return point
    names = figures(kind.measure)
    defined = next((each for each in reversed(points) if kind.same in each), {})
    whole = next((each for each in reversed(points) if all(name in each for name in names)), {})
    found = {**{name: whole[name] for name in names if whole}, **point}
    return {kind.same: defined[kind.same], **found} if defined else found


def _others(point: Point, first: Point, kind: Series) -> Iterator[tuple[Point, bool]]:
    """The point with a better figure: the smallest of a few steps that stands out from noise, and the best of all."""
    measure = kind.measure
    base = estimate(first, kind)
    if base is None or measure.better == "neither":
        return
    better: list[Point] = []
    for step in range(1, STEPS + 1):
        tried = _step(point, kind, measure, Fraction(step, STEPS))
        after = None if tried is None else estimate(tried, kind)
        if tried is not None and after is not None and change(base, after, measure, USUAL_NOISE) == "improved":
            better.append(tried)
    for each in (better[0], better[-1]) if better else ():
        yield each, True


def _step(point: Point, kind: Series, measure: Measure, share: Fraction) -> Point | None:
    """The figure moved by a share of the way towards the best that it can be."""
    of: Any = kind.item.fields[measure.of].type
    now, base = point.get(measure.of), point.get(measure.base) if measure.base else None
    if not isinstance(now, int) or not isinstance(of, Number):
        return None
    scale = 1 if of.whole else 10_000
    if measure.better == "lower":
        best = Fraction(0)
    elif measure.kind == "mean":
        best = Fraction(100 if of.maximum is None else of.maximum) * (1 if of.whole else 1_000_000)
    else:
        best = Fraction(base if isinstance(base, int) else now)
    moved = now + (best - now) * share
    return {**point, measure.of: int(moved / scale) * scale}
