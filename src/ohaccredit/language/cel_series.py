"""Series in CEL: which points may be compared, and whether two of them differ by more than noise.

What is said here is what `series` says, formula by formula. Its test is exact, and its products soon leave 64 bits.
So the two sides are first worked out in floating point, each with a margin that is larger than all its rounding
errors together (some dozen operations, each within 2^-53 of itself; the margins are 10^-12). Where the margins do not
meet, the answer is the exact one; where they do, whole numbers decide, or end in an error if they overflow.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd

from ohaccredit.language import cel_text as c
from ohaccredit.language import tree as t
from ohaccredit.language.cel_dates import NameOf
from ohaccredit.language.cel_text import NOT_EVIDENCED, Piece, number
from ohaccredit.language.numbers import MILLIONTHS
from ohaccredit.language.types import Number, Series

MOST_POINTS = 10**9
"""More points than a series has, and few enough that so many times a day number stays well within 64 bits."""


def scale_of(kind: Series, named: str) -> int:
    """How many of what a figure of a point holds make one."""
    figure = kind.item.fields[named].type
    return MILLIONTHS if isinstance(figure, Number) and not figure.whole else 1


def in_order(points: Piece, kind: Series, name: NameOf) -> Piece:
    """Points in order of date; those of one day as they were given. An error if a point lacks its date.

    A day and a place in the list are put into one number: CEL's `sortBy` does not promise to leave those of one day as
    they are.
    """
    place, key = name("place"), name("key")
    dated = c.plus(c.times(c.field(c.item(points, place), kind.at), number(MOST_POINTS)), place)
    keys = c.loop(c.call("lists.range", c.size(points)), "map", place, dated)
    return c.loop(c.method(keys, "sort"), "map", key, c.item(points, c.rest(key, number(MOST_POINTS))))


def comparable(points: Piece, kind: Series, name: NameOf) -> Piece:
    """Of points in order those from which on all have the definition of the latest; an error where that is open."""
    place, point = name("place"), name("point")
    own, latest = (c.field(each, kind.same) for each in (point, from_the_end(points, 0)))
    others = c.method(points, "slice", place, c.moved_by(c.size(points), -1))
    alike = c.loop(others, "all", point, c.related(own, "==", latest))
    places = c.loop(c.call("lists.range", c.size(points)), "filter", place, alike)
    return c.loop(places, "map", place, c.item(points, place))


def from_the_end(points: Piece, place: int) -> Piece:
    """One of several, counted from the last. An error if there is none."""
    return c.item(c.method(points, "reverse"), number(place))


# ── What became of a series ─────────────────────────────────────────────────────────────────────────


def _ends(points: Piece, node: t.SeriesChange, name: NameOf) -> Piece:
    """The two points, of points in order, between which something changed; an error unless both are comparable."""
    if node.since == "earliest":
        run = name("comparable")
        ends = c.several([c.item(run, number(0)), from_the_end(run, 0)])
        enough = c.choose(c.related(c.size(run), ">", number(1)), ends, NOT_EVIDENCED)
        return c.named(run, comparable(points, node.kind, name), enough)
    before, latest = from_the_end(points, 1), from_the_end(points, 0)
    alike = c.related(c.field(before, node.kind.same), "==", c.field(latest, node.kind.same))
    enough = c.all_of(c.related(c.size(points), ">", number(1)), alike)
    return c.choose(enough, c.several([before, latest]), NOT_EVIDENCED)


def change(node: t.SeriesChange, points: Piece, noise: tuple[Piece, Piece], name: NameOf) -> Piece:
    """Improved, no clear change or worse, of points in order."""
    point, two, rounded = name("point"), name("two"), name("rounded")
    in_floats = c.choose(_possible(node, point), c.several(_Floats(node, point).estimate()), NOT_EVIDENCED)
    estimates = [_Estimate(node, c.item(two, number(each)), c.item(rounded, number(each))) for each in range(2)]
    found = _told_apart(estimates if node.measure.better == "higher" else estimates[::-1], noise, name)
    return c.named(two, _ends(points, node, name), c.named(rounded, c.loop(two, "map", point, in_floats), found))


def _possible(node: t.SeriesChange, point: Piece) -> Piece:
    """Are the figures of a point possible?"""
    measure = node.measure
    above = [c.related(c.field(point, each), ">", number(0)) for each in (measure.base, measure.people) if each]
    if measure.kind == "mean":
        return c.all_of(*above)
    possible = [c.related(c.field(point, measure.of), ">=", number(0)), *above]
    if measure.kind == "share":
        possible.append(c.related(_Integers(node, point).missing(), ">=", number(0)))
    return c.all_of(*possible)


class _Integers:
    """What a point says, in whole numbers.

    A figure is held as a count of parts: so many of them (its scale) make one. Scales are mostly one.
    """

    def __init__(self, node: t.SeriesChange, point: Piece) -> None:
        self._node = node
        self._point = point

    def estimate(self) -> tuple[Piece, ...]:
        """Five numbers a, b, v, w and k: the centre is a/b, and the variance v*w/(b*b*k)."""
        kind = self._node.measure.kind
        return self._mean() if kind == "mean" else self._rate() if kind == "rate" else self._share()

    def missing(self) -> Piece:
        """How much a share is short of all there is, always in whole numbers: the difference must be exact."""
        (of, of_scale), (base, base_scale) = self._field("of"), self._field("base")
        common = gcd(of_scale, base_scale)
        return c.minus(c.times(base, number(of_scale // common)), c.times(of, number(base_scale // common)))

    def _mean(self) -> tuple[Piece, ...]:
        (of, of_scale), (spread, spread_scale), (people, people_scale) = map(self._held, ("of", "spread", "people"))
        common = gcd(of_scale, spread_scale)
        deviation = self._times(of_scale // common, spread)
        finer = self._times((spread_scale // common) ** 2, people)
        return of, self.figure(of_scale), deviation, self._times(people_scale, deviation), finer

    def _rate(self) -> tuple[Piece, ...]:
        (of, of_scale), (base, base_scale) = map(self._held, ("of", "base"))
        events = self._times(of_scale, self._more(of, of_scale))
        below = self._times(of_scale, base)
        return self._times(base_scale, of), below, events, self.figure(base_scale**2), self.figure(1)

    def _share(self) -> tuple[Piece, ...]:
        (of, of_scale), (base, base_scale) = map(self._held, ("of", "base"))
        missing, common = self.held(self.missing()), gcd(of_scale, base_scale)
        if not self._node.measure.people:
            careful = self._more(base, 2 * base_scale)
            top = self._times(base_scale, self._more(of, of_scale))
            rest = self._more(self._times(common, missing), of_scale * base_scale)
            return top, self._times(of_scale, careful), self._times(base_scale, top), rest, careful
        people, people_scale = self._held("people")
        careful, all_ = self._more(people, 2 * people_scale), self._times(of_scale * people_scale, base)
        top = c.plus(self._times(base_scale, of, people), all_)
        rest = c.plus(self._times(common, missing, people), all_)
        return top, self._times(of_scale, base, careful), self._times(people_scale, top), rest, careful

    def _field(self, figure: str) -> tuple[Piece, int]:
        named: str = getattr(self._node.measure, figure)
        return c.field(self._point, named), scale_of(self._node.kind, named)

    def _held(self, figure: str) -> tuple[Piece, int]:
        field, scale = self._field(figure)
        return self.held(field), scale

    def _times(self, factor: int, *others: Piece) -> Piece:
        return c.times(*others, *([] if factor == 1 else [self.figure(factor)]))

    def _more(self, left: Piece, right: int) -> Piece:
        return c.plus(left, self.figure(right))

    def held(self, figure: Piece) -> Piece:
        """A figure of the evidence, as it takes part in products."""
        return figure

    def figure(self, value: int) -> Piece:
        """A figure of the formulas."""
        return number(value)


class _Floats(_Integers):
    """The same in floating point."""

    def held(self, figure: Piece) -> Piece:
        return c.call("double", figure)

    def figure(self, value: int) -> Piece:
        return Piece(f"{float(value)}")


class _Estimate:
    """The five numbers of one of two points: in whole numbers, worked out where they are asked for, and in floats."""

    def __init__(self, node: t.SeriesChange, point: Piece, rounded: Piece) -> None:
        self._exact = _Integers(node, point).estimate()
        self._rounded = rounded

    def exact(self, figure: str) -> Piece:
        """A whole number."""
        return self._exact["abvwk".index(figure)]

    def rounded(self, figure: str) -> Piece:
        """A number in floating point."""
        return c.item(self._rounded, number("abvwk".index(figure)))


_Two = Sequence[_Estimate]


def _told_apart(two: _Two, noise: tuple[Piece, Piece], name: NameOf) -> Piece:
    """What became of the second point against the first, where more is better."""
    test = name("test")
    gain, doubt, bound = (c.item(test, number(each)) for each in range(3))
    centres = [c.over(each.rounded("a"), each.rounded("b")) for each in two]
    size = c.call("math.abs", gain)
    least, most = c.minus(size, doubt), c.plus(size, doubt)
    clear = c.all_of(
        c.related(least, ">", Piece("0.0")),
        c.related(c.times(least, least), ">", c.times(bound, Piece("1.000000000001"))),
    )
    unclear = c.any_of(
        c.related(c.times(most, most), "<", c.times(bound, Piece("0.999999999999"))), _exactly(two, noise)
    )
    same, better, worse = map(c.text, ("no-clear-change", "improved", "worse"))
    exactly = c.choose(unclear, same, c.choose(c.related(_crossed(two), ">", number(0)), better, worse))
    found = c.choose(clear, c.choose(c.related(gain, ">", Piece("0.0")), better, worse), exactly)
    figures = (
        c.minus(centres[1], centres[0]),
        c.times(c.plus(*(c.call("math.abs", each) for each in centres)), Piece("1e-12")),
        c.times(_squared(*noise), c.plus(*map(_variance, two))),
    )
    return c.named(test, c.several(figures), found)


def _squared(top: Piece, bottom: Piece) -> Piece:
    """The square of a ratio, in floating point."""
    if top.number is not None and bottom.number is not None:
        return Piece(f"{float(top.number**2)} / {float(bottom.number**2)}", c.PRODUCT)
    ratio = c.over(c.call("double", top), c.call("double", bottom))
    return c.times(ratio, ratio)


def _variance(point: _Estimate) -> Piece:
    found = c.times(point.rounded("v"), point.rounded("w"))
    for below in "bbk":
        found = c.over(found, point.rounded(below))
    return found


def _crossed(two: _Two) -> Piece:
    """The gain, times both denominators; of one denominator, once."""
    first, second = two
    if first.exact("b") == second.exact("b"):
        return c.minus(second.exact("a"), first.exact("a"))
    return c.minus(c.times(second.exact("a"), first.exact("b")), c.times(first.exact("a"), second.exact("b")))


def _exactly(two: _Two, noise: tuple[Piece, Piece]) -> Piece:
    """Is the gain within the noise? In whole numbers: both sides times the denominators of both points."""
    first, second = two
    crossed = _crossed(two)
    alike = first.exact("b") == second.exact("b")
    spread = [
        c.times(each.exact("v"), each.exact("w"), *([] if alike else [other.exact("b")] * 2), other.exact("k"))
        for each, other in ((first, second), (second, first))
    ]
    gain = c.times(noise[1], noise[1], crossed, crossed, first.exact("k"), second.exact("k"))
    return c.related(gain, "<=", c.times(noise[0], noise[0], c.plus(*spread)))
