"""The gates of publication that are always there: what must hold before an edition is frozen."""

from __future__ import annotations

from ohaccredit.language.problems import Place, Problem
from ohaccredit.policy.cases import load_cases, run_case
from ohaccredit.policy.check import check_home
from ohaccredit.policy.publish import GateResult
from ohaccredit.standards.edition import Edition
from ohaccredit.standards.home import Home


def decided(home: Home, edition: Edition) -> GateResult:
    """Somebody has decided on the edition: its file does not call it a draft."""
    if not edition.draft:
        return GateResult("passed", "it is no draft")
    place = Place(f"standards/{edition.id}/standard.yaml", 1, 1)
    problem = Problem("This edition calls itself a draft.", place, "/draft", 'Take out "draft: true" once it is decided.')
    return GateResult("failed", "it calls itself a draft", (problem,))


def rests_on_published(home: Home, edition: Edition) -> GateResult:
    """The editions that it adopts or links to cannot change under it."""
    # Published editions stand in `files` by their own name; of others only their files do.
    open_ = sorted(
        {
            "/".join(name.split("/")[1:3])
            for name in edition.files
            if name.endswith("/standard.yaml") and name.split("/")[1:3] != [edition.standard, edition.edition]
        }
    )
    if not open_:
        known = len([id_ for id_ in edition.files if id_.count("/") == 1 and not id_.endswith(".yaml")])
        return GateResult("passed", f"{known} published" if known else "it rests on no other")
    problems = tuple(
        Problem(f"{id_} is not published, and {edition.id} rests on it.", hint="Publish it first.") for id_ in open_
    )
    return GateResult("failed", "rests on editions that may still change", problems)


def check(home: Home, edition: Edition) -> GateResult:
    """Nothing is wrong in the files of its standard."""
    problems = tuple(check_home(home, only=edition.standard)[1])
    if problems:
        return GateResult("failed", "the files have problems", problems)
    return GateResult("passed", "no problem in its files")


def cases(home: Home, edition: Edition) -> GateResult:
    """Every worked case comes out as its author worked it out, by both forms of the rule."""
    problems: list[Problem] = []
    rules = load_cases(home, edition, problems)
    results = [run_case(edition, case) for group in rules.values() for case in group]
    problems += [
        Problem(f"{each.case.criterion}, {each.case.file.name}: {each.said}.", each.case.place)
        for each in results
        if each.said
    ]
    if problems:
        return GateResult("failed", "cases come out otherwise than expected", tuple(problems))
    return GateResult("passed", f"{len(results)} cases of {len(rules)} rules")
