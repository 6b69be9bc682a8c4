"""Checking all papers of an absence record: what one note shows is known beside the next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date

from ohaccredit.fitnotes.check import Editions, PaperCheck, check_paper, first_day
from ohaccredit.fitnotes.context import NotesSoFar
from ohaccredit.fitnotes.cover import assessment_order
from ohaccredit.fitnotes.record import FIT_NOTE, AbsenceRecord, Paper, Spell


def check_record(
    editions: Editions, record: AbsenceRecord, on: date, told: Callable[[], None] = lambda: None
) -> tuple[PaperCheck, ...]:
    """The papers of a record, each with its verdict, in the order of the record.

    `on` is the day of the check; `told` is called after each fit note.
    """
    spells: dict[str, list[Spell]] = defaultdict(list)
    notes: dict[str, list[Paper]] = defaultdict(list)
    for spell in record.spells:
        spells[spell.person].append(spell)
    for paper in record.papers:
        if paper.kind == FIT_NOTE:
            notes[paper.person].append(paper)
    checks: dict[tuple[str | int, ...], PaperCheck] = {}
    for person, papers in notes.items():
        so_far = NotesSoFar(spells[person])
        for paper in sorted(papers, key=assessment_order):
            context = so_far.context(paper, first_day(editions, paper, on), on)
            check = checks[paper.place] = check_paper(editions, paper, on, context)
            so_far.add(check)
            told()
    return tuple(checks.get(paper.place) or check_paper(editions, paper, on) for paper in record.papers)
