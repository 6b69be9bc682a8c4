"""The impact of a change of edition as people and programs read it. Only what may be shown comes in here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup

from ohaccredit.fitnotes.suppression import Shown
from ohaccredit.policy.diff_change import listed
from ohaccredit.policy.impact_decide import NOT_ASKED
from ohaccredit.policy.impact_shown import WAYS, CriterionShown, GroupShown, ImpactShown, Table, Ways
from ohaccredit.policy.impact_tally import BELOW, FALLS, RISES, STAYS
from ohaccredit.reports.flow_chart import flow_chart
from ohaccredit.reports.page import make_page, page_html, page_pdf
from ohaccredit.reports.paper_view import day_words
from ohaccredit.standards.home import Home
from ohaccredit.standards.standing import standing_of

TEMPLATE = "policy/impact.html.j2"
HIDDEN = "not shown"
TOO_FEW = "Nothing of it can be shown without telling of a few."
_WORDS = {
    "met": "met",
    "not_met": "not met",
    "not_evidenced": "not evidenced",
    "not_applicable": "not applicable",
    NOT_ASKED: "not asked",
}
_HEADS = {FALLS: "fall", RISES: "rise", STAYS: "stay", BELOW: "no tier"}
_BECOMES = {
    FALLS: "fall",
    RISES: "rise",
    STAYS: "stay on their tier",
    BELOW: "reach no tier under either",
}


@dataclass(frozen=True, slots=True)
class CriterionView:
    """A criterion that differs between the editions, or that something is due to."""

    id: str
    title: str
    what: str
    statements: str
    falls: str
    rises: str
    outcomes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class FlowView:
    """Employers who come from one tier to another, or of several such flows together."""

    says: str
    count: str
    because: tuple[tuple[str, str], ...]
    """The criteria that it is due to, by id and title."""
    untold: bool
    """Is it due to something that cannot be named without telling of a few?"""


@dataclass(frozen=True, slots=True)
class GroupView:
    """A group: what became of the employers of each option."""

    id: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    refused: str
    """What cannot be shown of it at all; "" if everything can."""

    @property
    def heads(self) -> list[tuple[str, str]]:
        """The heads of the table with their widths."""
        return [("Employers", ""), *((column, "17%") for column in self.columns)]


@dataclass(frozen=True, slots=True)
class ImpactView:
    """The impact in words."""

    title: str
    before: str
    after: str
    summary: str
    on: str
    notices: tuple[str, ...]
    flows: tuple[FlowView, ...]
    flows_refused: str
    chart: Markup | None
    changed: tuple[CriterionView, ...]
    groups: tuple[GroupView, ...]
    unreadable: tuple[tuple[str, str], ...]


def impact_view(shown: ImpactShown, on: date, place: Callable[[int], str]) -> ImpactView:
    """The impact in words; `place` says where a row stands."""
    before, after = _editions(shown)
    summary = _summary(shown)
    flows = tuple(_flows(shown))
    return ImpactView(
        title=shown.after.title["en"],
        before=before,
        after=after,
        summary=summary,
        on=day_words(on),
        notices=tuple(_notices(shown, on)),
        flows=flows,
        flows_refused="" if flows else TOO_FEW,
        chart=_chart(shown, summary),
        changed=tuple(_criterion(each) for each in shown.criteria if each.change.what or each.order),
        groups=tuple(_group(group) for group in shown.groups),
        unreadable=tuple(
            (place(each.row), f"{each.message}{f' ({each.pointer})' if each.pointer else ''}")
            for each in shown.unreadable
        ),
    )


def _editions(shown: ImpactShown) -> tuple[str, str]:
    """What the two are called; working copies of one edition are told apart by their digests."""
    one, other = shown.before, shown.after
    if one.id != other.id:
        return one.id, other.id
    return f"{one.id} ({one.digest[:8]})", f"{other.id} ({other.digest[:8]})"


def _summary(shown: ImpactShown) -> str:
    if shown.readable is None:
        return "There are too few employers to show anything of."
    if not shown.readable:
        return "There is no employer to count."
    if any(len(cell.keys) == len(WAYS) for cell in shown.ways.cells):
        return f"Of {shown.readable:,} employers so few rise, stay or fall that it cannot be told how many do which."
    parts = [f"{cell.count:,} {' or '.join(_BECOMES[way] for way in cell.keys)}" for cell in shown.ways.cells]
    return f"Of {shown.readable:,} employers, {listed(parts)}."


def impact_json(shown: ImpactShown, place: Callable[[int], str]) -> dict[str, Any]:
    """The impact for programs. What may not be shown is null; sums of several cells name all of them."""
    return {
        "before": {"edition": shown.before.id, "digest": shown.before.digest},
        "after": {"edition": shown.after.id, "digest": shown.after.digest},
        "on": shown.on,
        "floor": shown.floor,
        "rows": shown.rows,
        "readable": shown.readable,
        "unreadable": [
            {
                "row": each.row,
                "place": place(each.row),
                "edition": each.edition or None,
                "message": each.message,
                "pointer": each.pointer,
            }
            for each in shown.unreadable
        ],
        "tiers": [rung.id or None for rung in shown.ladder],
        "ways": _cells(shown.ways),
        "flows": [{"ways": list(ways), "cells": _cells(table, shown.because)} for ways, table in shown.flows.items()],
        "criteria": [
            {
                "criterion": each.change.id,
                "tier_before": each.change.before.tier if each.change.before else None,
                "tier_after": each.change.after.tier if each.change.after else None,
                "changes": list(each.change.what),
                "statements": list(each.change.statements),
                "outcomes": _cells(each.outcomes),
                "falls": each.falls,
                "falls_alone": each.falls_alone,
                "rises": each.rises,
                "rises_alone": each.rises_alone,
            }
            for each in shown.criteria
        ],
        "nothing_met": {"falls": shown.none_met[0], "rises": shown.none_met[1]},
        "groups": {
            group.id: [{"ways": list(ways), "cells": _cells(table)} for ways, table in group.ways.items()]
            for group in shown.groups
        },
    }


def impact_html(view: ImpactView, home: Home) -> str:
    """The report as one self-contained page for the screen."""
    return page_html(make_page(home, TEMPLATE, {}, view=view), home)


def impact_pdf(view: ImpactView, document: dict[str, Any], home: Home, on: date) -> bytes:
    """The report as PDF/UA-1 and PDF/A-3a. Raises what `page_pdf` raises."""
    page = make_page(home, TEMPLATE, {}, view=view)
    return page_pdf(page, home, on, record=document, name="impact.json", about="The figures of the report")


def _cells(
    table: Table, because: Mapping[tuple[str, ...], tuple[str, ...]] | None = None
) -> list[dict[str, Any]] | None:
    """The cells of a table; those that count nothing are left out. None if nothing of it may be shown."""
    if not table.cells:
        return None
    cells = [cell for cell in table.cells if cell.count]
    if because is None:
        return [{"cells": list(cell.keys), "count": cell.count} for cell in cells]
    return [
        {"cells": list(cell.keys), "count": cell.count, "because_of": list(because.get(cell.keys, ()))}
        for cell in cells
    ]


def _count(table: Table, key: str) -> str:
    found = table.alone(key)
    return HIDDEN if found is None else f"{found:,}"


def _notices(shown: ImpactShown, on: date) -> Iterator[str]:
    yield f"Both editions decide on {day_words(on)}, so that only the rules differ."
    if on < shown.after.in_force.start:
        yield f"{shown.after.id} decides as on its first day, {day_words(shown.after.in_force.start)}."
    for edition in dict.fromkeys((shown.before.id, shown.after.id)):
        found = shown.before if shown.before.id == edition else shown.after
        says = standing_of(found, on).says("en")
        if says:
            yield f"{edition}: {says}"
    if shown.readable and shown.ways.alone(BELOW) == shown.readable:
        yield "Nobody reaches a tier under either edition on that day. Evidence ages: try the day it was handed in for."
    if shown.unreadable:
        yield f"{len(shown.unreadable):,} of {shown.rows:,} rows cannot be read and counted nowhere; they are listed."
    yield (
        f"Counts of fewer than {shown.floor} employers are not shown; others are put together or left out where they "
        "would tell what is kept back."
    )


def _flows(shown: ImpactShown) -> Iterator[FlowView]:
    titles = {each.change.id: each.change.title["en"] for each in shown.criteria}
    for ways, table in shown.flows.items():
        whole = next(cell for cell in shown.ways.cells if cell.keys == ways)
        for cell in table.cells or ((whole,) if len(ways) < len(WAYS) else ()):
            if cell.count:
                because = tuple((id_, titles[id_]) for id_ in shown.because.get(cell.keys, ()))
                moves = set(ways) <= {FALLS, RISES}
                yield FlowView(_cell(cell, shown), f"{cell.count:,}", because, moves and not because)


def _cell(cell: Shown, shown: ImpactShown) -> str:
    """What a cell of flows counts, in words; all of a way if its flows cannot be told apart."""
    if cell.keys[0] in _BECOMES:
        said = " or ".join(_BECOMES[way] for way in cell.keys)
        return f"{said[0].upper()}{said[1:]}, from and to whatever tier"
    return "; or ".join(_flow(key, shown) for key in cell.keys)


def _flow(key: str, shown: ImpactShown) -> str:
    start, end = shown.flow(key)
    words = [shown.ladder[place].words["en"] for place in (start, end)]
    if start == end:
        return f"{words[0]}, as before"
    return f"{'Rise' if end > start else 'Fall'}: {words[0]} → {words[1]}"


def _chart(shown: ImpactShown, summary: str) -> Markup | None:
    """The flows that are shown each by itself, but for those who reach no tier: they would dwarf all others."""
    flows = {flow: number for flow, number in shown.flow_counts.items() if flow != (0, 0)}
    if not flows:
        return None
    lowest = 0 if any(0 in flow for flow in flows) else 1
    untold = shown.untold - {(0, 0)}
    return flow_chart(
        [rung.words["en"] for rung in shown.ladder[lowest:]],
        {(start - lowest, end - lowest): number for (start, end), number in flows.items()},
        chart_id="flows",
        title=f"{shown.before.id} and {shown.after.id}",
        before=shown.before.edition,
        after=shown.after.edition,
        description=f"{summary} The table below has every flow that may be shown.",
        partly=frozenset((side, flow[side] - lowest) for flow in untold for side in (0, 1) if flow[side] >= lowest),
    )


def _criterion(each: CriterionShown) -> CriterionView:
    outcomes = []
    for cell in each.outcomes.cells:
        if cell.count:
            pairs = [key.split(">") for key in cell.keys]
            if len(pairs) > 1:
                outcomes.append(("other combinations together", f"{cell.count:,}"))
            else:
                outcomes.append((f"{_WORDS[pairs[0][0]]} → {_WORDS[pairs[0][1]]}", f"{cell.count:,}"))
    return CriterionView(
        id=each.change.id,
        title=each.change.title["en"],
        what="; ".join(each.change.what) or "the same under both",
        statements=", ".join(each.change.statements),
        falls=_due(each.falls, each.falls_alone),
        rises=_due(each.rises, each.rises_alone),
        outcomes=tuple(outcomes),
    )


def _due(part: int | None, alone: int | None) -> str:
    if part is None:
        return HIDDEN
    return f"{part:,}" if not part or alone is None else f"{part:,} ({alone:,} by it alone)"


def _group(group: GroupShown) -> GroupView:
    title = f"By {group.words['en']}"
    tables = {ways: table for ways, table in group.ways.items() if any(cell.count for cell in table.cells)}
    if not tables:
        return GroupView(group.id, title, (), (), TOO_FEW if group.ways else "")
    refused = [" or ".join(_BECOMES[way] for way in ways) for ways, table in group.ways.items() if not table.cells]
    rows = []
    for option, words in group.options.items():
        cells = tuple(_count(table, option) for table in tables.values())
        if any(cell != "0" for cell in cells):
            rows.append((words["en"], cells))
    together = [table.together for table in tables.values()]
    if any(together):
        rows.append(("those not shown, together", tuple(f"{each.count:,}" if each else "0" for each in together)))
    columns = tuple(_column(ways) for ways in tables)
    untold = f"How many {' and how many '.join(refused)} cannot be told apart here: too few." if refused else ""
    return GroupView(group.id, title, columns, tuple(rows), untold)


def _column(ways: Ways) -> str:
    said = " or ".join(_HEADS[way] for way in ways)
    return f"{said[0].upper()}{said[1:]}"
