"""How spells and notes follow each other: linked series for sick pay, and episodes of notes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from ohaccredit.fitnotes.figures import EPISODE_GAP, LINK, SMALLEST_PERIOD, figure, starts
from ohaccredit.fitnotes.spans import Span, Spans
from ohaccredit.standards.edition import Edition


@dataclass(frozen=True, slots=True)
class Link:
    """How a spell follows those before it."""

    days_to_earlier: int | None
    """The days between the end of the spell before and this one, neither included; None without an earlier spell."""
    linked: bool
    """Does it count as one with an earlier spell for statutory sick pay?"""
    series_first_day: int
    """The first day of the linked series, the spell's own if it links with none."""


def links(edition: Edition, spells: Sequence[Span]) -> tuple[Link, ...]:
    """How each of one person's spells, in order of first day, follows those before it.

    Spells that touch are one absence. An absence shorter than the smallest period of incapacity for work neither
    links nor bridges a gap between others (SSCBA 1992, section 152).
    """
    series: dict[Span, int] = {}
    before: Span | None = None
    for absence in Spans(spells):
        counts_from = _counts_from(edition, absence)
        if counts_from is None:
            continue
        window = figure(edition, LINK, date.fromordinal(counts_from))
        near = before is not None and counts_from - before.last - 1 <= window
        series[absence] = series[before] if before is not None and near else counts_from
        before = absence
    found = []
    latest: int | None = None
    for spell in spells:
        start = next((first for absence, first in series.items() if spell.within(absence)), spell.first)
        between = None if latest is None else max(0, spell.first - latest - 1)
        found.append(Link(between, start < spell.first, start))
        latest = spell.last if latest is None else max(latest, spell.last)
    return tuple(found)


def _counts_from(edition: Edition, absence: Span) -> int | None:
    """The first day on which an absence is long enough by the law of that day, as sick pay counts it (sick_pay)."""
    changes = (start.toordinal() for start in starts(edition, SMALLEST_PERIOD))
    days = (absence.first, *(day for day in changes if absence.first < day <= absence.last))
    return next((day for day in days if absence.days >= figure(edition, SMALLEST_PERIOD, date.fromordinal(day))), None)


@dataclass(frozen=True, slots=True)
class Episode:
    """Fit notes with at most a week between one and the next, as the NHS figures count them (NHS-EPISODE)."""

    first_day: date
    last_day: date
    papers: tuple[str, ...]


def episodes(edition: Edition, notes: Iterable[tuple[Span, str]]) -> tuple[Episode, ...]:
    """The episodes that notes make, by their days and names. The days between two notes are those of neither."""
    found: list[tuple[Span, list[str]]] = []
    for span, id_ in sorted(notes):
        if found:
            last, papers = found[-1]
            if span.first - last.last - 1 <= figure(edition, EPISODE_GAP, date.fromordinal(span.first)):
                found[-1] = Span(last.first, max(last.last, span.last)), [*papers, id_]
                continue
        found.append((span, [id_]))
    return tuple(
        Episode(date.fromordinal(span.first), date.fromordinal(span.last), tuple(papers)) for span, papers in found
    )
