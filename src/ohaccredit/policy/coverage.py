"""What the worked cases of an edition show of its rules, leaf by leaf.

Each leaf of a rule is asked for each verdict that it can come to, and each threshold for a case that stands exactly
at the boundary and one on its other side. A case shows it only where it mattered: the rule would have come out
otherwise, had this leaf alone said something else (`probe`). What a case expects plays no part here; whether it comes
out so is for `cases` to say. The leaves of derived values are asked once for the edition, by the cases of all its
rules that read them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from ohaccredit.language import tree as t
from ohaccredit.language.encode import Encoded, encode
from ohaccredit.language.outcome import Verdict
from ohaccredit.language.problems import Problem
from ohaccredit.language.walk import walk
from ohaccredit.policy.cases import Case, CasesOfRule, NotReachable
from ohaccredit.policy.leaves import (
    SHOWN_OF_WORDS,
    Leaf,
    Possible,
    Shown,
    leaves_of_derived,
    leaves_of_rule,
)
from ohaccredit.policy.probe import Observed, Probe
from ohaccredit.standards.edition import Criterion, Edition

DERIVED = "derived "
Asked = tuple[Leaf, Shown]
"""A leaf, and something that a case is to show it come to."""


@dataclass(frozen=True, slots=True)
class Situation:
    """A case as the rules read it."""

    case: Case
    evidence: Mapping[str, Encoded]
    on: date


@dataclass(frozen=True, slots=True)
class Accepted:
    """Something that no case can show, as the file of cases says, and why."""

    leaf: Leaf
    shown: Shown
    said: NotReachable


@dataclass(frozen=True, slots=True)
class Covered:
    """How far the cases show what a rule, or a derived value, can come to."""

    name: str
    """The criterion, or "derived <name>"."""
    readers: tuple[str, ...]
    """The criteria whose cases count: the rule's own, or those of every rule that reads the derived value."""
    shared: bool
    """Is it a derived value that several standards share? Then the cases of all of them count together."""
    asked: int
    seen: int
    gaps: tuple[Asked, ...]
    accepted: tuple[Accepted, ...]
    refuted: tuple[Accepted, ...]
    """What is said to be out of reach although a case shows it."""
    situations: tuple[Situation, ...]
    """The cases that were looked at."""
    unvarying: tuple[Leaf, ...]
    """The leaves that never vary with the evidence, of which nothing is asked."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far the cases show what the rules of an edition can come to."""

    edition: Edition
    parts: tuple[Covered, ...]

    @property
    def complete(self) -> bool:
        """Is everything shown, or accepted as out of reach?"""
        return not any(part.gaps or part.refuted for part in self.parts)


class Observer:
    """Looks at what cases show of an edition's rules."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.probe = Probe(edition.definitions)
        self.possible = Possible(edition.definitions)
        self._asked: dict[int, tuple[Shown, ...]] = {}
        self._observed: dict[int, tuple[Situation, Observed]] = {}

    def asked_of(self, leaf: Leaf) -> tuple[Shown, ...]:
        """What a leaf is asked for."""
        key = id(leaf.node)
        if key not in self._asked:
            self._asked[key] = self.possible.of(leaf)
        return self._asked[key]

    def situation(self, case: Case, given: Mapping[str, object] | None = None) -> Situation | None:
        """A case, or another that differs in what is `given`; None if the criterion is not in force then."""
        evidence = encode(case.evidence if given is None else given, self.edition.record)
        on = self.edition.rules_of(evidence, case.on)
        return Situation(case, evidence, on) if self.edition.criteria[case.criterion].in_force(on) else None

    def figures(self, situation: Situation) -> Observed:
        """Which leaves a case asked at all, and what stood on the two sides of their thresholds."""
        rule = self.edition.rules[situation.case.criterion]
        key = id(situation)
        if key not in self._observed:
            self._observed[key] = (situation, self.probe.observed(rule, situation.evidence, situation.on))
        return self._observed[key][1]

    def shows(self, situation: Situation, asked: Iterable[Asked]) -> list[Asked]:
        """Which of these a case shows."""
        criterion = self.edition.criteria[situation.case.criterion]
        rule, evidence, on = self.edition.rules[criterion.id], situation.evidence, situation.on
        reason = _reason_decides(criterion)
        noted = self.probe.seen(rule, evidence, on)
        return [
            (leaf, shown)
            for leaf, shown in asked
            if (id(leaf.node), shown) in noted
            and self.probe.matters(
                rule, evidence, on, (id(leaf.node), shown), self._instead(leaf, shown), reason=reason
            )
        ]

    def _instead(self, leaf: Leaf, shown: Shown) -> list[Verdict]:
        """What the leaf could have said otherwise."""
        verdicts = [each for each in self.asked_of(leaf) if not isinstance(each, str)]
        return verdicts if isinstance(shown, str) else [each for each in verdicts if each is not shown]


def cover(
    edition: Edition, files: Mapping[str, CasesOfRule], *, only: str | None = None, observer: Observer | None = None
) -> tuple[Coverage, list[Problem]]:
    """What the cases of an edition's own rules show, and what is wrong with what they say of tests out of reach.

    Rules that the edition adopts are shown by the cases where they come from. `only` looks at one criterion; derived
    values are then left out, for the cases of other rules show them too.
    """
    observer = observer or Observer(edition)
    problems: list[Problem] = []
    files = {id_: file for id_, file in files.items() if edition.criteria[id_].decided_by == edition.id}
    situations = {
        id_: [each for case in file.cases if (each := observer.situation(case)) is not None]
        for id_, file in files.items()
        if only is None or id_ == only
    }
    derived = _derived_leaves(edition, files)
    parts: list[Covered] = []
    said = {id_: list(files[id_].not_reachable) for id_ in situations}
    for id_, own in situations.items():
        declared = [each for each in said[id_] if not each.file.leaf.startswith("/derived/")]
        parts.append(_covered(observer, id_, (id_,), leaves_of_rule(edition.rules[id_]), own, declared, problems))
    for name, (readers, leaves) in derived.items() if only is None else ():
        pointer = f"/derived/{name}/"
        declared = [each for id_ in readers for each in said[id_] if each.file.leaf.startswith(pointer)]
        cases = [each for id_ in readers for each in situations[id_]]
        parts.append(_covered(observer, DERIVED + name, readers, leaves, cases, declared, problems))
    for id_, declarations in said.items():
        known = tuple(f"/derived/{name}/" for name, (readers, _) in derived.items() if id_ in readers)
        problems += [
            Problem(f'The rule reads no derived value whose tests stand at "{each.file.leaf}".', each.place)
            for each in declarations
            if each.file.leaf.startswith("/derived/") and not each.file.leaf.startswith(known or ("\0",))
        ]
    return Coverage(edition, tuple(parts)), problems


def together(coverages: Sequence[Coverage]) -> list[Coverage]:
    """The coverage of several editions, in which what they share is asked of their cases together.

    A shared value stands in the first edition that reads it; what any edition's cases show of it is shown.
    """
    everywhere: dict[str, list[Covered]] = {}
    for coverage in coverages:
        for part in coverage.parts:
            if part.shared:
                everywhere.setdefault(part.name, []).append(part)
    merged = {name: _merged(parts) for name, parts in everywhere.items()}
    found: list[Coverage] = []
    for coverage in coverages:
        kept = [merged.pop(part.name, None) if part.shared else part for part in coverage.parts]
        found.append(Coverage(coverage.edition, tuple(part for part in kept if part is not None)))
    return found


def unshared(coverage: Coverage) -> Coverage:
    """The coverage of one edition without what others share with it: their cases may show what its own do not."""
    return Coverage(coverage.edition, tuple(part for part in coverage.parts if not part.shared))


def _merged(parts: Sequence[Covered]) -> Covered:
    def places(gaps: Iterable[Asked]) -> set[tuple[object, Shown]]:
        return {((leaf.node.place, leaf.pointer), shown) for leaf, shown in gaps}

    first = parts[0]
    excused = places((each.leaf, each.shown) for part in parts for each in part.accepted)
    open_ = set.intersection(*(places((*p.gaps, *((a.leaf, a.shown) for a in p.accepted))) for p in parts))
    accepted = {place: a for p in parts for a in p.accepted for place in places([(a.leaf, a.shown)])}
    gaps = tuple(gap for gap in first.gaps if places([gap]) <= open_ - excused)
    return replace(
        first,
        seen=first.asked - len(open_),
        gaps=gaps,
        accepted=tuple(each for place, each in accepted.items() if place in open_),
        refuted=tuple(
            each
            for part in parts
            for each in (*part.accepted, *part.refuted)
            if not places([(each.leaf, each.shown)]) <= open_
        ),
    )


def _is_shared(edition: Edition, leaf: Leaf) -> bool:
    return bool(edition.shares) and leaf.node.place.file.startswith(f"rules/{edition.shares}/")


def _covered(
    observer: Observer,
    name: str,
    readers: tuple[str, ...],
    leaves: Sequence[Leaf],
    situations: Sequence[Situation],
    declared: Sequence[NotReachable],
    problems: list[Problem],
) -> Covered:
    asked = [(leaf, shown) for leaf in leaves for shown in observer.asked_of(leaf)]
    waiting = list(asked)
    for situation in situations:
        if not waiting:
            break
        shown_now = {_key(each) for each in observer.shows(situation, waiting)}
        waiting = [each for each in waiting if _key(each) not in shown_now]
    open_ = {_key(each) for each in waiting}
    accepted: list[Accepted] = []
    refuted: list[Accepted] = []
    by_place = {(leaf.pointer, shown): leaf for leaf, shown in asked}
    for each in declared:
        shown = SHOWN_OF_WORDS[each.file.outcome]
        leaf = by_place.get((each.file.leaf, shown))
        if leaf is None:
            problems.append(_not_asked(each, leaves))
            continue
        (accepted if _key((leaf, shown)) in open_ else refuted).append(Accepted(leaf, shown, each))
    excused = {_key((each.leaf, each.shown)) for each in accepted}
    return Covered(
        name,
        readers,
        bool(leaves) and name.startswith(DERIVED) and _is_shared(observer.edition, leaves[0]),
        len(asked),
        len(asked) - len(waiting),
        tuple(each for each in waiting if _key(each) not in excused),
        tuple(accepted),
        tuple(refuted),
        tuple(situations),
        tuple(leaf for leaf in leaves if not observer.asked_of(leaf)),
    )


def _key(asked: Asked) -> tuple[int, Shown]:
    return id(asked[0].node), asked[1]


def _not_asked(said: NotReachable, leaves: Sequence[Leaf]) -> Problem:
    """Why a declaration means nothing: there is no such test, or nobody asks this of it."""
    if any(leaf.pointer == said.file.leaf for leaf in leaves):
        return Problem(f'"{said.file.outcome}" is not asked of this test in the first place.', said.place)
    hint = "rules coverage --json gives the pointer of every test that is not shown."
    return Problem(f'There is no test at "{said.file.leaf}".', said.place, hint=hint)


def _derived_leaves(
    edition: Edition, files: Mapping[str, CasesOfRule]
) -> dict[str, tuple[tuple[str, ...], tuple[Leaf, ...]]]:
    """The derived values of the edition that have leaves, with the rules that read them.

    Those that an adopted edition defines are shown by its own cases.
    """
    readers: dict[str, list[str]] = {}
    for id_ in files:
        rule = edition.rules[id_]
        for name in _names(walk(rule.applies_when, rule.met_when, definitions=edition.definitions), edition):
            readers.setdefault(name, []).append(id_)
    own = tuple(f"rules/{folder}/" for folder in (edition.id, edition.shares) if folder)
    found: dict[str, tuple[tuple[str, ...], tuple[Leaf, ...]]] = {}
    for name, derived in edition.definitions.derived.items():
        leaves = leaves_of_derived(derived)
        if name in readers and leaves and leaves[0].node.place.file.startswith(own):
            found[name] = (tuple(readers[name]), leaves)
    return found


def _names(nodes: Iterable[object], edition: Edition) -> Iterator[str]:
    """The derived values that are named, once each; a figure may depend on one without naming it in the rule."""
    seen: set[str] = set()
    for node in nodes:
        name = ""
        if isinstance(node, (t.DerivedValue, t.DerivedCondition)):
            name = node.name
        elif isinstance(node, t.ParameterValue):
            name = edition.definitions.parameters[node.name].by
        if name and name not in seen:
            seen.add(name)
            yield name


def _reason_decides(criterion: Criterion) -> bool:
    """Does the reason choose what is said of the criterion? Then a leaf that changes it matters."""
    return criterion.notices is not None and bool(criterion.notices.by_reason)
