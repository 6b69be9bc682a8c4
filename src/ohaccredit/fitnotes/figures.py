"""The dated figures of the standard absence-record on which timelines rest, by name."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from ohaccredit.language.problems import Problem, ProblemsFound
from ohaccredit.standards.edition import Edition

SELF_CERTIFICATION = "self-certification-days"
EPISODE_GAP = "episode-gap-days"
LINK = "sick-pay-link-days"
SMALLEST_PERIOD = "sick-pay-smallest-period"


def figure(edition: Edition, name: str, day: date) -> int:
    """A whole figure in force on a day.

    Before its first value that one serves: the rules then say that they do not cover the day, and a timeline is
    shown all the same. Raises ProblemsFound if the edition has no such figure.
    """
    parameter = edition.definitions.parameters.get(name)
    dated = None if parameter is None or not parameter.values else parameter.on(day) or parameter.values[0]
    if dated is None or not isinstance(dated.value, Fraction):
        message = f'The standard {edition.id} has no figure "{name}", on which absence timelines rest.'
        raise ProblemsFound([Problem(message, hint=f"Define it in rules/{edition.id}/parameters.")])
    return int(dated.value)


def starts(edition: Edition, name: str) -> tuple[date, ...]:
    """The days from which each value of a figure holds."""
    parameter = edition.definitions.parameters.get(name)
    return () if parameter is None else tuple(dated.start for dated in parameter.values)
