"""One page from a template, for the screen and as a PDF.

User text is data: every expression of a template passes through `inert.Printer`, the template runs in a
sandbox, and nothing is fetched. The style sheets are `asset:` references.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from ohaccredit.reports.inert import Printer, font_coverage
from ohaccredit.reports.pdf import Attachment, inline_assets, render_pdf
from ohaccredit.standards.home import Home


def make_page(home: Home, template: str, functions: Mapping[str, Callable[..., Any]], **values: Any) -> str:
    """The complete HTML page that both forms are made of."""
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(home.templates),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=Printer(coverage=font_coverage(home.templates)),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(functions)
    return environment.get_template(template).render(**values)


def page_html(page: str, home: Home) -> str:
    """The page as one self-contained document for the screen."""
    return inline_assets(page, home.templates)


def page_pdf(page: str, home: Home, on: date, *, record: object, name: str, about: str) -> bytes:
    """The page as PDF/UA-1 and PDF/A-3a, with a record attached as JSON under `name`.

    Its dates are the day `on`, so the same content gives the same bytes. Raises what `render_pdf` raises.
    """
    moment = datetime(on.year, on.month, on.day, tzinfo=UTC)
    content = json.dumps(record, ensure_ascii=False, indent=1).encode()
    attachment = Attachment(name, content, moment, moment, about)
    return render_pdf(page, assets=home.templates, attachment=attachment, created=moment, modified=moment)
