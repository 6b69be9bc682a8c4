"""The assessment report: one template, as a page for the screen and as a PDF with the record attached."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from markupsafe import Markup

from ohaccredit.assessment.assess import Assessment
from ohaccredit.assessment.record import record
from ohaccredit.reports import charts
from ohaccredit.reports.page import make_page, page_html, page_pdf
from ohaccredit.reports.view import AssessmentView
from ohaccredit.standards.home import Home

TEMPLATE = "report/assessment.html.j2"


def report_page(view: AssessmentView, home: Home) -> str:
    """The complete HTML page that both forms are made of."""
    functions: dict[str, Callable[..., Any]] = {
        "line_chart": _line_chart,
        "line_table": charts.line_table,
        "tier_chart": _tier_chart,
        "tier_table": charts.tier_table,
    }
    return make_page(home, TEMPLATE, functions, view=view)


def report_html(view: AssessmentView, home: Home) -> str:
    """The report as one self-contained page for the screen."""
    return page_html(report_page(view, home), home)


def report_pdf(assessment: Assessment, view: AssessmentView, home: Home) -> bytes:
    """The report as PDF/UA-1 and PDF/A-3a. Raises what `page_pdf` raises."""
    page = report_page(view, home)
    return page_pdf(
        page,
        home,
        assessment.on,
        record=record(assessment),
        name="assessment.json",
        about="The assessment record",
    )


def _line_chart(series: charts.Series, chart_id: str) -> Markup:
    return charts.line_chart(series, chart_id=chart_id)


def _tier_chart(tiers: Any, chart_id: str, title: str) -> Markup:
    return charts.tier_chart([tier.counts for tier in tiers], chart_id=chart_id, title=title)
