"""Deciding a rule while one of its leaves answers otherwise.

A leaf matters in a case if the rule would come out otherwise had this leaf alone said something else; only then
does the case show anything about it (masking MC/DC: J. J. Chilenski, An Investigation of Three Forms of the
Modified Condition Decision Coverage Criterion, DOT/FAA/AR-01/18, 2001). Inside a list a leaf answers once for each
item; the answers that are alike are changed together, so that two items with the same fault do not hide each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from ohaccredit.language import tree as t
from ohaccredit.language.counting import HOLDS
from ohaccredit.language.encode import Encoded
from ohaccredit.language.outcome import Outcome, Verdict, outcome_of
from ohaccredit.language.trace import Decision, Plan, Planner, Trace
from ohaccredit.language.trace_values import Records, Run
from ohaccredit.policy.leaves import Shown, Side, has_threshold, is_whole, whole_switch

Mark = tuple[int, Shown]
"""A leaf, by the id of its node, and something that it can come to."""
Figures = tuple[Any, Any]
"""What stood on the two sides of a threshold."""
ROOT = ("evidence",)


@dataclass(frozen=True, slots=True)
class Forced:
    """One leaf, wherever it comes to `shown`, says `instead`."""

    leaf: int
    shown: Shown
    instead: Verdict


@dataclass(frozen=True, slots=True)
class Observed:
    """What became of the leaves of a rule in one case."""

    asked: frozenset[int]
    """Those that were asked: the others could not matter, for something before them decided."""
    compared: Mapping[int, list[Figures]]
    """What stood on the two sides of each threshold, as often as it was asked."""


class Probe(Planner):
    """Decides rules over many cases, notes what each leaf came to, and can make one leaf say otherwise."""

    def __init__(self, definitions: t.Definitions) -> None:
        super().__init__(definitions)
        self.noted: set[Mark] | None = None
        """What the leaves came to, while somebody wants to know."""
        self.figures: dict[int, list[Figures]] | None = None
        """What stood on the two sides of comparisons, while somebody wants to know."""
        self.forced: Forced | None = None

    def outcome(self, rule: t.Rule, evidence: Mapping[str, Encoded], on: date, *, reason: bool) -> tuple[Outcome, str]:
        """How a rule comes out; with `reason` also the reason that it gives, where that decides what is said."""
        run, records = Run(on), (evidence,)

        def traced(node: t.Condition) -> Trace:
            return self.kept(node).trace(run, records, (ROOT,))

        applies = None if rule.applies_when is None else traced(rule.applies_when)
        if applies is not None and applies.verdict is False:
            decision = Decision(Outcome.NOT_APPLICABLE, applies, None)
        else:
            met = traced(rule.met_when)
            decision = Decision(outcome_of(True if applies is None else applies.verdict, met.verdict), applies, met)
        return decision.outcome, decision.reason() if reason else ""

    def seen(self, rule: t.Rule, evidence: Mapping[str, Encoded], on: date) -> set[Mark]:
        """What each leaf that was asked came to, whether it mattered or not."""
        self.noted = set()
        try:
            self.outcome(rule, evidence, on, reason=False)
            return self.noted
        finally:
            self.noted = None

    def observed(self, rule: t.Rule, evidence: Mapping[str, Encoded], on: date) -> Observed:
        """Which leaves were asked at all, and what stood on the two sides of their thresholds."""
        self.figures = {}
        try:
            noted = self.seen(rule, evidence, on)
            return Observed(frozenset(leaf for leaf, _ in noted), self.figures)
        finally:
            self.figures = None

    def matters(
        self,
        rule: t.Rule,
        evidence: Mapping[str, Encoded],
        on: date,
        mark: Mark,
        instead: Iterable[Verdict],
        *,
        reason: bool,
    ) -> bool:
        """Would the rule come out otherwise, had the leaf said one of `instead` wherever it came to what is marked?"""
        plain = self.outcome(rule, evidence, on, reason=reason)
        try:
            for verdict in instead:
                self.forced = Forced(mark[0], mark[1], verdict)
                if self.outcome(rule, evidence, on, reason=reason) != plain:
                    return True
            return False
        finally:
            self.forced = None

    # ── Leaves that can be watched and forced ──

    def plan(self, node: t.Condition) -> Plan:
        plan = super().plan(node)
        if not isinstance(node, (t.All, t.Either, t.Not, t.Remark)):
            plan.verdict = self._watched(node, plan)
        return plan

    def _watched(self, node: t.Condition, plan: Plan) -> Callable[[Run, Records], Verdict]:
        plain, own, side = plan.verdict, id(node), self._side(node, plan)

        def verdict(run: Run, records: Records) -> Verdict:
            said = plain(run, records)
            forced = self.forced
            if forced is not None and forced.leaf == own:
                came_to: Shown = said
                if isinstance(forced.shown, str):
                    came_to = None if side is None else side(run, records)
                    return forced.instead if came_to == forced.shown and said is not forced.instead else said
                return forced.instead if came_to is forced.shown else said
            if self.noted is not None:
                self.noted.add((own, said))
                if side is not None and (stands := side(run, records)) is not None:
                    self.noted.add((own, stands))
            return said

        return verdict

    def _side(self, node: t.Condition, plan: Plan) -> Callable[[Run, Records], Side | None] | None:
        """Where the figures stand to a test's boundary: at it, beyond it, or elsewhere."""
        if not has_threshold(node):
            return None
        compared = self._compared(node, plan)
        comparator: t.Comparator = "at_least"
        whole = True
        if isinstance(node, t.Compare):
            comparator, whole = node.comparator, is_whole(node.left.type)
        elif isinstance(node, t.Quantified):
            comparator, whole = node.comparator, node.kind == "count"
        at_bound = comparator in ("at_least", "at_most")
        holds, own = HOLDS[comparator], id(node)

        def side(run: Run, records: Records) -> Side | None:
            found = compared(run, records)
            if found is None:
                return None
            if self.figures is not None:
                self.figures.setdefault(own, []).append(found)
            left, right = (each.toordinal() if isinstance(each, date) else each for each in found)
            if whole:
                at, beyond = whole_switch(comparator, Fraction(right))
                return "at" if left == at else "beyond" if left == beyond else None
            if left == right:
                return "at"
            return "beyond" if holds(left, right) is not at_bound else None

        return side

    def _compared(self, node: t.Condition, plan: Plan) -> Callable[[Run, Records], Figures | None]:
        """The two figures that a threshold compares; None where they are not settled."""
        if isinstance(node, t.Compare):
            left, right = self.value(node.left), self.value(node.right)

            def values(run: Run, records: Records) -> Figures | None:
                first, second = left(run, records, None), right(run, records, None)
                return None if first is None or second is None else (first, second)

            return values
        bound = plan.reads[0]
        share = isinstance(node, t.Quantified) and node.kind == "share"
        empty_counts = isinstance(node, t.Quantified) and node.satisfying is None

        def counted(run: Run, records: Records) -> Figures | None:
            wanted = bound(run, records, None)
            counts = plan.counts(Trace(plan, None, run, records, (ROOT,) * len(records)), run, records)
            if not counts or wanted is None:
                return None
            present, satisfied, undecided = counts
            if undecided or (present == 0 and (share or not empty_counts)):
                return None
            return (Fraction(satisfied, present) if share else satisfied), wanted

        return counted
