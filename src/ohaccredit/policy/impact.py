"""What a change of edition does to a population: who rises, who falls, and which criteria make the difference.

Both editions decide on the same day, so that nothing but the editions differs: were the older one asked today and the
newer one on its first day, evidence that has aged meanwhile would look like a loss through the new rules.

What is counted here (`impact_count`) is exact and not for show: `impact_shown` says what of it may be shown.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from ohaccredit.assessment.no_cycles import no_cycles
from ohaccredit.assessment.population import Line
from ohaccredit.assessment.prepare import ROOT
from ohaccredit.language.json_source import read_json
from ohaccredit.language.problems import ProblemsFound
from ohaccredit.policy.impact_both import Both, can_be_one
from ohaccredit.policy.impact_changes import Change, changes_between
from ohaccredit.policy.impact_count import count_rows
from ohaccredit.policy.impact_decide import NOT_ASKED, Judge, Rungs, Side
from ohaccredit.policy.impact_groups import Groups
from ohaccredit.policy.impact_ladder import Rung, check_comparable, merged_ladder
from ohaccredit.policy.impact_rows import Chunk, Columns
from ohaccredit.policy.impact_tally import FALLS, NONE_MET, RISES, STAYS, Tally, Unreadable, direction
from ohaccredit.standards.edition import Edition

APART = 2_500
"""So many rows at once are read for two editions one after the other: their content is kept meanwhile."""


class Impact:
    """Counts the rows of a population under two editions."""

    def __init__(self, before: Edition, after: Edition, on: date) -> None:
        """Raises ProblemsFound if the editions cannot be compared: they give verdicts, or order tiers differently."""
        check_comparable(before, after)
        self.before, self.after = before.tried_on(on), after.tried_on(on)
        self.on = on
        self.ladder = merged_ladder(before, after)
        self.changes = changes_between(self.before, self.after, on)
        self.groups = Groups(self.before, on)
        self._rungs = Rungs({rung.id: number for number, rung in enumerate(self.ladder)})

    @cached_property
    def _both(self) -> Both | None:
        one = can_be_one(self.before, self.after, self.on)
        return Both(self.before, self.after, self.on, self._rungs) if one else None

    @property
    def asked_by_either(self) -> Edition:
        """The later edition with the evidence that only the earlier one asks for: what a population may hold."""
        evidence = {**self.before.evidence, **self.after.evidence}
        return replace(self.after, evidence=evidence, modules={**self.before.modules, **self.after.modules})

    @cached_property
    def _judges(self) -> tuple[Judge, Judge]:
        return Judge(self.before, self.on, self._rungs), Judge(self.after, self.on, self._rungs)

    def count_chunk(self, chunk: Chunk) -> Tally:
        """Decide the rows of a chunk under both editions and count what becomes of them."""
        return self.count(chunk if isinstance(chunk, Columns) else chunk.lines())

    def count(self, rows: Iterable[Line] | Columns) -> Tally:
        """Decide rows under both editions and count what becomes of them."""
        with no_cycles():
            return self._tally(rows if isinstance(rows, Columns) else list(rows))

    def _tally(self, rows: Sequence[Line] | Columns) -> Tally:
        tally = Tally(rows=rows.batch.num_rows if isinstance(rows, Columns) else len(rows))
        if self._both is not None:
            left = self._count_at_once(tally, self._both, rows)
        else:
            left = list(rows.lines()) if isinstance(rows, Columns) else rows
        for start in range(0, len(left), APART):
            self._count_apart(tally, left[start : start + APART])
        tally.unreadable.sort(key=lambda each: each.row)
        return tally

    def _count_at_once(self, tally: Tally, both: Both, rows: Sequence[Line] | Columns) -> Sequence[Line]:
        """Count the rows that one pass can decide, and return the others. No content is kept."""
        before, after, fits = both.decide(rows)
        count_rows(tally, before, after, self.changes, self._options(_profiles(rows, fits, self.groups.profile)), fits)
        left = [at for at, fine in enumerate(fits) if not fine]
        return [rows.line(at) for at in left] if isinstance(rows, Columns) else [rows[at] for at in left]

    def _options(self, evidence: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
        """For each group, the option of each row."""
        options: dict[str, list[str]] = {group.id: [] for group in self.groups.groups}
        for each in evidence:
            for group, option in self.groups.of(each).items():
                options[group].append(option)
        return options

    def _count_apart(self, tally: Tally, lines: Sequence[Line]) -> None:
        """Ask each edition by itself, and note what the first of them that refuses a row says is wrong with it."""
        read = [line for line in self._read(tally, lines) if line is not None]
        editions = self.before, self.after
        decided = [
            judge.decide([_for(edition, other, line) for line in read])
            for judge, edition, other in zip(self._judges, editions, reversed(editions), strict=True)
        ]
        fits = []
        for at, line in enumerate(read):
            wrong = [(each.edition.id, found) for each, errors in decided if (found := errors[at])]
            fits.append(not wrong)
            if wrong:
                edition, (first, *_) = wrong[0]
                tally.unreadable.append(Unreadable(line.number, edition, first["message"], first["pointer"] or ""))
        count_rows(tally, decided[0][0], decided[1][0], self.changes, self._options(map(_evidence, read)), fits)

    def _read(self, tally: Tally, lines: Sequence[Line]) -> Iterator[Line | None]:
        """The rows with their content; None for one that is no JSON, which is noted."""
        for line in lines:
            if line.content is not None:
                yield line
                continue
            try:
                yield Line(line.number, line.text, read_json(line.json(), f"row {line.number}", what="row").value)
            except ProblemsFound as found:
                first = found.problems[0]
                tally.unreadable.append(Unreadable(line.number, "", first.message, first.pointer))
                yield None


# ── Reading ─────────────────────────────────────────────────────────────────────────────────────────


def _profiles(
    rows: Sequence[Line] | Columns, fits: Sequence[bool], names: Collection[str]
) -> Iterator[Mapping[str, Any]]:
    """What says which groups a row is in; nothing for a row that is not in order."""
    if isinstance(rows, Columns):
        yield from rows.evidence(names)
        return
    for line, fine in zip(rows, fits, strict=True):
        yield json.loads(line.json(), parse_float=Decimal)[ROOT] if fine else {}


def _for(edition: Edition, other: Edition, line: Line) -> Line:
    """A row as it would be handed in for one of the editions.

    What only the other edition asks for, or lets be explained, is left out: it could not be handed in here. What
    neither knows stays, and is reported.
    """
    content = line.content
    if not isinstance(content, dict) or not isinstance(content.get(ROOT), dict):
        return line
    adapted = dict(content)
    gone = [name for name in content[ROOT] if name not in edition.evidence and name in other.evidence]
    if gone:
        adapted[ROOT] = {name: each for name, each in content[ROOT].items() if name not in gone}
    for key, named, own, theirs in (
        ("explanations", _criterion, edition.criteria, other.criteria),
        ("modules", _itself, edition.modules, other.modules),
    ):
        listed = content.get(key)
        if isinstance(listed, list):
            kept = [each for each in listed if named(each) in own or named(each) not in theirs]
            if len(kept) < len(listed):
                adapted[key] = kept
    if adapted.get("standard") == other.standard:
        adapted["standard"] = edition.standard
    return Line(line.number, line.text if adapted == content else None, adapted)


def _criterion(explanation: Any) -> str:
    return str(explanation.get("criterion")) if isinstance(explanation, dict) else ""


def _itself(module: Any) -> str:
    return str(module)


def _evidence(line: Line) -> dict[str, Any]:
    """What a row hands in; nothing if it is no submission."""
    evidence = line.content.get(ROOT) if isinstance(line.content, dict) else None
    return evidence if isinstance(evidence, dict) else {}


__all__ = [
    "FALLS",
    "NONE_MET",
    "NOT_ASKED",
    "RISES",
    "STAYS",
    "Change",
    "Impact",
    "Rung",
    "Side",
    "Tally",
    "Unreadable",
    "direction",
]
