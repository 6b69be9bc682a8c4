"""The same evidence once more with something changed: filled in, bettered, or with an item added.

A property of two submissions ("more evidence never …") is asked of one world and of a second one that shares every
part of it but those that the change touches. What is shared is one term for the solver and costs nothing.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from ohaccredit.language.numbers import MILLIONTHS
from ohaccredit.language.solve_apart import open_number, open_truth
from ohaccredit.language.solve_evidence import (
    ByKey,
    DateField,
    Fields,
    NumberField,
    Part,
    Places,
    Points,
    Settled,
    Single,
    YesNoField,
    is_so,
    number_in,
    raw_of,
)
from ohaccredit.language.solve_logic import Counted, Truth, any_of, at_most_one, both, either, no
from ohaccredit.language.solve_scope import Point, Scope
from ohaccredit.language.solve_terms import Day, Figure, Flag, Value
from ohaccredit.language.types import Field, Series


class Change(ABC):
    """What is otherwise in the second submission. A part that no method touches is the first one's own."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def beside(self, evidence: Fields) -> Fields:
        """The evidence, changed."""
        return ChangedFields(evidence, self)

    def part(self, original: Part, kind: Field) -> Part:
        """A part of a record, changed."""
        match original:
            case Settled():
                return original
            case Single():
                return self.single(original, kind)
            case Fields():
                return ChangedFields(original, self)
            case ByKey():
                return ChangedByKey(original, self)
            case Points():
                return ChangedPoints(original, self)
            case Places():
                return self.places(original)
        return original

    def single(self, original: Single, kind: Field) -> Single:
        """A field, changed."""
        return original

    def handed_in(self, path: str, before: Truth) -> Truth:
        """Is a list handed in now?"""
        return before

    def places(self, original: Places) -> Places:
        """A list, changed."""
        return ChangedPlaces(original, self)

    @abstractmethod
    def turns_into(self, kind: Series, before: tuple[Point, ...], after: tuple[Point, ...]) -> bool:
        """Can the change make the second series out of the first?"""


class FilledIn(Change):
    """What was missing may be there."""

    def single(self, original: Single, kind: Field) -> Single:
        given = either(original.given, open_truth(f"{original.path} is filled in"))
        return Changed(original, replace(original.value, known=given))

    def handed_in(self, path: str, before: Truth) -> Truth:
        return either(before, open_truth(f"{path} is filled in"))

    def turns_into(self, kind: Series, before: tuple[Point, ...], after: tuple[Point, ...]) -> bool:
        return len(before) == len(after) and all(
            one.items() <= other.items() for one, other in zip(before, after, strict=True)
        )


class Bettered(Change):
    """What is given may be better, as the evidence type says what is better of it."""

    def single(self, original: Single, kind: Field) -> Single:
        if not kind.better:
            return original
        match original:
            case YesNoField():
                moved = open_truth(f"{original.path} is bettered")
                value = original.value
                assert isinstance(value, Flag)
                yes = either(value.yes, moved) if kind.better == "yes" else both(value.yes, no(moved))
                return Changed(original, Flag(original.given, yes))
            case DateField():
                day = original.value
                assert isinstance(day, Day)
                by = open_number(f"{original.path} is bettered by")
                ordinal = day.ordinal + by if kind.better == "later" else day.ordinal - by
                limits: tuple[Truth, ...] = (by >= 0, ordinal >= day.first, ordinal <= day.last)
                return Changed(original, replace(day, ordinal=ordinal), limits)
            case NumberField(number=number):
                figure = original.value
                assert isinstance(figure, Figure)
                step = 1 if number.whole else self.scope.finest
                by = open_number(f"{original.path} is bettered by")
                held = figure.top + by * step if kind.better == "higher" else figure.top - by * step
                unit = 1 if number.whole else MILLIONTHS // 100 if number.percent else MILLIONTHS
                limits = (by >= 0,)
                if number.maximum is not None:
                    limits += (either(by == 0, held <= number.maximum * unit),)
                if number.minimum is not None:
                    limits += (either(by == 0, held >= number.minimum * unit),)
                return Changed(original, replace(figure, top=held), limits)
        return original

    def turns_into(self, kind: Series, before: tuple[Point, ...], after: tuple[Point, ...]) -> bool:
        """The same series, or the same but for a better figure at its latest point."""
        if before == after:
            return True
        measure = kind.measure
        if measure.better == "neither" or not before or len(before) != len(after) or before[:-1] != after[:-1]:
            return False
        one, other = dict(before[-1]), dict(after[-1])
        low, high = one.pop(measure.of, None), other.pop(measure.of, None)
        if one != other or not isinstance(low, int) or not isinstance(high, int):
            return False
        return high > low if measure.better == "higher" else high < low


class ItemAdded(Change):
    """A list that was handed in has one item more."""

    def __init__(self, scope: Scope, kind_path: str) -> None:
        super().__init__(scope)
        self.kind_path = kind_path
        self.item: Fields | None = None
        """The item, once a rule has asked for the list."""
        self.list: Places | None = None

    def places(self, original: Places) -> Places:
        if original.kind_path != self.kind_path:
            return ChangedPlaces(original, self)
        record = original.places[0][1].kind
        self.item = Fields(f"{original.path}.added", original.kind_path, record, self.scope)
        self.list = original
        return Longer(original, self.item)

    def turns_into(self, kind: Series, before: tuple[Point, ...], after: tuple[Point, ...]) -> bool:
        return before == after


class OnlyItem(ItemAdded):
    """A list that has one item and no other."""

    def __init__(self, scope: Scope, kind_path: str, item: Fields) -> None:
        super().__init__(scope, kind_path)
        self.item = item

    def places(self, original: Places) -> Places:
        assert self.item is not None
        if original.kind_path != self.kind_path:
            return ChangedPlaces(original, self)
        return Only(original, self.item)


# ── Changed parts ───────────────────────────────────────────────────────────────────────────────────


class Changed(Single):
    """A field with another value, or given where it was not."""

    def __init__(self, original: Single, value: Value, limits: tuple[Truth, ...] = ()) -> None:
        Part.__init__(self, original.path, original.kind_path)
        self.kind = original.kind
        self.original = original
        self.given = value.known
        self._value = value
        self._limits = limits

    @property
    def value(self) -> Value:
        return self._value

    def limits(self) -> Iterator[Truth]:
        yield from self.original.limits()
        yield from self._limits

    def fix_value(self, value: Any) -> Truth:
        raise NotImplementedError("what is changed follows from what it was")

    def read_value(self, model: Any) -> Any:
        match self._value:
            case Flag(yes=yes):
                return is_so(model, yes)
            case Day(ordinal=ordinal):
                return date.fromordinal(number_in(model, ordinal)).isoformat()
            case Figure(top=held) if isinstance(self.original, NumberField):
                return raw_of(number_in(model, held), self.original.number)
        return self.original.read_value(model)


class ChangedFields(Fields):
    """A record of which parts are changed."""

    def __init__(self, original: Fields, change: Change, settled: Mapping[str, Part] | None = None) -> None:
        super().__init__(original.path, original.kind_path, original.kind, change.scope)
        self.made.update(settled or {})
        self._original = original
        self._change = change

    def field(self, name: str) -> Part:
        if name not in self.made:
            part = self._original.field(name)
            kind = self.kind.fields.get(name)
            self.made[name] = part if kind is None else self._change.part(part, kind)
        return self.made[name]


class ChangedByKey(ByKey):
    """Evidence that is given by key, of which parts are changed."""

    def __init__(self, original: ByKey, change: Change) -> None:
        Part.__init__(self, original.path, original.kind_path)
        self.handed_in = change.handed_in(original.path, original.handed_in)
        self.records = {key: ChangedFields(record, change) for key, record in original.records.items()}
        self.places = [(True, record) for record in self.records.values()]


class ChangedPlaces(Places):
    """A list of which items are changed."""

    def __init__(self, original: Places, change: Change) -> None:
        Part.__init__(self, original.path, original.kind_path)
        self._take(original)
        self.handed_in = change.handed_in(original.path, original.handed_in)
        self.places = [(there, ChangedFields(item, change)) for there, item in original.places]

    def _take(self, original: Places) -> None:
        self._copies = original._copies
        self._again = list(original._again)


class Longer(ChangedPlaces):
    """A list with one item more, in front."""

    def __init__(self, original: Places, item: Fields) -> None:
        Part.__init__(self, original.path, original.kind_path)
        self._take(original)
        self._again.insert(0, False)
        self.handed_in = original.handed_in
        self.places = [(True, item), *original.places]

    def weight(self, index: int, so: Truth) -> Counted:
        return [(so, 1)] if index == 0 else super().weight(index, so)

    def limits(self) -> Iterator[Truth]:
        for _, item in self.places:
            yield from item.limits()


class Only(Longer):
    """A list with one item."""

    def __init__(self, original: Places, item: Fields) -> None:
        super().__init__(original, item)
        self.handed_in = True
        self.places = self.places[:1]


class ChangedPoints(Points):
    """A series that is another one of those in scope, if the change can make it out of what it was."""

    def __init__(self, original: Points, change: Change) -> None:
        super().__init__(f"{original.path} (changed)", original.kind_path, original.kind, change.scope, original.tried)
        self.handed_in = change.handed_in(original.path, original.handed_in)
        self.places = [
            (there, ChangedFields(before, change, item.made))
            for (there, item), (_, before) in zip(self.places, original.places, strict=True)
        ]
        series = original.tried.prototypes
        self._becomes = [
            either(
                no(was),
                any_of(
                    now
                    for now, after in zip(self._is, series, strict=True)
                    if change.turns_into(original.kind, before, after)
                ),
            )
            for was, before in zip(original._is, series, strict=True)
        ]

    def limits(self) -> Iterator[Truth]:
        yield any_of(self._is)
        yield at_most_one(self._is)
        yield from self._becomes
        for _, item in self.places:
            yield from item.limits()
