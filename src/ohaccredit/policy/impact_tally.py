"""What is counted of an impact: rows by flow, by what became of each criterion, by what is responsible, by group."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from ohaccredit.policy.impact_decide import Side

K = TypeVar("K")
NONE_MET = ""
"""Stands for a criterion where a tier is not reached because nothing of its own is met."""
RISES, STAYS, FALLS, BELOW = "rises", "stays", "falls", "below"
"""What can become of an employer; below is who reaches no tier under either edition."""
Flow = tuple[int, int]
"""A rung before and a rung after; 0 is below the lowest."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A row that is no submission to one of the editions."""

    row: int
    edition: str
    message: str
    pointer: str


@dataclass
class Tally:
    """Counts over rows. Two tallies of different rows add up to that of all."""

    rows: int = 0
    unreadable: list[Unreadable] = field(default_factory=list)
    """The first thing that is wrong with each row that counts nowhere else."""
    flows: Counter[Flow] = field(default_factory=Counter)
    outcomes: dict[str, Counter[tuple[Side, Side]]] = field(default_factory=dict)
    """For each criterion, how often which outcome became which."""
    due_to: dict[str, Counter[tuple[str, bool]]] = field(default_factory=dict)
    """For each criterion, the rises and falls that are due to it; beside it, whether to it alone."""
    due_by_flow: dict[str, Counter[Flow]] = field(default_factory=dict)
    """For each criterion, the same by where from and where to."""
    groups: dict[str, Counter[tuple[str, str]]] = field(default_factory=dict)
    """For each group, how many of which option rise, fall, stay, or stay below."""

    @property
    def readable(self) -> int:
        """The rows that both editions decide."""
        return self.flows.total()

    def add(self, other: Tally) -> None:
        """Count the rows of another tally too."""
        self.rows += other.rows
        self.unreadable += other.unreadable
        self.flows += other.flows
        _add(self.outcomes, other.outcomes)
        _add(self.due_to, other.due_to)
        _add(self.due_by_flow, other.due_by_flow)
        _add(self.groups, other.groups)


def _add(own: dict[str, Counter[K]], more: Mapping[str, Counter[K]]) -> None:
    for name, counts in more.items():
        own.setdefault(name, Counter()).update(counts)


def direction(flow: Flow) -> str:
    """Whether a flow rises, falls, stays on a tier, or stays below all of them."""
    if flow[0] == flow[1]:
        return STAYS if flow[0] else BELOW
    return RISES if flow[1] > flow[0] else FALLS
