"""One page to one PDF, in a process of its own: python -m benchmarks.render PAGE TEMPLATES OUT."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from ohaccredit.reports.pdf import Attachment, render_pdf


def main(page: Path, templates: Path, out: Path) -> None:
    """Render the page with the record beside it attached."""
    moment = datetime(2026, 11, 22, tzinfo=UTC)
    attachment = Attachment("assessment.json", page.with_suffix(".json").read_bytes(), moment, moment, "The record")
    html = page.read_text(encoding="utf-8")
    out.write_bytes(render_pdf(html, assets=templates, attachment=attachment, created=moment, modified=moment))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
