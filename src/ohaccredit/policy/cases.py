"""Worked cases: each rule's own examples, written by hand from the text it implements.

A case states the smallest evidence that shows something, the outcome that the text demands, and why. The
expected outcome is never taken from the engine. Running a case decides it twice, by the traced and by the
compiled form, and both must say what the case expects.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from ohaccredit.language.encode import Encoded, encode
from ohaccredit.language.outcome import Outcome
from ohaccredit.language.problems import Place, Problem, json_pointer
from ohaccredit.language.source import Source
from ohaccredit.language.trace import Decision, Tracer
from ohaccredit.standards.edition import Edition
from ohaccredit.standards.files import CaseOf, CasesFile, NotReachableOf
from ohaccredit.standards.home import Home
from ohaccredit.standards.reading import read_file
from ohaccredit.standards.shape import check_shape

EXPECTED = ("met", "not met", "not evidenced")
"""The outcomes that the cases of every rule must show at least once."""
NOT_IN_FORCE = "not in force"
"""What a case expects of a criterion on a day outside its dates."""
FEWEST = 4
"""Positive, negative, not evidenced, boundary."""


@dataclass(frozen=True, slots=True)
class Case:
    """One worked case, ready to run."""

    criterion: str
    file: CaseOf
    on: date
    evidence: dict[str, object]
    place: Place


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What became of a case. `said` tells the difference in words; "" if it came out as expected."""

    case: Case
    decision: Decision
    said: str


@dataclass(frozen=True, slots=True)
class NotReachable:
    """What a test of the rule is said never to come to, with its place in the file of cases."""

    file: NotReachableOf
    place: Place


@dataclass(frozen=True, slots=True)
class CasesOfRule:
    """What stands in the file of cases beside a rule."""

    cases: list[Case]
    not_reachable: tuple[NotReachable, ...]
    too_few: tuple[Problem, ...]
    """What every rule must have cases for, and this one has not."""


def load_cases(home: Home, edition: Edition, problems: list[Problem]) -> dict[str, list[Case]]:
    """The cases of an edition's own rules, by criterion; what is wrong with them goes to `problems`."""
    files = load_case_files(home, edition, problems)
    problems += [problem for file in files.values() for problem in file.too_few]
    return {id_: file.cases for id_, file in files.items()}


def load_case_files(home: Home, edition: Edition, problems: list[Problem]) -> dict[str, CasesOfRule]:
    """The files of cases in an edition's own folders, by criterion; what is wrong with them goes to `problems`."""
    files: dict[str, CasesOfRule] = {}
    for criterion in edition.criteria.values():
        if criterion.judged is not None or criterion.id not in edition.rules:
            continue
        path = home.rules / edition.standard / edition.edition / criterion.id / "cases.yaml"
        if criterion.decided_by != edition.id and not path.is_file():
            continue  # an adopted rule has its cases where it comes from; more may stand here
        read = read_file(path, home.name(path), CasesFile, problems)
        if read is None:
            continue
        file, source = read
        if file.criterion != criterion.id:
            problems.append(
                Problem(f'The folder is called "{criterion.id}".', source.place(("criterion",)), "/criterion")
            )
        problems += _shapes(file, source, edition)
        cases = [
            Case(
                criterion.id,
                each,
                each.on or file.on,
                {**file.background, **each.given},
                source.place(("cases", index)),
            )
            for index, each in enumerate(file.cases)
        ]
        declared = (
            NotReachable(each, source.place(("not_reachable", index))) for index, each in enumerate(file.not_reachable)
        )
        files[criterion.id] = CasesOfRule(cases, tuple(declared), tuple(_coverage(file, source)))
    return files


def run_case(edition: Edition, case: Case) -> CaseResult:
    """Decide a case by both forms of its rule and compare with what it expects."""
    evidence = encode(case.evidence, edition.record)
    on = edition.rules_of(evidence, case.on)
    decision = decide(edition, case.criterion, evidence, on)
    in_force = edition.criteria[case.criterion].in_force(on)
    if not in_force or case.file.expect == NOT_IN_FORCE:
        is_so = in_force == (case.file.expect != NOT_IN_FORCE)
        said = "" if is_so else f"the criterion is {'in force' if in_force else NOT_IN_FORCE} on {on}"
        return CaseResult(case, decision, said)
    compiled = edition.compiled.on(on)[case.criterion](evidence)
    wanted = Outcome.of_words(case.file.expect)
    differences: list[str] = []
    if decision.outcome is not wanted:
        differences.append(f"expected {wanted.words}, came out {decision.outcome.words}")
    if compiled is not decision.outcome:
        differences.append(f"the compiled rule says {compiled.words}, the traced rule {decision.outcome.words}")
    if case.file.reason is not None and decision.reason() != case.file.reason:
        differences.append(f'expected the reason "{case.file.reason}", found "{decision.reason()}"')
    if case.file.missing is not None and set(case.file.missing) != set(decision.missing()):
        differences.append(f"expected missing {case.file.missing}, found {list(decision.missing())}")
    return CaseResult(case, decision, "; ".join(differences))


def decide(edition: Edition, criterion: str, evidence: dict[str, Encoded], on: date) -> Decision:
    """The traced decision of one criterion over encoded evidence."""
    return Tracer(edition.definitions, evidence, on).decide(edition.rules[criterion])


def _shapes(file: CasesFile, source: Source, edition: Edition) -> Iterator[Problem]:
    yield from check_shape(file.background, edition.record, source, ("background",))
    for index, case in enumerate(file.cases):
        yield from check_shape(case.given, edition.record, source, ("cases", index, "given"))


def _coverage(file: CasesFile, source: Source) -> Iterator[Problem]:
    names = [case.name for case in file.cases]
    for index, name in enumerate(names):
        if name in names[:index]:
            where = ("cases", index, "name")
            yield Problem("Another case has this name.", source.place(where), json_pointer(where))
    if len(names) < FEWEST:
        yield Problem(
            f"There are {len(names)} cases; at least {FEWEST} are needed.",
            source.place(("cases",)),
            "/cases",
            "One that is met, one that is not, one without the evidence, and one at the boundary.",
        )
    seen = {case.expect for case in file.cases}
    for outcome in EXPECTED:
        if outcome not in seen:
            yield Problem(f'No case comes out as "{outcome}".', source.place(("cases",)), "/cases")
