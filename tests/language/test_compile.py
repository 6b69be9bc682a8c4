"""Compiled rules: bound to dates, reusable, and made without a line of source text."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ohaccredit.language import tree as t
from ohaccredit.language.compile import CompiledRules
from ohaccredit.language.encode import encode
from ohaccredit.language.outcome import Outcome
from ohaccredit.language.problems import Place
from tests.language.sample import EVIDENCE, ON, SHARED, condition, decide, parse_text

HERE = Place("rule.yaml", 1, 1)


def rule(name: str, met: str, applies: str = "") -> t.Rule:
    return t.Rule(name, condition(applies) if applies else None, condition(met), HERE)


def outcome(met: str, evidence: dict[str, Any], on: date = ON, applies: str = "") -> Outcome:
    decide_ = CompiledRules(SHARED, [rule("one", met, applies)]).on(on)["one"]
    return decide_(encode(evidence, EVIDENCE))


def test_each_rule_is_a_function_from_evidence_to_its_outcome() -> None:
    rules = CompiledRules(
        SHARED, [rule("policy", "{field: has_policy, is: yes}"), rule("size", "{field: headcount, at_least: 5}")]
    ).on(ON)
    assert sorted(rules) == ["policy", "size"]
    given = encode({"has_policy": True, "headcount": 4}, EVIDENCE)
    assert (rules["policy"](given), rules["size"](given)) == (Outcome.MET, Outcome.NOT_MET)
    assert rules["size"](encode({}, EVIDENCE)) is Outcome.NOT_EVIDENCED


def test_parameters_are_those_of_the_date_that_the_rules_are_bound_to() -> None:
    rules = CompiledRules(SHARED, [rule("share", "{field: uptake, at_least: parameter registered-share}")])
    given = encode({"uptake": 96}, EVIDENCE)
    assert rules.on(date(2026, 3, 31))["share"](given) is Outcome.MET
    assert rules.on(date(2026, 4, 1))["share"](given) is Outcome.NOT_MET
    assert rules.on(date(2026, 3, 31))["share"](given) is Outcome.MET  # the first binding is untouched
    assert rules.on(date(2019, 1, 1))["share"](given) is Outcome.NOT_EVIDENCED


def test_dates_before_the_assessment_are_those_of_the_date_bound_to() -> None:
    text = "{field: reviewed_on, on_or_after: 12 months before assessment date}"
    assert outcome(text, {"reviewed_on": "2025-06-30"}) is Outcome.MET
    assert outcome(text, {"reviewed_on": "2025-06-30"}, date(2026, 7, 1)) is Outcome.NOT_MET


def test_a_rule_that_does_not_apply_says_so_before_anything_else() -> None:
    applies = "{field: nation, is: wales}"
    assert outcome("{field: has_policy, is: yes}", {"nation": "england"}, applies=applies) is Outcome.NOT_APPLICABLE
    assert outcome("{field: has_policy, is: yes}", {"has_policy": True}, applies=applies) is Outcome.MET
    assert outcome("{field: has_policy, is: yes}", {"has_policy": False}, applies=applies) is Outcome.NOT_EVIDENCED


def test_deciding_does_not_change_the_evidence() -> None:
    given: dict[str, Any] = {
        "practitioners": [{"topics": ["stress"], "visits": [{"minutes": 5}]}],
        "duties": {"fire": {"done": True}},
    }
    encoded, again = encode(given, EVIDENCE), encode(given, EVIDENCE)
    text = """
    all:
      - {sum_of: {sum_of: minutes, in: visits, if_list_empty: 0}, in: practitioners, if_list_empty: 0, at_least: 5}
      - {some: practitioners, satisfying: {field: topics, includes: stress}, if_list_empty: not met}
      - {every: duties, satisfying: {field: done, is: stated}, if_list_empty: not met}
    """
    decide_ = CompiledRules(SHARED, [rule("one", text)]).on(ON)["one"]
    assert decide_(encoded) is decide_(encoded)
    assert encoded == again


@pytest.mark.parametrize(
    "hostile", ["__import__('os').system('true')", "'; raise SystemExit #", "\n  pass", "\\N{BULLET}", "{0.__class__}"]
)
def test_what_people_write_is_never_read_as_code(hostile: str) -> None:
    named = t.Rule(hostile, None, condition("{field: note, is: stated}"), HERE)
    decide_ = CompiledRules(SHARED, [named]).on(ON)[hostile]
    assert decide_(encode({"note": hostile}, EVIDENCE)) is Outcome.MET


def test_a_very_deep_rule_compiles() -> None:
    text = "{not: " * 15 + "{all: [" * 4 + "{field: has_policy, is: yes}" + "]}" * 4 + "}" * 15
    assert outcome(text, {"has_policy": False}) is Outcome.MET


@pytest.mark.parametrize(
    "text",
    [
        "all:\n" + "  - {field: headcount, at_least: 1}\n" * 1000,
        "either:\n" + "  - {field: headcount, at_most: 0}\n" * 999 + "  - {field: headcount, is: 1}\n",
        "{some: submission.practitioners, if_list_empty: not met, satisfying: " * 25
        + "{field: submission.headcount, is: 1}" + "}" * 25,
    ],
    ids=["all", "either", "lists within lists"],
)  # fmt: skip
def test_a_rule_that_is_long_or_deep_is_refused_when_read_or_compiles(text: str) -> None:
    found, problems = parse_text(text)
    if not problems:
        assert found is not None
        rules = CompiledRules(SHARED, [t.Rule("one", None, found, HERE)])
        assert rules.on(ON)["one"](encode({"headcount": 1, "practitioners": [{}]}, EVIDENCE)) is Outcome.MET


# What once differed, or easily could: `decide` holds the compiled form to the traced one.


@pytest.mark.parametrize(
    ("text", "evidence", "expected"),
    [
        (
            "{of_these: [{field: has_policy, is: yes}, {field: has_policy, is: no}], at_least: 1.5}",
            {"has_policy": True},
            False,
        ),
        ("{of_these: [{field: has_policy, is: yes}], at_least: 0.5}", {"has_policy": True}, True),
        (
            "{of_these: [{field: has_policy, is: yes}], at_least: {product: [field tries, 0.5]}}",
            {"has_policy": True, "tries": 2},
            True,
        ),
        ("{count_of: duties, distinct: key, at_least: 2, if_list_empty: not met}", {"duties": {}}, True),
        (
            "{count_of: duties, distinct: done, at_least: 2, if_list_empty: not met}",
            {"duties": {"fire": {"done": True}, "screens": {"done": False}}},
            True,
        ),
        (
            "{count_of: practitioners, distinct: hours, is: 1, if_list_empty: not met}",
            {"practitioners": [{"hours": 2}, {"hours": 2}]},
            True,
        ),
        ("{count_of: practitioners, at_least: 1.5, if_list_empty: not met}", {"practitioners": [{}, {}]}, True),
        ("{ratio: [{ratio: [field headcount, 3]}, {ratio: [1, 3]}], is: field headcount}", {"headcount": 7}, True),
        ("{ratio: [field headcount, {difference: [field headcount, 7]}], is: 5%}", {"headcount": 7}, None),
        (
            "{mean_of: hours, in: practitioners, if_list_empty: 0, is: 1.5}",
            {"practitioners": [{"hours": 1}, {"hours": 2}]},
            True,
        ),
        (
            "{smallest_of: hours, in: practitioners, if_list_empty: 0, is: 0}",
            {"practitioners": [{"hours": 0}, {"hours": 2}]},
            True,
        ),
        (
            "{largest_of: hours, in: practitioners, if_list_empty: 0, is: -1}",
            {"practitioners": [{"hours": -1}, {"hours": -2}]},
            True,
        ),
        ("{derived: rate, is: 1.25}", {"has_policy": True, "turnover": Decimal("1.25")}, True),
        ("{derived: rate, at_least: 1.5}", {"has_policy": True, "turnover": Decimal("1.25")}, False),
        ("{derived: rate, is: 2.5}", {"has_policy": False}, True),
        ("{total: [derived rate, derived rate], is: 5}", {"has_policy": False}, True),
        ("{derived: steps, is: field tries}", {"has_policy": True, "tries": 3}, True),
        ("{derived: steps, is: 2}", {"has_policy": False}, True),
        ("{derived: steps, is: 2}", {"has_policy": True}, None),
        ("{derived: chosen, one_of: [wales]}", {"has_policy": True, "nation": "wales"}, True),
        (
            "{derived: start, is: derived steps in weeks before 2026-03-15}",
            {"has_policy": False, "profile": {"moved_on": "2026-03-02"}},
            True,
        ),
        (
            "{field: reviewed_on, before: field tries in months after assessment date}",
            {"reviewed_on": "2026-01-01", "tries": 10**30},
            None,
        ),
        ("{field: topics, includes: field topics}", {"topics": []}, True),
        ("{field: topics, includes_any: field topics}", {"topics": []}, False),
        ("{field: headcount, is: 0}", {"headcount": 0}, True),
        ("{field: has_policy, is: no}", {"has_policy": False}, True),
        ("{field: turnover, is: field headcount}", {"turnover": 1, "headcount": 1}, "refused"),
    ],
)
def test_the_compiled_form_agrees_with_the_traced_one(text: str, evidence: dict[str, Any], expected: Any) -> None:
    if expected == "refused":
        with pytest.raises(AssertionError):
            condition(text)
    else:
        assert decide(text, evidence).verdict is expected
