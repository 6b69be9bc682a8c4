"""Evidence that is not known yet: every part of a submission as something that the solver may fill in.

A part comes into being when a rule asks for it, so that formulas speak of nothing else. A list has places, filled from
the front; evidence given by key has all its keys as soon as it is handed in at all; a record has no being of its own.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

import z3

from ohaccredit.language.encode import Encoded
from ohaccredit.language.numbers import MILLIONTHS
from ohaccredit.language.solve_apart import open_number, open_truth
from ohaccredit.language.solve_logic import Counted, Truth, alike, any_of, at_most_one, both, either, no, times
from ohaccredit.language.solve_scope import OutOfScope, Scope, SeriesScope, decimals_of, given_points
from ohaccredit.language.solve_terms import Chosen, Day, Figure, Flag, Value, constant, known_if, one_of_cases
from ohaccredit.language.types import (
    Choice,
    Choices,
    Date,
    Keyed,
    ListOf,
    Number,
    Record,
    Scalar,
    Series,
    Text,
    Type,
    YesNo,
)

NOTHING: Any = object()
"""What is read where nothing was handed in."""


class Part(ABC):
    """A part of the evidence. `path` is where it stands, with places in lists; `kind_path` is without them."""

    def __init__(self, path: str, kind_path: str) -> None:
        self.path = path
        self.kind_path = kind_path

    @abstractmethod
    def limits(self) -> Iterator[Truth]:
        """What is so of every submission within the scope."""

    @abstractmethod
    def fix(self, value: Encoded | None) -> Iterator[Truth]:
        """What is so if this is what was handed in. Raises OutOfScope if it could not have been."""

    @abstractmethod
    def read(self, model: Any) -> Any:
        """What the solver filled in, as it stands in a submission; NOTHING if it is not there."""


# ── Single values ───────────────────────────────────────────────────────────────────────────────────


class Single(Part):
    """A field that holds one value."""

    def __init__(self, path: str, kind_path: str, kind: Scalar) -> None:
        super().__init__(path, kind_path)
        self.kind = kind
        self.given = open_truth(f"{path} is given")

    @property
    @abstractmethod
    def value(self) -> Value:
        """What the field states."""

    @abstractmethod
    def fix_value(self, value: Any) -> Truth:
        """Does it state this?"""

    @abstractmethod
    def read_value(self, model: Any) -> Any:
        """What it states in a submission that the solver found."""

    def limits(self) -> Iterator[Truth]:
        yield from ()

    def fix(self, value: Encoded | None) -> Iterator[Truth]:
        yield no(self.given) if value is None else both(self.given, self.fix_value(value))

    def read(self, model: Any) -> Any:
        return self.read_value(model) if is_so(model, self.given) else NOTHING


class DateField(Single):
    """A field that holds a date."""

    def __init__(self, path: str, kind_path: str, kind: Date, scope: Scope) -> None:
        super().__init__(path, kind_path, kind)
        self._first, self._last = scope.first_day.toordinal(), scope.last_day.toordinal()
        self._day = open_number(path)
        self._value = Day(self.given, self._day, self._first, self._last)

    @property
    def value(self) -> Value:
        return self._value

    def limits(self) -> Iterator[Truth]:
        yield self._day >= self._first
        yield self._day <= self._last

    def fix_value(self, value: Any) -> Truth:
        if not self._first <= value <= self._last:
            raise OutOfScope(f"{self.path}: {date.fromordinal(value)}")
        return self._day == value

    def read_value(self, model: Any) -> str:
        return date.fromordinal(number_in(model, self._day)).isoformat()


class NumberField(Single):
    """A field that holds a number."""

    def __init__(self, path: str, kind_path: str, kind: Number, scope: Scope) -> None:
        super().__init__(path, kind_path, kind)
        self.number = kind
        self._steps = open_number(path)
        self._step = decimals_of(kind, scope.finest)
        self.held = times(self._step, self._steps)
        """As evidence is encoded: whole numbers, or millionths."""
        self._value = Figure(self.given, self.held, 1 if kind.whole else MILLIONTHS)

    @property
    def value(self) -> Value:
        return self._value

    def fix_value(self, value: Any) -> Truth:
        steps, left = divmod(value, self._step)
        if left:
            raise OutOfScope(f"{self.path}: finer than the scope")
        return self._steps == steps

    def read_value(self, model: Any) -> int | Decimal:
        held = number_in(model, self._steps) * self._step
        if self.number.whole:
            return held
        stated = Decimal(held) / (MILLIONTHS // 100 if self.number.percent else MILLIONTHS)
        return int(stated) if stated == int(stated) else stated


class YesNoField(Single):
    """A field that says yes or no."""

    def __init__(self, path: str, kind_path: str, kind: YesNo) -> None:
        super().__init__(path, kind_path, kind)
        self._yes = open_truth(path)
        self._value = Flag(self.given, self._yes)

    @property
    def value(self) -> Value:
        return self._value

    def fix_value(self, value: Any) -> Truth:
        return alike(self._yes, value)

    def read_value(self, model: Any) -> bool:
        return is_so(model, self._yes)


class OptionField(Single):
    """A field that holds options: one, several, or a text that is one of those in scope.

    Only the options that rules ask about are told apart.
    """

    def __init__(self, path: str, kind_path: str, kind: Choice | Choices | Text, options: tuple[str, ...]) -> None:
        super().__init__(path, kind_path, kind)
        self._options = options
        self._one = not isinstance(kind, Choices)
        self._asked: dict[str, Truth] = {}
        self._value = Chosen(self.given, options, self._holds)

    def _holds(self, option: str) -> Truth:
        if option not in self._options:
            return False
        if option not in self._asked:
            self._asked[option] = open_truth(f"{self.path} is {option}")
        return self._asked[option]

    @property
    def value(self) -> Value:
        return self._value

    def limits(self) -> Iterator[Truth]:
        if self._one and self._asked:
            yield at_most_one(list(self._asked.values()))
            if len(self._asked) == len(self._options):
                yield any_of(self._asked.values())

    def fix_value(self, value: Any) -> Truth:
        if isinstance(self.kind, Text) and value not in self._options:
            raise OutOfScope(f'{self.path}: the text "{value}"')
        held = value if isinstance(value, list) else [value]
        return both(*(alike(so, option in held) for option, so in self._asked.items()))

    def read_value(self, model: Any) -> str | list[str]:
        held = [option for option, so in self._asked.items() if is_so(model, so)]
        if not self._one:
            return [option for option in self._options if option in held]
        return held[0] if held else next(option for option in self._options if option not in self._asked)


class Settled(Single):
    """A field of a series' point that the prototypes settle, or the key of evidence that is given by key."""

    def __init__(self, path: str, kind_path: str, kind: Scalar, value: Value) -> None:
        Part.__init__(self, path, kind_path)
        self.kind = kind
        self.given = value.known
        self._value = value

    @property
    def value(self) -> Value:
        return self._value

    def fix(self, value: Encoded | None) -> Iterator[Truth]:
        yield from ()

    def fix_value(self, value: Any) -> Truth:
        return True

    def read(self, model: Any) -> Any:
        return NOTHING

    def read_value(self, model: Any) -> Any:
        return NOTHING


# ── Records, and evidence given by key ──────────────────────────────────────────────────────────────


class Fields(Part):
    """A record: its fields come into being when they are asked for."""

    def __init__(
        self, path: str, kind_path: str, kind: Record, scope: Scope, settled: Mapping[str, Value] | None = None
    ) -> None:
        super().__init__(path, kind_path)
        self.kind = kind
        self.made: dict[str, Part] = {}
        self._scope = scope
        for name, value in (settled or {}).items():
            scalar: Any = kind.fields[name].type if name in kind.fields else Choice(())
            self.made[name] = Settled(f"{path}.{name}", kind_path, scalar, value)

    def field(self, name: str) -> Part:
        """One of the fields."""
        if name not in self.made:
            path = f"{self.path}.{name}" if self.path else name
            kind_path = f"{self.kind_path}.{name}" if self.kind_path else name
            self.made[name] = _part(path, kind_path, self.kind.fields[name].type, self._scope)
        return self.made[name]

    def limits(self) -> Iterator[Truth]:
        for part in self.made.values():
            yield from part.limits()

    def fix(self, value: Any) -> Iterator[Truth]:
        for name, part in self.made.items():
            yield from part.fix(value.get(name) if isinstance(value, Mapping) else None)

    def read(self, model: Any) -> Any:
        found = {name: part.read(model) for name, part in self.made.items()}
        stated = {name: value for name, value in found.items() if value is not NOTHING}
        return stated or NOTHING


class Several(Part):
    """What a list operator goes through: places with items, some of which are there."""

    handed_in: Truth
    places: list[tuple[Truth, Fields]]
    """For each place whether there is an item, if the list was handed in, and the item."""

    def weight(self, index: int, so: Truth) -> Counted:
        """What an item counts for, if something is so of it."""
        return [(so, 1)]


class ByKey(Several):
    """Evidence that is given once per key."""

    def __init__(self, path: str, kind_path: str, kind: Keyed, scope: Scope) -> None:
        super().__init__(path, kind_path)
        self.handed_in = open_truth(f"{path} is handed in")
        self.records = {
            key: Fields(f"{path}.{key}", f"{kind_path}.{key}", kind.records[key], scope, {"key": constant(key)})
            for key in kind.keys
        }
        self.places = [(True, record) for record in self.records.values()]

    def limits(self) -> Iterator[Truth]:
        for record in self.records.values():
            yield from record.limits()

    def fix(self, value: Any) -> Iterator[Truth]:
        handed_in = isinstance(value, Mapping)
        yield alike(self.handed_in, handed_in)
        for key, record in self.records.items():
            yield from record.fix(value.get(key) if handed_in else None)

    def read(self, model: Any) -> Any:
        if not is_so(model, self.handed_in):
            return NOTHING
        found = {key: record.read(model) for key, record in self.records.items()}
        return {key: value for key, value in found.items() if value is not NOTHING}


# ── Lists ───────────────────────────────────────────────────────────────────────────────────────────


class Places(Several):
    """A list of which each place may be filled."""

    def __init__(self, path: str, kind_path: str, kind: ListOf | Series, scope: Scope) -> None:
        super().__init__(path, kind_path)
        self.handed_in = open_truth(f"{path} is handed in")
        self._copies = scope.copies.get(kind_path, 1)
        self._again: list[Truth] = []
        self.places = []
        for index in range(scope.items_of(kind_path)):
            place = f"{path}.{index}"
            self.places.append((open_truth(f"{place} is there"), Fields(place, kind_path, kind.item, scope)))
            self._again.append(open_truth(f"{place} is there again") if self._copies > 1 else False)

    def weight(self, index: int, so: Truth) -> Counted:
        again = self._again[index]
        return [(so, 1)] if again is False else [(so, 1), (both(so, again), self._copies - 1)]

    def limits(self) -> Iterator[Truth]:
        filled = [there for there, _ in self.places]
        for before, after in pairwise(filled):
            yield either(before, no(after))
        for _, item in self.places:
            yield from item.limits()

    def fix(self, value: Any) -> Iterator[Truth]:
        items = value if isinstance(value, list) else []
        if len(items) > len(self.places):
            raise OutOfScope(f"{self.path}: {len(items)} items")
        yield alike(self.handed_in, isinstance(value, list))
        for index, (there, item) in enumerate(self.places):
            yield alike(there, index < len(items))
            yield no(self._again[index])
            yield from item.fix(items[index] if index < len(items) else None)

    def read(self, model: Any) -> Any:
        if not is_so(model, self.handed_in):
            return NOTHING
        found = []
        for (there, item), again in zip(self.places, self._again, strict=True):
            if is_so(model, there):
                content = item.read(model)
                number = self._copies if is_so(model, again) else 1
                found += [{} if content is NOTHING else content for _ in range(number)]
        return found


class Points(Several):
    """A series: one of the prototypes, with the fields that these leave open."""

    def __init__(self, path: str, kind_path: str, kind: Series, scope: Scope, tried: SeriesScope) -> None:
        super().__init__(path, kind_path)
        self.handed_in = open_truth(f"{path} is handed in")
        self.kind = kind
        self.tried = tried
        self._is = [open_truth(f"{path} is series {index}") for index in range(len(tried.prototypes))]
        self.places = []
        for index in range(max(map(len, tried.prototypes), default=0)):
            having = [(so, points[index]) for so, points in self._choices() if index < len(points)]
            settled = {
                name: one_of_cases(
                    [(so, _plain(point[name], kind.item.fields[name].type)) for so, point in having if name in point],
                    _scalar(kind.item, name),
                )
                for name in tried.given
            }
            item = Fields(f"{path}.{index}", kind_path, kind.item, scope, settled)
            self.places.append((any_of(so for so, _ in having), item))

    def _choices(self) -> list[tuple[Truth, tuple[Mapping[str, Encoded], ...]]]:
        return list(zip(self._is, self.tried.prototypes, strict=True))

    def figure(self, of: Callable[[Any], Any], kind: Scalar) -> Value:
        """What a function of the points gives, worked out on every prototype; None: not known."""
        found = [(so, of(points)) for so, points in self._choices()]
        value = one_of_cases([(so, constant(result)) for so, result in found if result is not None], kind)
        return known_if(value, self.handed_in)

    def limits(self) -> Iterator[Truth]:
        yield any_of(self._is)
        yield at_most_one(self._is)
        for _, item in self.places:
            yield from item.limits()

    def fix(self, value: Any) -> Iterator[Truth]:
        handed_in = isinstance(value, list)
        yield alike(self.handed_in, handed_in)
        points = value if handed_in else []
        if handed_in:
            own = given_points(points, self.tried.given)
            if own not in self.tried.prototypes:
                raise OutOfScope(f"{self.path}: another series")
            yield self._is[self.tried.prototypes.index(own)]
        for index, (_, item) in enumerate(self.places):
            yield from item.fix(points[index] if index < len(points) else None)

    def read(self, model: Any) -> Any:
        if not is_so(model, self.handed_in):
            return NOTHING
        points = next(points for so, points in self._choices() if is_so(model, so))
        found = []
        for point, (_, item) in zip(points, self.places, strict=False):
            stated = {name: raw_of(value, self.kind.item.fields[name].type) for name, value in point.items()}
            rest = item.read(model)
            found.append({**stated, **({} if rest is NOTHING else rest)})
        return found


def _scalar(record: Record, name: str) -> Scalar:
    kind: Any = record.fields[name].type
    return kind  # type: ignore[no-any-return]


def _plain(value: Any, kind: Type) -> Value:
    """An encoded value as the solver takes it."""
    match kind:
        case Date():
            return Day(True, value, value, value)
        case Number():
            return Figure(True, value, 1 if kind.whole else MILLIONTHS)
        case Choices():
            return constant(tuple(value))
        case _:
            return constant(value)


def raw_of(value: Any, kind: Type) -> Any:
    """An encoded value as it stands in a submission."""
    match kind:
        case Date():
            return date.fromordinal(value).isoformat()
        case Number(whole=False):
            stated = Decimal(value) / (MILLIONTHS // 100 if kind.percent else MILLIONTHS)
            return int(stated) if stated == int(stated) else stated
        case _:
            return value


def _part(path: str, kind_path: str, kind: Type, scope: Scope) -> Part:
    match kind:
        case Date():
            return DateField(path, kind_path, kind, scope)
        case Number():
            return NumberField(path, kind_path, kind, scope)
        case YesNo():
            return YesNoField(path, kind_path, kind)
        case Choice() | Choices():
            return OptionField(path, kind_path, kind, kind.options)
        case Text():
            return OptionField(path, kind_path, kind, scope.texts)
        case Record():
            return Fields(path, kind_path, kind, scope)
        case Keyed():
            return ByKey(path, kind_path, kind, scope)
        case Series() if kind_path in scope.series:
            return Points(path, kind_path, kind, scope, scope.series[kind_path])
        case ListOf() | Series():
            return Places(path, kind_path, kind, scope)


# ── Models of the solver ────────────────────────────────────────────────────────────────────────────


def is_so(model: Any, truth: Truth) -> bool:
    """What the solver decided."""
    return truth if isinstance(truth, bool) else z3.is_true(model.eval(truth, model_completion=True))


def number_in(model: Any, term: Any) -> int:
    """The number that the solver chose."""
    return int(model.eval(term, model_completion=True).as_long())
