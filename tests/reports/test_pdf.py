import hashlib
import http.server
import io
import os
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pikepdf
import pytest

from ohaccredit.reports import pdf
from ohaccredit.reports.pdf import (
    AssetRefused,
    Attachment,
    PdfNotConforming,
    PdfUnavailable,
    asset_path,
    inline_assets,
    render_pdf,
)
from tests.reports.conftest import RECORD, WHEN
from tests.reports.report_sample import ASSETS, sample_html
from tests.verapdf import verapdf

PAGE = """<!DOCTYPE html><html lang="en"><head><title>T</title>
<link rel="stylesheet" href="asset:report/base.css">{head}</head><body><h1>Title</h1>{body}</body></html>"""


def page(body: str = "", head: str = "") -> str:
    return PAGE.replace("{head}", head).replace("{body}", body)


@pytest.fixture(scope="module", autouse=True)
def _needs_weasyprint(report_pdf: bytes) -> None:
    """Skips all of this file if no PDF can be made here."""


# --- what veraPDF says


@pytest.mark.slow
def test_the_sample_report_is_pdf_ua_1_and_pdf_a_3a(report_pdf: bytes, tmp_path: Path) -> None:
    welsh = sample_html(criteria=3, lang="cy", name="Cyngor Gŵyr")
    files = {"report.pdf": report_pdf, "adroddiad.pdf": render_pdf(welsh, assets=ASSETS)}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    try:
        assert verapdf.failures([tmp_path / name for name in files]) == []
    except verapdf.VeraPdfUnavailable as reason:
        pytest.skip(f"veraPDF: {reason}")


ODD = {
    "in-a-link": '<p><a href="https://example.org"><b>bold</b> and <i>more</i></a></p>',
    "in-an-item": "<ul><li><p>one</p><p>two</p></li><li>a<ul><li>b</li></ul>c</li></ul>",
    "empty-alt": '<p>a <img src="asset:x.png" alt=""> b</p>',
    "figure": "<figure><p>text</p><figcaption>words</figcaption></figure>",
    "no-thead": "<table><tr><th>a</th><td>b</td></tr><tr><th>c</th><td>d</td></tr></table>",
    "spans-and-foot": (
        "<table><thead><tr><th rowspan=2>a</th><th colspan=2>b</th></tr><tr><th>c</th><th>d</th></tr>"
        "</thead><tfoot><tr><td>x</td><td>y</td><td>z</td></tr></tfoot><tbody>"
        + "<tr><th scope=row>1</th><td>2</td><td>3</td></tr>" * 80
        + "</tbody></table>"
    ),
    "list-over-pages": "<ol>" + "<li>item<ul><li>inner</li></ul></li>" * 90 + "</ol>",
    "row-over-pages": (
        "<table><tr><th scope=row>a</th><td><p>" + "</p><p>".join(["words " * 60] * 30) + "</p></td></tr></table>"
    ),
    "link-over-pages": '<p>a <a href="https://example.org">' + "many words " * 900 + "</a></p>",
}


@pytest.mark.slow
def test_html_that_weasyprint_alone_gets_wrong_conforms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All at once, because veraPDF takes longer to start than to look at them. What fails is named."""
    from PIL import Image

    picture = tmp_path / "x.png"
    Image.new("RGB", (2, 2)).save(picture, "PNG")
    real = asset_path
    monkeypatch.setattr(pdf, "asset_path", lambda url, root: picture if url == "asset:x.png" else real(url, root))
    for name, body in ODD.items():
        (tmp_path / f"{name}.pdf").write_bytes(render_pdf(page(body), assets=ASSETS))
    try:
        assert verapdf.failures([tmp_path / f"{name}.pdf" for name in ODD]) == []
    except verapdf.VeraPdfUnavailable as reason:
        pytest.skip(f"veraPDF: {reason}")


# --- the record inside


def test_the_record_comes_out_as_it_went_in(report_pdf: bytes) -> None:
    with pikepdf.open(io.BytesIO(report_pdf)) as file:
        assert list(file.attachments) == ["record.json"]
        record = file.attachments["record.json"]
        assert record.get_file().read_bytes() == RECORD.content
        assert record.get_file().mime_type == "application/json"
        assert record.obj.AFRelationship == "/Data"
        assert str(record.obj.EF.F.Params.ModDate) == "D:20260630120000Z"
        assert [reference.objgen for reference in file.Root.AF] == [record.obj.objgen] * len(file.Root.AF)


def test_dates_are_written_in_universal_time() -> None:
    summer = WHEN.astimezone(timezone(timedelta(hours=1)))
    record = Attachment("r.json", b"{}", created=summer, modified=summer)
    content = render_pdf(page(), assets=ASSETS, attachment=record, created=summer, modified=summer)
    with pikepdf.open(io.BytesIO(content)) as file:
        assert str(file.attachments["r.json"].obj.EF.F.Params.CreationDate) == "D:20260630120000Z"
        assert str(file.docinfo["/CreationDate"]) == "D:20260630120000Z"


def test_a_date_without_time_zone_is_refused() -> None:
    naive = datetime(2026, 6, 30)
    with pytest.raises(ValueError, match="time zone"):
        render_pdf(page(), assets=ASSETS, created=naive)
    with pytest.raises(ValueError, match="time zone"):
        render_pdf(page(), assets=ASSETS, attachment=Attachment("r.json", b"{}", naive, naive))


# --- the same bytes

RENDER = """
import hashlib, sys
sys.path.insert(0, sys.argv[1])
from tests.reports.conftest import RECORD, WHEN
from tests.reports.report_sample import ASSETS, sample_html
from ohaccredit.reports.pdf import render_pdf
for _ in range(int(sys.argv[2])):
    render_pdf(sample_html(criteria=2, lang="cy"), assets=ASSETS)
content = render_pdf(sample_html(criteria=12), assets=ASSETS, attachment=RECORD, created=WHEN, modified=WHEN)
print(hashlib.sha256(content).hexdigest())
"""


@pytest.mark.slow
def test_two_processes_in_different_surroundings_write_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    surroundings = [
        ("0", {"PYTHONHASHSEED": "1", "TZ": "Pacific/Auckland", "LC_ALL": "C"}, Path.cwd()),
        (
            "1",
            {"PYTHONHASHSEED": "2", "TZ": "UTC", "LC_ALL": "C.UTF-8", "TMPDIR": str(tmp_path)},
            tmp_path / "elsewhere",
        ),
    ]
    here = str(Path(__file__).parents[2])
    digests = {
        subprocess.run(
            [sys.executable, "-c", RENDER, here, warm_up],
            env={**os.environ, **environment},
            cwd=folder,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for warm_up, environment, folder in surroundings
    }
    html = sample_html(criteria=12)
    here_and_now = render_pdf(html, assets=ASSETS, attachment=RECORD, created=WHEN, modified=WHEN)
    assert digests == {hashlib.sha256(here_and_now).hexdigest() + "\n"}


def test_the_same_stylesheet_changed_on_disk_is_read_again(tmp_path: Path) -> None:
    for name in ("fonts", "report"):
        (tmp_path / name).mkdir()
    for font in (ASSETS / "fonts").iterdir():
        (tmp_path / "fonts" / font.name).symlink_to(font)  # a link out of the folder
    with pytest.raises(AssetRefused):
        render_pdf(page(), assets=tmp_path)
    for font in (tmp_path / "fonts").iterdir():
        content = font.read_bytes()
        font.unlink()
        font.write_bytes(content)
    style = tmp_path / "report" / "base.css"
    style.write_text("html { font-family: 'Source Sans 3' }")
    first = render_pdf(page(), assets=tmp_path)
    style.write_text("html { font-family: 'Source Sans 3'; font-size: 30pt }")
    assert render_pdf(page(), assets=tmp_path) != first


# --- nothing from outside


@pytest.fixture(scope="module")
def listener() -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(404)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()
    thread.join()


TARGETS = [
    "{http}/x",
    "file:///etc/passwd",
    "asset:../pyproject.toml",
    "data:text/css,a",
    "//127.0.0.1/x",
    "/etc/passwd",
]
WAYS = {
    "img": '<img alt="x" src="{url}">',
    "object": '<object data="{url}">x</object>',
    "embed": '<embed src="{url}">',
    "link": '<link rel="stylesheet" href="{url}">',
    "import": '<style>@import url("{url}");</style>',
    "background": '<p style="background: url({url})">x</p>',
    "content": '<style>h1::before {{ content: url("{url}") }}</style>',
    "list image": '<ul style="list-style-image: url({url})"><li>x</li></ul>',
    "font": '<style>@font-face {{ font-family: x; src: url("{url}") }} p {{ font-family: x }}</style><p>',
    "svg image": '<svg><title>t</title><image href="{url}" width="9" height="9"/></svg>',
    "svg use": '<svg><title>t</title><use href="{url}#a"/></svg>',
    "svg style": '<svg><title>t</title><style>@import "{url}";</style><path d="M0 0h9v9"/></svg>',
    "attachment": '<link rel="attachment" href="{url}">',
    "attached link": '<p><a rel="attachment" href="{url}">x</a></p>',
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("target", TARGETS)
def test_nothing_outside_the_assets_is_opened(way: str, target: str, listener: tuple[str, list[str]]) -> None:
    address, asked = listener
    body = WAYS[way].format(url=target.replace("{http}", address))
    try:
        content = render_pdf(page(body), assets=ASSETS)
    except (AssetRefused, PdfNotConforming):
        content = b""
    assert asked == []
    if content:  # WeasyPrint did not follow the reference at all
        with pikepdf.open(io.BytesIO(content)) as file:
            assert not file.attachments
    if way in ("img", "svg image") and target in (
        "{http}/x",
        "file:///etc/passwd",
        "asset:../pyproject.toml",
    ):
        assert not content


@pytest.mark.parametrize("base", ["file:///etc/", "http://127.0.0.1/"])
def test_a_base_element_opens_no_way_out(base: str) -> None:
    with pytest.raises(AssetRefused):
        render_pdf(page('<img alt="x" src="passwd">', f'<base href="{base}">'), assets=ASSETS)


def test_a_font_of_the_system_is_not_read() -> None:
    face = '<style>@font-face { font-family: x; src: local("DejaVu Sans") }</style>'
    with pytest.raises((AssetRefused, PdfNotConforming)):
        render_pdf(page('<p style="font-family: x">words</p>', face), assets=ASSETS)


@pytest.mark.parametrize("href", ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "relative.html"])
def test_a_link_leads_only_to_the_web_or_to_mail(href: str) -> None:
    with pytest.raises(PdfNotConforming, match="only https"):
        render_pdf(page(f'<p><a href="{href}">x</a></p>'), assets=ASSETS)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "http://127.0.0.1/x.css",
        "asset:",
        "asset:/etc/passwd",
        "asset://report/base.css",
        "asset:../pyproject.toml",
        "asset:report/../report/base.css",
        "asset:report/%2e%2e/base.css",
        "asset:report//base.css",
        "asset:report/base.css?x",
        "asset:report/.hidden.css",
        "asset:report",
        "asset:fonts/LICENSE.md",
        "asset:report/none.css",
        "ASSET:report/base.css",
        "asset:report\\base.css",
        "asset:report/base.css\n",
    ],
)
def test_only_plain_names_of_assets_are_assets(url: str) -> None:
    with pytest.raises(AssetRefused):
        asset_path(url, ASSETS)


def test_hostile_text_is_printed_as_text(report_pdf: bytes) -> None:
    with pikepdf.open(io.BytesIO(report_pdf)) as file:
        assert list(file.attachments) == ["record.json"]


# --- faults of a page are all told


def test_all_faults_of_a_page_are_told_at_once() -> None:
    html = """<html><body><h2>Low</h2><svg width="9" height="9"><path d="M0 0h9"/></svg>
    <h4>Lower</h4><p><a href="#nowhere">x</a> &#x5065;</p>
    <table><tr><td>a</td></tr><tr><td>b</td><td>c</td></tr></table>
    </body></html>"""
    with pytest.raises(PdfNotConforming) as caught:
        render_pdf(html, assets=ASSETS)
    told = str(caught.value)
    for fault in (
        "language",
        "<title>",
        "first heading",
        "skipped",
        "picture",
        "nowhere",
        "different widths",
    ):
        assert fault in told, fault
    assert "bundled" in told


# --- for the screen


def test_the_same_page_stands_alone_on_screen(report_html: str) -> None:
    standalone = inline_assets(report_html, ASSETS)
    assert 'href="asset:' not in standalone
    assert "<style>" in standalone
    assert "@font-face" not in standalone
    assert standalone.count("<svg xmlns") == report_html.count("<svg xmlns") == 4


@pytest.mark.parametrize(
    "html",
    [
        '<link rel="stylesheet" href="asset:report/none.css">',
        '<img src="asset:seal.png">',
        "<img src=asset:seal.png>",
    ],
)
def test_what_a_browser_could_not_follow_is_refused(html: str) -> None:
    with pytest.raises(AssetRefused):
        inline_assets(html, ASSETS)


def test_other_links_are_left_alone() -> None:
    html = '<link rel="icon" href="/favicon.ico"><link rel="stylesheet" href="/static/site.css">'
    assert inline_assets(html, ASSETS) == html


# --- without the software


def test_importing_the_reports_loads_no_weasyprint() -> None:
    code = (
        "import sys, ohaccredit.reports.pdf, ohaccredit.reports.charts, ohaccredit.reports.inert;"
        "sys.exit('weasyprint' in sys.modules or 'fontTools' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("missing", ["package", "pango", "harfbuzz-subset", "version"])
def test_missing_software_is_named_with_the_way_to_get_it(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import weasyprint
    from weasyprint.text import ffi

    if missing == "package":
        monkeypatch.setitem(sys.modules, "weasyprint", None)
    elif missing == "pango":

        class NoPango:
            def find_spec(self, name: str, path: object = None, target: object = None) -> None:
                if name == "weasyprint.logger":
                    raise OSError("cannot load library 'libgobject-2.0-0'")

        monkeypatch.delitem(sys.modules, "weasyprint.logger")
        monkeypatch.setattr(sys, "meta_path", [NoPango(), *sys.meta_path])
    elif missing == "harfbuzz-subset":
        monkeypatch.setattr(ffi, "harfbuzz_subset", None)
    else:
        monkeypatch.setattr(weasyprint, "__version__", "57.2")
    pdf._engine.cache_clear()
    try:
        with warnings.catch_warnings(), pytest.raises(PdfUnavailable) as caught:
            render_pdf(page(), assets=ASSETS)
    finally:
        pdf._engine.cache_clear()
    told = str(caught.value)
    assert "apt-get install --no-install-recommends libpangoft2-1.0-0 libharfbuzz-subset0" in told
    assert "brew install pango" in told
    assert "HTML output works without" in told
