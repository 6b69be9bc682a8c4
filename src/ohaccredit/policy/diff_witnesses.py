"""The witnesses of a difference as submissions, so that anybody can assess them under either edition.

A rule may be told apart by evidence that nobody could hand in: an item without what every item of its kind must state.
Texts that are missing so are filled in, where that changes no outcome; what still is no submission is left out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ohaccredit.assessment.assess import assess
from ohaccredit.assessment.submission import Submission, read_submission
from ohaccredit.language.json_source import read_json
from ohaccredit.language.problems import ProblemsFound
from ohaccredit.language.types import Keyed, ListOf, Record, Series, Text, Type
from ohaccredit.policy.diff import Difference, plain
from ohaccredit.policy.diff_behaviour import Behaviour, Witness

FILLED_IN = "filled in"


def witness_submissions(found: Difference) -> tuple[dict[str, dict[str, Any]], tuple[str, ...]]:
    """By name, one for each criterion and direction in which it differs, and one for each tier that differs.

    Beside them the names of those that are no submissions.
    """
    files: dict[str, dict[str, Any]] = {}
    left_out: list[str] = []
    for behaviour in found.behaviours:
        for witness in behaviour.witnesses:
            name = f"{behaviour.criterion}-{witness.direction}"
            document = _of_witness(found, behaviour, witness)
            if document is None:
                left_out.append(name)
            else:
                files[name] = document
    for each in found.tiers:
        files[f"{each.turns_on or each.example.removesuffix('.json')}-tier"] = _of_submission(found, each.submission)
    return files, tuple(left_out)


def _of_witness(found: Difference, behaviour: Behaviour, witness: Witness) -> dict[str, Any] | None:
    module = found.after.criteria[behaviour.criterion].module
    about = {"standard": found.after.standard} | ({"modules": [module]} if module else {})
    stated = plain(witness.evidence)
    for evidence in (stated, _filled_in(stated, found.after.record)):
        document = {**about, "evidence": evidence}
        source = read_json(json.dumps(document).encode(), behaviour.criterion)
        try:
            findings = [
                assess(edition, read_submission(source, edition), found.on).finding(behaviour.criterion)
                for edition in (found.before, found.after)
            ]
        except ProblemsFound:
            continue  # it cannot be handed in under one of them
        if [each and each.outcome for each in findings] == [witness.was, witness.now]:
            return document
    return None


def _filled_in(value: Any, kind: Type) -> Any:
    """The evidence with a text wherever one has to be stated and is not."""
    match kind:
        case Record() if isinstance(value, Mapping):
            filled = {name: _filled_in(each, kind.fields[name].type) for name, each in value.items()}
            missing = (each.name for each in kind if each.required and each.name not in value)
            return filled | {name: FILLED_IN for name in missing if isinstance(kind.fields[name].type, Text)}
        case ListOf() | Series() if isinstance(value, list):
            return [_filled_in(each, kind.item) for each in value]
        case Keyed() if isinstance(value, Mapping):
            return {key: _filled_in(each, kind.records[key]) for key, each in value.items()}
    return value


def _of_submission(found: Difference, submission: Submission) -> dict[str, Any]:
    document = {"standard": found.after.standard, "evidence": plain(submission.evidence)}
    if submission.modules:
        document["modules"] = list(submission.modules)
    if submission.explanations:
        document["explanations"] = [
            {"criterion": said.criterion, "claim": said.claim, "text": said.text, "status": said.status}
            | ({"rejected_because": said.rejected_because} if said.rejected_because else {})
            for said in submission.explanations
        ]
    return document
