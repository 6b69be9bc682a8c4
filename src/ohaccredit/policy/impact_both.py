"""Rows decided under two editions in one pass.

Most criteria of two editions decide alike, and reading a submission costs as much as deciding it. So one edition is
made that holds the criteria of both: once those that decide alike, twice the others. It is assessed once, and each
edition takes its own columns from the result. That needs both to ask for evidence of the same kinds; and a row in
which anything is wrong is left to `impact`, which asks each edition by itself what it thinks of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from ohaccredit.assessment.population import ERRORS, Line, Population
from ohaccredit.assessment.prepare import floors_of
from ohaccredit.policy.diff_meaning import meaning, renamed, side_by_side
from ohaccredit.policy.impact_decide import Decided, Rungs, codes_of
from ohaccredit.policy.impact_rows import Columns
from ohaccredit.standards.edition import Criterion, Edition

COPY = "{} (before)"
"""What a criterion of the earlier edition is called where the later one decides it otherwise. No file can say so."""


def can_be_one(before: Edition, after: Edition, on: date) -> bool:
    """Do both read evidence alike, so that one pass can serve both?"""
    shared = before.evidence.keys() & after.evidence.keys()
    return (
        before.standard == after.standard
        and not (before.decided_as_of or after.decided_as_of)
        and all(before.evidence[name] == after.evidence[name] for name in shared)
        and before.refused.keys() == after.refused.keys()
        and _digests(before) == _digests(after)
        and floors_of(before, on) == floors_of(after, on)
    )


def _digests(edition: Edition) -> Mapping[str, str]:
    return {id_: other.digest for id_, other in edition.linked.items()}


class Both:
    """Decides rows under two editions that can be one (`can_be_one`), each as it is tried on the day."""

    def __init__(self, before: Edition, after: Edition, on: date, rungs: Rungs) -> None:
        self._editions = before, after
        self._rungs = rungs
        self._copied = {
            id_
            for id_, each in before.criteria.items()
            if id_ in after.criteria and not _decide_alike(each, after.criteria[id_], before, after, on)
        }
        one = _one_edition(before, after, self._copied, on)
        self._population = Population(one, on, copies={COPY.format(id_): id_ for id_ in self._copied})
        asked = self._population.schema.names
        self._columns = (
            {id_: name for id_ in before.criteria if (name := self._name(id_)) in asked},
            {id_: id_ for id_ in after.criteria if id_ in asked},
        )

    def _name(self, id_: str) -> str:
        return COPY.format(id_) if id_ in self._copied else id_

    def decide(self, rows: Sequence[Line] | Columns) -> tuple[Decided, Decided, list[bool]]:
        """The rows under both, and which of them are in order; the others are decided by nobody here."""
        if isinstance(rows, Columns):
            batch = self._population.assess_columns(rows.first, rows.batch)
        else:
            batch = self._population.assess_lines(rows)
        before, after = (
            Decided(edition, self._rungs, codes_of(batch, columns), batch.num_rows)
            for edition, columns in zip(self._editions, self._columns, strict=True)
        )
        fits: list[bool] = batch.column(ERRORS).is_null().to_pylist()
        return before, after, fits


def _decide_alike(old: Criterion, new: Criterion, before: Edition, after: Edition, on: date) -> bool:
    """Is the outcome of a criterion the same under both, whatever is handed in and said of it?"""
    asked = [(each.in_force(on), each.module, each.obligation, each.may_claim_not_applicable) for each in (old, new)]
    rules = [meaning(edition.rules[old.id], edition.definitions, on) for edition in (before, after)]
    return asked[0] == asked[1] and rules[0] == rules[1]


def _one_edition(before: Edition, after: Edition, copied: Iterable[str], on: date) -> Edition:
    """The later edition with what only the earlier one asks, and with copies of what that one decides otherwise."""
    definitions, names = side_by_side(before.definitions, after.definitions)
    criteria, rules = dict(after.criteria), dict(after.rules)
    anywhere = after.tiers[0].id  # the tiers of each edition are told from its outcomes, and not by this one
    for id_, each in before.criteria.items():
        if id_ in after.criteria and id_ not in copied:
            continue
        name = COPY.format(id_) if id_ in copied else id_
        criteria[name] = replace(each, id=name, tier=anywhere)
        rules[name] = replace(renamed(before.rules[id_], names), criterion=name)
    return replace(
        after,
        in_force=after.in_force.model_copy(update={"start": min(on, after.in_force.start)}),
        criteria=criteria,
        rules=rules,
        definitions=definitions,
        evidence={**before.evidence, **after.evidence},
        modules={**before.modules, **after.modules},
    )
