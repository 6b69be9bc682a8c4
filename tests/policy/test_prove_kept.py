"""A rule is shown to keep what it said by way of its operands; what is bettered instead of filled in is not kept."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ohaccredit.language import tree as t
from ohaccredit.policy import prove_kept
from ohaccredit.policy.prove_beside import Bettered, FilledIn
from ohaccredit.policy.prove_kept import Kept
from ohaccredit.policy.prove_rule import prove_rule
from ohaccredit.policy.prove_worlds import Ground, TwoWorlds
from ohaccredit.standards.edition import Edition
from ohaccredit.standards.loading import load_edition
from tests.conftest import MakeHome
from tests.policy.test_prove import ladder
from tests.standards.small import FILES, PEOPLE

ON = date(2026, 1, 1)
RULES = {
    "share": "{share_of: practitioners, where: {field: role, is: clinical}, if_list_empty: not met,"
    " satisfying: {field: expires, on_or_after: assessment date}, at_least: 75%}",
    "distinct": "{count_of: practitioners, satisfying: {field: trained, is: yes}, distinct: role, at_least: 2,"
    " if_list_empty: not met}",
    "group": "{of_these: [{field: organisation.headcount, at_least: 5}, {not: {field: organisation.nation, is: wales}},"
    " {field: organisation.profile.uptake, is: stated}], at_least: 2}",
    "shifted": "{every: practitioners, satisfying: {field: expires, on_or_after: 3 months after assessment date},"
    " if_list_empty: not evidenced}",
    "ratio": "{ratio: [{difference: [field organisation.headcount, 5]}, field organisation.headcount], at_least: 10%}",
}


def worlds(edition: Edition, criterion: str, change: type[FilledIn] | type[Bettered]) -> TwoWorlds:
    ground = Ground(edition, [criterion], ON)
    both = ground.beside_changed(change(ground.scope))
    both.after.outcome(edition.rules[criterion])
    return both


@pytest.fixture
def edition(make_home: MakeHome) -> Edition:
    home = ladder(RULES)
    home[PEOPLE] = FILES[PEOPLE].replace("expires: {type: date,", "expires: {type: date, better: later,")
    return load_edition(make_home(home), "small", "1")


class OnlyOfLeaves(Kept):
    """Asks the solver of nothing that has operands, as if it could not decide any of it."""

    def _keeps(self, node: Any, before: Any, after: Any) -> bool:
        leaf = isinstance(node, (t.FieldValue, t.Constant, t.AssessmentDate))
        return super()._keeps(node, before, after) if leaf else self._inside(node, before, after)


@pytest.mark.parametrize("criterion", RULES)
@pytest.mark.parametrize("kind", [Kept, OnlyOfLeaves])
def test_filling_in_keeps_what_a_rule_said(edition: Edition, criterion: str, kind: type[Kept]) -> None:
    kept = kind(worlds(edition, criterion, FilledIn))
    assert kept.rule(edition.rules[criterion])
    assert kept.asked > 0


def test_what_the_solver_does_not_decide_even_of_a_field_is_not_shown(
    edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prove_kept, "EFFORT_OF_A_PART", 1)
    assert not Kept(worlds(edition, "share", FilledIn)).rule(edition.rules["share"])


def test_what_is_bettered_is_not_what_it_was(edition: Edition) -> None:
    """A later expiry turns "not in time" into "in time": a test of the share does not keep what it said."""
    assert not Kept(worlds(edition, "share", Bettered)).rule(edition.rules["share"])


def test_a_rule_too_large_for_the_solver_is_proved_by_its_parts(
    edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ohaccredit.policy.prove_rule.EFFORT_OF_FILLING_IN", 1)
    answers = {each.property: each for each in prove_rule(edition, "share", ON)}
    assert answers["filled-in"].result == "proved"
    assert "nothing in it does, in" in answers["filled-in"].says
