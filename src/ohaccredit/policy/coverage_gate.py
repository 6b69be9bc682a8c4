"""The gate of publication that asks whether the worked cases show what each rule can come to."""

from __future__ import annotations

from ohaccredit.language.problems import Problem
from ohaccredit.policy.cases import load_case_files
from ohaccredit.policy.coverage import Observer, cover, unshared
from ohaccredit.policy.coverage_words import Gaps
from ohaccredit.policy.gates import GateResult
from ohaccredit.standards.edition import Edition
from ohaccredit.standards.home import Home


def publication_gate(home: Home, edition: Edition) -> GateResult:
    """Everything that the edition's own rules can come to is shown, or accepted as out of reach with a reason."""
    problems: list[Problem] = []
    observer = Observer(edition)
    covered, more = cover(edition, load_case_files(home, edition, problems), observer=observer)
    own, gaps = unshared(covered), Gaps(observer)
    said = [gaps.say(gap) for part in own.parts for gap in part.gaps]
    problems += more
    problems += [Problem(each.says, each.place, each.pointer, each.how) for each in said]
    problems += [
        Problem(f"“{gaps.test(each.leaf)}” {each.said.file.outcome}: a case shows it.", each.said.place)
        for part in own.parts
        for each in part.refuted
    ]
    asked, accepted = sum(part.asked for part in own.parts), sum(len(part.accepted) for part in own.parts)
    if problems:
        return GateResult("failed", f"{len(said)} of {asked} things are shown by no case", tuple(problems))
    return GateResult("passed", f"{asked - accepted} things shown, {accepted} accepted as out of reach")
