"""Cases on days on which a criterion is not in force: expected on both sides of its dates, and never by mistake.

The standard is that of tests/standards/paper.py: "in-ink" holds for papers issued from 2020 to the end of 2025.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ohaccredit.policy.cases import load_cases, run_case
from ohaccredit.standards.home import Home
from ohaccredit.standards.loading import load_edition
from tests.conftest import MakeHome
from tests.running import run_ohaccredit
from tests.standards.paper import FILES

CASES = "rules/paper/1/in-ink/cases.yaml"


def case(expect: str, issued: str = "", on: str = "", reason: str = "") -> str:
    """A cases.yaml with one case over a paper that is not in ink; assessed on 30 June 2026 unless it says otherwise."""
    dated = f"issued_on: {issued}, " if issued else ""
    more = (f"on: {on}, " if on else "") + (f"reason: {reason}, " if reason else "")
    return (
        "criterion: in-ink\non: 2026-06-30\ncases:\n"
        f"  - {{name: one, {more}given: {{paper: {{{dated}ink: no}}}}, expect: {expect}, because: so it is}}\n"
    )


def said(make_home: MakeHome, text: str) -> str:
    """What running the case says; "" if it came out as expected."""
    home: Home = make_home({**FILES, CASES: text})
    edition = load_edition(home, "paper")
    (one,) = load_cases(home, edition, [])["in-ink"]
    return run_case(edition, one).said


@pytest.mark.parametrize(
    ("issued", "expect"),
    [
        ("2019-12-31", "not in force"),
        ("2020-01-01", "not met"),
        ("2025-12-31", "not met"),
        ("2026-01-01", "not in force"),
    ],
)
def test_a_case_may_expect_that_the_criterion_is_not_in_force(make_home: MakeHome, issued: str, expect: str) -> None:
    assert said(make_home, case(expect, issued)) == ""


@pytest.mark.parametrize(
    ("issued", "expect", "difference"),
    [
        ("2025-12-31", "not in force", "the criterion is in force on 2025-12-31"),
        ("2026-01-01", "not met", "the criterion is not in force on 2026-01-01"),
        ("2019-12-31", "not met", "the criterion is not in force on 2019-12-31"),
    ],
)
def test_a_case_that_is_wrong_about_the_dates_fails_on_either_side(
    make_home: MakeHome, issued: str, expect: str, difference: str
) -> None:
    assert said(make_home, case(expect, issued)) == difference


def test_without_the_date_that_the_standard_names_the_day_of_the_case_counts(make_home: MakeHome) -> None:
    assert said(make_home, case("not met", on="2025-12-31")) == ""
    assert said(make_home, case("not in force")) == ""


def test_the_command_counts_and_names_them(make_home: MakeHome, tmp_path: Path) -> None:
    for issued, failed in (("2026-01-01", []), ("2025-12-31", ["the criterion is in force on 2025-12-31"])):
        make_home({**FILES, CASES: case("not in force", issued)})
        run = run_ohaccredit("--home", tmp_path, "rules", "cases", "paper", "--criterion", "in-ink", "--json")
        document = json.loads(run.out)
        assert document["cases"] == 1
        assert [each["said"] for each in document["failed"]] == failed
