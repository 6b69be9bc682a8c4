"""The summary of an absence record as evidence for the standard employer-accreditation.

Only what the summary shows goes across. A count that it keeps back is left out, never given as zero, and is
then not evidenced; so is a measure that the record cannot count as the standard counts it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ohaccredit.fitnotes.measures import NOT_KNOWN
from ohaccredit.fitnotes.summary import Figure, Summary

MEASURES = "fit_note_measures"
LOST_DAYS = "weekdays-in-absence-v1"
BACK = "back-by-period-end-v1"
"""How the points are counted. Two points are compared only if they have the same definition, so figures from
payroll or those that wait a year for a return are never set against these."""

_FIGURES: Mapping[str, str] = {"notes": "notes", "people": "people", "episodes": "episodes"}
_SHARES: Mapping[str, str] = {
    "long_episodes": "long-episodes",
    "long_notes": "long-notes",
    "may_be_fit": "may-be-fit",
    "changes_agreed": "changes-agreed",
    "referred": "referred",
    "assessed": "assessed",
    "on_pathway": "on-pathway",
    "with_therapy": "occupational-therapy",
    "contacted": "contacted",
}
"""Fields of the evidence type, and what they are called in the summary."""

_ALL_STATED: Mapping[str, str] = {"changes_agreed": "changes", "on_pathway": "pathway"}
"""Fields whose count stands only if the record says yes or no of each, with the table that tells."""


def summary_as_evidence(summary: Summary) -> dict[str, Any]:
    """The evidence that a summary gives."""
    counts = {field: _count(summary.figures[name]) for field, name in _FIGURES.items()}
    counts |= {field: summary.shares[name].count for field, name in _SHARES.items()}
    # What is not stated is neither a yes nor a no, so where some of it is missing there is no count.
    counts |= {field: None for field, table in _ALL_STATED.items() if summary.tables[table].count(NOT_KNOWN) != 0}
    counts["absences"] = summary.tables["noted"].count("with-note")
    if counts["contacted"] is not None:
        counts["contact_days"] = summary.settings.lines.contact_days
    period = {"period_start": summary.first_day.isoformat(), "period_end": summary.last_day.isoformat()}
    shown = {field: count for field, count in counts.items() if count is not None}
    evidence: dict[str, Any] = {MEASURES: {**period, **shown}} if shown else {}
    kpis: dict[str, Any] = {}
    lost = _count(summary.figures["working-days-lost"])
    if lost is not None and summary.working_days and summary.headcount:
        point = {"numerator": lost, "denominator": summary.working_days, "people": summary.headcount}
        kpis["sickness_absence"] = {"points": [{**period, "definition": LOST_DAYS, **point}]}
    back = summary.tables["back"]
    # Somebody of whom the record does not say whether they came back is neither, so all must be known.
    if back.count("back") is not None and back.count(NOT_KNOWN) == 0:
        returned = {"numerator": back.count("back"), "denominator": back.whole}
        kpis["return_to_work"] = {"points": [{**period, "definition": BACK, **returned}]}
    if kpis:
        evidence["kpis"] = kpis
    return evidence


def _count(figure: Figure) -> int | None:
    return None if figure.value is None else int(figure.value)
