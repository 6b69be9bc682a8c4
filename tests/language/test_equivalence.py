"""The meanings of a rule agree: traced, compiled, in words, and as the naive reference evaluator reads it."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from ohaccredit.language.compile import CompiledRules
from ohaccredit.language.encode import encode
from ohaccredit.language.trace import Trace, Tracer
from ohaccredit.language.words import Speaker
from tests.language.reference import Reference
from tests.language.strategies import World, with_holes, worlds

ON = date(2026, 6, 30)
PYTHON = re.compile(r"\b(None|True|False|Fraction|Decimal|datetime|PathTo|Place|Field)\b|object at|[{}<>]")

# Each world has four rules over several submissions: 24 examples. Worlds are large, and making a failing one
# smaller takes minutes: that is left to the long run.
QUICK = (Phase.explicit, Phase.reuse, Phase.generate)
NORMAL = settings(max_examples=85, deadline=None, phases=QUICK, suppress_health_check=list(HealthCheck))
SHORT = settings(NORMAL, max_examples=40)
LONG = settings(max_examples=850, deadline=None, suppress_health_check=list(HealthCheck))


def hold_together(world: World) -> None:
    """Every rule over every piece of evidence of a world."""
    for raw, rule in world.rules:
        compiled = CompiledRules(world.definitions, [rule]).on(ON)["drawn"]
        for evidence, completions in zip(world.evidence, world.completions, strict=True):
            given_ = with_holes(evidence)
            encoded = encode(given_, world.record)
            decision = Tracer(world.definitions, encoded, ON).decide(rule)
            assert compiled(encoded) == decision.outcome, ("compiled and traced", raw, given_)
            reference = Reference(world.types, world.shared.parameters, world.shared.derived, given_, ON)
            assert reference.outcome(raw) == decision.outcome, ("reference and traced", raw, given_)
            for trace in (decision.applies, decision.met):
                if trace is not None and trace.verdict is not None:
                    _stays(world, trace, completions)


def _stays(world: World, trace: Trace, completions: list[object]) -> None:
    """What is decided in spite of the holes stays so, whatever fills them."""
    for completion in completions:
        encoded = encode(completion, world.record)  # type: ignore[arg-type]
        again = Tracer(world.definitions, encoded, ON).condition(trace.node)
        assert again.verdict is trace.verdict, ("not the same when filled", trace.node, completion)


@NORMAL
@given(world=worlds(rules=4, evidence=6, completions=2))
def test_every_meaning_of_a_rule_agrees_and_holes_are_never_decided_wrongly(world: World) -> None:
    hold_together(world)


@pytest.mark.long
@LONG
@given(world=worlds(rules=4, evidence=6, completions=3))
def test_every_meaning_of_a_rule_agrees_over_a_long_run(world: World) -> None:
    hold_together(world)


@SHORT
@given(world=worlds(rules=4, evidence=4))
def test_what_is_undecided_names_what_is_missing_unless_no_evidence_could_decide_it(world: World) -> None:
    for raw, rule in world.rules:
        for given_ in map(with_holes, world.evidence):
            reference = Reference(world.types, world.shared.parameters, world.shared.derived, given_, ON)
            reference.outcome(raw)
            decision = Tracer(world.definitions, encode(given_, world.record), ON).decide(rule)
            for trace in (decision.applies, decision.met):
                if trace is not None and trace.verdict is None:
                    assert trace.missing or reference.undefined, ("nothing named as missing", raw, given_)


@SHORT
@given(world=worlds(rules=4, evidence=0))
def test_every_rule_says_itself_in_plain_words(world: World) -> None:
    for day in (ON, None):
        speaker = Speaker(world.definitions, day)
        for _, rule in world.rules:
            for condition in (rule.applies_when, rule.met_when):
                if condition is not None:
                    line = speaker.condition(condition).line()
                    assert line.strip(), rule
                    assert not PYTHON.search(line), line
