"""What a change of edition does to a population: who rises, who falls, and which criteria make the difference.

Both editions decide on the same day, so that nothing but the editions differs: were the older one asked today and the
newer one on its first day, evidence that has aged meanwhile would look like a loss through the new rules.

A fall from one tier to a lower one is due to the criteria of the later edition, up to the tier that was held, which
the employer does not satisfy: under the earlier edition nothing stood in the way there. A rise is due to the criteria
of the earlier edition, up to the tier that is reached now, which were not satisfied. Nothing is left over: tiers are
cumulative gates. (One more way is there: a tier that no met requirement of its own holds up. It is counted apart.)

What is counted here is exact and not for show: `impact_shown` says what of it may be shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

import pyarrow as pa

from ohaccredit.assessment.population import ERRORS, EXPLAINED, TIER, Line, Population
from ohaccredit.assessment.prepare import ROOT
from ohaccredit.language.json_source import read_json
from ohaccredit.language.problems import Problem, ProblemsFound
from ohaccredit.language.types import Words
from ohaccredit.language.vectorise import OUTCOMES
from ohaccredit.policy.impact_changes import Change, changes_between
from ohaccredit.policy.impact_groups import Groups
from ohaccredit.standards.edition import Criterion, Edition

K = TypeVar("K")
NOT_ASKED = "not_asked"
NONE_MET = ""
"""Stands for a criterion where a tier is not reached because nothing of its own is met."""
RISES, STAYS, FALLS = "rises", "stays", "falls"
Flow = tuple[int, int]
"""A rung before and a rung after; 0 is below the lowest."""


@dataclass(frozen=True, slots=True)
class Side:
    """What became of a criterion under one edition."""

    outcome: str
    satisfied: bool
    """Does it leave its tier standing? So it does where it is met, counts only for an employer, or is explained."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A row that is no submission to one of the editions."""

    row: int
    edition: str
    message: str
    pointer: str


@dataclass
class Tally:
    """Counts over rows. Two tallies of different rows add up to that of all."""

    rows: int = 0
    unreadable: list[Unreadable] = field(default_factory=list)
    """The first thing that is wrong with each row that counts nowhere else."""
    flows: Counter[Flow] = field(default_factory=Counter)
    outcomes: dict[str, Counter[tuple[Side, Side]]] = field(default_factory=dict)
    """For each criterion, how often which outcome became which."""
    due_to: dict[str, Counter[tuple[str, bool]]] = field(default_factory=dict)
    """For each criterion, the rises and falls that are due to it; beside it, whether to it alone."""
    groups: dict[str, Counter[tuple[str, str]]] = field(default_factory=dict)
    """For each group, how many of which option rise, stay or fall."""

    @property
    def readable(self) -> int:
        """The rows that both editions decide."""
        return self.flows.total()

    def add(self, other: Tally) -> None:
        """Count the rows of another tally too."""
        self.rows += other.rows
        self.unreadable += other.unreadable
        self.flows += other.flows
        _add(self.outcomes, other.outcomes)
        _add(self.due_to, other.due_to)
        _add(self.groups, other.groups)


def _add(own: dict[str, Counter[K]], more: Mapping[str, Counter[K]]) -> None:
    for name, counts in more.items():
        own.setdefault(name, Counter()).update(counts)


def direction(flow: Flow) -> str:
    """Whether a flow rises, stays or falls."""
    return RISES if flow[1] > flow[0] else FALLS if flow[1] < flow[0] else STAYS


class Impact:
    """Counts the rows of a population under two editions."""

    def __init__(self, before: Edition, after: Edition, on: date) -> None:
        """Raises ProblemsFound if the editions cannot be compared: they give verdicts, or order tiers differently."""
        _comparable(before, after)
        self.before, self.after = before.tried_on(on), after.tried_on(on)
        self.on = on
        self.ladder = merged_ladder(before, after)
        self.changes = changes_between(self.before, self.after, on)
        self.groups = Groups(self.before, on)
        self._sides = tuple(_Judge(edition, on, self.ladder) for edition in (self.before, self.after))

    def count(self, lines: Sequence[Line]) -> Tally:
        """Decide rows under both editions and count what becomes of them."""
        tally = Tally(rows=len(lines))
        read: list[tuple[Line, Any]] = []
        for line in lines:
            try:
                content = read_json(line.json(), f"row {line.number}").value if line.content is None else line.content
                read.append((line, content))
            except ProblemsFound as found:
                tally.unreadable.append(_unreadable(line, "", found.problems[0]))
        editions = self.before, self.after
        results = [
            side.decide([_for(edition, other, line, content) for line, content in read])
            for side, edition, other in zip(self._sides, editions, reversed(editions), strict=True)
        ]
        kept = []
        for at, (line, _) in enumerate(read):
            wrong = [(result.edition.id, errors[0]) for result in results if (errors := result.errors[at])]
            if wrong:
                edition, first = wrong[0]
                tally.unreadable.append(Unreadable(line.number, edition, first["message"], first["pointer"] or ""))
            else:
                kept.append(at)
        tally.unreadable.sort(key=lambda each: each.row)
        self._count_flows(tally, kept, results[0], results[1], [content for _, content in read])
        self._count_outcomes(tally, kept, results[0], results[1])
        return tally

    def _count_flows(
        self, tally: Tally, kept: Sequence[int], before: _Decided, after: _Decided, contents: Sequence[Any]
    ) -> None:
        for at in kept:
            flow = before.rungs[at], after.rungs[at]
            way = direction(flow)
            tally.flows[flow] += 1
            for group, option in self.groups.of(contents[at][ROOT]).items():
                tally.groups.setdefault(group, Counter())[option, way] += 1
            if way == STAYS:
                continue
            blamed = after.open_at(at, flow[0]) if way == FALLS else before.open_at(at, flow[1])
            for name in blamed or [NONE_MET]:
                tally.due_to.setdefault(name, Counter())[way, len(blamed) <= 1] += 1

    def _count_outcomes(self, tally: Tally, kept: Sequence[int], before: _Decided, after: _Decided) -> None:
        for name in self.changes:
            pairs = Counter(zip(before.codes(name), after.codes(name), strict=True))
            dropped = set(range(len(before.rungs))) - set(kept)
            for at in dropped:
                pairs[before.codes(name)[at], after.codes(name)[at]] -= 1
            counts = tally.outcomes.setdefault(name, Counter())
            for (old, new), number in pairs.items():
                if number:
                    counts[before.side(name, old), after.side(name, new)] += number


# ── One edition ─────────────────────────────────────────────────────────────────────────────────────

_NOBODY_ASKED = len(OUTCOMES)
_SAID = _NOBODY_ASKED + 1
"""Added to the code of an outcome where an explanation for it counts."""


class _Judge:
    """Decides rows under one edition."""

    def __init__(self, edition: Edition, on: date, ladder: Sequence[Rung]) -> None:
        self.edition = edition
        self._population = Population(edition, on)
        self._rungs = {rung.id: number for number, rung in enumerate(ladder)}
        self._stands_at = {tier.id: self._rungs.get(tier.id, 0) for tier in edition.tiers}

    def decide(self, lines: Sequence[Line]) -> _Decided:
        batch = self._population.assess_lines(lines)
        tiers = [self._rungs[each] if each else 0 for each in batch.column(TIER).to_pylist()]
        return _Decided(self.edition, batch, tiers, self._stands_at)


class _Decided:
    """Rows under one edition. What is asked of it criterion by criterion is kept as small numbers."""

    def __init__(
        self, edition: Edition, batch: pa.RecordBatch, rungs: Sequence[int], stands_at: Mapping[str, int]
    ) -> None:
        self.edition = edition
        self.rungs = rungs
        self.errors: list[list[dict[str, Any]] | None] = batch.column(ERRORS).to_pylist()
        self._stands_at = stands_at
        explained: dict[str, list[int]] = {}
        for at, names in enumerate(batch.column(EXPLAINED).to_pylist()):
            for name in names or ():
                explained.setdefault(name, []).append(at)
        self._codes: dict[str, list[int]] = {}
        for name in edition.criteria:
            if name in batch.schema.names:
                codes = batch.column(name).indices.fill_null(_NOBODY_ASKED).to_pylist()
                for at in explained.get(name, ()):
                    codes[at] += _SAID
                self._codes[name] = codes
        self._never = [_NOBODY_ASKED] * len(rungs)
        self._gates = [
            (
                edition.criteria[name],
                codes,
                frozenset(code for code in range(2 * _SAID) if not self.side(name, code).satisfied),
            )
            for name, codes in self._codes.items()
        ]

    def codes(self, name: str) -> list[int]:
        """The code of each row's outcome of a criterion."""
        return self._codes.get(name, self._never)

    def side(self, name: str, code: int) -> Side:
        """What a code says."""
        said, index = divmod(code, _SAID)
        if index == _NOBODY_ASKED:
            return Side(NOT_ASKED, True)
        outcome = OUTCOMES[index]
        criterion: Criterion = self.edition.criteria[name]
        fine = outcome.value in _FINE or criterion.obligation == "credit"
        return Side(outcome.value, fine or (bool(said) and criterion.obligation == "expected"))

    def open_at(self, at: int, rung: int) -> list[str]:
        """The criteria that keep a row from standing on a rung: those not satisfied there or below."""
        return [
            criterion.id
            for criterion, codes, unsatisfied in self._gates
            if codes[at] in unsatisfied and self._stands_at[criterion.tier] <= rung
        ]


_FINE = ("met", "not_applicable")


# ── Reading ─────────────────────────────────────────────────────────────────────────────────────────


def _for(edition: Edition, other: Edition, line: Line, content: Any) -> Line:
    """A row as it would be handed in for one of the editions.

    What only the other edition asks for, or lets be explained, is left out: it could not be handed in here. What
    neither knows stays, and is reported.
    """
    if not isinstance(content, dict) or not isinstance(content.get(ROOT), dict):
        return Line(line.number, line.text, content)
    adapted = dict(content)
    gone = [name for name in content[ROOT] if name not in edition.evidence and name in other.evidence]
    if gone:
        adapted[ROOT] = {name: each for name, each in content[ROOT].items() if name not in gone}
    for key, named, own, theirs in (
        ("explanations", _criterion, edition.criteria, other.criteria),
        ("modules", _itself, edition.modules, other.modules),
    ):
        listed = content.get(key)
        if isinstance(listed, list):
            kept = [each for each in listed if named(each) in own or named(each) not in theirs]
            if len(kept) < len(listed):
                adapted[key] = kept
    if adapted.get("standard") == other.standard:
        adapted["standard"] = edition.standard
    return Line(line.number, line.text if adapted == content else None, adapted)


def _criterion(explanation: Any) -> str:
    return str(explanation.get("criterion")) if isinstance(explanation, dict) else ""


def _itself(module: Any) -> str:
    return str(module)


def _unreadable(line: Line, edition: str, problem: Problem) -> Unreadable:
    return Unreadable(line.number, edition, problem.message, problem.pointer)


# ── The ladder ──────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Rung:
    """A tier of either edition, or what is below all of them."""

    id: str
    words: Words


BELOW = Rung("", {"en": "no tier"})


def merged_ladder(before: Edition, after: Edition) -> tuple[Rung, ...]:
    """The tiers of both editions in one order, below all of them no tier. They share their order (`_comparable`)."""
    ids = [tier.id for tier in after.ladder]
    at = 0
    for tier in before.ladder:
        if tier.id in ids:
            at = ids.index(tier.id) + 1
        else:
            ids.insert(at, tier.id)
            at += 1
    known = {tier.id: tier for tier in (*before.ladder, *after.ladder)}
    return (BELOW, *(Rung(id_, known[id_].words) for id_ in ids))


def _comparable(before: Edition, after: Edition) -> None:
    verdicts = {each.id: each.subject["en"] for each in (before, after) if each.verdicts}
    problems = [
        Problem(f"{id_} gives a verdict on one {subject} and no tier, so nobody rises or falls.")
        for id_, subject in verdicts.items()
    ]
    if problems:
        raise ProblemsFound(problems)
    ids = [[tier.id for tier in edition.ladder] for edition in (before, after)]
    shared = [[each for each in ladder if each in other] for ladder, other in (ids, reversed(ids))]
    if shared[0] != shared[1]:
        problems.append(Problem(f"{before.id} and {after.id} have the same tiers in another order."))
    elif not shared[0]:
        problems.append(Problem(f"{before.id} and {after.id} have no tier in common."))
    if problems:
        raise ProblemsFound(problems)


__all__ = ["FALLS", "RISES", "STAYS", "Change", "Impact", "Rung", "Side", "Tally", "Unreadable", "direction"]
