"""An employer's summary of fit notes as people and programs read it: nothing in it is about one person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from markupsafe import Markup

from ohaccredit.fitnotes.measures import BOX
from ohaccredit.fitnotes.summary import Share, Summary, Table, say_share
from ohaccredit.language.numbers import say_number
from ohaccredit.reports.paper_view import day_words
from ohaccredit.reports.share_chart import ShareBar, share_chart
from ohaccredit.standards.published import Published, PublishedFigure

GROUPS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("advice", "What the notes say", ("not-fit", "may-be-fit", "changes-agreed", "adaptation", BOX)),
    ("length", "How long they last", ("long-notes", "long-episodes")),
    (
        "issuer",
        "Who issued them",
        (
            "issuer-not-doctor",
            "issuer-doctor",
            "issuer-nurse",
            "issuer-pharmacist",
            "issuer-physiotherapist",
            "issuer-occupational-therapist",
        ),
    ),
    ("quality", "What the check found", ("finding", "query", "not-valid", "backdated", "uncovered")),
    (
        "support",
        "Support and return",
        ("contacted", "referred", "assessed", "on-pathway", "occupational-therapy", "back"),
    ),
)
"""Which shares are drawn together, in order; BOX stands for those of every box. The tables show everything."""


@dataclass(frozen=True, slots=True)
class FigureView:
    """A number that is no share."""

    id: str
    title: str
    how: str
    value: str
    of: str
    refused: str
    """Why it is not shown; "" if it is."""


@dataclass(frozen=True, slots=True)
class ShareView:
    """A share with its numbers, and what is published beside it."""

    id: str
    title: str
    how: str
    value: str
    counted: str
    """ "96 of 300 fit notes", or why it is not shown."""
    shown: bool
    published: tuple[str, ...]
    band: str
    odd: str
    """Said where the share lies outside the band."""


@dataclass(frozen=True, slots=True)
class GroupView:
    """Shares that are drawn together."""

    id: str
    title: str
    shares: tuple[ShareView, ...]
    chart: Markup | None


@dataclass(frozen=True, slots=True)
class TableView:
    """A table of counts."""

    id: str
    title: str
    how: str
    rows: tuple[tuple[str, str, str], ...]
    whole: str
    refused: str


@dataclass(frozen=True, slots=True)
class PublishedView:
    """One published figure with where it comes from."""

    words: str
    value: str
    period: str
    publisher: str
    address: str
    to_confirm: str


@dataclass(frozen=True, slots=True)
class SummaryView:
    """The summary of one employer."""

    title: str
    period: str
    figures: tuple[FigureView, ...]
    groups: tuple[GroupView, ...]
    tables: tuple[TableView, ...]
    published: tuple[PublishedView, ...]
    published_title: str
    population: str
    use: str
    floors: str


def summary_view(summary: Summary, title: str, published: Published) -> SummaryView:
    """The summary, with the published figures beside it."""
    settings = summary.settings
    return SummaryView(
        title=title,
        period=f"{day_words(summary.first_day)} to {day_words(summary.last_day)}",
        figures=tuple(_figures(summary)),
        groups=tuple(_group(id_, words, names, summary, published) for id_, words, names in GROUPS),
        tables=tuple(_table(table) for id_, table in summary.tables.items() if not id_.startswith(BOX)),
        published=tuple(_published(each) for each in published.figures),
        published_title=published.file.title.en,
        population=published.file.population.en,
        use=published.file.use.en,
        floors=f"Numbers from fewer than {settings.floor} notes or people are not shown, and from fewer than "
        f"{settings.floor_diagnosis} for groups of conditions. Others are put together or left out where they "
        "would tell what is kept back.",
    )


def summary_json(summary: Summary, published: Published) -> dict[str, Any]:
    """The summary for programs. What may not be shown is null, with the reason."""
    return {
        "first_day": summary.first_day.isoformat(),
        "last_day": summary.last_day.isoformat(),
        "figures": {
            id_: {
                "title": each.title,
                "value": None if each.value is None else float(each.value),
                "of": each.of,
                "unit": each.unit,
                "refused": each.refused or None,
            }
            for id_, each in summary.figures.items()
        },
        "shares": {
            id_: {
                "title": each.title,
                "share": None if each.share is None else float(each.share),
                "count": each.count,
                "of": each.of,
                "unit": each.unit,
                "refused": each.refused or None,
                "published": [
                    {
                        "share": float(figure.share),
                        "from": figure.file.period.start.isoformat(),
                        "until": _until(figure).isoformat(),
                        "publisher": figure.file.publisher,
                        "to_confirm": figure.to_confirm or None,
                    }
                    for figure in published.of(id_)
                ],
            }
            for id_, each in summary.shares.items()
        },
        "tables": {
            id_: {
                "title": each.title,
                "whole": each.whole,
                "groups": [
                    {"cells": list(group.cells), "words": group.words, "count": group.count} for group in each.groups
                ],
                "refused": each.refused or None,
            }
            for id_, each in summary.tables.items()
        },
    }


def _figures(summary: Summary) -> Iterator[FigureView]:
    for each in summary.figures.values():
        if each.value is None:
            yield FigureView(each.id, each.title, each.how, "not shown", "", each.refused)
            continue
        said = say_number(Fraction(round(Fraction(each.value) * 10), 10))
        said += (" day" if said == "1" else " days") if each.unit == "days" else ""
        yield FigureView(each.id, each.title, each.how, said, "" if each.of is None else f"{each.of:,}", "")


def _group(id_: str, words: str, names: tuple[str, ...], summary: Summary, published: Published) -> GroupView:
    shares = [share for name in names for share in _shares_named(name, summary)]
    views = tuple(_share(each, published) for each in shares)
    bars = [_bar(each, published) for each in shares if each.share is not None]
    chart = None
    if bars:
        spoken = "; ".join(f"{view.title}: {view.value}, {view.counted}" for view in views if view.shown)
        chart = share_chart(
            bars,
            chart_id=f"shares-{id_}",
            title=words,
            description=f"{spoken}.",
        )
    return GroupView(id_, words, views, chart)


def _shares_named(name: str, summary: Summary) -> list[Share]:
    """The share of a name; of BOX those of all boxes, unless none of them may be shown, which is said once."""
    if name == BOX:
        boxes = [share for id_, share in summary.shares.items() if id_.startswith(BOX)]
        return boxes if any(share.share is not None for share in boxes) else []
    return [summary.shares[name]] if name in summary.shares else []


def _bar(share: Share, published: Published) -> ShareBar:
    latest = published.of(share.id)
    band = published.band(share.id)
    said = say_share(share.share) if share.share is not None else ""
    return ShareBar(
        share.title,
        share.share,
        f"{said} (of {share.of})",
        latest[0].share if latest else None,
        None if band is None else (band.low, band.high),
    )


def _share(share: Share, published: Published) -> ShareView:
    band = published.band(share.id)
    shown = share.share is not None
    odd = ""
    if share.share is not None and band is not None and not band.holds(share.share):
        odd = "It lies outside the range; worth a look at why, nothing more."
    return ShareView(
        id=share.id,
        title=share.title,
        how=share.how,
        value=say_share(share.share) if share.share is not None else "not shown",
        counted=f"{share.count:,} of {share.of:,} {share.unit}" if shown else share.refused,
        shown=shown,
        published=tuple(f"{_say_published(each)} ({_period(each)})" for each in published.of(share.id)),
        band="" if band is None else f"{say_share(band.low)} to {say_share(band.high)}",
        odd=odd,
    )


def _table(table: Table) -> TableView:
    rows = tuple((group.words, f"{group.count:,}", say_share(group.share)) for group in table.groups)
    whole = "" if table.whole is None else f"{table.whole:,} {table.unit}"
    return TableView(table.id, table.title, table.how, rows, whole, table.refused)


def _published(figure: PublishedFigure) -> PublishedView:
    return PublishedView(
        figure.file.words.en,
        _say_published(figure),
        _period(figure),
        figure.file.publisher,
        figure.file.address,
        figure.to_confirm,
    )


def _say_published(figure: PublishedFigure) -> str:
    """A share that one decimal would make nothing is not nothing."""
    said = say_share(figure.share)
    return "under 0.1%" if figure.share and said == say_share(Fraction(0)) else said


def _period(figure: PublishedFigure) -> str:
    """Years and months where the period is made of whole ones, else days."""
    first, last = figure.file.period.start, _until(figure)
    if first.day != 1 or (last + timedelta(days=1)).day != 1:
        return f"{day_words(first)} to {day_words(last)}"
    if first.year != last.year:
        return f"{_month(first)} {first.year} to {_month(last)} {last.year}"
    if (first.month, last.month) == (1, 12):
        return str(first.year)
    months = _month(first) if first.month == last.month else f"{_month(first)} to {_month(last)}"
    return f"{months} {first.year}"


def _month(day: date) -> str:
    """The name of its month, as dates are said everywhere else."""
    return day_words(day).split()[1]


def _until(figure: PublishedFigure) -> date:
    assert figure.file.period.until is not None, "the reader asks for it"
    return figure.file.period.until
