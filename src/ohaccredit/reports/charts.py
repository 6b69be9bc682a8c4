"""Charts as inline SVG that can be heard, printed in grey, and compared byte for byte.

Each chart is one `<svg role="img">` with a `<title>` and a `<desc>` that says what it shows, and has a
table equivalent: the same values as rows for an accessible HTML table. Series and outcomes differ by
shape, pattern and direct label, never by colour alone (WCAG 2.2, 1.4.1). No opacity, clip paths or
external fonts: they break PDF/UA or reproducibility in WeasyPrint. The font is named on the svg
element, as page styles do not reach inside it (WeasyPrint issue 1761).

All numbers pass through `number`, so that the same values give the same characters everywhere.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from itertools import pairwise

from markupsafe import Markup, escape

from ohaccredit.reports.svg import (
    GRID,
    INK,
    LINE,
    MET,
    NOT_APPLICABLE,
    NOT_MET,
    QUIET,
    check_id,
    drawn_path,
    finish,
    label_at,
    number,
    opening,
    text_at,
    xy,
)


class Better(Enum):
    """Which direction of a measure is an improvement."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Point:
    """A value on a date, with the bounds of its 95% interval if it has one.

    A point is not comparable if its definition or method differs from the rest of the series.
    """

    on: date
    value: Decimal
    low: Decimal | None = None
    high: Decimal | None = None
    comparable: bool = True


@dataclass(frozen=True, slots=True)
class Series:
    """A dated series of one measure: an indicator or a survey question.

    `unit` follows each number as written ("%", " days"). `baseline` is the date of the point that
    progress is measured from.
    """

    title: str
    unit: str
    points: Sequence[Point]
    better: Better = Better.NEITHER
    baseline: date | None = None
    places: int = 1


@dataclass(frozen=True, slots=True)
class TierCounts:
    """How many criteria of one tier have each outcome."""

    tier: str
    met: int
    not_met: int
    not_evidenced: int
    not_applicable: int

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """The four counts, always in this order: met, not met, not evidenced, not applicable."""
        return self.met, self.not_met, self.not_evidenced, self.not_applicable


@dataclass(frozen=True, slots=True)
class ChartTable:
    """The table equivalent of a chart: first column row headers, first row column headers."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class ChartWords:
    """The words of a chart in one language."""

    months: tuple[str, ...]
    outcomes: tuple[str, str, str, str]
    better: dict[Better, str]
    tier: str
    total: str
    date: str
    value: str
    interval: str
    note: str
    baseline: str
    not_comparable: str
    to: str
    from_to: str
    no_points: str


ENGLISH = ChartWords(
    months=("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    outcomes=("Met", "Not met", "Not evidenced", "Not applicable"),
    better={
        Better.HIGHER: "Higher is better",
        Better.LOWER: "Lower is better",
        Better.NEITHER: "Neither direction is better in itself",
    },
    tier="Tier",
    total="All",
    date="Date",
    value="Value",
    interval="95% interval",
    note="Note",
    baseline="Baseline",
    not_comparable="Not comparable",
    to="to",
    from_to="{first} on {first_date}; {last} on {last_date}.",
    no_points="No values yet",
)

WELSH = ChartWords(
    months=("Ion", "Chwef", "Maw", "Ebr", "Mai", "Meh", "Gorff", "Awst", "Medi", "Hyd", "Tach", "Rhag"),
    outcomes=("Wedi’i fodloni", "Heb ei fodloni", "Heb dystiolaeth", "Amherthnasol"),
    better={
        Better.HIGHER: "Gorau po uchaf",
        Better.LOWER: "Gorau po isaf",
        Better.NEITHER: "Nid yw’r naill gyfeiriad na’r llall yn well ynddo’i hun",
    },
    tier="Haen",
    total="Cyfanswm",
    date="Dyddiad",
    value="Gwerth",
    interval="Cyfwng 95%",
    note="Nodyn",
    baseline="Llinell sylfaen",
    not_comparable="Ddim yn gymaradwy",
    to="i",
    from_to="{first} ar {first_date}; {last} ar {last_date}.",
    no_points="Dim gwerthoedd eto",
)


def line_chart(series: Series, *, chart_id: str, words: ChartWords = ENGLISH) -> Markup:
    """A series over time as an inline SVG.

    Comparable points are filled and joined in order of date; those that are not comparable are drawn
    hollow, apart and labelled. Intervals are whiskers, the baseline a dashed line with its name. A
    series without points gives a chart that says so. `chart_id` must be unique in the page and begin
    with a letter; element ids derive from it.

    Raises ValueError if two points have one date, an interval does not hold its value, or the id
    cannot be one.
    """
    points = _checked(series)
    check_id(chart_id)
    title = escape(series.title)
    head = opening(chart_id, 640, 270, series.title, _line_description(series, points, words))
    body = [head, text_at(0, 14, title, size=13, weight=600)]
    body.append(text_at(0, 31, escape(words.better[series.better]), fill=QUIET))
    if not points:
        body.append(text_at(320, 140, escape(words.no_points), anchor="middle"))
        return finish(body)

    left, right, top, bottom = 58.0, 612.0, 48.0, 222.0
    bounds = [float(b) for p in points for b in (p.low, p.value, p.high) if b is not None]
    ticks = _ticks(min(bounds), max(bounds))
    first, last = points[0].on.toordinal(), points[-1].on.toordinal()

    def x(on: date) -> float:
        if last == first:
            return (left + right) / 2
        return left + 36 + (on.toordinal() - first) / (last - first) * (right - left - 72)

    def y(value: Decimal | float) -> float:
        return bottom - (float(value) - float(ticks[0])) / float(ticks[-1] - ticks[0]) * (bottom - top)

    step_places = max(map(_places, ticks))
    for tick in ticks:
        body.append(drawn_path(f"M{xy(left)} {xy(y(tick))}H{xy(right)}", stroke=GRID, width=0.75))
        label = number(tick, step_places) + series.unit
        body.append(text_at(left - 6, y(tick) + 4, escape(label.strip()), anchor="end", fill=QUIET))
    for on in _labelled_dates([p.on for p in points], x):
        body.append(drawn_path(f"M{xy(x(on))} {xy(bottom)}v5", stroke=QUIET, width=0.75))
        body.append(text_at(x(on), bottom + 18, _date(on, words), anchor="middle", fill=QUIET))
    body.append(drawn_path(f"M{xy(left)} {xy(bottom)}H{xy(right)}", stroke=INK, width=1))

    baseline = next((p for p in points if p.on == series.baseline), None)
    if baseline is not None:
        at = y(baseline.value)
        body.append(drawn_path(f"M{xy(left)} {xy(at)}H{xy(right)}", stroke=INK, width=1, dash="5 3"))
    comparable = [p for p in points if p.comparable]
    if len(comparable) > 1:
        way = "L".join(f"{xy(x(p.on))} {xy(y(p.value))}" for p in comparable)
        body.append(drawn_path(f"M{way}", stroke=LINE, width=2))
    labelled = {points[0].on, points[-1].on} | ({baseline.on} if baseline else set())
    for p in points:
        px, py = x(p.on), y(p.value)
        if p.low is not None and p.high is not None:
            low, high = xy(y(p.low)), xy(y(p.high))
            body.append(
                drawn_path(
                    f"M{xy(px)} {low}V{high}M{xy(px - 4)} {low}h8M{xy(px - 4)} {high}h8",
                    stroke=QUIET,
                    width=1,
                )
            )
        fill, radius = (LINE, 3.5) if p.comparable else ("#ffffff", 4.5)
        body.append(
            f'<circle cx="{xy(px)}" cy="{xy(py)}" r="{xy(radius)}" fill="{fill}" stroke="{LINE}" stroke-width="1.5"/>'
        )
        if p.on in labelled or not p.comparable:
            above = y(p.high) if p.high is not None else py
            body.append(label_at(px, max(above - 8, top - 4), _value(p.value, series)))
    body += _legend_of_line(points, words, has_baseline=baseline is not None)
    return finish(body)


def line_table(series: Series, *, words: ChartWords = ENGLISH) -> ChartTable:
    """The same series as rows: date, value, interval and note; columns without content are left out.

    Raises ValueError as `line_chart` does.
    """
    points = _checked(series)
    rows = []
    for p in points:
        interval = ""
        if p.low is not None and p.high is not None:
            interval = f"{_value(p.low, series)} {words.to} {_value(p.high, series)}"
        notes = [words.baseline] * (p.on == series.baseline) + [words.not_comparable] * (not p.comparable)
        rows.append((_date(p.on, words), _value(p.value, series), interval, "; ".join(notes)))
    header = (words.date, words.value, words.interval, words.note)
    used = [i for i in range(4) if i < 2 or any(row[i] for row in rows)]
    return ChartTable(
        f"{series.title}. {words.better[series.better]}.",
        tuple(header[i] for i in used),
        tuple(tuple(row[i] for i in used) for row in rows),
    )


def tier_chart(tiers: Sequence[TierCounts], *, chart_id: str, title: str, words: ChartWords = ENGLISH) -> Markup:
    """One bar per tier: how many criteria are met, not met, not evidenced, not applicable.

    The four parts differ by pattern (solid, striped, dotted outline, pale) and bear their number; the
    bars share one scale, so a longer bar has more criteria. `chart_id` as in `line_chart`.

    Raises ValueError if a count is negative or the id cannot be one.
    """
    check_id(chart_id)
    if any(count < 0 for tier in tiers for count in tier.counts):
        raise ValueError("A count of criteria cannot be negative.")
    table = tier_table(tiers, title=title, words=words)
    spoken = "; ".join(
        f"{t.tier}: " + ", ".join(f"{name} {n}" for name, n in zip(words.outcomes, t.counts, strict=True))
        for t in tiers
    )
    height = 66 + 36 * len(tiers)
    body = [opening(chart_id, 640, height, table.caption, f"{spoken}." if spoken else words.no_points)]
    body.append(text_at(0, 14, escape(title), size=13, weight=600))
    at = 0.0
    for kind, name in enumerate(words.outcomes):
        body.append(_segment(kind, at, 26, 22, 14))
        body.append(text_at(at + 28, 37.5, escape(name)))
        at += 50 + 6.2 * len(name)
    scale = 500 / max([1, *(sum(t.counts) for t in tiers)])
    for i, tier in enumerate(tiers):
        top = 58.0 + 36 * i
        body.append(text_at(104, top + 17, escape(tier.tier), anchor="end", weight=600))
        at = 112.0
        for kind, count in enumerate(tier.counts):
            width = count * scale
            if count:
                body.append(_segment(kind, at, top, width, 25, label=count))
            at += width
        body.append(text_at(at + 6, top + 17, str(sum(tier.counts)), fill=QUIET))
    return finish(body)


def tier_table(tiers: Sequence[TierCounts], *, title: str, words: ChartWords = ENGLISH) -> ChartTable:
    """The same counts as rows: tier, the four outcomes, and all together."""
    return ChartTable(
        title,
        (words.tier, *words.outcomes, words.total),
        tuple((t.tier, *map(str, t.counts), str(sum(t.counts))) for t in tiers),
    )


def _checked(series: Series) -> list[Point]:
    points = sorted(series.points, key=lambda p: p.on)
    for p, following in pairwise(points):
        if p.on == following.on:
            raise ValueError(f"{series.title}: two values on {p.on.isoformat()}.")
    for p in points:
        if not all(bound.is_finite() for bound in (p.low, p.value, p.high) if bound is not None):
            raise ValueError(f"{series.title}: not a number on {p.on.isoformat()}.")
        if (p.low is None) != (p.high is None):
            raise ValueError(f"{series.title}: an interval with one bound on {p.on.isoformat()}.")
        if p.low is not None and p.high is not None and not p.low <= p.value <= p.high:
            raise ValueError(f"{series.title}: the interval does not hold its value on {p.on.isoformat()}.")
    return points


def _line_description(series: Series, points: Sequence[Point], words: ChartWords) -> str:
    if not points:
        return f"{words.no_points}."
    first, last = points[0], points[-1]
    parts = [f"{words.better[series.better]}."]
    if len(points) == 1:
        parts.append(f"{_value(first.value, series)}, {_date(first.on, words)}.")
    else:
        parts.append(
            words.from_to.format(
                first=_value(first.value, series),
                first_date=_date(first.on, words),
                last=_value(last.value, series),
                last_date=_date(last.on, words),
            )
        )
    baseline = [p for p in points if p.on == series.baseline]
    parts += [f"{words.baseline}: {_value(p.value, series)}, {_date(p.on, words)}." for p in baseline]
    if odd := ", ".join(_date(p.on, words) for p in points if not p.comparable):
        parts.append(f"{words.not_comparable}: {odd}.")
    return " ".join(parts)


def _legend_of_line(points: Sequence[Point], words: ChartWords, *, has_baseline: bool) -> Iterator[str]:
    """What the marks mean; only those that are there."""
    at = 58.0
    top = 262.0
    if has_baseline:
        yield drawn_path(f"M{xy(at)} {xy(top - 4)}h22", stroke=INK, width=1, dash="5 3")
        yield text_at(at + 28, top, escape(words.baseline), fill=QUIET)
        at += 50 + 6.2 * len(words.baseline)
    if any(not p.comparable for p in points):
        yield (
            f'<circle cx="{xy(at + 8)}" cy="{xy(top - 4)}" r="4.5" fill="#ffffff" stroke="{LINE}" stroke-width="1.5"/>'
        )
        yield text_at(at + 20, top, escape(words.not_comparable), fill=QUIET)
        at += 42 + 6.2 * len(words.not_comparable)
    if any(p.low is not None for p in points):
        yield drawn_path(
            f"M{xy(at + 6)} {xy(top - 10)}v12M{xy(at + 2)} {xy(top - 10)}h8M{xy(at + 2)} {xy(top + 2)}h8",
            stroke=QUIET,
            width=1,
        )
        yield text_at(at + 18, top, escape(words.interval), fill=QUIET)


def _segment(kind: int, x: float, y: float, width: float, height: float, label: int | None = None) -> str:
    """A part of a bar in the pattern of its outcome, with its number if there is room."""
    fill, stroke, ink = (
        (MET, MET, "#ffffff"),
        ("#ffffff", NOT_MET, NOT_MET),
        ("#ffffff", INK, INK),
        (NOT_APPLICABLE, NOT_APPLICABLE, INK),
    )[kind]
    dash = ' stroke-dasharray="3 2"' if kind == 2 else ""
    inset = 0.75
    parts = [
        f'<rect x="{xy(x + inset)}" y="{xy(y + inset)}" width="{xy(max(width - 2 * inset, 0.5))}" '
        f'height="{xy(height - 2 * inset)}" fill="{fill}" stroke="{stroke}" stroke-width="1.5"{dash}/>'
    ]
    if kind == 1 and width > 6:
        stripes = "".join(
            f"M{xy(x + offset)} {xy(y + inset)}v{xy(height - 2 * inset)}"
            for offset in (5.0 * i for i in range(1, math.ceil((width - 2) / 5)))
        )
        parts.append(drawn_path(stripes, stroke=stroke, width=1))
    text = "" if label is None else str(label)
    room = 8 + 7 * len(text)
    if text and width >= room:
        middle = x + width / 2
        if kind == 1:  # the number stands on clear ground, not on the stripes
            parts.append(
                f'<rect x="{xy(middle - room / 2 + 1)}" y="{xy(y + 4)}" width="{xy(room - 2)}" '
                f'height="{xy(height - 8)}" fill="#ffffff"/>'
            )
        parts.append(text_at(middle, y + height / 2 + 4.5, text, anchor="middle", weight=600, fill=ink))
    return "".join(parts)


def _ticks(low: float, high: float) -> list[Decimal]:
    """About five round numbers that span zero and all values, in steps of 1, 2 or 5.

    Zero is always on the axis, so that a small change is not made to look large.
    """
    low, high = min(low, 0.0), max(high, 0.0)
    span = (high - low) or abs(high) or 1.0
    power = math.floor(math.log10(span / 4))
    step = next(s for m in (1, 2, 5, 10) if (s := Decimal(m).scaleb(power)) * 5 >= Decimal(repr(span)) or m == 10)
    first = (Decimal(repr(low)) / step).to_integral_value(rounding="ROUND_FLOOR")
    last = (Decimal(repr(high)) / step).to_integral_value(rounding="ROUND_CEILING")
    return [step * n for n in range(int(first), int(max(last, first + 1)) + 1)]


def _places(value: Decimal) -> int:
    return max(0, -int(value.normalize().as_tuple().exponent))


def _labelled_dates(dates: Sequence[date], x: Callable[[date], float]) -> list[date]:
    """Dates whose labels do not run into each other; the last is always among them."""
    kept: list[date] = []
    for on in reversed(dates):
        if not kept or x(kept[-1]) - x(on) >= 74:
            kept.append(on)
    return kept


def _date(on: date, words: ChartWords) -> str:
    return f"{on.day} {words.months[on.month - 1]} {on.year}"


def _value(value: Decimal, series: Series) -> str:
    return number(value, series.places) + series.unit
