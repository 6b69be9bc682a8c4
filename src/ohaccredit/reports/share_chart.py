"""Shares of one employer beside a published range: bars with their number, the range as a bracket.

The range is a sanity band, not a target: it is drawn in grey, and nothing is coloured good or bad.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from markupsafe import Markup, escape

from ohaccredit.reports.svg import (
    GRID,
    INK,
    LINE,
    NOT_APPLICABLE,
    QUIET,
    check_id,
    drawn_path,
    finish,
    opening,
    text_at,
    xy,
)

WIDTH, LEFT, RIGHT = 640, 230, 30
LONGEST_LINE = 32
"""Room for a wider font too: on a screen without ours another steps in."""


@dataclass(frozen=True, slots=True)
class ShareBar:
    """One share with what it is said as; `published` and `band` are shares too. None: nothing to draw."""

    label: str
    value: Fraction | None
    said: str
    published: Fraction | None = None
    band: tuple[Fraction, Fraction] | None = None


def share_chart(bars: Sequence[ShareBar], *, chart_id: str, title: str, description: str) -> Markup:
    """Horizontal bars on one scale from 0 to the next tenth above the largest value.

    The legend names what is drawn, and stands only where there is more than the employer's own bars.
    Raises ValueError if the id cannot be one.
    """
    check_id(chart_id)
    drawn = [bar.value for bar in bars if bar.value is not None]
    drawn += [bar.published for bar in bars if bar.published is not None]
    drawn += [bar.band[1] for bar in bars if bar.band is not None]
    most = min(Fraction(1), Fraction(ceil(max([*drawn, Fraction(1, 10)]) * 10), 10))
    scale = (WIDTH - LEFT - RIGHT) / float(most)
    legend = _legend(
        published=any(bar.published is not None for bar in bars), band=any(bar.band is not None for bar in bars)
    )
    top = 30 if legend else 6
    height = top + 34 * len(bars) + 22
    body = [opening(chart_id, WIDTH, height, title, description)]
    body += legend
    for tenth in range(int(most * 10) + 1):
        if most > Fraction(1, 2) and tenth % 2:
            continue
        x = LEFT + tenth / 10 * scale
        body.append(drawn_path(f"M{xy(x)} {xy(top)}v{34 * len(bars)}", stroke=GRID, width=1))
        body.append(text_at(x, height - 6, f"{tenth * 10}%", anchor="middle", fill=QUIET, size=11))
    for number, bar in enumerate(bars):
        body.append(_row(bar, top + 34 * number, scale))
    return finish(body)


def _row(bar: ShareBar, y: float, scale: float) -> str:
    parts = [*_name(bar.label, y)]
    if bar.band is not None:
        low, high = (LEFT + float(each) * scale for each in bar.band)
        wide = xy(max(high - low, 1))
        parts.append(f'<rect x="{xy(low)}" y="{xy(y + 3)}" width="{wide}" height="28" fill="{NOT_APPLICABLE}"/>')
    end = LEFT + (max(float(bar.value) * scale, 0.8) if bar.value is not None else 0)
    if bar.value is not None:
        parts.append(f'<rect x="{LEFT}" y="{xy(y + 9)}" width="{xy(end - LEFT)}" height="16" fill="{LINE}"/>')
    mark = None if bar.published is None else LEFT + float(bar.published) * scale
    if mark is not None:
        parts.append(drawn_path(f"M{xy(mark)} {xy(y + 2)}v30", stroke=INK, width=2, dash="3 2"))
    parts.append(_said(bar, y, end, mark))
    return "".join(parts)


def _name(label: str, y: float) -> list[str]:
    """The label before a bar, in two lines if it is long."""
    lines = textwrap.wrap(label, LONGEST_LINE)
    if len(lines) > 2:
        lines = [lines[0], f"{lines[1][: LONGEST_LINE - 2].rstrip()} …"]
    top = y + (21 if len(lines) == 1 else 14)
    return [text_at(LEFT - 8, top + 14 * n, escape(line), anchor="end") for n, line in enumerate(lines)]


def _said(bar: ShareBar, y: float, end: float, mark: float | None) -> str:
    """The value: behind the bar and clear of the mark, or, where there is no room, within the bar."""
    wide = 6.6 * len(bar.said)
    x = end + 6
    if mark is not None and x - 4 < mark < x + wide:
        x = mark + 6
    if x + wide <= WIDTH:
        ground = f'<rect x="{xy(x - 2)}" y="{xy(y + 9)}" width="{xy(wide + 4)}" height="16" fill="#ffffff"/>'
        ink = QUIET if bar.value is None else INK
        return ground + text_at(x, y + 21.5, escape(bar.said), weight=600, fill=ink)
    inside = end - 6
    if mark is not None and inside - wide - 4 < mark <= end:
        inside = mark - 6
    return text_at(inside, y + 21.5, escape(bar.said), anchor="end", weight=600, fill="#ffffff")


def _legend(*, published: bool, band: bool) -> list[str]:
    if not published and not band:
        return []
    parts = [f'<rect x="0" y="4" width="20" height="12" fill="{LINE}"/>', text_at(26, 14, "this employer", size=11)]
    if published:
        parts += [
            drawn_path("M124 2v16", stroke=INK, width=2, dash="3 2"),
            text_at(132, 14, "published figure", size=11),
        ]
    if band:
        x = 232 if published else 124
        parts += [
            f'<rect x="{x}" y="3" width="20" height="14" fill="{NOT_APPLICABLE}"/>',
            text_at(x + 26, 14, "range to be expected of most employers (our proposal)", size=11),
        ]
    return parts
