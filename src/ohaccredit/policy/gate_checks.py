"""The gates of publication that are always there: what must hold before an edition is frozen."""

from __future__ import annotations

from ohaccredit.language.problems import Place, Problem
from ohaccredit.policy.cases import load_cases, run_case
from ohaccredit.policy.check import check_home
from ohaccredit.policy.gates import GateResult
from ohaccredit.standards.edition import Edition
from ohaccredit.standards.home import Home


def decided(_home: Home, edition: Edition) -> GateResult:
    """Somebody has decided on the edition: its file does not call it a draft."""
    if not edition.draft:
        return GateResult("passed", "it is no draft")
    place = Place(f"standards/{edition.id}/standard.yaml", 1, 1)
    hint = 'Take out "draft: true" once it is decided.'
    problem = Problem("This edition calls itself a draft.", place, "/draft", hint)
    return GateResult("failed", "it calls itself a draft", (problem,))


def rests_on_published(_home: Home, edition: Edition) -> GateResult:
    """The editions that it adopts or links to cannot change under it."""
    open_ = sorted(id_ for id_, other in edition.rests_on.items() if other.publication is None)
    if not open_:
        return GateResult("passed", ", ".join(sorted(edition.rests_on)) or "it rests on no other")
    problems = tuple(
        Problem(f"{id_} is not published, and {edition.id} rests on it.", hint="Publish it first.") for id_ in open_
    )
    return GateResult("failed", f"it rests on what may still change: {', '.join(open_)}", problems)


def check(home: Home, edition: Edition) -> GateResult:
    """Nothing is wrong in its files, or in those that it reads; other editions may still be worked on."""
    found = check_home(home, only=edition.standard)[1]
    problems = tuple(each for each in found if each.place is None or not _of_another(each.place.file, edition))
    if problems:
        return GateResult("failed", "the files have problems", problems)
    return GateResult("passed", "no problem in its files")


def cases(home: Home, edition: Edition) -> GateResult:
    """Every worked case comes out as its author worked it out, by both forms of the rule."""
    problems: list[Problem] = []
    rules = load_cases(home, edition, problems)
    results = [run_case(edition, case) for group in rules.values() for case in group]
    wrong = [each for each in results if each.said]
    if problems:
        return GateResult("failed", "cases cannot be read", tuple(problems))
    if wrong:
        says = f"{len(wrong)} of {len(results)} cases come out differently than expected"
        said = (
            Problem(f"{each.case.criterion}, {each.case.file.name}: {each.said}.", each.case.place) for each in wrong
        )
        return GateResult("failed", says, tuple(said))
    return GateResult("passed", f"{len(results)} cases of {len(rules)} rules")


def _of_another(file: str, edition: Edition) -> bool:
    """Is it a file of another edition of the same standard, which this one does not rest on?"""
    _, standard, name, *_ = [*file.split("/"), "", "", ""]
    id_ = f"{standard}/{name}"
    return standard == edition.standard and id_ != edition.id and id_ not in edition.rests_on
