"""The smallest change to an existing case that would show what no case shows yet.

A search and no proof: each case of the rule is taken in turn, one field that the leaf reads is left out or given
another value, and the first change that works is offered. What then has to come out is for the author to work out
from the text; it is never taken from the engine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from typing import Any, Final

from ohaccredit.language import tree as t
from ohaccredit.language.problems import json_pointer
from ohaccredit.language.types import Choice, Choices, Collection, Date, Keyed, Number, Text, YesNo
from ohaccredit.language.walk import walk
from ohaccredit.policy.coverage import Asked, Observer, Situation
from ohaccredit.policy.leaves import Leaf, Over, leaves_of_derived, leaves_within
from ohaccredit.policy.probe import Figures

Place = tuple[str | int, ...]
EACH: Final = object()
"""Stands in a path for any item of a list."""
LEFT_OUT: Final = object()
MOST_TRIED = 400
"""Changes tried for one gap, so that a rule with many lists does not keep its author waiting."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A case that exists, and the one change that would show what is missing."""

    situation: Situation
    place: Place
    value: object
    """What stands there instead; LEFT_OUT if it is taken away."""
    given: Mapping[str, object]
    """What the new case gives, beside the background of its file."""

    @property
    def pointer(self) -> str:
        """Where the change is, in the evidence."""
        return json_pointer(self.place)


def suggest(observer: Observer, asked: Asked, situations: Sequence[Situation]) -> Suggestion | None:
    """The first change of one value in one case that shows what is asked; None if none of those tried does."""
    tries = (
        (situation, place, value) for situation in situations for place, value in _changes(observer, asked, situation)
    )
    for situation, place, value in islice(tries, MOST_TRIED):
        changed = _replaced(situation.case.evidence, place, value)
        key = str(place[0])
        if key not in changed and key not in situation.case.file.given:
            continue  # what the background states cannot be left out of a single case
        other = observer.situation(situation.case, changed)
        if other is not None and observer.shows(other, [asked]):
            given = (
                {**situation.case.file.given, key: changed[key]}
                if key in changed
                else {name: each for name, each in situation.case.file.given.items() if name != key}
            )
            return Suggestion(situation, place, value, given)
    return None


# ── What might be changed ───────────────────────────────────────────────────────────────────────────


def _changes(observer: Observer, asked: Asked, situation: Situation) -> Iterator[tuple[Place, object]]:
    """Changes to a case that could make the leaf come to what is asked, the plainest first."""
    leaf, shown = asked
    figures = observer.figures(situation)
    if id(leaf.node) not in figures.asked:
        return  # something else decides before this test is reached
    inner = list(_all_leaves(observer, leaf))
    for each in inner:
        for path, around in _fields(observer, each):
            for place in _places(situation.case.evidence, _template(path, around)):
                current = _at(situation.case.evidence, place)
                if shown is None:
                    if current is not None:
                        yield place, LEFT_OUT
                    continue
                known = figures.compared.get(id(each.node), [])
                for value in _values(path, current, each, known):
                    if value != current:
                        yield place, value
    for each in inner:
        if isinstance(each.node, t.Quantified):
            for place in _places(situation.case.evidence, _template(each.node.over, each.around)):
                yield from _of_list(place, _at(situation.case.evidence, place))


def _all_leaves(observer: Observer, leaf: Leaf) -> Iterator[Leaf]:
    """The leaf, those inside it, and those behind the names that it uses."""
    seen: set[str] = set()
    waiting = list(leaves_within(leaf))
    definitions = observer.edition.definitions
    while waiting:
        each = waiting.pop(0)
        yield each
        for node in walk(each.node):
            name = node.name if isinstance(node, (t.DerivedCondition, t.DerivedValue)) else ""
            if isinstance(node, t.ParameterValue):
                name = definitions.parameters[node.name].by
            if name and name not in seen:
                seen.add(name)
                waiting += leaves_of_derived(definitions.derived[name])


def _fields(observer: Observer, leaf: Leaf) -> Iterator[tuple[t.PathTo, tuple[Over, ...]]]:
    """The paths of the fields that the leaf's own values read, with the lists that each stands in."""
    for value in leaf.values:
        yield from _fields_of(value, leaf.around, observer.edition.definitions)


def _fields_of(
    value: t.Value, around: tuple[Over, ...], definitions: t.Definitions
) -> Iterator[tuple[t.PathTo, tuple[Over, ...]]]:
    match value:
        case t.FieldValue():
            yield value.path, around
        case t.ParameterValue() if value.as_of is not None:
            yield from _fields_of(value.as_of, around, definitions)
        case t.DerivedValue():
            derived = definitions.derived[value.name]
            for each in (derived.value, *(band.then for band in derived.bands)):
                if each is not None:
                    yield from _fields_of(each, (), definitions)
        case t.ShiftedDate():
            yield from _fields_of(value.start, around, definitions)
            yield from _fields_of(value.amount, around, definitions)
        case t.TimeBetween():
            yield from _fields_of(value.start, around, definitions)
            yield from _fields_of(value.end, around, definitions)
        case t.Arithmetic():
            for operand in value.operands:
                yield from _fields_of(operand, around, definitions)
        case t.Aggregate():
            yield from _fields_of(value.of, (*around, value), definitions)
        case t.SeriesCount() | t.SeriesLevel() | t.SeriesChange():
            yield value.series, around


# ── Where it stands ─────────────────────────────────────────────────────────────────────────────────


def _template(path: t.PathTo, around: tuple[Over, ...]) -> tuple[tuple[object, Collection | None], ...]:
    """The path from the whole submission on; EACH stands for any item, beside what kind of list it is of."""
    before: tuple[tuple[object, Collection | None], ...] = ()
    if path.scope != t.SUBMISSION and path.scope < len(around):
        index = len(around) - 1 - path.scope
        over = around[index]
        before = (*_template(over.over, around[:index]), (EACH, over.collection))
    return (*before, *((name, None) for name in path.names))


def _places(evidence: object, template: Sequence[tuple[object, Collection | None]]) -> list[Place]:
    """Every place in some evidence that a path leads to, whether anything stands there or not."""
    found: list[tuple[Place, object]] = [((), evidence)]
    for part, kind in template:
        further: list[tuple[Place, object]] = []
        for place, value in found:
            if part is not EACH:
                further.append(((*place, str(part)), value.get(part) if isinstance(value, Mapping) else None))
            elif isinstance(value, list):
                further += [((*place, index), item) for index, item in enumerate(value)]
            elif isinstance(value, Mapping) and isinstance(kind, Keyed):
                further += [((*place, key), value.get(key)) for key in kind.keys]
        found = further
    return [place for place, _ in found]


def _at(evidence: object, place: Place) -> object:
    for part in place:
        if isinstance(part, int):
            evidence = evidence[part] if isinstance(evidence, list) and part < len(evidence) else None
        else:
            evidence = evidence.get(part) if isinstance(evidence, Mapping) else None
    return evidence


def _replaced(evidence: Any, place: Place, value: object) -> Any:
    """The same evidence with another value at one place; what stands around it is copied, nothing is changed."""
    part, *rest = place
    if isinstance(part, int):
        copy: Any = list(evidence)
        if not rest and value is LEFT_OUT:
            del copy[part]
            return copy
        copy[part] = _replaced(copy[part], tuple(rest), value) if rest else value
        return copy
    copy = dict(evidence) if isinstance(evidence, Mapping) else {}
    if rest:
        copy[part] = _replaced(copy.get(part), tuple(rest), value)
    elif value is LEFT_OUT:
        copy.pop(part, None)
    else:
        copy[part] = value
    return copy


# ── What could stand there ──────────────────────────────────────────────────────────────────────────


def _values(path: t.PathTo, current: object, leaf: Leaf, known: Sequence[Figures]) -> Iterator[object]:
    kind = path.fields[-1].type
    match kind:
        case YesNo():
            yield from ("yes", "no") if not isinstance(current, bool) else (not current,)
        case Choice():
            yield from kind.options
        case Choices():
            held = current if isinstance(current, list) else []
            yield from ([each for each in held if each != option] for option in held)
            yield from ([*held, option] for option in kind.options if option not in held)
            yield []
            yield list(kind.options)
        case Text():
            yield from _texts(leaf)
        case Date():
            yield from _days(current, known)
        case Number():
            yield from _numbers(current, kind, known)


def _texts(leaf: Leaf) -> Iterator[object]:
    node = leaf.node
    if isinstance(node, t.Shaped) and isinstance(node.shapes, tuple):
        yield from (shape.replace("#", "1").replace("@", "A") for shape in node.shapes)
    yield "1A"
    yield "TODO"


def _days(current: object, known: Sequence[Figures]) -> Iterator[object]:
    """Days at which the comparison turns, and those beside them; also the present day moved by what is lacking."""
    day = date.fromisoformat(current) if isinstance(current, str) else None
    for left, right in known:
        for aim in _dates(left, right):
            yield from (each.isoformat() for each in _around(aim))
        if day is not None and isinstance(left, (int, Fraction)) and isinstance(right, (int, Fraction)):
            for by in _around_number(int(right - left)):
                yield from (each.isoformat() for each in (_moved(day, by), _moved(day, -by)) if each is not None)
    if day is not None:
        yield from (each.isoformat() for each in _around(day))


def _dates(left: object, right: object) -> Iterator[date]:
    if isinstance(left, date) and isinstance(right, date):
        yield from (right, left)


def _around(day: date) -> Iterator[date]:
    yield from (each for by in (0, -1, 1) if (each := _moved(day, by)) is not None)


def _around_number(number: int) -> tuple[int, ...]:
    return number, number - 1, number + 1


def _moved(day: date, by: int) -> date | None:
    try:
        return date.fromordinal(day.toordinal() + by)
    except (OverflowError, ValueError):
        return None


def _numbers(current: object, kind: Number, known: Sequence[Figures]) -> Iterator[object]:
    now = Fraction(current) if isinstance(current, (int, Decimal)) and not isinstance(current, bool) else None
    aims: dict[Fraction, None] = {}
    for left, right in known:
        if isinstance(left, date) or isinstance(right, date):
            continue
        aims.update(dict.fromkeys((Fraction(right), Fraction(left))))
        if now is not None:
            aims[now + right - left] = aims[now - right + left] = None
            if left:
                aims[now * right / Fraction(left)] = None
    if now is not None:
        aims[now] = None
    aims[Fraction(0)] = None
    for aim in aims:
        scaled = aim * 100 if kind.percent and aim != now else aim
        for by in (0, -1, 1):
            number = _as_written(scaled + by, kind)
            if number is not None:
                yield number


def _as_written(number: Fraction, kind: Number) -> int | Decimal | None:
    """The number as a case writes it; None if the field cannot hold it."""
    if (kind.minimum is not None and number < kind.minimum) or (kind.maximum is not None and number > kind.maximum):
        return None
    if number.denominator == 1:
        return int(number)
    if kind.whole:
        return int(number)
    thousandths = round(number * 1000)
    return Decimal(thousandths) / 1000 if Fraction(thousandths, 1000) == number else None


def _of_list(place: Place, current: object) -> Iterator[tuple[Place, object]]:
    """A list left out, emptied, or with an item fewer or more."""
    if not isinstance(current, list):
        return
    yield from (((*place, index), LEFT_OUT) for index in range(len(current)))
    yield from ((place, [*current, item]) for item in current)
    yield place, LEFT_OUT
    yield place, []
