from datetime import UTC, datetime

import pytest

from ohaccredit.reports.pdf import Attachment, PdfUnavailable, render_pdf
from tests.reports.report_sample import ASSETS, sample_html

WHEN = datetime(2026, 6, 30, 12, 0, tzinfo=UTC)
RECORD = Attachment(
    name="record.json",
    content='{"outcome": "met", "cy": "Ŵyr"}\n'.encode(),
    created=WHEN,
    modified=WHEN,
    description="The assessment record",
)


@pytest.fixture(scope="session")
def report_html() -> str:
    return sample_html()


@pytest.fixture(scope="session")
def report_pdf(report_html: str) -> bytes:
    try:
        return render_pdf(report_html, assets=ASSETS, attachment=RECORD, created=WHEN, modified=WHEN)
    except PdfUnavailable as reason:
        pytest.skip(str(reason))
