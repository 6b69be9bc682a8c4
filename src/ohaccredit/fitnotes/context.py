"""What an absence record knows beside each fit note: the fields of the evidence type note_context.

Whether a note may run for longer than three months depends on absence on advice before its assessment
(SI 1985/1604, Schedule 1, rule 12); whether it may start later than its assessment, on the note before.
What the record cannot know is left out, and is then not evidenced rather than assumed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from ohaccredit.fitnotes.check import PaperCheck
from ohaccredit.fitnotes.cover import note_span
from ohaccredit.fitnotes.record import Paper, Spell
from ohaccredit.fitnotes.spans import LAST_ORDINAL, Span, Spans
from ohaccredit.language.months import read_day


class NotesSoFar:
    """One person's fit notes in order of assessment: each is asked about before it is added."""

    def __init__(self, spells: Sequence[Spell]) -> None:
        self._spells = sorted(spells, key=lambda spell: spell.first_day)
        self._absent = Spans(map(_days, self._spells))
        self._covered = Spans()
        self._assessed: set[date] = set()
        self._any = False

    def add(self, check: PaperCheck) -> None:
        """Take a checked note into account for those that follow."""
        assessed = check.paper.day("assessed_on")
        if assessed is not None:
            self._assessed.add(assessed)
        span = note_span(check)
        if span is not None:
            self._covered.add(span)
        self._any = True

    def context(self, paper: Paper, first_day: date | None, on: date) -> dict[str, Any]:
        """What is known beside a note whose period starts on `first_day`."""
        known: dict[str, Any] = {"checked_on": on.isoformat()}
        if first_day is not None:
            known["continues_note"] = self._covered.around(first_day.toordinal() - 1) is not None
        assessed = paper.day("assessed_on")
        if assessed is None:
            return known
        known["another_note_for_assessment"] = assessed in self._assessed
        since = self._on_advice_since(assessed.toordinal() - 1)
        if since is not None:
            known["off_on_advice_before"] = True
            known["off_on_advice_since"] = date.fromordinal(since).isoformat()
        elif self._spells or self._any:
            known["off_on_advice_before"] = False
        return known

    def _on_advice_since(self, eve: int) -> int | None:
        """The first day of the unbroken absence on advice that lasted to the eve of the assessment.

        Days that the person certified themselves are not on advice, nor are days without evidence.
        """
        covered = self._covered.around(eve)
        if not self._spells:
            return None if covered is None else covered.first
        absent = self._absent.around(eve)
        if absent is None:
            return None
        since = None if covered is None else max(covered.first, absent.first)
        for spell in self._spells:
            stated, days = read_day(spell.content.get("on_advice_since")), _days(spell)
            if stated is None or stated.toordinal() > eve or not days.first <= eve <= days.last:
                continue
            # What the spell states reaches to the first note in the record; from there on the notes must speak.
            first_note = self._covered.first_within(Span(absent.first, eve))
            if first_note is None or (since is not None and since <= first_note):
                since = min(max(stated.toordinal(), absent.first), eve if since is None else since)
        return since


def _days(spell: Spell) -> Span:
    first = spell.first_day.toordinal()
    if spell.last_day is None:
        return Span(first, LAST_ORDINAL)
    return Span(first, max(first, spell.last_day.toordinal()))
