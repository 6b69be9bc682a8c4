"""The page of an employer's summary, for the screen and as a PDF with the figures attached."""

from __future__ import annotations

from datetime import date
from typing import Any

from ohaccredit.reports.page import make_page, page_html, page_pdf
from ohaccredit.reports.summary_view import SummaryView
from ohaccredit.standards.home import Home

TEMPLATE = "fitnotes/summary.html.j2"


def summary_html(view: SummaryView, home: Home) -> str:
    """The page as one self-contained document for the screen."""
    return page_html(make_page(home, TEMPLATE, {}, view=view), home)


def summary_pdf(view: SummaryView, document: dict[str, Any], home: Home, on: date) -> bytes:
    """The page as PDF/UA-1 and PDF/A-3a. Raises what `page_pdf` raises."""
    page = make_page(home, TEMPLATE, {}, view=view)
    return page_pdf(page, home, on, record=document, name="summary.json", about="The figures of the summary")
