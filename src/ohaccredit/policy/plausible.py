"""What real submissions to an edition look like, told to the solver: the checks of its evidence types."""

from __future__ import annotations

from ohaccredit.language.solve_plausible import Plausible
from ohaccredit.standards.edition import Edition


def plausible_of(edition: Edition) -> dict[str, Plausible]:
    """For each evidence type what its items keep to; a breach would be flagged, not judged."""
    return {
        name: Plausible(tuple(kind.checks.dates_in_order), tuple(kind.checks.part_of_whole), kind.identified_by)
        for name, kind in edition.evidence.items()
    }
