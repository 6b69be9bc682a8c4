"""The page about checked papers, for the screen and as a PDF with the result attached."""

from __future__ import annotations

from datetime import date

from ohaccredit.reports.page import make_page, page_html, page_pdf
from ohaccredit.reports.paper_view import PapersView, paper_json
from ohaccredit.standards.home import Home

TEMPLATE = "fitnotes/papers.html.j2"


def papers_html(view: PapersView, home: Home) -> str:
    """The page as one self-contained document for the screen."""
    return page_html(make_page(home, TEMPLATE, {}, view=view), home)


def papers_pdf(view: PapersView, home: Home, on: date) -> bytes:
    """The page as PDF/UA-1 and PDF/A-3a. Raises what `page_pdf` raises."""
    record = {"on": on.isoformat(), "notes": [paper_json(paper) for paper in view.papers]}
    page = make_page(home, TEMPLATE, {}, view=view)
    return page_pdf(page, home, on, record=record, name="notes.json", about="The checked notes and reports")
