"""What proofs find against the rules of an edition and is right all the same: standards/…/accepted.yaml.

Each exception names its reason. One that no longer excepts anything is itself a problem.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from ohaccredit.language.parse import nearest
from ohaccredit.language.problems import Place, Problem, ProblemsFound, json_pointer
from ohaccredit.policy.properties import Answer
from ohaccredit.standards.edition import Edition
from ohaccredit.standards.files import AcceptedFile, NotMonotoneOf, OverlapOf, VacuousOf
from ohaccredit.standards.home import Home
from ohaccredit.standards.reading import read_file

NAME = "accepted.yaml"


@dataclass(frozen=True, slots=True)
class Excepted:
    """One exception, where it stands, and the answers that it excepts: (criterion, what, other)."""

    excepts: tuple[str, str, str]
    because: str
    place: Place
    pointer: str
    own: bool = True
    """Does it stand in the edition's own file? An adopted one that excepts nothing here may do so there."""


def read_accepted(home: Home, edition: Edition) -> list[Excepted]:
    """The exceptions of an edition, and those of the editions whose rules it takes over, as far as they are of these.

    Raises ProblemsFound with everything that is wrong in the files.
    """
    found = _read(home, edition)
    for other in edition.rests_on.values():
        theirs = {id_ for id_, each in edition.criteria.items() if each.decided_by == other.id}
        for each in _read(home, other):
            criterion, _, by = each.excepts
            if criterion in theirs and (not by or by in theirs) and all(own.excepts != each.excepts for own in found):
                found.append(replace(each, own=False))
    return found


def _read(home: Home, edition: Edition) -> list[Excepted]:
    path = home.standards / edition.standard / edition.edition / NAME
    if not path.is_file():
        return []
    problems: list[Problem] = []
    read = read_file(path, home.name(path), AcceptedFile, problems)
    if read is None:
        raise ProblemsFound(problems)
    file, source = read
    found: list[Excepted] = []
    for key in ("overlaps", "not_monotone", "vacuous"):
        entries: list[OverlapOf | NotMonotoneOf | VacuousOf] = getattr(file, key)
        for index, entry in enumerate(entries):
            names = ["criterion", *(["implied_by"] if isinstance(entry, OverlapOf) else [])]
            for name in names:
                id_ = getattr(entry, name)
                if id_ not in edition.criteria:
                    where: tuple[str | int, ...] = (key, index, name)
                    hint = nearest(id_, tuple(edition.criteria))
                    message = f'"{edition.id}" has no criterion "{id_}".'
                    problems.append(Problem(message, source.place(where), json_pointer(where), hint))
            excepts = (
                (entry.criterion, "overlap", entry.implied_by)
                if isinstance(entry, OverlapOf)
                else (entry.criterion, entry.what, "")
            )
            if any(each.excepts == excepts for each in found):
                where = (key, index)
                problems.append(Problem("This stands here twice.", source.place(where), json_pointer(where)))
            found.append(Excepted(excepts, entry.because, source.place((key, index)), json_pointer((key, index))))
    if problems:
        raise ProblemsFound(problems)
    return found


def accept(answers: Iterable[Answer], exceptions: list[Excepted]) -> Iterator[Answer]:
    """The answers, those accepted that somebody has given a reason for."""
    by = {each.excepts: each.because for each in exceptions}
    for answer in answers:
        because = by.get((answer.subject, answer.what, answer.other)) if answer.result == "refuted" else None
        yield answer if because is None else answer.accepted(because)


def no_longer(answers: Iterable[Answer], exceptions: list[Excepted]) -> list[Problem]:
    """Exceptions that except nothing: what they accept does not happen. What was not decided is left alone."""
    alive = {(a.subject, a.what, a.other) for a in answers if a.result in ("accepted", "refuted", "not decided")}
    hint = "Take it out."
    return [
        Problem("Nothing is left to accept here: what it excepts does not happen.", each.place, each.pointer, hint)
        for each in exceptions
        if each.own and each.excepts not in alive
    ]
