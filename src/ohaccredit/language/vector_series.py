"""Series as columns: comparable points and what became of them, for every submission at once.

The points of each series are put in the order of their dates. The last one says which points may be compared: those
from which to the end of the series no point has another definition, or lacks its own. As this run is unbroken, the
place of a point in it is its place from the end of the series. Whether a difference is more than noise is first asked
of binary floating point, with a margin far above its rounding; only where the answer lies within that margin is it
asked again exactly, point by point (`series`). So the answer is always the exact one (a filtered predicate, after
J. R. Shewchuk, Discrete and Computational Geometry 18 (1997) 305-363).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import polars as pl

from ohaccredit.language import vector_numbers as numbers
from ohaccredit.language.levels import Cell, Level, Plan
from ohaccredit.language.numbers import MILLIONTHS
from ohaccredit.language.series import change, estimate, figures
from ohaccredit.language.types import Number, Series
from ohaccredit.language.vector_dates import Calendar
from ohaccredit.language.vector_numbers import Figure

MARGIN = 1e-11
"""Relative: each side is made of fewer than thirty operations, each of which rounds by at most 2**-53."""


class SeriesColumns:
    """The comparable points of one series of every submission (or of every item that holds such a series)."""

    def __init__(self, plan: Plan, calendar: Calendar, points: Level, given: Cell, kind: Series) -> None:
        self._plan = plan
        self._calendar = calendar
        self._given = given
        self._kind = kind
        self._points = points = plan.in_order(points, kind.at)
        at, same = plan.read(points, kind.at), plan.read(points, kind.same)
        self._undated = plan.total(at.of(at.only.is_null()))
        row = plan.keep(at.of(pl.int_range(pl.len(), dtype=pl.Int64)))
        last, latest = plan.total(row, "last"), plan.total(same, "last")
        self._place = plan.keep(plan.merge(lambda end, here: end - here, plan.carry(last, points), row))
        """How many points come after each point."""
        broken = plan.total(plan.merge(_broken, same, plan.carry(latest, points), self._place, row), "last")
        base, ((size,), (end,), (found,)) = plan.together([plan.total(at.of(pl.lit(1))), last, broken])
        since = end - found // 2
        self._count = plan.keep(base.of(pl.min_horizontal(size, since)))
        self._open = base.of(((since < size) & (found % 2 == 1)).fill_null(False))
        """Is the run broken by a point that lacks its definition? It may then go on further back."""
        self._enough: dict[tuple[int, bool], Cell] = {}
        self._picked: dict[tuple[str, str], Cell] = {}

    def _known(self, least: int, *cells: Cell, whole: bool) -> tuple[Cell, pl.Expr, list[pl.Expr]]:
        """Cells of the series, with the condition that it is given, in order, and has so many comparable points.

        If the run must be known as a `whole`, it must not be open where it begins.
        """
        if (least, whole) not in self._enough:
            read = [self._given, self._undated, self._count, self._open]
            base, ((given,), (undated,), (count,), (unsure,)) = self._plan.together(read)
            enough = given.is_not_null() & (undated == 0) & (count >= least)
            self._enough[least, whole] = self._plan.keep(base.of(enough & ~unsure if whole else enough))
        base, parts = self._plan.together([self._enough[least, whole], *cells])
        return base, parts[0][0], [part for each in parts[1:] for part in each]

    def _pick(self, which: str, name: str) -> Cell:
        """A field of the latest, the previous or the earliest comparable point."""
        if (which, name) not in self._picked:
            plan, value = self._plan, self._plan.read(self._points, name)
            if which == "latest":
                found = plan.total(value, "last")
            else:
                wanted = self._place.of(pl.lit(1, dtype=pl.Int64))
                if which == "earliest":
                    count = plan.carry(self._count, self._points)
                    wanted = count.of(count.only - 1)
                chosen = plan.merge(
                    lambda place, wanted, field: pl.when(place == wanted).then(field), self._place, wanted, value
                )
                found = plan.total(chosen, "largest")
            self._picked[which, name] = plan.keep(found)
        return self._picked[which, name]

    def count(self) -> Cell:
        """How many comparable points there are."""
        base, known, (count,) = self._known(0, self._count, whole=True)
        return base.of(pl.when(known).then(count))

    def months(self) -> Cell:
        """The whole calendar months that they span."""
        first, last = self._pick("earliest", self._kind.at), self._pick("latest", self._kind.at)
        between = self._calendar.months_between(first, last)
        base, known, (count, months) = self._known(0, self._count, between, whole=True)
        return base.of(pl.when(known).then(pl.when(count == 0).then(0).otherwise(months)))

    def level(self, which: str, kind: Series) -> tuple[Cell, Figure]:
        """The figure at the latest or the earliest comparable point."""
        measure = kind.measure
        names = [measure.of] if measure.kind == "mean" else [measure.of, measure.base]
        base, known, tops = self._known(1, *(self._pick(which, name) for name in names), whole=which == "earliest")
        held = [numbers.held_figure(top, decimals=_decimals(kind, name)) for top, name in zip(tops, names, strict=True)]
        figure = held[0] if len(held) == 1 else numbers.ratio(held[0], held[1])
        return base, Figure(pl.when(known).then(figure.top), figure.bottom, figure.most, figure.under)

    def change(self, since: str, kind: Series, noise: Cell, bottom: int) -> Cell:
        """Improved, no clear change, or worse."""
        earlier = "earliest" if since == "earliest" else "previous"
        names = figures(kind.measure)
        picked = [self._pick(which, name) for which in (earlier, "latest") for name in names]
        base, known, values = self._known(2, *picked, noise, whole=earlier == "earliest")
        size = len(names)
        top, under = values[2 * size], pl.lit(bottom, dtype=pl.Int64) if bottom else values[2 * size + 1]
        one, other = dict(zip(names, values, strict=False)), dict(zip(names, values[size:], strict=False))
        usable = known & _usable(one, kind) & _usable(other, kind) & top.is_not_null()
        estimates = base.of(*_estimate(one, kind), *_estimate(other, kind), top / under, usable)
        estimates = self._plan.keep(estimates)
        told = _told(estimates.parts, better=kind.measure.better)
        columns = [told.alias("told"), *values[: 2 * size], top, under]
        struct = pl.struct(each.alias(str(number)) for number, each in enumerate(columns))
        exact = _Exactly(names, kind)
        change_ = struct.map_batches(exact, return_dtype=pl.String, is_elementwise=True)
        return self._plan.keep(Cell(base.level, max(base.round, estimates.round), (change_,)))


def _broken(own: pl.Expr, latest: pl.Expr, place: pl.Expr, row: pl.Expr) -> pl.Expr:
    """Up to each point, the last that is not known to share the definition of the latest: its row, doubled.

    One is added if that is open, because a definition is missing. The latest point shares its own whatever it is. Rows
    are those of all series together; before the first such point stands the row before them all.
    """
    alike = (own == latest) | (place == 0)
    return pl.when(alike.fill_null(False)).then(-2).otherwise(2 * row + alike.is_null().cast(pl.Int64)).cum_max()


def _decimals(kind: Series, name: str) -> bool:
    field = kind.item.fields[name].type
    return isinstance(field, Number) and not field.whole


def _float(point: dict[str, pl.Expr], name: str, kind: Series) -> pl.Expr:
    value = point[name].cast(pl.Float64)
    return value / MILLIONTHS if _decimals(kind, name) else value


def _usable(point: dict[str, pl.Expr], kind: Series) -> pl.Expr:
    """Is every figure there, and possible (`series.estimate`)?"""
    measure = kind.measure
    found = pl.lit(True)
    for value in point.values():
        found = found & value.is_not_null()
    if measure.people:
        found = found & (point[measure.people] > 0)
    if measure.kind == "mean":
        return found
    found = found & (point[measure.base] > 0) & (point[measure.of] >= 0)
    if measure.kind == "share":
        of, base = (
            numbers.held_figure(point[name], decimals=_decimals(kind, name)) for name in (measure.of, measure.base)
        )
        found = found & numbers.compared(of, "at_most", base)
    return found


def _estimate(point: dict[str, pl.Expr], kind: Series) -> tuple[pl.Expr, pl.Expr]:
    """Value and variance, as `series.estimate` has them."""
    measure = kind.measure
    of = _float(point, measure.of, kind)
    if measure.kind == "mean":
        spread = _float(point, measure.spread, kind)
        return of, spread * spread / _float(point, measure.people, kind)
    base = _float(point, measure.base, kind)
    if measure.kind == "rate":
        return of / base, (of + 1) / (base * base)
    people = _float(point, measure.people, kind) if measure.people else base
    centre = (of / base * people + 1) / (people + 2)
    return centre, centre * (1 - centre) / (people + 2)


_UNSURE = "?"


def _told(estimates: Sequence[pl.Expr], *, better: str) -> pl.Expr:
    """The change as floating point sees it, or that it cannot tell; null where the figures do not allow any."""
    first, spread, second, more, noise, usable = estimates
    gain = second - first if better == "higher" else first - second
    size = first.abs() + second.abs()
    allowed = noise * noise * (spread + more)
    sides = gain * gain - allowed
    told = (
        pl.when(sides.abs() <= MARGIN * (size * size + allowed.abs()))
        .then(pl.lit(_UNSURE))
        .when(sides < 0)
        .then(pl.lit("no-clear-change"))
        .when(gain > 0)
        .then(pl.lit("improved"))
        .when(gain < 0)
        .then(pl.lit("worse"))
        .otherwise(pl.lit(_UNSURE))
    )
    return pl.when(usable).then(told)


class _Exactly:
    """Answers again, exactly, where floating point could not tell."""

    def __init__(self, names: Sequence[str], kind: Series) -> None:
        self._names = names
        self._kind = kind

    def __call__(self, struct: pl.Series) -> pl.Series:
        told = struct.struct.field("0")
        unsure = (told == _UNSURE).fill_null(False)
        if not unsure.any():
            return told
        rows = struct.filter(unsure).struct.unnest().drop("0").rows()
        return told.scatter(unsure.arg_true(), [self._answer(row) for row in rows])

    def _answer(self, row: tuple[Any, ...]) -> str | None:
        size = len(self._names)
        one, other = (
            {name: value for name, value in zip(self._names, row[at:], strict=False) if value is not None}
            for at in (0, size)
        )
        first, second = estimate(one, self._kind), estimate(other, self._kind)
        if first is None or second is None:
            return None
        return change(first, second, self._kind.measure, Fraction(row[2 * size], row[2 * size + 1]))
