"""The gap plan: the cheapest evidence that takes a submission to a tier, and other ways to get there.

Each criterion is planned by itself, and these ways are put together so that they are the cheapest together
(`plan_groups`). What is found is carried out on the submission and assessed like any other: if that breaks a criterion
that was met, the criterion is planned too, until the tier is reached.

An explanation, or a claim that something does not apply, is never proposed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, Literal

from ohaccredit.assessment.assess import Assessment, Finding, assess
from ohaccredit.assessment.flags import Flag
from ohaccredit.assessment.prepare import ROOT, Path, prepare
from ohaccredit.assessment.submission import Submission
from ohaccredit.language.encode import Encoded
from ohaccredit.language.solve_apart import apart
from ohaccredit.language.solve_evidence import raw_of
from ohaccredit.language.trace import Tracer
from ohaccredit.language.types import Keyed, Record
from ohaccredit.language.walk import evidence_named
from ohaccredit.policy.plan_apply import carry_out, with_evidence
from ohaccredit.policy.plan_costs import Weights, weights_of
from ohaccredit.policy.plan_evidence import Ground, effort_key
from ohaccredit.policy.plan_groups import Group, cheapest_together, clashing, groups_of, joined, paid
from ohaccredit.policy.plan_merge import merged
from ohaccredit.policy.plan_room import Room
from ohaccredit.policy.plan_search import WORK, Done, Search, Way, said
from ohaccredit.policy.renewals import STANDING, Renewal, renewals
from ohaccredit.standards.edition import Criterion, Tier

MOST_OTHERS = 3
MOST_ROUNDS = 6

Progress = Callable[[int, int, str], None]
"""Told how many searches are made, of how many, and what is looked at."""


@dataclass(frozen=True, slots=True)
class Closing:
    """The smallest evidence that closes one open criterion by itself."""

    finding: Finding
    way: Way
    facts: tuple[Path, ...] = ()
    """Facts that have to be stated first, because what is needed depends on them."""

    @property
    def criterion(self) -> Criterion:
        return self.finding.criterion


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done to one piece of evidence, and the criteria that need it."""

    at: Path
    done: tuple[Done, ...]
    closes: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """One way to the tier."""

    done: tuple[Done, ...]
    groups: tuple[Step, ...]
    price: int
    proved: bool
    """Was it shown that nothing cheaper exists within the scope? (Of another way: nothing cheaper that differs.)"""
    kinds: tuple[str, ...]
    instead_of: tuple[str, ...] = ()
    """Of another way: the kinds of evidence that the first way uses and this one does not."""


@dataclass(frozen=True)
class Plan:
    """How a submission gets to a tier."""

    assessment: Assessment
    target: Tier | None
    """None if the highest tier is reached already."""
    result: Literal["found", "reached", "none", "not decided"]
    """`reached`: nothing is open. `none`: no evidence within the scope gets there. See `closings` for what is open."""
    routes: tuple[Route, ...]
    """The cheapest first; without one, what was found covers only a part."""
    partial: Route | None
    """The cheapest for those criteria that can be closed, where the others keep the tier out of reach."""
    closings: tuple[Closing, ...]
    renewals: tuple[Renewal, ...]
    waiting: tuple[Path, ...]
    """Items that an assessor has to accept, where only accepted evidence counts."""
    weights: Weights
    scope: tuple[str, ...]
    linked: Mapping[Path, Plan] = field(default_factory=dict)

    def half_days(self, price: int) -> Fraction:
        """A price in half days."""
        return self.weights.half_days(price)


class UnknownTier(ValueError):
    """There is no such tier."""


def plan(
    assessment: Assessment,
    to: str | None = None,
    *,
    others: int = MOST_OTHERS,
    work: int = WORK,
    progress: Progress = lambda done, of, what: None,
) -> Plan:
    """The plan for a submission, to the tier named or to the next one. Raises UnknownTier."""
    with apart():
        return _Planner(assessment, to, others, work, progress).plan()


def apply(route: Route, plan: Plan) -> Submission:
    """The submission as it would be once the steps of a route are taken."""
    submission = plan.assessment.submission

    uncounted = [path for path in plan.assessment.prepared.uncounted if path not in plan.waiting]
    evidence: dict[str, Any] = carry_out(
        submission.evidence, route.done, uncounted, _embedded(plan.linked), plan.assessment.edition.evidence
    )
    if plan.assessment.assurance == "verified":
        evidence = {
            name: _accepted(each, plan) if name in plan.assessment.edition.evidence else each
            for name, each in evidence.items()
        }
    return with_evidence(submission, evidence)


def _embedded(linked: Mapping[Path, Plan]) -> Callable[[Path, Mapping[str, Any]], Mapping[str, Any]]:
    """What becomes of embedded evidence once its own plan is carried out."""

    def embedded(path: Path, content: Mapping[str, Any]) -> Mapping[str, Any]:
        inner = linked[path]
        return {**content, ROOT: apply(inner.routes[0], inner).evidence}

    return embedded


def _accepted(content: Any, plan: Plan) -> Any:
    """The items as an assessor would have accepted them, those that were rejected apart."""
    if isinstance(content, list):
        return [_accepted(each, plan) for each in content]
    if not isinstance(content, Mapping) or content.get("status") == "rejected":
        return content
    if content and all(isinstance(each, Mapping) for each in content.values()):
        return {key: _accepted(each, plan) for key, each in content.items()}
    return {**content, "status": "accepted"}


class _Planner:
    """Plans one submission."""

    def __init__(self, assessment: Assessment, to: str | None, others: int, work: int, progress: Progress) -> None:
        self.given = assessment
        self.waiting: tuple[Path, ...] = ()
        if assessment.assurance == "verified":
            # What was handed in is taken to be accepted once an assessor looks at it: waiting is no gap of evidence.
            declared = assess(assessment.edition, assessment.submission, assessment.on, modules=assessment.modules)
            rejected = declared.prepared.uncounted
            self.waiting = tuple(path for path in assessment.prepared.uncounted if path not in rejected)
            assessment = declared
        self.assessment = assessment
        self.target = _target(assessment, to)
        self.others = others
        self.work = work
        self.progress = progress
        self.edition = assessment.edition
        self.weights = weights_of(self.edition, assessment.rules_of)
        self.linked: dict[Path, Plan] = {}
        self.closings: dict[str, Closing] = {}
        self.alone: dict[str, tuple[Search, Way]] = {}
        """For each criterion that is planned, the search for it by itself and what it found."""
        self.joined: dict[tuple[str, ...], Search] = {}
        self.searches = 0

    def plan(self) -> Plan:
        if self.target is None:
            return self._said("reached", (), None, self.assessment, ())
        tiers = _up_to(self.edition.tiers, self.target)
        open_ = [f for f in self.assessment.findings if f.criterion.tier in tiers and not f.satisfied]
        if not open_:
            result: Literal["reached", "none"] = "reached" if self._reaches(self.assessment) else "none"
            return self._said(result, (), None, self.assessment, ())
        self._plan_linked(open_)
        for finding in open_:
            self._close(finding, len(open_))
        closable = [f for f in open_ if self.closings[f.criterion.id].way.result == "found"]
        stuck = [self.closings[f.criterion.id].way.result for f in open_ if f not in closable]
        # Where the tier stays out of reach, a good way for the rest will do: a proof is not worth the wait.
        best, planned = self._cheapest(closable, tiers, exact=not stuck)
        if best is None or stuck:
            result_: Literal["none", "not decided"] = "none" if "none" in stuck else "not decided"
            after = self.assessment if best is None else self._after(best)
            return self._said(result_, (), best, after, open_)
        after = self._after(best)
        if not self._reaches(after):
            return self._said("none", (), best, after, open_)
        routes = (best, *self._others(best, planned))
        return self._said("found", routes, None, after, open_)

    # ── One criterion ──

    def _close(self, finding: Finding, number: int) -> None:
        """The smallest evidence that closes a criterion by itself."""
        self.searches += 1
        self.progress(self.searches, number, finding.criterion.id)
        search = self._search([finding])
        id_ = finding.criterion.id
        way = Way("not decided", why=search.not_encodable[id_]) if id_ in search.not_encodable else search.cheapest()
        self.alone[id_] = search, way
        facts: tuple[Path, ...] = ()
        if way.result == "none":
            freed = self._search([finding], facts_open=True)
            other = freed.cheapest() if id_ in freed.met else Way("none")
            facts = tuple(each.change.path for each in other.done if each.change.fact)
        self.closings[id_] = Closing(finding, way, facts)

    def _room(self, ids: Iterable[str]) -> Room:
        """How many new items of each list some criteria may need together: as many as their ways as one have."""
        found = [self.alone[id_] for id_ in ids]
        room: dict[tuple[str, str], int] = {}
        for search, _ in found:
            for place, number in search.room.items():
                room[place] = max(number, room.get(place, 0))
        added: dict[tuple[str, str], int] = {}
        for each in merged(way.done for _, way in found):
            if each.change.kind == "add":
                path = ".".join(str(step) for step in each.change.path[1:] if not isinstance(step, int))
                what = next(iter(each.value.values()), "") if len(each.change.path) == 3 else ""
                added[path, what] = added.get((path, what), 0) + 1
        return {place: max(number, added.get(place, 0)) for place, number in room.items()}

    def _search(
        self,
        findings: Sequence[Finding],
        *,
        facts_open: bool = False,
        room: Room | None = None,
        evidence: Mapping[str, Encoded] | None = None,
    ) -> Search:
        floors = {
            name.removeprefix("floor-"): int(dated.value)
            for name, parameter in self.edition.definitions.parameters.items()
            if name.startswith("floor-")
            and (dated := parameter.on(self.assessment.on)) is not None
            and isinstance(dated.value, Fraction)
        }
        prices = {
            path: inner.routes[0].price * self.weights.parts // inner.weights.parts if inner.routes else None
            for path, inner in self.linked.items()
        }
        ground = Ground(self.edition.evidence, self.assessment.on, self.weights, floors, facts_open, prices)
        stands = self.assessment.prepared.evidence if evidence is None else evidence
        return Search(self.edition, stands, self.assessment.rules_of, ground, findings, work=self.work, room=room)

    def _plan_linked(self, open_: Iterable[Finding]) -> None:
        """Plans for embedded evidence of linked standards that open criteria ask for."""
        asked: set[str] = set()
        for finding in open_:
            asked |= evidence_named(self.edition.rules[finding.criterion.id], self.edition.definitions)
        for path, inner in self.assessment.linked.items():
            if str(path[1]) in asked and inner.tier is None:
                self.linked[path[:-1]] = plan(inner, others=0, work=self.work, progress=self.progress)

    # ── All together ──

    def _cheapest(self, open_: Sequence[Finding], tiers: set[str], *, exact: bool) -> tuple[Route | None, list[Group]]:
        """The cheapest way to close these criteria without breaking others."""
        wanted = {finding.criterion.id for finding in open_}
        groups = groups_of([self._group([finding]) for finding in open_], self._group)
        good: tuple[Route | None, list[Group]] = None, []
        for _ in range(MOST_ROUNDS):
            best = cheapest_together(groups, self._group, exact=exact)
            groups = [self._good_way(group) for group in best.groups]
            if any(group.way.result != "found" for group in groups):
                return good if good[0] is not None else (None, groups)
            route = self._route([group.way for group in groups], best.least)
            after = self._after(route)
            unmet = [f for f in after.findings if f.criterion.tier in tiers and not f.satisfied]
            before = [self.assessment.finding(f.criterion.id) or f for f in unmet]
            broken = [f for f in before if f.criterion.id in wanted or f.satisfied]
            odd = self._at_odds(after, groups)
            if exact and not broken and not odd and route.price > best.price:
                odd = clashing(groups, Counter(each.change.key for each in route.done if each.change.kind == "add"))
                good = route, groups
            if not broken and not odd:
                return (None if self._new_flags(after) else route), groups
            wanted |= {finding.criterion.id for finding in broken}
            groups = self._with(broken, odd, groups)
        return good

    def _at_odds(self, after: Assessment, groups: Sequence[Group]) -> list[list[Group]]:
        """The groups that together write what cannot be, such as a part that is larger than the whole."""
        items = {self._item(flag.path) for flag in self._new_flags(after)}
        found = [
            [group for group in groups if any(self._item(each.change.path) == item for each in group.way.done)]
            for item in sorted(items, key=str)
        ]
        return [each for each in found if len(each) > 1]

    def _new_flags(self, after: Assessment) -> list[Flag]:
        """What would look wrong and does not look wrong now."""
        known = {(flag.kind, flag.path) for flag in self.assessment.flags}
        return [flag for flag in after.flags if (flag.kind, flag.path) not in known]

    def _with(self, broken: Sequence[Finding], odd: Sequence[Sequence[Group]], groups: Sequence[Group]) -> list[Group]:
        """The groups, where criteria that the ways of others break, and those at odds, are planned together."""
        planned = _ids(groups)
        groups = [*groups, *(self._group([finding]) for finding in broken if finding.criterion.id not in planned)]
        apart = [[group] for group in groups]
        together = [_ids(members) for members in odd]
        for finding in broken:
            own = next(group for group in groups if finding.criterion.id in _ids([group]))
            together.append(_ids([own, *(group for group in groups if own.pieces & _pieces(group.way))]))
        for ids in together:
            near = [group for each in apart if ids & _ids(each) for group in each]
            apart = [*(each for each in apart if not ids & _ids(each)), near]
        return [each[0] if len(each) == 1 else joined(each, self._group) for each in apart]

    def _alone_for(self, finding: Finding) -> tuple[Search, Way]:
        id_ = finding.criterion.id
        if id_ not in self.alone:
            search = self._search([finding])
            self.alone[id_] = search, search.cheapest()
        return self.alone[id_]

    def _group(self, findings: Sequence[Finding]) -> Group:
        """Some criteria that are planned together."""
        if len(findings) == 1:
            search, way = self._alone_for(findings[0])
            return Group((findings[0],), search, way, way)
        ids = tuple(finding.criterion.id for finding in findings)
        if ids not in self.joined:
            self.progress(self.searches, self.searches, f"{len(findings)} criteria together")
            self.joined[ids] = self._search(findings, room=self._room(ids))
        return Group(tuple(findings), self.joined[ids])

    def _good_way(self, group: Group) -> Group:
        """Where the cheapest is not shown of criteria that are planned together, the better of two ways."""
        way = group.way
        if len(group.findings) == 1 or way.result == "none" or (way.result == "found" and way.proved):
            return group
        other = self._one_by_one(group.findings)
        if other is not None and (way.result != "found" or other.price < self._price(way.done)):
            return replace(group, way=other)
        return group

    def _one_by_one(self, findings: Sequence[Finding]) -> Way | None:
        """A good way where the cheapest is not decided: each criterion on top of what was done for those before it."""
        done: list[Done] = []
        for finding in sorted(findings, key=lambda each: -self._price_alone(each)):
            before = assess(
                self.edition,
                with_evidence(self.assessment.submission, self._evidence(done)),
                self.assessment.on,
                modules=self.assessment.modules,
            )
            now = before.finding(finding.criterion.id)
            if now is None or now.satisfied:
                continue
            search = self._search([now], evidence=before.prepared.evidence)
            efforts = {effort_key(str(each.change.path[1])): 0 for each in done}
            way = search.cheapest(left=efforts) if search.met else Way("none")
            if way.result != "found":
                return None
            done += way.done
        return Way("found", tuple(done), self._price(done), False)

    def _price_alone(self, finding: Finding) -> int:
        closing = self.closings.get(finding.criterion.id)
        return 0 if closing is None else closing.way.price

    def _price(self, done: Iterable[Done]) -> int:
        """What changes cost, the effort of each kind of evidence once."""
        price = 0
        kinds: dict[str, None] = {}
        for each in done:
            price += each.change.price
            kinds[str(each.change.path[1])] = None
        return price + sum(self.weights.effort(self.edition.evidence[kind].effort) for kind in kinds)

    def _others(self, best: Route, planned: Sequence[Group]) -> Iterator[Route]:
        """The next cheapest ways that do without some kind of evidence that the cheapest one uses."""
        found: list[tuple[int, Route]] = []
        for index, group in enumerate(planned):
            if not self.others:
                break
            others = [each.way for place, each in enumerate(planned) if place != index]
            rest = frozenset(kind for way in others for kind in way.kinds)
            free = dict.fromkeys((key for way in others for key in paid(way)), 0)
            only = frozenset(group.way.kinds) - rest
            avoiding = [only]
            while only and len(avoiding) <= self.others:
                way = group.search.cheapest(avoiding=avoiding, left=free)
                if way.result != "found":
                    break
                route = self._route([*others[:index], way, *others[index:]], None)
                gone = tuple(kind for kind in group.way.kinds if kind in only and kind not in way.kinds)
                found.append((route.price, replace(route, proved=way.proved, instead_of=gone)))
                only = frozenset(way.kinds) - rest
                avoiding.append(only)
        found.sort(key=lambda each: each[0])
        number = 0
        for _, route in found:
            after = self._after(route)
            if self._reaches(after) and not self._new_flags(after):
                yield replace(route, groups=tuple(self._groups(route)))
                number += 1
            if number == self.others:
                return

    def _route(self, ways: Sequence[Way], least: int | None) -> Route:
        """The ways as one, which is the cheapest if it costs the least that any costs."""
        done = merged(way.done for way in ways)
        kinds = tuple(dict.fromkeys(kind for way in ways for kind in way.kinds))
        price = self._price(done)
        return Route(done, (), price, price == least, kinds)

    # ── What comes of it ──

    def _after(self, route: Route) -> Assessment:
        """The assessment once the steps are taken."""
        submission = with_evidence(self.assessment.submission, self._evidence(route.done))
        return assess(self.edition, submission, self.assessment.on, modules=self.assessment.modules)

    def _evidence(self, done: Iterable[Done]) -> dict[str, Any]:
        given = self.assessment
        return carry_out(
            given.submission.evidence, done, given.prepared.uncounted, _embedded(self.linked), self.edition.evidence
        )

    def _tracer(self, route: Route, without: Path | None) -> Tracer:
        """The evidence once all steps are taken but those at one place, ready for rules to be asked."""
        given = self.assessment
        done = [each for each in route.done if without is None or each.change.path[: len(without)] != without]

        evidence = self._evidence(done)
        if any(each.change.kind == "reach" for each in route.done):
            submission = with_evidence(given.submission, evidence)
            prepared = assess(self.edition, submission, given.on, modules=given.modules).prepared
        else:  # what is embedded stays as it was assessed
            prepared = prepare(
                self.edition, evidence, given.on, given.assurance, lambda edition, content, path: self._assessed(path)
            )
        rules_of = self.edition.rules_of(prepared.evidence, given.on)
        return Tracer(self.edition.definitions, prepared.evidence, rules_of)

    def _assessed(self, path: Path) -> Mapping[str, Any]:
        """What an embedded assessment came to, as it stands in a submission."""
        value: Any = self.assessment.prepared.evidence
        kind: Any = self.edition.record
        for step in path[1:-1]:
            value = value[step]
            match kind:
                case Record():
                    kind = kind.fields[str(step)].type
                case Keyed():
                    kind = kind.records[str(step)]
                case _:
                    kind = kind.item
        return {name: raw_of(each, kind.fields[name].type) for name, each in value.items()}

    def _reaches(self, after: Assessment) -> bool:
        assert self.target is not None
        return any(each.tier.id == self.target.id and each.reached for each in after.tiers)

    def _groups(self, route: Route) -> Iterator[Step]:
        """The steps by the piece of evidence that they are about, each with the criteria that fail without it."""
        places: dict[Path, list[Done]] = {}
        for each in route.done:
            places.setdefault(self._item(each.change.path), []).append(each)
        full = self._tracer(route, None)
        rules, definitions = self.edition.rules, self.edition.definitions
        reads = {
            each: evidence_named(rules[each], definitions)
            for each in self.closings
            if full.decide(rules[each]).outcome in STANDING
        }
        for place, done in places.items():
            less = self._tracer(route, place)
            closes = [
                self.edition.criteria[criterion]
                for criterion, named in reads.items()
                if str(place[1]) in named and less.decide(rules[criterion]).outcome not in STANDING
            ]
            yield Step(place, tuple(done), tuple(closes))

    def _item(self, path: Path) -> Path:
        """The piece of evidence that a place belongs to."""
        kind = self.edition.evidence[str(path[1])]
        return path[:2] if kind.collects == "one" else path[:3]

    def _said(
        self,
        result: Literal["found", "reached", "none", "not decided"],
        routes: tuple[Route, ...],
        partial: Route | None,
        after: Assessment,
        open_: Sequence[Finding],
    ) -> Plan:
        tiers = [
            tier
            for tier in self.edition.tiers
            if self.target is None or tier.id in _up_to(self.edition.tiers, self.target)
        ]
        if routes:
            routes = tuple(each if each.groups else replace(each, groups=tuple(self._groups(each))) for each in routes)
        if partial is not None:
            partial = replace(partial, groups=tuple(self._groups(partial)))
        last = open_ or result == "reached"
        return Plan(
            self.given,
            self.target,
            result,
            routes,
            partial,
            tuple(self.closings[f.criterion.id] for f in open_),
            tuple(renewals(after, tiers)) if last else (),
            self.waiting,
            self.weights,
            said([*(search for search, _ in self.alone.values()), *self.joined.values()]),
            self.linked,
        )


def _ids(groups: Iterable[Group]) -> frozenset[str]:
    """The criteria of some groups."""
    return frozenset(finding.criterion.id for group in groups for finding in group.findings)


def _pieces(way: Way) -> frozenset[tuple[str | int, ...]]:
    """The pieces of evidence that a way changes, as `Group.pieces` names them."""
    keys = (each.change.key[1:4] for each in way.done)
    return frozenset(tuple("new" if str(step).startswith("new ") else step for step in key) for key in keys)


def _target(assessment: Assessment, to: str | None) -> Tier | None:
    if to is None:
        return assessment.next_tier
    for tier in assessment.edition.tiers:
        if tier.id == to and not tier.foundation:
            return tier
    raise UnknownTier(to)


def _up_to(tiers: Sequence[Tier], target: Tier) -> set[str]:
    ids = [tier.id for tier in tiers]
    return set(ids[: ids.index(target.id) + 1])


__all__ = ["Closing", "Plan", "Route", "Step", "UnknownTier", "apply", "plan"]
