"""Series: which points may be compared, and whether the latest differs from an earlier one by more than noise.

Points are comparable when they share a definition (same instrument, same formula); a change of definition
starts the series anew. So the comparable points are the unbroken run, back in time from the latest point, of
points that share its definition: of A, B, A the latest alone. The first point with another definition ends the
run, and what lies before it matters no more. Where a point lacks its definition the run is known up to that
point and open beyond it. Two points differ when the square of their difference exceeds the square of the
noise multiple times the sum of their variances, which needs no square root and stays exact:

share   x of n, each person counted at most once. One success and one failure are added to each point
        before the variance p(1-p)/n is taken (Agresti and Caffo, The American Statistician 54 (2000) 280-288),
        so that 0 of 3 claims no certainty. Where the base is time (days lost of days available), n is the
        number of people: for any share in 0 to 1, p(1-p) bounds the variance (Bhatia and Davis, American
        Mathematical Monthly 107 (2000) 353-357), so the interval is on the careful side.
rate    events per base. The variance of a Poisson count is its mean; one event is added to each point, so
        that a year without events claims no certainty (our choice, on the careful side).
mean    the standard deviation squared over n.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal, NamedTuple

from ohaccredit.language.encode import Encoded, decode
from ohaccredit.language.months import months_between
from ohaccredit.language.types import Measure, Number, Series

Change = Literal["improved", "no-clear-change", "worse"]
Point = Mapping[str, Encoded]


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a point says (`level`), and its value and variance as used for comparing."""

    level: Fraction
    centre: Fraction
    variance: Fraction


class Run(NamedTuple):
    """The comparable points as far as they are known, by their places in the list, in order of date."""

    places: list[int]
    whole: bool
    """False if the run may go on further back, because a definition is missing there."""


def comparable(points: Sequence[Point], at: str, same: str) -> Run | None:
    """The unbroken run of points that share the definition of the latest, which is the last of them.

    Of points of one day those given later are the later ones. None if a point lacks its date: the order is then not
    evidenced.
    """
    if any(point.get(at) is None for point in points):
        return None
    order = sorted(range(len(points)), key=lambda index: points[index][at])  # type: ignore[arg-type, return-value]
    latest = points[order[-1]].get(same) if order else None
    for start in range(len(order) - 1, 0, -1):
        before = points[order[start - 1]].get(same)
        if before is None or latest is None:
            return Run(order[start:], False)
        if before != latest:
            return Run(order[start:], True)
    return Run(order, True)


def estimate(point: Point, kind: Series) -> Estimate | None:
    """What one point states; None if a figure is missing or impossible (a share above one, nothing to divide by)."""
    measure = kind.measure
    of, base = _number(point, measure.of, kind), _number(point, measure.base, kind)
    if of is None:
        return None
    if measure.kind == "mean":
        spread, people = _number(point, measure.spread, kind), _number(point, measure.people, kind)
        if spread is None or people is None or people <= 0:
            return None
        return Estimate(of, of, spread * spread / people)
    if base is None or base <= 0 or of < 0:
        return None
    value = of / base
    if measure.kind == "rate":
        return Estimate(value, value, (of + 1) / (base * base))
    people = _number(point, measure.people, kind) if measure.people else base
    if people is None or people <= 0 or value > 1:
        return None
    centre = (value * people + 1) / (people + 2)
    return Estimate(value, centre, centre * (1 - centre) / (people + 2))


def figures(measure: Measure) -> tuple[str, ...]:
    """The fields of a point that its estimate is made of."""
    return tuple(name for name in (measure.of, measure.base, measure.spread, measure.people) if name)


def change(earlier: Estimate, later: Estimate, measure: Measure, noise: Fraction) -> Change:
    """Improved, no clear change, or worse."""
    gain = later.centre - earlier.centre if measure.better == "higher" else earlier.centre - later.centre
    if gain * gain <= noise * noise * (earlier.variance + later.variance):
        return "no-clear-change"
    return "improved" if gain > 0 else "worse"


def series_count(points: Sequence[Point] | None, kind: Series, what: str) -> int | None:
    """How many comparable points there are, or the whole calendar months that they span."""
    run = None if points is None else comparable(points, kind.at, kind.same)
    if points is None or run is None or not run.whole:
        return None
    if what == "points":
        return len(run.places)
    if not run.places:
        return 0
    first, last = (date.fromordinal(int(str(points[index][kind.at]))) for index in (run.places[0], run.places[-1]))
    return months_between(first, last)


def series_level(points: Sequence[Point] | None, kind: Series, which: str) -> Fraction | None:
    """The value at the latest or the earliest comparable point; None if there is none or it is not stated.

    The latest point is what it is whatever the points before it are.
    """
    run = None if points is None else comparable(points, kind.at, kind.same)
    if points is None or run is None or not run.places or not (run.whole or which == "latest"):
        return None
    return level(points[run.places[-1 if which == "latest" else 0]], kind)


def series_change(points: Sequence[Point] | None, kind: Series, since: str, noise: Fraction) -> Change | None:
    """What became of a series; None with fewer than two comparable points or with a figure missing."""
    run = None if points is None else comparable(points, kind.at, kind.same)
    if points is None or run is None or len(run.places) < 2 or not (run.whole or since == "previous"):
        return None
    earlier = estimate(points[run.places[0 if since == "earliest" else -2]], kind)
    later = estimate(points[run.places[-1]], kind)
    return None if earlier is None or later is None else change(earlier, later, kind.measure, noise)


def level(point: Point, kind: Series) -> Fraction | None:
    """The value of one point; None if a figure is missing."""
    of, base = _number(point, kind.measure.of, kind), _number(point, kind.measure.base, kind)
    if of is None or kind.measure.kind == "mean":
        return of
    return of / base if base is not None and base > 0 else None


def _number(point: Point, name: str, kind: Series) -> Fraction | None:
    raw = point.get(name) if name else None
    if raw is None:
        return None
    field = kind.item.fields[name].type
    value = decode(raw, field) if isinstance(field, Number) else None
    return Fraction(value) if isinstance(value, (int, Fraction)) else None
