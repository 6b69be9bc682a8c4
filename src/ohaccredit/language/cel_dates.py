"""The calendar in CEL, over whole day numbers.

A day number counts from 1 January of the year 1, as `encode` has it. CEL's own timestamps tell the year, month and
day of one; the way back is whole-number arithmetic over years that begin in March, so that the day that leap years
add comes last (E. G. Richards, Mapping Time, 1998, chapter 25). Which day corresponds to which is said in `months`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from ohaccredit.language import cel_text as c
from ohaccredit.language.cel_text import NOT_EVIDENCED, Piece, number

NameOf = Callable[[str], Piece]
"""A variable with a name like this that nothing else has."""

_EPOCH = date(1970, 1, 1).toordinal()
_LAST_DAY = date.max.toordinal()
_SECONDS = 24 * 60 * 60


def moved_by_days(start: Piece, days: Piece, name: NameOf) -> Piece:
    """A day so many days later; not evidenced outside the calendar."""
    day = name("day")
    inside = c.all_of(c.related(number(1), "<=", day), c.related(day, "<=", number(_LAST_DAY)))
    return c.named(day, c.plus(start, days), c.choose(inside, day, NOT_EVIDENCED))


def moved_by_months(start: Piece, months: Piece, name: NameOf) -> Piece:
    """The corresponding day so many months later, or the last of a shorter month; likewise."""
    moment, month, first, march = name("moment"), name("month"), name("first"), name("march")
    firsts = c.loop(c.several([c.moved_by(month, -2), c.moved_by(month, -1)]), "map", march, _first_day(march))
    corresponding = c.call(
        "math.least",
        c.moved_by(c.plus(c.item(first, number(0)), c.method(moment, "getDate")), -1),
        c.moved_by(c.item(first, number(1)), -1),
    )
    inside = c.all_of(c.related(number(12), "<=", month), c.related(month, "<", number(12 * 10_000)))
    found = c.named(first, firsts, c.choose(inside, corresponding, NOT_EVIDENCED))
    return c.named(moment, _moment(start), c.named(month, c.plus(_month_of(moment), months), found))


def months_between(start: Piece, end: Piece, name: NameOf, *, in_order: bool = False) -> Piece:
    """Whole calendar months from one day to another; negative if the second comes first, unless they are in order."""
    days, day, moments = name("days"), name("day"), name("moments")
    first, second, earlier, later = (c.item(each, number(which)) for each in (days, moments) for which in (0, 1))
    tomorrow = c.plus(later, c.call("duration", c.text("24h")))
    reached = c.any_of(
        c.related(c.method(earlier, "getDate"), "<=", c.method(later, "getDate")),
        c.related(c.method(tomorrow, "getDate"), "==", number(1)),  # the last day of its month
    )
    counted = c.minus(c.minus(_month_of(later), _month_of(earlier)), c.choose(reached, number(0), number(1)))
    if in_order:
        return c.named(moments, c.loop(c.several([start, end]), "map", day, _moment(day)), counted)
    ordered = c.several([c.call("math.least", days), c.call("math.greatest", days)])
    signed = c.times(c.choose(c.related(first, "<=", second), number(1), number(-1)), counted)
    signed = c.named(moments, c.loop(ordered, "map", day, _moment(day)), signed)
    return c.named(days, c.several([start, end]), signed)


def _moment(day: Piece) -> Piece:
    """The timestamp at which a day begins."""
    return c.call("timestamp", c.times(c.moved_by(day, -_EPOCH), number(_SECONDS)))


def _month_of(moment: Piece) -> Piece:
    """The number of a month: twelve for each year, and one for each month since January."""
    return c.plus(c.times(c.method(moment, "getFullYear"), number(12)), c.method(moment, "getMonth"))


def _first_day(march: Piece) -> Piece:
    """The day number of the first of a month, which is given as the number of months since March of the year 0.

    365 days a year, one more every fourth, one fewer every hundredth, one more every four-hundredth; months from
    March on have 31, 30, 31, 30 and 31 days, which is 153 in five of them. 1 March of the year 1 is day 60.
    """
    years = c.times(c.over(march, number(12)), number(365))
    leap = c.minus(c.plus(years, c.over(march, number(48))), c.over(march, number(1200)))
    days = c.over(c.plus(c.times(c.rest(march, number(12)), number(153)), number(2)), number(5))
    return c.moved_by(c.plus(leap, c.over(march, number(4800)), days), 60 - 365)
