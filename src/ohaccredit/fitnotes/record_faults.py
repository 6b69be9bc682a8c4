"""What cannot be right in an absence record that has the shape its schema asks for.

Each person, spell and paper has a number of its own, and nothing ends before it begins. A record that breaks this is
refused as a whole: counted on, one of two people with the same number, or a spell of less than no days, would quietly
change every figure about them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ohaccredit.fitnotes.record import PAPERS
from ohaccredit.language.months import read_day
from ohaccredit.language.problems import Problem, json_pointer
from ohaccredit.language.source import Source

Path = tuple[str | int, ...]

_NUMBERED = ("absent_people", "absence_spells", *PAPERS)
_DATED = ("absence_spells", "self_certificates", "other_evidence")


def record_faults(evidence: Mapping[str, Any], source: Source) -> list[Problem]:
    """The problems of a record, in the order of the file. `evidence` has passed the schema; `source` is the file."""
    found = [
        *_turned(evidence.get("absence_profile"), ("evidence", "absence_profile"), source),
        *(each for name in _NUMBERED for each in _twice(evidence.get(name, ()), ("evidence", name), source)),
        *(
            each
            for name in _DATED
            for index, item in enumerate(evidence.get(name, ()))
            for each in _turned(item, ("evidence", name, index), source)
        ),
    ]
    return sorted(found, key=lambda problem: (problem.place.line, problem.place.column) if problem.place else (0, 0))


def _twice(items: Sequence[Mapping[str, Any]], path: Path, source: Source) -> Iterator[Problem]:
    """Items whose number another one before them has."""
    first: dict[str, int] = {}
    for index, item in enumerate(items):
        id_ = item.get("id")
        if id_ and first.setdefault(id_, index) != index:
            where, before = (*path, index, "id"), source.place((*path, first[id_], "id"))
            message = f"The one at {before} has the same id."
            yield Problem(
                message, source.place(where), json_pointer(where), "Give each its own, or take one of them out."
            )


def _turned(item: Mapping[str, Any] | None, path: Path, source: Source) -> Iterator[Problem]:
    """A last day before the first."""
    first, last = (None, None) if item is None else (read_day(item.get("first_day")), read_day(item.get("last_day")))
    if first is not None and last is not None and last < first:
        where = (*path, "last_day")
        message = f"This last day lies before the first day, {first.isoformat()}."
        yield Problem(message, source.place(where), json_pointer(where), "Put the two dates right.")
