"""Rules compiled to Python code objects: the same verdicts as `trace`, faster, without reasons.

The tree is turned into Python's own syntax tree and compiled; no source text is made, so nothing that
a user writes is ever parsed as code. Lists become loops with counters; numbers are integers throughout: a value
with decimals is a count of millionths, a ratio is kept as two integers and compared by cross-multiplication.

Every rule has two forms. The *plain* form assumes that all evidence which it reads is there, so each of its tests
is just true or false. The moment something is missing or undecided it gives up (KeyError) and the *careful* form
decides from the beginning, with the three values of `outcome`. Both skip what can no longer change the verdict. A
verdict of the plain form is that of the careful form: a group that is decided by its definite parts, or a list by
its definite items, is decided whatever the others are.

What depends only on the date (parameters, "12 months before assessment date") is worked out once for
that date and becomes a constant of the functions (`CompiledRules.on`).
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from types import CodeType, FunctionType
from typing import Any, cast

from ohaccredit.language import tree as t
from ohaccredit.language.compile_values import GIVE_UP, Scopes, Test, ValueBuilder
from ohaccredit.language.counting import HOLDS, WHEN_EMPTY, count_verdict, share_verdict
from ohaccredit.language.encode import Encoded
from ohaccredit.language.months import months_between
from ohaccredit.language.outcome import Outcome, outcome_of
from ohaccredit.language.series import series_change, series_count, series_level
from ohaccredit.language.syntax import (
    FALSE,
    NONE,
    TRUE,
    Expression,
    Statements,
    add,
    any_of,
    bottom_of,
    call,
    compared,
    if_,
    is_,
    joined,
    lacking,
    lacks,
    load,
    not_,
    once,
    positive,
    put,
    total,
)
from ohaccredit.language.text_shape import has_shape
from ohaccredit.language.trace import Tracer
from ohaccredit.language.trace_values import shifted
from ohaccredit.language.types import Choice

Evidence = Mapping[str, Encoded]
Decide = Callable[[Evidence], Outcome]


class CompiledRules:
    """The rules of an edition, ready to be bound to a date."""

    def __init__(self, definitions: t.Definitions, rules: Iterable[t.Rule]) -> None:
        self._definitions = definitions
        self._rules = {rule.criterion: rule for rule in rules}
        self._forms: dict[tuple[str, bool], _Form | None] = {}
        self._bound: dict[date, dict[str, Decide]] = {}

    def on(self, day: date) -> Mapping[str, Decide]:
        """For each criterion, the function from encoded evidence to its outcome on that date."""
        bound = self._bound.get(day)
        if bound is None:
            bound = self._bound[day] = {criterion: self._plain(rule, day) for criterion, rule in self._rules.items()}
        return bound

    def _plain(self, rule: t.Rule, day: date) -> Decide:
        form = self._form(rule, plain=True)
        names = {} if form is None else form.names(day)
        if form is None or None in names.values():  # no value on that date for what is taken for granted
            return self._careful(rule, day)

        def careful(evidence: Evidence) -> Outcome:
            """Made when it is first needed, and from then on in the place of this function."""
            names["careful"] = function = self._careful(rule, day)
            return function(evidence)

        names["careful"] = careful
        return cast("Decide", FunctionType(form.code, names))

    def _careful(self, rule: t.Rule, day: date) -> Decide:
        form = self._form(rule, plain=False)
        if form is not None:
            return cast("Decide", FunctionType(form.code, form.names(day)))
        return lambda evidence: Tracer(self._definitions, evidence, day).decide(rule).outcome

    def _form(self, rule: t.Rule, *, plain: bool) -> _Form | None:
        """The compiled rule; None if it is nested more deeply than Python can compile (20 loops, some 1,000 tests)."""
        key = (rule.criterion, plain)
        if key not in self._forms:
            try:
                self._forms[key] = _Form(self._definitions, rule, plain=plain)
            except (SyntaxError, RecursionError, MemoryError):
                self._forms[key] = None
        return self._forms[key]


class _Form:
    """A rule in one of its two forms, compiled."""

    def __init__(self, definitions: t.Definitions, rule: t.Rule, *, plain: bool) -> None:
        builder = _Builder(definitions, plain=plain)
        self.code = builder.function(rule)
        self._dated, self._fixed = builder.dated, builder.fixed

    def names(self, day: date) -> dict[str, object]:
        """What the code may refer to."""
        dated = {name: of(day) for name, of in self._dated.items()}
        return {**_RUNTIME, **self._fixed, **dated, "ON": day.toordinal()}


# What compiled functions call for the rare cases; the common ones are inline.


def _count(
    yes: int, open_: int, present: bool, maybe: bool, comparator: t.Comparator, bound: Any, empty: bool | None
) -> bool | None:
    return count_verdict(
        yes, open_, present=present, maybe_present=maybe, comparator=comparator, bound=bound, empty=empty
    )


def _share(
    yes: int,
    no: int,
    io: int,
    oy: int,
    on: int,
    oo: int,
    comparator: t.Comparator,
    bound: Fraction,
    empty: bool | None,
) -> bool | None:
    return share_verdict(yes, no, io, oy, on, oo, comparator=comparator, bound=bound, empty=empty)


def _shift(start: int, amount: int, unit: str, direction: str) -> int | None:
    moved = shifted(date.fromordinal(start), amount, unit, direction)
    return None if moved is None else moved.toordinal()


def _months(start: int, end: int) -> int:
    return months_between(date.fromordinal(start), date.fromordinal(end))


def _pair(value: Fraction | None) -> tuple[int, int] | None:
    return None if value is None else (value.numerator, value.denominator)


def _as_of(schedule: Sequence[tuple[int, object]], day: int) -> object:
    current = None
    for start, value in schedule:
        if start <= day:
            current = value
    return current


_RUNTIME: dict[str, object] = {
    "__builtins__": {"len": len, "min": min, "max": max, "KeyError": KeyError},
    "NOTHING": {},
    "count_": _count,
    "share_": _share,
    "shift_": _shift,
    "shaped_": has_shape,
    "months_": _months,
    "pair_": _pair,
    "as_of_": _as_of,
    "series_count_": series_count,
    "series_level_": series_level,
    "series_change_": series_change,
    "Fraction_": Fraction,
    "outcome_": outcome_of,
    "MET": Outcome.MET,
    "NOT_MET": Outcome.NOT_MET,
    "NOT_EVIDENCED": Outcome.NOT_EVIDENCED,
    "NOT_APPLICABLE": Outcome.NOT_APPLICABLE,
}

_SETTLED_BY: Mapping[str, tuple[str, bool]] = {"some": ("yes", True), "every": ("no", False), "none": ("yes", False)}
"""The kind of item of which one is enough to settle a list operator, and the verdict that it gives."""


class _Builder(ValueBuilder):
    """Builds one function."""

    def function(self, rule: t.Rule) -> CodeType:
        body = self._plain_body(rule) if self.plain else self._careful_body(rule)
        arguments = ast.arguments([], [ast.arg("d")], None, [], [], None, [])
        function = ast.FunctionDef("rule", arguments, body, [], None, None)
        if "type_params" in ast.FunctionDef._fields:  # Python 3.12 and later
            function.type_params = []  # type: ignore[attr-defined, unused-ignore]
        module = ast.fix_missing_locations(ast.Module([function], []))
        code = compile(module, f"<rule {rule.criterion}>", "exec")
        return next(each for each in code.co_consts if isinstance(each, CodeType))

    def _plain_body(self, rule: t.Rule) -> Statements:
        body: Statements = []
        if rule.applies_when is not None:
            applies = self.condition(rule.applies_when, ("d",))
            body += [*applies.before, if_(not_(applies.verdict), [ast.Return(load("NOT_APPLICABLE"))])]
        met = self.condition(rule.met_when, ("d",))
        body += [*met.before, ast.Return(ast.IfExp(met.verdict, load("MET"), load("NOT_MET")))]
        ask = ast.ExceptHandler(load("KeyError"), None, [ast.Return(call("careful", load("d")))])
        return [ast.Try(body, [ask], [], [])]

    def _careful_body(self, rule: t.Rule) -> Statements:
        body: Statements = []
        applies: ast.expr = TRUE
        if rule.applies_when is not None:
            body, applies = self.named(self.condition(rule.applies_when, ("d",)))
            body = [*body, if_(is_(applies, False), [ast.Return(load("NOT_APPLICABLE"))])]
        met = self.condition(rule.met_when, ("d",))
        return [*body, *met.before, ast.Return(call("outcome_", applies, met.verdict))]

    # ── Conditions ──

    def condition(self, node: t.Condition, scopes: Scopes) -> Test:
        match node:
            case t.All() | t.Either():
                return self._group(node, scopes)
            case t.AtLeast():
                return self._at_least(node, scopes)
            case t.Not():
                inner = self.condition(node.of, scopes)
                if not inner.open:
                    return Test(inner.before, not_(inner.verdict))
                statements, verdict = self.named(inner)
                return Test(statements, ast.IfExp(is_(verdict, None), NONE, not_(verdict)), True)
            case t.Remark():
                return self._remark(node, scopes)
            case t.DerivedCondition():
                condition = self._definitions.derived[node.name].condition
                assert condition is not None
                return self.condition(condition, scopes[:1])
            case t.Compare():
                before, left = self.value(node.left, scopes)
                after, right = self.value(node.right, scopes)
                return _guarded([*before, *after], [left, right], compared(left, node.comparator, right))
            case t.OneOf():
                return self._one_of(node, scopes)
            case t.Includes():
                return self._includes(node, scopes)
            case t.Shaped():
                return self._shaped(node, scopes)
            case t.Stated():
                statements, value = self.value(node.value, scopes)
                if not value.may_lack:  # reading it is the test: the plain form gives up if it is missing
                    return Test([*statements, ast.Expr(value.top)], TRUE)
                return _guarded(statements, [value], TRUE)
            case t.Quantified():
                return self._quantified(node, scopes)

    def _group(self, node: t.All | t.Either, scopes: Scopes) -> Test:
        """Stop at the first part that decides; else None if any part is undecided."""
        decides = isinstance(node, t.Either)
        operator: ast.boolop = ast.Or() if decides else ast.And()
        runs: list[list[Test]] = []  # neighbours that need no statements of their own are one expression
        for each in node.of:
            test = self.condition(each, scopes)
            if runs and not test.before and not test.open and not runs[-1][-1].open:
                runs[-1].append(test)
            else:
                runs.append([test])
        tests = [Test(run[0].before, joined(operator, [test.verdict for test in run]), run[0].open) for run in runs]
        if len(tests) == 1:
            return tests[0]
        out = self.name()
        body: Statements = []
        for test in tests:
            statements, verdict = self.named(test) if test.open else (test.before, test.verdict)
            stop: Statements = [put(out, ast.Constant(decides)), ast.Break()]
            undecided: Statements = [put(out, NONE)]
            body += statements
            if not test.open:
                body.append(if_(verdict if decides else not_(verdict), stop))
            elif decides:
                body.append(if_(verdict, stop, [if_(is_(verdict, None), undecided)]))
            else:
                body.append(if_(not_(verdict), [if_(is_(verdict, None), undecided, stop)]))
        return Test([put(out, ast.Constant(not decides)), once(body)], load(out), any(test.open for test in tests))

    def _at_least(self, node: t.AtLeast, scopes: Scopes) -> Test:
        yes, open_ = self.name(), self.name()
        tests = [self.condition(each, scopes) for each in node.of]
        some_open = any(test.open for test in tests)
        body: Statements = [put(yes, ast.Constant(0)), *([put(open_, ast.Constant(0))] if some_open else [])]
        for test in tests:
            if test.open:
                statements, verdict = self.named(test)
                body += [*statements, if_(verdict, [add(yes)], [if_(is_(verdict, None), [add(open_)])])]
            else:
                body += [*test.before, if_(test.verdict, [add(yes)])]
        statements, needed = self.value(node.needed, scopes)
        result = compared(Expression(load(yes)), "at_least", needed)
        if some_open:
            possible = compared(Expression(total([load(yes), load(open_)])), "at_least", needed)
            result = ast.IfExp(result, TRUE, ast.IfExp(possible, NONE, FALSE))
        guarded = _guarded([*body, *statements], [needed], result)
        return Test(guarded.before, guarded.verdict, guarded.open or some_open)

    def _remark(self, node: t.Remark, scopes: Scopes) -> Test:
        inner = self.condition(node.of, scopes)
        if not node.otherwise_undecided:
            return inner
        if self.plain:
            return Test([*inner.before, if_(not_(inner.verdict), [GIVE_UP])], TRUE)
        return Test(inner.before, ast.IfExp(inner.verdict, TRUE, NONE), True)

    def _one_of(self, node: t.OneOf, scopes: Scopes) -> Test:
        statements, value = self.value(node.value, scopes)
        if isinstance(node.options, tuple):
            found = ast.Compare(value.top, [ast.In()], [ast.Constant(cast("Any", node.options))])
            return _guarded(statements, [value], found)
        more, among = self.value(node.options, scopes)
        operator: ast.cmpop = ast.Eq() if isinstance(node.options.type, Choice) else ast.In()
        return _guarded([*statements, *more], [value, among], ast.Compare(value.top, [operator], [among.top]))

    def _shaped(self, node: t.Shaped, scopes: Scopes) -> Test:
        statements, value = self.value(node.value, scopes)
        if isinstance(node.shapes, tuple):
            return _guarded(statements, [value], call("shaped_", value.top, ast.Constant(cast("Any", node.shapes))))
        more, among = self.value(node.shapes, scopes)
        return _guarded([*statements, *more], [value, among], call("shaped_", value.top, among.top))

    def _includes(self, node: t.Includes, scopes: Scopes) -> Test:
        statements, value = self.value_now(node.value, scopes)
        if isinstance(node.options, tuple):
            tests: list[ast.expr] = [ast.Compare(ast.Constant(o), [ast.In()], [value.top]) for o in node.options]
            return _guarded(statements, [value], joined(ast.And() if node.which == "all" else ast.Or(), tests))
        more, among = self.value(node.options, scopes)
        statements = [*statements, *more]
        if isinstance(node.options.type, Choice):
            return _guarded(statements, [value, among], ast.Compare(among.top, [ast.In()], [value.top]))
        each, out = self.name(), self.name()
        decides = node.which == "any"
        inside: ast.expr = ast.Compare(load(each), [ast.In() if decides else ast.NotIn()], [value.top])
        stop: Statements = [put(out, ast.Constant(decides)), ast.Break()]
        loop = ast.For(ast.Name(each, ast.Store()), among.top, [if_(inside, stop)], [])
        work: Statements = [put(out, ast.Constant(not decides)), loop]
        return self._unless_lacking([*statements], lacking([value, among]), out, work)

    def _unless_lacking(self, before: Statements, missing: Sequence[ast.expr], out: str, work: Statements) -> Test:
        """Work that leaves a verdict in `out`, which is None if something is missing."""
        if not missing:
            return Test([*before, *work], load(out))
        return Test([*before, if_(any_of(missing), [put(out, NONE)], work)], load(out), True)

    # ── Lists ──

    def _quantified(self, node: t.Quantified, scopes: Scopes) -> Test:
        fetch, items, iterable = self.items(node.over, node.collection, scopes)
        more, bound = ([], None) if node.bound is None else self.value_now(node.bound, scopes)
        item, out = self.name(), self.name()
        tally = _Tally(self, node, items, out, bound, (*scopes, item))
        loop = ast.For(ast.Name(item, ast.Store()), iterable, tally.body, tally.settle if tally.settled_by else [])
        work = [*tally.start, loop, *([] if tally.settled_by else tally.settle)]
        missing = [] if self.plain else [is_(load(items), None)]
        test = self._unless_lacking([*fetch, *more], [*missing, *lacking([bound] if bound else [])], out, work)
        return Test(test.before, test.verdict, test.open or tally.open)


class _Tally:
    """The loop of one list operator: it counts the items and settles the verdict, which it leaves in `out`.

    The counters are `sure` (in the list), of these `yes` (satisfying the test) and `undecided`; and where it is open
    whether an item is in the list, `maybe`, of these `maybe_yes` and `maybe_undecided`. Only those are kept that can
    change and that are asked for. One item that fails settles `every`, one that satisfies settles `some` and `none`.
    """

    def __init__(
        self, builder: _Builder, node: t.Quantified, items: str, out: str, bound: Expression | None, scopes: Scopes
    ) -> None:
        self._builder = builder
        self._node = node
        self._items = items
        self._out = out
        self._bound = bound or Expression(ast.Constant(0))
        self._empty = WHEN_EMPTY[node.if_list_empty]
        self._counters: dict[str, str] = {}
        self.settled_by, self._settled_as = _SETTLED_BY.get(node.kind, ("", False))
        where = Test([], TRUE) if node.where is None else builder.condition(node.where, scopes)
        test = Test([], TRUE) if node.satisfying is None else builder.condition(node.satisfying, scopes)
        distinct = None if node.distinct is None else builder.value(node.distinct, scopes)
        self._some_open = where.open or test.open or (distinct is not None and distinct[1].may_lack)
        # Where the counts say of an empty list what the rule says of it, nobody needs to ask whether it is empty.
        self._asks_if_empty = self._some_open or self._empty is None or self._empty is not self._verdict_of_nothing()
        self.open = not builder.plain and (self._some_open or (self._asks_if_empty and self._empty is None))
        self.body = self._members(where, test, distinct)
        """What is done with each item."""
        self.settle = self._settle()
        """What follows once no item has settled the verdict."""
        self.start = [put(each, ast.Constant(0)) for name, each in self._counters.items() if name != "values"]
        """The counters at the beginning."""
        if "values" in self._counters:
            self.start.append(put(self._counters["values"], ast.Dict([], [])))

    def _verdict_of_nothing(self) -> bool | None:
        """What the counts alone would say of an empty list; None if that is not known here."""
        node, bound = self._node, self._bound
        if self.settled_by:
            return not self._settled_as
        if node.kind == "share":  # 0 against a share of 0
            return HOLDS[node.comparator](0, 0)
        if isinstance(bound.top, ast.Constant) and isinstance(bound.top.value, int):
            return HOLDS[node.comparator](0, bound.top.value)
        return None

    # ── One item ──

    def _members(self, where: Test, test: Test, distinct: tuple[Statements, Expression] | None) -> Statements:
        """Skip what is not in the list; count the rest."""
        before, verdict = self._builder.named(test) if test.open or where.open else (test.before, test.verdict)
        tested = Test(before, verdict, test.open)
        sure = self._sort(tested, "yes", "undecided", distinct)
        if self._node.where is None:
            return [*tested.before, *sure] or [ast.Pass()]
        if self._asks_if_empty or self._node.kind == "share":
            sure = [self._more("sure"), *sure]
        if not where.open:
            inside = [*tested.before, *sure]
            first = inside[0]
            if len(inside) == 1 and isinstance(first, ast.If) and not first.orelse:
                return [*where.before, if_(joined(ast.And(), [where.verdict, first.test]), first.body)]
            return [*where.before, if_(where.verdict, inside)]
        statements, member = self._builder.named(where)
        maybe = [self._more("maybe"), *self._sort(tested, "maybe_yes", "maybe_undecided", distinct, sure=False)]
        return [*statements, if_(not_(is_(member, False)), [*tested.before, if_(member, sure, maybe)])]

    def _sort(
        self,
        test: Test,
        yes: str,
        undecided: str,
        distinct: tuple[Statements, Expression] | None,
        *,
        sure: bool = True,
    ) -> Statements:
        """Count an item under what its test said."""
        settle: Statements = [put(self._out, ast.Constant(self._settled_as)), ast.Break()]
        doubt = [self._more(undecided)] if test.open else []
        met: Statements = []
        failed: Statements = []
        if distinct is not None:
            statements, value = distinct
            doubt = [self._more("undecided")]
            met = [*statements, *(self._keep(value) if sure else doubt)]
            doubt = doubt if test.open else []
        elif sure and self.settled_by == "no":
            failed = settle
        elif sure and self.settled_by == "yes":
            met = settle
        elif self._node.satisfying is not None or self._node.where is not None or not sure:
            met = [self._more(yes)]
        if self.settled_by == "no" and not sure:
            met = [self._more(yes)]
        if isinstance(test.verdict, ast.Constant):
            return met if test.verdict.value else failed
        if test.open:
            return [if_(test.verdict, met or [ast.Pass()], [if_(is_(test.verdict, None), doubt, failed)])]
        if met:
            return [if_(test.verdict, met, failed)]
        return [if_(not_(test.verdict), failed)] if failed else []

    def _keep(self, value: Expression) -> Statements:
        """Remember a distinct value; a missing one leaves the item undecided."""
        values = self._counters.setdefault("values", self._builder.name())
        keep = ast.Assign([ast.Subscript(load(values), value.top, ast.Store())], TRUE)
        return [if_(lacks(value), [self._more("undecided")], [keep])] if value.may_lack else [keep]

    def _more(self, counter: str) -> ast.stmt:
        return add(self._counters.setdefault(counter, self._builder.name()))

    # ── The verdict ──

    def _count(self, counter: str) -> ast.expr:
        return load(self._counters[counter]) if counter in self._counters else ast.Constant(0)

    def _sure(self) -> ast.expr:
        """How many items are surely in the list."""
        return call("len", load(self._items)) if self._node.where is None else self._count("sure")

    def _yes(self) -> ast.expr:
        if self._node.distinct is not None:
            return call("len", load(self._counters["values"]))
        everything = self._node.where is None and self._node.satisfying is None
        return self._sure() if everything and not self.settled_by else self._count("yes")

    def _settle(self) -> Statements:
        present = load(self._items) if self._node.where is None else self._count("sure")
        verdict = self._closed()
        if self._asks_if_empty:
            if self._empty is None and self._builder.plain:
                return [if_(not_(present), [GIVE_UP]), put(self._out, verdict)]
            verdict = ast.IfExp(present, verdict, ast.Constant(self._empty))
        if self._some_open:
            names = ("undecided", "maybe")
            doubts = [load(self._counters[name]) for name in names if name in self._counters]
            verdict = ast.IfExp(any_of(doubts), self._interval(), verdict)
        return [put(self._out, verdict)]

    def _closed(self) -> ast.expr:
        """The verdict over items none of which is undecided, if there are any."""
        if self.settled_by:
            return ast.Constant(not self._settled_as)
        counted = Expression(self._yes(), self._sure() if self._node.kind == "share" else 1)
        return compared(counted, self._node.comparator, self._bound)

    def _interval(self) -> ast.expr:
        """The verdict where some items are undecided (`counting`)."""
        node, bound = self._node, self._bound
        sure, yes, undecided = self._sure(), self._yes(), self._count("undecided")
        maybe, maybe_yes, maybe_undecided = map(self._count, ("maybe", "maybe_yes", "maybe_undecided"))
        empty = ast.Constant(self._empty)
        exact = bound.top if bound.bottom == 1 else call("Fraction_", bound.top, bottom_of(bound))
        if node.kind == "share":
            no = _less(sure, yes, undecided)
            maybe_no = _less(maybe, maybe_yes, maybe_undecided)
            comparator = ast.Constant(node.comparator)
            return call("share_", yes, no, undecided, maybe_yes, maybe_no, maybe_undecided, comparator, exact, empty)
        open_ = total([undecided, maybe_yes, maybe_undecided])
        comparator_: t.Comparator = node.comparator
        if self.settled_by:  # no item that counts for sure; perhaps some that may
            yes, exact, comparator_ = ast.Constant(0), ast.Constant(int(node.kind == "some")), "at_most"
            if node.kind == "some":
                comparator_ = "at_least"
            if node.kind == "every":
                open_ = total([undecided, _less(maybe, maybe_yes)])
        return call("count_", yes, open_, positive(sure), positive(maybe), ast.Constant(comparator_), exact, empty)


def _less(count: ast.expr, *parts: ast.expr) -> ast.expr:
    for each in parts:
        count = ast.BinOp(count, ast.Sub(), each)
    return count


def _guarded(before: Statements, values: Sequence[Expression], verdict: ast.expr) -> Test:
    """The verdict, or None if one of the values is missing."""
    missing = lacking(values)
    if not missing:
        return Test(before, verdict)
    return Test(before, ast.IfExp(any_of(missing), NONE, verdict), True)
