"""The fourth meaning of a rule: over columns it decides what it decides one by one."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import pytest

pytest.importorskip("polars")

import polars as pl
from hypothesis import HealthCheck, Phase, given, settings

from ohaccredit.language import tree as t
from ohaccredit.language.compile import CompiledRules
from ohaccredit.language.encode import encode
from ohaccredit.language.levels import Plan
from ohaccredit.language.months import months_between, shift_months
from ohaccredit.language.problems import Place
from ohaccredit.language.tables import Table
from ohaccredit.language.trace import Tracer
from ohaccredit.language.vector_dates import Calendar
from ohaccredit.language.vectorise import Road, VectorRules, beyond_columns
from tests.language.in_tables import tables_of
from tests.language.sample import EVIDENCE, SHARED, condition
from tests.language.strategies import HERE, World, with_holes, worlds

ON = date(2026, 6, 30)
REASONS = {
    "a ratio is worked out for each item and then brought together",
    "its figures can grow beyond 128 bits",
    "a date is moved by a figure that can grow beyond 64 bits",
}
QUICK = (Phase.explicit, Phase.reuse, Phase.generate)
NORMAL = settings(max_examples=60, deadline=None, phases=QUICK, suppress_health_check=list(HealthCheck))
LONG = settings(max_examples=600, deadline=None, suppress_health_check=list(HealthCheck))


def hold_together(world: World) -> None:
    """Every rule over all evidence of a world at once, and one by one."""
    evidence = [encode(with_holes(each), world.record) for each in world.evidence]
    evidence = [each for each in evidence if not beyond_columns(each)]
    for raw, rule in world.rules:
        vectors = VectorRules(world.definitions, [rule], world.record, ON)
        tables = tables_of(evidence, world.record, vectors.needs)
        found = vectors.decide(tables, lambda: evidence)["drawn"].to_list()
        compiled = CompiledRules(world.definitions, [rule]).on(ON)["drawn"]
        assert all(road.as_expression or road.why in REASONS for road in vectors.roads)
        for each, outcome in zip(evidence, found, strict=True):
            decision = Tracer(world.definitions, each, ON).decide(rule)
            assert compiled(each) == decision.outcome, ("compiled and traced", raw, each)
            assert outcome == decision.outcome, ("vectorised and traced", raw, each)


@NORMAL
@given(world=worlds(rules=4, evidence=9))
def test_a_rule_over_columns_decides_what_it_decides_one_by_one(world: World) -> None:
    hold_together(world)


@pytest.mark.long
@LONG
@given(world=worlds(rules=4, evidence=9))
def test_a_rule_over_columns_decides_the_same_over_a_long_run(world: World) -> None:
    hold_together(world)


# ── Worked out by hand ──────────────────────────────────────────────────────────────────────────────


def outcomes(text: str, *evidence: dict[str, Any], on: date = ON) -> list[str]:
    """The outcomes of a condition over several submissions at once."""
    rule = t.Rule("sample", None, condition(text), Place("rule.yaml", 1, 1))
    vectors = VectorRules(SHARED, [rule], EVIDENCE, on)
    assert [road.why for road in vectors.roads] == [""]
    encoded = [encode(each, EVIDENCE) for each in evidence]
    found: list[str] = vectors.decide(tables_of(encoded, EVIDENCE, vectors.needs), list)["sample"].to_list()
    return found


MET, NOT_MET, OPEN = "met", "not_met", "not_evidenced"


def people(*trained: bool | None) -> dict[str, Any]:
    return {"practitioners": [{} if each is None else {"trained": each} for each in trained]}


def test_a_count_with_undecided_items_is_an_interval() -> None:
    """Two surely and one perhaps: at least 2 is met, at least 3 open, at least 4 not met."""
    given_ = people(True, True, None, False)
    said = "{count_of: practitioners, satisfying: {field: trained, is: yes}, at_least: %d, if_list_empty: not met}"
    assert [outcomes(said % bound, given_)[0] for bound in (2, 3, 4)] == [MET, OPEN, NOT_MET]


def test_list_operators_do_not_skip_what_is_missing() -> None:
    """Polars' own all() and any() over a list pass over nulls; these must not."""
    every = "{every: practitioners, satisfying: {field: trained, is: yes}, if_list_empty: not evidenced}"
    some = "{some: practitioners, satisfying: {field: trained, is: yes}, if_list_empty: met}"
    rows = [people(True, None), people(False, None), people(True, True), people(None), people(), {}]
    assert outcomes(every, *rows) == [OPEN, NOT_MET, MET, OPEN, OPEN, OPEN]
    assert outcomes(some, *rows) == [MET, OPEN, MET, OPEN, MET, OPEN]


def test_seven_of_a_hundred_meet_seven_percent() -> None:
    said = "{share_of: practitioners, satisfying: {field: trained, is: yes}, at_least: 7%, if_list_empty: not met}"
    assert outcomes(said, people(*[True] * 7, *[False] * 93), people(*[True] * 6, *[False] * 94)) == [MET, NOT_MET]
    ratio = "{ratio: [field headcount, {product: [field headcount, 100]}], at_least: 1%}"
    assert outcomes(ratio, {"headcount": 3}, {"headcount": 0}, {}) == [MET, OPEN, OPEN]


def test_figures_beyond_64_bits_are_multiplied_exactly() -> None:
    """999,999,999 squared is 999,999,998,000,000,001; times nearly a thousand million pounds it has 33 digits."""
    said = "{product: [field turnover, field tries, field tries], %s: {product: [field turnover, %s]}}"
    given_ = {"turnover": Decimal("999999999.999999"), "tries": 999_999_999}
    squared = 999_999_998_000_000_001
    assert outcomes(said % ("is", squared), given_) == [MET]
    assert outcomes(said % ("less_than", squared + 1), given_) == [MET]
    assert outcomes(said % ("at_most", squared - 1), given_) == [NOT_MET]


def test_what_no_column_holds_is_decided_row_by_row_with_the_reason() -> None:
    """Five figures of up to a thousand million can have a product of 46 digits."""
    text = "{product: [field tries, field tries, field tries, field tries, field tries], at_least: 32}"
    rule = t.Rule("sample", None, condition(text), HERE)
    vectors = VectorRules(SHARED, [rule], EVIDENCE, ON)
    assert vectors.roads == (Road("sample", False, "its figures can grow beyond 128 bits"),)
    evidence = [encode(each, EVIDENCE) for each in ({"tries": 2}, {"tries": 1}, {})]
    found = vectors.decide(tables_of(evidence, EVIDENCE, vectors.needs), lambda: evidence)
    assert found["sample"].to_list() == [MET, NOT_MET, OPEN]


def test_months_are_calendar_months() -> None:
    said = "{field: reviewed_on, on_or_after: 12 months before field profile.moved_on}"
    moved = ["2024-02-29", "2025-02-28", "2026-03-31", "2026-12-31"]
    starts = ["2023-02-28", "2024-02-28", "2025-03-31", "2025-12-31"]
    rows = [{"reviewed_on": start, "profile": {"moved_on": end}} for start, end in zip(starts, moved, strict=True)]
    assert outcomes(said, *rows) == [MET] * 4
    early = [
        {**row, "reviewed_on": str(date.fromisoformat(start) - timedelta(days=1))}
        for row, start in zip(rows, starts, strict=True)
    ]
    assert outcomes(said, *early) == [NOT_MET] * 4


def test_every_day_is_split_and_put_together_as_the_calendar_has_it() -> None:
    """Months between, and shifts by months, against `months` one by one: every day of six years, and the ends."""
    days = [date(2022, 12, 1) + timedelta(days=number) for number in range(0, 2200, 3)]
    days += [date(1, 1, 1), date(1, 12, 31), date(1900, 2, 28), date(2000, 2, 29), date(9999, 12, 31)]
    plan = Plan(EVIDENCE)
    calendar = Calendar(plan)
    first, second = plan.read(plan.root, "reviewed_on"), plan.read(plan.root, "profile.moved_on")
    steps = plan.constant(pl.lit(-13, dtype=pl.Int64))
    between = calendar.months_between(first, second)
    moved = calendar.shifted(first, steps, "months", "after")
    others = [date(2024, 2, 29), date(2023, 1, 31), date(2026, 11, 30)]
    pairs = [(day, other) for day in days for other in others]
    frame = pl.DataFrame(
        {
            "reviewed_on": pl.Series([day.toordinal() for day, _ in pairs], dtype=pl.Int32),
            "profile.moved_on": pl.Series([other.toordinal() for _, other in pairs], dtype=pl.Int32),
        }
    )
    found = plan.program([("between", between), ("moved", moved)]).run({(): Table(frame)})
    for (day, other), months, shifted_ in zip(pairs, found["between"], found["moved"], strict=True):
        assert months == months_between(day, other)
        if day.year > 2:
            assert shifted_ == shift_months(day, -13).toordinal()
        else:
            assert shifted_ is None


def test_rules_that_share_parts_do_not_disturb_each_other() -> None:
    texts = [
        "{every: practitioners, satisfying: {field: trained, is: yes}, if_list_empty: not met}",
        "{every: practitioners, satisfying: {field: trained, is: yes}, if_list_empty: met}",
        "{not: {every: practitioners, satisfying: {field: trained, is: yes}, if_list_empty: met}}",
        "{some: practitioners, where: {field: trained, is: yes}, if_list_empty: not met,"
        " satisfying: {some: submission.practitioners, if_list_empty: not met,"
        " satisfying: {field: hours, more_than: field outer.hours}}}",
    ]
    rules = [t.Rule(str(number), None, condition(text), HERE) for number, text in enumerate(texts)]
    vectors = VectorRules(SHARED, rules, EVIDENCE, ON)
    two = {"practitioners": [{"trained": True, "hours": 2}, {"trained": False, "hours": 3}]}
    evidence = [encode(each, EVIDENCE) for each in (people(), people(True), people(False), people(None), two)]
    found = vectors.decide(tables_of(evidence, EVIDENCE, vectors.needs), list).rows()
    assert found == [
        (NOT_MET, MET, NOT_MET, NOT_MET),
        (MET, MET, NOT_MET, OPEN),
        (NOT_MET, NOT_MET, MET, NOT_MET),
        (OPEN, OPEN, OPEN, OPEN),
        (NOT_MET, NOT_MET, MET, MET),
    ]


def defined(*formulas: str | None) -> dict[str, Any]:
    """A point a year with these definitions: 1 of 100, 2 of 100, and so on; given latest first."""
    points = [
        {"at": f"{2020 + place}-12-31", "of": place, "base": 100, **({} if formula is None else {"formula": formula})}
        for place, formula in enumerate(formulas, 1)
    ]
    return {"kpis": {"staying": {"points": points[::-1]}}}


def test_the_comparable_points_are_an_unbroken_run() -> None:
    """A, B, A: the latest alone. Of A, a hole, A, A the last two are known, of A, a hole, A only the latest."""
    rows = [
        defined(*formulas)
        for formulas in ("aba", "ababb", (None, "b", "a", "a"), ("a", None, "a", "a"), ("a", None, "a"), (None,), ())
    ]
    assert outcomes("{points_in: kpis.staying.points, is: 2}", *rows) == [
        NOT_MET, MET, MET, OPEN, OPEN, NOT_MET, NOT_MET,
    ]  # fmt: skip
    assert outcomes("{months_across: kpis.staying.points, is: 12}", *rows) == [
        NOT_MET, MET, MET, OPEN, OPEN, NOT_MET, NOT_MET,
    ]  # fmt: skip
    assert outcomes("{earliest_value: kpis.staying.points, at_least: 3%}", *rows) == [
        MET, MET, MET, OPEN, OPEN, NOT_MET, OPEN,
    ]  # fmt: skip
    assert outcomes("{latest_value: kpis.staying.points, at_least: 3%}", *rows) == [MET] * 5 + [NOT_MET, OPEN]
    change = "{change_in: kpis.staying.points, noise: 0, since: %s, is: improved}"
    assert outcomes(change % "earliest", *rows) == [OPEN, MET, MET, OPEN, OPEN, OPEN, OPEN]
    assert outcomes(change % "previous", *rows) == [OPEN, MET, MET, MET, OPEN, OPEN, OPEN]


def test_whatever_the_definitions_of_four_points_the_columns_hold_what_is_traced() -> None:
    rows = [defined(*formulas) for formulas in product(("a", "b", None), repeat=4)]
    change = "{change_in: kpis.staying.points, noise: 0, since: %s, is: improved}"
    for text in (
        "{points_in: kpis.staying.points, is: 2}",
        "{months_across: kpis.staying.points, at_least: 24}",
        "{earliest_value: kpis.staying.points, at_least: 3%}",
        "{latest_value: kpis.staying.points, more_than: 3%}",
        change % "earliest",
        change % "previous",
    ):
        rule = t.Rule("sample", None, condition(text), HERE)
        one_by_one = [Tracer(SHARED, encode(row, EVIDENCE), ON).decide(rule).outcome for row in rows]
        assert outcomes(text, *rows) == one_by_one, text


def test_points_that_floating_point_cannot_tell_apart_are_decided_exactly() -> None:
    """Without noise, a share that is better by one in 10**16 is an improvement; the same share is not."""
    said = "{change_in: kpis.absence.points, noise: 0, is: %s}"

    def points(*figures: tuple[int, int]) -> dict[str, Any]:
        listed = [
            {"at": f"202{year}-12-31", "formula": "a", "of": of, "base": base}
            for year, (of, base) in enumerate(figures)
        ]
        return {"kpis": {"absence": {"points": listed}}}

    same = points((99_999_999, 199_999_998), (99_999_999, 199_999_998))
    better = points((99_999_999, 199_999_998), (99_999_998, 199_999_997))  # one fewer of one fewer: below a half
    worse = points((99_999_998, 199_999_997), (99_999_999, 199_999_998))
    assert outcomes(said % "no-clear-change", same, better, worse) == [MET, NOT_MET, NOT_MET]
    assert outcomes(said % "improved", same, better, worse) == [NOT_MET, MET, NOT_MET]
    assert outcomes(said % "worse", same, better, worse) == [NOT_MET, NOT_MET, MET]
