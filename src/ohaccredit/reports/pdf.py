"""HTML to PDF: accessible, archivable, the same bytes each time, and cut off from the world.

The file is PDF/A-3a and PDF/UA-1 at once. It depends on the HTML, the assets, the attachment and the
dates passed in, on WeasyPrint and the system's Pango, and on nothing else: not on time, locale, hash
seed or installed fonts.

Pages refer to shipped files as `asset:NAME`, always from the root of the assets folder
(`templates/`), as in `<link rel="stylesheet" href="asset:report/base.css">` or, inside a stylesheet,
`url("asset:report/seal.svg")`. There are no relative references, and no other scheme is ever opened.
The fonts of `asset:fonts/fonts.css` are added to every page. Linked stylesheets are parsed once and
kept; in the cascade they stand below the page's own `<style>` elements. `inline_assets` makes a
standalone page for the screen from the same HTML.

WeasyPrint is imported only when a PDF is made; see `PdfUnavailable`.
"""

import atexit
import contextlib
import io
import logging
import re
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final

SCHEME: Final = "asset:"
FONTS: Final = "asset:fonts/fonts.css"
FONT_FAMILY: Final = "Source Sans 3"
VARIANT: Final = "pdf/a-3a"
LINK_SCHEMES: Final = ("https:", "http:", "mailto:")

HOW_TO_INSTALL: Final = """\
A PDF cannot be made here: {reason}.
  Python:         pip install "ohaccredit[pdf]"
  Debian, Ubuntu: sudo apt-get install --no-install-recommends libpangoft2-1.0-0 libharfbuzz-subset0
  macOS:          brew install pango harfbuzz
HTML output works without any of these."""

_MEDIA_TYPES: Final = {".css": "text/css", ".png": "image/png", ".svg": "image/svg+xml", ".ttf": "font/ttf"}
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
_LINK = re.compile(r"<link\b[^>]*>", re.IGNORECASE)


class PdfUnavailable(RuntimeError):
    """Software that a PDF needs is missing. The message says what to install, on which system."""

    def __init__(self, reason: str) -> None:
        super().__init__(HOW_TO_INSTALL.format(reason=reason))


class AssetRefused(ValueError):
    """A page asked for something that is not one of its own assets; nothing was opened."""


class PdfNotConforming(ValueError):
    """The page cannot become an accessible, reproducible PDF; `problems` are its faults, one a line."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file inside the PDF: the record that the page was made from.

    The dates are part of the bytes, so they come from the record and never from the clock. Both need
    a time zone. The media type follows from the name ("record.json" is application/json).
    `relationship` is a value of AFRelationship (ISO 32000-2 clause 7.11.3).
    """

    name: str
    content: bytes
    created: datetime
    modified: datetime
    description: str = ""
    relationship: str = "Data"


def render_pdf(
    html: str,
    *,
    assets: Path,
    attachment: Attachment | None = None,
    created: datetime | None = None,
    modified: datetime | None = None,
) -> bytes:
    """The PDF of a complete HTML page: PDF/A-3a, PDF/UA-1, reproducible.

    `assets` is the folder that `asset:` references are read from. `created` and `modified` are
    written as the dates of the document, in place of any `dcterms.created` and `dcterms.modified` of
    the page; without either, the document has no dates. One page is rendered at a time in a process;
    use processes to render many.

    Raises PdfUnavailable if software is missing, AssetRefused if the page reaches for anything but
    its assets, PdfNotConforming for faults of the page (all of them at once), ValueError for a date
    without time zone.
    """
    engine = _engine()
    with _ONE_AT_A_TIME, _errors_logged_by(engine.LOGGER) as problems:
        press = _press(assets.resolve())
        press.refused.clear()
        try:
            # With a base address, relative references reach the press, and are refused like all others.
            page = engine.HTML(string=html, url_fetcher=press, base_url=SCHEME)
            document = page.render(
                font_config=press.font_config,
                stylesheets=[press.stylesheet(FONTS), *_take_stylesheets(page, press)],
                pdf_variant=VARIANT,
            )
            metadata = document.metadata
            metadata.created = _w3c(created) if created else metadata.created
            metadata.modified = _w3c(modified) if modified else metadata.modified
            problems += _page_problems(document)
            tagger = engine.Tagger(page.etree_element)
            with tagger.recording(), warnings.catch_warnings():
                # WeasyPrint 70 leaves its colour profile for the garbage collector to close.
                warnings.simplefilter("ignore", ResourceWarning)
                content: bytes = document.write_pdf(
                    pdf_variant=VARIANT,
                    finisher=tagger.finish,
                    attachments=[_weasyprint_attachment(engine, attachment)] if attachment else None,
                )
        except engine.FatalURLFetchingError as stop:
            raise AssetRefused(str(stop.__cause__)) from stop
        # WeasyPrint swallows every exception inside an SVG image, so the refusals are counted too.
        if press.refused:
            raise AssetRefused(press.refused[0])
        problems += tagger.problems + _font_problems(document)
    if problems:
        raise PdfNotConforming(list(dict.fromkeys(problems)))
    return content


def inline_assets(html: str, assets: Path) -> str:
    """The same page as one file for the screen: linked stylesheets are put inside it.

    The fonts are left out: on screen the reader's own serve. Needs no WeasyPrint.

    Raises AssetRefused for a stylesheet that is not in `assets`, and for any other `asset:` reference
    in an attribute, which a browser could not follow.
    """

    def inlined(match: re.Match[str]) -> str:
        href = _stylesheet_href(match[0])
        if href is None:
            return match[0]
        css = asset_path(href, assets).read_text(encoding="utf-8")
        if "</style" in css.lower() or f"url({SCHEME}" in css.replace('"', "").replace("'", ""):
            raise AssetRefused(f"{href} cannot be put inside a page: it ends a style or refers to an asset.")
        return f"<style>\n{css}</style>"

    page = _LINK.sub(inlined, html)
    if left := re.search(rf"""=\s*["']?{SCHEME}[^"'\s>]*""", page):
        raise AssetRefused(f"Only stylesheets can be put inside a page for the screen: {left[0][:80]}")
    return page


def asset_path(url: str, assets: Path) -> Path:
    """The file that an `asset:` reference names.

    Raises AssetRefused unless it is a plain name of a stylesheet, font or picture inside `assets`,
    links in the file system followed.
    """
    name = url.removeprefix(SCHEME)
    if not url.startswith(SCHEME) or not _NAME.fullmatch(name) or Path(name).suffix not in _MEDIA_TYPES:
        raise AssetRefused(f"Not an asset of the page: {url[:200]!r}")
    root = assets.resolve()
    path = (root / name).resolve()
    if not path.is_relative_to(root) or not path.is_file():
        raise AssetRefused(f"No such asset: {url[:200]!r}")
    return path


_ONE_AT_A_TIME = threading.Lock()
"""Fontconfig, the kept stylesheets and the wrapped tagging function belong to the process."""


@dataclass(frozen=True, slots=True)
class _Engine:
    """What is used of WeasyPrint."""

    HTML: Any
    CSS: Any
    Attachment: Any
    FontConfiguration: Any
    URLFetcherResponse: Any
    FatalURLFetchingError: type[BaseException]
    LOGGER: logging.Logger
    Tagger: Any


@cache
def _engine() -> _Engine:
    """WeasyPrint, loaded and found complete. Raises PdfUnavailable."""
    try:
        # WeasyPrint prints advice of its own, and only warns of what we cannot do without.
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import weasyprint
            from weasyprint.logger import LOGGER
            from weasyprint.text import ffi
            from weasyprint.text.fonts import FontConfiguration
            from weasyprint.urls import FatalURLFetchingError, URLFetcherResponse
    except ImportError as error:
        raise PdfUnavailable(f"the Python package WeasyPrint is missing ({error})") from error
    except OSError as error:
        raise PdfUnavailable(f"a system library is missing ({error})".splitlines()[0]) from error
    if weasyprint.__version__.split(".")[0] != "70":
        raise PdfUnavailable(f"WeasyPrint is version {weasyprint.__version__}, and 70 is needed")
    if ffi.harfbuzz_subset is None:
        # WeasyPrint would fall back to fontTools, which writes the time into each font.
        raise PdfUnavailable("the system library libharfbuzz-subset is missing")
    from ohaccredit.reports.tagging import Tagger

    return _Engine(
        HTML=weasyprint.HTML,
        CSS=weasyprint.CSS,
        Attachment=weasyprint.Attachment,
        FontConfiguration=FontConfiguration,
        URLFetcherResponse=URLFetcherResponse,
        FatalURLFetchingError=FatalURLFetchingError,
        LOGGER=LOGGER,
        Tagger=Tagger,
    )


class _Press:
    """The only way from a page to a file, and what is kept between pages.

    Called by WeasyPrint with each address a page, a stylesheet or a picture names. It does not
    inherit WeasyPrint's own fetcher: what cannot open a network connection needs no rule against it.
    """

    _fail_on_errors = True  # read by WeasyPrint: a refusal stops the rendering

    def __init__(self, assets: Path) -> None:
        self.refused: list[str] = []
        self.font_config = _engine().FontConfiguration()
        self._assets = assets
        self._stylesheets: dict[str, tuple[tuple[int, int], Any]] = {}

    def __call__(self, url: str) -> Any:
        """The content of an asset, for WeasyPrint. Raises AssetRefused."""
        try:
            path = asset_path(url, self._assets)
        except AssetRefused as error:
            self.refused.append(str(error))
            raise
        return _engine().URLFetcherResponse(url, path.read_bytes(), {"Content-Type": _MEDIA_TYPES[path.suffix]})

    def stylesheet(self, url: str) -> Any:
        """A stylesheet, parsed anew only if its file has changed."""
        stat = asset_path(url, self._assets).stat()
        signature = (stat.st_mtime_ns, stat.st_size)
        kept = self._stylesheets.get(url)
        if kept is None or kept[0] != signature:
            css = _engine().CSS(url=url, url_fetcher=self, font_config=self.font_config)
            kept = self._stylesheets[url] = (signature, css)
        return kept[1]


@lru_cache(maxsize=4)
def _press(assets: Path) -> _Press:
    return _Press(assets)


# WeasyPrint unpacks the fonts to a temporary folder, and can remove it only while Python is whole.
atexit.register(_press.cache_clear)


def _take_stylesheets(page: Any, press: _Press) -> list[Any]:
    """Takes the linked stylesheets out of a parsed page and gives the kept ones instead."""
    taken = []
    for link in page.etree_element.iter("link"):
        href = _stylesheet_reference(link.attrib)
        if href is not None:
            del link.attrib["href"]
            try:
                taken.append(press.stylesheet(href))
            except AssetRefused as error:
                press.refused.append(str(error))
    return taken


def _stylesheet_reference(attributes: dict[str, str | None]) -> str | None:
    rel = (attributes.get("rel") or "").lower().split()
    href = attributes.get("href") or ""
    plain = "media" not in attributes or (attributes["media"] or "").strip() in ("", "all")
    return href if rel == ["stylesheet"] and plain and href.startswith(SCHEME) else None


def _stylesheet_href(tag: str) -> str | None:
    """The reference of a `<link>` tag, if it is a stylesheet among the assets."""
    found: list[dict[str, str | None]] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.append(dict(attrs))

    Reader().feed(tag)
    return _stylesheet_reference(found[0]) if found else None


def _page_problems(document: Any) -> list[str]:
    """Faults of the page that show before it is written."""
    problems = []
    if not document.metadata.lang:
        problems.append('The page has no language: <html lang="en">.')
    if not (document.metadata.title or "").strip():
        problems.append("The page has no <title>.")
    for page in document.pages:
        for kind, target, _, _ in page.links:
            if kind == "attachment" or (kind == "external" and not target.lower().startswith(LINK_SCHEMES)):
                problems.append(f"A link leads to {target[:80]!r}; only https, http and mailto may be used.")
    return problems


def _font_problems(document: Any) -> list[str]:
    """A font of the system, or no font at all, for some text: other bytes on another machine."""
    fonts = document.fonts.values()
    strangers = sorted({font.family for font in fonts if FONT_FAMILY not in font.family})
    missing = sorted({chr(code) for font in fonts for code in font.missing})
    problems = [f"Some text is in the font {family!r}, which is not bundled." for family in strangers]
    if missing:
        problems.append(f"No bundled font has these characters: {' '.join(map(ascii, missing))}.")
    return problems


def _weasyprint_attachment(engine: _Engine, attachment: Attachment) -> Any:
    return engine.Attachment(
        string=attachment.content,
        name=attachment.name,
        description=attachment.description,
        created=_utc(attachment.created),
        modified=_utc(attachment.modified),
        relationship=attachment.relationship,
        url_fetcher=_refuse_all,
    )


def _refuse_all(url: str) -> Any:  # an attachment is given as bytes; nothing is to be fetched
    raise AssetRefused(url)


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"A date in a PDF needs a time zone: {moment.isoformat()}")
    return moment.astimezone(UTC)


def _w3c(moment: datetime) -> str:
    return _utc(moment).strftime("%Y-%m-%dT%H:%M:%SZ")


@contextlib.contextmanager
def _errors_logged_by(logger: logging.Logger) -> Iterator[list[str]]:
    """Collects what WeasyPrint logs as errors: broken anchors, missing descriptions, bad files."""
    found: list[str] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(record.getMessage())

    collector = Collector(level=logging.ERROR)
    logger.addHandler(collector)
    try:
        yield found
    finally:
        logger.removeHandler(collector)


def check() -> None:
    """Find out whether PDFs can be made here. Raises PdfUnavailable, which says what to install."""
    _engine()


if __name__ == "__main__":
    try:
        check()
    except PdfUnavailable as error:
        raise SystemExit(str(error)) from None
