"""Editions: a standard with its criteria, rules, parameters and derived values.

An edition is the unit that is dated, versioned and frozen. `loading` reads one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from ohaccredit.language import tree as t
from ohaccredit.language.compile import CompiledRules
from ohaccredit.language.encode import Encoded
from ohaccredit.language.problems import Place
from ohaccredit.language.types import Record, Words
from ohaccredit.standards.evidence import EvidenceType
from ohaccredit.standards.files import ForceOf, JudgedOf, Obligation, Severity
from ohaccredit.standards.publication import Publication


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
    obligation: Obligation
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
    """The edition whose words the criterion has, as standard/edition."""
    decided_by: str
    """The edition whose rule decides it; another than `origin` where only the words were written anew."""
    place: Place = field(compare=False)

    def in_force(self, on: date) -> bool:
        """Is the criterion in force on that day?"""
        return self.effective.holds(on)


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
    dry_run: ForceOf | None
    """The days, before it is in force, on which it can be tried out."""
    draft: bool
    """Has nobody decided on it yet?"""
    publication: Publication | None
    """Who published it, when and why; None if its files may still change."""
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
    rests_on: Mapping[str, Edition] = field(repr=False)
    """The editions that it adopts or links to, by their ids."""
    files: Mapping[str, str] = field(repr=False)
    """Every file that the edition consists of, with its SHA-256.

    An edition that is published stands here for its files, by its own digest, where another adopts or links to it.
    """

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

    def tried_on(self, on: date) -> Edition:
        """The edition as it would decide before it is in force: with the criteria and figures of its first day.

        On any other day it is the edition itself. One that is decided as of a date in the evidence is left as it is:
        what came before it is another edition's.
        """
        first = self.in_force.start
        if on >= first or self.decided_as_of:
            return self
        if on not in self._tried:
            if len(self._tried) >= _MOST_TRIED:
                self._tried.clear()
            criteria = {
                id_: replace(each, effective=each.effective.model_copy(update={"start": on}))
                if each.in_force(first)
                else each
                for id_, each in self.criteria.items()
            }
            parameters = {name: _from(each, on, first) for name, each in self.definitions.parameters.items()}
            definitions = replace(self.definitions, parameters=parameters)
            self._tried[on] = replace(self, criteria=criteria, definitions=definitions)
        return self._tried[on]

    @cached_property
    def _tried(self) -> dict[date, Edition]:
        return {}

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the edition's files: what a record names to say by which text it was decided."""
        lines = "".join(f"{name} {digest}\n" for name, digest in sorted(self.files.items()))
        return hashlib.sha256(lines.encode()).hexdigest()


_MOST_TRIED = 8
"""How many days before its first an edition keeps ready; each costs a compilation of its rules."""


def _from(parameter: t.Parameter, on: date, first: date) -> t.Parameter:
    """The parameter with the value of a later day, `first`, already in force `on` the earlier."""
    earlier = [dated for dated in parameter.values if dated.start <= first]
    if not earlier or earlier[-1].start <= on:
        return parameter
    kept = [dated for dated in parameter.values if dated.start < on]
    later = [dated for dated in parameter.values if dated.start > first]
    return replace(parameter, values=(*kept, replace(earlier[-1], start=on), *later))
