"""The report as PDF, from a cold process, beside headless Chromium printing the same page."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import Ran, aim, run, say_time, table, title
from benchmarks.sample import ON, Sample, samples
from ohaccredit.assessment.assess import assess
from ohaccredit.assessment.record import record
from ohaccredit.assessment.submission import read_submission
from ohaccredit.reports.pdf import PdfUnavailable, check, inline_assets
from ohaccredit.reports.report import report_page
from ohaccredit.reports.view import assessment_view
from ohaccredit.standards.home import Home
from ohaccredit.standards.sources import load_statements

ROUNDS = 3
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
SUITABLE = 13.5
"""Pages: the aim is stated for reports of 12 to 15."""


def main() -> int:
    """Print how the two compare."""
    try:
        check()
    except PdfUnavailable as reason:
        print(str(reason))
        return 0
    home, found = samples()
    with tempfile.TemporaryDirectory() as folder:
        made = [_page(home, sample, Path(folder), number) for number, sample in enumerate(found)]
        if made:
            pages = {path: _render(path, home, path.with_suffix(".pdf"))[1] for path in made}
            _compare(min(made, key=lambda path: abs(pages[path] - SUITABLE)), home)
    return 0


def _page(home: Home, sample: Sample, folder: Path, number: int) -> Path:
    """The page of a sample's report, and beside it the same page for a browser, and the record."""
    assessment = assess(sample.edition, read_submission(sample.source, sample.edition), ON)
    page = report_page(assessment_view(assessment, load_statements(home)), home)
    path = folder / f"report-{number}.html"
    path.write_text(page, encoding="utf-8")
    path.with_suffix(".screen.html").write_text(inline_assets(page, home.templates), encoding="utf-8")
    path.with_suffix(".json").write_text(json.dumps(record(assessment), ensure_ascii=False), encoding="utf-8")
    return path


def _render(page: Path, home: Home, out: Path) -> tuple[Ran, int]:
    command = [sys.executable, "-m", "benchmarks.render", str(page), str(home.templates), str(out)]
    ran = run(command)
    return ran, out.read_bytes().count(b"/Type /Page\n") or _pages(out)


def _pages(pdf: Path) -> int:
    import pikepdf

    with pikepdf.open(pdf) as opened:
        return len(opened.pages)


def _compare(page: Path, home: Home) -> None:
    browser = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    screen, printed = page.with_suffix(".screen.html"), page.with_suffix(".browser.pdf")
    ours: list[Ran] = []
    theirs: list[Ran] = []
    digests: set[str] = set()
    pages = 0
    for _ in range(ROUNDS):
        out = page.with_suffix(".pdf")
        ran, pages = _render(page, home, out)
        ours.append(ran)
        digests.add(hashlib.sha256(out.read_bytes()).hexdigest())
        if browser:
            try:
                theirs.append(run(_print_command(browser, screen, printed)))
            except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
                print(f"{browser} did not print the page ({error}) and is left out.")
                browser = None
    title(f"A report of {pages} pages as PDF, from a cold process")
    rows = [("", "CPU", "wall"), _row("ohaccredit, PDF/UA-1 and PDF/A-3a", ours)]
    if theirs:
        rows.append(_row(f"Chromium, {_pages(printed)} pages, not accessible", theirs))
    else:
        print("Chromium is not installed and left out.")
    table(rows)
    same = len(digests) == 1
    print(f"{'✓' if same else '✗'} {ROUNDS} processes made {'the same bytes' if same else 'different bytes'}.")
    if theirs:
        aim("CPU, against Chromium", min(each.cpu for each in ours) / min(each.cpu for each in theirs), 4)


def _row(name: str, ran: list[Ran]) -> tuple[str, str, str]:
    return name, say_time(min(each.cpu for each in ran)), say_time(min(each.wall for each in ran))


def _print_command(browser: str, page: Path, out: Path) -> list[str]:
    return [
        browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
        f"--user-data-dir={out.parent / 'browser'}", f"--print-to-pdf={out}", page.as_uri(),
    ]  # fmt: skip
