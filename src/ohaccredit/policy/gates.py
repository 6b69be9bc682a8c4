"""Gates of publication: the things that must hold before an edition is frozen, each asked under its own name."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ohaccredit.language.problems import Problem, ProblemsFound
from ohaccredit.standards.edition import Edition
from ohaccredit.standards.home import Home

Result = Literal["passed", "failed", "not_decided", "not_installed"]


@dataclass(frozen=True, slots=True)
class GateResult:
    """What a gate found. `failed` is final; `not_decided` and `not_installed` can be left out, with a reason."""

    result: Result
    says: str
    problems: tuple[Problem, ...] = ()


GateCheck = Callable[[Home, Edition], GateResult]
"""Looks at an edition and says what it found. It writes nothing and raises nothing for what is wrong with the files."""


@dataclass(frozen=True, slots=True)
class Gate:
    """One thing that must hold before an edition is published.

    `check` is the place of a GateCheck, as module:function. It is imported when the gate is asked, so that a gate
    whose module or library is missing is said to be missing and passes for nothing.
    """

    name: str
    asks: str
    check: str


GATES: tuple[Gate, ...] = (
    Gate("decided", "nobody calls it a draft any more", "ohaccredit.policy.gate_checks:decided"),
    Gate("rests-on", "what it rests on is published", "ohaccredit.policy.gate_checks:rests_on_published"),
    Gate("check", "no problem in its files", "ohaccredit.policy.gate_checks:check"),
    Gate("cases", "every worked case comes out as its author worked it out", "ohaccredit.policy.gate_checks:cases"),
    Gate("coverage", "the cases show what each rule can come to", "ohaccredit.policy.coverage_gate:publication_gate"),
    Gate("proof", "tiers nest and can be reached, and no rule is dead", "ohaccredit.policy.prove:publication_gate"),
)


@dataclass(frozen=True, slots=True)
class Passage:
    """How an edition came through one gate."""

    gate: Gate
    outcome: GateResult
    left_out: bool
    asked_without: bool = False
    """Was it asked to go on without it? That helps nothing where it failed."""

    @property
    def blocks(self) -> bool:
        """Does it keep the edition from being published?"""
        return self.outcome.result != "passed" and not self.left_out


def pass_gates(
    home: Home,
    edition: Edition,
    without: Sequence[str] = (),
    gates: Sequence[Gate] = GATES,
    told: Callable[[Gate], None] = lambda gate: None,
) -> list[Passage]:
    """Ask every gate, also after one has failed. `without` names gates that may be undecided or not installed.

    Raises ProblemsFound if `without` names a gate that does not exist.
    """
    unknown = sorted(set(without) - {gate.name for gate in gates})
    if unknown:
        known = ", ".join(gate.name for gate in gates)
        raise ProblemsFound([Problem(f'There is no gate "{name}".', hint=f"There is: {known}.") for name in unknown])
    passages: list[Passage] = []
    for gate in gates:
        told(gate)
        outcome = _ask(gate, home, edition)
        can_be_left_out = outcome.result in ("not_decided", "not_installed")
        asked = gate.name in without
        passages.append(Passage(gate, outcome, can_be_left_out and asked, asked))
    return passages


def _ask(gate: Gate, home: Home, edition: Edition) -> GateResult:
    module, _, name = gate.check.partition(":")
    try:
        check: GateCheck = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        missing = getattr(error, "name", None)
        what = "" if missing in (None, module, name) else f": {missing} is missing"
        return GateResult("not_installed", f"not installed{what}")
    outcome = check(home, edition)
    return replace(outcome, says=" ".join(outcome.says.split()))
