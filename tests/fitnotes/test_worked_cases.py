"""The worked cases that are about one paper, end to end; what they expect was worked out by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, cast

import pytest

from ohaccredit.assessment.submission import read_submission
from ohaccredit.assessment.verdict import SEVERITIES
from ohaccredit.fitnotes.check import CONTEXT, Editions, PaperCheck, check_paper
from ohaccredit.fitnotes.record import FIT_NOTE, RECORD_STANDARD, STANDARDS, Paper, PaperKind
from ohaccredit.language.json_source import read_json
from ohaccredit.language.yaml_source import read_yaml
from ohaccredit.standards.home import Home, find_home
from ohaccredit.standards.loading import load_edition
from ohaccredit.standards.sources import load_statements

ON = date(2026, 11, 22)
HERE = Path(__file__).parent
TABLE, FURTHER = (
    cast("dict[str, Any]", read_yaml((HERE / name).read_bytes(), name).value)
    for name in ("worked_cases.yaml", "further_notes.yaml")
)
CASES: list[dict[str, Any]] = [*TABLE["cases"], *FURTHER["cases"]]


@pytest.fixture(scope="module")
def editions(home: Home) -> Editions:
    return {kind: load_edition(home, standard, on=ON) for kind, standard in STANDARDS.items()}


def changed(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The base with some entries replaced; a record is changed entry by entry, and null takes an entry out."""
    result = dict(base)
    for key, value in changes.items():
        inner = result.get(key)
        result[key] = changed(inner, value) if isinstance(inner, dict) and isinstance(value, dict) else value
    return {key: value for key, value in result.items() if value is not None}


def checked(case: Mapping[str, Any], editions: Editions) -> PaperCheck:
    kind: PaperKind = case.get("kind", FIT_NOTE)
    base = {"note": {}, "context": {}} if case.get("bare") else TABLE["base"][kind]
    evidence: dict[str, Any] = {kind: changed(base["note"], case.get("note", {}))}
    if kind == FIT_NOTE:
        evidence[CONTEXT] = changed(base["context"], case.get("context", {}))
    text = json.dumps({"standard": STANDARDS[kind], "evidence": evidence})
    read = read_submission(read_json(text.encode(), "case.json"), editions[kind]).evidence  # refuses what does not fit
    return check_paper(editions, Paper(str(case["case"]), kind, "", read[kind], ()), ON, read.get(CONTEXT))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['case']} {case['name']}")
def test_a_worked_case_comes_out_as_worked_out(case: dict[str, Any], editions: Editions) -> None:
    verdict = checked(case, editions).verdict
    given = {notice.finding.criterion.code: notice.severity for notice in verdict.notices if notice.finding}
    warning = SEVERITIES.index("warn")
    assert {code: each for code, each in given.items() if SEVERITIES.index(each) >= warning} == case["notices"]
    assert verdict.name == case["expect"]
    assert all(given.get(code) == "info" for code in case.get("informs", ()))
    asks = case.get("asks", [])
    assert [action for action, _ in verdict.next[: len(asks)]] == asks


def test_whatever_is_not_valid_or_in_question_says_to_keep_paying(editions: Editions) -> None:
    # A note of fitness is no ground for pay in either direction: there is nothing to clear up (worked case 33).
    open_cases = [case for case in CASES if case["expect"] != "valid" and case["case"] != 33]
    assert open_cases
    for case in open_cases:
        assert "keep-paying" in dict(checked(case, editions).verdict.next), case["name"]


def test_no_note_says_twice_that_something_is_to_confirm(editions: Editions) -> None:
    """The program marks a finding all of whose sources are to be confirmed; a message must not say it again."""
    statements = load_statements(find_home())
    marked = 0
    for edition in (*editions.values(), load_edition(find_home(), RECORD_STANDARD, on=ON)):
        for criterion in edition.criteria.values():
            stating = [statements[id_] for id_ in criterion.statements if statements[id_].nature != "design"]
            if criterion.notices is None or not stating or not all(each.file.to_confirm for each in stating):
                continue
            for notice in (*criterion.notices.by_outcome.values(), *criterion.notices.by_reason.values()):
                marked += 1
                assert "to confirm" not in notice.says["en"], criterion.code
    assert marked
