"""The page of the difference between two editions, for the screen and as a PDF with the difference attached."""

from __future__ import annotations

from datetime import date
from typing import Any

from ohaccredit.reports.diff_view import DifferenceView
from ohaccredit.reports.page import make_page, page_html, page_pdf
from ohaccredit.standards.home import Home

TEMPLATE = "policy/diff.html.j2"


def difference_html(view: DifferenceView, home: Home) -> str:
    """The page as one self-contained document for the screen."""
    return page_html(make_page(home, TEMPLATE, {}, view=view), home)


def difference_pdf(view: DifferenceView, document: dict[str, Any], home: Home, on: date) -> bytes:
    """The page as PDF/UA-1 and PDF/A-3a. Raises what `page_pdf` raises."""
    page = make_page(home, TEMPLATE, {}, view=view)
    return page_pdf(page, home, on, record=document, name="difference.json", about="The difference of two editions")
