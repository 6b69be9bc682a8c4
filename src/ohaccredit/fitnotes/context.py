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
        self._has_spells = bool(spells)
        self._absent = Spans(map(_days, spells))
        self._led_up_to = [span for spell in spells if (span := _stated(spell)) is not None]
        """Days on advice that a spell states, as long as there is no note that they lead up to."""
        self._covered = Spans()
        self._assessed: set[date] = set()
        self._any = False

    def add(self, check: PaperCheck) -> None:
        """Take a checked note into account for those that follow."""
        self._any = True
        assessed = check.paper.day("assessed_on")
        if assessed is not None:
            self._assessed.add(assessed)
        span = note_span(check)
        if span is None or span.first > span.last:
            return
        for stated in [each for each in self._led_up_to if span.within(each)]:
            self._covered.add(Span(stated.first, span.first - 1))
            self._led_up_to.remove(stated)
        self._covered.add(span)

    def context(self, paper: Paper, first_day: date | None, on: date) -> dict[str, Any]:
        """What is known beside a note whose period starts on `first_day`."""
        known: dict[str, Any] = {"checked_on": on.isoformat()}
        if first_day is not None:
            known["continues_note"] = self._on_advice(first_day.toordinal() - 1) is not None
        assessed = paper.day("assessed_on")
        if assessed is None:
            return known
        known["another_note_for_assessment"] = assessed in self._assessed
        since = self._absent_on_advice_since(assessed.toordinal() - 1)
        if since is not None:
            known["off_on_advice_before"] = True
            known["off_on_advice_since"] = date.fromordinal(since).isoformat()
        elif self._has_spells or self._any:
            known["off_on_advice_before"] = False
        return known

    def _on_advice(self, day: int) -> Span | None:
        """The unbroken days on advice around a day: those of notes, and those that a spell states before its first.

        Days that the person certified themselves are not on advice, nor are days without evidence.
        """
        leading = [Span(each.first, day) for each in self._led_up_to if each.first <= day <= each.last]
        return (Spans([*self._covered, *leading]) if leading else self._covered).around(day)

    def _absent_on_advice_since(self, eve: int) -> int | None:
        """The first day of the unbroken absence on advice that lasted to the eve of the assessment."""
        advised = self._on_advice(eve)
        if advised is None or not self._has_spells:
            return None if advised is None else advised.first
        absent = self._absent.around(eve)
        return None if absent is None else max(advised.first, absent.first)


def _stated(spell: Spell) -> Span | None:
    """From the day since when a spell says that it was on advice, to its end."""
    stated, days = read_day(spell.content.get("on_advice_since")), _days(spell)
    return None if stated is None else Span(stated.toordinal(), days.last).within(days)


def _days(spell: Spell) -> Span:
    first = spell.first_day.toordinal()
    if spell.last_day is None:
        return Span(first, LAST_ORDINAL)
    return Span(first, max(first, spell.last_day.toordinal()))
