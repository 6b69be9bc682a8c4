"""The rules in force, asked for evidence of each outcome: all of it is found, and the evaluator agrees."""

from __future__ import annotations

from datetime import date

import pytest

from ohaccredit.assessment.submission import canonical, read_submission
from ohaccredit.language.encode import encode
from ohaccredit.language.json_source import read_json
from ohaccredit.language.outcome import Outcome
from ohaccredit.language.solve import World
from ohaccredit.language.solve_find import Finder
from ohaccredit.language.solve_propose import propose_scope
from ohaccredit.language.trace import Tracer
from ohaccredit.policy.plausible import plausible_of
from ohaccredit.standards.home import find_home
from ohaccredit.standards.loading import load_edition

ON = date(2026, 11, 22)


@pytest.mark.slow
@pytest.mark.parametrize("standard", ["oh-provider-baseline", "health-at-work", "employer-accreditation"])
def test_every_criterion_can_come_out_in_every_way(standard: str) -> None:
    edition = load_edition(find_home(), standard, "2026")
    kinds = plausible_of(edition)
    compiled = edition.compiled.on(ON)
    not_found: list[tuple[str, Outcome, str]] = []
    unbelievable: list[tuple[str, Outcome]] = []
    for criterion, rule in edition.rules.items():
        world = World(
            edition.definitions, edition.record, ON, propose_scope(edition.definitions, [rule], edition.record, ON)
        )
        outcomes = world.outcome(rule)
        finder = Finder(world, kinds)
        for outcome in Outcome:
            if outcome is Outcome.NOT_APPLICABLE and rule.applies_when is None:
                continue
            search = finder.find(outcomes.of(outcome))
            if search.result != "found":
                not_found.append((criterion, outcome, search.result))
                continue
            evidence = encode(search.evidence, edition.record)
            assert Tracer(edition.definitions, evidence, ON).decide(rule).outcome is outcome, criterion
            assert compiled[criterion](evidence) is outcome, criterion
            given = read_json(canonical({"evidence": search.evidence}).encode(), "found.json")
            assert read_submission(given, edition).evidence == search.evidence
            if not search.believable:
                unbelievable.append((criterion, outcome))
    assert not not_found
    assert not unbelievable
