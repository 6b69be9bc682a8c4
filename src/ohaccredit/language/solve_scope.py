"""How far the solver looks: how many items each list can have, and what its dates, texts and series can be.

Whatever the solver finds is a real submission. What it does not find may still exist beyond the scope, so the scope
is a part of every such answer, and `said` puts it into words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import Any

from ohaccredit.language.encode import Encoded
from ohaccredit.language.types import Keyed, ListOf, Number, Record, Series, Text, Type

Point = Mapping[str, Encoded]


class OutOfScope(Exception):
    """The evidence is not among that which the solver looks at."""


@dataclass(frozen=True, slots=True)
class SeriesScope:
    """The series that are tried: whole lists of points, of which some fields are given and the others are open.

    What is said of a series (its number of points, its change) is worked out on each of these by `series`, exactly.
    """

    given: tuple[str, ...]
    """The fields of a point that the prototypes settle, by being there or missing."""
    prototypes: tuple[tuple[Point, ...], ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """What the solver looks at. Paths are the names of fields joined by dots, without the places in lists."""

    first_day: date
    last_day: date
    """Dates in the evidence lie from one to the other."""
    items: Mapping[str, int] = field(default_factory=dict)
    """How many different items a list can have, for each list that differs from `items_otherwise`."""
    items_otherwise: int = 3
    copies: Mapping[str, int] = field(default_factory=dict)
    """For lists of which shares are tested: any item may stand there once, or so many times.

    A share depends only on how many items there are of each kind, so that 19 equal items and one other tell 95 %
    from 100 % without 20 different ones. Items of the same kind are told apart by nothing that a rule can ask.
    """
    series: Mapping[str, SeriesScope] = field(default_factory=dict)
    """Series by path. One that is not named is a plain list, of which nothing but its items can be asked."""
    texts: tuple[str, ...] = ("some text",)
    """What texts can say, the most ordinary first."""
    finest: int = 1
    """Numbers with decimals are multiples of so many millionths (10,000: two decimals)."""

    def items_of(self, path: str) -> int:
        """How many different items a list can have."""
        return self.items.get(path, self.items_otherwise)

    def said(self) -> list[str]:
        """The scope in sentences."""
        lines = [f"Dates lie from {self.first_day} to {self.last_day}."]
        if self.finest > 1:
            lines.append(f"Numbers with decimals are multiples of {float(Fraction(self.finest, 1_000_000)):g}.")
        lines.append(f"A list has at most {self.items_otherwise} different items, unless it is named here.")
        lines += [f"{path}: at most {number} different items." for path, number in sorted(self.items.items())]
        lines += [f"{path}: an item stands there once or {n} times." for path, n in sorted(self.copies.items())]
        for path, series in sorted(self.series.items()):
            lines.append(f"{path}: one of {len(series.prototypes)} series, which settle {', '.join(series.given)}.")
        lines.append(f"A text is one of {len(self.texts)}.")
        return lines

    def holding(self, evidence: Mapping[str, Encoded], record: Record) -> Scope:
        """The scope made wide enough for some evidence, dates apart."""
        texts = dict.fromkeys(self.texts)
        items = dict(self.items)
        series = dict(self.series)
        for path, kind, value in _parts(evidence, record, ""):
            if isinstance(kind, Text):
                texts[value] = None
            elif path in series and isinstance(value, list):
                series[path] = _with(series[path], value)
            elif isinstance(value, list):
                items[path] = max(self.items_of(path), items.get(path, 0), len(value))
        return replace(self, items=items, series=series, texts=tuple(texts))


def given_points(points: list[Any], given: tuple[str, ...]) -> tuple[Point, ...]:
    """A series as far as a prototype settles it."""
    return tuple({name: point[name] for name in given if name in point} for point in points)


def _with(scope: SeriesScope, points: list[Any]) -> SeriesScope:
    own = given_points(points, scope.given)
    return scope if own in scope.prototypes else replace(scope, prototypes=(*scope.prototypes, own))


def _parts(value: Any, kind: Type, path: str) -> Iterator[tuple[str, Type, Any]]:
    """Every list and text of some evidence, with its path and type."""
    match kind:
        case Record():
            for name, each in kind.fields.items():
                if isinstance(value, Mapping) and name in value:
                    yield from _parts(value[name], each.type, f"{path}.{name}" if path else name)
        case Keyed():
            for key in kind.keys:
                if isinstance(value, Mapping):
                    yield from _parts(value.get(key), kind.records[key], f"{path}.{key}")
        case ListOf() | Series():
            yield path, kind, value
            for item in value:
                yield from _parts(item, kind.item, path)
        case Text():
            yield path, kind, value


def decimals_of(kind: Number, finest: int) -> int:
    """How many of what a number is held in lie between two values that are tried."""
    return 1 if kind.whole else finest
