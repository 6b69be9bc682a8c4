"""The solver's meaning of rules: the evaluator's, on evidence that is given and on evidence that it finds."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import z3
from hypothesis import HealthCheck, Phase, given, settings

from ohaccredit.language import tree as t
from ohaccredit.language.compile import CompiledRules
from ohaccredit.language.encode import encode
from ohaccredit.language.outcome import Outcome
from ohaccredit.language.problems import Place
from ohaccredit.language.series import figures
from ohaccredit.language.solve import NotEncodable, World
from ohaccredit.language.solve_find import Finder, Search
from ohaccredit.language.solve_plausible import Plausible
from ohaccredit.language.solve_propose import propose_scope, specimens
from ohaccredit.language.solve_scope import OutOfScope, Scope, SeriesScope
from ohaccredit.language.trace import Tracer
from ohaccredit.language.types import Keyed, Record, Series, Type
from tests.language import strategies
from tests.language.sample import EVIDENCE, ON, SHARED, condition
from tests.language.strategies import with_holes, worlds

QUICK = (Phase.explicit, Phase.reuse, Phase.generate)
NORMAL = settings(max_examples=85, deadline=None, phases=QUICK, suppress_health_check=list(HealthCheck))
SHORT = settings(NORMAL, max_examples=40)
LONG = settings(NORMAL, max_examples=900)

# ── The same meaning ────────────────────────────────────────────────────────────────────────────────


def all_series(kind: Type, path: str = "") -> Iterator[tuple[str, SeriesScope]]:
    """Every series of a record, with nothing to choose from but the empty one."""
    match kind:
        case Record():
            for field in kind:
                yield from all_series(field.type, f"{path}.{field.name}" if path else field.name)
        case Keyed():
            for key in kind.keys:
                yield from all_series(kind.records[key], f"{path}.{key}")
        case Series():
            yield path, SeriesScope((kind.at, kind.same, *figures(kind.measure)), ((),))


def satisfiable(solver: Any, truth: Any) -> bool:
    solver.push()
    solver.add(truth)
    answer = solver.check()
    solver.pop()
    assert answer != z3.unknown
    return bool(answer == z3.sat)


def pin(world: strategies.World) -> None:
    """With the evidence given, exactly the evaluator's outcome can be had."""
    evidence = [encode(with_holes(each), world.record) for each in world.evidence]
    scope = Scope(date(2020, 1, 1), date(2030, 1, 1), items_otherwise=0, series=dict(all_series(world.record)))
    for each in evidence:
        scope = scope.holding(each, world.record)
    for raw, rule in world.rules:
        solved = World(world.definitions, world.record, ON, scope)
        outcomes = solved.outcome(rule)
        solver = z3.SimpleSolver()
        solver.add(solved.possible())
        for each in evidence:
            wanted = Tracer(world.definitions, each, ON).decide(rule).outcome
            solver.push()
            solver.add(solved.fix(each))
            possible = [outcome for outcome in Outcome if satisfiable(solver, outcomes.of(outcome))]
            assert possible == [wanted], (raw, each)
            solver.pop()


@NORMAL
@given(world=worlds(rules=4, evidence=6))
def test_given_the_evidence_the_solver_has_just_the_outcome_of_the_evaluator(world: strategies.World) -> None:
    pin(world)


@pytest.mark.long
@LONG
@given(world=worlds(rules=4, evidence=6))
def test_given_the_evidence_the_solver_has_just_the_outcome_of_the_evaluator_over_a_long_run(
    world: strategies.World,
) -> None:
    pin(world)


def confirm_findings(world: strategies.World) -> None:
    """What the solver finds has the outcome it was found for, by both forms of the evaluator."""
    for raw, rule in world.rules:
        scope = propose_scope(world.definitions, [rule], world.record, ON)
        solved = World(world.definitions, world.record, ON, scope)
        outcomes = solved.outcome(rule)
        finder = Finder(solved, effort=5_000_000)
        compiled = CompiledRules(world.definitions, [rule]).on(ON)["drawn"]
        results = set()
        for outcome in Outcome:
            search = finder.find(outcomes.of(outcome))
            results.add(search.result)
            if search.result == "found":
                evidence = encode(search.evidence, world.record)
                said = Tracer(world.definitions, evidence, ON).decide(rule).outcome
                assert said is outcome, (raw, search.evidence)
                assert compiled(evidence) is outcome, (raw, search.evidence)
        assert "found" in results, raw  # some outcome every rule has
        assert "not decided" not in results, raw


@SHORT
@given(world=worlds(rules=4, evidence=0))
def test_what_the_solver_finds_is_decided_so(world: strategies.World) -> None:
    confirm_findings(world)


@pytest.mark.long
@settings(LONG, max_examples=400)
@given(world=worlds(rules=4, evidence=0))
def test_what_the_solver_finds_is_decided_so_over_a_long_run(world: strategies.World) -> None:
    confirm_findings(world)


# ── Lists with items of every kind ──────────────────────────────────────────────────────────────────

ROLES = ("clinical", "clerical", None)
ITEMS = [
    {**({} if role is None else {"role": role}), **({} if trained is None else {"trained": trained})}
    for role in ROLES
    for trained in (True, False, None)
]
LISTS = [None, [], *([one] for one in ITEMS), *([one, other] for one in ITEMS for other in ITEMS)]
"""Every list of at most two items, which are in or out or perhaps, and satisfy or not or perhaps."""

TESTS = [
    "some: practitioners, satisfying: {field: trained, is: yes}",
    "every: practitioners, satisfying: {field: trained, is: yes}",
    "none: practitioners, satisfying: {field: trained, is: yes}",
    "count_of: practitioners, satisfying: {field: trained, is: yes}, at_least: 2",
    "count_of: practitioners, satisfying: {field: trained, is: yes}, at_most: 0",
    "count_of: practitioners, satisfying: {field: trained, is: yes}, is: 1",
    "count_of: practitioners, satisfying: {field: trained, is: yes}, less_than: field submission.tries",
    "count_of: practitioners, satisfying: {field: trained, is: yes}, distinct: trained, is: 1",
    "count_of: practitioners, distinct: trained, more_than: 1",
    "share_of: practitioners, satisfying: {field: trained, is: yes}, at_least: 50%",
    "share_of: practitioners, satisfying: {field: trained, is: yes}, less_than: 50%",
    "share_of: practitioners, satisfying: {field: trained, is: yes}, is: 50%",
    "share_of: practitioners, satisfying: {field: trained, is: yes}, at_most: field submission.uptake",
]


@pytest.mark.parametrize("empty", ["met", "not met", "not evidenced"])
@pytest.mark.parametrize("test", TESTS)
def test_every_list_of_two_items_falls_as_the_evaluator_says(test: str, empty: str) -> None:
    rule = rule_of(f"{{{test}, where: {{field: role, is: clinical}}, if_list_empty: {empty}}}")
    solved = World(SHARED, EVIDENCE, ON, Scope(ON, ON, items_otherwise=2))
    outcomes = solved.outcome(rule)
    solver = z3.SimpleSolver()
    solver.add(solved.possible())
    for items in LISTS:
        evidence = encode({"tries": 1, "uptake": 50, **({} if items is None else {"practitioners": items})}, EVIDENCE)
        wanted = Tracer(SHARED, evidence, ON).decide(rule).outcome
        solver.push()
        solver.add(solved.fix(evidence))
        assert satisfiable(solver, outcomes.of(wanted)), (items, wanted)
        assert not satisfiable(solver, z3.Not(outcomes.of(wanted))), (items, wanted)
        solver.pop()


# ── Each operator, by hand ──────────────────────────────────────────────────────────────────────────

HERE = Place("rule.yaml", 1, 1)


def rule_of(text: str) -> t.Rule:
    return t.Rule("sample", None, condition(text), HERE)


def searched(text: str, outcome: Outcome, *, scope: Scope | None = None, on: date = ON) -> Search:
    """A search in the proposed scope; what is found is confirmed by the evaluator."""
    rule = rule_of(text)
    solved = World(SHARED, EVIDENCE, on, scope or propose_scope(SHARED, [rule], EVIDENCE, on))
    outcomes = solved.outcome(rule)
    search = Finder(solved).find(outcomes.of(outcome))
    if search.result == "found":
        evidence = encode(search.evidence, EVIDENCE)
        assert Tracer(SHARED, evidence, on).decide(rule).outcome is outcome
        assert CompiledRules(SHARED, [rule]).on(on)["sample"](evidence) is outcome
    return search


MET, NOT_MET, OPEN = Outcome.MET, Outcome.NOT_MET, Outcome.NOT_EVIDENCED

CAN_BE = {
    "{field: headcount, at_least: 5}": {MET, NOT_MET, OPEN},
    "{parameter: enough, at_least: 5}": {MET},
    "{parameter: enough, more_than: 5}": {NOT_MET},
    "{parameter: later, at_least: 5}": {OPEN},  # no value before July
    "{field: note, is: stated}": {MET, OPEN},
    "{not: {field: note, is: stated}}": {NOT_MET, OPEN},
    "{field: nation, one_of: [england, wales]}": {MET, OPEN},  # there is no third
    "{field: has_policy, is: yes, otherwise: not evidenced}": {MET, OPEN},
    "{all: [{field: headcount, at_least: 5}, {field: headcount, less_than: 5}]}": {NOT_MET, OPEN},
    "{all: [{field: tries, more_than: 3}, {field: tries, less_than: 4}]}": {NOT_MET, OPEN},  # whole numbers
    "{all: [{field: turnover, more_than: 3}, {field: turnover, less_than: 4}]}": {MET, NOT_MET, OPEN},
    "{either: [{field: has_policy, is: yes}, {field: has_policy, is: no}]}": {MET, OPEN},
    "{of_these: [{field: has_policy, is: yes}, {field: has_policy, is: no}], at_least: 2}": {NOT_MET, OPEN},
    "{field: topics, includes: [stress, backs]}": {MET, NOT_MET, OPEN},
    "{all: [{field: topics, includes: stress}, {not: {field: topics, includes_any: [stress, noise]}}]}": {
        NOT_MET,
        OPEN,
    },
    "{field: registration_number, shaped_like: parameter numbers}": {MET, NOT_MET, OPEN},
    # S@ and @T share only ST, which no digit fits.
    "{all: [{field: note, shaped_like: S@}, {field: note, shaped_like: '@T'}]}": {MET, NOT_MET, OPEN},
    "{all: [{field: note, shaped_like: S@}, {field: note, shaped_like: '@#'}]}": {NOT_MET, OPEN},
    "{all: [{field: note, shaped_like: ST}, {not: {field: note, shaped_like: '@T'}}]}": {NOT_MET, OPEN},
    # 1 month after 29, 30 or 31 January 2026 is 28 February.
    "{all: [{field: profile.moved_on, after: 2026-01-28}, {field: profile.moved_on, on_or_before: 2026-01-31},"
    " {field: reviewed_on, is: 1 month after field profile.moved_on}, {field: reviewed_on, is: 2026-02-28}]}": {
        MET,
        NOT_MET,
        OPEN,
    },
    "{all: [{field: profile.moved_on, after: 2026-01-31},"
    " {field: reviewed_on, is: 1 month after field profile.moved_on}, {field: reviewed_on, is: 2026-02-28}]}": {
        NOT_MET,
        OPEN,
    },
    "{all: [{months_from: field reviewed_on, to: 2026-02-28, at_least: 1}, {field: reviewed_on, after: 2026-01-31}]}": {
        NOT_MET,
        OPEN,
    },
    "{all: [{months_from: field reviewed_on, to: 2026-02-28, at_least: 1}, {field: reviewed_on, is: 2026-01-31}]}": {
        MET,
        NOT_MET,
        OPEN,
    },
    "{days_from: 2026-02-28, to: 2026-03-01, is: 1}": {MET},
    "{all: [{field: reviewed_on, is: 2026-06-30}, {field: profile.moved_on, is: 2026-06-16},"
    " {field: reviewed_on, is: field tries in weeks after field profile.moved_on}, {field: tries, is: 2}]}": {
        MET,
        NOT_MET,
        OPEN,
    },
    # From 9 August 2024 it takes 18 months to 9 February 2026, 19 to 9 March.
    "{all: [{field: reviewed_on, is: 2024-08-09}, {field: tries, less_than: 19},"
    " {field: profile.moved_on, is: field tries in months after field reviewed_on},"
    " {field: profile.moved_on, on_or_after: 2026-02-09}]}": {MET, NOT_MET, OPEN},
    "{all: [{field: reviewed_on, is: 2024-08-09}, {field: tries, less_than: 19},"
    " {field: profile.moved_on, is: field tries in months after field reviewed_on},"
    " {field: profile.moved_on, after: 2026-02-09}]}": {NOT_MET, OPEN},
    "{ratio: [field headcount, field headcount], at_least: 100%}": {MET, OPEN},  # over zero it is not evidenced
    "{product: [field uptake, 2], more_than: 50%}": {MET, NOT_MET, OPEN},
    "{difference: [field headcount, field headcount], is: 0}": {MET, OPEN},
    "{derived: size-band, one_of: [small, medium, large]}": {MET, OPEN},
    "{all: [{derived: size-band, is: large}, {field: headcount, less_than: 250}]}": {NOT_MET, OPEN},
    "{all: [{parameter: by-size, at_least: 3}, {field: headcount, is: 249}]}": {NOT_MET, OPEN},
    "{all: [{parameter: by-size, at_least: 3}, {field: headcount, is: 250}]}": {MET, NOT_MET, OPEN},
    "{some: practitioners, if_list_empty: not met}": {MET, NOT_MET, OPEN},
    "{some: practitioners, if_list_empty: met}": {MET, OPEN},
    "{none: practitioners, satisfying: {field: trained, is: yes}, if_list_empty: not evidenced}": {MET, NOT_MET, OPEN},
    "{every: practitioners, satisfying: {field: role, is: stated}, if_list_empty: met}": {MET, OPEN},
    "{count_of: practitioners, at_least: 7, if_list_empty: not met}": {MET, NOT_MET, OPEN},
    "{count_of: practitioners, distinct: role, more_than: 3, if_list_empty: not met}": {NOT_MET, OPEN},
    "{count_of: practitioners, distinct: role, at_least: 3, if_list_empty: not met}": {MET, NOT_MET, OPEN},
    "{every: duties, satisfying: {field: key, one_of: [fire, screens]}, if_list_empty: met}": {MET, OPEN},
    "{count_of: duties, is: 2, if_list_empty: not met}": {MET, OPEN},  # every key is asked for
    "{some: practitioners, satisfying: {every: visits, satisfying: {field: by, is: field outer.role},"
    " if_list_empty: not met}, if_list_empty: not met}": {MET, NOT_MET, OPEN},
    "{all: [{sum_of: hours, in: practitioners, if_list_empty: 0, is: 7.5},"
    " {count_of: practitioners, is: 2, if_list_empty: not met},"
    " {every: practitioners, satisfying: {field: hours, more_than: 4}, if_list_empty: not met}]}": {NOT_MET, OPEN},
    "{all: [{mean_of: hours, in: practitioners, if_list_empty: 0, is: 7.5},"
    " {some: practitioners, satisfying: {field: hours, is: 10}, if_list_empty: not met}]}": {MET, NOT_MET, OPEN},
    "{difference: [{largest_of: hours, in: practitioners, if_list_empty: 0},"
    " {smallest_of: hours, in: practitioners, if_list_empty: 0}], less_than: 0}": {NOT_MET, OPEN},
    "{points_in: kpis.absence.points, at_least: 3}": {MET, NOT_MET, OPEN},
    "{months_across: kpis.absence.points, at_least: 24}": {MET, NOT_MET, OPEN},
    "{change_in: kpis.absence.points, noise: parameter noise, is: improved}": {MET, NOT_MET, OPEN},
    "{all: [{change_in: kpis.absence.points, noise: 0, is: improved},"
    " {points_in: kpis.absence.points, less_than: 2}]}": {
        NOT_MET,
        OPEN,
    },
    "{latest_value: kpis.staying.points, at_least: 62%}": {MET, NOT_MET, OPEN},
}  # fmt: skip


@pytest.mark.parametrize("text", CAN_BE)
def test_a_rule_can_have_just_the_outcomes_that_it_should(text: str) -> None:
    found = {outcome for outcome in Outcome if searched(text, outcome).result == "found"}
    assert found == CAN_BE[text]
    assert all(searched(text, outcome).result == "none" for outcome in set(Outcome) - found)


def test_who_a_rule_is_not_for_is_found_too() -> None:
    rule = t.Rule("sample", condition("{field: nation, is: wales}"), condition("{field: headcount, at_least: 1}"), HERE)
    solved = World(SHARED, EVIDENCE, ON, propose_scope(SHARED, [rule], EVIDENCE, ON))
    outcomes = solved.outcome(rule)
    search = Finder(solved).find(outcomes.not_applicable)
    assert search.evidence == {"nation": "england"}


def test_one_failure_beside_many_items_tells_95_percent_from_all() -> None:
    share = "{share_of: practitioners, satisfying: {field: trained, is: yes}, at_least: 95%, if_list_empty: not met}"
    every = "{every: practitioners, satisfying: {field: trained, is: yes}, if_list_empty: not met}"
    text = f"{{all: [{share}, {{not: {every}}}]}}"
    search = searched(text, MET)
    trained = [each["trained"] for each in search.evidence["practitioners"]]
    assert trained.count(False) >= 1
    assert trained.count(True) >= 19 * trained.count(False)
    few = Scope(date(2020, 1, 1), date(2030, 1, 1), items_otherwise=19)
    assert searched(text, MET, scope=few).result == "none"
    assert searched(text, MET, scope=Scope(date(2020, 1, 1), date(2030, 1, 1), items_otherwise=20)).result == "found"


def test_the_same_evidence_read_on_two_dates_shows_what_the_date_changes() -> None:
    """The share goes from 95 % to all on 1 April 2026."""
    rule = rule_of(
        "{share_of: practitioners, satisfying: {field: trained, is: yes},"
        " at_least: parameter registered-share, if_list_empty: not met}"
    )
    before = date(2026, 3, 31)
    world = World(SHARED, EVIDENCE, before, propose_scope(SHARED, [rule], EVIDENCE, before))
    after = world.beside(SHARED, ON)
    gains, losses = world.outcome(rule), after.outcome(rule)
    finder = Finder(world)
    found = finder.find(gains.met, losses.not_met)
    evidence = encode(found.evidence, EVIDENCE)
    assert Tracer(SHARED, evidence, before).decide(rule).outcome is MET
    assert Tracer(SHARED, evidence, ON).decide(rule).outcome is NOT_MET
    assert finder.find(gains.not_met, losses.met).result == "none"


# ── Limits ──────────────────────────────────────────────────────────────────────────────────────────


def test_with_too_little_effort_nothing_is_decided() -> None:
    rule = rule_of("{product: [field headcount, field tries], is: 1000003}")
    world = World(SHARED, EVIDENCE, ON, propose_scope(SHARED, [rule], EVIDENCE, ON))
    outcomes = world.outcome(rule)
    search = Finder(world, effort=50).find(outcomes.met)
    assert search.result == "not decided"
    assert search.why


def test_what_the_solver_cannot_be_asked_is_said() -> None:
    plain = Scope(date(2020, 1, 1), date(2030, 1, 1))
    with pytest.raises(NotEncodable, match=r"kpis\.absence\.points"):
        World(SHARED, EVIDENCE, ON, plain).outcome(rule_of("{points_in: kpis.absence.points, at_least: 3}"))


@pytest.mark.parametrize(
    "evidence",
    [
        {"practitioners": [{}, {}, {}]},
        {"reviewed_on": "2031-01-01"},
        {"note": "another text"},
        {"kpis": {"absence": {"points": [{"at": "2026-01-01", "formula": "a"}]}}},
    ],
)
def test_evidence_beyond_the_scope_is_refused_not_bent(evidence: dict[str, Any]) -> None:
    series = {"kpis.absence.points": SeriesScope(("at", "formula"), ((),))}
    scope = Scope(date(2020, 1, 1), date(2030, 1, 1), items_otherwise=2, series=series)
    world = World(SHARED, EVIDENCE, ON, scope)
    world.verdict(condition("{some: practitioners, if_list_empty: met}"))
    world.verdict(condition("{field: reviewed_on, after: 2026-01-01}"))
    world.verdict(condition("{field: note, is: stated}"))
    world.verdict(condition("{points_in: kpis.absence.points, at_least: 1}"))
    with pytest.raises(OutOfScope):
        world.fix(encode(evidence, EVIDENCE))


def test_series_are_tried_whose_definition_changes_comes_back_or_is_missing_in_between() -> None:
    scope = propose_scope(SHARED, [rule_of("{points_in: kpis.absence.points, at_least: 2}")], EVIDENCE, ON)
    tried = scope.series["kpis.absence.points"].prototypes
    said = {tuple(str(point.get("formula", "")).removeprefix("definition ") for point in points) for points in tried}
    assert {("1", "1", "1"), ("1", "1", "2"), ("1", "2", "1"), ("1", "", "1")} <= said


def test_plausible_evidence_is_preferred_and_the_other_marked() -> None:
    kinds = {"practitioners": Plausible(identified_by=("role",))}
    rule = rule_of("{some: practitioners, where: {field: role, is: clinical}, if_list_empty: not met}")
    world = World(SHARED, EVIDENCE, ON, propose_scope(SHARED, [rule], EVIDENCE, ON))
    outcomes = world.outcome(rule)
    undecided = world.verdict(
        condition("{every: practitioners, satisfying: {field: role, is: stated}, if_list_empty: not met}")
    )
    any_item = world.verdict(condition("{some: practitioners, if_list_empty: not met}")).so
    finder = Finder(world, kinds)
    for look in (finder.find, finder.rule_out):
        met = look(outcomes.met)
        assert met.believable
        assert all("role" in each for each in met.evidence["practitioners"])
        odd = look(any_item, undecided.open)
        assert odd.result == "found"
        assert not odd.believable
        assert look(any_item, outcomes.met, outcomes.not_met).result == "none"


def test_a_specimen_stands_for_each_way_to_fit_the_shapes() -> None:
    # S@ and @T meet in ST; ## meets neither. A is no letter of a shape, 1 no digit of one.
    assert set(specimens(["S@", "@T", "##"])) == {"SA", "AT", "ST", "11"}


def test_the_scope_says_itself() -> None:
    rule = rule_of(
        "{all: [{share_of: practitioners, satisfying: {field: trained, is: yes}, at_least: 95%, if_list_empty: met},"
        " {points_in: kpis.absence.points, at_least: 3}]}"
    )
    scope = propose_scope(SHARED, [rule], EVIDENCE, ON)
    said = scope.said()
    assert "practitioners: an item stands there once or 19 times." in said
    assert any(line.startswith("kpis.absence.points: one of ") for line in said)
    assert scope.first_day < ON < scope.last_day


def test_without_the_solver_it_is_said_what_to_install() -> None:
    code = (
        "import sys; sys.modules['z3'] = None\n"
        "from ohaccredit.language.problems import ProblemsFound\n"
        "try:\n    import ohaccredit.language.solve\n"
        "except ProblemsFound as found:\n    print(found.problems[0].message, found.problems[0].hint)\n"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said == "The solver is not installed. Install it with: pip install 'ohaccredit[prove]'.\n"
