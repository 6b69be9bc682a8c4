"""The impact of a change of edition as people and programs read it. Only what may be shown comes in here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup

from ohaccredit.policy.impact import NOT_ASKED
from ohaccredit.policy.impact_shown import WAYS, CriterionShown, GroupShown, ImpactShown, Table
from ohaccredit.reports.flow_chart import flow_chart
from ohaccredit.reports.page import make_page, page_html, page_pdf
from ohaccredit.reports.paper_view import day_words
from ohaccredit.standards.home import Home
from ohaccredit.standards.standing import standing_of

TEMPLATE = "policy/impact.html.j2"
HIDDEN = "not shown"
_WORDS = {
    "met": "met",
    "not_met": "not met",
    "not_evidenced": "not evidenced",
    "not_applicable": "not applicable",
    NOT_ASKED: "not asked",
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
class GroupView:
    """A group: by option how many rise, stay and fall."""

    id: str
    title: str
    rows: tuple[tuple[str, str, str, str], ...]
    refused: str


@dataclass(frozen=True, slots=True)
class ImpactView:
    """The impact in words."""

    title: str
    summary: str
    on: str
    notices: tuple[str, ...]
    flows: tuple[tuple[str, str], ...]
    flows_refused: str
    chart: Markup | None
    changed: tuple[CriterionView, ...]
    groups: tuple[GroupView, ...]
    unreadable: tuple[tuple[str, str], ...]


def impact_view(shown: ImpactShown, on: date, place: Callable[[int], str]) -> ImpactView:
    """The impact in words; `place` says where a row stands."""
    title = f"From {shown.before.id} to {shown.after.id}"
    counts = [_count(shown.ways, way) for way in WAYS]
    readable = HIDDEN if shown.readable is None else f"{shown.readable:,}"
    summary = f"Of {readable} employers, {counts[0]} rise, {counts[1]} stay and {counts[2]} fall."
    if not shown.ways.cells:
        summary = f"Of {readable} employers so few rise, stay or fall that it cannot be told how many do."
        if shown.readable is None:
            summary = "There are too few employers to show anything of."
        elif not shown.readable:
            summary = "There is no employer to count."
    names = {rung.id: rung.words["en"] for rung in shown.ladder}
    flows = tuple(_flows(shown, names))
    return ImpactView(
        title=title,
        summary=summary,
        on=day_words(on),
        notices=tuple(_notices(shown, on)),
        flows=flows,
        flows_refused="" if flows else "Nothing of it can be shown without telling of a few.",
        chart=_chart(shown, title, summary),
        changed=tuple(_criterion(each) for each in shown.criteria if each.change.what or each.order),
        groups=tuple(_group(group) for group in shown.groups),
        unreadable=tuple(
            (place(each.row), f"{each.message}{f' ({each.pointer})' if each.pointer else ''}")
            for each in shown.unreadable
        ),
    )


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
        "flows": {way: _cells(table) for way, table in shown.flows.items()},
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
        "groups": {group.id: {way: _cells(table) for way, table in group.ways.items()} for group in shown.groups},
    }


def impact_html(view: ImpactView, home: Home) -> str:
    """The report as one self-contained page for the screen."""
    return page_html(make_page(home, TEMPLATE, {}, view=view), home)


def impact_pdf(view: ImpactView, document: dict[str, Any], home: Home, on: date) -> bytes:
    """The report as PDF/UA-1 and PDF/A-3a. Raises what `page_pdf` raises."""
    page = make_page(home, TEMPLATE, {}, view=view)
    return page_pdf(page, home, on, record=document, name="impact.json", about="The figures of the report")


def _cells(table: Table | None) -> list[dict[str, Any]] | None:
    """The cells of a table; those that count nothing are left out."""
    if table is None or not table.cells:
        return None
    return [{"cells": list(cell.keys), "count": cell.count} for cell in table.cells if cell.count]


def _count(table: Table | None, key: str) -> str:
    found = None if table is None else table.alone(key)
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
    if shown.unreadable:
        yield f"{len(shown.unreadable):,} of {shown.rows:,} rows cannot be read and counted nowhere; they are listed."
    yield (
        f"Counts of fewer than {shown.floor} employers are not shown; others are put together or left out where they "
        "would tell what is kept back."
    )


def _flows(shown: ImpactShown, names: dict[str, str]) -> Iterator[tuple[str, str]]:
    for table in shown.flows.values():
        for cell in table.cells if table else ():
            if cell.count:
                yield "; or ".join(_flow(key, names) for key in cell.keys), f"{cell.count:,}"
    together = shown.ways.together
    if together is not None:
        yield " or ".join(together.keys), f"{together.count:,}"


def _flow(key: str, names: dict[str, str]) -> str:
    start, end = key.split(">")
    return f"{names[start]}, as before" if start == end else f"{names[start]} → {names[end]}"


def _chart(shown: ImpactShown, title: str, summary: str) -> Markup | None:
    flows = shown.flow_counts
    if not flows:
        return None
    return flow_chart(
        [rung.words["en"] for rung in shown.ladder],
        flows,
        chart_id="flows",
        title=title,
        before=shown.before.edition,
        after=shown.after.edition,
        description=f"{summary} The table beside it has every flow that may be shown.",
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
    tables = [group.ways[way] for way in WAYS]
    if not any(table and table.cells for table in tables):
        return GroupView(group.id, title, (), "Nothing of it can be shown without telling of a few.")
    rows = []
    for option, words in group.options.items():
        cells = tuple(_count(table, option) for table in tables)
        if any(cell != "0" for cell in cells):
            rows.append((words["en"], *cells))
    sums = [table.together if table else None for table in tables]
    if any(sums):
        said = tuple(f"{each.count:,}" if each else "0" for each in sums)
        rows.append(("those not shown, together", *said))
    return GroupView(group.id, title, tuple((r[0], r[1], r[2], r[3]) for r in rows), "")
