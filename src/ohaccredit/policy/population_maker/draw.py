"""Evidence drawn from its type: what an employer hands in that has not come far enough to look like a seed."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date
from fractions import Fraction
from typing import Any

from ohaccredit.language.types import (
    Choice,
    Choices,
    Date,
    Keyed,
    ListOf,
    Number,
    Record,
    Series,
    Text,
    Type,
    YesNo,
)
from ohaccredit.policy.population_maker.chance import Chance, marks
from ohaccredit.policy.population_maker.profile import EVERY_ITEM, OTHERS, DrawnOf, FiguresOf, SpreadOf, percent
from ohaccredit.standards.edition import Edition
from ohaccredit.standards.evidence import EvidenceType

Names = tuple[str, ...]
MOST_ITEMS = 3
YEAR = 365
ID = "id"
"""The field of every item that is its own name: unique in a list."""


class Drawing:
    """Draws evidence for employers of one size and maturity on a date."""

    def __init__(self, edition: Edition, drawn: DrawnOf, figures: FiguresOf, leave_out: frozenset[str]) -> None:
        self._edition = edition
        self._drawn = drawn
        self._leave_out = leave_out
        self._units = frozenset(figures.grow_with)
        self._given = [float(percent(each)) for each in drawn.given]
        self._yes = [float(percent(each)) for each in drawn.yes]
        self._fields = {tuple(path.split(".")): _Spread(spread) for path, spread in drawn.fields.items()}

    def comes(self, name: str, maturity: float) -> float:
        """How likely an employer of such maturity is to hand in a kind of evidence."""
        at = float(percent(self._drawn.comes_at.get(name, self._drawn.comes_at[OTHERS])))
        spread = float(percent(self._drawn.spread))
        share = float(maturity >= at) if spread == 0 else (maturity - at) / spread + 0.5
        return min(max(share, 0.0), 1.0)

    def item(self, kind: EvidenceType, size: int, maturity: float, on: date, chance: Chance) -> Any:
        """Evidence of one kind."""
        pen = _Pen(self, size, maturity, on, chance)
        value = pen.value(kind.type, (kind.name,))
        return _plausible(value, kind)


class _Pen:
    """Writes the values of one piece of evidence."""

    def __init__(self, drawing: Drawing, size: int, maturity: float, on: date, chance: Chance) -> None:
        self._of = drawing
        self._size = size
        self._on = on
        self._chance = chance
        self._given = _at(drawing._given, maturity)
        self._yes = _at(drawing._yes, maturity)

    def value(self, kind: Type, names: Names) -> Any:
        match kind:
            case Record():
                return self._record(kind, names)
            case ListOf():
                return [self._record(kind.item, names) for _ in range(self._chance.between(1, MOST_ITEMS))]
            case Series():
                return self._series(kind, names)
            case Keyed():
                return {
                    key: self._record(record, names)
                    for key, record in kind.records.items()
                    if self._chance.happens(self._given)
                }
            case _:
                return self._scalar(kind, names)

    def _record(self, record: Record, names: Names) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for field in record:
            path = (*names, field.name)
            if field.name not in self._of._leave_out and (field.required or self._chance.happens(self._fills(path))):
                made[field.name] = self.value(field.type, path)
        linked = self._of._edition.linked_at(names)
        if linked is not None:  # the result of an assessment says of what standard
            stated = {"standard": linked.standard, "edition": linked.edition}
            made.update({name: says for name, says in stated.items() if name in made})
        return made

    def _series(self, series: Series, names: Names) -> list[dict[str, Any]]:
        points = [self._record(series.item, names) for _ in range(self._chance.between(1, MOST_ITEMS))]
        last = self._chance.between(10, YEAR)
        for index, point in enumerate(points):
            point[series.at] = self._day(last + YEAR * (len(points) - 1 - index))
            if series.same in point:
                point[series.same] = "as in our first year"
        return points

    def _spread(self, names: Names) -> _Spread:
        fields = self._of._fields
        return fields.get(names) or fields.get((EVERY_ITEM, names[-1])) or _USUAL

    def _fills(self, names: Names) -> float:
        given = self._spread(names).given
        return self._given if given is None else given

    def _day(self, ago: int) -> str:
        return date.fromordinal(self._on.toordinal() - ago).isoformat()

    def _scalar(self, kind: Type, names: Names) -> Any:
        spread, chance = self._spread(names), self._chance
        match kind:
            case YesNo():
                if spread.options:
                    return spread.one_of(chance) == "yes"
                return chance.happens(self._yes)
            case Date():
                low, high = spread.file.days_ago or (0, 2 * YEAR)
                return self._day(chance.between(low, high))
            case Number():
                return self._figure(kind, spread)
            case Choice():
                if spread.options:
                    return spread.one_of(chance)
                return kind.options[chance.below(len(kind.options))]
            case Choices():
                weight = dict(zip(spread.options, spread.shares, strict=True))
                return [option for option in kind.options if chance.happens(weight.get(option, self._yes))]
            case Text():
                return spread.file.text or "As we said it ourselves"
            case _:
                raise TypeError(f"{kind} is no scalar")

    def _figure(self, kind: Number, spread: _Spread) -> int:
        chance = self._chance
        if spread.file.range is not None:
            figure = chance.between(spread.file.range[0], spread.file.range[1])
        elif spread.file.of_size is not None or kind.unit in self._of._units:
            low, high = map(percent, spread.file.of_size or ("0%", "100%"))
            figure = int(self._size * (low + (high - low) * Fraction(chance.part())))
        elif kind.percent:
            figure = chance.between(0, 100)
        else:
            figure = chance.between(0, 30)
        if kind.minimum is not None:
            figure = max(figure, kind.minimum)
        return figure if kind.maximum is None else min(figure, kind.maximum)


class _Spread:
    """How the values of a field are spread, with its weights as they are used."""

    def __init__(self, file: SpreadOf) -> None:
        self.file = file
        self.given = None if file.given is None else float(percent(file.given))
        shares = file.shares or {}
        self.options = tuple(shares)
        self.shares = tuple(weight / 100 for weight in shares.values())
        self._marks = marks(list(shares.values())) if shares else []

    def one_of(self, chance: Chance) -> str:
        """One of the options, each by its weight."""
        return self.options[bisect_right(self._marks, chance.number())]


_USUAL = _Spread(SpreadOf())


def _at(ends: list[float], maturity: float) -> float:
    low, high = ends
    return low + (high - low) * maturity


def _plausible(value: Any, kind: EvidenceType) -> Any:
    """What the checks of the evidence type compare is put in order: dates, parts with wholes, shares of counts."""
    items = value if isinstance(value, list) else list(value.values()) if isinstance(kind.type, Keyed) else [value]
    pairs = [
        (first.split("."), second.split("."))
        for first, second in (*kind.checks.dates_in_order, *kind.checks.part_of_whole)
    ]
    for number, item in enumerate(items, 1):
        for first, second in pairs * len(pairs):  # as often as the longest chain of pairs can need
            _in_order(item, first, second)
        for names, people in kind.share_of.items():
            _possible(item, names, people)
        if isinstance(item, dict) and ID in item:
            item[ID] = str(number)
    return value


def _in_order(item: Any, first: list[str], second: list[str]) -> None:
    """Exchange two values that stand side by side in the wrong order, in every record that has both."""
    if isinstance(item, list):
        for each in item:
            _in_order(each, first, second)
    elif isinstance(item, dict) and len(first) > 1 and len(second) > 1 and first[0] == second[0]:
        _in_order(item.get(first[0]), first[1:], second[1:])
    elif isinstance(item, dict) and len(second) == 1 and second[0] in item:
        if len(first) == 1 and first[0] in item:
            item[first[0]], item[second[0]] = sorted((item[first[0]], item[second[0]]))
        elif len(first) == 2:  # of a list beside the value, the latest counts
            inner = item.get(first[0])
            beside = inner if isinstance(inner, list) else [inner]
            found = [each[first[1]] for each in beside if isinstance(each, dict) and first[1] in each]
            item[second[0]] = max([*found, item[second[0]]])


def _possible(item: Any, names: tuple[str, ...], people: str) -> None:
    """A percentage of people is one that so many people can give."""
    if isinstance(item, list):
        for each in item:
            _possible(each, names, people)
    elif isinstance(item, dict) and len(names) > 1:
        _possible(item.get(names[0]), names[1:], people)
    elif isinstance(item, dict) and names[0] in item and item.get(people):
        item[names[0]] = round(100 * (item[names[0]] * item[people] // 100) / item[people], 1)
