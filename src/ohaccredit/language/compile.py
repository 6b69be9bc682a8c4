"""Rules compiled to Python code objects: the same verdicts as `trace`, faster, without reasons.

The tree is turned into Python's own syntax tree and compiled; no source text is made, so nothing that
a user writes is ever parsed as code. Every condition becomes straight-line statements that leave True, False or
None in a local variable; lists become loops with counters. Numbers are integers throughout: a value with
decimals is a count of millionths, a ratio is kept as two integers and compared by cross-multiplication.

What depends only on the date (parameters, "12 months before assessment date") is worked out once for
that date and becomes a constant of the functions (`CompiledRules.on`).
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from types import CodeType, FunctionType
from typing import Any, cast

from ohaccredit.language import tree as t
from ohaccredit.language.counting import WHEN_EMPTY, count_verdict, share_verdict
from ohaccredit.language.encode import Encoded
from ohaccredit.language.months import months_between
from ohaccredit.language.numbers import MILLIONTHS
from ohaccredit.language.outcome import Outcome, outcome_of
from ohaccredit.language.series import series_change, series_count, series_level
from ohaccredit.language.trace import shifted
from ohaccredit.language.types import Choice, Keyed, Number

Evidence = Mapping[str, Encoded]
Decide = Callable[[Evidence], Outcome]

_OPERATORS: Mapping[t.Comparator, type[ast.cmpop]] = {
    "is": ast.Eq,
    "at_least": ast.GtE,
    "at_most": ast.LtE,
    "more_than": ast.Gt,
    "less_than": ast.Lt,
}


class CompiledRules:
    """The rules of an edition, ready to be bound to a date."""

    def __init__(self, definitions: t.Definitions, rules: Iterable[t.Rule]) -> None:
        self._definitions = definitions
        self._code: dict[str, CodeType] = {}
        self._dated: dict[str, Callable[[date], object]] = {}
        self._fixed: dict[str, object] = {}
        self._bound: dict[date, dict[str, Decide]] = {}
        for rule in rules:
            builder = _Builder(definitions, self._dated, self._fixed)
            self._code[rule.criterion] = builder.function(rule)

    def on(self, day: date) -> Mapping[str, Decide]:
        """For each criterion, the function from encoded evidence to its outcome on that date."""
        bound = self._bound.get(day)
        if bound is None:
            names = (
                {name: of(day) for name, of in self._dated.items()} | self._fixed | _RUNTIME | {"ON": day.toordinal()}
            )
            bound = {criterion: FunctionType(code, names) for criterion, code in self._code.items()}
            self._bound[day] = bound
        return bound


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
    num: int,
    den: int,
    empty: bool | None,
) -> bool | None:
    return share_verdict(yes, no, io, oy, on, oo, comparator=comparator, bound=Fraction(num, den), empty=empty)


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
    "__builtins__": {"len": len, "min": min, "max": max},
    "NOTHING": {},
    "count_": _count,
    "share_": _share,
    "shift_": _shift,
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

# ── Small makers of Python syntax ───────────────────────────────────────────────────────────────────

NONE = ast.Constant(None)


def _load(name: str) -> ast.expr:
    return ast.Name(name, ast.Load())


def _set(name: str, value: ast.expr) -> ast.stmt:
    return ast.Assign([ast.Name(name, ast.Store())], value)


def _add(name: str) -> ast.stmt:
    return ast.AugAssign(ast.Name(name, ast.Store()), ast.Add(), ast.Constant(1))


def _call(name: str, *arguments: ast.expr) -> ast.expr:
    return ast.Call(_load(name), list(arguments), [])


def _get(record: ast.expr, key: str, default: ast.expr | None = None) -> ast.expr:
    return ast.Call(ast.Attribute(record, "get", ast.Load()), [ast.Constant(key), *([default] if default else [])], [])


def _is(value: ast.expr, what: bool | None) -> ast.expr:
    return ast.Compare(value, [ast.Is()], [ast.Constant(what)])


def _if(test: ast.expr, then: list[ast.stmt], otherwise: list[ast.stmt] | None = None) -> ast.stmt:
    return ast.If(test, then, otherwise or [])


def _times(left: ast.expr, factor: int) -> ast.expr:
    if factor == 1:
        return left
    if isinstance(left, ast.Constant) and isinstance(left.value, int):
        return ast.Constant(left.value * factor)
    return ast.BinOp(left, ast.Mult(), ast.Constant(factor))


@dataclass(frozen=True, slots=True)
class _Expression:
    """A value as Python expressions: an integer (or option, date, boolean) over a denominator.

    `may_lack` says that `top` can be None at run time.
    """

    top: ast.expr
    bottom: ast.expr | int = 1
    may_lack: bool = False


class _Builder:
    """Builds one function. Variables are numbered; each condition leaves its verdict in one of them."""

    def __init__(
        self, definitions: t.Definitions, dated: dict[str, Callable[[date], object]], fixed: dict[str, object]
    ) -> None:
        self._definitions = definitions
        self._dated = dated
        self._fixed = fixed
        self._next = 0

    def function(self, rule: t.Rule) -> CodeType:
        body: list[ast.stmt] = []
        if rule.applies_when is None:
            applies: ast.expr = ast.Constant(True)
        else:
            verdict, statements = self._condition(rule.applies_when, ("d",))
            applies = _load(verdict)
            body += [*statements, _if(_is(applies, False), [ast.Return(_load("NOT_APPLICABLE"))])]
        verdict, statements = self._condition(rule.met_when, ("d",))
        body += statements
        met = _load(verdict)
        if rule.applies_when is None:
            chosen = ast.IfExp(met, _load("MET"), ast.IfExp(_is(met, None), _load("NOT_EVIDENCED"), _load("NOT_MET")))
            body.append(ast.Return(chosen))
        else:
            body.append(ast.Return(_call("outcome_", applies, met)))
        arguments = ast.arguments([], [ast.arg("d")], None, [], [], None, [])
        function = ast.FunctionDef("rule", arguments, body, [], None, None)
        if "type_params" in ast.FunctionDef._fields:  # Python 3.12 and later
            function.type_params = []  # type: ignore[attr-defined, unused-ignore]
        module = ast.fix_missing_locations(ast.Module([function], []))
        code = compile(module, f"<rule {rule.criterion}>", "exec")
        return next(each for each in code.co_consts if isinstance(each, CodeType))

    def _name(self) -> str:
        self._next += 1
        return f"v{self._next}"

    # ── Conditions ──

    def _condition(self, node: t.Condition, scopes: tuple[str, ...]) -> tuple[str, list[ast.stmt]]:
        """The variable that will hold the verdict, and the statements that put it there."""
        out = self._name()
        match node:
            case t.All() | t.Either():
                return out, self._group(node, scopes, out)
            case t.AtLeast():
                return out, self._at_least(node, scopes, out)
            case t.Not():
                inner, statements = self._condition(node.of, scopes)
                negated = ast.IfExp(_is(_load(inner), None), NONE, ast.UnaryOp(ast.Not(), _load(inner)))
                return out, [*statements, _set(out, negated)]
            case t.Remark():
                inner, statements = self._condition(node.of, scopes)
                if node.otherwise_undecided:
                    statements = [*statements, _set(inner, ast.IfExp(_load(inner), ast.Constant(True), NONE))]
                return inner, statements
            case t.DerivedCondition():
                condition = self._definitions.derived[node.name].condition
                assert condition is not None
                return self._condition(condition, scopes[:1])
            case t.Compare():
                return out, self._compare(node, scopes, out)
            case t.OneOf() | t.Includes():
                return out, self._membership(node, scopes, out)
            case t.Stated():
                statements, value = self._value(node.value, scopes)
                return out, self._guarded(out, statements, [value], ast.Constant(True))
            case t.Quantified():
                return out, self._quantified(node, scopes, out)

    def _group(self, node: t.All | t.Either, scopes: tuple[str, ...], out: str) -> list[ast.stmt]:
        """Stop at the first part that decides; else None if any part is undecided."""
        decides = isinstance(node, t.Either)
        body: list[ast.stmt] = [_set(out, ast.Constant(not decides))]
        for part in node.of:
            inner, statements = self._condition(part, scopes)
            stop: list[ast.stmt] = [_set(out, ast.Constant(decides)), ast.Break()]
            body += [
                *statements,
                _if(_is(_load(inner), decides), stop),
                _if(_is(_load(inner), None), [_set(out, NONE)]),
            ]
        return [_once(body)]

    def _at_least(self, node: t.AtLeast, scopes: tuple[str, ...], out: str) -> list[ast.stmt]:
        yes, open_ = self._name(), self._name()
        body: list[ast.stmt] = [_set(yes, ast.Constant(0)), _set(open_, ast.Constant(0))]
        for part in node.of:
            inner, statements = self._condition(part, scopes)
            body += [
                *statements,
                _if(_load(inner), [_add(yes)], [_if(_is(_load(inner), None), [_add(open_)])]),
            ]
        statements, needed = self._value(node.needed, scopes)
        enough = ast.Compare(_load(yes), [ast.GtE()], [needed.top])
        possible = ast.Compare(ast.BinOp(_load(yes), ast.Add(), _load(open_)), [ast.GtE()], [needed.top])
        verdict = ast.IfExp(enough, ast.Constant(True), ast.IfExp(possible, NONE, ast.Constant(False)))
        return [*body, *self._guarded(out, statements, [needed], verdict)]

    def _compare(self, node: t.Compare, scopes: tuple[str, ...], out: str) -> list[ast.stmt]:
        before, left = self._value(node.left, scopes)
        after, right = self._value(node.right, scopes)
        verdict = _compared(left, node.comparator, right)
        return self._guarded(out, [*before, *after], [left, right], verdict)

    def _membership(self, node: t.OneOf | t.Includes, scopes: tuple[str, ...], out: str) -> list[ast.stmt]:
        statements, value = self._value(node.value, scopes)
        if isinstance(node, t.OneOf):
            held, options = [value], node.options
            if isinstance(options, tuple):
                found = ast.Compare(value.top, [ast.In()], [ast.Constant(cast("Any", options))])
                return self._guarded(out, statements, held, found)
            more, among = self._value(options, scopes)
            test: ast.expr = ast.Compare(value.top, [ast.In()], [among.top])
            if isinstance(options.type, Choice):
                test = ast.Compare(value.top, [ast.Eq()], [among.top])
            return self._guarded(out, [*statements, *more], [value, among], test)
        if isinstance(node.options, tuple):
            tests: list[ast.expr] = [ast.Compare(ast.Constant(o), [ast.In()], [value.top]) for o in node.options]
            joined = ast.BoolOp(ast.And() if node.which == "all" else ast.Or(), tests) if len(tests) > 1 else tests[0]
            return self._guarded(out, statements, [value], joined)
        more, among = self._value(node.options, scopes)
        if isinstance(node.options.type, Choice):
            single = ast.Compare(among.top, [ast.In()], [value.top])
            return self._guarded(out, [*statements, *more], [value, among], single)
        each = self._name()
        decides = node.which == "any"
        inside: ast.expr = ast.Compare(_load(each), [ast.In()], [value.top])
        if not decides:
            inside = ast.UnaryOp(ast.Not(), inside)
        loop = ast.For(
            ast.Name(each, ast.Store()),
            among.top,
            [_if(inside, [_set(out, ast.Constant(decides)), ast.Break()])],
            [],
        )
        lacking = [_load_lacks(x) for x in (value, among) if x.may_lack]
        work: list[ast.stmt] = [_set(out, ast.Constant(not decides)), loop]
        return [*statements, *more, *(_unless_lacking(out, lacking, work))]

    def _guarded(
        self, out: str, statements: list[ast.stmt], values: Sequence[_Expression], verdict: ast.expr
    ) -> list[ast.stmt]:
        """`out` is the verdict, or None if one of the values is lacking."""
        lacking = [_load_lacks(value) for value in values if value.may_lack]
        if not lacking:
            return [*statements, _set(out, verdict)]
        test = lacking[0] if len(lacking) == 1 else ast.BoolOp(ast.Or(), lacking)
        return [*statements, _set(out, ast.IfExp(test, NONE, verdict))]

    # ── Lists ──

    def _quantified(self, node: t.Quantified, scopes: tuple[str, ...], out: str) -> list[ast.stmt]:
        items, item = self._name(), self._name()
        statements = [_set(items, self._path(node.over, scopes))]
        more, bound = ([], None) if node.bound is None else self._value(node.bound, scopes)
        body = self._loop(node, (*scopes, item), items, item, out, bound)
        guard = _is(_load(items), None)
        if bound is not None and bound.may_lack:
            guard = ast.BoolOp(ast.Or(), [guard, _load_lacks(bound)])
        return [*statements, *more, _if(guard, [_set(out, NONE)], body)]

    def _loop(
        self,
        node: t.Quantified,
        scopes: tuple[str, ...],
        items: str,
        item: str,
        out: str,
        bound: _Expression | None,
    ) -> list[ast.stmt]:
        """Count the items by membership and test; then settle the verdict, inline where nothing is open."""
        yes, no, io, oy, on, oo = names = [self._name() for _ in range(6)]
        start: list[ast.stmt] = [_set(name, ast.Constant(0)) for name in names]
        values = self._name()
        member: str | None = None
        body: list[ast.stmt] = []
        if node.where is not None:
            member, statements = self._condition(node.where, scopes)
            body += [*statements, _if(_is(_load(member), False), [ast.Continue()])]
        tested: str | None = None
        if node.satisfying is not None:
            tested, statements = self._condition(node.satisfying, scopes)
            body += statements
        if node.distinct is not None:
            # A distinct count needs the values: those that surely count, and how many might.
            start.append(_set(values, ast.Dict([], [])))
            return [
                *start,
                *self._distinct(node, scopes, items, item, body, member, tested, names, values, out, bound),
            ]
        sure = _branch(tested, [_add(yes)], [_add(no)], [_add(io)])
        if member is None:
            body += sure
        else:
            body.append(_if(_load(member), sure, _branch(tested, [_add(oy)], [_add(on)], [_add(oo)])))
        iterable: ast.expr = _load(items)
        if isinstance(node.collection, Keyed):
            iterable = ast.Call(ast.Attribute(iterable, "values", ast.Load()), [], [])
        loop = ast.For(ast.Name(item, ast.Store()), iterable, body, [])
        return [*start, loop, *self._settle(node, names, out, bound)]

    def _settle(self, node: t.Quantified, names: Sequence[str], out: str, bound: _Expression | None) -> list[ast.stmt]:
        yes, no, io, oy, on, oo = (_load(name) for name in names)
        empty = ast.Constant(WHEN_EMPTY[node.if_list_empty])
        all_open = _sum(io, oy, on, oo)
        if node.kind == "share":
            assert bound is not None
            plain = _compared(_Expression(yes, _sum(yes, no)), node.comparator, bound)
            bottom = ast.Constant(bound.bottom) if isinstance(bound.bottom, int) else bound.bottom
            careful = _call("share_", yes, no, io, oy, on, oo, ast.Constant(node.comparator), bound.top, bottom, empty)
        else:
            counted: ast.expr
            if node.kind == "every":
                counted, undecided, comparator, limit = (
                    no,
                    _sum(io, on, oo),
                    "at_most",
                    _Expression(ast.Constant(0)),
                )
            else:
                counted, undecided = yes, _sum(io, oy, oo)
                comparator, limit = {
                    "none": ("at_most", _Expression(ast.Constant(0))),
                    "some": ("at_least", _Expression(ast.Constant(1))),
                }.get(node.kind, (node.comparator, bound or _Expression(ast.Constant(0))))
            plain = _compared(_Expression(counted), comparator, limit)  # type: ignore[arg-type]
            present = ast.Compare(_sum(yes, no, io), [ast.Gt()], [ast.Constant(0)])
            maybe = ast.Compare(_sum(oy, on, oo), [ast.Gt()], [ast.Constant(0)])
            exact = limit.top if limit.bottom == 1 else _call("Fraction_", limit.top, _bottom(limit))
            careful = _call("count_", counted, undecided, present, maybe, ast.Constant(comparator), exact, empty)
        decided = ast.IfExp(ast.BoolOp(ast.Or(), [yes, no]), plain, empty)
        return [_set(out, ast.IfExp(all_open, careful, decided))]

    def _distinct(
        self,
        node: t.Quantified,
        scopes: tuple[str, ...],
        items: str,
        item: str,
        body: list[ast.stmt],
        member: str | None,
        tested: str | None,
        names: Sequence[str],
        values: str,
        out: str,
        bound: _Expression | None,
    ) -> list[ast.stmt]:
        assert node.distinct is not None
        sure_in, maybe_in, open_ = names[0], names[3], names[5]
        statements, value = self._value(node.distinct, scopes)
        keep = ast.Assign([ast.Subscript(_load(values), value.top, ast.Store())], ast.Constant(True))
        certain: list[ast.expr] = [ast.UnaryOp(ast.Not(), _is(value.top, None))]
        certain += [_load(name) for name in (member, tested) if name is not None]
        count = _if(ast.BoolOp(ast.And(), certain) if len(certain) > 1 else certain[0], [keep], [_add(open_)])
        here: list[ast.stmt] = (
            [_add(sure_in)] if member is None else [_if(_load(member), [_add(sure_in)], [_add(maybe_in)])]
        )
        work: list[ast.stmt] = [*statements, count]
        if tested is not None:
            work = [_if(_is(_load(tested), False), [ast.Pass()], work)]
        loop = ast.For(ast.Name(item, ast.Store()), _load(items), [*body, *here, *work], [])
        limit = bound or _Expression(ast.Constant(1))
        exact = limit.top if limit.bottom == 1 else _call("Fraction_", limit.top, _bottom(limit))
        verdict = _call(
            "count_",
            _call("len", _load(values)),
            _load(open_),
            ast.Compare(_load(sure_in), [ast.Gt()], [ast.Constant(0)]),
            ast.Compare(_load(maybe_in), [ast.Gt()], [ast.Constant(0)]),
            ast.Constant({"some": "at_least", "none": "at_most"}.get(node.kind, node.comparator)),
            exact,
            ast.Constant(WHEN_EMPTY[node.if_list_empty]),
        )
        return [loop, _set(out, verdict)]

    # ── Values ──

    def _value(self, node: t.Value, scopes: tuple[str, ...]) -> tuple[list[ast.stmt], _Expression]:
        match node:
            case t.Constant():
                return [], _constant(node.value)
            case t.AssessmentDate():
                return [], _Expression(_load("ON"))
            case t.FieldValue():
                name = self._name()
                bottom = MILLIONTHS if isinstance(node.type, Number) and not node.type.whole else 1
                return [_set(name, self._path(node.path, scopes))], _Expression(_load(name), bottom, True)
            case t.ParameterValue():
                return self._parameter(node, scopes)
            case t.DerivedValue():
                return self._derived(node.name, scopes)
            case t.ShiftedDate():
                return self._shifted(node, scopes)
            case t.TimeBetween():
                return self._time_between(node, scopes)
            case t.Arithmetic():
                return self._arithmetic(node, scopes)
            case t.Aggregate():
                return self._aggregate(node, scopes)
            case t.SeriesCount():
                call = _call(
                    "series_count_",
                    self._path(node.series, scopes),
                    self._fix(node.kind),
                    ast.Constant(node.what),
                )
                return self._kept(call, 1)
            case t.SeriesLevel():
                call = _call(
                    "series_level_",
                    self._path(node.series, scopes),
                    self._fix(node.kind),
                    ast.Constant(node.which),
                )
                return self._split([], call)
            case t.SeriesChange():
                before, noise = self._value(node.noise, scopes)
                exact = _call("Fraction_", noise.top, _bottom(noise))
                points = self._path(node.series, scopes)
                call = _call("series_change_", points, self._fix(node.kind), ast.Constant(node.since), exact)
                if noise.may_lack:
                    call = ast.IfExp(_load_lacks(noise), NONE, call)
                statements, value = self._kept(call, 1)
                return [*before, *statements], value

    def _kept(self, expression: ast.expr, bottom: int) -> tuple[list[ast.stmt], _Expression]:
        name = self._name()
        return [_set(name, expression)], _Expression(_load(name), bottom, True)

    def _split(self, before: list[ast.stmt], fraction: ast.expr) -> tuple[list[ast.stmt], _Expression]:
        """A Fraction (or None) computed at run time, as two integers."""
        pair = self._name()
        top = ast.IfExp(_is(_load(pair), None), NONE, ast.Subscript(_load(pair), ast.Constant(0), ast.Load()))
        name, bottom = self._name(), self._name()
        lower = ast.IfExp(
            _is(_load(pair), None), ast.Constant(1), ast.Subscript(_load(pair), ast.Constant(1), ast.Load())
        )
        statements = [*before, _set(pair, _call("pair_", fraction)), _set(name, top), _set(bottom, lower)]
        return statements, _Expression(_load(name), _load(bottom), True)

    def _fix(self, value: object) -> ast.expr:
        """A value that the code refers to by name, the same on every date."""
        name = f"F{len(self._fixed)}"
        self._fixed[name] = value
        return _load(name)

    def _on_date(self, of: Callable[[date], object]) -> ast.expr:
        """A value that the code refers to by name, worked out once for each assessment date."""
        name = f"D{len(self._dated)}"
        self._dated[name] = of
        return _load(name)

    def _path(self, where: t.PathTo, scopes: tuple[str, ...]) -> ast.expr:
        record = _load(scopes[0] if where.scope == t.SUBMISSION else scopes[-1 - where.scope])
        *outer, last = where.names
        for name in outer:
            record = _get(record, name, _load("NOTHING"))
        return _get(record, last)

    def _parameter(self, node: t.ParameterValue, scopes: tuple[str, ...]) -> tuple[list[ast.stmt], _Expression]:
        parameter = self._definitions.parameters[node.name]
        values = [each for dated in parameter.values for each in (dated.value, *dated.by_factor.values())]
        scale = 1
        for each in values:
            if isinstance(each, Fraction):
                scale = scale * each.denominator // _common(scale, each.denominator)
        bottom = scale

        def plain(value: object) -> object:
            return int(value * scale) if isinstance(value, Fraction) else value

        def settled(dated: t.Dated | None) -> object:
            if dated is None:
                return {} if parameter.by else None
            return {k: plain(v) for k, v in dated.by_factor.items()} if parameter.by else plain(dated.value)

        statements: list[ast.stmt] = []
        if node.as_of is None:
            chosen = self._on_date(lambda day: settled(parameter.on(day)))
        else:
            schedule = [(dated.start.toordinal(), settled(dated)) for dated in parameter.values]
            before, day = self._value(node.as_of, scopes)
            call = _call("as_of_", self._fix(schedule), day.top)
            missing: ast.expr = _load("NOTHING") if parameter.by else NONE
            name = self._name()
            statements = [*before, _set(name, ast.IfExp(_load_lacks(day), missing, call))]
            chosen = _load(name)
            if parameter.by:
                chosen = ast.BoolOp(ast.Or(), [chosen, _load("NOTHING")])
        if parameter.by:
            before, factor = self._derived(parameter.by, scopes)
            name = self._name()
            found = ast.Call(ast.Attribute(chosen, "get", ast.Load()), [factor.top], [])
            return [*statements, *before, _set(name, found)], _Expression(_load(name), bottom, True)
        return statements, _Expression(chosen, bottom, True)

    def _derived(self, name: str, scopes: tuple[str, ...]) -> tuple[list[ast.stmt], _Expression]:
        derived = self._definitions.derived[name]
        root = scopes[:1]
        if derived.value is not None:
            return self._value(derived.value, root)
        out = self._name()
        body: list[ast.stmt] = [_set(out, NONE)]
        for band in derived.bands:
            if band.when is None:
                body.append(_set(out, ast.Constant(band.then)))
                break
            verdict, statements = self._condition(band.when, root)
            body += [
                *statements,
                _if(_load(verdict), [_set(out, ast.Constant(band.then)), ast.Break()]),
                _if(_is(_load(verdict), None), [ast.Break()]),
            ]
        return [_once(body)], _Expression(_load(out), 1, True)

    def _shifted(self, node: t.ShiftedDate, scopes: tuple[str, ...]) -> tuple[list[ast.stmt], _Expression]:
        if isinstance(node.start, t.AssessmentDate) and _only_dated(node.amount, self._definitions):
            amount = node.amount

            def settled(day: date) -> object:
                months = amount.value if isinstance(amount, t.Constant) else self._dated_value(amount, day)
                moved = None if months is None else shifted(day, int(months), node.unit, node.direction)  # type: ignore[call-overload]
                return None if moved is None else moved.toordinal()

            return [], _Expression(self._on_date(settled), 1, True)
        before, start = self._value(node.start, scopes)
        after, steps = self._value(node.amount, scopes)
        # An amount of months or days is a whole number, so its denominator is one.
        call = _call("shift_", start.top, steps.top, ast.Constant(node.unit), ast.Constant(node.direction))
        lacking = [_load_lacks(value) for value in (start, steps) if value.may_lack]
        test = ast.BoolOp(ast.Or(), lacking) if len(lacking) > 1 else lacking[0] if lacking else ast.Constant(False)
        statements, value = self._kept(ast.IfExp(test, NONE, call), 1)
        return [*before, *after, *statements], value

    def _dated_value(self, node: t.Value, day: date) -> object:
        assert isinstance(node, t.ParameterValue)
        dated = self._definitions.parameters[node.name].on(day)
        return None if dated is None else dated.value

    def _time_between(self, node: t.TimeBetween, scopes: tuple[str, ...]) -> tuple[list[ast.stmt], _Expression]:
        before, start = self._value(node.start, scopes)
        after, end = self._value(node.end, scopes)
        span: ast.expr = ast.BinOp(end.top, ast.Sub(), start.top)
        if node.unit == "months":
            span = _call("months_", start.top, end.top)
        return self._combined([*before, *after], [start, end], span, 1)

    def _combined(
        self, statements: list[ast.stmt], values: Sequence[_Expression], top: ast.expr, bottom: ast.expr | int
    ) -> tuple[list[ast.stmt], _Expression]:
        lacking = [_load_lacks(value) for value in values if value.may_lack]
        if lacking:
            top = ast.IfExp(ast.BoolOp(ast.Or(), lacking) if len(lacking) > 1 else lacking[0], NONE, top)
        name = self._name()
        return [*statements, _set(name, top)], _Expression(_load(name), bottom, bool(lacking))

    def _arithmetic(self, node: t.Arithmetic, scopes: tuple[str, ...]) -> tuple[list[ast.stmt], _Expression]:
        statements: list[ast.stmt] = []
        values: list[_Expression] = []
        for operand in node.operands:
            before, value = self._value(operand, scopes)
            statements += before
            values.append(value)
        if node.operation == "ratio":
            return self._ratio(statements, values[0], values[1])
        result = values[0]
        for value in values[1:]:
            if node.operation == "product":
                top: ast.expr = ast.BinOp(result.top, ast.Mult(), value.top)
            else:
                sign: ast.operator = ast.Add() if node.operation == "total" else ast.Sub()
                top = ast.BinOp(_scaled(result.top, value.bottom), sign, _scaled(value.top, result.bottom))
            statements, result = self._combined(
                statements, [result, value], top, _multiplied(result.bottom, value.bottom)
            )
        return statements, result

    def _ratio(
        self, statements: list[ast.stmt], over: _Expression, under: _Expression
    ) -> tuple[list[ast.stmt], _Expression]:
        """a/b over c/d is ad over bc; lacking unless the second value is positive."""
        lower = self._name()
        empty = _load_lacks(under) if under.may_lack else ast.Constant(False)
        positive = ast.Compare(under.top, [ast.Gt()], [ast.Constant(0)])
        guard = ast.BoolOp(ast.Or(), [empty, ast.UnaryOp(ast.Not(), positive)])
        bottom = ast.IfExp(guard, ast.Constant(1), _scaled(under.top, over.bottom))
        statements = [*statements, _set(lower, bottom)]
        top = ast.IfExp(guard, NONE, _scaled(over.top, under.bottom))
        if over.may_lack:
            top = ast.IfExp(_load_lacks(over), NONE, top)
        name = self._name()
        return [*statements, _set(name, top)], _Expression(_load(name), _load(lower), True)

    def _aggregate(self, node: t.Aggregate, scopes: tuple[str, ...]) -> tuple[list[ast.stmt], _Expression]:
        items, item, out, number, ok = (self._name() for _ in range(5))
        bottom_out = self._name()
        inner = (*scopes, item)
        body: list[ast.stmt] = []
        undecided: list[ast.stmt] = [_set(ok, ast.Constant(False)), ast.Break()]
        if node.where is not None:
            member, statements = self._condition(node.where, inner)
            body += [
                *statements,
                _if(_is(_load(member), None), undecided),
                _if(_is(_load(member), False), [ast.Continue()]),
            ]
        statements, value = self._value(node.of, inner)
        body += statements
        if value.may_lack:
            body.append(_if(_load_lacks(value), undecided))
        exact = value.bottom if isinstance(value.bottom, int) else None
        each = value.top if exact is not None else _call("Fraction_", value.top, value.bottom)  # type: ignore[arg-type]
        if node.reduction in ("sum", "mean"):
            body.append(ast.AugAssign(ast.Name(out, ast.Store()), ast.Add(), each))
        else:
            pick = "min" if node.reduction in ("smallest", "earliest") else "max"
            chosen = ast.IfExp(_load(number), _call(pick, _load(out), each), each)
            body.append(_set(out, chosen))
        body.append(_add(number))
        iterable: ast.expr = _load(items)
        if isinstance(node.collection, Keyed):
            iterable = ast.Call(ast.Attribute(iterable, "values", ast.Load()), [], [])
        if_empty = node.if_empty
        before, empty = ([], _Expression(NONE, 1, True)) if if_empty is None else self._value(if_empty, scopes)
        fraction_of_empty: ast.expr = NONE
        if if_empty is not None:
            fraction_of_empty = _call("Fraction_", empty.top, _bottom(empty))
            if empty.may_lack:
                fraction_of_empty = ast.IfExp(_load_lacks(empty), NONE, fraction_of_empty)
        total = (
            _call("Fraction_", _load(out), ast.Constant(exact or 1))
            if exact != 1 or node.reduction == "mean"
            else _call("Fraction_", _load(out))
        )
        if node.reduction == "mean":
            total = ast.BinOp(total, ast.Div(), _load(number))
        result = ast.IfExp(_load(ok), ast.IfExp(_load(number), total, fraction_of_empty), NONE)
        start = [
            _set(items, self._path(node.over, scopes)),
            _set(out, ast.Constant(0)),
            _set(number, ast.Constant(0)),
        ]
        start.append(_set(ok, ast.UnaryOp(ast.Not(), _is(_load(items), None))))
        loop = _if(_load(ok), [ast.For(ast.Name(item, ast.Store()), iterable, body, [])])
        statements, split = self._split([*start, loop, *before], result)
        return [*statements, _set(bottom_out, ast.Constant(1))], split


def _common(a: int, b: int) -> int:
    while b:
        a, b = b, a % b
    return a


def _only_dated(node: t.Value, definitions: t.Definitions) -> bool:
    """Does the value depend on nothing but the assessment date?"""
    if isinstance(node, t.Constant):
        return True
    return isinstance(node, t.ParameterValue) and node.as_of is None and not definitions.parameters[node.name].by


def _constant(value: object) -> _Expression:
    if isinstance(value, date):
        return _Expression(ast.Constant(value.toordinal()))
    if isinstance(value, Fraction):
        return _Expression(ast.Constant(value.numerator), value.denominator)
    return _Expression(ast.Constant(cast("Any", value)))


def _load_lacks(value: _Expression) -> ast.expr:
    return _is(value.top, None)


def _bottom(value: _Expression) -> ast.expr:
    return ast.Constant(value.bottom) if isinstance(value.bottom, int) else value.bottom


def _scaled(top: ast.expr, bottom: ast.expr | int) -> ast.expr:
    return _times(top, bottom) if isinstance(bottom, int) else ast.BinOp(top, ast.Mult(), bottom)


def _multiplied(left: ast.expr | int, right: ast.expr | int) -> ast.expr | int:
    if isinstance(left, int) and isinstance(right, int):
        return left * right
    if isinstance(left, int):
        return right if left == 1 else ast.BinOp(right, ast.Mult(), ast.Constant(left))  # type: ignore[arg-type]
    return _scaled(left, right)


def _compared(left: _Expression, comparator: t.Comparator, right: _Expression) -> ast.expr:
    """Two values compared by cross-multiplication; their denominators are positive."""
    if left.bottom == right.bottom and isinstance(left.bottom, int):
        return ast.Compare(left.top, [_OPERATORS[comparator]()], [right.top])
    return ast.Compare(_scaled(left.top, right.bottom), [_OPERATORS[comparator]()], [_scaled(right.top, left.bottom)])


def _sum(*names: ast.expr) -> ast.expr:
    total = names[0]
    for name in names[1:]:
        total = ast.BinOp(total, ast.Add(), name)
    return total


def _once(body: list[ast.stmt]) -> ast.stmt:
    """Statements that a `break` can leave early."""
    return ast.While(ast.Constant(True), [*body, ast.Break()], [])


def _branch(verdict: str | None, yes: list[ast.stmt], no: list[ast.stmt], open_: list[ast.stmt]) -> list[ast.stmt]:
    if verdict is None:
        return yes
    return [_if(_load(verdict), yes, [_if(_is(_load(verdict), None), open_, no)])]


def _unless_lacking(out: str, lacking: list[ast.expr], work: list[ast.stmt]) -> list[ast.stmt]:
    if not lacking:
        return work
    test = lacking[0] if len(lacking) == 1 else ast.BoolOp(ast.Or(), lacking)
    return [_if(test, [_set(out, NONE)], work)]
