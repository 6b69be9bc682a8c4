"""How employers move between tiers when a standard changes: two columns and the ribbons between them.

A ribbon that rises, stays or falls differs by pattern and outline as well as by colour (WCAG 2.2, 1.4.1).
The table that says the same stands beside the chart on the page.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from markupsafe import Markup, escape

from ohaccredit.reports.svg import (
    GRID,
    INK,
    MET,
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

WIDTH, LEFT, RIGHT, BAR, GAP, TALL, LABEL = 640, 120, 520, 14, 12, 300, 34


def flow_chart(
    tiers: Sequence[str],
    flows: Mapping[tuple[int, int], int],
    *,
    chart_id: str,
    title: str,
    before: str,
    after: str,
    description: str,
    partly: Collection[tuple[int, int]] = (),
) -> Markup:
    """Flows from a tier (its index, lowest first) under one edition to one under another.

    `partly` names the places (0 before or 1 after, and the tier) of which some employers are not in `flows`.

    Raises ValueError if a flow is negative or names a tier that is not there, or the id cannot be one.
    """
    check_id(chart_id)
    for (start, end), number in flows.items():
        if number < 0 or not (0 <= start < len(tiers) and 0 <= end < len(tiers)):
            raise ValueError("A flow goes from one of the tiers to another and counts employers.")
    total = sum(flows.values())
    scale = TALL / total if total else 0.0
    # The highest tier stands on top, so that a ribbon that rises is a gain.
    order = list(reversed(range(len(tiers))))
    tops = [_tops(order, [_count(flows, side, tier) for tier in order], scale) for side in (0, 1)]
    last = order[-1]
    height = 34 + max(tops[side][last] + _count(flows, side, last) * scale for side in (0, 1))
    body = [opening(chart_id, WIDTH, int(height) + 10, title, description)]
    body.append(text_at(LEFT, 14, escape(before), anchor="middle", weight=600))
    body.append(text_at(RIGHT, 14, escape(after), anchor="middle", weight=600))
    used: list[dict[int, float]] = [dict(tops[0]), dict(tops[1])]
    ribbons: list[tuple[bool, str]] = []
    for start in order:
        for end in order:
            number = flows.get((start, end), 0)
            if number:
                wide = number * scale
                ribbons.append((start != end, _ribbon(used[0][start], used[1][end], wide, end - start)))
                used[0][start] += wide
                used[1][end] += wide
    # Who stays lies below: gains and losses cross it.
    body += [ribbon for _, ribbon in sorted(ribbons, key=lambda each: each[0])]
    for side, x in ((0, LEFT - BAR), (1, RIGHT)):
        for tier in order:
            number = _count(flows, side, tier)
            top = tops[side][tier]
            body.append(
                f'<rect x="{x}" y="{xy(top)}" width="{BAR}" height="{xy(max(number * scale, 1))}" fill="{INK}"/>'
            )
            anchor, at = ("end", x - 6) if side == 0 else ("start", x + BAR + 6)
            middle = top + max(number * scale, 1) / 2
            body.append(text_at(at, middle + 1, escape(tiers[tier]), anchor=anchor, weight=600))
            said = f"{number:,}"
            if (side, tier) in partly:
                said = f"at least {number:,}" if number else "not shown"
            body.append(text_at(at, middle + 14, said, anchor=anchor, fill=QUIET, size=11))
    body += _legend(height)
    return finish(body)


def _count(flows: Mapping[tuple[int, int], int], side: int, tier: int) -> int:
    """How many stand on a tier, before (0) or after (1)."""
    return sum(number for key, number in flows.items() if key[side] == tier)


def _tops(order: Sequence[int], counts: Sequence[int], scale: float) -> dict[int, float]:
    tops, y = {}, 34.0
    for tier, count in zip(order, counts, strict=True):
        tops[tier] = y
        y += max(count * scale + GAP, LABEL)  # a small tier still has room for its words
    return tops


def _ribbon(start: float, end: float, wide: float, rise: int) -> str:
    """A band from one column to the other; gains are outlined green, losses red and striped, the rest plain."""
    middle = (LEFT + RIGHT) / 2
    shape = (
        f"M{LEFT} {xy(start)}C{xy(middle)} {xy(start)} {xy(middle)} {xy(end)} {RIGHT} {xy(end)}"
        f"v{xy(wide)}C{xy(middle)} {xy(end + wide)} {xy(middle)} {xy(start + wide)} {LEFT} {xy(start + wide)}z"
    )
    if rise == 0:
        return f'<path d="{shape}" fill="{NOT_APPLICABLE}" stroke="{GRID}" stroke-width="0.5"/>'
    colour, dash = (MET, "") if rise > 0 else (NOT_MET, ' stroke-dasharray="3 2"')
    fill = "#e7efe9" if rise > 0 else "#ffffff"
    parts = [f'<path d="{shape}" fill="{fill}" stroke="{colour}" stroke-width="1"{dash}/>']
    if rise < 0 and wide > 5:
        lines = range(1, int(wide // 5) + 1)
        stripes = "".join(
            f"M{LEFT} {xy(start + 5 * n - 2)}C{xy(middle)} {xy(start + 5 * n - 2)} {xy(middle)} {xy(end + 5 * n - 2)} "
            f"{RIGHT} {xy(end + 5 * n - 2)}"
            for n in lines
        )
        parts.append(drawn_path(stripes, stroke=colour, width=0.7))
    return "".join(parts)


def _legend(y: float) -> list[str]:
    return [
        f'<rect x="120" y="{xy(y - 10)}" width="20" height="10" fill="#e7efe9" stroke="{MET}"/>',
        text_at(146, y, "rises", size=11),
        f'<rect x="200" y="{xy(y - 10)}" width="20" height="10" fill="{NOT_APPLICABLE}" stroke="{GRID}"/>',
        text_at(226, y, "stays", size=11),
        f'<rect x="280" y="{xy(y - 10)}" width="20" height="10" fill="#ffffff" stroke="{NOT_MET}" '
        'stroke-dasharray="3 2"/>',
        text_at(306, y, "falls", size=11),
    ]
