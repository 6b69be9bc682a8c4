"""Rules in CEL, evaluated by an engine that knows nothing of ours (Google's CEL in C++): the same verdicts."""
# ruff: noqa: UP031  (rules are full of braces)

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from types import FunctionType
from typing import Any

import pytest

pytest.importorskip("cel_expr_python")

from cel_expr_python import cel
from hypothesis import HealthCheck, Phase, given, settings

from ohaccredit.language import tree as t
from ohaccredit.language.cel import EXTENSIONS, VARIABLE, NotInCel, cel_rule
from ohaccredit.language.cel_dates import months_between as months_in_cel
from ohaccredit.language.cel_dates import moved_by_months
from ohaccredit.language.cel_text import Piece, number, several, variable
from ohaccredit.language.compile import CompiledRules
from ohaccredit.language.encode import Encoded, encode
from ohaccredit.language.months import months_between, shift_months
from ohaccredit.language.trace import Tracer
from ohaccredit.policy.cases import NOT_IN_FORCE, load_cases
from ohaccredit.standards.home import find_home
from ohaccredit.standards.loading import list_editions, load_edition
from tests.language.sample import EVIDENCE, SHARED, condition
from tests.language.strategies import HERE, World, with_holes, worlds

ON = date(2026, 6, 30)
HOME = find_home(None)
SHARE = 0.98
"""Of the rules of an edition, at least so many can be said in CEL. When this was written, all could."""

QUICK = (Phase.explicit, Phase.reuse, Phase.generate)
NORMAL = settings(max_examples=60, deadline=None, phases=QUICK, suppress_health_check=list(HealthCheck))
LONG = settings(NORMAL, max_examples=1200)


@cache
def engine() -> cel.Env:
    """The engine with the extensions that expressions may use."""
    listed = "".join(f"- name: {each}\n" for each in EXTENSIONS)
    config = cel.NewEnvConfigFromYaml(f"name: rules\nextensions:\n{listed}")
    return cel.NewEnv(config=config, variables={VARIABLE: cel.Type.Map(cel.Type.STRING, cel.Type.DYN)})


def evaluated(program: cel.Expression, evidence: Mapping[str, Encoded]) -> bool | str:
    """Yes, no, or what the error says."""
    found = program.eval(data={VARIABLE: evidence})
    value = found.value()
    return value if isinstance(value, bool) else str(value)


def text_of(node: t.Condition, definitions: t.Definitions = SHARED, on: date = ON) -> str:
    return cel_rule(t.Rule("sample", None, node, HERE), definitions, on).met_when


class _Undecided(Exception):
    """Something that is read is missing or undecided."""


class Settled:
    """Says of evidence whether nothing that a condition reads is undecided: its plain compiled form then decides."""

    def __init__(self, node: t.Condition, definitions: t.Definitions, on: date) -> None:
        rule = t.Rule("sample", None, node, HERE)
        form = CompiledRules(definitions, [rule])._form(rule, plain=True)
        names = {"none": None} if form is None else form.names(on)
        self._decide = None
        if form is not None and None not in names.values():
            self._decide = FunctionType(form.code, {**names, "careful": self._give_up})

    def __call__(self, evidence: Mapping[str, Encoded]) -> bool:
        try:
            return self._decide is not None and self._decide(evidence) is not None
        except _Undecided:
            return False

    @staticmethod
    def _give_up(evidence: object) -> None:
        raise _Undecided


# ── Worked out by hand ──────────────────────────────────────────────────────────────────────────────


def said(text: str, *evidence: dict[str, Any], on: date = ON) -> list[bool | str]:
    """What CEL says of a condition over several submissions; "not evidenced" is an error that looked for something."""
    program = engine().compile(text_of(condition(text), on=on))
    found = [evaluated(program, encode(each, EVIDENCE)) for each in evidence]
    return ["not evidenced" if isinstance(each, str) and each.startswith("NOT_FOUND") else each for each in found]


def people(*trained: bool | None, **more: Any) -> dict[str, Any]:
    return {"practitioners": [{**({} if each is None else {"trained": each}), **more} for each in trained]}


def test_a_rule_reads_as_it_would_be_written_by_hand() -> None:
    said_ = text_of(condition("{all: [{field: headcount, at_least: 5}, {field: nation, one_of: [wales]}]}"))
    assert said_ == 'evidence.headcount >= 5 && evidence.nation == "wales"'
    said_ = text_of(condition("{field: reviewed_on, on_or_after: 12 months before assessment date}"))
    assert said_ == f"evidence.reviewed_on >= {date(2025, 6, 30).toordinal()}"
    said_ = text_of(condition("{field: uptake, at_least: 95%}"))
    assert said_ == "evidence.uptake >= 950000"


def test_groups() -> None:
    tests = "{field: has_policy, is: yes}, {field: headcount, at_least: 5}, {field: nation, is: wales}"
    two = {"has_policy": True, "headcount": 5, "nation": "england"}
    one = {**two, "headcount": 4}
    all_ = {**two, "nation": "wales"}
    assert said("{all: [%s]}" % tests, all_, two) == [True, False]
    assert said("{either: [%s]}" % tests, one, {**one, "has_policy": False}) == [True, False]
    assert said("{of_these: [%s], at_least: 2}" % tests, two, one) == [True, False]
    assert said("{not: {all: [%s]}}" % tests, all_, two) == [False, True]


def test_what_is_missing_is_an_error_unless_the_rest_decides() -> None:
    tests = "[{field: has_policy, is: yes}, {field: headcount, at_least: 5}]"
    assert said("{all: %s}" % tests, {"has_policy": False}, {"has_policy": True}) == [False, "not evidenced"]
    assert said("{either: %s}" % tests, {"headcount": 5}, {"headcount": 4}) == [True, "not evidenced"]
    assert said("{field: note, is: stated}", {"note": "x"}, {}) == [True, "not evidenced"]
    assert said(
        "{field: has_policy, is: yes, otherwise: not evidenced}", {"has_policy": True}, {"has_policy": False}
    ) == [
        True,
        "not evidenced",
    ]


def test_shares_are_exact() -> None:
    """95 of 100 is 95 %, which 0.95 in floating point is not; until 31 March 2026 that was enough, then all."""
    rule = (
        "{share_of: practitioners, satisfying: {field: trained, is: yes}, at_least: parameter registered-share,"
        " if_list_empty: not met}"
    )
    enough, short = people(*[True] * 95, *[False] * 5), people(*[True] * 94, *[False] * 6)
    assert said(rule, enough, short, people(), on=date(2026, 3, 31)) == [True, False, False]
    assert said(rule, enough, people(True), on=date(2026, 4, 1)) == [False, True]
    rows = [{"uptake": Decimal(each)} for each in ("33.4", "33.4001")]
    assert said("{field: uptake, is: 33.4%}", *rows) == [True, False]
    over = "{ratio: [field headcount, field headcount], at_least: {ratio: [field open_days, field open_days]}}"
    assert said(over, {"headcount": 3, "open_days": 7}, {"headcount": 3, "open_days": 0}) == [True, "not evidenced"]
    less = "{ratio: [field open_days, {product: [field open_days, field tries]}], less_than: 33.4%}"
    assert said(less, {"open_days": 3, "tries": 3}, {"open_days": 3, "tries": 2}) == [True, False]


def test_an_empty_list_is_what_the_rule_says() -> None:
    rows = [people(), people(True), people(False)]
    for kind, of_yes, of_no in (("some", True, False), ("every", True, False), ("none", False, True)):
        for empty in ("met", "not met", "not evidenced"):
            rule = "{%s: practitioners, satisfying: {field: trained, is: yes}, if_list_empty: %s}" % (kind, empty)
            expected = {"met": True, "not met": False}.get(empty, empty)
            assert said(rule, *rows) == [expected, of_yes, of_no], (kind, empty)


def test_items_are_chosen_counted_and_told_apart() -> None:
    three = {"practitioners": [{"role": "clinical", "trained": True}, {"role": "clinical", "trained": False},
                               {"role": "clerical", "trained": True}]}  # fmt: skip
    clinical = "where: {field: role, is: clinical}, satisfying: {field: trained, is: yes}, if_list_empty: not met"
    assert said("{count_of: practitioners, %s, is: 1}" % clinical, three) == [True]
    assert said("{share_of: practitioners, %s, is: 50%%}" % clinical, three) == [True]
    assert said("{every: practitioners, %s}" % clinical, three) == [False]
    distinct = "{count_of: practitioners, distinct: role, is: %d, if_list_empty: not met}"
    assert [said(distinct % number_, three)[0] for number_ in (1, 2, 3)] == [False, True, False]


def test_a_list_within_a_list_reaches_outwards() -> None:
    """Somebody whose every visit was by somebody of another role."""
    rule = (
        "{some: practitioners, if_list_empty: not met, satisfying: {every: visits, if_list_empty: not met,"
        " satisfying: {not: {field: by, is: field outer.role}}}}"
    )
    own = {"role": "clinical", "visits": [{"by": "clinical"}, {"by": "manager"}]}
    others = {"role": "clerical", "visits": [{"by": "clinical"}, {"by": "manager"}]}
    assert said(rule, {"practitioners": [own]}, {"practitioners": [own, others]}) == [False, True]
    most = (
        "{some: practitioners, if_list_empty: not met, satisfying: {none: submission.practitioners,"
        " satisfying: {field: hours, more_than: field outer.hours}, if_list_empty: not met}}"
    )
    assert said(most, {"practitioners": [{"hours": 2}, {"hours": Decimal("2.5")}]}) == [True]


def test_evidence_by_key_is_a_list_too() -> None:
    every = "{every: duties, satisfying: {field: done, is: yes}, if_list_empty: not met}"
    both = {"fire": {"done": True}, "screens": {"done": True}}
    assert said(every, {"duties": both}, {"duties": {**both, "fire": {"done": False}}}, {"duties": {}}) == [
        True,
        False,
        "not evidenced",
    ]
    assert said("{field: duties.fire.done, is: yes}", {"duties": both}) == [True]


def test_sums_are_exact_and_may_go_below_zero() -> None:
    """0.1 and 0.2 are 0.3, which they are not in floating point."""

    def hours(*each: str) -> dict[str, Any]:
        return {"practitioners": [{"hours": Decimal(one)} for one in each]}

    total = "{sum_of: hours, in: practitioners, if_list_empty: 0, is: %s}"
    assert said(total % "0.3", hours("0.1", "0.2"), hours("0.5", "-0.2"), hours("0.1", "0.1")) == [True, True, False]
    assert said(total % "0", hours(), hours("1.5", "-1.5")) == [True, True]
    assert said(total % "2000000000000", hours("999999999999.999999", "1000000000000.000001")) == [True]
    mean = "{mean_of: hours, in: practitioners, if_list_empty: 7, is: %s}"
    assert said(mean % "1.5", hours("1", "2"), hours()) == [True, False]
    assert said(mean % "7", hours()) == [True]
    assert said("{largest_of: hours, in: practitioners, if_list_empty: not evidenced, is: 2.5}", hours("1", "2.5")) == [
        True
    ]


def test_months_are_calendar_months() -> None:
    rule = "{field: reviewed_on, on_or_after: 12 months before field profile.moved_on}"
    for end, start in (("2024-02-29", "2023-02-28"), ("2025-02-28", "2024-02-28"), ("2026-12-31", "2025-12-31")):
        early = str(date.fromisoformat(start) - timedelta(days=1))
        rows = [{"reviewed_on": day, "profile": {"moved_on": end}} for day in (start, early)]
        assert said(rule, *rows) == [True, False]
    between = "{months_from: field reviewed_on, to: field profile.moved_on, is: %d}"
    row = {"reviewed_on": "2026-01-31", "profile": {"moved_on": "2026-02-28"}}
    back = {"reviewed_on": "2026-02-28", "profile": {"moved_on": "2026-01-31"}}
    assert said(between % 1, row) == [True]
    assert said(between % -1, back) == [True]


def test_every_day_is_split_and_put_together_as_the_calendar_has_it() -> None:
    """Shifts and spans against `months`, one by one: every third day of six years, and the ends of the calendar."""
    days = [date(2022, 12, 1) + timedelta(days=count) for count in range(0, 2200, 3)]
    days += [date(1, 1, 1), date(1, 12, 31), date(1900, 2, 28), date(2000, 2, 29), date(9999, 12, 31)]
    counter = iter(range(1000))

    def name(wanted: str) -> Piece:
        return variable(wanted, next(counter))

    first, second = Piece("evidence.first"), Piece("evidence.second")
    both = several([moved_by_months(first, number(-13), name), months_in_cel(first, second, name)])
    program = engine().compile(both.text)
    for day in days:
        for other in (date(2024, 2, 29), date(2023, 1, 31)):
            data = {VARIABLE: {"first": day.toordinal(), "second": other.toordinal()}}
            found = program.eval(data=data).value()
            if day.year <= 2 and day < date(2, 2, 1):
                assert found.endswith('"not evidenced"'), day
                continue
            moved, months = (each.value() for each in found)
            assert (moved, months) == (shift_months(day, -13).toordinal(), months_between(day, other)), (day, other)


def test_parameters_by_band_and_as_of_a_day() -> None:
    """By size: 1, 2 or 3; from 10 people on an employer is medium, from 250 large."""
    by_size = "{field: headcount, more_than: parameter by-size}"
    assert said(by_size, {"headcount": 1}, {"headcount": 2}, {"headcount": 10}) == [False, True, True]
    as_of = (
        "{share_of: practitioners, satisfying: {field: trained, is: yes}, if_list_empty: not met,"
        " at_least: parameter registered-share as of field reviewed_on}"
    )
    rows = [{**people(*[True] * 19, False), "reviewed_on": day} for day in ("2026-03-31", "2026-04-01", "2019-12-31")]
    assert said(as_of, *rows) == [True, False, "not evidenced"]


def test_options_and_shapes() -> None:
    assert said(
        "{field: topics, includes: [stress, backs]}", {"topics": ["backs", "stress"]}, {"topics": ["stress"]}
    ) == [
        True,
        False,
    ]
    assert said("{field: topics, includes_any: [noise, backs]}", {"topics": ["backs"]}, {"topics": []}) == [True, False]
    assert said("{field: topics, includes: parameter key-topics}", {"topics": ["backs", "stress"]}) == [True]
    shaped = "{field: registration_number, shaped_like: parameter numbers}"
    texts = ["OT12345", "ot 123 45", "OT1234", "OT12345\n", "OT1234٥", "PH-123456", "PH.123456"]
    rows = [{"registration_number": each} for each in texts]
    assert said(shaped, *rows) == [True, True, False, False, False, True, False]


def absence(*points: tuple[str, str, int, int]) -> dict[str, Any]:
    listed = [{"at": at, "formula": formula, "of": of, "base": base} for at, formula, of, base in points]
    return {"kpis": {"absence": {"points": listed}, "staying": {"points": listed}}}


def test_series_begin_anew_with_their_definition() -> None:
    points = absence(
        ("2026-03-31", "b", 1, 100), ("2024-12-31", "a", 9, 100), ("2025-12-31", "b", 3, 100),
        ("2025-12-30", "b", 5, 100),
    )  # fmt: skip
    assert said("{points_in: kpis.absence.points, is: 3}", points, absence()) == [True, False]
    assert said("{points_in: kpis.absence.points, is: 0}", absence()) == [True]
    assert said("{months_across: kpis.absence.points, is: 3}", points) == [True]
    assert said("{latest_value: kpis.absence.points, is: 1%}", points) == [True]
    assert said("{earliest_value: kpis.absence.points, is: 5%}", points) == [True]


def test_the_comparable_points_are_an_unbroken_run() -> None:
    """A, B, A: the latest alone. Of A, a hole, A, A the last two are known, of A, a hole, A only the latest."""

    def defined(*formulas: str | None) -> dict[str, Any]:
        years = range(2026 - len(formulas), 2026)
        points = [
            {"at": f"{year}-12-31", "of": place, "base": 100, **({} if formula is None else {"formula": formula})}
            for place, (year, formula) in enumerate(zip(years, formulas, strict=True), 1)
        ]
        return {"kpis": {"staying": {"points": points[::-1]}}}

    rows = [
        defined(*formulas)
        for formulas in ("aba", "ababb", (None, "b", "a", "a"), ("a", None, "a", "a"), ("a", None, "a"), (None,))
    ]
    open_ = "not evidenced"
    assert said("{points_in: kpis.staying.points, is: 2}", *rows) == [False, True, True, open_, open_, False]
    assert said("{months_across: kpis.staying.points, is: 12}", *rows) == [False, True, True, open_, open_, False]
    assert said("{earliest_value: kpis.staying.points, at_least: 3%}", *rows) == [
        True, True, True, open_, open_, False,
    ]  # fmt: skip
    assert said("{latest_value: kpis.staying.points, at_least: 3%}", *rows) == [True] * 5 + [False]
    change = "{change_in: kpis.staying.points, noise: 0, since: %s, is: improved}"
    assert said(change % "earliest", *rows) == [open_, True, True, open_, open_, open_]
    assert said(change % "previous", *rows) == [open_, True, True, True, open_, open_]


def test_a_change_is_larger_than_its_noise() -> None:
    """0 of 100 against 5: (1/102 - 6/102)^2 is 0.0024, the variances together 6.5e-4; times 1.96 squared, 0.0025."""
    for of, expected in ((5, "no-clear-change"), (6, "improved")):
        points = absence(("2024-12-31", "a", of, 100), ("2025-12-31", "a", 0, 100))
        assert said("{change_in: kpis.absence.points, noise: 1.96, is: %s}" % expected, points) == [True], of
    risen = absence(("2024-12-31", "a", 0, 100), ("2025-12-31", "a", 6, 100))
    assert said("{change_in: kpis.absence.points, noise: 1.96, is: worse}", risen) == [True]
    assert said("{change_in: kpis.staying.points, noise: 1.96, is: improved}", risen) == [True]
    alone = absence(("2024-12-31", "a", 0, 9))
    assert said("{change_in: kpis.absence.points, noise: 0, is: worse}", alone) == ["not evidenced"]


def test_the_previous_point_is_the_last_but_one_of_those_given() -> None:
    """Two points on one day count in the order in which they were given."""
    points = [("2025-12-31", "a", 50, 100), ("2023-12-31", "a", 90, 100), ("2025-12-31", "a", 10, 100)]
    previous = "{change_in: kpis.absence.points, since: previous, noise: 1.96, is: %s}"
    assert said(previous % "improved", absence(*points)) == [True]
    assert said(previous % "worse", absence(points[2], points[1], points[0])) == [True]
    assert said(previous % "worse", absence(points[0], points[1])) == [False]
    assert said(previous % "improved", absence(points[0], points[1])) == [True]


def test_points_that_floating_point_cannot_tell_apart_are_decided_exactly_or_not_at_all() -> None:
    same = absence(("2024-12-31", "a", 99_999_999, 199_999_998), ("2025-12-31", "a", 99_999_999, 199_999_998))
    better = absence(("2024-12-31", "a", 99_999_999, 199_999_998), ("2025-12-31", "a", 99_999_998, 199_999_997))
    rule = "{change_in: kpis.absence.points, noise: 0, is: %s}"
    assert said(rule % "no-clear-change", same)[0] in (True, "OUT_OF_RANGE: integer overflow")
    assert said(rule % "improved", better)[0] in (True, "OUT_OF_RANGE: integer overflow")
    small = absence(("2024-12-31", "a", 3, 7), ("2025-12-31", "a", 3, 7))
    assert said(rule % "no-clear-change", small) == [True]


def test_a_product_beyond_64_bits_is_an_error_and_no_wrong_answer() -> None:
    rule = "{product: [field tries, field tries, field tries], at_least: 32}"
    assert said(rule, {"tries": 4}, {"tries": 3}) == [True, False]
    assert said(rule, {"tries": 10_000_000}) == ["OUT_OF_RANGE: integer overflow"]


def test_a_loop_that_ends_early_leaves_what_comes_after_it_alone() -> None:
    """Why names are not bound with cel.bind: the engine gives this one the loop's value."""
    stale = engine().compile("[7, 8].exists(q, q == 7) && [3].map(v, v)[0] == 3")
    assert evaluated(stale, {}) is True
    rule = (
        "{all: [{some: practitioners, satisfying: {field: hours, more_than: 1}, if_list_empty: not met},"
        " {sum_of: hours, in: practitioners, where: {field: hours, more_than: 0}, if_list_empty: 0, is: 5}]}"
    )
    assert said(rule, {"practitioners": [{"hours": 2}, {"hours": 3}]}) == [True]


def test_what_cel_cannot_say_is_named() -> None:
    of_ratios = "{sum_of: {ratio: [field minutes, field minutes]}, in: visits, if_list_empty: 0, at_least: 1}"
    inside = "{some: practitioners, satisfying: %s, if_list_empty: not met}" % of_ratios
    for text, reason in (
        (inside, "the sum of ratios, each of which has its own denominator"),
        ("{field: tries, at_least: 10000000000000000000}", "a figure beyond 64 bits"),
    ):
        with pytest.raises(NotInCel, match=reason):
            text_of(condition(text))


# ── Random rules ────────────────────────────────────────────────────────────────────────────────────


def compiled(node: t.Condition, definitions: t.Definitions, on: date = ON) -> cel.Expression | str:
    """The program, or why there is none."""
    try:
        text = text_of(node, definitions, on)
    except NotInCel:
        return "cannot be said"
    try:
        return engine().compile(text)
    except RuntimeError as refused:
        if "recursion" not in str(refused):
            raise
        return "too deep for the engine"


def compare(tally: Counter[str], world: World) -> None:
    """Every rule over every piece of evidence of a world, whole and with holes."""
    for raw, rule in world.rules:
        for node in (rule.applies_when, rule.met_when):
            if node is None:
                continue
            program = compiled(node, world.definitions)
            if isinstance(program, str):
                tally[program] += 1
                continue
            tally["rules"] += 1
            settled = Settled(node, world.definitions, ON)
            whole = [each for some in world.completions for each in some]
            for given_ in [*whole, *map(with_holes, world.evidence)]:
                encoded = encode(given_, world.record)
                trace = Tracer(world.definitions, encoded, ON).condition(node)
                found = evaluated(program, encoded)
                if isinstance(found, bool):
                    assert found is trace.verdict, ("CEL and traced", raw, given_)
                    tally["compared"] += 1
                elif settled(encoded):
                    assert "overflow" in found, ("CEL fails where nothing is undecided", found, raw, given_)
                    tally["beyond 64 bits"] += 1


def held_together(run: settings, least: int) -> None:
    tally: Counter[str] = Counter()

    @run
    @given(world=worlds(rules=4, evidence=4, completions=1))
    def hold(world: World) -> None:
        compare(tally, world)

    hold()
    assert tally["compared"] >= least, tally
    assert tally["cannot be said"] + tally["too deep for the engine"] <= tally["rules"] / 10, tally
    assert tally["beyond 64 bits"] <= tally["compared"] / 100, tally


def test_a_rule_in_cel_decides_what_it_decides() -> None:
    held_together(NORMAL, 1000)


@pytest.mark.long
def test_a_rule_in_cel_decides_the_same_over_a_long_run() -> None:
    held_together(LONG, 20_000)


# ── The real rules ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
@pytest.mark.parametrize(("standard", "name"), list_editions(HOME))
def test_real_rules_in_cel_decide_their_worked_cases(standard: str, name: str) -> None:
    """Where nothing is undecided, CEL agrees with the rule; elsewhere it says nothing else."""
    edition = load_edition(HOME, standard, name)
    tally: Counter[str] = Counter()
    programs: dict[tuple[str, date], list[tuple[t.Condition, cel.Expression | str, Settled]]] = {}

    def programs_of(id_: str, on: date) -> list[tuple[t.Condition, cel.Expression | str, Settled]]:
        if (id_, on) not in programs:
            nodes = [each for each in (edition.rules[id_].applies_when, edition.rules[id_].met_when) if each]
            programs[id_, on] = [
                (each, compiled(each, edition.definitions, on), Settled(each, edition.definitions, on))
                for each in nodes
            ]
        return programs[id_, on]

    unsaid = [
        id_
        for id_ in edition.rules
        if any(isinstance(program, str) for _, program, _ in programs_of(id_, edition.in_force.start))
    ]
    assert len(unsaid) <= (1 - SHARE) * len(edition.rules), unsaid
    for id_, cases in load_cases(HOME, edition, []).items():
        for case in cases:
            evidence = encode(case.evidence, edition.record)
            on = edition.rules_of(evidence, case.on)
            if case.file.expect == NOT_IN_FORCE:
                continue
            for node, program, settled in programs_of(id_, on):
                tally["asked"] += 1
                found = program if isinstance(program, str) else evaluated(program, evidence)
                if isinstance(found, bool):
                    verdict = Tracer(edition.definitions, evidence, on).condition(node).verdict
                    assert found is verdict, (case.place, case.file.name)
                    tally["compared"] += 1
                elif not isinstance(program, str) and settled(evidence):
                    assert "overflow" in found, (case.place, case.file.name, found)
                    tally["beyond 64 bits"] += 1
    assert tally["compared"] >= tally["asked"] / 2, tally
    assert tally["beyond 64 bits"] <= tally["compared"] / 100, tally
