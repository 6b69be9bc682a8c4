"""What is in a population file, in a few numbers."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from ohaccredit.policy.population_maker.profile import ProfileFile

NOT_STATED = "not stated"
OUTSIDE = "outside the bands"


@dataclass
class PopulationSummary:
    """Counts of rows: by band of sizes, and by the options of each group of the profile."""

    rows: int = 0
    bytes: int = 0
    unreadable: int = 0
    """Rows that are no JSON, or no group of fields that holds evidence."""
    sizes: Counter[str] = field(default_factory=Counter)
    groups: dict[str, Counter[str]] = field(default_factory=dict)


def summarise(rows: Iterable[bytes], profile: ProfileFile, summary: PopulationSummary) -> Iterable[PopulationSummary]:
    """Count rows into `summary`, which is given back after each row."""
    for name in [group.field for group in profile.groups]:
        summary.groups.setdefault(name, Counter())
    for row in rows:
        summary.rows += 1
        summary.bytes += len(row)
        evidence = _evidence(row)
        if evidence is None:
            summary.unreadable += 1
        else:
            summary.sizes[_band(_at(evidence, profile.size.field), profile)] += 1
            for name, counts in summary.groups.items():
                option = _at(evidence, name)
                counts[option if isinstance(option, str) else NOT_STATED] += 1
        yield summary


def _evidence(row: bytes) -> dict[str, object] | None:
    try:
        found = json.loads(row)
    except ValueError:
        return None
    evidence = found.get("evidence") if isinstance(found, dict) else None
    return evidence if isinstance(evidence, dict) else None


def _band(size: object, profile: ProfileFile) -> str:
    if not isinstance(size, int):
        return NOT_STATED
    fitting = (band for band in profile.size.bands if band.start <= size <= band.until)
    return next((f"{band.start} to {band.until}" for band in fitting), OUTSIDE)


def _at(value: object, path: str) -> object:
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value
