"""Rows decided under one edition, in columns: what became of each criterion, and on which rung each row stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import polars as pl
import pyarrow as pa

from ohaccredit.assessment.population import ERRORS, Line, Population
from ohaccredit.assessment.population_tiers import EXPLAINED
from ohaccredit.language.outcome import Outcome
from ohaccredit.language.vectorise import OUTCOMES
from ohaccredit.standards.edition import Criterion, Edition

NOT_ASKED = "not_asked"
_NOBODY_ASKED = len(OUTCOMES)
_SAID = _NOBODY_ASKED + 1
"""Added to the code of an outcome where an explanation for it counts."""
CODES = range(2 * _SAID)
_FINE = (Outcome.MET, Outcome.NOT_APPLICABLE)


@dataclass(frozen=True, slots=True)
class Side:
    """What became of a criterion under one edition."""

    outcome: str
    satisfied: bool
    """Does it leave its tier standing? So it does where it is met, counts only for an employer, or is explained."""


@dataclass(frozen=True, slots=True)
class Rungs:
    """Where the tiers of an edition stand on the ladder of both; 0 is below the lowest."""

    of: Mapping[str, int]

    def of_tier(self, tier: str) -> int:
        """The rung of a tier; 0 for a foundation, which holds for all."""
        return self.of.get(tier, 0)


class Decided:
    """Rows under one edition. An outcome, and whether an explanation for it counts, is kept as a small number."""

    def __init__(self, edition: Edition, rungs: Rungs, codes: Mapping[str, pl.Series], height: int) -> None:
        self.edition = edition
        self._rungs = rungs
        self._codes = codes
        self._height = height
        self._unsatisfied: dict[str, pl.Series] = {}

    def codes(self, name: str) -> pl.Series:
        """The code of each row's outcome of a criterion."""
        known = self._codes.get(name)
        return pl.repeat(_NOBODY_ASKED, self._height, dtype=pl.UInt8, eager=True) if known is None else known

    def side(self, name: str, code: int) -> Side:
        """What a code says."""
        said, index = divmod(code, _SAID)
        if index == _NOBODY_ASKED:
            return Side(NOT_ASKED, True)
        outcome = OUTCOMES[index]
        criterion: Criterion = self.edition.criteria[name]
        fine = outcome in _FINE or criterion.obligation == "credit"
        return Side(outcome.value, fine or (bool(said) and criterion.obligation == "expected"))

    def only(self, kept: pl.Series) -> Decided:
        """The same for some of the rows."""
        codes = {name: each.filter(kept) for name, each in self._codes.items()}
        return Decided(self.edition, self._rungs, codes, int(kept.sum()))

    def unsatisfied(self, name: str) -> pl.Series:
        """The rows whose tier a criterion does not leave standing."""
        if name not in self._unsatisfied:
            open_ = [code for code in CODES if not self.side(name, code).satisfied]
            self._unsatisfied[name] = self._codes[name].is_in(open_)
        return self._unsatisfied[name]

    def standing_at(self, rung: int) -> list[str]:
        """The criteria that have to be satisfied to stand on a rung: those there and below."""
        criteria = self.edition.criteria
        return [name for name in self._codes if self._rungs.of_tier(criteria[name].tier) <= rung]

    @cached_property
    def rungs(self) -> pl.Series:
        """The rung of each row: cumulative gates, as `assess` has them."""
        standing = pl.repeat(True, self._height, dtype=pl.Boolean, eager=True)
        rungs = pl.repeat(0, self._height, dtype=pl.UInt8, eager=True)
        for tier in self.edition.tiers:
            own = [name for name in self._codes if self.edition.criteria[name].tier == tier.id]
            for name in own:
                standing = standing & ~self.unsatisfied(name)
            if tier.foundation:
                continue
            earned = pl.repeat(False, self._height, dtype=pl.Boolean, eager=True)
            for name in own:
                if self.edition.criteria[name].obligation == "must":
                    earned = earned | (self._codes[name] == OUTCOMES.index(Outcome.MET))
            standing = standing & earned
            reached = pl.repeat(self._rungs.of_tier(tier.id), self._height, dtype=pl.UInt8, eager=True)
            rungs = reached.zip_with(standing, rungs)
        return rungs


def codes_of(batch: pa.RecordBatch, columns: Mapping[str, str]) -> dict[str, pl.Series]:
    """The outcomes of criteria as codes, each from its column of an assessed batch."""
    explained: dict[str, list[int]] = {}
    for at, names in enumerate(batch.column(EXPLAINED).to_pylist()):
        for name in names or ():
            explained.setdefault(name, []).append(at)
    found: dict[str, pl.Series] = {}
    known: dict[str, pl.Series] = {}
    for name, column in columns.items():
        if column not in known:
            codes = pl.Series(column, batch.column(column).indices).cast(pl.UInt8).fill_null(_NOBODY_ASKED)
            if column in explained:
                rows = explained[column]
                codes = codes.scatter(rows, codes.gather(rows) + _SAID)
            known[column] = codes
        found[name] = known[column]
    return found


class Judge:
    """Decides rows under one edition."""

    def __init__(self, edition: Edition, on: date, rungs: Rungs) -> None:
        self.edition = edition
        self._population = Population(edition, on)
        self._rungs = rungs
        self._columns = {id_: id_ for id_ in edition.criteria if id_ in self._population.schema.names}

    def decide(self, lines: Iterable[Line]) -> tuple[Decided, Sequence[list[dict[str, Any]] | None]]:
        """The rows, and what is wrong with those that are no submissions."""
        batch = self._population.assess_lines(lines)
        decided = Decided(self.edition, self._rungs, codes_of(batch, self._columns), batch.num_rows)
        return decided, batch.column(ERRORS).to_pylist()
