"""Exact figures as columns: two whole numbers, over and under the line, and how large they can become.

Figures of evidence and of rules are whole counts of a fixed fraction (`encode`), and ratios are compared by
cross-multiplication, as the compiled rules do it. Because columns have so many bits and no more, every expression
knows its bound: it is held in 64 bits where it fits, else in 128, and where that is not enough it is no expression.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import lcm

import polars as pl

from ohaccredit.language.levels import NotAnExpression
from ohaccredit.language.numbers import MILLIONTHS
from ohaccredit.language.tree import Comparator

LARGEST = 1_000_000_000
"""A figure of the evidence beyond a thousand million (people, days, pounds) is decided row by row."""
MOST_ITEMS = 1_000_000
"""No submission holds as many items: a file has a limit of values (`json_limits`)."""
_NARROW, _WIDE = 2**63, 2**127


@dataclass(frozen=True, slots=True)
class Figure:
    """A rational number: `top` over `bottom`, which are no larger than `most` and `under`."""

    top: pl.Expr
    bottom: pl.Expr | int
    most: int
    under: int

    def scaled(self, factor: int) -> pl.Expr:
        """The number over the line, times a factor."""
        return multiplied(self.top, self.most, factor, factor)


def whole_number(top: pl.Expr, most: int) -> Figure:
    """A figure without a line."""
    return Figure(top, 1, most, 1)


def held_figure(top: pl.Expr, *, decimals: bool) -> Figure:
    """A figure as the evidence holds it."""
    return Figure(top, MILLIONTHS, LARGEST * MILLIONTHS, MILLIONTHS) if decimals else whole_number(top, LARGEST)


def multiplied(left: pl.Expr, left_most: int, right: pl.Expr | int, right_most: int) -> pl.Expr:
    """A product, in as many bits as it needs."""
    most = left_most * abs(right_most)
    fits(most)
    if isinstance(right, int):
        if right == 1:
            return left
        kind = pl.Int64 if most < _NARROW else pl.Int128
        return left.cast(kind) * pl.lit(right, dtype=kind)
    kind = pl.Int64 if most < _NARROW else pl.Int128
    return left.cast(kind) * right.cast(kind)


def fits(most: int) -> None:
    """Raises NotAnExpression for numbers that no column holds."""
    if most >= _WIDE:
        raise NotAnExpression("its figures can grow beyond 128 bits")


def alike(figures: Sequence[Figure]) -> tuple[list[tuple[pl.Expr, int]], pl.Expr | int, int]:
    """Figures over one line: what stands over it (with bounds), the line's number, and its bound."""
    bottoms = [figure.bottom for figure in figures if isinstance(figure.bottom, int)]
    if len(bottoms) == len(figures):
        common = lcm(*bottoms)
        factors = [common // bottom for bottom in bottoms]
        scaled = [(each.scaled(factor), each.most * factor) for each, factor in zip(figures, factors, strict=True)]
        return scaled, common, common
    first, *others = figures
    tops = [(first.top, first.most)]
    bottom: pl.Expr | int = first.bottom
    under = first.under
    for other in others:
        tops = [(multiplied(top, most, other.bottom, other.under), most * other.under) for top, most in tops]
        tops.append((multiplied(other.top, other.most, bottom, under), other.most * under))
        bottom, under = product_of(bottom, under, other.bottom, other.under)
    return tops, bottom, under


def product_of(left: pl.Expr | int, left_most: int, right: pl.Expr | int, right_most: int) -> tuple[pl.Expr | int, int]:
    """A product of two numbers of which either may be constant."""
    if isinstance(left, int) and isinstance(right, int):
        return left * right, left * right
    if isinstance(left, int):
        left, left_most, right, right_most = right, right_most, left, left_most
    assert not isinstance(left, int)
    return multiplied(left, left_most, right, right_most), left_most * right_most


def compared(left: Figure, comparator: Comparator, right: Figure) -> pl.Expr:
    """The one against the other, by cross-multiplication."""
    ((upper, most), (lower, other)), _, _ = alike([left, right])
    return holds(*_same_width(upper, most, lower, other), comparator)


def holds(left: pl.Expr, right: pl.Expr, comparator: Comparator) -> pl.Expr:
    """A comparison of two columns."""
    match comparator:
        case "is":
            return left == right
        case "at_least":
            return left >= right
        case "at_most":
            return left <= right
        case "more_than":
            return left > right
        case "less_than":
            return left < right


def _same_width(left: pl.Expr, left_most: int, right: pl.Expr, right_most: int) -> tuple[pl.Expr, pl.Expr]:
    if max(left_most, right_most) < _NARROW:
        return left, right
    return left.cast(pl.Int128), right.cast(pl.Int128)


def total(figures: Sequence[Figure], signs: Sequence[int]) -> Figure:
    """The sum of figures, some of them taken away."""
    tops, bottom, under = alike(figures)
    most = sum(each for _, each in tops)
    fits(most)
    kind = pl.Int64 if most < _NARROW else pl.Int128
    result = tops[0][0].cast(kind)
    for (top, _), sign in zip(tops[1:], signs[1:], strict=True):
        result = result + top.cast(kind) if sign > 0 else result - top.cast(kind)
    return Figure(result, bottom, most, under)


def product(figures: Sequence[Figure]) -> Figure:
    """The product of figures."""
    first, *others = figures
    for other in others:
        top = multiplied(first.top, first.most, other.top, other.most)
        bottom, under = product_of(first.bottom, first.under, other.bottom, other.under)
        first = Figure(top, bottom, first.most * other.most, under)
    return first


def ratio(over: Figure, under: Figure) -> Figure:
    """One figure over another; null unless the other is positive."""
    usable = under.top > 0
    top = multiplied(over.top, over.most, under.bottom, under.under)
    bottom = multiplied(under.top, under.most, over.bottom, over.under)
    return Figure(
        pl.when(usable).then(top), pl.when(usable).then(bottom), over.most * under.under, under.most * over.under
    )
