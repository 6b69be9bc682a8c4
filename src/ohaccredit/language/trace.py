"""Evaluating a rule with its reasons.

Every node answers with a verdict (True, False, or None where the evidence does not decide) and with what
led to it: the evidence it read, the paths that are missing, and the traces of its parts. The compiled
form (`compile`) gives the same verdicts faster and without reasons; the two are held together by tests.

A rule is first turned into functions (`Plan`), once for all submissions. A trace is then only a verdict and where
it was reached; its readings and its parts are worked out when somebody asks for them, one level at a time, and
words are made only when somebody reads them (`words`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from ohaccredit.language import tree as t
from ohaccredit.language.counting import HOLDS, WHEN_EMPTY, count_verdict, share_verdict
from ohaccredit.language.encode import Encoded
from ohaccredit.language.outcome import Outcome, Verdict, outcome_of
from ohaccredit.language.problems import json_pointer
from ohaccredit.language.text_shape import has_shape
from ohaccredit.language.trace_values import (
    Get,
    Notes,
    Path,
    Plain,
    Reading,
    Records,
    Run,
    ValuePlanner,
    as_held,
    figure_as_held,
    items_of,
    on_date_alone,
    path_to,
    place_of,
)
from ohaccredit.language.walk import walk

__all__ = ["Decision", "Path", "Plain", "Reading", "Trace", "Tracer"]

Paths = tuple[Path, ...]


class Trace:
    """One node's verdict with what led to it."""

    __slots__ = ("_counts", "_noted", "_parts", "_paths", "_plan", "_records", "_run", "at", "verdict")

    def __init__(self, plan: Plan, verdict: Verdict, run: Run, records: Records, paths: Paths, at: Path = ()) -> None:
        self.verdict = verdict
        self.at = at
        """The list item that this is about, when the node stands inside a list operator."""
        self._plan = plan
        self._run = run
        self._records = records
        self._paths = paths
        self._parts: tuple[Trace, ...] | None = None
        self._noted: Noted | None = None
        self._counts: tuple[int, ...] | None = None

    @property
    def node(self) -> t.Condition:
        """The test."""
        return self._plan.node

    @property
    def parts(self) -> tuple[Trace, ...]:
        """The traces of what the test is made of; of a list, those of its items."""
        if self._parts is None:
            self._parts = tuple(self._plan.parts(self._run, self._records, self._paths))
        return self._parts

    @property
    def readings(self) -> tuple[Reading, ...]:
        """The values that the test read itself."""
        return self._read()[0]

    @property
    def missing(self) -> tuple[Path, ...]:
        """Where evidence is missing that would decide."""
        return self._read()[1]

    @property
    def counts(self) -> tuple[int, ...]:
        """For list operators: how many items were in the list, satisfied the test, and were left undecided."""
        if self._counts is None:
            self._counts = self._plan.counts(self, self._run, self._records)
        return self._counts

    def _read(self) -> Noted:
        if self._noted is None:
            self._noted = self._plan.noted(self, self._run, self._records, self._paths)
        return self._noted

    def reasons(self) -> list[str]:
        """The reason codes of the parts that decided the verdict, outermost first."""
        found: list[str] = []
        node = self.node
        if isinstance(node, t.Remark):
            decided = self.parts[0].verdict  # before "otherwise" turns a failure into "not evidenced"
            reason = node.reason_if_met if decided else node.reason_if_not_met if decided is False else ""
            if reason:
                found.append(reason)
        if not self._plan.remarked:
            return found
        given = [part.reasons() for part in self.deciding()]
        if isinstance(node, t.Either) and self.verdict and not all(given):
            return found  # one way to meet it needed no remark, so the others' remarks did not matter
        return found + [reason for reasons in given for reason in reasons]

    def deciding(self) -> tuple[Trace, ...]:
        """The parts that the verdict rests on: those that agree with it, where the operator lets them decide."""
        if isinstance(self.node, (t.Not, t.Remark, t.DerivedCondition)):
            return self.parts
        wanted = self.verdict
        if isinstance(self.node, t.Quantified) and self.node.kind == "none" and wanted is not None:
            wanted = not wanted
        return tuple(part for part in self.parts if part.verdict is wanted)

    def leaves(self) -> Iterator[Trace]:
        """The traces at the ends: of tests that have no parts."""
        if not self.parts:
            yield self
        for part in self.parts:
            yield from part.leaves()


@dataclass(slots=True)
class Decision:
    """The outcome of one criterion with its traces."""

    outcome: Outcome
    applies: Trace | None
    met: Trace | None

    @property
    def deciding(self) -> Trace | None:
        """The trace to show: why it does not apply or may not, or why it is met or not."""
        if self.outcome is Outcome.NOT_APPLICABLE or self.met is None:
            return self.applies
        return self.met

    def missing(self) -> tuple[str, ...]:
        """JSON Pointers to the evidence that is missing, in the order in which the rule asks for it."""
        if self.outcome is not Outcome.NOT_EVIDENCED:
            return ()
        paths: dict[Path, None] = {}
        for trace in (self.applies, self.met):
            if trace is not None and trace.verdict is None:
                paths.update(dict.fromkeys(trace.missing))
        return tuple(json_pointer(path) for path in paths)

    def reason(self) -> str:
        """The first reason code on the deciding path; "" if the rule gives none."""
        found = self.deciding.reasons() if self.deciding else []
        return found[0] if found else ""


class Tracer:
    """Decides rules over one submission's evidence on one date. Neither evidence nor definitions change meanwhile."""

    def __init__(
        self,
        definitions: t.Definitions,
        evidence: Mapping[str, Encoded],
        on: date,
        *,
        root: Path = ("evidence",),
    ) -> None:
        self._planner = _planner_of(definitions)
        self._run = Run(on)
        self._records: Records = (evidence,)
        self._paths: Paths = (root,)

    def decide(self, rule: t.Rule) -> Decision:
        """The outcome of a rule, with its reasons."""
        if rule.applies_when is None:
            met = self.condition(rule.met_when)
            return Decision(outcome_of(True, met.verdict), None, met)
        applies = self.condition(rule.applies_when)
        if applies.verdict is False:
            return Decision(Outcome.NOT_APPLICABLE, applies, None)
        met = self.condition(rule.met_when)
        return Decision(outcome_of(applies.verdict, met.verdict), applies, met)

    def condition(self, node: t.Condition) -> Trace:
        """The trace of one condition over the whole submission."""
        return self._planner.kept(node).trace(self._run, self._records, self._paths)

    def derived(self, name: str) -> Plain | None:
        """A derived value of the whole submission; None if the evidence does not decide it."""
        value: Plain | None = self._planner.derived(name)(self._run, self._records, None)
        return value

    def value(self, node: t.Value) -> tuple[Plain | None, list[Reading]]:
        """A value over the whole submission, and what was read for it."""
        notes = Notes(self._paths)
        return self._planner.value(node)(self._run, self._records, notes), notes.seen


# ── Conditions as functions ─────────────────────────────────────────────────────────────────────────

Decide = Callable[[Run, Records], Verdict]
Noted = tuple[tuple[Reading, ...], tuple[Path, ...]]
"""What a test itself read, and what is missing."""


class Plan:
    """A condition as functions. This one serves for tests of values; others have parts."""

    __slots__ = ("node", "reads", "remarked", "verdict")

    def __init__(self, node: t.Condition, verdict: Decide, reads: Sequence[Get] = (), remarked: bool = False) -> None:
        self.node = node
        self.verdict = verdict
        """What the condition says of some records."""
        self.reads = reads
        """The values that it reads, in order."""
        self.remarked = remarked
        """Does it, or a part of it, carry a reason?"""

    def trace(self, run: Run, records: Records, paths: Paths, at: Path = ()) -> Trace:
        """What the condition says of some records, with its reasons."""
        return Trace(self, self.verdict(run, records), run, records, paths, at)

    def parts(self, run: Run, records: Records, paths: Paths) -> Iterable[Trace]:
        """The traces of the parts."""
        return ()

    def noted(self, trace: Trace, run: Run, records: Records, paths: Paths) -> Noted:
        """What was read, and what is missing."""
        notes = self.read(run, records, paths)
        return tuple(notes.seen), notes.missing() if trace.verdict is None else ()

    def counts(self, trace: Trace, run: Run, records: Records) -> tuple[int, ...]:
        """How much was counted; nothing where nothing is."""
        return ()

    def read(self, run: Run, records: Records, paths: Paths) -> Notes:
        """What the test itself reads."""
        notes = Notes(paths)
        for read in self.reads:
            read(run, records, notes)
        return notes


class _Group(Plan):
    """A condition made of others over the same records."""

    __slots__ = ("of",)

    def __init__(self, node: t.Condition, verdict: Decide, of: Sequence[Plan], reads: Sequence[Get] = ()) -> None:
        super().__init__(node, verdict, reads, any(plan.remarked for plan in of))
        self.of = of

    def parts(self, run: Run, records: Records, paths: Paths) -> Iterable[Trace]:
        return [plan.trace(run, records, paths) for plan in self.of]

    def noted(self, trace: Trace, run: Run, records: Records, paths: Paths) -> Noted:
        missing = _together(trace.parts) if trace.verdict is None else ()
        if not self.reads:
            return (), missing
        notes = self.read(run, records, paths)
        return tuple(notes.seen), missing + notes.missing()

    def counts(self, trace: Trace, run: Run, records: Records) -> tuple[int, ...]:
        if not isinstance(self.node, t.AtLeast):
            return ()
        verdicts = [part.verdict for part in trace.parts]
        return len(verdicts), verdicts.count(True), verdicts.count(None)


class _Single(Plan):
    """A condition about another: its opposite, a remark, or the definition behind a name."""

    __slots__ = ("asked", "of")

    def __init__(self, node: t.Condition, verdict: Decide, of: Plan, asked: tuple[Path, ...] = ()) -> None:
        super().__init__(node, verdict, (), of.remarked or isinstance(node, t.Remark))
        self.of = of
        self.asked = asked
        """What to name as missing where a failure shows too little and nothing was read."""

    def parts(self, run: Run, records: Records, paths: Paths) -> Iterable[Trace]:
        if isinstance(self.node, t.DerivedCondition):  # of the whole submission, wherever it is named
            records, paths = records[:1], paths[:1]
        return (self.of.trace(run, records, paths),)

    def noted(self, trace: Trace, run: Run, records: Records, paths: Paths) -> Noted:
        (part,) = trace.parts
        if part.verdict is False and trace.verdict is None:  # "otherwise: not evidenced"
            read = tuple(reading.path for leaf in part.leaves() for reading in leaf.readings if reading.path)
            return (), part.missing or read or tuple((*paths[0], *names) for names in self.asked)
        return (), part.missing


class _List(Plan):
    """A test over a list."""

    __slots__ = ("bound", "distinct", "follow", "place", "quantified", "satisfying", "where")

    def __init__(
        self,
        node: t.Quantified,
        where: Plan | None,
        satisfying: Plan | None,
        bound: Get | None,
        distinct: Get | None,
    ) -> None:
        remarked = any(plan is not None and plan.remarked for plan in (where, satisfying))
        super().__init__(node, self._decide, () if bound is None else (bound,), remarked)
        self.quantified = node
        self.where = where
        self.satisfying = satisfying
        self.bound = bound
        self.distinct = distinct
        self.follow = path_to(node.over)
        self.place = place_of(node.over)

    def _decide(self, run: Run, records: Records) -> Verdict:
        items = _items(self.follow(records))
        if items is None:
            return None
        survey = _Survey(self, run, records, items, to_the_end=False)
        bound = None if self.bound is None else self.bound(run, records, None)
        return survey.verdict(bound)

    def parts(self, run: Run, records: Records, paths: Paths) -> Iterable[Trace]:
        base = self.place(paths)
        for key, item in items_of(self.follow(records)) or ():
            inner, at = (*records, item), (*base, key)
            around = (*paths, at)
            if self.where is not None:
                member = self.where.verdict(run, inner)
                if member is False:
                    continue
                if member is None:
                    yield Trace(self.where, member, run, inner, around, at)
            if self.satisfying is not None:
                yield Trace(self.satisfying, self.satisfying.verdict(run, inner), run, inner, around, at)

    def noted(self, trace: Trace, run: Run, records: Records, paths: Paths) -> Noted:
        path = self.place(paths)
        items = items_of(self.follow(records))
        if items is None:
            return (), (path,)
        notes = self.read(run, records, paths)
        if self.distinct is not None:
            self._read_distinct(self.distinct, run, records, items, notes)
        missing: tuple[Path, ...] = ()
        if trace.verdict is None:
            missing = _together(trace.parts) + notes.missing() or (path,)
        return tuple(notes.seen), missing

    def counts(self, trace: Trace, run: Run, records: Records) -> tuple[int, ...]:
        items = _items(self.follow(records))
        return () if items is None else _Survey(self, run, records, items, to_the_end=True).counts()

    def _read_distinct(
        self,
        distinct: Get,
        run: Run,
        records: Records,
        items: Sequence[tuple[Any, Mapping[str, Encoded]]],
        notes: Notes,
    ) -> None:
        base = self.place(notes.paths)
        for key, item in items:
            inner = (*records, item)
            if self.where is not None and self.where.verdict(run, inner) is False:
                continue
            if self.satisfying is None or self.satisfying.verdict(run, inner) is not False:
                distinct(run, inner, notes.at((*base, key)))


class Planner(ValuePlanner):
    """Turns conditions into functions."""

    def __init__(self, definitions: t.Definitions) -> None:
        super().__init__(definitions)
        self._kept: dict[int, Plan] = {}

    def kept(self, node: t.Condition) -> Plan:
        """The plan of a condition, made once. A plan holds its node, so that the node's id stays its own."""
        plan = self._kept.get(id(node))
        if plan is None:
            if len(self._kept) >= _MOST_PLANS:
                self._kept.clear()
            plan = self._kept[id(node)] = self.plan(node)
        return plan

    def plan(self, node: t.Condition) -> Plan:
        match node:
            case t.All() | t.Either():
                of = [self.plan(part) for part in node.of]
                return _Group(node, _first_that_decides([plan.verdict for plan in of], isinstance(node, t.Either)), of)
            case t.AtLeast():
                return self._at_least(node)
            case t.Not():
                part = self.plan(node.of)
                return _Single(node, _opposite(part.verdict), part)
            case t.Remark():
                part = self.plan(node.of)
                if not node.otherwise_undecided:
                    return _Single(node, part.verdict, part)
                return _Single(node, _never_failing(part.verdict), part, _asked(node.of, self._definitions))
            case t.DerivedCondition():
                condition = self._definitions.derived[node.name].condition
                assert condition is not None
                part = self.plan(condition)
                return _Single(node, _from_the_top(part.verdict), part)
            case t.Compare():
                return self._compare(node)
            case t.OneOf() | t.Includes():
                return self._membership(node)
            case t.Shaped():
                return self._shaped(node)
            case t.Stated():
                value = self.value(node.value)
                return Plan(node, lambda run, records: None if value(run, records, None) is None else True, (value,))
            case t.Quantified():
                return _List(
                    node,
                    None if node.where is None else self.plan(node.where),
                    None if node.satisfying is None else self.plan(node.satisfying),
                    None if node.bound is None else self.value(node.bound),
                    None if node.distinct is None else self.value(node.distinct),
                )

    def _at_least(self, node: t.AtLeast) -> Plan:
        of, needed = [self.plan(part) for part in node.of], self.value(node.needed)

        def verdict(run: Run, records: Records) -> Verdict:
            wanted = needed(run, records, None)
            if wanted is None:
                return None
            verdicts = [plan.verdict(run, records) for plan in of]
            yes = verdicts.count(True)
            return True if yes >= wanted else None if yes + verdicts.count(None) >= wanted else False

        return _Group(node, verdict, of, (needed,))

    def _compare(self, node: t.Compare) -> Plan:
        left, right, holds = self.value(node.left), self.value(node.right), HOLDS[node.comparator]

        def verdict(run: Run, records: Records) -> Verdict:
            first, second = left(run, records, None), right(run, records, None)
            return None if first is None or second is None else holds(first, second)

        return Plan(node, _compare_as_held(node, right) or verdict, (left, right))

    def _shaped(self, node: t.Shaped) -> Plan:
        value = self.value(node.value)
        fixed = node.shapes if isinstance(node.shapes, tuple) else None
        among = None if isinstance(node.shapes, tuple) else self.value(node.shapes)

        def verdict(run: Run, records: Records) -> Verdict:
            text = value(run, records, None)
            shapes = fixed if among is None else among(run, records, None)
            return None if text is None or shapes is None else has_shape(text, shapes)

        return Plan(node, verdict, (value,) if among is None else (value, among))

    def _membership(self, node: t.OneOf | t.Includes) -> Plan:
        value = self.value(node.value)
        fixed = node.options if isinstance(node.options, tuple) else None
        among = None if isinstance(node.options, tuple) else self.value(node.options)
        one_of = isinstance(node, t.OneOf)
        every = isinstance(node, t.Includes) and node.which == "all"

        def verdict(run: Run, records: Records) -> Verdict:
            held = value(run, records, None)
            options: Any = fixed if among is None else among(run, records, None)
            if held is None or options is None:
                return None
            if isinstance(options, str):
                options = (options,)
            if one_of:
                return held in options
            found = [option in held for option in options]
            return all(found) if every else any(found)

        return Plan(node, verdict, (value,) if among is None else (value, among))


_MOST_PLANS = 10_000
_MOST_PLANNERS = 50
_PLANNERS: dict[int, tuple[t.Definitions, Planner]] = {}


def _planner_of(definitions: t.Definitions) -> Planner:
    """The plans over some definitions, kept from one submission to the next."""
    kept = _PLANNERS.get(id(definitions))
    if kept is None:
        if len(_PLANNERS) >= _MOST_PLANNERS:
            _PLANNERS.clear()
        kept = _PLANNERS[id(definitions)] = (definitions, Planner(definitions))
    return kept[1]


def _first_that_decides(of: Sequence[Decide], decides: bool) -> Decide:
    """`either` is met by the first part that is met, `all` fails with the first that fails."""

    def verdict(run: Run, records: Records) -> Verdict:
        open_ = False
        for part in of:
            said = part(run, records)
            if said is decides:
                return decides
            if said is None:
                open_ = True
        return None if open_ else not decides

    return verdict


def _opposite(of: Decide) -> Decide:
    def verdict(run: Run, records: Records) -> Verdict:
        said = of(run, records)
        return None if said is None else not said

    return verdict


def _asked(node: t.Condition, definitions: t.Definitions) -> tuple[Path, ...]:
    """The parts of the submission that a condition asks for, without those inside its lists."""
    found = (
        each.names for each in walk(node, definitions=definitions) if isinstance(each, t.PathTo) and each.scope < 0
    )
    return tuple(dict.fromkeys(found))


def _never_failing(of: Decide) -> Decide:
    return lambda run, records: of(run, records) or None


def _from_the_top(of: Decide) -> Decide:
    return lambda run, records: of(run, records[:1])


def _compare_as_held(node: t.Compare, bound: Get) -> Decide | None:
    """Evidence against what the rule states, or against other evidence: compared as it is held, without decoding."""
    left, right = as_held(node.left), as_held(node.right)
    holds = HOLDS[node.comparator]
    if left is None:
        return None
    first, scale = left
    if right is not None:
        second, other_scale = right

        def both(_: Run, records: Records) -> Verdict:
            one, other = first(records), second(records)
            return None if one is None or other is None else holds(one * other_scale, other * scale)

        def alike(_: Run, records: Records) -> Verdict:
            one, other = first(records), second(records)
            return None if one is None or other is None else holds(one, other)

        return alike if scale == other_scale else both
    if isinstance(node.right, t.Constant):
        figure = figure_as_held(node.right.value, scale)

        def against_figure(_: Run, records: Records) -> Verdict:
            one = first(records)
            return None if one is None else holds(one, figure)

        return against_figure
    if not on_date_alone(node.right):
        return None
    known: dict[date, int | None] = {}

    def against_date(run: Run, records: Records) -> Verdict:
        one = first(records)
        if run.on not in known:
            known[run.on] = figure_as_held(bound(run, records, None), scale)
        day = known[run.on]
        return None if one is None or day is None else holds(one, day)

    return against_date


# ── Lists ───────────────────────────────────────────────────────────────────────────────────────────


_SETTLED_BY: Mapping[str, object] = {"some": True, "every": False, "none": True}
"""The verdict on a single item that settles the whole list."""
_NOTHING: object = object()


class _Survey:
    """How the items of a list fell, by membership and test; those that are surely not in the list do not count."""

    __slots__ = ("in_open", "list", "no", "open_no", "open_open", "open_yes", "settled", "values", "values_open", "yes")

    def __init__(
        self, list_: _List, run: Run, records: Records, items: Iterable[Mapping[str, Encoded]], *, to_the_end: bool
    ) -> None:
        self.list = list_
        self.settled = False
        """Did an item settle the verdict? The rest was then not counted, unless the survey went to the end."""
        self.values: set[object] = set()
        """The distinct values that surely count."""
        self.values_open = 0
        where = None if list_.where is None else list_.where.verdict
        satisfying = None if list_.satisfying is None else list_.satisfying.verdict
        distinct = list_.distinct
        settling = _NOTHING if to_the_end else _SETTLED_BY.get(list_.quantified.kind, _NOTHING)
        yes = no = in_open = open_yes = open_no = open_open = 0
        for item in items:
            inner = records + (item,)  # noqa: RUF005  (the other spelling takes twice as long)
            member = True if where is None else where(run, inner)
            if member is False:
                continue
            test = True if satisfying is None else satisfying(run, inner)
            if distinct is not None and test is not False:
                test = self._keep(distinct(run, inner, None), member, test)
            if member:
                if test is settling:
                    self.settled = True
                    break
                if test:
                    yes += 1
                elif test is None:
                    in_open += 1
                else:
                    no += 1
            elif test:
                open_yes += 1
            elif test is None:
                open_open += 1
            else:
                open_no += 1
        self.yes, self.no, self.in_open = yes, no, in_open
        self.open_yes, self.open_no, self.open_open = open_yes, open_no, open_open

    def _keep(self, value: object, member: Verdict, test: Verdict) -> Verdict:
        """Keep a distinct value; a missing one leaves the test of its item open."""
        if value is None:
            test = None
        elif member and test:
            self.values.add(value)
        if member is None or test is None:
            self.values_open += 1
        return test

    def counts(self) -> tuple[int, int, int]:
        """How many items were in the list, satisfied the test, and were left undecided."""
        undecided = self.in_open + self.open_yes + self.open_no + self.open_open
        counted = self.yes if self.list.distinct is None else len(self.values)
        return self.yes + self.no + undecided, counted, undecided

    def verdict(self, bound: Fraction | int | None) -> Verdict:
        """What the operator concludes."""
        node = self.list.quantified
        if self.settled:
            return node.kind == "some"
        empty = WHEN_EMPTY[node.if_list_empty]
        if node.kind == "share":
            if bound is None:
                return None
            return share_verdict(
                self.yes, self.no, self.in_open, self.open_yes, self.open_no, self.open_open,
                comparator=node.comparator, bound=Fraction(bound), empty=empty,
            )  # fmt: skip
        counted, undecided = self.yes, self.in_open + self.open_yes + self.open_open
        comparator: t.Comparator = node.comparator
        if self.list.distinct is not None:
            counted, undecided = len(self.values), self.values_open
        match node.kind:
            case "every":
                counted, undecided = self.no, self.in_open + self.open_no + self.open_open
                comparator, bound = "at_most", 0
            case "none":
                comparator, bound = "at_most", 0
            case "some":
                comparator, bound = "at_least", 1
        if bound is None:
            return None
        return count_verdict(
            counted,
            undecided,
            present=self.yes + self.no + self.in_open > 0,
            maybe_present=self.open_yes + self.open_no + self.open_open > 0,
            comparator=comparator,
            bound=bound,
            empty=empty,
        )


def _items(raw: Any) -> Iterable[Mapping[str, Encoded]] | None:
    """The items of a list; None if there is none."""
    return raw if isinstance(raw, list) else raw.values() if isinstance(raw, dict) else None


def _together(parts: Sequence[Trace]) -> tuple[Path, ...]:
    """What the undecided parts miss."""
    return tuple(dict.fromkeys(path for part in parts if part.verdict is None for path in part.missing))
