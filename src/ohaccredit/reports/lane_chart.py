"""Runs of days on lanes: an absence and the papers that cover it, as accessible inline SVG.

Looks differ by pattern and outline, never by colour alone (WCAG 2.2, 1.4.1); each bar that has room bears
its label. The table that says the same stands beside the chart on the page.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from markupsafe import Markup, escape

from ohaccredit.reports.svg import (
    GRID,
    INK,
    LINE,
    NOT_APPLICABLE,
    NOT_MET,
    QUIET,
    check_id,
    drawn_path,
    finish,
    opening,
    text_at,
    xy,
)

WIDTH, LEFT = 640, 92
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Look:
    """How a kind of bar is drawn. Pattern: none, upright (stripes), level (stripes)."""

    fill: str
    stroke: str
    ink: str
    pattern: str = ""
    dash: str = ""


LOOKS = {
    "absent": Look("#ffffff", INK, INK),
    "self-certified": Look(NOT_APPLICABLE, QUIET, INK),
    "not-fit": Look(LINE, LINE, "#ffffff"),
    "may-be-fit": Look("#ffffff", LINE, INK, pattern="upright"),
    "other": Look("#ffffff", "#0f5132", INK, pattern="level"),
    "undecided": Look("#ffffff", "#6b4e00", INK, dash="6 2"),
    "uncovered": Look("#ffffff", NOT_MET, NOT_MET, dash="2 2"),
    "pay": Look("#e7efe9", "#0f5132", INK),
}


@dataclass(frozen=True, slots=True)
class Bar:
    """A run of days, both ends included."""

    first: date
    last: date
    look: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    """One line of the chart."""

    label: str
    bars: tuple[Bar, ...]


def lane_chart(
    lanes: Sequence[Lane], looks: Sequence[tuple[str, str]], *, chart_id: str, title: str, description: str
) -> Markup:
    """The lanes over one axis of days. `looks` names the looks for the legend, in order.

    Raises ValueError if there is no bar at all or the id cannot be one.
    """
    check_id(chart_id)
    bars = [bar for lane in lanes for bar in lane.bars]
    first, last = min(bar.first for bar in bars), max(bar.last for bar in bars)
    days = (last - first).days + 1
    scale = (WIDTH - LEFT - 4) / days

    def x(day: date) -> float:
        return LEFT + (day - first).days * scale

    legend = _legend([pair for pair in looks if any(bar.look == pair[0] for bar in bars)])
    top = 8.0 + 18 * len(legend)
    height = int(top + 30 * len(lanes) + 22)
    body = [opening(chart_id, WIDTH, height, title, description), *legend]
    free = 0.0
    for tick, words in _ticks(first, last):
        at = x(tick)
        body.append(drawn_path(f"M{xy(at)} {xy(top)}v{30 * len(lanes) + 4}", stroke=GRID, width=1))
        end = at + 6 + 6 * len(words)
        if at >= free and end <= WIDTH:  # words that would run into others are left out, their line is not
            body.append(text_at(at + 2, height - 5, escape(words), fill=QUIET, size=11))
            free = end
    for number, lane in enumerate(lanes):
        y = top + 30 * number + 4
        body.append(text_at(LEFT - 8, y + 15, escape(lane.label), anchor="end", weight=600))
        for bar in lane.bars:
            body.append(_bar(bar, x(bar.first), y, ((bar.last - bar.first).days + 1) * scale))
    return finish(body)


def _bar(bar: Bar, x: float, y: float, width: float, height: float = 22) -> str:
    look = LOOKS[bar.look]
    dash = f' stroke-dasharray="{look.dash}"' if look.dash else ""
    parts = [
        f'<rect x="{xy(x + 0.5)}" y="{xy(y)}" width="{xy(max(width - 1, 0.8))}" height="{xy(height)}" '
        f'fill="{look.fill}" stroke="{look.stroke}" stroke-width="1.2"{dash}/>'
    ]
    if look.pattern == "upright" and width > 5:
        stripes = "".join(f"M{xy(x + 5 * i)} {xy(y)}v{xy(height)}" for i in range(1, math.ceil((width - 1) / 5)))
        parts.append(drawn_path(stripes, stroke=look.stroke, width=1))
    if look.pattern == "level":
        parts.append(
            drawn_path(
                "".join(f"M{xy(x + 1)} {xy(y + i)}h{xy(max(width - 2, 0.5))}" for i in (5.5, 11, 16.5)),
                stroke=look.stroke,
                width=1,
            )
        )
    room = 8 + 6.4 * len(bar.label)
    if bar.label and width >= room:
        middle = x + width / 2
        if look.pattern:
            parts.append(
                f'<rect x="{xy(middle - room / 2 + 1)}" y="{xy(y + 3)}" width="{xy(room - 2)}" '
                f'height="{xy(height - 6)}" fill="#ffffff"/>'
            )
        parts.append(text_at(middle, y + 15, escape(bar.label), anchor="middle", fill=look.ink, size=11))
    return "".join(parts)


def _legend(looks: Sequence[tuple[str, str]]) -> list[str]:
    """A swatch and words for each look, in lines of their own so that nothing runs out of the page."""
    lines: list[str] = []
    x, y = 0.0, 2.0
    row: list[str] = []
    for look, words in looks:
        wide = 34 + 6.3 * len(words)
        if x + wide > WIDTH and row:
            lines.append("".join(row))
            row, x, y = [], 0.0, y + 18
        row.append(
            _bar(Bar(date.min, date.min, look), x, y, 20, 12) + text_at(x + 26, y + 10.5, escape(words), size=11)
        )
        x += wide
    return [*lines, "".join(row)] if row else lines


def _ticks(first: date, last: date) -> list[tuple[date, str]]:
    """Beginnings of months, or of weeks for a short span; a year is said with the first tick and each January."""
    span = (last - first).days
    ticks: list[tuple[date, str]] = []
    if span <= 45:
        day = first
        while day <= last:
            ticks.append((day, f"{day.day} {_MONTHS[day.month - 1]}"))
            if (last - day).days < 7:
                break
            day += timedelta(days=7)
        return ticks
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    step = max(1, math.ceil(months / 12))
    for number in range(months):
        year, month = divmod(first.year * 12 + first.month - 1 + number, 12)
        day = date(year, month + 1, 1)
        if first <= day <= last and number % step == 0:
            ticks.append((day, _MONTHS[month] + (f" {year}" if not ticks or month < step else "")))
    return ticks
