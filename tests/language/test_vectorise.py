"""The fourth meaning of a rule: over columns it decides what it decides one by one."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from ohaccredit.language.compile import CompiledRules
from ohaccredit.language.encode import encode
from ohaccredit.language.tables import tables_of
from ohaccredit.language.trace import Tracer
from ohaccredit.language.vectorise import VectorRules, beyond_columns
from tests.language.strategies import World, with_holes, worlds

ON = date(2026, 6, 30)
QUICK = (Phase.explicit, Phase.reuse, Phase.generate)
NORMAL = settings(max_examples=60, deadline=None, phases=QUICK, suppress_health_check=list(HealthCheck))
LONG = settings(max_examples=600, deadline=None, suppress_health_check=list(HealthCheck))
ROADS: Counter[str] = Counter()


def hold_together(world: World) -> None:
    """Every rule over all evidence of a world at once, and one by one."""
    evidence = [encode(with_holes(each), world.record) for each in world.evidence]
    evidence = [each for each in evidence if not beyond_columns(each)]
    for raw, rule in world.rules:
        vectors = VectorRules(world.definitions, [rule], world.record, ON)
        tables = tables_of(evidence, world.record, vectors.needs)
        found = vectors.decide(tables, lambda: evidence)["drawn"].to_list()
        compiled = CompiledRules(world.definitions, [rule]).on(ON)["drawn"]
        (road,) = vectors.roads
        ROADS[road.why] += 1
        for each, outcome in zip(evidence, found, strict=True):
            decision = Tracer(world.definitions, each, ON).decide(rule)
            assert compiled(each) == decision.outcome, ("compiled and traced", raw, each)
            assert outcome == decision.outcome, ("vectorised and traced", raw, each)


@NORMAL
@given(world=worlds(rules=4, evidence=9))
def test_a_rule_over_columns_decides_what_it_decides_one_by_one(world: World) -> None:
    hold_together(world)


@pytest.mark.long
@LONG
@given(world=worlds(rules=4, evidence=9))
def test_a_rule_over_columns_decides_the_same_over_a_long_run(world: World) -> None:
    hold_together(world)
