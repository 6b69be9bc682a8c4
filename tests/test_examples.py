"""The examples come out as their authors worked out from the text of the standard, and stay harmless."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest

from ohaccredit.assessment.flags import FlagKind
from tests.running import run_ohaccredit

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
ON = "2026-11-22"

TIERS = {
    "micro-firm-starting.json": None,
    "small-care-provider.json": "basic",
    "manufacturer-with-surveillance.json": None,
    "health-board-wales.json": "advanced",
    "office-firm-basic.json": "basic",
    "office-firm-intermediate.json": "intermediate",
    "office-firm-advanced.json": "advanced",
    "office-firm-expert.json": "expert",
    "hostile-and-messy.json": None,
    "providers/regional-service-met.json": "baseline",
    "providers/sole-practitioner-met.json": "baseline",
    "providers/partnership-not-yet.json": None,
}


@cache
def assessed(name: str, *more: str) -> dict[str, Any]:
    result = run_ohaccredit("assess", EXAMPLES / name, "--on", ON, "--json", *more)
    assert result.code == 0, result.err
    document: dict[str, Any] = json.loads(result.out)
    return document


def test_every_example_has_an_expected_tier() -> None:
    found = [*EXAMPLES.glob("*.json"), *EXAMPLES.glob("providers/*.json")]
    assert {path.relative_to(EXAMPLES).as_posix() for path in found} == set(TIERS)


@pytest.mark.parametrize("name", TIERS)
def test_an_example_reaches_the_tier_that_its_evidence_earns(name: str) -> None:
    assert assessed(name)["tier"] == TIERS[name]


@pytest.mark.parametrize("name", TIERS)
def test_verified_never_reaches_more_than_declared(name: str) -> None:
    ladder = [None, *(tier["tier"] for tier in assessed(name)["tiers"] if not tier["foundation"])]
    assert ladder.index(assessed(name, "--verified")["tier"]) <= ladder.index(assessed(name)["tier"])


def test_the_examples_show_every_outcome_of_a_finding() -> None:
    outcomes = {finding["outcome"] for name in TIERS for finding in assessed(name)["findings"]}
    assert outcomes == {"met", "not_met", "not_evidenced", "not_applicable"}


def test_the_manufacturer_is_held_up_by_late_surveillance_alone() -> None:
    document = assessed("manufacturer-with-surveillance.json")
    assert [each["criterion"] for each in document["blocking"]] == ["health-surveillance-done"]
    assert [flag["kind"] for flag in document["flags"]] == ["definitions_differ"]


def test_the_messy_example_raises_every_kind_of_flag() -> None:
    # The oracle is the list of kinds that there are, not what came out: the example must exercise each.
    kinds = {flag["kind"] for flag in assessed("hostile-and-messy.json")["flags"]}
    assert kinds == set(get_args(FlagKind))


@pytest.mark.slow
def test_hostile_text_is_inert_in_the_page_and_on_the_terminal(tmp_path: Path) -> None:
    result = run_ohaccredit("assess", EXAMPLES / "hostile-and-messy.json", "--on", ON, "--html", tmp_path / "r.html")
    assert result.code == 0
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "<img" not in page
    assert not {"\u202e", "\u202d", "\u2066", "\x00", "\x1b"} & set(page + result.out)


@pytest.mark.parametrize("name", ["office-firm-intermediate.json", "manufacturer-with-surveillance.json"])
def test_every_finding_of_an_example_can_be_explained(name: str) -> None:
    findings = assessed(name)["findings"]
    by_outcome = {finding["outcome"]: finding["criterion"] for finding in findings}
    for outcome, criterion in by_outcome.items():
        said = run_ohaccredit("explain", EXAMPLES / name, criterion, "--on", ON)
        assert said.code == 0
        assert outcome.replace("_", " ").capitalize() in said.out
        assert "The rule in words" in said.out


def test_the_same_record_twice_is_the_same_bytes() -> None:
    first, second = (
        run_ohaccredit("assess", EXAMPLES / "small-care-provider.json", "--on", ON, "--json").out for _ in range(2)
    )
    assert first == second
