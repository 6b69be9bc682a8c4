"""The example notes and the report come out as the rules demand; expected verdicts were worked out by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.running import run_ohaccredit

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "fit-notes"

VERDICTS = {
    "ot-day-before-the-law": "not_valid",
    "ot-first-day-of-the-law": "valid",
    "gp-form-of-2022": "valid",
    "gp-form-of-2017-without-ink": "not_valid",
    "nurse-own-note": "not_valid",
    "thirteen-weeks-from-5-january": "valid",
    "six-months-after-five": "query",
    "six-months-old-condition": "query",
    "indefinite-in-third-week": "not_valid",
    "may-be-fit-unexplained": "query",
    "may-be-fit-with-changes": "valid",
    "backdated-with-earlier-assessment": "valid",
    "northern-ireland-unsigned": "query",
    "podiatrist-report": "valid",
}


def test_every_example_has_an_expected_verdict() -> None:
    assert {path.stem for path in EXAMPLES.glob("*.json")} == set(VERDICTS)


@pytest.mark.parametrize("name", VERDICTS)
def test_an_example_gets_the_verdict_that_it_should(name: str) -> None:
    run = run_ohaccredit("fitnote", "check", EXAMPLES / f"{name}.json", "--on", "2026-11-22", "--json")
    (paper,) = json.loads(run.out)["notes"]
    assert paper["verdict"] == VERDICTS[name], run.err
