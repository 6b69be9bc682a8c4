"""Derived values with cases: what kind of value they give, and cases that do not agree said at their place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest

from ohaccredit.language.encode import encode
from ohaccredit.language.problems import ProblemsFound
from ohaccredit.language.types import SHARE, Choice, Choices, Date, Number, Scalar, YesNo
from ohaccredit.standards.edition import Edition
from ohaccredit.standards.loading import load_edition
from tests.conftest import MakeHome
from tests.standards.small import CRITERIA, FILES, RULE, criteria, parameter, rule

MORE = "rules/small/1/derived/more.yaml"
WHEN = "when: {field: organisation.headcount, at_least: 10}"


def cases(first: str, last: str, extra: str = "") -> str:
    """A derived value with two cases; the first is on line 7, the last on line 8."""
    return (
        f"derived:\n  d:\n    words: {{en: d}}\n    why: A test\n{extra or '    # no options'}\n    first_of:\n"
        f"      - {{{WHEN}, then: {first}}}\n      - {{then: {last}}}\n"
    )


def loaded(make_home: MakeHome, text: str, more: Mapping[str, str] | None = None) -> Edition:
    return load_edition(make_home({**FILES, MORE: text, **(more or {})}), "small")


@pytest.mark.parametrize(
    ("first", "last", "kind"),
    [
        ("field organisation.headcount", "3", Number("people")),
        ("3", "field organisation.headcount", Number("people")),  # a bare number first takes the unit all the same
        ("3", "2.5", Number("", False)),
        ("3", "4", Number("")),
        ("field organisation.headcount", "2.5", Number("people", False)),
        ("field organisation.profile.budget", "0", Number("pounds", False)),
        ("0", "field organisation.profile.uptake", Number(SHARE, False)),
        ("50%", "field organisation.profile.uptake", Number(SHARE, False)),
        ("2026-01-31", "assessment date", Date()),
        ("28 days after assessment date", "2026-01-31", Date()),
        ("yes", "no", YesNo()),
        ("true", "no", YesNo()),
        ("field organisation.nation", "field organisation.nation", Choice(("england", "wales"))),
        ("field organisation.nation", "wales", Choice(("england", "wales"))),
        ("parameter p", "stress", Choices(("backs", "stress"))),
    ],
)
def test_cases_give_one_kind_of_value(make_home: MakeHome, first: str, last: str, kind: Scalar) -> None:
    more = {"rules/small/1/parameters/more.yaml": parameter("choices", "[stress, backs]")}
    assert loaded(make_home, cases(first, last), more).definitions.derived["d"].type == kind


def test_cases_are_tried_in_the_order_in_which_they_stand_whatever_order_they_are_read_in(make_home: MakeHome) -> None:
    """A bare number is read last, for its unit, but stays the first case."""
    text = cases("3", "field organisation.headcount")
    more = {CRITERIA: criteria("three"), RULE: None, "rules/small/1/registered/cases.yaml": None}
    files = {**more, "rules/small/1/three/rule.yaml": rule("three", "{derived: d, is: 3}")}
    decide = loaded(make_home, text, files).compiled.on(date(2026, 1, 1))["three"]  # type: ignore[arg-type]
    edition = loaded(make_home, text, files)  # type: ignore[arg-type]
    for headcount, outcome in ((12, "met"), (3, "met"), (4, "not_met")):
        assert decide(encode({"organisation": {"headcount": headcount}}, edition.record)).value == outcome


OPTIONS = "    options: {england: {en: England}}"


@pytest.mark.parametrize(
    ("first", "last", "extra", "place", "message", "hint"),
    [
        (
            "2026-01-31",
            "3",
            "",
            "8:16",
            "A date is expected here, not a number.",
            "Every case gives the same kind of value, here a date.",
        ),
        (
            "field organisation.headcount",
            "assessment date",
            "",
            "8:16",
            "A number of people is expected here, not a date.",
            "Every case gives the same kind of value, here a number of people.",
        ),
        (
            "field organisation.headcount",
            "{days_from: 2026-01-01, to: assessment date}",
            "",
            "8:16",
            "This compares people with days.",
            "Every case gives the same kind of value, here a number of people.",
        ),
        (
            "field organisation.profile.uptake",
            "5",
            "",
            "8:16",
            "A percentage is expected here.",
            "Write it with its sign: 5%.",
        ),
        ("yes", "5", "", "8:16", "Yes or no is expected here, not a number.", "Every case gives the same kind"),
        (
            "field organisation.nation",
            "scotland",
            "",
            "8:16",
            '"scotland" is no option of this field.',
            "There is: england, wales.",
        ),
        (
            "england",
            "field organisation.nation",
            OPTIONS,
            "8:16",
            'This can be "wales", which is none of the options.',
            'Add it to "options".',
        ),
        (
            "field organisation.nation",
            "parameter p",
            "",
            "8:16",
            "One of a list of options is expected here, not several of a list of options.",
            "Every case gives the same kind",
        ),
        ("red", "5", "", "7:69", 'A value is expected here, not "red".', "Values are written as"),
    ],
)
def test_cases_that_do_not_agree_are_refused_at_their_place(
    make_home: MakeHome, first: str, last: str, extra: str, place: str, message: str, hint: str
) -> None:
    more = {"rules/small/1/parameters/more.yaml": parameter("choices", "[england, wales]")}
    with pytest.raises(ProblemsFound) as found:
        loaded(make_home, cases(first, last, extra), more)
    (problem,) = found.value.problems
    assert (str(problem.place), problem.message) == (f"{MORE}:{place}", message)
    assert hint in problem.hint


def test_cases_that_name_no_case_are_refused(make_home: MakeHome) -> None:
    text = "derived:\n  d:\n    words: {en: d}\n    why: A test\n    first_of: []\n"
    with pytest.raises(ProblemsFound) as found:
        loaded(make_home, text)
    (problem,) = found.value.problems
    assert (str(problem.place), problem.message) == (f"{MORE}:5:15", "There is no case here.")


CIRCLE = """\
derived:
  change:
    words: {en: change}
    why: A test
    first_of:
      - {then: {change_in: kpis.absence.points, noise: parameter p}}
"""


def test_a_parameter_that_depends_on_cases_which_depend_on_it_is_refused(make_home: MakeHome) -> None:
    by = parameter("number", "{improved: 1, no-clear-change: 1, worse: 1}", "    by: change\n")
    with pytest.raises(ProblemsFound) as found:
        loaded(make_home, CIRCLE, {"rules/small/1/parameters/more.yaml": by})
    assert 'The parameter "p" depends on itself, by "change".' in [each.message for each in found.value.problems]
