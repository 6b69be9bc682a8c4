"""Editions: a standard with its criteria, rules, parameters and derived values.

An edition is the unit that is dated, versioned and frozen. `loading` reads one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Literal

from ohaccredit.language import tree as t
from ohaccredit.language.compile import CompiledRules
from ohaccredit.language.encode import Encoded
from ohaccredit.language.problems import Place
from ohaccredit.language.types import Record, Words
from ohaccredit.standards.evidence import EvidenceType
from ohaccredit.standards.files import ForceOf, JudgedOf, Severity


@dataclass(frozen=True, slots=True)
class Tier:
    """A rung of the ladder; a foundation is no rung, but holds for all of them."""

    id: str
    words: Words
    about: Words
    foundation: bool


@dataclass(frozen=True, slots=True)
class Notice:
    """What a finding says to people in a standard that gives a verdict, and what is to be done about it."""

    severity: Severity
    says: Words
    """A derived value's name in braces stands for its value."""
    next: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Notices:
    """The notices of a criterion: by reason code first, then by outcome (as it is spelled in records)."""

    by_reason: Mapping[str, Notice]
    by_outcome: Mapping[str, Notice]


@dataclass(frozen=True, slots=True)
class Criterion:
    """One requirement of an edition."""

    id: str
    tier: str
    obligation: Literal["must", "expected", "credit"]
    title: Words
    requirement: Words
    statements: tuple[str, ...]
    next_step: Words
    effective: ForceOf
    module: str
    may_claim_not_applicable: bool
    judged: JudgedOf | None
    code: str
    """The short name that a published table of rules uses (CERT-01); "" if there is none."""
    notices: Notices | None
    """In a standard that gives a verdict; None in one that has tiers."""
    origin: str
    """The edition that the criterion and its rule come from, as standard/edition."""
    place: Place = field(compare=False)

    def in_force(self, on: date) -> bool:
        """Is the criterion in force on that day?"""
        return self.effective.start <= on and (self.effective.until is None or on <= self.effective.until)


@dataclass(frozen=True)
class Edition:
    """A published set of criteria with the rules that decide them."""

    standard: str
    edition: str
    title: Words
    about: Words
    notice: Words
    subject: Words
    in_force: ForceOf
    tiers: tuple[Tier, ...]
    """The foundations first, then the ladder from its lowest rung up."""
    verdicts: Mapping[str, Words]
    """What valid, query and not_valid are called, if the standard gives a verdict; empty if it has tiers."""
    actions: Mapping[str, Words]
    """What notices say is to be done, in words."""
    decided_as_of: tuple[str, ...]
    """The path to the date whose rules apply; empty if that is the date of assessment."""
    modules: Mapping[str, Words]
    criteria: Mapping[str, Criterion]
    rules: Mapping[str, t.Rule]
    definitions: t.Definitions
    shares: str
    """The folder of rules whose parameters and derived values this edition shares with others; "" if none."""
    evidence: Mapping[str, EvidenceType]
    refused: Mapping[str, Words]
    """Names of fields that are never accepted, with the reason."""
    reasons: Mapping[str, Words]
    """The reason codes that rules may give, in words."""
    linked: Mapping[str, Edition]
    """The editions of the standards that evidence of this one can be assessments of."""
    files: Mapping[str, str] = field(repr=False)
    """Every file that the edition consists of, with its SHA-256."""

    @property
    def id(self) -> str:
        """standard/edition."""
        return f"{self.standard}/{self.edition}"

    @property
    def ladder(self) -> tuple[Tier, ...]:
        """The tiers that can be reached, lowest first."""
        return tuple(tier for tier in self.tiers if not tier.foundation)

    def tier(self, id_: str) -> Tier:
        """The tier or foundation with that id."""
        return next(tier for tier in self.tiers if tier.id == id_)

    def linked_at(self, path: tuple[str, ...]) -> Edition | None:
        """The edition that the assessment held in a field is of; None for any other field.

        The path is the evidence type's name and the names of the fields below it.
        """
        kind = self.evidence.get(path[0])
        return None if kind is None else self.linked.get(kind.linked.get(path[1:], ""))

    def rules_of(self, evidence: Encoded, on: date) -> date:
        """The day whose rules decide: a date in the evidence if the edition names one and it is given, else `on`."""
        value: Encoded | None = evidence
        for name in self.decided_as_of:
            value = value.get(name) if isinstance(value, dict) else None
        return date.fromordinal(value) if isinstance(value, int) and self.decided_as_of else on

    @cached_property
    def record(self) -> Record:
        """What a submission's evidence may hold."""
        return Record({name: kind.field for name, kind in self.evidence.items()})

    @cached_property
    def compiled(self) -> CompiledRules:
        """The rules, compiled once."""
        return CompiledRules(self.definitions, self.rules.values())

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the edition's files: what a record names to say by which text it was decided."""
        lines = "".join(f"{name} {digest}\n" for name, digest in sorted(self.files.items()))
        return hashlib.sha256(lines.encode()).hexdigest()
