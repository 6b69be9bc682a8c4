"""A submission as it stands, and what could be added to it.

The solver is given evidence of which everything that a plan may not touch is settled: facts, what an item is, and the
past. What is left open is each a `Change` with its price. So a formula that a rule makes of it speaks only of what can
be done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise
from typing import Any, Literal

from ohaccredit.assessment.prepare import ROOT, Path
from ohaccredit.language.encode import Encoded, decode
from ohaccredit.language.solve_apart import open_truth
from ohaccredit.language.solve_evidence import (
    ByKey,
    DateField,
    Fields,
    NumberField,
    OptionField,
    Part,
    Places,
    Points,
    Settled,
    Several,
    Single,
    YesNoField,
    raw_of,
)
from ohaccredit.language.solve_logic import Truth, all_of, any_of, both, either, no
from ohaccredit.language.solve_plausible import Plausible
from ohaccredit.language.solve_scope import OutOfScope, Scope, SeriesScope, given_points
from ohaccredit.language.solve_terms import constant, one_of_cases, unknown
from ohaccredit.language.types import (
    Choice,
    Choices,
    Date,
    Field,
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
from ohaccredit.policy.plan_cheapest import Key
from ohaccredit.policy.plan_costs import Weights
from ohaccredit.policy.plan_series import Way, ways
from ohaccredit.standards.evidence import EvidenceType

Kind = Literal["give", "renew", "change", "hand in", "add", "extend", "reach"]
"""give: a field that is missing; renew: a later date; change: another answer or figure; hand in: a list or evidence by
key that is missing; add: an item of a list; extend: points of a series; reach: what linked evidence has to come to."""

ASSESSORS = ("id", "status", "rejected_because")
"""Fields of every item that no rule is met by changing."""


def effort_key(kind: str) -> Key:
    """The key of the effort of a kind of evidence."""
    return ("effort", kind)


@dataclass(frozen=True, slots=True)
class Change:
    """Something that could be done to the evidence."""

    kind: Kind
    path: Path
    """Where in the submission."""
    field: Field | None
    """The field, where it is one."""
    done: Truth
    """Is it done? For the solver."""
    price: int
    achieved: bool
    """Must it really be so first, or is it enough to show it?"""
    read: Callable[[Any], Any]
    """What would then stand there, by a model of the solver."""
    fact: bool = False
    part: Single | None = None
    which: int = 0
    """Of a series: which of the ways in which it can go on."""
    key: Key = ()
    """What is paid for by it. New items of one kind are alike, so they have one key."""


@dataclass(slots=True)
class Ground:
    """What a submission's standing evidence rests on, and the changes to it that formulas have asked for so far."""

    types: Mapping[str, EvidenceType]
    on: date
    weights: Weights
    floors: Mapping[str, int]
    facts_open: bool = False
    """May facts that are missing be stated? Only to find out which facts a plan waits for."""
    linked: Mapping[Path, int | None] = field(default_factory=dict)
    """Embedded evidence of linked standards: what it costs to bring it to "met"; None: that is not known."""
    kinds_of: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """For lists whose items say what they are: what rules ask for. A new item is of one of these kinds from the start,
    so that the solver does not try which place is of which kind."""
    room: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """How many new items of a list and kind there is room for."""
    changes: list[Change] = field(default_factory=list)
    lengths: dict[Path, int] = field(default_factory=dict)
    """How many items each list has as it stands."""
    new: dict[Path, str] = field(default_factory=dict)
    """The places for new items, and what kind of item each is for ("" if items have none)."""
    limits: list[Truth] = field(default_factory=list)
    settled: list[Callable[[], Truth]] = field(default_factory=list)
    """Limits that can only be said once all formulas are made."""

    def add(self, change: Change) -> None:
        """A change that a formula asks for."""
        steps = (
            f"new {self.new[change.path[: at + 1]]}" if change.path[: at + 1] in self.new else step
            for at, step in enumerate(change.path)
        )
        self.changes.append(replace(change, key=(change.kind, *steps, change.which)))

    def prices(self, left: Mapping[Key, int]) -> Iterator[tuple[Key, Truth, int]]:
        """What is paid for: each change, and each kind of evidence once, if anything of it is changed.

        Where `left` names a key, no more than that is to be paid: others pay for the rest.
        """
        for change in self.changes:
            yield change.key, change.done, min(change.price, left.get(change.key, change.price))
        for kind, done in self.touched().items():
            key, price = effort_key(kind), self.weights.effort(self.types[kind].effort)
            yield key, done, min(price, left.get(key, price))

    def touched(self) -> dict[str, Truth]:
        """For each kind of evidence, whether anything of it is changed."""
        found: dict[str, list[Truth]] = {}
        for change in self.changes:
            found.setdefault(str(change.path[1]), []).append(change.done)
        return {name: any_of(done) for name, done in found.items()}


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a record stands: its path in the submission, its names in the evidence type, and whose item it is."""

    at: Path
    names: tuple[str, ...]
    own: tuple[str, ...]
    """The names below the item."""
    type: EvidenceType | None
    stated: bool
    """Is it part of an item that was handed in, so that what the item is stands fast?"""
    within: Truth = True
    """What has to be so for it to be there at all."""


class Standing(Fields):
    """A record as it stands."""

    def __init__(
        self,
        path: str,
        kind: Record,
        scope: Scope,
        now: Mapping[str, Any] | None,
        ground: Ground,
        spot: Spot,
        settled: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(path, ".".join(spot.names), kind, scope, settled)
        self._now = now or {}
        self._ground = ground
        self._spot = spot
        self._kinds = kind

    def states(self, name: str) -> bool:
        """Does the submission say this?"""
        return name in self._now

    def field(self, name: str) -> Part:
        if name not in self.made:
            self.made[name] = self._standing(self._kinds.fields[name])
        return self.made[name]

    def limits(self) -> Iterator[Truth]:
        yield from super().limits()
        if not self.path:
            yield from self._ground.limits
            yield from (limit() for limit in self._ground.settled)

    def _standing(self, each: Field) -> Part:
        path = f"{self.path}.{each.name}" if self.path else each.name
        now = self._now.get(each.name)
        ground, above = self._ground, self._spot
        type_ = ground.types[each.name] if above.type is None else above.type
        stated = above.stated or (above.type is None and type_.collects == "one" and now is not None)
        own = (*above.own, each.name) if above.type is not None else ()
        spot = Spot((*above.at, each.name), (*above.names, each.name), own, type_, stated, above.within)
        if type_.computed:
            return _as_is(path, each.type, now)
        if spot.own in type_.linked and spot.at in ground.linked:
            return self._linked(path, each, now, spot)
        match each.type:
            case Record() as record:
                return Standing(path, record, self._scope, now, ground, spot)
            case Keyed() as keyed:
                return StandingKeys(path, keyed, self._scope, now, ground, spot)
            case Series() as series if spot_path(spot) in self._scope.series:
                return StandingPoints(path, each, series, self._scope, now, ground, spot)
            case ListOf() | Series():
                return StandingList(path, each, self._scope, now, ground, spot)
            case _:
                return self._single(path, each, now, spot)

    def _linked(self, path: str, each: Field, now: Any, spot: Spot) -> Part:
        """Embedded evidence of a linked standard: it is as assessed, and a plan of its own can bring it to met."""
        assert isinstance(each.type, Record)
        price = self._ground.linked[spot.at]
        now = now or {}
        record = Standing(path, each.type, self._scope, now, self._ground, spot)
        for inner in each.type:
            kind: Any = inner.type
            record.made[inner.name] = _as_is(f"{path}.{inner.name}", kind, now.get(inner.name))
        if price is not None and now.get("result") != "met":
            reached = open_truth(f"{path} is reached")
            kind = each.type.fields["result"].type
            before = unknown(kind) if now.get("result") is None else constant(now["result"])
            value = one_of_cases([(reached, constant("met")), (no(reached), before)], kind)
            record.made["result"] = Settled(f"{path}.result", "", kind, value)
            self._ground.add(Change("reach", spot.at, each, reached, price, False, lambda model: None))
        return record

    def _single(self, path: str, each: Field, now: Any, spot: Spot) -> Part:
        kind: Any = each.type
        ground, type_ = self._ground, spot.type
        assert type_ is not None
        nature = type_.nature_of(spot.own, kind)
        of_item = len(spot.own) == 1
        identity = of_item and each.name in type_.identified_by
        fixed = (of_item and each.name in ASSESSORS) or (
            spot.stated and (nature == "fact" or (identity and now is not None))
        )
        fact = spot.stated and nature == "fact" and now is None
        if fixed and not (fact and ground.facts_open):
            return _as_is(path, kind, now)
        part = _open(path, each, self._scope, now)
        done, price = part.given, ground.weights.field
        doing: Kind = "give"
        achieved = nature == "achieved"
        if now is not None:
            try:
                part.fix_value(now)
            except OutOfScope:
                return _as_is(path, kind, now)
            done = open_truth(f"{path} is changed")
            ground.limits.append(part.given)
            # Only the options that rules ask about are told apart, so this waits until they have asked.
            ground.settled.append(lambda: either(done, part.fix_value(now)))
            doing, price, achieved = self._changed(part, now, achieved)
        ground.limits += _bounds(part, each, done, ground)
        ground.limits.append(either(no(done), spot.within))
        ground.add(Change(doing, spot.at, each, done, price, achieved, part.read_value, fact and now is None, part))
        return part

    def _changed(self, part: Single, now: Any, achieved: bool) -> tuple[Kind, int, bool]:
        """What it is to state something else, and the price."""
        weights = self._ground.weights
        match part:
            case DateField():
                self._ground.limits.append(part.value.ordinal >= now)  # type: ignore[union-attr]
                return "renew", weights.item, False
            case OptionField(kind=Choices()):
                self._ground.settled.append(lambda: all_of(_kept(part, now)))
                return "change", weights.item, achieved
            case OptionField(kind=Text()):
                return "change", weights.item, achieved
            case _:
                return "change", weights.achievement, True


class StandingKeys(ByKey):
    """Evidence by key as it stands."""

    def __init__(self, path: str, kind: Keyed, scope: Scope, now: Any, ground: Ground, spot: Spot) -> None:
        Part.__init__(self, path, ".".join(spot.names))
        self.handed_in = True if now is not None else open_truth(f"{path} is handed in")
        within = both(spot.within, self.handed_in)
        self.records = {}
        for key in kind.keys:
            own = (now or {}).get(key) or {}
            # What a key stands for is there whether or not it was handed in, so its facts stand fast.
            inner = Spot((*spot.at, key), (*spot.names, key), spot.own, spot.type, True, within)
            settled = {"key": constant(key)}
            self.records[key] = Standing(f"{path}.{key}", kind.records[key], scope, own, ground, inner, settled)
        self.places = [(True, record) for record in self.records.values()]
        if now is None:
            ground.add(Change("hand in", spot.at, None, self.handed_in, ground.weights.field, False, lambda model: {}))


class StandingList(Places):
    """A list as it stands, with places for new items."""

    def __init__(self, path: str, each: Field, scope: Scope, now: Any, ground: Ground, spot: Spot) -> None:
        Part.__init__(self, path, ".".join(spot.names))
        assert isinstance(each.type, (ListOf, Series))
        items = now or []
        self.handed_in = True if now is not None else open_truth(f"{path} is handed in")
        self.places = []
        self._kinds: list[str | None] = []
        ground.lengths[spot.at] = len(items)
        for index, what in enumerate([*(None for _ in items), *_new(ground, spot)]):
            place = f"{path}.{index}"
            old = index < len(items)
            there: Truth = True if old else open_truth(f"{place} is there")
            within = both(spot.within, self.handed_in, there)
            inner = Spot((*spot.at, index), spot.names, spot.own, spot.type, old, within)
            identity = "" if not what or spot.type is None else spot.type.identified_by[0]
            settled = {identity: constant(what)} if identity and what else None
            item = Standing(place, each.type.item, scope, items[index] if old else None, ground, inner, settled)
            self.places.append((there, item))
            self._kinds.append(what)
            if not old:
                ground.new[inner.at] = what or ""
                price = ground.weights.item + (ground.weights.field if settled else 0)
                ground.limits.append(either(no(there), both(spot.within, self.handed_in)))
                ground.add(Change("add", inner.at, each, there, price, False, _item(identity, what)))
        self._again = [False] * len(self.places)
        self._copies = 1
        if now is None:
            ground.limits.append(either(no(self.handed_in), spot.within))
            ground.add(Change("hand in", spot.at, each, self.handed_in, ground.weights.field, False, lambda model: []))

    def limits(self) -> Iterator[Truth]:
        """New items of a kind fill their places from the first on."""
        filled = list(zip(self._kinds, self.places, strict=True))
        for (kind, (before, _)), (other, (after, _)) in pairwise(filled):
            if kind == other:
                yield either(before, no(after))
        for _, item in self.places:
            yield from item.limits()


def _new(ground: Ground, spot: Spot) -> Iterator[str | None]:
    """The places for new items, each with its kind where items have one."""
    path = spot_path(spot)
    kinds: Sequence[str | None] = ground.kinds_of.get(path) or (None,)
    for kind in kinds:
        yield from [kind] * ground.room.get((path, kind or ""), 0)


def _item(identity: str, what: str | None) -> Callable[[Any], Any]:
    return lambda model: {identity: what} if identity else {}


class StandingPoints(Points):
    """A series as it stands, with the ways in which it could go on."""

    def __init__(
        self, path: str, each: Field, kind: Series, scope: Scope, now: Any, ground: Ground, spot: Spot
    ) -> None:
        tried = scope.series[spot_path(spot)]
        known = len(now or [])
        found = [
            replace(way, series=(*way.series[:known], *given_points(list(way.series[known:]), tried.given)))
            for way in ways(kind, tried, now, ground.on)
        ]
        super().__init__(path, spot_path(spot), kind, scope, _scope_of(tried.given, found))
        own = now or []
        for index, (there, item) in enumerate(self.places):
            old = index < len(own)
            inner = Spot(
                (*spot.at, index), spot.names, spot.own, spot.type, old, both(spot.within, self.handed_in, there)
            )
            values = {name: part.value for name, part in item.made.items() if isinstance(part, Single)}
            place = Standing(f"{path}.{index}", kind.item, scope, own[index] if old else None, ground, inner, values)
            self.places[index] = (there, place)
        if now is not None:
            ground.limits.append(self.handed_in)
        for index, way in enumerate(found):
            chosen = both(self.handed_in, self._is[index])
            if way.points or now is None:
                weights = ground.weights
                price = weights.item * way.points + weights.field + (weights.achievement if way.achieved else 0)
                ground.add(
                    Change("extend", spot.at, each, chosen, price, way.achieved, _points_of(way, kind), which=index)
                )
        ground.limits.append(either(no(self.handed_in), spot.within))


def _points_of(way: Way, kind: Series) -> Callable[[Any], Any]:
    raw = [{name: raw_of(value, kind.item.fields[name].type) for name, value in point.items()} for point in way.series]
    return lambda model: raw


def _scope_of(given: tuple[str, ...], found: Sequence[Way]) -> SeriesScope:
    return SeriesScope(given, tuple(given_points(list(way.series), given) for way in found))


def spot_path(spot: Spot) -> str:
    """The path as scopes name it: without the places in lists."""
    return ".".join(spot.names)


def _as_is(path: str, kind: Type, now: Any) -> Part:
    """What stands fast."""
    if not isinstance(kind, (YesNo, Text, Date, Number, Choice, Choices)):
        raise TypeError(path)
    value = unknown(kind) if now is None else constant(decode(now, kind))
    return Settled(path, "", kind, value)


def _open(path: str, each: Field, scope: Scope, now: Any) -> Single:
    """A field that can be filled in."""
    kind: Scalar = each.type  # type: ignore[assignment]
    match kind:
        case Date():
            # An old date can be renewed; others need not lie so far back, which keeps the tables of months short.
            first = scope.first_day if now is None else min(scope.first_day, date.fromordinal(now))
            return DateField(path, "", kind, replace(scope, first_day=first))
        case Number():
            return NumberField(path, "", kind, scope)
        case YesNo():
            return YesNoField(path, "", kind)
        case Text():
            texts = scope.texts if now is None or now in scope.texts else (now, *scope.texts)
            return OptionField(path, "", kind, texts)
        case _:
            return OptionField(path, "", kind, kind.options)


def _kept(part: OptionField, now: Sequence[str]) -> Iterator[Truth]:
    """Options that were named stay named."""
    value: Any = part.value
    return (value.holds(option) for option in now)


def _bounds(part: Single, each: Field, done: Truth, ground: Ground) -> Iterator[Truth]:
    """A new figure is possible and large enough to be handed in."""
    if isinstance(part, NumberField):
        floor = ground.floors.get(each.small_cell, 0) if each.small_cell == "characteristics" else 0
        if floor:
            yield either(no(done), part.held == 0, part.held >= floor)


def standing(record: Record, evidence: Mapping[str, Encoded], scope: Scope, ground: Ground) -> Standing:
    """All evidence of a submission as it stands."""
    return Standing("", record, scope, evidence, ground, Spot((ROOT,), (), (), None, False))


def bring_in_compared(stands: Standing, kinds: Mapping[str, Plausible]) -> None:
    """What the evidence states that checks compare with what formulas ask for: the part and the whole, two dates.

    A rule may ask of one of them alone, but a plan must not change it to what cannot be beside the other.
    """
    for name, part in list(stands.made.items()):
        kind = kinds.get(name, Plausible())
        for item in _records(part):
            for first, second in (*kind.in_order, *kind.part_of_whole):
                _bring_in(item, first.split("."), second.split("."))


def _bring_in(item: Standing, first: Sequence[str], second: Sequence[str]) -> None:
    if len(first) > 1 and len(second) > 1 and first[0] == second[0]:
        for inner in _records(item.made.get(first[0])):
            _bring_in(inner, first[1:], second[1:])
        return
    for one, other in ((first, second), (second, first)):
        if _is_made(item, one):
            _make_stated(item, other)


def _records(part: Part | None) -> list[Standing]:
    """The record, or those of a list or of evidence by key."""
    items = [item for _, item in part.places] if isinstance(part, Several) else [part]
    return [item for item in items if isinstance(item, Standing)]


def _is_made(item: Standing, names: Sequence[str]) -> bool:
    part = item.made.get(names[0])
    return part is not None and (len(names) == 1 or any(_is_made(inner, names[1:]) for inner in _records(part)))


def _make_stated(item: Standing, names: Sequence[str]) -> None:
    if item.states(names[0]):
        part = item.field(names[0])
        for inner in _records(part) if len(names) > 1 else ():
            _make_stated(inner, names[1:])
