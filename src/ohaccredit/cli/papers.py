"""From files to checked papers: single notes and reports, absence records, and tables of notes."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from ohaccredit.assessment.submission import read_submission, standard_named
from ohaccredit.cli.submissions import read_source
from ohaccredit.fitnotes.check import CONTEXT, Editions, PaperCheck, check_paper
from ohaccredit.fitnotes.check_record import check_record
from ohaccredit.fitnotes.record import RECORD_STANDARD, STANDARDS, AbsenceRecord, Paper, read_record
from ohaccredit.language.problems import Place, Problem, ProblemsFound
from ohaccredit.language.source import Source
from ohaccredit.standards.home import Home
from ohaccredit.standards.loading import load_edition

TABLES = (".csv", ".tsv", ".txt", ".xlsx")


@dataclass
class Papers:
    """What a set of files came to: the checked papers, and what was wrong or assumed on the way."""

    checks: list[PaperCheck] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def load_editions(home: Home) -> Editions:
    """The latest edition for each kind of paper."""
    return {kind: load_edition(home, standard) for kind, standard in STANDARDS.items()}


def read_papers(home: Home, files: Sequence[str], on: date, columns: Path | None) -> Papers:
    """Read and check everything in the files.

    Raises ProblemsFound if a JSON file cannot be read; rows of a table that cannot be read are listed in the result.
    """
    editions, papers, found = load_editions(home), Papers(), list[Problem]()
    for file in files:
        try:
            _read(home, editions, file, on, columns, papers)
        except ProblemsFound as problems:
            found += problems.problems
    if found:
        raise ProblemsFound([*found, *papers.problems])
    return papers


def _read(home: Home, editions: Editions, file: str, on: date, columns: Path | None, papers: Papers) -> None:
    if Path(file).suffix.lower() in TABLES:
        papers.checks += check_record(editions, record_of_table(home, file, columns, papers), on)
        return
    source = read_source(file)
    standard = standard_named(source)
    if isinstance(source.value, list) or standard is None:
        papers.checks += check_record(editions, record_of_table(home, file, columns, papers), on)
    elif standard == RECORD_STANDARD:
        papers.checks += check_record(editions, record_of(home, source), on)
    elif standard in STANDARDS.values():
        papers.checks.append(_single(editions, standard, source, on))
    else:
        known = ", ".join([*STANDARDS.values(), RECORD_STANDARD])
        message = f'A submission for "{standard}" holds no fit notes.'
        raise ProblemsFound([Problem(message, source.place(("standard",)), "/standard", f"There is: {known}.")])


def _single(editions: Editions, standard: str, source: Source, on: date) -> PaperCheck:
    kind = next(kind for kind, name in STANDARDS.items() if name == standard)
    submission = read_submission(source, editions[kind])
    content = submission.evidence.get(kind)
    if content is None:
        raise ProblemsFound([Problem(f'"{kind}" is missing here.', source.place(("evidence",)), "/evidence")])
    paper = Paper(submission.name, kind, "", content, ("evidence", kind))  # type: ignore[arg-type]
    return check_paper(editions, paper, on, submission.evidence.get(CONTEXT))


def record_of(home: Home, source: Source) -> AbsenceRecord:
    """The absence record in a JSON file. Raises ProblemsFound."""
    submission = read_submission(source, load_edition(home, RECORD_STANDARD))
    return read_record(submission.evidence, submission.name, submission.digest)


def record_of_table(home: Home, file: str, columns: Path | None, papers: Papers) -> AbsenceRecord:
    """The notes of a table; problems of its rows and assumptions go to `papers`. Raises ProblemsFound."""
    from ohaccredit.fitnotes.roster import read_roster

    edition = load_edition(home, RECORD_STANDARD)
    roster = read_roster(_bytes(file), file, home, edition, columns)
    papers.problems += roster.problems
    papers.remarks += roster.notes
    return read_record(roster.evidence, Path(file).stem)


def _bytes(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except OSError as error:
        problem = Problem(f"The file cannot be read: {error.strerror}.", Place(file, 1, 1))
        raise ProblemsFound([problem]) from None
