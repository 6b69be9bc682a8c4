"""From files to checked papers: single notes and reports, absence records, and tables of notes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import click

from ohaccredit.assessment.submission import read_submission, standard_named
from ohaccredit.fitnotes.check import CONTEXT, Editions, PaperCheck, check_paper
from ohaccredit.fitnotes.check_record import check_record
from ohaccredit.fitnotes.record import FIT_NOTE, RECORD_STANDARD, STANDARDS, AbsenceRecord, Paper, read_record
from ohaccredit.fitnotes.record_faults import record_faults
from ohaccredit.fitnotes.study import Study, study
from ohaccredit.language.json_source import read_json
from ohaccredit.language.parse import nearest
from ohaccredit.language.problems import Place, Problem, ProblemsFound
from ohaccredit.language.source import Source
from ohaccredit.standards.edition import Edition
from ohaccredit.standards.home import Home
from ohaccredit.standards.loading import load_edition

TABLES = (".csv", ".tsv", ".txt", ".xlsx")
STANDARD_INPUT = "standard input"
MANY = 2_000
"""From so many fit notes on, which take a few seconds, a bar shows how far the check has come."""


@dataclass
class Papers:
    """What a set of files came to: the checked papers, and what was wrong or assumed on the way."""

    checks: list[PaperCheck] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    name: str = ""
    """What the only file calls itself; "" for several."""


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
    papers.name = papers.name if len(files) == 1 else ""
    return papers


def _read(home: Home, editions: Editions, file: str, on: date, columns: Path | None, papers: Papers) -> None:
    opened = _open(file)
    standard = None if opened.source is None else standard_named(opened.source)
    if opened.source is not None and standard in STANDARDS.values():
        check = _single(editions, str(standard), opened.source, on)
        papers.checks.append(check)
        papers.name = check.paper.id
        return
    record = _record(home, opened, columns, papers, readable=(*STANDARDS.values(), RECORD_STANDARD))
    with _progress(record) as told:
        papers.checks += check_record(editions, record, on, told)
    papers.name = record.name


@dataclass(frozen=True, slots=True)
class _Opened:
    """A file, read once, as standard input cannot be read again."""

    name: str
    data: bytes
    source: Source | None
    """The submission in it; None for a table (CSV, XLSX, or a JSON list of rows)."""


def _open(file: str) -> _Opened:
    """Raises ProblemsFound if it is neither a submission nor may be a table."""
    name, data = _bytes(file)
    start = data[:1000].removeprefix(b"\xef\xbb\xbf").lstrip()
    named_json = file != "-" and Path(file).suffix.lower() not in TABLES
    if start.startswith(b"[") or not (named_json or start.startswith(b"{")):
        return _Opened(name, data, None)
    source = read_json(data, name)
    if isinstance(source.value, dict) and "rows" in source.value:
        return _Opened(name, data, None)
    return _Opened(name, data, source)


def _record(
    home: Home, opened: _Opened, columns: Path | None, papers: Papers, *, readable: Sequence[str] = (RECORD_STANDARD,)
) -> AbsenceRecord:
    """The absence record that a file holds. `readable` are the standards whose submissions the command reads."""
    if opened.source is None:
        return record_of_table(home, opened, columns, papers)
    standard = standard_named(opened.source)
    if standard == RECORD_STANDARD:
        return record_of(home, opened.source)
    place = opened.source.place(("standard",) if standard else ())
    if standard is None:
        named = " or ".join(f'"{each}"' for each in readable)
        hint = f'Add "standard": {named}.'
        raise ProblemsFound([Problem("The file does not say which standard it is for.", place, hint=hint)])
    message = f'A submission for "{standard}" is not read here.'
    if standard in STANDARDS.values():
        message = f'This is a single paper ("{standard}"), which says nothing of absences.'
    raise ProblemsFound([Problem(message, place, "/standard", nearest(standard, readable))])


def _single(editions: Editions, standard: str, source: Source, on: date) -> PaperCheck:
    kind = next(kind for kind, name in STANDARDS.items() if name == standard)
    submission = read_submission(source, editions[kind])
    content = submission.evidence.get(kind)
    if content is None:
        raise ProblemsFound([Problem(f'"{kind}" is missing here.', source.place(("evidence",)), "/evidence")])
    paper = Paper(submission.name, kind, "", content, ("evidence", kind))  # type: ignore[arg-type]
    return check_paper(editions, paper, on, submission.evidence.get(CONTEXT))


@dataclass(frozen=True, slots=True)
class Period:
    """The days to count over, as asked for. A table of notes does not hold them; an absence record does."""

    first: date | None
    last: date | None


def read_study(
    home: Home, file: str, on: date, columns: Path | None, period: Period | None = None
) -> tuple[Study, list[Problem]]:
    """The study of an absence record or of a table of notes, with the problems of the table's rows.

    `period` is None if nothing is counted. Raises ProblemsFound if the file cannot be read at all, or if a table comes
    without the period to count over.
    """
    papers, opened = Papers(), _open(file)
    record = _record(home, opened, columns, papers)
    if period is not None:
        record = _over(record, period, opened)
    with _progress(record) as told:
        return study(load_editions(home), load_edition(home, RECORD_STANDARD), record, on, told), papers.problems


def _over(record: AbsenceRecord, period: Period, opened: _Opened) -> AbsenceRecord:
    """The record with the period to count over."""
    first, last = period.first, period.last
    if opened.source is not None:
        if first is None and last is None:
            return record
        problem = Problem("The record says itself which period it covers.", hint="Leave --from and --until out.")
    elif first is None or last is None:
        problem = Problem(
            "A table of notes does not say which period it covers.",
            Place(opened.name, 1, 1),
            hint="Say it: --from 2025-07-01 --until 2026-06-30.",
        )
    elif last < first:
        problem = Problem(f"The period ends on {last}, before it begins on {first}.")
    else:
        stated = {"first_day": first.isoformat(), "last_day": last.isoformat()}
        return replace(record, profile={**record.profile, **stated})
    raise ProblemsFound([problem])


@contextmanager
def _progress(record: AbsenceRecord) -> Iterator[Callable[[], None]]:
    """A bar on standard error, if that is a terminal and there is enough to wait for."""
    notes = sum(paper.kind == FIT_NOTE for paper in record.papers)
    hidden = notes < MANY or not sys.stderr.isatty()
    with click.progressbar(length=notes, label="Checking fit notes", file=sys.stderr, hidden=hidden) as bar:
        yield lambda: bar.update(1)


def absence_edition(home: Home) -> Edition:
    """The latest edition of the standard for absence records."""
    return load_edition(home, RECORD_STANDARD)


def record_of(home: Home, source: Source) -> AbsenceRecord:
    """The absence record in a JSON file. Raises ProblemsFound."""
    submission = read_submission(source, load_edition(home, RECORD_STANDARD))
    faults = record_faults(submission.evidence, source)
    if faults:
        raise ProblemsFound(faults)
    return read_record(submission.evidence, submission.name, submission.digest)


def record_of_table(home: Home, opened: _Opened, columns: Path | None, papers: Papers) -> AbsenceRecord:
    """The notes of a table; problems of its rows and assumptions go to `papers`. Raises ProblemsFound."""
    from ohaccredit.fitnotes.roster import read_roster

    edition = load_edition(home, RECORD_STANDARD)
    roster = read_roster(opened.data, opened.name, home, edition, columns)
    papers.problems += roster.problems
    papers.remarks += roster.notes
    return read_record(roster.evidence, "" if opened.name == STANDARD_INPUT else Path(opened.name).stem)


def _bytes(file: str) -> tuple[str, bytes]:
    """What a file is called in problems, and its content."""
    if file == "-":
        return STANDARD_INPUT, sys.stdin.buffer.read()
    try:
        return file, Path(file).read_bytes()
    except OSError as error:
        problem = Problem(f"The file cannot be read: {error.strerror}.", Place(file, 1, 1))
        raise ProblemsFound([problem]) from None
