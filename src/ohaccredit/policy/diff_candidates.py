"""Evidence that lies ready to be decided under two editions: their worked cases and the example submissions.

Each is tried as it stands and moved in time, so that what was a month old when it was written is a month old on the
day of comparison too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from ohaccredit.assessment.submission import Submission, read_submission, standard_named
from ohaccredit.language.json_source import read_json
from ohaccredit.language.problems import ProblemsFound
from ohaccredit.language.walk import evidence_named
from ohaccredit.policy.cases import load_cases
from ohaccredit.policy.diff_change import day_said
from ohaccredit.policy.moved_in_time import moved_in_time
from ohaccredit.policy.population_maker.profile import load_profile
from ohaccredit.standards.edition import Edition
from ohaccredit.standards.home import Home


@dataclass(frozen=True, slots=True)
class Candidate:
    """Evidence to try, and where it comes from."""

    source: str
    evidence: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Example:
    """An example submission in the time of the comparison, as each of two editions reads it."""

    name: str
    before: Submission
    after: Submission


def candidates(
    editions: tuple[tuple[Home, Edition], ...], examples: tuple[Example, ...], on: date
) -> dict[str, list[Candidate]]:
    """What can be tried of each criterion."""
    found: dict[str, list[Candidate]] = {}
    for home, edition in editions:
        for id_, cases in load_cases(home, edition, []).items():
            for case in cases:
                source = f'the worked case "{case.file.name}" of {edition.id}'
                own = found.setdefault(id_, [])
                own.append(Candidate(source, case.evidence))
                if case.on != on:
                    own.append(
                        Candidate(f"{source}, moved to {day_said(on)}", moved_in_time(case.evidence, on - case.on))
                    )
    for example in examples:
        for id_, rule in editions[-1][1].rules.items():
            read = evidence_named(rule, editions[-1][1].definitions)
            part = {name: value for name, value in example.after.evidence.items() if name in read}
            found.setdefault(id_, []).append(Candidate(f"the example {example.name}, moved to {day_said(on)}", part))
    return found


def read_examples(home: Home, before: Edition, after: Edition, on: date) -> tuple[Example, ...]:
    """The example submissions that both editions can read, moved from the day they were written for."""
    try:
        seeds = load_profile(home, after).file.seeds
    except ProblemsFound:
        return ()  # no population is described for this standard, so nobody said for which day examples are written
    found: list[Example] = []
    for path in sorted((home.root / seeds.folder).glob("*.json")):
        try:
            source = read_json(path.read_bytes(), path.name)
            if standard_named(source) == after.standard:
                read = [_moved(read_submission(source, edition), on - seeds.written_for) for edition in (before, after)]
                found.append(Example(path.name, *read))
        except ProblemsFound:
            continue  # one of the two does not read it
    return tuple(found)


def _moved(submission: Submission, by: timedelta) -> Submission:
    return replace(submission, evidence=moved_in_time(submission.evidence, by))
