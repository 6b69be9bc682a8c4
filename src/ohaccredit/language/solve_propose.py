"""The scope that some rules need: enough items, texts and series for each of their tests to fall either way.

A test that one item decides needs one item and another beside it; "at least 3" needs more than three; 95 % is told
from 100 % by one item that fails beside 19 that do not. More than a few different items are rarely needed to tell
outcomes apart, and each makes the formulas larger: `most` bounds them, and the scope says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from math import ceil
from typing import Any

from ohaccredit.language import tree as t
from ohaccredit.language.months import shift_months
from ohaccredit.language.numbers import MILLIONTHS
from ohaccredit.language.series import figures
from ohaccredit.language.solve_prototypes import Asked, prototypes
from ohaccredit.language.solve_scope import Scope
from ohaccredit.language.text_shape import DIGIT, LETTER
from ohaccredit.language.types import COLLECTIONS, Keyed, Record, Series, Type

MOST_ITEMS = 5
MOST_COUNTED = 12
MOST_COPIES = 200
YEARS_BACK, YEARS_AHEAD = 12, 6

Start = tuple[str, ...]
"""Where a path may start: one place, or one for each key where a rule goes through evidence that is given by key."""


def propose_scope(
    definitions: t.Definitions, rules: Iterable[t.Rule], record: Record, on: date, *, most: int = MOST_ITEMS
) -> Scope:
    """A scope in which each test of the rules can come out in every way that it can at all."""
    survey = _Survey(definitions, record, on)
    for rule in rules:
        for condition in (rule.applies_when, rule.met_when):
            survey.visit(condition, ((("",)),))
    items = {}
    for path, told in survey.told_apart.items():
        wanted = sum(number for _, number in told)
        items[path] = max(min(wanted, most), survey.counted.get(path, 0)) + 1
    plain = max(items.values(), default=1)
    first = shift_months(on, -12 * YEARS_BACK)
    return Scope(
        min([first, *(shift_months(start, -12) for start in survey.starts)]),
        shift_months(on, 12 * YEARS_AHEAD),
        items,
        2,
        survey.copies,
        {path: prototypes(asked, on) for path, asked in survey.series.items()},
        (*(f"text {index + 1}" for index in range(plain)), *specimens(survey.shapes)),
        _finest(survey.figures),
    )


@dataclass
class _Survey:
    """What the rules ask for."""

    definitions: t.Definitions
    record: Record
    on: date
    told_apart: dict[str, list[tuple[object, int]]] = field(default_factory=dict)
    """What tells the items of each list apart: what they are chosen by (None for tests of every item), how many."""
    counted: dict[str, int] = field(default_factory=dict)
    """How many different items are asked for."""
    copies: dict[str, int] = field(default_factory=dict)
    series: dict[str, Asked] = field(default_factory=dict)
    shapes: set[str] = field(default_factory=set)
    starts: set[date] = field(default_factory=set)
    """The days from which parameters hold that are read as of another date."""
    figures: set[Fraction] = field(default_factory=set)
    _seen: set[str] = field(default_factory=set)

    def visit(self, node: object, scopes: tuple[Start, ...]) -> None:
        """Everything below a node; `scopes` are where its paths may start."""
        if isinstance(node, tuple):
            for part in node:
                self.visit(part, scopes)
            return
        if node is None or type(node).__module__ != t.__name__:
            return
        inner = scopes
        match node:
            case t.Quantified():
                inner = (*scopes, self._list(node, scopes))
            case t.Aggregate():
                places = self._places(node.over, scopes)
                self._need(places, node.where)
                inner = (*scopes, tuple(places))
            case t.SeriesCount() | t.SeriesLevel() | t.SeriesChange():
                self._series(node, scopes)
            case t.Compare():
                self._levels(node, scopes)
            case t.Shaped():
                self.shapes |= set(node.shapes) if isinstance(node.shapes, tuple) else self._options(node.shapes)
            case t.DerivedValue() | t.DerivedCondition():
                self._derived(node.name, scopes)
            case t.ParameterValue():
                self._parameter(node, scopes)
            case t.Constant(value=Fraction() as figure):
                self.figures.add(figure)
        for name in type(node).__dataclass_fields__:  # type: ignore[attr-defined]
            outside = name in ("bound", "if_empty")
            self.visit(getattr(node, name), scopes if outside else inner)

    # ── Definitions ──

    def _derived(self, name: str, scopes: tuple[Start, ...]) -> None:
        if name not in self._seen:
            self._seen.add(name)
            derived = self.definitions.derived[name]
            parts = (
                derived.value,
                derived.condition,
                *(part for band in derived.bands for part in (band.when, band.then)),
            )
            self.visit(tuple(part for part in parts if part is not None), scopes[:1])

    def _parameter(self, node: t.ParameterValue, scopes: tuple[Start, ...]) -> None:
        parameter = self.definitions.parameters[node.name]
        if parameter.by:
            self._derived(parameter.by, scopes)
        if node.as_of is not None:
            self.starts |= {dated.start for dated in parameter.values}
        self.figures |= settled_numbers(node, self.definitions, self.on)

    def _options(self, node: t.Value) -> set[str]:
        if not isinstance(node, t.ParameterValue):
            return set()
        values = _dated(node, self.definitions, self.on)
        return {
            each
            for value in values
            for each in (value if isinstance(value, tuple) else (value,))
            if isinstance(each, str)
        }

    # ── Lists ──

    def _places(self, where: t.PathTo, scopes: tuple[Start, ...]) -> list[str]:
        """The paths, from the top, that a path may lead to."""
        starts = scopes[0] if where.scope == t.SUBMISSION else scopes[-1 - where.scope]
        return [".".join(filter(None, (start, *where.names))) for start in starts]

    def _list(self, node: t.Quantified, scopes: tuple[Start, ...]) -> Start:
        places = self._places(node.over, scopes)
        bounds = settled_numbers(node.bound, self.definitions, self.on)
        chosen_by = (node.where or node.satisfying) if node.kind in ("some", "count") else None
        most = max((ceil(bound) for bound in bounds), default=1) if node.kind == "count" else 1
        self._need(places, chosen_by, min(most, MOST_COUNTED))
        for place in places if node.kind == "count" else ():
            self.counted[place] = max(self.counted.get(place, 0), min(most, MOST_COUNTED))
            if most > MOST_COUNTED and node.distinct is None:
                self.copies[place] = max(self.copies.get(place, 0), min(most, MOST_COPIES))
        for place in places if node.kind == "share" else ():
            shares = [bound for bound in bounds if 0 < bound < 1]
            copies = [ceil(max(bound / (1 - bound), (1 - bound) / bound)) for bound in shares]
            self.copies[place] = max([self.copies.get(place, 2), *(min(each, MOST_COPIES) for each in copies)])
        if isinstance(node.collection, Keyed):
            return tuple(f"{place}.{key}" for place in places for key in node.collection.keys)
        return tuple(places)

    def _need(self, places: Iterable[str], chosen_by: t.Condition | None, number: int = 1) -> None:
        for place in places:
            known = self.told_apart.setdefault(place, [])
            if (chosen_by, number) not in known:
                known.append((chosen_by, number))

    # ── Series ──

    def _series(self, node: t.SeriesCount | t.SeriesLevel | t.SeriesChange, scopes: tuple[Start, ...]) -> None:
        for place in self._places(node.series, scopes):
            asked = self.series.setdefault(place, Asked(_series_at(self.record, place) or node.kind))
            if isinstance(node, t.SeriesCount):
                continue
            if node.measure not in asked.measures:
                asked.measures.append(node.measure)
            level = {name for name in (node.measure.of, node.measure.base) if name}
            asked.given |= level if isinstance(node, t.SeriesLevel) else set(figures(node.measure))

    def _levels(self, node: t.Compare, scopes: tuple[Start, ...]) -> None:
        """What a series is compared with."""
        for one, other in ((node.left, node.right), (node.right, node.left)):
            if isinstance(one, (t.SeriesCount, t.SeriesLevel)):
                self._series(one, scopes)
                for place in self._places(one.series, scopes):
                    asked = self.series[place]
                    numbers = settled_numbers(other, self.definitions, self.on)
                    if isinstance(one, t.SeriesLevel):
                        asked.levels |= numbers
                    elif one.what == "points":
                        asked.counts |= numbers


def settled_numbers(node: t.Value | None, definitions: t.Definitions, on: date) -> set[Fraction]:
    """The numbers that a value can be, as far as the rules settle them on a day."""
    match node:
        case t.Constant(value=Fraction() as figure):
            return {figure}
        case t.ParameterValue():
            return {each for each in _dated(node, definitions, on) if isinstance(each, Fraction)}
        case t.DerivedValue(name):
            derived = definitions.derived[name]
            parts = (derived.value, *(band.then for band in derived.bands))
            return {number for part in parts for number in settled_numbers(part, definitions, on)}
        case t.Arithmetic():
            return {number for part in node.operands for number in settled_numbers(part, definitions, on)}
        case _:
            return set()


def _dated(node: t.ParameterValue, definitions: t.Definitions, on: date) -> list[Fraction | str | tuple[str, ...]]:
    """What a parameter can be: by factor, and on any day if it is read as of another."""
    parameter = definitions.parameters[node.name]
    current = parameter.on(on)
    held = list(parameter.values) if node.as_of is not None else [] if current is None else [current]
    return [value for dated in held for value in (dated.by_factor.values() if parameter.by else (dated.value,))]


def _series_at(record: Record, path: str) -> Series | None:
    """The series that stands at a path."""
    kind: Type = record
    for name in path.split("."):
        inside: Mapping[str, Any] = {}
        if isinstance(kind, Keyed):
            inside = kind.records
        elif isinstance(kind, Record):
            inside = {field.name: field.type for field in kind}
        elif isinstance(kind, COLLECTIONS):
            inside = {field.name: field.type for field in kind.item}
        if name not in inside:
            return None
        kind = inside[name]
    return kind if isinstance(kind, Series) else None


def _finest(figures: Iterable[Fraction]) -> int:
    """Two decimals, or as many as the rules' own figures have."""
    finest = 10_000
    while finest > 1 and any(
        (figure * MILLIONTHS).denominator == 1 and figure * MILLIONTHS % finest for figure in figures
    ):
        finest //= 10
    return finest


# ── Texts ───────────────────────────────────────────────────────────────────────────────────────────


def specimens(shapes: Iterable[str]) -> Iterator[str]:
    """A text for each way in which texts can fit or not fit the shapes.

    A text that fits some shapes fits their intersection, which is a shape too; of its texts, one with characters that
    no shape names fits no other shape but those that hold the whole intersection. So one such text for each shape and
    each intersection stands for all texts.
    """
    closed = {shape.upper().replace(" ", "") for shape in shapes}
    waiting = list(closed)
    while waiting:
        one = waiting.pop()
        for other in list(closed):
            common = _common(one, other)
            if common is not None and common not in closed:
                closed.add(common)
                waiting.append(common)
    named = {character for shape in closed for character in shape}
    digit = next((each for each in "1234567890" if each not in named), "1")
    letter = next((each for each in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if each not in named), "A")
    for shape in sorted(closed):
        yield shape.replace(DIGIT, digit).replace(LETTER, letter)


def _common(one: str, other: str) -> str | None:
    """The shape of the texts that fit both; None if there are none."""
    if len(one) != len(other):
        return None
    found = []
    for first, second in zip(one, other, strict=True):
        if first == second:
            found.append(first)
        elif (first == DIGIT and second in "0123456789") or (first == LETTER and second.isascii() and second.isalpha()):
            found.append(second)
        elif (second == DIGIT and first in "0123456789") or (second == LETTER and first.isascii() and first.isalpha()):
            found.append(first)
        else:
            return None
    return "".join(found)
