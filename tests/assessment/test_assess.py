"""Tiers are cumulative gates; what counts depends on assurance; nothing is earned by what does not apply."""

from __future__ import annotations

import pytest

from ohaccredit.assessment.record import record
from ohaccredit.language.outcome import Outcome
from ohaccredit.standards.edition import Edition
from tests.assessment.homes import assessed, small_edition

ALL = {"gate": True, "basic": True, "middle": True, "middle_extra": True, "top": True, "large": True, "bonus": True}


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    return small_edition(tmp_path_factory.mktemp("small"))


def tier(edition: Edition, facts: dict[str, bool], explanations: list[dict[str, str]] | None = None) -> str | None:
    reached = assessed(edition, {"facts": facts}, explanations=explanations).tier
    return reached.id if reached else None


def test_everything_met_reaches_the_top(edition: Edition) -> None:
    assert tier(edition, ALL) == "high"


def test_nothing_given_reaches_nothing(edition: Edition) -> None:
    result = assessed(edition, {})
    assert result.tier is None
    assert {finding.outcome for finding in result.findings} == {Outcome.NOT_EVIDENCED}


@pytest.mark.parametrize(
    ("lost", "reached"),
    [("gate", None), ("basic", None), ("middle", "low"), ("middle_extra", "low"), ("top", "middle"), ("bonus", "high")],
)
def test_one_unmet_requirement_holds_up_its_tier_and_all_above(
    edition: Edition, lost: str, reached: str | None
) -> None:
    assert tier(edition, {**ALL, lost: False}) == reached


def test_what_does_not_apply_earns_nothing(edition: Edition) -> None:
    # The only requirement of the top tier is for large organisations: a small one cannot reach that tier by it.
    assert tier(edition, {**ALL, "large": False}) == "middle"


def test_a_foundation_is_no_tier(edition: Edition) -> None:
    assert tier(edition, {"gate": True}) is None


def test_an_expected_requirement_may_be_explained(edition: Edition) -> None:
    explained = [{"criterion": "middle-expected", "claim": "explained", "text": "We share a service."}]
    facts = {**ALL, "middle_extra": False, "top": False}
    result = assessed(edition, {"facts": facts}, explanations=explained)
    assert result.tier is not None
    assert result.tier.id == "middle"
    finding = result.finding("middle-expected")
    assert finding is not None
    assert (finding.outcome, finding.reason, finding.satisfied) == (Outcome.NOT_MET, "explained", True)


def test_a_gate_cannot_be_explained_away(edition: Edition) -> None:
    explained = [{"criterion": "basics", "claim": "explained", "text": "We would rather not."}]
    assert tier(edition, {**ALL, "basic": False}, explained) is None


def test_not_applicable_can_be_claimed_only_where_the_standard_allows_it(edition: Edition) -> None:
    claim = {"claim": "not-applicable", "text": "We have no such work."}
    facts = {**ALL, "middle": False, "top": False}
    # The middle tier has one gate; claiming that it does not apply leaves nothing that earns the tier.
    assert tier(edition, facts, [{"criterion": "middle-must", **claim}]) == "low"
    assert tier(edition, {**ALL, "basic": False}, [{"criterion": "basics", **claim}]) is None


def test_a_rejected_explanation_does_not_count(edition: Edition) -> None:
    rejected = {"criterion": "middle-expected", "claim": "explained", "text": "x", "status": "rejected"}
    assert tier(edition, {**ALL, "middle_extra": False}, [rejected]) == "low"


def test_verified_counts_only_accepted_evidence(edition: Edition) -> None:
    declared = assessed(edition, {"facts": ALL}, assurance="verified")
    assert declared.tier is None
    assert declared.prepared.uncounted == {("evidence", "facts"): "not yet accepted by an assessor"}
    accepted = assessed(edition, {"facts": {**ALL, "status": "accepted"}}, assurance="verified")
    assert accepted.tier is not None
    assert accepted.tier.id == "high"


def test_an_explanation_counts_as_verified_only_when_accepted(edition: Edition) -> None:
    facts = {"facts": {**ALL, "middle_extra": False, "top": False, "status": "accepted"}}
    explained = {"criterion": "middle-expected", "claim": "explained", "text": "x"}
    reached = [
        assessed(edition, facts, explanations=[each], assurance="verified").tier
        for each in (explained, {**explained, "status": "accepted"})
    ]
    assert [tier.id if tier else None for tier in reached] == ["low", "middle"]


def test_a_module_is_off_unless_named(edition: Edition) -> None:
    facts = {**ALL, "bonus": False}
    assert assessed(edition, {"facts": facts}).finding("module-only") is None
    with_module = assessed(edition, {"facts": facts}, modules=("extra",))
    finding = with_module.finding("module-only")
    assert finding is not None
    assert finding.outcome is Outcome.NOT_MET
    assert with_module.tier is None


def test_what_blocks_the_next_tier_is_listed_and_nothing_above_it(edition: Edition) -> None:
    result = assessed(edition, {"facts": {**ALL, "middle": False, "middle_extra": False, "top": False}})
    assert result.next_tier is not None
    assert result.next_tier.id == "middle"
    assert {finding.criterion.id for finding in result.blocking} == {"middle-must", "middle-expected"}


def test_missing_paths_are_pointers_into_the_submission(edition: Edition) -> None:
    finding = assessed(edition, {"facts": {"gate": True}}).finding("basics")
    assert finding is not None
    assert finding.missing == ("/evidence/facts/basic",)


def test_the_record_is_the_same_whatever_the_order_of_keys(edition: Edition) -> None:
    backwards = dict(reversed(ALL.items()))
    first, second = (record(assessed(edition, {"facts": facts})) for facts in (ALL, backwards))
    assert first == second
    assert set(first["digests"]) == {"submission", "edition", "engine"}


def test_the_record_holds_what_scripts_rely_on(edition: Edition) -> None:
    document = record(assessed(edition, {"facts": {**ALL, "top": False}}))
    assert document["standard"] == "small"
    assert document["edition"] == "1"
    assert document["on"] == "2026-06-30"
    assert document["assurance"] == "declared"
    assert document["tier"] == "middle"
    finding = next(each for each in document["findings"] if each["criterion"] == "top-if-large")
    assert {key: finding[key] for key in ("tier", "obligation", "outcome", "reason", "missing")} == {
        "tier": "high",
        "obligation": "must",
        "outcome": "not_met",
        "reason": None,
        "missing": [],
    }
    assert finding["trace"]["says"] == "the top is there"
    assert document["blocking"][0]["criterion"] == "top-if-large"
