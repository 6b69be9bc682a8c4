"""`rules check` finds all problems at once; `rules cases` tells what came out otherwise than its author worked out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.assessment.homes import small_home
from tests.running import Run, run_ohaccredit

CASES = """
criterion: basics
on: 2026-06-30
cases:
  - {name: there, given: {facts: {basic: yes}}, expect: met, because: it is there}
  - {name: not there, given: {facts: {basic: no}}, expect: not met, because: it is not there}
  - {name: nothing said, given: {facts: {}}, expect: not evidenced, missing: [/evidence/facts/basic], because: not said}
  - {name: nothing given, given: {}, expect: not evidenced, because: nothing was handed in}
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    root = small_home(tmp_path).root
    (root / "rules/small/1/basics/cases.yaml").write_text(CASES)
    return root


def rules(home: Path, *arguments: str) -> Run:
    return run_ohaccredit("--home", home, "rules", *arguments)


def test_cases_that_come_out_as_worked_out_are_counted(home: Path) -> None:
    document = json.loads(rules(home, "cases", "--criterion", "basics", "--json").out)
    assert (document["rules"], document["cases"], document["failed"]) == (1, 4, [])


def test_a_case_that_comes_out_otherwise_is_named_with_its_reason_and_fails(home: Path) -> None:
    path = home / "rules/small/1/basics/cases.yaml"
    path.write_text(CASES.replace("expect: met, because: it is there", "expect: not met, because: so it was thought"))
    result = rules(home, "cases", "--criterion", "basics")
    assert result.code == 1
    assert "there: expected not met, came out met." in result.out
    assert "so it was thought" in result.out


def test_a_case_that_names_other_missing_evidence_fails(home: Path) -> None:
    path = home / "rules/small/1/basics/cases.yaml"
    path.write_text(CASES.replace("/evidence/facts/basic]", "/evidence/facts]"))
    (failed,) = json.loads(rules(home, "cases", "--criterion", "basics", "--json").out)["failed"]
    assert failed["case"] == "nothing said"


def test_too_few_cases_and_outcomes_never_shown_are_reported(home: Path) -> None:
    path = home / "rules/small/1/basics/cases.yaml"
    path.write_text("\n".join(CASES.splitlines()[:5]))
    said = [p["message"] for p in json.loads(rules(home, "check", "--json").out)["problems"] if "basics" in p["file"]]
    assert said == [
        "There are 1 cases; at least 4 are needed.",
        'No case comes out as "not met".',
        'No case comes out as "not evidenced".',
    ]


def test_a_fact_that_no_evidence_has_is_reported_in_a_case(home: Path) -> None:
    path = home / "rules/small/1/basics/cases.yaml"
    path.write_text(CASES.replace("{basic: no}", "{basik: no}"))
    result = rules(home, "check")
    assert result.code == 1
    assert "rules/small/1/basics/cases.yaml:6:" in result.err
    assert 'Did you mean "basic"?' in result.err


def test_problems_of_several_files_are_listed_together(home: Path) -> None:
    (home / "rules/small/1/middle-must/rule.yaml").write_text("criterion: middle-must\nmet_when:\n\t- x\n")
    (home / "rules/small/1/top-if-large/rule.yaml").write_text(
        "criterion: top-if-large\nmet_when: {field: facts.tpo, is: yes}\n"
    )
    result = rules(home, "check")
    assert result.code == 1
    assert "rules/small/1/middle-must/rule.yaml:3:1" in result.err
    assert "A tab is used to indent." in result.err
    assert 'Did you mean "top"?' in result.err


def test_a_folder_without_a_rule_is_reported(home: Path) -> None:
    (home / "rules/small/1/forgotten").mkdir()
    assert "This folder has no rule.yaml." in rules(home, "check").err


def test_a_criterion_that_cites_nothing_registered_is_reported(home: Path) -> None:
    assert 'cites "L1-01", which no source registers' in rules(home, "check").err


def test_a_judged_criterion_is_decided_by_the_recorded_judgements(home: Path) -> None:
    (home / "standards/small/1/criteria/judged.yaml").write_text(
        "tier: low\ncriteria:\n  - id: basics-judged\n    obligation: must\n    statements: [L1-01]\n"
        "    title: {en: x}\n    requirement: {en: x}\n    next_step: {en: x}\n"
        '    judged:\n      question: {en: "How good is it?"}\n      met_from: 2\n'
        "      levels: [{level: 1, words: {en: poor}}, {level: 2, words: {en: good}}]\n"
    )
    (home / "standards/evidence/judgements.yaml").write_text(
        "evidence: judgements\nwords: {en: judgements}\nabout: {en: x}\ncollects: many\nprivacy: open\neffort: 1\n"
        "identified_by: [criterion]\nfields:\n  criterion: {type: judged_criterion, words: {en: criterion}}\n"
        "  level: {type: count, words: {en: level}}\n"
    )
    outcomes = []
    for levels in ([], [1], [2], [2, 1]):
        evidence = {"judgements": [{"criterion": "basics-judged", "level": level} for level in levels]}
        content = json.dumps({"standard": "small", "evidence": evidence}).encode()
        run = run_ohaccredit("--home", home, "assess", "-", "--on", "2026-06-30", "--json", stdin=content)
        assert run.code == 0, run.out
        found = {f["criterion"]: f["outcome"] for f in json.loads(run.out)["findings"]}
        outcomes.append(found["basics-judged"])
    assert outcomes == ["not_evidenced", "not_met", "met", "not_met"]
