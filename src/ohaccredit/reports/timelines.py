"""The page of absence timelines, for the screen and as a PDF with the result attached."""

from __future__ import annotations

from datetime import date

from ohaccredit.reports.page import make_page, page_html, page_pdf
from ohaccredit.reports.timeline_view import TimelineView, timeline_json
from ohaccredit.standards.home import Home

TEMPLATE = "fitnotes/timeline.html.j2"


def timelines_html(view: TimelineView, home: Home) -> str:
    """The page as one self-contained document for the screen."""
    return page_html(make_page(home, TEMPLATE, {}, view=view), home)


def timelines_pdf(view: TimelineView, home: Home, on: date) -> bytes:
    """The page as PDF/UA-1 and PDF/A-3a. Raises what `page_pdf` raises."""
    page = make_page(home, TEMPLATE, {}, view=view)
    return page_pdf(page, home, on, record=timeline_json(view, on), name="timelines.json", about="The timelines")
