"""The assessment report: one template, as a page for the screen and as a PDF.

The record of the assessment is attached to the PDF as JSON. User text is data: every expression of the
template passes through `inert.Printer`, the template runs in a sandbox, and nothing is fetched.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from ohaccredit.assessment.assess import Assessment
from ohaccredit.assessment.record import record
from ohaccredit.reports import charts
from ohaccredit.reports.inert import Printer, font_coverage
from ohaccredit.reports.pdf import Attachment, inline_assets, render_pdf
from ohaccredit.reports.view import AssessmentView
from ohaccredit.standards.home import Home

TEMPLATE = "report/assessment.html.j2"


def report_page(view: AssessmentView, home: Home) -> str:
    """The complete HTML page that both forms are made of; its style sheet is an `asset:` reference."""
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(home.templates),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=Printer(coverage=font_coverage(home.templates)),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(line_chart=_line_chart, line_table=charts.line_table, tier_chart=_tier_chart)
    environment.globals.update(tier_table=charts.tier_table)
    return environment.get_template(TEMPLATE).render(view=view)


def report_html(view: AssessmentView, home: Home) -> str:
    """The report as one self-contained page for the screen."""
    return inline_assets(report_page(view, home), home.templates)


def report_pdf(assessment: Assessment, view: AssessmentView, home: Home) -> bytes:
    """The report as PDF/UA-1 and PDF/A-3a, with the record attached.

    Its dates are the assessment date, so the same assessment gives the same bytes. Raises what
    `render_pdf` raises.
    """
    moment = datetime(assessment.on.year, assessment.on.month, assessment.on.day, tzinfo=UTC)
    content = json.dumps(record(assessment), ensure_ascii=False, indent=1).encode()
    attachment = Attachment("assessment.json", content, moment, moment, "The assessment record")
    return render_pdf(
        report_page(view, home), assets=home.templates, attachment=attachment, created=moment, modified=moment
    )


def _line_chart(series: charts.Series, chart_id: str) -> Markup:
    return charts.line_chart(series, chart_id=chart_id)


def _tier_chart(tiers: Any, chart_id: str, title: str) -> Markup:
    return charts.tier_chart([tier.counts for tier in tiers], chart_id=chart_id, title=title)
