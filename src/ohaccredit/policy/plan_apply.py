"""A submission as it would be once a plan is carried out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import replace
from itertools import pairwise
from typing import Any

from ohaccredit.assessment.prepare import Path
from ohaccredit.assessment.submission import Submission, canonical
from ohaccredit.policy.plan_search import Done
from ohaccredit.standards.evidence import EvidenceType

Embedded = Callable[[Path, Mapping[str, Any]], Mapping[str, Any]]
"""What becomes of embedded evidence of a linked standard, at a place."""


def carry_out(
    evidence: Mapping[str, Any],
    done: Iterable[Done],
    uncounted: Iterable[Path],
    embedded: Embedded,
    types: Mapping[str, EvidenceType],
) -> dict[str, Any]:
    """The evidence with some changes made. Items that do not count are written anew where a change touches them."""
    new: dict[str, Any] = deepcopy(dict(evidence))
    turned_down = set(uncounted)
    order = {"hand in": 0, "add": 1, "extend": 2}
    for each in sorted(done, key=lambda each: (order.get(each.change.kind, 3), len(each.change.path))):
        change, path = each.change, each.change.path
        for item in [place for place in turned_down if path[: len(place)] == place]:
            turned_down.discard(item)
            _anew(new, item, ("id", *types[str(item[1])].identified_by))
        if change.kind == "extend":
            _set(new, path, _continued(_at(new, path), deepcopy(each.value)))
        elif change.kind == "reach":
            _set(new, path, embedded(path, _at(new, path)))
        elif change.kind == "hand in":
            _set(new, path, _at(new, path) or deepcopy(each.value))
        else:
            _set(new, path, deepcopy(each.value))
    return new


def with_evidence(submission: Submission, evidence: Mapping[str, Any]) -> Submission:
    """The submission with other evidence; it supersedes the one before."""
    content = {**submission.content, "evidence": evidence}
    digest = hashlib.sha256(canonical(content).encode()).hexdigest()
    return replace(submission, evidence=evidence, digest=digest, content=content)


def _anew(evidence: dict[str, Any], item: Path, kept: Iterable[str]) -> None:
    """An item that an assessor turned down is handed in again: of what it said before only what it is stays."""
    old = _at(evidence, item)
    if isinstance(old, dict):
        _set(evidence, item, {name: old[name] for name in kept if name in old})


def _continued(now: Any, points: list[dict[str, Any]]) -> list[dict[str, Any]]:
    own = now if isinstance(now, list) else []
    return [{**points[index], **point} for index, point in enumerate(own)] + points[len(own) :]


def _at(evidence: Any, path: Path) -> Any:
    current = evidence
    for step in path[1:]:
        if isinstance(current, dict):
            current = current.get(step)
        elif isinstance(current, list) and isinstance(step, int) and step < len(current):
            current = current[step]
        else:
            return None
    return current


def _set(evidence: dict[str, Any], path: Path, value: Any) -> None:
    current: Any = evidence
    for step, following in pairwise(path[1:]):
        current = _inside(current, step, [] if isinstance(following, int) else {})
    last = path[-1]
    if isinstance(current, list) and isinstance(last, int):
        while len(current) <= last:
            current.append({})
        current[last] = value
    else:
        current[last] = value


def _inside(current: Any, step: str | int, empty: Any) -> Any:
    if isinstance(current, list) and isinstance(step, int):
        while len(current) <= step:
            current.append({})
        return current[step]
    if current.get(step) is None:
        current[step] = empty
    return current[step]
