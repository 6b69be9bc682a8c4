"""How many new items of each list could serve some criteria.

A test that something is there is served by one new item, "at least 3" by three, and a test of every item by one at
most, where the list must not be empty. Tests that stand beside each other may each need their own; of alternatives
only one is taken. A place for an item that serves nothing changes no plan, but the solver would have to show that of
each such place anew. Where no number follows from a test (a share, a sum), that of the scope is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import ceil, floor

from ohaccredit.language import tree as t
from ohaccredit.language.counting import WHEN_EMPTY
from ohaccredit.language.solve_propose import MOST_COUNTED, Start, settled_numbers
from ohaccredit.language.types import Keyed

Room = Mapping[tuple[str, str], int]
"""How many new items of each list, by its path as scopes name it, and of each kind ("" where items have none)."""
Scopes = tuple[Start, ...]


@dataclass(frozen=True, slots=True)
class RoomFor:
    """Works out the room that rules need."""

    definitions: t.Definitions
    on: date
    kinds: Mapping[str, Sequence[str]]
    """For lists whose items say what they are: the kinds that a new item may be of."""
    identity: Mapping[str, str]
    """For the same lists: the field that says it."""
    usual: Callable[[str], int]
    """The scope's number for a list: more are never looked at."""
    _seen: set[str] = field(default_factory=set)
    """The derived values that there is room for already."""

    def rules(self, rules: Iterable[t.Rule]) -> dict[tuple[str, str], int]:
        """The room in which all of these rules can be met."""
        conditions = (each for rule in rules for each in (rule.applies_when, rule.met_when))
        needed = _beside(self._condition(each, True, (("",),)) for each in conditions if each is not None)
        return {(path, kind): min(number, self.usual(path)) for (path, kind), number in needed.items()}

    def _condition(self, node: t.Condition, wanted: bool, scopes: Scopes) -> Room:
        """The room in which a condition can be so, or not so, as wanted."""
        match node:
            case t.All() | t.Either():
                parts = [self._condition(each, wanted, scopes) for each in node.of]
                return _beside(parts) if isinstance(node, t.All) is wanted else _of_one(parts)
            case t.AtLeast():
                return _beside(self._condition(each, wanted, scopes) for each in node.of)
            case t.Not():
                return self._condition(node.of, not wanted, scopes)
            case t.Remark():
                return self._condition(node.of, wanted, scopes)
            case t.DerivedCondition():
                condition = self.definitions.derived[node.name].condition
                if condition is None or node.name in self._seen:
                    return {}
                self._seen.add(node.name)
                return self._condition(condition, wanted, scopes[:1])
            case t.Quantified():
                return self._quantified(node, wanted, scopes)
            case _:
                return self._values(node, scopes)

    def _quantified(self, node: t.Quantified, wanted: bool, scopes: Scopes) -> Room:
        places = _places(node.over, scopes)
        inner = (*scopes, _items(node, places))
        parts = [self._values(node.bound, scopes)]
        parts += [self._either_way(node.where, inner), self._either_way(node.satisfying, inner)]
        needed = self._needed(node, wanted)
        for place in places:
            if isinstance(node.collection, Keyed):
                continue
            # A list that is gone through for each item of another serves each of them.
            elsewhere = node.over.scope == t.SUBMISSION and len(scopes) > 1
            number = self.usual(place) if needed is None else max(needed, self.usual(place) if elsewhere else 0)
            kinds = self.kinds.get(place, ("",))
            parts.append({(place, kind): number for kind in kinds if self._may_be(node, place, kind)})
        return _beside(parts)

    def _either_way(self, node: t.Condition | None, scopes: Scopes) -> Room:
        """The room in which a condition can be so or not so, whichever serves."""
        return {} if node is None else _of_one(self._condition(node, way, scopes) for way in (True, False))

    def _needed(self, node: t.Quantified, wanted: bool) -> int | None:
        """How many new items could serve a test; None if no number follows from it."""
        something = 0 if WHEN_EMPTY[node.if_list_empty] is wanted else 1
        match node.kind, wanted:
            case ("some", False) | ("every" | "none", True):
                return something
            case ("some", True) | ("every" | "none", False):
                return 1
        bounds = settled_numbers(node.bound, self.definitions, self.on)
        if not bounds or node.comparator == "is":
            return None
        if node.kind == "share":
            return something if wanted and node.comparator == "at_least" and min(bounds) >= 1 else None
        if wanted is (node.comparator in ("at_most", "less_than")):
            return something
        beyond = node.comparator in ("more_than", "at_most")
        number = max(floor(bound) + 1 if beyond else ceil(bound) for bound in bounds)
        return max(something, min(number, MOST_COUNTED))

    def _may_be(self, node: t.Quantified, place: str, kind: str) -> bool:
        """Could a new item of this kind be one that a test is about?"""
        asked = [node.where] if node.kind in ("every", "none", "share") else [node.where, node.satisfying]
        named = [each for part in asked for each in _named(part, self.identity.get(place, ""))]
        return all(kind in options for options in named)

    def _values(self, root: object, scopes: Scopes) -> Room:
        """The room for lists that values are made of: the latest of a list is served by one item."""
        parts: list[Room] = []
        for node in _parts(root):
            match node:
                case t.Aggregate():
                    places = _places(node.over, scopes)
                    several = node.reduction in ("sum", "mean")
                    for place in places if not isinstance(node.collection, Keyed) else ():
                        number = self.usual(place) if several else 1
                        parts.append({(place, kind): number for kind in self.kinds.get(place, ("",))})
                    inner = (*scopes, tuple(places))
                    parts.append(self._either_way(node.where, inner))
                    parts += [self._values(node.of, inner), self._values(node.if_empty, scopes)]
                case t.DerivedValue() | t.ParameterValue():
                    parts.append(self._derived(node, scopes[:1]))
                    parts.append(self._values(node.as_of, scopes) if isinstance(node, t.ParameterValue) else {})
                case _:
                    parts += [self._values(getattr(node, name), scopes) for name in type(node).__dataclass_fields__]  # type: ignore[attr-defined]
        return _beside(parts)

    def _derived(self, node: t.DerivedValue | t.ParameterValue, scopes: Scopes) -> Room:
        name = node.name if isinstance(node, t.DerivedValue) else self.definitions.parameters[node.name].by
        if not name or name in self._seen:
            return {}
        self._seen.add(name)
        derived = self.definitions.derived[name]
        whens = [band.when for band in derived.bands if band.when is not None]
        # Nobody takes on ten more people to be of another size: one item shows what there is.
        bands = _of_one(self._either_way(when, scopes) for when in whens)
        return _beside(
            [
                {place: min(number, 1) for place, number in bands.items()},
                self._values(derived.value, scopes),
                *(self._values(band.then, scopes) for band in derived.bands),
            ]
        )


def _parts(root: object) -> Iterator[object]:
    """A node of a rule, or those of a group of them."""
    if isinstance(root, tuple):
        for each in root:
            yield from _parts(each)
    elif type(root).__module__ == t.__name__:
        yield root


def _places(where: t.PathTo, scopes: Scopes) -> list[str]:
    """The paths, from the top, that a path may lead to."""
    starts = scopes[0] if where.scope == t.SUBMISSION else scopes[-1 - where.scope]
    return [".".join(filter(None, (start, *where.names))) for start in starts]


def _items(node: t.Quantified, places: Sequence[str]) -> Start:
    """Where paths start that lead on from the items of a list."""
    if isinstance(node.collection, Keyed):
        return tuple(f"{place}.{key}" for place in places for key in node.collection.keys)
    return tuple(places)


def _named(node: t.Condition | None, name: str) -> Iterator[tuple[object, ...]]:
    """The options of a field of the item that a condition lets in, each time that it names some."""
    match node:
        case t.All():
            for part in node.of:
                yield from _named(part, name)
        case t.Remark():
            yield from _named(node.of, name)
        case t.Compare(left=t.FieldValue(path=path), comparator="is", right=t.Constant(value=value)):
            if path.scope == 0 and path.names == (name,):
                yield (value,)
        case t.OneOf(value=t.FieldValue(path=path), options=tuple() as options):
            if path.scope == 0 and path.names == (name,):
                yield options


def _beside(parts: Iterable[Room]) -> dict[tuple[str, str], int]:
    """The room for several things at once."""
    total: dict[tuple[str, str], int] = {}
    for part in parts:
        for place, number in part.items():
            total[place] = total.get(place, 0) + number
    return total


def _of_one(parts: Iterable[Room]) -> dict[tuple[str, str], int]:
    """The room for whichever of several things it is."""
    most: dict[tuple[str, str], int] = {}
    for part in parts:
        for place, number in part.items():
            most[place] = max(number, most.get(place, 0))
    return most


__all__ = ["Room", "RoomFor"]
