"""The cheapest changes that close some criteria: found and shown to be so, or not decided.

What the solver shows holds within the scope: so many new items of each list, the texts and series that are tried. Its
work is bounded, not its time, so that a slow machine answers like a fast one; where the bound is reached before the
proof, nothing is proved and that is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Any, Literal

from ohaccredit.assessment.assess import Finding
from ohaccredit.assessment.prepare import Path
from ohaccredit.language import tree as t
from ohaccredit.language.encode import Encoded
from ohaccredit.language.months import shift_months
from ohaccredit.language.solve import NotEncodable, World
from ohaccredit.language.solve_apart import new_solver, z3
from ohaccredit.language.solve_evidence import DateField, NumberField, OptionField, is_so, number_in
from ohaccredit.language.solve_logic import Truth, all_of, any_of, either, no
from ohaccredit.language.solve_plausible import plausible
from ohaccredit.language.solve_propose import propose_scope
from ohaccredit.language.types import Choice, ListOf
from ohaccredit.language.walk import walk
from ohaccredit.policy.plan_cheapest import Key, cheapest
from ohaccredit.policy.plan_evidence import Change, Ground, bring_in_compared, standing
from ohaccredit.policy.plan_room import Room, RoomFor
from ohaccredit.policy.plausible import plausible_of
from ohaccredit.standards.edition import Edition

WORK = 60_000_000
"""The most work for one answer, in the solver's own units: some seconds."""
MOST_NEW_ITEMS = 4
ROUND = 10
"""A figure that people can picture."""


@dataclass(frozen=True, slots=True)
class Done:
    """One change with what would then stand there."""

    change: Change
    value: Any


@dataclass(frozen=True, slots=True)
class Way:
    """What became of a search for the cheapest way."""

    result: Literal["found", "none", "not decided"]
    """`none`: the solver showed that there is none within the scope."""
    done: tuple[Done, ...] = ()
    price: int = 0
    proved: bool = True
    """Was it shown that nothing cheaper exists within the scope?"""
    why: str = ""
    least: int = 0
    """Every way costs at least this."""
    claims: Mapping[Key, int] = field(default_factory=dict)
    """How much of the price of what is paid for this bound rests on: with no more than that it would be as high."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of evidence that it touches."""
        return tuple(dict.fromkeys(str(each.change.path[1]) for each in self.done))


class Search:
    """Looks for the cheapest way to close some criteria of one submission."""

    def __init__(
        self,
        edition: Edition,
        evidence: Mapping[str, Encoded],
        rules_of: date,
        ground: Ground,
        findings: Sequence[Finding],
        *,
        work: int = WORK,
        room: Room | None = None,
    ) -> None:
        self.ground = ground
        self._work = work
        rules = [edition.rules[finding.criterion.id] for finding in findings]
        scope = propose_scope(edition.definitions, rules, edition.record, rules_of)
        # A count that a rule names goes beyond the usual number of new items; nothing else needs to.
        items = {
            path: number if number > MOST_NEW_ITEMS + 2 else min(number, MOST_NEW_ITEMS)
            for path, number in scope.items.items()
        }
        ground.kinds_of = _kinds_of(edition, rules)
        if room is None:
            identity = {name: edition.evidence[name].identified_by[0] for name in ground.kinds_of}
            needs = RoomFor(edition.definitions, rules_of, ground.kinds_of, identity, lambda path: items.get(path, 1))
            room = needs.rules(rules)
            if any(finding.satisfied for finding in findings):  # new items of others must not break what is met
                room = {place: max(1, number) for place, number in room.items()}
        self.room = ground.room = room
        self.scope = replace(scope, items=items, copies={})
        stands = standing(edition.record, evidence, self.scope, ground)
        world = World(edition.definitions, edition.record, rules_of, self.scope, stands)
        self.met: dict[str, Truth] = {}
        self.not_encodable: dict[str, str] = {}
        for finding, rule in zip(findings, rules, strict=True):
            try:
                outcome = world.outcome(rule)
            except NotEncodable as error:
                self.not_encodable[finding.criterion.id] = str(error)
                continue
            kept = finding.satisfied  # what a change may not break; not applicable is no way to close what is open
            self.met[finding.criterion.id] = either(outcome.met, outcome.not_applicable) if kept else outcome.met
        kinds = plausible_of(edition)
        bring_in_compared(stands, kinds)
        limits = [*plausible(stands, kinds), *(so for rule in rules for so in _stays(world, rule))]
        limits = [each for each in limits if not isinstance(each, bool)]
        self._solver = new_solver()
        self._solver.set("rlimit", work)
        possible = world.possible()
        self._solver.add(possible)
        self._solver.add(*self._kept(limits))
        self.touched = ground.touched()
        """For each kind of evidence that could be changed, when it is."""
        self.prices = {key: price for key, _, price in ground.prices({})}
        """Everything that could be paid for."""

    def _kept(self, limits: list[Truth]) -> list[Truth]:
        """The limits that the submission keeps to as it stands: a plan does not have to mend what it does not use."""
        self._solver.push()
        self._solver.add(*(no(change.done) for change in self.ground.changes))
        if self._solver.check() == z3.sat:
            model = self._solver.model()
            limits = [limit for limit in limits if is_so(model, limit)]
        self._solver.pop()
        return limits

    def cheapest(
        self, *, avoiding: Sequence[Iterable[str]] = (), left: Mapping[Key, int] = MappingProxyType({})
    ) -> Way:
        """The cheapest way to close the criteria that does not touch all kinds of any of the sets in `avoiding`.

        Where others pay for something, `left` says how much of its price is left.
        """
        wanted = [*self.met.values(), *(no(all_of(self.touched[kind] for kind in kinds)) for kinds in avoiding)]
        if any(each is False for each in wanted):
            return Way("none")
        self._solver.push()
        self._solver.add(*(each for each in wanted if each is not True))
        found = cheapest(self._solver, self.ground.prices(left), self._work)
        done = () if found.model is None else self._ordinary(found.model)
        self._solver.pop()
        if found.none:
            return Way("none")
        if found.model is None:
            return Way("not decided", why="the bound on the solver's work was reached")
        return Way("found", done, found.price, found.proved, least=found.least, claims=found.claims)

    def _ordinary(self, model: Any) -> tuple[Done, ...]:
        """The same changes with the most ordinary dates: the day of the plan, or years from it for what is renewed."""
        done = [each for each in self.ground.changes if is_so(model, each.done)]
        self._solver.add(*(each.done if each in done else no(each.done) for each in self.ground.changes))
        alike: dict[tuple[str, ...], list[Any]] = {}
        for each in done:
            if isinstance(each.part, DateField):
                names = tuple(step for step in each.path if isinstance(step, str))
                alike.setdefault(names, []).append(each.part.value)
        for days in alike.values():
            if len(days) == 1 or not self._set_alike(days):
                for day in days:
                    self._set_alike([day])
        if self._solver.check() == z3.sat:
            model = self._solver.model()
        model = self._with_small_figures(done, self._with_first_options(done, model))
        return tuple(_placed([Done(each, each.read(model)) for each in done], self.ground.lengths))

    def _with_first_options(self, done: Sequence[Change], model: Any) -> Any:
        """The same with the first option that serves a new item, as the standard lists them.

        So a practitioner to be engaged is registered, and not registered with conditions.
        """
        for each in done:
            part = each.part
            if not isinstance(part, OptionField) or not isinstance(part.kind, Choice) or not self._is_new(each.path):
                continue
            before = part.kind.options[: part.kind.options.index(each.read(model))]
            fitting = next((option for option in before if self._can_be(part.fix_value(option))), None)
            if fitting is not None:
                self._solver.add(part.fix_value(fitting))
                self._solver.check()
                model = self._solver.model()
        return model

    def _is_new(self, path: Path) -> bool:
        """Does it lie in an item that is not there yet?"""
        return any(path[:length] in self.ground.new for length in range(1, len(path)))

    def _with_small_figures(self, done: Sequence[Change], model: Any) -> Any:
        """The same with figures that people can picture, where the solver took any that serves."""
        for part in [each.part for each in done if isinstance(each.part, NumberField) and each.part.number.whole]:
            if number_in(model, part.held) <= ROUND:
                continue
            fitting = next((figure for figure in (ROUND, ROUND**2) if self._can_be(part.held == figure)), None)
            if fitting is not None:
                self._solver.add(part.held == fitting)
                self._solver.check()
                model = self._solver.model()
        return model

    def _set_alike(self, days: Sequence[Any]) -> bool:
        """Sets dates to the day of the plan, or to a year from it where they have to lie ahead, if they all can be."""
        today, year = self.ground.on.toordinal(), shift_months(self.ground.on, 12).toordinal()

        def all_on(ordinal: int) -> Truth:
            return all_of(day.ordinal == ordinal for day in days)

        def one_on(ordinal: int) -> Truth:
            return any_of(day.ordinal == ordinal for day in days)

        if self._can_be(all_on(today)) and self._can_be(all_on(today - 1)):
            self._solver.add(all_on(today))
            return True
        # Those that have to lie ahead, as the last day of a certificate; one that ends today would not last.
        ahead = not self._can_be(one_on(today)) or not self._can_be(one_on(today - 1))
        if ahead and self._can_be(all_on(year)):
            self._solver.add(all_on(year))
            return True
        if len(days) == 1 and self._can_be(all_on(today)):
            self._solver.add(all_on(today))
            return True
        return False

    def _can_be(self, so: Truth) -> bool:
        self._solver.push()
        self._solver.add(so)
        answer = self._solver.check()
        self._solver.pop()
        return bool(answer == z3.sat)


def said(searches: Iterable[Search]) -> tuple[str, ...]:
    """How far these searches looked, in sentences."""
    searches = list(searches)
    if not searches:
        return ()
    first = min(search.scope.first_day for search in searches)
    last = max(search.scope.last_day for search in searches)
    room: dict[tuple[str, str], int] = {}
    series: dict[str, int] = {}
    for search in searches:
        for place, number in search.room.items():
            room[place] = max(number, room.get(place, 0))
        for path, tried in search.scope.series.items():
            series[path] = max(len(tried.prototypes), series.get(path, 0))
    return (
        f"Dates lie from {first} to {last}.",
        f"Numbers with decimals are multiples of {min(s.scope.finest for s in searches) / 1_000_000:g}.",
        *(
            f"{path}{f' ({kind})' if kind else ''}: at most {number} new item{'' if number == 1 else 's'}."
            for (path, kind), number in sorted(room.items())
        ),
        *(f"{path}: at most {number} ways in which it can go on." for path, number in sorted(series.items())),
        f"A text is one of at most {max(len(search.scope.texts) for search in searches)}.",
    )


def _stays(world: World, rule: t.Rule) -> Iterator[Truth]:
    """What a change may not undo: that a criterion applies, and that an item is among those that a test is about.

    An employer who needs health surveillance does not close the gap by saying that none is needed.
    """
    if rule.applies_when is not None:
        yield world.verdict(rule.applies_when).so
    waiting: list[t.Condition] = [rule.met_when]
    while waiting:
        node = waiting.pop()
        match node:
            case t.All() | t.Either() | t.AtLeast():
                waiting.extend(node.of)
            case t.Not() | t.Remark():
                waiting.append(node.of)
            case t.DerivedCondition():
                condition = world.definitions.derived[node.name].condition
                waiting.extend([] if condition is None else [condition])
            case t.Quantified(kind="every" | "none" | "share", where=where) if where is not None:
                several, _ = world.several(node.over, (world.evidence,))
                for _, item in several.places:
                    yield world.condition(where, (world.evidence, item)).so


def _placed(done: list[Done], lengths: Mapping[Path, int]) -> Iterator[Done]:
    """New items stand behind those that are there, one after the other."""
    added = sorted(each.change.path for each in done if each.change.kind == "add")
    places: dict[Path, int] = {}
    for path in added:
        before = sum(1 for other in places if other[:-1] == path[:-1])
        places[path] = lengths[path[:-1]] + before
    for each in done:
        path = each.change.path
        moved = [places.get(path[: index + 1], step) for index, step in enumerate(path)]
        yield replace(each, change=replace(each.change, path=tuple(moved)))


def _kinds_of(edition: Edition, rules: Sequence[t.Rule]) -> dict[str, tuple[str, ...]]:
    """For lists whose items say what they are, the kinds that these rules name."""
    named: set[str] = set()
    for node in walk(*(rule.met_when for rule in rules), definitions=edition.definitions):
        match node:
            case t.Constant(value=str() as option):
                named.add(option)
            case t.OneOf(options=tuple() as options) | t.Includes(options=tuple() as options):
                named.update(options)
            case t.ParameterValue(name):
                for dated in edition.definitions.parameters[name].values:
                    for value in (dated.value, *dated.by_factor.values()):
                        named.update([value] if isinstance(value, str) else value if isinstance(value, tuple) else ())
    found: dict[str, tuple[str, ...]] = {}
    for name, kind in edition.evidence.items():
        if kind.collects == "many" and kind.identified_by and isinstance(kind.type, ListOf):
            what = kind.type.item.fields[kind.identified_by[0]].type
            if isinstance(what, Choice) and (options := tuple(each for each in what.options if each in named)):
                found[name] = options
    return found
